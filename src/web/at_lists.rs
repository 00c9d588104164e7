//! What answers requests for lists of tickets and for searches.

use super::answer::Answer;
use super::asked::Asked;
use super::layout::Place;
use super::pages::{Outcome, Pages};
use super::search;
use super::session::Visitor;
use super::tickets::{self, View};
use crate::desk::query::Query;
use crate::time::Timestamp;

impl Pages {
    pub(super) fn tickets(
        &mut self,
        asked: &Asked,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
        let view = View::wanted(asked.query("view").as_deref(), asked.query("queue"));
        let after = asked.query("after").and_then(|after| after.parse().ok());
        let agent = visitor.map(|visitor| visitor.agent.name.as_str()).unwrap_or_default();
        let counts = self.store.ticket_counts(agent)?;
        let listing = self.store.tickets(&view.filter(agent), after, tickets::PAGE)?;
        let main = tickets::page(&listing, &view, &counts, after, now);
        Ok(Answer::page(200, self.frame(visitor, Place::Tickets).page("Tickets", main)))
    }

    pub(super) fn search(
        &mut self,
        asked: &Asked,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
        let text = asked.query("q").unwrap_or_default();
        let after = asked.query("after").and_then(|after| after.parse().ok());
        let (status, main) = match Query::read(&text, self.desk.ticket_tag()) {
            Err(_) if text.trim().is_empty() => return Ok(Answer::go_to("/tickets")),
            Err(why) => {
                (400, search::page(&text, Err(&format!("Cannot search: {why}.")), after, now))
            }
            Ok(query) => {
                let found = self.store.search(&query, after, search::PAGE)?;
                (200, search::page(&text, Ok(&found), after, now))
            }
        };
        Ok(Answer::page(status, self.frame(visitor, Place::Tickets).page("Search", main)))
    }
}
