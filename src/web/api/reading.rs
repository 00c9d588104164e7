//! The API's answers to GET: what a query says read into a filter, and facts as JSON. Whatever cannot
//! be read is refused, never passed over.

use std::fmt::Display;
use std::str::FromStr;

use serde::Serialize;
use serde_json::json;

use super::{Outcome, Refusal, Resource, whole};
use crate::desk::query::Query;
use crate::mail::Address;
use crate::store::lists::{Filter, Which};
use crate::store::{Listing, Store, ledger_lists, undelivered};
use crate::time::Timestamp;
use crate::web::asked::Asked;
use crate::web::download;
use crate::web::locale::Locale;
use crate::web::shared::Desk;
use crate::web::texts::Language;

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
            Ok(download::original(&format!("message-{row}.eml"), store.raw(row)?))
        }
        Resource::Attachment(id) => {
            let (info, bytes) = store.attachment(*id)?;
            Ok(download::attachment(&info, bytes))
        }
        Resource::Search => {
            let text = asked.query("q").unwrap_or_default();
            let query = Query::read(&text, desk.ticket_tag())
                .map_err(|error| Refusal::bad(format!("q: {error}")))?;
            let found = store.search(&query, asked.cursor("after")?, limit(asked)?)?;
            let next = found.next.map(|next| next.to_string());
            let (results, not_indexed) = (found.results, found.not_indexed);
            whole(200, &json!({ "results": results, "next": next, "not_indexed": not_indexed }))
        }
        Resource::Ledger => ledger(store, asked),
        Resource::Balance => whole(200, &json!({ "mailboxes": store.kept_balance()? })),
        Resource::Outbox => outbox(store, asked),
        Resource::Audit => part_of("entries", store.audit(asked.cursor("after")?, limit(asked)?)?),
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
    let verdict = desk.facts.judge(&facts, desk.started_at, &locale);
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
    let assignee = asked.query("assignee").map(|name| (name != "-").then_some(name));
    let filter = Filter {
        which: asked.fit("state")?.map_or(Which::All, Which::In),
        assignee,
        queue: asked.query("queue"),
        mailbox: asked.query("mailbox"),
        tag: asked.query("tag"),
        requester: asked.query("requester").map(|address| Address::bare(&address)),
    };
    let mut part = store.tickets(&filter, asked.fit("after")?, limit(asked)?)?;
    for ticket in &mut part.rows {
        *ticket = store.ticket(ticket.number)?;
    }
    part_of("tickets", part)
}

fn ledger(store: &mut Store, asked: &Asked) -> Outcome {
    let filter = ledger_lists::Filter {
        mailbox: asked.query("mailbox"),
        outcome: asked.fit("outcome")?,
        message: asked.query("message"),
    };
    part_of("ledger", store.ledger(&filter, asked.cursor("after")?, limit(asked)?)?)
}

fn outbox(store: &mut Store, asked: &Asked) -> Outcome {
    let filter =
        undelivered::Filter { state: asked.fit("state")?, mailbox: asked.query("mailbox") };
    part_of("outbox", store.outbox(&filter, asked.cursor("after")?, limit(asked)?)?)
}

/// A part of a list under its name, and where the list goes on.
fn part_of<T: Serialize, C: ToString>(name: &str, part: Listing<T, C>) -> Outcome {
    whole(200, &json!({ name: part.rows, "next": part.next.map(|next| next.to_string()) }))
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
    /// A value of the query as what it has to be, if it is there.
    fn fit<T: FromStr<Err: Display>>(&self, name: &str) -> Result<Option<T>, Refusal> {
        let value = self.query(name).map(|text| text.parse()).transpose();
        value.map_err(|error| Refusal::bad(format!("{name}: {error}")))
    }

    /// A cursor that is a number.
    fn cursor(&self, name: &str) -> Result<Option<i64>, Refusal> {
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
