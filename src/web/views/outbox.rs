//! Messages of ours on pages: those that wait, were refused or are undecided, and one of them with
//! the reason and what a person can decide about it.

use maud::{Markup, html};

use super::alert;
use super::records::{code, deed, discarding, facts, further, table};
use crate::desk::outbox::{self, OutboxRow, Step};
use crate::desk::ticket::Delivery;
use crate::mail::Address;
use crate::store::Listing;
use crate::web::locale::{Locale, cut};
use crate::web::route::with;
use crate::web::texts::{fill, put};

/// The longest subject and reason in a list, in characters.
const SUBJECT: usize = 80;
const REASON: usize = 120;

/// People named in a list and on the page of one message.
const IN_LIST: usize = 1;
const ON_PAGE: usize = 50;

/// The list of those in one state; of all that are not settled without one.
pub(in crate::web) fn list(
    locale: &Locale,
    listing: &Listing<OutboxRow>,
    state: Option<Delivery>,
    after: Option<i64>,
) -> Markup {
    let (texts, shared) = (&locale.texts().outbox, &locale.texts().records);
    let base = match state {
        Some(state) => with("/outbox", "state", state),
        None => "/outbox".to_owned(),
    };
    let next = listing.next.map(|next| (shared.older, with(&base, "after", next)));
    let headings = [
        shared.number,
        texts.written,
        texts.state,
        shared.ticket,
        texts.to,
        texts.subject,
        shared.reason,
    ];
    let cells: Vec<Vec<Markup>> = listing
        .rows
        .iter()
        .map(|row| {
            vec![
                html! { a href={ "/outbox/" (row.id) } { (row.id) } },
                locale.age(row.queued_at),
                mark(locale, row.state),
                html! { a href={ "/tickets/" (row.ticket) } { "#" (row.ticket) } },
                html! { span.wrap { (people(locale, &row.to, IN_LIST)) } },
                html! { span.wrap { bdi { (cut(&subject(locale, row), SUBJECT)) } } },
                html! { span.wrap { bdi { (cut(&locale.said(&row.reason), REASON)) } } },
            ]
        })
        .collect();
    html! {
        p.lead { (texts.lead) }
        nav.tabs aria-label=(texts.state) {
            a href="/outbox" aria-current=[state.is_none().then_some("true")] { (texts.open) }
            @for other in Delivery::ALL {
                a href={ "/outbox?state=" (other) }
                    aria-current=[(state == Some(*other)).then_some("true")] {
                    (texts.state(*other))
                }
            }
        }
        @if cells.is_empty() {
            p.empty {
                @if state.is_none() && after.is_none() { (texts.nothing_waits) }
                @else { (shared.nothing_here) }
            }
        } @else {
            (table(shared.outbox, &headings, &cells))
        }
        (further(locale, after.map(|_| base.as_str()), next))
    }
}

/// The subject of a letter; what a notice is about, which gets its subject when it leaves.
fn subject(locale: &Locale, row: &OutboxRow) -> String {
    if row.article.is_none() { locale.said(&row.subject) } else { row.subject.clone() }
}

fn mark(locale: &Locale, state: Delivery) -> Markup {
    let class = match state {
        Delivery::Queued => "mark soon",
        Delivery::Sent => "mark good",
        Delivery::Refused | Delivery::Unknown => "mark bad",
    };
    html! { span class=(class) { (locale.texts().outbox.state(state)) } }
}

fn people(locale: &Locale, people: &[Address], most: usize) -> Markup {
    let named = html! {
        @for (place, one) in people.iter().take(most).enumerate() {
            @if place > 0 { ", " }
            bdi { (cut(&one.address, SUBJECT)) }
        }
    };
    match people.len().checked_sub(most).filter(|more| *more > 0) {
        Some(more) => {
            let more = html! { (locale.number(more as u64)) };
            fill(locale.texts().outbox.and_more, &[named, more])
        }
        None => named,
    }
}

/// One message. `done` says what the last decision did, `wrong` why it was not possible.
pub(in crate::web) fn one(
    locale: &Locale,
    row: &OutboxRow,
    token: &str,
    (done, wrong): (Option<&str>, Option<&str>),
) -> Markup {
    let (texts, shared) = (&locale.texts().outbox, &locale.texts().records);
    let named = |all: &[Address]| (!all.is_empty()).then(|| people(locale, all, ON_PAGE));
    html! {
        p.back { a href="/outbox" { (shared.outbox) } }
        div.head { h1 { (put(texts.title, &[&row.id.to_string()])) } }
        @if let Some(done) = done { p.told role="status" { (done) } }
        (alert::refusal(wrong.as_slice()))
        (facts(vec![
            (texts.state, Some(html! {
                (mark(locale, row.state))
                @if row.article.is_none() { " " (texts.notice) }
                @else if row.automatic { " " (texts.automatic) }
            })),
            (shared.reason, (!row.reason.is_empty()).then(|| html! { bdi { (locale.said(&row.reason)) } })),
            (shared.ticket, Some(html! {
                a href={
                    "/tickets/" (row.ticket) @if let Some(id) = row.article { "#article-" (id) }
                } { "#" (row.ticket) }
            })),
            (shared.mailbox, Some(html! { (row.mailbox) })),
            (texts.to, named(&row.to)),
            (texts.cc, named(&row.cc)),
            (texts.bcc, named(&row.bcc)),
            (texts.came_back, named(&row.came_back)),
            (texts.subject, Some(html! { bdi { (subject(locale, row)) } })),
            (texts.written, Some(locale.moment(row.queued_at))),
            (texts.due, row.due_at.map(|at| locale.moment(at))),
            (texts.tried, row.tried_at.map(|at| locale.moment(at))),
            (texts.sent, row.sent_at.map(|at| locale.moment(at))),
            (texts.attempts, (row.attempts > 0).then(|| {
                html! { (locale.number(u64::from(row.attempts))) }
            })),
            (shared.message_id, row.message_id.as_ref().map(|id| code(id.as_str()))),
        ]))
        (what_to_do(locale, row, token))
    }
}

/// The decisions that are possible now.
fn what_to_do(locale: &Locale, row: &OutboxRow, token: &str) -> Markup {
    let texts = &locale.texts().outbox;
    let action = format!("/outbox/{}", row.id);
    let may = |step| outbox::may(row, step, locale.now).is_ok();
    let (again, sent, give_up) = (may(Step::Again), may(Step::Sent), may(Step::GiveUp));
    html! {
        @if again || sent || give_up {
            section aria-labelledby="deeds" {
                h2 #deeds { (texts.what_to_do) }
                @if again {
                    @let hint = html! {
                        (texts.retry_hint)
                        @if !row.came_back.is_empty() {
                            " " (fill(texts.retry_to, &[people(locale, &row.missed().concat(), ON_PAGE)]))
                        }
                    };
                    (deed(&action, token, "retry", texts.retry, hint))
                }
                @if sent { (deed(&action, token, "sent", texts.mark_sent, texts.mark_sent_hint)) }
                @if give_up { (discarding(&action, token, texts.discard_reason, texts.discard)) }
            }
        }
    }
}
