//! Dates as letters write them, in the time of the place they were written at.

use super::wording::Language;

/// A moment on somebody's wall clock.
pub(super) struct Local(jiff::Zoned);

impl Local {
    /// `unix` in seconds since 1970, `offset` in minutes east of Greenwich.
    pub(super) fn new(unix: i64, offset: i32) -> Self {
        let moment = jiff::Timestamp::from_second(unix).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let zone = jiff::tz::Offset::from_seconds(offset * 60).unwrap_or(jiff::tz::Offset::UTC);
        Self(moment.to_zoned(jiff::tz::TimeZone::fixed(zone)))
    }

    /// The date in a `strftime` pattern, day and month names in English.
    pub(super) fn show(&self, pattern: &str) -> String {
        self.0.strftime(pattern).to_string()
    }

    /// As a Date header says it (RFC 5322 section 3.3).
    pub(super) fn header(&self) -> String {
        self.show("%a, %d %b %Y %H:%M:%S %z")
    }

    /// The name of the day in German.
    pub(super) fn german_day(&self) -> &'static str {
        const DAYS: [&str; 7] =
            ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"];
        let place = usize::try_from(self.0.weekday().to_monday_zero_offset()).unwrap_or(0);
        DAYS[place % 7]
    }
}

/// Minutes east of Greenwich where a language is written: Britain or Germany, with summer time
/// from April to October, which is right but for a few days at either end.
pub(super) fn offset(language: Language, unix: i64) -> i32 {
    let summer = (4..=10).contains(&Local::new(unix, 0).0.month());
    let home = if language == Language::German { 60 } else { 0 };
    if summer { home + 60 } else { home }
}
