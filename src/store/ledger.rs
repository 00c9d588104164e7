//! What became of every message: noting what a listing shows, what waits and what failed, lists and
//! the balance for people.

use std::collections::HashMap;

use rusqlite::{Row, Transaction};

use super::{Listing, MailboxId, Result, Store, audit};
use crate::desk::audit::{Action, NewEntry};
use crate::desk::intake::ACTOR;
use crate::desk::ledger::{Balance, LedgerRow, Outcome};
use crate::desk::ticket::LedgerId;
use crate::mail::MessageId;
use crate::time::Timestamp;

/// A line of a listing, as the ledger takes it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The provider's id.
    pub item_id: String,
    /// The Message-ID the provider reports.
    pub message_id: Option<MessageId>,
    /// When the mailbox received it.
    pub received_at: Timestamp,
    /// Its size in bytes, where told.
    pub size: Option<u64>,
}

/// A message that waits to be taken in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// Its row.
    pub ledger: LedgerId,
    /// The provider's id.
    pub item_id: String,
    /// When the mailbox received it.
    pub received_at: Timestamp,
    /// Its size in bytes, where the provider told it.
    pub size: Option<u64>,
    /// How often it failed.
    pub attempts: u32,
}

/// What is noted of a message that could not be taken in this time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Setback {
    /// It is tried again from then on.
    Retry(Timestamp),
    /// It is set aside for a person.
    Quarantine,
    /// It is no longer in the mailbox.
    Vanished,
}

const COLUMNS: &str = "ledger.id, mailbox.name, ledger.item_id, ledger.message_id, ledger.sha256, \
     ledger.size, ledger.received_at, ledger.listed_at, ledger.outcome, \
     iif(ledger.filing_error = '', ledger.reason, ledger.filing_error), \
     article.ticket, ledger.article, ledger.original, ledger.recoverable_until, \
     EXISTS (SELECT 1 FROM raw WHERE raw.ledger = ledger.id)";

impl Store {
    /// Gives every item that was never seen before its row, and says how many there were.
    pub fn note_listed(
        &mut self,
        mailbox: MailboxId,
        seen: &[Seen],
        now: Timestamp,
    ) -> Result<usize> {
        if seen.is_empty() {
            return Ok(0);
        }
        self.write(|tx| {
            let mut statement = tx.prepare_cached(
                "INSERT INTO ledger (mailbox, item_id, message_id, size, received_at, listed_at)
                 SELECT ?1, ?2, ?3, ?4, ?5, ?6
                 WHERE NOT EXISTS (SELECT 1 FROM ledger WHERE mailbox = ?1 AND item_id = ?2)",
            )?;
            let mut new = 0;
            for item in seen {
                let Seen { item_id, message_id, received_at, size } = item;
                new +=
                    statement.execute((mailbox.0, item_id, message_id, size, received_at, now))?;
            }
            Ok(new)
        })
    }

    /// The messages that wait and whose time has come, oldest first.
    pub fn waiting(
        &mut self,
        mailbox: MailboxId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Waiting>> {
        let rows = self
            .db
            .prepare_cached(
                "SELECT id, item_id, received_at, size, attempts FROM ledger
                 WHERE mailbox = ?1 AND outcome = 'waiting' AND coalesce(retry_at, '') <= ?2
                 ORDER BY received_at, id LIMIT ?3",
            )?
            .query_map((mailbox.0, now, limit), |row| {
                Ok(Waiting {
                    ledger: row.get(0)?,
                    item_id: row.get(1)?,
                    received_at: row.get(2)?,
                    size: row.get(3)?,
                    attempts: row.get(4)?,
                })
            })?
            .collect::<rusqlite::Result<_>>()?;
        Ok(rows)
    }

    /// When the earliest message that waits for another attempt is due.
    pub fn next_retry(&mut self, mailbox: MailboxId) -> Result<Option<Timestamp>> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT min(retry_at) FROM (
                   SELECT retry_at FROM ledger WHERE mailbox = ?1 AND outcome = 'waiting'
                   UNION ALL
                   SELECT retry_at FROM ledger WHERE mailbox = ?1 AND filing_due = 1)",
            )?
            .query_row([mailbox.0], |row| row.get(0))?)
    }

    /// Notes why messages could not be taken in, and what follows.
    pub fn set_back(
        &mut self,
        setbacks: &[(LedgerId, Setback, String)],
        now: Timestamp,
    ) -> Result<()> {
        if setbacks.is_empty() {
            return Ok(());
        }
        self.write(|tx| {
            for (ledger, setback, reason) in setbacks {
                let (outcome, retry_at, action) = match setback {
                    Setback::Retry(at) => (Outcome::Waiting, Some(*at), None),
                    Setback::Quarantine => (Outcome::Quarantined, None, Some(Action::Quarantined)),
                    Setback::Vanished => (Outcome::Vanished, None, Some(Action::Vanished)),
                };
                let changed = tx
                    .prepare_cached(
                        "UPDATE ledger SET outcome = ?2, reason = ?3, retry_at = ?4,
                                attempts = attempts + 1,
                                original = iif(?2 = 'vanished', 'expired', original)
                         WHERE id = ?1 AND outcome = 'waiting'",
                    )?
                    .execute((ledger, outcome, reason, retry_at))?;
                if let Some(action) = action.filter(|_| changed > 0) {
                    let entry = NewEntry {
                        actor: ACTOR.to_owned(),
                        action,
                        ticket: None,
                        ledger: Some(*ledger),
                        detail: super::writing::cut(reason, 200).into_owned(),
                    };
                    audit::append(tx, now, &entry)?;
                }
            }
            Ok(())
        })
    }

    /// Rows of the ledger, the newest first, from before `after` on; of one mailbox or outcome only
    /// where asked.
    pub fn ledger(
        &mut self,
        mailbox: Option<&str>,
        outcome: Option<Outcome>,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Listing<LedgerRow>> {
        self.read(|tx| {
            let rows = tx
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM ledger
                     JOIN mailbox ON mailbox.id = ledger.mailbox
                     LEFT JOIN article ON article.id = ledger.article
                     WHERE ledger.id < :after
                       AND (:mailbox IS NULL OR mailbox.name = :mailbox)
                       AND (:outcome IS NULL OR ledger.outcome = :outcome)
                     ORDER BY ledger.id DESC LIMIT :limit + 1"
                ))?
                .query_map(
                    rusqlite::named_params! {
                        ":after": after.unwrap_or(i64::MAX), ":mailbox": mailbox,
                        ":outcome": outcome, ":limit": limit,
                    },
                    ledger_row,
                )?
                .collect::<rusqlite::Result<_>>()?;
            Ok(Listing::cut(rows, limit, |row: &LedgerRow| row.id.0))
        })
    }

    /// One row of the ledger.
    pub fn ledger_row(&mut self, id: LedgerId) -> Result<LedgerRow> {
        let row = self
            .db
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM ledger
                 JOIN mailbox ON mailbox.id = ledger.mailbox
                 LEFT JOIN article ON article.id = ledger.article
                 WHERE ledger.id = ?1"
            ))?
            .query_row([id], ledger_row);
        match row {
            Err(rusqlite::Error::QueryReturnedNoRows) => {
                Err(super::Error::NoSuch(format!("there is no ledger row {id}")))
            }
            other => Ok(other?),
        }
    }

    /// The balance of every mailbox there ever was, by name.
    pub fn balance(&mut self) -> Result<Vec<Balance>> {
        let balances = self.read(balances)?;
        Ok(balances.into_iter().map(|(_, balance)| balance).collect())
    }
}

/// The balance of every mailbox. The rows and their outcomes are counted each by themselves, so
/// that the sum can fail to close.
pub(super) fn balances(tx: &Transaction<'_>) -> Result<Vec<(i64, Balance)>> {
    let mut counts: HashMap<(i64, Outcome), u64> = HashMap::new();
    let mut statement = tx.prepare_cached(
        "SELECT mailbox, outcome, count(*) FROM ledger GROUP BY mailbox, outcome",
    )?;
    for row in statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))? {
        let (key, count) = row?;
        counts.insert(key, count);
    }
    let rows: Vec<(i64, String, u64)> = tx
        .prepare_cached(
            "SELECT id, name, (SELECT count(*) FROM ledger WHERE ledger.mailbox = mailbox.id)
             FROM mailbox ORDER BY name",
        )?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(rows
        .into_iter()
        .map(|(id, name, listed)| {
            let count = |outcome| counts.get(&(id, outcome)).copied().unwrap_or(0);
            (id, Balance::of(name, listed, count))
        })
        .collect())
}

fn ledger_row(row: &Row<'_>) -> rusqlite::Result<LedgerRow> {
    Ok(LedgerRow {
        id: row.get(0)?,
        mailbox: row.get(1)?,
        item_id: row.get(2)?,
        message_id: row.get(3)?,
        sha256: row.get(4)?,
        size: row.get(5)?,
        received_at: row.get(6)?,
        listed_at: row.get(7)?,
        outcome: row.get(8)?,
        reason: row.get(9)?,
        ticket: row.get(10)?,
        article: row.get(11)?,
        original: row.get(12)?,
        recoverable_until: row.get(13)?,
        raw_kept: row.get(14)?,
    })
}
