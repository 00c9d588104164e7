//! How one page speaks: the texts of its language, numbers and sizes as that language writes them,
//! and moments in the office's zone, seen from now.

use maud::{Markup, html};

use super::texts::moments::Units;
use super::texts::{Language, Texts, Word, put, said};
use crate::time::{DAY, Timestamp, Zone};

/// The language, the zone and the present of one page.
#[derive(Clone, Debug)]
pub(super) struct Locale {
    pub(super) language: Language,
    pub(super) zone: Zone,
    pub(super) now: Timestamp,
}

impl Locale {
    /// What pages say.
    pub(super) fn texts(&self) -> &'static Texts {
        self.language.texts()
    }

    /// What the desk or the store says of something that is not possible, as a sentence of a page.
    pub(super) fn refusal(&self, why: &str) -> String {
        let said = self.said(why);
        let mut letters = said.chars();
        let first = letters.next().map(|first| first.to_uppercase().collect::<String>());
        format!("{}{}.", first.unwrap_or_default(), letters.as_str())
    }

    /// The same as a part of a sentence.
    pub(super) fn said(&self, why: &str) -> String {
        said(self.language, why)
    }

    /// How far `at` lies from now: `3 minutes ago`, `in 4 days`.
    pub(super) fn ago(&self, at: Timestamp) -> String {
        let moments = &self.texts().moments;
        let seconds = self.now.unix().saturating_sub(at.unix());
        let span = self.in_units(seconds.saturating_abs(), &moments.distances);
        match seconds {
            -4..=4 => moments.now.to_owned(),
            5.. => put(moments.ago, &[&span]),
            _ => put(moments.ahead, &[&span]),
        }
    }

    /// A length of time in its largest fitting unit, rounded down.
    pub(super) fn span(&self, seconds: i64) -> String {
        self.in_units(seconds, &self.texts().moments.spans)
    }

    /// The same after `by` or `in`, where a language bends it.
    pub(super) fn distance(&self, seconds: i64) -> String {
        self.in_units(seconds, &self.texts().moments.distances)
    }

    fn in_units(&self, seconds: i64, units: &Units) -> String {
        const MINUTE: i64 = 60;
        const HOUR: i64 = 60 * MINUTE;
        let (amount, unit) = match seconds {
            ..MINUTE => (seconds, units.second),
            MINUTE..HOUR => (seconds / MINUTE, units.minute),
            HOUR..172_800 => (seconds / HOUR, units.hour),
            172_800..5_184_000 => (seconds / DAY, units.day),
            5_184_000..63_072_000 => (seconds / (30 * DAY), units.month),
            _ => (seconds / (365 * DAY), units.year),
        };
        self.counted(amount.unsigned_abs(), unit)
    }

    /// The date and minute in the office's zone, with its distance from UTC.
    pub(super) fn at(&self, at: Timestamp) -> String {
        self.zone.write(at, self.texts().moments.format)
    }

    /// The date in the office's zone.
    pub(super) fn date(&self, at: Timestamp) -> String {
        self.zone.bare(at, self.texts().moments.date)
    }

    /// A number with its word, in the singular or plural: `1 message`, `1,234 messages`.
    pub(super) fn counted(&self, count: u64, word: Word) -> String {
        format!("{} {}", self.number(count), if count == 1 { word.one } else { word.many })
    }

    /// A number with its thousands set apart: `1,234,567`.
    pub(super) fn number(&self, number: u64) -> String {
        let digits = number.to_string();
        let mut text = String::with_capacity(digits.len() + digits.len() / 3);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(self.texts().general.thousands);
            }
            text.push(digit);
        }
        text
    }

    /// A size in bytes for people: `512 bytes`, `1.5 KB`, `20 MB`.
    pub(super) fn size(&self, bytes: u64) -> String {
        let mut tenths = bytes.saturating_mul(10);
        let mut unit = "";
        for larger in ["KB", "MB", "GB", "TB"] {
            if tenths < 10_240 {
                break;
            }
            tenths /= 1_024;
            unit = larger;
        }
        match (unit, tenths) {
            ("", _) => self.counted(bytes, self.texts().general.bytes),
            (_, 100..) => format!("{} {unit}", tenths / 10),
            _ => format!("{}{}{} {unit}", tenths / 10, self.texts().general.decimal, tenths % 10),
        }
    }

    /// How long ago something was, with the moment itself in reach.
    pub(super) fn age(&self, at: Timestamp) -> Markup {
        html! { time datetime=(at) title=(self.at(at)) { (self.ago(at)) } }
    }

    /// How long ago something was, and when.
    pub(super) fn moment(&self, at: Timestamp) -> Markup {
        html! { time datetime=(at) { (self.ago(at)) " " span.at { (self.at(at)) } } }
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
    use crate::web::texts::word;

    const NOW: Timestamp = Timestamp::from_unix(1_777_885_964);

    fn locale(language: Language) -> Locale {
        Locale { language, zone: Zone::utc(), now: NOW }
    }

    #[test]
    fn moments_in_words() {
        for (before, english, german) in [
            (0, "just now", "gerade eben"),
            (-4, "just now", "gerade eben"),
            (5, "5 seconds ago", "vor 5 Sekunden"),
            (59, "59 seconds ago", "vor 59 Sekunden"),
            (60, "1 minute ago", "vor 1 Minute"),
            (3_599, "59 minutes ago", "vor 59 Minuten"),
            (3_600, "1 hour ago", "vor 1 Stunde"),
            (2 * DAY - 1, "47 hours ago", "vor 47 Stunden"),
            (2 * DAY, "2 days ago", "vor 2 Tagen"),
            (59 * DAY, "59 days ago", "vor 59 Tagen"),
            (60 * DAY, "2 months ago", "vor 2 Monaten"),
            (800 * DAY, "2 years ago", "vor 2 Jahren"),
            (-90, "in 1 minute", "in 1 Minute"),
            (-30 * DAY, "in 30 days", "in 30 Tagen"),
            (i64::MAX, "292,471,208,677 years ago", "vor 292.471.208.677 Jahren"),
        ] {
            let at = Timestamp::from_unix(NOW.unix().saturating_sub(before));
            assert_eq!(locale(Language::English).ago(at), english, "{before}");
            assert_eq!(locale(Language::German).ago(at), german, "{before}");
        }
    }

    #[test]
    fn numbers_in_words() {
        let (english, german) = (locale(Language::English), locale(Language::German));
        for (number, one, other) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1_000, "1,000", "1.000"),
            (1_234_567, "1,234,567", "1.234.567"),
        ] {
            assert_eq!((english.number(number), german.number(number)), (one.into(), other.into()));
        }
        for (bytes, one, other) in [
            (0, "0 bytes", "0 Bytes"),
            (1, "1 byte", "1 Byte"),
            (1_023, "1,023 bytes", "1.023 Bytes"),
            (1_024, "1.0 KB", "1,0 KB"),
            (1_536, "1.5 KB", "1,5 KB"),
            (20 * 1_024 * 1_024, "20 MB", "20 MB"),
            (u64::MAX, "1677721 TB", "1677721 TB"),
        ] {
            assert_eq!((english.size(bytes), german.size(bytes)), (one.into(), other.into()));
        }
        assert_eq!(english.counted(1, word("message", "messages")), "1 message");
        assert_eq!(english.counted(2_000, word("message", "messages")), "2,000 messages");
    }

    #[test]
    fn moments_are_told_in_the_zone_of_the_office() {
        let zone = Zone::named("Europe/Berlin").expect("it is known everywhere");
        let german = Locale { language: Language::German, zone: zone.clone(), now: NOW };
        let english = Locale { language: Language::English, zone, now: NOW };
        assert_eq!(english.at(NOW), "2026-05-04 11:12 UTC+02:00");
        assert_eq!(german.at(NOW), "04.05.2026 11:12 UTC+02:00");
        assert_eq!(german.date(NOW), "04.05.2026");
    }

    #[test]
    fn a_cut_falls_between_characters() {
        assert_eq!(cut("Grüße", 5), "Grüße");
        assert_eq!(cut("Grüße", 3), "Grü…");
        assert_eq!(cut("a b", 2), "a…");
    }
}
