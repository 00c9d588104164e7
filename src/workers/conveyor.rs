//! The belt between mailbox and database: messages are fetched and read, and originals filed, by a
//! few threads side by side, while one thread commits what they bring in batches. Nothing is filed
//! before the commit that took its message in.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::desk::retention::Days;
use crate::desk::ticket::LedgerId;
use crate::mail::{MessageId, parse};
use crate::mailbox::{self, ItemId, Mailbox, Removed};
use crate::store::filing::{Filed, ToFile};
use crate::store::intake::{Prepared, Taken};
use crate::store::ledger::Waiting;

/// Messages per commit.
const BATCH: usize = 100;

/// Bytes that make a batch full before it has [`BATCH`] messages.
const BATCH_BYTES: usize = 16 << 20;

/// How long a message that is fetched slowly holds back those behind it. They are committed in the
/// order of the folder as far as that goes, so that an answer finds its question.
const PATIENCE: Duration = Duration::from_secs(2);

/// Jobs handed out ahead, so that nobody is idle during a commit.
const AHEAD: usize = 128;

/// Bytes of messages on the belt before no more are handed out.
const AHEAD_BYTES: u64 = 32 << 20;

/// What a message of unknown size is taken for, in bytes.
const GUESS: u64 = 256 << 10;

/// Failures without a success between them that mean the mailbox is out of reach, rather than that
/// something is wrong with one message each.
const OUTAGE: usize = 8;

/// What happens to an original once its message is taken in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AfterImport {
    /// It is removed, and lingers in Recoverable Items.
    Delete,
    /// It is moved to this folder.
    Move(String),
    /// It stays.
    Keep,
}

/// How a mailbox is polled.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The name of the mailbox in the configuration.
    pub name: String,
    /// What happens to originals.
    pub after_import: AfterImport,
    /// The folder that receives a copy of each original first.
    pub copy_to: Option<String>,
    /// The rest between two looks.
    pub poll: Duration,
    /// How long a removed original is expected to be recoverable.
    pub days: Days,
    /// The largest message taken in, in bytes.
    pub max_bytes: u64,
    /// Messages fetched or filed side by side.
    pub side_by_side: usize,
}

/// Where the belt begins and what it brings back.
pub(super) trait Ends {
    /// Commits a batch of messages.
    fn take_in(&mut self, batch: Vec<Prepared>) -> Result<Vec<Taken>, super::Error>;
    /// Commits what was done with originals.
    fn note_filed(&mut self, filed: Vec<(LedgerId, Filed)>) -> Result<(), super::Error>;
    /// Whether originals are filed at all.
    fn files(&self) -> bool;
    /// When filing an original that failed `attempts` times before is tried again.
    fn failed_filing(&self, attempts: u32, error: &mailbox::Error) -> Filed;
}

/// What is left to say when the belt has run empty or was stopped.
#[derive(Default)]
pub(super) struct Outcome {
    /// Messages that could not be fetched, each with why.
    pub(super) failed: Vec<(Waiting, mailbox::Error)>,
    /// What stopped the belt, if something did.
    pub(super) stopped: Option<mailbox::Error>,
}

/// The place of a message in the order of the folder.
type Place = u64;

enum Job {
    Fetch(Place, Waiting),
    File { original: ToFile, look_first: bool },
}

enum Done {
    Fetched(Place, Waiting, Result<Box<Prepared>, mailbox::Error>),
    Filed { original: ToFile, steps: Vec<Filed>, failure: Option<mailbox::Error> },
}

/// Runs the belt until everything in `waiting` and `leftover` is dealt with or the mailbox is out
/// of reach. `leftover` are originals whose filing an earlier run may have begun.
pub(super) fn run(
    mailbox: &dyn Mailbox,
    settings: &Settings,
    waiting: Vec<Waiting>,
    leftover: Vec<ToFile>,
    ends: &mut dyn Ends,
) -> Result<Outcome, super::Error> {
    let (job_sender, job_receiver) = mpsc::channel::<Job>();
    let (done_sender, done_receiver) = mpsc::channel::<Done>();
    let job_receiver = Mutex::new(job_receiver);
    thread::scope(|scope| {
        let threads = settings.side_by_side.min(waiting.len() + leftover.len());
        for number in 0..threads {
            let (jobs, done) = (&job_receiver, done_sender.clone());
            thread::Builder::new()
                .name(format!("{}-{number}", settings.name))
                .spawn_scoped(scope, move || work(mailbox, settings, jobs, &done))
                .map_err(|error| super::Error::Mailbox {
                    name: settings.name.clone(),
                    error: mailbox::Error::Unreachable(format!("cannot start a thread: {error}")),
                })?;
        }
        drop(done_sender);
        let belt = Belt {
            jobs: job_sender,
            to_fetch: waiting.into(),
            to_file: leftover.into_iter().map(|original| (original, true)).collect(),
            next_place: 0,
            fetching: BTreeMap::new(),
            filing: 0,
            ready: BTreeMap::new(),
            filed: Vec::new(),
            failures_in_a_row: 0,
            outcome: Outcome::default(),
        };
        belt.turn(&done_receiver, ends)
    })
}

struct Belt {
    jobs: Sender<Job>,
    to_fetch: VecDeque<Waiting>,
    to_file: VecDeque<(ToFile, bool)>,
    next_place: Place,
    /// What is being fetched, with the bytes expected of it.
    fetching: BTreeMap<Place, u64>,
    filing: usize,
    /// What was fetched and is not committed yet.
    ready: BTreeMap<Place, (Prepared, ItemId, Option<MessageId>)>,
    filed: Vec<(LedgerId, Filed)>,
    failures_in_a_row: usize,
    outcome: Outcome,
}

impl Belt {
    fn turn(mut self, done: &Receiver<Done>, ends: &mut dyn Ends) -> Result<Outcome, super::Error> {
        loop {
            self.hand_out();
            if self.fetching.is_empty() && self.filing == 0 {
                break;
            }
            match done.recv_timeout(PATIENCE) {
                Ok(result) => {
                    self.put_away(result, ends);
                    self.commit_when_full(ends)?;
                }
                Err(RecvTimeoutError::Timeout) => self.commit(ends, Place::MAX)?,
                // The workers hold a sender as long as jobs are out.
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.filed.len() >= BATCH {
                ends.note_filed(std::mem::take(&mut self.filed))?;
            }
        }
        self.commit(ends, Place::MAX)?;
        ends.note_filed(std::mem::take(&mut self.filed))?;
        Ok(self.outcome)
    }

    /// Commits what is ready when it makes a batch: the messages with nothing outstanding before
    /// them, or all of them when too many pile up behind a slow one.
    fn commit_when_full(&mut self, ends: &mut dyn Ends) -> Result<(), super::Error> {
        let bytes: usize = self.ready.values().map(|(prepared, ..)| prepared.weight()).sum();
        let nothing_coming = self.fetching.is_empty() && !self.may_fetch();
        if nothing_coming || bytes >= BATCH_BYTES || self.ready.len() >= 2 * BATCH {
            return self.commit(ends, Place::MAX);
        }
        let outstanding = self.fetching.keys().next().copied().unwrap_or(Place::MAX);
        if self.ready.range(..outstanding).count() >= BATCH {
            self.commit(ends, outstanding)?;
        }
        Ok(())
    }

    fn may_fetch(&self) -> bool {
        self.outcome.stopped.is_none() && !self.to_fetch.is_empty()
    }

    /// Hands out jobs, filing first: it makes room and was begun earlier.
    fn hand_out(&mut self) {
        while self.outcome.stopped.is_none() && self.fetching.len() + self.filing < AHEAD {
            let job = if let Some((original, look_first)) = self.to_file.pop_front() {
                self.filing += 1;
                Job::File { original, look_first }
            } else {
                let expected: u64 = self.fetching.values().sum();
                if expected >= AHEAD_BYTES {
                    return;
                }
                let Some(waiting) = self.to_fetch.pop_front() else { return };
                let place = self.next_place;
                self.next_place += 1;
                self.fetching.insert(place, waiting.size.unwrap_or(GUESS));
                Job::Fetch(place, waiting)
            };
            if self.jobs.send(job).is_err() {
                return;
            }
        }
    }

    fn put_away(&mut self, result: Done, ends: &dyn Ends) {
        match result {
            Done::Fetched(place, waiting, Ok(prepared)) => {
                self.fetching.remove(&place);
                self.failures_in_a_row = 0;
                let message_id = prepared.message_id().cloned();
                self.ready.insert(place, (*prepared, ItemId(waiting.item_id), message_id));
            }
            Done::Fetched(place, waiting, Err(error)) => {
                self.fetching.remove(&place);
                if let Some(error) = self.stops(error) {
                    self.outcome.failed.push((waiting, error));
                }
            }
            Done::Filed { original, steps, failure } => {
                self.filing -= 1;
                self.filed.extend(steps.into_iter().map(|step| (original.ledger, step)));
                match failure {
                    None => self.failures_in_a_row = 0,
                    Some(error) => {
                        let failed = ends.failed_filing(original.attempts, &error);
                        if self.stops(error).is_some() {
                            self.filed.push((original.ledger, failed));
                        }
                    }
                }
            }
        }
    }

    /// Stops the belt when the failure is the mailbox's rather than one message's; gives it back
    /// otherwise.
    fn stops(&mut self, error: mailbox::Error) -> Option<mailbox::Error> {
        self.failures_in_a_row += 1;
        let of_the_mailbox = match &error {
            mailbox::Error::Throttled { .. } | mailbox::Error::SignInNeeded(_) => true,
            mailbox::Error::Unreachable(_) | mailbox::Error::Unknown(_) => {
                self.failures_in_a_row >= OUTAGE
            }
            _ => false,
        };
        if of_the_mailbox || self.outcome.stopped.is_some() {
            self.outcome.stopped.get_or_insert(error);
            return None;
        }
        Some(error)
    }

    /// Commits what is ready and stands before `end`, in the order of the folder.
    fn commit(&mut self, ends: &mut dyn Ends, end: Place) -> Result<(), super::Error> {
        let later = self.ready.split_off(&end);
        let now = std::mem::replace(&mut self.ready, later);
        if now.is_empty() {
            return Ok(());
        }
        let mut names = HashMap::with_capacity(now.len());
        let mut batch = Vec::with_capacity(now.len());
        for (prepared, item, message_id) in now.into_values() {
            names.insert(prepared.ledger(), (item, message_id));
            batch.push(prepared);
        }
        for taken in ends.take_in(batch)? {
            if let (Some(_), true, Some((item, message_id))) =
                (taken.outcome, ends.files(), names.remove(&taken.ledger))
            {
                let original = ToFile {
                    ledger: taken.ledger,
                    item_id: item.0,
                    message_id,
                    copied: false,
                    attempts: 0,
                };
                self.to_file.push_back((original, false));
            }
        }
        Ok(())
    }
}

fn work(
    mailbox: &dyn Mailbox,
    settings: &Settings,
    jobs: &Mutex<Receiver<Job>>,
    done: &Sender<Done>,
) {
    loop {
        // A poisoned lock only means that another worker panicked between two jobs.
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let result = match job {
            Err(_) => return,
            Ok(Job::Fetch(place, waiting)) => {
                let prepared = fetch(mailbox, settings, &waiting);
                Done::Fetched(place, waiting, prepared)
            }
            Ok(Job::File { original, look_first }) => {
                let (steps, failure) = file(mailbox, settings, &original, look_first);
                Done::Filed { original, steps, failure }
            }
        };
        if done.send(result).is_err() {
            return;
        }
    }
}

fn fetch(
    mailbox: &dyn Mailbox,
    settings: &Settings,
    waiting: &Waiting,
) -> Result<Box<Prepared>, mailbox::Error> {
    if waiting.size.is_some_and(|size| size > settings.max_bytes) {
        return Err(mailbox::Error::TooLarge { max_bytes: settings.max_bytes });
    }
    let raw = mailbox.fetch(&ItemId(waiting.item_id.clone()), settings.max_bytes)?;
    catch_unwind(AssertUnwindSafe(|| {
        let message = parse::parse(&raw);
        Box::new(Prepared::new(waiting.ledger, waiting.received_at, &raw, message))
    }))
    .map_err(|_| {
        mailbox::Error::Refused(
            "reading the message failed inside this program; it stays in the mailbox".to_owned(),
        )
    })
}

/// Copies, then removes, moves or keeps one original; what was done, and what failed after that.
/// `look_first` when an earlier attempt may have copied it already.
fn file(
    mailbox: &dyn Mailbox,
    settings: &Settings,
    original: &ToFile,
    look_first: bool,
) -> (Vec<Filed>, Option<mailbox::Error>) {
    let item = ItemId(original.item_id.clone());
    let message_id = original.message_id.as_ref();
    let mut steps = Vec::with_capacity(2);
    if let Some(folder) = settings.copy_to.as_deref().filter(|_| !original.copied) {
        match copy(mailbox, &item, message_id.filter(|_| look_first), folder) {
            Ok(()) => steps.push(Filed::Copied),
            // Nothing is left to be copied; what follows finds out where it went.
            Err(mailbox::Error::Gone(_)) => {}
            Err(error) => return (steps, Some(error)),
        }
    }
    let last = match &settings.after_import {
        AfterImport::Keep => Ok(Filed::Kept),
        AfterImport::Move(folder) => match mailbox.move_to(&item, folder) {
            Ok(_) => Ok(Filed::Moved),
            Err(mailbox::Error::Gone(_)) => Ok(Filed::Gone),
            Err(error) => Err(error),
        },
        AfterImport::Delete => mailbox.remove(&item, message_id).map(|removed| match removed {
            Removed::Recoverable(item) => Filed::Removed { item_id: item.0 },
            Removed::Gone => Filed::Gone,
        }),
    };
    match last {
        Ok(step) => {
            steps.push(step);
            (steps, None)
        }
        Err(error) => (steps, Some(error)),
    }
}

fn copy(
    mailbox: &dyn Mailbox,
    item: &ItemId,
    look_for: Option<&MessageId>,
    folder: &str,
) -> Result<(), mailbox::Error> {
    if let Some(message_id) = look_for
        && mailbox.find_copy(message_id, folder)?.is_some()
    {
        return Ok(());
    }
    mailbox.copy(item, folder).map(|_| ())
}
