//! A message as JSON: the fields of the fact page (microsoft-graph 2.1), the ones `$select` asks
//! for, and what `$expand` adds.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::{Map, Value, json};

use super::attachments;
use super::clock::iso;
use super::facts::{self, Person};
use super::graph::Call;
use super::header::read_fields;
use super::ids::{Named, change_key, mixed};
use super::mailbox::{Item, Mailbox};
use super::refusal::Outcome;

pub(super) const FIELDS: [&str; 30] = [
    "createdDateTime",
    "lastModifiedDateTime",
    "changeKey",
    "categories",
    "receivedDateTime",
    "sentDateTime",
    "hasAttachments",
    "internetMessageId",
    "subject",
    "bodyPreview",
    "importance",
    "parentFolderId",
    "conversationId",
    "conversationIndex",
    "isDeliveryReceiptRequested",
    "isReadReceiptRequested",
    "isRead",
    "isDraft",
    "webLink",
    "inferenceClassification",
    "body",
    "sender",
    "from",
    "toRecipients",
    "ccRecipients",
    "bccRecipients",
    "replyTo",
    "flag",
    "uniqueBody",
    "internetMessageHeaders",
];
/// How many of [`FIELDS`] are shown without `$select`.
const DEFAULT: usize = 28;

/// What a request wants to see of each message.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    select: Option<Vec<String>>,
    /// The ids of the extended properties of `$expand`.
    properties: Option<Vec<String>>,
    attachments: bool,
}

impl View {
    /// Reads `$select` and `$expand`.
    pub(super) fn read(call: &Call<'_>) -> Outcome<Self> {
        let known: Vec<&str> = FIELDS.into_iter().chain(["id"]).collect();
        let select = call.query.select(&known, "microsoft.graph.message")?;
        let expand = call.query.get("$expand").unwrap_or_default();
        let properties = expand
            .contains("singleValueExtendedProperties")
            .then(|| expand.split('\'').skip(1).step_by(2).map(str::to_owned).collect());
        let attachments = expand.split(',').any(|one| one.trim().starts_with("attachments"));
        Ok(Self { select, properties, attachments })
    }

    /// A view that shows the given fields only.
    pub(super) fn of(select: Option<Vec<String>>) -> Self {
        Self { select, ..Self::default() }
    }

    fn wants(&self, place: usize, field: &str) -> bool {
        match &self.select {
            Some(names) => names.iter().any(|name| name == field),
            None => place < DEFAULT,
        }
    }

    fn needs_bytes(&self) -> bool {
        let deep = ["body", "uniqueBody", "internetMessageHeaders"];
        self.attachments
            || self
                .select
                .as_ref()
                .is_none_or(|names| names.iter().any(|name| deep.contains(&name.as_str())))
            || self.properties.as_ref().is_some_and(|ids| ids.iter().any(|id| id.contains("0x10")))
    }
}

/// One message with its id and etag and whatever the view wants.
pub(super) fn message(call: &Call<'_>, mailbox: &Mailbox, item: &Item, view: &View) -> Value {
    let bytes = if view.needs_bytes() { item.kept.read().unwrap_or_default() } else { Vec::new() };
    let key = change_key(item.number, item.version);
    let mut shown = Map::new();
    shown.insert("@odata.etag".into(), Value::from(format!("W/\"{key}\"")));
    shown.insert("id".into(), Value::from(call.id(mailbox, item)));
    for (place, field) in FIELDS.into_iter().enumerate() {
        if view.wants(place, field)
            && let Some(value) = property(call, mailbox, item, &bytes, field)
        {
            shown.insert(field.into(), value);
        }
    }
    if let Some(ids) = &view.properties {
        let found = ids.iter().filter_map(|id| {
            let value = extended(item, &bytes, id)?;
            Some(json!({"id": id, "value": value}))
        });
        let found: Vec<Value> = found.collect();
        if !found.is_empty() {
            shown.insert("singleValueExtendedProperties".into(), Value::from(found));
        }
    }
    if view.attachments {
        let all = facts::attachments(&bytes);
        let all = all.iter().enumerate();
        let all = all.map(|(n, one)| attachments::shown(call, mailbox, item, n, one, true));
        shown.insert("attachments".into(), all.collect());
    }
    Value::Object(shown)
}

/// A message alone, with its context.
pub(super) fn entity(call: &Call<'_>, mailbox: &Mailbox, item: &Item, view: &View) -> Value {
    let mut shown = message(call, mailbox, item, view);
    shown["@odata.context"] = Value::from(call.context("messages/$entity"));
    shown
}

fn property(
    call: &Call<'_>,
    mailbox: &Mailbox,
    item: &Item,
    bytes: &[u8],
    field: &str,
) -> Option<Value> {
    let facts = &item.facts;
    let from = facts.from.as_ref();
    Some(match field {
        "createdDateTime" => Value::from(iso(item.created)),
        "lastModifiedDateTime" => Value::from(iso(item.modified)),
        "changeKey" => Value::from(change_key(item.number, item.version)),
        "categories" => json!(item.categories),
        "receivedDateTime" => Value::from(iso(item.received)),
        "sentDateTime" => Value::from(iso(facts.sent.unwrap_or(item.received))),
        "hasAttachments" => Value::from(facts.has_attachments),
        "internetMessageId" => json!(facts.message_id),
        "subject" => json!(facts.subject),
        "bodyPreview" => Value::from(facts.preview.as_str()),
        "importance" => Value::from(item.importance.word()),
        "parentFolderId" => Value::from(mailbox.ids.write(Named::Folder(item.folder))),
        "conversationId" => Value::from(conversation_id(facts.conversation)),
        "conversationIndex" => {
            let mut index = vec![1_u8, 0xd9];
            index.extend_from_slice(&item.received.to_be_bytes());
            index.extend_from_slice(&mixed(facts.conversation).to_be_bytes());
            index.extend_from_slice(&[0; 4]);
            Value::from(STANDARD.encode(index))
        }
        "isDeliveryReceiptRequested" if item.draft => Value::from(false),
        "isDeliveryReceiptRequested" => Value::Null,
        "isReadReceiptRequested" => Value::from(false),
        "isRead" => Value::from(item.read),
        "isDraft" => Value::from(item.draft),
        "webLink" => {
            let id = super::odata::encoded(&call.id(mailbox, item));
            let rest = "&exvsurl=1&viewmodel=ReadMessageItem";
            Value::from(format!("https://outlook.office365.com/owa/?ItemID={id}{rest}"))
        }
        "inferenceClassification" => Value::from(item.inference),
        "body" | "uniqueBody" => {
            let (kind, text) = facts::body(bytes, call.prefer.text, call.prefer.unsafe_html);
            json!({"contentType": kind, "content": text})
        }
        "sender" => person(facts.sender.as_ref().or(from)?),
        "from" => person(from?),
        "toRecipients" => facts.to.iter().map(person).collect(),
        "ccRecipients" => facts.cc.iter().map(person).collect(),
        "bccRecipients" => facts.bcc.iter().map(person).collect(),
        "replyTo" => facts.reply_to.iter().map(person).collect(),
        "flag" => json!({"flagStatus": item.flag}),
        "internetMessageHeaders" => facts::headers(bytes)
            .into_iter()
            .map(|(name, value)| json!({"name": name, "value": value}))
            .collect(),
        _ => return None,
    })
}

/// A name and an address as a recipient.
pub(super) fn person(person: &Person) -> Value {
    json!({"emailAddress": {"name": person.name, "address": person.address}})
}

/// The id of a conversation, which letters with the same subject share.
pub(super) fn conversation_id(conversation: u64) -> String {
    let mut bytes = vec![0x00, 0x04, 0x24];
    for step in 0..6_u64 {
        bytes.extend_from_slice(&mixed(conversation ^ step).to_be_bytes());
    }
    bytes.push(0);
    URL_SAFE.encode(bytes)
}

/// The property set in which Exchange keeps header fields it has no property of its own for, each by
/// its name: PS_INTERNET_HEADERS of MS-OXPROPS 1.3.2.
const HEADERS: &str = "string {00020386-0000-0000-c000-000000000046} name ";

/// The value of a MAPI property: the size, the threading fields, any other field of the header, or
/// what was set.
pub(super) fn extended(item: &Item, bytes: &[u8], id: &str) -> Option<String> {
    if let Some((_, value)) =
        item.properties.iter().find(|(known, _)| known.eq_ignore_ascii_case(id))
    {
        return Some(value.clone());
    }
    let field = |name: &str| {
        let (fields, _) = read_fields(bytes)?;
        fields.iter().find(|field| field.is(name)).map(super::header::Field::value)
    };
    let id = id.to_ascii_lowercase();
    if let Some(name) = id.strip_prefix(HEADERS) {
        return field(name);
    }
    match id.as_str() {
        "integer 0x0e08" | "integer 0xe08" | "long 0x0e08" => Some(item.facts.size.to_string()),
        "string 0x1035" => item.facts.message_id.clone(),
        "string 0x1042" => field("In-Reply-To"),
        "string 0x1039" => field("References"),
        _ => None,
    }
}
