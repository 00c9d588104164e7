//! The metrics in Prometheus' text format 0.0.4, and the counts of this run of the program that
//! only they show. Nothing in them names a person.

use std::fmt::{Display, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::desk::ledger::Outcome;
use crate::store::figures::Gauges;
use crate::time::Timestamp;

/// What is served as the type of the text.
pub(super) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What this run of the program counts.
#[derive(Debug, Default)]
pub(super) struct Counters {
    /// Answers by the first digit of their status, from 1 on.
    answers: [AtomicU64; 5],
    sign_in_failures: AtomicU64,
}

impl Counters {
    /// Counts an answer.
    pub(super) fn answered(&self, status: u16) {
        let class = usize::from(status / 100).checked_sub(1);
        if let Some(counter) = class.and_then(|class| self.answers.get(class)) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts a name and password that did not fit, or that were not looked at after too many.
    pub(super) fn sign_in_failed(&self) {
        self.sign_in_failures.fetch_add(1, Ordering::Relaxed);
    }
}

/// What the metrics are written from.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    /// From the database.
    pub(super) gauges: &'a Gauges,
    /// Of this run.
    pub(super) counters: &'a Counters,
    /// Whether a monitor is told that all is well enough.
    pub(super) healthy: bool,
    /// When the program started.
    pub(super) started_at: Timestamp,
    /// Now.
    pub(super) now: Timestamp,
    /// Bytes of memory in use, where the system tells.
    pub(super) resident: Option<u64>,
}

/// The whole text.
pub(super) fn text(facts: Facts<'_>) -> String {
    let Facts { gauges, counters, now, .. } = facts;
    let since = |at: Timestamp| (now.unix() - at.unix()).max(0);
    let status = &gauges.status;
    let mut page = Page(String::with_capacity(8 * 1024));

    page.family("counterfoil_build_info", "gauge", "The version that runs; always 1.");
    page.sample(&[("version", env!("CARGO_PKG_VERSION"))], 1);
    page.family("counterfoil_healthy", "gauge", "1 while /healthz answers 200, else 0.");
    page.sample(&[], u8::from(facts.healthy));
    page.family("counterfoil_uptime_seconds", "gauge", "Seconds since the program started.");
    page.sample(&[], since(facts.started_at));
    page.family(
        "process_start_time_seconds",
        "gauge",
        "When the program started, in seconds since 1970.",
    );
    page.sample(&[], facts.started_at.unix());
    if let Some(bytes) = facts.resident {
        page.family("process_resident_memory_bytes", "gauge", "Memory in use, in bytes.");
        page.sample(&[], bytes);
    }

    page.family(
        "counterfoil_ledger_messages",
        "gauge",
        "Messages in the ledger by what became of them.",
    );
    for mailbox in &status.mailboxes {
        for outcome in Outcome::ALL {
            let labels =
                [("mailbox", mailbox.balance.mailbox.as_str()), ("outcome", outcome.as_str())];
            page.sample(&labels, mailbox.balance.count(*outcome));
        }
    }
    page.family("counterfoil_ledger_listed_total", "counter", "Messages ever listed.");
    for mailbox in &status.mailboxes {
        page.sample(&[("mailbox", &mailbox.balance.mailbox)], mailbox.balance.listed);
    }
    page.family(
        "counterfoil_ledger_closes",
        "gauge",
        "1 while the sum of the ledger closes, else 0.",
    );
    for mailbox in &status.mailboxes {
        page.sample(&[("mailbox", &mailbox.balance.mailbox)], u8::from(mailbox.balance.closes));
    }
    page.family(
        "counterfoil_ledger_oldest_waiting_seconds",
        "gauge",
        "Age of the oldest message that waits to be taken in; 0 when none waits.",
    );
    for mailbox in &status.mailboxes {
        let name = &mailbox.balance.mailbox;
        let found = gauges.message_waits_since.iter().find(|(other, _)| other == name);
        page.sample(&[("mailbox", name)], found.map_or(0, |(_, at)| since(*at)));
    }
    page.family(
        "counterfoil_originals_recoverable",
        "gauge",
        "Originals removed from the mailbox that can still be recovered there.",
    );
    for mailbox in &status.mailboxes {
        page.sample(&[("mailbox", &mailbox.balance.mailbox)], mailbox.recoverable);
    }

    page.family("counterfoil_tickets", "gauge", "Tickets by state.");
    for (state, tickets) in &gauges.tickets {
        page.sample(&[("state", state.as_str())], tickets);
    }
    page.family(
        "counterfoil_tickets_oldest_waiting_seconds",
        "gauge",
        "How long the requester who has waited longest waits for an answer, to the hour; 0 when \
         nobody waits.",
    );
    page.sample(&[], gauges.ticket_waits_since.map_or(0, since));

    page.family("counterfoil_outbox_messages", "gauge", "Messages of ours that did not leave yet.");
    for mailbox in &status.mailboxes {
        let outbox = mailbox.outbox;
        for (state, count) in
            [("waiting", outbox.waiting), ("unknown", outbox.unknown), ("refused", outbox.refused)]
        {
            page.sample(&[("mailbox", &mailbox.balance.mailbox), ("state", state)], count);
        }
    }
    page.family(
        "counterfoil_outbox_oldest_waiting_seconds",
        "gauge",
        "Age of the oldest message that waits to leave; 0 when none waits.",
    );
    for mailbox in &status.mailboxes {
        let age = mailbox.outbox_waits_since.map_or(0, since);
        page.sample(&[("mailbox", &mailbox.balance.mailbox)], age);
    }

    type Moment = fn(&crate::store::health::Health) -> Option<Timestamp>;
    let moments: [(&str, &str, Moment); 3] = [
        ("run", "last ran", |round| Some(round.last_run_at)),
        ("success", "last went well", |round| round.last_success_at),
        ("error", "last failed", |round| round.last_error_at),
    ];
    for (word, what, moment) in moments {
        page.family(
            &format!("counterfoil_round_last_{word}_timestamp_seconds"),
            "gauge",
            &format!("When each round {what}, in seconds since 1970; absent while it never did."),
        );
        for round in &status.rounds {
            if let Some(at) = moment(round) {
                page.sample(&[("round", &round.round)], at.unix());
            }
        }
    }
    page.family("counterfoil_round_failing", "gauge", "1 while a round last failed, else 0.");
    for round in &status.rounds {
        page.sample(&[("round", &round.round)], u8::from(!round.last_error.is_empty()));
    }

    page.family("counterfoil_audit_entries_total", "counter", "Entries in the audit trail.");
    page.sample(&[], gauges.audit_entries);
    page.family("counterfoil_database_bytes", "gauge", "Size of the database, in bytes.");
    page.sample(&[], gauges.database_bytes);

    page.family(
        "counterfoil_http_requests_total",
        "counter",
        "Requests answered since the start, by the class of the status.",
    );
    for (class, count) in ["1xx", "2xx", "3xx", "4xx", "5xx"].iter().zip(&counters.answers) {
        page.sample(&[("class", class)], count.load(Ordering::Relaxed));
    }
    page.family(
        "counterfoil_sign_in_failures_total",
        "counter",
        "Failed attempts to sign in since the start.",
    );
    page.sample(&[], counters.sign_in_failures.load(Ordering::Relaxed));
    page.0
}

/// The text as it grows: samples follow the head of their family.
struct Page(String);

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // A String takes whatever is written.
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn sample(&mut self, labels: &[(&str, &str)], value: impl Display) {
        let start = self.0.rfind("# TYPE ").map_or(0, |at| at + "# TYPE ".len());
        let name = self.0[start..].split(' ').next().unwrap_or_default().to_owned();
        self.0.push_str(&name);
        for (place, (label, value)) in labels.iter().enumerate() {
            self.0.push(if place == 0 { '{' } else { ',' });
            let _ = write!(self.0, "{label}=\"{}\"", escaped(value));
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
        let _ = writeln!(self.0, " {value}");
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped() {
        let mut page = Page(String::new());
        page.family("x_total", "counter", "Help.");
        page.sample(&[("a", "q\"\\\n"), ("b", "ü")], 1);
        page.sample(&[], 2);
        assert_eq!(
            page.0,
            "# HELP x_total Help.\n# TYPE x_total counter\n\
             x_total{a=\"q\\\"\\\\\\n\",b=\"ü\"} 1\nx_total 2\n"
        );
    }

    #[test]
    fn answers_are_counted_by_class() {
        let counters = Counters::default();
        for status in [200, 204, 303, 404, 503, 0, 99, 600] {
            counters.answered(status);
        }
        let counts = counters.answers.map(AtomicU64::into_inner);
        assert_eq!(counts, [0, 2, 1, 1, 1]);
    }
}
