//! What answers requests to write into a ticket: answers, notes and drafts. Whatever is sent is kept as a
//! draft first, so that nothing that speaks against it afterwards can lose it.

use maud::Markup;

use crate::desk::acknowledgement;
use crate::desk::draft::Draft;
use crate::desk::outgoing::{self, NotPossible};
use crate::desk::policy::Policy;
use crate::desk::ticket::{ArticleId, Kind, Ticket, TicketNumber};
use crate::desk::writing::{Hand, Thread, Writing, author};
use crate::store;
use crate::store::answering::{Sending, Sent};
use crate::store::drafts::{Files, Form as Basis, Kept, Place, Saved, Unseen};
use crate::time::Timestamp;
use crate::web::answer::Answer;
use crate::web::asked::Asked;
use crate::web::pages::{Outcome, Pages};
use crate::web::route;
use crate::web::session::{self, Visitor};
use crate::web::texts::put;
use crate::web::views::layout::Place as Spot;
use crate::web::views::preview;
use crate::web::views::work::{self, Choice, Failed, Form, Whom};

/// The most people among whom there is a choice.
const CHOICES: usize = 20;

impl Pages {
    /// The form below a conversation.
    pub(super) fn writing_below(
        &mut self,
        asked: &Asked,
        ticket: &Ticket,
        visitor: Option<&Visitor>,
        failed: &Failed,
    ) -> Result<Markup, store::Error> {
        let Some(visitor) = visitor else { return Ok(Markup::default()) };
        let place = Place { agent: visitor.agent.id, ticket: Some(ticket.number) };
        let kept = self.store.draft(place)?;
        let others = self.store.others_writing(ticket.number, visitor.agent.id)?;
        let chosen = failed.typed.as_ref().or(kept.as_ref().map(|kept| &kept.draft));
        let chosen = chosen.and_then(Draft::answered);
        let choices = self.choices(ticket, chosen)?;
        // Unless one was chosen, it is the first; one that is not here any more has to be chosen anew.
        let chosen = chosen.or(choices.first().map(|choice| choice.article));
        let whom = match choices.iter().find(|choice| Some(choice.article) == chosen) {
            Some(choice) => Ok(choice.whom.clone()),
            None => self.whom(ticket.number, None)?,
        };
        let desk = self.desk.clone();
        let canned: Vec<&str> = desk.canned.iter().map(|(name, _)| name.as_str()).collect();
        Ok(work::writing(&Form {
            locale: &self.locale,
            ticket,
            token: &visitor.token(),
            id: &session::fresh_nonce(),
            whom: &whom,
            choices: &choices,
            chosen,
            kept: kept.as_ref(),
            failed,
            said: self.remark(asked, "said").and_then(|said| self.said(&said, ticket)),
            others: &others,
            canned: &canned,
        }))
    }

    /// What happened before this page, in a sentence.
    fn said(&self, word: &str, ticket: &Ticket) -> Option<String> {
        let texts = &self.locale.texts().writing;
        let letters = ticket.articles.iter().rev();
        let mut letters = letters.filter(|article| article.kind == Kind::EmailOut);
        let to = letters.next().map(|letter| {
            let to: Vec<&str> = letter.to.iter().map(|to| to.address.as_str()).collect();
            to.join(", ")
        });
        Some(match word {
            "sent" => put(texts.said_sent, &[&to?]),
            "opened-sent" => put(texts.said_opened_sent, &[&to?]),
            "opened" => texts.said_opened.to_owned(),
            "noted" => texts.said_noted.to_owned(),
            "kept" => texts.said_kept.to_owned(),
            "joined" => texts.joined.to_owned(),
            "discarded" => texts.said_discarded.to_owned(),
            "already" => texts.said_already.to_owned(),
            "rescued" => texts.said_rescued.to_owned(),
            _ => return None,
        })
    }

    /// Whom an answer would go to, or why it would go to nobody.
    fn whom(
        &mut self,
        number: TicketNumber,
        article: Option<ArticleId>,
    ) -> Result<Whom, store::Error> {
        let (thread, _, mailbox) = self.store.thread(number, article)?;
        let (_, policy) = match self.desk.mailbox(Some(&mailbox)) {
            Ok(found) => found,
            Err(why) => return Ok(Err(self.locale.refusal(&why))),
        };
        let texts = &self.locale.texts().writing;
        Ok(outgoing::recipients(&thread, &Writing::default(), policy)
            .map_err(|why| texts.unfit(&why)))
    }

    /// Among whom an agent may choose whom to answer: the last message of each who wrote.
    fn choices(
        &mut self,
        ticket: &Ticket,
        chosen: Option<ArticleId>,
    ) -> Result<Vec<Choice>, store::Error> {
        let letters = ticket.answerable(chosen);
        let newcomers = ticket.newcomers();
        let mut choices: Vec<Choice> = Vec::new();
        let few = letters.iter().take(CHOICES);
        let also = letters.iter().skip(CHOICES).filter(|letter| Some(letter.id) == chosen);
        for letter in few.chain(also) {
            let Ok(whom) = self.whom(ticket.number, Some(letter.id))? else { continue };
            let same = choices.iter().position(|choice| choice.whom.to == whom.to);
            if same.is_some() && Some(letter.id) != chosen {
                continue;
            }
            if let Some(same) = same {
                choices.remove(same);
            }
            choices.push(Choice {
                article: letter.id,
                written_at: letter.created_at,
                whom,
                is_new: newcomers.contains(&letter.id),
            });
        }
        Ok(choices)
    }

    /// Sends an answer, keeps a note or a draft, or shows what would leave. Whatever speaks against it,
    /// the text is given back.
    pub(in crate::web) fn write(
        &mut self,
        asked: &Asked,
        number: TicketNumber,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
        let Some(visitor) = visitor else { return Ok(self.old_form(visitor)) };
        let texts = &self.locale.texts().writing;
        let (place, id) =
            (Place { agent: visitor.agent.id, ticket: Some(number) }, work::form_id(asked));
        let deed = asked.form("as").unwrap_or_default();
        let mut typed = work::typed(asked);
        if !visitor.sent(asked) {
            return self.given_out_before(asked, place, typed, visitor, now);
        }
        if deed == "discard" {
            self.store.discard_draft(place)?;
            return Ok(Answer::go_to(&route::form_path(Some(number), "discarded")));
        }
        if deed == "shown" {
            return self.send_shown(asked, place, visitor, now);
        }
        if let Some(what) = typed.too_long() {
            let wrong = work::too_long(&self.locale, what);
            let revision = work::revision(asked);
            let failed = Failed { status: 413, wrong: vec![wrong], typed: Some(typed), revision };
            return self.show(asked, number, Some(visitor), failed, None);
        }
        if deed == "insert" {
            self.insert(asked, number, &mut typed)?;
        }
        let saved = match self.keep_typed(asked, place, id.as_deref(), &typed, now)? {
            Saved::Sent(number, article) => {
                return Ok(Answer::go_to(&route::sent_path(number, article, "already")));
            }
            Saved::Kept { left_out: Some(why), .. } => {
                let wrong = work::left_out(&self.locale, &why);
                return self.refuse(asked, number, visitor, (413, wrong));
            }
            saved => saved,
        };
        let (revision, is_late) = match saved {
            Saved::Kept { is_joined: true, .. } if matches!(deed.as_str(), "reply" | "note") => {
                return self.refuse(asked, number, visitor, (409, texts.joined_unsent.to_owned()));
            }
            Saved::Kept { is_joined: true, .. } => {
                return Ok(Answer::go_to(&route::form_path(Some(number), "joined")));
            }
            Saved::Kept { revision, is_late, .. } => (Some(revision), is_late),
            _ => (None, false),
        };
        match deed.as_str() {
            "keep" if revision.is_none() => {
                Ok(Answer::go_to(&route::form_path(Some(number), "discarded")))
            }
            "keep" => Ok(Answer::go_to(&route::form_path(Some(number), "kept"))),
            "insert" => Ok(Answer::go_to(&format!("/tickets/{number}#write"))),
            "reply" | "note" if is_late => {
                self.refuse(asked, number, visitor, (409, texts.late.to_owned()))
            }
            "reply" | "note" => {
                let Some(revision) = revision else {
                    let why = match deed.as_str() {
                        "note" => NotPossible::EmptyNote(number),
                        _ => NotPossible::Empty(number),
                    };
                    let wrong = texts.unfit(&why);
                    return self.refuse(asked, number, visitor, (409, wrong));
                };
                let seen = Some(ArticleId(typed.seen));
                let sending = Sending { place, revision, form: id.as_deref(), seen };
                self.send(asked, sending, deed == "note", visitor, now)
            }
            _ => Ok(Answer::go_to(&format!("/tickets/{number}/preview"))),
        }
    }

    /// Keeps what a form holds, with its files, which are in memory no longer than that.
    pub(super) fn keep_typed(
        &mut self,
        asked: &Asked,
        place: Place,
        form: Option<&str>,
        typed: &Draft,
        now: Timestamp,
    ) -> Result<Saved, store::Error> {
        let (add, drop) = (asked.files("files"), work::dropped(asked));
        let files = Files { add: &add, drop: &drop };
        self.store.keep_draft(place, work::form_of(asked, form), typed, files, now)
    }

    /// Sends the draft that was shown, if it still is what was shown.
    fn send_shown(
        &mut self,
        asked: &Asked,
        place: Place,
        visitor: &Visitor,
        now: Timestamp,
    ) -> Outcome {
        let revision = work::revision(asked).unwrap_or_default();
        let seen = asked.form("seen").and_then(|id| id.parse().ok()).unwrap_or_default();
        let id = work::form_id(asked);
        let seen = Some(ArticleId(seen));
        let sending = Sending { place, revision, form: id.as_deref(), seen };
        self.send(asked, sending, false, visitor, now)
    }

    fn send(
        &mut self,
        asked: &Asked,
        sending: Sending<'_>,
        is_note: bool,
        visitor: &Visitor,
        now: Timestamp,
    ) -> Outcome {
        let texts = &self.locale.texts().writing;
        let Some(number) = sending.place.ticket else { return Ok(self.old_form(visitor)) };
        let (_, _, mailbox) = self.store.thread(number, None)?;
        let desk = self.desk.clone();
        let author = author(&visitor.agent.name);
        let hand = match (is_note, desk.mailbox(Some(&mailbox))) {
            (true, _) => Hand::Note(author),
            (false, Ok((_, policy))) => Hand::Answer(policy),
            (false, Err(why)) => {
                let wrong = put(texts.not_sent, &[&self.locale.said(&why)]);
                return self.refuse(asked, number, visitor, (409, wrong));
            }
        };
        let wrong = match self.store.put_draft(sending, hand, &visitor.actor(), now) {
            Ok(Sent::Now(number, article)) => {
                let said = if is_note { "noted" } else { "sent" };
                return Ok(Answer::go_to(&route::sent_path(number, article, said)));
            }
            Ok(Sent::Before(number, article)) => {
                return Ok(Answer::go_to(&route::sent_path(number, article, "already")));
            }
            Ok(Sent::Changed) => texts.changed.to_owned(),
            Ok(Sent::Newer) => texts.meanwhile.to_owned(),
            Err(store::Error::Unfit(why)) => texts.unfit(&why),
            Err(store::Error::NotPossible(why)) => put(texts.not_sent, &[&self.locale.said(&why)]),
            Err(error) => return Err(error),
        };
        self.refuse(asked, number, visitor, (409, wrong))
    }

    /// The ticket's page with a sentence why something was not done.
    fn refuse(
        &mut self,
        asked: &Asked,
        number: TicketNumber,
        visitor: &Visitor,
        (status, wrong): (u16, String),
    ) -> Outcome {
        let failed = Failed { status, wrong: vec![wrong], ..Failed::default() };
        self.show(asked, number, Some(visitor), failed, None)
    }

    /// A form of ours that was given out in another session: kept as a draft, and nothing else is done.
    fn given_out_before(
        &mut self,
        asked: &Asked,
        place: Place,
        typed: Draft,
        visitor: &Visitor,
        now: Timestamp,
    ) -> Outcome {
        let Some(number) = place.ticket.filter(|_| self.may_be_kept(asked, &typed)) else {
            return Ok(self.old_form(visitor));
        };
        let add = asked.files("files");
        let files = Files { add: &add, drop: &[] };
        self.keep_beside(place, work::form_id(asked).as_deref(), typed, files, now)?;
        let wrong = self.locale.texts().writing.old_form.to_owned();
        self.refuse(asked, number, visitor, (403, wrong))
    }

    /// Puts a text of the configuration below what was typed.
    fn insert(
        &mut self,
        asked: &Asked,
        number: TicketNumber,
        typed: &mut Draft,
    ) -> Result<(), store::Error> {
        let wanted = asked.form("canned").unwrap_or_default();
        let desk = self.desk.clone();
        let Some((_, text)) = desk.canned.iter().find(|(name, _)| *name == wanted) else {
            return Ok(());
        };
        let ticket = self.store.ticket(number)?;
        let Ok((_, policy)) = desk.mailbox(Some(&ticket.mailbox)) else { return Ok(()) };
        let text = acknowledgement::fill_canned(text, &ticket, policy);
        let before = typed.text.trim_end();
        let gap = if before.is_empty() { "" } else { "\n\n" };
        typed.text = format!("{before}{gap}{}\n", text.trim_end());
        Ok(())
    }

    /// Keeps what a script sends while somebody writes. Files are kept when the form is sent.
    pub(in crate::web) fn keep_draft(
        &mut self,
        asked: &Asked,
        ticket: Option<TicketNumber>,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
        let Some(visitor) = visitor.filter(|visitor| visitor.sent(asked)) else {
            return Ok(self.old_form(visitor));
        };
        let typed = work::typed(asked);
        if typed.is_too_long() {
            return Ok(Answer::line(413, "the text is too long to be kept as a draft"));
        }
        let place = Place { agent: visitor.agent.id, ticket };
        let id = work::form_id(asked);
        // What was sent must not come back as a draft when this arrives late.
        if !self.store.was_sent(place.agent, id.as_deref())? {
            // Two windows must not take turns at joining what is still being written in both.
            let form = Basis { unseen: Unseen::Left, ..work::form_of(asked, id.as_deref()) };
            let saved = self.store.keep_draft(place, form, &typed, Files::default(), now)?;
            match saved {
                Saved::Elsewhere => {
                    let why = "another window keeps a draft here; send the form to keep both";
                    return Ok(Answer::line(409, why));
                }
                Saved::Nothing => return Ok(Answer::line(200, "nothing was typed yet")),
                _ => {}
            }
        }
        Ok(Answer::done())
    }

    /// The answer as it would leave.
    pub(in crate::web) fn preview(
        &mut self,
        asked: &Asked,
        number: TicketNumber,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
        let Some(visitor) = visitor else { return Ok(self.old_form(visitor)) };
        let texts = &self.locale.texts().writing;
        let place = Place { agent: visitor.agent.id, ticket: Some(number) };
        let back = format!("/tickets/{number}#write");
        let kept = self.store.draft(place)?;
        let answered = kept.as_ref().and_then(|kept| kept.draft.answered());
        let (thread, _, mailbox) = match self.store.thread(number, answered) {
            Err(store::Error::Unfit(why)) => {
                let wrong = texts.unfit(&why);
                return self.refuse(asked, number, visitor, (409, wrong));
            }
            other => other?,
        };
        let Some(kept) = kept else {
            let frame = self.frame(Some(visitor), Spot::Tickets);
            let way = Some((back.as_str(), texts.back));
            return Ok(frame.plain(404, texts.first_title, texts.nothing_to_show, way));
        };
        let desk = self.desk.clone();
        let (token, id) = (visitor.token(), session::fresh_nonce());
        let letter = match desk.mailbox(Some(&mailbox)) {
            Err(why) => Err(put(texts.not_sent, &[&self.locale.said(&why)])),
            Ok((_, policy)) => self.letter(&thread, policy, &kept, now)?,
        };
        let newest = self.store.newest_article(number)?.map_or(0, |newest| newest.0);
        let page = preview::Page { number, token: &token, id: &id, newest, kept: &kept };
        let status = if letter.is_ok() { 200 } else { 409 };
        let main = preview::page(&self.locale, &page, &letter);
        Ok(Answer::page(
            status,
            self.frame(Some(visitor), Spot::Tickets).page(texts.first_title, main),
        ))
    }

    /// The letter that a draft would become, or why it would become none, in a sentence.
    fn letter(
        &mut self,
        thread: &Thread,
        policy: &Policy,
        kept: &Kept,
        now: Timestamp,
    ) -> Result<Result<preview::Letter, String>, store::Error> {
        let texts = &self.locale.texts().writing;
        let writing = match kept.draft.writing(Vec::new()) {
            Ok(writing) => writing,
            Err(why) => {
                return Ok(Err(put(texts.not_sent, &[&self.locale.said(&why.to_string())])));
            }
        };
        if outgoing::is_blank(&writing.text) && kept.files.is_empty() {
            return Ok(Err(texts.unfit(&NotPossible::Empty(thread.number))));
        }
        match self.store.unsent((thread, &writing), policy, &self.desk.quoting, now) {
            Ok(unsent) => Ok(Ok(preview::letter((thread, &writing), policy, unsent))),
            Err(store::Error::Unfit(why)) => Ok(Err(texts.unfit(&why))),
            Err(error) => Err(error),
        }
    }
}
