//! What became of every message: what waits and what failed, what a person decides about it, and the
//! balance for people. Lists of rows are in `ledger_lists`.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Transaction};

use super::{MailboxId, Result, Store, audit};
use crate::desk::audit::{Action, NewEntry};
use crate::desk::decision::ACTOR;
use crate::desk::ledger::{Balance, Outcome};
use crate::desk::ticket::{LedgerId, TicketNumber};
use crate::time::Timestamp;

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
    /// Whether a person wants a ticket of it however large it is.
    pub forced: bool,
}

/// What is noted of a message that could not be taken in this time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Setback {
    /// It is tried again from then on.
    Retry(Timestamp),
    /// It is set aside for a person, and tried once more from then on.
    Quarantine(Option<Timestamp>),
    /// It is set aside for a person, being larger than what is taken in; so many bytes, where told.
    Oversize(Option<u64>),
    /// It is no longer in the mailbox.
    Vanished,
}

impl Store {
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
                "SELECT id, item_id, received_at, size, attempts, forced FROM ledger
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
                    forced: row.get(5)?,
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
                let size = if let Setback::Oversize(size) = setback { *size } else { None };
                let (outcome, retry_at, action) = match setback {
                    Setback::Retry(at) => (Outcome::Waiting, Some(*at), None),
                    Setback::Quarantine(again) => {
                        (Outcome::Quarantined, *again, Some(Action::Quarantined))
                    }
                    Setback::Oversize(_) => (Outcome::Quarantined, None, Some(Action::Quarantined)),
                    Setback::Vanished => (Outcome::Vanished, None, Some(Action::Vanished)),
                };
                let changed = tx
                    .prepare_cached(
                        "UPDATE ledger SET outcome = ?2, reason = ?3, retry_at = ?4,
                                attempts = attempts + 1, size = coalesce(?5, size),
                                forced = iif(?2 = 'waiting', forced, 0),
                                original = iif(?2 = 'vanished', 'expired', original)
                         WHERE id = ?1 AND outcome = 'waiting'",
                    )?
                    .execute((ledger, outcome, reason, retry_at, size))?;
                if let Some(action) = action.filter(|_| changed > 0) {
                    let detail = audit::shortened(reason);
                    say(tx, *ledger, ACTOR, action, detail, now)?;
                }
            }
            Ok(())
        })
    }

    /// Lets those messages in quarantine wait again whose time has come. One more failure puts them
    /// back.
    pub fn wake_quarantined(&mut self, mailbox: MailboxId, now: Timestamp) -> Result<()> {
        let due = "mailbox = ?1 AND outcome = 'quarantined' AND retry_at <= ?2";
        let any: bool = self
            .db
            .prepare_cached(&format!("SELECT EXISTS (SELECT 1 FROM ledger WHERE {due})"))?
            .query_row((mailbox.0, now), |row| row.get(0))?;
        if any {
            self.db.execute(
                &format!("UPDATE ledger SET outcome = 'waiting', retry_at = NULL WHERE {due}"),
                (mailbox.0, now),
            )?;
        }
        Ok(())
    }

    /// Has messages that were not taken in tried again at once, as `actor` wants it. With `forced`
    /// each becomes a ticket, however large or odd it is. Fails without changing anything when one
    /// of them is in a ticket already.
    pub fn try_again(
        &mut self,
        ids: &[LedgerId],
        forced: bool,
        actor: &str,
        now: Timestamp,
    ) -> Result<()> {
        self.write(|tx| {
            for id in ids {
                not_in_a_ticket(tx, *id)?;
                tx.prepare_cached(
                    "UPDATE ledger SET outcome = 'waiting', reason = '', attempts = 0,
                            retry_at = NULL, forced = ?2, original = 'in_mailbox'
                     WHERE id = ?1",
                )?
                .execute((id, forced))?;
                let action = if forced { Action::Forced } else { Action::Retried };
                say(tx, *id, actor, action, String::new(), now)?;
            }
            Ok(())
        })
    }

    /// Discards a message that was not taken in, as `actor` wants it; its original is left alone.
    pub fn discard(
        &mut self,
        id: LedgerId,
        reason: &str,
        actor: &str,
        now: Timestamp,
    ) -> Result<()> {
        self.write(|tx| {
            not_in_a_ticket(tx, id)?;
            tx.prepare_cached(
                "UPDATE ledger SET outcome = 'discarded', reason = ?2, retry_at = NULL, forced = 0
                 WHERE id = ?1",
            )?
            .execute((id, reason))?;
            // The reason may name somebody; the trail outlives what is erased.
            say(
                tx,
                id,
                actor,
                Action::Discarded,
                format!("{} characters of reason", reason.chars().count()),
                now,
            )
        })
    }

    /// The balance of every mailbox there ever was, by name: really counted, unlike that of
    /// [`Store::status`].
    pub fn balance(&mut self) -> Result<Vec<Balance>> {
        let balances = self.read(counted)?;
        Ok(balances.into_iter().map(|(_, balance)| balance).collect())
    }

    /// The same from the counts that are kept, which takes no longer when the ledger has grown.
    pub fn kept_balance(&mut self) -> Result<Vec<Balance>> {
        let balances = self.read(kept_balances)?;
        Ok(balances.into_iter().map(|(_, balance)| balance).collect())
    }
}

/// Fails when the message of this row has become an article, or is a copy of one.
fn not_in_a_ticket(tx: &Transaction<'_>, id: LedgerId) -> Result<()> {
    let (outcome, ticket): (Outcome, _) = tx
        .prepare_cached(
            "SELECT ledger.outcome, article.ticket FROM ledger
             LEFT JOIN article ON article.id = ledger.article WHERE ledger.id = ?1",
        )?
        .query_row([id], |row| Ok((row.get(0)?, row.get::<_, Option<TicketNumber>>(1)?)))
        .optional()?
        .ok_or_else(|| no_row(id))?;
    match (outcome, ticket) {
        (Outcome::Opened | Outcome::Joined | Outcome::Duplicate, Some(ticket)) => {
            Err(super::Error::NotPossible(format!(
                "ledger row {id} is in ticket {ticket} already; nothing is to be done about it"
            )))
        }
        (Outcome::Opened | Outcome::Joined | Outcome::Duplicate, None) => {
            Err(super::Error::NotPossible(format!(
                "the content of ledger row {id} was erased with its ticket"
            )))
        }
        _ => Ok(()),
    }
}

pub(super) fn no_row(id: LedgerId) -> super::Error {
    super::Error::NoSuch(format!("there is no ledger row {id}"))
}

/// Writes into the trail what was done with a message.
pub(super) fn say(
    tx: &Transaction<'_>,
    ledger: LedgerId,
    actor: &str,
    action: Action,
    detail: String,
    now: Timestamp,
) -> Result<()> {
    let actor = actor.to_owned();
    let entry = NewEntry { actor, action, ticket: None, ledger: Some(ledger), detail };
    audit::append(tx, now, &entry)
}

/// The balance of every mailbox, counted. The rows and their outcomes are counted each by
/// themselves, so that the sum can fail to close.
fn counted(tx: &Transaction<'_>) -> Result<Vec<(i64, Balance)>> {
    balances(
        tx,
        "SELECT mailbox, outcome, count(*) FROM ledger GROUP BY mailbox, outcome
         UNION ALL SELECT mailbox, '', count(*) FROM ledger GROUP BY mailbox",
    )
}

/// The balance of every mailbox from the counts that triggers keep: at once, however many rows.
pub(super) fn kept_balances(tx: &Transaction<'_>) -> Result<Vec<(i64, Balance)>> {
    balances(tx, "SELECT mailbox, outcome, messages FROM ledger_count")
}

/// The balances from rows of mailbox, outcome (empty for all rows there are) and their number.
fn balances(tx: &Transaction<'_>, counts: &str) -> Result<Vec<(i64, Balance)>> {
    let counts: HashMap<(i64, String), u64> = tx
        .prepare_cached(counts)?
        .query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mailboxes: Vec<(i64, String)> = tx
        .prepare_cached("SELECT id, name FROM mailbox ORDER BY name")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let count = |id, outcome: &str| counts.get(&(id, outcome.to_owned())).copied().unwrap_or(0);
    Ok(mailboxes
        .into_iter()
        .map(|(id, name)| {
            (id, Balance::of(name, count(id, ""), |outcome| count(id, outcome.as_str())))
        })
        .collect())
}

/// Compares the kept counts of a mailbox with its rows. What differs is put right, and stands in
/// the trail. It walks along an index, which takes well under a second for a million rows.
pub(super) fn recount(tx: &Transaction<'_>, mailbox: MailboxId, now: Timestamp) -> Result<()> {
    let kept = one(kept_balances(tx)?, mailbox);
    let real = one(counted(tx)?, mailbox);
    if kept == real {
        return Ok(());
    }
    tx.prepare_cached("DELETE FROM ledger_count WHERE mailbox = ?1")?.execute([mailbox.0])?;
    tx.prepare_cached(
        "INSERT INTO ledger_count (mailbox, outcome, messages)
         SELECT mailbox, outcome, count(*) FROM ledger WHERE mailbox = ?1 GROUP BY outcome
         UNION ALL SELECT mailbox, '', count(*) FROM ledger WHERE mailbox = ?1 GROUP BY mailbox",
    )?
    .execute([mailbox.0])?;
    let listed = |balance: Option<Balance>| balance.map_or(0, |balance| balance.listed);
    let (kept, real) = (listed(kept), listed(real));
    log::warn!(target: "store", "the kept counts of the ledger were wrong and are put right");
    let detail = format!("mailbox {}, {kept} rows kept, {real} counted", mailbox.0);
    audit::append(tx, now, &audit::by(ACTOR, Action::Recounted, detail))
}

fn one(balances: Vec<(i64, Balance)>, mailbox: MailboxId) -> Option<Balance> {
    balances.into_iter().find(|(id, _)| *id == mailbox.0).map(|(_, balance)| balance)
}
