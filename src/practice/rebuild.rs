//! The MIME that `$value` hands out: never the bytes that arrived, for Exchange keeps none
//! (facts: microsoft-graph 2.3). Fields in another order, fields of the service's own, CRLF line
//! ends and other boundary strings; what the letter says stays as it was. A letter too odd to
//! take apart is handed out nearly as it is.

use super::clock::mail_date;
use super::header::{Field, read_fields, trimmed};
use super::ids::{hashed, mixed};

/// Rebuilds a letter that the mailbox `address` received at `received` (seconds).
pub(super) fn rebuild(raw: &[u8], address: &str, number: u64, received: i64) -> Vec<u8> {
    let domain = address.rsplit_once('@').map_or("office.example", |(_, domain)| domain);
    let mut out = Vec::with_capacity(raw.len() + raw.len() / 32 + 1024);
    let stamp = |out: &mut Vec<u8>| {
        out.extend_from_slice(
            format!(
                "Received: from EXCH{number:04}.{domain} (2001:db8::{:x}) by\r\n \
                 EXCH0001.{domain} with HTTPS; {}\r\n",
                number % 0xffff,
                mail_date(received)
            )
            .as_bytes(),
        );
    };
    let Some((mut fields, start)) = read_fields(raw) else {
        stamp(&mut out);
        out.extend_from_slice(raw);
        return out;
    };
    stamp(&mut out);
    fields.sort_by_key(|field| rank(&field.name));
    let body = &raw[start..];
    let mut boundaries = Boundaries { seed: number ^ hashed(address), body, known: Vec::new() };
    for field in &fields {
        boundaries.write(field, &mut out);
    }
    for (name, value) in [
        ("X-MS-Exchange-Organization-AuthSource", format!("EXCH0001.{domain}")),
        ("X-MS-Exchange-Organization-AuthAs", "Anonymous".to_owned()),
        (
            "X-MS-Exchange-Organization-Network-Message-Id",
            format!("{:016x}{:016x}", mixed(number), mixed(number ^ 1)),
        ),
        ("X-MS-Exchange-Transport-EndToEndLatency", "00:00:01.2345678".to_owned()),
    ] {
        out.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    out.extend_from_slice(b"\r\n");
    write_body(body, is_binary(&fields), &mut boundaries, &mut out);
    out
}

/// Where Exchange puts a field; equal ones keep their order.
fn rank(name: &str) -> usize {
    const ORDER: [&str; 12] = [
        "received",
        "authentication-results",
        "from",
        "to",
        "cc",
        "subject",
        "date",
        "message-id",
        "references",
        "in-reply-to",
        "reply-to",
        "sender",
    ];
    let name = name.to_ascii_lowercase();
    match ORDER.iter().position(|known| *known == name) {
        Some(place) => place,
        None if name.starts_with("content-") => 14,
        None if name == "mime-version" => 15,
        None => 13,
    }
}

/// The boundary strings of a letter met so far, each with the one that takes its place.
struct Boundaries<'a> {
    seed: u64,
    body: &'a [u8],
    known: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Boundaries<'_> {
    /// Writes a field; one that declares a boundary declares the new one instead.
    fn write(&mut self, field: &Field, out: &mut Vec<u8>) {
        let raw = field.raw();
        let Some(range) = field.is("content-type").then(|| boundary_of(raw)).flatten() else {
            out.extend_from_slice(raw);
            return;
        };
        let old = raw[range.clone()].to_vec();
        let new = self.replacement(&old);
        out.extend_from_slice(&raw[..range.start]);
        out.extend_from_slice(&new);
        out.extend_from_slice(&raw[range.end..]);
    }

    fn replacement(&mut self, old: &[u8]) -> Vec<u8> {
        if let Some((_, new)) = self.known.iter().find(|(known, _)| known == old) {
            return new.clone();
        }
        // A multipart that is never closed is left alone: nobody knows where it ends.
        let closing = [b"--", old, b"--"].concat();
        if !self.body.windows(closing.len()).rev().any(|bytes| bytes == closing) {
            return old.to_vec();
        }
        let count = self.known.len() as u64;
        let new = format!("_{count:03}_{:016X}PRACTICE_", mixed(self.seed ^ count << 32));
        self.known.push((old.to_vec(), new.clone().into_bytes()));
        new.into_bytes()
    }

    /// The new delimiter line for an old one, and whether a part's header follows it.
    fn delimiter(&self, line: &[u8]) -> Option<(Vec<u8>, bool)> {
        let rest = line.strip_prefix(b"--")?;
        for (old, new) in &self.known {
            let Some(tail) = rest.strip_prefix(old.as_slice()) else { continue };
            let (tail, closing) = match tail.strip_prefix(b"--") {
                Some(tail) => (tail, true),
                None => (tail, false),
            };
            if tail.iter().all(|byte| matches!(byte, b' ' | b'\t')) {
                let mut line = b"--".to_vec();
                line.extend_from_slice(new);
                if closing {
                    line.extend_from_slice(b"--");
                }
                return Some((line, !closing));
            }
        }
        None
    }
}

/// Copies a body line by line with CRLF ends, delimiters replaced, part headers read for more.
fn write_body(body: &[u8], mut binary: bool, boundaries: &mut Boundaries<'_>, out: &mut Vec<u8>) {
    let mut at = 0;
    while at < body.len() {
        let end =
            body[at..].iter().position(|&byte| byte == b'\n').map_or(body.len(), |n| at + n + 1);
        let whole = &body[at..end];
        let line = trimmed(whole);
        at = end;
        if let Some((delimiter, opens)) = boundaries.delimiter(line) {
            out.extend_from_slice(&delimiter);
            out.extend_from_slice(&whole[line.len()..]);
            if !whole.ends_with(b"\r\n") && whole.ends_with(b"\n") {
                out.pop();
                out.extend_from_slice(b"\r\n");
            }
            if opens && let Some((fields, length)) = read_fields(&body[at..]) {
                let head = &body[at..at + length];
                binary = is_binary(&fields);
                if fields.iter().any(|f| f.is("content-type") && boundary_of(f.raw()).is_some()) {
                    for field in &fields {
                        boundaries.write(field, out);
                    }
                    if trimmed(head.rsplit(|&b| b == b'\n').nth(1).unwrap_or_default()).is_empty() {
                        out.extend_from_slice(b"\r\n");
                    }
                    at += length;
                }
            }
        } else if binary || !whole.ends_with(b"\n") {
            out.extend_from_slice(whole);
        } else {
            out.extend_from_slice(line);
            out.extend_from_slice(b"\r\n");
        }
    }
}

/// Whether what follows a header block keeps its line ends, being no text at all.
fn is_binary(fields: &[Field]) -> bool {
    fields.iter().any(|field| {
        field.is("content-transfer-encoding") && field.value().eq_ignore_ascii_case("binary")
    })
}

/// Where in a Content-Type field the boundary string stands.
fn boundary_of(raw: &[u8]) -> Option<std::ops::Range<usize>> {
    let lower = raw.to_ascii_lowercase();
    let colon = lower.iter().position(|&byte| byte == b':')?;
    let mut kind = lower[colon + 1..].iter().skip_while(|byte| byte.is_ascii_whitespace());
    if !b"multipart/".iter().all(|byte| kind.next() == Some(byte)) {
        return None;
    }
    let name = b"boundary";
    let mut from = colon;
    loop {
        let found = lower[from..].windows(name.len()).position(|window| window == name)? + from;
        from = found + name.len();
        let before = lower[found - 1];
        if !(before.is_ascii_whitespace() || before == b';') {
            continue;
        }
        let mut at = from;
        let blank = |at: usize| lower.get(at).is_some_and(u8::is_ascii_whitespace);
        while blank(at) {
            at += 1;
        }
        if lower.get(at) != Some(&b'=') {
            continue;
        }
        at += 1;
        while blank(at) {
            at += 1;
        }
        let quoted = lower.get(at) == Some(&b'"');
        let start = at + usize::from(quoted);
        let stop = |byte: &u8| {
            if quoted {
                matches!(byte, b'"' | b'\r' | b'\n' | b'\\')
            } else {
                byte.is_ascii_whitespace() || matches!(byte, b';' | b'(')
            }
        };
        let end = lower[start..].iter().position(stop).map_or(lower.len(), |n| start + n);
        // A boundary in comments, escapes or pieces is left alone.
        let whole = !quoted || lower.get(end) == Some(&b'"');
        return (end > start && whole).then_some(start..end);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const NESTED: &[u8] = b"Message-ID: <a@x>\nSubject: s\nReceived: one\nReceived: two\n\
        MIME-Version: 1.0\nContent-Type: multipart/mixed;\n boundary=\"out er\"\n\nhi\n\
        --out er\nContent-Type: multipart/alternative; boundary=inner\n\n--inner\n\ntext\n\
        --inner\nContent-Type: text/html\n\n<p>x\n--inner--\n--out er--\n";

    #[test]
    fn a_rebuilt_letter_says_the_same_in_other_bytes() {
        let rebuilt = rebuild(NESTED, "desk@office.example", 5, 1_777_885_964);
        let text = String::from_utf8(rebuilt.clone()).unwrap();
        assert!(!text.contains("--out er") && !text.contains("boundary=inner"), "{text}");
        assert!(text.find("Received: two").unwrap() < text.find("Subject:").unwrap(), "{text}");
        let parser = mail_parser::MessageParser::default();
        let (old, new) = (parser.parse(NESTED).unwrap(), parser.parse(&rebuilt).unwrap());
        assert_eq!(old.message_id(), new.message_id());
        assert_eq!(old.parts.len(), new.parts.len());
        for (old, new) in old.parts.iter().zip(&new.parts) {
            let text = |part: &mail_parser::MessagePart<'_>| {
                part.text_contents().map(|text| text.replace("\r\n", "\n"))
            };
            assert_eq!(text(old), text(new));
        }
        assert!(!text.replace("\r\n", "").contains('\n'), "{text}");
    }

    #[test]
    fn only_whole_delimiter_lines_are_replaced() {
        let raw =
            b"Content-Type: multipart/mixed; boundary=in\n\n--in\n\nx --in\n--inner\n--in--\n";
        let rebuilt = rebuild(raw, "desk@office.example", 5, 0);
        let text = String::from_utf8(rebuilt).unwrap();
        assert!(text.contains("\r\nx --in\r\n--inner\r\n"), "{text}");
        assert!(!text.contains("\n--in\r") && !text.contains("\n--in--"), "{text}");
    }

    #[test]
    fn what_is_no_letter_is_handed_out_nearly_as_it_is() {
        for odd in [&b"\xff\xfe no header\nat all"[..], b" folded first\n\nx", b""] {
            let rebuilt = rebuild(odd, "desk@office.example", 5, 0);
            assert!(rebuilt.ends_with(odd) && rebuilt.starts_with(b"Received: "), "{odd:?}");
        }
    }
}
