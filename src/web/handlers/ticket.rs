//! What answers requests about one ticket: its page, its history, and the question before it is split.
//! What changes a ticket is in `changing`, what is written into it in `writing`.

use crate::desk::ticket::{ArticleId, AttachmentId, Ticket, TicketNumber};
use crate::mail::html::picture_type;
use crate::store;
use crate::store::audit::Filter;
use crate::web::answer::Answer;
use crate::web::asked::Asked;
use crate::web::pages::{Outcome, Pages};
use crate::web::session::Visitor;
use crate::web::texts::put;
use crate::web::views::changing::{self, Beside};
use crate::web::views::layout::Place;
use crate::web::views::work::Failed;
use crate::web::views::{article, attached, confirming, facts, history, over, ticket};

impl Pages {
    pub(in crate::web) fn ticket(
        &mut self,
        asked: &Asked,
        number: TicketNumber,
        visitor: Option<&Visitor>,
    ) -> Outcome {
        self.show(asked, number, visitor, Failed::default(), None)
    }

    /// The page of a ticket. `failed` says why what was written was not sent, `refused` why the form
    /// beside the conversation was refused.
    pub(super) fn show(
        &mut self,
        asked: &Asked,
        number: TicketNumber,
        visitor: Option<&Visitor>,
        failed: Failed,
        refused: Option<&str>,
    ) -> Outcome {
        let ticket = match self.store.ticket(number) {
            Err(store::Error::NoSuch(_)) => return Ok(self.no_ticket(number, visitor)),
            other => other?,
        };
        let (mut failed, mut refused) = (failed, refused);
        if let Some(id) = asked.query("split").filter(|_| asked.method != "POST") {
            let id = id.parse().ok().map(ArticleId);
            let first = id.and_then(|id| ticket.articles.iter().position(|one| one.id == id));
            if let Some(first) = first.filter(|first| *first > 0 && changing::changeable(&ticket)) {
                return Ok(self.ask_to_split(&ticket, first, visitor));
            }
            failed.status = 400;
            refused = Some(self.locale.texts().ticket.no_split);
        }
        let until = asked.query("until").and_then(|until| until.parse().ok()).map(ArticleId);
        let shown = ticket::shown(&ticket.articles, until);
        let mut rows = article::Rows::new();
        for id in shown.iter().filter_map(|article| article.ledger_id) {
            rows.insert(id, self.store.ledger_row(id)?);
        }
        let laid_out = asked.query("html").and_then(|id| id.parse().ok()).map(ArticleId);
        let (token, newcomers) =
            (visitor.map(Visitor::token).unwrap_or_default(), ticket.newcomers());
        let leaving = self.store.leaving(number, self.locale.now)?;
        let is_erased = leaving.is_some_and(|leaving| leaving.erased_at.is_some());
        let beside = self.beside(asked, &ticket, visitor, (refused, is_erased))?;
        let writing = self.writing_below(asked, &ticket, visitor, &failed)?;
        // What cannot be read, for it was erased a moment ago, is shown as no picture either.
        let is_picture = |id: &AttachmentId| {
            self.store.begins_with(*id, 16).is_ok_and(|bytes| picture_type(&bytes).is_some())
        };
        let mut fakes = attached::claimed(shown);
        fakes.retain(|id| !is_picture(id));
        let locale = &self.locale;
        let (token, newcomers, fakes) = (&*token, &*newcomers, &*fakes);
        let view = article::View { locale, until, laid_out, token, newcomers, fakes };
        let days = self.desk.facts.recovery_days;
        let over = match (leaving, ticket.merged_into) {
            (Some(leaving), _) => Some(over::deleted(locale, &ticket, &leaving, days)),
            (None, Some(into)) => Some(over::merged(locale, into)),
            (None, None) => None,
        };
        let main = ticket::page(&ticket, shown, &rows, view, (over, writing, beside));
        let title = ticket::title(locale, &ticket);
        let status = if failed.status == 0 { 200 } else { failed.status };
        Ok(Answer::page(status, self.frame(visitor, Place::Tickets).page(&title, main)))
    }

    /// What stands beside the conversation. Of a ticket whose content was erased nothing is taken back.
    fn beside(
        &mut self,
        asked: &Asked,
        ticket: &Ticket,
        visitor: Option<&Visitor>,
        (refused, is_erased): (Option<&str>, bool),
    ) -> Result<maud::Markup, store::Error> {
        let me = visitor.map(|visitor| visitor.agent.name.as_str()).unwrap_or_default();
        let agents = self.able_agents()?;
        let queues = self.queue_names()?;
        let filter = Filter { ticket: Some(ticket.number), ..Filter::default() };
        let entries = self.store.trail(&filter, None, history::BESIDE)?;
        let history = history::beside(&self.locale, ticket.number, &entries);
        let changing = changing::changing(&Beside {
            ticket,
            token: &visitor.map(Visitor::token).unwrap_or_default(),
            agents: &agents,
            queues: &queues,
            visitor: me,
            locale: &self.locale,
            refused: refused.map(|why| (asked, why)),
            is_erased,
        });
        let policy = self.desk.mailbox(Some(&ticket.mailbox)).ok();
        let tag = policy.map(|(_, policy)| policy.tag(ticket.number)).unwrap_or_default();
        Ok(facts::beside(&self.locale, ticket, &tag, (changing, history)))
    }

    fn ask_to_split(&self, ticket: &Ticket, first: usize, visitor: Option<&Visitor>) -> Answer {
        let token = visitor.map(Visitor::token).unwrap_or_default();
        let main = confirming::splitting(&self.locale, ticket, first, &token);
        let title = ticket::title(&self.locale, ticket);
        Answer::page(200, self.frame(visitor, Place::Tickets).page(&title, main))
    }

    fn no_ticket(&self, number: TicketNumber, visitor: Option<&Visitor>) -> Answer {
        let sentence = put(self.locale.texts().ticket.no_ticket, &[&number.to_string()]);
        self.not_found(visitor, &sentence)
    }

    /// All that happened to a ticket, a part at a time. It outlives the ticket's content.
    pub(in crate::web) fn history(
        &mut self,
        asked: &Asked,
        number: TicketNumber,
        visitor: Option<&Visitor>,
    ) -> Outcome {
        let after = asked.parsed("after");
        let filter = Filter { ticket: Some(number), ..Filter::default() };
        let entries = self.store.trail(&filter, after, history::PAGE)?;
        let (title, main) = history::page(&self.locale, number, &entries);
        Ok(Answer::page(200, self.frame(visitor, Place::Tickets).page(&title, main)))
    }
}
