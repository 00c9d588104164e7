//! What the status page shows, read in one view of the database: how the rounds fare, and for each
//! mailbox its sum, what was taken in today, what can still be recovered, and what waits to leave.
//! Counts and moments only; nothing here names a person or a subject.

use rusqlite::Transaction;

use super::health::{Health, rounds};
use super::ledger::balances;
use super::outbox::OutboxCount;
use super::{Result, Store};
use crate::desk::ledger::{Balance, Outcome};
use crate::desk::outbox::BY_HAND;
use crate::desk::ticket::LedgerId;
use crate::time::Timestamp;

/// How everything stands.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Status {
    /// Every mailbox there ever was, by name.
    pub mailboxes: Vec<MailboxStatus>,
    /// How every round fares, by name.
    pub rounds: Vec<Health>,
}

/// How one mailbox stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MailboxStatus {
    /// The sum of its ledger, which also bears its name.
    pub balance: Balance,
    /// Messages that became articles since the last midnight in UTC.
    pub taken_in_today: u64,
    /// Originals removed from it that it still lets one recover, as far as we know.
    pub recoverable: u64,
    /// Until when the first and the last of them can be recovered.
    pub recoverable_until: Option<(Timestamp, Timestamp)>,
    /// Originals that could not be copied, removed or moved so far.
    pub unfiled: u64,
    /// Messages that failed to be taken in several times, and are tried again.
    pub failing: u64,
    /// The first of the messages that wait for a person or keep failing.
    pub cases: Vec<Case>,
    /// When its ledger was last compared with a full listing.
    pub reconciled_at: Option<Timestamp>,
    /// What waits to leave through it.
    pub outbox: OutboxCount,
    /// Since when the oldest message waits to leave.
    pub outbox_waits_since: Option<Timestamp>,
    /// Since when it is not known of the oldest such message whether it left.
    pub outbox_unknown_since: Option<Timestamp>,
    /// When the newest of the refused messages was last tried.
    pub outbox_refused_at: Option<Timestamp>,
}

/// A message that wants to be looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    /// Its row.
    pub ledger: LedgerId,
    /// What became of it so far: waiting or quarantined.
    pub outcome: Outcome,
    /// When the mailbox received it.
    pub received_at: Timestamp,
    /// Why, in words.
    pub reason: String,
}

/// Failures after which a message that waits is brought up.
const FAILING: u32 = 3;

/// Cases told of each mailbox.
const CASES: u32 = 10;

impl Status {
    /// The mailbox of this name, once it was ever looked into.
    pub fn mailbox(&self, name: &str) -> Option<&MailboxStatus> {
        self.mailboxes.iter().find(|mailbox| mailbox.balance.mailbox == name)
    }

    /// How the round of this name fares, once it ever ran.
    pub fn round(&self, name: &str) -> Option<&Health> {
        self.rounds.iter().find(|health| health.round == name)
    }
}

impl Store {
    /// How everything stands at `now`.
    pub fn status(&mut self, now: Timestamp) -> Result<Status> {
        self.read(|tx| {
            let mut mailboxes: Vec<(i64, MailboxStatus)> = balances(tx)?
                .into_iter()
                .map(|(id, balance)| (id, MailboxStatus::of(balance)))
                .collect();
            let first_article = first_article_since(tx, now.day_start())?;
            for (id, mailbox) in &mut mailboxes {
                today_and_originals(tx, *id, first_article, now, mailbox)?;
                cases(tx, *id, mailbox)?;
                outbox(tx, *id, mailbox)?;
            }
            let mailboxes = mailboxes.into_iter().map(|(_, mailbox)| mailbox).collect();
            Ok(Status { mailboxes, rounds: rounds(tx)? })
        })
    }
}

impl MailboxStatus {
    fn of(balance: Balance) -> Self {
        Self {
            balance,
            taken_in_today: 0,
            recoverable: 0,
            recoverable_until: None,
            unfiled: 0,
            failing: 0,
            cases: Vec::new(),
            reconciled_at: None,
            outbox: OutboxCount::default(),
            outbox_waits_since: None,
            outbox_unknown_since: None,
            outbox_refused_at: None,
        }
    }
}

/// The id from which on all articles were made at `moment` or later. Articles are numbered in the
/// order they are made, so this takes some twenty looks at the primary key and needs no index.
fn first_article_since(tx: &Transaction<'_>, moment: Timestamp) -> Result<i64> {
    let mut low = 0_i64;
    let mut high: i64 =
        tx.query_row("SELECT coalesce(max(id) + 1, 0) FROM article", [], |row| row.get(0))?;
    let mut made_at = tx.prepare_cached(
        "SELECT created_at >= :moment FROM article WHERE id >= :id ORDER BY id LIMIT 1",
    )?;
    while low < high {
        let middle = low + (high - low) / 2;
        if made_at.query_row((moment, middle), |row| row.get(0))? {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(low)
}

fn cases(tx: &Transaction<'_>, mailbox: i64, status: &mut MailboxStatus) -> Result<()> {
    status.reconciled_at = tx
        .prepare_cached("SELECT reconciled_at FROM mailbox WHERE id = ?1")?
        .query_row([mailbox], |row| row.get(0))?;
    if status.balance.waiting > 0 {
        status.failing = tx
            .prepare_cached(
                "SELECT count(*) FROM ledger
                 WHERE mailbox = ?1 AND outcome = 'waiting' AND attempts >= ?2",
            )?
            .query_row((mailbox, FAILING), |row| row.get(0))?;
    }
    if status.balance.quarantined + status.failing > 0 {
        status.cases = tx
            .prepare_cached(
                "SELECT id, outcome, received_at, reason FROM ledger
                 WHERE mailbox = ?1
                   AND (outcome = 'quarantined' OR (outcome = 'waiting' AND attempts >= ?2))
                 ORDER BY id LIMIT ?3",
            )?
            .query_map((mailbox, FAILING, CASES), |row| {
                Ok(Case {
                    ledger: row.get(0)?,
                    outcome: row.get(1)?,
                    received_at: row.get(2)?,
                    reason: row.get(3)?,
                })
            })?
            .collect::<rusqlite::Result<_>>()?;
    }
    Ok(())
}

fn today_and_originals(
    tx: &Transaction<'_>,
    mailbox: i64,
    first_article: i64,
    now: Timestamp,
    status: &mut MailboxStatus,
) -> Result<()> {
    status.taken_in_today = tx
        .prepare_cached(
            "SELECT count(*) FROM ledger
             WHERE article >= :first AND mailbox = :mailbox AND outcome IN ('opened', 'joined')",
        )?
        .query_row((first_article, mailbox), |row| row.get(0))?;
    let (recoverable, first, last) = tx
        .prepare_cached(
            "SELECT count(*), min(recoverable_until), max(recoverable_until) FROM ledger
             WHERE mailbox = :mailbox AND original = 'removed' AND recoverable_until > :now",
        )?
        .query_row((mailbox, now), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    status.recoverable = recoverable;
    status.recoverable_until = Option::zip(first, last);
    status.unfiled = tx
        .prepare_cached(
            "SELECT count(*) FROM ledger
             WHERE mailbox = :mailbox AND filing_due = 1 AND filing_error <> ''",
        )?
        .query_row([mailbox], |row| row.get(0))?;
    Ok(())
}

fn outbox(tx: &Transaction<'_>, mailbox: i64, status: &mut MailboxStatus) -> Result<()> {
    let mut statement = tx.prepare_cached(
        "SELECT state, count(*), min(queued_at), min(coalesce(tried_at, queued_at)),
                max(coalesce(tried_at, queued_at))
         FROM outbox WHERE mailbox = ?1 AND state <> 'sent'
           AND (state <> 'refused' OR instr(reason, ?2) <> 1)
         GROUP BY state",
    )?;
    let mut rows = statement.query((mailbox, BY_HAND))?;
    while let Some(row) = rows.next()? {
        let state: String = row.get(0)?;
        let count: u64 = row.get(1)?;
        match state.as_str() {
            "unknown" => {
                status.outbox.unknown = count;
                status.outbox_unknown_since = row.get(3)?;
            }
            "refused" => {
                status.outbox.refused = count;
                status.outbox_refused_at = row.get(4)?;
            }
            _ => {
                status.outbox.waiting += count;
                let since: Timestamp = row.get(2)?;
                let before = status.outbox_waits_since.unwrap_or(since);
                status.outbox_waits_since = Some(before.min(since));
            }
        }
    }
    Ok(())
}
