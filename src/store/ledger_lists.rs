//! Rows of the ledger for people, each list by an index: by mailbox and outcome, by the id of a
//! message, and the originals that can still be recovered.

use std::fmt;
use std::str::FromStr;

use rusqlite::{OptionalExtension, Row, Transaction};

use super::ledger::no_row;
use super::{Listing, Result, Store};
use crate::desk::ledger::{LedgerRow, Outcome};
use crate::desk::ticket::{ArticleId, LedgerId};
use crate::time::Timestamp;

/// Rows found by the id of a message, at most.
const BY_MESSAGE: u32 = 200;

const COLUMNS: &str = "ledger.id, mailbox.name, ledger.item_id, ledger.message_id, ledger.sha256, \
     ledger.size, ledger.received_at, ledger.listed_at, ledger.outcome, \
     iif(ledger.filing_error = '', ledger.reason, ledger.filing_error), \
     article.ticket, ledger.article, ledger.original, ledger.recoverable_until, \
     EXISTS (SELECT 1 FROM raw WHERE raw.ledger = ledger.id)";

/// Which rows of the ledger a list shows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// Only those of this mailbox.
    pub mailbox: Option<String>,
    /// Only those with this outcome.
    pub outcome: Option<Outcome>,
    /// Only those with this Message-ID, with or without brackets, or with this id of the provider:
    /// all of them at once, up to 200.
    pub message: Option<String>,
}

/// An original that can still be recovered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recoverable {
    /// Its row.
    pub row: LedgerRow,
    /// Since when the days of our own copy count; absent while they do not.
    pub raw_since: Option<Timestamp>,
}

/// The place in the list of recoverable originals behind the one it was made from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Until {
    at: Timestamp,
    id: i64,
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.at.unix(), self.id)
    }
}

/// A text that is no such place.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no cursor; take the one that the last part of the list gave")]
pub struct NoUntil(String);

impl FromStr for Until {
    type Err = NoUntil;

    fn from_str(text: &str) -> std::result::Result<Self, NoUntil> {
        let parts = text.split_once('-');
        let parts = parts.and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
        let (at, id) = parts.ok_or_else(|| NoUntil(text.to_owned()))?;
        Ok(Self { at: Timestamp::from_unix(at), id })
    }
}

impl Store {
    /// Rows of the ledger, the newest first, from before `after` on.
    pub fn ledger(
        &mut self,
        filter: &Filter,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Listing<LedgerRow>> {
        self.read(|tx| {
            let after = after.unwrap_or(i64::MAX);
            let ids = match filter {
                Filter { message: Some(message), .. } => by_message(tx, message, after)?,
                Filter { mailbox: None, outcome: None, .. } => tx
                    .prepare_cached(
                        "SELECT id FROM ledger WHERE id < ?1 ORDER BY id DESC LIMIT ?2 + 1",
                    )?
                    .query_map((after, limit), |row| row.get(0))?
                    .collect::<rusqlite::Result<_>>()?,
                Filter { mailbox, outcome, .. } => {
                    by_outcome(tx, mailbox.as_deref(), *outcome, after, limit)?
                }
            };
            let mut rows: Vec<LedgerRow> =
                ids.into_iter().map(|id| row(tx, LedgerId(id))).collect::<Result<_>>()?;
            // By a message they were found whatever the others say.
            rows.retain(|row| {
                filter.mailbox.as_ref().is_none_or(|mailbox| *mailbox == row.mailbox)
                    && filter.outcome.is_none_or(|outcome| outcome == row.outcome)
            });
            Ok(match filter.message {
                Some(_) => Listing { rows, next: None },
                None => Listing::cut(rows, limit, |row: &LedgerRow| row.id.0),
            })
        })
    }

    /// One row of the ledger.
    pub fn ledger_row(&mut self, id: LedgerId) -> Result<LedgerRow> {
        self.read(|tx| row(tx, id))
    }

    /// The row by which an article came.
    pub fn ledger_of(&mut self, article: ArticleId) -> Result<Option<LedgerId>> {
        Ok(self
            .db
            .prepare_cached("SELECT id FROM ledger WHERE article = ?1 AND outcome <> 'duplicate'")?
            .query_row([article], |row| row.get(0))
            .optional()?)
    }

    /// Originals that the mailboxes still let one recover at `now`, as far as we know, the longest
    /// to stay first; from behind `after` on.
    pub fn recoverable(
        &mut self,
        after: Option<Until>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Listing<Recoverable, Until>> {
        let after = after.unwrap_or(Until { at: Timestamp::from_unix(253_402_300_799), id: 0 });
        self.read(|tx| {
            let mut found: Vec<(Timestamp, i64, Option<Timestamp>)> = Vec::new();
            for (mailbox, _) in mailboxes(tx)? {
                let rows = tx
                    .prepare_cached(
                        "SELECT recoverable_until, id, raw_since
                         FROM ledger INDEXED BY ledger_recoverable
                         WHERE mailbox = ?1 AND original = 'removed' AND recoverable_until > ?2
                           AND (recoverable_until, id) < (?3, ?4)
                         ORDER BY recoverable_until DESC, id DESC LIMIT ?5 + 1",
                    )?
                    .query_map((mailbox, now, after.at, after.id, limit), |row| {
                        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                    })?
                    .collect::<rusqlite::Result<Vec<_>>>()?;
                found.extend(rows);
            }
            found.sort_unstable_by(|one, other| other.cmp(one));
            found.truncate(limit as usize + 1);
            let rows = found
                .into_iter()
                .map(|(_, id, raw_since)| {
                    Ok(Recoverable { row: row(tx, LedgerId(id))?, raw_since })
                })
                .collect::<Result<_>>()?;
            Ok(Listing::cut(rows, limit, |original: &Recoverable| Until {
                at: original.row.recoverable_until.unwrap_or(now),
                id: original.row.id.0,
            }))
        })
    }
}

/// The ids of rows of some mailbox or outcome: of each pair of both by its index, then the newest.
fn by_outcome(
    tx: &Transaction<'_>,
    mailbox: Option<&str>,
    outcome: Option<Outcome>,
    after: i64,
    limit: u32,
) -> Result<Vec<i64>> {
    let mut ids = Vec::new();
    for (id, _) in mailboxes(tx)?.iter().filter(|(_, name)| mailbox.is_none_or(|own| own == name)) {
        for outcome in
            Outcome::ALL.iter().filter(|own| outcome.is_none_or(|wanted| wanted == **own))
        {
            let rows = tx
                .prepare_cached(
                    "SELECT id FROM ledger INDEXED BY ledger_by_outcome
                     WHERE mailbox = ?1 AND outcome = ?2 AND id < ?3
                     ORDER BY id DESC LIMIT ?4 + 1",
                )?
                .query_map((id, outcome, after, limit), |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<i64>>>()?;
            ids.extend(rows);
        }
    }
    ids.sort_unstable_by(|one, other| other.cmp(one));
    ids.truncate(limit as usize + 1);
    Ok(ids)
}

/// The ids of rows with this Message-ID or this id of the provider.
fn by_message(tx: &Transaction<'_>, message: &str, after: i64) -> Result<Vec<i64>> {
    let message = message.trim();
    let bare = message.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    Ok(tx
        .prepare_cached(
            "SELECT id FROM ledger WHERE message_id = ?1 AND id < ?3
             UNION
             SELECT id FROM ledger
             WHERE mailbox IN (SELECT id FROM mailbox) AND item_id = ?2 AND id < ?3
             ORDER BY id DESC LIMIT ?4",
        )?
        .query_map((bare.unwrap_or(message), message, after, BY_MESSAGE), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?)
}

fn mailboxes(tx: &Transaction<'_>) -> Result<Vec<(i64, String)>> {
    Ok(tx
        .prepare_cached("SELECT id, name FROM mailbox ORDER BY id")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?)
}

fn row(tx: &Transaction<'_>, id: LedgerId) -> Result<LedgerRow> {
    tx.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM ledger
             JOIN mailbox ON mailbox.id = ledger.mailbox
             LEFT JOIN article ON article.id = ledger.article
             WHERE ledger.id = ?1"
    ))?
    .query_row([id], ledger_row)
    .optional()?
    .ok_or_else(|| no_row(id))
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
