//! What answers requests about one ticket: its page, and what an agent does there.

use super::answer::Answer;
use super::asked::Asked;
use super::changing;
use super::layout::Place;
use super::pages::{Outcome, Pages};
use super::session::Visitor;
use super::ticket;
use super::work::{self, Bench, Draft, Whom};
use crate::desk::change::Change;
use crate::desk::outgoing::{self, Writing};
use crate::desk::ticket::{ArticleId, State, TicketNumber};
use crate::mail::Address;
use crate::store;
use crate::time::Timestamp;

impl Pages {
    pub(super) fn ticket(
        &mut self,
        asked: &Asked,
        number: TicketNumber,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
        self.show(asked, number, visitor, Draft::default(), now)
    }

    fn show(
        &mut self,
        asked: &Asked,
        number: TicketNumber,
        visitor: Option<&Visitor>,
        draft: Draft<'_>,
        now: Timestamp,
    ) -> Outcome {
        let ticket = match self.store.ticket(number) {
            Err(store::Error::NoSuch(_)) => {
                let sentence = format!("There is no ticket {number}.");
                return Ok(self.not_found(visitor, &sentence));
            }
            other => other?,
        };
        let until = asked.query("until").and_then(|until| until.parse().ok()).map(ArticleId);
        let shown = ticket::shown(&ticket.articles, until);
        let mut rows = ticket::Rows::new();
        for id in shown.iter().filter_map(|article| article.ledger_id) {
            rows.insert(id, self.store.ledger_row(id)?);
        }
        let laid_out = asked.query("html").and_then(|id| id.parse().ok()).map(ArticleId);
        let (token, newcomers) =
            (visitor.map(Visitor::token).unwrap_or_default(), ticket.newcomers());
        let view = ticket::View { until, laid_out, token: &token, newcomers: &newcomers };
        let agents = self.store.agents()?;
        let agents = agents.into_iter().filter(|agent| agent.disabled_at.is_none());
        let agents: Vec<String> = agents.map(|agent| agent.name).collect();
        let whom = self.whom(number)?;
        let bench = Bench { ticket: &ticket, token: &token, agents: &agents, whom: &whom, draft };
        let (writing, changing) = (work::writing(&bench), changing::changing(&bench));
        let main = ticket::page(&ticket, shown, &rows, view, (writing, changing), now);
        let title = format!("Ticket {number}");
        let status = if draft.wrong.is_empty() { 200 } else { 409 };
        Ok(Answer::page(status, self.frame(visitor, Place::Tickets).page(&title, main)))
    }

    /// Whom an answer would go to, or why it would go to nobody.
    fn whom(&mut self, number: TicketNumber) -> Result<Whom, store::Error> {
        let (thread, _, mailbox) = self.store.thread(number)?;
        let (_, policy) = match self.desk.mailbox(Some(&mailbox)) {
            Ok(found) => found,
            Err(why) => return Ok(Err(why)),
        };
        Ok(outgoing::recipients(&thread, &Writing::default(), policy)
            .map_err(|why| why.to_string()))
    }

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

    /// Makes what changes the form beside a ticket asks for, all or none.
    pub(super) fn change(
        &mut self,
        asked: &Asked,
        number: TicketNumber,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
        let Some(visitor) = visitor.filter(|visitor| visitor.sent(asked)) else {
            return Ok(self.old_form());
        };
        let ticket = self.store.ticket(number)?;
        let made = match changing::changes(asked, &ticket) {
            Ok(changes) => self.store.change_ticket(number, &changes, &visitor.actor(), now),
            Err(why) => Err(store::Error::NotPossible(why)),
        };
        self.changed(number, visitor, made)
    }

    /// Leads back to a ticket that was changed, or says why it was not.
    fn changed(
        &self,
        number: TicketNumber,
        visitor: &Visitor,
        made: Result<(), store::Error>,
    ) -> Outcome {
        let path = format!("/tickets/{number}");
        match made {
            Ok(()) => Ok(Answer::go_to(&path)),
            Err(store::Error::NotPossible(why)) => {
                let frame = self.frame(Some(visitor), Place::Tickets);
                let (sentence, back) = (format!("{why}."), Some((path.as_str(), "To the ticket")));
                Ok(frame.plain(409, "Not possible", &sentence, back))
            }
            Err(error) => Err(error),
        }
    }

    /// Makes the writer of a forwarded letter the requester.
    pub(super) fn requester(
        &mut self,
        asked: &Asked,
        number: TicketNumber,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
        let Some(visitor) = visitor.filter(|visitor| visitor.sent(asked)) else {
            return Ok(self.old_form());
        };
        let id = asked.form("article").and_then(|id| id.parse().ok()).unwrap_or_default();
        let inside = self.article(number, ArticleId(id))?.forwarded;
        let Some(writer) = inside.and_then(|inside| inside.from) else {
            return Err(store::Error::NoSuch(format!("article {id} forwards nobody's letter")));
        };
        let change = Change::Requester(writer);
        let made = self.store.change_ticket(number, &[change], &visitor.actor(), now);
        self.changed(number, visitor, made)
    }
}
