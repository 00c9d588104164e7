//! Lists of tickets, the newest activity first, and how many there are of which kind. Each list walks
//! an index in its order and stops at the end of a page, however many tickets there are; the counts
//! are kept by triggers.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use rusqlite::{ToSql, Transaction};

use super::tickets::{COLUMNS, WITH_NAMES, ticket_row};
use super::values::text;
use super::{Listing, Result, Store};
use crate::desk::ticket::{State, Ticket, TicketNumber};
use crate::mail::Address;
use crate::time::Timestamp;

/// The states a list shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Which {
    /// All but the deleted.
    #[default]
    All,
    /// New and open: what somebody has to do something about.
    Open,
    /// New, open and pending: what is not over.
    Active,
    /// Those in this state.
    In(State),
}

/// Which tickets a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In which states.
    pub which: Which,
    /// Only those of this agent, by name; `Some(None)` for those of nobody.
    pub assignee: Option<Option<String>>,
    /// Only those of this queue.
    pub queue: Option<String>,
    /// Only those of this mailbox.
    pub mailbox: Option<String>,
    /// Only those with this tag.
    pub tag: Option<String>,
    /// Only those whose requester has this address.
    pub requester: Option<Address>,
}

/// Where a list of tickets goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    updated_at: Timestamp,
    number: TicketNumber,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.updated_at.unix(), self.number)
    }
}

/// A text that is no cursor.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no cursor; take the one that the last part of the list gave as `next`")]
pub struct NoCursor(String);

impl FromStr for Cursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> std::result::Result<Self, NoCursor> {
        // Digits alone: a sign or more of them than a moment has never came from here.
        let digits = |part: &str, most: usize| -> Option<i64> {
            let plain = part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse().ok().filter(|_| plain)
        };
        let parts = text.split_once('-').and_then(|(at, number)| {
            let number = Some(number).filter(|number| !number.starts_with('0'));
            Some((digits(at, 12)?, digits(number?, 18)?))
        });
        let (at, number) = parts.ok_or_else(|| NoCursor(text.to_owned()))?;
        Ok(Self { updated_at: Timestamp::from_unix(at), number: TicketNumber(number) })
    }
}

/// How many tickets there are.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// New and open ones.
    pub open: u64,
    /// New, open and pending ones of the agent who asks.
    pub mine: u64,
    /// New and open ones of nobody.
    pub unassigned: u64,
    /// Those that wait.
    pub pending: u64,
    /// Closed ones.
    pub closed: u64,
    /// Deleted ones.
    pub deleted: u64,
    /// New, open and pending ones by queue, by name.
    pub queues: Vec<(String, u64)>,
}

impl Store {
    /// Tickets without their articles, from behind `after` on.
    pub fn tickets(
        &mut self,
        filter: &Filter,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<Listing<Ticket, Cursor>> {
        let (statement, values) = statement(filter, after, limit);
        self.read(|tx| {
            let values: Vec<&dyn ToSql> = values.iter().map(|value| &**value).collect();
            let mut rows: Vec<Ticket> = tx
                .prepare_cached(&statement)?
                .query_map(values.as_slice(), ticket_row)?
                .collect::<rusqlite::Result<_>>()?;
            put_tags(tx, &mut rows)?;
            Ok(Listing::cut(rows, limit, |ticket: &Ticket| Cursor {
                updated_at: ticket.updated_at,
                number: ticket.number,
            }))
        })
    }

    /// How many tickets there are, and how many this agent has.
    pub fn ticket_counts(&mut self, agent: &str) -> Result<Counts> {
        let mut counts = Counts::default();
        let mut queues: BTreeMap<String, u64> = BTreeMap::new();
        let mut statement = self.db.prepare_cached(
            "SELECT state, assignee, queue, tickets FROM ticket_count WHERE tickets > 0",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (state, tickets): (State, u64) = (row.get(0)?, row.get(3)?);
            match state {
                State::New | State::Open => counts.open += tickets,
                State::Pending => counts.pending += tickets,
                State::Closed => counts.closed += tickets,
                State::Deleted => counts.deleted += tickets,
            }
            if matches!(state, State::Closed | State::Deleted) {
                continue;
            }
            // Borrowed: there is a row for each agent in each queue.
            let [assignee, queue] = [text(row, 1)?, text(row, 2)?];
            if assignee.is_empty() && state != State::Pending {
                counts.unassigned += tickets;
            }
            if assignee == agent {
                counts.mine += tickets;
            }
            if let Some(count) = queues.get_mut(queue) {
                *count += tickets;
            } else if !queue.is_empty() {
                queues.insert(queue.to_owned(), tickets);
            }
        }
        counts.queues = queues.into_iter().collect();
        Ok(counts)
    }
}

/// Gives all these tickets their tags, in one statement.
fn put_tags(tx: &Transaction<'_>, tickets: &mut [Ticket]) -> Result<()> {
    let mut statement = tx.prepare_cached(TAGS)?;
    let mut rows = statement.query([numbers(tickets.iter().map(|ticket| ticket.number))])?;
    while let Some(row) = rows.next()? {
        let (place, tag): (usize, String) = (row.get(0)?, row.get(1)?);
        if let Some(ticket) = tickets.get_mut(place) {
            ticket.tags.push(tag);
        }
    }
    Ok(())
}

/// The numbers of tickets as SQLite's `json_each` takes them.
pub(super) fn numbers(tickets: impl Iterator<Item = TicketNumber>) -> String {
    let numbers: Vec<String> = tickets.map(|number| number.to_string()).collect();
    format!("[{}]", numbers.join(","))
}

const TAGS: &str = "SELECT listed.key, ticket_tag.tag FROM json_each(?1) AS listed
     CROSS JOIN ticket_tag ON ticket_tag.ticket = listed.value ORDER BY listed.key, ticket_tag.tag";

/// What the partial indexes hold.
const ACTIVE: &str = "ticket.state IN ('new', 'open', 'pending')";

/// The statement for a list and its values. The index is named, for SQLite would rather look up the
/// states one by one and sort what it finds.
fn statement(filter: &Filter, after: Option<Cursor>, limit: u32) -> (String, Vec<Box<dyn ToSql>>) {
    let mut values: Vec<Box<dyn ToSql>> = Vec::new();
    let mut conditions = vec![match filter.which {
        Which::All => "ticket.state <> 'deleted'".to_owned(),
        Which::Open => "ticket.state IN ('new', 'open')".to_owned(),
        Which::Active => ACTIVE.to_owned(),
        Which::In(state) => format!("ticket.state = '{state}'"),
    }];
    let is_active = !matches!(filter.which, Which::All | Which::In(State::Closed | State::Deleted));
    let index = match filter {
        Filter { requester: Some(_), .. } => "ticket_of_requester",
        Filter { assignee: Some(_), .. } if is_active => "ticket_of_assignee",
        Filter { queue: Some(_), .. } if is_active => "ticket_of_queue",
        Filter { which: Which::Open, .. } => "ticket_open",
        Filter { which: Which::In(_), .. } => "ticket_by_state",
        _ => "ticket_by_activity",
    };
    if matches!(index, "ticket_of_assignee" | "ticket_of_queue") {
        // It follows from the other; SQLite uses a partial index only when it is said.
        conditions.push(ACTIVE.to_owned());
    }
    let mut equals = |what: &str, value: Box<dyn ToSql>| {
        values.push(value);
        conditions.push(format!("{what} = ?{}", values.len()));
    };
    if let Some(queue) = &filter.queue {
        equals("ticket.queue", Box::new(queue.clone()));
    }
    if let Some(mailbox) = &filter.mailbox {
        equals("mailbox.name", Box::new(mailbox.clone()));
    }
    if let Some(requester) = &filter.requester {
        values.push(Box::new(requester.key()));
        let person = format!("(SELECT id FROM person WHERE key = ?{})", values.len());
        conditions.push(format!("ticket.requester = {person}"));
    }
    if let Some(tag) = &filter.tag {
        values.push(Box::new(tag.clone()));
        conditions.push(format!(
            "EXISTS (SELECT 1 FROM ticket_tag WHERE ticket = ticket.number AND tag = ?{} COLLATE NOCASE)",
            values.len()
        ));
    }
    match &filter.assignee {
        Some(Some(name)) => {
            values.push(Box::new(name.clone()));
            conditions.push(format!("ticket.assignee = ?{}", values.len()));
        }
        Some(None) => conditions.push("ticket.assignee IS NULL".to_owned()),
        None => {}
    }
    if let Some(after) = after {
        values.push(Box::new(after.updated_at));
        values.push(Box::new(after.number));
        conditions.push(format!(
            "(ticket.updated_at, ticket.number) < (?{}, ?{})",
            values.len() - 1,
            values.len()
        ));
    }
    let conditions = conditions.join(" AND ");
    let statement = format!(
        "SELECT {COLUMNS} FROM ticket INDEXED BY {index} {WITH_NAMES} WHERE {conditions}
         ORDER BY ticket.updated_at DESC, ticket.number DESC LIMIT {}",
        u64::from(limit) + 1
    );
    (statement, values)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::store::testing::empty;

    const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

    #[test]
    fn every_list_walks_an_index_in_its_order() {
        let (_folder, store) = empty();
        let after = "1700000000-17".parse::<Cursor>().unwrap();
        let filter = Filter::default;
        let named = |name: &str| Some(Some(name.to_owned()));
        for (index, filter) in [
            ("ticket_by_activity", filter()),
            ("ticket_open", Filter { which: Which::Open, ..filter() }),
            ("ticket_by_state", Filter { which: Which::In(State::Closed), ..filter() }),
            (
                "ticket_of_assignee",
                Filter { which: Which::Active, assignee: named("ana"), ..filter() },
            ),
            ("ticket_of_assignee", Filter { which: Which::Open, assignee: Some(None), ..filter() }),
            (
                "ticket_of_queue",
                Filter { which: Which::Active, queue: Some("a".into()), ..filter() },
            ),
            ("ticket_of_requester", Filter { requester: Some(Address::bare("a@b")), ..filter() }),
            (
                "ticket_of_requester",
                Filter {
                    which: Which::In(State::Closed),
                    requester: Some(Address::bare("a@b")),
                    ..filter()
                },
            ),
        ] {
            for after in [None, Some(after)] {
                let (statement, _) = statement(&filter, after, 50);
                let plan = store.plan(&statement).join("; ");
                assert!(plan.contains(&format!("USING INDEX {index}")), "{filter:?}: {plan}");
                assert!(!plan.contains("TEMP B-TREE"), "{filter:?}: {plan}");
            }
        }
    }

    #[test]
    fn tags_are_found_ticket_by_ticket() {
        let (_folder, store) = empty();
        let plan = store.plan(TAGS).join("; ");
        assert!(plan.contains("SEARCH ticket_tag USING PRIMARY KEY (ticket=?)"), "{plan}");
    }

    #[test]
    fn a_cursor_is_read_as_it_is_written() {
        let cursor = Cursor { updated_at: NOW, number: TicketNumber(17) };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for bad in ["", "17", "a-b", "1-", "-1", "1-0", "1--5", "1-2-3", "99999999999999999999-1"] {
            assert!(bad.parse::<Cursor>().is_err(), "{bad}");
        }
    }
}
