//! One connection as the door reads and writes it, with TLS or without. Nothing here ever waits:
//! where nothing can be done now, the answer is `None`.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// The client's end.
#[derive(Debug)]
pub(super) enum Line {
    Plain(TcpStream),
    Secure(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Line {
    /// Takes an accepted connection over.
    pub(super) fn new(stream: TcpStream, tls: Option<&Arc<ServerConfig>>) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        Ok(match tls {
            None => Self::Plain(stream),
            Some(config) => {
                let server = ServerConnection::new(config.clone()).map_err(io::Error::other)?;
                Self::Secure(Box::new(StreamOwned::new(server, stream)))
            }
        })
    }

    /// The socket below.
    pub(super) fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Secure(stream) => &stream.sock,
        }
    }

    /// Reads; `Some(0)` when the client has said its last.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        now_or_never(match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Secure(stream) => stream.read(buffer),
        })
    }

    /// Writes some of `bytes`, which are not empty.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<Option<usize>> {
        let written = now_or_never(match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Secure(stream) => stream.write(bytes),
        })?;
        // TLS takes nothing while its own buffer is full.
        Ok(written.filter(|count| *count > 0))
    }

    /// `Some` when everything written is with the kernel.
    pub(super) fn flush(&mut self) -> io::Result<Option<()>> {
        now_or_never(match self {
            Self::Plain(stream) => stream.flush(),
            Self::Secure(stream) => stream.flush(),
        })
    }

    /// Tells the client that nothing more will come. Reading goes on: to close with something
    /// unread would throw away the answer on its way.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.shutdown(Shutdown::Write),
            Self::Secure(stream) => {
                stream.conn.send_close_notify();
                now_or_never(stream.flush())?;
                stream.sock.shutdown(Shutdown::Write)
            }
        }
    }
}

/// What cannot be done now is no error.
pub(super) fn now_or_never<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error)
            if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
