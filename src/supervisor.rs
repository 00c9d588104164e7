//! Keeps each round going on a thread of its own: lets it rest as long as it says, backs off when
//! it fails, catches panics, and notes in the store how it fares. It never gives up.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::store::{self, Store};
use crate::time::{Clock, Timestamp};
use crate::workers::{Rest, Round};

/// The longest rest after failures, unless the provider asked for a longer one.
const LONGEST: Duration = Duration::from_secs(300);

/// The longest rest while something waits for its time.
const GLANCE: Duration = Duration::from_secs(1);

/// Seconds between two notes of a round that goes on as before, so that an idle office does not
/// write to its disk all day.
const NOTE_EVERY: i64 = 15;

/// The rounds, running.
pub struct Supervisor {
    stop: Arc<Stop>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Stop {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    /// Rests, but not beyond the end. Whether the end has come.
    fn rest(&self, rest: Duration) -> bool {
        let stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        let (stopped, _) = self
            .changed
            .wait_timeout_while(stopped, rest, |stopped| !*stopped)
            .unwrap_or_else(PoisonError::into_inner);
        *stopped
    }
}

impl Supervisor {
    /// Starts every round on its own thread.
    pub fn start(
        rounds: Vec<Box<dyn Round>>,
        database: &Path,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, store::Error> {
        let mut supervisor = Self { stop: Arc::default(), threads: Vec::new() };
        // One for all: they seldom note anything, and each open database takes memory.
        let store = Arc::new(Mutex::new(Store::open(database, clock.now())?));
        for round in rounds {
            let watched = Watched {
                store: Arc::clone(&store),
                round,
                clock: Arc::clone(clock),
                failures: 0,
                noted: None,
            };
            let stop = Arc::clone(&supervisor.stop);
            let name = watched.round.name().to_owned();
            let thread = std::thread::Builder::new()
                .name(name.clone())
                .spawn(move || watched.keep_going(&stop))
                .map_err(|error| {
                    store::Error::NotPossible(format!("cannot start a thread for {name}: {error}"))
                })?;
            supervisor.threads.push(thread);
        }
        Ok(supervisor)
    }

    /// Tells every round to end, and waits at most `patience` for those that are in the middle of
    /// something. Whatever is cut off then is done again at the next start.
    pub fn stop(self, patience: Duration) {
        *self.stop.stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.changed.notify_all();
        let end = Instant::now() + patience;
        for thread in self.threads {
            while !thread.is_finished() && Instant::now() < end {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }
}

struct Watched {
    store: Arc<Mutex<Store>>,
    round: Box<dyn Round>,
    clock: Arc<dyn Clock>,
    failures: u32,
    /// When it was last noted how the round fares, and whether well.
    noted: Option<(Timestamp, bool)>,
}

impl Watched {
    fn keep_going(mut self, stop: &Stop) {
        loop {
            let rest = self.once();
            if stop.rest(rest) {
                return;
            }
        }
    }

    /// One round, and how long to rest after it.
    fn once(&mut self) -> Duration {
        let now = self.clock.now();
        let round = &mut self.round;
        let result = catch_unwind(AssertUnwindSafe(|| round.round(now)));
        let name = self.round.name().to_owned();
        match result {
            Ok(Ok(rest)) => {
                if self.failures > 0 {
                    log::info!(target: "supervisor", "{name}: well again");
                }
                self.failures = 0;
                self.note(Ok(()));
                match rest {
                    Rest::No => Duration::ZERO,
                    // Pages and commands may bring something earlier than what waits.
                    Rest::Until(rest) | Rest::Limited(rest) => rest.min(GLANCE),
                    Rest::Idle(rest) => rest,
                }
            }
            Ok(Err(error)) => {
                self.failures = self.failures.saturating_add(1);
                let rest = backoff(self.failures, error.asked_wait());
                let again = rest.as_secs();
                if error.needs_a_person() {
                    log::error!(target: "supervisor", "{name}: {error}; trying again in {again} s");
                } else {
                    log::warn!(target: "supervisor", "{name}: {error}; trying again in {again} s");
                }
                self.note(Err(&error.to_string()));
                rest
            }
            Err(_) => {
                self.failures = self.failures.saturating_add(1);
                let sentence = "the round failed inside this program; the log has the place";
                log::error!(target: "supervisor", "{name}: {sentence}");
                self.note(Err(sentence));
                backoff(self.failures, None)
            }
        }
    }

    fn note(&mut self, outcome: Result<(), &str>) {
        let now = self.clock.now();
        let well = outcome.is_ok();
        if well && self.noted.is_some_and(|(at, was)| was && at.plus_seconds(NOTE_EVERY) > now) {
            return;
        }
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        match store.note_round(self.round.name(), outcome, now) {
            Ok(()) => self.noted = Some((now, well)),
            Err(error) => log::error!(target: "supervisor", "{}: {error}", self.round.name()),
        }
    }
}

/// The rest after the `failures`-th failure in a row: a second, then twice as long each time, five
/// minutes at most; and never less than the provider asked for.
fn backoff(failures: u32, asked: Option<Duration>) -> Duration {
    let grown = Duration::from_secs(1_u64 << failures.saturating_sub(1).min(9)).min(LONGEST);
    asked.map_or(grown, |asked| asked.max(Duration::from_secs(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workers;

    struct Fixed;

    impl Clock for Fixed {
        fn now(&self) -> Timestamp {
            Timestamp::from_unix(1_800_000_000)
        }
    }

    struct Scripted(Vec<fn() -> Result<Rest, workers::Error>>);

    impl Round for Scripted {
        fn name(&self) -> &str {
            "scripted"
        }

        fn round(&mut self, _now: Timestamp) -> Result<Rest, workers::Error> {
            self.0.remove(0)()
        }
    }

    #[test]
    fn rests_grow_to_five_minutes_and_a_wish_is_granted() {
        let seconds = |failures| backoff(failures, None).as_secs();
        assert_eq!([1, 2, 3, 9, 10, 99].map(seconds), [1, 2, 4, 256, 300, 300]);
        assert_eq!(backoff(1, Some(Duration::from_secs(700))).as_secs(), 700);
        assert_eq!(backoff(9, Some(Duration::ZERO)).as_secs(), 1);
    }

    #[test]
    fn a_round_that_fails_or_panics_is_noted_and_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("counterfoil.db");
        let round = Scripted(vec![
            || Err(store::Error::NoSuch("no luck".into()).into()),
            || panic!("on purpose"),
            || Ok(Rest::Idle(Duration::from_secs(30))),
        ]);
        let mut watched = Watched {
            store: Arc::new(Mutex::new(Store::open(&path, Fixed.now()).unwrap())),
            round: Box::new(round),
            clock: Arc::new(Fixed),
            failures: 0,
            noted: None,
        };
        let mut said = Vec::new();
        for _ in 0..3 {
            let rest = watched.once().as_secs();
            let mut store = watched.store.lock().unwrap();
            let health = store.status(Fixed.now(), Fixed.now()).unwrap().rounds.remove(0);
            drop(store);
            said.push((rest, health.last_error, health.last_success_at.is_some()));
        }
        assert_eq!(said[0], (1, "no luck".into(), false));
        assert_eq!(said[1].0, 2);
        assert!(said[1].1.contains("inside this program"), "{}", said[1].1);
        assert_eq!(said[2], (30, String::new(), true));
    }

    #[test]
    fn a_resting_round_ends_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("counterfoil.db");
        let round = Scripted(vec![|| Ok(Rest::Idle(Duration::from_secs(3_600)))]);
        let clock: Arc<dyn Clock> = Arc::new(Fixed);
        let supervisor = Supervisor::start(vec![Box::new(round)], &path, &clock).unwrap();
        let begun = Instant::now();
        supervisor.stop(Duration::from_secs(5));
        assert!(begun.elapsed() < Duration::from_secs(2));
    }
}
