//! Cuts a letter into its parts (RFC 2046 section 5.1) in one pass over its lines, without
//! recursion and without copying. Attached letters are not opened: they are one part. Depth and
//! number of parts are bounded; what lies beyond the bound stays inside the last part.

use super::fields::{self, Head, Structured};

/// Multiparts inside each other that are opened.
const MAX_DEPTH: usize = 100;

/// Parts that are told apart; the rest of the letter belongs to the last one.
const MAX_PARTS: usize = 1_000;

/// Content-Type fields looked at, of one part.
const MAX_KINDS: usize = 5;

/// One part of a letter.
pub(super) struct Part<'a> {
    /// Its header fields.
    pub(super) head: Head<'a>,
    /// Content-Type, its value set to what RFC 2045 section 5.2 says when it is missing.
    pub(super) kind: Structured,
    /// Whether there was a usable Content-Type.
    pub(super) typed: bool,
    /// Content-Disposition (RFC 2183).
    pub(super) disposition: Structured,
    /// The raw body; of a multipart, what stands before its first part.
    pub(super) body: &'a [u8],
    /// Of the whole letter, what stands after the last boundary.
    pub(super) epilogue: &'a [u8],
    /// The parts of a multipart, as places in the list.
    pub(super) children: Vec<usize>,
}

impl Part<'_> {
    /// Whether other parts are inside this one.
    pub(super) fn is_multipart(&self) -> bool {
        self.kind.value.starts_with("multipart/")
    }

    /// Whether this is text for people, in one of the forms that can be read.
    pub(super) fn is_text(&self) -> bool {
        matches!(
            self.kind.value.as_str(),
            "text/plain"
                | "text/html"
                | "text/htm"
                | "text/xhtml"
                | "application/xhtml+xml"
                | "text/enriched"
                | "text/richtext"
                | "text/markdown"
                | "text/x-markdown"
                | "text/x-plain"
                | "text/text"
                | "text/ascii"
                | "text/us-ascii"
                | "text/utf-8"
                | "plain/text"
        )
    }

    /// Whether this is an attached letter.
    pub(super) fn is_letter(&self) -> bool {
        matches!(self.kind.value.as_str(), "message/rfc822" | "message/global" | "message/news")
    }

    /// Whether this is an invitation or the like (RFC 5545).
    pub(super) fn is_calendar(&self) -> bool {
        matches!(self.kind.value.as_str(), "text/calendar" | "application/ics" | "text/x-vcalendar")
    }

    /// Whether the header gives it a file name.
    pub(super) fn is_named(&self) -> bool {
        self.disposition.get("filename").is_some() || self.kind.get("name").is_some()
    }

    /// Whether its file name ends like this.
    pub(super) fn is_named_like(&self, end: &str) -> bool {
        let name = self.disposition.get("filename").or_else(|| self.kind.get("name"));
        name.is_some_and(|name| name.to_ascii_lowercase().ends_with(end))
    }
}

/// A multipart whose end was not seen yet.
struct Open {
    part: usize,
    boundary: Vec<u8>,
}

/// A boundary line that was met.
struct Boundary {
    level: usize,
    closes: bool,
    /// Where its line begins and where the next one does.
    line: (usize, usize),
}

/// The parts of a letter; the first is the letter itself. A multipart whose boundary never comes
/// is tried again with the boundary its body seems to use, and so is a letter of no said type that
/// begins like a multipart.
pub(super) fn split(raw: &[u8]) -> Vec<Part<'_>> {
    const GUESSES: usize = 4;
    let mut guesses: Vec<(usize, &[u8])> = Vec::new();
    let mut parts = walk(raw, &guesses);
    while guesses.len() < GUESSES {
        let tried = guesses.last().map_or(0, |(place, _)| place + 1);
        let found = parts.iter().enumerate().skip(tried).find_map(|(place, part)| {
            let never_came = part.is_multipart() && part.children.is_empty();
            let unsaid =
                place == 0 && !part.typed && part.body.trim_ascii_start().starts_with(b"--");
            let guess = (never_came || unsaid).then(|| seeming_boundary(part.body)).flatten()?;
            Some((place, guess))
        });
        let Some(found) = found else { break };
        guesses.push(found);
        let again = walk(raw, &guesses);
        if again[found.0].children.is_empty() {
            break;
        }
        parts = again;
    }
    parts
}

fn walk<'a>(raw: &'a [u8], guesses: &[(usize, &'a [u8])]) -> Vec<Part<'a>> {
    let mut parts: Vec<Part<'a>> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut at = 0;
    loop {
        let (head, body_at) = fields::head(raw, at, |line| boundary_in(line, &open).is_some());
        let place = parts.len();
        let inside_digest =
            open.last().is_some_and(|open| parts[open.part].kind.value == "multipart/digest");
        if let Some(open) = open.last() {
            parts[open.part].children.push(place);
        }
        let mut part = describe(head, inside_digest);
        let boundary = match guesses.iter().find(|(guessed, _)| *guessed == place) {
            Some((_, guess)) => {
                if !part.is_multipart() {
                    "multipart/mixed".clone_into(&mut part.kind.value);
                }
                Some(guess.to_vec())
            }
            None => part.kind.get("boundary").map(String::into_bytes),
        };
        let boundary = boundary.map(|b| b.trim_ascii_end().to_vec()).filter(|b| !b.is_empty());
        if let Some(boundary) = boundary.filter(|_| part.is_multipart() && open.len() < MAX_DEPTH) {
            open.push(Open { part: place, boundary });
        }
        parts.push(part);
        let mut line_at = body_at;
        let mut body_known = false;
        let mut epilogue_at = None;
        // Runs over closing boundaries and what follows them, up to the start of the next part.
        at = loop {
            let met =
                if parts.len() < MAX_PARTS { next_boundary(raw, line_at, &open) } else { None };
            let body_end = met.as_ref().map_or(raw.len(), |met| met.line.0);
            if !body_known {
                let body = raw.get(body_at..body_end).unwrap_or_default();
                parts[place].body =
                    if met.is_some() { fields::without_line_end(body) } else { body };
                body_known = true;
            }
            let Some(met) = met else {
                if let Some(at) = epilogue_at {
                    parts[0].epilogue = raw.get(at..).unwrap_or_default();
                }
                return parts;
            };
            open.truncate(met.level + 1);
            // Some programs write the closing form before every part.
            let header_follows = raw[met.line.1..].get(..8).is_some_and(begins_content);
            if !met.closes || header_follows {
                break met.line.1;
            }
            // A closed multipart stays known: more parts may follow all the same.
            line_at = met.line.1;
            epilogue_at = (met.level == 0).then_some(line_at);
        };
    }
}

fn describe(head: Head<'_>, inside_digest: bool) -> Part<'_> {
    let read = |value: &[u8]| Structured::read(&fields::text(value, None));
    let kind = kind_of(&head);
    let typed = kind.is_some();
    let mut kind = kind.unwrap_or_default();
    let disposition = head.get("content-disposition").map(read).unwrap_or_default();
    if !typed {
        let missing = if inside_digest { "message/rfc822" } else { "text/plain" };
        missing.clone_into(&mut kind.value);
    }
    Part { head, kind, typed, disposition, body: &[], epilogue: &[], children: Vec::new() }
}

/// Content-Type. Of several usable ones the first counts, unless a later one is needed to find the
/// parts.
fn kind_of(head: &Head<'_>) -> Option<Structured> {
    let is_whole = |kind: &Structured| {
        kind.value.split_once('/').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty())
    };
    let is_multipart = |kind: &Structured| kind.value.starts_with("multipart/");
    let read = |value: &[u8]| Structured::read(&fields::text(value, None));
    let mut kinds = head.all("content-type").take(MAX_KINDS).map(read).filter(is_whole);
    match kinds.next() {
        Some(kind) if is_multipart(&kind) => Some(kind),
        kind => kinds.find(is_multipart).or(kind),
    }
}

/// The next line from `at` on that is a boundary of an open multipart.
fn next_boundary(raw: &[u8], mut at: usize, open: &[Open]) -> Option<Boundary> {
    if open.is_empty() {
        return None;
    }
    while at < raw.len() {
        let next = fields::next_line(raw, at);
        if let Some((level, closes)) = boundary_in(&raw[at..next], open) {
            return Some(Boundary { level, closes, line: (at, next) });
        }
        at = next;
    }
    None
}

/// Whether the line is a boundary: of which level, and whether it closes it. A missing close of
/// an inner multipart is forgiven when an outer boundary comes.
fn boundary_in(line: &[u8], open: &[Open]) -> Option<(usize, bool)> {
    let marked = line.strip_prefix(b"--")?;
    let mut closing = None;
    for (level, open) in open.iter().enumerate().rev() {
        let Some(rest) = marked.strip_prefix(open.boundary.as_slice()) else { continue };
        match rest.trim_ascii_end() {
            // The whole line counts more than one that merely begins like a closing one.
            b"" => return Some((level, false)),
            // One hyphen of the two may have been lost.
            [b'-', b'-', ..] | [b'-'] => closing = closing.or(Some((level, true))),
            _ => {}
        }
    }
    closing
}

fn begins_content(start: &[u8]) -> bool {
    start.eq_ignore_ascii_case(b"content-")
}

/// The boundary a body seems to use: its first line that begins with two hyphens and has no
/// space, when a header field follows it or it is closed at the end.
fn seeming_boundary(body: &[u8]) -> Option<&[u8]> {
    const LINES_LOOKED_AT: usize = 50;
    let mut lines = body.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end);
    let mut looked = lines.by_ref().take(LINES_LOOKED_AT);
    let boundary = looked.find_map(|line| {
        let boundary = line.strip_prefix(b"--")?;
        (boundary.len() > 2 && boundary.iter().all(u8::is_ascii_graphic)).then_some(boundary)
    })?;
    let field_follows = lines.next()?.get(..8).is_some_and(begins_content);
    let closes = |line: &[u8]| {
        line.strip_prefix(b"--").and_then(|line| line.strip_suffix(b"--")) == Some(boundary)
    };
    (field_follows || lines.any(closes)).then_some(boundary)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(raw: &str) -> String {
        fn add(parts: &[Part<'_>], place: usize, into: &mut String) {
            let part = &parts[place];
            into.push_str(&part.kind.value);
            if part.children.is_empty() {
                into.push_str(&format!("={}", String::from_utf8_lossy(part.body)));
            } else {
                into.push('(');
                for (nth, &child) in part.children.iter().enumerate() {
                    if nth > 0 {
                        into.push(' ');
                    }
                    add(parts, child, into);
                }
                into.push(')');
            }
        }
        let mut text = String::new();
        add(&split(raw.as_bytes()), 0, &mut text);
        text
    }

    #[test]
    fn letters_are_cut_where_their_boundaries_say() {
        let mixed = "Content-Type: multipart/mixed; boundary=b\n\n";
        for (case, raw, expected) in [
            ("single", "A: 1\n\nhello".to_owned(), "text/plain=hello"),
            ("two", format!("{mixed}pre\n--b\n\none\n--b\n\ntwo\n--b--\npost"), "multipart/mixed(text/plain=one text/plain=two)"),
            ("crlf", format!("{mixed}--b\r\n\r\none\r\n--b--\r\n"), "multipart/mixed(text/plain=one)"),
            ("no close", format!("{mixed}--b\n\none\n"), "multipart/mixed(text/plain=one\n)"),
            ("prefix is no boundary", format!("{mixed}--b\n\none\n--bc\n--b--"), "multipart/mixed(text/plain=one\n--bc)"),
            ("inner unclosed", format!("{mixed}--b\nContent-Type: multipart/alternative; boundary=i\n\n--i\n\nx\n--b\n\ny\n--b--"),
                "multipart/mixed(multipart/alternative(text/plain=x) text/plain=y)"),
            ("part without empty line", format!("{mixed}--b\nContent-Type: text/html\n--b\n\ny"), "multipart/mixed(text/html= text/plain=y)"),
            ("boundary never comes", "Content-Type: multipart/mixed; boundary=b\n\nall text".to_owned(), "multipart/mixed=all text"),
            ("wrong boundary", "Content-Type: multipart/mixed; boundary=b\n\n--real1\nContent-Type: text/html\n\nx\n--real1--\n".to_owned(),
                "multipart/mixed(text/html=x)"),
            ("more after the close", format!("{mixed}--b\n\none\n--b--\n\n--b\n\ntwo\n--b--\n"), "multipart/mixed(text/plain=one text/plain=two)"),
            ("closing form before each", format!("{mixed}--b--\nContent-Type: text/html\n\none\n--b--\nContent-Type: text/plain\n\ntwo\n--b--"), "multipart/mixed(text/html=one text/plain=two)"),
            ("half a close", format!("{mixed}--b\n\none\n--b-\n"), "multipart/mixed(text/plain=one)"),
            ("similar boundaries", format!("{mixed}--b\nContent-Type: multipart/alternative; boundary=b--1\n\n--b--1\n\nx\n--b--1--\n--b--"),
                "multipart/mixed(multipart/alternative(text/plain=x))"),
            ("wrong inner boundary", format!("{mixed}--b\nContent-Type: multipart/alternative; boundary=i\n\n--real\nContent-Type: text/html\n\nx\n--real--\n--b\n\ny\n--b--"),
                "multipart/mixed(multipart/alternative(text/html=x) text/plain=y)"),
            ("no content type at all", "A: 1\n\n--real\nContent-Type: text/html\n\nx\n--real--\n".to_owned(), "multipart/mixed(text/html=x)"),
            ("a rule and a quoted field", "A: 1\n\nSee:\n--real\nContent-Type: text/html\n\nx\n--real--\n".to_owned(),
                "text/plain=See:\n--real\nContent-Type: text/html\n\nx\n--real--\n"),
            ("no boundary parameter", "Content-Type: multipart/mixed\n\n--real\n\nx\n--real--\n".to_owned(), "multipart/mixed(text/plain=x)"),
            ("two content types", "Content-Type: text/plain\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--".to_owned(), "multipart/mixed(text/plain=x)"),
            ("first content type garbled", "Content-Type: html\nContent-Type: text/html\n\nx".to_owned(), "text/html=x"),
            ("digest", "Content-Type: multipart/digest; boundary=b\n\n--b\n\nA: 1\n--b--".to_owned(), "multipart/digest(message/rfc822=A: 1)"),
            ("attached letter stays whole", format!("{mixed}--b\nContent-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--c--\n--b--"),
                "multipart/mixed(message/rfc822=Content-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--c--)"),
        ] {
            assert_eq!(outline(&raw), expected, "{case}");
        }
    }

    #[test]
    fn depth_and_number_are_bounded_and_nothing_is_lost() {
        let mut deep = String::new();
        for level in 0..5_000 {
            deep.push_str(&format!(
                "Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"
            ));
        }
        let parts = split(deep.as_bytes());
        assert_eq!(parts.len(), MAX_DEPTH + 1);
        assert!(parts[MAX_DEPTH].body.ends_with(b"--b4999\n"));
        let mut many = "Content-Type: multipart/mixed; boundary=b\n\n".to_owned();
        many.push_str(&"--b\n\nx\n".repeat(5_000));
        many.push_str("--b--");
        let parts = split(many.as_bytes());
        assert_eq!(parts.len(), MAX_PARTS);
        assert!(parts[MAX_PARTS - 1].body.ends_with(b"--b--"));
    }

    #[test]
    fn hostile_letters_are_cut_in_linear_time() {
        let mut raw = String::new();
        for _ in 0..50_000 {
            raw.push_str("Content-Type: multipart/mixed; boundary=nope\n\n--x\n");
        }
        let started = crate::mail::effort::Effort::begin();
        split(raw.as_bytes());
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
}
