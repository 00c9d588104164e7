//! The API's answers to GET.

use serde_json::json;

use super::{Outcome, Refusal, Resource, whole};
use crate::desk::ledger::Outcome as Became;
use crate::desk::query::Query;
use crate::desk::ticket::{Delivery, State};
use crate::mail::Address;
use crate::store::Store;
use crate::store::ledger_lists;
use crate::store::lists::{Filter, Which};
use crate::store::undelivered;
use crate::time::Timestamp;
use crate::web::answer::Answer;
use crate::web::asked::Asked;
use crate::web::download;
use crate::web::locale::Locale;
use crate::web::shared::Desk;
use crate::web::texts::Language;
use crate::web::views::status;

/// Rows of a list, when none are asked for and at most.
const ROWS: u32 = 50;
const MOST_ROWS: u32 = 500;

pub(super) fn answer(
    desk: &Desk,
    store: &mut Store,
    asked: &Asked,
    resource: &Resource,
    now: Timestamp,
) -> Outcome {
    match resource {
        Resource::Status => health(desk, store, now),
        Resource::Tickets => tickets(store, asked),
        Resource::Ticket(number) => whole(200, &store.ticket(*number)?),
        Resource::Raw(id) => {
            let Some(row) = store.ledger_of(*id)? else {
                let words = format!("there is no article {id} that came by mail");
                return Err(Refusal::new(404, "not_found", words));
            };
            let name = format!("message-{row}.eml");
            let bytes = store.raw(row)?;
            Ok(Answer::download("message/rfc822", download::disposition(&name), bytes))
        }
        Resource::Attachment(id) => {
            let (info, bytes) = store.attachment(*id)?;
            let content_type = download::content_type(&info.content_type);
            Ok(Answer::download(content_type, download::disposition(&info.filename), bytes))
        }
        Resource::Search => {
            let text = asked.query("q").unwrap_or_default();
            let query = Query::read(&text, desk.ticket_tag(), now)
                .map_err(|error| Refusal::bad(format!("q: {error}")))?;
            let found = store.search(&query, asked.number("after")?, limit(asked)?)?;
            let next = found.next.map(|next| next.to_string());
            let (results, not_indexed) = (found.results, found.not_indexed);
            whole(200, &json!({ "results": results, "next": next, "not_indexed": not_indexed }))
        }
        Resource::Ledger => ledger(store, asked),
        Resource::Balance => whole(200, &json!({ "mailboxes": store.kept_balance()? })),
        Resource::Outbox => outbox(store, asked),
        Resource::Audit => {
            let part = store.audit(asked.number("after")?, limit(asked)?)?;
            let next = part.next.map(|next| next.to_string());
            whole(200, &json!({ "entries": part.rows, "next": next }))
        }
        // Answered before, or not to GET.
        Resource::OpenApi | Resource::Replies(_) | Resource::Notes(_) | Resource::Decision(..) => {
            Err(Refusal::new(404, "not_found", "there is no such resource"))
        }
    }
}

/// How everything stands: the verdict of the status page and the sums of the mailboxes.
fn health(desk: &Desk, store: &mut Store, now: Timestamp) -> Outcome {
    let facts = store.status(desk.zone.day_start(now), now)?;
    let locale = Locale { language: Language::English, zone: desk.zone.clone(), now };
    let verdict = status::judge(&desk.facts, &facts, desk.started_at, &locale);
    let mailboxes: Vec<_> = facts
        .mailboxes
        .iter()
        .map(|mailbox| {
            json!({
                "mailbox": mailbox.balance.mailbox,
                "balance": mailbox.balance,
                "taken_in_today": mailbox.taken_in_today,
                "recoverable": mailbox.recoverable,
                "outbox": {
                    "queued": mailbox.outbox.waiting,
                    "unknown": mailbox.outbox.unknown,
                    "refused": mailbox.outbox.refused,
                },
            })
        })
        .collect();
    let well = verdict.http_status() == 200;
    whole(200, &json!({ "well": well, "summary": verdict.line, "mailboxes": mailboxes }))
}

fn tickets(store: &mut Store, asked: &Asked) -> Outcome {
    let state = asked.query("state").map(|word| word.parse::<State>()).transpose();
    let which = state.map_err(|error| Refusal::bad(format!("state: {error}")))?;
    let assignee = asked.query("assignee").map(|name| (name != "-").then_some(name));
    let filter = Filter {
        which: which.map_or(Which::All, Which::In),
        assignee,
        queue: asked.query("queue"),
        mailbox: asked.query("mailbox"),
        tag: asked.query("tag"),
        requester: asked.query("requester").map(|address| Address::bare(&address)),
    };
    let after = asked.query("after").map(|after| after.parse()).transpose();
    let after = after.map_err(|error| Refusal::bad(format!("after: {error}")))?;
    let mut part = store.tickets(&filter, after, limit(asked)?)?;
    for ticket in &mut part.rows {
        *ticket = store.ticket(ticket.number)?;
    }
    let next = part.next.map(|next| next.to_string());
    whole(200, &json!({ "tickets": part.rows, "next": next }))
}

fn ledger(store: &mut Store, asked: &Asked) -> Outcome {
    let outcome = asked.query("outcome").map(|word| word.parse::<Became>()).transpose();
    let outcome = outcome.map_err(|error| Refusal::bad(format!("outcome: {error}")))?;
    let (mailbox, message) = (asked.query("mailbox"), asked.query("message"));
    let filter = ledger_lists::Filter { mailbox, outcome, message };
    let part = store.ledger(&filter, asked.number("after")?, limit(asked)?)?;
    let next = part.next.map(|next| next.to_string());
    whole(200, &json!({ "ledger": part.rows, "next": next }))
}

fn outbox(store: &mut Store, asked: &Asked) -> Outcome {
    let state = asked.query("state").map(|word| word.parse::<Delivery>()).transpose();
    let state = state.map_err(|error| Refusal::bad(format!("state: {error}")))?;
    let filter = undelivered::Filter { state, mailbox: asked.query("mailbox") };
    let part = store.outbox(&filter, asked.number("after")?, limit(asked)?)?;
    let next = part.next.map(|next| next.to_string());
    whole(200, &json!({ "outbox": part.rows, "next": next }))
}

fn limit(asked: &Asked) -> Result<u32, Refusal> {
    match asked.query("limit") {
        None => Ok(ROWS),
        Some(text) => {
            let number = text.parse().ok().filter(|number| (1..=MOST_ROWS).contains(number));
            number.ok_or_else(|| {
                Refusal::bad(format!("limit: `{text}` is no whole number from 1 to {MOST_ROWS}"))
            })
        }
    }
}

impl Asked {
    /// A cursor that is a number.
    fn number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let text = self.query(name);
        let number = text.map(|text| {
            let digits = (1..=18).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
            let number = text.parse().ok().filter(|_| digits);
            number.ok_or_else(|| Refusal::bad(format!("{name}: `{text}` is no cursor")))
        });
        number.transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_number_in_its_bounds() {
        let asked = |query: &str| Asked { target: format!("/x{query}"), ..Asked::default() };
        for (query, expected) in [
            ("", Some(ROWS)),
            ("?limit=1", Some(1)),
            ("?limit=500", Some(500)),
            ("?limit=501", None),
            ("?limit=0", None),
            ("?limit=-1", None),
            ("?limit=x", None),
            ("?limit=", None),
        ] {
            assert_eq!(limit(&asked(query)).ok(), expected, "{query}");
        }
    }
}
