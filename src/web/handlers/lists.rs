//! What answers requests for lists of tickets, for searches and for a requester's page, and what is
//! done to several tickets at once.

use std::collections::BTreeSet;

use crate::desk::query::Query;
use crate::desk::ticket::{PersonId, State, Ticket, TicketNumber};
use crate::store::lists::{Cursor, Filter};
use crate::store::requesters::Glance;
use crate::store::{self, Listing};
use crate::time::Timestamp;
use crate::web::answer::Answer;
use crate::web::asked::Asked;
use crate::web::pages::{Outcome, Pages};
use crate::web::route;
use crate::web::session::{self, Visitor};
use crate::web::texts::put;
use crate::web::views::bulk::{self, Bar, Done};
use crate::web::views::layout::{Frame, Place};
use crate::web::views::tickets::{self, Part, View};
use crate::web::views::{requesters, search};

/// Drafts named above a list.
const DRAFTS: u32 = 8;

/// What a list is made of.
struct Read {
    listing: Listing<Ticket, Cursor>,
    glances: std::collections::HashMap<TicketNumber, Glance>,
    agents: Vec<String>,
    after: Option<Cursor>,
    only_mailbox: Option<String>,
    done: Option<(Done, u64)>,
    token: String,
    back: String,
}

impl Read {
    fn part<'a>(&'a self, queues: &'a [String], is_deleted: bool) -> Part<'a> {
        let (token, back, agents) = (&self.token, &self.back, &self.agents);
        Part {
            listing: &self.listing,
            glances: &self.glances,
            after: self.after,
            only_mailbox: self.only_mailbox.as_deref(),
            done: self.done,
            bar: Bar { token, back, agents, queues, is_deleted },
        }
    }
}

impl Pages {
    fn read(
        &mut self,
        asked: &Asked,
        visitor: Option<&Visitor>,
        filter: &Filter,
        back: impl Fn(Option<Cursor>) -> String,
    ) -> Result<Read, store::Error> {
        let after = asked.parsed("after");
        let listing = self.store.tickets(filter, after, tickets::PAGE)?;
        let glances = self.store.glances(listing.rows.iter().map(|ticket| ticket.number))?;
        let agents = self.able_agents()?;
        let done = Done::ALL.into_iter().find_map(|(word, done)| {
            let count = self.remark(asked, word)?.parse().ok()?;
            Some((done, count))
        });
        Ok(Read {
            listing,
            glances,
            agents,
            after,
            only_mailbox: match self.desk.policies.as_slice() {
                [(name, ..)] => Some(name.clone()),
                _ => None,
            },
            done,
            token: visitor.map(Visitor::token).unwrap_or_default(),
            back: back(after),
        })
    }

    pub(in crate::web) fn tickets(&mut self, asked: &Asked, visitor: Option<&Visitor>) -> Outcome {
        let view = View::wanted(asked.query("view").as_deref(), asked.query("queue"));
        let agent = visitor.map(|visitor| visitor.agent.name.as_str()).unwrap_or_default();
        let counts = self.store.ticket_counts(agent)?;
        let read = self.read(asked, visitor, &view.filter(agent), |after| view.path(after))?;
        let queues: Vec<String> = counts.queues.iter().map(|(queue, _)| queue.clone()).collect();
        let part = read.part(&queues, view == View::Deleted);
        let drafts = match visitor {
            Some(visitor) => self.store.drafts_of(visitor.agent.id, DRAFTS)?,
            None => Vec::new(),
        };
        let main = tickets::page(&self.locale, &part, &view, &counts, &drafts);
        let title = self.locale.texts().lists.title;
        Ok(Answer::page(200, self.frame(visitor, Place::Tickets).page(title, main)))
    }

    /// Leads from an address to the page of whoever has it.
    pub(in crate::web) fn find_requester(
        &mut self,
        asked: &Asked,
        visitor: Option<&Visitor>,
    ) -> Outcome {
        let address = asked.query("address").unwrap_or_default();
        Ok(match self.store.requester_with(&address)? {
            Some(id) => Answer::go_to(&route::requester_path(id)),
            None => self.not_found(visitor, self.locale.texts().lists.requester.unknown),
        })
    }

    /// A requester and their tickets.
    pub(in crate::web) fn requester_page(
        &mut self,
        asked: &Asked,
        id: PersonId,
        visitor: Option<&Visitor>,
    ) -> Outcome {
        let requester = match self.store.requester(id) {
            Err(store::Error::NoSuch(_)) => {
                return Ok(self.not_found(visitor, self.locale.texts().general.no_such_page));
            }
            other => other?,
        };
        let state = requesters::wanted(asked.query("state").as_deref());
        let back = |after| requesters::part_path(id, state, after);
        let read = self.read(asked, visitor, &requesters::filter(&requester, state), back)?;
        let queues = self.queue_names()?;
        let part = read.part(&queues, state == Some(State::Deleted));
        let main = requesters::page(&self.locale, &requester, state, &part);
        let title = requester.address.for_people();
        Ok(Answer::page(200, self.frame(visitor, Place::Tickets).page(title, main)))
    }

    /// Makes the same changes to several tickets. What is not possible for one stops none of the
    /// others.
    pub(in crate::web) fn bulk(
        &mut self,
        asked: &Asked,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
        let Some(visitor) = visitor.filter(|visitor| visitor.sent(asked)) else {
            return Ok(self.old_form(visitor));
        };
        let back = asked.form("back");
        let back = session::next_page(back.as_deref()).unwrap_or("/tickets");
        let chosen = asked.form_all("ticket");
        let chosen: BTreeSet<TicketNumber> =
            chosen.iter().filter_map(|text| route::number(text)).map(TicketNumber).collect();
        let (wrong, changes) = match bulk::changes(asked) {
            Ok(changes) => (bulk::nothing(&self.locale, chosen.len(), changes.is_empty()), changes),
            Err(why) => (Some(self.locale.refusal(&why)), Vec::new()),
        };
        if let Some(wrong) = wrong {
            let texts = &self.locale.texts().lists.bulk;
            let frame = self.frame(Some(visitor), Place::Tickets);
            return Ok(frame.plain(400, texts.title, &wrong, Some((back, texts.back))));
        }
        let done = Done::by(&changes);
        let (mut count, mut refused) = (0, Vec::new());
        for number in chosen {
            match self.store.change_ticket(number, &changes, &visitor.actor(), now) {
                Ok(()) => count += 1,
                Err(
                    store::Error::NoSuch(why)
                    | store::Error::NotPossible(why)
                    | store::Error::NoSuchValue(why),
                ) => {
                    refused.push((number, self.locale.said(&why)));
                }
                Err(error) => {
                    log::error!(target: "web", "ticket {number} could not be changed: {error}");
                    let why = self.locale.texts().lists.bulk.failed.to_owned();
                    refused.push((number, why));
                }
            }
        }
        if refused.is_empty() {
            return Ok(Answer::go_to(&route::with(back, done.word(), count)));
        }
        let main = bulk::outcome(&self.locale, (done, count), &refused, back);
        let title = self.locale.texts().lists.bulk.title;
        Ok(Answer::page(409, self.frame(Some(visitor), Place::Tickets).page(title, main)))
    }

    /// Whether a ticket was merged or deleted, so that only its page tells of it.
    fn has_nothing_to_be_found_by(&mut self, number: TicketNumber) -> bool {
        self.store
            .ticket(number)
            .is_ok_and(|ticket| ticket.merged_into.is_some() || ticket.state == State::Deleted)
    }

    pub(in crate::web) fn search(&mut self, asked: &Asked, visitor: Option<&Visitor>) -> Outcome {
        let text = asked.query("q").unwrap_or_default();
        let after = asked.parsed("after");
        let texts = &self.locale.texts().search;
        let (status, main) = match Query::read(&text, self.desk.ticket_tag(), self.locale.now) {
            Err(_) if text.trim().is_empty() => return Ok(Answer::go_to("/tickets")),
            Err(why) => {
                let why = put(texts.cannot, &[&self.locale.said(&why.to_string())]);
                (400, search::page(&self.locale, &text, &[], Err(&why), after))
            }
            Ok(query) => {
                let found = self.store.search(&query, after, search::PAGE)?;
                // A bare number may as well be meant as a word.
                let is_bare = text.trim().bytes().all(|byte| byte.is_ascii_digit());
                if let Some(number) = query.ticket.filter(|_| !is_bare && after.is_none())
                    && (found.results.first().is_some_and(|hit| hit.number == number)
                        || self.has_nothing_to_be_found_by(number))
                {
                    return Ok(Answer::go_to(&format!("/tickets/{number}")));
                }
                (200, search::page(&self.locale, &text, &query.unknown, Ok(&found), after))
            }
        };
        let frame = Frame { sought: &text, ..self.frame(visitor, Place::Tickets) };
        Ok(Answer::page(status, frame.page(texts.title, main)))
    }
}
