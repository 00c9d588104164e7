//! How long one has to wait after wrong passwords: longer each time, for one name and for all
//! together, forgotten after a while without any. Kept in memory; a restart forgives.

use std::collections::HashMap;

use crate::time::Timestamp;

/// The most names kept in mind; beyond it the one tried longest ago is forgotten.
const NAMES: usize = 1_000;

/// The bytes of a name kept in mind.
const NAME_BYTES: usize = 200;

/// The terms for one name.
const NAME: Terms = Terms { free: 3, longest: 300, forgotten: 3_600 };

/// The terms for all names together: guessing many names is slowed down, while nobody is kept out
/// for long because others guess.
const ALL: Terms = Terms { free: 30, longest: 30, forgotten: 600 };

struct Terms {
    /// Tries before there is any wait.
    free: u32,
    /// The longest wait, in seconds.
    longest: i64,
    /// Seconds after the last try when the count starts anew.
    forgotten: i64,
}

/// What was tried lately.
#[derive(Debug, Default)]
pub(super) struct Patience {
    names: HashMap<String, Tries>,
    all: Tries,
}

#[derive(Clone, Copy, Debug)]
struct Tries {
    count: u32,
    last: Timestamp,
}

impl Default for Tries {
    fn default() -> Self {
        Self { count: 0, last: Timestamp::from_unix(0) }
    }
}

impl Tries {
    /// Seconds still to wait.
    fn wait(self, terms: &Terms, now: Timestamp) -> i64 {
        let Some(over) = self.count.checked_sub(terms.free) else {
            return 0;
        };
        let whole = 1_i64.checked_shl(over.min(32)).unwrap_or(i64::MAX).min(terms.longest);
        // A clock set back must not lengthen the wait.
        (self.last.unix() + whole - now.unix()).clamp(0, whole)
    }

    fn count(&mut self, terms: &Terms, now: Timestamp) {
        if now.unix() - self.last.unix() >= terms.forgotten {
            self.count = 0;
        }
        self.count = self.count.saturating_add(1);
        self.last = now;
    }
}

impl Patience {
    /// Whether a password may be tried for this name now; if not, in how many seconds. A try that
    /// may be made is counted at once, so that many at the same time are no way around.
    pub(super) fn may_try(&mut self, name: &str, now: Timestamp) -> Result<(), i64> {
        let key = key(name);
        let known = self.names.get(&key).copied().unwrap_or_default();
        let wait = known.wait(&NAME, now).max(self.all.wait(&ALL, now));
        if wait > 0 {
            return Err(wait);
        }
        self.all.count(&ALL, now);
        self.names.entry(key).or_default().count(&NAME, now);
        if self.names.len() > NAMES {
            let oldest = self.names.iter().min_by_key(|(_, tries)| tries.last);
            if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
                self.names.remove(&oldest);
            }
        }
        Ok(())
    }

    /// The password of this name was right: its tries are forgiven.
    pub(super) fn forgive(&mut self, name: &str) {
        if let Some(tries) = self.names.remove(&key(name)) {
            self.all.count = self.all.count.saturating_sub(tries.count);
        }
    }
}

fn key(name: &str) -> String {
    let mut key = name.trim().to_lowercase();
    let mut end = key.len().min(NAME_BYTES);
    while !key.is_char_boundary(end) {
        end -= 1;
    }
    key.truncate(end);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(1_777_885_964 + seconds)
    }

    #[test]
    fn waits_grow_end_and_are_forgotten() {
        let mut patience = Patience::default();
        let mut now = 0;
        let mut waits = Vec::new();
        for _ in 0..14 {
            if let Err(wait) = patience.may_try("ana", at(now)) {
                waits.push(wait);
                assert_eq!(patience.may_try(" Ana ", at(now + wait - 1)), Err(1));
                now += wait;
                assert_eq!(patience.may_try("ana", at(now)), Ok(()));
            }
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(patience.may_try("ben", at(now)), Ok(()), "somebody else");
        assert_eq!(patience.may_try("ana", at(now - 9_999)), Err(300), "a clock set back");
        let later = at(now + NAME.forgotten);
        for _ in 0..3 {
            assert_eq!(patience.may_try("ana", later), Ok(()), "forgotten");
        }
        assert_eq!(patience.may_try("ana", later), Err(1));
    }

    #[test]
    fn a_right_password_forgives() {
        let mut patience = Patience::default();
        for _ in 0..50 {
            assert_eq!(patience.may_try("ana", at(0)), Ok(()));
            patience.forgive("ANA");
        }
    }

    #[test]
    fn guessing_many_names_is_slowed_down_and_takes_no_memory() {
        let mut patience = Patience::default();
        for name in 0..30 {
            assert_eq!(patience.may_try(&name.to_string(), at(0)), Ok(()), "{name}");
        }
        assert_eq!(patience.may_try("ana", at(0)), Err(1));
        for name in 1..3_000 {
            assert_eq!(patience.may_try(&name.to_string(), at(name * 600)), Ok(()), "{name}");
        }
        assert!(patience.names.len() <= NAMES);
    }
}
