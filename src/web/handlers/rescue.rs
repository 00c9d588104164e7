//! What becomes of a text whose writer's session is over by the time it is sent. Where the session is
//! still known, it is kept as a draft at once; otherwise the page for signing in carries it along. Only
//! a page of ours can bring it here, and all that is ever done with it is to keep it.

use maud::{Markup, html};

use crate::desk::draft::Draft;
use crate::desk::ticket::{AgentId, TicketNumber};
use crate::store;
use crate::store::drafts::{Files, Place};
use crate::time::Timestamp;
use crate::web::answer::Answer;
use crate::web::asked::{Asked, encoded};
use crate::web::locale::Locale;
use crate::web::pages::Pages;
use crate::web::route::{self, Route};
use crate::web::session;
use crate::web::texts::put;
use crate::web::views::layout::Place as Spot;
use crate::web::views::{alert, sign_in, work};

/// The most bytes carried along, as they are sent with the form for signing in.
const CARRIED_BYTES: usize = 400 << 10;

/// The hidden fields: what was typed, and the ticket it is for.
const CARRIED: &str = "carried";
const CARRIED_TO: &str = "carried_to";

/// A text on its way through the page for signing in.
pub(super) struct Carried {
    draft: Draft,
    ticket: Option<TicketNumber>,
}

impl Carried {
    /// What the form for signing in brings along.
    pub(super) fn of(asked: &Asked) -> Option<Self> {
        let draft: Draft = serde_json::from_str(&asked.form(CARRIED)?).ok()?;
        let ticket = match asked.form(CARRIED_TO)?.as_str() {
            "new" => None,
            number => Some(TicketNumber(route::number(number)?)),
        };
        (!draft.is_too_long()).then_some(Self { draft, ticket })
    }

    /// The fields with which it goes on.
    pub(super) fn fields(&self) -> Markup {
        let to = self.ticket.map_or("new".to_owned(), |number| number.to_string());
        html! {
            input type="hidden" name=(CARRIED) value=(serde_json::json!(self.draft));
            input type="hidden" name=(CARRIED_TO) value=(to);
        }
    }

    /// What its writer should know.
    pub(super) fn notice(&self, locale: &Locale) -> Markup {
        let texts = &locale.texts().writing;
        html! {
            section.carried {
                p.said role="status" { (texts.session_over) }
                @if !self.draft.lost.is_empty() {
                    p.hint.warn { (put(texts.lost_now, &[&self.draft.lost.join(", ")])) }
                }
                details {
                    summary { (texts.what_you_wrote) }
                    div.text { (self.draft.text) }
                }
            }
        }
    }
}

impl Pages {
    /// The answer to a form whose writer is not signed in any more; `None` when there is nothing to
    /// keep, or no page of ours sent it.
    pub(in crate::web) fn rescue(
        &mut self,
        asked: &Asked,
        route: &Route,
        now: Timestamp,
    ) -> Result<Option<Answer>, store::Error> {
        let ticket = match route {
            Route::Write(number) | Route::KeepDraft(Some(number)) => Some(*number),
            Route::NewTicket | Route::KeepDraft(None) => None,
            _ => return Ok(None),
        };
        let is_by_script = matches!(route, Route::KeepDraft(_));
        let mut typed = work::typed(asked);
        let files = asked.files("files");
        if !session::is_surely_our_own(asked, &self.desk.allowed_hosts)
            || asked.form("as").as_deref() == Some("discard")
            || (typed.is_empty() && files.is_empty())
        {
            return Ok(None);
        }
        let writer = session::past_agent(asked, &mut self.store)?;
        if let Some(agent) = writer.filter(|_| !typed.is_too_long()) {
            let add = if is_by_script { &[][..] } else { &files };
            let kept = Files { add, drop: &[] };
            let place = Place { agent: agent.id, ticket };
            let form = work::form_id(asked);
            self.keep_beside(place, form.as_deref(), typed, kept, now)?;
            let query = encoded(&route::form_path(ticket, "rescued"));
            return Ok(Some(match is_by_script {
                true => Answer::line(401, "signed out; the text is kept as a draft"),
                false => Answer::go_to(&format!("/sign-in?next={query}")),
            }));
        }
        if is_by_script {
            return Ok(Some(Answer::line(401, "signed out; the text is not kept")));
        }
        typed.lost = files.into_iter().map(|file| file.filename).collect();
        let json = serde_json::json!(typed).to_string();
        if typed.is_too_long() || encoded(&json).len() > CARRIED_BYTES {
            return Ok(Some(self.to_copy(&typed)));
        }
        let carried = Carried { draft: typed, ticket };
        let next = route::form_path(ticket, "rescued");
        Ok(Some(self.sign_in_with(asked, 403, ("", Some(&next), None), Some(&carried))))
    }

    /// A text that is too long to be carried along.
    fn to_copy(&self, typed: &Draft) -> Answer {
        let texts = &self.locale.texts().writing;
        let main = html! {
            section.write {
                (alert::refusal(&[texts.session_over_copy]))
                label.unseen for="text" { (texts.what_you_wrote) }
                textarea #text rows="20" readonly { "\n" (typed.text) }
            }
        };
        let frame = self.frame(None, Spot::SignIn);
        Answer::page(403, frame.page(self.locale.texts().general.sign_in, main))
    }

    /// Keeps what the form for signing in brought along, for whoever signed in by it.
    pub(super) fn keep_carried(
        &mut self,
        asked: &Asked,
        agent: AgentId,
        now: Timestamp,
    ) -> Result<(), store::Error> {
        let Some(Carried { draft, ticket }) = Carried::of(asked) else { return Ok(()) };
        let place = Place { agent, ticket };
        match self.keep_beside(place, None, draft, Files::default(), now) {
            // The ticket went meanwhile; signing in goes on.
            Err(store::Error::NoSuch(_)) => Ok(()),
            other => other,
        }
    }

    /// Whether what a form holds that was given out in another session may be kept as a draft.
    pub(super) fn may_be_kept(&self, asked: &Asked, typed: &Draft) -> bool {
        session::is_surely_our_own(asked, &self.desk.allowed_hosts)
            && !typed.is_too_long()
            && !typed.is_empty()
    }

    /// Keeps a draft without losing another text that lies in its place.
    pub(super) fn keep_beside(
        &mut self,
        place: Place,
        form: Option<&str>,
        draft: Draft,
        files: Files<'_>,
        now: Timestamp,
    ) -> Result<(), store::Error> {
        let before = self.store.draft(place)?;
        let draft = before.map_or(draft.clone(), |before| draft.beside(&before.draft));
        self.store.keep_draft(place, form, &draft, files, now)?;
        Ok(())
    }

    /// The page for signing in, with what it carries along.
    pub(super) fn sign_in_with(
        &self,
        asked: &Asked,
        code: u16,
        (name, next, wrong): (&str, Option<&str>, Option<&str>),
        carried: Option<&Carried>,
    ) -> Answer {
        let form = self.desk.forms.form(asked);
        let fields = carried.map(Carried::fields).unwrap_or_default();
        let main = html! {
            @if let Some(carried) = carried { (carried.notice(&self.locale)) }
            (sign_in::form(&self.locale, &form.token, name, next, wrong, fields))
        };
        let page = self.frame(None, Spot::SignIn).page(self.locale.texts().signing_in.title, main);
        Answer::page(code, page).with("Set-Cookie", form.cookie(self.secure(asked)))
    }
}
