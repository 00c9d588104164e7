//! How a ticket is named and marked wherever it is shown: its subject, its state, its priority, that it is
//! overdue.

use maud::{Markup, html};

use crate::desk::ticket::{Priority, State, Ticket};
use crate::web::locale::{Locale, cut};
use crate::web::texts::put;

/// The longest subject shown, in characters.
const SUBJECT_LENGTH: usize = 120;

/// A subject, or that there is none.
pub(super) fn named(locale: &Locale, subject: &str) -> Markup {
    html! {
        @if subject.trim().is_empty() {
            i.none { (locale.texts().general.no_subject) }
        } @else {
            bdi { (cut(subject, SUBJECT_LENGTH)) }
        }
    }
}

/// The mark of a state.
pub(super) fn state(locale: &Locale, state: State) -> Markup {
    html! { span class={ "mark " (state) } { (locale.texts().general.state(state)) } }
}

/// The mark of a ticket that is past its due time and not over.
pub(super) fn overdue(locale: &Locale, ticket: &Ticket) -> Markup {
    let texts = &locale.texts().lists;
    let due = ticket.due_at.filter(|due| ticket.state.is_overdue(Some(*due), locale.now));
    html! {
        @if let Some(due) = due {
            span.mark.bad title=(put(texts.was_due, &[&locale.at(due)])) { (texts.overdue) }
        }
    }
}

/// The mark of a priority, unless it is the usual one.
pub(super) fn priority(locale: &Locale, priority: Priority) -> Markup {
    html! {
        @if priority != Priority::Normal {
            span class={ "mark " (priority) } { (locale.texts().general.priority(priority)) }
        }
    }
}
