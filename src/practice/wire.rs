//! HTTP/1.1 as it stands on the wire: a whole request in, one answer out. Written by hand because a
//! practice service must be able to send half an answer, or none, on purpose, which the web's
//! server does not let one do. Knows nothing of mail; who listens is in `listener`.

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// Largest body that is handed on; a larger one is read away and marked.
pub(super) const BODY_CAP: usize = 4 * 1024 * 1024;
const HEAD_CAP: usize = 32 * 1024;
/// What is read away at most so that the sender can hear its 413.
const DRAIN_CAP: u64 = 256 * 1024 * 1024;

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

/// For how long nobody listens any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outage {
    /// Until somebody takes the listener up again.
    UntilUp,
    /// So many milliseconds.
    Millis(u64),
}

/// One answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
    pub(super) sending: Sending,
    /// Nobody listens any more by the time this answer is out, and its connection closes too.
    pub(super) outage: Option<Outage>,
}

impl Answer {
    pub(super) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("Content-Type", content_type.to_owned())];
        Self { status, headers, body: body.into(), ..Self::default() }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// The next request of a connection, or nothing when the peer has closed it. `held` keeps bytes
/// that were read too early.
pub(super) fn read_request(
    stream: &mut TcpStream,
    held: &mut Vec<u8>,
) -> io::Result<Option<Request>> {
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

pub(super) fn write_answer(
    stream: &mut TcpStream,
    answer: &Answer,
    closing: bool,
) -> io::Result<()> {
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
        412 => "Precondition Failed",
        424 => "Failed Dependency",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        502 => "Bad Gateway",
        504 => "Gateway Timeout",
        507 => "Insufficient Storage",
        _ => "Other",
    }
}
