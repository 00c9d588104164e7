//! The status page: is it well, in its first line; then each mailbox, and the sum that proves that
//! nothing was lost. Anybody may see it who reaches the address, so it holds counts and moments and
//! the names the office gave its mailboxes, and no word of any letter.

use maud::{Markup, html};

use super::MailboxFacts;
use super::layout::moment;
use super::pages::Facts;
use super::verdict::{self, Flow, Verdict, Watched};
use super::words::{ago, counted, cut, grouped, utc};
use crate::desk::ledger::Balance;
use crate::store::status::{MailboxStatus, Status};
use crate::time::Timestamp;

/// The longest error shown, in characters.
const ERROR_LENGTH: usize = 400;

/// Judges how everything stands.
pub(super) fn judge(
    facts: &Facts,
    status: &Status,
    started_at: Timestamp,
    now: Timestamp,
) -> Verdict {
    let watched: Vec<Watched<'_>> = facts.mailboxes.iter().map(watched).collect();
    verdict::judge(&watched, status, started_at, now)
}

/// The content of the page. `renews` says whether it is asked for again by itself, every so many
/// seconds. Only somebody signed in sees the addresses of the mailboxes.
pub(super) fn page(
    facts: &Facts,
    status: &Status,
    started_at: Timestamp,
    now: Timestamp,
    renews: Option<u32>,
    signed_in: bool,
) -> Markup {
    let verdict = judge(facts, status, started_at, now);
    html! {
        (headline(&verdict, now))
        section aria-labelledby="mailboxes" {
            h2 #mailboxes { "Mailboxes" }
            div.mailboxes {
                @for mailbox in &facts.mailboxes {
                    @let flow = verdict::flow(watched(mailbox), status, started_at, now);
                    (card(mailbox, status, flow, now, signed_in))
                }
            }
        }
        div.pair {
            (ledger(status))
            (retention(facts, status, now))
        }
        p.renews {
            @match renews {
                Some(seconds) => {
                    "This page renews itself every " (seconds) " seconds. "
                    a href="/?still" { "Keep it still" }
                }
                None => { a href="/" { "Let this page renew itself" } }
            }
        }
    }
}

/// The page when not even the facts could be read.
pub(super) fn unreadable(line: &str) -> Markup {
    html! {
        section.verdict.bad {
            h1 { (line) }
            p { "The log says more." }
        }
    }
}

fn watched(mailbox: &MailboxFacts) -> Watched<'_> {
    Watched { name: &mailbox.name, poll_seconds: mailbox.poll_seconds }
}

fn headline(verdict: &Verdict, now: Timestamp) -> Markup {
    let class = match verdict {
        Verdict::Well { .. } => "verdict well",
        Verdict::Starting { .. } => "verdict",
        Verdict::Attention { grave: false, .. } => "verdict soon",
        Verdict::Attention { grave: true, .. } => "verdict bad",
    };
    html! {
        section class=(class) {
            h1 { (verdict.line()) }
            p.asof { "As of " (utc(now)) }
        }
    }
}

fn card(
    mailbox: &MailboxFacts,
    status: &Status,
    flow: Flow,
    now: Timestamp,
    signed_in: bool,
) -> Markup {
    let name = &mailbox.name;
    let known = status.mailbox(name);
    let (class, word) = match flow {
        Flow::Flowing => ("mark good", "flowing"),
        Flow::Starting => ("mark soon", "starting"),
        Flow::Stalled => ("mark bad", "stalled"),
    };
    html! {
        article.card {
            header {
                h3 { (name) }
                span class=(class) { (word) }
            }
            dl {
                div {
                    dt { "Last success" }
                    dd {
                        @match verdict::last_success(name, status) {
                            Some(at) => (moment(at, now)),
                            None => span.none { "none yet" },
                        }
                    }
                }
                div {
                    dt { "Waiting" }
                    dd { b { (grouped(known.map_or(0, |known| known.balance.waiting))) } }
                }
                div {
                    dt { "Taken in today" }
                    dd { b { (grouped(known.map_or(0, |known| known.taken_in_today))) } }
                }
                div {
                    dt { "Compared with a full listing" }
                    dd {
                        @match known.and_then(|known| known.reconciled_at) {
                            Some(at) => (moment(at, now)),
                            None => span.none { "not yet" },
                        }
                    }
                }
                div {
                    dt { "Recoverable" }
                    dd { (recoverable(known, now)) }
                }
                div {
                    dt { "Outbox" }
                    dd { (outbox(known)) }
                }
            }
            @for round in ["poller", "sender"] {
                @if let Some(error) = standing_error(status, &format!("{round}:{name}")) {
                    (error_line(&error))
                }
            }
            @if let Some(known) = known { (cases(known, now)) }
            @if signed_in { p.does { (mailbox.address) } }
            p.does { (what_it_does(mailbox)) }
        }
    }
}

/// One line for each message that wants to be looked at.
fn cases(known: &MailboxStatus, now: Timestamp) -> Markup {
    let all = known.balance.quarantined + known.failing;
    let more = all.saturating_sub(known.cases.len() as u64);
    html! {
        @for case in &known.cases {
            p.error {
                b { "Ledger " (case.ledger) ", " (case.outcome) ": " }
                (public_error(&case.reason)) " (received " (ago(case.received_at, now)) ")"
            }
        }
        @if more > 0 { p.error { "and " (grouped(more)) " more" } }
    }
}

fn recoverable(known: Option<&MailboxStatus>, now: Timestamp) -> Markup {
    let Some((first, last)) = known.and_then(|known| known.recoverable_until) else {
        return html! { b { "0" } };
    };
    let count = known.map_or(0, |known| known.recoverable);
    html! {
        b { (grouped(count)) }
        " "
        @if first == last {
            span.at { "until " (utc(first)) " (" (ago(first, now)) ")" }
        } @else {
            span.at { "the first until " (utc(first)) " (" (ago(first, now)) ")" }
            " "
            span.at { "the last until " (utc(last)) }
        }
    }
}

fn outbox(known: Option<&MailboxStatus>) -> Markup {
    let outbox = known.map(|known| known.outbox).unwrap_or_default();
    html! {
        span.part { b { (grouped(outbox.waiting)) } " waiting" }
        @for (count, word) in [(outbox.unknown, "unknown"), (outbox.refused, "refused")] {
            ", "
            span.part.warn[count > 0] { (grouped(count)) " " (word) }
        }
    }
}

fn what_it_does(mailbox: &MailboxFacts) -> String {
    let seconds = u64::from(mailbox.poll_seconds);
    let copied = if mailbox.copy_to.is_empty() { "" } else { "copied to a folder, then " };
    let then = match mailbox.after_import.as_str() {
        "delete" => "removed from it",
        "move" => "moved to another folder",
        _ => "left where they are",
    };
    let every =
        if seconds == 1 { "second".to_owned() } else { counted(seconds, "second", "seconds") };
    format!("Looked into every {every}; originals are {copied}{then}.")
}

fn standing_error(status: &Status, round: &str) -> Option<String> {
    let round = status.round(round).filter(|round| !round.last_error.is_empty())?;
    Some(public_error(&round.last_error))
}

/// An error fit for everybody's eyes: addresses of people taken out, and cut.
fn public_error(error: &str) -> String {
    let words: Vec<&str> = error
        .split_whitespace()
        .map(|word| if word.contains('@') { "(address)" } else { word })
        .collect();
    cut(&words.join(" "), ERROR_LENGTH)
}

fn error_line(error: &str) -> Markup {
    html! { p.error { b { "Last error: " } (error) } }
}

fn retention(facts: &Facts, status: &Status, now: Timestamp) -> Markup {
    html! {
        section aria-labelledby="retention" {
            h2 #retention { "Retention" }
            p.lead {
                "Our own copy of an original goes "
                strong { (counted(u64::from(facts.recovery_days), "day", "days")) }
                " after the original was removed from its mailbox, and so does the content of a "
                "deleted ticket."
            }
            @if let Some(round) = status.round("sweeper") {
                p.lead { "The last round was " (ago(round.last_run_at, now)) "." }
            }
            @if let Some(error) = standing_error(status, "sweeper") { (error_line(&error)) }
        }
    }
}

/// A word of the ledger, and its count in a balance.
type Row = (&'static str, fn(&Balance) -> u64);

/// The sum as one writes it by hand: what became of the messages, and under the line what was
/// listed.
fn ledger(status: &Status) -> Markup {
    let rows: [Row; 7] = [
        ("waiting", |b| b.waiting),
        ("opened", |b| b.opened),
        ("joined", |b| b.joined),
        ("duplicate", |b| b.duplicate),
        ("quarantined", |b| b.quarantined),
        ("discarded", |b| b.discarded),
        ("vanished", |b| b.vanished),
    ];
    let balances: Vec<&Balance> = status.mailboxes.iter().map(|mailbox| &mailbox.balance).collect();
    html! {
        section aria-labelledby="ledger" {
            h2 #ledger { "Ledger" }
            p.lead {
                "Every message ever listed has one outcome. Their sum must be what was listed."
            }
            @if balances.is_empty() {
                p.none { "No mailbox was looked into yet." }
            } @else {
                div.scroll role="region" aria-label="Balance of the ledger" tabindex="0" {
                    table {
                        thead {
                            tr {
                                td {}
                                @for balance in &balances {
                                    th.number scope="col" { (balance.mailbox) }
                                }
                            }
                        }
                        tbody {
                            @for (word, count) in rows {
                                tr {
                                    th scope="row" { (word) }
                                    @for count in balances.iter().map(|balance| count(balance)) {
                                        td.number.zero[count == 0] { (grouped(count)) }
                                    }
                                }
                            }
                        }
                        tfoot {
                            tr {
                                th scope="row" { "listed" }
                                @for balance in &balances {
                                    td.number { (grouped(balance.listed)) }
                                }
                            }
                            tr {
                                th scope="row" { "the sum" }
                                @for balance in &balances {
                                    td.number { (closes(balance)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn closes(balance: &Balance) -> Markup {
    html! {
        @if balance.closes {
            span.mark.good { "closes" }
        } @else {
            span.mark.bad { "does not close" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_shown_to_everybody_names_nobody() {
        let error = "mailbox support: sending to Ana <ana@contoso.example> refused\n(550 5.1.1)";
        assert_eq!(
            public_error(error),
            "mailbox support: sending to Ana (address) refused (550 5.1.1)"
        );
        assert_eq!(public_error(&"x".repeat(1_000)).chars().count(), ERROR_LENGTH + 1);
    }
}
