//! The lists of tickets: the newest activity first, by what is to be done, page by page.

use maud::{Markup, html};

use super::asked::encoded;
use super::layout::age;
use super::words::{cut, grouped};
use crate::desk::ticket::{Priority, State, Ticket};
use crate::store::Listing;
use crate::store::lists::{Counts, Cursor, Filter, Which};
use crate::time::Timestamp;

/// Tickets on one page.
pub(super) const PAGE: u32 = 50;

/// The longest subject and the longest name shown here, in characters.
const SUBJECT_LENGTH: usize = 120;
const NAME_LENGTH: usize = 40;

/// One of the lists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum View {
    /// New and open ones.
    Open,
    /// What the visitor has to do.
    Mine,
    /// New and open ones of nobody.
    Unassigned,
    /// Those that wait.
    Pending,
    /// Closed ones.
    Closed,
    /// Deleted ones.
    Deleted,
    /// All but the deleted.
    All,
    /// What is not over in one queue.
    Queue(String),
}

/// The lists that have a tab, by the words of their links.
const TABS: [(&str, View); 7] = [
    ("open", View::Open),
    ("mine", View::Mine),
    ("unassigned", View::Unassigned),
    ("pending", View::Pending),
    ("closed", View::Closed),
    ("deleted", View::Deleted),
    ("all", View::All),
];

impl View {
    /// The list a query asks for; the open ones when it says nothing we know.
    pub(super) fn wanted(view: Option<&str>, queue: Option<String>) -> Self {
        if let Some(queue) = queue {
            return Self::Queue(queue);
        }
        let tab = TABS.into_iter().find(|(word, _)| Some(*word) == view);
        tab.map_or(Self::Open, |(_, view)| view)
    }

    /// Which tickets it shows to this agent.
    pub(super) fn filter(&self, agent: &str) -> Filter {
        let (which, assignee, queue) = match self {
            Self::Open => (Which::Open, None, None),
            Self::Mine => (Which::Active, Some(Some(agent.to_owned())), None),
            Self::Unassigned => (Which::Open, Some(None), None),
            Self::Pending => (Which::In(State::Pending), None, None),
            Self::Closed => (Which::In(State::Closed), None, None),
            Self::Deleted => (Which::In(State::Deleted), None, None),
            Self::All => (Which::All, None, None),
            Self::Queue(queue) => (Which::Active, None, Some(queue.clone())),
        };
        Filter { which, assignee, queue, ..Filter::default() }
    }

    /// How many tickets it shows, where that is said.
    fn count(&self, counts: &Counts) -> Option<u64> {
        match self {
            Self::Open => Some(counts.open),
            Self::Mine => Some(counts.mine),
            Self::Unassigned => Some(counts.unassigned),
            Self::Pending => Some(counts.pending),
            _ => None,
        }
    }

    fn path(&self, after: Option<Cursor>) -> String {
        let mut path = match self {
            Self::Open => "/tickets".to_owned(),
            Self::Queue(queue) => format!("/tickets?queue={}", encoded(queue)),
            view => {
                let word = TABS.iter().find(|(_, tab)| tab == view).map_or("all", |(word, _)| word);
                format!("/tickets?view={word}")
            }
        };
        if let Some(after) = after {
            path.push_str(if path.contains('?') { "&" } else { "?" });
            path.push_str(&format!("after={after}"));
        }
        path
    }

    /// What it says when it is empty.
    fn nothing(&self) -> &'static str {
        match self {
            Self::Open => {
                "Nothing is open. Each message that comes in will open a ticket or join one."
            }
            Self::Mine => "You have no ticket to do.",
            Self::Unassigned => "Every open ticket has somebody.",
            Self::Pending => "No ticket is pending.",
            Self::Closed => "No ticket is closed.",
            Self::Deleted => "No ticket is deleted.",
            Self::All => "No ticket yet. Each message that comes in will open one or join one.",
            Self::Queue(_) => "Nothing is open in this queue.",
        }
    }
}

/// The content of the page. `after` is the cursor it began at, if any.
pub(super) fn page(
    listing: &Listing<Ticket, Cursor>,
    view: &View,
    counts: &Counts,
    after: Option<Cursor>,
    now: Timestamp,
) -> Markup {
    html! {
        div.head {
            h1 { "Tickets" }
            (super::search::form(""))
        }
        nav.tabs aria-label="Lists" {
            @for (word, tab) in &TABS {
                a href=(tab.path(None)) aria-current=[(tab == view).then_some("true")] {
                    (word)
                    @if let Some(count) = tab.count(counts) { " " span.count { (grouped(count)) } }
                }
            }
        }
        @if !counts.queues.is_empty() {
            nav.tabs.queues aria-label="Queues" {
                @for (queue, count) in &counts.queues {
                    @let tab = View::Queue(queue.clone());
                    a href=(tab.path(None)) aria-current=[(tab == *view).then_some("true")] {
                        bdi { (cut(queue, NAME_LENGTH)) } " " span.count { (grouped(*count)) }
                    }
                }
            }
        }
        @if listing.rows.is_empty() {
            p.empty { @if after.is_some() { "No more tickets." } @else { (view.nothing()) } }
        } @else {
            ol.tickets { @for ticket in &listing.rows { (row(ticket, now)) } }
        }
        @if after.is_some() || listing.next.is_some() {
            nav.pages aria-label="More tickets" {
                @if after.is_some() { a href=(view.path(None)) { "Newest" } }
                @if let Some(next) = listing.next {
                    a rel="next" href=(view.path(Some(next))) { "Older" }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tab_leads_to_its_list() {
        for (word, view) in TABS {
            let path = view.path(None);
            let query = path.split_once("view=").map(|(_, word)| word);
            assert_eq!(View::wanted(query, None), view, "{word}");
        }
        assert_eq!(View::wanted(Some("<script>"), None), View::Open);
        let queue = View::wanted(Some("mine"), Some("a&b".to_owned()));
        assert_eq!(queue.path("1-2".parse().ok()), "/tickets?queue=a%26b&after=1-2");
        assert_eq!(View::Open.path("1-2".parse().ok()), "/tickets?after=1-2");
    }
}
