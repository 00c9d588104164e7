//! HTTP/1.1 on loopback: one thread for each connection, a whole request in, one answer out.
//! Written by hand because a practice service must be able to cut a connection, or half an
//! answer, on purpose, which the web's server does not let one do. Knows nothing of mail.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// Largest body that is handed on; a larger one is read away and marked.
pub(super) const BODY_CAP: usize = 4 * 1024 * 1024;
const HEAD_CAP: usize = 32 * 1024;
/// What is read away at most so that the sender can hear its 413.
const DRAIN_CAP: u64 = 256 * 1024 * 1024;
const CONNECTIONS: usize = 512;
const IDLE: Duration = Duration::from_secs(120);

/// One request, whole.
#[derive(Debug, Default)]
pub(super) struct Request {
    pub(super) method: String,
    /// Path and query as they were sent.
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// The body was larger than [`BODY_CAP`] and is not here.
    pub(super) too_large: bool,
    /// The request said how long its body is (or that it comes in chunks).
    pub(super) has_length: bool,
}

impl Request {
    /// The first header of that name, whatever its case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The path without the query, still percent-encoded.
    pub(super) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// What stands behind the `?`, still percent-encoded.
    pub(super) fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }
}

/// How much of an answer goes out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Sending {
    #[default]
    Whole,
    /// The head and half of the body, then the connection is closed.
    Half,
    /// Nothing: the connection is closed.
    Nothing,
}

/// One answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
    pub(super) sending: Sending,
}

impl Answer {
    pub(super) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("Content-Type", content_type.to_owned())];
        Self { status, headers, body: body.into(), sending: Sending::Whole }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Whoever answers requests.
pub(super) type Handler = dyn Fn(&Request) -> Answer + Send + Sync;

/// A listening socket and its connections; all of them end when it is dropped.
pub(super) struct Listener {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    handler: Box<Handler>,
    stopping: AtomicBool,
    open: Mutex<HashMap<u64, TcpStream>>,
}

impl Shared {
    fn open(&self) -> std::sync::MutexGuard<'_, HashMap<u64, TcpStream>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener {
    /// Takes over a bound socket and answers its connections with `handler`.
    pub(super) fn start(socket: TcpListener, handler: Box<Handler>) -> io::Result<Self> {
        let address = socket.local_addr()?;
        let shared =
            Arc::new(Shared { handler, stopping: AtomicBool::new(false), open: Mutex::default() });
        let theirs = Arc::clone(&shared);
        let accepting =
            Builder::new().name("practice".into()).spawn(move || accept(&socket, &theirs))?;
        Ok(Self { address, shared, accepting: Some(accepting) })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        // The accepting thread sleeps in accept(); one connection wakes it.
        let woken = TcpStream::connect_timeout(&self.address, Duration::from_secs(1)).is_ok();
        for stream in self.shared.open().values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        if let Some(thread) = self.accepting.take().filter(|_| woken) {
            let _ = thread.join();
        }
    }
}

fn accept(socket: &TcpListener, shared: &Arc<Shared>) {
    let mut number = 0_u64;
    loop {
        let accepted = socket.accept();
        if shared.stopping.load(Ordering::SeqCst) {
            return;
        }
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, most likely: they come back.
            std::thread::sleep(Duration::from_millis(50));
            continue;
        };
        number += 1;
        let Ok(copy) = stream.try_clone() else { continue };
        {
            let mut open = shared.open();
            if open.len() >= CONNECTIONS {
                continue;
            }
            open.insert(number, copy);
        }
        let theirs = Arc::clone(shared);
        let spawned = Builder::new().name("practice".into()).spawn(move || {
            let _ = converse(stream, &theirs);
            theirs.open().remove(&number);
        });
        if spawned.is_err() {
            shared.open().remove(&number);
        }
    }
}

/// Answers one connection's requests until either side has enough.
fn converse(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(IDLE))?;
    stream.set_write_timeout(Some(IDLE))?;
    let mut held = Vec::with_capacity(4096);
    while !shared.stopping.load(Ordering::SeqCst) {
        let Some(request) = read_request(&mut stream, &mut held)? else { break };
        let answer =
            catch_unwind(AssertUnwindSafe(|| (shared.handler)(&request))).unwrap_or_else(|_| {
                log::error!(target: "practice", "a request made the practice mailbox panic");
                Answer::new(500, "text/plain", "internal error")
            });
        let closing =
            request.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        write_answer(&mut stream, &answer, closing)?;
        if closing || answer.sending != Sending::Whole {
            break;
        }
    }
    stream.shutdown(Shutdown::Both)
}

/// The next request of a connection, or nothing when the peer has closed it. `held` keeps bytes
/// that were read too early.
fn read_request(stream: &mut TcpStream, held: &mut Vec<u8>) -> io::Result<Option<Request>> {
    let (mut request, mut chunked, mut length, head);
    loop {
        let mut fields = [httparse::EMPTY_HEADER; 100];
        let mut parsed = httparse::Request::new(&mut fields);
        if let httparse::Status::Complete(end) = parsed.parse(held).map_err(io::Error::other)? {
            head = end;
            (request, chunked, length) = (Request::default(), false, 0_u64);
            request.method = parsed.method.unwrap_or_default().to_owned();
            request.target = parsed.path.unwrap_or_default().to_owned();
            for field in parsed.headers.iter() {
                let value = String::from_utf8_lossy(field.value).into_owned();
                if field.name.eq_ignore_ascii_case("content-length") {
                    length = value.trim().parse().map_err(io::Error::other)?;
                    request.has_length = true;
                } else if field.name.eq_ignore_ascii_case("transfer-encoding") {
                    chunked = true;
                    request.has_length = true;
                } else if field.name.eq_ignore_ascii_case("expect") {
                    stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
                }
                request.headers.push((field.name.to_owned(), value));
            }
            break;
        }
        if held.len() > HEAD_CAP {
            return Err(io::Error::other("the head of a request is too long"));
        }
        if fill(stream, held)? == 0 {
            return Ok(None);
        }
    }
    held.drain(..head);
    if chunked {
        read_chunks(stream, held, &mut request)?;
    } else {
        take(stream, held, length, &mut request)?;
    }
    Ok(Some(request))
}

/// Moves `length` bytes of body into the request, or away when they are too many.
fn take(
    stream: &mut TcpStream,
    held: &mut Vec<u8>,
    length: u64,
    request: &mut Request,
) -> io::Result<()> {
    if length.saturating_add(request.body.len() as u64) > BODY_CAP as u64 {
        request.too_large = true;
        request.body = Vec::new();
    }
    if length > DRAIN_CAP {
        return Err(io::Error::other("the body of a request is far too long"));
    }
    let mut missing = usize::try_from(length).map_err(io::Error::other)?;
    while missing > 0 {
        if held.is_empty() && fill(stream, held)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let now = missing.min(held.len());
        if !request.too_large {
            request.body.extend_from_slice(&held[..now]);
        }
        held.drain(..now);
        missing -= now;
    }
    Ok(())
}

fn read_chunks(
    stream: &mut TcpStream,
    held: &mut Vec<u8>,
    request: &mut Request,
) -> io::Result<()> {
    loop {
        let line = read_line(stream, held)?;
        let digits = line.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(digits, 16).map_err(io::Error::other)?;
        take(stream, held, size, request)?;
        let mut rest = read_line(stream, held)?;
        if size == 0 {
            while !rest.is_empty() {
                rest = read_line(stream, held)?;
            }
            return Ok(());
        }
    }
}

fn read_line(stream: &mut TcpStream, held: &mut Vec<u8>) -> io::Result<String> {
    loop {
        if let Some(end) = held.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = held.drain(..=end).collect();
            return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
        }
        if held.len() > HEAD_CAP || fill(stream, held)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

fn fill(stream: &mut TcpStream, held: &mut Vec<u8>) -> io::Result<usize> {
    let mut block = [0_u8; 16 * 1024];
    let count = stream.read(&mut block)?;
    held.extend_from_slice(&block[..count]);
    Ok(count)
}

fn write_answer(stream: &mut TcpStream, answer: &Answer, closing: bool) -> io::Result<()> {
    if answer.sending == Sending::Nothing {
        return Ok(());
    }
    let mut out = Vec::with_capacity(answer.body.len() + 512);
    write!(out, "HTTP/1.1 {} {}\r\n", answer.status, reason(answer.status))?;
    for (name, value) in &answer.headers {
        let value = value.replace(['\r', '\n'], " ");
        write!(out, "{name}: {value}\r\n")?;
    }
    if answer.status != 204 {
        write!(out, "Content-Length: {}\r\n", answer.body.len())?;
    }
    if closing {
        out.extend_from_slice(b"Connection: close\r\n");
    }
    out.extend_from_slice(b"\r\n");
    let sent = match answer.sending {
        Sending::Half => answer.body.len() / 2,
        _ => answer.body.len(),
    };
    out.extend_from_slice(&answer.body[..sent]);
    stream.write_all(&out)
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        303 => "See Other",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        413 => "Payload Too Large",
        416 => "Range Not Satisfiable",
        421 => "Misdirected Request",
        424 => "Failed Dependency",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Other",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A listener that answers with the body it got, or panics when it is told to.
    fn echo() -> Listener {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let answer = |request: &Request| {
            assert_ne!(request.target, "/panic", "as it was told");
            let marks = format!("{}{}", request.too_large, request.has_length);
            Answer {
                sending: Sending::Whole,
                ..Answer::new(200, "text/plain", request.body.clone())
            }
            .with("Marks", marks)
        };
        Listener::start(socket, Box::new(answer)).unwrap()
    }

    /// What comes back for some bytes, until the other side closes.
    fn answers(listener: &Listener, sent: &[u8]) -> String {
        let mut stream = TcpStream::connect(listener.address()).unwrap();
        stream.write_all(sent).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn requests_are_read_however_they_come() {
        let listener = echo();
        for (case, sent, marks, body) in [
            ("bare", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "falsefalse", ""),
            (
                "length",
                "POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
                "falsetrue",
                "hi",
            ),
            (
                "chunks",
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n\
                 2\r\nhi\r\n3;x=y\r\n fi\r\n0\r\nTrailer: x\r\n\r\n",
                "falsetrue",
                "hi fi",
            ),
        ] {
            let answer = answers(&listener, sent.as_bytes());
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{case}: {answer}");
            assert!(answer.contains(&format!("Marks: {marks}\r\n")), "{case}: {answer}");
            assert!(answer.ends_with(&format!("\r\n\r\n{body}")), "{case}: {answer}");
        }
        let mut large = format!(
            "POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            BODY_CAP + 1
        )
        .into_bytes();
        large.resize(large.len() + BODY_CAP + 1, b'x');
        assert!(answers(&listener, &large).contains("Marks: truetrue\r\n"));
    }

    #[test]
    fn a_panic_is_answered_and_the_connection_lives_on() {
        let listener = echo();
        let two = "GET /panic HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n";
        let answer = answers(&listener, two.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
        assert!(answer.contains("HTTP/1.1 200 OK\r\n"), "{answer}");
    }

    #[test]
    fn a_dropped_listener_closes_its_connections() {
        let listener = echo();
        let address = listener.address();
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        let mut first = [0_u8; 12];
        stream.read_exact(&mut first).unwrap();
        drop(listener);
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        assert!(TcpStream::connect(address).is_err());
    }
}
