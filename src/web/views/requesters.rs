//! The page of a requester: who it is, and all their tickets. The rows are those of `tickets`.

use maud::{Markup, html};

use super::tickets::{self, Part};
use crate::desk::ticket::{PersonId, State};
use crate::store::lists::{Cursor, Filter, Which};
use crate::store::requesters::Requester;
use crate::web::asked::encoded;
use crate::web::locale::Locale;
use crate::web::route::{requester_path, with};
use crate::web::texts::put;

/// The state a query asks for; none for all but the deleted.
pub(in crate::web) fn wanted(state: Option<&str>) -> Option<State> {
    state.and_then(|word| word.parse().ok())
}

/// The tickets of this requester in this state.
pub(in crate::web) fn filter(requester: &Requester, state: Option<State>) -> Filter {
    Filter {
        which: state.map_or(Which::All, Which::In),
        requester: Some(requester.address.clone()),
        ..Filter::default()
    }
}

/// The page of these tickets, from a cursor on.
pub(in crate::web) fn part_path(
    id: PersonId,
    state: Option<State>,
    after: Option<Cursor>,
) -> String {
    let mut path = requester_path(id);
    if let Some(state) = state {
        path = with(&path, "state", state);
    }
    if let Some(after) = after {
        path = with(&path, "after", after);
    }
    path
}

/// The content of the page.
pub(in crate::web) fn page(
    locale: &Locale,
    requester: &Requester,
    state: Option<State>,
    part: &Part<'_>,
) -> Markup {
    let texts = &locale.texts().lists.requester;
    let Requester { id, address, .. } = requester;
    let all = requester.counts.iter().filter(|(state, _)| *state != State::Deleted);
    let all: u64 = all.map(|(_, count)| count).sum();
    let number = |count: u64| match requester.has_more {
        true => put(texts.more_than, &[&locale.number(count)]),
        false => locale.number(count),
    };
    let current = |tab: Option<State>| (tab == state).then_some("true");
    html! {
        div.head {
            h1 { span.unseen { (texts.kind) " " } bdi { (address.for_people()) } }
            a.button href={ "/tickets/new?requester=" (encoded(&address.address)) } {
                (texts.new_ticket)
            }
        }
        dl.requester {
            div { dt { (texts.address) } dd { bdi { (address.address) } } }
            @if let Some(since) = requester.since {
                div { dt { (texts.since) } dd { (locale.moment(since)) } }
            }
        }
        nav.tabs aria-label=(texts.states) {
            a href=(part_path(*id, None, None)) aria-current=[current(None)] {
                (texts.all) " " span.count { (number(all)) }
            }
            @for (tab, count) in &requester.counts {
                a href=(part_path(*id, Some(*tab), None)) aria-current=[current(Some(*tab))] {
                    (locale.texts().general.state(*tab)) " " span.count { (number(*count)) }
                }
            }
        }
        (tickets::rows(locale, part, texts.nothing, |after| part_path(*id, state, after)))
    }
}
