//! What the figures and the metrics show: tallies that triggers keep by the hour, so that nothing
//! here grows with the number of tickets. Counts and moments only.

use std::collections::BTreeMap;

use rusqlite::Transaction;

use super::status::{Status, hour, status};
use super::values::text;
use super::{Error, Result, Store};
use crate::desk::figures::What;
use crate::desk::ticket::State;
use crate::time::Timestamp;

/// What happened in one hour in UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tally {
    /// When the hour began.
    pub hour: Timestamp,
    /// What happened.
    pub what: What,
    /// How often, in all mailboxes.
    pub amount: u64,
}

/// What the page of figures shows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Figures {
    /// What happened, in the order of the hours.
    pub tallies: Vec<Tally>,
    /// Tickets whose requesters wait for an answer, by the hour since which they do, the longest
    /// wait first; all from before the time asked for together, with the first of their hours.
    pub waiting: Vec<(Timestamp, u64)>,
    /// Tickets by state.
    pub states: BTreeMap<State, u64>,
}

/// What the metrics show besides [`Figures`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Gauges {
    /// How everything stands.
    pub status: Status,
    /// Tickets by state, and since which hour the longest of them waits for an answer.
    pub tickets: BTreeMap<State, u64>,
    /// Since when the ticket waits that has waited longest, as the hour in which that began.
    pub ticket_waits_since: Option<Timestamp>,
    /// For each mailbox, when the oldest message was received that waits to be taken in.
    pub message_waits_since: Vec<(String, Timestamp)>,
    /// Entries in the audit trail.
    pub audit_entries: u64,
    /// Bytes of the database, without its write-ahead log.
    pub database_bytes: u64,
}

impl Store {
    /// The figures from the hour of `since` on.
    pub fn figures(&mut self, since: Timestamp) -> Result<Figures> {
        self.read(|tx| {
            let mut tallies: Vec<Tally> = Vec::new();
            let (mut current, mut at) = (String::new(), since);
            let mut statement = tx.prepare_cached(
                "SELECT hour, what, amount FROM tally WHERE hour >= ?1 ORDER BY hour, what",
            )?;
            let mut rows = statement.query([hour(since)])?;
            while let Some(row) = rows.next()? {
                // Borrowed: there are some thousand rows of few hours.
                let hour = text(row, 0)?;
                if hour != current {
                    (at, current) = (begin(hour)?, hour.to_owned());
                }
                let (what, amount): (What, u64) = (row.get(1)?, row.get(2)?);
                match tallies.last_mut().filter(|last| last.hour == at && last.what == what) {
                    // The same of another mailbox.
                    Some(last) => last.amount += amount,
                    None => tallies.push(Tally { hour: at, what, amount }),
                }
            }
            let waiting: Vec<(String, u64)> = tx
                .prepare_cached(
                    "SELECT min(hour), sum(tickets) FROM waiting_count
                     WHERE tickets > 0 AND hour < ?1 HAVING count(*) > 0
                     UNION ALL
                     SELECT hour, tickets FROM waiting_count WHERE tickets > 0 AND hour >= ?1
                     ORDER BY 1",
                )?
                .query_map([hour(since)], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            let waiting = waiting.into_iter().map(|(hour, tickets)| Ok((begin(&hour)?, tickets)));
            Ok(Figures { tallies, waiting: waiting.collect::<Result<_>>()?, states: states(tx)? })
        })
    }

    /// What the metrics show.
    pub fn gauges(&mut self, today: Timestamp, now: Timestamp) -> Result<Gauges> {
        self.read(|tx| {
            let longest: Option<String> = tx
                .prepare_cached("SELECT min(hour) FROM waiting_count WHERE tickets > 0")?
                .query_row([], |row| row.get(0))?;
            let message_waits_since = tx
                .prepare_cached(
                    "SELECT mailbox.name,
                            (SELECT received_at FROM ledger
                             WHERE mailbox = mailbox.id AND outcome = 'waiting'
                             ORDER BY received_at LIMIT 1) AS since
                     FROM mailbox WHERE since IS NOT NULL ORDER BY mailbox.name",
                )?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            let number = |sql: &str| -> Result<u64> {
                Ok(tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
            };
            Ok(Gauges {
                status: status(tx, today, now)?,
                tickets: states(tx)?,
                ticket_waits_since: longest.as_deref().map(begin).transpose()?,
                message_waits_since,
                audit_entries: number("SELECT ifnull(max(seq), 0) FROM audit")?,
                database_bytes: number("PRAGMA page_count")? * number("PRAGMA page_size")?,
            })
        })
    }
}

fn states(tx: &Transaction<'_>) -> Result<BTreeMap<State, u64>> {
    let mut states: BTreeMap<State, u64> = State::ALL.iter().map(|state| (*state, 0)).collect();
    let mut statement =
        tx.prepare_cached("SELECT state, sum(tickets) FROM ticket_count GROUP BY state")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        states.insert(row.get(0)?, row.get(1)?);
    }
    Ok(states)
}

/// When an hour of the tables of counts began.
fn begin(hour: &str) -> Result<Timestamp> {
    let whole = format!("{hour}:00:00Z");
    whole.parse().map_err(|_| Error::NotPossible(format!("`{hour}` is not an hour of a tally")))
}
