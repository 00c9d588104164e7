//! What an answer repeats of the message it answers: who wrote it and when, and its beginning, as
//! short as the caller wants it. Without it a requester who asked three things cannot tell which one
//! was answered; with all of it every letter of a thread is longer than the one before.

use super::clean;

/// How much is repeated at most. No lines or no bytes: nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Most {
    /// Lines of text.
    pub lines: usize,
    /// Bytes of text.
    pub bytes: usize,
}

/// What stands where text was left out.
const LEFT_OUT: &str = "[…]";

/// The beginning of a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quoted {
    attribution: String,
    lines: Vec<String>,
}

impl Quoted {
    /// The beginning of `text` under a line that says who wrote it; `None` when nothing is left.
    pub fn new(attribution: String, text: &str, most: Most) -> Option<Self> {
        let text = text.trim_matches(['\n', '\r']).trim_end();
        let mut left = most.bytes;
        let mut lines: Vec<String> = Vec::new();
        let mut all = text.lines();
        for line in all.by_ref().take(most.lines) {
            let kept = clean::cut(line, left);
            left -= kept.len();
            let whole = kept.len() == line.len();
            if whole || !kept.is_empty() {
                lines.push(kept.trim_end().to_owned());
            }
            if !whole {
                lines.push(LEFT_OUT.to_owned());
                break;
            }
        }
        if lines.iter().all(|line| line.is_empty() || line == LEFT_OUT) {
            return None;
        }
        if lines.last().is_some_and(|last| last != LEFT_OUT) && all.next().is_some() {
            lines.push(LEFT_OUT.to_owned());
        }
        Some(Self { attribution: clean::one_line(&attribution), lines })
    }

    /// The line that says who wrote it and when.
    pub(super) fn attribution(&self) -> &str {
        &self.attribution
    }

    /// Its lines, without marks.
    pub(super) fn lines(&self) -> &[String] {
        &self.lines
    }

    /// As text: the attribution, and each line behind a mark (RFC 3676 section 4.5).
    pub fn as_text(&self) -> String {
        let mut text = format!("{}\n", self.attribution);
        for line in &self.lines {
            let space = if line.is_empty() || line.starts_with('>') { "" } else { " " };
            text.push_str(&format!(">{space}{line}\n"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_as_short_as_it_is_wanted() {
        let most = |lines, bytes| Most { lines, bytes };
        for (case, text, most, expected) in [
            ("whole", "a\nb", most(9, 99), Some("> a\n> b\n")),
            ("blank lines around", "\n\na\n\nb\n \n", most(9, 99), Some("> a\n>\n> b\n")),
            ("too many lines", "a\nb\nc", most(2, 99), Some("> a\n> b\n> […]\n")),
            ("exactly as many", "a\nb", most(2, 99), Some("> a\n> b\n")),
            ("too many bytes", "aaaa bbbb", most(9, 6), Some("> aaaa b\n> […]\n")),
            ("cut at a character", "aüü", most(9, 4), Some("> aü\n> […]\n")),
            ("quoted before", "> a\nb", most(9, 99), Some(">> a\n> b\n")),
            ("no lines wanted", "a", most(0, 99), None),
            ("no bytes wanted", "a", most(9, 0), None),
            ("nothing there", " \n", most(9, 99), None),
        ] {
            let head = "Ana wrote:";
            let quoted = Quoted::new(head.into(), text, most).map(|quoted| quoted.as_text());
            assert_eq!(quoted, expected.map(|lines| format!("{head}\n{lines}")), "{case}");
        }
    }
}
