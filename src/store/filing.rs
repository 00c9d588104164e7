//! What happens to originals after their message is taken in: which still have to be copied,
//! removed or moved, and what was done.

use rusqlite::Transaction;

use super::{MailboxId, Result, Store, audit};
use crate::desk::audit::{Action, NewEntry};
use crate::desk::decision::ACTOR;
use crate::desk::ledger::Original;
use crate::desk::ticket::LedgerId;
use crate::mail::MessageId;
use crate::time::Timestamp;

/// What the ledger says of an original that is not where it was left.
pub(super) const MOVED_BY_OTHERS: &str =
    "the original was moved to another folder by somebody else and left there";

/// An original that still has to be filed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ToFile {
    /// Its row.
    pub ledger: LedgerId,
    /// The provider's id.
    pub item_id: String,
    /// Its Message-ID, to find it again after a lost answer.
    pub message_id: Option<MessageId>,
    /// When the mailbox received it.
    pub received_at: Timestamp,
    /// What tells it from others with the same Message-ID; absent once its content is erased.
    pub fingerprint: Option<String>,
    /// Items known to be copies or originals of other messages like it.
    pub taken: Vec<String>,
    /// Whether the wanted copy was made already.
    pub copied: bool,
    /// How often filing it failed.
    pub attempts: u32,
}

/// What was done with an original.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Filed {
    /// A copy lies in the folder the office named; more is to be done.
    Copied {
        /// The id of the copy, where there was something to copy.
        item_id: String,
    },
    /// It lies in Recoverable Items, under this id where known.
    Removed {
        /// Its id there.
        item_id: String,
    },
    /// It was moved to the folder the office named.
    Moved,
    /// Somebody moved it to another folder, where it is left alone.
    Elsewhere,
    /// It stays where it is, as the office wants it.
    Kept,
    /// It had left the mailbox already and cannot be recovered there.
    Gone,
    /// It did not work; it is tried again from then on.
    Failed {
        /// Why, in words.
        reason: String,
        /// When to try again.
        retry_at: Timestamp,
    },
}

impl Store {
    /// The originals that have to be filed and whose time has come, in the order they were listed,
    /// beginning after `after`.
    pub fn to_file(
        &mut self,
        mailbox: MailboxId,
        after: LedgerId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<ToFile>> {
        self.read(|tx| {
            let mut rows: Vec<ToFile> = tx
                .prepare_cached(
                    "SELECT ledger.id, ledger.item_id, ledger.message_id, ledger.received_at,
                            ledger.copied_at IS NOT NULL, ledger.attempts, article.fingerprint
                     FROM ledger LEFT JOIN article ON article.id = ledger.article
                     WHERE ledger.mailbox = ?1 AND ledger.filing_due = 1 AND ledger.id > ?2
                       AND coalesce(ledger.retry_at, '') <= ?3
                     ORDER BY ledger.id LIMIT ?4",
                )?
                .query_map((mailbox.0, after, now, limit), |row| {
                    Ok(ToFile {
                        ledger: row.get(0)?,
                        item_id: row.get(1)?,
                        message_id: row.get(2)?,
                        received_at: row.get(3)?,
                        copied: row.get(4)?,
                        attempts: row.get(5)?,
                        fingerprint: row.get(6)?,
                        taken: Vec::new(),
                    })
                })?
                .collect::<rusqlite::Result<_>>()?;
            for row in &mut rows {
                row.taken = taken(tx, row)?;
            }
            Ok(rows)
        })
    }

    /// Leaves the originals alone until `until` whose copying an earlier process may have begun: a
    /// request of one that was killed may still be at work, and what it makes is not to be seen yet.
    pub fn let_copies_settle(&mut self, mailbox: MailboxId, until: Timestamp) -> Result<()> {
        self.db
            .prepare_cached(
                "UPDATE ledger SET retry_at = ?2
                 WHERE mailbox = ?1 AND filing_due = 1 AND copied_at IS NULL
                   AND coalesce(retry_at, '') < ?2",
            )?
            .execute((mailbox.0, until))?;
        Ok(())
    }

    /// Notes what was done with originals. `recoverable_until` is when the mailbox is expected to
    /// let go of one removed now.
    pub fn note_filed(
        &mut self,
        filed: &[(LedgerId, Filed)],
        recoverable_until: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        if filed.is_empty() {
            return Ok(());
        }
        self.write(|tx| {
            for (ledger, filed) in filed {
                let (action, original, detail) = match filed {
                    Filed::Copied { item_id } => {
                        tx.prepare_cached(
                            "UPDATE ledger SET copied_at = ?2, copied_item = ?3 WHERE id = ?1",
                        )?
                        .execute((ledger, now, item_id))?;
                        (Some(Action::Copied), None, "")
                    }
                    Filed::Failed { reason, retry_at } => {
                        tx.prepare_cached(
                            "UPDATE ledger SET attempts = attempts + 1, retry_at = ?2, filing_error = ?3
                             WHERE id = ?1",
                        )?
                        .execute((ledger, retry_at, reason))?;
                        (None, None, "")
                    }
                    Filed::Removed { item_id } => {
                        tx.prepare_cached(
                            "UPDATE ledger SET recoverable_item = ?2, recoverable_until = ?3
                             WHERE id = ?1",
                        )?
                        .execute((ledger, item_id, recoverable_until))?;
                        (Some(Action::Removed), Some(Original::Removed), "")
                    }
                    Filed::Moved => (Some(Action::Moved), Some(Original::Moved), ""),
                    Filed::Elsewhere => {
                        tx.prepare_cached(
                            "UPDATE ledger SET reason = iif(reason = '', ?2, reason || '; ' || ?2)
                             WHERE id = ?1",
                        )?
                        .execute((ledger, MOVED_BY_OTHERS))?;
                        (Some(Action::Moved), Some(Original::Moved), MOVED_BY_OTHERS)
                    }
                    Filed::Kept => (None, Some(Original::Kept), ""),
                    Filed::Gone => (
                        Some(Action::Gone),
                        Some(Original::Expired),
                        "not found in the mailbox nor in Recoverable Items",
                    ),
                };
                if let Some(original) = original {
                    tx.prepare_cached(
                        "UPDATE ledger SET original = ?2, filing_due = 0, filed_at = ?3,
                                raw_since = iif(?2 IN ('removed', 'expired'), ?3, NULL),
                                attempts = 0, retry_at = NULL, filing_error = ''
                         WHERE id = ?1",
                    )?
                    .execute((ledger, original, now))?;
                }
                if let Some(action) = action {
                    let entry = NewEntry {
                        actor: ACTOR.to_owned(),
                        action,
                        ticket: None,
                        ledger: Some(*ledger),
                        detail: detail.to_owned(),
                    };
                    audit::append(tx, now, &entry)?;
                }
            }
            Ok(())
        })
    }
}

/// The items that are known to be copies, or removed originals, of other messages with the same
/// fingerprint: the same letter delivered twice.
fn taken(tx: &Transaction<'_>, original: &ToFile) -> Result<Vec<String>> {
    let (Some(id), Some(fingerprint)) = (&original.message_id, &original.fingerprint) else {
        return nameless(tx, original);
    };
    let mut statement = tx.prepare_cached(
        "SELECT copied_item, recoverable_item FROM article
         CROSS JOIN ledger ON ledger.article = article.id
         WHERE article.message_id = ?1 AND article.fingerprint = ?2 AND ledger.id <> ?3",
    )?;
    collect(statement.query((id, fingerprint, original.ledger))?)
}

/// As [`taken`], for a letter without Message-ID.
fn nameless(tx: &Transaction<'_>, original: &ToFile) -> Result<Vec<String>> {
    let mut statement = tx.prepare_cached(
        "SELECT copied_item, recoverable_item FROM article
         CROSS JOIN ledger ON ledger.article = article.id
         WHERE article.message_id IS NULL AND article.fingerprint = ?1 AND ledger.id <> ?2",
    )?;
    collect(statement.query((&original.fingerprint, original.ledger))?)
}

fn collect(mut rows: rusqlite::Rows<'_>) -> Result<Vec<String>> {
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.extend(row.get::<_, Option<String>>(0)?);
        items.extend(row.get::<_, Option<String>>(1)?);
    }
    Ok(items)
}
