//! Drafts: made from JSON or from MIME, and changed by PATCH, which changes little on any other
//! message (facts: microsoft-graph 3.1, 4.2 and 4.3).

use serde_json::Value;

use super::compose;
use super::facts::{self, Importance};
use super::graph::{Call, Reply};
use super::header::Letter;
use super::mailbox::{DRAFTS, Kept};
use super::messages::{found, same_version};
use super::refusal::{self, Outcome, refuse};
use super::show::{self, View};

/// What a JSON message may hold when it is made.
pub(super) const CREATE: [&str; 25] = [
    "subject",
    "body",
    "from",
    "sender",
    "toRecipients",
    "ccRecipients",
    "bccRecipients",
    "replyTo",
    "importance",
    "internetMessageHeaders",
    "internetMessageId",
    "categories",
    "flag",
    "inferenceClassification",
    "isDeliveryReceiptRequested",
    "isReadReceiptRequested",
    "isRead",
    "isDraft",
    "receivedDateTime",
    "sentDateTime",
    "attachments",
    "singleValueExtendedProperties",
    "multiValueExtendedProperties",
    "conversationIndex",
    "@odata.type",
];
/// What may change on a draft only.
const DRAFT_ONLY: [&str; 9] = [
    "subject",
    "body",
    "from",
    "sender",
    "toRecipients",
    "ccRecipients",
    "bccRecipients",
    "replyTo",
    "internetMessageId",
];
const ANY: [&str; 9] = [
    "isRead",
    "categories",
    "flag",
    "importance",
    "inferenceClassification",
    "isDeliveryReceiptRequested",
    "isReadReceiptRequested",
    "singleValueExtendedProperties",
    "@odata.type",
];

/// Whether the body is said to be MIME in base64.
pub(super) fn is_mime(call: &Call<'_>) -> bool {
    let kind = call.request.header("content-type").unwrap_or_default().to_ascii_lowercase();
    kind.starts_with("text/plain")
}

/// `POST /messages`, JSON or MIME.
pub(super) fn create(call: &Call<'_>) -> Outcome<Reply> {
    create_at(call, DRAFTS)
}

/// `POST /mailFolders/{f}/messages`, JSON only.
pub(super) fn create_in(call: &Call<'_>, folder: &str) -> Outcome<Reply> {
    let folder = call.folder(&call.account.open(call.house), folder)?;
    if is_mime(call) {
        return Err(refusal::unreadable_body());
    }
    create_at(call, folder)
}

fn create_at(call: &Call<'_>, folder: u64) -> Outcome<Reply> {
    call.room(&call.account.open(call.house))?;
    let number = if is_mime(call) {
        let primed = call.account.open(call.house).primed.clone();
        let raw = compose::from_mime(call, &call.request.body, &primed)?;
        let (facts, kept) = (facts::read(&raw), Kept::pack(&raw));
        call.account.open(call.house).add(folder, kept, facts, call.now, true)
    } else {
        let message = call.body()?;
        let raw = whole_message(call, &message)?;
        let (facts, kept) = (facts::read(&raw), Kept::pack(&raw));
        let mut mailbox = call.account.open(call.house);
        let headers = compose::own_headers(&message)?;
        mailbox.primed.extend(headers.into_iter().map(|(name, _)| name.to_ascii_lowercase()));
        let number = mailbox.add(folder, kept, facts, call.now, true);
        let properties = compose::own_properties(&message)?;
        mailbox.change(number, call.now, |item| item.properties = properties);
        number
    };
    let mailbox = call.account.open(call.house);
    let item = mailbox.item(number).ok_or_else(refusal::item_not_found)?;
    Ok(Reply::Json(201, show::entity(call, &mailbox, item, &View::default())))
}

/// The MIME of a JSON message with its attachments.
pub(super) fn whole_message(call: &Call<'_>, message: &Value) -> Outcome<Vec<u8>> {
    super::folders::known_fields(message, &CREATE)?;
    let mut raw = compose::from_json(call, message)?;
    if let Some(list) = message.get("attachments").and_then(Value::as_array) {
        for one in list {
            let attachment = super::attachments::from_json(one)?;
            raw = compose::attach(&raw, &attachment, call.house.random_below(u64::MAX))?;
        }
    }
    Ok(raw)
}

/// `PATCH …/messages/{m}`.
pub(super) fn patch(call: &Call<'_>, id: &str) -> Outcome<Reply> {
    let change = call.body()?;
    let known: Vec<&str> = ANY.into_iter().chain(DRAFT_ONLY).collect();
    super::folders::known_fields(&change, &known)?;
    let mut mailbox = call.account.open(call.house);
    let item = found(call, &mailbox, id)?;
    same_version(call, item)?;
    let number = item.number;
    let deep = DRAFT_ONLY.iter().any(|name| change.get(name).is_some());
    if deep && !item.draft {
        return Err(refusal::access_denied());
    }
    if deep {
        let raw = item.kept.read().map_err(|_| refusal::item_not_found())?;
        let raw = rewritten(&raw, &change)?;
        mailbox.rewrite(number, &raw, call.now);
    }
    let word = |name: &str| change.get(name).and_then(Value::as_str);
    let importance = match word("importance") {
        None => None,
        Some("low") => Some(Importance::Low),
        Some("normal") => Some(Importance::Normal),
        Some("high") => Some(Importance::High),
        Some(_) => return Err(refusal::unreadable_body()),
    };
    let flag = change.get("flag").and_then(|flag| flag.get("flagStatus")).and_then(Value::as_str);
    let flag = match flag {
        None => None,
        Some("notFlagged") => Some("notFlagged"),
        Some("flagged") => Some("flagged"),
        Some("complete") => Some("complete"),
        Some(_) => return Err(refusal::unreadable_body()),
    };
    let inference = match word("inferenceClassification") {
        None => None,
        Some("focused") => Some("focused"),
        Some("other") => Some("other"),
        Some(_) => return Err(refusal::unreadable_body()),
    };
    let categories: Option<Vec<String>> = change
        .get("categories")
        .map(|list| serde_json::from_value(list.clone()))
        .transpose()
        .map_err(|_| refusal::unreadable_body())?;
    let read = change.get("isRead").map(|read| read.as_bool().ok_or_else(refusal::unreadable_body));
    let read = read.transpose()?;
    let properties = compose::own_properties(&change)?;
    mailbox.change(number, call.now, |item| {
        item.read = read.unwrap_or(item.read);
        item.flag = flag.unwrap_or(item.flag);
        item.inference = inference.unwrap_or(item.inference);
        item.importance = importance.unwrap_or(item.importance);
        if let Some(categories) = categories {
            item.categories = categories;
        }
        for (id, value) in properties {
            item.properties.retain(|(known, _)| !known.eq_ignore_ascii_case(&id));
            item.properties.push((id, value));
        }
    });
    let item = mailbox.item(number).ok_or_else(refusal::item_not_found)?;
    Ok(Reply::Json(200, show::entity(call, &mailbox, item, &View::default())))
}

/// A draft's MIME with the changed fields, or a new body in place of text and HTML.
fn rewritten(raw: &[u8], change: &Value) -> Outcome<Vec<u8>> {
    let unreadable = || refuse(400, "ErrorMimeContentInvalid", "Invalid MIME content.");
    let mut letter = Letter::read(raw).ok_or_else(unreadable)?;
    for (property, field) in [
        ("toRecipients", "To"),
        ("ccRecipients", "Cc"),
        ("bccRecipients", "Bcc"),
        ("replyTo", "Reply-To"),
    ] {
        if change.get(property).is_some() {
            let people = compose::recipients(change, property)?;
            if people.is_empty() {
                letter.remove(field);
            } else {
                letter.set(field, &compose::address_field(people)?);
            }
        }
    }
    for (property, field) in [("from", "From"), ("sender", "Sender")] {
        if let Some(one) = change.get(property) {
            letter.set(field, &compose::address_field(vec![compose::recipient(one)?])?);
        }
    }
    if let Some(subject) = change.get("subject").and_then(Value::as_str) {
        letter.set("Subject", &compose::text_field(subject)?);
    }
    if let Some(id) = change.get("internetMessageId").and_then(Value::as_str) {
        letter.set("Message-ID", id);
    }
    if change.get("body").is_some() {
        let attachments = facts::attachments(raw);
        let (html, content) = compose::body_of(change)?;
        let fresh = compose::fresh_body(html, &content)?;
        letter.fields.retain(|field| !field.name.to_ascii_lowercase().starts_with("content-"));
        letter.fields.extend(fresh.fields);
        letter.body = fresh.body;
        let mut raw = letter.write();
        for (mark, one) in (1..).zip(&attachments) {
            raw = compose::attach(&raw, one, mark)?;
        }
        return Ok(raw);
    }
    Ok(letter.write())
}
