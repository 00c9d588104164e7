//! The belt between mailbox and database: messages are fetched and read, and originals filed, by a
//! few threads side by side, while one thread commits what they bring in batches. Nothing is filed
//! before the commit that took its message in.

mod filing;
mod lanes;
mod pace;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::desk::retention::Days;
use crate::desk::ticket::LedgerId;
use crate::mail::{Message, parse};
use crate::mailbox::{self, ItemId, Mailbox, Whereabouts};
use crate::store::filing::{Filed, ToFile};
use crate::store::intake::{Prepared, Taken};
use crate::store::ledger::Waiting;
use filing::Claims;
use lanes::{Lanes, Place};
use pace::Pace;

/// Messages per commit.
const BATCH: usize = 100;

/// Bytes that make a batch full before it has [`BATCH`] messages.
const BATCH_BYTES: usize = 8 << 20;

/// How long a message that is fetched slowly holds back those behind it. They are committed in the
/// order of the folder as far as that goes, so that an answer finds its question.
const PATIENCE: Duration = Duration::from_secs(2);

/// Jobs handed out ahead, so that nobody is idle during a commit.
const AHEAD: usize = 128;

/// Failures without a success between them after which it is looked whether the mailbox is out of
/// reach, or something wrong with one message each.
const OUTAGE: usize = 8;

/// The largest message taken in when a person insists, in bytes: none in Exchange is larger.
const FORCED_BYTES: u64 = 160 << 20;

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
    /// How many could be.
    pub(super) fetched: usize,
    /// How many originals were dealt with.
    pub(super) filed: usize,
    /// What stopped the belt, if something did.
    pub(super) stopped: Option<mailbox::Error>,
}

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
    let (large_sender, large_receiver) = mpsc::channel::<Job>();
    let (job_receiver, large_receiver) = (Mutex::new(job_receiver), Mutex::new(large_receiver));
    let (claims, pace) = (Claims::default(), Pace::new());
    thread::scope(|scope| {
        let (claims, pace) = (&claims, &pace);
        let threads = settings.side_by_side.min(waiting.len() + leftover.len());
        // Large messages are read by one thread alone, or each would keep the memory of one.
        for number in 0..=threads {
            let jobs = if number == threads { &large_receiver } else { &job_receiver };
            let done = done_sender.clone();
            thread::Builder::new()
                .name(format!("{}-{number}", settings.name))
                .spawn_scoped(scope, move || work(mailbox, settings, (claims, pace), jobs, &done))
                .map_err(|error| super::Error::Mailbox {
                    name: settings.name.clone(),
                    error: mailbox::Error::Unreachable(format!("cannot start a thread: {error}")),
                })?;
        }
        drop(done_sender);
        let belt = Belt {
            mailbox,
            jobs: job_sender,
            large_jobs: large_sender,
            to_fetch: Lanes::new(waiting),
            to_file: leftover.into_iter().map(|original| (original, true)).collect(),
            filing: 0,
            ready: BTreeMap::new(),
            filed: Vec::new(),
            failures_in_a_row: 0,
            outcome: Outcome::default(),
        };
        belt.turn(&done_receiver, ends)
    })
}

struct Belt<'a> {
    mailbox: &'a dyn Mailbox,
    jobs: Sender<Job>,
    large_jobs: Sender<Job>,
    to_fetch: Lanes,
    to_file: VecDeque<(ToFile, bool)>,
    filing: usize,
    /// What was fetched and is not committed yet.
    ready: BTreeMap<Place, (Prepared, String)>,
    filed: Vec<(LedgerId, Filed)>,
    failures_in_a_row: usize,
    outcome: Outcome,
}

impl Belt<'_> {
    fn turn(mut self, done: &Receiver<Done>, ends: &mut dyn Ends) -> Result<Outcome, super::Error> {
        loop {
            self.hand_out();
            if self.to_fetch.none_out() && self.filing == 0 {
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
        let nothing_coming = self.to_fetch.none_out() && !self.may_fetch();
        if nothing_coming || self.held() >= BATCH_BYTES || self.ready.len() >= 2 * BATCH {
            return self.commit(ends, Place::MAX);
        }
        let outstanding = self.to_fetch.first_out().unwrap_or(Place::MAX);
        if self.ready.range(..outstanding).count() >= BATCH {
            self.commit(ends, outstanding)?;
        }
        Ok(())
    }

    fn may_fetch(&self) -> bool {
        self.outcome.stopped.is_none() && !self.to_fetch.is_empty()
    }

    /// Bytes of what was fetched and is not committed yet.
    fn held(&self) -> usize {
        self.ready.values().map(|(prepared, ..)| prepared.weight()).sum()
    }

    /// Hands out jobs, filing first: it makes room and was begun earlier.
    fn hand_out(&mut self) {
        let held = self.held() as u64;
        while self.outcome.stopped.is_none() && self.to_fetch.count_out() + self.filing < AHEAD {
            let job = if let Some((original, look_first)) = self.to_file.pop_front() {
                self.filing += 1;
                Job::File { original, look_first }
            } else {
                let Some((place, waiting)) = self.to_fetch.next(held) else { return };
                Job::Fetch(place, waiting)
            };
            let jobs = match &job {
                Job::Fetch(_, waiting) if lanes::is_large(waiting) => &self.large_jobs,
                _ => &self.jobs,
            };
            if jobs.send(job).is_err() {
                return;
            }
        }
    }

    fn put_away(&mut self, result: Done, ends: &dyn Ends) {
        match result {
            Done::Fetched(place, waiting, Ok(prepared)) => {
                self.to_fetch.back(place);
                self.failures_in_a_row = 0;
                self.outcome.fetched += 1;
                self.ready.insert(place, (*prepared, waiting.item_id));
            }
            Done::Fetched(place, waiting, Err(error)) => {
                self.to_fetch.back(place);
                if let Some(error) = self.stops(error) {
                    self.outcome.failed.push((waiting, error));
                }
            }
            Done::Filed { original, steps, failure } => {
                self.filing -= 1;
                self.filed.extend(steps.into_iter().map(|step| (original.ledger, step)));
                match failure {
                    None => {
                        self.failures_in_a_row = 0;
                        self.outcome.filed += 1;
                    }
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
                self.failures_in_a_row >= OUTAGE && self.is_out_of_reach()
            }
            _ => false,
        };
        if of_the_mailbox || self.outcome.stopped.is_some() {
            self.outcome.stopped.get_or_insert(error);
            return None;
        }
        Some(error)
    }

    /// Whether the mailbox itself is out of reach. While it answers, failures are those of single
    /// messages, however many.
    fn is_out_of_reach(&mut self) -> bool {
        if self.outcome.stopped.is_some() {
            return true;
        }
        self.failures_in_a_row = 0;
        self.mailbox.reachable().is_err()
    }

    /// Commits what is ready and stands before `end`, in the order of the folder.
    fn commit(&mut self, ends: &mut dyn Ends, end: Place) -> Result<(), super::Error> {
        let later = self.ready.split_off(&end);
        let now = std::mem::replace(&mut self.ready, later);
        if now.is_empty() {
            return Ok(());
        }
        let mut originals = HashMap::with_capacity(now.len());
        let mut batch = Vec::with_capacity(now.len());
        for (prepared, item_id) in now.into_values() {
            let original = ToFile {
                ledger: prepared.ledger(),
                item_id,
                message_id: prepared.message_id().cloned(),
                received_at: prepared.received_at(),
                copied: false,
                attempts: 0,
                fingerprint: Some(prepared.fingerprint().to_owned()),
                taken: Vec::new(),
            };
            originals.insert(prepared.ledger(), original);
            batch.push(prepared);
        }
        for taken in ends.take_in(batch)? {
            if let (Some(_), true, Some(original)) =
                (taken.outcome, ends.files(), originals.remove(&taken.ledger))
            {
                self.to_file.push_back((original, false));
            }
        }
        Ok(())
    }
}

fn work(
    mailbox: &dyn Mailbox,
    settings: &Settings,
    (claims, pace): (&Claims, &Pace),
    jobs: &Mutex<Receiver<Job>>,
    done: &Sender<Done>,
) {
    loop {
        // A poisoned lock only means that another worker panicked between two jobs.
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let result = match job {
            Err(_) => return,
            Ok(Job::Fetch(place, waiting)) => {
                let prepared = fetch(mailbox, settings, pace, &waiting);
                Done::Fetched(place, waiting, prepared)
            }
            Ok(Job::File { original, look_first }) => {
                let (steps, failure) =
                    filing::file(mailbox, settings, claims, &original, look_first);
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
    pace: &Pace,
    waiting: &Waiting,
) -> Result<Box<Prepared>, mailbox::Error> {
    let max_bytes = if waiting.forced { FORCED_BYTES } else { settings.max_bytes };
    if let Some(size) = waiting.size.filter(|size| *size > max_bytes) {
        return Err(mailbox::Error::TooLarge { max_bytes, size: Some(size) });
    }
    let item = ItemId(waiting.item_id.clone());
    // There was time for somebody to drag it elsewhere; the next look into the folder settles it.
    if waiting.attempts > 0 && !matches!(mailbox.whereabouts(&item)?, Whereabouts::Here) {
        let why = "fetching a message: it is not in the folder at present";
        return Err(mailbox::Error::Unreachable(why.to_owned()));
    }
    let begun = Instant::now();
    let raw = mailbox.fetch(&item, max_bytes, pace.patience(waiting))?;
    pace.note(begun.elapsed());
    let too_large = raw.len() as u64 > settings.max_bytes;
    let reader = if too_large { parse::sealed } else { parse::parse };
    let prepare = |raw: Vec<u8>, message: Message| {
        Box::new(Prepared::new(waiting.ledger, waiting.received_at, raw, message))
    };
    // The parser answers for itself; this guards what is done with what it read.
    catch_unwind(AssertUnwindSafe(|| {
        let message = reader(&raw);
        prepare(raw, message)
    }))
    .map_err(|_| {
        mailbox::Error::Refused(
            "reading the message failed inside this program; it stays in the mailbox".to_owned(),
        )
    })
}
