//! The practice clock: the time of the machine plus whatever it was moved on by hand, and the
//! texts in which the service writes a moment. Seconds since 1970, UTC.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A clock that runs like the machine's and can be moved on.
#[derive(Debug, Default)]
pub(super) struct PracticeClock {
    ahead: AtomicI64,
}

impl PracticeClock {
    /// The present, in milliseconds.
    pub(super) fn millis(&self) -> i64 {
        let real = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_millis());
        let ahead = self.ahead.load(Ordering::Relaxed).saturating_mul(1000);
        i64::try_from(real).unwrap_or(i64::MAX).saturating_add(ahead)
    }

    /// The present, in whole seconds.
    pub(super) fn now(&self) -> i64 {
        self.millis().div_euclid(1000)
    }

    /// Moves the clock on by `seconds`.
    pub(super) fn advance(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }
}

/// `2026-05-04T09:12:44Z`.
pub(super) fn iso(seconds: i64) -> String {
    written(seconds, "%Y-%m-%dT%H:%M:%SZ")
}

/// `2026-05-04T09:12:44`, as an error body has it.
pub(super) fn iso_without_zone(seconds: i64) -> String {
    written(seconds, "%Y-%m-%dT%H:%M:%S")
}

/// `2026-05-04 09:12:44Z`, as the token endpoint has it.
pub(super) fn spaced(seconds: i64) -> String {
    written(seconds, "%Y-%m-%d %H:%M:%SZ")
}

/// `Mon, 04 May 2026 09:12:44 GMT`, as an HTTP header has it.
pub(super) fn http_date(seconds: i64) -> String {
    written(seconds, "%a, %d %b %Y %H:%M:%S GMT")
}

/// `Mon, 04 May 2026 09:12:44 +0000`, as an email header has it.
pub(super) fn mail_date(seconds: i64) -> String {
    written(seconds, "%a, %d %b %Y %H:%M:%S +0000")
}

/// Reads `2026-05-04T09:12:44Z` with any offset, or a bare date; fractions are cut off.
pub(super) fn read_iso(text: &str) -> Option<i64> {
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Some(moment.as_second());
    }
    let date = text.parse::<jiff::civil::Date>().ok().filter(|_| text.len() == 10)?;
    Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

fn written(seconds: i64, pattern: &str) -> String {
    let seconds = seconds.clamp(jiff::Timestamp::MIN.as_second(), jiff::Timestamp::MAX.as_second());
    jiff::Timestamp::from_second(seconds)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .strftime(pattern)
        .to_string()
}
