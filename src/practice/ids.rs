//! The ids the service hands out: opaque, URL-safe, 152 characters, case-sensitive, of two kinds
//! for messages (facts: microsoft-graph 0 and 2.5). They are worked out from a number, so that a
//! hundred thousand messages need no table of texts, and read back with every byte checked.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;

/// What an id names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Named {
    /// A message at the place where it lies now: another number after each move.
    Place(u64),
    /// A message wherever in its mailbox it lies.
    Item(u64),
    Folder(u64),
    /// An attachment: the number of its message at its place, and its own.
    AttachmentAtPlace(u64, u32),
    /// An attachment: the lasting number of its message, and its own.
    AttachmentOfItem(u64, u32),
}

/// Why an id could not be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum BadId {
    /// It is no id at all, or a damaged one.
    Malformed,
    /// It may be one, but of another mailbox.
    Foreign,
}

const LENGTH: usize = 113;
const KEY: std::ops::Range<usize> = 6..22;

/// The ids of one mailbox.
#[derive(Clone, Debug)]
pub(super) struct Ids {
    key: [u8; 16],
}

impl Ids {
    pub(super) fn new(key: [u8; 16]) -> Self {
        Self { key }
    }

    /// The id of what is named.
    pub(super) fn write(&self, named: Named) -> String {
        URL_SAFE.encode(self.bytes(named))
    }

    /// What an id names, if every byte of it is right.
    pub(super) fn read(&self, id: &str) -> Result<Named, BadId> {
        let bytes = URL_SAFE.decode(id).map_err(|_| BadId::Malformed)?;
        if bytes.len() != LENGTH {
            return Err(BadId::Malformed);
        }
        if bytes[KEY] != self.key {
            return Err(BadId::Foreign);
        }
        let number = bytes[28..36].iter().fold(0_u64, |sum, &byte| sum << 8 | u64::from(byte));
        let part = bytes[36..40].iter().fold(0_u32, |sum, &byte| sum << 8 | u32::from(byte));
        let named = match bytes[27] {
            0x11 => Named::Place(number),
            0x12 => Named::Item(number),
            0x13 => Named::Folder(number),
            0x14 => Named::AttachmentAtPlace(number, part),
            0x15 => Named::AttachmentOfItem(number, part),
            _ => return Err(BadId::Malformed),
        };
        if self.bytes(named) == *bytes { Ok(named) } else { Err(BadId::Malformed) }
    }

    fn bytes(&self, named: Named) -> [u8; LENGTH] {
        let (kind, number, part) = match named {
            Named::Place(number) => (0x11, number, 0),
            Named::Item(number) => (0x12, number, 0),
            Named::Folder(number) => (0x13, number, 0),
            Named::AttachmentAtPlace(number, part) => (0x14, number, part),
            Named::AttachmentOfItem(number, part) => (0x15, number, part),
        };
        let mut bytes = [0_u8; LENGTH];
        // The first characters read `AAMk…` for moving ids and `AAkA…` for lasting ones.
        bytes[..6].copy_from_slice(match kind {
            0x12 | 0x15 => &[0x00, 0x09, 0x00, 0x2e, 0x10, 0x00],
            _ => &[0x00, 0x03, 0x24, 0x0e, 0x18, 0x61],
        });
        bytes[KEY].copy_from_slice(&self.key);
        // These three come out as a run of `-` and `_`, the characters a careless client breaks.
        bytes[24..27].copy_from_slice(&[0xfb, 0xff, 0xbf]);
        bytes[27] = kind;
        bytes[28..36].copy_from_slice(&number.to_be_bytes());
        bytes[36..40].copy_from_slice(&part.to_be_bytes());
        let mut state = number ^ u64::from(kind) << 56 ^ u64::from(part) << 24;
        for block in bytes[40..].chunks_mut(8) {
            state = mixed(state);
            block.copy_from_slice(&state.to_be_bytes()[..block.len()]);
        }
        bytes
    }
}

/// The mark of one version of an item: its changeKey, and its etag between `W/"` and `"`.
pub(super) fn change_key(number: u64, version: u32) -> String {
    let mut bytes = vec![0x09, 0x00, 0x00, 0x00, 0x16, 0x00, 0x00, 0x00];
    bytes.extend_from_slice(&mixed(number).to_be_bytes());
    bytes.extend_from_slice(&mixed(number ^ u64::from(version) << 40).to_be_bytes());
    bytes.extend_from_slice(&version.to_be_bytes());
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// A number spread over all its bits.
pub(super) fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A text as a number, for hash maps and made-up identifiers.
pub(super) fn hashed(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_id_reads_back_and_nothing_else_does() {
        let ids = Ids::new([7; 16]);
        for named in [
            Named::Place(1),
            Named::Item(1),
            Named::Folder(u64::MAX),
            Named::AttachmentAtPlace(3, 4),
            Named::AttachmentOfItem(3, 4),
        ] {
            let id = ids.write(named);
            assert_eq!(ids.read(&id), Ok(named), "{named:?}");
            assert_eq!(id.len(), 152, "{named:?}");
            assert!(id.contains('-') && id.contains('_') && id.ends_with('='), "{id}");
            assert_eq!(ids.read(&id.to_lowercase()).unwrap_err(), BadId::Foreign, "{id}");
            let damaged = format!("{}A{}", &id[..120], &id[121..]);
            assert!(damaged == id || ids.read(&damaged) == Err(BadId::Malformed), "{id}");
            assert_eq!(Ids::new([8; 16]).read(&id), Err(BadId::Foreign), "{named:?}");
        }
        assert_eq!(ids.read("inbox"), Err(BadId::Malformed));
    }
}
