//! One ticket: its conversation with quotes folded away, and beside it what is known of it. Letters
//! are shown as text, or one of them as it was laid out, in a frame that may do nothing; a page
//! never grows beyond what a phone likes to load.

use std::collections::HashMap;

use maud::{Markup, html};

use super::download::safe_name;
use super::layout::{age, moment};
use super::letter::SANDBOX;
use super::linked::{fitting, linked};
use super::session::TOKEN_FIELD;
use super::tickets::{priority_mark, state_mark, subject};
use super::words::{self, ago, counted, utc};
use crate::desk::ledger::{LedgerRow, Original};
use crate::desk::ticket::{
    Article, ArticleId, BounceReport, Delivery, Forwarded, Kind, LedgerId, Machine, State, Ticket,
    Verdict,
};
use crate::mail::{Address, Protection};
use crate::time::Timestamp;

/// Articles on one page.
const ARTICLES: usize = 20;

/// Bytes of text on one page, of which a single article takes at most a third.
const TEXT: usize = 30_000;

/// People named in one header line, attachments listed with one article.
const PEOPLE: usize = 8;
const ATTACHMENTS: usize = 20;

/// The longest reason shown why a letter of ours did not leave or arrive, in characters.
const REASON_LENGTH: usize = 1_000;

/// The longest subject and the longest name shown, in characters.
const SUBJECT_LENGTH: usize = 300;
const NAME_LENGTH: usize = 80;

/// The ledger rows of a ticket's articles.
pub(super) type Rows = HashMap<LedgerId, LedgerRow>;

/// What of a ticket is looked at, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct View<'a> {
    /// The last article on the page, when it is not the newest.
    pub(super) until: Option<ArticleId>,
    /// The article that is shown as its sender laid it out.
    pub(super) laid_out: Option<ArticleId>,
    /// The token of the visitor's forms.
    pub(super) token: &'a str,
    /// The articles by which somebody new came in.
    pub(super) newcomers: &'a [ArticleId],
}

impl View<'_> {
    /// The address of the same page on which `laid_out` is the article shown that way.
    fn with(self, ticket: &Ticket, article: &Article, laid_out: bool) -> String {
        let until = self.until.map(|until| format!("until={until}"));
        let laid_out = laid_out.then(|| format!("html={}", article.id));
        let query: Vec<String> = until.into_iter().chain(laid_out).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("/tickets/{}{mark}{}#article-{}", ticket.number, query.join("&"), article.id)
    }
}

/// The articles one page shows: the last ones, or the last ones up to `until`.
pub(super) fn shown(articles: &[Article], until: Option<ArticleId>) -> &[Article] {
    let end = match until {
        Some(until) => articles.iter().take_while(|article| article.id <= until).count(),
        None => articles.len(),
    };
    &articles[end.saturating_sub(ARTICLES)..end]
}

/// The content of the page. `shown` is a run of the ticket's articles; the forms stand below and beside
/// them.
pub(super) fn page(
    ticket: &Ticket,
    shown: &[Article],
    rows: &Rows,
    view: View<'_>,
    (writing, changing): (Markup, Markup),
    now: Timestamp,
) -> Markup {
    let first = shown.first().map(|article| article.id);
    let last = shown.last().map(|article| article.id);
    let older = ticket.articles.iter().rfind(|article| Some(article.id) < first);
    let newer = ticket.articles.iter().any(|article| Some(article.id) > last);
    // The newest are read most, so the older ones get what these leave.
    let mut budget = TEXT;
    let mut articles: Vec<Markup> = shown
        .iter()
        .rev()
        .map(|article| self::article(ticket, article, rows, view, &mut budget, now))
        .collect();
    articles.reverse();
    html! {
        p.back { a href="/tickets" { "Tickets" } }
        div.ticket {
            header.head {
                h1 { span.no { "#" (ticket.number) } " " (subject(ticket, SUBJECT_LENGTH)) }
                p.marks { (state_mark(ticket.state)) (priority_mark(ticket.priority)) }
            }
            (facts(ticket, changing, now))
            section.conversation aria-label="Conversation" {
                @if let Some(older) = older {
                    p.more { a href={ "/tickets/" (ticket.number) "?until=" (older.id) } { "Older messages" } }
                }
                @for article in articles { (article) }
                @if shown.is_empty() { p.empty { "Nothing is left of this conversation." } }
                @if newer {
                    p.more { a href={ "/tickets/" (ticket.number) } { "Newest messages" } }
                } @else {
                    (writing)
                }
            }
        }
    }
}

fn facts(ticket: &Ticket, changing: Markup, now: Timestamp) -> Markup {
    let link = |number: &crate::desk::ticket::TicketNumber| {
        html! { a href={ "/tickets/" (number) } { "#" (number) } }
    };
    html! {
        aside.facts aria-label="About this ticket" {
            dl {
                (fact("Requester", html! {
                    @match &ticket.requester {
                        Some(requester) => (person(requester)),
                        None => span.none { "nobody named" },
                    }
                }))
                (fact("Mailbox", html! { (ticket.mailbox) }))
                @if let Some(queue) = &ticket.queue { (fact("Queue", html! { (queue) })) }
                @if let Some(assignee) = &ticket.assignee {
                    (fact("Assigned to", html! { bdi { (assignee) } }))
                }
                @if !ticket.tags.is_empty() {
                    (fact("Tags", html! { @for tag in &ticket.tags { span.mark { (tag) } " " } }))
                }
                (fact("Opened", moment(ticket.created_at, now)))
                (fact("Last change", moment(ticket.updated_at, now)))
                @if let Some(at) = ticket.due_at { (fact("Due", moment(at, now))) }
                @if let Some(at) = ticket.closed_at { (fact("Closed", moment(at, now))) }
                @for tie in &ticket.links { (fact(tie.for_people(), link(&tie.other))) }
                @if let Some(target) = &ticket.merged_into { (fact("Merged into", link(target))) }
                @if ticket.hold {
                    (fact("Hold", html! { "kept from retention" }))
                }
            }
            (changing)
        }
    }
}

fn fact(name: &str, value: Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

fn article(
    ticket: &Ticket,
    article: &Article,
    rows: &Rows,
    view: View<'_>,
    budget: &mut usize,
    now: Timestamp,
) -> Markup {
    let class = match article.kind {
        Kind::EmailIn => "article in",
        Kind::EmailOut => "article out",
        Kind::Note => "article note",
    };
    html! {
        article class=(class) id={ "article-" (article.id) } {
            header {
                div.line {
                    span.author {
                        @match &article.from {
                            Some(from) => (person(from)),
                            None => span.none { "no sender named" },
                        }
                    }
                    span.marks {
                        (marks(article))
                        @if view.newcomers.contains(&article.id) {
                            span.mark.soon { "new in this ticket" }
                        }
                    }
                    span.age { (age(article.sent_at.unwrap_or(article.created_at), now)) }
                }
                @if article.kind != Kind::Note {
                    (people("to", &article.to))
                    (people("cc", &article.cc))
                    (people("hidden copy to", &article.bcc))
                }
                @if let Some(elsewhere) = article.answers_go_elsewhere() {
                    (people("answers go to", elsewhere))
                }
                @if differs(&article.subject, &ticket.subject) {
                    p.people { "subject " bdi { (words::cut(&article.subject, SUBJECT_LENGTH)) } }
                }
            }
            @if let Some(reason) = &article.delivery_reason {
                p.people { bdi { (words::cut(reason, REASON_LENGTH)) } }
            }
            @if let Some(bounce) = &article.bounce { (came_back(bounce)) }
            @if let Some(inside) = &article.forwarded { (forwards(ticket, article, inside, view)) }
            @if article.html.is_none() {
                (text(ticket, article, budget))
            } @else if view.laid_out == Some(article.id) {
                (frame(ticket, article))
                p.more { a href=(view.with(ticket, article, false)) { "Show as text" } }
            } @else {
                (text(ticket, article, budget))
                p.more { a href=(view.with(ticket, article, true)) { "Show as it was laid out" } }
            }
            (attachments(article))
            @if let Some(row) = article.ledger_id.and_then(|id| rows.get(&id)) {
                footer { (ledger(row, now)) }
            }
        }
    }
}

/// Whether an article's subject says anything the ticket's does not.
fn differs(subject: &str, of_ticket: &str) -> bool {
    !subject.trim().is_empty() && !subject.to_lowercase().contains(&of_ticket.trim().to_lowercase())
}

fn marks(article: &Article) -> Markup {
    let machine = article.machine.map(|machine| match machine {
        Machine::AutoReply => "automatic reply",
        Machine::Bounce => "delivery failure",
        Machine::List => "mailing list",
        Machine::Report => "automatic report",
    });
    html! {
        @if article.kind == Kind::Note { span.mark { "note, seen by agents only" } }
        @if let Some(machine) = machine { span.mark { (machine) } }
        @match article.sender_verified {
            Verdict::Pass => span.mark.good title="The receiving service vouches for the sender's domain" {
                "sender confirmed"
            },
            Verdict::Fail => span.mark.bad title="The receiving service says it did not come from there" {
                "sender may be forged"
            },
            Verdict::None => {}
        }
        @match article.protection {
            Some(Protection::Signed) => span.mark title="The signature is not checked here" { "signed" },
            Some(Protection::Encrypted) => span.mark title="It cannot be read here; it is attached" {
                "encrypted"
            },
            None => {}
        }
        @match article.delivery {
            Some(Delivery::Queued) => span.mark.soon { "waiting to be sent" },
            Some(Delivery::Sent) => span.mark.good { "sent" },
            Some(Delivery::Refused) => span.mark.bad { "refused" },
            Some(Delivery::Unknown) => span.mark.bad { "not known whether it left" },
            None => {}
        }
    }
}

/// What a delivery failure says.
fn came_back(bounce: &BounceReport) -> Markup {
    html! {
        p.people {
            "did not reach "
            @if bounce.recipient.is_empty() { "its recipient" } @else {
                bdi { (words::cut(&bounce.recipient, NAME_LENGTH)) }
            }
            @if !bounce.status.is_empty() { ", " (words::cut(&bounce.status, NAME_LENGTH)) }
            @if !bounce.reason.is_empty() { ": " bdi { (words::cut(&bounce.reason, SUBJECT_LENGTH)) } }
        }
    }
}

/// Whose letter is forwarded; with a button that makes that person the requester.
fn forwards(ticket: &Ticket, article: &Article, inside: &Forwarded, view: View<'_>) -> Markup {
    let known = ticket.requester.as_ref().map(Address::key);
    let offered =
        inside.from.as_ref().filter(|from| from.address.contains('@') && Some(from.key()) != known);
    html! {
        p.people {
            "forwards a letter"
            @if let Some(from) = &inside.from {
                " of " bdi { (words::cut(&whole(from), NAME_LENGTH)) }
            }
            @if let Some(at) = inside.sent_at { " of " (at.for_people()) " UTC" }
            @if differs(&inside.subject, &ticket.subject) {
                ", subject " bdi { (words::cut(&inside.subject, SUBJECT_LENGTH)) }
            }
        }
        @if offered.is_some() && ticket.state != State::Deleted {
            form method="post" action={ "/tickets/" (ticket.number) "/requester" } {
                input type="hidden" name=(TOKEN_FIELD) value=(view.token);
                input type="hidden" name="article" value=(article.id);
                button.quiet type="submit" { "Make the writer the requester" }
            }
        }
    }
}

fn person(address: &Address) -> Markup {
    html! {
        @if address.name.trim().is_empty() {
            bdi { (words::cut(&address.address, NAME_LENGTH)) }
        } @else {
            bdi { b { (words::cut(&address.name, NAME_LENGTH)) } } " "
            span.at { bdi { (words::cut(&address.address, NAME_LENGTH)) } }
        }
    }
}

fn people(word: &str, addresses: &[Address]) -> Markup {
    html! {
        @if !addresses.is_empty() {
            p.people {
                (word) " "
                @for (place, address) in addresses.iter().take(PEOPLE).enumerate() {
                    @if place > 0 { ", " }
                    bdi { (words::cut(&whole(address), NAME_LENGTH)) }
                }
                @if addresses.len() > PEOPLE { " and " (addresses.len() - PEOPLE) " more" }
            }
        }
    }
}

fn whole(address: &Address) -> String {
    if address.name.trim().is_empty() {
        address.address.clone()
    } else {
        format!("{} <{}>", address.name, address.address)
    }
}

/// The new text, and under a fold what it quotes: the rest where the new text comes first, else
/// all of it.
fn text(ticket: &Ticket, article: &Article, budget: &mut usize) -> Markup {
    let visible = article.visible_text.trim_end();
    let rest = match article.text.strip_prefix(visible) {
        Some(rest) => rest.trim_matches('\n').trim_end(),
        None => article.text.trim_end(),
    };
    let (shown, more) = within(visible, budget);
    let (folded, folded_more) = within(rest, budget);
    html! {
        @if visible.is_empty() {
            p.none { "(no text)" }
        } @else {
            div.text dir="auto" { (linked(shown)) }
        }
        @if !folded.is_empty() {
            details {
                summary { "Show quoted text" }
                div.text.quoted dir="auto" { (linked(folded)) }
            }
        }
        @if more || folded_more {
            p.more {
                "The text is longer than is shown here. "
                a href={ "/tickets/" (ticket.number) "/articles/" (article.id) "/text" } {
                    "All of it as plain text"
                }
            }
        }
    }
}

/// The letter as its sender laid it out.
fn frame(ticket: &Ticket, article: &Article) -> Markup {
    let address = format!("/tickets/{}/articles/{}/html", ticket.number, article.id);
    html! {
        iframe.letter src=(address) sandbox=(SANDBOX) referrerpolicy="no-referrer"
            title="The message as its sender laid it out" {}
    }
}

/// As much of a text as the page still takes, and whether something is missing.
fn within<'a>(text: &'a str, budget: &mut usize) -> (&'a str, bool) {
    let allowed = (TEXT / 3).min(*budget);
    let fitting = fitting(text, allowed);
    *budget -= fitting.cost.min(*budget);
    (fitting.text, fitting.more)
}

fn attachments(article: &Article) -> Markup {
    let all = &article.attachments;
    html! {
        @if !all.is_empty() {
            ul.attachments aria-label="Attachments" {
                @for attachment in all.iter().take(ATTACHMENTS) {
                    li {
                        a href={ "/attachments/" (attachment.id) } download {
                            bdi { (words::cut(&safe_name(&attachment.filename), NAME_LENGTH)) }
                        }
                        " "
                        span.at {
                            (words::size(attachment.size))
                            @if attachment.inline { ", shown inside the message" }
                        }
                    }
                }
                @if all.len() > ATTACHMENTS {
                    li { (counted((all.len() - ATTACHMENTS) as u64, "more", "more")) " in the original" }
                }
            }
        }
    }
}

/// Where the original is, and our own copy of it.
fn ledger(row: &LedgerRow, now: Timestamp) -> Markup {
    let place = match row.original {
        Original::InMailbox => "The original is still in the mailbox",
        Original::Removed => "The original was removed from the mailbox",
        Original::Moved => "The original was moved to another folder",
        Original::Kept => "The original stays in the mailbox",
        Original::Restored => "The original was put back into the mailbox",
        Original::Expired => "The original is gone from the mailbox",
    };
    html! {
        (place)
        @match row.recoverable_until {
            Some(until) if row.original == Original::Removed && until > now => {
                " and can be recovered there until " (utc(until)) " (" (ago(until, now)) ")"
            }
            _ => {}
        }
        ". "
        @if row.raw_kept {
            a href={ "/ledger/" (row.id) "/original" } download { "Save our copy (.eml)" }
        } @else {
            "Our copy is gone."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::ticket::Verdict;

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

    #[test]
    fn a_reply_need_not_repeat_the_subject() {
        for (subject, of_ticket, expected) in [
            ("Re: Printer", "Printer", false),
            ("AW: printer [CF#1-x]", "Printer ", false),
            ("Scanner", "Printer", true),
            (" ", "Printer", false),
            ("Re:", "", false),
        ] {
            assert_eq!(differs(subject, of_ticket), expected, "{subject} in {of_ticket}");
        }
    }

    #[test]
    fn texts_share_what_a_page_takes() {
        let long = "word ".repeat(TEXT);
        let mut budget = TEXT;
        let mut sizes = Vec::new();
        for _ in 0..4 {
            let (shown, more) = within(&long, &mut budget);
            assert!(more);
            sizes.push(shown.len());
        }
        assert!(sizes[..3].iter().all(|size| *size > TEXT / 3 - 10), "{sizes:?}");
        assert!(sizes[3] < 20, "{sizes:?}");
        assert_eq!(within("", &mut budget), ("", false));
    }
}
