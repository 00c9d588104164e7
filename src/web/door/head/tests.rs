//! Heads of requests as they come: what is read of them, what is refused, and what is left out.

#![allow(clippy::unwrap_used)]
use super::*;

#[test]
fn a_value_is_trimmed_when_its_first_part_is_left_out() {
    assert_eq!(clean(b"\xff; d").as_deref(), Some("d"));
    assert_eq!(clean(b"a=1; b=\xff; c=2").as_deref(), Some("a=1; c=2"));
    assert_eq!(clean(b" \xff; "), None);
}

fn read(bytes: &[u8]) -> Result<Head, Refusal> {
    let end = Scan::default().end(bytes, 16 * 1024)?.expect("a whole head");
    let address = "127.0.0.1:8025".parse().unwrap();
    Head::read(&bytes[..end], &Hosts::new(address, &[]), address.ip(), 1000)
}

#[test]
fn a_request_goes_in_clean() {
    let head = read(
        b"POST /a%62/%c3%a4%20+?q=%41+b HTTP/1.1\r\nhost: LOCALHOST:8025\r\n\
          x-counterfoil-peer: 9.9.9.9:9\r\nX-Forwarded-For: 9.9.9.9\r\nTE: trailers\r\n\
          connection: Keep-Alive, cookie\r\ncookie: a=1; b=\xe9; c=3\r\nACCEPT: text/html\r\n\
          Accept: */*\r\nContent-Length: 007\r\nUpgrade: h2c\r\n\r\n",
    )
    .unwrap();
    assert_eq!(
        head.text,
        "POST /ab/%C3%A4%20+?q=%41+b HTTP/1.0\r\nHost: LOCALHOST:8025\r\n\
         Accept: text/html, */*\r\nCookie: a=1; c=3\r\nX-Forwarded-For: 9.9.9.9\r\nContent-Length: 7\r\n"
    );
    assert_eq!((head.length, head.keep, head.expects_continue), (7, true, false));
}

#[test]
fn a_head_is_found_however_it_is_cut() {
    let bytes = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET /next";
    let mut scan = Scan::default();
    for end in 0..35 {
        assert_eq!(scan.end(&bytes[..end], 1000), Ok(None), "{end}");
    }
    assert_eq!(scan.end(bytes, 1000), Ok(Some(35)));
    assert_eq!(Scan::default().end(bytes, 1000), Ok(Some(35)));
    assert_eq!(Scan::default().end(bytes, 34), Err(LARGE_HEAD));
}

#[test]
fn targets_have_one_spelling_or_none() {
    for (target, expected) in [
        ("/", Some("/")),
        ("/tickets/%37", Some("/tickets/7")),
        ("/a/", Some("/a/")),
        ("/a//b", Some("/a//b")),
        ("/%7e%2D", Some("/~-")),
        ("/..a/...", Some("/..a/...")),
        ("/a?next=../b%5C", Some("/a?next=../b%5C")),
        ("/a?b?c", Some("/a?b?c")),
        ("/%252e%252e/", Some("/%252e%252e/")),
        ("/..", None),
        ("/a/../b", None),
        ("/a/.", None),
        ("/%2e%2E/etc/passwd", None),
        ("/a%2fb", None),
        ("/a%5cb", None),
        ("/a\\b", None),
        ("/a%00", None),
        ("/a%0d%0aX:y", None),
        ("/a%7f", None),
        ("/a%", None),
        ("/a%4", None),
        ("/a%+4", None),
        ("/a%zz", None),
        ("/a%ff", None),
        ("/a#b", None),
        ("/a?b#c", None),
        ("/a?b=%00", None),
        ("/a?b=%0d%0aSet-Cookie:x", None),
        ("/a?b=%", None),
        ("/ä", None),
    ] {
        assert_eq!(normal(target).ok().as_deref(), expected, "{target}");
    }
}

/// Requests put together from pieces that have fooled servers before.
fn pieces() -> impl proptest::strategy::Strategy<Value = Vec<u8>> {
    use proptest::prelude::*;
    const PIECES: [&[u8]; 32] = [
        b"\r\n",
        b"\r\n",
        b"\r\n",
        b"\n",
        b"\r",
        b" ",
        b"\t",
        b"\0",
        b":",
        b": ",
        b",",
        b";",
        b"%2e",
        b"%0a",
        b"%2F",
        b"..",
        b"/",
        b"?",
        b"\\",
        b"a",
        b"\xc3\xa4",
        b"Cookie: b=1; c=\xff; d",
        b"Host: localhost",
        b"Host: evil.example",
        b"Content-Length: 5",
        b"Content-Length: +5",
        b"Transfer-Encoding: chunked",
        b"Accept: */*",
        b"Connection: close",
        b"HTTP/1.1",
        b"GET /",
        b"X-Counterfoil-Peer: 9.9.9.9:9",
    ];
    let middle = proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..12);
    middle.prop_map(|middle| {
        let start = b"GET /x?y HTTP/1.1\r\nHost: localhost\r\n";
        let at = middle.len() * 3 % start.len();
        let cut = if middle.len() % 2 == 0 { start.len() } else { at };
        [&start[..cut], &middle.concat(), &start[cut..], b"\r\n\r\n"].concat()
    })
}

proptest::proptest! {
    #[test]
    fn what_goes_in_can_be_read_in_one_way_only(bytes in pieces()) {
        let address = "127.0.0.1:8025".parse().unwrap();
        let whole = Scan::default().end(&bytes, 1000);
        let mut scan = Scan::default();
        let bit_by_bit = (0..=bytes.len()).map(|end| scan.end(&bytes[..end], 1000));
        let bit_by_bit = bit_by_bit.filter(|found| *found != Ok(None)).take(1).next();
        proptest::prop_assert_eq!(bit_by_bit.unwrap_or(Ok(None)), whole);
        let Ok(Some(end)) = whole else { return Ok(()) };
        let hosts = Hosts::new(address, &[]);
        let Ok(head) = Head::read(&bytes[..end], &hosts, address.ip(), 1000) else {
            return Ok(());
        };
        let forged = |line: &str| line.to_ascii_lowercase().starts_with("x-counterfoil-peer");
        proptest::prop_assert!(head.text.is_ascii() && !head.text.lines().any(forged));
        let again = format!("{}\r\n", head.text);
        let again = Head::read(again.as_bytes(), &hosts, address.ip(), 1000).unwrap();
        proptest::prop_assert_eq!(head.text, again.text);
    }
}
