//! What answers requests to sign in and out: by name and password, and by a link that works once.

use std::sync::PoisonError;

use super::answer::Answer;
use super::asked::Asked;
use super::layout::Place;
use super::pages::{Outcome, Pages};
use super::patience::Patience;
use super::session::{self, Visitor};
use super::sign_in;
use super::words::span;
use crate::desk::ticket::AgentId;
use crate::time::Timestamp;

/// The longest name and password taken, in bytes; hashing longer ones would only cost time.
const NAME_BYTES: usize = 200;
const PASSWORD_BYTES: usize = 1_000;

impl Pages {
    pub(super) fn sign_in_page(&self, asked: &Asked, visitor: Option<&Visitor>) -> Answer {
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

    pub(super) fn sign_in(
        &mut self,
        asked: &Asked,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
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
            let words = format!("Too many wrong passwords. Wait {} and try again.", span(wait));
            let answer = self.sign_in_form(asked, 429, &name, next, Some(&words));
            return Ok(answer.with("Retry-After", wait.to_string()));
        }
        let Some(agent) = self.store.check_password(&name, &password)? else {
            log::warn!(target: "web", "a wrong name or password was given");
            let words = Some("Name and password do not fit.");
            return Ok(self.sign_in_form(asked, 403, &name, next, words));
        };
        self.patience(|patience| patience.forgive(&name));
        self.begin(asked, agent.id, next, visitor, now)
    }

    pub(super) fn link_page(&self, asked: &Asked) -> Answer {
        let form = self.desk.forms.form(asked);
        let main = sign_in::link(&form.token, asked.path());
        let page = self.frame(None, Place::SignIn).page("Sign in", main);
        Answer::page(200, page).with("Set-Cookie", form.cookie(self.secure(asked)))
    }

    pub(super) fn use_link(
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

    pub(super) fn sign_out(&mut self, asked: &Asked, visitor: Option<&Visitor>) -> Outcome {
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
}
