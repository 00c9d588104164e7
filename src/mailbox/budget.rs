//! How many requests one mailbox may have in ten minutes, counted by ourselves so that the service
//! need not refuse (facts: microsoft-graph 5.1). Time is handed in; nothing here looks at a clock.

/// Seconds of the service's window.
const WINDOW: u64 = 600;

/// Requests the service allows in the window.
const ALLOWED: u32 = 10_000;

/// What taking in a backlog leaves for answers, listings and whatever else cannot wait.
const RESERVE: u32 = 300;

/// One more than the window has seconds, since a request may come at the very end of its second.
const SECONDS: usize = WINDOW as usize + 1;

/// Whose turn a request is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn {
    /// One of many alike, as while a backlog is taken in; the last of the budget is not for it.
    Bulk,
    /// One that something waits for.
    Prompt,
}

/// The requests of the last ten minutes, by the second.
pub(super) struct Budget {
    counts: Box<[u32; SECONDS]>,
    /// The second counted last.
    last: u64,
    total: u32,
}

impl Budget {
    /// A budget of which nothing is used.
    pub(super) fn new() -> Self {
        Self { counts: Box::new([0; SECONDS]), last: 0, total: 0 }
    }

    /// Counts a request at `second`.
    pub(super) fn spend(&mut self, second: u64) {
        self.forget(second);
        self.counts[index(self.last)] += 1;
        self.total += 1;
    }

    /// Seconds until a request of this turn is within the budget, at `second`; 0 when it is now.
    pub(super) fn wait(&mut self, turn: Turn, second: u64) -> u64 {
        self.forget(second);
        let limit = if turn == Turn::Bulk { ALLOWED - RESERVE } else { ALLOWED };
        if self.total < limit {
            return 0;
        }
        // The oldest seconds leave the window first; enough of them must be gone.
        let mut left = self.total;
        let oldest = (self.last + 1).saturating_sub(SECONDS as u64);
        for second in oldest..=self.last {
            left -= self.counts[index(second)];
            if left < limit {
                return second + SECONDS as u64 - self.last;
            }
        }
        WINDOW
    }

    /// Moves on to `second`; what is older than the window no longer counts. A clock that goes
    /// backwards stands still here.
    fn forget(&mut self, second: u64) {
        if second <= self.last {
            return;
        }
        let passed = (second - self.last).min(SECONDS as u64);
        for step in 1..=passed {
            let slot = &mut self.counts[index(self.last + step)];
            self.total -= *slot;
            *slot = 0;
        }
        // After a pause longer than the window every slot is empty, whichever was cleared.
        self.last = second;
    }
}

fn index(second: u64) -> usize {
    // The remainder is below the number of slots.
    (second % SECONDS as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks as often as it is allowed for `seconds`, `at_once` times a second at most, and gives
    /// back when each request was made.
    fn greedy(budget: &mut Budget, turn: Turn, seconds: u64, at_once: usize) -> Vec<u64> {
        let mut made = Vec::new();
        for second in 0..seconds {
            for _ in 0..at_once {
                if budget.wait(turn, second) > 0 {
                    break;
                }
                budget.spend(second);
                made.push(second);
            }
        }
        made
    }

    fn most_in_a_window(made: &[u64]) -> usize {
        let end = |start: usize| made.partition_point(|at| *at <= made[start] + WINDOW);
        (0..made.len()).step_by(50).map(|start| end(start) - start).max().unwrap_or(0)
    }

    #[test]
    fn no_ten_minutes_hold_more_than_is_allowed_and_nearly_all_of_it_is_used() {
        for at_once in [17, 40, 3_000] {
            let made = greedy(&mut Budget::new(), Turn::Prompt, 3_000, at_once);
            assert!(most_in_a_window(&made) <= 10_000, "{at_once} a second");
            assert!(made.len() >= 49_500, "{at_once} a second: only {} were made", made.len());
        }
        // A backlog uses over 95 % and leaves the rest to what cannot wait.
        let made = greedy(&mut Budget::new(), Turn::Bulk, 3_000, 3_000);
        assert!((9_501..=9_700).contains(&most_in_a_window(&made)));
        assert!(made.len() >= 48_000, "{}", made.len());
    }

    #[test]
    fn the_wait_is_told_and_long_enough() {
        let mut budget = Budget::new();
        for _ in 0..9_700 {
            budget.spend(5);
        }
        assert_eq!(budget.wait(Turn::Prompt, 5), 0, "what cannot wait still goes");
        let wait = budget.wait(Turn::Bulk, 100);
        assert_eq!(wait, 5 + 601 - 100);
        assert!(budget.wait(Turn::Bulk, 100 + wait - 1) > 0);
        assert_eq!(budget.wait(Turn::Bulk, 100 + wait), 0);
        budget.spend(90_000);
        assert_eq!(budget.total, 1, "a long pause empties it");
    }
}
