//! Sending: a draft by `/send`, or a message at once by `sendMail`; what leaves is recorded, and
//! reaches the other mailboxes here (facts: microsoft-graph 4.1, 4.3 and 4.8).

use serde_json::Value;

use super::Sent;
use super::clock::mail_date;
use super::compose;
use super::drafts;
use super::facts::{self, Facts};
use super::graph::{Call, Reply};
use super::header::Letter;
use super::house::locked;
use super::mailbox::{DRAFTS, Kept};
use super::refusal::{self, Outcome, refuse};

/// `POST …/messages/{m}/send`.
pub(super) fn send(call: &Call<'_>, id: &str) -> Outcome<Reply> {
    length_said(call)?;
    let number = {
        let mailbox = call.account.open(call.house);
        let again = || {
            let status = call.house.settings.switches.second_send_status;
            if status == 404 {
                return refusal::item_not_found();
            }
            let text = "The message was already sent, or is no draft.";
            refuse(status, "ErrorInvalidRequest", text)
        };
        let sent_before = match call.named(&mailbox, id)? {
            super::ids::Named::Place(n) | super::ids::Named::Item(n) => mailbox.sent.contains(&n),
            _ => false,
        };
        if sent_before {
            return Err(again());
        }
        let number = call.message(&mailbox, id)?;
        if !mailbox.item(number).is_some_and(|item| item.draft) {
            return Err(again());
        }
        number
    };
    depart(call, number, true)?;
    Ok(Reply::Empty(202))
}

/// `POST /sendMail`.
pub(super) fn send_mail(call: &Call<'_>) -> Outcome<Reply> {
    length_said(call)?;
    let (raw, save) = if drafts::is_mime(call) {
        let primed = call.account.open(call.house).primed.clone();
        (compose::from_mime(call, &call.request.body, &primed)?, true)
    } else {
        let body = call.body()?;
        let known = ["message", "Message", "saveToSentItems", "SaveToSentItems"];
        super::folders::known_fields(&body, &known)?;
        let either = |a: &str, b: &str| body.get(a).or_else(|| body.get(b)).cloned();
        let message = either("message", "Message").ok_or_else(refusal::unreadable_body)?;
        let save = either("saveToSentItems", "SaveToSentItems");
        (drafts::whole_message(call, &message)?, save != Some(Value::from(false)))
    };
    // The draft the service writes for it finds no room either.
    call.room(&call.account.open(call.house))?;
    let (facts, kept) = (facts::read(&raw), Kept::pack(&raw));
    let number = call.account.open(call.house).add(DRAFTS, kept, facts, call.now, true);
    let left = depart(call, number, save);
    if left.is_err() || !save {
        call.account.open(call.house).erase(number);
    }
    left.map(|()| Reply::Empty(202))
}

fn length_said(call: &Call<'_>) -> Outcome<()> {
    if call.request.has_length {
        return Ok(());
    }
    Err(refuse(411, "LengthRequired", "A Content-Length header is required for this request."))
}

/// Sends a draft: checks it, records it as left, files it, delivers it.
fn depart(call: &Call<'_>, number: u64, record_copy: bool) -> Outcome<()> {
    let (raw, facts) = {
        let mut mailbox = call.account.open(call.house);
        let item = mailbox.item(number).ok_or_else(refusal::item_not_found)?;
        let raw = item.kept.read().map_err(|_| refusal::item_not_found())?;
        let facts = item.facts.clone();
        sendable(call, &facts)?;
        if raw.len() > call.house.settings.switches.send_limit {
            return Err(refusal::message_too_large());
        }
        if record_copy {
            let delay = i64::try_from(call.house.settings.switches.sent_copy_delay_ms);
            let due = call.house.clock.millis().saturating_add(delay.unwrap_or(i64::MAX));
            mailbox.depart(number, call.now, due);
        }
        (raw, facts)
    };
    let to: Vec<String> = [&facts.to, &facts.cc, &facts.bcc]
        .into_iter()
        .flatten()
        .map(|person| person.address.clone())
        .collect();
    let raw = without_bcc(&raw);
    let from = call.account.settings.address.clone();
    locked(&call.house.left).push(Sent { from, to: to.clone(), raw: raw.clone() });
    for address in &to {
        deliver(call, address, &raw, &facts);
    }
    Ok(())
}

/// Whether a draft may leave: from whom it says it is, and to whom it goes.
fn sendable(call: &Call<'_>, facts: &Facts) -> Outcome<()> {
    let own = &call.account.settings.address;
    if facts.from.as_ref().is_some_and(|from| !from.address.eq_ignore_ascii_case(own)) {
        return Err(refuse(
            403,
            "ErrorSendAsDenied",
            "The user account which was used to submit this request does not have the right to \
             send mail on behalf of the specified sending account.",
        ));
    }
    let mut people = [&facts.to, &facts.cc, &facts.bcc].into_iter().flatten().peekable();
    if people.peek().is_none() {
        return Err(refuse(400, "ErrorInvalidRecipients", "No valid recipients."));
    }
    let valid = |address: &str| {
        address.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !address.contains(char::is_whitespace)
        })
    };
    if !people.all(|person| valid(&person.address)) {
        return Err(refuse(400, "ErrorInvalidRecipients", "At least one recipient is not valid."));
    }
    Ok(())
}

fn without_bcc(raw: &[u8]) -> Vec<u8> {
    match Letter::read(raw) {
        Some(mut letter) => {
            letter.remove("Bcc");
            letter.write()
        }
        None => raw.to_vec(),
    }
}

/// Brings a letter to a mailbox of this tenant; one that does not exist earns the sender a
/// non-delivery report. Letters to the outside just leave.
fn deliver(call: &Call<'_>, address: &str, raw: &[u8], facts: &Facts) {
    if let Ok(account) = call.house.mailbox(address) {
        call.house.deliver(account, raw, call.now);
        return;
    }
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    let tenant = &call.house.settings.tenant_domain;
    if !domain.eq_ignore_ascii_case(tenant) {
        return;
    }
    let (own, date) = (&call.account.settings.address, mail_date(call.now));
    let subject = facts.subject.as_deref().unwrap_or_default().replace(['\r', '\n'], " ");
    let subject: String = subject.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect();
    let id = compose::new_message_id(call);
    let original = facts.message_id.as_deref().unwrap_or("<unknown@practice>");
    let report = format!(
        "From: postmaster@{tenant}\r\nTo: {own}\r\nSubject: Undeliverable: {subject}\r\n\
         Date: {date}\r\nMessage-ID: {id}\r\nIn-Reply-To: {original}\r\nReferences: {original}\r\n\
         Return-Path: <>\r\nAuto-Submitted: auto-replied\r\nX-MS-Exchange-Message-Is-Ndr:\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n \
         boundary=\"ndr\"\r\n\r\n--ndr\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n\
         Your message to {address} could not be delivered.\r\n{address} was not found at \
         {tenant}.\r\n\r\n--ndr\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns;EXCH0001.{tenant}\r\n\r\nFinal-Recipient: rfc822;{address}\r\n\
         Action: failed\r\nStatus: 5.1.10\r\nDiagnostic-Code: smtp;550 5.1.10 \
         RESOLVER.ADR.RecipientNotFound; Recipient {address} not found by SMTP address lookup\
         \r\n\r\n--ndr\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {original}\r\n\
         Subject: {subject}\r\n\r\n--ndr--\r\n"
    );
    call.house.deliver(call.account, report.as_bytes(), call.now);
}
