//! What answers requests about one ticket: its page, and what an agent does there.

use super::answer::Answer;
use super::asked::Asked;
use super::changing::{self, Bench};
use super::layout::Place;
use super::pages::{Outcome, Pages};
use super::session::Visitor;
use super::ticket;
use super::work::Failed;
use crate::desk::change::Change;
use crate::desk::ticket::{ArticleId, TicketNumber};
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
        self.show(asked, number, visitor, Failed::default(), now)
    }

    pub(super) fn show(
        &mut self,
        asked: &Asked,
        number: TicketNumber,
        visitor: Option<&Visitor>,
        failed: Failed,
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
        let bench = Bench { ticket: &ticket, token: &token, agents: &agents };
        let writing = self.writing_below(asked, &ticket, visitor, &failed)?;
        let changing = changing::changing(&bench);
        let main = ticket::page(&ticket, shown, &rows, view, (writing, changing), now);
        let title = format!("Ticket {number}");
        let status = if failed.status == 0 { 200 } else { failed.status };
        Ok(Answer::page(status, self.frame(visitor, Place::Tickets).page(&title, main)))
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
