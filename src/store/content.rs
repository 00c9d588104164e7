//! The bytes of attachments, read piece by piece: a large one is never in memory as a whole. How
//! they are written is in `packing`.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use super::{Error, Result, Store, packing};
use crate::desk::ticket::AttachmentId;

/// Bytes read from the file at once.
const PIECE: usize = 1 << 18;

/// Where the bytes of an attachment lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ContentId(pub(super) i64);

impl Store {
    /// The first bytes of an attachment, fewer when it has fewer. As many are read as are asked for, or,
    /// where it is packed, a block of it.
    pub fn begins_with(&self, id: AttachmentId, most: u64) -> Result<Vec<u8>> {
        let content = self
            .db
            .prepare_cached("SELECT content FROM attachment WHERE id = ?1")?
            .query_row([id], |row| row.get(0))?;
        let mut bytes = Vec::new();
        self.open_content(ContentId(content))?
            .take(most)
            .read_to_end(&mut bytes)
            .map_err(|error| unreadable(&error))?;
        Ok(bytes)
    }

    /// The bytes of a content, all at once.
    pub fn content(&self, id: ContentId) -> Result<Vec<u8>> {
        packing::content_bytes(&self.db, id.0)
    }

    /// The bytes of a content, one after the other. Reading fails when it was erased meanwhile.
    pub fn open_content(&self, id: ContentId) -> Result<Box<dyn Read + '_>> {
        let packed: bool = self
            .db
            .prepare_cached("SELECT packed FROM content WHERE id = ?1")?
            .query_row([id.0], |row| row.get(0))?;
        let stored = BufReader::with_capacity(PIECE, Stored { store: self, id, at: 0 });
        if !packed {
            return Ok(Box::new(stored));
        }
        let unpacked =
            zstd::stream::read::Decoder::with_buffer(stored).map_err(|error| unreadable(&error))?;
        Ok(Box::new(unpacked))
    }
}

fn unreadable(error: &io::Error) -> Error {
    Error::NotPossible(format!("a stored attachment cannot be read: {error}"))
}

/// The stored bytes. The row is opened for each piece and not held between them: the reader may wait
/// for the network, and the write-ahead log cannot be cleared while anything is being read.
struct Stored<'a> {
    store: &'a Store,
    id: ContentId,
    at: u64,
}

impl Read for Stored<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut blob = self
            .store
            .db
            .blob_open("main", "content", "bytes", self.id.0, true)
            .map_err(io::Error::other)?;
        blob.seek(SeekFrom::Start(self.at))?;
        let read = blob.read(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}
