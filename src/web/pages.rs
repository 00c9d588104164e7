//! What answers one request: who asks, whether they may, which page that is. Every way to refuse
//! is here, in the order in which it is checked.

use std::sync::{Arc, Mutex, PoisonError};

use super::answer::Answer;
use super::api::{self, Pace};
use super::asked::{Asked, FORM_BYTES, encoded};
use super::layout::{Frame, ICON, Place, STYLE};
use super::locale::Locale;
use super::metrics::Counters;
use super::peers::Peers;
use super::patience::Patience;
use super::route::Route;
use super::session::{self, Forms, Visitor};
use super::texts::Language;
use super::tickets::View;
use super::words::span;
use super::{MailboxFacts, download, letter, search, sign_in, tickets};
use crate::desk::intake::Policy;
use crate::desk::query::Query;
use crate::desk::ticket::{AgentId, Article, ArticleId, AttachmentId, LedgerId, TicketNumber};
use crate::store::{self, MailboxId, Store};
use crate::time::{Clock, Timestamp, Zone};

/// The longest name and password taken, in bytes; hashing longer ones would only cost time.
const NAME_BYTES: usize = 200;
const PASSWORD_BYTES: usize = 1_000;

/// What the pages say of the configuration.
pub(super) struct Facts {
    /// The name of the desk.
    pub(super) desk: String,
    /// Days that our copies stay after the original was removed.
    pub(super) recovery_days: u32,
    /// The mailboxes, in the order of the configuration.
    pub(super) mailboxes: Vec<MailboxFacts>,
}

/// What all threads share.
pub(super) struct Desk {
    pub(super) facts: Facts,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) started_at: Timestamp,
    /// The language of whoever asks for none.
    pub(super) language: Language,
    /// The zone in which moments are shown.
    pub(super) zone: Zone,
    pub(super) allowed_hosts: Vec<String>,
    pub(super) tls: bool,
    pub(super) forms: Forms,
    pub(super) patience: Mutex<Patience>,
    pub(super) pace: Mutex<Pace>,
    /// Who else than this machine may ask for the metrics.
    pub(super) metrics_from: Vec<Peers>,
    pub(super) counters: Counters,
    /// How each mailbox writes, in the order of the configuration.
    pub(super) policies: Vec<(String, MailboxId, Policy)>,
}

impl Desk {
    /// Asks how often somebody asked lately.
    pub(super) fn pace<T>(&self, ask: impl FnOnce(&mut Pace) -> T) -> T {
        ask(&mut self.pace.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The word that subject tags begin with.
    pub(super) fn ticket_tag(&self) -> &str {
        self.policies.first().map_or("CF", |(_, _, policy)| policy.ticket_tag.as_str())
    }

    /// The mailbox of this name, else the first one, and how it writes.
    pub(super) fn mailbox(&self, name: Option<&str>) -> Result<(MailboxId, &Policy), String> {
        let mut all = self.policies.iter();
        let found = all.find(|(own, ..)| name.is_none_or(|name| name == own));
        found.map(|(_, id, policy)| (*id, policy)).ok_or_else(|| {
            let names: Vec<&str> = self.policies.iter().map(|(own, ..)| own.as_str()).collect();
            format!("there is no mailbox `{}`; there are {}", name.unwrap_or(""), names.join(", "))
        })
    }
}

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
            Ok(answer) => answer,
            Err(store::Error::NoSuch(sentence)) => self.not_found(None, &sentence),
            Err(error) => {
                log::error!(target: "web", "cannot answer a request: {error}");
                self.failed()
            }
        }
    }

    fn checked(&mut self, asked: &Asked, now: Timestamp) -> Outcome {
        if api::is_api(asked.path()) {
            return Ok(api::answer(&self.desk, &mut self.store, asked, now));
        }
        let Some(route) = Route::find(asked.path()) else {
            let visitor = Visitor::of(asked, &mut self.store, now)?;
            return Ok(self.not_found(visitor.as_ref(), self.locale.texts().general.no_such_page));
        };
        if !route.allows(&asked.method) {
            let texts = &self.locale.texts().general;
            let frame = self.frame(None, Place::Elsewhere);
            let answer = frame.plain(405, texts.method_title, texts.method, None);
            return Ok(answer.with("Allow", route.methods()));
        }
        if asked.method == "POST"
            && let Some(refusal) = self.refuse_form(asked)
        {
            return Ok(refusal);
        }
        match route {
            Route::Style => return Ok(Answer::asset("text/css; charset=utf-8", STYLE)),
            Route::Icon => return Ok(Answer::asset("image/svg+xml", ICON)),
            Route::Health => return Ok(self.health(now)),
            Route::Status => return Ok(self.status(asked, now)),
            Route::Metrics => return self.metrics(asked, now),
            _ => {}
        }
        let visitor = Visitor::of(asked, &mut self.store, now)?;
        if route.is_private() && visitor.is_none() {
            let next = session::next_page(Some(&asked.target));
            let query = next.map(|next| format!("?next={}", encoded(next)));
            return Ok(Answer::go_to(&format!("/sign-in{}", query.unwrap_or_default())));
        }
        let visitor = visitor.as_ref();
        let post = asked.method == "POST";
        match route {
            Route::SignIn if post => self.sign_in(asked, visitor, now),
            Route::SignIn => Ok(self.sign_in_page(asked, visitor)),
            Route::SignInLink(secret) if post => self.use_link(asked, &secret, visitor, now),
            Route::SignInLink(_) => Ok(self.link_page(asked)),
            Route::SignOut => self.sign_out(asked, visitor),
            Route::Figures => self.figures(visitor, now),
            Route::Counts => self.counts(visitor),
            Route::Tickets => self.tickets(asked, visitor, now),
            Route::Search => self.search(asked, visitor, now),
            Route::Ticket(number) => self.ticket(asked, number, visitor, now),
            Route::Requester(number) => self.requester(asked, number, visitor, now),
            Route::Write(number) => self.write(asked, number, visitor, now),
            Route::Change(number) => self.change(asked, number, visitor, now),
            Route::ArticleText(number, article) => self.article_text(number, article),
            Route::ArticlePage(number, article) => self.article_page(number, article),
            Route::Attachment(id) => self.attachment(id),
            Route::Original(id) => self.original(id, visitor),
            Route::Status | Route::Health | Route::Metrics | Route::Style | Route::Icon => {
                Ok(self.failed())
            }
        }
    }

    pub(super) fn frame<'a>(&'a self, visitor: Option<&'a Visitor>, place: Place) -> Frame<'a> {
        Frame { desk: &self.desk.facts.desk, locale: &self.locale, visitor, place, refresh: None }
    }

    pub(super) fn not_found(&self, visitor: Option<&Visitor>, sentence: &str) -> Answer {
        let frame = self.frame(visitor, Place::Elsewhere);
        let texts = &self.locale.texts().general;
        frame.plain(404, texts.not_found_title, sentence, Some(("/", texts.to_the_status)))
    }

    pub(super) fn forbidden(&self, sentence: &str) -> Answer {
        let frame = self.frame(None, Place::Elsewhere);
        let texts = &self.locale.texts().general;
        frame.plain(403, texts.forbidden_title, sentence, Some(("/", texts.to_the_status)))
    }

    /// A form that is not ours, or of another time.
    pub(super) fn old_form(&self) -> Answer {
        self.forbidden(self.locale.texts().general.old_form)
    }

    /// What speaks against a form before anything in it is looked at.
    fn refuse_form(&self, asked: &Asked) -> Option<Answer> {
        if !session::is_our_own(asked, &self.desk.allowed_hosts) {
            log::warn!(target: "web", "a form sent from another site was refused");
            return Some(self.forbidden(self.locale.texts().general.foreign_form));
        }
        let frame = self.frame(None, Place::Elsewhere);
        let texts = &self.locale.texts().general;
        if asked.body.len() as u64 > FORM_BYTES {
            return Some(frame.plain(413, texts.too_much_title, texts.too_much, None));
        }
        let bare = asked.content_type.split(';').next().unwrap_or_default().trim();
        if bare != "application/x-www-form-urlencoded" {
            return Some(frame.plain(415, texts.no_form_title, texts.no_form, None));
        }
        None
    }

    // Signing in and out

    fn sign_in_page(&self, asked: &Asked, visitor: Option<&Visitor>) -> Answer {
        let next = asked.query("next");
        let next = session::next_page(next.as_deref());
        if visitor.is_some() {
            return Answer::go_to(next.unwrap_or("/tickets"));
        }
        self.sign_in_form(asked, 200, "", next, None)
    }

    fn sign_in_form(
        &self,
        asked: &Asked,
        code: u16,
        name: &str,
        next: Option<&str>,
        wrong: Option<&str>,
    ) -> Answer {
        let form = self.desk.forms.form(asked);
        let main = sign_in::form(&form.token, name, next, wrong);
        let page = self.frame(None, Place::SignIn).page("Sign in", main);
        Answer::page(code, page).with("Set-Cookie", form.cookie(self.secure(asked)))
    }

    fn sign_in(&mut self, asked: &Asked, visitor: Option<&Visitor>, now: Timestamp) -> Outcome {
        if !self.desk.forms.sent(asked) {
            return Ok(self.old_form());
        }
        let name = asked.form("name").unwrap_or_default();
        let password = asked.form("password").unwrap_or_default();
        let next = asked.form("next");
        let next = session::next_page(next.as_deref());
        if name.len() > NAME_BYTES || password.len() > PASSWORD_BYTES {
            return Ok(self.sign_in_form(
                asked,
                403,
                "",
                next,
                Some("Name and password do not fit."),
            ));
        }
        if let Err(wait) = self.patience(|patience| patience.may_try(&name, now)) {
            self.desk.counters.sign_in_failed();
            let words = format!("Too many wrong passwords. Wait {} and try again.", span(wait));
            let answer = self.sign_in_form(asked, 429, &name, next, Some(&words));
            return Ok(answer.with("Retry-After", wait.to_string()));
        }
        let Some(agent) = self.store.check_password(&name, &password)? else {
            self.desk.counters.sign_in_failed();
            log::warn!(target: "web", "a wrong name or password was given");
            let words = Some("Name and password do not fit.");
            return Ok(self.sign_in_form(asked, 403, &name, next, words));
        };
        self.patience(|patience| patience.forgive(&name));
        self.begin(asked, agent.id, next, visitor, now)
    }

    fn link_page(&self, asked: &Asked) -> Answer {
        let form = self.desk.forms.form(asked);
        let main = sign_in::link(&form.token, asked.path());
        let page = self.frame(None, Place::SignIn).page("Sign in", main);
        Answer::page(200, page).with("Set-Cookie", form.cookie(self.secure(asked)))
    }

    fn use_link(
        &mut self,
        asked: &Asked,
        secret: &str,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
        if !self.desk.forms.sent(asked) {
            return Ok(self.old_form());
        }
        let agent = self.store.use_link(secret, now)?;
        let known = self.store.agents()?;
        let able = |id: &AgentId| known.iter().any(|a| a.id == *id && a.disabled_at.is_none());
        match agent.filter(able) {
            Some(agent) => self.begin(asked, agent, None, visitor, now),
            None => Ok(self.forbidden(
                "This link was used already, or its time is over. Ask for a new one, or sign in \
                 with your password.",
            )),
        }
    }

    /// Signs a browser in: always under a new secret, whatever cookie it brought.
    fn begin(
        &mut self,
        asked: &Asked,
        agent: AgentId,
        next: Option<&str>,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
        if let Some(visitor) = visitor {
            visitor.sign_out(&mut self.store)?;
        }
        let secret = self.store.begin_session(agent, now)?.0;
        log::info!(target: "web", "agent {agent} signed in");
        let cookie = session::sign_in_cookie(&secret, self.secure(asked));
        Ok(Answer::go_to(next.unwrap_or("/tickets")).with("Set-Cookie", cookie))
    }

    fn sign_out(&mut self, asked: &Asked, visitor: Option<&Visitor>) -> Outcome {
        if let Some(visitor) = visitor {
            if !visitor.sent(asked) {
                return Ok(self.old_form());
            }
            visitor.sign_out(&mut self.store)?;
        }
        let cookie = session::sign_out_cookie(self.secure(asked));
        Ok(Answer::go_to("/").with("Set-Cookie", cookie))
    }

    fn secure(&self, asked: &Asked) -> bool {
        session::is_secure(asked, self.desk.tls)
    }

    fn patience<T>(&self, ask: impl FnOnce(&mut Patience) -> T) -> T {
        ask(&mut self.desk.patience.lock().unwrap_or_else(PoisonError::into_inner))
    }

    // Tickets

    fn tickets(&mut self, asked: &Asked, visitor: Option<&Visitor>, now: Timestamp) -> Outcome {
        let view = View::wanted(asked.query("view").as_deref(), asked.query("queue"));
        let after = asked.query("after").and_then(|after| after.parse().ok());
        let agent = visitor.map(|visitor| visitor.agent.name.as_str()).unwrap_or_default();
        let counts = self.store.ticket_counts(agent)?;
        let listing = self.store.tickets(&view.filter(agent), after, tickets::PAGE)?;
        let main = tickets::page(&listing, &view, &counts, after, now);
        Ok(Answer::page(200, self.frame(visitor, Place::Tickets).page("Tickets", main)))
    }

    fn search(&mut self, asked: &Asked, visitor: Option<&Visitor>, now: Timestamp) -> Outcome {
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

    fn article_text(&mut self, number: TicketNumber, id: ArticleId) -> Outcome {
        Ok(Answer::foreign_text(self.article(number, id)?.text))
    }

    fn article_page(&mut self, number: TicketNumber, id: ArticleId) -> Outcome {
        let article = self.article(number, id)?;
        let Some(safe) = article.html else {
            return Err(store::Error::NoSuch(format!("article {id} has no HTML")));
        };
        let page = letter::document(&safe, &article.attachments, |id| {
            self.store.attachment(id).map(|(_, bytes)| bytes).ok()
        });
        Ok(Answer::letter(page, letter::SANDBOX))
    }

    pub(super) fn article(
        &mut self,
        number: TicketNumber,
        id: ArticleId,
    ) -> Result<Article, store::Error> {
        let ticket = self.store.ticket(number)?;
        let article = ticket.articles.into_iter().find(|article| article.id == id);
        article.ok_or_else(|| store::Error::NoSuch(format!("ticket {number} has no article {id}")))
    }

    // Files

    fn attachment(&mut self, id: AttachmentId) -> Outcome {
        let (info, bytes) = self.store.attachment(id)?;
        let content_type = download::content_type(&info.content_type);
        Ok(Answer::download(content_type, download::disposition(&info.filename), bytes))
    }

    /// The original of a message: for agents when it is in a ticket, else only for admins.
    fn original(&mut self, id: LedgerId, visitor: Option<&Visitor>) -> Outcome {
        let row = self.store.ledger_row(id)?;
        if row.ticket.is_none() && !visitor.is_some_and(Visitor::is_admin) {
            return Ok(self.forbidden("Only an admin may see messages that are in no ticket."));
        }
        let name = match row.ticket {
            Some(ticket) => format!("ticket-{ticket}-message-{id}.eml"),
            None => format!("message-{id}.eml"),
        };
        let bytes = self.store.raw(id)?;
        Ok(Answer::download("message/rfc822", download::disposition(&name), bytes))
    }
}
