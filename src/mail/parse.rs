//! Bytes to [`Message`]. Never fails: whatever arrives becomes the best reading of it.
//!
//! Charsets, transfer encodings and dates are read by the mail-parser crate, which no other file
//! names. The letter is cut into its parts in `parse/parts.rs` instead of there, because its way
//! searches the whole rest of the letter once per part whose boundary is missing, and drops letters
//! inside letters by recursion.

mod address;
mod body;
mod calendar;
mod charset;
mod cms;
mod codepages;
mod date;
mod decoded;
mod enriched;
mod fields;
mod filename;
mod files;
mod flowed;
mod guess;
mod instead;
mod parts;
mod pgp;
mod placeholder;
mod related;
mod rtf;
mod shifted;
mod signs;
mod tnef;
mod transfer;
mod uuencode;
mod words;

use std::panic::catch_unwind;

use super::authentication::Authentication;
use super::{Address, Attachment, Message, MessageId, forward, quote};

/// Characters kept of a subject.
const LONGEST_SUBJECT: usize = 2_000;

/// Bytes read of the header of a sealed letter.
const SEALED_HEADER: usize = 64 << 10;

/// What stands in place of the text of a sealed letter.
const SEALED: &str = "This letter was not read: it is too large, or damaged in a way this program \
                      cannot deal with. The whole of it is attached as it came.";

/// Reads one letter. A letter in which the reading itself breaks down still becomes a message, a
/// [`sealed`] one.
pub fn parse(raw: &[u8]) -> Message {
    read_with(raw, read)
}

/// A letter of which only the header is read; the whole of it is attached.
pub fn sealed(raw: &[u8]) -> Message {
    sealed_with(raw, read)
}

fn read_with(raw: &[u8], reader: fn(&[u8]) -> Message) -> Message {
    catch_unwind(|| reader(raw)).unwrap_or_else(|_| sealed_with(raw, reader))
}

fn sealed_with(raw: &[u8], reader: fn(&[u8]) -> Message) -> Message {
    let start = &raw[..raw.len().min(SEALED_HEADER)];
    let end = [&b"\r\n\r\n"[..], b"\n\n"]
        .iter()
        .filter_map(|blank| start.windows(blank.len()).position(|window| window == *blank))
        .min();
    let header = &start[..end.map_or(start.len(), |end| end + 1)];
    let message = catch_unwind(|| reader(header)).unwrap_or_default();
    Message {
        text: SEALED.to_owned(),
        visible_text: SEALED.to_owned(),
        html: None,
        attachments: vec![Attachment {
            filename: "original.eml".to_owned(),
            content_type: "message/rfc822".to_owned(),
            content_id: None,
            inline: false,
            bytes: raw.to_vec(),
        }],
        sealed: true,
        ..message
    }
}

fn read(raw: &[u8]) -> Message {
    let raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
    let blank = raw.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let raw = &raw[blank..];
    // Some old programs end lines with CR alone; nothing else here knows of it.
    if raw.contains(&b'\r') && !raw.contains(&b'\n') {
        return read(
            &raw.iter().map(|&byte| if byte == b'\r' { b'\n' } else { byte }).collect::<Vec<u8>>(),
        );
    }
    let mut parts = parts::split(raw);
    if !parts[0].head.is_of_a_letter()
        && let Some(at) = late_header(raw)
    {
        parts = parts::split(&raw[at..]);
    }
    let letter = &parts[0];
    if !letter.head.is_of_a_letter() {
        let text = plain(charset::decode(raw, None));
        return Message { visible_text: quote::visible(&text), text, ..Message::default() };
    }
    let charset = header_charset(letter, files::charset_of(&parts));
    let values = |name: &str| -> Vec<String> {
        letter.head.all(name).map(|value| fields::text(value, charset.as_deref())).collect()
    };
    let addresses = |name: &str| -> Vec<Address> {
        values(name).iter().flat_map(|value| address::list(value)).collect()
    };
    let ids =
        |name: &str| -> Vec<MessageId> { address::ids(values(name).iter().map(String::as_str)) };
    let from = addresses("from").into_iter().next().or_else(|| {
        // Without a usable From the next best is who else answers for the letter.
        let others = ["sender", "return-path", "reply-to"].map(&addresses);
        let mut other = others.into_iter().flatten().next()?;
        let written = values("from").first().map(|from| address::name_alone(from));
        if let Some(name) = written.filter(|name| !name.is_empty()) {
            other.name = name;
        }
        Some(other)
    });
    let mut reply_to = addresses("reply-to");
    if let Some(from) = &from
        && reply_to.iter().all(|address| address.key() == from.key())
    {
        reply_to.clear();
    }
    let subjects = values("subject");
    let mut subjects = subjects.iter().map(|subject| fields::one_line(&words::decode(subject)));
    let subject = subjects.find(|subject| !subject.is_empty()).unwrap_or_default();
    let bodies = body::choose(&parts, body::Reading { depth: 0, text_only: false });
    let folded = quote::fold(&bodies.text);
    let signs = signs::read(&parts);
    let message = Message {
        report: signs::report(&parts, &signs, &subject, &bodies.text),
        message_id: values("message-id").iter().find_map(|value| address::own_id(value)),
        in_reply_to: ids("in-reply-to"),
        references: ids("references"),
        from,
        reply_to,
        to: addresses("to"),
        cc: addresses("cc"),
        subject: match subject.char_indices().nth(LONGEST_SUBJECT) {
            Some((end, _)) => subject[..end].to_owned(),
            None => subject,
        },
        sent_at: values("date").iter().find_map(|value| date::moment(value)),
        visible_text: folded.visible,
        forwarded: None,
        text: bodies.text,
        html: bodies.html,
        attachments: bodies.attachments,
        signs,
        authentication: authentication(letter),
        protection: bodies.protection,
        language: values("content-language").first().map(|tag| language(tag)).unwrap_or_default(),
        sealed: false,
    };
    let offset = values("date").iter().find_map(|value| forward::offset(value)).unwrap_or(0);
    let known = forward::Known { copied: folded.copied, offset };
    let forwarded = forward::find(&message, &known, sealed);
    with_attached_text(Message { forwarded, ..message }, &bodies.attached_text)
}

/// The one language tag of a Content-Language field (RFC 3282 section 2).
fn language(value: &str) -> String {
    let tag = value.trim();
    let is_one = tag.len() <= 35 && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if is_one { tag.to_owned() } else { String::new() }
}

/// The charset of eight-bit header fields: of all of them together more can be told than of one.
fn header_charset(letter: &parts::Part<'_>, said: Option<String>) -> Option<String> {
    let fields = ["subject", "from", "to", "cc", "reply-to"];
    let fields = fields.iter().flat_map(|name| letter.head.all(name));
    let eight_bit: Vec<&[u8]> =
        fields.filter(|value| std::str::from_utf8(value).is_err()).collect();
    let told = match said.as_deref().map(str::to_ascii_lowercase).as_deref() {
        None | Some("utf-8" | "us-ascii" | "iso-8859-1" | "windows-1252") => {
            guess::label_of_words(&eight_bit.join(&b' '))
        }
        Some(_) => None,
    };
    told.map(ToOwned::to_owned).or(said)
}

/// The topmost Authentication-Results field, with the Received fields above it.
fn authentication(letter: &parts::Part<'_>) -> Option<Authentication> {
    let (value, above) = letter.head.topmost("authentication-results", "received")?;
    let above: Vec<String> = above.into_iter().map(|value| fields::text(value, None)).collect();
    Some(Authentication::read(&fields::text(value, None), &above))
}

/// Where a header begins that stands below a few stray lines.
fn late_header(raw: &[u8]) -> Option<usize> {
    const STRAY_LINES: usize = 5;
    let mut at = 0;
    for _ in 0..STRAY_LINES {
        at = fields::next_line(raw, at);
        let end = raw.len().min(at.saturating_add(SEALED_HEADER));
        if fields::head(&raw[..end], at, |_| false).0.is_of_a_letter() {
            return Some(at);
        }
    }
    None
}

/// Adds what can be read in attachments. It follows what the writer wrote and is not counted as new,
/// unless there is nothing else.
fn with_attached_text(message: Message, attached: &str) -> Message {
    if attached.is_empty() {
        return message;
    }
    if message.text.trim().is_empty() {
        let text = attached.trim_start().to_owned();
        return Message { visible_text: text.clone(), text, ..message };
    }
    Message { text: message.text.trim_end().to_owned() + attached, ..message }
}

/// Text as it is kept: LF line ends, no NUL, no byte order mark before it.
fn plain(text: String) -> String {
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    let text = if text.contains('\0') { text.replace('\0', "") } else { text };
    if !text.contains('\r') {
        return text;
    }
    let mut lines = String::with_capacity(text.len());
    let mut pieces = text.split('\r').peekable();
    lines.push_str(pieces.next().unwrap_or_default());
    while let Some(piece) = pieces.next() {
        // Bad gateways make CR CR LF of CR LF.
        let doubled = piece.is_empty() && pieces.peek().is_some_and(|next| next.starts_with('\n'));
        if !doubled && !piece.starts_with('\n') {
            lines.push('\n');
        }
        lines.push_str(piece);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_that_breaks_its_reader_is_attached_as_it_came() {
        let raw = b"Subject: x\r\nFrom: ana@shop.example\r\n\r\nhello\0";
        let broken = |raw: &[u8]| {
            assert!(!raw.contains(&0), "a defect");
            read(raw)
        };
        let message = read_with(raw, broken);
        assert_eq!((message.text.as_str(), message.sealed), (SEALED, true));
        assert_eq!(message.subject, "x");
        assert_eq!(message.attachments[0].bytes, raw);
        let message = read_with(raw, |_| panic!("even of the header"));
        assert_eq!((message.subject.as_str(), message.sealed), ("", true));
        assert_eq!(message.attachments[0].bytes, raw);
    }

    #[test]
    fn a_sealed_letter_has_its_header_and_no_more_than_that_is_read() {
        let raw = b"Subject: =?utf-8?q?gr=C3=B6=C3=9Fe?=\nTo: desk@office.example\n\nbody";
        let message = sealed(raw);
        assert_eq!((message.subject.as_str(), message.text.as_str()), ("größe", SEALED));
        assert_eq!(message.to[0].address, "desk@office.example");
        let endless = b"X: ".iter().copied().chain(std::iter::repeat_n(b'y', 1 << 20));
        assert_eq!(sealed(&endless.collect::<Vec<u8>>()).attachments[0].bytes.len(), (1 << 20) + 3);
    }

    #[test]
    fn a_letter_says_one_language_or_none() {
        for (said, expected) in
            [("de-AT", "de-AT"), (" en ", "en"), ("en, de", ""), ("=?utf-8?q?de?=", ""), ("", "")]
        {
            let raw = format!("Content-Language: {said}\nSubject: x\n\nx");
            assert_eq!(read(raw.as_bytes()).language, expected, "{said}");
        }
    }

    #[test]
    fn line_ends_and_marks_are_made_even() {
        for (text, expected) in [
            ("a\r\nb\rc\nd", "a\nb\nc\nd"),
            ("a\r\r\nb\r\r", "a\nb\n\n"),
            ("\u{feff}a\0b\u{feff}", "ab\u{feff}"),
            ("\r", "\n"),
            ("", ""),
        ] {
            assert_eq!(plain(text.to_owned()), expected, "{text:?}");
        }
    }

    #[test]
    fn lines_may_end_in_a_carriage_return_alone() {
        let message = read(b"Subject: x\rFrom: a@x.example\r\rone\rtwo");
        assert_eq!((message.subject.as_str(), message.text.as_str()), ("x", "one\ntwo"));
    }
}
