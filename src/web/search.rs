//! The search: its form, and the tickets that were found with the words that were meant marked.

use maud::{Markup, html};

use super::asked::encoded;
use super::layout::age;
use super::tickets::state_mark;
use super::words::{counted, cut};
use crate::store::search::{Found, Hit};
use crate::time::Timestamp;

/// Tickets on one page.
pub(super) const PAGE: u32 = 30;

/// The longest query taken, in characters.
pub(super) const LONGEST: usize = 500;

/// The longest subject shown, in characters.
const SUBJECT_LENGTH: usize = 120;

/// The form, with what was searched for.
pub(super) fn form(query: &str) -> Markup {
    html! {
        form.search role="search" method="get" action="/search" {
            label.unseen for="q" { "Search tickets" }
            input #q type="search" name="q" value=(query) placeholder="Search" maxlength=(LONGEST)
                autocapitalize="none";
            button type="submit" { "Search" }
        }
    }
}

/// What was found. `wrong` says why nothing could be searched for.
pub(super) fn page(
    query: &str,
    found: Result<&Found, &str>,
    after: Option<i64>,
    now: Timestamp,
) -> Markup {
    let further = |cursor: i64| format!("/search?q={}&after={cursor}", encoded(query));
    html! {
        div.head { h1 { "Search" } (form(query)) }
        @match found {
            Err(wrong) => { p.error role="alert" { (wrong) } }
            Ok(found) => {
                @if found.results.is_empty() {
                    p.empty {
                        @if found.next.is_some() { "Nothing found so far; older tickets may hold it." }
                        @else if after.is_some() { "Nothing more found." }
                        @else { "Nothing found." }
                    }
                } @else {
                    ol.tickets.found { @for hit in &found.results { (row(hit, now)) } }
                }
                @if let Some(next) = found.next {
                    nav.pages aria-label="More results" {
                        a rel="next" href=(further(next)) { "Look further back" }
                    }
                }
                @if found.not_indexed > 0 {
                    p.hint {
                        (counted(found.not_indexed, "older message", "older messages"))
                        " cannot be found yet; they are being indexed."
                    }
                }
            }
        }
        details.hint {
            summary { "What a search may say" }
            p {
                "Every word has to occur. " code { "\"two words\"" } " in this order, " code { "lam*" }
                " for beginnings, " code { "-fuse" } " for what must not occur; " code { "from:ana" } ", "
                code { "to:" } ", " code { "subject:" } ", " code { "state:open" } ", " code { "queue:Sales" }
                ", " code { "assignee:ana" } ", " code { "tag:invoice" } ", " code { "after:2026-05-01" }
                ", " code { "before:2026-06" } ", " code { "has:attachment" }
                "; a number or tag leads to its ticket."
            }
        }
    }
}

fn row(hit: &Hit, now: Timestamp) -> Markup {
    html! {
        li {
            a.hit href={ "/tickets/" (hit.number) "#article-" (hit.article) } {
                span.line {
                    span.no { span.unseen { "Ticket " } (hit.number) }
                    span.subject {
                        @if hit.subject.trim().is_empty() { i.none { "(no subject)" } }
                        @else { bdi { (cut(&hit.subject, SUBJECT_LENGTH)) } }
                    }
                    span.age { (age(hit.at, now)) }
                    (state_mark(hit.state))
                }
                span.snippet {
                    bdi {
                        @for piece in &hit.snippet {
                            @if piece.marked { mark { (piece.text) } } @else { (piece.text) }
                        }
                    }
                }
            }
        }
    }
}
