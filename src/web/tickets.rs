//! The list of tickets: the newest activity first, by state, page by page.

use maud::{Markup, html};

use super::layout::age;
use super::words::cut;
use crate::desk::ticket::{Priority, State, Ticket};
use crate::store::Listing;
use crate::store::lists::Cursor;
use crate::time::Timestamp;

/// Tickets on one page.
pub(super) const PAGE: u32 = 50;

/// The longest subject and the longest name shown here, in characters.
const SUBJECT_LENGTH: usize = 120;
const NAME_LENGTH: usize = 40;

/// The states one can ask for, by the words of their links.
const TABS: [(&str, Option<State>); 6] = [
    ("all", None),
    ("new", Some(State::New)),
    ("open", Some(State::Open)),
    ("pending", Some(State::Pending)),
    ("closed", Some(State::Closed)),
    ("deleted", Some(State::Deleted)),
];

/// The state a query asks for; all of them when it says nothing we know.
pub(super) fn wanted_state(query: Option<&str>) -> Option<State> {
    TABS.iter().find(|(word, _)| Some(*word) == query).and_then(|(_, state)| *state)
}

/// The content of the page. `after` is the cursor it began at, if any.
pub(super) fn page(
    listing: &Listing<Ticket, Cursor>,
    state: Option<State>,
    after: Option<Cursor>,
    now: Timestamp,
) -> Markup {
    html! {
        div.head {
            h1 { "Tickets" }
            nav.tabs aria-label="State" {
                @for (word, tab) in TABS {
                    a href=(path(tab, None)) aria-current=[(tab == state).then_some("true")] {
                        (word)
                    }
                }
            }
        }
        @if listing.rows.is_empty() {
            p.empty {
                @if after.is_some() { "No more tickets." }
                @else if let Some(state) = state { "No ticket is " (state) "." }
                @else { "No ticket yet. Each message that comes in will open one or join one." }
            }
        } @else {
            ol.tickets { @for ticket in &listing.rows { (row(ticket, now)) } }
        }
        @if after.is_some() || listing.next.is_some() {
            nav.pages aria-label="More tickets" {
                @if after.is_some() { a href=(path(state, None)) { "Newest" } }
                @if let Some(next) = listing.next {
                    a rel="next" href=(path(state, Some(next))) { "Older" }
                }
            }
        }
    }
}

fn row(ticket: &Ticket, now: Timestamp) -> Markup {
    html! {
        li {
            a.row href={ "/tickets/" (ticket.number) } {
                span.no { span.unseen { "Ticket " } (ticket.number) }
                span.subject { (subject(ticket, SUBJECT_LENGTH)) }
                span.from {
                    @if let Some(requester) = &ticket.requester {
                        bdi { (cut(requester.for_people(), NAME_LENGTH)) }
                    }
                }
                span.place {
                    @match &ticket.queue {
                        Some(queue) => { (ticket.mailbox) " / " (cut(queue, NAME_LENGTH)) }
                        None => (ticket.mailbox),
                    }
                }
                span.age { (age(ticket.updated_at, now)) }
                span.marks {
                    (state_mark(ticket.state))
                    (priority_mark(ticket.priority))
                    @if ticket.hold { span.mark { "hold" } }
                }
            }
        }
    }
}

/// A ticket's subject, or that it has none.
pub(super) fn subject(ticket: &Ticket, limit: usize) -> Markup {
    html! {
        @if ticket.subject.trim().is_empty() {
            i.none { "(no subject)" }
        } @else {
            bdi { (cut(&ticket.subject, limit)) }
        }
    }
}

/// A ticket's state.
pub(super) fn state_mark(state: State) -> Markup {
    html! { span class={ "mark " (state) } { (state) } }
}

/// A ticket's priority, unless it is the usual one.
pub(super) fn priority_mark(priority: Priority) -> Markup {
    html! {
        @if priority != Priority::Normal {
            span class={ "mark " (priority) } { (priority) }
        }
    }
}

fn path(state: Option<State>, after: Option<Cursor>) -> String {
    match (state, after) {
        (None, None) => "/tickets".to_owned(),
        (Some(state), None) => format!("/tickets?state={state}"),
        (None, Some(after)) => format!("/tickets?after={after}"),
        (Some(state), Some(after)) => format!("/tickets?state={state}&after={after}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tab_leads_to_its_state() {
        for (word, state) in TABS {
            let path = path(state, None);
            let query = path.split_once("state=").map(|(_, query)| query);
            assert_eq!(wanted_state(query), state, "{word}");
            assert_eq!(query.unwrap_or("all"), word);
        }
        assert_eq!(wanted_state(Some("<script>")), None);
    }
}
