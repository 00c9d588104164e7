//! The head of a request, read strictly (RFC 9112): what two readers could understand in two ways
//! is refused, and only named headers go on. Finding its end is separate from understanding it,
//! so that a head that arrives byte by byte is looked at once.

use std::net::IpAddr;

use super::hosts::Hosts;

/// The longest target, in bytes: a search of 500 characters has up to 6,000 of them once escaped.
const TARGET_BYTES: usize = 8192;
/// The most headers.
const HEADERS: usize = 64;
/// The methods that go in. (RFC 9110 section 9, RFC 5789)
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/// The header that makes a request one that is done once.
const KEY: &str = "Idempotency-Key";
/// The headers that go in besides Host and Content-Length, and whether a second one may be joined
/// to the first with a comma. Everything else, hop-by-hop headers included, stays outside. Whoever reads
/// X-Forwarded-For believes it only of a proxy on this machine.
const PASSED: [(&str, bool); 17] = [
    ("Accept", true),
    ("Accept-Encoding", true),
    ("Accept-Language", true),
    ("Authorization", false),
    ("Content-Type", false),
    ("Cookie", false),
    ("Forwarded", true),
    (KEY, false),
    ("If-None-Match", true),
    ("Origin", false),
    ("Referer", false),
    ("Sec-Fetch-Mode", false),
    ("Sec-Fetch-Site", false),
    ("User-Agent", false),
    ("X-CSRF-Token", false),
    ("X-Forwarded-For", true),
    ("X-Real-IP", true),
];

/// A request that does not go in: status code, and one sentence for whoever sent it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Refusal(pub(super) u16, pub(super) &'static str);

const BAD_LINE: Refusal =
    Refusal(400, "the request line must read METHOD /path HTTP/1.1, with single spaces");
const BAD_ENDS: Refusal = Refusal(400, "the lines of a request must end with CR LF");
const BAD_HEADER: Refusal = Refusal(400, "a header of the request is malformed");
const BAD_TARGET: Refusal = Refusal(
    400,
    "the address must be a plain absolute path without dot segments, backslashes, control \
     characters or broken percent escapes",
);
const LONG_TARGET: Refusal = Refusal(414, "the address is longer than 8192 bytes");
const LARGE_HEAD: Refusal = Refusal(431, "the headers of the request are too many or too large");
const BAD_HOST: Refusal = Refusal(400, "a request must carry exactly one Host header");
const FOREIGN_HOST: Refusal = Refusal(
    421,
    "this server does not go by that host name; to use it, add it to [web] allowed_hosts in the \
     configuration",
);
const BAD_LENGTH: Refusal =
    Refusal(400, "a request may carry one Content-Length, a number and nothing else");
const TWO_LENGTHS: Refusal =
    Refusal(400, "a request may not carry both Content-Length and Transfer-Encoding");
const NO_LENGTH: Refusal =
    Refusal(411, "a body must come with a Content-Length; Transfer-Encoding is not taken");
pub(super) const LARGE_BODY: Refusal =
    Refusal(413, "the body of the request is too large, or too large without being signed in");

/// Watches the input for the end of the head.
#[derive(Debug, Default)]
pub(super) struct Scan {
    at: usize,
    line_seen: bool,
}

impl Scan {
    /// Where the head at the beginning of `input` ends, if it does yet. To be called with the
    /// same input again, grown or not; each byte is looked at once.
    pub(super) fn end(
        &mut self,
        input: &[u8],
        head_bytes: usize,
    ) -> Result<Option<usize>, Refusal> {
        while self.at < input.len() {
            let at = self.at;
            let before = at.checked_sub(1).map(|before| input[before]);
            match input[at] {
                0 => return Err(BAD_HEADER),
                b'\n' if before != Some(b'\r') => return Err(BAD_ENDS),
                b'\n' => {}
                _ if before == Some(b'\r') => return Err(BAD_ENDS),
                _ => {}
            }
            self.at += 1;
            if input[at] == b'\n' {
                if !self.line_seen {
                    request_line(&input[..at - 1])?;
                    self.line_seen = true;
                }
                if input[..=at].ends_with(b"\r\n\r\n") {
                    return Ok(Some(at + 1));
                }
            }
            if !self.line_seen && at > TARGET_BYTES + 32 {
                return Err(LONG_TARGET);
            }
            if at + 1 >= head_bytes {
                return Err(LARGE_HEAD);
            }
        }
        Ok(None)
    }
}

/// A request that may go in.
#[derive(Debug)]
pub(super) struct Head {
    /// How the request begins inside: normalised, complete but for the peer and the empty line.
    pub(super) text: String,
    /// Whether the answer has no body, as for HEAD.
    pub(super) only_head: bool,
    /// How many bytes of body follow.
    pub(super) length: u64,
    /// Whether the client would like to ask again on the same connection.
    pub(super) keep: bool,
    /// Whether it waits for a `100 Continue` before it sends the body.
    pub(super) expects_continue: bool,
}

impl Head {
    /// Understands a whole head, `bytes` up to and with the empty line, that came in on a
    /// connection to our address `local`.
    pub(super) fn read(
        bytes: &[u8],
        hosts: &Hosts,
        local: IpAddr,
        body_bytes: u64,
    ) -> Result<Self, Refusal> {
        let line_end = bytes.iter().position(|b| *b == b'\r').ok_or(BAD_LINE)?;
        let Line { method, target, new, authority } = request_line(&bytes[..line_end])?;
        let mut space = [httparse::EMPTY_HEADER; HEADERS];
        let headers = match httparse::parse_headers(&bytes[line_end + 2..], &mut space) {
            Ok(httparse::Status::Complete((end, headers))) if line_end + 2 + end == bytes.len() => {
                headers
            }
            Err(httparse::Error::TooManyHeaders) => return Err(LARGE_HEAD),
            _ => return Err(BAD_HEADER),
        };
        let all = |name: &str| -> Vec<&[u8]> {
            let named = headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
            named.map(|header| header.value).collect()
        };

        let host = match all("Host")[..] {
            [host] => host,
            // HTTP/1.0 knows no Host, and no browser speaks it.
            [] if !new => b"localhost",
            _ => return Err(BAD_HOST),
        };
        let host = std::str::from_utf8(host).map_err(|_| FOREIGN_HOST)?;
        // A whole URL counts instead of the Host header (RFC 9112 section 3.2.2).
        let host = authority.unwrap_or(host);
        if !host.is_ascii() || !hosts.allows(host, local) {
            return Err(FOREIGN_HOST);
        }
        let lengths = all("Content-Length");
        if !all("Transfer-Encoding").is_empty() {
            return Err(if lengths.is_empty() { NO_LENGTH } else { TWO_LENGTHS });
        }
        let length = match lengths[..] {
            [] => 0,
            [digits] => content_length(digits)?,
            _ => return Err(BAD_LENGTH),
        };
        if length > body_bytes {
            return Err(LARGE_BODY);
        }
        let expects_continue = match all("Expect")[..] {
            [] => false,
            [what] if what.eq_ignore_ascii_case(b"100-continue") => new && length > 0,
            _ => return Err(Refusal(417, "only 100-continue can be expected")),
        };
        let connection = all("Connection").join(&b","[..]).to_ascii_lowercase();
        let close = connection.split(|b| *b == b',').any(|word| word.trim_ascii() == b"close");

        let mut text = format!("{method} {} HTTP/1.0\r\nHost: {host}\r\n", normal(target)?);
        // Left outside, what was to be done once would be done twice.
        if all(KEY).iter().any(|key| !key.is_ascii()) {
            return Err(BAD_HEADER);
        }
        for (name, joined) in PASSED {
            let value = |value: &[u8]| match value.trim_ascii().is_empty() && name == KEY {
                // An empty string as RFC 9651 section 3.3.3 writes it, to be complained of inside.
                true => Some("\"\"".to_owned()),
                false => clean(value),
            };
            let values: Vec<String> = all(name).into_iter().filter_map(value).collect();
            if values.len() > 1 && !joined {
                return Err(BAD_HEADER);
            }
            if !values.is_empty() {
                text.extend([name, ": ", &values.join(", "), "\r\n"]);
            }
        }
        if length > 0 || matches!(method, "POST" | "PUT" | "PATCH") {
            text.push_str(&format!("Content-Length: {length}\r\n"));
        }
        Ok(Self {
            text,
            only_head: method == "HEAD",
            length,
            keep: new && !close,
            expects_continue,
        })
    }
}

impl Head {
    /// The value of a header that goes in.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let pairs = self.text.lines().skip(1).filter_map(|line| line.split_once(": "));
        pairs.into_iter().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// Whether it is a form that a browser sends and would show a page for.
    pub(super) fn is_of_a_browser(&self) -> bool {
        let wants_page = self.value("Accept").is_some_and(|accept| accept.contains("text/html"));
        wants_page && self.text.starts_with("POST ") && self.value("Authorization").is_none()
    }
}

/// The first line of a request.
struct Line<'a> {
    method: &'static str,
    /// Path and query.
    target: &'a str,
    /// Whether it is HTTP/1.1 rather than 1.0.
    new: bool,
    /// The host that the target names, where it is a whole URL.
    authority: Option<&'a str>,
}

fn request_line(line: &[u8]) -> Result<Line<'_>, Refusal> {
    let line = std::str::from_utf8(line).map_err(|_| BAD_LINE)?;
    let words: Vec<&str> = line.split(' ').collect();
    let [method, target, version] = words[..] else {
        return Err(BAD_LINE);
    };
    let new = match version {
        "HTTP/1.1" => true,
        "HTTP/1.0" => false,
        "HTTP/2.0" | "HTTP/3.0" => return Err(Refusal(505, "this server speaks HTTP/1.1")),
        _ => return Err(BAD_LINE),
    };
    if method.is_empty() || !method.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Err(BAD_LINE);
    }
    if target.len() > TARGET_BYTES {
        return Err(LONG_TARGET);
    }
    let Some(method) = METHODS.into_iter().find(|known| *known == method) else {
        return Err(Refusal(501, "this server does not know that method"));
    };
    let url = target.strip_prefix("http://").or_else(|| target.strip_prefix("https://"));
    let (authority, target) = match url {
        Some(rest) => {
            let end = rest.find('/').ok_or(BAD_TARGET)?;
            (Some(&rest[..end]), &rest[end..])
        }
        None => (None, target),
    };
    if !target.starts_with('/') || target.starts_with("//") {
        return Err(BAD_TARGET);
    }
    Ok(Line { method, target, new, authority })
}

/// The target with its path written in the one way (RFC 3986 section 6.2.2): escaped where it
/// must be and nowhere else. The query stays as it is, for its escapes carry meaning.
fn normal(target: &str) -> Result<String, Refusal> {
    if !target.bytes().all(|b| b.is_ascii_graphic() && b != b'#' && b != b'\\') {
        return Err(BAD_TARGET);
    }
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    let mut normal = String::with_capacity(target.len());
    for segment in path[1..].split('/') {
        let segment = String::from_utf8(unescape(segment)?).map_err(|_| BAD_TARGET)?;
        // Checked after decoding; an escaped slash would make two segments of one.
        if matches!(segment.as_str(), "." | "..")
            || segment.contains(|c: char| c.is_control() || matches!(c, '/' | '\\'))
        {
            return Err(BAD_TARGET);
        }
        normal.push('/');
        for byte in segment.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte) {
                normal.push(char::from(byte));
            } else {
                normal.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    if let Some(query) = query {
        if unescape(query)?.iter().any(u8::is_ascii_control) {
            return Err(BAD_TARGET);
        }
        normal.push('?');
        normal.push_str(query);
    }
    Ok(normal)
}

/// Undoes percent escapes, once.
fn unescape(text: &str) -> Result<Vec<u8>, Refusal> {
    let mut bytes = text.bytes();
    let mut plain = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            plain.push(byte);
            continue;
        }
        let mut digit = || bytes.next().and_then(|b| char::from(b).to_digit(16)).ok_or(BAD_TARGET);
        let value = digit()? * 16 + digit()?;
        plain.push(u8::try_from(value).map_err(|_| BAD_TARGET)?);
    }
    Ok(plain)
}

fn content_length(digits: &[u8]) -> Result<u64, Refusal> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(BAD_LENGTH);
    }
    // More digits than fit are a number all the same, and too large.
    let length = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
    length.ok_or(LARGE_BODY)
}

/// A header value fit for tiny_http, which drops a request that is not ASCII without a word. Of
/// cookies only those go that are not: other programs on this host may have set them.
fn clean(value: &[u8]) -> Option<String> {
    let ascii = value.split(|b| *b == b';').filter(|part| part.is_ascii());
    let ascii = ascii.collect::<Vec<_>>().join(&b';');
    let text = String::from_utf8(ascii).ok()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests;
