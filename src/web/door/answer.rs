//! What goes out: the answer from inside under a head of our own, or a refusal. An answer is
//! complete before its first byte leaves, so its length is always known and always true.

use maud::{DOCTYPE, html};

use super::head::Refusal;
use super::spool::{Parcel, Spool};
use crate::web::texts::Language;

/// The longest head of an answer, in bytes, and the most headers: it is our own.
const HEAD_BYTES: usize = 64 * 1024;
const HEADERS: usize = 96;

/// The headers of an answer that are not passed on: those about the connection to tiny_http, and
/// its name. Content-Length is written anew.
const KEPT_BACK: [&str; 6] =
    ["Connection", "Keep-Alive", "Upgrade", "Trailer", "Server", "Content-Length"];

/// Makes the answer from inside ready to be sent. `None` when it is not a complete answer.
pub(super) fn outward(inside: Spool, only_head: bool, keep: bool) -> Option<Parcel> {
    let mut start = vec![0; HEAD_BYTES.min(usize::try_from(inside.len()).unwrap_or(HEAD_BYTES))];
    let mut have = 0;
    while have < start.len() {
        match inside.read_at(have as u64, &mut start[have..]).ok()? {
            0 => return None,
            count => have += count,
        }
    }
    let mut space = [httparse::EMPTY_HEADER; HEADERS];
    let mut response = httparse::Response::new(&mut space);
    let Ok(httparse::Status::Complete(skip)) = response.parse(&start) else {
        return None;
    };
    let code = response.code?;
    let follows = inside.len() - skip as u64;
    let bodyless = only_head || matches!(code, 100..=199 | 204 | 304);

    let mut length = None;
    let mut head = format!("HTTP/1.1 {code} {}\r\n", response.reason.unwrap_or_default());
    let mut head_bytes = Vec::with_capacity(skip + 64);
    for header in response.headers.iter() {
        if header.name.eq_ignore_ascii_case("Transfer-Encoding") {
            return None;
        }
        if header.name.eq_ignore_ascii_case("Content-Length") {
            length = Some(std::str::from_utf8(header.value).ok()?.trim().parse::<u64>().ok()?);
        }
        if !KEPT_BACK.iter().any(|name| header.name.eq_ignore_ascii_case(name)) {
            head_bytes.extend_from_slice(header.name.as_bytes());
            head_bytes.extend_from_slice(b": ");
            head_bytes.extend_from_slice(header.value);
            head_bytes.extend_from_slice(b"\r\n");
        }
    }
    let whole = if bodyless { follows == 0 } else { length.is_none_or(|said| said == follows) };
    if !whole {
        return None;
    }
    // HEAD tells the length of what GET would bring; 204 and 304 tell none.
    let told = if only_head { length } else { (!bodyless).then_some(follows) };
    if let Some(length) = told {
        head.push_str(&format!("Content-Length: {length}\r\n"));
    }
    head.push_str(if keep { "Connection: keep-alive\r\n" } else { "Connection: close\r\n" });
    let head = [head.as_bytes(), &head_bytes, b"\r\n"].concat();
    Some(Parcel { head, body: inside, skip: skip as u64 })
}

/// A refusal in plain text, after which the connection closes.
pub(super) fn refusal(Refusal(code, sentence): Refusal) -> Parcel {
    let reason = match code {
        400 => "Bad Request",
        408 => "Request Timeout",
        411 => "Length Required",
        413 => "Content Too Large",
        414 => "URI Too Long",
        417 => "Expectation Failed",
        421 => "Misdirected Request",
        431 => "Request Header Fields Too Large",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        505 => "HTTP Version Not Supported",
        _ => "Service Unavailable",
    };
    let later = if code == 503 { "Retry-After: 30\r\n" } else { "" };
    last(&format!("{code} {reason}"), ("text/plain", later), &format!("{sentence}\n"))
}

/// The page for somebody who sent a large form without being signed in, in all languages, the one that
/// `accept_language` wants first. The connection closes after it.
pub(super) fn signed_out(accept_language: &str) -> Parcel {
    let first = Language::accepted(accept_language).unwrap_or_default();
    let others = Language::ALL.into_iter().filter(|other| *other != first);
    let page = html! {
        (DOCTYPE)
        html lang=(first.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (first.texts().signing_in.large_title) }
            }
            body {
                main {
                    @for language in std::iter::once(first).chain(others) {
                        section lang=(language.tag()) {
                            h1 { (language.texts().signing_in.large_title) }
                            p { (language.texts().signing_in.large) }
                        }
                    }
                }
            }
        }
    };
    let alone = "Content-Security-Policy: default-src 'none'; base-uri 'none'; \
                 frame-ancestors 'none'\r\nReferrer-Policy: no-referrer\r\n";
    last("413 Content Too Large", ("text/html", alone), &page.into_string())
}

/// An answer after which the connection closes; `more` are whole header lines.
fn last(status: &str, (kind, more): (&str, &str), body: &str) -> Parcel {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\n\
         Content-Length: {}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\
         {more}Connection: close\r\n\r\n{body}",
        body.len()
    );
    Parcel { head: head.into_bytes(), ..Parcel::default() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_a_complete_answer_goes_out() {
        let cases = [
            (
                "as it is",
                "HTTP/1.0 200 OK\r\nServer: x\r\nA: b\r\nContent-Length: 2\r\n\r\nhi",
                false,
                Some(
                    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\nA: b\r\n\r\nhi",
                ),
            ),
            (
                "without length",
                "HTTP/1.0 200 OK\r\n\r\nhi",
                false,
                Some("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nhi"),
            ),
            (
                "head only",
                "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n",
                true,
                Some("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n"),
            ),
            (
                "no content",
                "HTTP/1.0 204 No Content\r\nContent-Length: 0\r\n\r\n",
                false,
                Some("HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n"),
            ),
            ("cut short", "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nhi", false, None),
            ("too long", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nhi", false, None),
            ("body after 304", "HTTP/1.0 304 Not Modified\r\n\r\nhi", false, None),
            (
                "chunked",
                "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                false,
                None,
            ),
            ("cut in the head", "HTTP/1.0 200 OK\r\nConte", false, None),
            ("nothing", "", false, None),
        ];
        for (case, inside, only_head, expected) in cases {
            let mut spool = Spool::default();
            spool.push(inside.as_bytes(), 1000, std::path::Path::new("/")).unwrap();
            let parcel = outward(spool, only_head, true);
            let text = parcel.map(|parcel| {
                let mut bytes = vec![0; usize::try_from(parcel.len()).unwrap()];
                let count = parcel.fill(0, &mut bytes).unwrap();
                String::from_utf8(bytes[..count].to_vec()).unwrap()
            });
            assert_eq!(text.as_deref(), expected, "{case}");
        }
    }
}
