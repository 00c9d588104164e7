//! How many requests one mailbox has in flight, over the whole program, and the pauses the provider
//! asks for. No request is wasted inside a pause (facts: microsoft-graph 5.1, 5.2).

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ring::rand::{SecureRandom, SystemRandom};

/// The longest pause a caller sits out; beyond it is told to come back.
const SITS_OUT: Duration = Duration::from_secs(30);

/// The longest pause we choose ourselves.
const LONGEST: Duration = Duration::from_secs(900);

/// Good answers in a row after which one more request is allowed side by side again.
const CREEP: u32 = 200;

/// The gate of one mailbox.
pub struct Gate {
    most: usize,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    in_flight: usize,
    /// How many are allowed now: fewer after refusals, slowly more again.
    allowed: usize,
    good: u32,
    refusals: u32,
    paused_until: Option<Instant>,
}

/// The right to have one request in flight; given back when dropped.
pub struct Pass<'a>(&'a Gate);

impl Gate {
    /// A gate for at most `most` requests side by side.
    pub fn new(most: usize) -> Self {
        let most = most.max(1);
        let state = State { in_flight: 0, allowed: most, good: 0, refusals: 0, paused_until: None };
        Self { most, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Waits for a pass. In a pause longer than half a minute it fails at once with what is left
    /// of it.
    pub fn enter(&self) -> Result<Pass<'_>, Duration> {
        let mut state = self.lock();
        loop {
            let pause = state
                .paused_until
                .map(|until| until.saturating_duration_since(Instant::now()))
                .filter(|left| !left.is_zero());
            match pause {
                Some(left) if left > SITS_OUT => return Err(left),
                Some(left) => {
                    state = self
                        .changed
                        .wait_timeout(state, left)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0;
                }
                None if state.in_flight < state.allowed => {
                    state.in_flight += 1;
                    return Ok(Pass(self));
                }
                None => {
                    state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    /// Notes a refusal: everybody pauses as long as asked, or longer each time when nothing was
    /// asked. `crowded` when it was refused for having too many side by side. Returns the pause.
    pub fn refused(&self, asked: Option<Duration>, crowded: bool) -> Duration {
        let mut state = self.lock();
        state.refusals = state.refusals.saturating_add(1);
        state.good = 0;
        if crowded {
            state.allowed = (state.allowed - 1).max(1);
        }
        let pause = asked.unwrap_or_else(|| jittered(grown(state.refusals)));
        let until = Instant::now() + pause;
        if state.paused_until.is_none_or(|before| before < until) {
            state.paused_until = Some(until);
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
        let gate = Gate::new(4);
        let (inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let pass = gate.enter().ok();
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
        let gate = Gate::new(4);
        gate.refused(Some(Duration::from_millis(60)), false);
        let begun = Instant::now();
        assert!(gate.enter().is_ok());
        assert!(begun.elapsed() >= Duration::from_millis(55));
        gate.refused(Some(Duration::from_secs(100)), false);
        let left = gate.enter().err().unwrap_or_default();
        assert!(left > Duration::from_secs(90), "{left:?}");
    }

    #[test]
    fn pauses_grow_and_a_crowd_shrinks_then_creeps_back() {
        let seconds = |refusals| grown(refusals).as_secs();
        assert_eq!([1, 2, 3, 10, 11, 50].map(seconds), [1, 2, 4, 512, 900, 900]);
        for _ in 0..100 {
            let pause = jittered(Duration::from_secs(8));
            assert!((4..=8).contains(&pause.as_secs()), "{pause:?}");
        }
        let gate = Gate::new(4);
        for _ in 0..9 {
            gate.refused(Some(Duration::ZERO), true);
        }
        assert_eq!(gate.lock().allowed, 1);
        for _ in 0..CREEP * 9 {
            gate.answered();
        }
        assert_eq!(gate.lock().allowed, 4);
    }
}
