//! What holds for every connection, whoever brings it: the limits, the names of this server, where
//! long bodies lie, and who may send a large one.

use std::io;
use std::sync::Arc;

use super::hosts::Hosts;
use super::inner::Folder;
use super::places::Places;
use super::spool::Spool;
use super::{Known, Limits};

/// What holds for every connection.
#[derive(Debug)]
pub(super) struct Terms {
    pub(super) limits: Limits,
    pub(super) hosts: Hosts,
    /// Where long bodies and answers lie.
    pub(super) spools: Arc<Folder>,
    pub(super) tls: Option<Arc<rustls::ServerConfig>>,
    /// Who may send a large body.
    pub(super) known: Option<Known>,
    /// Places for large bodies on their way.
    pub(super) large: Places,
    /// Places for large bodies that are being answered, and thus in memory.
    pub(super) large_inside: Places,
}

impl Terms {
    /// Appends to a spool, in memory or in a file as the limits say.
    pub(super) fn keep(&self, spool: &mut Spool, bytes: &[u8]) -> io::Result<()> {
        spool.push(bytes, self.limits.memory_bytes, self.spools.path())
    }
}
