//! Is it well? One decision over the facts of the status page, for its first line and for
//! monitors, worded as a locale has it.

use super::locale::Locale;
use super::texts::put;
use crate::store::status::{MailboxStatus, Status};
use crate::time::{DAY, Timestamp};

/// The least time a mailbox may go without a success, in seconds.
const LEAST_PATIENCE: i64 = 5 * 60;

/// How long a message of ours may wait to leave, or be unknown, before somebody should look.
const OUTBOX_PATIENCE: i64 = 3_600;

/// How long the round that sends may not have run, in seconds. It looks every few seconds, and one
/// large message may take minutes.
const SENDER_PATIENCE: i64 = 1_800;

/// How far ahead of now a round may have run, in seconds, before the clock is doubted.
const CLOCK_PATIENCE: i64 = 300;

/// How long a refused message is brought up; after that it is only counted.
const REFUSED_FOR: i64 = 7 * DAY;

/// A mailbox as far as the verdict cares.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watched<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Seconds between two looks into it.
    pub(super) poll_seconds: u32,
}

/// What the first line says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Verdict {
    /// The first line.
    pub(super) line: String,
    /// How it stands.
    pub(super) standing: Standing,
}

/// How everything stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    /// All is well.
    Well,
    /// The program has just started and not looked into every mailbox yet.
    Starting,
    /// A person should look, but mail flows.
    Attention,
    /// Mail does not flow, or the ledger's sum does not close, so that a monitor must call somebody.
    Grave,
}

impl Verdict {
    /// What a monitor is told: 503 only when it must call somebody.
    pub(super) fn http_status(&self) -> u16 {
        if self.standing == Standing::Grave { 503 } else { 200 }
    }
}

/// How one mailbox's mail flows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Flow {
    /// A look into it succeeded lately.
    Flowing,
    /// None did, and the program has just started.
    Starting,
    /// None did, though there was time.
    Stalled,
}

/// Whether a mailbox was looked into lately: within three polls, and never less than five minutes.
/// For as long after the start it counts as starting.
pub(super) fn flow(
    watched: Watched<'_>,
    status: &Status,
    started_at: Timestamp,
    now: Timestamp,
) -> Flow {
    let patience = LEAST_PATIENCE.max(3 * i64::from(watched.poll_seconds));
    let recent = |at: Timestamp| now.unix() - at.unix() <= patience;
    match last_success(watched.name, status) {
        Some(at) if recent(at) => Flow::Flowing,
        _ if recent(started_at) => Flow::Starting,
        _ => Flow::Stalled,
    }
}

/// When a mailbox was last looked into with success.
pub(super) fn last_success(mailbox: &str, status: &Status) -> Option<Timestamp> {
    status.round(&format!("poller:{mailbox}")).and_then(|round| round.last_success_at)
}

/// Judges everything.
///
/// It needs attention, and gravely (`/healthz` answers 503), when
/// * a mailbox had no success within three polls or five minutes, whichever is longer, and the
///   program was not just started; or
/// * the sum of a ledger does not close.
///
/// It needs attention, but mail flows (`/healthz` stays 200), when
/// * a round that belongs to the configuration last failed, or the one that sends has not run for
///   half an hour,
/// * a message waits for a person in quarantine, or failed several times, or an original could not be filed,
/// * a message of ours has waited for, or been unknown for, over an hour, or was refused within
///   seven days,
/// * a round ran in what is the future now, so that the clock is or was wrong, or
/// * there is no mailbox at all.
///
/// What was just started and has no fault is starting (200). Everything else is well (200).
/// Mailboxes that are no longer configured count only for the sum. A full disk shows as mail that
/// does not flow: nothing can be noted any more.
pub(super) fn judge(
    mailboxes: &[Watched<'_>],
    status: &Status,
    started_at: Timestamp,
    locale: &Locale,
) -> Verdict {
    let (texts, now) = (&locale.texts().verdict, locale.now);
    let mut grave = Vec::new();
    let mut lesser = Vec::new();
    let mut starting = Vec::new();
    for watched in mailboxes {
        let name = watched.name;
        match flow(*watched, status, started_at, now) {
            Flow::Flowing => {}
            Flow::Starting => starting.push(name),
            Flow::Stalled => grave.push(match last_success(name, status) {
                Some(at) => put(texts.last_look, &[name, &locale.ago(at)]),
                None => put(texts.never_looked, &[name]),
            }),
        }
        for (round, failed) in [("poller", texts.look_failed), ("sender", texts.sending_failed)] {
            let round = status.round(&format!("{round}:{name}"));
            if round.is_some_and(|round| !round.last_error.is_empty()) {
                lesser.push(put(failed, &[name]));
            }
        }
        if let Some(sender) = status.round(&format!("sender:{name}"))
            && now.unix() - sender.last_run_at.unix().max(started_at.unix()) > SENDER_PATIENCE
        {
            lesser.push(put(texts.sending_rests, &[name, &locale.ago(sender.last_run_at)]));
        }
        if let Some(mailbox) = status.mailbox(name) {
            lesser.extend(open_matters(name, mailbox, locale));
        }
    }
    for mailbox in &status.mailboxes {
        if !mailbox.balance.closes {
            grave.push(put(texts.does_not_close, &[&mailbox.balance.mailbox]));
        }
    }
    if status.round("sweeper").is_some_and(|round| !round.last_error.is_empty()) {
        lesser.push(texts.retention_failed.to_owned());
    }
    let ahead = status.rounds.iter().map(|round| round.last_run_at.unix() - now.unix()).max();
    if let Some(seconds) = ahead.filter(|seconds| *seconds > CLOCK_PATIENCE) {
        lesser.push(put(texts.clock, &[&locale.distance(seconds)]));
    }
    if mailboxes.is_empty() {
        lesser.push(texts.no_mailbox.to_owned());
    }
    let (standing, frame, because) = if !grave.is_empty() {
        grave.append(&mut lesser);
        (Standing::Grave, texts.attention, grave.join("; "))
    } else if !lesser.is_empty() {
        (Standing::Attention, texts.attention, lesser.join("; "))
    } else if !starting.is_empty() {
        let names = starting.join(texts.and);
        (Standing::Starting, texts.starting, put(texts.first_look, &[&names]))
    } else {
        (Standing::Well, texts.well, well(mailboxes, status, locale))
    };
    Verdict { line: put(frame, &[&because]), standing }
}

/// What about a mailbox waits for a person although its mail flows.
fn open_matters(name: &str, mailbox: &MailboxStatus, locale: &Locale) -> Vec<String> {
    let (texts, now) = (&locale.texts().verdict, locale.now);
    let older =
        |at: Option<Timestamp>, seconds| at.is_some_and(|at| now.unix() - at.unix() > seconds);
    let mut matters = Vec::new();
    let mut tell =
        |text, count, word| matters.push(put(text, &[&locale.counted(count, word), name]));
    if mailbox.balance.quarantined > 0 {
        tell(texts.set_aside, mailbox.balance.quarantined, texts.message);
    }
    if mailbox.failing > 0 {
        tell(texts.failing, mailbox.failing, texts.message);
    }
    if mailbox.unfiled > 0 {
        tell(texts.unfiled, mailbox.unfiled, texts.original);
    }
    if older(mailbox.outbox_unknown_since, OUTBOX_PATIENCE) {
        tell(texts.unknown, mailbox.outbox.unknown, texts.message);
    }
    if mailbox.outbox_refused_at.is_some_and(|at| now.unix() - at.unix() <= REFUSED_FOR) {
        tell(texts.refused, mailbox.outbox.refused, texts.message);
    }
    if older(mailbox.outbox_waits_since, OUTBOX_PATIENCE) {
        matters.push(put(texts.waits_to_leave, &[name]));
    }
    matters
}

fn well(mailboxes: &[Watched<'_>], status: &Status, locale: &Locale) -> String {
    let texts = &locale.texts().verdict;
    let looks = mailboxes.iter().filter_map(|watched| last_success(watched.name, status));
    let oldest = looks.min().unwrap_or(locale.now);
    let listed: u64 = status.mailboxes.iter().map(|mailbox| mailbox.balance.listed).sum();
    let looked = put(texts.looked, &[&locale.ago(oldest)]);
    match listed {
        0 => put(texts.none_so_far, &[&looked]),
        1 => put(texts.one_so_far, &[&looked]),
        _ => put(texts.all_so_far, &[&looked, &locale.counted(listed, texts.message)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::ledger::{Balance, Outcome};
    use crate::store::health::Health;
    use crate::store::outbox::OutboxCount;
    use crate::time::Zone;
    use crate::web::texts::Language;

    const NOW: Timestamp = Timestamp::from_unix(1_777_885_964);
    const LONG_AGO: i64 = 100_000;

    fn english() -> Locale {
        Locale { language: Language::English, zone: Zone::utc(), now: NOW }
    }

    fn ago(seconds: i64) -> Timestamp {
        NOW.plus_seconds(-seconds)
    }

    fn round(name: &str, success: Option<i64>, error: &str) -> Health {
        Health {
            round: name.to_owned(),
            last_run_at: NOW,
            last_success_at: success.map(ago),
            last_error_at: None,
            last_error: error.to_owned(),
        }
    }

    fn mailbox(name: &str, listed: u64, outcomes: &[(Outcome, u64)]) -> MailboxStatus {
        let count = |outcome| outcomes.iter().filter(|(o, _)| *o == outcome).map(|(_, n)| n).sum();
        MailboxStatus {
            balance: Balance::of(name.to_owned(), listed, count),
            taken_in_today: 0,
            recoverable: 0,
            recoverable_until: None,
            unfiled: 0,
            failing: 0,
            cases: Vec::new(),
            reconciled_at: None,
            outbox: OutboxCount { waiting: 3, unknown: 2, refused: 1 },
            outbox_waits_since: None,
            outbox_unknown_since: None,
            outbox_refused_at: None,
        }
    }

    fn healthy() -> Status {
        Status {
            mailboxes: vec![mailbox("support", 12, &[(Outcome::Opened, 11), (Outcome::Joined, 1)])],
            rounds: vec![
                round("poller:support", Some(12), ""),
                round("sender:support", Some(12), ""),
                round("sweeper", None, ""),
            ],
        }
    }

    #[test]
    fn the_first_line_follows_from_the_facts() {
        type Change = fn(&mut Status);
        let cases: [(&str, Change, u16, &str); 23] = [
            (
                "all well",
                |_| {},
                200,
                "All is well: looked for mail 12 seconds ago, all 12 messages accounted for.",
            ),
            (
                "nothing came yet",
                |s| s.mailboxes.clear(),
                200,
                "All is well: looked for mail 12 seconds ago, no message so far.",
            ),
            (
                "one message",
                |s| s.mailboxes = vec![mailbox("support", 1, &[(Outcome::Opened, 1)])],
                200,
                "All is well: looked for mail 12 seconds ago, the one message ever listed is \
                 accounted for.",
            ),
            (
                "at the end of patience",
                |s| s.rounds[0] = round("poller:support", Some(300), ""),
                200,
                "All is well: looked for mail 5 minutes ago, all 12 messages accounted for.",
            ),
            (
                "beyond patience",
                |s| s.rounds[0] = round("poller:support", Some(301), ""),
                503,
                "Needs attention: the last successful look into support was 5 minutes ago.",
            ),
            (
                "never a success",
                |s| s.rounds.clear(),
                503,
                "Needs attention: no look into support has succeeded yet.",
            ),
            (
                "a standing error, mail flowed lately",
                |s| s.rounds[0] = round("poller:support", Some(12), "x"),
                200,
                "Needs attention: the last attempt to take in mail from support failed.",
            ),
            (
                "sending fails",
                |s| s.rounds[1] = round("sender:support", Some(12), "x"),
                200,
                "Needs attention: the last attempt to send through support failed.",
            ),
            (
                "retention fails",
                |s| s.rounds[2] = round("sweeper", None, "x"),
                200,
                "Needs attention: the last retention round failed.",
            ),
            (
                "the round of a mailbox no longer configured failed",
                |s| s.rounds.push(round("poller:old", None, "x")),
                200,
                "All is well: looked for mail 12 seconds ago, all 12 messages accounted for.",
            ),
            (
                "the sum does not close",
                |s| s.mailboxes = vec![mailbox("support", 13, &[(Outcome::Opened, 12)])],
                503,
                "Needs attention: the ledger of support does not close.",
            ),
            (
                "nor that of a mailbox no longer configured",
                |s| s.mailboxes.push(mailbox("old", 1, &[])),
                503,
                "Needs attention: the ledger of old does not close.",
            ),
            (
                "quarantine",
                |s| s.mailboxes = vec![mailbox("support", 2, &[(Outcome::Quarantined, 2)])],
                200,
                "Needs attention: 2 messages in support set aside for a person.",
            ),
            (
                "a message that keeps failing",
                |s| s.mailboxes[0].failing = 1,
                200,
                "Needs attention: 1 message in support failed several times to be taken in.",
            ),
            (
                "unfiled originals",
                |s| s.mailboxes[0].unfiled = 1,
                200,
                "Needs attention: 1 original in support could not be filed away yet.",
            ),
            (
                "unknown for an hour",
                |s| s.mailboxes[0].outbox_unknown_since = Some(ago(3_600)),
                200,
                "All is well: looked for mail 12 seconds ago, all 12 messages accounted for.",
            ),
            (
                "unknown for longer",
                |s| s.mailboxes[0].outbox_unknown_since = Some(ago(3_601)),
                200,
                "Needs attention: it is not known whether 2 messages left through support.",
            ),
            (
                "waiting to leave for too long",
                |s| s.mailboxes[0].outbox_waits_since = Some(ago(3_601)),
                200,
                "Needs attention: mail to be sent through support has waited for over an hour.",
            ),
            (
                "refused this week",
                |s| s.mailboxes[0].outbox_refused_at = Some(ago(7 * DAY)),
                200,
                "Needs attention: 1 message refused when sent through support.",
            ),
            (
                "the round that sends rests for too long",
                |s| s.rounds[1].last_run_at = ago(1_801),
                200,
                "Needs attention: the last round that sends through support was 30 minutes ago.",
            ),
            (
                "a clock that went back a little",
                |s| s.rounds[2].last_run_at = ago(-300),
                200,
                "All is well: looked for mail 12 seconds ago, all 12 messages accounted for.",
            ),
            (
                "a clock that went back",
                |s| s.rounds[2].last_run_at = ago(-7_200),
                200,
                "Needs attention: the clock was 2 hours ahead of what it shows now.",
            ),
            (
                "the gravest first",
                |s| {
                    s.rounds[0] = round("poller:support", Some(400), "x");
                    s.mailboxes[0].outbox_refused_at = Some(ago(7 * DAY + 1));
                },
                503,
                "Needs attention: the last successful look into support was 6 minutes ago; \
                 the last attempt to take in mail from support failed.",
            ),
        ];
        let watched = [Watched { name: "support", poll_seconds: 30 }];
        for (case, change, code, line) in cases {
            let mut status = healthy();
            change(&mut status);
            let verdict = judge(&watched, &status, ago(LONG_AGO), &english());
            assert_eq!((verdict.http_status(), verdict.line.as_str()), (code, line), "{case}");
        }
    }

    #[test]
    fn a_start_is_given_as_much_time_as_a_pause() {
        let status = Status::default();
        for (poll_seconds, started, success, expected) in [
            (30, 0, None, Flow::Starting),
            (30, 300, None, Flow::Starting),
            (30, 301, None, Flow::Stalled),
            (600, 1_800, None, Flow::Starting),
            (600, 1_801, None, Flow::Stalled),
            (600, LONG_AGO, Some(1_800), Flow::Flowing),
            (600, LONG_AGO, Some(1_801), Flow::Stalled),
            (30, 10, Some(LONG_AGO), Flow::Starting),
        ] {
            let watched = Watched { name: "support", poll_seconds };
            let rounds = vec![round("poller:support", success, "")];
            let status = Status { rounds, ..status.clone() };
            let flow = flow(watched, &status, ago(started), NOW);
            assert_eq!(flow, expected, "{poll_seconds} {started} {success:?}");
        }
        let watched = [Watched { name: "support", poll_seconds: 30 }];
        let verdict = judge(&watched, &status, ago(1), &english());
        assert_eq!(verdict.line, "Starting: waiting for the first look into support.");
        assert_eq!(verdict.http_status(), 200);
        let verdict = judge(&[], &status, ago(1), &english());
        assert_eq!(verdict.line, "Needs attention: no mailbox is configured.");
    }

    #[test]
    fn germans_are_told_in_german() {
        let german = Locale { language: Language::German, ..english() };
        let watched = [Watched { name: "support", poll_seconds: 30 }];
        let line = |status: &Status| judge(&watched, status, ago(LONG_AGO), &german).line;
        assert_eq!(
            line(&healthy()),
            "Alles in Ordnung: zuletzt vor 12 Sekunden abgerufen, alle 12 Nachrichten nachgewiesen."
        );
        let mut status = healthy();
        status.mailboxes[0].unfiled = 2;
        status.rounds[0] = round("poller:support", Some(2 * DAY), "x");
        assert_eq!(
            line(&status),
            "Bitte nachsehen: support wurde zuletzt vor 2 Tagen erfolgreich abgerufen; der letzte \
             Abruf von support ist fehlgeschlagen; 2 Originale in support noch nicht abgelegt."
        );
    }
}
