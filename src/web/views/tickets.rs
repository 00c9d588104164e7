//! The lists of tickets: the newest activity first, by what is to be done, page by page. The rows are
//! also those of a requester's page; what is done to several of them at once is in `bulk`.

use std::collections::HashMap;

use maud::{Markup, html};

use super::bulk::{self, Bar, Done};
use super::marks::{named, overdue, priority, state};
use super::parts;
use crate::desk::ticket::{State, Ticket, TicketNumber};
use crate::store::Listing;
use crate::store::lists::{Counts, Cursor, Filter, Which};
use crate::store::requesters::Glance;
use crate::time::Timestamp;
use crate::web::asked::encoded;
use crate::web::locale::{Locale, cut};
use crate::web::route::{requester_path, requester_path_of, with};
use crate::web::texts::lists::{Lists, Tab};
use crate::web::texts::put;

/// Tickets on one page.
pub(in crate::web) const PAGE: u32 = 50;

/// The longest name shown here, in characters.
const NAME_LENGTH: usize = 40;

/// One of the lists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::web) enum View {
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
    pub(in crate::web) fn wanted(view: Option<&str>, queue: Option<String>) -> Self {
        if let Some(queue) = queue {
            return Self::Queue(queue);
        }
        let tab = TABS.into_iter().find(|(word, _)| Some(*word) == view);
        tab.map_or(Self::Open, |(_, view)| view)
    }

    /// Which tickets it shows to this agent.
    pub(in crate::web) fn filter(&self, agent: &str) -> Filter {
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

    /// Where it is, from a cursor on.
    pub(in crate::web) fn path(&self, after: Option<Cursor>) -> String {
        let path = match self {
            Self::Open => "/tickets".to_owned(),
            Self::Queue(queue) => format!("/tickets?queue={}", encoded(queue)),
            view => {
                let word = TABS.iter().find(|(_, tab)| tab == view).map_or("all", |(word, _)| word);
                format!("/tickets?view={word}")
            }
        };
        match after {
            Some(after) => with(&path, "after", after),
            None => path,
        }
    }

    /// Its name, and what it says when it is empty.
    fn tab(&self, texts: &Lists) -> Tab {
        match self {
            Self::Open => texts.open,
            Self::Mine => texts.mine,
            Self::Unassigned => texts.unassigned,
            Self::Pending => texts.pending,
            Self::Closed => texts.closed,
            Self::Deleted => texts.deleted,
            Self::All => texts.all,
            Self::Queue(_) => Tab { name: "", nothing: texts.nothing_in_queue },
        }
    }
}

/// A part of a list, and what is shown beside its tickets.
pub(in crate::web) struct Part<'a> {
    pub(in crate::web) listing: &'a Listing<Ticket, Cursor>,
    pub(in crate::web) glances: &'a HashMap<TicketNumber, Glance>,
    /// The cursor it began at, if any.
    pub(in crate::web) after: Option<Cursor>,
    /// The only mailbox of the desk, which goes without saying; `None` when there are several.
    pub(in crate::web) only_mailbox: Option<&'a str>,
    /// What was just done, and to how many tickets.
    pub(in crate::web) done: Option<(Done, u64)>,
    pub(in crate::web) bar: Bar<'a>,
}

impl Part<'_> {
    /// Whether the mailbox of a ticket has to be said.
    fn names_mailbox(&self, ticket: &Ticket) -> bool {
        self.only_mailbox != Some(ticket.mailbox.as_str())
    }

    /// Whether a queue or a mailbox is to be said of any ticket.
    fn says_where(&self) -> bool {
        let mut tickets = self.listing.rows.iter();
        tickets.any(|ticket| ticket.queue.is_some() || self.names_mailbox(ticket))
    }
}

/// Where an agent has a draft, `None` for a new ticket, and when it was last changed.
pub(in crate::web) type Drafts = Vec<(Option<TicketNumber>, Timestamp)>;

/// The content of the page. `drafts` are what the agent began to write.
pub(in crate::web) fn page(
    locale: &Locale,
    part: &Part<'_>,
    view: &View,
    counts: &Counts,
    drafts: &Drafts,
) -> Markup {
    let texts = &locale.texts().lists;
    html! {
        div.head {
            h1 { (texts.title) }
            a.new href="/tickets/new" { (locale.texts().writing.new_ticket) }
        }
        @if !drafts.is_empty() && part.after.is_none() {
            p.drafts {
                (texts.drafts)
                @for (ticket, at) in drafts {
                    " "
                    span.part {
                        @match ticket {
                            Some(number) => a href={ "/tickets/" (number) "#write" } { "#" (number) },
                            None => a href="/tickets/new" { (locale.texts().writing.new_ticket) },
                        }
                        " " span.at { (locale.age(*at)) }
                    }
                }
            }
        }
        nav.tabs aria-label=(texts.lists) {
            @for (_, tab) in &TABS {
                a href=(tab.path(None)) aria-current=[(tab == view).then_some("true")] {
                    (tab.tab(texts).name)
                    @if let Some(count) = tab.count(counts) {
                        " " span.count { (locale.number(count)) }
                    }
                }
            }
        }
        @if !counts.queues.is_empty() {
            nav.tabs.queues aria-label=(texts.queues) {
                @for (queue, count) in &counts.queues {
                    @let tab = View::Queue(queue.clone());
                    a href=(tab.path(None)) aria-current=[(tab == *view).then_some("true")] {
                        bdi { (cut(queue, NAME_LENGTH)) } " " span.count { (locale.number(*count)) }
                    }
                }
            }
        }
        (rows(locale, part, view.tab(texts).nothing, |after| view.path(after)))
    }
}

/// The tickets of a part with what can be done to several of them, and the ways to the other parts.
pub(super) fn rows(
    locale: &Locale,
    part: &Part<'_>,
    nothing: &str,
    path: impl Fn(Option<Cursor>) -> String,
) -> Markup {
    let texts = &locale.texts().lists;
    let Part { listing, after, .. } = *part;
    let newest = path(None);
    html! {
        @if let Some((done, count)) = part.done {
            p.told role="status" { (done.told(locale, count)) }
        }
        @if listing.rows.is_empty() {
            p.empty { @if after.is_some() { (texts.no_more) } @else { (nothing) } }
        } @else {
            @if part.glances.values().any(|glance| glance.has_attachment) { (drawn_clip()) }
            form.several method="post" action="/tickets/bulk" {
                ol.tickets.placeless[!part.says_where()] {
                    @for ticket in &listing.rows { (row(locale, ticket, part)) }
                }
                (bulk::bar(locale, &part.bar))
            }
        }
        (parts::ways(
            texts.more,
            after.map(|_| (texts.newest, newest.as_str())),
            listing.next.map(|next| (texts.older, path(Some(next)))),
        ))
    }
}

fn row(locale: &Locale, ticket: &Ticket, part: &Part<'_>) -> Markup {
    let texts = &locale.texts().lists;
    let glance = part.glances.get(&ticket.number).copied().unwrap_or_default();
    let number = ticket.number.to_string();
    html! {
        li.row {
            span.pick {
                input type="checkbox" name="ticket" value=(number)
                    aria-label=(put(texts.bulk.select, &[&number]));
            }
            span.no { span.unseen { (texts.ticket) " " } (number) }
            span.subject {
                a href={ "/tickets/" (number) } { (named(locale, &ticket.subject)) }
                @if glance.has_attachment { (clip(texts.attachment)) }
            }
            span.from {
                @if let Some(requester) = &ticket.requester {
                    @let name = html! { bdi { (cut(requester.for_people(), NAME_LENGTH)) } };
                    @let path = glance.requester.map(requester_path);
                    a href=(path.unwrap_or_else(|| requester_path_of(requester))) { (name) }
                }
            }
            @if part.says_where() {
                span.place {
                    @match &ticket.queue {
                        Some(queue) => bdi { (cut(queue, NAME_LENGTH)) },
                        None if !part.names_mailbox(ticket) => {}
                        None => (ticket.mailbox),
                    }
                }
            }
            span.has {
                @if let Some(agent) = &ticket.assignee {
                    span.unseen { (texts.has_it) " " } bdi { (cut(agent, NAME_LENGTH)) }
                }
            }
            span.age { (locale.age(ticket.updated_at)) }
            span.marks {
                (overdue(locale, ticket))
                (state(locale, ticket.state))
                (priority(locale, ticket.priority))
                @if ticket.hold { span.mark { (texts.hold) } }
            }
        }
    }
}

/// The sign of an attachment.
fn clip(name: &str) -> Markup {
    html! { " " svg.clip role="img" { title { (name) } use href="#clip" {} } }
}

/// What the signs of attachments on a page draw: once, for there may be fifty.
fn drawn_clip() -> Markup {
    html! {
        svg.unseen aria-hidden="true" {
            symbol #clip viewBox="0 0 16 16" {
                path fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round"
                    d="M13 7.5 7.6 12.9a3.2 3.2 0 0 1-4.5-4.5l5.6-5.6a2.1 2.1 0 0 1 3 3l-5.5 5.5a1 1 0 0 1-1.5-1.5l5-5";
            }
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
