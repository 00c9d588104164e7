//! Since when the requesters of two tickets wait, and when they were first answered, once articles
//! moved from one ticket into the other. Everything else that changes these is kept by triggers.

use rusqlite::Transaction;

use super::Result;
use crate::desk::ticket::TicketNumber;
use crate::time::Timestamp;

/// When a ticket's requester was first answered, and since when they wait.
pub(super) struct Waits {
    answered_at: Option<Timestamp>,
    waiting_since: Option<Timestamp>,
}

/// What stands for two tickets together, before one becomes part of the other: the first answer to
/// either, and the longer one of the waits.
pub(super) fn of_both(
    tx: &Transaction<'_>,
    one: TicketNumber,
    other: TicketNumber,
) -> Result<Waits> {
    Ok(tx
        .prepare_cached(
            "SELECT min(answered_at), min(waiting_since) FROM ticket WHERE number IN (?1, ?2)",
        )?
        .query_row((one, other), |row| {
            Ok(Waits { answered_at: row.get(0)?, waiting_since: row.get(1)? })
        })?)
}

/// Gives a ticket these waits once it has the state it keeps: only in a new or open one anybody waits.
pub(super) fn take_over(tx: &Transaction<'_>, number: TicketNumber, waits: &Waits) -> Result<()> {
    tx.prepare_cached(
        "UPDATE ticket SET answered_at = ?2,
                waiting_since = CASE WHEN state IN ('new', 'open') THEN ?3 END
         WHERE number = ?1",
    )?
    .execute((number, waits.answered_at, waits.waiting_since))?;
    Ok(())
}

/// Puts both tickets right after articles moved from `whole` into the new ticket `part`. There its
/// requester waits from the first letter of a person that no answer among these articles follows; the
/// whole waits from the first of the letters left to it that had not been answered before.
pub(super) fn after_split(
    tx: &Transaction<'_>,
    whole: TicketNumber,
    part: TicketNumber,
) -> Result<()> {
    for number in [whole, part] {
        tx.prepare_cached(
            "UPDATE ticket SET answered_at =
               (SELECT min(outbox.queued_at) FROM article JOIN outbox ON outbox.article = article.id
                WHERE article.ticket = ?1 AND outbox.automatic = 0)
             WHERE number = ?1",
        )?
        .execute([number])?;
    }
    tx.prepare_cached(
        "UPDATE ticket SET waiting_since =
           (SELECT min(created_at) FROM article
            WHERE ticket = ?1 AND kind = 'email_in' AND machine IS NULL AND id >
              ifnull((SELECT max(answer.id)
                      FROM article AS answer JOIN outbox ON outbox.article = answer.id
                      WHERE answer.ticket = ?1 AND outbox.automatic = 0), 0))
         WHERE number = ?1 AND state IN ('new', 'open')",
    )?
    .execute([part])?;
    tx.prepare_cached(
        "UPDATE ticket SET waiting_since =
           (SELECT min(article.created_at) FROM article
            WHERE article.ticket = ?1 AND article.kind = 'email_in' AND article.machine IS NULL
              AND article.created_at >= ticket.waiting_since)
         WHERE number = ?1 AND waiting_since IS NOT NULL",
    )?
    .execute([whole])?;
    Ok(())
}
