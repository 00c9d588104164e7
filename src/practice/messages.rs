//! One message: show it, hand out its MIME, move, copy and delete it
//! (facts: microsoft-graph 2.3, 3.2, 3.3 and 3.5).

use super::graph::{Call, Reply};
use super::ids::change_key;
use super::mailbox::{DELETED, Item, Mailbox, RECOVERABLE};
use super::rebuild::rebuild;
use super::refusal::{self, Outcome, refuse};
use super::show::{self, View};

/// 404 unless the message lies in the folder its address names.
pub(super) fn lies_in(call: &Call<'_>, id: &str, folder: &str) -> Outcome<()> {
    let mailbox = call.account.open(call.house);
    let folder = call.folder(&mailbox, folder)?;
    let number = call.message(&mailbox, id)?;
    let here = mailbox.item(number).is_some_and(|item| item.folder == folder);
    if here { Ok(()) } else { Err(refusal::item_not_found()) }
}

/// The item an id names.
pub(super) fn found<'m>(call: &Call<'_>, mailbox: &'m Mailbox, id: &str) -> Outcome<&'m Item> {
    let number = call.message(mailbox, id)?;
    mailbox.item(number).ok_or_else(refusal::item_not_found)
}

/// 412 when the request carries the etag of another version.
pub(super) fn same_version(call: &Call<'_>, item: &Item) -> Outcome<()> {
    match call.request.header("if-match") {
        Some(tag) if tag != "*" && !tag.contains(&change_key(item.number, item.version)) => {
            Err(refuse(
                412,
                "ErrorIrresolvableConflict",
                "The send or update operation could not be performed because the change key \
                 passed in the request does not match the current change key for the item.",
            ))
        }
        _ => Ok(()),
    }
}

/// `GET …/messages/{m}`.
pub(super) fn one(call: &Call<'_>, id: &str) -> Outcome<Reply> {
    let view = View::read(call)?;
    let mailbox = call.account.open(call.house);
    let item = found(call, &mailbox, id)?;
    Ok(Reply::Json(200, show::entity(call, &mailbox, item, &view)))
}

/// `GET …/messages/{m}/$value`: MIME, rebuilt.
pub(super) fn value(call: &Call<'_>, id: &str) -> Outcome<Reply> {
    let (kept, number, received) = {
        let mailbox = call.account.open(call.house);
        let item = found(call, &mailbox, id)?;
        (item.kept.clone(), item.number, item.received)
    };
    let raw = kept.read().map_err(|_| {
        refuse(500, "ErrorInternalServerError", "An internal server error occurred.")
    })?;
    let address = &call.account.settings.address;
    Ok(Reply::Bytes("text/plain".into(), rebuild(&raw, address, number, received)))
}

/// `POST …/move` and `…/copy`.
pub(super) fn shift(call: &Call<'_>, id: &str, copy: bool) -> Outcome<Reply> {
    let body = call.body()?;
    super::folders::known_fields(&body, &["destinationId", "DestinationId"])?;
    let destination = body.get("destinationId").or_else(|| body.get("DestinationId"));
    let destination =
        destination.and_then(serde_json::Value::as_str).ok_or_else(refusal::unreadable_body)?;
    let switches = &call.house.settings.switches;
    let mut mailbox = call.account.open(call.house);
    let number = call.message(&mailbox, id)?;
    let folder = call.folder(&mailbox, destination)?;
    if folder == RECOVERABLE && switches.move_to_recoverable_refused {
        let text = "The operation can't be performed on this folder.";
        return Err(refuse(400, "ErrorMoveCopyFailed", text));
    }
    let there = if copy {
        call.room(&mailbox)?;
        mailbox.copy(number, folder, call.now)
    } else {
        let lasting = folder != RECOVERABLE || switches.immutable_id_survives_soft_delete;
        mailbox.shift(number, folder, call.now, lasting)
    };
    let item = there.and_then(|number| mailbox.item(number)).ok_or_else(refusal::item_not_found)?;
    Ok(Reply::Json(201, show::entity(call, &mailbox, item, &View::default())))
}

/// `DELETE …/messages/{m}`.
pub(super) fn delete(call: &Call<'_>, id: &str) -> Outcome<Reply> {
    let switches = &call.house.settings.switches;
    let mut mailbox = call.account.open(call.house);
    let item = found(call, &mailbox, id)?;
    same_version(call, item)?;
    let (number, folder) = (item.number, item.folder);
    if folder == RECOVERABLE {
        return Err(refuse(400, "ErrorCannotDeleteObject", "Object cannot be deleted."));
    }
    if switches.delete_lands_in_deleted_items && folder != DELETED {
        mailbox.shift(number, DELETED, call.now, true);
    } else {
        let lasting = switches.immutable_id_survives_soft_delete;
        mailbox.shift(number, RECOVERABLE, call.now, lasting);
    }
    Ok(Reply::Empty(204))
}

/// `POST …/permanentDelete`: out of every user's sight.
pub(super) fn permanent_delete(call: &Call<'_>, id: &str) -> Outcome<Reply> {
    if call.house.settings.switches.permanent_delete_absent {
        return Err(refuse(
            400,
            "BadRequest",
            "Resource not found for the segment 'permanentDelete'.",
        ));
    }
    let mut mailbox = call.account.open(call.house);
    let number = call.message(&mailbox, id)?;
    mailbox.erase(number);
    Ok(Reply::Empty(204))
}
