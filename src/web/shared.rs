//! What all threads that answer share: what the configuration says, the clock, and what is kept in
//! memory between two requests.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::locale::Locale;
use super::metrics::Counters;
use super::pace::Pace;
use super::peers::Peers;
use super::session::Forms;
use super::texts::Language;
use super::verdict::{self, Verdict, Watched};
use crate::desk::policy::Policy;
use crate::desk::quoting::Quoting;
use crate::desk::template::Template;
use crate::store::MailboxId;
use crate::store::status::Status;
use crate::time::{Clock, Timestamp, Zone};

/// One configured mailbox, as far as the pages speak of it. None of it is secret.
#[derive(Clone, Debug, Default)]
pub struct MailboxFacts {
    /// Its name, as in the ledger and in the names of its rounds.
    pub name: String,
    /// Its address; shown only to somebody signed in.
    pub address: String,
    /// Seconds between two looks into it.
    pub poll_seconds: u32,
    /// What happens to originals: `delete`, `move` or `keep`.
    pub after_import: String,
    /// The folder that receives a copy of each; empty for none.
    pub copy_to: String,
}

impl MailboxFacts {
    /// It, as far as the verdict cares.
    pub(super) fn watched(&self) -> Watched<'_> {
        Watched { name: &self.name, poll_seconds: self.poll_seconds }
    }
}

/// What the pages say of the configuration.
pub(super) struct Facts {
    /// The name of the desk.
    pub(super) desk: String,
    /// Days that our copies stay after the original was removed.
    pub(super) recovery_days: u32,
    /// The mailboxes, in the order of the configuration.
    pub(super) mailboxes: Vec<MailboxFacts>,
}

impl Facts {
    /// Judges how everything stands.
    pub(super) fn judge(&self, status: &Status, started_at: Timestamp, locale: &Locale) -> Verdict {
        let watched: Vec<Watched<'_>> = self.mailboxes.iter().map(MailboxFacts::watched).collect();
        verdict::judge(&watched, status, started_at, locale)
    }
}

/// Those who may hash a password at the same time, which only one can: so many that a thread is left
/// for everybody else.
#[derive(Default)]
pub(super) struct Turns(AtomicUsize);

/// A place among them, until it is dropped.
pub(super) struct Turn<'a>(&'a AtomicUsize);

impl Turns {
    /// A place, unless all `most` are taken.
    pub(super) fn take(&self, most: usize) -> Option<Turn<'_>> {
        let turn = (self.0.fetch_add(1, Ordering::Relaxed), Turn(&self.0));
        (turn.0 < most).then_some(turn.1)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
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
    pub(super) pace: Mutex<Pace>,
    /// Every setting in force as key and value, without secrets.
    pub(super) in_force: Vec<(String, String)>,
    /// Who else than this machine may ask for the metrics.
    pub(super) metrics_from: Vec<Peers>,
    pub(super) counters: Counters,
    pub(super) turns: Turns,
    /// How each mailbox writes, in the order of the configuration.
    pub(super) policies: Vec<(String, MailboxId, Policy)>,
    /// The texts that agents can put in, by name, in the order of the configuration.
    pub(super) canned: Vec<(String, Template)>,
    /// How answers repeat what they answer.
    pub(super) quoting: Quoting,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_it_is_left() {
        let turns = Turns::default();
        let first = turns.take(2);
        let second = turns.take(2);
        assert!(first.is_some() && second.is_some());
        assert!(turns.take(2).is_none() && turns.take(2).is_none());
        drop(first);
        assert!(turns.take(2).is_some());
    }
}
