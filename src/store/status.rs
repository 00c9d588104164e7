//! What the status page shows, read in one view of the database: how the rounds fare, and for each
//! mailbox its sum, what was taken in today, what can still be recovered, and what waits to leave.
//! All by kept counts and small indexes: it must not become slower with the ledger. Counts and moments
//! only; nothing here names a person or a subject.

use rusqlite::Transaction;

use super::health::{Health, rounds};
use super::ledger::kept_balances;
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
    /// Messages that became articles today.
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
    /// How everything stands at `now`. What counts as today begins at `today`, taken as the hour in
    /// which it lies.
    pub fn status(&mut self, today: Timestamp, now: Timestamp) -> Result<Status> {
        self.read(|tx| status(tx, today, now))
    }
}

/// How everything stands, within one view of the database.
pub(super) fn status(tx: &Transaction<'_>, today: Timestamp, now: Timestamp) -> Result<Status> {
    let mut mailboxes: Vec<(i64, MailboxStatus)> = kept_balances(tx)?
        .into_iter()
        .map(|(id, balance)| (id, MailboxStatus::of(balance)))
        .collect();
    for (id, mailbox) in &mut mailboxes {
        today_and_originals(tx, *id, today, now, mailbox)?;
        cases(tx, *id, mailbox)?;
        outbox(tx, *id, mailbox)?;
    }
    let mailboxes = mailboxes.into_iter().map(|(_, mailbox)| mailbox).collect();
    Ok(Status { mailboxes, rounds: rounds(tx)? })
}

/// The hour in UTC of a moment, as the tables of counts have it: `2026-05-04T09`.
pub(super) fn hour(at: Timestamp) -> String {
    let mut hour = at.to_string();
    hour.truncate(13);
    hour
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

fn cases(tx: &Transaction<'_>, mailbox: i64, status: &mut MailboxStatus) -> Result<()> {
    status.reconciled_at = tx
        .prepare_cached("SELECT reconciled_at FROM mailbox WHERE id = ?1")?
        .query_row([mailbox], |row| row.get(0))?;
    if status.balance.waiting > 0 {
        status.failing = tx
            .prepare_cached(
                "SELECT count(*) FROM ledger
                 WHERE mailbox = ?1 AND outcome = 'waiting' AND attempts >= 3",
            )?
            .query_row([mailbox], |row| row.get(0))?;
    }
    if status.balance.quarantined + status.failing > 0 {
        status.cases = tx
            .prepare_cached(
                "SELECT id, outcome, received_at, reason FROM ledger WHERE id IN (
                   SELECT id FROM (SELECT id FROM ledger
                     WHERE mailbox = ?1 AND outcome = 'quarantined' ORDER BY id LIMIT ?2)
                   UNION ALL
                   SELECT id FROM (SELECT id FROM ledger
                     WHERE mailbox = ?1 AND outcome = 'waiting' AND attempts >= 3
                     ORDER BY id LIMIT ?2))
                 ORDER BY id LIMIT ?2",
            )?
            .query_map((mailbox, CASES), |row| {
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
    today: Timestamp,
    now: Timestamp,
    status: &mut MailboxStatus,
) -> Result<()> {
    status.taken_in_today = tx
        .prepare_cached(
            "SELECT ifnull(sum(amount), 0) FROM tally
             WHERE hour >= ?2 AND what = 'taken_in' AND mailbox = ?1",
        )?
        .query_row((mailbox, hour(today)), |row| row.get(0))?;
    let now_hour = hour(now);
    // The rows of this hour one by one (after it comes a colon, and then a semicolon would), all
    // later hours by their counts.
    status.recoverable = tx
        .prepare_cached(
            "SELECT (SELECT count(*) FROM ledger
                     WHERE mailbox = ?1 AND original = 'removed' AND recoverable_until > ?2
                       AND recoverable_until < ?3 || ';')
                  + (SELECT ifnull(sum(originals), 0) FROM recoverable_count
                     WHERE mailbox = ?1 AND hour > ?3)",
        )?
        .query_row((mailbox, now, now_hour), |row| row.get(0))?;
    let end = |order: &str| -> Result<Option<Timestamp>> {
        Ok(tx
            .prepare_cached(&format!(
                "SELECT (SELECT recoverable_until FROM ledger
                   WHERE mailbox = ?1 AND original = 'removed' AND recoverable_until > ?2
                   ORDER BY recoverable_until {order} LIMIT 1)"
            ))?
            .query_row((mailbox, now), |row| row.get(0))?)
    };
    status.recoverable_until = Option::zip(end("ASC")?, end("DESC")?);
    status.unfiled = tx
        .prepare_cached(
            "SELECT count(*) FROM ledger
             WHERE mailbox = ?1 AND filing_due = 1 AND filing_error <> ''",
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::store::testing::empty;

    /// Tables that stay small however much mail there is: a row for each mailbox, round, outcome, state
    /// of a queue, or hour since which somebody waits.
    const SMALL: [&str; 5] = ["mailbox", "health", "ledger_count", "ticket_count", "waiting_count"];

    /// The statements written in a source, with `{order}` filled in.
    fn statements(source: &str) -> Vec<String> {
        let source = source.split("#[cfg(test)]").next().unwrap();
        let mut statements = Vec::new();
        for rest in source.split("\"SELECT ").skip(1) {
            let statement = rest.split_once('"').unwrap().0;
            statements.push(format!("SELECT {}", statement.replace("{order}", "DESC")));
        }
        statements
    }

    #[test]
    fn nothing_that_is_read_for_status_figures_or_metrics_grows_with_the_mail() {
        let (_folder, store) = empty();
        let sources = [
            (include_str!("status.rs"), 8),
            (include_str!("figures.rs"), 6),
            (include_str!("health.rs"), 1),
        ];
        for (source, least) in sources {
            let statements = statements(source);
            assert!(statements.len() >= least, "only {statements:#?}");
            for statement in statements {
                let plan = store.plan(&statement);
                for step in plan.iter().filter_map(|step| step.strip_prefix("SCAN ")) {
                    let table = step.split(' ').next().unwrap();
                    let is_small = SMALL.contains(&table) || step == "CONSTANT ROW";
                    assert!(is_small || table.starts_with('('), "{statement}\n{plan:#?}");
                }
                // An index of the whole ledger by outcome is no better than the ledger.
                let walks = plan.iter().any(|step| step.contains("ledger_by_outcome (mailbox=?)"));
                assert!(!walks, "{statement}\n{plan:#?}");
            }
        }
    }
}
