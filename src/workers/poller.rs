//! One mailbox: look into it, take in what waits, then copy and remove the originals. How it is
//! looked into is in `poller/listing.rs`, how the other steps overlap in `conveyor`.

mod listing;

use std::sync::Arc;

use super::conveyor::{self, Ends};
pub use super::conveyor::{AfterImport, Settings};
use super::{Error, Rest, Round};
use crate::desk::ledger::Original;
use crate::desk::policy::Policy;
use crate::desk::ticket::LedgerId;
use crate::mailbox::{self, Mailbox};
use crate::store::filing::{Filed, ToFile};
use crate::store::intake::{Filing, Prepared, Taken};
use crate::store::ledger::{Setback, Waiting};
use crate::store::{MailboxId, Store};
use crate::time::Timestamp;

/// Messages taken in by one round at most; then the clock is read again.
const ROUND: u32 = 2_000;

/// Attempts after which a message is set aside for a person.
const ATTEMPTS: u32 = 8;

/// Messages dealt with, at two requests each, for every further page of another listing.
const MESSAGES_PER_PAGE: u64 = 10;

/// The round of one mailbox.
pub struct Poller {
    round: String,
    store: Store,
    mailbox: Arc<dyn Mailbox>,
    id: MailboxId,
    settings: Settings,
    policy: Policy,
    listed_at: Option<Timestamp>,
    /// How many pages the last look took, and how many messages were dealt with since.
    pages: u64,
    handled: u64,
    /// Whether the provider tells what changed, as far as known.
    may_follow: bool,
    /// Whether anything was done since the last rest.
    worked: bool,
}

impl Poller {
    /// A round over `mailbox`, which the store knows as `id`.
    pub fn new(
        store: Store,
        mailbox: Arc<dyn Mailbox>,
        id: MailboxId,
        settings: Settings,
        policy: Policy,
    ) -> Self {
        let round = format!("poller:{}", settings.name);
        Self {
            round,
            store,
            mailbox,
            id,
            settings,
            policy,
            listed_at: None,
            pages: 0,
            handled: 0,
            may_follow: true,
            worked: false,
        }
    }

    /// The store it worked on.
    pub fn into_store(self) -> Store {
        self.store
    }

    /// Whether it is time for another look. While much waits in a large folder, no more than a
    /// twentieth of the requests are spent on listing it again.
    fn is_stale(&self, busy: bool, now: Timestamp) -> bool {
        let poll = i64::try_from(self.settings.poll.as_secs()).unwrap_or(i64::MAX);
        let rested = self.listed_at.is_none_or(|at| at.plus_seconds(poll) <= now);
        rested && (!busy || self.handled >= self.pages.saturating_sub(1) * MESSAGES_PER_PAGE)
    }

    fn due(&mut self, now: Timestamp) -> Result<(Vec<Waiting>, Vec<ToFile>), Error> {
        let waiting = self.store.waiting(self.id, now, ROUND)?;
        Ok((waiting, self.store.to_file(self.id, LedgerId(0), now, ROUND)?))
    }

    fn failed(&self, error: mailbox::Error) -> Error {
        Error::Mailbox { name: self.settings.name.clone(), error }
    }

    /// Notes what follows for messages that could not be fetched.
    fn set_back(
        &mut self,
        failed: Vec<(Waiting, mailbox::Error)>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let setbacks: Vec<(LedgerId, Setback, String)> = failed
            .into_iter()
            .map(|(waiting, error)| {
                let setback = setback(&error, waiting.attempts, now);
                log::warn!(target: "poller", "{}: ledger {}: {error}", self.settings.name, waiting.ledger);
                (waiting.ledger, setback, error.to_string())
            })
            .collect();
        Ok(self.store.set_back(&setbacks, now)?)
    }

    fn rest(&mut self, now: Timestamp) -> Result<Rest, Error> {
        if !self.store.waiting(self.id, now, 1)?.is_empty()
            || !self.store.to_file(self.id, LedgerId(0), now, 1)?.is_empty()
        {
            return Ok(Rest::No);
        }
        let poll = self.settings.poll;
        Ok(match self.store.next_retry(self.id)? {
            Some(at) => Rest::Until(now.until(at).min(poll)),
            None => {
                if std::mem::take(&mut self.worked) {
                    self.store.rest()?;
                }
                Rest::Idle(poll)
            }
        })
    }
}

impl Round for Poller {
    fn name(&self) -> &str {
        &self.round
    }

    fn round(&mut self, now: Timestamp) -> Result<Rest, Error> {
        let (mut waiting, mut leftover) = self.due(now)?;
        let busy = !waiting.is_empty() || !leftover.is_empty();
        let full = self.store.reconciliation_due(self.id, now)?;
        let mut trouble = None;
        if self.is_stale(busy, now) || (full && !busy) {
            self.store.wake_quarantined(self.id, now)?;
            match self.look(full, now) {
                // What is in the ledger already is taken in all the same.
                Err(error) if !error.stops_a_round() => trouble = Some(error),
                other => other?,
            }
            (waiting, leftover) = self.due(now)?;
        }
        if !waiting.is_empty() || !leftover.is_empty() {
            self.worked = true;
            let settings = self.settings.clone();
            let mailbox = Arc::clone(&self.mailbox);
            let mut desk = Desk { poller: self, now };
            let outcome = conveyor::run(&*mailbox, &settings, waiting, leftover, &mut desk)?;
            self.handled += (outcome.fetched + outcome.filed) as u64 / 2;
            if let Some(error) = outcome.stopped {
                // While the mailbox is out of reach nothing is held against a single message.
                return Err(self.failed(error));
            }
            self.set_back(outcome.failed, now)?;
        }
        match trouble {
            Some(error) => Err(error),
            None => self.rest(now),
        }
    }
}

/// The ends of the belt: the store, with the desk between.
struct Desk<'a> {
    poller: &'a mut Poller,
    now: Timestamp,
}

impl Ends for Desk<'_> {
    fn take_in(&mut self, batch: Vec<Prepared>) -> Result<Vec<Taken>, Error> {
        let Poller { store, id, policy, settings, .. } = &mut *self.poller;
        let due = settings.copy_to.is_some() || settings.after_import != AfterImport::Keep;
        let original = if due { Original::InMailbox } else { Original::Kept };
        let filing = Filing { due, original };
        let taken = store.take_in(*id, batch, filing, policy, self.now)?;
        log::debug!(target: "poller", "{}: {} taken in", settings.name, taken.len());
        Ok(taken)
    }

    fn note_filed(&mut self, filed: Vec<(LedgerId, Filed)>) -> Result<(), Error> {
        let until = self.poller.settings.days.end_of(self.now);
        Ok(self.poller.store.note_filed(&filed, until, self.now)?)
    }

    fn files(&self) -> bool {
        let settings = &self.poller.settings;
        settings.copy_to.is_some() || settings.after_import != AfterImport::Keep
    }

    fn failed_filing(&self, attempts: u32, error: &mailbox::Error) -> Filed {
        log::warn!(target: "poller", "{}: filing: {error}", self.poller.settings.name);
        Filed::Failed { reason: error.to_string(), retry_at: retry_at(attempts, self.now) }
    }
}

/// What follows for a message that could not be fetched, after `attempts` earlier failures.
fn setback(error: &mailbox::Error, attempts: u32, now: Timestamp) -> Setback {
    match error {
        mailbox::Error::Gone(_) => Setback::Vanished,
        mailbox::Error::TooLarge { size, .. } => Setback::Oversize(*size),
        mailbox::Error::Refused(_) => Setback::Quarantine(None),
        // It may have been the service after all: once a day it is tried again.
        _ if attempts + 1 >= ATTEMPTS => Setback::Quarantine(Some(now.plus_days(1))),
        _ => Setback::Retry(retry_at(attempts, now)),
    }
}

/// When one message is tried again after `attempts` earlier failures: soon at first, for most
/// faults pass; up to half an hour later in the end.
fn retry_at(attempts: u32, now: Timestamp) -> Timestamp {
    const WAITS: [i64; 6] = [2, 5, 15, 60, 300, 1_800];
    let index = usize::try_from(attempts).unwrap_or(WAITS.len()).min(WAITS.len() - 1);
    now.plus_seconds(WAITS[index])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_leads_to_a_retry_a_quarantine_or_nothing_more() {
        let now = Timestamp::from_unix(1_800_000_000);
        let unreachable = || mailbox::Error::Unreachable("x".into());
        let after = |seconds| Setback::Retry(now.plus_seconds(seconds));
        for (case, error, attempts, expected) in [
            ("first time", unreachable(), 0, after(2)),
            ("third time", unreachable(), 2, after(15)),
            ("seventh time", unreachable(), 6, after(1_800)),
            ("too often", unreachable(), 7, Setback::Quarantine(Some(now.plus_days(1)))),
            ("lost answer", mailbox::Error::Unknown("x".into()), 0, after(2)),
            ("gone", mailbox::Error::Gone("x".into()), 0, Setback::Vanished),
            (
                "too large",
                mailbox::Error::TooLarge { max_bytes: 1, size: Some(2) },
                0,
                Setback::Oversize(Some(2)),
            ),
            ("refused", mailbox::Error::Refused("x".into()), 0, Setback::Quarantine(None)),
        ] {
            assert_eq!(setback(&error, attempts, now), expected, "{case}");
        }
    }
}
