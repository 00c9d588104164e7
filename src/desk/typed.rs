//! What people type for others to read: words on one line that show all they hold, and the names by
//! which agents and tokens are known. Letters may say what they like; they are shown apart.

use super::signing_in::NAME_BYTES;

/// The longest name of a person, in characters.
pub const PERSON_LENGTH: usize = 200;

/// Why something is no name of an agent or a token.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "`{}` cannot be a name; take one word of up to {NAME_BYTES} bytes, without spaces and signs \
     that are not seen, and not just `-`",
    .0.escape_debug()
)]
pub struct NoName(String);

/// Whether an agent or a token may be called this.
pub fn name(text: &str) -> Result<(), NoName> {
    let hides = |c: char| c.is_whitespace() || breaks(c) || is_unseen(c) || joins(c);
    let fits =
        !text.is_empty() && text != "-" && text.len() <= NAME_BYTES && !text.chars().any(hides);
    if fits { Ok(()) } else { Err(NoName(text.chars().take(NAME_BYTES).collect())) }
}

/// What names are told apart by: people do not tell capitals and the space around a word.
pub fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// A text without what is not seen in it or turns the direction in which it is read, and without white
/// space around it.
pub fn visible(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        // Persian and Indic words, and pictures made of several, are written with signs that join.
        let before = kept.chars().next_back();
        let stays = before.is_some_and(|before| !before.is_ascii() && !before.is_whitespace());
        if !is_unseen(c) && (stays || !joins(c)) {
            kept.push(c);
        }
    }
    kept.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200c}' | '\u{200d}'))
        .trim_start()
        .to_owned()
}

/// Whether a character ends a line, or does something else to whatever shows it.
pub fn breaks(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Signs that are not seen but shape the letter before them.
fn joins(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Signs of no width, letters that are blank, and signs that turn the direction of writing.
fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e00ff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_word_that_is_seen_whole() {
        let (longest, longer) = ("x".repeat(200), "x".repeat(201));
        for (text, expected) in [
            ("ana", true),
            ("Jürgen.O'Neil-2", true),
            ("安娜", true),
            (&longest, true),
            (&longer, false),
            ("", false),
            ("-", false),
            (" ana", false),
            ("ana ", false),
            ("ana b", false),
            ("ana\u{a0}b", false),
            ("ana\nb", false),
            ("ana\u{200b}", false),
            ("an\u{200d}a", false),
            ("\u{202e}ana", false),
            ("\u{2067}ana", false),
            ("ana\u{3164}", false),
        ] {
            assert_eq!(name(text).is_ok(), expected, "{text:?}");
        }
        let why = name("a\u{202e}b").map_or_else(|why| why.to_string(), |()| String::new());
        assert!(why.starts_with("`a\\u{202e}b` cannot be a name"), "{why}");
        assert_eq!(key(" ÄNNE "), key("änne"));
    }

    #[test]
    fn only_what_is_seen_is_kept() {
        for (text, expected) in [
            (" two words ", "two words"),
            ("\u{200b}", ""),
            ("\u{200d}\u{fe0f}", ""),
            (" \u{3164}\u{2800} ", ""),
            ("bi\u{202e}ll\u{202c}", "bill"),
            ("\u{2068}bill\u{2069}", "bill"),
            ("soft\u{ad}ware", "software"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("bi\u{200c}ll", "bill"),
            ("👩\u{200d}💻", "👩\u{200d}💻"),
            ("❤\u{fe0f}", "❤\u{fe0f}"),
            ("می\u{200c} ", "می"),
        ] {
            assert_eq!(visible(text), expected, "{text:?}");
        }
    }
}
