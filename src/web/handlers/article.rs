//! What answers requests about one article: its text, its letter as it was laid out, its headers and its
//! original, and the files that came with it.

use maud::html;

use crate::desk::ticket::{Article, ArticleId, AttachmentId, LedgerId, TicketNumber};
use crate::mail::html::picture_type;
use crate::store;
use crate::web::answer::Answer;
use crate::web::download::{self, is_invisible};
use crate::web::pages::{Outcome, Pages};
use crate::web::session::Visitor;
use crate::web::texts::put;
use crate::web::views::layout::Place;
use crate::web::views::letter;

/// The most bytes of header lines shown; browsers and people alike have enough of them then.
const HEADER_BYTES: usize = 32 * 1024;

impl Pages {
    /// The whole text of an article.
    pub(in crate::web) fn article_text(&mut self, number: TicketNumber, id: ArticleId) -> Outcome {
        Ok(Answer::foreign_text(self.article(number, id)?.text))
    }

    /// An article as its sender laid it out, for a frame.
    pub(in crate::web) fn article_page(&mut self, number: TicketNumber, id: ArticleId) -> Outcome {
        let article = self.article(number, id)?;
        let Some(safe) = article.html else {
            return Err(store::Error::NoSuch(format!("article {id} has no HTML")));
        };
        let page = letter::document(&self.locale, &safe, &article.attachments, |id| {
            self.store.attachment(id).map(|(_, bytes)| bytes).ok()
        });
        Ok(Answer::letter(page, letter::SANDBOX))
    }

    /// One article of a ticket.
    pub(super) fn article(
        &mut self,
        number: TicketNumber,
        id: ArticleId,
    ) -> Result<Article, store::Error> {
        let ticket = self.store.ticket(number)?;
        let article = ticket.articles.into_iter().find(|article| article.id == id);
        article.ok_or_else(|| store::Error::NoSuch(format!("ticket {number} has no article {id}")))
    }

    /// The header lines of an article's original as text, while it is kept.
    pub(in crate::web) fn headers(
        &mut self,
        number: TicketNumber,
        id: ArticleId,
        visitor: Option<&Visitor>,
    ) -> Outcome {
        let ledger = self.article(number, id)?.ledger_id;
        let texts = &self.locale.texts().ticket;
        let found = match ledger.map(|ledger| self.store.raw(ledger)) {
            None => Err(texts.headers_none),
            Some(Err(store::Error::NoSuch(_))) => Err(texts.headers_gone),
            Some(raw) => Ok(head(&raw?)),
        };
        let title = put(texts.headers_title, &[&number.to_string()]);
        let main = html! {
            p.back {
                a href={ "/tickets/" (number) "#article-" (id) } { (texts.back) }
            }
            h1 { (title) }
            @match &found {
                Ok((lines, more)) => {
                    pre.headers dir="ltr" tabindex="0" aria-label=(texts.headers) { (lines) }
                    @if *more { p.more { (texts.headers_cut) } }
                }
                Err(why) => { p { (why) } }
            }
        };
        Ok(Answer::page(200, self.frame(visitor, Place::Tickets).page(&title, main)))
    }

    /// The original of a message: for agents when it is in a ticket, else only for admins.
    pub(in crate::web) fn original(&mut self, id: LedgerId, visitor: Option<&Visitor>) -> Outcome {
        let row = self.store.ledger_row(id)?;
        if row.ticket.is_none() && !visitor.is_some_and(Visitor::is_admin) {
            return Ok(self.forbidden(visitor, self.locale.texts().general.only_admins));
        }
        let name = match row.ticket {
            Some(ticket) => format!("ticket-{ticket}-message-{id}.eml"),
            None => format!("message-{id}.eml"),
        };
        Ok(download::original(&name, self.store.raw(id)?))
    }

    /// An attachment, to be saved.
    pub(in crate::web) fn attachment(&mut self, id: AttachmentId) -> Outcome {
        let (info, bytes) = self.store.attachment(id)?;
        Ok(download::attachment(&info, bytes))
    }

    /// A picture that is attached. What its bytes are counts, never what the letter claims.
    pub(in crate::web) fn picture(&mut self, id: AttachmentId) -> Outcome {
        let (_, bytes) = self.store.attachment(id)?;
        match picture_type(&bytes) {
            Some(content_type) => Ok(Answer::picture(content_type, bytes)),
            None => Err(store::Error::NoSuch(format!("attachment {id} is no picture"))),
        }
    }
}

/// The header lines of a message and whether some are left out. Characters that are not seen or
/// turn the direction of writing are shown by their numbers.
fn head(raw: &[u8]) -> (String, bool) {
    let ends = |mark: &[u8]| raw.windows(mark.len()).position(|window| window == mark);
    let end = ends(b"\r\n\r\n").into_iter().chain(ends(b"\n\n")).min().unwrap_or(raw.len());
    let kept = &raw[..end.min(HEADER_BYTES)];
    let mut lines = String::with_capacity(kept.len());
    for c in String::from_utf8_lossy(kept).chars().filter(|c| *c != '\r') {
        if c != '\n' && c != '\t' && is_invisible(c) {
            lines.push_str(&format!("<U+{:04X}>", u32::from(c)));
        } else {
            lines.push(c);
        }
    }
    (lines, end > HEADER_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_message_ends_at_the_first_empty_line() {
        for (raw, expected) in [
            ("A: 1\r\nB: 2\r\n\r\nC: 3", "A: 1\nB: 2"),
            ("A: 1\n\nB: 2\r\n\r\n", "A: 1"),
            ("A: x\u{202e}gpj\0", "A: x<U+202E>gpj<U+0000>"),
            ("", ""),
        ] {
            assert_eq!(head(raw.as_bytes()), (expected.to_owned(), false), "{raw:?}");
        }
        let (lines, more) = head("x".repeat(HEADER_BYTES + 1).as_bytes());
        assert_eq!((lines.len(), more), (HEADER_BYTES, true));
    }
}
