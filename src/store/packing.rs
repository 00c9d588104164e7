//! How the bytes of originals and attachments are kept: packed where that makes them smaller, the same
//! attachment once, and large ones written in place. Reading a large one piece by piece is in `content`.

use rusqlite::{Connection, Transaction};

use super::{Error, Result};
use crate::desk::digest::sha256;

/// How hard originals and attachments are packed: level 1 costs a tenth of what parsing does.
const PACK_LEVEL: i32 = 1;

/// Bytes from which on a blob is written piece by piece.
pub(super) const LARGE_BLOB: usize = 1 << 20;

/// One attachment's bytes, ready to be stored.
#[derive(Clone, Debug)]
pub(super) struct Content {
    sha256: String,
    size: usize,
    packed: bool,
    bytes: Vec<u8>,
}

impl Content {
    /// Hashes and packs bytes.
    pub(super) fn of(bytes: Vec<u8>) -> Self {
        let (size, sha256) = (bytes.len(), sha256(&bytes));
        // Photographs and archives do not shrink; a large one is not packed only to see that.
        if size >= LARGE_BLOB {
            let sample = &bytes[..LARGE_BLOB / 4];
            if pack(sample).len() > sample.len() / 50 * 49 {
                return Self { sha256, size, packed: false, bytes };
            }
        }
        let packed = pack(&bytes);
        let smaller = packed.len() < size;
        Self { sha256, size, packed: smaller, bytes: if smaller { packed } else { bytes } }
    }

    /// The memory it takes, in bytes.
    pub(super) fn weight(&self) -> usize {
        self.bytes.len()
    }

    /// Writes them, unless the same bytes are there already; the id of their row.
    pub(super) fn put(&self, tx: &Transaction<'_>) -> Result<i64> {
        let known = tx
            .prepare_cached("SELECT id FROM content WHERE sha256 = ?1")?
            .query_row([&self.sha256], |row| row.get(0));
        match known {
            Err(rusqlite::Error::QueryReturnedNoRows) => {
                let Content { sha256, size, packed, bytes } = self;
                if bytes.len() < LARGE_BLOB {
                    tx.prepare_cached(
                        "INSERT INTO content (sha256, size, packed, bytes) VALUES (?1, ?2, ?3, ?4)",
                    )?
                    .execute((sha256, size, packed, bytes))?;
                    return Ok(tx.last_insert_rowid());
                }
                tx.prepare_cached(
                    "INSERT INTO content (sha256, size, packed, bytes)
                     VALUES (?1, ?2, ?3, zeroblob(?4))",
                )?
                .execute((sha256, size, packed, bytes.len()))?;
                let id = tx.last_insert_rowid();
                fill_blob(tx, "content", id, bytes)?;
                Ok(id)
            }
            other => Ok(other?),
        }
    }
}

/// The bytes as a zstd frame.
pub(super) fn pack(bytes: &[u8]) -> Vec<u8> {
    // The buffer is as large as the worst case needs, so this fails only without memory. To go on
    // would keep an empty frame for a letter that is then removed; nothing is committed instead.
    if bytes.len() < LARGE_BLOB {
        return zstd::bulk::compress(bytes, PACK_LEVEL).expect("memory to pack a message");
    }
    // Base64 shrinks to three quarters; a buffer for the worst case would be wasted.
    let mut frame = Vec::with_capacity(bytes.len() / 9 * 7);
    zstd::stream::copy_encode(bytes, &mut frame, PACK_LEVEL).expect("memory to pack a message");
    frame
}

/// The bytes of a zstd frame.
pub(super) fn unpack(frame: &[u8]) -> Result<Vec<u8>> {
    zstd::stream::decode_all(frame)
        .map_err(|error| Error::NotPossible(format!("a stored frame is damaged: {error}")))
}

/// The bytes of one attachment's content.
pub(super) fn content_bytes(db: &Connection, content: i64) -> Result<Vec<u8>> {
    let (packed, bytes): (bool, Vec<u8>) = db
        .prepare_cached("SELECT packed, bytes FROM content WHERE id = ?1")?
        .query_row([content], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if packed { unpack(&bytes) } else { Ok(bytes) }
}

/// Writes the bytes of a row that was made with as many zeros, in place: binding them to a statement
/// would take their memory twice more.
pub(super) fn fill_blob(tx: &Transaction<'_>, table: &str, row: i64, bytes: &[u8]) -> Result<()> {
    let mut blob = tx.blob_open("main", table, "bytes", row, false)?;
    blob.write_at(bytes, 0)?;
    Ok(blob.close()?)
}
