//! Bytes to [`Message`]. Never fails: whatever arrives becomes the best reading of it.
//!
//! Charsets, transfer encodings and dates are read by the mail-parser crate, which no other file
//! names. The letter is cut into its parts in `parse/parts.rs` instead of there, because its way
//! searches the whole rest of the letter once per part whose boundary is missing, and drops letters
//! inside letters by recursion.

mod address;
mod body;
mod fields;
mod filename;
mod flowed;
mod parts;
mod signs;
mod words;

use std::panic::catch_unwind;

use jiff::fmt::rfc2822::DateTimeParser;
use mail_parser::DateTime;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;

use super::{Address, Attachment, Message, MessageId, quote};
use crate::time::Timestamp;

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
    let parts = parts::split(raw);
    let letter = &parts[0];
    if !letter.head.is_of_a_letter() {
        let text = plain(decode(raw, None));
        return Message { visible_text: quote::visible(&text), text, ..Message::default() };
    }
    let charset = letter.kind.get("charset");
    let values = |name: &str| -> Vec<String> {
        letter.head.all(name).map(|value| fields::text(value, charset.as_deref())).collect()
    };
    let addresses = |name: &str| -> Vec<Address> {
        values(name).iter().flat_map(|value| address::list(value)).collect()
    };
    let ids =
        |name: &str| -> Vec<MessageId> { address::ids(values(name).iter().map(String::as_str)) };
    let from = addresses("from").into_iter().chain(addresses("sender")).next();
    let mut reply_to = addresses("reply-to");
    if let Some(from) = &from
        && reply_to.iter().all(|address| address.key() == from.key())
    {
        reply_to.clear();
    }
    let subject = values("subject").first().map(|subject| words::decode(subject));
    let subject = fields::one_line(&subject.unwrap_or_default());
    let bodies = body::choose(&parts);
    let signs = signs::read(&parts);
    Message {
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
        sent_at: values("date").iter().find_map(|value| moment(value)),
        visible_text: quote::visible(&bodies.text),
        text: bodies.text,
        html: bodies.html,
        attachments: bodies.attachments,
        signs,
        sealed: false,
    }
}

/// Reads a Date field; `None` when it names no day that ever was or will soon be.
fn moment(text: &str) -> Option<Timestamp> {
    // The year 2200 in seconds; later dates are broken clocks.
    const LATEST: i64 = 7_258_118_400;
    static DATES: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);
    let seconds = match DATES.parse_timestamp(text) {
        Ok(moment) => moment.as_second(),
        // What is not quite RFC 5322: mail-parser forgives more, and some write RFC 3339.
        Err(_) => DateTime::parse_rfc822(&format!("{text}\n"))
            .or_else(|| DateTime::parse_rfc3339(text))
            .filter(DateTime::is_valid)?
            .to_timestamp(),
    };
    (0..LATEST).contains(&seconds).then(|| Timestamp::from_unix(seconds))
}

/// Text as it is kept: LF line ends, no NUL, no byte order mark before it.
fn plain(text: String) -> String {
    if !text.contains(['\r', '\0', '\u{feff}']) {
        return text;
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "")
}

/// Decodes bytes in the charset they are said to be in, as far as that can be true. Mail is
/// mislabelled daily: UTF-8 wins where it is valid and the label is a mere Latin one, and bytes
/// that fit nowhere are read as windows-1252, so that no text is lost.
fn decode(bytes: &[u8], label: Option<&str>) -> String {
    let label = label.map(charset_name).unwrap_or_default();
    let decoder = match label.as_str() {
        "" | "utf-8" => None,
        label => charset_decoder(label.as_bytes()),
    };
    // Only these need more than the label says; all others contain ASCII as itself.
    let shifting =
        label.starts_with("iso-2022") || label.starts_with("utf-") || label == "hz-gb-2312";
    if decoder.is_none() || !shifting {
        if bytes.is_ascii() && !bytes.contains(&0x1b) {
            return String::from_utf8_lossy(bytes).into_owned();
        }
        if (decoder.is_none() || is_single_byte(&label))
            && let Ok(text) = std::str::from_utf8(bytes)
            && !text.contains("\u{1b}$")
        {
            return text.to_owned();
        }
    }
    if let Some(decoder) = decoder {
        let text = decoder(bytes);
        if !text.contains(char::REPLACEMENT_CHARACTER) {
            return text;
        }
        // A wrong label, or a charset that is not supported at all.
        if text.chars().count() > 1 && std::str::from_utf8(bytes).is_err() {
            return text;
        }
    }
    if let Some(decoder) = charset_decoder(b"iso-2022-jp").filter(|_| is_japanese(bytes)) {
        return decoder(bytes);
    }
    utf8_or_windows_1252(bytes)
}

/// Whether bytes without a usable label switch to Japanese (RFC 1468).
fn is_japanese(bytes: &[u8]) -> bool {
    bytes.is_ascii() && bytes.windows(3).any(|three| matches!(three, b"\x1b$B" | b"\x1b$@"))
}

/// Whether valid UTF-8 is a better reading than this charset: true for those in which the bytes
/// of a UTF-8 character are an unlikely row of letters.
fn is_single_byte(label: &str) -> bool {
    ["us-ascii", "ascii", "ansi", "iso-8859", "iso8859", "latin", "windows-125", "cp125", "koi8"]
        .iter()
        .any(|family| label.starts_with(family))
}

fn charset_name(label: &str) -> String {
    let label = label.trim_matches([' ', '"', '\'', '\t', ';']).to_ascii_lowercase();
    let label = label.split([' ', '(']).next().unwrap_or_default();
    let known = match label {
        "utf8" | "utf-8" | "utf_8" | "utf8mb4" | "unicode-1-1-utf-8" | "cp65001" | "x-utf-8" => {
            "utf-8"
        }
        "unicode-1-1-utf-7" => "utf-7",
        "cp932" | "windows-932" | "x-ms-cp932" => "shift_jis",
        "cp936" => "gbk",
        "cp949" | "uhc" | "x-windows-949" | "euckr" => "euc-kr",
        "cp950" | "x-big5" => "big5",
        "eucjp" => "euc-jp",
        "iso2022jp" | "iso-2022-jp-1" | "iso-2022-jp-ms" => "iso-2022-jp",
        "ansi" | "unknown-8bit" | "8bit" | "default" => "",
        other => other,
    };
    known.to_owned()
}

/// Valid UTF-8 as such, and every other byte as windows-1252.
fn utf8_or_windows_1252(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let latin = charset_decoder(b"windows-1252");
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        match latin {
            Some(latin) if !chunk.invalid().is_empty() => text.push_str(&latin(chunk.invalid())),
            _ => text.push_str(&String::from_utf8_lossy(chunk.invalid())),
        }
    }
    text
}

/// Decodes base64 (RFC 2045 section 6.8); what is not of its alphabet is skipped.
fn base64(bytes: &[u8]) -> Vec<u8> {
    base64_decode(bytes).unwrap_or_else(|| {
        let foreign =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        let clean: Vec<u8> = bytes.iter().copied().filter(foreign).collect();
        base64_decode(&clean).unwrap_or_default()
    })
}

/// Decodes quoted-printable (RFC 2045 section 6.7); what is no escape stays as it is.
fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    quoted_printable_decode(bytes).unwrap_or_else(|| {
        let mut decoded = Vec::with_capacity(bytes.len());
        let mut rest = bytes;
        while let Some((&byte, after)) = rest.split_first() {
            let escape = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
            let escape = escape.and_then(|hex| u8::from_str_radix(hex, 16).ok());
            rest = match (byte, escape, after) {
                (b'=', Some(value), _) => {
                    decoded.push(value);
                    &after[2..]
                }
                (b'=', None, [b'\r', b'\n', next @ ..]) | (b'=', None, [b'\n', next @ ..]) => next,
                _ => {
                    decoded.push(byte);
                    after
                }
            };
        }
        decoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charsets_are_read_as_they_are_and_not_as_they_are_called() {
        for (case, bytes, label, expected) in [
            ("utf-8", "Grüße".as_bytes(), Some("utf-8"), "Grüße"),
            ("utf-8 called latin", "Grüße".as_bytes(), Some("iso-8859-1"), "Grüße"),
            ("utf-8 called ascii", "Grüße".as_bytes(), Some("us-ascii"), "Grüße"),
            ("latin called utf-8", b"Gr\xfc\xdfe", Some("utf-8"), "Grüße"),
            ("latin called ascii", b"Gr\xfc\xdfe", Some("us-ascii"), "Grüße"),
            ("windows-1252 called latin", b"\x84x\x93 \x80", Some("iso-8859-1"), "„x“ €"),
            ("nothing said", b"Gr\xfc\xdfe", None, "Grüße"),
            ("mixed", b"Gr\xc3\xbc\xdfe", Some("utf-8"), "Grüße"),
            ("koi8-r", b"\xf0\xd2\xc9\xd7\xc5\xd4", Some("KOI8-R"), "Привет"),
            ("gb2312", b"\xc4\xe3\xba\xc3", Some("gb2312"), "你好"),
            ("shift_jis", b"\x93\xfa\x96\x7b", Some("cp932"), "日本"),
            ("iso-2022-jp", b"\x1b$BF|K\\\x1b(B", Some("ISO-2022-JP"), "日本"),
            ("iso-2022-jp unsaid", b"\x1b$BF|K\\\x1b(B", None, "日本"),
            ("utf-7", b"Gr+APwA3w-e", Some("utf-7"), "Grüße"),
            ("quoted label", "ü".as_bytes(), Some("\"UTF8\""), "ü"),
            ("unknown label", b"\xfc", Some("x-nonsense"), "ü"),
        ] {
            assert_eq!(decode(bytes, label), expected, "{case}");
        }
    }

    #[test]
    fn damaged_transfer_encodings_lose_nothing() {
        assert_eq!(base64(b"SGFs\r\nbG8="), b"Hallo");
        assert_eq!(base64(b"SGFs!!bG8"), b"Hallo");
        assert_eq!(quoted_printable(b"a=3Db=\r\nc"), b"a=bc");
        assert_eq!(quoted_printable(b"a=ZZ =3D =\nc=="), b"a=ZZ = c==");
    }

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
    fn lines_may_end_in_a_carriage_return_alone() {
        let message = read(b"Subject: x\rFrom: a@x.example\r\rone\rtwo");
        assert_eq!((message.subject.as_str(), message.text.as_str()), ("x", "one\ntwo"));
    }

    #[test]
    fn dates_are_read() {
        for (text, expected) in [
            ("Mon, 04 May 2026 09:12:44 +0200", Some("2026-05-04T07:12:44Z")),
            ("4 May 2026 09:12 GMT", Some("2026-05-04T09:12:00Z")),
            ("2026-05-04T09:12:44Z", Some("2026-05-04T09:12:44Z")),
            ("yesterday", None),
            ("Mon, 99 May 2026 99:12:44 +0200", None),
            ("", None),
        ] {
            assert_eq!(moment(text).map(|t| t.to_string()).as_deref(), expected, "{text}");
        }
    }
}
