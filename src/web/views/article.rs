//! One article of a conversation: who wrote it and whether that is sure, its text with quotes folded
//! away or, in a frame that may do nothing, as its sender laid it out, what came with it, and where its
//! original is.

use std::collections::HashMap;

use maud::{Markup, html};

use super::attached::{self, Pictures};
use super::changing::changeable;
use super::letter::SANDBOX;
use super::linked::{fitting, linked};
use crate::desk::caps;
use crate::desk::ledger::{LedgerRow, Original};
use crate::desk::ticket::{
    Article, ArticleId, AttachmentId, BounceReport, Delivery, Forwarded, Kind, LedgerId, Machine,
    Ticket, Verdict,
};
use crate::mail::{Address, Protection};
use crate::web::locale::{Locale, cut};
use crate::web::route::with;
use crate::web::session::TOKEN_FIELD;
use crate::web::texts::{fill, put};

/// Bytes of text on one page, of which a single article takes at most a third.
pub(super) const TEXT: usize = 27_000;

/// People named in one header line.
const PEOPLE: usize = 8;

/// The longest reason shown why a letter of ours did not leave or arrive, in characters.
const REASON_LENGTH: usize = 1_000;

/// The longest name shown, in characters.
const NAME_LENGTH: usize = 80;

/// The longest subject shown, in characters.
pub(super) const SUBJECT_LENGTH: usize = 300;

/// The ledger rows of a ticket's articles.
pub(in crate::web) type Rows = HashMap<LedgerId, LedgerRow>;

/// What of a ticket is looked at, and how.
#[derive(Clone, Copy, Debug)]
pub(in crate::web) struct View<'a> {
    pub(in crate::web) locale: &'a Locale,
    /// The last article on the page, when it is not the newest.
    pub(in crate::web) until: Option<ArticleId>,
    /// The article that is shown as its sender laid it out.
    pub(in crate::web) laid_out: Option<ArticleId>,
    /// The token of the visitor's forms.
    pub(in crate::web) token: &'a str,
    /// The articles by which somebody new came in.
    pub(in crate::web) newcomers: &'a [ArticleId],
    /// The attachments that claim to be pictures and are none.
    pub(in crate::web) fakes: &'a [AttachmentId],
}

impl View<'_> {
    /// The address of the same page on which `laid_out` is the article shown that way.
    pub(super) fn with(self, ticket: &Ticket, article: &Article, laid_out: bool) -> String {
        let mut path = format!("/tickets/{}", ticket.number);
        if let Some(until) = self.until {
            path = with(&path, "until", until);
        }
        if laid_out {
            path = with(&path, "html", article.id);
        }
        format!("{path}#article-{}", article.id)
    }
}

/// What a page still takes.
pub(super) struct Room {
    text: usize,
    pictures: Pictures,
}

impl Room {
    /// Room for so many bytes of text, and the usual pictures but for `fakes`.
    pub(super) fn new(text: usize, fakes: Vec<AttachmentId>) -> Self {
        Self { text, pictures: Pictures::new(fakes) }
    }
}

/// The article.
pub(super) fn article(
    ticket: &Ticket,
    article: &Article,
    rows: &Rows,
    view: View<'_>,
    room: &mut Room,
) -> Markup {
    let locale = view.locale;
    let texts = &locale.texts().ticket;
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
                            None => span.none { (texts.no_sender) },
                        }
                    }
                    span.marks {
                        (marks(locale, article))
                        @if view.newcomers.contains(&article.id) {
                            span.mark.soon { (texts.newcomer) }
                        }
                    }
                    span.age { (locale.age(article.sent_at.unwrap_or(article.created_at))) }
                }
                @if article.kind != Kind::Note {
                    (people(locale, texts.to, &article.to))
                    (people(locale, texts.cc, &article.cc))
                    (people(locale, texts.bcc, &article.bcc))
                }
                @if let Some(elsewhere) = article.answers_go_elsewhere() {
                    (people(locale, texts.answers_to, elsewhere))
                }
                @if differs(&article.subject, &ticket.subject) {
                    p.people { (fill(texts.subject_is, &[short(&article.subject, SUBJECT_LENGTH)])) }
                }
            }
            @if article.sender_verified == Verdict::Fail { p.warn { (texts.forged_means) } }
            @if let Some(reason) = &article.delivery_reason {
                p.people { (short(&locale.said(reason), REASON_LENGTH)) }
            }
            @if let Some(bounce) = &article.bounce { (came_back(locale, bounce)) }
            @if let Some(inside) = &article.forwarded { (forwards(ticket, article, inside, view)) }
            @if article.html.is_none() {
                (text(locale, ticket, article, &mut room.text))
            } @else if view.laid_out == Some(article.id) {
                (frame(locale, ticket, article))
                p.more {
                    a href=(view.with(ticket, article, false)) { (texts.as_text) } " · "
                    a href=(frame_path(ticket, article)) target="_blank" rel="noopener" { (texts.alone) }
                }
            } @else {
                (text(locale, ticket, article, &mut room.text))
                p.more { a href=(view.with(ticket, article, true)) { (texts.as_laid_out) } }
            }
            (attached::list(locale, &article.attachments, &mut room.pictures))
            (foot(ticket, article, rows, view))
        }
    }
}

/// What is known of the article's original, and what can be done from it on.
fn foot(ticket: &Ticket, article: &Article, rows: &Rows, view: View<'_>) -> Markup {
    let texts = &view.locale.texts().ticket;
    let row = article.ledger_id.and_then(|id| rows.get(&id));
    let splits =
        changeable(ticket) && ticket.articles.first().is_some_and(|first| first.id != article.id);
    html! {
        @if row.is_some() || splits {
            footer {
                @if article.kind == Kind::EmailIn {
                    @match article.sender_verified {
                        Verdict::Pass => { (texts.confirmed_means) " " },
                        Verdict::None => { (texts.unchecked_means) " " },
                        Verdict::Fail => {}
                    }
                }
                @if let Some(row) = row {
                    (original(view.locale, row))
                    @if row.raw_kept {
                        " · "
                        a href={ "/tickets/" (ticket.number) "/articles/" (article.id) "/headers" } {
                            (texts.headers)
                        }
                    }
                }
                @if splits {
                    p.split {
                        a href={ "/tickets/" (ticket.number) "?split=" (article.id) } { (texts.split) }
                    }
                }
            }
        }
    }
}

/// Whether an article's subject says anything the ticket's does not.
fn differs(subject: &str, of_ticket: &str) -> bool {
    !subject.trim().is_empty() && !subject.to_lowercase().contains(&of_ticket.trim().to_lowercase())
}

fn short(text: &str, limit: usize) -> Markup {
    html! { bdi { (cut(text, limit)) } }
}

fn marks(locale: &Locale, article: &Article) -> Markup {
    let texts = &locale.texts().ticket;
    let machine = article.machine.map(|machine| match machine {
        Machine::AutoReply => texts.auto_reply,
        Machine::Bounce => texts.bounce,
        Machine::List => texts.list,
        Machine::Report => texts.report,
    });
    html! {
        @if article.kind == Kind::Note { span.mark { (texts.note) } }
        @if let Some(machine) = machine { span.mark { (machine) } }
        @match article.sender_verified {
            Verdict::Pass => span.mark.good title=(texts.confirmed_means) { (texts.confirmed) },
            Verdict::Fail => span.mark.bad title=(texts.forged_means) { (texts.forged) },
            Verdict::None => {}
        }
        @match article.protection {
            Some(Protection::Signed) => span.mark title=(texts.signed_means) { (texts.signed) },
            Some(Protection::Encrypted) => {
                span.mark title=(texts.encrypted_means) { (texts.encrypted) }
            }
            None => {}
        }
        @match article.delivery {
            Some(Delivery::Queued) => span.mark.soon { (texts.queued) },
            Some(Delivery::Sent) => span.mark.good { (texts.sent) },
            Some(Delivery::Refused) => span.mark.bad { (texts.refused) },
            Some(Delivery::Unknown) => span.mark.bad { (texts.unknown) },
            None => {}
        }
    }
}

/// What a delivery failure says.
fn came_back(locale: &Locale, bounce: &BounceReport) -> Markup {
    let texts = &locale.texts().ticket;
    let recipient = if bounce.recipient.is_empty() {
        html! { (texts.its_recipient) }
    } else {
        short(&bounce.recipient, NAME_LENGTH)
    };
    html! {
        p.people {
            (fill(texts.not_reached, &[recipient]))
            @if !bounce.status.is_empty() { ", " (cut(&bounce.status, NAME_LENGTH)) }
            @if !bounce.reason.is_empty() { ": " (short(&bounce.reason, SUBJECT_LENGTH)) }
        }
    }
}

/// Whose letter is forwarded; with a button that makes that person the requester.
fn forwards(ticket: &Ticket, article: &Article, inside: &Forwarded, view: View<'_>) -> Markup {
    let texts = &view.locale.texts().ticket;
    let known = ticket.requester.as_ref().map(Address::key);
    let offered =
        inside.from.as_ref().filter(|from| from.address.contains('@') && Some(from.key()) != known);
    html! {
        p.people {
            @match &inside.from {
                Some(from) => (fill(texts.forwards_of, &[short(&whole(from), NAME_LENGTH)])),
                None => (texts.forwards),
            }
            @if let Some(at) = inside.sent_at { ", " (put(texts.forwards_at, &[&view.locale.at(at)])) }
            @if differs(&inside.subject, &ticket.subject) {
                ", " (fill(texts.subject_is, &[short(&inside.subject, SUBJECT_LENGTH)]))
            }
        }
        @if offered.is_some() && changeable(ticket) {
            form method="post" action={ "/tickets/" (ticket.number) "/requester" } {
                input type="hidden" name=(TOKEN_FIELD) value=(view.token);
                input type="hidden" name="article" value=(article.id);
                button.quiet type="submit" { (texts.make_requester) }
            }
        }
    }
}

/// Somebody with name and address.
pub(super) fn person(address: &Address) -> Markup {
    html! {
        @if address.name.trim().is_empty() {
            (short(&address.address, NAME_LENGTH))
        } @else {
            b { (short(&address.name, NAME_LENGTH)) } " "
            span.at { (short(&address.address, NAME_LENGTH)) }
        }
    }
}

fn people(locale: &Locale, words: &str, addresses: &[Address]) -> Markup {
    let more = addresses.len().saturating_sub(PEOPLE);
    let named = html! {
        @for (place, address) in addresses.iter().take(PEOPLE).enumerate() {
            @if place > 0 { ", " }
            (short(&whole(address), NAME_LENGTH))
        }
        @if more > 0 { " " (put(locale.texts().ticket.and_more, &[&locale.number(more as u64)])) }
    };
    html! { @if !addresses.is_empty() { p.people { (fill(words, &[named])) } } }
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
fn text(locale: &Locale, ticket: &Ticket, article: &Article, budget: &mut usize) -> Markup {
    let texts = &locale.texts().ticket;
    let own = caps::is_own_note(article).then(|| locale.said(&article.visible_text));
    let visible = own.as_deref().unwrap_or(&article.visible_text).trim_end();
    let rest = match article.text.strip_prefix(visible) {
        Some(rest) => rest.trim_matches('\n').trim_end(),
        None if own.is_some() => "",
        None => article.text.trim_end(),
    };
    let (shown, more) = within(visible, budget);
    let (folded, folded_more) = within(rest, budget);
    html! {
        @if visible.is_empty() {
            p.none { (texts.no_text) }
        } @else {
            div.text dir="auto" { (linked(shown)) }
        }
        @if !folded.is_empty() {
            details {
                summary { (texts.quoted) }
                div.text.quoted dir="auto" { (linked(folded)) }
            }
        }
        @if more || folded_more {
            p.more {
                (texts.longer) " "
                a href={ "/tickets/" (ticket.number) "/articles/" (article.id) "/text" } {
                    (texts.whole)
                }
            }
        }
    }
}

/// As much of a text as the page still takes, and whether something is missing.
fn within<'a>(text: &'a str, budget: &mut usize) -> (&'a str, bool) {
    let allowed = (TEXT / 3).min(*budget);
    let fitting = fitting(text, allowed);
    *budget -= fitting.cost.min(*budget);
    (fitting.text, fitting.more)
}

fn frame_path(ticket: &Ticket, article: &Article) -> String {
    format!("/tickets/{}/articles/{}/html", ticket.number, article.id)
}

/// The letter as its sender laid it out.
fn frame(locale: &Locale, ticket: &Ticket, article: &Article) -> Markup {
    html! {
        iframe.letter src=(frame_path(ticket, article)) sandbox=(SANDBOX) referrerpolicy="no-referrer"
            title=(locale.texts().ticket.frame) {}
    }
}

/// Where the original is, and our own copy of it.
fn original(locale: &Locale, row: &LedgerRow) -> Markup {
    let texts = &locale.texts().ticket;
    let place = match row.original {
        Original::InMailbox => texts.in_mailbox,
        Original::Removed => texts.removed,
        Original::Moved => texts.moved,
        Original::Kept => texts.kept,
        Original::Restored => texts.restored,
        Original::Expired => texts.expired,
    };
    html! {
        (place)
        @match row.recoverable_until {
            Some(until) if row.original == Original::Removed && until > locale.now => {
                (put(texts.recoverable, &[&locale.at(until), &locale.ago(until)]))
            }
            _ => {}
        }
        ". "
        @if row.raw_kept {
            a href={ "/ledger/" (row.id) "/original" } download { (texts.save) }
        } @else {
            (texts.copy_gone)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
