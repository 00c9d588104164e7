//! How often one caller may ask: a bucket each that fills again, a larger one for reading than for
//! what changes something. Kept in memory.

use std::collections::HashMap;

use crate::time::Timestamp;

/// Requests at once, and more each second, that only read.
const READING: (u32, u32) = (2_000, 600);

/// The same of those that change something.
const WRITING: (u32, u32) = (120, 20);

/// Callers kept in mind; beyond it those that have not asked for a while are forgotten.
const CALLERS: usize = 1_000;

/// How often callers asked lately.
#[derive(Debug, Default)]
pub(super) struct Pace {
    buckets: HashMap<(String, bool), Bucket>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: u32,
    at: Timestamp,
}

impl Pace {
    /// Whether this caller may ask now, which counts; if not, in how many seconds.
    pub(super) fn may(&mut self, caller: &str, writes: bool, now: Timestamp) -> Result<(), i64> {
        let (most, each_second) = if writes { WRITING } else { READING };
        if self.buckets.len() >= CALLERS {
            let lately = |at: Timestamp| at <= now && at.plus_seconds(60) > now;
            self.buckets.retain(|_, bucket| lately(bucket.at));
        }
        let full = Bucket { left: most, at: now };
        let bucket = self.buckets.entry((caller.to_owned(), writes)).or_insert(full);
        // After the clock was set back nobody waits for it to catch up.
        if bucket.at > now {
            *bucket = full;
        }
        let seconds = u32::try_from(now.unix() - bucket.at.unix()).unwrap_or(u32::MAX);
        if seconds > 0 {
            let more = seconds.saturating_mul(each_second);
            *bucket = Bucket { left: bucket.left.saturating_add(more).min(most), at: now };
        }
        match bucket.left.checked_sub(1) {
            Some(left) => {
                bucket.left = left;
                Ok(())
            }
            None => Err(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_too_often_waits_and_nobody_else_does() {
        let now = Timestamp::from_unix(1_800_000_000);
        let mut pace = Pace::default();
        let count = |pace: &mut Pace, now| {
            (0..5_000).filter(|_| pace.may("token:a", true, now).is_ok()).count()
        };
        assert_eq!(count(&mut pace, now), 120);
        assert_eq!(pace.may("token:a", true, now), Err(1));
        assert!(pace.may("token:b", true, now).is_ok() && pace.may("token:a", false, now).is_ok());
        assert_eq!(count(&mut pace, now.plus_seconds(2)), 40);
        assert_eq!(count(&mut pace, now.plus_seconds(3_600)), 120, "no more than a bucketful");
        assert_eq!(count(&mut pace, now.plus_seconds(3_000)), 120, "the clock was set back");
        assert_eq!(pace.may("token:a", true, now.plus_seconds(3_000)), Err(1));
    }
}
