//! What answers requests for the records: the ledger, the originals, the outbox, the audit trail and the
//! settings, and what is decided there.

use maud::html;

use crate::desk::audit::Action;
use crate::desk::ledger::Outcome as Became;
use crate::desk::ticket::{Delivery, LedgerId, OutboxId, TicketNumber};
use crate::store::{self, Listing, audit, ledger_lists, migrations, undelivered};
use crate::time::Timestamp;
use crate::web::answer::Answer;
use crate::web::asked::Asked;
use crate::web::locale::cut;
use crate::web::pages::{Outcome, Pages};
use crate::web::route::Tab;
use crate::web::session::Visitor;
use crate::web::texts::put;
use crate::web::views::layout::Place;
use crate::web::views::records::{self, PAGE, REASON, TRAIL_PAGE};
use crate::web::views::{alert, in_force, ledger, outbox, trail};

/// Entries of the trail shown beside one row of the ledger.
const TRAIL: u32 = 30;

/// The longest text repeated that was not understood, in characters.
const UNREAD: usize = 60;

/// A number as people write it: `16` or `#16`.
fn number(text: &str) -> &str {
    text.strip_prefix('#').unwrap_or(text)
}

impl Pages {
    /// Answers what is asked of one of these pages, as far as the visitor may see it.
    pub(in crate::web) fn records(
        &mut self,
        asked: &Asked,
        tab: Tab,
        visitor: Option<&Visitor>,
    ) -> Outcome {
        let texts = &self.locale.texts().records;
        let admin = visitor.is_some_and(Visitor::is_admin);
        if tab.is_for_admins() && !admin {
            return Ok(self.forbidden(visitor, texts.admins_only));
        }
        let token = visitor.map(Visitor::token).unwrap_or_default();
        let unread = self.unread(asked, tab);
        let content = match tab {
            Tab::Ledger => {
                let filter = ledger_lists::Filter {
                    mailbox: asked.filled("mailbox"),
                    outcome: asked.parsed::<Became>("outcome"),
                    message: asked.filled("message"),
                };
                let after = asked.parsed("after");
                let listing = match unread {
                    None => self.store.ledger(&filter, after, PAGE)?,
                    Some(_) => Listing::empty(),
                };
                let balances = self.store.kept_balance()?;
                ledger::list(&self.locale, &listing, &filter, &balances, after)
            }
            Tab::Originals => {
                let after = asked.parsed("after");
                let listing = self.store.recoverable(after, PAGE, self.locale.now)?;
                ledger::originals(&self.locale, &listing, after, self.desk.facts.recovery_days)
            }
            Tab::Outbox => {
                let state = asked.parsed::<Delivery>("state");
                let filter = undelivered::Filter { state, mailbox: None };
                let after = asked.parsed("after");
                let listing = match unread {
                    None => self.store.outbox(&filter, after, PAGE)?,
                    Some(_) => Listing::empty(),
                };
                outbox::list(&self.locale, &listing, state, after)
            }
            Tab::Trail if asked.method == "POST" => {
                if !visitor.is_some_and(|visitor| visitor.sent(asked)) {
                    return Ok(self.old_form(visitor));
                }
                let to = asked.form("to").and_then(|to| to.parse().ok());
                let part = self.store.verify_part(to, trail::CHECKED)?;
                self.trail(asked, &token, Some(&part))?
            }
            Tab::Trail => self.trail(asked, &token, None)?,
            Tab::Settings => {
                let (agents, tokens) = (self.store.agents()?, self.store.tokens()?);
                let size = std::fs::metadata(self.store.path()).map(|file| file.len()).ok();
                let known = in_force::Facts {
                    settings: &self.desk.in_force,
                    agents: &agents,
                    tokens: &tokens,
                    schema: migrations::CURRENT,
                    database: size,
                };
                in_force::page(&self.locale, &known)
            }
        };
        let content = html! {
            (alert::refusal(unread.as_slice()))
            (content)
        };
        let main = records::page(&self.locale, tab, admin, &content);
        let title = tab.title(&self.locale);
        let status = if unread.is_some() { 400 } else { 200 };
        Ok(Answer::page(status, self.frame(visitor, Place::Records).page(title, main)))
    }

    /// Which fields that narrow a list hold what is nothing, in a sentence. Such a list is empty: the
    /// whole one would look like the answer.
    fn unread(&self, asked: &Asked, tab: Tab) -> Option<String> {
        fn fails<T: std::str::FromStr>(text: &str) -> bool {
            text.parse::<T>().is_err()
        }
        type Field = (&'static str, &'static str, fn(&str) -> bool);
        let (shared, texts) = (&self.locale.texts().records, &self.locale.texts().outbox);
        let fields: &[Field] = match tab {
            Tab::Ledger => &[("outcome", shared.outcome, fails::<Became>)],
            Tab::Outbox => &[("state", texts.state, fails::<Delivery>)],
            Tab::Trail => &[
                ("ticket", shared.ticket, |text| fails::<i64>(number(text))),
                ("row", shared.number, |text| fails::<i64>(number(text))),
                ("action", texts.action, fails::<Action>),
            ],
            Tab::Originals | Tab::Settings => &[],
        };
        let wrong = fields.iter().filter_map(|(name, label, fails)| {
            let text = asked.filled(name).filter(|text| fails(text))?;
            Some(put(shared.not_understood, &[label, &cut(&text, UNREAD)]))
        });
        let wrong: Vec<String> = wrong.collect();
        (!wrong.is_empty()).then(|| wrong.join(" "))
    }

    fn trail(
        &mut self,
        asked: &Asked,
        token: &str,
        checked: Option<&audit::Part>,
    ) -> Result<maud::Markup, store::Error> {
        let numbered = |name| asked.filled(name).and_then(|text| number(&text).parse().ok());
        let filter = audit::Filter {
            ticket: numbered("ticket").map(TicketNumber),
            ledger: numbered("row").map(LedgerId),
            actor: asked.filled("actor"),
            action: asked.parsed("action"),
        };
        let after = asked.parsed("after");
        let listing = match self.unread(asked, Tab::Trail) {
            None => self.store.trail(&filter, after, TRAIL_PAGE)?,
            Some(_) => Listing::empty(),
        };
        let newest = self.store.audit(None, 1)?.rows.into_iter().next();
        let typed = |name: &str| asked.filled(name).unwrap_or_default();
        let shown = trail::Shown {
            filter: &filter,
            typed: (&typed("ticket"), &typed("row")),
            after,
            head: newest.as_ref(),
            token,
            checked,
        };
        Ok(trail::list(&self.locale, &listing, &shown))
    }

    /// One row of the ledger, and what an admin decides about it.
    pub(in crate::web) fn ledger_row(
        &mut self,
        asked: &Asked,
        id: LedgerId,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
        let Some(visitor) = visitor.filter(|visitor| visitor.is_admin()) else {
            return Ok(self.forbidden(visitor, self.locale.texts().records.admins_only));
        };
        let mut wrong = None;
        if asked.method == "POST" {
            if !visitor.sent(asked) {
                return Ok(self.old_form(visitor));
            }
            match self.settle_message(asked, id, &visitor.actor(), now) {
                Ok(Some(done)) => return Ok(Answer::go_to(&format!("/ledger/{id}?done={done}"))),
                Ok(None) => return Ok(self.no_such_deed(Some(visitor), &format!("/ledger/{id}"))),
                Err(store::Error::NotPossible(why)) => wrong = Some(self.locale.refusal(&why)),
                Err(error) => return Err(error),
            }
        }
        let row = self.store.ledger_row(id)?;
        let filter = audit::Filter { ledger: Some(id), ..audit::Filter::default() };
        let entries = self.store.trail(&filter, None, TRAIL)?.rows;
        let token = visitor.token();
        let done = self.remark(asked, "done");
        let done = done.and_then(|word| self.locale.texts().records.done(&word));
        let deeds = ledger::Deeds { token: &token, done, wrong: wrong.as_deref() };
        let main = ledger::one(&self.locale, &row, &entries, &deeds);
        let status = if wrong.is_some() { 409 } else { 200 };
        let title = self.locale.texts().records.ledger;
        Ok(Answer::page(status, self.frame(Some(visitor), Place::Records).page(title, main)))
    }

    /// Does what was decided; answers with the word of what was done, `None` for a deed that is not known.
    fn settle_message(
        &mut self,
        asked: &Asked,
        id: LedgerId,
        actor: &str,
        now: Timestamp,
    ) -> Result<Option<&'static str>, store::Error> {
        Ok(match asked.form("deed").as_deref() {
            Some("retry") => {
                self.store.try_again(&[id], false, actor, now)?;
                Some("retry")
            }
            Some("make-ticket") => {
                self.store.try_again(&[id], true, actor, now)?;
                Some("make-ticket")
            }
            Some("discard") => {
                let reason = self.reason(asked)?;
                self.store.discard(id, &reason, actor, now)?;
                Some("discard")
            }
            _ => None,
        })
    }

    /// One message of ours, and what an agent decides about it.
    pub(in crate::web) fn outbox_row(
        &mut self,
        asked: &Asked,
        id: OutboxId,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Outcome {
        let mut wrong = None;
        if asked.method == "POST" {
            let Some(visitor) = visitor.filter(|visitor| visitor.sent(asked)) else {
                return Ok(self.old_form(visitor));
            };
            match self.settle_letter(asked, id, &visitor.actor(), now) {
                Ok(Some((id, done))) => {
                    return Ok(Answer::go_to(&format!("/outbox/{id}?done={done}")));
                }
                Ok(None) => return Ok(self.no_such_deed(Some(visitor), &format!("/outbox/{id}"))),
                Err(store::Error::NotPossible(why)) => wrong = Some(self.locale.refusal(&why)),
                Err(error) => return Err(error),
            }
        }
        let row = self.store.outbox_row(id)?;
        let token = visitor.map(Visitor::token).unwrap_or_default();
        let done = self.remark(asked, "done");
        let done = done.and_then(|word| self.locale.texts().outbox.done(&word));
        let main = outbox::one(&self.locale, &row, &token, (done, wrong.as_deref()));
        let status = if wrong.is_some() { 409 } else { 200 };
        let title = self.locale.texts().records.outbox;
        Ok(Answer::page(status, self.frame(visitor, Place::Records).page(title, main)))
    }

    /// Does what was decided; returns which message to show then and the word of what was done, `None` for a
    /// deed that is not known.
    fn settle_letter(
        &mut self,
        asked: &Asked,
        id: OutboxId,
        actor: &str,
        now: Timestamp,
    ) -> Result<Option<(OutboxId, &'static str)>, store::Error> {
        Ok(match asked.form("deed").as_deref() {
            Some("retry") => Some((self.store.send_again(id, actor, now)?, "retry")),
            Some("sent") => Some((self.store.settle_as_sent(id, actor, now)?, "sent")),
            Some("discard") => {
                let reason = self.reason(asked)?;
                Some((self.store.give_up(id, &reason, actor, now)?, "discard"))
            }
            _ => None,
        })
    }

    /// The reason that a form gives; there has to be one.
    fn reason(&self, asked: &Asked) -> Result<String, store::Error> {
        let reason = asked.form("reason").unwrap_or_default();
        let reason: String = reason.trim().chars().take(REASON).collect();
        if reason.is_empty() {
            let sentence = self.locale.texts().records.reason_missing.trim_end_matches('.');
            return Err(store::Error::NotPossible(sentence.to_owned()));
        }
        Ok(reason)
    }
}
