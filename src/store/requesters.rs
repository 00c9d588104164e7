//! Those who wrote to us: who one is and how many tickets they have, and what a list shows of tickets
//! beside the tickets themselves.

use std::collections::HashMap;

use rusqlite::OptionalExtension;

use super::lists::numbers;
use super::{Error, Result, Store};
use crate::desk::ticket::{PersonId, State, TicketNumber};
use crate::mail::Address;
use crate::time::Timestamp;

/// The most tickets of one requester that are counted.
const COUNTED: u32 = 10_000;

/// The articles of a ticket that are looked at for attachments, the newest ones.
const LOOKED_AT: u32 = 20;

/// Somebody who wrote to us.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Requester {
    /// Its id.
    pub id: PersonId,
    /// Its address and the name it last came with.
    pub address: Address,
    /// When the first of their tickets was opened; none while they have none, and when they have more
    /// than are counted.
    pub since: Option<Timestamp>,
    /// How many tickets they have in each state, without those in which there is none.
    pub counts: Vec<(State, u64)>,
    /// Whether there are more tickets than were counted.
    pub has_more: bool,
}

/// What a list shows of a ticket beside the ticket itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Glance {
    /// Who asks.
    pub requester: Option<PersonId>,
    /// Whether files came with one of its newest articles.
    pub has_attachment: bool,
}

impl Store {
    /// Somebody who wrote to us.
    pub fn requester(&mut self, id: PersonId) -> Result<Requester> {
        self.read(|tx| {
            let address = tx
                .prepare_cached("SELECT address, name FROM person WHERE id = ?1")?
                .query_row([id], |row| Ok(Address { address: row.get(0)?, name: row.get(1)? }))
                .optional()?
                .ok_or_else(|| Error::NoSuch(format!("there is no requester {id}")))?;
            let mut counts: Vec<(State, u64)> =
                State::ALL.iter().map(|state| (*state, 0)).collect();
            let (mut counted, mut first): (u32, Option<TicketNumber>) = (0, None);
            let mut statement = tx.prepare_cached(TICKETS_OF)?;
            let mut rows = statement.query((id, COUNTED + 1))?;
            while let Some(row) = rows.next()? {
                counted += 1;
                if counted > COUNTED {
                    break;
                }
                let (state, number): (State, TicketNumber) = (row.get(0)?, row.get(1)?);
                first = Some(first.map_or(number, |first| first.min(number)));
                for (_, count) in counts.iter_mut().filter(|(other, _)| *other == state) {
                    *count += 1;
                }
            }
            let has_more = counted > COUNTED;
            let since = match first.filter(|_| !has_more) {
                None => None,
                Some(number) => Some(
                    tx.prepare_cached("SELECT created_at FROM ticket WHERE number = ?1")?
                        .query_row([number], |row| row.get(0))?,
                ),
            };
            counts.retain(|(_, count)| *count > 0);
            Ok(Requester { id, address, since, counts, has_more })
        })
    }

    /// The one who has this address, if they ever wrote to us.
    pub fn requester_with(&mut self, address: &str) -> Result<Option<PersonId>> {
        Ok(self
            .db
            .prepare_cached("SELECT id FROM person WHERE key = ?1")?
            .query_row([Address::bare(address).key()], |row| row.get(0))
            .optional()?)
    }

    /// What a list shows of these tickets beside them.
    pub fn glances(
        &mut self,
        tickets: impl Iterator<Item = TicketNumber>,
    ) -> Result<HashMap<TicketNumber, Glance>> {
        self.read(|tx| {
            tx.prepare_cached(GLANCES)?
                .query_map((numbers(tickets), LOOKED_AT), |row| {
                    let glance = Glance { requester: row.get(1)?, has_attachment: row.get(2)? };
                    Ok((row.get(0)?, glance))
                })?
                .collect::<rusqlite::Result<_>>()
                .map_err(Error::from)
        })
    }
}

const TICKETS_OF: &str = "SELECT state, number FROM ticket INDEXED BY ticket_of_requester
     WHERE requester = ?1 ORDER BY updated_at DESC, number DESC LIMIT ?2";

const GLANCES: &str = "SELECT ticket.number, ticket.requester, EXISTS (
       SELECT 1 FROM (SELECT id FROM article WHERE article.ticket = ticket.number
                      ORDER BY id DESC LIMIT ?2) AS newest
       CROSS JOIN attachment ON attachment.article = newest.id WHERE attachment.inline = 0)
     FROM json_each(?1) AS listed CROSS JOIN ticket ON ticket.number = listed.value";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::store::testing::empty;

    #[test]
    fn what_is_shown_of_requesters_walks_an_index() {
        let (_folder, store) = empty();
        for (statement, expected) in [
            (TICKETS_OF, "SEARCH ticket USING COVERING INDEX ticket_of_requester (requester=?)"),
            (GLANCES, "SEARCH attachment USING INDEX attachment_by_article (article=?)"),
        ] {
            let plan = store.plan(statement).join("; ");
            assert!(plan.contains(expected), "{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
            let scans = plan.split("; ").filter(|step| step.starts_with("SCAN"));
            // The tickets of a page are gone through, and the newest articles of each, a few.
            let few = ["SCAN newest", "SCAN listed VIRTUAL TABLE INDEX 1:"];
            assert!(scans.into_iter().all(|step| few.contains(&step)), "{plan}");
        }
    }
}
