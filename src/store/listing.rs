//! What the listings of a mailbox show, held against the ledger: what is new, what came back, what
//! is missing; and from where a folder is followed.

use rusqlite::{OptionalExtension, Transaction};

use super::filing::MOVED_BY_OTHERS;
use super::ledger::{recount, say};
use super::{MailboxId, Result, Store, audit};
use crate::desk::audit::Action;
use crate::desk::decision::ACTOR;
use crate::desk::ledger::{Original, Outcome, Reconciliation};
use crate::desk::ticket::LedgerId;
use crate::mail::MessageId;
use crate::time::{DAY, Timestamp};

/// Seconds for which a folder may still show what was just removed from it.
const ECHO: i64 = 60;

/// Seconds between two notes of comparisons that found nothing.
const NOTE_EVERY: i64 = 3_600;

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

/// What a page of a listing was to the ledger.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Noted {
    /// The rows of its items, in the order of the page.
    pub rows: Vec<LedgerId>,
    /// How many were never seen before.
    pub new: u64,
    /// How many had vanished, and wait again.
    pub returned: u64,
    /// How many originals had been removed or moved, and are in the folder again.
    pub restored: u64,
}

/// A row whose item ought to be in the folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expected {
    /// The row.
    pub ledger: LedgerId,
    /// The provider's id.
    pub item_id: String,
    /// Whether it was not taken in yet.
    pub is_open: bool,
}

/// Where an item is that is not in its folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Absence {
    /// In another folder.
    Elsewhere,
    /// Where a person's deletion puts it.
    Deleted,
    /// In Recoverable Items, under this id.
    Recoverable(String),
    /// Nowhere in the mailbox.
    Gone,
}

impl Store {
    /// Gives every item that was never seen before its row, and notes which ones came back. `now`
    /// is when the listing was asked for.
    pub fn note_listed(
        &mut self,
        mailbox: MailboxId,
        seen: &[Seen],
        now: Timestamp,
    ) -> Result<Noted> {
        let mut noted = Noted::default();
        if seen.is_empty() {
            return Ok(noted);
        }
        self.write(|tx| {
            for item in seen {
                let known = match known(tx, mailbox, &item.item_id, "item_id")? {
                    Some(known) => Some(known),
                    // Its id may have changed when it was removed; then it kept that one.
                    None => known(tx, mailbox, &item.item_id, "recoverable_item")?,
                };
                match known {
                    Some(known) => note_again(tx, &known, &item.item_id, now, &mut noted)?,
                    None => {
                        tx.prepare_cached(
                            "INSERT INTO ledger
                               (mailbox, item_id, message_id, size, received_at, listed_at)
                             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                        )?
                        .execute((
                            mailbox.0,
                            &item.item_id,
                            &item.message_id,
                            item.size,
                            item.received_at,
                            now,
                        ))?;
                        noted.new += 1;
                        noted.rows.push(LedgerId(tx.last_insert_rowid()));
                    }
                }
            }
            Ok(())
        })?;
        Ok(noted)
    }

    /// The rows listed before `before` whose items ought to lie in the folder: those not taken in,
    /// and originals that were left or put back there. Oldest first, beginning after `after`.
    pub fn expected(
        &mut self,
        mailbox: MailboxId,
        before: Timestamp,
        after: LedgerId,
        limit: u32,
    ) -> Result<Vec<Expected>> {
        let rows = self
            .db
            .prepare_cached(
                "SELECT id, item_id, open FROM (
                   SELECT id, item_id, 1 AS open FROM ledger
                   WHERE mailbox = :mailbox AND outcome = 'waiting' AND id > :after
                     AND listed_at < :before
                   UNION ALL
                   SELECT id, item_id, 1 FROM ledger
                   WHERE mailbox = :mailbox AND outcome = 'quarantined'
                     AND original = 'in_mailbox' AND id > :after AND listed_at < :before
                   UNION ALL
                   SELECT id, item_id, 0 FROM ledger
                   WHERE mailbox = :mailbox AND original IN ('kept', 'restored')
                     AND id > :after AND listed_at < :before)
                 ORDER BY id LIMIT :limit",
            )?
            .query_map(
                rusqlite::named_params! {
                    ":mailbox": mailbox.0, ":before": before, ":after": after, ":limit": limit,
                },
                |row| {
                    Ok(Expected { ledger: row.get(0)?, item_id: row.get(1)?, is_open: row.get(2)? })
                },
            )?
            .collect::<rusqlite::Result<_>>()?;
        Ok(rows)
    }

    /// Of the items with these ids, the rows that ought to lie in the folder.
    pub fn expected_of(&mut self, mailbox: MailboxId, items: &[String]) -> Result<Vec<Expected>> {
        self.read(|tx| {
            let mut rows = Vec::new();
            for item_id in items {
                let row = tx
                    .prepare_cached(
                        "SELECT id, outcome IN ('waiting', 'quarantined') FROM ledger
                         WHERE mailbox = ?1 AND item_id = ?2
                           AND (outcome IN ('waiting', 'quarantined')
                                OR original IN ('kept', 'restored'))",
                    )?
                    .query_row((mailbox.0, item_id), |row| {
                        let item_id = item_id.clone();
                        Ok(Expected { ledger: row.get(0)?, item_id, is_open: row.get(1)? })
                    });
                match row {
                    Err(rusqlite::Error::QueryReturnedNoRows) => {}
                    other => rows.push(other?),
                }
            }
            Ok(rows)
        })
    }

    /// Notes where items are that ought to lie in the folder and do not. `recoverable_until` is
    /// when the mailbox is expected to let go of what was deleted now.
    pub fn note_absent(
        &mut self,
        absent: &[(Expected, Absence)],
        recoverable_until: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        if absent.is_empty() {
            return Ok(());
        }
        self.write(|tx| {
            for (row, absence) in absent {
                if row.is_open {
                    vanish(tx, row.ledger, absence, now)?;
                } else {
                    leave(tx, row.ledger, absence, recoverable_until, now)?;
                }
            }
            Ok(())
        })
    }

    /// From where changes in the folder are followed.
    pub fn position(&mut self, mailbox: MailboxId) -> Result<Option<String>> {
        Ok(self
            .db
            .prepare_cached("SELECT position FROM mailbox WHERE id = ?1")?
            .query_row([mailbox.0], |row| row.get(0))?)
    }

    /// Remembers from where changes in the folder are followed; `None` to begin anew.
    pub fn set_position(&mut self, mailbox: MailboxId, position: Option<&str>) -> Result<()> {
        self.db
            .prepare_cached("UPDATE mailbox SET position = ?2 WHERE id = ?1")?
            .execute((mailbox.0, position))?;
        Ok(())
    }

    /// Whether the ledger has to be compared with a full listing: a day after the last time, or
    /// because somebody wants it.
    pub fn reconciliation_due(&mut self, mailbox: MailboxId, now: Timestamp) -> Result<bool> {
        let (done, wanted): (Option<Timestamp>, Option<Timestamp>) = self
            .db
            .prepare_cached("SELECT reconciled_at, reconcile_wanted_at FROM mailbox WHERE id = ?1")?
            .query_row([mailbox.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(wanted.is_some() || done.is_none_or(|at| at.plus_seconds(DAY) <= now))
    }

    /// Notes that the ledger was compared with a full listing asked for at `now`. What found nothing
    /// is noted once an hour, and stands in the trail once a day.
    pub fn note_reconciled(
        &mut self,
        mailbox: MailboxId,
        found: &Reconciliation,
        now: Timestamp,
    ) -> Result<()> {
        self.write(|tx| {
            let (done, wanted): (Option<Timestamp>, bool) = tx
                .prepare_cached(
                    "SELECT reconciled_at, reconcile_wanted_at IS NOT NULL FROM mailbox
                     WHERE id = ?1",
                )?
                .query_row([mailbox.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let older = |seconds| done.is_none_or(|at| at.plus_seconds(seconds) <= now);
            if found.finds_nothing() && !wanted && !older(NOTE_EVERY) {
                return Ok(());
            }
            tx.prepare_cached(
                "UPDATE mailbox SET reconciled_at = ?2, reconciliation = ?3,
                        reconcile_wanted_at = NULL WHERE id = ?1",
            )?
            .execute((mailbox.0, now, serde_json::json!(found).to_string()))?;
            let changes = found.returned + found.restored + found.vanished + found.left;
            let new_day = done.is_none_or(|at| at.day_start() != now.day_start());
            if wanted || new_day {
                recount(tx, mailbox, now)?;
            }
            if wanted || new_day || changes > 0 {
                let entry = audit::by(ACTOR, Action::Reconciled, found.in_words());
                audit::append(tx, now, &entry)?;
            }
            Ok(())
        })
    }

    /// Asks that the ledger of this mailbox be compared with a full listing as soon as may be.
    pub fn want_reconciled(&mut self, mailbox: &str, now: Timestamp) -> Result<()> {
        let changed = self.db.execute(
            "UPDATE mailbox SET reconcile_wanted_at = ?2 WHERE name = ?1",
            (mailbox, now),
        )?;
        match changed {
            0 => Err(super::Error::NoSuch(format!("there is no mailbox {mailbox} in the ledger"))),
            _ => Ok(()),
        }
    }

    /// What the last comparison of this mailbox found and when, unless another one is wanted.
    pub fn reconciliation(&mut self, mailbox: &str) -> Result<Option<(Timestamp, Reconciliation)>> {
        let row = self
            .db
            .prepare_cached(
                "SELECT reconciled_at, reconciliation FROM mailbox
                 WHERE name = ?1 AND reconcile_wanted_at IS NULL AND reconciliation IS NOT NULL",
            )?
            .query_row([mailbox], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)));
        match row {
            Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
            // The column holds JSON of our own making.
            other => {
                let (at, text) = other?;
                Ok(serde_json::from_str(&text).ok().map(|found| (at, found)))
            }
        }
    }
}

struct Known {
    ledger: LedgerId,
    outcome: Outcome,
    original: Original,
    filing_due: bool,
    filed_at: Option<Timestamp>,
}

/// The row of an item by the id in this column.
fn known(
    tx: &Transaction<'_>,
    mailbox: MailboxId,
    item_id: &str,
    column: &str,
) -> Result<Option<Known>> {
    // The second condition lets the index of ids that changed be used.
    let also = if column == "item_id" { "" } else { "AND recoverable_item <> item_id" };
    Ok(tx
        .prepare_cached(&format!(
            "SELECT id, outcome, original, filing_due, filed_at FROM ledger
             WHERE mailbox = ?1 AND {column} = ?2 {also}"
        ))?
        .query_row((mailbox.0, item_id), |row| {
            Ok(Known {
                ledger: row.get(0)?,
                outcome: row.get(1)?,
                original: row.get(2)?,
                filing_due: row.get(3)?,
                filed_at: row.get(4)?,
            })
        })
        .optional()?)
}

/// An item that has its row already is in the folder (again).
fn note_again(
    tx: &Transaction<'_>,
    known: &Known,
    item_id: &str,
    now: Timestamp,
    noted: &mut Noted,
) -> Result<()> {
    noted.rows.push(known.ledger);
    match known.outcome {
        Outcome::Vanished => {
            tx.prepare_cached(
                "UPDATE ledger SET outcome = 'waiting', original = 'in_mailbox', reason = '',
                        attempts = 0, retry_at = NULL WHERE id = ?1",
            )?
            .execute([known.ledger])?;
            noted.returned += 1;
            say(tx, known.ledger, ACTOR, Action::Returned, String::new(), now)
        }
        Outcome::Opened | Outcome::Joined | Outcome::Duplicate => {
            let left =
                matches!(known.original, Original::Removed | Original::Moved | Original::Expired);
            // What was filed a moment ago may still be shown.
            let echo = known.filed_at.is_some_and(|at| at.plus_seconds(ECHO) > now);
            if !left || known.filing_due || echo {
                return Ok(());
            }
            tx.prepare_cached(
                "UPDATE ledger SET original = 'restored', recoverable_item = NULL,
                        recoverable_until = NULL, raw_since = NULL, item_id = ?2 WHERE id = ?1",
            )?
            .execute((known.ledger, item_id))?;
            noted.restored += 1;
            say(tx, known.ledger, ACTOR, Action::Restored, format!("was {}", known.original), now)
        }
        Outcome::Waiting | Outcome::Quarantined | Outcome::Discarded => Ok(()),
    }
}

fn vanish(tx: &Transaction<'_>, ledger: LedgerId, absence: &Absence, now: Timestamp) -> Result<()> {
    let (reason, original) = match absence {
        Absence::Elsewhere => (
            "it was moved to another folder before it could be taken in, and is left there",
            Original::Moved,
        ),
        Absence::Deleted => (
            "it was deleted before it could be taken in, and lies in Deleted Items",
            Original::Moved,
        ),
        Absence::Recoverable(_) => (
            "it was deleted before it could be taken in, and can be recovered for some time",
            Original::Removed,
        ),
        Absence::Gone => ("it left the mailbox before it could be taken in", Original::Expired),
    };
    let changed = tx
        .prepare_cached(
            "UPDATE ledger SET outcome = 'vanished', reason = ?2, original = ?3, retry_at = NULL,
                    forced = 0
             WHERE id = ?1 AND outcome IN ('waiting', 'quarantined')",
        )?
        .execute((ledger, reason, original))?;
    if changed == 0 {
        return Ok(());
    }
    say(tx, ledger, ACTOR, Action::Vanished, reason.to_owned(), now)
}

/// An original that had been left in the folder is no longer there.
fn leave(
    tx: &Transaction<'_>,
    ledger: LedgerId,
    absence: &Absence,
    recoverable_until: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let (original, action, reason) = match absence {
        Absence::Elsewhere | Absence::Deleted => (Original::Moved, Action::Moved, MOVED_BY_OTHERS),
        Absence::Recoverable(_) => {
            (Original::Removed, Action::Removed, "the original was deleted by somebody else")
        }
        Absence::Gone => (Original::Expired, Action::Gone, "the original has left the mailbox"),
    };
    let (item, until) = match absence {
        Absence::Recoverable(item) => (Some(item), Some(recoverable_until)),
        _ => (None, None),
    };
    let changed = tx
        .prepare_cached(
            "UPDATE ledger SET original = ?2, filed_at = ?3, recoverable_item = ?4,
                    recoverable_until = ?5, raw_since = iif(?2 = 'moved', NULL, ?3),
                    reason = iif(instr(reason, ?6) > 0, reason,
                                 iif(reason = '', ?6, reason || '; ' || ?6))
             WHERE id = ?1 AND original IN ('kept', 'restored')",
        )?
        .execute((ledger, original, now, item, until, reason))?;
    if changed == 0 {
        return Ok(());
    }
    say(tx, ledger, ACTOR, action, reason.to_owned(), now)
}
