//! What an answer repeats of the message it answers, as the office wants it: how many lines, under
//! which words in the language of that message, and in whose time.

use super::language;
use crate::mail::Address;
use crate::mail::compose::person;
use crate::mail::compose::quoted::{Most, Quoted};
use crate::time::{Timestamp, Zone};

/// Lines repeated unless the office says otherwise.
pub const LINES: u32 = 20;

/// Bytes a line may have on the average.
const LINE_BYTES: usize = 100;

/// The message that is answered, as far as it may be repeated.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Original {
    /// Who wrote it.
    pub from: Address,
    /// When.
    pub sent_at: Timestamp,
    /// Its new text.
    pub text: String,
}

/// How an office repeats what it answers.
#[derive(Clone, Debug)]
pub struct Quoting {
    /// Lines at most; with none nothing is repeated.
    pub lines: u32,
    /// In whose time is said when it was written.
    pub zone: Zone,
}

impl Default for Quoting {
    fn default() -> Self {
        Self { lines: LINES, zone: Zone::utc() }
    }
}

impl Quoting {
    /// The beginning of a message; `None` when nothing is to be repeated.
    pub fn quote(&self, original: &Original) -> Option<Quoted> {
        let lines = usize::try_from(self.lines).unwrap_or(usize::MAX);
        let most = Most { lines, bytes: lines.saturating_mul(LINE_BYTES) };
        Quoted::new(self.attribution(original), &original.text, most)
    }

    /// Who wrote it and when, in its language where that is German, else in English.
    fn attribution(&self, original: &Original) -> String {
        let who = person(&original.from);
        let at = |format| self.zone.write(original.sent_at, format);
        match language::of(&original.text) {
            "de" => format!("Am {} schrieb {who}:", at("%d.%m.%Y um %H:%M")),
            _ => format!("On {}, {who} wrote:", at("%Y-%m-%d %H:%M")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::quote;

    fn original(text: &str) -> Original {
        Original {
            from: Address { address: "ana@shop.example".into(), name: "Ana Abel".into() },
            sent_at: Timestamp::from_unix(1_777_896_000),
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_quote_speaks_the_language_of_the_letter_and_tells_the_offices_time() {
        let english = "The printer is broken, please help.";
        let german = "Der Drucker ist kaputt, bitte helfen Sie uns.";
        for (case, zone, text, expected) in [
            ("UTC", "UTC", english, "On 2026-05-04 12:00 UTC, Ana Abel <ana@shop.example> wrote:"),
            (
                "summer in Berlin",
                "Europe/Berlin",
                german,
                "Am 04.05.2026 um 14:00 UTC+02:00 schrieb Ana Abel <ana@shop.example>:",
            ),
            (
                "half an hour",
                "America/St_Johns",
                "Bonjour, l'imprimante est en panne",
                "On 2026-05-04 09:30 UTC-02:30, Ana Abel <ana@shop.example> wrote:",
            ),
        ] {
            let quoting = Quoting { zone: Zone::named(zone).unwrap(), ..Quoting::default() };
            let quoted = quoting.quote(&original(text)).unwrap().as_text();
            assert_eq!(quoted, format!("{expected}\n> {text}\n"), "{case}");
            // Whoever answers us repeats it, and it is not new.
            let answer = format!("Thanks!\n\n{quoted}");
            assert_eq!(quote::visible(&answer).trim(), "Thanks!", "{case}");
        }
    }

    #[test]
    fn an_office_says_how_much_is_repeated() {
        let text = (1..=40).map(|n| format!("line {n}\n")).collect::<String>();
        for (lines, expected) in [(20, Some(22)), (3, Some(5)), (100, Some(41)), (0, None)] {
            let quoting = Quoting { lines, ..Quoting::default() };
            let quoted = quoting.quote(&original(&text)).map(|quoted| quoted.as_text());
            assert_eq!(quoted.map(|text| text.lines().count()), expected, "{lines}");
        }
    }
}
