//! How numbers and moments are put in words on a page: counts, sizes, how long ago. Times of day
//! are always in UTC.

use crate::time::{DAY, Timestamp};

/// How far `at` lies from `now`, for people: `3 minutes ago`, `in 4 days`.
pub(super) fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.unix().saturating_sub(at.unix());
    let span = span(seconds.saturating_abs());
    match seconds {
        -4..=4 => "just now".to_owned(),
        5.. => format!("{span} ago"),
        _ => format!("in {span}"),
    }
}

/// A length of time in its largest fitting unit, rounded down.
pub(super) fn span(seconds: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    let (amount, one, many) = match seconds {
        ..MINUTE => (seconds, "second", "seconds"),
        MINUTE..HOUR => (seconds / MINUTE, "minute", "minutes"),
        HOUR..172_800 => (seconds / HOUR, "hour", "hours"),
        172_800..5_184_000 => (seconds / DAY, "day", "days"),
        5_184_000..63_072_000 => (seconds / (30 * DAY), "month", "months"),
        _ => (seconds / (365 * DAY), "year", "years"),
    };
    counted(amount.unsigned_abs(), one, many)
}

/// The date and minute with its zone: `2026-05-04 09:12 UTC`.
pub(super) fn utc(at: Timestamp) -> String {
    format!("{} UTC", at.for_people())
}

/// A number with its word, in the singular or plural: `1 message`, `1,234 messages`.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// A number with its thousands set apart: `1,234,567`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A size in bytes for people: `512 bytes`, `1.5 KB`, `20 MB`.
pub(super) fn size(bytes: u64) -> String {
    let mut tenths = bytes.saturating_mul(10);
    let mut unit = "bytes";
    for larger in ["KB", "MB", "GB", "TB"] {
        if tenths < 10_240 {
            break;
        }
        tenths /= 1_024;
        unit = larger;
    }
    match (unit, tenths) {
        ("bytes", _) => counted(bytes, "byte", "bytes"),
        (_, 100..) => format!("{} {unit}", tenths / 10),
        _ => format!("{}.{} {unit}", tenths / 10, tenths % 10),
    }
}

/// Text cut to `limit` characters, with a sign where something is missing.
pub(super) fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_in_words() {
        let now = Timestamp::from_unix(1_777_885_964);
        for (before, expected) in [
            (0, "just now"),
            (-4, "just now"),
            (5, "5 seconds ago"),
            (59, "59 seconds ago"),
            (60, "1 minute ago"),
            (3_599, "59 minutes ago"),
            (3_600, "1 hour ago"),
            (2 * DAY - 1, "47 hours ago"),
            (2 * DAY, "2 days ago"),
            (59 * DAY, "59 days ago"),
            (60 * DAY, "2 months ago"),
            (800 * DAY, "2 years ago"),
            (-90, "in 1 minute"),
            (-30 * DAY, "in 30 days"),
            (i64::MAX, "292471208677 years ago"),
        ] {
            let at = Timestamp::from_unix(now.unix().saturating_sub(before));
            let words = ago(at, now).replace(',', "");
            if before == i64::MAX {
                assert!(words.ends_with("years ago"), "{words}");
            } else {
                assert_eq!(words, expected, "{before}");
            }
        }
    }

    #[test]
    fn numbers_in_words() {
        for (number, expected) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(number), expected);
        }
        for (bytes, expected) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (1_023, "1,023 bytes"),
            (1_024, "1.0 KB"),
            (1_536, "1.5 KB"),
            (20 * 1_024 * 1_024, "20 MB"),
            (u64::MAX, "1677721 TB"),
        ] {
            assert_eq!(size(bytes), expected, "{bytes}");
        }
        assert_eq!(counted(1, "message", "messages"), "1 message");
        assert_eq!(counted(2_000, "message", "messages"), "2,000 messages");
    }

    #[test]
    fn a_cut_falls_between_characters() {
        assert_eq!(cut("Grüße", 5), "Grüße");
        assert_eq!(cut("Grüße", 3), "Grü…");
        assert_eq!(cut("a b", 2), "a…");
    }
}
