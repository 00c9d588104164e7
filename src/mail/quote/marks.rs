//! The lines by which mail programs announce a copied letter: `-----Original Message-----`,
//! `---------- Forwarded message ---------`, `Begin forwarded message:`, and the line above which
//! help desks want their answers. Told by the stem of one word, for each program inflects it.

use std::sync::LazyLock;

use regex::Regex;

/// A pattern of words in lower case.
pub(super) fn pattern(words: &str) -> Regex {
    // The words are fixed, and the tests of this room compile all of them.
    Regex::new(words).expect("a list of words is a pattern")
}

/// What is in a line that announces the letter that is answered.
static ORIGINAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        "original|ursprüngliche|urspr[.]|d'origine|d’origine|message initial|",
        "oorspronkelijk|origineel|oryginaln|pierwotn|původní|ursprunglig|ursprungs|",
        "oprindelig|opprinnelig|alkuperäinen|исходн|оригинал|вихідн|оригінал|початков|",
        "orijinal|özgün|asıl|原始|原邮件|原郵件|原信|元のメ|オリジナル|원본|원문|eredeti|mesaj inițial|",
        "mesajul inițial|pôvodn|izvorn|izvirn|algne|αρχικ|πρωτότυπ|מקורית|الأصلية|",
        "replied message|reply message|回复的|回覆的|message précédent",
    ))
});

/// What is in a line that announces a letter that was passed on.
static FORWARDED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        "forwarded|forwarding|weitergeleitet|weiterleitung|transféré|transmis|réexpédié|",
        "reenviad|reencaminhad|encaminhad|remitido|inoltrat|doorgestuurd|doorgezonden|",
        "przekazan|przekazyw|przesłan|przesyłan|přeposlan|přeposíl|předan|vidarebefordra|",
        "videresend|välitet|edelleenl|edelleen läh|пересл|пересыл|переадрес|перенаправл|",
        "пересил|iletilen|iletilmiş|yönlendiril|转发|轉寄|轉發|転送|전달|továbbít|redirecționat|",
        "redirecţionat|redirectionat|retrimis|mai departe|preposl|preposiel|proslijeđ|",
        "prosljeđ|posredovan|edastat|edasi saad|προωθ|הועבר|מועבר|توجيه|محول",
    ))
});

/// What help desks write above their text, so that answers stay above it.
const ABOVE: [&str; 12] = [
    "above this line",
    "oberhalb dieser zeile",
    "über dieser zeile",
    "au-dessus de cette ligne",
    "encima de esta línea",
    "acima desta linha",
    "sopra questa riga",
    "sopra questa linea",
    "boven deze regel",
    "boven deze lijn",
    "powyżej tej linii",
    "выше этой строки",
];

/// What a line announces.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::mail) enum Mark {
    /// A copy of the letter that is answered.
    Original,
    /// A letter that was passed on.
    Forwarded,
}

/// A line that announces a copied letter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::mail) struct Announced<'a> {
    /// Which.
    pub(in crate::mail) mark: Mark,
    /// Whether the line alone is proof; else the head of a letter must follow.
    pub(in crate::mail) certain: bool,
    /// What stands on the same line after it.
    pub(in crate::mail) rest: &'a str,
}

/// Whether a line begins with two dashes of any kind.
pub(super) fn is_dashed(line: &str) -> bool {
    let mut chars = line.trim_start().chars();
    chars.next().is_some_and(is_dash) && chars.next().is_some_and(is_dash)
}

/// Whether a line is as short as those are that announce a letter without dashes.
pub(super) fn is_short(line: &str) -> bool {
    const SHORTEST: usize = 10;
    const LONGEST: usize = 90;
    (SHORTEST..=LONGEST).contains(&line.trim().len())
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '‐' | '‑' | '–' | '—' | '─' | '_' | '=' | '*' | '#' | '~' | '+' | '＝' | '－')
}

/// Whether a line is nothing but three or more dashes of a kind, such as programs draw above a
/// copied letter.
pub(super) fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.starts_with(is_dash) && {
        let mut dashes = 0;
        line.chars().all(|c| {
            dashes += usize::from(is_dash(c));
            is_dash(c) || c == ' '
        }) && dashes >= 3
    }
}

/// Reads a line that announces a copied letter.
pub(in crate::mail) fn announced(line: &str) -> Option<Announced<'_>> {
    const LONGEST: usize = 240;
    const LONGEST_PHRASE: usize = 60;
    let line = line.trim_matches(|c: char| c.is_whitespace() || super::is_invisible(c));
    let dashes = |text: &str| text.chars().take_while(|&c| is_dash(c)).count();
    let before = dashes(line);
    let colon = line.ends_with([':', '：']);
    if before < 2 && (line.len() > LONGEST || !(colon || line.len() < LONGEST_PHRASE)) {
        return None;
    }
    let phrase = line.trim_start_matches(|c| is_dash(c) || c == ' ' || c == '\u{a0}');
    if phrase.is_empty() {
        return None;
    }
    // The phrase goes to the next dashes; a single one may be in a date or an address.
    let close = phrase.char_indices().take(LONGEST).find_map(|(at, c)| {
        let closes = is_dash(c) && c != '_' && dashes(&phrase[at..]) >= 2;
        (closes && at > 0).then_some(at)
    });
    let (phrase, rest) = match close {
        Some(at) => (&phrase[..at], phrase[at..].trim_start_matches(|c| is_dash(c) || c == ' ')),
        None if phrase.len() <= LONGEST => (phrase, ""),
        None => return None,
    };
    let words = phrase.split_whitespace().count();
    // `İletilen` keeps its dot as a mark of its own.
    let lower = phrase.to_lowercase().replace('\u{307}', "");
    let closed = before >= 2 && close.is_some();
    let mark = if FORWARDED.is_match(&lower) {
        Mark::Forwarded
    } else if ORIGINAL.is_match(&lower) {
        Mark::Original
    } else {
        return None;
    };
    // `--- forwarded by Ana/Office on 04.05.2026 10:00 ---` has more words than the others.
    let short = words <= 6 || (mark == Mark::Forwarded && words <= 14);
    let plain = lower.starts_with(|c: char| c.is_alphabetic());
    (short && plain).then_some(Announced { mark, certain: closed && before >= 3, rest })
}

/// Whether a help desk asks in this line to write above it.
pub(super) fn is_write_above(line: &str) -> bool {
    const LONGEST: usize = 200;
    let line = line.trim();
    let framed = line.starts_with(|c| is_dash(c) || matches!(c, '[' | '<' | '(' | '/'));
    if line.len() > LONGEST || !(framed || line.contains(ABOVE[0])) {
        return false;
    }
    let lower = line.to_lowercase();
    let asks = framed || lower.contains("reply");
    asks && ABOVE.iter().any(|phrase| lower.contains(phrase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn announcements_are_known_in_many_languages() {
        for (line, mark, certain) in [
            ("-----Original Message-----", Mark::Original, true),
            ("----- Ursprüngliche Nachricht -----", Mark::Original, true),
            ("-------- Message d'origine --------", Mark::Original, true),
            ("‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐", Mark::Original, true),
            ("------------------ 原始邮件 ------------------", Mark::Original, true),
            ("---- Replied Message ----", Mark::Original, true),
            ("Original Message", Mark::Original, false),
            ("---------- Forwarded message ---------", Mark::Forwarded, true),
            ("============ Forwarded message ============", Mark::Forwarded, true),
            ("-------- Weitergeleitete Nachricht --------", Mark::Forwarded, true),
            ("-------- Пересылаемое сообщение --------", Mark::Forwarded, true),
            (
                "----- Weitergeleitet von Ana Muster/Office am 04.05.2026 10:00 -----",
                Mark::Forwarded,
                true,
            ),
            ("Begin forwarded message:", Mark::Forwarded, false),
            ("Début du message transféré :", Mark::Forwarded, false),
            ("---------- 전달된 메시지 ----------", Mark::Forwarded, true),
        ] {
            let found = announced(line).map(|found| (found.mark, found.certain));
            assert_eq!(found, Some((mark, certain)), "{line}");
        }
        let same_line = announced("----- Forwarded message ----- From: Ana <a@x.example>");
        assert_eq!(same_line.map(|found| found.rest), Some("From: Ana <a@x.example>"));
        for line in ["-- Ana", "----------", "", "--- 1. original price: 30 ---", "See you:"] {
            assert_eq!(announced(line), None, "{line}");
        }
    }

    #[test]
    fn rules_and_requests_are_told_from_text() {
        for line in ["________________", "---", " ------------------------------", "— — —"] {
            assert!(is_rule(line), "{line}");
        }
        for line in ["--", "", "   ", "---a---"] {
            assert!(!is_rule(line), "{line}");
        }
        assert!(is_write_above("##- Please type your reply above this line -##"));
        assert!(is_write_above("--- Bitte antworten Sie oberhalb dieser Zeile ---"));
        assert!(!is_write_above("The figures above this line are wrong."));
    }
}
