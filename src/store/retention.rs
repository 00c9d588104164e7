//! What is past its days, and its erasure: rows, attachments nobody else uses, free pages and the
//! write-ahead log. The ledger row, the ticket's number and the audit entries stay.

use rusqlite::{OptionalExtension, Transaction};

use super::{Result, Store, audit, indexing};
use crate::desk::audit::{Action, NewEntry};
use crate::desk::retention::{Ageing, Days, Expiry};
use crate::desk::ticket::{LedgerId, TicketNumber};
use crate::time::Timestamp;

/// Whose name the audit entries of retention bear.
const ACTOR: &str = "sweeper";

/// How far a deleted ticket is on its way out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Leaving {
    /// When it was deleted.
    pub deleted_at: Timestamp,
    /// When its content was erased, if it was.
    pub erased_at: Option<Timestamp>,
    /// Until when the first and the last of its originals can be recovered from the mailbox, if one can.
    pub recoverable_until: Option<(Timestamp, Timestamp)>,
}

impl Store {
    /// How far a ticket is on its way out at `now`; `None` when it is not deleted.
    pub fn leaving(&mut self, ticket: TicketNumber, now: Timestamp) -> Result<Option<Leaving>> {
        self.read(|tx| {
            let ends = tx
                .prepare_cached(
                    "SELECT min(recoverable_until), max(recoverable_until)
                     FROM article JOIN ledger ON ledger.article = article.id
                     WHERE article.ticket = ?1 AND original = 'removed' AND recoverable_until > ?2",
                )?
                .query_row((ticket, now), |row| Ok(Option::zip(row.get(0)?, row.get(1)?)))?;
            let leaving = tx
                .prepare_cached(
                    "SELECT deleted_at, erased_at FROM ticket
                     WHERE number = ?1 AND state = 'deleted' AND deleted_at IS NOT NULL",
                )?
                .query_row([ticket], |row| {
                    let (deleted_at, erased_at) = (row.get(0)?, row.get(1)?);
                    Ok(Leaving { deleted_at, erased_at, recoverable_until: ends })
                })
                .optional()?;
            Ok(leaving)
        })
    }

    /// What goes at `now`, the oldest first, at most `limit` of each kind. What this says is what
    /// [`Store::erase`] does.
    pub fn expired(&mut self, days: Days, now: Timestamp, limit: u32) -> Result<Vec<Expiry>> {
        self.read(|tx| expired(tx, days, now, limit))
    }

    /// Erases what goes at `now`, at most `limit` of each kind in one transaction, each with its
    /// audit entry. Returns what went; call again until nothing does.
    pub fn erase(&mut self, days: Days, now: Timestamp, limit: u32) -> Result<Vec<Expiry>> {
        let gone = self.write(|tx| {
            let gone = expired(tx, days, now, limit)?;
            for expiry in &gone {
                let action = match (expiry.ledger, expiry.draft, expiry.ticket) {
                    (Some(ledger), ..) => {
                        erase_raw(tx, ledger)?;
                        Action::RawErased
                    }
                    (None, Some(draft), _) => {
                        tx.prepare_cached("DELETE FROM draft WHERE id = ?1")?.execute([draft])?;
                        Action::DraftErased
                    }
                    (None, None, Some(ticket)) => {
                        erase_ticket(tx, ticket, now)?;
                        Action::TicketErased
                    }
                    (None, None, None) => continue,
                };
                let entry = NewEntry {
                    actor: ACTOR.to_owned(),
                    action,
                    ticket: expiry.ticket,
                    ledger: expiry.ledger,
                    detail: expiry.reason.clone(),
                };
                audit::append(tx, now, &entry)?;
            }
            Ok(gone)
        })?;
        if !gone.is_empty() {
            // What was erased must not live on in the log either.
            self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        }
        Ok(gone)
    }
}

fn expired(tx: &Transaction<'_>, days: Days, now: Timestamp, limit: u32) -> Result<Vec<Expiry>> {
    let cutoff = days.cutoff(now);
    let mut ageing: Vec<Ageing> = tx
        .prepare_cached(
            "SELECT ledger.id, ledger.raw_since, coalesce(ticket.hold, 0) FROM ledger
             LEFT JOIN article ON article.id = ledger.article
             LEFT JOIN ticket ON ticket.number = article.ticket
             WHERE ledger.raw_since <= ?1 AND coalesce(ticket.hold, 0) = 0
             ORDER BY ledger.raw_since, ledger.id LIMIT ?2",
        )?
        .query_map((cutoff, limit), |row| {
            Ok(Ageing::Raw { ledger: row.get(0)?, removed_at: row.get(1)?, hold: row.get(2)? })
        })?
        .collect::<rusqlite::Result<_>>()?;
    let tickets: Vec<Ageing> = tx
        .prepare_cached(
            "SELECT number, deleted_at, hold FROM ticket
             WHERE state = 'deleted' AND erased_at IS NULL AND deleted_at <= ?1 AND hold = 0
             ORDER BY deleted_at, number LIMIT ?2",
        )?
        .query_map((cutoff, limit), |row| {
            Ok(Ageing::Ticket { ticket: row.get(0)?, deleted_at: row.get(1)?, hold: row.get(2)? })
        })?
        .collect::<rusqlite::Result<_>>()?;
    ageing.extend(tickets);
    let drafts: Vec<Ageing> = tx
        .prepare_cached(
            "SELECT draft.id, draft.ticket, draft.updated_at, coalesce(ticket.hold, 0) FROM draft
             LEFT JOIN ticket ON ticket.number = draft.ticket
             WHERE draft.updated_at <= ?1 AND coalesce(ticket.hold, 0) = 0
             ORDER BY draft.updated_at, draft.id LIMIT ?2",
        )?
        .query_map((cutoff, limit), |row| {
            Ok(Ageing::Draft {
                draft: row.get(0)?,
                ticket: row.get(1)?,
                updated_at: row.get(2)?,
                hold: row.get(3)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    ageing.extend(drafts);
    if let Some(cutoff) = days.closed_cutoff(now) {
        let closed: Vec<Ageing> = tx
            .prepare_cached(
                "SELECT number, closed_at, hold FROM ticket
                 WHERE state = 'closed' AND erased_at IS NULL AND closed_at <= ?1 AND hold = 0
                 ORDER BY closed_at, number LIMIT ?2",
            )?
            .query_map((cutoff, limit), |row| {
                Ok(Ageing::Closed {
                    ticket: row.get(0)?,
                    closed_at: row.get(1)?,
                    hold: row.get(2)?,
                })
            })?
            .collect::<rusqlite::Result<_>>()?;
        ageing.extend(closed);
    }
    Ok(ageing.into_iter().filter_map(|ageing| days.expiry(ageing, now)).collect())
}

fn erase_raw(tx: &Transaction<'_>, ledger: LedgerId) -> Result<()> {
    tx.prepare_cached("DELETE FROM raw WHERE ledger = ?1")?.execute([ledger])?;
    tx.prepare_cached(
        "UPDATE ledger SET original = 'expired', recoverable_item = NULL, raw_since = NULL WHERE id = ?1",
    )?
    .execute([ledger])?;
    Ok(())
}

/// Takes everything out of a ticket but its number, its dates and the outcome of its messages.
fn erase_ticket(tx: &Transaction<'_>, ticket: TicketNumber, now: Timestamp) -> Result<()> {
    indexing::forget_ticket(tx, ticket)?;
    for statement in [
        "DELETE FROM once WHERE ticket = ?1",
        "DELETE FROM once WHERE article IN (SELECT id FROM article WHERE ticket = ?1)",
        "DELETE FROM once WHERE outbox IN (SELECT outbox FROM notice WHERE ticket = ?1)",
        "DELETE FROM raw WHERE ledger IN
           (SELECT ledger.id FROM ledger JOIN article ON article.id = ledger.article
            WHERE article.ticket = ?1)",
        "UPDATE ledger SET article = NULL, message_id = NULL, raw_since = NULL,
                reason = 'the content of its ticket was erased'
         WHERE article IN (SELECT id FROM article WHERE ticket = ?1)",
        "DELETE FROM citation WHERE article IN (SELECT id FROM article WHERE ticket = ?1)",
        "DELETE FROM attachment WHERE article IN (SELECT id FROM article WHERE ticket = ?1)",
        "DELETE FROM mailed WHERE outbox IN
           (SELECT outbox.id FROM outbox JOIN article ON article.id = outbox.article
            WHERE article.ticket = ?1)",
        "DELETE FROM outbox WHERE article IN (SELECT id FROM article WHERE ticket = ?1)",
        "DELETE FROM mailed WHERE outbox IN (SELECT outbox FROM notice WHERE ticket = ?1)",
        "DELETE FROM outbox WHERE id IN (SELECT outbox FROM notice WHERE ticket = ?1)",
        "DELETE FROM draft WHERE ticket = ?1",
        "DELETE FROM article WHERE ticket = ?1",
        "DELETE FROM ticket_tag WHERE ticket = ?1",
    ] {
        tx.prepare_cached(statement)?.execute([ticket])?;
    }
    tx.prepare_cached(
        "UPDATE ticket SET subject = '', requester = NULL, queue = NULL, assignee = NULL,
                state = 'deleted', deleted_at = coalesce(deleted_at, ?2), erased_at = ?2
         WHERE number = ?1",
    )?
    .execute((ticket, now))?;
    tx.prepare_cached(
        "DELETE FROM content WHERE NOT EXISTS
           (SELECT 1 FROM attachment WHERE attachment.content = content.id)",
    )?
    .execute([])?;
    tx.prepare_cached(
        "DELETE FROM person WHERE NOT EXISTS
           (SELECT 1 FROM ticket WHERE ticket.requester = person.id)",
    )?
    .execute([])?;
    Ok(())
}
