//! Bytes on their way through the door: a short run stays in memory, a long one goes to a file
//! that has no name any more, so that nothing is left behind whatever happens.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// A growing run of bytes that can be read at any place.
#[derive(Debug, Default)]
pub(super) struct Spool {
    memory: Vec<u8>,
    file: Option<File>,
    len: u64,
}

impl Spool {
    /// How many bytes it holds.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Appends. Once more than `keep` bytes are held, all of them move to a file in `folder`.
    pub(super) fn push(&mut self, bytes: &[u8], keep: usize, folder: &Path) -> io::Result<()> {
        if self.file.is_none() && self.memory.len() + bytes.len() > keep {
            let file = nameless(folder)?;
            file.write_all_at(&self.memory, 0)?;
            self.memory = Vec::new();
            self.file = Some(file);
        }
        match &self.file {
            Some(file) => file.write_all_at(bytes, self.len)?,
            None => self.memory.extend_from_slice(bytes),
        }
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Reads what lies from `offset` on, as much as fits; 0 at the end.
    pub(super) fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(file) = &self.file {
            return file.read_at(buffer, offset);
        }
        let rest = usize::try_from(offset).ok().and_then(|from| self.memory.get(from..));
        let rest = rest.unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

/// Opens a file that only its descriptor leads to.
fn nameless(folder: &Path) -> io::Result<File> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let path = folder.join(format!("spool-{}", COUNT.fetch_add(1, Ordering::Relaxed)));
    let file =
        OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

/// A message ready to be sent: a head, then the bytes of a spool from some place on.
#[derive(Debug, Default)]
pub(super) struct Parcel {
    /// What goes first.
    pub(super) head: Vec<u8>,
    /// What follows it.
    pub(super) body: Spool,
    /// How many bytes at the beginning of `body` are left out.
    pub(super) skip: u64,
}

impl Parcel {
    /// How many bytes it is in all.
    pub(super) fn len(&self) -> u64 {
        self.head.len() as u64 + (self.body.len() - self.skip)
    }

    /// Copies what lies from `offset` on, as much as fits; 0 at the end.
    pub(super) fn fill(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let head = usize::try_from(offset).ok().and_then(|from| self.head.get(from..));
        let head = head.unwrap_or_default();
        let count = head.len().min(buffer.len());
        buffer[..count].copy_from_slice(&head[..count]);
        let place = (offset + count as u64).saturating_sub(self.head.len() as u64);
        Ok(count + self.body.read_at(self.skip + place, &mut buffer[count..])?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn bytes_come_back_the_same_from_memory_and_from_file() {
        let folder = tempfile::tempdir().unwrap();
        for (keep, in_file) in [(1000, false), (0, true), (7, true)] {
            let mut body = Spool::default();
            for piece in [&b"01234"[..], b"", b"56789", b"abcdef"] {
                body.push(piece, keep, folder.path()).unwrap();
            }
            assert_eq!((body.len(), body.file.is_some()), (16, in_file), "keep {keep}");
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "keep {keep}");

            let parcel = Parcel { head: b"head ".to_vec(), body, skip: 2 };
            let mut all = Vec::new();
            loop {
                let mut buffer = [0; 4];
                match parcel.fill(all.len() as u64, &mut buffer).unwrap() {
                    0 => break,
                    count => all.extend_from_slice(&buffer[..count]),
                }
            }
            assert_eq!(all, b"head 23456789abcdef", "keep {keep}");
            assert_eq!(all.len() as u64, parcel.len(), "keep {keep}");
        }
    }
}
