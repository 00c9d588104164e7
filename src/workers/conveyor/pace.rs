//! How long fetching one message may take. A few messages the service never hands out must not hold
//! up the good ones, so the first attempt gets little more than what fetching takes just now; one
//! that failed before is tried alone and gets all the time a slow service may need.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::store::ledger::Waiting;

/// How much longer than usual a first attempt may take.
const MARGIN: u32 = 20;

/// The bounds of a first attempt, before what its size takes.
const SHORTEST: Duration = Duration::from_secs(3);
const LONGEST: Duration = Duration::from_secs(30);

/// The usual time as long as nothing was fetched.
const GUESS: Duration = Duration::from_millis(200);

/// Bytes a second that a slow line brings.
const SLOW_LINE: u64 = 64 << 10;

/// Bytes that a message of unknown size may have and still be fetched at the first attempt.
const UNKNOWN: u64 = 1 << 20;

/// How long fetching may take when it was too slow before.
const AGAIN: Duration = Duration::from_secs(600);

/// What fetching takes at present.
pub(super) struct Pace {
    usual: Mutex<Duration>,
}

impl Pace {
    /// Nothing was fetched yet.
    pub(super) fn new() -> Self {
        Self { usual: Mutex::new(GUESS) }
    }

    /// Notes how long fetching a message took. Each one counts for an eighth.
    pub(super) fn note(&self, took: Duration) {
        let mut usual = self.usual.lock().unwrap_or_else(PoisonError::into_inner);
        *usual = *usual * 7 / 8 + took / 8;
    }

    /// How long fetching this message may take.
    pub(super) fn patience(&self, waiting: &Waiting) -> Duration {
        if waiting.attempts > 0 {
            return AGAIN;
        }
        let usual = *self.usual.lock().unwrap_or_else(PoisonError::into_inner);
        let size = Duration::from_secs(waiting.size.unwrap_or(UNKNOWN) / SLOW_LINE);
        ((usual * MARGIN).clamp(SHORTEST, LONGEST) + size).min(AGAIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::ticket::LedgerId;
    use crate::time::Timestamp;

    fn waiting(size: Option<u64>, attempts: u32) -> Waiting {
        Waiting {
            ledger: LedgerId(1),
            item_id: "item".into(),
            received_at: Timestamp::from_unix(0),
            size,
            attempts,
            forced: false,
        }
    }

    #[test]
    fn a_first_attempt_follows_the_pace_and_the_size_and_a_second_one_may_take_long() {
        let pace = Pace::new();
        let seconds =
            |pace: &Pace, size, attempts| pace.patience(&waiting(size, attempts)).as_secs();
        assert_eq!(seconds(&pace, Some(9_000), 0), 4, "nothing is known yet");
        (0..50).for_each(|_| pace.note(Duration::from_millis(5)));
        assert_eq!(seconds(&pace, Some(9_000), 0), 3);
        assert_eq!(seconds(&pace, Some(32 << 20), 0), 3 + 512, "a slow line may bring it");
        assert_eq!(seconds(&pace, None, 0), 3 + 16);
        (0..50).for_each(|_| pace.note(Duration::from_secs(40)));
        assert_eq!(seconds(&pace, Some(9_000), 0), 30);
        assert_eq!(seconds(&pace, Some(150 << 20), 0), 600);
        assert_eq!(seconds(&pace, Some(9_000), 1), 600);
    }
}
