//! What the figures of the house count, and in which bands. An answer is what an agent writes to
//! people, counted from when it is queued; an acknowledgement is none. A first answer counts where
//! somebody had written before it, from when the ticket was opened. A requester waits from the first
//! message a person wrote after the last answer, while the ticket is new or open.

use crate::desk::ticket::words;
use crate::time::{DAY, Timestamp};

words! {
    /// What is tallied by the hour.
    What {
        /// Messages that became articles, by when the mailbox received them.
        Arrived = "arrived",
        /// The same by when they became articles.
        TakenIn = "taken_in",
        /// Answers.
        Answered = "answered",
        /// First answers within an hour.
        WithinHour = "within_hour",
        /// Later than that, within four hours.
        WithinFourHours = "within_four_hours",
        /// Later than that, within a day of 24 hours.
        WithinDay = "within_day",
        /// Later than that, within three of them.
        WithinThreeDays = "within_three_days",
        /// Later still.
        Later = "later",
    }
}

/// The bands of the time to a first answer, the shortest first.
pub const FIRST_ANSWERS: [What; 5] =
    [What::WithinHour, What::WithinFourHours, What::WithinDay, What::WithinThreeDays, What::Later];

/// The band of somebody's wait since `since`, out of five: less than one day, three, seven, 28, or
/// longer.
pub fn waiting_band(since: Timestamp, now: Timestamp) -> usize {
    let days = [1, 3, 7, 28];
    let waited = now.unix() - since.unix();
    days.iter().position(|days| waited < days * DAY).unwrap_or(days.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_has_one_band() {
        let now = Timestamp::from_unix(1_777_885_964);
        for (waited, band) in [
            (-5, 0),
            (0, 0),
            (DAY - 1, 0),
            (DAY, 1),
            (3 * DAY, 2),
            (7 * DAY, 3),
            (28 * DAY - 1, 3),
            (28 * DAY, 4),
            (900 * DAY, 4),
        ] {
            assert_eq!(waiting_band(now.plus_seconds(-waited), now), band, "{waited}");
        }
    }
}
