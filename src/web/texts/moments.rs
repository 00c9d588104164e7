//! How far away a moment is, in words.

use super::{Word, word};

/// Units of time, and the ways to say how far away something is.
#[derive(Debug)]
pub(in crate::web) struct Moments {
    pub(in crate::web) now: &'static str,
    pub(in crate::web) ago: &'static str,
    pub(in crate::web) ahead: &'static str,
    /// A unit after "for" or alone.
    pub(in crate::web) spans: Units,
    /// A unit after `ago` and `ahead`, where a language bends it.
    pub(in crate::web) distances: Units,
    /// A date and minute, as `strftime` has it.
    pub(in crate::web) format: &'static str,
    /// A date alone.
    pub(in crate::web) date: &'static str,
}

/// Units of time from the shortest to the longest.
#[derive(Debug)]
pub(in crate::web) struct Units {
    pub(in crate::web) second: Word,
    pub(in crate::web) minute: Word,
    pub(in crate::web) hour: Word,
    pub(in crate::web) day: Word,
    pub(in crate::web) month: Word,
    pub(in crate::web) year: Word,
}

const ENGLISH_UNITS: Units = Units {
    second: word("second", "seconds"),
    minute: word("minute", "minutes"),
    hour: word("hour", "hours"),
    day: word("day", "days"),
    month: word("month", "months"),
    year: word("year", "years"),
};

pub(super) const ENGLISH: Moments = Moments {
    now: "just now",
    ago: "{} ago",
    ahead: "in {}",
    spans: ENGLISH_UNITS,
    distances: ENGLISH_UNITS,
    format: "%Y-%m-%d %H:%M",
    date: "%Y-%m-%d",
};

pub(super) const GERMAN: Moments = Moments {
    now: "gerade eben",
    ago: "vor {}",
    ahead: "in {}",
    spans: Units {
        second: word("Sekunde", "Sekunden"),
        minute: word("Minute", "Minuten"),
        hour: word("Stunde", "Stunden"),
        day: word("Tag", "Tage"),
        month: word("Monat", "Monate"),
        year: word("Jahr", "Jahre"),
    },
    distances: Units {
        second: word("Sekunde", "Sekunden"),
        minute: word("Minute", "Minuten"),
        hour: word("Stunde", "Stunden"),
        day: word("Tag", "Tagen"),
        month: word("Monat", "Monaten"),
        year: word("Jahr", "Jahren"),
    },
    format: "%d.%m.%Y %H:%M",
    date: "%d.%m.%Y",
};
