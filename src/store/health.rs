//! How each round fares: last run, last success, last error. The supervisor writes it, the status
//! page reads it.

use rusqlite::Transaction;

use super::{MailboxId, Result, Store};
use crate::time::Timestamp;

/// How one round fares.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Health {
    /// The name of the round.
    pub round: String,
    /// When it last ran.
    pub last_run_at: Timestamp,
    /// When it last went well.
    pub last_success_at: Option<Timestamp>,
    /// When it last failed.
    pub last_error_at: Option<Timestamp>,
    /// Why, while it has not gone well since.
    pub last_error: String,
}

impl Store {
    /// Notes how a round went: well, or the sentence that says why not.
    pub fn note_round(
        &mut self,
        round: &str,
        outcome: std::result::Result<(), &str>,
        now: Timestamp,
    ) -> Result<()> {
        let error = outcome.err();
        self.db
            .prepare_cached(
                "INSERT INTO health (round, last_run_at, last_success_at, last_error_at, last_error)
                 VALUES (:round, :now, iif(:error IS NULL, :now, NULL),
                         iif(:error IS NULL, NULL, :now), coalesce(:error, ''))
                 ON CONFLICT (round) DO UPDATE SET
                   last_run_at = :now,
                   last_success_at = iif(:error IS NULL, :now, last_success_at),
                   last_error_at = iif(:error IS NULL, last_error_at, :now),
                   last_error = coalesce(:error, '')",
            )?
            .execute(rusqlite::named_params! { ":round": round, ":now": now, ":error": error })?;
        Ok(())
    }

    /// Notes that a mailbox's provider wants to be left alone for so long, so that a restart does
    /// not forget it.
    pub fn note_pause(&mut self, mailbox: MailboxId, until: Timestamp) -> Result<()> {
        self.db
            .prepare_cached(
                "UPDATE mailbox SET paused_until = ?2
                 WHERE id = ?1 AND coalesce(paused_until, '') < ?2",
            )?
            .execute((mailbox.0, until))?;
        Ok(())
    }

    /// Until when a mailbox's provider wants to be left alone, as far as it is known.
    pub fn paused_until(&mut self, mailbox: MailboxId) -> Result<Option<Timestamp>> {
        Ok(self
            .db
            .prepare_cached("SELECT paused_until FROM mailbox WHERE id = ?1")?
            .query_row([mailbox.0], |row| row.get(0))?)
    }
}

/// How every round fares, by name.
pub(super) fn rounds(tx: &Transaction<'_>) -> Result<Vec<Health>> {
    Ok(tx
        .prepare_cached(
            "SELECT round, last_run_at, last_success_at, last_error_at, last_error FROM health
             ORDER BY round",
        )?
        .query_map([], |row| {
            Ok(Health {
                round: row.get(0)?,
                last_run_at: row.get(1)?,
                last_success_at: row.get(2)?,
                last_error_at: row.get(3)?,
                last_error: row.get(4)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?)
}
