//! The front door: a thin listener before tiny_http, which by itself is not fit to be exposed.
//!
//! It reads one whole request under caps and one deadline, refuses what is malformed or meant for
//! another host, and passes only a normalised copy on to tiny_http behind a private Unix socket.
//! The answer is taken whole as well, so a slow reader never holds one of the threads that
//! answer. One thread of its own, no matter how many connections. Who may see what is not its
//! business; deadlines run on the monotonic clock, never on the time of day.

mod answer;
mod head;
mod hosts;
mod inner;
mod line;
mod party;
mod places;
mod porter;
mod spool;
mod terms;
mod tls;
mod visit;
mod watch;

use std::fmt;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use head::Head;
use inner::Inner;
pub(super) use party::party;
use places::Places;
use porter::Porter;
use terms::Terms;

/// The header in which each request inside carries the address of its client. It is written by
/// the door alone: whatever a client sends under this name is left outside. Read it by [`peer`].
pub const PEER_HEADER: &str = "X-Counterfoil-Peer";

/// How a door is to be opened.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Further names under which the server may be addressed, as `name` (then with any port) or
    /// `name:port`. Its own address and the names of loopback are always allowed.
    pub allowed_hosts: Vec<String>,
    /// Serve https with these files; `None` serves http.
    pub tls: Option<TlsFiles>,
    /// What a connection may cost.
    pub limits: Limits,
    /// Who may send a large body; nobody with `None`.
    pub known: Option<Known>,
}

impl Settings {
    /// Plain http on `listen`, no further names, the default limits.
    pub fn on(listen: SocketAddr) -> Self {
        Self {
            listen,
            allowed_hosts: Vec::new(),
            tls: None,
            limits: Limits::default(),
            known: None,
        }
    }
}

/// Tells who is known. It is asked for each large body before any of it is read, by the one thread
/// that serves all connections, so it must answer at once; whoever answers the request asks again.
#[derive(Clone)]
pub struct Known(Arc<Check>);

/// What [`Known`] asks.
type Check = dyn Fn(&Credentials<'_>) -> bool + Send + Sync;

/// What a request brings to show who asks.
#[derive(Clone, Copy, Debug)]
pub struct Credentials<'a> {
    /// The Cookie header.
    pub cookies: &'a str,
    /// The Authorization header.
    pub authorization: Option<&'a str>,
}

impl Known {
    /// Those whom `check` says are known.
    pub fn new(check: impl Fn(&Credentials<'_>) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(check))
    }

    fn knows(&self, head: &Head) -> bool {
        let cookies = head.value("Cookie").unwrap_or_default();
        let authorization = head.value("Authorization");
        if cookies.is_empty() && authorization.is_none() {
            return false;
        }
        (self.0)(&Credentials { cookies, authorization })
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Known")
    }
}

/// The PEM files of the server's certificate.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The certificate, followed by the chain up to its root.
    pub certificate: PathBuf,
    /// Its private key: PKCS#8, SEC1 or PKCS#1, not encrypted.
    pub key: PathBuf,
}

/// What one connection, one address and all together may cost.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections in all; beyond it the oldest unfinished request makes room. Fewer where the
    /// program may not open that many files.
    pub connections: usize,
    /// Connections from one address (IPv6: one /64), loopback excepted: there it is
    /// [`Self::connections`], since a reverse proxy brings everybody from one address.
    pub per_address: usize,
    /// Bytes of a request line with its headers.
    pub head_bytes: usize,
    /// Bytes of a request's body.
    pub body_bytes: u64,
    /// Bytes of the body of somebody [`Settings::known`]: files that go with an answer.
    pub large_bytes: u64,
    /// How many bodies longer than [`Self::body_bytes`] may be on their way at once.
    pub large_bodies: usize,
    /// Within which time such a body must be here; there is a least rate, too.
    pub large_whole: Duration,
    /// Bytes of a body or an answer kept in memory; what is longer lies in an unlinked file.
    pub memory_bytes: usize,
    /// From the first moment of a connection, or the first byte of a later request, to the end of
    /// the head; TLS handshake included.
    pub head: Duration,
    /// From the same moment until the answer is ready to be sent.
    pub whole: Duration,
    /// How long a connection may rest between two requests.
    pub idle: Duration,
    /// How long the client may take to read the answer, once for each MiB begun.
    pub answer: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            per_address: 64,
            head_bytes: 16 * 1024,
            body_bytes: 1024 * 1024,
            large_bytes: 40 * 1024 * 1024,
            large_bodies: 2,
            large_whole: Duration::from_secs(600),
            memory_bytes: 256 * 1024,
            head: Duration::from_secs(10),
            whole: Duration::from_secs(60),
            idle: Duration::from_secs(15),
            answer: Duration::from_secs(30),
        }
    }
}

/// Why the door could not be opened.
#[derive(Debug)]
pub enum Error {
    /// The address cannot be listened on.
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The certificate or its key cannot be used; the text says which and why.
    Tls(String),
    /// The private socket to tiny_http, or a thread, could not be made.
    Inside(io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen { address, source } => {
                write!(f, "cannot listen on {address}: ")?;
                match source.kind() {
                    io::ErrorKind::AddrInUse => f.write_str(
                        "the port is in use by another program; stop it or change [web] listen",
                    ),
                    io::ErrorKind::PermissionDenied => f.write_str(
                        "permission denied, as for ports below 1024; choose a higher port in \
                         [web] listen or grant CAP_NET_BIND_SERVICE",
                    ),
                    io::ErrorKind::AddrNotAvailable => {
                        f.write_str("this machine does not have that address; change [web] listen")
                    }
                    _ => write!(f, "{source}; change [web] listen"),
                }
            }
            Self::Tls(text) => f.write_str(text),
            Self::Inside(source) => write!(
                f,
                "cannot set up the web server's private socket in {}: {source}; \
                 check that this directory can be written, or set TMPDIR to one that can",
                std::env::temp_dir().display()
            ),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Listen { source, .. } | Self::Inside(source) => Some(source),
            Self::Tls(_) => None,
        }
    }
}

/// An open door. Share it (`Arc`, or scoped threads) among the threads that answer requests; each
/// of them calls [`Door::recv`] until it says `None`. Dropping it closes it.
#[derive(Debug)]
pub struct Door {
    address: SocketAddr,
    tls: bool,
    inner: Arc<Inner>,
    nudge: UnixStream,
    stopping: Arc<AtomicBool>,
    porter: Mutex<Option<JoinHandle<()>>>,
}

impl Door {
    /// Listens and starts to let requests in.
    pub fn open(settings: Settings) -> Result<Self, Error> {
        let tls = settings.tls.as_ref().map(tls::config).transpose()?;
        let listen = settings.listen;
        let unheard = |source| Error::Listen { address: listen, source };
        let listener = TcpListener::bind(listen).map_err(unheard)?;
        let address = listener.local_addr().map_err(unheard)?;

        let stopping = Arc::new(AtomicBool::new(false));
        let inner = Arc::new(Inner::open(stopping.clone()).map_err(Error::Inside)?);
        let (nudge, nudged) = UnixStream::pair().map_err(Error::Inside)?;
        let mut limits = settings.limits;
        limits.connections = watch::room_for(limits.connections);
        let terms = Terms {
            hosts: hosts::Hosts::new(address, &settings.allowed_hosts),
            spools: inner.folder(),
            tls,
            known: settings.known,
            large: Places::new(limits.large_bodies),
            large_inside: Places::new(1),
            limits,
        };
        let is_tls = terms.tls.is_some();
        let porter = Porter::new(terms, inner.clone(), listener, nudged, stopping.clone())
            .map_err(Error::Inside)?;
        let thread = thread::Builder::new()
            .name("web porter".to_owned())
            .spawn(move || porter.run())
            .map_err(Error::Inside)?;
        let porter = Mutex::new(Some(thread));
        Ok(Self { address, tls: is_tls, inner, nudge, stopping, porter })
    }

    /// Where the door listens, with the real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether it speaks https, so that cookies should be marked `Secure`.
    pub fn is_tls(&self) -> bool {
        self.tls
    }

    /// Waits for the next request; `None` once the door is closed. The request is whole, its body
    /// can be read without waiting, and its target is an absolute path, percent-encoded in one
    /// way only. The answer is sent on when it is complete, so it cannot be an endless stream.
    pub fn recv(&self) -> Option<tiny_http::Request> {
        self.inner.recv()
    }

    /// Ends the listener, all connections and every [`Door::recv`], within a second.
    pub fn close(&self) {
        if self.stopping.swap(true, Ordering::SeqCst) {
            return;
        }
        self.inner.close();
        // The porter sees the flag when it wakes.
        drop((&self.nudge).write_all(b"."));
        let porter = self.porter.lock().unwrap_or_else(PoisonError::into_inner).take();
        let patience = Instant::now() + Duration::from_millis(500);
        if let Some(thread) = porter {
            while !thread.is_finished() && Instant::now() < patience {
                thread::sleep(Duration::from_millis(1));
            }
            // A thread that cannot be woken is left to end by itself rather than waited for.
            if thread.is_finished() {
                drop(thread.join());
            }
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.close();
    }
}

/// The address of the client that sent this request, from [`PEER_HEADER`].
pub fn peer(request: &tiny_http::Request) -> Option<SocketAddr> {
    let header = request.headers().iter().find(|header| header.field.equiv(PEER_HEADER))?;
    header.value.as_str().parse().ok()
}
