//! What answers the forms beside a ticket. What the desk refuses is said on the page of the ticket,
//! with the form as it was filled in.

use crate::desk::change::Change;
use crate::desk::ticket::{ArticleId, Ticket, TicketNumber};
use crate::store;
use crate::time::Timestamp;
use crate::web::answer::Answer;
use crate::web::asked::Asked;
use crate::web::pages::{Outcome, Pages};
use crate::web::session::Visitor;
use crate::web::views::changing::Refused;
use crate::web::views::layout::Place;
use crate::web::views::work::Failed;
use crate::web::views::{changing, confirming, ticket};

/// What a form was about to do, or why not.
type Made<T> = Result<T, Refused>;

impl Pages {
    /// Makes what changes a form beside a ticket asks for, all or none.
    pub(in crate::web) fn change(
        &mut self,
        asked: &Asked,
        number: TicketNumber,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
        let Some(visitor) = visitor.filter(|visitor| visitor.sent(asked)) else {
            return Ok(self.old_form(visitor));
        };
        let actor = visitor.actor();
        let deed = asked.form("deed").unwrap_or_default();
        let made = match (deed.as_str(), changing::other(asked)) {
            ("link" | "unlink" | "merge" | "merge-now", None) => {
                Err(Refused::not_possible(self.locale.texts().ticket.no_number))
            }
            ("merge", Some(other)) => {
                let ticket = self.store.ticket(number)?;
                match self.mergeable(&ticket, other)? {
                    Ok(into) => return Ok(self.ask_to_merge(&ticket, &into, visitor)),
                    Err(why) => Err(why),
                }
            }
            ("merge-now", Some(other)) => {
                let made = self.store.merge_tickets(number, other, &actor, now);
                self.decided(made)?.map(|()| other)
            }
            ("link" | "unlink", Some(other)) => {
                let made = self.store.link_tickets(number, other, deed == "link", &actor, now);
                self.decided(made)?.map(|()| number)
            }
            ("split", _) => {
                let ids = asked.form("articles").unwrap_or_default();
                let ids = ids.split(',').filter_map(|id| id.parse().ok()).map(ArticleId);
                let ids: Vec<ArticleId> = ids.collect();
                let made = self.store.split_ticket(number, &ids, &actor, now);
                self.decided(made)?
            }
            ("" | "change" | "take" | "delete" | "undelete", _) => {
                let decide = |ticket: &Ticket| {
                    changing::changes(asked, ticket, &visitor.agent.name, &self.locale)
                };
                let made = self.store.change_ticket_seen(number, decide, &actor, now);
                match self.decided(made)? {
                    Ok(made) => made.map(|()| number),
                    Err(why) => Err(why),
                }
            }
            _ => return Ok(self.no_such_deed(Some(visitor), &format!("/tickets/{number}"))),
        };
        self.changed(asked, number, visitor, made)
    }

    /// Makes the writer of a forwarded letter the requester.
    pub(in crate::web) fn requester(
        &mut self,
        asked: &Asked,
        number: TicketNumber,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
        let Some(visitor) = visitor.filter(|visitor| visitor.sent(asked)) else {
            return Ok(self.old_form(visitor));
        };
        let id = asked.form("article").and_then(|id| id.parse().ok()).unwrap_or_default();
        let inside = self.article(number, ArticleId(id))?.forwarded;
        let Some(writer) = inside.and_then(|inside| inside.from) else {
            return Err(store::Error::NoSuch(format!("article {id} forwards nobody's letter")));
        };
        let change = Change::Requester(writer);
        let made = self.store.change_ticket(number, &[change], &visitor.actor(), now);
        let made = self.decided(made)?.map(|()| number);
        self.changed(asked, number, visitor, made)
    }

    /// The ticket that another one is to be merged into, if that can be.
    fn mergeable(
        &mut self,
        ticket: &Ticket,
        other: TicketNumber,
    ) -> Result<Made<Ticket>, store::Error> {
        let found = self.store.ticket(other);
        let into = match self.decided(found)? {
            Ok(into) => into,
            Err(why) => return Ok(Err(why)),
        };
        let possible = self.store.can_merge(ticket.number, other);
        Ok(self.decided(possible)?.map(|()| into))
    }

    fn ask_to_merge(&self, ticket: &Ticket, into: &Ticket, visitor: &Visitor) -> Answer {
        let main = confirming::merging(&self.locale, ticket, into, &visitor.token());
        let title = ticket::title(&self.locale, ticket);
        Answer::page(200, self.frame(Some(visitor), Place::Tickets).page(&title, main))
    }

    /// Leads to what was made, or says on the page of the ticket why it was not.
    fn changed(
        &mut self,
        asked: &Asked,
        number: TicketNumber,
        visitor: &Visitor,
        made: Made<TicketNumber>,
    ) -> Outcome {
        match made {
            Ok(number) => Ok(Answer::go_to(&format!("/tickets/{number}"))),
            Err(Refused { status, why }) => {
                let failed = Failed { status, ..Failed::default() };
                self.show(asked, number, Some(visitor), failed, Some(&why))
            }
        }
    }

    /// What was made, or what the desk says against it; what the database says against it is an error.
    fn decided<T>(&self, made: Result<T, store::Error>) -> Result<Made<T>, store::Error> {
        match made {
            Ok(made) => Ok(Ok(made)),
            Err(
                store::Error::NotPossible(why)
                | store::Error::NoSuchValue(why)
                | store::Error::NoSuch(why),
            ) => Ok(Err(Refused::not_possible(self.locale.refusal(&why)))),
            Err(error) => Err(error),
        }
    }
}
