//! The audit trail on a page: the newest entries first, by ticket, row, person or kind, the head of the
//! chain to print, and a check of a part of it.

use maud::{Markup, html};

use super::alert;
use super::records::{code, further, table};
use crate::desk::audit::{Action, Entry};
use crate::store::Listing;
use crate::store::audit::{Filter, Part, Verdict};
use crate::web::asked::encoded;
use crate::web::locale::{Locale, cut};
use crate::web::route::with;
use crate::web::session::TOKEN_FIELD;
use crate::web::texts::{fill, put};

/// The longest detail shown, in characters.
const DETAIL: usize = 200;

/// Entries checked at once.
pub(in crate::web) const CHECKED: u32 = 10_000;

/// What the page shows beside the entries.
pub(in crate::web) struct Shown<'a> {
    pub(in crate::web) filter: &'a Filter,
    /// Ticket and row as they were typed.
    pub(in crate::web) typed: (&'a str, &'a str),
    pub(in crate::web) after: Option<i64>,
    /// The newest entry.
    pub(in crate::web) head: Option<&'a Entry>,
    pub(in crate::web) token: &'a str,
    /// What a check found that was asked for.
    pub(in crate::web) checked: Option<&'a Part>,
}

/// The list.
pub(in crate::web) fn list(locale: &Locale, listing: &Listing<Entry>, shown: &Shown<'_>) -> Markup {
    let Shown { filter, typed, after, head, token, checked } = *shown;
    let (texts, shared) = (&locale.texts().outbox, &locale.texts().records);
    let base = path(filter);
    let narrowed = *filter != Filter::default() && filter.ticket.is_none();
    let words = if narrowed { shared.further } else { shared.older };
    let next = listing.next.map(|next| (words, with(&base, "after", next)));
    html! {
        p.lead { (texts.trail_lead) }
        @if let Some(head) = head {
            p.chain {
                (fill(texts.head, &[html! { (head.seq) }, code(&head.hash)]))
            }
        }
        (check(locale, token, checked))
        (narrowing(locale, filter, typed))
        @if listing.rows.is_empty() {
            p.empty { (shared.nothing_here) }
        } @else {
            (rows(locale, &listing.rows))
        }
        (further(locale, after.map(|_| base.as_str()), next))
    }
}

fn path(filter: &Filter) -> String {
    let mut path = "/audit".to_owned();
    for (name, value) in [
        ("ticket", filter.ticket.map(|ticket| ticket.to_string())),
        ("row", filter.ledger.map(|row| row.to_string())),
        ("actor", filter.actor.as_deref().map(encoded)),
        ("action", filter.action.map(|action| action.to_string())),
    ] {
        if let Some(value) = value {
            path = with(&path, name, value);
        }
    }
    path
}

fn narrowing(locale: &Locale, filter: &Filter, (ticket, row): (&str, &str)) -> Markup {
    let (texts, shared) = (&locale.texts().outbox, &locale.texts().records);
    html! {
        form.filter method="get" action="/audit" {
            div {
                label for="ticket" { (shared.ticket) }
                input #ticket type="text" inputmode="numeric" name="ticket" maxlength="19"
                    value=(ticket);
            }
            div {
                label for="row" { (shared.number) }
                input #row type="text" inputmode="numeric" name="row" maxlength="19"
                    value=(row);
            }
            div {
                label for="actor" { (texts.actor) }
                input #actor type="text" name="actor" maxlength="200" autocapitalize="none"
                    value=(filter.actor.as_deref().unwrap_or_default());
            }
            div {
                label for="action" { (texts.action) }
                select #action name="action" {
                    option value="" { (shared.all) }
                    @for action in Action::ALL {
                        option value=(action) selected[filter.action == Some(*action)] { (action) }
                    }
                }
            }
            button type="submit" { (shared.show) }
        }
    }
}

fn check(locale: &Locale, token: &str, checked: Option<&Part>) -> Markup {
    let texts = &locale.texts().outbox;
    let button = |to: Option<i64>, words: &str| {
        html! {
            form.deed method="post" action="/audit" {
                input type="hidden" name=(TOKEN_FIELD) value=(token);
                @if let Some(to) = to { input type="hidden" name="to" value=(to); }
                button.second type="submit" { (words) }
                @if to.is_none() { span.hint { (fill(texts.check_hint, &[code("counterfoil audit verify")])) } }
            }
        }
    };
    html! {
        @match checked {
            None => (button(None, texts.check)),
            Some(Part { from, to, verdict: Verdict::Whole { .. } }) => {
                p.notice role="status" {
                    (put(texts.checked_whole, &[&from.to_string(), &to.to_string()])) " "
                    @if *from <= 1 { (texts.checked_all) }
                }
                @if *from > 1 { (button(Some(from - 1), texts.check_older)) }
            }
            Some(Part { verdict: Verdict::Broken { seq, why }, .. }) => {
                (alert::refusal(&[put(texts.checked_broken, &[&seq.to_string(), why])]))
            }
        }
    }
}

fn rows(locale: &Locale, entries: &[Entry]) -> Markup {
    let (texts, shared) = (&locale.texts().outbox, &locale.texts().records);
    let headings =
        [texts.entry, texts.at, texts.actor, texts.action, texts.about, texts.detail, "SHA-256"];
    let cells: Vec<Vec<Markup>> = entries
        .iter()
        .map(|entry| {
            vec![
                html! { (entry.seq) },
                html! { time datetime=(entry.at) { (locale.at(entry.at)) } },
                html! { bdi { (cut(&entry.actor, 60)) } },
                code(&entry.action),
                html! {
                    @if let Some(ticket) = entry.ticket { a href={ "/tickets/" (ticket) } { "#" (ticket) } }
                    @if let Some(row) = entry.ledger {
                        " " a href={ "/ledger/" (row) } { (put(texts.row, &[&row.to_string()])) }
                    }
                },
                html! { span.wrap { bdi { (cut(&entry.detail, DETAIL)) } } },
                html! { code title=(entry.hash) { (entry.hash.get(..12).unwrap_or_default()) } },
            ]
        })
        .collect();
    table(shared.trail, &headings, &cells)
}
