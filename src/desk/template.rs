//! The wording of what we write by ourselves: a text with placeholders such as `{number}`, checked
//! once and filled many times. An unknown placeholder is a fault, never an empty text; a paragraph
//! in which every placeholder turns out empty is left out.

/// What a text may hold in braces.
pub const PLACEHOLDERS: [&str; 8] =
    ["greeting", "name", "desk", "number", "tag", "subject", "summary", "signature"];

/// What stands in for the placeholders.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Values {
    /// A greeting with the name of whoever is written to, where it may be repeated.
    pub greeting: String,
    /// That name alone.
    pub name: String,
    /// The name of the desk.
    pub desk: String,
    /// The number of the ticket.
    pub number: String,
    /// Its tag as it stands in the subject.
    pub tag: String,
    /// Its subject.
    pub subject: String,
    /// The first lines of the letter answered, quoted.
    pub summary: String,
    /// The signature of the mailbox.
    pub signature: String,
}

impl Values {
    fn of(&self, name: &str) -> Option<&str> {
        Some(match name {
            "greeting" => &self.greeting,
            "name" => &self.name,
            "desk" => &self.desk,
            "number" => &self.number,
            "tag" => &self.tag,
            "subject" => &self.subject,
            "summary" => &self.summary,
            "signature" => &self.signature,
            _ => return None,
        })
    }
}

/// Something in braces that cannot be filled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    /// Where it begins, in bytes.
    pub at: usize,
    /// How it is written, with its braces.
    pub written: String,
    /// The end of a sentence about the text, and what to do.
    pub what: String,
}

/// A text whose placeholders are all known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Template(String);

/// One piece of a text.
enum Piece<'t> {
    Text(&'t str),
    Name(&'t str),
    /// What is wrong with it, and how many bytes it is.
    Wrong(&'t str, String),
}

impl Template {
    /// A text as an administrator wrote it. `{{` and `}}` stand for the braces themselves.
    ///
    /// # Errors
    /// Everything in braces that is no placeholder, in its order.
    pub fn new(text: &str) -> Result<Self, Vec<Wrong>> {
        let mut wrong = Vec::new();
        each_piece(text, &mut |at, piece| {
            let (written, what) = match piece {
                Piece::Name(name) if !PLACEHOLDERS.contains(&name) => {
                    let known = PLACEHOLDERS.map(|known| format!("{{{known}}}")).join(", ");
                    let written = format!("{{{name}}}");
                    let what = format!("has no placeholder {written}; there are {known}");
                    (written, what)
                }
                Piece::Wrong(written, what) => (written.to_owned(), what),
                Piece::Name(_) | Piece::Text(_) => return,
            };
            wrong.push(Wrong { at, written, what });
        });
        if wrong.is_empty() { Ok(Self(text.replace("\r\n", "\n"))) } else { Err(wrong) }
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text with each placeholder replaced by its value, which is never looked into again, and
    /// with one line end.
    pub fn fill(&self, values: &Values) -> String {
        let mut paragraphs = Vec::new();
        for paragraph in self.0.split("\n\n") {
            let (mut filled, mut names, mut empty) = (String::new(), 0, 0);
            each_piece(paragraph, &mut |_, piece| match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Name(name) => {
                    let value = values.of(name).unwrap_or_default();
                    names += 1;
                    empty += usize::from(value.trim().is_empty());
                    filled.push_str(value.trim_end());
                }
                Piece::Wrong(written, _) => filled.push_str(written),
            });
            if names == 0 || empty < names {
                paragraphs.push(filled);
            }
        }
        format!("{}\n", paragraphs.join("\n\n").trim())
    }
}

fn each_piece<'t>(text: &'t str, see: &mut dyn FnMut(usize, Piece<'t>)) {
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let plain = rest.find(['{', '}']).unwrap_or(rest.len());
        if plain > 0 {
            see(at, Piece::Text(&rest[..plain]));
            at += plain;
            continue;
        }
        // A line end or a further brace cannot be inside of a placeholder.
        let inside = |from: usize| {
            let length = rest[from..].find(['{', '}', '\n'])?;
            Some(&rest[from..from + length])
        };
        let (length, piece) = if rest.starts_with("{{") {
            let name = inside(2).unwrap_or_default();
            let whole = name.len() + 4;
            if PLACEHOLDERS.contains(&name.trim()) && rest[2 + name.len()..].starts_with("}}") {
                let what = format!("has two braces around {name}; write {{{}}}", name.trim());
                (whole, Piece::Wrong(&rest[..whole], what))
            } else {
                (2, Piece::Text("{"))
            }
        } else if rest.starts_with('{') {
            match inside(1).filter(|name| rest[1 + name.len()..].starts_with('}')) {
                Some(name) => (name.len() + 2, Piece::Name(name)),
                None => {
                    let what = "has a { that begins no placeholder; write {{ for the brace itself";
                    (1, Piece::Wrong("{", what.to_owned()))
                }
            }
        } else {
            (if rest.starts_with("}}") { 2 } else { 1 }, Piece::Text("}"))
        };
        see(at, piece);
        at += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        Values { name: "Ana {number}".into(), number: "7".into(), ..Values::default() }
    }

    #[test]
    fn placeholders_are_filled_once() {
        for (case, text, expected) in [
            ("none", "Hello", "Hello\n"),
            ("two", "{name}: {number}!", "Ana {number}: 7!\n"),
            ("braces themselves", "{{x}} } {number}", "{x} } 7\n"),
            ("an empty paragraph goes", "a {number}\n\nYou wrote:\n{summary}\n\nb", "a 7\n\nb\n"),
            ("one with something in it stays", "{summary}{number}", "7\n"),
            ("one without placeholders stays", "a\n\nb", "a\n\nb\n"),
            ("line ends of another system", "a\r\n\r\n{subject}\r\n\r\nb\r\n", "a\n\nb\n"),
        ] {
            assert_eq!(
                Template::new(text).map(|it| it.fill(&values())).as_deref(),
                Ok(expected),
                "{case}"
            );
        }
    }

    #[test]
    fn what_is_no_placeholder_is_wrong_where_it_stands() {
        for (case, text, expected) in [
            ("unknown", "a {nam} b {x}", vec![(2, "{nam}"), (10, "{x}")]),
            ("spelt otherwise", "{Number} { number }", vec![(0, "{Number}"), (9, "{ number }")]),
            ("two braces", "{{number}}", vec![(0, "{{number}}")]),
            ("not closed", "ü {name", vec![(3, "{")]),
            ("over a line end", "{na\nme}", vec![(0, "{")]),
            ("empty", "{}", vec![(0, "{}")]),
        ] {
            let wrong = Template::new(text).err().unwrap_or_default();
            let found: Vec<_> = wrong.iter().map(|it| (it.at, it.written.as_str())).collect();
            assert_eq!(found, expected, "{case}");
        }
    }
}
