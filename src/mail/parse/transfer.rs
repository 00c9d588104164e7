//! Transfer encodings (RFC 2045 section 6), also as they come damaged. What belongs to no encoding
//! is skipped in base64 and kept in quoted-printable.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;

/// Fewer letters than this may be words that are not encoded at all.
const SHORT: usize = 60;

/// Decodes base64 (RFC 2045 section 6.8); what is not of its alphabet is skipped.
pub(super) fn base64(bytes: &[u8]) -> Vec<u8> {
    base64_decode(bytes).unwrap_or_else(|| {
        let foreign =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        let clean: Vec<u8> = bytes.iter().copied().filter(foreign).collect();
        base64_decode(&clean).unwrap_or_default()
    })
}

/// Decodes a text in base64. What a mailing list or a virus scanner wrote below it in the clear is
/// kept as it is, and so is a whole text that only claims to be encoded.
pub(super) fn base64_text(bytes: &[u8]) -> Cow<'_, [u8]> {
    let coded = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let mut end = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        if !line.trim_ascii().iter().all(coded) {
            break;
        }
        end += line.len();
    }
    let (encoded, clear) = bytes.split_at(end);
    if encoded.trim_ascii().is_empty() {
        return match clear.trim_ascii().is_empty() {
            true => Cow::Borrowed(b""),
            // One line of base64 with a stray character in it, or no base64 at all.
            false if clear.contains(&b' ') => Cow::Borrowed(bytes),
            false if !clear.iter().any(coded) => Cow::Borrowed(bytes),
            false => Cow::Owned(base64(bytes)),
        };
    }
    let letters = encoded.iter().filter(|byte| coded(byte)).count();
    let padded = encoded.trim_ascii_end().ends_with(b"=");
    let mut text = base64(encoded);
    // A few words that fill no groups, or give nothing readable, were never encoded.
    let words = encoded.split(u8::is_ascii_whitespace).all(|word| {
        word.iter().skip(1).all(u8::is_ascii_lowercase) && word.iter().all(u8::is_ascii_alphabetic)
    });
    let spoiled = std::str::from_utf8(&text).is_err();
    if letters < SHORT && !padded && (letters % 4 == 1 || (words && spoiled)) {
        return Cow::Borrowed(bytes);
    }
    // A stray character in the middle is not the end of it.
    let goes_on = clear.split(|&byte| byte == b'\n').skip(1).take(3).filter(|line| line.len() > 40);
    if goes_on.clone().count() > 0
        && goes_on.clone().all(|line| line.trim_ascii().iter().all(coded))
    {
        return Cow::Owned(base64(bytes));
    }
    if !clear.trim_ascii().is_empty() {
        text.push(b'\n');
        text.extend_from_slice(clear);
    }
    Cow::Owned(text)
}

/// Decodes a text that is encoded without saying so: nothing but base64 that gives readable text,
/// or quoted-printable with several characters of UTF-8, or with HTML attributes, in it. `None` for
/// all other text.
pub(super) fn unsaid(bytes: &[u8]) -> Option<Vec<u8>> {
    const FEWEST: usize = 20;
    let coded = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let mut lines = bytes.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let mut letters = 0;
    if lines.all(|line| {
        letters += line.len();
        line.iter().all(coded)
    }) {
        if letters < FEWEST || !letters.is_multiple_of(4) {
            return None;
        }
        let text = base64(bytes);
        let readable = |text: &str| {
            let odd = |c: char| c.is_control() && !c.is_whitespace();
            !text.contains(odd) && text.contains(char::is_whitespace)
        };
        return std::str::from_utf8(&text).is_ok_and(readable).then_some(text);
    }
    if !bytes.contains(&b'=') || !bytes.is_ascii() {
        return None;
    }
    let soft_breaks = bytes.windows(2).any(|two| two == b"=\n" || two == b"=\r");
    let attributes = bytes.windows(4).filter(|four| *four == b"=3D\"").count() > 1;
    if !soft_breaks && !attributes {
        return None;
    }
    let text = quoted_printable(bytes);
    let wide = std::str::from_utf8(&text)
        .map_or(0, |text| text.chars().filter(|c| c.is_alphabetic() && !c.is_ascii()).count());
    (attributes || wide > 2).then_some(text)
}

/// Decodes quoted-printable (RFC 2045 section 6.7); what is no escape stays as it is.
pub(super) fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
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
    fn damaged_transfer_encodings_lose_nothing() {
        assert_eq!(base64(b"SGFs\r\nbG8="), b"Hallo");
        assert_eq!(base64(b"SGFs!!bG8"), b"Hallo");
        for (text, expected) in [
            ("SGFs\r\nbG8=\r\n", "Hallo"),
            ("SGFsbG8=\n_____\nlist footer", "Hallo\n_____\nlist footer"),
            ("SGFsbG8=\nSent by a list", "Hallo\nSent by a list"),
            ("this is no base64 at all", "this is no base64 at all"),
            ("SGFs!bG8=", "Hallo"),
            ("\r\n", ""),
            ("Danke\n", "Danke\n"),
            ("Hallo\nWelt\n", "Hallo\nWelt\n"),
            ("...\n", "...\n"),
            ("Test", "Test"),
        ] {
            assert_eq!(String::from_utf8_lossy(&base64_text(text.as_bytes())), expected, "{text}");
        }
        assert_eq!(quoted_printable(b"a=3Db=\r\nc"), b"a=bc");
        assert_eq!(quoted_printable(b"a=ZZ =3D =\nc=="), b"a=ZZ = c==");
    }

    #[test]
    fn encodings_nobody_spoke_of_are_found() {
        for (text, expected) in [
            ("R3LDvMOfZSBhdXMgV2llbiE=\r\n", Some("Grüße aus Wien!")),
            ("R3LDvMOfZQ==", None),
            ("donaudampfschifffahrt", None),
            ("c2VjcmV0dG9rZW5vZm1pbmU=", None),
            (
                "Gr=C3=BC=C3=9Fe aus K=C3=B6ln und viele=\n Worte",
                Some("Grüße aus Köln und viele Worte"),
            ),
            ("<p a=3D\"x\" b=3D\"y\">Gr=C3=BC</p>", Some("<p a=\"x\" b=\"y\">Grü</p>")),
            ("1+1=2, x=C3=BC", None),
            ("a=\nb", None),
            ("", None),
        ] {
            let found = unsaid(text.as_bytes());
            let found = found.as_deref().map(String::from_utf8_lossy);
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
