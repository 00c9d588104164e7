//! The ledger on pages: the balance of every mailbox, the rows by mailbox, outcome and message, one
//! row with all that is known of it and what can be done about it, and the originals that can still
//! be recovered.

use maud::{Markup, html};

use super::alert;
use super::records::{code, deed, discarding, facts, further, table};
use crate::desk::audit::Entry;
use crate::desk::ledger::{Balance, LedgerRow, Original, Outcome};
use crate::store::Listing;
use crate::store::ledger_lists::{Filter, Recoverable, Until};
use crate::time::Timestamp;
use crate::web::asked::encoded;
use crate::web::locale::{Locale, cut};
use crate::web::route::with;
use crate::web::texts::put;

/// The longest reason in a list, and the longest one of a row's own page, in characters.
const REASON: usize = 120;
const WHOLE_REASON: usize = 2_000;

/// The list with its balance. `mailboxes` are the names there are.
pub(in crate::web) fn list(
    locale: &Locale,
    listing: &Listing<LedgerRow>,
    filter: &Filter,
    balances: &[Balance],
    after: Option<i64>,
) -> Markup {
    let texts = &locale.texts().records;
    let base = path(filter);
    let next = listing.next.map(|next| (texts.older, with(&base, "after", next)));
    html! {
        p.lead { (texts.lead) }
        @if after.is_none() && filter.message.is_none() { (balance(locale, balances)) }
        form.filter method="get" action="/ledger" {
            div {
                label for="mailbox" { (texts.mailbox) }
                select #mailbox name="mailbox" {
                    option value="" { (texts.all) }
                    @for balance in balances {
                        option value=(balance.mailbox)
                            selected[filter.mailbox.as_ref() == Some(&balance.mailbox)] {
                            (balance.mailbox)
                        }
                    }
                }
            }
            div {
                label for="outcome" { (texts.outcome) }
                select #outcome name="outcome" {
                    option value="" { (texts.all) }
                    @for outcome in Outcome::ALL {
                        option value=(outcome) selected[filter.outcome == Some(*outcome)] {
                            (texts.outcome(*outcome))
                        }
                    }
                }
            }
            div.wide {
                label for="message" { (texts.message_hint) }
                input #message type="text" name="message" maxlength="1000" autocapitalize="none"
                    spellcheck="false" value=(filter.message.as_deref().unwrap_or_default());
            }
            button type="submit" { (texts.show) }
        }
        @if listing.rows.is_empty() {
            p.empty { (texts.nothing_here) }
        } @else {
            (rows(locale, &listing.rows))
        }
        (further(locale, after.map(|_| base.as_str()), next))
    }
}

fn path(filter: &Filter) -> String {
    let mut path = "/ledger".to_owned();
    if let Some(mailbox) = &filter.mailbox {
        path = with(&path, "mailbox", encoded(mailbox));
    }
    if let Some(outcome) = filter.outcome {
        path = with(&path, "outcome", outcome);
    }
    if let Some(message) = &filter.message {
        path = with(&path, "message", encoded(message));
    }
    path
}

fn balance(locale: &Locale, balances: &[Balance]) -> Markup {
    let texts = &locale.texts().records;
    let headings: Vec<&str> = [texts.mailbox, texts.listed]
        .into_iter()
        .chain(Outcome::ALL.iter().map(|outcome| texts.outcome(*outcome)))
        .chain([texts.sum])
        .collect();
    let rows: Vec<Vec<Markup>> = balances
        .iter()
        .map(|balance| {
            let counts = [
                balance.listed,
                balance.waiting,
                balance.opened,
                balance.joined,
                balance.duplicate,
                balance.quarantined,
                balance.discarded,
                balance.vanished,
            ];
            let number = |count: u64| {
                html! { span.zero[count == 0] { (locale.number(count)) } }
            };
            let (class, words) = match balance.closes {
                true => ("mark good", texts.closes),
                false => ("mark bad", texts.does_not_close),
            };
            let closes = html! { span class=(class) { (words) } };
            let name = html! { (balance.mailbox) };
            std::iter::once(name).chain(counts.map(number)).chain([closes]).collect()
        })
        .collect();
    table(texts.balance, &headings, &rows)
}

fn rows(locale: &Locale, rows: &[LedgerRow]) -> Markup {
    let texts = &locale.texts().records;
    let headings = [
        texts.number,
        texts.received,
        texts.mailbox,
        texts.outcome,
        texts.ticket,
        texts.original,
        texts.size,
        texts.reason,
    ];
    let cells: Vec<Vec<Markup>> = rows
        .iter()
        .map(|row| {
            vec![
                html! { a href={ "/ledger/" (row.id) } { (row.id) } },
                locale.age(row.received_at),
                html! { (row.mailbox) },
                outcome(locale, row.outcome),
                ticket(row),
                original(locale, row),
                html! { @if let Some(size) = row.size { (locale.size(size)) } },
                html! { span.wrap { bdi { (cut(&locale.said(&row.reason), REASON)) } } },
            ]
        })
        .collect();
    table(texts.ledger, &headings, &cells)
}

fn outcome(locale: &Locale, outcome: Outcome) -> Markup {
    let class = match outcome {
        Outcome::Quarantined => "mark bad",
        Outcome::Waiting => "mark soon",
        _ => "mark",
    };
    html! { span class=(class) { (locale.texts().records.outcome(outcome)) } }
}

fn ticket(row: &LedgerRow) -> Markup {
    html! {
        @if let Some(ticket) = row.ticket {
            a href={ "/tickets/" (ticket) @if let Some(id) = row.article { "#article-" (id) } } {
                "#" (ticket)
            }
        }
    }
}

fn original(locale: &Locale, row: &LedgerRow) -> Markup {
    let still = row
        .recoverable_until
        .filter(|until| row.original == Original::Removed && *until > locale.now);
    html! {
        (locale.texts().records.place(row.original))
        @if let Some(until) = still { " " span.at title=(locale.at(until)) { (locale.ago(until)) } }
    }
}

/// What may be done on the page of one row, and with what came of it.
pub(in crate::web) struct Deeds<'a> {
    /// The token of the forms.
    pub(in crate::web) token: &'a str,
    /// What the last one did.
    pub(in crate::web) done: Option<&'a str>,
    /// Why the last one was not possible.
    pub(in crate::web) wrong: Option<&'a str>,
}

/// One row. `trail` is what the audit trail says of it.
pub(in crate::web) fn one(
    locale: &Locale,
    row: &LedgerRow,
    trail: &[Entry],
    deeds: &Deeds<'_>,
) -> Markup {
    let texts = &locale.texts().records;
    let text = |text: &str| (!text.is_empty()).then(|| code(text));
    let moment = |at: Timestamp| locale.moment(at);
    html! {
        p.back { a href="/ledger" { (texts.back_to_ledger) } }
        div.head { h1 { (put(texts.row_title, &[&row.id.to_string()])) } }
        @if let Some(done) = deeds.done { p.told role="status" { (done) } }
        (alert::refusal(deeds.wrong.as_slice()))
        (facts(vec![
            (texts.outcome, Some(outcome(locale, row.outcome))),
            (texts.reason, (!row.reason.is_empty()).then(|| {
                html! { bdi { (cut(&locale.said(&row.reason), WHOLE_REASON)) } }
            })),
            (texts.ticket, row.ticket.map(|_| ticket(row))),
            (texts.mailbox, Some(html! { (row.mailbox) })),
            (texts.received, Some(moment(row.received_at))),
            (texts.first_seen, Some(moment(row.listed_at))),
            (texts.original, Some(html! { (texts.place(row.original)) })),
            (texts.recoverable_until, row.recoverable_until.map(moment)),
            (texts.raw_copy, Some(html! {
                @if row.raw_kept {
                    (texts.raw_kept) ", " a href={ "/ledger/" (row.id) "/original" } { (texts.download) }
                } @else if row.sha256.is_some() { (texts.raw_gone) }
                @else { (texts.raw_never) }
            })),
            (texts.size, row.size.map(|size| html! { (locale.size(size)) })),
            (texts.message_id, row.message_id.as_ref().and_then(|id| text(id.as_str()))),
            (texts.item, text(&row.item_id)),
            (texts.sha256, row.sha256.as_deref().and_then(text)),
        ]))
        @if !matches!(row.outcome, Outcome::Opened | Outcome::Joined | Outcome::Duplicate) {
            (what_to_do(locale, row, deeds))
        }
        @if !trail.is_empty() {
            section aria-labelledby="history" {
                h2 #history { (texts.history) }
                ol.history {
                    @for entry in trail {
                        li {
                            (locale.moment(entry.at)) " " (code(&entry.action)) " " bdi { (entry.actor) }
                            @if !entry.detail.is_empty() { ": " bdi { (cut(&entry.detail, REASON)) } }
                        }
                    }
                }
            }
        }
    }
}

fn what_to_do(locale: &Locale, row: &LedgerRow, deeds: &Deeds<'_>) -> Markup {
    let texts = &locale.texts().records;
    let action = format!("/ledger/{}", row.id);
    let token = deeds.token;
    html! {
        section aria-labelledby="deeds" {
            h2 #deeds { (texts.what_to_do) }
            (deed(&action, token, "retry", texts.retry, texts.retry_hint))
            (deed(&action, token, "make-ticket", texts.make_ticket, texts.make_ticket_hint))
            @if row.outcome != Outcome::Discarded {
                (discarding(&action, token, texts.discard_reason, texts.discard))
            }
        }
    }
}

/// The originals that can still be recovered.
pub(in crate::web) fn originals(
    locale: &Locale,
    listing: &Listing<Recoverable, Until>,
    after: Option<Until>,
    recovery_days: u32,
) -> Markup {
    let texts = &locale.texts().records;
    let headings = [
        texts.number,
        texts.received,
        texts.mailbox,
        texts.ticket,
        texts.recoverable_until,
        texts.our_copy_until,
        texts.size,
        "",
    ];
    let cells: Vec<Vec<Markup>> = listing
        .rows
        .iter()
        .map(|Recoverable { row, raw_since }| {
            let until = raw_since.map(|since| since.plus_days(i64::from(recovery_days)));
            vec![
                html! { a href={ "/ledger/" (row.id) } { (row.id) } },
                locale.age(row.received_at),
                html! { (row.mailbox) },
                ticket(row),
                html! { @if let Some(until) = row.recoverable_until { (locale.moment(until)) } },
                html! {
                    @match until {
                        Some(until) if row.raw_kept => (locale.moment(until)),
                        _ if row.raw_kept => (texts.raw_kept),
                        _ => span.none { (texts.raw_gone) },
                    }
                },
                html! { @if let Some(size) = row.size { (locale.size(size)) } },
                html! {
                    @if row.raw_kept { a href={ "/ledger/" (row.id) "/original" } { ".eml" } }
                },
            ]
        })
        .collect();
    let next = listing.next.map(|next| (texts.older, with("/originals", "after", next)));
    html! {
        p.lead { (texts.originals_lead) }
        @if cells.is_empty() {
            p.empty { (texts.nothing_here) }
        } @else {
            (table(texts.originals, &headings, &cells))
        }
        (further(locale, after.map(|_| "/originals"), next))
    }
}
