//! What a moment is here: whole seconds in UTC, written the way RFC 3339 section 5.6 says.
//! The system clock itself is read in `app.rs` only; everybody else is handed a [`Clock`] or a
//! [`Timestamp`].

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Seconds in one day.
pub const DAY: i64 = 86_400;

/// A moment, in whole seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment `seconds` after 1970-01-01T00:00:00Z.
    pub const fn from_unix(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// This moment moved by `seconds`, backwards when negative.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// This moment moved by `days` of 24 hours, backwards when negative.
    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_seconds(days.saturating_mul(DAY))
    }

    /// How long it is from this moment to a later one; a second at least.
    pub fn until(self, later: Self) -> Duration {
        Duration::from_secs(u64::try_from(later.0.saturating_sub(self.0)).unwrap_or(0).max(1))
    }

    /// The midnight (UTC) at which this moment's day began.
    pub const fn day_start(self) -> Self {
        Self(self.0 - self.0.rem_euclid(DAY))
    }

    /// The date and minute for people, in UTC: `2026-05-04 09:12`.
    pub fn for_people(self) -> String {
        let text = self.to_string();
        format!("{} {}", &text[..10], &text[11..16])
    }

    /// The moment as an email header writes it (RFC 5322 section 3.3).
    pub fn to_rfc5322(self) -> String {
        self.zoned().strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
    }

    fn zoned(self) -> jiff::Zoned {
        let second =
            self.0.clamp(jiff::Timestamp::MIN.as_second(), jiff::Timestamp::MAX.as_second());
        jiff::Timestamp::from_second(second)
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
            .to_zoned(jiff::tz::TimeZone::UTC)
    }
}

/// Where an office lives, for the times it tells others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Zone(jiff::tz::TimeZone);

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self(jiff::tz::TimeZone::UTC)
    }

    /// The zone of this name in the time zone database, such as `Europe/Berlin`, if this machine
    /// knows it.
    pub fn named(name: &str) -> Option<Self> {
        jiff::tz::TimeZone::get(name).ok().map(Self)
    }

    /// The zone this machine is set to, UTC when none is found.
    pub fn of_machine() -> Self {
        Self(jiff::tz::TimeZone::try_system().unwrap_or(jiff::tz::TimeZone::UTC))
    }

    /// A moment in this zone in a format of `strftime`, and its distance from UTC, so that it is
    /// understood elsewhere as well: `2026-05-04 14:00 UTC+02:00`.
    pub fn write(&self, at: Timestamp, format: &str) -> String {
        let here = at.zoned().with_time_zone(self.0.clone());
        let offset = if here.offset().is_zero() { "" } else { "%:z" };
        here.strftime(&format!("{format} UTC{offset}")).to_string()
    }

    /// A moment in this zone in a format of `strftime`, and nothing else.
    pub fn bare(&self, at: Timestamp, format: &str) -> String {
        at.zoned().with_time_zone(self.0.clone()).strftime(format).to_string()
    }

    /// The first moment of the day in this zone to which a moment belongs.
    pub fn day_start(&self, at: Timestamp) -> Timestamp {
        let here = at.zoned().with_time_zone(self.0.clone());
        here.start_of_day().map_or(at.day_start(), |day| Timestamp(day.timestamp().as_second()))
    }

    /// The moment of a date and minute in this zone, as forms send it: `2026-05-04T14:00`. What a
    /// change of the clocks skips or repeats is settled as RFC 5545 does.
    pub fn read(&self, text: &str) -> Option<Timestamp> {
        let here = jiff::civil::DateTime::strptime("%Y-%m-%dT%H:%M", text).ok()?;
        let there = here.to_zoned(self.0.clone()).ok()?;
        Some(Timestamp::from_unix(there.timestamp().as_second()))
    }

    /// Its name as people say it, where it has one: many names mean UTC.
    pub fn for_people(&self) -> &str {
        match self.name() {
            "Etc/UTC" | "Etc/UCT" | "Etc/Zulu" | "Etc/Universal" | "UCT" | "Zulu" | "Universal" => {
                "UTC"
            }
            name => name,
        }
    }

    /// Its name, where it has one.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or_default()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.zoned().strftime("%Y-%m-%dT%H:%M:%SZ"))
    }
}

impl Timestamp {
    /// Reads what a person typed, as [`FromStr`] does, but for the second 60: no clock shows it.
    pub fn typed(text: &str) -> Result<Self, NotATime> {
        match text.get(16..19) {
            Some(":60") => Err(NotATime(text.to_owned())),
            _ => text.parse(),
        }
    }
}

/// A text that is no moment.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a time such as 2026-05-04T09:12:44Z or 2026-05-04")]
pub struct NotATime(String);

impl FromStr for Timestamp {
    type Err = NotATime;

    /// Reads RFC 3339 with any offset (fractions of a second are cut off), or a bare date, which
    /// means its first second in UTC.
    fn from_str(text: &str) -> Result<Self, NotATime> {
        if let Ok(moment) = text.parse::<jiff::Timestamp>() {
            return Ok(Self(moment.as_second()));
        }
        let date = text.parse::<jiff::civil::Date>().ok().filter(|_| text.len() == 10);
        date.and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC).ok())
            .map(|midnight| Self(midnight.timestamp().as_second()))
            .ok_or_else(|| NotATime(text.to_owned()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Whoever knows what time it is.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_as_it_was_written() {
        for (text, unix, written) in [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
            ("2026-05-04T09:12:44Z", 1_777_885_964, "2026-05-04T09:12:44Z"),
            ("2026-05-04T11:12:44+02:00", 1_777_885_964, "2026-05-04T09:12:44Z"),
            ("2026-05-04T09:12:44.9871234Z", 1_777_885_964, "2026-05-04T09:12:44Z"),
            ("2026-05-04", 1_777_852_800, "2026-05-04T00:00:00Z"),
        ] {
            let moment: Timestamp = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((moment.unix(), moment.to_string().as_str()), (unix, written), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in ["", "yesterday", "2026-13-01", "2026-05-04T09:12", "2026-05-04T09:12:44"] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn days_and_header_dates() {
        let moment = Timestamp::from_unix(1_777_885_964);
        assert_eq!(moment.to_rfc5322(), "Mon, 04 May 2026 09:12:44 +0000");
        assert_eq!(moment.for_people(), "2026-05-04 09:12");
        assert_eq!(moment.plus_days(30).to_string(), "2026-06-03T09:12:44Z");
        assert_eq!(moment.day_start().to_string(), "2026-05-04T00:00:00Z");
    }
}
