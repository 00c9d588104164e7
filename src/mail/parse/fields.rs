//! The header block of a letter or part (RFC 5322 section 2.2) and the structured fields of MIME
//! (RFC 2045 section 5, RFC 2231). Works on bytes, forgives what mail programs get wrong, and
//! never looks at a byte twice more than it must. What a field means is decided by the callers.

use std::borrow::Cow;
use std::io::BufRead;

/// One header field: the name as written and the value with its folds.
pub(super) struct Field<'a> {
    name: &'a [u8],
    value: &'a [u8],
}

/// The header fields of one letter or part, in order.
#[derive(Default)]
pub(super) struct Head<'a> {
    fields: Vec<Field<'a>>,
}

impl<'a> Head<'a> {
    /// The first field of that name.
    pub(super) fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.all(name).next()
    }

    /// All fields of that name, in order.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.fields
            .iter()
            .filter(move |field| field.name.eq_ignore_ascii_case(name.as_bytes()))
            .map(|field| field.value)
    }

    /// The first field of that name, and those named `above` that stand above it.
    pub(super) fn topmost(&self, name: &str, above: &str) -> Option<(&'a [u8], Vec<&'a [u8]>)> {
        let is = |field: &Field<'_>, name: &str| field.name.eq_ignore_ascii_case(name.as_bytes());
        let at = self.fields.iter().position(|field| is(field, name))?;
        let above = self.fields[..at].iter().filter(|field| is(field, above));
        Some((self.fields[at].value, above.map(|field| field.value).collect()))
    }

    /// Whether this is a header block at all, or text whose first line merely holds a colon.
    pub(super) fn is_of_a_letter(&self) -> bool {
        const USUAL: [&str; 13] = [
            "from",
            "to",
            "cc",
            "subject",
            "date",
            "sender",
            "received",
            "return-path",
            "message-id",
            "mime-version",
            "content-type",
            "content-transfer-encoding",
            "reply-to",
        ];
        self.fields.iter().any(|field| {
            field.name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(b"x-"))
                || USUAL.iter().any(|usual| field.name.eq_ignore_ascii_case(usual.as_bytes()))
        })
    }
}

/// Where the line after the one at `at` begins.
pub(super) fn next_line(raw: &[u8], at: usize) -> usize {
    let mut rest = raw.get(at..).unwrap_or_default();
    // Reading from a slice cannot fail.
    at + rest.skip_until(b'\n').unwrap_or(0)
}

/// The line without its CR LF.
pub(super) fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Reads the header block at `at` and says where the body begins. `ends_here` may end the block
/// before its empty line, as a boundary does. A line that is no field continues the field before
/// it when more fields follow; otherwise the empty line was forgotten and the body begins there.
pub(super) fn head<'a>(
    raw: &'a [u8],
    at: usize,
    ends_here: impl Fn(&[u8]) -> bool,
) -> (Head<'a>, usize) {
    let mut head = Head::default();
    let mut value_at = at;
    let mut at = at;
    while at < raw.len() {
        let next = next_line(raw, at);
        let line = header_line(&raw[at..next]);
        if line.is_empty() {
            return (head, next);
        }
        if ends_here(line) {
            return (head, at);
        }
        let folded = line[0] == b' ' || line[0] == b'\t';
        if let (false, Some(colon)) = (folded, colon_of(line)) {
            value_at = at + colon + 1;
            let name = line[..colon].trim_ascii_end();
            head.fields.push(Field { name, value: &raw[value_at..at + line.len()] });
        } else if let Some(last) = head.fields.last_mut() {
            let blank = line.trim_ascii().is_empty();
            if (blank || !folded) && !field_follows(raw, next, &ends_here) {
                // A line of white space alone is meant to be the empty one.
                if blank {
                    return (head, next);
                }
                if !(last.value.ends_with(b";") && is_parameter(line)) {
                    return (head, at);
                }
            }
            last.value = &raw[value_at..at + line.len()];
        } else if !(line.starts_with(b"From ")
            || line.starts_with(b">From ")
            || line.trim_ascii().is_empty())
        {
            return (head, at);
        }
        at = next;
    }
    (head, raw.len())
}

/// Whether a field begins at `at`, or after a few lines that are folded.
fn field_follows(raw: &[u8], at: usize, ends_here: impl Fn(&[u8]) -> bool) -> bool {
    const LINES_LOOKED_AT: usize = 5;
    let mut at = at;
    for _ in 0..LINES_LOOKED_AT {
        let next = next_line(raw, at);
        let line = header_line(&raw[at..next]);
        let folded = line.starts_with(b" ") || line.starts_with(b"\t");
        if !folded || line.trim_ascii().is_empty() {
            return colon_of(line).is_some() && !ends_here(line);
        }
        at = next;
    }
    false
}

/// A line of a header without its end; one that was sent through a bad gateway ends in CR CR LF.
fn header_line(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let ends = line.iter().rev().take_while(|&&byte| byte == b'\r').count();
    &line[..line.len() - ends]
}

/// Whether a line that should be folded and is not goes on with parameters: `boundary=x`.
fn is_parameter(line: &[u8]) -> bool {
    let name = line.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'*' | b'-'));
    let length = name.count();
    length > 0 && line.get(length) == Some(&b'=')
}

/// The place of the colon when the line begins with a field name (RFC 5322 section 2.2).
fn colon_of(line: &[u8]) -> Option<usize> {
    let colon = line.iter().take(100).position(|&byte| byte == b':')?;
    let name = line[..colon].trim_ascii_end();
    (!name.is_empty() && name.iter().all(|byte| (33..127).contains(byte))).then_some(colon)
}

/// A field's value unfolded: on one line, decoded as UTF-8, else in the letter's own charset,
/// else as windows-1252. Encoded words are left alone.
pub(super) fn text(value: &[u8], charset: Option<&str>) -> String {
    let decoded = match std::str::from_utf8(value) {
        Ok(text) if !text.contains('\u{1b}') => Cow::Borrowed(text),
        _ => Cow::Owned(super::charset::decode(value, charset)),
    };
    let decoded = decoded.trim();
    if !decoded.contains(['\r', '\n']) {
        return decoded.to_owned();
    }
    let mut line = String::with_capacity(decoded.len());
    let mut lines = decoded.split(['\r', '\n']);
    line.push_str(lines.next().unwrap_or_default());
    for continued in lines {
        let continued = continued.trim_start_matches([' ', '\t']);
        if !continued.is_empty() {
            if !line.ends_with([' ', '\t']) {
                line.push(' ');
            }
            line.push_str(continued);
        }
    }
    line
}

/// Text for one line of a page: no control characters, and none of the characters that turn the
/// direction of what follows, which are used to disguise names (Unicode TR 36 section 2.8).
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => line.push(' '),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {}
            c if c.is_control() => {}
            c => line.push(c),
        }
    }
    let trimmed = line.trim();
    if trimmed.len() == line.len() { line } else { trimmed.to_owned() }
}

/// A structured field such as Content-Type: its value in lower case and its parameters.
#[derive(Default)]
pub(super) struct Structured {
    /// `text/plain` or `attachment`; empty when there was none.
    pub(super) value: String,
    params: Vec<(String, String)>,
}

/// Parameters read at most; a field with more is hostile.
const MAX_PARAMS: usize = 200;

impl Structured {
    /// Reads an unfolded field.
    pub(super) fn read(text: &str) -> Self {
        let end = text.find(';').unwrap_or(text.len());
        // The semicolon is forgotten now and then: `text/html charset=utf-8`.
        let spaced = text[..end].find('=').and_then(|at| text[..at].rfind([' ', '\t', ',']));
        let (value, mut rest) = text.split_at(spaced.unwrap_or(end));
        let value = value.split(['(', ',']).next().unwrap_or_default();
        let value: String =
            value.chars().filter(|c| !c.is_whitespace() && !c.is_control() && *c != '"').collect();
        let mut params = Vec::new();
        while !rest.is_empty() && params.len() < MAX_PARAMS {
            rest = rest.trim_start_matches([' ', '\t', ';', ',']);
            let Some(end) = rest.find(['=', ';']) else { break };
            let name = rest[..end].trim().to_ascii_lowercase();
            let after = rest[end..].strip_prefix('=');
            rest = after.unwrap_or(&rest[end..]).trim_start();
            if after.is_some() {
                let (value, remainder) = parameter_value(rest);
                rest = remainder;
                params.push((name, value));
            }
        }
        Self { value: value.to_ascii_lowercase(), params }
    }

    /// A parameter, put together and decoded: RFC 2231 forms first, then the plain one.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let mut pieces: Vec<(u32, bool, &str)> = Vec::new();
        for (key, value) in &self.params {
            let Some(form) = key.strip_prefix(name).and_then(|form| form.strip_prefix('*')) else {
                continue;
            };
            let (number, percent) = match form.strip_suffix('*') {
                Some(number) => (number, true),
                None => (form, form.is_empty()),
            };
            let place = if number.is_empty() { Some(0) } else { number.parse().ok() };
            if let Some(place) = place {
                pieces.push((place, percent, value));
            }
        }
        if pieces.is_empty() {
            return self.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        }
        pieces.sort_by_key(|piece| piece.0);
        let mut charset = None;
        let mut bytes = Vec::new();
        for (nth, (_, percent, value)) in pieces.into_iter().enumerate() {
            let mut value = value;
            if percent && nth == 0 {
                let mut quoted = value.splitn(3, '\'');
                if let (Some(label), Some(_), Some(rest)) =
                    (quoted.next(), quoted.next(), quoted.next())
                {
                    charset = Some(label);
                    value = rest;
                }
            }
            if percent {
                percent_decode(value, &mut bytes);
            } else {
                bytes.extend_from_slice(value.as_bytes());
            }
        }
        Some(super::charset::decode(&bytes, charset.filter(|label| !label.is_empty())))
    }
}

/// Splits a parameter's value from what follows it. Unquoted values run to the next semicolon,
/// because many programs forget the quotes round names with spaces.
fn parameter_value(rest: &str) -> (String, &str) {
    let Some(quoted) = rest.strip_prefix('"') else {
        let end = rest.find(';').unwrap_or(rest.len());
        return (rest[..end].trim().to_owned(), &rest[end..]);
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                let after = &quoted[at + 1..];
                return (value, after.find(';').map_or("", |next| &after[next..]));
            }
            // Only quotes and backslashes are escaped in practice; `C:\x` keeps its backslash.
            '\\' => match chars.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                Some((_, next)) => value.push(next),
                None => value.push('\\'),
            },
            c => value.push(c),
        }
    }
    (value, "")
}

/// Appends `text` with `%41` read as `A`; a stray percent sign stays.
pub(super) fn percent_decode(text: &str, into: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                into.push(byte);
                at += 3;
            }
            (byte, _) => {
                into.push(byte);
                at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> (Vec<(String, String)>, String) {
        let (head, body) = head(raw.as_bytes(), 0, |line| line == b"--b");
        let fields = head.fields.iter();
        let fields = fields
            .map(|f| (String::from_utf8_lossy(f.name).into_owned(), text(f.value, None)))
            .collect();
        (fields, raw[body..].to_owned())
    }

    #[test]
    fn header_blocks_are_read_as_meant() {
        for (case, raw, fields, body) in [
            ("plain", "A: 1\r\nB: 2\r\n\r\nx", vec![("A", "1"), ("B", "2")], "x"),
            ("folded", "A: 1\r\n\t 2\r\n\r\nx", vec![("A", "1 2")], "x"),
            ("mbox line", "From a@b Mon\nA: 1\n\nx", vec![("A", "1")], "x"),
            ("space before colon", "A : 1\n\nx", vec![("A", "1")], "x"),
            ("broken fold", "A: 1\nrest\nB: 2\n\nx", vec![("A", "1 rest"), ("B", "2")], "x"),
            ("parameter not folded", "A: 1;\nb=2\n\nx", vec![("A", "1; b=2")], "x"),
            ("spaces for the empty line", "A: 1\n \nhello", vec![("A", "1")], "hello"),
            ("folds after spaces", "A: 1\n \n\t2\nB: 3\n\nx", vec![("A", "1 2"), ("B", "3")], "x"),
            (
                "fold after a broken one",
                "A: 1\n__\n 2\nB: 3\n\nx",
                vec![("A", "1 __ 2"), ("B", "3")],
                "x",
            ),
            ("cr cr lf", "A: 1\r\r\nB: 2\r\r\n\r\r\nx", vec![("A", "1"), ("B", "2")], "x"),
            ("no empty line", "A: 1\nhello there\nmore", vec![("A", "1")], "hello there\nmore"),
            ("boundary ends it", "A: 1\n--b\n\nx", vec![("A", "1")], "--b\n\nx"),
            ("nothing", "", vec![], ""),
            ("no header", "hello\nthere: x", vec![], "hello\nthere: x"),
            ("only headers", "A: 1", vec![("A", "1")], ""),
        ] {
            let (found, rest) = read(raw);
            let fields: Vec<(String, String)> =
                fields.into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
            assert_eq!((found, rest.as_str()), (fields, body), "{case}");
        }
    }

    #[test]
    fn eight_bit_headers_are_decoded() {
        assert_eq!(text("Grüße".as_bytes(), None), "Grüße");
        assert_eq!(text(b"Gr\xfc\xdfe", None), "Grüße");
        assert_eq!(text(b"\xf0\xd2\xc9\xd7\xc5\xd4", Some("koi8-r")), "Привет");
    }

    #[test]
    fn parameters_are_read_in_all_their_forms() {
        for (text, name, expected) in [
            ("text/plain; charset=utf-8", "charset", "utf-8"),
            ("text/plain charset=utf-8", "charset", "utf-8"),
            ("text/plain, charset=utf-8; x=y", "charset", "utf-8"),
            ("multipart/mixed;; boundary=\"a=b; c\"", "boundary", "a=b; c"),
            ("text/plain; charset = \"utf-8\" ; x=y", "charset", "utf-8"),
            ("a/b; name=my file.pdf; x=1", "name", "my file.pdf"),
            (r#"a/b; name="a\"b;c.pdf""#, "name", r#"a"b;c.pdf"#),
            (r#"a/b; name="C:\docs\a.pdf""#, "name", r"C:\docs\a.pdf"),
            ("a/b; name=\"unclosed", "name", "unclosed"),
            ("a; filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf", "filename", "Grüße.pdf"),
            ("a; filename*=iso-8859-1'de'Gr%FC%DFe.pdf", "filename", "Grüße.pdf"),
            ("a; filename*=x%20y.pdf", "filename", "x y.pdf"),
            ("a; filename*1=b.pdf; filename*0=a", "filename", "ab.pdf"),
            ("a; filename*0*=utf-8''%C3; filename*1*=%BC.pdf", "filename", "ü.pdf"),
            ("a; filename*0*=utf-8''%41; filename*1=%42", "filename", "A%42"),
            ("a; filename=plain; filename*=utf-8''better", "filename", "better"),
        ] {
            assert_eq!(Structured::read(text).get(name).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(Structured::read("text/html charset=utf-8").value, "text/html");
        assert_eq!(Structured::read("Text / HTML (x); a=b").value, "text/html");
        assert_eq!(Structured::read("a/b; name").get("name"), None);
    }
}
