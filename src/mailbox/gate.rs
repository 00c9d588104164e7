//! How many requests one mailbox has in flight, over the whole program, the pauses the provider
//! asks for, and the budget of ten minutes. No request is wasted inside a pause (facts:
//! microsoft-graph 5.1, 5.2).

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ring::rand::{SecureRandom, SystemRandom};

use super::budget::{Budget, Turn};

/// The longest pause a caller sits out; beyond it is told to come back.
const SITS_OUT: Duration = Duration::from_secs(30);

/// The longest pause we choose ourselves.
const LONGEST: Duration = Duration::from_secs(900);

/// The longest pause we choose when too many requests were under way at once: fewer will do.
const CROWD: Duration = Duration::from_secs(4);

/// Good answers in a row after which one more request is allowed side by side again.
const CREEP: u32 = 200;

/// The gate of one mailbox.
pub struct Gate {
    most: usize,
    begun: Instant,
    state: Mutex<State>,
    changed: Condvar,
    note: Box<dyn Fn(Duration) + Send + Sync>,
}

struct State {
    in_flight: usize,
    /// How many are allowed now: fewer after refusals, slowly more again.
    allowed: usize,
    good: u32,
    refusals: u32,
    paused_until: Option<Instant>,
    budget: Budget,
    /// Whether the budget is kept, rather than only counted.
    keeps_budget: bool,
}

/// Why nobody is let through for longer than a caller should stand and wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Closed {
    /// The provider asked for a pause, of which so much is left.
    Paused(Duration),
    /// The requests of ten minutes are used up for so long.
    Spent(Duration),
}

/// What outlasts this process of the pauses a provider asks for.
pub struct Pauses {
    /// What is left of a pause asked for earlier; zero when nothing is.
    pub left: Duration,
    /// Notes that a pause of this length begins now.
    pub note: Box<dyn Fn(Duration) + Send + Sync>,
}

impl Default for Pauses {
    /// No pause, and none remembered.
    fn default() -> Self {
        Self { left: Duration::ZERO, note: Box::new(|_| {}) }
    }
}

/// The right to have one request in flight; given back when dropped.
pub struct Pass<'a>(&'a Gate);

impl Gate {
    /// A gate for at most `most` requests side by side. With `keeps_budget` also for no more than
    /// the service allows in ten minutes; without, only once the service has shown that it counts.
    /// A pause that was asked for earlier is kept, and each new one noted.
    pub fn new(most: usize, keeps_budget: bool, pauses: Pauses) -> Self {
        let Pauses { left, note } = pauses;
        let most = most.max(1);
        let state = State {
            in_flight: 0,
            allowed: most,
            good: 0,
            refusals: 0,
            paused_until: (!left.is_zero()).then(|| Instant::now() + left),
            budget: Budget::new(),
            keeps_budget,
        };
        let (begun, changed) = (Instant::now(), Condvar::new());
        Self { most, begun, state: Mutex::new(state), changed, note }
    }

    /// Waits for a pass. When that would take longer than half a minute it fails at once and says
    /// how long.
    pub fn enter(&self, turn: Turn) -> Result<Pass<'_>, Closed> {
        let mut state = self.lock();
        loop {
            let wait = match self.closed(&mut state, turn) {
                Some(closed @ (Closed::Paused(left) | Closed::Spent(left))) => {
                    if left > SITS_OUT {
                        return Err(closed);
                    }
                    left
                }
                None if state.in_flight < state.allowed => {
                    state.in_flight += 1;
                    let second = self.second();
                    state.budget.spend(second);
                    return Ok(Pass(self));
                }
                // Until somebody leaves.
                None => SITS_OUT,
            };
            state =
                self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// What keeps everybody out now.
    fn closed(&self, state: &mut State, turn: Turn) -> Option<Closed> {
        let pause = state.paused_until.map(|until| until.saturating_duration_since(Instant::now()));
        if let Some(left) = pause.filter(|left| !left.is_zero()) {
            return Some(Closed::Paused(left));
        }
        let spent = match state.keeps_budget {
            true => state.budget.wait(turn, self.second()),
            false => 0,
        };
        (spent > 0).then(|| Closed::Spent(Duration::from_secs(spent)))
    }

    fn second(&self) -> u64 {
        self.begun.elapsed().as_secs()
    }

    /// Notes a refusal: everybody pauses as long as asked, or longer each time when nothing was
    /// asked. `crowded` when it was refused for having too many side by side. Returns the pause.
    pub fn refused(&self, asked: Option<Duration>, crowded: bool) -> Duration {
        let mut state = self.lock();
        state.good = 0;
        if crowded {
            state.allowed = (state.allowed - 1).max(1);
        } else {
            state.keeps_budget = true;
        }
        // Those that were under way when the first was refused are refused for the same reason.
        let left = state.paused_until.map(|until| until.saturating_duration_since(Instant::now()));
        if let (None, Some(left)) = (asked, left.filter(|left| !left.is_zero())) {
            return left;
        }
        state.refusals = state.refusals.saturating_add(1);
        let longest = if crowded { CROWD } else { LONGEST };
        let ours = |refusals| jittered(grown(refusals).min(longest));
        let pause = match asked {
            None => ours(state.refusals),
            // What was asked for did not help.
            Some(asked) if state.refusals > 1 && !crowded => asked.max(ours(state.refusals - 1)),
            Some(asked) => asked,
        };
        let until = Instant::now() + pause;
        if state.paused_until.is_none_or(|before| before < until) {
            state.paused_until = Some(until);
            drop(state);
            (self.note)(pause);
        }
        pause
    }

    /// Notes an answer that was no refusal.
    pub fn answered(&self) {
        let mut state = self.lock();
        state.refusals = 0;
        state.good = state.good.saturating_add(1);
        if state.good >= CREEP && state.allowed < self.most {
            state.good = 0;
            state.allowed += 1;
            self.changed.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is whole at every point where a panic could happen.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.0.lock().in_flight -= 1;
        self.0.changed.notify_one();
    }
}

/// A second, then twice as long with each refusal in a row, a quarter of an hour at most.
fn grown(refusals: u32) -> Duration {
    Duration::from_secs(1_u64 << refusals.saturating_sub(1).min(10)).min(LONGEST)
}

/// Between half and all of a pause, so that several waiters do not come back together.
fn jittered(pause: Duration) -> Duration {
    let mut byte = [0_u8];
    // Without random numbers there is no jitter, which is no harm.
    let _ = SystemRandom::new().fill(&mut byte);
    pause / 2 + pause.mul_f64(f64::from(byte[0]) / 510.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn never_more_than_allowed_are_inside() {
        let gate = Gate::new(4, true, Pauses::default());
        let (inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let pass = gate.enter(Turn::Prompt).ok();
                        let now = inside.fetch_add(1, Ordering::SeqCst) + 1;
                        most.fetch_max(now, Ordering::SeqCst);
                        std::thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                        drop(pass);
                    }
                });
            }
        });
        assert_eq!(most.load(Ordering::SeqCst), 4);
    }

    #[test]
    fn a_short_pause_is_sat_out_and_a_long_one_is_told() {
        let gate = Gate::new(4, true, Pauses::default());
        gate.refused(Some(Duration::from_millis(60)), false);
        let begun = Instant::now();
        assert!(gate.enter(Turn::Prompt).is_ok());
        assert!(begun.elapsed() >= Duration::from_millis(55));
        gate.refused(Some(Duration::from_secs(100)), false);
        let left = gate.enter(Turn::Prompt).err();
        let long = |left| matches!(left, Some(Closed::Paused(left)) if left.as_secs() > 90);
        assert!(long(left), "{left:?}");
    }

    #[test]
    fn what_is_refused_together_counts_once() {
        let gate = Gate::new(4, true, Pauses::default());
        for _ in 0..4 {
            assert!(gate.refused(None, false) <= Duration::from_secs(1));
        }
        assert_eq!(gate.lock().refusals, 1);
    }

    #[test]
    fn a_wish_that_did_not_help_is_not_taken_literally() {
        let gate = Gate::new(4, true, Pauses::default());
        let asked = Some(Duration::ZERO);
        assert_eq!(gate.refused(asked, false), Duration::ZERO);
        assert!(gate.refused(asked, false) >= Duration::from_millis(500));
        for _ in 0..5 {
            gate.refused(asked, false);
        }
        assert!(gate.refused(asked, false) >= Duration::from_secs(32));
        assert_eq!(gate.refused(Some(Duration::from_secs(900)), false).as_secs(), 900);
        gate.answered();
        assert_eq!(gate.refused(asked, false), Duration::ZERO, "a good answer ends it");
    }

    #[test]
    fn a_pause_outlasts_the_gate_that_was_told() {
        let noted = std::sync::Arc::new(Mutex::new(Duration::ZERO));
        let to = std::sync::Arc::clone(&noted);
        let note =
            Box::new(move |pause| *to.lock().unwrap_or_else(PoisonError::into_inner) = pause);
        let gate = Gate::new(4, true, Pauses { left: Duration::ZERO, note });
        gate.refused(Some(Duration::from_secs(100)), false);
        let left = *noted.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(left.as_secs(), 100);
        let gate = Gate::new(4, true, Pauses { left, ..Pauses::default() });
        let closed = gate.enter(Turn::Prompt).err();
        assert!(matches!(closed, Some(Closed::Paused(left)) if left.as_secs() > 90), "{closed:?}");
    }

    #[test]
    fn the_budget_is_kept_from_the_start_or_once_the_service_counts() {
        let passes = |gate: &Gate, turn, most: u32| {
            (0..most).take_while(|_| gate.enter(turn).is_ok()).count()
        };
        let gate = Gate::new(4, true, Pauses::default());
        assert_eq!(passes(&gate, Turn::Bulk, 20_000), 9_700);
        assert!(matches!(gate.enter(Turn::Bulk), Err(Closed::Spent(_))));
        assert_eq!(passes(&gate, Turn::Prompt, 20_000), 300);

        let gate = Gate::new(4, false, Pauses::default());
        assert_eq!(passes(&gate, Turn::Bulk, 12_000), 12_000);
        gate.refused(Some(Duration::ZERO), true);
        assert!(gate.enter(Turn::Bulk).is_ok(), "a crowd says nothing about the budget");
        gate.refused(Some(Duration::ZERO), false);
        assert!(matches!(gate.enter(Turn::Bulk), Err(Closed::Spent(_))));
    }

    #[test]
    fn pauses_grow_and_a_crowd_shrinks_then_creeps_back() {
        let seconds = |refusals| grown(refusals).as_secs();
        assert_eq!([1, 2, 3, 10, 11, 50].map(seconds), [1, 2, 4, 512, 900, 900]);
        for _ in 0..100 {
            let pause = jittered(Duration::from_secs(8));
            assert!((4..=8).contains(&pause.as_secs()), "{pause:?}");
        }
        let gate = Gate::new(4, true, Pauses::default());
        for _ in 0..9 {
            gate.refused(Some(Duration::ZERO), true);
        }
        assert!(gate.refused(None, true) <= CROWD, "fewer at once will do");
        assert_eq!(gate.lock().allowed, 1);
        for _ in 0..CREEP * 9 {
            gate.answered();
        }
        assert_eq!(gate.lock().allowed, 4);
    }
}
