//! The line above a quote that says who wrote it and when: `On … Ana wrote:`. Programs wrap it over
//! several lines, put name, address and date in any order, and some write no verb at all.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::{is_blank, is_invisible, is_quoted};

/// Lines joined at most, and their bytes.
const MOST_LINES: usize = 4;
const LONGEST: usize = 500;

/// Blank lines that may stand between the attribution and the quote.
const MOST_BLANK: usize = 12;

/// What such a line says of the writer, in lower case.
static WROTE: LazyLock<Regex> = LazyLock::new(|| {
    super::marks::pattern(concat!(
        "wrote|writes|schrieb|geschrieben|quoting |zitat von |citando |citation de |a écrit|écrivait|",
        "escribió|escribio|ha scritto|scrisse|scriveva|schreef|geschreven|escreveu|va escriure|",
        "napisał|napsal|napisal|pisze|napísal|napisao|kirjoitti|skrev|skriver|skreiv|писал|написа|пишет|",
        "пише|написав|напісаў|yazdı|yazmış|写道|寫道|写到|寫到|寫下|のメール|のメッセージ|書きました|",
        "書いた|작성|썼습니다|쓰셨|님이 씀|írta|a scris|έγραψε|כתב|מאת|كتب|kirjutas|rakstīja|parašė|rašė|",
        "đã viết|viết:|menulis|เขียน|skrifaði|idatzi|napisana przez",
    ))
});

/// Words such a line begins with: prepositions before the date, and the days of the week.
static STARTS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    concat!(
        "בתאריך kuupäev wiadomość on at am um le el il em no op den på w dnia dne dňa v ve in a à az la în pe στις στη ngày ",
        "vào pada 在 於 于 dana na ",
        "mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday tues ",
        "thur thurs mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag ",
        "sonnabend sonntag lun mar mer jeu ven sam dim lundi mardi mercredi jeudi vendredi samedi ",
        "dimanche mié jue vie sáb dom lunes martes miércoles jueves viernes sábado domingo seg ter ",
        "qua qui sex segunda-feira terça-feira quarta-feira quinta-feira sexta-feira segunda terça ",
        "quarta quinta sexta gio lunedì martedì mercoledì giovedì venerdì sabato domenica ma wo vr za ",
        "zo maandag dinsdag woensdag donderdag vrijdag zaterdag zondag pon wt śr czw pt sob niedz ndz ",
        "poniedziałek wtorek środa czwartek piątek sobota niedziela po út st čt pá ne pondělí úterý ",
        "středa čtvrtek pátek neděle mån tis ons tors fre lör sön måndag tisdag onsdag torsdag fredag ",
        "lördag söndag man tir tirs lør søn mandag tirsdag lørdag søndag ti ke to pe su maanantai ",
        "tiistai keskiviikko torstai perjantai lauantai sunnuntai пн вт ср чт пт сб вс нд понедельник ",
        "вторник среда четверг пятница суббота воскресенье понеділок вівторок середа четвер пʼятниця ",
        "п'ятниця субота неділя pzt sal çar per cum cmt paz pazartesi salı çarşamba perşembe cuma ",
        "cumartesi pazar hétfő kedd szerda csütörtök péntek szombat vasárnap luni marți miercuri joi ",
        "vineri sâmbătă duminică pondelok utorok streda štvrtok piatok nedeľa",
    )
    .split(' ')
    .collect()
});

/// An attribution that was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::mail) struct Attribution {
    /// The lines it takes.
    pub(in crate::mail) lines: usize,
    /// Whether quoted lines follow.
    pub(in crate::mail) quote_follows: bool,
    /// What it says, on one line.
    pub(in crate::mail) text: String,
}

/// The attribution that begins with the first of these lines.
pub(in crate::mail) fn read(lines: &[&str]) -> Option<Attribution> {
    let first = lines.first()?;
    if let Some(text) = of_groupwise(first) {
        return Some(Attribution { lines: 1, quote_follows: false, text: text.to_owned() });
    }
    let dated = starts_like_a_date(first) && (has_digit(first) || has_a_verb(first));
    let may_go_on = (dated || first.contains(['@', '<'])) && !ends_a_sentence(first);
    let mut joined = String::new();
    for taken in 1..=if may_go_on { MOST_LINES } else { 1 } {
        let line = lines.get(taken - 1)?.trim();
        if is_blank(line) || is_quoted(line) || joined.len() + line.len() > LONGEST {
            return None;
        }
        if taken > 1 {
            joined.push(' ');
        }
        joined.push_str(line);
        let Some(said) = said(&joined) else {
            if taken > 1 && ends_a_sentence(line) {
                return None;
            }
            continue;
        };
        let next = lines[taken..].iter().take(MOST_BLANK).find(|line| !is_blank(line));
        let quote_follows = next.is_some_and(|line| is_quoted(line));
        if is_attribution(said, quote_follows) {
            // `Ask a@x.example` above `On 4 May 2026 Ana wrote:` is no part of it.
            if (2..=taken).any(|from| begins_later(&lines[from - 1..taken], dated)) {
                return None;
            }
            return Some(Attribution { lines: taken, quote_follows, text: said.to_owned() });
        }
        // What ends in a colon and names no writer does not go on, but in Hungarian brackets.
        if !said.contains('(') || said.contains(')') {
            return None;
        }
    }
    None
}

/// What GroupWise puts above a letter that it copies without marks: `>>> Ana 04.05.26 10:00 >>>`.
pub(super) fn of_groupwise(line: &str) -> Option<&str> {
    let inside = line.trim().strip_prefix(">>> ")?.strip_suffix(">>>")?.trim();
    (inside.len() <= LONGEST && has_a_time(inside)).then_some(inside)
}

/// Whether a later line of a joined text begins an attribution by itself: with a whole date, for
/// the end of a wrapped one begins with a digit as well.
fn begins_later(lines: &[&str], dated: bool) -> bool {
    let first = lines[0].trim_start();
    let wrapped = match first.chars().next() {
        Some(c) if c.is_ascii_digit() => dated || !has_a_date(first),
        // Chinese puts the name before it.
        Some(c) => matches!(c, '于' | '於'),
        None => true,
    };
    !wrapped
        && starts_like_a_date(first)
        && has_digit(first)
        && said(&lines.join(" ")).is_some_and(|text| is_attribution(text, true))
}

/// Whether a year or a date in digits is in it.
fn has_a_date(text: &str) -> bool {
    text.as_bytes().windows(4).any(|four| four.iter().all(u8::is_ascii_digit))
        || text.matches(['.', '/', '-']).count() >= 2
}

/// What a text says before the colon at its end. Zoho puts dashes around instead.
fn said(text: &str) -> Option<&str> {
    let frame = |c: char| matches!(c, '*' | '_' | '|' | ' ' | '\u{a0}') || is_invisible(c);
    let text = text.trim_matches(frame);
    if let Some(text) = text.strip_suffix([':', '：']) {
        return Some(text.trim_start_matches(['-', '–', '—', ' ']).trim_end_matches(frame));
    }
    let inside = text.strip_prefix("--")?.strip_suffix("--")?;
    Some(inside.trim_matches(['-', ' ']))
}

/// Whether a text (without its colon) names who wrote what follows. A quote that follows makes a
/// weak form certain.
fn is_attribution(text: &str, quote_follows: bool) -> bool {
    const LONGEST_WEAK: usize = 120;
    let dated = starts_like_a_date(text);
    let digit = has_digit(text);
    let mail = text.contains('@');
    let time = has_a_time(text);
    // What tells it from a sentence that happens to end in a colon.
    let certain = mail || time || quote_follows;
    let no_verb =
        mail && time && digit && text.ends_with(['>', ')', ']']) && (dated || quote_follows);
    // In a language of which no verb is known.
    let no_verb =
        no_verb || (quote_follows && mail && time && digit && (dated || text.contains('<')));
    let verb_counts = certain && digit && (dated || mail || time);
    let weak = quote_follows && text.len() < LONGEST_WEAK;
    no_verb || ((verb_counts || weak) && has_a_verb(text) && (quote_follows || !is_talk(text)))
}

fn has_a_verb(text: &str) -> bool {
    let text = text.to_lowercase();
    WROTE.is_match(&text)
}

/// Whether somebody tells a person what was written: `on 4 May at 10:00 you wrote`.
fn is_talk(text: &str) -> bool {
    let text = text.to_lowercase();
    ["you wrote", "i wrote", "he wrote", "she wrote", "they wrote", "we wrote", "schrieben sie"]
        .iter()
        .chain(&["schrieb ich", "schrieb er", "schriebst du", "schrieb sie", "vous avez écrit"])
        .any(|talk| text.ends_with(talk))
}

/// Whether a line begins like the date in an attribution.
fn starts_like_a_date(text: &str) -> bool {
    const LONGEST_WORD: usize = 16;
    let frame = |c: char| matches!(c, '*' | '_' | ' ' | '-' | '|') || is_invisible(c);
    let text = text.trim_start_matches(frame);
    if text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '在' | '於' | '于' | '周'))
    {
        return true;
    }
    let ends = |c: char| c.is_whitespace() || matches!(c, ',' | '.' | ':' | '،' | '，');
    let end = text.char_indices().take(LONGEST_WORD).find(|&(_, c)| ends(c));
    end.is_some_and(|(end, _)| {
        let word = &text[..end];
        STARTS.contains(word) || STARTS.contains(word.to_lowercase().as_str())
    })
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether a time of day is in it: `10:00`, `10.00`, `10h00`, `10点00`; dates such as `04.05.2026`
/// count as well.
fn has_a_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    bytes.iter().enumerate().any(|(at, byte)| {
        at > 0
            && digit(at - 1)
            && digit(at + 1)
            && digit(at + 2)
            && matches!(byte, b':' | b'.' | b'h' | b'H')
    }) || text.contains(['点', '時', '시', '點'])
}

/// Whether a line ends so that no attribution goes on after it.
fn ends_a_sentence(line: &str) -> bool {
    const ABBREVIATION: usize = 5;
    let line = line.trim_end();
    line.ends_with(['!', '?', ';', '…'])
        || line.strip_suffix('.').is_some_and(|line| {
            // `kl.`, `Mo.`, `a.m.`, `4.` go on.
            line.rsplit([' ', '.']).next().is_some_and(|word| word.chars().count() > ABBREVIATION)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_no_attributions() {
        for text in [
            "On page 3 you wrote:",
            "My boss wrote: nothing",
            "Ana Muster wrote:",
            "These are the steps:",
            "On 4 May 2026 at 10:00 we meet here:",
            "On Monday he wrote:",
            "On 4 May 2026 at 10:00 you wrote:",
            "1. Send it to Ana <a@x.example>:",
            "On second thought, it is fine.",
        ] {
            assert_eq!(read(&[text, "", "Next"]), None, "{text}");
        }
        let found = read(&["Ana Muster wrote:", "> Hello"]);
        assert_eq!(found.map(|found| (found.lines, found.quote_follows)), Some((1, true)));
    }

    #[test]
    fn a_line_of_text_above_is_no_part_of_it() {
        let lines = ["Ask ben@x.example now", "On 4 May 2026 10:00, Ana wrote:", "> x"];
        assert_eq!(read(&lines), None);
        assert_eq!(read(&lines[1..]).map(|found| found.lines), Some(1));
        let lines = ["On 4 May it will work.", "On 5 May 2026 10:00, Ana wrote:", "> x"];
        assert_eq!(read(&lines), None);
    }
}
