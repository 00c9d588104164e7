//! The Date field (RFC 5322 sections 3.3 and 4.3) and what else is written into it: local formats,
//! month names of other languages, years of two digits, zones by name, nothing that is a day.

use jiff::civil;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::Offset;

use crate::time::Timestamp;

/// The year 2200 in seconds; later dates are broken clocks.
const LATEST: i64 = 7_258_118_400;

/// Reads a Date field; `None` when it names no day since 1970 and before 2200.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    static DATES: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);
    const LONGEST: usize = 200;
    let decoded = super::words::decode(text);
    let text = decoded.as_str();
    let text = text.get(..text.floor_char_boundary(LONGEST))?;
    let seconds = match DATES.parse_timestamp(text) {
        Ok(moment) => moment.as_second(),
        Err(_) => match text.parse::<jiff::Timestamp>() {
            Ok(moment) => moment.as_second(),
            Err(_) => Found::among(text).seconds()?,
        },
    };
    (0..LATEST).contains(&seconds).then(|| Timestamp::from_unix(seconds))
}

/// What was recognised so far.
#[derive(Default)]
struct Found {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    time: Option<(i8, i8, i8)>,
    afternoon: Option<bool>,
    /// Seconds east of Greenwich.
    zone: Option<i32>,
}

impl Found {
    fn among(text: &str) -> Self {
        let mut found = Self::default();
        let mut in_comment = false;
        let separator = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '\'');
        for word in text.split(separator).filter(|word| !word.is_empty()) {
            if word.starts_with('(') || in_comment {
                in_comment = !word.ends_with(')');
                continue;
            }
            found.take(word);
        }
        found
    }

    fn take(&mut self, word: &str) {
        if let Some((date, time)) = word.split_once('T').filter(|(d, t)| {
            d.starts_with(|c: char| c.is_ascii_digit())
                && t.starts_with(|c: char| c.is_ascii_digit())
        }) {
            self.take(date);
            let zone = time.find(['+', '-', 'Z']).unwrap_or(time.len());
            self.take(&time[..zone]);
            return self.take(&time[zone..]);
        }
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return self.take_number(word);
        }
        if self.time.is_some() && self.zone.is_none() && word.starts_with(['+', '-']) {
            self.zone = offset(word);
        } else if word.starts_with(|c: char| c.is_alphabetic()) {
            let lower = word.trim_end_matches('.').to_lowercase();
            match lower.as_str() {
                "am" | "a.m" => self.afternoon = Some(false),
                "pm" | "p.m" => self.afternoon = Some(true),
                _ => {
                    if let Some(zone) = zone_named(&lower).filter(|_| self.time.is_some()) {
                        self.zone = self.zone.or(Some(zone));
                    } else if self.month.is_none() || (self.day.is_some() && self.year.is_none()) {
                        // The first may have been a day: `mar. 4 mai`.
                        self.month = month_named(&lower).or(self.month);
                    }
                }
            }
        }
    }

    fn take_number(&mut self, word: &str) {
        let digits_end = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
        let (first, rest) = word.split_at(digits_end);
        let number = |text: &str| text.parse::<i16>().ok();
        match rest.chars().next() {
            Some(':') if self.time.is_none() => self.time = time(word, ':'),
            Some('.') if self.day.is_some() && self.year.is_some() && self.time.is_none() => {
                self.time = time(word, '.');
            }
            Some(separator @ ('-' | '/' | '.')) if rest.len() > 1 => {
                let pieces: Vec<&str> = word.split(separator).collect();
                let [a, b, c, ..] = pieces[..] else { return };
                let named = month_named(&b.to_lowercase());
                let (year, month, day) = match (a.len(), named) {
                    (4, _) => (number(a), named.map(i16::from).or_else(|| number(b)), number(c)),
                    (_, Some(month)) => (number(c), Some(i16::from(month)), number(a)),
                    // Month first is what Americans write, with slashes.
                    _ if separator == '/' && number(a).is_some_and(|a| a <= 12) => {
                        (number(c), number(a), number(b))
                    }
                    _ => (number(c), number(b), number(a)),
                };
                self.year =
                    year.map(|year| whole_year(year, if a.len() == 4 { 4 } else { c.len() }));
                self.month = month.and_then(|month| i8::try_from(month).ok());
                self.day = day.and_then(|day| i8::try_from(day).ok());
            }
            // `4.` and `4th`, `4de`
            _ => match number(first) {
                Some(day @ 1..=31) if self.day.is_none() => self.day = i8::try_from(day).ok(),
                Some(year) if self.year.is_none() && first.len() >= 2 => {
                    self.year = Some(whole_year(year, first.len()));
                }
                _ => {}
            },
        }
    }

    fn seconds(&self) -> Option<i64> {
        let (mut hour, minute, second) = self.time.unwrap_or_default();
        match self.afternoon {
            Some(true) if hour < 12 => hour += 12,
            Some(false) if hour == 12 => hour = 0,
            _ => {}
        }
        let second = second.min(59);
        let day = civil::DateTime::new(self.year?, self.month?, self.day?, hour, minute, second, 0);
        let moment = Offset::UTC.to_timestamp(day.ok()?).ok()?.as_second();
        Some(moment - i64::from(self.zone.unwrap_or(0)))
    }
}

/// Years of two and three digits as RFC 5322 section 4.3 reads them.
fn whole_year(year: i16, digits: usize) -> i16 {
    match (digits, year) {
        (2, 0..=49) => 2000 + year,
        (2 | 3, _) => 1900 + year,
        _ => year,
    }
}

fn time(word: &str, separator: char) -> Option<(i8, i8, i8)> {
    let mut numbers = word.split(separator).map(|piece| {
        let end = piece.find(|c: char| !c.is_ascii_digit()).unwrap_or(piece.len());
        piece[..end].parse::<i8>().ok()
    });
    Some((numbers.next()??, numbers.next()??, numbers.next().flatten().unwrap_or(0)))
}

/// Seconds of `+0200`, `-05:30`, `+2`.
fn offset(word: &str) -> Option<i32> {
    let sign = if word.starts_with('-') { -1 } else { 1 };
    let digits: String = word.chars().filter(char::is_ascii_digit).take(4).collect();
    let number: i32 = digits.parse().ok()?;
    let (hours, minutes) =
        if digits.len() <= 2 { (number, 0) } else { (number / 100, number % 100) };
    // What is further off than any place on earth is no offset.
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

fn zone_named(word: &str) -> Option<i32> {
    for prefix in ["gmt", "utc"] {
        if let Some(rest) = word.strip_prefix(prefix).filter(|rest| rest.starts_with(['+', '-'])) {
            return offset(rest);
        }
    }
    let hours = match word {
        "z" | "ut" | "utc" | "gmt" | "wet" => 0,
        "cet" | "mez" | "met" | "bst" | "west" => 1,
        "cest" | "mesz" | "mest" | "eet" => 2,
        "eest" | "msk" => 3,
        "jst" | "kst" => 9,
        "aest" => 10,
        "ast" | "edt" => -4,
        "est" | "cdt" => -5,
        "cst" | "mdt" => -6,
        "mst" | "pdt" => -7,
        "pst" => -8,
        _ => return None,
    };
    Some(hours * 3_600)
}

/// The month whose name begins like this in one of the common languages.
fn month_named(word: &str) -> Option<i8> {
    let named = match word.trim_end_matches('.') {
        "gen" | "gennaio" | "ene" | "enero" | "janv" | "jän" => 1,
        "fév" | "févr" | "février" | "fev" => 2,
        "mär" | "mrz" | "maart" | "mrt" => 3,
        "avr" | "avril" | "abr" | "abril" => 4,
        "mai" | "mag" | "maggio" | "mayo" | "mei" | "maj" | "maio" => 5,
        "giu" | "giugno" | "juin" => 6,
        "lug" | "luglio" | "juil" | "juillet" => 7,
        "ago" | "agosto" | "août" | "aoû" => 8,
        "set" | "settembre" | "setembro" => 9,
        "okt" | "ott" | "ottobre" | "out" | "outubro" => 10,
        "dez" | "dic" | "déc" | "décembre" | "dicembre" | "gru" | "grudnia" => 12,
        "sty" | "stycznia" | "янв" | "января" => 1,
        "lut" | "lutego" | "фев" | "февраля" => 2,
        "marca" | "мар" | "марта" => 3,
        "kwi" | "kwietnia" | "апр" | "апреля" => 4,
        "maja" | "май" | "мая" => 5,
        "cze" | "czerwca" | "июн" | "июня" | "junho" => 6,
        "lip" | "lipca" | "июл" | "июля" | "julho" => 7,
        "sie" | "sierpnia" | "авг" | "августа" => 8,
        "wrz" | "września" | "сен" | "сентября" => 9,
        "paź" | "października" | "окт" | "октября" => 10,
        "lis" | "listopada" | "ноя" | "ноября" => 11,
        "дек" | "декабря" => 12,
        _ => 0,
    };
    if named > 0 {
        return Some(named);
    }
    let start = word.get(..3)?;
    const ENGLISH: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    ENGLISH.iter().position(|month| *month == start).and_then(|at| i8::try_from(at + 1).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_all_their_forms() {
        for (text, expected) in [
            ("Mon, 04 May 2026 09:12:44 +0200", Some("2026-05-04T07:12:44Z")),
            ("Mon, 04 May 2026 09:12:44 +0200 (CEST)", Some("2026-05-04T07:12:44Z")),
            ("4 May 2026 09:12 GMT", Some("2026-05-04T09:12:00Z")),
            ("2026-05-04T09:12:44Z", Some("2026-05-04T09:12:44Z")),
            ("2026-05-04T09:12:44+02:00", Some("2026-05-04T07:12:44Z")),
            ("2026-05-04 09:12:44 +0200", Some("2026-05-04T07:12:44Z")),
            ("2026-05-04 09:12:44", Some("2026-05-04T09:12:44Z")),
            ("Mon May  4 09:12:44 2026", Some("2026-05-04T09:12:44Z")),
            ("Mon May  4 09:12:44 PDT 2026", Some("2026-05-04T16:12:44Z")),
            ("Mon, 4 May 26 09:12:44 EST", Some("2026-05-04T14:12:44Z")),
            ("Tue, 3 Feb 98 10:00:00 -0800", Some("1998-02-03T18:00:00Z")),
            ("Tue, 3 Feb 104 10:00:00 GMT", Some("2004-02-03T10:00:00Z")),
            ("Mon, 4 May 2026 09:12:44 GMT+0200", Some("2026-05-04T07:12:44Z")),
            ("Mon, 4 May 2026 9:12:44 PM", Some("2026-05-04T21:12:44Z")),
            ("05/04/2026 12:12:44 AM", Some("2026-05-04T00:12:44Z")),
            ("25/04/2026 10:00", Some("2026-04-25T10:00:00Z")),
            ("04.05.2026 09:12", Some("2026-05-04T09:12:00Z")),
            ("04-May-2026 09:12:44", Some("2026-05-04T09:12:44Z")),
            ("Mo, 4 Mai 2026 09:12:44 +0200", Some("2026-05-04T07:12:44Z")),
            ("Lun, 4 août 2025 09:12:44 +0200", Some("2025-08-04T07:12:44Z")),
            ("Mon, 4 May 2026 09.12.44 +0200", Some("2026-05-04T07:12:44Z")),
            ("Mon, 31 Dec 2025 23:59:60 +0000", Some("2025-12-31T23:59:59Z")),
            ("Mon, 4 May 2026 09:12:44 +9900", Some("2026-05-04T09:12:44Z")),
            ("Mon, 4 May 2026", Some("2026-05-04T00:00:00Z")),
            ("Mon, 4 May 2026 09:12:44 Local", Some("2026-05-04T09:12:44Z")),
            ("mar., 4 mai 2026 09:12:44 +0200", Some("2026-05-04T07:12:44Z")),
            ("mar. 12 mars 2026 09:12", Some("2026-03-12T09:12:00Z")),
            ("Пн, 4 мая 2026 09:12:44 +0300", Some("2026-05-04T06:12:44Z")),
            ("pon., 4 maja 2026 09:12", Some("2026-05-04T09:12:00Z")),
            ("=?utf-8?Q?Mon,_04_May_2026_09:12:44_+0200?=", Some("2026-05-04T07:12:44Z")),
            ("yesterday", None),
            ("Mon, 99 May 2026 99:12:44 +0200", None),
            ("Thu, 30 Feb 2026 10:00:00 +0000", None),
            ("Mon, 4 May 9999 09:12:44 +0000", None),
            ("Thu, 1 Jan 1900 00:00:00 +0000", None),
            ("", None),
            ("é/é/é", None),
        ] {
            assert_eq!(moment(text).map(|t| t.to_string()).as_deref(), expected, "{text}");
        }
    }
}
