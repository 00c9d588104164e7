//! What left lately and for whom, as the caps on mailing and the limits of the service count it, and
//! which letters came back. What follows from the counts is decided in `desk/caps.rs`.

use rusqlite::{OptionalExtension, Transaction};

use super::{MailboxId, Result, Store};
use crate::desk::caps::{self, HOUR, Held, Lately, Limits};
use crate::desk::new::NewArticle;
use crate::desk::ticket::{OutboxId, TicketNumber};
use crate::mail::Address;
use crate::time::{DAY, Timestamp};

/// Letters to one address that are looked at to see whether the last ones came back.
const LOOKED_AT: u32 = 50;

/// Notes for whom a message of ours was queued. `body` tells which letter it answers by itself.
pub(super) fn note_mailed(
    tx: &Transaction<'_>,
    outbox: OutboxId,
    ticket: TicketNumber,
    article: &NewArticle,
    body: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let oldest = now.plus_days(-caps::BOUNCE_DAYS);
    for address in [&article.to, &article.cc, &article.bcc].into_iter().flatten() {
        let key = caps::key(address);
        tx.prepare_cached(
            "DELETE FROM mailed WHERE address = ?1 AND queued_at < ?2 AND returned_at IS NULL",
        )?
        .execute((&key, oldest))?;
        tx.prepare_cached(
            "INSERT OR IGNORE INTO mailed (outbox, address, domain, ticket, automatic, queued_at, body)
             VALUES (:outbox, :address, :domain, :ticket, :automatic, :now, :body)",
        )?
        .execute(rusqlite::named_params! {
            ":outbox": outbox, ":address": key, ":domain": caps::domain(&key), ":ticket": ticket,
            ":automatic": body.is_some(), ":now": now, ":body": body,
        })?;
    }
    Ok(())
}

/// What left lately that bears on an automatic letter to this address, which goes on from one of
/// these tickets.
pub(super) fn lately(
    tx: &Transaction<'_>,
    address: &Address,
    body: &str,
    tickets: impl Iterator<Item = TicketNumber>,
    now: Timestamp,
) -> Result<Lately> {
    let key = caps::key(address);
    let (hour, day) = (now.plus_seconds(-HOUR), now.plus_seconds(-DAY));
    let mut lately = Lately { address: address.clone(), ..Lately::default() };
    (lately.to_address_in_hour, lately.to_address_in_day, lately.to_same_body) = tx
        .prepare_cached(
            "SELECT count(*) FILTER (WHERE queued_at > :hour), count(*),
                    count(*) FILTER (WHERE body = :body)
             FROM mailed WHERE address = :address AND queued_at > :day AND automatic = 1",
        )?
        .query_row(
            rusqlite::named_params! {
                ":address": key, ":hour": hour, ":day": day, ":body": body,
            },
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
    lately.to_domain_in_day = tx
        .prepare_cached(
            "SELECT count(*) FROM mailed
             WHERE domain = ?1 AND queued_at > ?2 AND automatic = 1",
        )?
        .query_row((caps::domain(&key), day), |row| row.get(0))?;
    for ticket in tickets {
        // With those that go on from it: each of a chain would begin at none otherwise.
        let about: u32 = tx
            .prepare_cached(
                "SELECT count(*) FROM
                   (SELECT ?1 AS number UNION SELECT ticket FROM ticket_link WHERE other = ?1)
                 CROSS JOIN mailed ON mailed.ticket = number
                 WHERE mailed.queued_at > ?2 AND mailed.automatic = 1",
            )?
            .query_row((ticket, day), |row| row.get(0))?;
        lately.about_ticket_in_day = lately.about_ticket_in_day.max(about);
    }
    lately.bounced = bounced(tx, &key, now)?;
    Ok(lately)
}

/// Whether the last letters to an address all came back.
pub(super) fn is_unreachable(
    tx: &Transaction<'_>,
    address: &Address,
    now: Timestamp,
) -> Result<bool> {
    Ok(caps::is_unreachable(bounced(tx, &caps::key(address), now)?))
}

/// How many of the last letters to an address all came back.
fn bounced(tx: &Transaction<'_>, key: &str, now: Timestamp) -> Result<u32> {
    let letters: Vec<(Timestamp, bool)> = tx
        .prepare_cached(
            "SELECT queued_at, bounced_at IS NOT NULL FROM mailed
             WHERE address = ?1 AND queued_at > ?2 ORDER BY queued_at DESC LIMIT ?3",
        )?
        .query_map((key, now.plus_days(-caps::BOUNCE_DAYS), LOOKED_AT), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(caps::bounced_in_a_row(&letters, now))
}

/// Why agents may answer one of these addresses no more within the hour, if so.
pub(super) fn reply_struck(
    tx: &Transaction<'_>,
    addresses: &[Address],
    now: Timestamp,
) -> Result<Option<String>> {
    for address in addresses {
        let in_hour = tx
            .prepare_cached(
                "SELECT count(*) FROM mailed
                 WHERE address = ?1 AND queued_at > ?2 AND automatic = 0",
            )?
            .query_row((caps::key(address), now.plus_seconds(-HOUR)), |row| row.get(0))?;
        if let Some(struck) = caps::reply(in_hour) {
            return Ok(Some(struck.in_words(Some(address))));
        }
    }
    Ok(None)
}

/// Notes whom a message of ours did not reach, and whom none ever will. A report may know a recipient
/// by the address the letter was passed on to; then the latter is clear only for a letter that had one
/// recipient, and the former may be any of them.
pub(super) fn came_back(
    tx: &Transaction<'_>,
    outbox: OutboxId,
    failed: &[Address],
    unreachable: &[Address],
    now: Timestamp,
) -> Result<()> {
    for address in failed {
        let found = tx
            .prepare_cached(
                "UPDATE mailed SET returned_at = ?3 WHERE outbox = ?1 AND address = ?2",
            )?
            .execute((outbox, caps::key(address), now))?;
        if found == 0 {
            tx.prepare_cached("UPDATE mailed SET returned_at = ?2 WHERE outbox = ?1")?
                .execute((outbox, now))?;
        }
    }
    let mut noted = 0;
    for address in unreachable {
        noted += tx
            .prepare_cached(
                "UPDATE mailed SET bounced_at = ?3
                 WHERE outbox = ?1 AND address = ?2",
            )?
            .execute((outbox, caps::key(address), now))?;
    }
    if noted == 0 && !unreachable.is_empty() {
        tx.prepare_cached(
            "UPDATE mailed SET bounced_at = ?2
             WHERE outbox = ?1
               AND 1 = (SELECT count(*) FROM mailed AS each WHERE each.outbox = mailed.outbox)",
        )?
        .execute((outbox, now))?;
    }
    Ok(())
}

impl Store {
    /// Why an answer of an agent to these addresses would not be taken now, if so.
    pub fn reply_struck(&mut self, to: &[Address], now: Timestamp) -> Result<Option<String>> {
        self.read(|tx| reply_struck(tx, to, now))
    }

    /// Those of these addresses whose last letters all came back, and how many did.
    pub fn unreachable(
        &mut self,
        addresses: &[Address],
        now: Timestamp,
    ) -> Result<Vec<(Address, u32)>> {
        self.read(|tx| {
            let mut found = Vec::new();
            for address in addresses {
                let count = bounced(tx, &caps::key(address), now)?;
                if caps::is_unreachable(count) {
                    found.push((address.clone(), count));
                }
            }
            Ok(found)
        })
    }

    /// Whether what left lately holds back the next message of this mailbox, to so many recipients.
    pub fn held_back(
        &mut self,
        mailbox: MailboxId,
        limits: Limits,
        recipients: u32,
        now: Timestamp,
    ) -> Result<Option<Held>> {
        self.read(|tx| {
            let nth = tx
                .prepare_cached(
                    "SELECT tried_at FROM outbox WHERE mailbox = ?1 AND tried_at > ?2
                     ORDER BY tried_at DESC LIMIT 1 OFFSET ?3",
                )?
                .query_row(
                    (mailbox.0, now.plus_seconds(-60), limits.letters_a_minute.max(1) - 1),
                    |row| row.get(0),
                )
                .optional()?;
            if let Some(held) = caps::held_by_minute(limits, nth, now) {
                return Ok(Some(held));
            }
            let address: String = tx
                .prepare_cached("SELECT address FROM mailbox WHERE id = ?1")?
                .query_row([mailbox.0], |row| row.get(0))?;
            let day = now.plus_seconds(-DAY);
            let limit = limits.recipients_from(&address);
            let mut reached = reached(tx, mailbox, day)?;
            if limit.1 {
                for other in neighbours(tx, mailbox, &address)? {
                    reached.extend(self::reached(tx, other, day)?);
                }
                reached.sort_unstable_by_key(|(at, _)| *at);
            }
            Ok(caps::held_by_day(limit, &reached, recipients))
        })
    }

    /// Notes on every message of this mailbox that is due why it has to wait.
    pub fn note_held(&mut self, mailbox: MailboxId, why: &str, now: Timestamp) -> Result<()> {
        self.db
            .prepare_cached(
                "UPDATE outbox SET reason = ?2
                 WHERE mailbox = ?1 AND due_at <= ?3 AND reason <> ?2
                   AND state IN ('queued', 'drafting')",
            )?
            .execute((mailbox.0, why, now))?;
        Ok(())
    }
}

/// When a mailbox reached how many recipients, the oldest first.
fn reached(
    tx: &Transaction<'_>,
    mailbox: MailboxId,
    since: Timestamp,
) -> Result<Vec<(Timestamp, u32)>> {
    Ok(tx
        .prepare_cached(
            "SELECT tried_at, recipients FROM outbox WHERE mailbox = ?1 AND tried_at > ?2
             ORDER BY tried_at",
        )?
        .query_map((mailbox.0, since), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?)
}

/// The other mailboxes with addresses in the same domain.
fn neighbours(tx: &Transaction<'_>, mailbox: MailboxId, address: &str) -> Result<Vec<MailboxId>> {
    let key = address.to_lowercase();
    let domain = caps::domain(&key);
    let others: Vec<(i64, String)> = tx
        .prepare_cached("SELECT id, lower(address) FROM mailbox WHERE id <> ?1")?
        .query_map([mailbox.0], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let same = others.into_iter().filter(|(_, other)| caps::domain(other) == domain);
    Ok(same.map(|(id, _)| MailboxId(id)).collect())
}
