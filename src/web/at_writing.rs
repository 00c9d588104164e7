//! What answers requests to write: an answer or a note in a ticket.

use super::answer::Answer;
use super::asked::Asked;
use super::pages::{Outcome, Pages};
use super::session::Visitor;
use super::work::Draft;
use crate::desk::outgoing::{self, Writing};
use crate::desk::ticket::{ArticleId, State, TicketNumber};
use crate::mail::Address;
use crate::store;
use crate::time::Timestamp;

impl Pages {
    /// Sends an answer or keeps a note. Whatever speaks against it, the text is given back.
    pub(super) fn write(
        &mut self,
        asked: &Asked,
        number: TicketNumber,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
        let Some(visitor) = visitor.filter(|visitor| visitor.sent(asked)) else {
            return Ok(self.old_form());
        };
        let text = asked.form("text").unwrap_or_default().replace("\r\n", "\n");
        let as_note = asked.form("as").as_deref() == Some("note");
        let state = asked.form("state").filter(|word| !word.is_empty());
        let seen = asked.form("seen").and_then(|id| id.parse().ok()).unwrap_or_default();
        let wrong = match self.written(number, visitor, &text, (as_note, state), seen, now)? {
            Ok(id) => return Ok(Answer::go_to(&format!("/tickets/{number}#article-{id}"))),
            Err(wrong) => wrong,
        };
        self.show(asked, number, Some(visitor), Draft { text: &text, wrong: &wrong }, now)
    }

    fn written(
        &mut self,
        number: TicketNumber,
        visitor: &Visitor,
        text: &str,
        (as_note, state): (bool, Option<String>),
        seen: i64,
        now: Timestamp,
    ) -> Result<Result<ArticleId, String>, store::Error> {
        let ticket = self.store.ticket(number)?;
        if ticket.articles.last().is_some_and(|last| last.id.0 > seen) {
            return Ok(Err("Something was added to this ticket meanwhile. Look at it, then send \
                           what you wrote, if it still fits."
                .to_owned()));
        }
        let status = match state.map(|word| word.parse::<State>()).transpose() {
            Ok(status) => status,
            Err(why) => return Ok(Err(format!("Not sent: {why}."))),
        };
        let writing = Writing { text: text.to_owned(), status, ..Writing::default() };
        let (thread, mailbox, name) = self.store.thread(number)?;
        let written = if as_note {
            let author = Address { address: String::new(), name: visitor.agent.name.clone() };
            outgoing::note(&thread, writing, author)
        } else {
            match self.desk.mailbox(Some(&name)) {
                Ok((_, policy)) => outgoing::reply(&thread, writing, policy),
                Err(why) => return Ok(Err(format!("Not sent: {why}."))),
            }
        };
        let (article, state) = match written {
            Ok(written) => written,
            Err(why) => return Ok(Err(format!("Not sent: {why}."))),
        };
        let actor = visitor.actor();
        match self.store.write_article(number, mailbox, &article, state, &actor, now) {
            Ok(id) => Ok(Ok(id)),
            Err(store::Error::NotPossible(why)) => Ok(Err(format!("Not sent: {why}."))),
            Err(error) => Err(error),
        }
    }
}
