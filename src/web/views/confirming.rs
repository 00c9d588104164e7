//! The pages that ask once more before two tickets become one or one becomes two, with both sides to
//! look at.

use maud::{Markup, html};

use super::changing::plain;
use super::marks;
use crate::desk::ticket::{Article, Ticket};
use crate::web::locale::{Locale, cut};
use crate::web::session::TOKEN_FIELD;
use crate::web::texts::put;

/// The longest line shown of an article, in characters.
const LINE_LENGTH: usize = 120;

/// Articles shown of each side.
const LINES: usize = 10;

/// Asks whether one ticket is to go into another.
pub(in crate::web) fn merging(
    locale: &Locale,
    source: &Ticket,
    into: &Ticket,
    token: &str,
) -> Markup {
    let texts = &locale.texts().ticket;
    let (from, to) = (source.number.to_string(), into.number.to_string());
    html! {
        h1 { (put(texts.merge_title, &[&from, &to])) }
        p.lead { (texts.merge_what) }
        div.sides {
            @for ticket in [source, into] {
                section {
                    h2 { "#" (ticket.number) " " (marks::named(locale, &ticket.subject)) }
                    p.people {
                        (marks::state(locale, ticket.state)) " "
                        @if let Some(requester) = &ticket.requester {
                            bdi { (cut(&requester.address, LINE_LENGTH)) }
                        }
                    }
                    (lines(locale, &ticket.articles))
                }
            }
        }
        form method="post" action={ "/tickets/" (from) "/change" } {
            input type="hidden" name=(TOKEN_FIELD) value=(token);
            input type="hidden" name="other" value=(to);
            div.buttons {
                button type="submit" name="deed" value="merge-now" { (texts.merge_now) }
                a href={ "/tickets/" (from) } { (texts.back) }
            }
        }
    }
}

/// Asks whether the articles from `first` on are to become a ticket of their own.
pub(in crate::web) fn splitting(
    locale: &Locale,
    ticket: &Ticket,
    first: usize,
    token: &str,
) -> Markup {
    let texts = &locale.texts().ticket;
    let (stay, leave) = ticket.articles.split_at(first.min(ticket.articles.len()));
    let ids: Vec<String> = leave.iter().map(|article| article.id.to_string()).collect();
    html! {
        h1 { (put(texts.split_title, &[&ticket.number.to_string()])) }
        div.sides {
            section { h2 { (texts.split_stays) } (lines(locale, stay)) }
            section { h2 { (texts.split_moves) } (lines(locale, leave)) }
        }
        form method="post" action={ "/tickets/" (ticket.number) "/change" } {
            input type="hidden" name=(TOKEN_FIELD) value=(token);
            input type="hidden" name="articles" value=(ids.join(","));
            div.buttons {
                button type="submit" name="deed" value="split" { (texts.split_now) }
                a href={ "/tickets/" (ticket.number) } { (texts.back) }
            }
        }
    }
}

/// The last few articles, a line each.
fn lines(locale: &Locale, articles: &[Article]) -> Markup {
    let more = articles.len().saturating_sub(LINES);
    html! {
        ul {
            @if more > 0 {
                li.at { (put(locale.texts().history.more, &[&locale.number(more as u64)])) }
            }
            @for article in &articles[more..] {
                li {
                    span.at { (locale.age(article.sent_at.unwrap_or(article.created_at))) } " "
                    @if let Some(from) = &article.from {
                        b { bdi { (cut(if from.name.is_empty() { &from.address } else { &from.name }, 40)) } }
                        " "
                    }
                    bdi { (cut(&plain(&article.visible_text.replace('\n', " ")), LINE_LENGTH)) }
                }
            }
        }
    }
}
