//! What answers requests to open a ticket for somebody. As with an answer, what was typed is kept as a
//! draft first.

use crate::desk::draft::Draft;
use crate::desk::opening as desk_opening;
use crate::desk::writing::author;
use crate::store;
use crate::store::answering::{Sending, Sent};
use crate::store::drafts::{Place, Saved};
use crate::time::Timestamp;
use crate::web::answer::Answer;
use crate::web::asked::Asked;
use crate::web::pages::{Outcome, Pages};
use crate::web::route;
use crate::web::session::{self, Visitor};
use crate::web::texts::put;
use crate::web::views::layout::Place as Spot;
use crate::web::views::opening::{self, Form};
use crate::web::views::work;

impl Pages {
    /// The form for a new ticket, as far as it was filled in before.
    pub(in crate::web) fn new_ticket(
        &mut self,
        asked: &Asked,
        visitor: Option<&Visitor>,
    ) -> Outcome {
        let texts = &self.locale.texts().writing;
        let said = match self.remark(asked, "said").as_deref() {
            Some("kept") => Some(texts.said_kept),
            Some("joined") => Some(texts.joined),
            Some("discarded") => Some(texts.said_discarded),
            Some("rescued") => Some(texts.said_rescued),
            _ => None,
        };
        let given = asked.query("requester").filter(|it| it.len() <= 320);
        self.opening(visitor, None, (200, &[], said), given)
    }

    /// The form, with what was `typed` if that could not be kept, and the revision its form showed.
    fn opening(
        &mut self,
        visitor: Option<&Visitor>,
        typed: Option<(Draft, Option<i64>)>,
        (status, wrong, said): (u16, &[String], Option<&str>),
        requester: Option<String>,
    ) -> Outcome {
        let Some(visitor) = visitor else { return Ok(self.old_form(visitor)) };
        let kept = self.store.draft(Place { agent: visitor.agent.id, ticket: None })?;
        let of_draft = kept.as_ref().map(|kept| (kept.draft.clone(), Some(kept.revision)));
        let (mut draft, revision) = typed.or(of_draft).unwrap_or_default();
        if let Some(requester) = requester.filter(|_| draft.requester.trim().is_empty()) {
            draft.requester = requester;
        }
        let desk = self.desk.clone();
        let mailboxes: Vec<&str> = desk.policies.iter().map(|(name, ..)| name.as_str()).collect();
        let agents = self.able_agents()?;
        let queues = self.queue_names()?;
        let main = opening::page(&Form {
            locale: &self.locale,
            token: &visitor.token(),
            id: &session::fresh_nonce(),
            draft: &draft,
            revision: revision.unwrap_or_default(),
            kept: kept.as_ref(),
            wrong,
            said,
            mailboxes: &mailboxes,
            agents: &agents,
            queues: &queues,
        });
        let title = self.locale.texts().writing.new_ticket;
        Ok(Answer::page(status, self.frame(Some(visitor), Spot::Tickets).page(title, main)))
    }

    /// Opens a ticket, or says everything that speaks against it and loses nothing.
    pub(in crate::web) fn open_ticket(
        &mut self,
        asked: &Asked,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
        let Some(visitor) = visitor else { return Ok(self.old_form(visitor)) };
        let texts = &self.locale.texts().writing;
        let place = Place { agent: visitor.agent.id, ticket: None };
        let (id, deed) = (work::form_id(asked), asked.form("as").unwrap_or_default());
        let typed = work::typed(asked);
        let is_ours = visitor.sent(asked);
        if !is_ours && !self.may_be_kept(asked, &typed) {
            return Ok(self.old_form(visitor));
        }
        if is_ours && deed == "discard" {
            self.store.discard_draft(place)?;
            return Ok(Answer::go_to(&route::form_path(None, "discarded")));
        }
        if let Some(what) = typed.too_long() {
            let wrong = work::too_long(&self.locale, what);
            let typed = Some((typed, work::revision(asked)));
            return self.opening(Some(visitor), typed, (413, &[wrong], None), None);
        }
        let saved = self.keep_typed(asked, place, id.as_deref(), &typed, now)?;
        let (revision, refused) = match saved {
            Saved::Sent(number, article) => {
                return Ok(Answer::go_to(&route::sent_path(number, article, "already")));
            }
            Saved::Kept { left_out: Some(why), .. } => {
                (None, Some((413, work::left_out(&self.locale, &why))))
            }
            Saved::Kept { .. } if !is_ours => (None, Some((403, texts.old_form.to_owned()))),
            Saved::Kept { is_late: true, .. } if matches!(deed.as_str(), "send" | "note") => {
                (None, Some((409, texts.late.to_owned())))
            }
            Saved::Kept { is_joined: true, .. } if matches!(deed.as_str(), "send" | "note") => {
                (None, Some((409, texts.joined_unsent.to_owned())))
            }
            Saved::Kept { is_joined: true, .. } => {
                return Ok(Answer::go_to(&route::form_path(None, "joined")));
            }
            Saved::Kept { revision, .. } => (Some(revision), None),
            Saved::Nothing | Saved::Elsewhere => (None, None),
        };
        if let Some((status, wrong)) = refused {
            return self.opening(Some(visitor), None, (status, &[wrong], None), None);
        }
        if !matches!(deed.as_str(), "send" | "note") {
            let said = if revision.is_some() { "kept" } else { "discarded" };
            return Ok(Answer::go_to(&route::form_path(None, said)));
        }
        let revision = revision.unwrap_or_default();
        let sending = Sending { place, revision, form: id.as_deref(), seen: None };
        self.send_opening(&typed, sending, visitor, now)
    }

    fn send_opening(
        &mut self,
        typed: &Draft,
        sending: Sending<'_>,
        visitor: &Visitor,
        now: Timestamp,
    ) -> Outcome {
        let texts = &self.locale.texts().writing;
        let desk = self.desk.clone();
        let wanted = Some(typed.mailbox.as_str()).filter(|name| !name.is_empty());
        let mut wrong = Vec::new();
        let from = match desk.mailbox(wanted) {
            Ok(from) => Some(from),
            Err(why) => {
                wrong.push(put(texts.not_opened, &[&self.locale.said(&why)]));
                None
            }
        };
        let has_files = self.store.draft(sending.place)?.is_some_and(|kept| !kept.files.is_empty());
        match (typed.opening(Vec::new()), from) {
            (Err(why), _) => {
                wrong.push(put(texts.not_opened, &[&self.locale.said(&why.to_string())]));
            }
            (Ok(opening), Some((_, policy))) => {
                let agents = self.able_agents()?;
                let faults = desk_opening::faults(&opening, policy, &agents);
                // Its files are in the draft.
                let empty = desk_opening::NotPossible::Empty;
                let faults = faults.iter().filter(|why| !(has_files && **why == empty));
                wrong.extend(faults.map(|why| texts.unopened(why)));
            }
            (Ok(_), None) => {}
        }
        if let Some(from) = from.filter(|_| wrong.is_empty()) {
            let author = author(&visitor.agent.name);
            let said = if typed.send { "opened-sent" } else { "opened" };
            match self.store.open_draft(sending, from, author, &visitor.actor(), now) {
                Ok(Sent::Now(number, article)) => {
                    return Ok(Answer::go_to(&route::sent_path(number, article, said)));
                }
                Ok(Sent::Before(number, article)) => {
                    return Ok(Answer::go_to(&route::sent_path(number, article, "already")));
                }
                Ok(Sent::Changed | Sent::Newer) => wrong.push(texts.changed.to_owned()),
                Err(store::Error::NotPossible(why)) => {
                    wrong.push(put(texts.not_opened, &[&self.locale.said(&why)]));
                }
                Err(error) => return Err(error),
            }
        }
        let typed = Some((typed.clone(), Some(sending.revision)));
        self.opening(Some(visitor), typed, (422, &wrong, None), None)
    }
}
