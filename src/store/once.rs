//! What was sent twice and is done once: forms of the pages by the id they were given out with, and
//! requests of the API by their `Idempotency-Key`. What was made is remembered for a day, in the
//! transaction that made it, by ids alone, so that no content is kept a second time.

use rusqlite::{OptionalExtension, Transaction};

use super::{Error, Result};
use crate::desk::digest::sha256;
use crate::desk::ticket::{ArticleId, OutboxId, TicketNumber};
use crate::time::Timestamp;

/// How long it is remembered, in days.
const DAYS: i64 = 1;

/// A request that is to be done once, however often it comes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    key: String,
    digest: String,
}

impl Request {
    /// A request with the key that its sender made up for it. What it asks for is known again by its
    /// SHA-256.
    pub fn new(key: String, method: &str, path: &str, body: &[u8]) -> Self {
        let whole = [method.as_bytes(), b" ", path.as_bytes(), b"\n", body].concat();
        Self { key, digest: sha256(&whole) }
    }
}

/// Who writes, and by which request, when that is to be done once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct By<'a> {
    /// Whose name the audit entries bear. Each has keys of its own.
    pub actor: &'a str,
    /// By which request; `None` when the same may well be done twice.
    pub request: Option<&'a Request>,
}

impl<'a> From<&'a str> for By<'a> {
    fn from(actor: &'a str) -> Self {
        Self { actor, request: None }
    }
}

impl<'a> From<&'a String> for By<'a> {
    fn from(actor: &'a String) -> Self {
        actor.as_str().into()
    }
}

/// What was made, or decided about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Made {
    pub(super) ticket: TicketNumber,
    pub(super) article: Option<ArticleId>,
    pub(super) outbox: Option<OutboxId>,
}

/// Does what a request asks for, unless it was done before; what was made by it. Fails with
/// [`Error::OtherRequest`] when its key came with something else.
pub(super) fn done(
    tx: &mut Transaction<'_>,
    by: By<'_>,
    now: Timestamp,
    work: impl FnOnce(&mut Transaction<'_>) -> Result<Made>,
) -> Result<Made> {
    let Some(Request { key, digest }) = by.request else { return work(tx) };
    // What is forgotten may come again.
    forget_old(tx, now)?;
    match found(tx, by.actor, key)? {
        Some((made, before)) if before == *digest => Ok(made),
        Some(_) => Err(Error::OtherRequest),
        None => {
            let made = work(tx)?;
            insert(tx, (by.actor, key), made, digest, now)?;
            Ok(made)
        }
    }
}

/// What was made by what somebody sent with a key, and its digest.
pub(super) fn found(
    tx: &Transaction<'_>,
    caller: &str,
    key: &str,
) -> Result<Option<(Made, String)>> {
    Ok(tx
        .prepare_cached(
            "SELECT ticket, article, outbox, digest FROM once WHERE caller = ?1 AND key = ?2",
        )?
        .query_row((caller, key), |row| {
            let made = Made { ticket: row.get(0)?, article: row.get(1)?, outbox: row.get(2)? };
            Ok((made, row.get(3)?))
        })
        .optional()?)
}

/// Remembers what was made, and forgets that of long ago.
pub(super) fn remember(
    tx: &Transaction<'_>,
    (caller, key): (&str, &str),
    made: Made,
    digest: &str,
    now: Timestamp,
) -> Result<()> {
    forget_old(tx, now)?;
    insert(tx, (caller, key), made, digest, now)
}

fn insert(
    tx: &Transaction<'_>,
    (caller, key): (&str, &str),
    made: Made,
    digest: &str,
    now: Timestamp,
) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO once (caller, key, digest, ticket, article, outbox, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute((caller, key, digest, made.ticket, made.article, made.outbox, now))?;
    Ok(())
}

/// Forgets what somebody sent.
pub(super) fn forget(tx: &Transaction<'_>, caller: &str) -> Result<()> {
    tx.execute("DELETE FROM once WHERE caller = ?1", [caller])?;
    Ok(())
}

fn forget_old(tx: &Transaction<'_>, now: Timestamp) -> Result<()> {
    tx.prepare_cached("DELETE FROM once WHERE at <= ?1")?.execute([now.plus_days(-DAYS)])?;
    Ok(())
}
