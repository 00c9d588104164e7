//! One ticket: its conversation, and beside it what is known of it. A page never grows beyond what a
//! phone likes to load; on a narrow one the conversation comes first.

use maud::{Markup, html};

use super::article::{self, Room, Rows, SUBJECT_LENGTH, TEXT, View};
use super::changing::changeable;
use super::marks;
use crate::desk::ticket::{Article, ArticleId, Ticket};
use crate::web::locale::{Locale, cut};
use crate::web::texts::put;

/// Articles on one page.
const ARTICLES: usize = 20;

/// The articles one page shows: the last ones, or the last ones up to `until`.
pub(in crate::web) fn shown(articles: &[Article], until: Option<ArticleId>) -> &[Article] {
    let end = match until {
        Some(until) => articles.iter().take_while(|article| article.id <= until).count(),
        None => articles.len(),
    };
    &articles[end.saturating_sub(ARTICLES)..end]
}

/// The content of the page. `shown` is a run of the ticket's articles; `over` stands above them where the
/// conversation is elsewhere or on its way out, the form to write below them, `beside` next to them.
pub(in crate::web) fn page(
    ticket: &Ticket,
    shown: &[Article],
    rows: &Rows,
    view: View<'_>,
    (over, writing, beside): (Option<Markup>, Markup, Markup),
) -> Markup {
    let locale = view.locale;
    let texts = &locale.texts().ticket;
    let first = shown.first().map(|article| article.id);
    let last = shown.last().map(|article| article.id);
    let older = ticket.articles.iter().rfind(|article| Some(article.id) < first);
    let newer = ticket.articles.iter().any(|article| Some(article.id) > last);
    // The form stands below the newest messages.
    let write =
        if newer { format!("/tickets/{}#write", ticket.number) } else { "#write".to_owned() };
    // The newest are read most, so the older ones get what these leave.
    let mut room = Room::new(TEXT, view.fakes.to_vec());
    let mut articles: Vec<Markup> = shown
        .iter()
        .rev()
        .map(|article| article::article(ticket, article, rows, view, &mut room))
        .collect();
    articles.reverse();
    html! {
        p.back { a href="/tickets" { (locale.texts().general.tickets) } }
        div.ticket {
            header.head {
                h1 { span.no { "#" (ticket.number) } " " (subject(locale, ticket)) }
                p.marks {
                    (marks::overdue(locale, ticket))
                    (marks::state(locale, ticket.state)) (marks::priority(locale, ticket.priority))
                    @if changeable(ticket) {
                        a.to-write href=(write) { (texts.to_write) }
                    }
                    a.to-facts href="#facts" { (texts.to_facts) }
                }
                @if let Some(over) = &over { (over) }
            }
            section.conversation aria-label=(texts.conversation) {
                @if let Some(older) = older {
                    p.more { a href={ "/tickets/" (ticket.number) "?until=" (older.id) } { (texts.older) } }
                }
                @for article in articles { (article) }
                @if shown.is_empty() && over.is_none() { p.empty { (texts.nothing_left) } }
                @if newer {
                    p.more { a href={ "/tickets/" (ticket.number) } { (texts.newest) } }
                } @else {
                    (writing)
                }
            }
            (beside)
        }
    }
}

fn subject(locale: &Locale, ticket: &Ticket) -> Markup {
    html! {
        @if ticket.subject.trim().is_empty() {
            i.none { (locale.texts().general.no_subject) }
        } @else {
            bdi { (cut(&ticket.subject, SUBJECT_LENGTH)) }
        }
    }
}

/// What the tab of a browser says of a ticket.
pub(in crate::web) fn title(locale: &Locale, ticket: &Ticket) -> String {
    put(locale.texts().ticket.title, &[&ticket.number.to_string()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::ticket::{Kind, Verdict};
    use crate::time::Timestamp;

    fn articles(count: i64) -> Vec<Article> {
        (1..=count)
            .map(|id| Article {
                id: ArticleId(id * 10),
                kind: Kind::EmailIn,
                from: None,
                to: Vec::new(),
                cc: Vec::new(),
                bcc: Vec::new(),
                reply_to: Vec::new(),
                subject: String::new(),
                message_id: None,
                in_reply_to: None,
                sent_at: None,
                created_at: Timestamp::from_unix(0),
                text: String::new(),
                visible_text: String::new(),
                html: None,
                machine: None,
                sender_verified: Verdict::None,
                attachments: Vec::new(),
                ledger_id: None,
                forwarded: None,
                bounce: None,
                protection: None,
                delivery: None,
                delivery_reason: None,
            })
            .collect()
    }

    #[test]
    fn a_page_shows_the_last_articles_up_to_one() {
        for (count, until, expected) in [
            (0, None, None),
            (3, None, Some((10, 30))),
            (25, None, Some((60, 250))),
            (25, Some(55), Some((10, 50))),
            (25, Some(5), None),
            (25, Some(9_999), Some((60, 250))),
        ] {
            let articles = articles(count);
            let shown = shown(&articles, until.map(ArticleId));
            let ends = shown.first().zip(shown.last()).map(|(a, b)| (a.id.0, b.id.0));
            assert_eq!(ends, expected, "{count} until {until:?}");
        }
    }
}
