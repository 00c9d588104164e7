//! Attachments of one message: list, show, hand out, add (facts: microsoft-graph 2.6 and 4.6).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::clock::iso;
use super::compose;
use super::facts::{self, Attachment};
use super::graph::{Call, Reply, page};
use super::house::House;
use super::ids::Named;
use super::mailbox::{Item, Mailbox};
use super::messages::found;
use super::refusal::{self, Outcome, refuse};

/// What an attachment weighs beyond its bytes.
const OVERHEAD: usize = 230;
/// Largest file that may be added in one request (facts: microsoft-graph 4.6).
const SMALL: usize = 3 * 1024 * 1024;
/// What `$select` of a listing knows: the properties of the base type.
const FIELDS: [&str; 6] = ["id", "name", "contentType", "size", "isInline", "lastModifiedDateTime"];

/// An attachment as JSON; `whole` adds what only one attachment by itself shows.
pub(super) fn shown(
    call: &Call<'_>,
    mailbox: &Mailbox,
    item: &Item,
    number: usize,
    one: &Attachment,
    whole: bool,
) -> Value {
    let part = u32::try_from(number).unwrap_or(u32::MAX);
    let id = mailbox.ids.write(if call.prefer.immutable {
        Named::AttachmentOfItem(item.number, part)
    } else {
        Named::AttachmentAtPlace(item.place, part)
    });
    let mut shown = json!({
        "@odata.type": if one.letter { "#microsoft.graph.itemAttachment" }
            else { "#microsoft.graph.fileAttachment" },
        "id": id, "name": one.name, "contentType": one.content_type,
        "size": one.bytes.len() + OVERHEAD, "isInline": one.inline,
        "lastModifiedDateTime": iso(item.modified),
    });
    if one.letter {
        shown["contentType"] = Value::Null;
    } else if whole {
        shown["@odata.mediaContentType"] = Value::from(one.content_type.as_str());
        shown["contentId"] = json!(one.content_id);
        shown["contentLocation"] = Value::Null;
        shown["contentBytes"] = Value::from(STANDARD.encode(&one.bytes));
    }
    shown
}

/// `GET …/attachments`.
pub(super) fn list(call: &Call<'_>, id: &str) -> Outcome<Reply> {
    let select = call.query.select(&FIELDS, "microsoft.graph.attachment")?;
    let mailbox = call.account.open(call.house);
    let item = found(call, &mailbox, id)?;
    let all = read(item);
    let value = all.iter().enumerate().map(|(number, one)| {
        let mut shown = shown(call, &mailbox, item, number, one, select.is_none());
        if let (Some(select), Some(fields)) = (&select, shown.as_object_mut()) {
            fields.retain(|name, _| {
                name.starts_with('@') || name == "id" || select.iter().any(|one| one == name)
            });
        }
        shown
    });
    let context = call.context("messages/attachments");
    Ok(Reply::Json(200, page(context, value.collect(), None)))
}

fn read(item: &Item) -> Vec<Attachment> {
    facts::attachments(&item.kept.read().unwrap_or_default())
}

/// The attachment an id names, with its number.
fn pick(
    call: &Call<'_>,
    mailbox: &Mailbox,
    item: &Item,
    attachment: &str,
) -> Outcome<(usize, Attachment)> {
    let part = match call.named(mailbox, attachment)? {
        Named::AttachmentAtPlace(place, part) if place == item.place => part,
        Named::AttachmentOfItem(number, part) if number == item.number => part,
        _ => return Err(refusal::item_not_found()),
    };
    let mut all = read(item);
    let part = part as usize;
    if part >= all.len() {
        return Err(refusal::item_not_found());
    }
    Ok((part, all.swap_remove(part)))
}

/// `GET …/attachments/{a}`.
pub(super) fn one(call: &Call<'_>, id: &str, attachment: &str) -> Outcome<Reply> {
    let mailbox = call.account.open(call.house);
    let item = found(call, &mailbox, id)?;
    let (number, one) = pick(call, &mailbox, item, attachment)?;
    let mut shown = shown(call, &mailbox, item, number, &one, true);
    shown["@odata.context"] = Value::from(call.context("messages/attachments/$entity"));
    Ok(Reply::Json(200, shown))
}

/// `GET …/attachments/{a}/$value`.
pub(super) fn value(call: &Call<'_>, id: &str, attachment: &str) -> Outcome<Reply> {
    let mailbox = call.account.open(call.house);
    let item = found(call, &mailbox, id)?;
    let (_, one) = pick(call, &mailbox, item, attachment)?;
    let kind = if one.letter { "text/plain".to_owned() } else { one.content_type };
    Ok(Reply::Bytes(kind, one.bytes))
}

/// `POST …/attachments`: a small file onto a draft.
pub(super) fn create(call: &Call<'_>, id: &str) -> Outcome<Reply> {
    let body = call.body()?;
    let attachment = from_json(&body)?;
    add(call, id, attachment)
}

/// Puts an attachment onto the draft an id names and answers with it.
pub(super) fn add(call: &Call<'_>, id: &str, attachment: Attachment) -> Outcome<Reply> {
    let mut mailbox = call.account.open(call.house);
    let item = found(call, &mailbox, id)?;
    if !item.draft {
        return Err(refusal::access_denied());
    }
    let number = item.number;
    let raw = item.kept.read().map_err(|_| refusal::item_not_found())?;
    let raw = compose::attach(&raw, &attachment, call.house.random_below(u64::MAX))?;
    small_enough(call.house, &raw)?;
    mailbox.rewrite(number, &raw, call.now);
    let item = mailbox.item(number).ok_or_else(refusal::item_not_found)?;
    let all = read(item);
    let last = all.len().saturating_sub(1);
    let one = all.last().ok_or_else(refusal::item_not_found)?;
    let mut shown = shown(call, &mailbox, item, last, one, true);
    shown["@odata.context"] = Value::from(call.context("messages/attachments/$entity"));
    Ok(Reply::Json(201, shown))
}

/// Whether a draft may become so large, where that is looked at before it is sent.
pub(super) fn small_enough(house: &House, raw: &[u8]) -> Outcome<()> {
    let switches = &house.settings.switches;
    if switches.size_checked_on_adding && raw.len() > switches.send_limit {
        return Err(refusal::message_too_large());
    }
    Ok(())
}

/// A file attachment from its JSON.
pub(super) fn from_json(body: &Value) -> Outcome<Attachment> {
    super::folders::known_fields(
        body,
        &[
            "@odata.type",
            "name",
            "contentType",
            "contentBytes",
            "isInline",
            "contentId",
            "contentLocation",
            "size",
        ],
    )?;
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    if text("@odata.type") != Some("#microsoft.graph.fileAttachment") {
        let text = "The property 'contentBytes' does not exist on type \
                    'microsoft.graph.attachment'; give the @odata.type.";
        return Err(refuse(400, "UnableToDeserializePostBody", text));
    }
    let name = text("name").ok_or_else(refusal::unreadable_body)?;
    let bytes = text("contentBytes").ok_or_else(refusal::unreadable_body)?;
    let bytes = STANDARD.decode(bytes).map_err(|_| refusal::unreadable_body())?;
    if bytes.len() > SMALL {
        return Err(refusal::too_large());
    }
    Ok(Attachment {
        name: name.to_owned(),
        content_type: text("contentType").unwrap_or("application/octet-stream").to_owned(),
        content_id: text("contentId").map(str::to_owned),
        inline: body.get("isInline").and_then(Value::as_bool).unwrap_or_default(),
        letter: false,
        bytes,
    })
}
