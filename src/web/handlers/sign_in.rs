//! What answers requests to sign in and out: by name and password, and by a link that works once. What
//! the page for signing in carries along is in `rescue`.

use super::rescue::Carried;
use crate::desk::signing_in::{NAME_BYTES, PASSWORD_BYTES};
use crate::desk::ticket::AgentId;
use crate::time::Timestamp;
use crate::web::SIGNING_IN;
use crate::web::answer::Answer;
use crate::web::asked::Asked;
use crate::web::pages::{Outcome, Pages};
use crate::web::session::{self, Visitor};
use crate::web::texts::put;
use crate::web::views::layout::Place;
use crate::web::views::sign_in;

impl Pages {
    pub(in crate::web) fn sign_in_page(&self, asked: &Asked, visitor: Option<&Visitor>) -> Answer {
        let next = asked.query("next");
        let next = session::next_page(next.as_deref());
        if visitor.is_some() {
            return Answer::go_to(next.unwrap_or("/tickets"));
        }
        let lost = asked.query(sign_in::LOST).map(|_| self.locale.texts().signing_in.lost);
        self.sign_in_form(asked, 200, "", next, lost)
    }

    fn sign_in_form(
        &self,
        asked: &Asked,
        code: u16,
        name: &str,
        next: Option<&str>,
        wrong: Option<&str>,
    ) -> Answer {
        // A text that waits for the right password is not lost to a wrong one.
        let carried = Carried::of(asked);
        self.sign_in_with(asked, code, (name, next, wrong), carried.as_ref())
    }

    pub(in crate::web) fn sign_in(
        &mut self,
        asked: &Asked,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
        if !self.desk.forms.sent(asked) {
            return Ok(self.old_form(visitor));
        }
        let name = asked.form("name").unwrap_or_default();
        let password = asked.form("password").unwrap_or_default();
        let next = asked.form("next");
        let next = session::next_page(next.as_deref());
        let texts = &self.locale.texts().signing_in;
        if name.len() > NAME_BYTES || password.len() > PASSWORD_BYTES {
            return Ok(self.sign_in_form(asked, 403, "", next, Some(texts.wrong)));
        }
        let desk = self.desk.clone();
        let Some(_turn) = desk.turns.take(SIGNING_IN) else {
            let answer = self.sign_in_form(asked, 503, &name, next, Some(texts.busy));
            return Ok(answer.with("Retry-After", "1"));
        };
        if let Err(wait) = self.store.begin_try(&name, &asked.client, now)? {
            self.desk.counters.sign_in_failed();
            let words = put(texts.wait, &[&self.locale.span(wait)]);
            let answer = self.sign_in_form(asked, 429, &name, next, Some(&words));
            return Ok(answer.with("Retry-After", wait.to_string()));
        }
        let Some(agent) = self.store.check_password(&name, &password)? else {
            log::warn!(target: "web", "a wrong name or password was given");
            self.desk.counters.sign_in_failed();
            self.store.note_wrong_password(&name, now)?;
            return Ok(self.sign_in_form(asked, 403, &name, next, Some(texts.wrong)));
        };
        self.store.forgive_tries(agent.id, &name, &asked.client, now)?;
        self.keep_carried(asked, agent.id, now)?;
        self.begin(asked, agent.id, next, visitor, now)
    }

    /// The page behind a link, which is only looked at: what follows links by itself uses up none.
    pub(in crate::web) fn link_page(
        &mut self,
        asked: &Asked,
        secret: &str,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
        if !self.store.has_link(secret, now)? {
            return Ok(self.link_over(visitor));
        }
        let form = self.desk.forms.form(asked);
        let main = sign_in::link(&self.locale, &form.token, asked.path());
        let page = self.frame(None, Place::SignIn).page(self.locale.texts().signing_in.title, main);
        Ok(Answer::page(200, page).with("Set-Cookie", form.cookie(self.secure(asked))))
    }

    pub(in crate::web) fn use_link(
        &mut self,
        asked: &Asked,
        secret: &str,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
        if !self.desk.forms.sent(asked) {
            return Ok(self.old_form(visitor));
        }
        let agent = self.store.use_link(secret, now)?;
        let known = self.store.agents()?;
        let able = |id: &AgentId| known.iter().any(|a| a.id == *id && a.disabled_at.is_none());
        match agent.filter(able) {
            Some(agent) => self.begin(asked, agent, None, visitor, now),
            None => Ok(self.link_over(visitor)),
        }
    }

    /// A link that signs nobody in any more. Whoever came in by it before is where it leads.
    fn link_over(&self, visitor: Option<&Visitor>) -> Answer {
        match visitor {
            Some(_) => Answer::go_to("/tickets"),
            None => self.forbidden(None, self.locale.texts().signing_in.link_over),
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

    pub(in crate::web) fn sign_out(&mut self, asked: &Asked, visitor: Option<&Visitor>) -> Outcome {
        if let Some(visitor) = visitor {
            if !visitor.sent(asked) {
                return Ok(self.old_form(visitor));
            }
            visitor.sign_out(&mut self.store)?;
        }
        let cookie = session::sign_out_cookie(self.secure(asked));
        Ok(Answer::go_to("/").with("Set-Cookie", cookie))
    }

    pub(in crate::web) fn secure(&self, asked: &Asked) -> bool {
        session::is_secure(asked, self.desk.tls)
    }
}
