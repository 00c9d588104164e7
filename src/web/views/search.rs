//! The search: its form, and the tickets that were found with the words that were meant marked. What a
//! query means is decided in `desk/query.rs`.

use maud::{Markup, html};

use super::alert;
use super::marks::{named, state};
use super::parts;
use crate::desk::query;
use crate::store::search::{Found, Hit, Piece};
use crate::web::asked::encoded;
use crate::web::locale::{Locale, cut};
use crate::web::route::with;
use crate::web::texts::put;

/// Tickets on one page.
pub(in crate::web) const PAGE: u32 = 30;

/// The longest name shown, in characters.
const NAME_LENGTH: usize = 40;

/// The longest query taken, in characters.
pub(super) const LONGEST: usize = 500;

/// The form at the top of every page, with what was searched for.
pub(super) fn form(locale: &Locale, query: &str) -> Markup {
    let texts = &locale.texts().search;
    html! {
        form.search role="search" method="get" action="/search" {
            label.unseen for="q" { (texts.label) }
            input #q type="search" name="q" value=(query) placeholder=(texts.title)
                maxlength=(LONGEST) autocapitalize="none";
            button type="submit" { (texts.button) }
        }
    }
}

/// What was found, or why nothing could be searched for. `unknown` are conditions that there are none
/// of.
pub(in crate::web) fn page(
    locale: &Locale,
    typed: &str,
    unknown: &[String],
    found: Result<&Found, &str>,
    after: Option<i64>,
) -> Markup {
    let texts = &locale.texts().search;
    let path = format!("/search?q={}", encoded(typed));
    html! {
        h1 { (texts.title) }
        @match found {
            Err(wrong) => { (alert::refusal(&[wrong])) }
            Ok(found) => {
                @if !unknown.is_empty() { p.hint role="status" { (no_condition(locale, unknown)) } }
                @if found.results.is_empty() {
                    p.empty {
                        @if found.next.is_some() { (texts.nothing_so_far) }
                        @else if after.is_some() { (texts.nothing_more) }
                        @else { (texts.nothing) }
                    }
                } @else {
                    p.lead role="status" { (counted(locale, found, after)) }
                    ol.tickets.found { @for hit in &found.results { (row(locale, hit)) } }
                }
                (parts::ways(
                    texts.more,
                    after.map(|_| (texts.to_the_newest, path.as_str())),
                    found.next.map(|next| (texts.further_back, with(&path, "after", next))),
                ))
                @if found.not_indexed > 0 {
                    p.hint { (locale.counted(found.not_indexed, texts.not_indexed)) }
                }
            }
        }
        details.hint open[found.is_err()] {
            summary { (texts.help) }
            dl.ways {
                @for (typed, meaning) in texts.ways {
                    div { dt { code { (typed) } } dd { (meaning) } }
                }
            }
        }
    }
}

fn no_condition(locale: &Locale, unknown: &[String]) -> String {
    let texts = &locale.texts().search;
    let unknown: Vec<String> = unknown.iter().map(|key| put(texts.quoted, &[key])).collect();
    let known: Vec<String> = query::keys().map(|key| format!("{key}:")).collect();
    put(texts.no_condition, &[&unknown.join(texts.or), &known.join(", ")])
}

/// How many were found. Nobody counts further back than was looked, for that would take long.
fn counted(locale: &Locale, found: &Found, after: Option<i64>) -> String {
    let texts = &locale.texts().search;
    let word = match (after, found.next) {
        (Some(_), _) => texts.further_found,
        (None, Some(_)) => texts.newest_found,
        (None, None) => texts.found,
    };
    locale.counted(found.results.len() as u64, word)
}

fn row(locale: &Locale, hit: &Hit) -> Markup {
    let texts = &locale.texts().search;
    html! {
        li {
            a.hit href={ "/tickets/" (hit.number) "#article-" (hit.article) } {
                span.line {
                    span.no { span.unseen { (locale.texts().lists.ticket) " " } (hit.number) }
                    span.subject {
                        @if hit.subject.trim().is_empty() { (named(locale, "")) }
                        @else { bdi { (marked(&hit.marked_subject)) } }
                    }
                    @if let Some(requester) = &hit.requester {
                        span.from { bdi { (cut(requester.for_people(), NAME_LENGTH)) } }
                    }
                    span.age { (locale.age(hit.at)) }
                    (state(locale, hit.state))
                }
                span.snippet { bdi { (marked(&hit.snippet)) } }
                @for file in &hit.files {
                    span.snippet { (texts.file) " " bdi { (marked(file)) } }
                }
            }
        }
    }
}

fn marked(pieces: &[Piece]) -> Markup {
    html! {
        @for piece in pieces {
            @if piece.marked { mark { (piece.text) } } @else { (piece.text) }
        }
    }
}
