//! Transfer encodings (RFC 2045 section 6), also as they come damaged. What belongs to no encoding
//! is skipped in base64 and kept in quoted-printable.

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;

/// Decodes base64 (RFC 2045 section 6.8); what is not of its alphabet is skipped.
pub(super) fn base64(bytes: &[u8]) -> Vec<u8> {
    base64_decode(bytes).unwrap_or_else(|| {
        let foreign =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        let clean: Vec<u8> = bytes.iter().copied().filter(foreign).collect();
        base64_decode(&clean).unwrap_or_default()
    })
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
        assert_eq!(quoted_printable(b"a=3Db=\r\nc"), b"a=bc");
        assert_eq!(quoted_printable(b"a=ZZ =3D =\nc=="), b"a=ZZ = c==");
    }
}
