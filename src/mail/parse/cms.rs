//! The envelope of S/MIME (RFC 8551 section 3; CMS, RFC 5652), read just far enough to take the
//! letter out of a signed one and to know an encrypted one. Nothing is verified.

/// What an `application/pkcs7-mime` part is.
#[derive(PartialEq, Debug)]
pub(super) enum Envelope {
    /// Signed, with the signed MIME entity inside it.
    Signed(Vec<u8>),
    /// Encrypted for someone.
    Encrypted,
    /// Certificates alone, compressed, or no such thing.
    Other,
}

/// Constructed values opened inside each other; honest ones need about six.
const MAX_DEPTH: usize = 16;

/// Object identifiers as they are encoded: signedData and envelopedData (RFC 5652 sections 5.1 and
/// 6.1), authEnvelopedData (RFC 5083 section 2.1).
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
const ENVELOPED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03];
const AUTH_ENVELOPED_DATA: &[u8] =
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x17];

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const CONSTRUCTED_OCTETS: u8 = 0x24;
const OBJECT: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const EXPLICIT: u8 = 0xa0;

/// Opens a CMS object in DER or BER.
pub(super) fn open(bytes: &[u8]) -> Envelope {
    let signed = || -> Option<Envelope> {
        let info = enter(bytes, SEQUENCE)?;
        let (kind, rest) = object(info)?;
        if kind == ENVELOPED_DATA || kind == AUTH_ENVELOPED_DATA {
            return Some(Envelope::Encrypted);
        }
        let content = enter(rest, EXPLICIT).filter(|_| kind == SIGNED_DATA)?;
        let signed = enter(content, SEQUENCE)?;
        let rest = skip(signed, INTEGER)?;
        let rest = skip(rest, SET)?;
        let encapsulated = enter(rest, SEQUENCE)?;
        let (_, rest) = object(encapsulated)?;
        let content = enter(rest, EXPLICIT)?;
        let mut inner = Vec::new();
        collect(content, &mut inner, 0)?;
        (!inner.is_empty()).then_some(Envelope::Signed(inner))
    };
    signed().unwrap_or(Envelope::Other)
}

/// The head of a value: its tag, its length (`None` when its end is marked instead), and what
/// follows the head.
fn value(bytes: &[u8]) -> Option<(u8, Option<usize>, &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    match first {
        0x80 => Some((tag, None, rest)),
        0..0x80 => Some((tag, Some(usize::from(first)), rest)),
        _ => {
            let digits = usize::from(first & 0x7f);
            let length = rest.get(..digits).filter(|_| digits <= 4)?;
            let length = length.iter().fold(0_usize, |sum, &byte| sum << 8 | usize::from(byte));
            Some((tag, Some(length), &rest[digits..]))
        }
    }
}

/// The inside of a value of that tag; of one whose end is marked, everything after its head. What
/// was cut off is not missed.
fn enter(bytes: &[u8], wanted: u8) -> Option<&[u8]> {
    let (_, length, rest) = value(bytes).filter(|(tag, ..)| *tag == wanted)?;
    Some(length.map_or(rest, |length| &rest[..length.min(rest.len())]))
}

fn object(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_, length, rest) = value(bytes).filter(|(tag, ..)| *tag == OBJECT)?;
    rest.split_at_checked(length?)
}

/// What follows a value of that tag.
fn skip(bytes: &[u8], wanted: u8) -> Option<&[u8]> {
    (bytes.first() == Some(&wanted)).then(|| after(bytes, 0))?
}

fn after(bytes: &[u8], depth: usize) -> Option<&[u8]> {
    let (_, length, rest) = value(bytes).filter(|_| depth < MAX_DEPTH)?;
    if let Some(length) = length {
        return rest.get(length..);
    }
    let mut rest = rest;
    loop {
        if let Some(rest) = rest.strip_prefix(&[0, 0]) {
            return Some(rest);
        }
        rest = after(rest, depth + 1)?;
    }
}

/// Collects the octets of a string, which may be in pieces and pieces of pieces; answers what
/// follows it.
fn collect<'a>(bytes: &'a [u8], into: &mut Vec<u8>, depth: usize) -> Option<&'a [u8]> {
    let (tag, length, rest) = value(bytes).filter(|_| depth < MAX_DEPTH)?;
    match (tag, length) {
        (OCTETS, Some(length)) => {
            let (content, rest) = rest.split_at(length.min(rest.len()));
            into.extend_from_slice(content);
            Some(rest)
        }
        (CONSTRUCTED_OCTETS, length) => {
            let (mut pieces, behind) = match length {
                Some(length) => rest.split_at(length.min(rest.len())),
                None => (rest, &rest[rest.len()..]),
            };
            while !pieces.is_empty() {
                if let Some(rest) = pieces.strip_prefix(&[0, 0]).filter(|_| length.is_none()) {
                    return Some(rest);
                }
                pieces = collect(pieces, into, depth + 1)?;
            }
            Some(behind)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82, length[0], length[1]], content].concat()
    }

    fn ber(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, 0x80], content, &[0, 0]].concat()
    }

    fn signed(wrap: fn(u8, &[u8]) -> Vec<u8>, string: &[u8]) -> Vec<u8> {
        let data = [&[OBJECT, 9][..], &SIGNED_DATA[..8], &[1]].concat();
        let encapsulated = wrap(SEQUENCE, &[&data[..], &wrap(EXPLICIT, string)].concat());
        let inside =
            [&[INTEGER, 1, 1][..], &wrap(SET, &der(SEQUENCE, b"")), &encapsulated].concat();
        let content = wrap(EXPLICIT, &wrap(SEQUENCE, &inside));
        wrap(SEQUENCE, &[&[OBJECT, 9], SIGNED_DATA, &content].concat())
    }

    #[test]
    fn the_signed_letter_is_taken_out_in_every_encoding() {
        let pieces = [der(OCTETS, b"Content"), der(OCTETS, b"-Type")].concat();
        for (case, envelope) in [
            ("der", signed(der, &der(OCTETS, b"Content-Type"))),
            ("ber", signed(ber, &ber(CONSTRUCTED_OCTETS, &pieces))),
            ("pieces of known length", signed(der, &der(CONSTRUCTED_OCTETS, &pieces))),
        ] {
            assert_eq!(open(&envelope), Envelope::Signed(b"Content-Type".to_vec()), "{case}");
        }
        let whole = signed(der, &der(OCTETS, b"Content-Type"));
        assert_eq!(open(&whole[..whole.len() - 5]), Envelope::Signed(b"Content".to_vec()));
    }

    #[test]
    fn what_is_encrypted_or_something_else_is_known() {
        let encrypted =
            der(SEQUENCE, &[&[OBJECT, 9], ENVELOPED_DATA, &der(EXPLICIT, b"")].concat());
        assert_eq!(open(&encrypted), Envelope::Encrypted);
        let auth = der(SEQUENCE, &[&[OBJECT, 11], AUTH_ENVELOPED_DATA].concat());
        assert_eq!(open(&auth), Envelope::Encrypted);
        let certificates = signed(der, b"");
        for other in
            [&certificates[..], b"", b"\x30", b"plain text", &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]]
        {
            assert_eq!(open(other), Envelope::Other, "{other:?}");
        }
    }

    #[test]
    fn hostile_envelopes_end_soon() {
        let started = crate::mail::effort::Effort::begin();
        for piece in [&[0x30, 0x80][..], &[0x24, 0x80], &[0x31, 0x80], &[0x04, 0x00]] {
            let nested = piece.repeat(1 << 19);
            open(&nested);
            open(&signed(|tag, content| [&[tag, 0x80], content].concat(), &nested));
        }
        assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    }
}
