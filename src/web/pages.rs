//! What answers one request: who asks, whether they may, which page that is. Every way to refuse
//! is here, in the order in which it is checked.

use std::sync::Arc;

use super::answer::Answer;
use super::api;
use super::asked::{Asked, FILES_BYTES, FORM_BYTES, encoded};
use super::assets::{ICON, SCRIPT, STYLE};
use super::locale::Locale;
use super::route::{Route, with};
use super::session::{self, Visitor};
use super::shared::Desk;
use super::texts::Language;
use super::views::layout::{Frame, Place};
use super::views::{keys, sign_in};
use crate::store::{self, Store};
use crate::time::Timestamp;

/// Answers requests for one thread.
pub(super) struct Pages {
    pub(super) desk: Arc<Desk>,
    pub(super) store: Store,
    /// How the page that is asked for speaks.
    pub(super) locale: Locale,
}

pub(super) type Outcome = Result<Answer, store::Error>;

impl Pages {
    pub(super) fn new(desk: Arc<Desk>, store: Store) -> Self {
        let (language, zone, now) = (desk.language, desk.zone.clone(), desk.clock.now());
        Self { desk, store, locale: Locale { language, zone, now } }
    }

    /// After a panic: a fresh store, as far as one can be had.
    pub(super) fn recover(&mut self) {
        match Store::open(self.store.path(), self.desk.clock.now()) {
            Ok(store) => self.store = store,
            Err(error) => log::warn!(target: "web", "keeping the store after a panic: {error}"),
        }
    }

    /// The answer when there is no other.
    pub(super) fn failed(&self) -> Answer {
        let texts = &self.locale.texts().general;
        self.frame(None, Place::Elsewhere).plain(500, texts.failed_title, texts.failed, None)
    }

    /// Answers a request.
    pub(super) fn answer(&mut self, asked: &Asked) -> Answer {
        let now = self.desk.clock.now();
        self.locale.now = now;
        self.locale.language =
            Language::accepted(&asked.accept_language).unwrap_or(self.desk.language);
        match self.checked(asked, now) {
            Ok(answer) => self.with_remark(asked, answer),
            Err(store::Error::NoSuch(why)) => {
                let visitor = self.visitor(asked, now).ok().flatten();
                self.not_found(visitor.as_ref(), &self.locale.refusal(&why))
            }
            Err(error) => {
                log::error!(target: "web", "cannot answer a request: {error}");
                self.failed()
            }
        }
    }

    /// Lets the page that a form leads to say what was done. The forms for signing in lead where an
    /// address said.
    fn with_remark(&self, asked: &Asked, answer: Answer) -> Answer {
        let is_form = asked.method == "POST" && !asked.path().starts_with("/sign-");
        let target = answer.header("Location").filter(|it| is_form && it.contains('?'));
        let cookie = target.map(|target| self.desk.forms.remark(target, self.secure(asked)));
        match cookie {
            Some(cookie) => answer.with("Set-Cookie", cookie),
            None => answer,
        }
    }

    /// What the address says was done, if a form of ours led here. That a text was rescued is said
    /// after signing in.
    pub(super) fn remark(&self, asked: &Asked, name: &str) -> Option<String> {
        let word = asked.query(name)?;
        (word == "rescued" || self.desk.forms.remarked(asked)).then_some(word)
    }

    fn checked(&mut self, asked: &Asked, now: Timestamp) -> Outcome {
        if api::is_api(asked.path()) {
            return Ok(api::answer(&self.desk, &mut self.store, asked, now));
        }
        let Some(route) = Route::find(asked.path()) else {
            let visitor = self.visitor(asked, now)?;
            return Ok(self.not_found(visitor.as_ref(), self.locale.texts().general.no_such_page));
        };
        if !route.allows(&asked.method) {
            let visitor = self.visitor(asked, now)?;
            let texts = &self.locale.texts().general;
            let refusal = (405, texts.method_title, texts.method);
            let answer = self.refused(visitor.as_ref(), (asked, &route), refusal);
            return Ok(answer.with("Allow", route.methods()));
        }
        match route {
            Route::Style => return Ok(STYLE.answer(asked)),
            Route::Script => return Ok(SCRIPT.answer(asked)),
            Route::Icon => return Ok(ICON.answer(asked)),
            Route::Health => return Ok(self.health(now)),
            Route::Status => return Ok(self.status(asked, now)),
            Route::Metrics => return self.metrics(asked, now),
            _ => {}
        }
        let visitor = self.visitor(asked, now)?;
        if asked.method == "POST"
            && let Some(refusal) = self.refuse_form(asked, &route, visitor.as_ref())
        {
            return Ok(refusal);
        }
        if route.is_private() && visitor.is_none() {
            let is_post = asked.method == "POST";
            if is_post && let Some(answer) = self.rescue(asked, &route, now)? {
                return Ok(answer);
            }
            let before = if is_post { page_of(asked, &route) } else { Some(asked.target.clone()) };
            let mut path = "/sign-in".to_owned();
            if is_post {
                path = with(&path, sign_in::LOST, 1);
            }
            if let Some(next) = session::next_page(before.as_deref()) {
                path = with(&path, "next", encoded(next));
            }
            return Ok(Answer::go_to(&path));
        }
        let visitor = visitor.as_ref();
        let post = asked.method == "POST";
        match route {
            Route::SignIn if post => self.sign_in(asked, visitor, now),
            Route::SignIn => Ok(self.sign_in_page(asked, visitor)),
            Route::SignInLink(secret) if post => self.use_link(asked, &secret, visitor, now),
            Route::SignInLink(secret) => self.link_page(asked, &secret, visitor, now),
            Route::SignOut => self.sign_out(asked, visitor),
            Route::Tickets => self.tickets(asked, visitor),
            Route::Bulk => self.bulk(asked, visitor, now),
            Route::Search => self.search(asked, visitor),
            Route::FindRequester => self.find_requester(asked, visitor),
            Route::RequesterPage(id) => self.requester_page(asked, id, visitor),
            Route::Account => self.account(asked, visitor, now),
            Route::AccountDeed(deed) => self.account_deed(asked, deed, visitor, now),
            Route::Keys => {
                let main = keys::page(&self.locale);
                let title = self.locale.texts().keys.title;
                Ok(Answer::page(200, self.frame(visitor, Place::Elsewhere).page(title, main)))
            }
            Route::Figures => self.figures(visitor, now),
            Route::Counts => self.counts(visitor),
            Route::Ticket(number) => self.ticket(asked, number, visitor),
            Route::Requester(number) => self.requester(asked, number, visitor, now),
            Route::Write(number) => self.write(asked, number, visitor, now),
            Route::KeepDraft(ticket) => self.keep_draft(asked, ticket, visitor, now),
            Route::Preview(number) => self.preview(asked, number, visitor, now),
            Route::NewTicket if post => self.open_ticket(asked, visitor, now),
            Route::NewTicket => self.new_ticket(asked, visitor),
            Route::Change(number) => self.change(asked, number, visitor, now),
            Route::ArticleText(number, article) => self.article_text(number, article),
            Route::ArticlePage(number, article) => self.article_page(number, article),
            Route::ArticleHeaders(number, article) => self.headers(number, article, visitor),
            Route::Picture(id) => self.picture(id),
            Route::History(number) => self.history(asked, number, visitor),
            Route::Attachment(id) => self.attachment(id),
            Route::Records(tab) => self.records(asked, tab, visitor),
            Route::LedgerRow(id) => self.ledger_row(asked, id, visitor, now),
            Route::OutboxRow(id) => self.outbox_row(asked, id, visitor, now),
            Route::Original(id) => self.original(id, visitor),
            Route::Status
            | Route::Health
            | Route::Metrics
            | Route::Style
            | Route::Script
            | Route::Icon => Ok(self.failed()),
        }
    }

    /// Who asks; their own language is that of the page from now on.
    pub(super) fn visitor(
        &mut self,
        asked: &Asked,
        now: Timestamp,
    ) -> Result<Option<Visitor>, store::Error> {
        let visitor = Visitor::of(asked, &mut self.store, now)?;
        let own = visitor.as_ref().and_then(|visitor| visitor.agent.language.as_deref());
        self.locale.language = own.and_then(Language::tagged).unwrap_or(self.locale.language);
        Ok(visitor)
    }

    /// The names of those who may sign in.
    pub(super) fn able_agents(&mut self) -> Result<Vec<String>, store::Error> {
        let agents = self.store.agents()?.into_iter();
        Ok(agents.filter(|one| one.disabled_at.is_none()).map(|one| one.name).collect())
    }

    /// The names of the queues in which something is not over.
    pub(super) fn queue_names(&mut self) -> Result<Vec<String>, store::Error> {
        let queues = self.store.ticket_counts("")?.queues.into_iter();
        Ok(queues.map(|(queue, _)| queue).collect())
    }

    pub(super) fn frame<'a>(&'a self, visitor: Option<&'a Visitor>, place: Place) -> Frame<'a> {
        Frame { desk: &self.desk.facts.desk, locale: &self.locale, visitor, place, refresh: None }
    }

    pub(super) fn not_found(&self, visitor: Option<&Visitor>, sentence: &str) -> Answer {
        let frame = self.frame(visitor, Place::Elsewhere);
        let texts = &self.locale.texts().general;
        frame.plain(404, texts.not_found_title, sentence, Some(("/", texts.to_the_status)))
    }

    pub(super) fn forbidden(&self, visitor: Option<&Visitor>, sentence: &str) -> Answer {
        let frame = self.frame(visitor, Place::Elsewhere);
        let texts = &self.locale.texts().general;
        frame.plain(403, texts.forbidden_title, sentence, Some(("/", texts.to_the_status)))
    }

    /// A form that is not ours, or of another time.
    pub(super) fn old_form<'a>(&'a self, visitor: impl Into<Option<&'a Visitor>>) -> Answer {
        self.forbidden(visitor.into(), self.locale.texts().general.old_form)
    }

    /// A form that does not say what to do, in a word that is known.
    pub(super) fn no_such_deed(&self, visitor: Option<&Visitor>, back: &str) -> Answer {
        let texts = &self.locale.texts().general;
        let frame = self.frame(visitor, Place::Elsewhere);
        let next = Some((back, texts.back_to_it));
        frame.plain(400, texts.method_title, texts.no_such_deed, next)
    }

    /// What was refused before it was looked at (status, title and sentence), with a way on to the
    /// page that belongs to it.
    fn refused(
        &self,
        visitor: Option<&Visitor>,
        (asked, route): (&Asked, &Route),
        (status, title, sentence): (u16, &str, &str),
    ) -> Answer {
        let texts = &self.locale.texts().general;
        let back = page_of(asked, route);
        let next = back.as_deref().map_or(("/", texts.to_the_status), |it| (it, texts.back_to_it));
        self.frame(visitor, Place::Elsewhere).plain(status, title, sentence, Some(next))
    }

    /// What speaks against a form before anything in it is looked at.
    fn refuse_form(
        &self,
        asked: &Asked,
        route: &Route,
        visitor: Option<&Visitor>,
    ) -> Option<Answer> {
        let texts = &self.locale.texts().general;
        let refused = |refusal| Some(self.refused(visitor, (asked, route), refusal));
        if !session::is_our_own(asked, &self.desk.allowed_hosts) {
            log::warn!(target: "web", "a form sent from another site was refused");
            return refused((403, texts.forbidden_title, texts.foreign_form));
        }
        let most = if asked.boundary.is_some() { FILES_BYTES } else { FORM_BYTES };
        if asked.body.len() as u64 > most {
            return refused((413, texts.too_much_title, texts.too_much));
        }
        if asked.boundary.is_some() {
            let why = asked.form_fault()?;
            log::warn!(target: "web", "a form was refused: {why}");
            return refused((400, texts.no_form_title, self.locale.texts().writing.damaged));
        }
        let bare = asked.content_type.split(';').next().unwrap_or_default().trim();
        if bare != "application/x-www-form-urlencoded" {
            return refused((415, texts.no_form_title, texts.no_form));
        }
        None
    }
}

/// Where a form that is lost or refused was sent from, to be shown again.
fn page_of(asked: &Asked, route: &Route) -> Option<String> {
    match route {
        Route::Write(number) if asked.form("as").as_deref() == Some("shown") => {
            Some(format!("/tickets/{number}/preview"))
        }
        Route::Write(number)
        | Route::KeepDraft(Some(number))
        | Route::Change(number)
        | Route::Requester(number) => Some(format!("/tickets/{number}")),
        Route::NewTicket | Route::KeepDraft(None) => Some("/tickets/new".to_owned()),
        Route::Bulk => {
            let back = asked.form("back");
            Some(session::next_page(back.as_deref()).unwrap_or("/tickets").to_owned())
        }
        Route::AccountDeed(_) => Some("/account".to_owned()),
        // They are sent to the page they are on.
        Route::LedgerRow(_) | Route::OutboxRow(_) | Route::Records(_) => {
            Some(asked.path().to_owned())
        }
        _ => None,
    }
}
