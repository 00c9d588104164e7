//! Sending: a draft by `/send`, or a message at once by `sendMail`; what leaves is recorded, and
//! reaches the other mailboxes here (facts: microsoft-graph 4.1, 4.3 and 4.8).

use serde_json::Value;

use super::Sent;
use super::compose;
use super::correspondents::{self, Reached};
use super::drafts;
use super::facts::{self, Facts};
use super::graph::{Call, Reply};
use super::header::Letter;
use super::house::locked;
use super::mailbox::{DRAFTS, Departure, Item, Kept};
use super::refusal::{self, Outcome, refuse};
use super::reports::{self, Failure};

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
    let switches = &call.house.settings.switches;
    let raw = {
        let mut mailbox = call.account.open(call.house);
        // Of two requests that send one draft at the same moment, one comes too late.
        let unsent = |item: &&Item| item.draft && !mailbox.sent.contains(&number);
        let item = mailbox.item(number).filter(unsent).ok_or_else(refusal::item_not_found)?;
        let mut raw = item.kept.read().map_err(|_| refusal::item_not_found())?;
        sendable(call, &item.facts)?;
        if raw.len() > switches.send_limit {
            return Err(refusal::message_too_large());
        }
        let mut replaced = None;
        if switches.message_id_replaced_on_send
            && let Some(mut letter) = Letter::read(&raw)
        {
            letter.set("Message-ID", &compose::new_message_id(call));
            raw = letter.write();
            replaced = Some(raw.clone());
        }
        if record_copy {
            let delay = i64::try_from(switches.sent_copy_delay_ms).unwrap_or(i64::MAX);
            let due = call.house.clock.millis().saturating_add(delay);
            let shows_as_draft = switches.draft_shows_until_copied;
            let departure = Departure { now: call.now, due, shows_as_draft, raw: replaced };
            mailbox.depart(number, departure);
        }
        raw
    };
    let facts = facts::read(&raw);
    let mut to: Vec<String> = Vec::new();
    for person in [&facts.to, &facts.cc, &facts.bcc].into_iter().flatten() {
        // Whoever is named twice gets it once.
        if !to.iter().any(|known| known.eq_ignore_ascii_case(&person.address)) {
            to.push(person.address.clone());
        }
    }
    let raw = without_bcc(&raw);
    let reached = |address| {
        let (house, account, now) = (call.house, call.account, call.now);
        Reached { house, account, address, raw: &raw, facts: &facts, now }
    };
    if to.len() > switches.most_recipients {
        come_back(call, &reached(&to[0]), Failure::TooMany);
        return Ok(());
    }
    let from = call.account.settings.address.clone();
    locked(&call.house.left).push(Sent { from, to: to.clone(), raw: raw.clone() });
    for address in &to {
        deliver(call, &reached(address));
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
/// non-delivery report. Letters to the outside leave, and may be answered from there.
fn deliver(call: &Call<'_>, letter: &Reached<'_>) {
    if let Ok(account) = call.house.mailbox(letter.address) {
        call.house.deliver(account, letter.raw, call.now);
        return;
    }
    let domain = letter.address.rsplit_once('@').map_or("", |(_, domain)| domain);
    if domain.eq_ignore_ascii_case(&call.house.settings.tenant_domain) {
        come_back(call, letter, Failure::UnknownHere);
    } else {
        correspondents::reach(letter);
    }
}

/// Puts a non-delivery report into the Inbox of the sender.
fn come_back(call: &Call<'_>, letter: &Reached<'_>, failure: Failure) {
    call.house.deliver(call.account, &reports::report(letter, failure), call.now);
}
