//! Puts a letter together: folded headers (RFC 5322 section 2.2.3), encoded words (RFC 2047),
//! transfer encodings and multiparts (RFC 2045, 2046), file names (RFC 2231). Written by hand
//! because the letters must come out the same every time, odd ones included.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::charsets::Charset;

/// How the bytes of a part travel (RFC 2045 section 6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Transfer {
    SevenBit,
    EightBit,
    Quoted,
    Base64,
}

/// The two encodings of an encoded word (RFC 2047 section 4).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Word {
    Q,
    B,
}

/// How a file name is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NameStyle {
    /// `filename="…"`, as an encoded word when it has to be (forbidden by RFC 2047 section 5 and
    /// met every day).
    Quoted,
    /// `filename*0*=UTF-8''…` in several pieces (RFC 2231 section 4.1).
    Pieces,
}

/// Something attached.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) media: &'static str,
    pub(super) bytes: Vec<u8>,
    /// The Content-ID without brackets; makes the file an inline one.
    pub(super) cid: Option<String>,
}

/// One part with its headers; the bytes are already encoded for transport.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Name and value; the boundary of a multipart is added when it is written out.
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) content: Content,
}

/// What is in a part.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Bytes(Vec<u8>),
    Parts(Vec<Part>),
}

impl Part {
    /// A text part; `kind` is the subtype with further parameters, such as `plain; format=flowed`.
    pub(super) fn text(kind: &str, text: &str, charset: Charset, transfer: Transfer) -> Self {
        let (subtype, more) = kind.split_once(';').unwrap_or((kind, ""));
        let mut value = format!("text/{subtype}; charset={}", charset.label());
        if !more.is_empty() {
            value.push(';');
            value.push_str(more);
        }
        let bytes = charset.encode(&crlf(text));
        Self::encoded("Content-Type", value, &bytes, transfer)
    }

    /// A part of any other type, `value` being its whole Content-Type.
    pub(super) fn typed(value: &str, bytes: &[u8], transfer: Transfer) -> Self {
        Self::encoded("Content-Type", value.to_owned(), bytes, transfer)
    }

    /// A multipart; `kind` is the subtype with further parameters.
    pub(super) fn multi(kind: &str, parts: Vec<Part>) -> Self {
        Self {
            headers: vec![("Content-Type", format!("multipart/{kind}"))],
            content: Content::Parts(parts),
        }
    }

    /// A file, beside the text or (with a Content-ID) inside it.
    pub(super) fn file(file: &File, style: NameStyle) -> Self {
        let name = if file.name.is_ascii() {
            file.name.clone()
        } else {
            encoded_word(&file.name, Charset::Utf8, Word::B)
        };
        let (typed, named) = match style {
            NameStyle::Quoted => (format!("; name=\"{name}\""), format!("; filename=\"{name}\"")),
            NameStyle::Pieces => (String::new(), name_in_pieces(&file.name)),
        };
        let mut part = Self::encoded(
            "Content-Type",
            format!("{}{typed}", file.media),
            &file.bytes,
            Transfer::Base64,
        );
        let disposition = if file.cid.is_some() { "inline" } else { "attachment" };
        part.headers.push(("Content-Disposition", format!("{disposition}{named}")));
        if let Some(cid) = &file.cid {
            part.headers.push(("Content-ID", format!("<{cid}>")));
        }
        part
    }

    /// This part with one more beside it.
    pub(super) fn and(self, more: Part) -> Self {
        let mixed = self.headers.iter().any(|(_, value)| value.starts_with("multipart/mixed"));
        match self.content {
            Content::Parts(mut parts) if mixed => {
                parts.push(more);
                Self { headers: self.headers, content: Content::Parts(parts) }
            }
            content => Self::multi("mixed", vec![Self { headers: self.headers, content }, more]),
        }
    }

    /// Writes headers, empty line and content; `boundary` makes a new one at each call.
    pub(super) fn write(&self, out: &mut Vec<u8>, boundary: &mut dyn FnMut() -> String) {
        match &self.content {
            Content::Bytes(bytes) => {
                for (name, value) in &self.headers {
                    header(out, name, value);
                }
                out.extend_from_slice(b"\r\n");
                out.extend_from_slice(bytes);
            }
            Content::Parts(parts) => {
                let line = boundary();
                for (name, value) in &self.headers {
                    if *name == "Content-Type" {
                        header(out, name, &format!("{value}; boundary=\"{line}\""));
                    } else {
                        header(out, name, value);
                    }
                }
                out.extend_from_slice(b"\r\n");
                for part in parts {
                    out.extend_from_slice(format!("--{line}\r\n").as_bytes());
                    part.write(out, boundary);
                    out.extend_from_slice(b"\r\n");
                }
                out.extend_from_slice(format!("--{line}--\r\n").as_bytes());
            }
        }
    }

    fn encoded(name: &'static str, value: String, bytes: &[u8], transfer: Transfer) -> Self {
        let (label, content) = match transfer {
            Transfer::SevenBit => ("7bit", bytes.to_vec()),
            Transfer::EightBit => ("8bit", bytes.to_vec()),
            Transfer::Quoted => ("quoted-printable", quoted(bytes)),
            Transfer::Base64 => ("base64", base64(bytes)),
        };
        Self {
            headers: vec![(name, value), ("Content-Transfer-Encoding", label.to_owned())],
            content: Content::Bytes(content),
        }
    }
}

/// Writes one header field, folded before words that would pass column 76.
pub(super) fn header(out: &mut Vec<u8>, name: &str, value: &str) {
    out.extend_from_slice(name.as_bytes());
    out.push(b':');
    let mut column = name.len() + 1;
    for (number, word) in value.split(' ').enumerate() {
        if number > 0 && column + 1 + word.len() > 76 {
            out.extend_from_slice(b"\r\n");
            column = 0;
        }
        out.push(b' ');
        out.extend_from_slice(word.as_bytes());
        column += 1 + word.len();
    }
    out.extend_from_slice(b"\r\n");
}

/// A text for a header: as it is when ASCII, else one or more encoded words.
pub(super) fn encoded_word(text: &str, charset: Charset, word: Word) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let letter = if word == Word::Q { 'Q' } else { 'B' };
    let mut words: Vec<String> = Vec::new();
    let mut piece = String::new();
    let mut best = String::new();
    for character in text.chars() {
        piece.push(character);
        let bytes = charset.encode(&piece);
        let payload = if word == Word::Q { q_payload(&bytes) } else { STANDARD.encode(&bytes) };
        let candidate = format!("=?{}?{letter}?{payload}?=", charset.label());
        // RFC 2047 section 2 allows 75 characters; shorter words leave room for the field's name.
        if candidate.len() > 64 && !best.is_empty() {
            words.push(std::mem::take(&mut best));
            piece = character.to_string();
            let bytes = charset.encode(&piece);
            let payload = if word == Word::Q { q_payload(&bytes) } else { STANDARD.encode(&bytes) };
            best = format!("=?{}?{letter}?{payload}?=", charset.label());
        } else {
            best = candidate;
        }
    }
    words.push(best);
    words.join(" ")
}

/// An address with its name, the name quoted or encoded where it must be.
pub(super) fn address(name: &str, address: &str, charset: Charset, word: Word) -> String {
    if name.is_empty() {
        address.to_owned()
    } else if !name.is_ascii() {
        format!("{} <{address}>", encoded_word(name, charset, word))
    } else if name.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ' || c == '-') {
        format!("{name} <{address}>")
    } else {
        format!("\"{}\" <{address}>", name.replace('"', ""))
    }
}

/// LF to CRLF, with a line end after the last line.
pub(super) fn crlf(text: &str) -> String {
    let mut wide = text.replace("\r\n", "\n").replace('\n', "\r\n");
    if !wide.ends_with("\r\n") {
        wide.push_str("\r\n");
    }
    wide
}

/// Quoted-printable (RFC 2045 section 6.7) of text whose lines end in CRLF.
fn quoted(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() * 5 / 4);
    let mut column = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let line_end =
            |at: usize| bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n');
        if byte == b'\r' || byte == b'\n' {
            out.push(byte);
            column = 0;
            continue;
        }
        let blank_at_end = (byte == b' ' || byte == b'\t') && line_end(at + 1);
        let plain = (byte == b' ' || byte.is_ascii_graphic()) && byte != b'=' && !blank_at_end;
        let width = if plain { 1 } else { 3 };
        if column + width > if line_end(at + 1) { 76 } else { 75 } {
            out.extend_from_slice(b"=\r\n");
            column = 0;
        }
        if plain {
            out.push(byte);
        } else {
            push_hex(&mut out, b'=', byte);
        }
        column += width;
    }
    out
}

/// Base64 in lines of 76.
fn base64(bytes: &[u8]) -> Vec<u8> {
    let text = STANDARD.encode(bytes);
    let mut out = Vec::with_capacity(text.len() * 78 / 76 + 2);
    for line in text.as_bytes().chunks(76) {
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
    }
    out
}

fn q_payload(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len() * 2);
    for &byte in bytes {
        match byte {
            b' ' => out.push(b'_'),
            // RFC 2047 section 5 (3) allows no more than these inside a phrase.
            _ if byte.is_ascii_alphanumeric() || b"!*+-/".contains(&byte) => out.push(byte),
            _ => push_hex(&mut out, b'=', byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn name_in_pieces(name: &str) -> String {
    let mut encoded: Vec<String> = Vec::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            encoded.push(char::from(byte).to_string());
        } else {
            encoded.push(format!("%{byte:02X}"));
        }
    }
    let mut text = String::new();
    for (number, piece) in encoded.chunks(24).enumerate() {
        let start = if number == 0 { "UTF-8''" } else { "" };
        text.push_str(&format!("; filename*{number}*={start}{}", piece.concat()));
    }
    text
}

fn push_hex(out: &mut Vec<u8>, sign: u8, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.extend_from_slice(&[sign, DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_printable_breaks_lines_and_guards_blanks_at_their_end() {
        assert_eq!(quoted(b"a=b \r\nc\r\n"), b"a=3Db=20\r\nc\r\n");
        let long = quoted("ä".repeat(40).as_bytes());
        let text = String::from_utf8_lossy(&long).into_owned();
        assert!(text.split("\r\n").all(|line| line.len() <= 76), "{text}");
        assert_eq!(text.replace("=\r\n", ""), "=C3=A4".repeat(40));
    }

    #[test]
    fn a_long_name_is_split_over_words_between_characters() {
        let text = "Prüfung der Beleuchtung im großen Büro über dem Café";
        for word in [Word::Q, Word::B] {
            let coded = encoded_word(text, Charset::Utf8, word);
            assert!(coded.split(' ').count() >= 2, "{coded}");
            assert!(coded.split(' ').all(|one| one.len() <= 75), "{coded}");
            let letter = format!("Subject: {coded}\r\n\r\n");
            let read = mail_parser::MessageParser::default().parse(letter.as_bytes());
            assert_eq!(read.as_ref().and_then(|read| read.subject()), Some(text), "{coded}");
        }
    }
}
