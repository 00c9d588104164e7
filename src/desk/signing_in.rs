//! What signing in asks of people: how long a password is, and how long one waits after wrong ones.
//!
//! Tries are counted thrice, and the longest wait counts:
//!
//! * **one account from one address**: the usual case, somebody guessing one password;
//! * **one address, whatever the account**: guessing many names from one machine. It is laxer, for a
//!   whole office may share an address;
//! * **one account from everywhere**: guessing one password from many machines. This wait is short, and
//!   does not hold where that account signed in lately: whoever guesses Ana's password from elsewhere
//!   never keeps Ana from her own desk, and at a new place for no more than half a minute at a time.
//!   Such a guesser gets some 2,900 tries a day at one account, which finds no password of eight
//!   characters that is not in every list.
//!
//! A try that has to wait is not counted, so that waiting out the time always leads on.

use crate::time::{DAY, Timestamp};

/// The shortest password taken, in characters (NIST SP 800-63B section 5.1.1.2 asks for 8).
const SHORTEST: usize = 8;

/// The longest name and password taken, in bytes; hashing longer ones would only cost time.
pub const NAME_BYTES: usize = 200;
/// See [`NAME_BYTES`].
pub const PASSWORD_BYTES: usize = 1_000;

/// Seconds after a sign-in for which an address is one where the account signs in.
pub const KNOWN_PLACE: i64 = 90 * DAY;

/// The addresses kept for one account.
pub const PLACES: u32 = 20;

/// Seconds between two entries of the audit trail about failed tries at one account.
pub const TOLD_EVERY: i64 = 3_600;

/// The most counts kept.
pub const COUNTS: u32 = 10_000;

/// Seconds after which every count is forgotten.
pub const FORGOTTEN: i64 = 3_600;

/// Why a password is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unfit {
    /// It is too short.
    #[error("the password is too short; take {SHORTEST} characters or more")]
    Short,
    /// It is too long.
    #[error("the password is too long; take {PASSWORD_BYTES} bytes or fewer")]
    Long,
}

/// Whether this may be a password.
pub fn fits(password: &str) -> Result<(), Unfit> {
    match password.len() {
        _ if password.chars().count() < SHORTEST => Err(Unfit::Short),
        ..=PASSWORD_BYTES => Ok(()),
        _ => Err(Unfit::Long),
    }
}

/// What tries are counted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// One account from one address.
    Both,
    /// One address.
    Address,
    /// One account.
    Account,
}

impl By {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Both, Self::Address, Self::Account];

    /// Tries before there is any wait, and the longest wait in seconds.
    const fn terms(self) -> (u32, i64) {
        match self {
            Self::Both => (3, 300),
            Self::Address => (30, 120),
            Self::Account => (10, 30),
        }
    }

    /// What is hashed to count by this.
    pub fn subject(self, name: &str, address: &str) -> String {
        let name = name.trim().to_lowercase();
        match self {
            Self::Both => format!("sign-in both\n{name}\n{address}"),
            Self::Address => format!("sign-in address\n{address}"),
            Self::Account => format!("sign-in account\n{name}"),
        }
    }
}

/// What was tried lately.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tries {
    /// How often.
    pub count: u32,
    /// When last.
    pub last: Timestamp,
}

impl Tries {
    /// Seconds still to wait.
    pub fn wait(self, by: By, now: Timestamp) -> i64 {
        let (free, longest) = by.terms();
        let (Some(over), false) = (self.count.checked_sub(free), self.is_forgotten(now)) else {
            return 0;
        };
        let whole = 1_i64.checked_shl(over.min(32)).unwrap_or(i64::MAX).min(longest);
        // A clock set back must not lengthen the wait.
        (self.last.unix() + whole - now.unix()).clamp(0, whole)
    }

    /// The same with one more.
    pub fn and_one(self, now: Timestamp) -> Self {
        let count = if self.is_forgotten(now) { 0 } else { self.count };
        Self { count: count.saturating_add(1), last: now }
    }

    fn is_forgotten(self, now: Timestamp) -> bool {
        now.unix() - self.last.unix() >= FORGOTTEN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(1_777_885_964 + seconds)
    }

    #[test]
    fn waits_grow_end_and_are_forgotten() {
        for (by, expected) in [
            (By::Both, vec![1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]),
            (By::Address, vec![1, 2, 4, 8, 16, 32, 64, 120, 120]),
            (By::Account, vec![1, 2, 4, 8, 16, 30, 30]),
        ] {
            let mut tries = Tries { count: by.terms().0, last: at(0) };
            let mut now = 0;
            for wait in expected {
                assert_eq!(tries.wait(by, at(now)), wait, "{by:?}");
                assert_eq!(tries.wait(by, at(now + wait - 1)), 1, "{by:?}");
                assert_eq!(tries.wait(by, at(now - 9_999)), wait, "a clock set back");
                now += wait;
                assert_eq!(tries.wait(by, at(now)), 0, "{by:?}");
                tries = tries.and_one(at(now));
            }
            assert_eq!(tries.wait(by, at(now + FORGOTTEN)), 0, "{by:?}");
            assert_eq!(tries.and_one(at(now + FORGOTTEN)).count, 1, "{by:?}");
        }
        let few = Tries { count: 2, last: at(0) };
        assert_eq!(few.wait(By::Both, at(0)), 0);
    }

    #[test]
    fn names_are_counted_however_they_are_written() {
        let subject = |name| By::Both.subject(name, "192.0.2.7");
        assert_eq!(subject(" Ana"), subject("ana"));
        assert_ne!(subject("ana"), subject("ben"));
        assert_eq!(By::Address.subject("ana", "a"), By::Address.subject("ben", "a"));
    }

    #[test]
    fn passwords_are_long_enough_and_not_too_long() {
        for (password, expected) in [
            ("1234567".to_owned(), Err(Unfit::Short)),
            ("ü".repeat(8), Ok(())),
            ("x".repeat(PASSWORD_BYTES), Ok(())),
            ("x".repeat(PASSWORD_BYTES + 1), Err(Unfit::Long)),
        ] {
            assert_eq!(fits(&password), expected, "{password}");
        }
    }
}
