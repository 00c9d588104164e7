//! Upload sessions for large attachments, on an origin of their own whose address carries its
//! own token (facts: microsoft-graph 4.6).

use std::collections::HashMap;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::clock::iso;
use super::compose;
use super::facts::Attachment;
use super::graph::{Call, JSON, Reply};
use super::house::{House, locked};
use super::ids::Named;
use super::messages::found;
use super::refusal::{self, Outcome, Refusal, refuse};
use super::wire::{Answer, Request};

/// Below this size no session is given; the real minimum as it was found.
const SMALLEST: u64 = 2_097_152;
const LARGEST: u64 = 150 * 1024 * 1024;
const PIECE: usize = 4 * 1024 * 1024;

/// One file on its way.
#[derive(Debug)]
struct Session {
    account: usize,
    item: u64,
    attachment: Attachment,
    size: u64,
    ends: i64,
}

/// The sessions that are open, by their token.
#[derive(Debug, Default)]
pub(super) struct Uploads {
    open: Mutex<HashMap<String, Session>>,
}

/// `POST …/attachments/createUploadSession`.
pub(super) fn create(call: &Call<'_>, id: &str) -> Outcome<Reply> {
    let body = call.body()?;
    super::folders::known_fields(&body, &["AttachmentItem", "attachmentItem"])?;
    let asked = body.get("AttachmentItem").or_else(|| body.get("attachmentItem"));
    let asked = asked.ok_or_else(refusal::unreadable_body)?;
    super::folders::known_fields(
        asked,
        &["attachmentType", "name", "size", "contentType", "isInline", "contentId", "@odata.type"],
    )?;
    let text = |name: &str| asked.get(name).and_then(Value::as_str);
    let size = asked.get("size").and_then(Value::as_u64).ok_or_else(refusal::unreadable_body)?;
    let name = text("name").ok_or_else(refusal::unreadable_body)?;
    if text("attachmentType") != Some("file") {
        return Err(refusal::unreadable_body());
    }
    if size < SMALLEST {
        return Err(refuse(
            400,
            "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize",
            "The attachment size should not be less than the minimum size for a session.",
        ));
    }
    if size > LARGEST {
        let text = "The attachment size exceeds the maximum supported size.";
        return Err(refuse(400, "ErrorAttachmentSizeLimitExceeded", text));
    }
    let mailbox = call.account.open(call.house);
    let item = found(call, &mailbox, id)?;
    if !item.draft {
        return Err(refusal::access_denied());
    }
    let account = call.house.accounts.iter().position(|one| std::ptr::eq(one, call.account));
    let session = Session {
        account: account.unwrap_or_default(),
        item: item.number,
        attachment: Attachment {
            name: name.to_owned(),
            content_type: text("contentType").unwrap_or("application/octet-stream").to_owned(),
            content_id: text("contentId").map(str::to_owned),
            inline: asked.get("isInline").and_then(Value::as_bool).unwrap_or_default(),
            letter: false,
            bytes: Vec::new(),
        },
        size,
        ends: call.now + 3600,
    };
    let token = call.house.random_text(90);
    let user = super::odata::encoded(&call.account.settings.address);
    let url = format!(
        "{}/api/v2.0/Users('{user}')/Messages('{}')/AttachmentSessions('{}')?authtoken={token}",
        call.house.upload_origin,
        call.id(&mailbox, item),
        call.house.random_text(24),
    );
    let ends = iso(session.ends);
    locked(&call.house.uploads.open).insert(token, session);
    let context = call.context("messages/attachments/$entity");
    Ok(Reply::Json(
        201,
        json!({"@odata.context": context, "uploadUrl": url, "expirationDateTime": ends,
            "nextExpectedRanges": ["0-"]}),
    ))
}

/// Answers a request on the upload origin.
pub(super) fn answer(house: &House, request: &Request) -> Answer {
    let now = house.clock.now();
    let outcome = piece(house, request, now);
    let request_id = uuid::Uuid::new_v4().to_string();
    match outcome {
        Ok(answer) => answer,
        Err(refusal) => super::graph::refused(&refusal, now, &request_id, &request_id),
    }
    .with("request-id", request_id)
    .with("Date", super::clock::http_date(now))
}

fn piece(house: &House, request: &Request, now: i64) -> Outcome<Answer> {
    if request.too_large {
        return Err(refusal::too_large());
    }
    let query = super::odata::Query::read(request.query());
    let token = query.get("authtoken").unwrap_or_default();
    let mut open = locked(&house.uploads.open);
    open.retain(|_, session| session.ends > now);
    let session = open.get_mut(token).ok_or_else(refusal::item_not_found)?;
    match request.method.as_str() {
        "DELETE" => {
            open.remove(token);
            return Ok(Answer { status: 204, ..Answer::default() });
        }
        "PUT" => {}
        _ => return Err(refusal::wrong_method()),
    }
    let (first, last, total) =
        request.header("content-range").and_then(range).ok_or_else(|| {
            let text = "The Content-Range header is missing or malformed.";
            refuse(400, "ErrorInvalidRequest", text)
        })?;
    let length = last.checked_sub(first).map(|length| length + 1);
    let expected = session.attachment.bytes.len() as u64;
    if length != Some(request.body.len() as u64) || total != session.size || last >= total {
        return Err(out_of_range("The range does not fit the length of the content."));
    }
    if first != expected {
        return Err(out_of_range("The range is not the next one that is expected."));
    }
    if request.body.len() > PIECE {
        return Err(refusal::too_large());
    }
    session.attachment.bytes.extend_from_slice(&request.body);
    let held = session.attachment.bytes.len() as u64;
    if held < session.size {
        let body = json!({"@odata.context": format!("{}/api/v2.0/$metadata", house.upload_origin),
            "ExpirationDateTime": iso(session.ends), "NextExpectedRanges": [held.to_string()]});
        return Ok(Answer::new(200, JSON, body.to_string()));
    }
    let session = open.remove(token).ok_or_else(refusal::item_not_found)?;
    drop(open);
    finish(house, session, now)
}

/// The whole file is there: onto the draft with it.
fn finish(house: &House, session: Session, now: i64) -> Outcome<Answer> {
    let account = house.accounts.get(session.account).ok_or_else(refusal::item_not_found)?;
    let mut mailbox = account.open(house);
    let item = mailbox.item(session.item).filter(|item| item.draft);
    let item = item.ok_or_else(refusal::item_not_found)?;
    let raw = item.kept.read().map_err(|_| refusal::item_not_found())?;
    let raw = compose::attach(&raw, &session.attachment, house.random_below(u64::MAX))?;
    super::attachments::small_enough(house, &raw)?;
    mailbox.rewrite(session.item, &raw, now);
    let last = super::facts::attachments(&raw).len().saturating_sub(1);
    let part = u32::try_from(last).unwrap_or(u32::MAX);
    let location = format!(
        "{}/api/v2.0/Users('{}')/Messages('{}')/Attachments('{}')",
        house.upload_origin,
        super::odata::encoded(&account.settings.address),
        mailbox.ids.write(Named::Item(session.item)),
        mailbox.ids.write(Named::AttachmentOfItem(session.item, part)),
    );
    Ok(Answer { status: 201, ..Answer::default() }.with("Location", location))
}

fn out_of_range(text: &str) -> Refusal {
    refuse(416, "ErrorInvalidRange", text)
}

/// The three numbers of `bytes 0-3999999/5000000`.
fn range(value: &str) -> Option<(u64, u64, u64)> {
    let (span, total) = value.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = span.split_once('-')?;
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?, total.trim().parse().ok()?))
}
