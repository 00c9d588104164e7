//! What answers requests about the agent's own account: language, notices, password, sessions. Signing
//! in and out is in `sign_in`.

use crate::desk::notice::Event;
use crate::desk::signing_in;
use crate::time::Timestamp;
use crate::web::SIGNING_IN;
use crate::web::answer::Answer;
use crate::web::asked::Asked;
use crate::web::pages::{Outcome, Pages};
use crate::web::route::Deed;
use crate::web::session::{self, Visitor};
use crate::web::texts::{Language, put};
use crate::web::views::account::{self, View};
use crate::web::views::layout::Place;

/// Where it is.
const PATH: &str = "/account";

impl Pages {
    pub(in crate::web) fn account(
        &mut self,
        asked: &Asked,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
        let texts = &self.locale.texts().account;
        let done = match self.remark(asked, "done").as_deref() {
            Some("saved") => Some(texts.saved),
            Some("password") => Some(texts.password_changed),
            _ => None,
        };
        self.account_page(200, visitor, done, None, now)
    }

    fn account_page(
        &mut self,
        status: u16,
        visitor: Option<&Visitor>,
        done: Option<&str>,
        wrong: Option<&str>,
        now: Timestamp,
    ) -> Outcome {
        let Some(visitor) = visitor else {
            return Ok(self.old_form(visitor));
        };
        let own = self.store.subscribers()?.into_iter().find(|one| one.id == visitor.agent.id);
        let (events, chosen) = own.map(|own| (own.events, own.queues)).unwrap_or_default();
        let mut queues = self.queue_names()?;
        queues.extend(
            chosen.iter().filter(|queue| !queues.contains(queue)).cloned().collect::<Vec<_>>(),
        );
        let sessions = visitor.sessions(&mut self.store, now)?;
        let token = visitor.token();
        let view = View {
            agent: &visitor.agent,
            token: &token,
            events: &events,
            chosen: &chosen,
            queues: &queues,
            sessions: &sessions,
            done,
            wrong,
        };
        let main = account::page(&self.locale, &view);
        let title = self.locale.texts().account.title;
        Ok(Answer::page(status, self.frame(Some(visitor), Place::Account).page(title, main)))
    }

    pub(in crate::web) fn account_deed(
        &mut self,
        asked: &Asked,
        deed: Deed,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
        let Some(visitor) = visitor.filter(|visitor| visitor.sent(asked)) else {
            return Ok(self.old_form(visitor));
        };
        let agent = &visitor.agent;
        match deed {
            Deed::Language => {
                let language = asked.form("language").and_then(|tag| Language::tagged(&tag));
                self.store.set_language(agent, language.map(Language::tag), now)?;
            }
            Deed::Notices => {
                let events = asked.form_all("event");
                let events: Vec<Event> =
                    events.iter().filter_map(|word| word.parse().ok()).collect();
                let queues = asked.form_all("queue");
                self.store.set_notices(&agent.name, &events, &queues, &visitor.actor(), now)?;
            }
            Deed::Password => return self.change_password(asked, visitor, now),
            Deed::SignOut => {
                self.store.sign_out_everywhere(&agent.name, &visitor.actor(), now)?;
                let cookie = session::sign_out_cookie(self.secure(asked));
                return Ok(Answer::go_to("/sign-in").with("Set-Cookie", cookie));
            }
        }
        Ok(Answer::go_to(&format!("{PATH}?done=saved")))
    }

    /// Changes the password of whoever knows the one until now. Guessing it at a browser that was left
    /// alone has to wait as at the sign-in.
    fn change_password(&mut self, asked: &Asked, visitor: &Visitor, now: Timestamp) -> Outcome {
        let given = |name: &str| asked.form(name).unwrap_or_default();
        let (old, new, name) = (given("old"), given("new"), visitor.agent.name.as_str());
        let locale = self.locale.clone();
        let (texts, waiting) = (&locale.texts().account, locale.texts().signing_in.wait);
        let desk = self.desk.clone();
        let mut refuse =
            |status, why: &str| self.account_page(status, Some(visitor), None, Some(why), now);
        if new != given("again") {
            return refuse(400, texts.two_passwords);
        }
        if let Err(why) = signing_in::fits(&new) {
            return refuse(400, texts.unfit(why));
        }
        if old.len() > signing_in::PASSWORD_BYTES {
            return refuse(403, texts.wrong_password);
        }
        let Some(_turn) = desk.turns.take(SIGNING_IN) else {
            return refuse(503, locale.texts().signing_in.busy);
        };
        if let Err(wait) = self.store.begin_try(name, &asked.client, now)? {
            let why = put(waiting, &[&locale.span(wait)]);
            let answer = self.account_page(429, Some(visitor), None, Some(&why), now)?;
            return Ok(answer.with("Retry-After", wait.to_string()));
        }
        if self.store.check_password(name, &old)?.is_none() {
            self.store.note_wrong_password(name, now)?;
            return self.account_page(403, Some(visitor), None, Some(texts.wrong_password), now);
        }
        self.store.forgive_tries(visitor.agent.id, name, &asked.client, now)?;
        let secret = visitor.change_password(&mut self.store, &new, now)?.0;
        let cookie = session::sign_in_cookie(&secret, self.secure(asked));
        Ok(Answer::go_to(&format!("{PATH}?done=password")).with("Set-Cookie", cookie))
    }
}
