//! The attack table: what is sent, what comes back, and what is seen behind the door. The other
//! tests are about time and numbers; here every case is one packet.

use std::io::Write;
use std::time::Duration;

use counterfoil::web::door::Limits;

use crate::{House, ask, plain, post, statuses, target};

/// A GET with these further header lines.
fn get(lines: &str) -> Vec<u8> {
    format!("GET /x HTTP/1.1\r\nHost: localhost\r\n{lines}Connection: close\r\n\r\n").into_bytes()
}

/// A GET with this Host.
fn host(host: &str) -> Vec<u8> {
    format!("GET /x HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").into_bytes()
}

/// How a TLS client begins.
fn tls_hello() -> Vec<u8> {
    let hello: &[u8] = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    [hello, &[0x5a; 506]].concat()
}

#[test]
fn the_attack_table() {
    let limits = Limits { body_bytes: 1000, head: Duration::from_millis(300), ..Limits::default() };
    let house = House::with(limits);
    let port = house.address().port();
    let many = |n: usize| (0..n).map(|n| format!("X-{n}: y\r\n")).collect::<String>();
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";
    // Case, what is sent, the statuses that come back, what is seen inside.
    type Case = (&'static str, Vec<u8>, &'static [u16], &'static [&'static str]);
    let cases: Vec<Case> = vec![
        // what is right goes in
        ("a plain request", get(""), &[200], &["GET /x"]),
        (
            "HEAD",
            b"HEAD /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".to_vec(),
            &[200],
            &["HEAD /x"],
        ),
        ("HTTP/1.0 without a host", b"GET /x HTTP/1.0\r\n\r\n".to_vec(), &[200], &["GET /x"]),
        ("60 headers", get(&many(60)), &[200], &["GET /x"]),
        ("an upgrade is ignored", get("Upgrade: websocket\r\n"), &[200], &["GET /x"]),
        (
            "two requests in one packet",
            [b"GET /1 HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(), target("/2")].concat(),
            &[200, 200],
            &["GET /1", "GET /2"],
        ),
        (
            "a body then a request",
            [post("Content-Length: 2\r\n", "hi"), target("/2")].concat(),
            &[200, 200],
            &["POST /echo", "GET /2"],
        ),
        (
            "an unread body then a request",
            [
                b"GET /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi".to_vec(),
                target("/2"),
            ]
            .concat(),
            &[200, 200],
            &["GET /x", "GET /2"],
        ),
        (
            "a request in a body",
            [post(&format!("Content-Length: {}\r\n", smuggled.len()), smuggled), target("/2")]
                .concat(),
            &[200, 200],
            &["POST /echo", "GET /2"],
        ),
        (
            "forty requests in one packet",
            [b"GET /1 HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(39), target("/1")].concat(),
            &[200; 40],
            &["GET /1"; 40],
        ),
        (
            "posts in one packet",
            [
                post("Content-Length: 2\r\n", "hi"),
                post("Content-Length: 0\r\n", ""),
                post("Content-Length: 3\r\nConnection: close\r\n", "you"),
            ]
            .concat(),
            &[200, 200, 200],
            &["POST /echo", "POST /echo", "POST /echo"],
        ),
        (
            "a length that leaves a tail",
            post("Content-Length: 1\r\n", "hi"),
            &[200, 408],
            &["POST /echo"],
        ),
        ("nothing after close", [get(""), target("/2")].concat(), &[200], &["GET /x"]),
        // the request line
        (
            "nothing but noise",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n".to_vec(),
            &[400],
            &[],
        ),
        ("HTTP/0.9", b"GET /\r\n".to_vec(), &[400], &[]),
        ("the HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), &[505], &[]),
        ("HTTP/1.2", b"GET / HTTP/1.2\r\nHost: localhost\r\n\r\n".to_vec(), &[400], &[]),
        ("lower-case version", b"GET / http/1.1\r\nHost: localhost\r\n\r\n".to_vec(), &[400], &[]),
        ("two spaces", b"GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(), &[400], &[]),
        ("a tab for a space", b"GET\t/ HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(), &[400], &[]),
        ("a space at the end", b"GET / HTTP/1.1 \r\nHost: localhost\r\n\r\n".to_vec(), &[400], &[]),
        (
            "an empty line first",
            b"\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
            &[400],
            &[],
        ),
        (
            "CONNECT",
            b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
            &[501],
            &[],
        ),
        ("TRACE", b"TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(), &[501], &[]),
        ("an unknown method", b"BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(), &[501], &[]),
        (
            "a method in lower case",
            b"get / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
            &[501],
            &[],
        ),
        (
            "a method with a line feed",
            b"GE\nT / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
            &[400],
            &[],
        ),
        (
            "a method that is no token",
            b"G@T / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
            &[400],
            &[],
        ),
        ("TLS on a plain port", tls_hello(), &[400], &[]),
        ("HTTP/2 without a preface", b"\0\0\x12\x04\0\0\0\0\0".to_vec(), &[400], &[]),
        ("an SSH greeting", b"SSH-2.0-OpenSSH_9.9\r\n\r\n".to_vec(), &[400], &[]),
        ("a PROXY line", b"PROXY TCP4 9.9.9.9 1.1.1.1 1 2\r\n\r\n".to_vec(), &[400], &[]),
        // the target
        ("an absolute address", target("http://localhost/"), &[200], &["GET /"]),
        ("an absolute address of others", target("http://evil.example/"), &[421], &[]),
        ("an absolute address without a path", target("http://localhost"), &[400], &[]),
        ("an absolute address with a user", target("http://me@localhost/"), &[421], &[]),
        ("a star", target("*"), &[400], &[]),
        ("an authority", target("localhost:80"), &[400], &[]),
        ("three slashes", target("///etc/passwd"), &[400], &[]),
        ("a double slash within", target("/a//b"), &[200], &["GET /a//b"]),
        ("an escape of an escape", target("/%252e%252e/a"), &[200], &["GET /%252e%252e/a"]),
        ("overlong UTF-8", target("/%c0%ae%c0%ae/a"), &[400], &[]),
        ("a wide escape", target("/%u002e%u002e/a"), &[400], &[]),
        ("no slash", target("x"), &[400], &[]),
        ("two slashes", target("//evil.example/"), &[400], &[]),
        ("dot segments", target("/a/../../etc/passwd"), &[400], &[]),
        ("escaped dot segments", target("/%2e%2e/etc/passwd"), &[400], &[]),
        ("an escaped slash", target("/..%2fetc"), &[400], &[]),
        ("a backslash", target("/..\\etc"), &[400], &[]),
        ("an escaped backslash", target("/..%5cetc"), &[400], &[]),
        ("an escaped NUL", target("/a%00.txt"), &[400], &[]),
        ("an escaped line end", target("/a%0d%0aX:%20y"), &[400], &[]),
        (
            "an escaped line end in the query",
            target("/a?b=%0d%0aX:%20y"),
            &[200],
            &["GET /a?b=%0d%0aX:%20y"],
        ),
        ("a broken escape", target("/a%4"), &[400], &[]),
        ("bytes above ASCII", target("/ä"), &[400], &[]),
        ("a fragment", target("/a#b"), &[400], &[]),
        ("a control character", target("/a\x01b"), &[400], &[]),
        ("a long target", target(&format!("/{}", "a".repeat(8192))), &[414], &[]),
        ("a target without end", format!("GET /{}", "a".repeat(9000)).into_bytes(), &[414], &[]),
        // the headers
        ("65 headers", get(&many(63)), &[431], &[]),
        (
            "a header without end",
            format!("GET / HTTP/1.1\r\nX: {}", "y".repeat(20_000)).into_bytes(),
            &[431],
            &[],
        ),
        (
            "underscore twins stay outside",
            get("Content_Length: 5\r\nTransfer_Encoding: chunked\r\nX_Counterfoil_Peer: 1\r\n"),
            &[200],
            &["GET /x"],
        ),
        (
            "a name above ASCII",
            "GET /x HTTP/1.1\r\nHost: localhost\r\nContent\u{2d}Length\u{e9}: 5\r\n\r\n".into(),
            &[400],
            &[],
        ),
        ("a name of control characters", get("X\x0b: y\r\n"), &[400], &[]),
        ("a value with a control character", get("X: a\x08b\r\n"), &[400], &[]),
        ("a large head", get(&format!("X: {}\r\n", "y".repeat(16 * 1024))), &[431], &[]),
        (
            "a head without end",
            format!("GET / HTTP/1.1\r\n{}", "X: y\r\n".repeat(4000)).into_bytes(),
            &[431],
            &[],
        ),
        ("bare line feeds", b"GET / HTTP/1.1\nHost: localhost\n\n".to_vec(), &[400], &[]),
        ("one bare line feed", get("X: y\nZ: z\r\n"), &[400], &[]),
        ("a bare carriage return", get("X: y\rZ: z\r\n"), &[400], &[]),
        ("a carriage return too many", get("X: y\r\r\n"), &[400], &[]),
        ("a NUL in a value", get("X: a\0b\r\n"), &[400], &[]),
        ("a folded line", get("X: y\r\n z\r\n"), &[400], &[]),
        (
            "a folded first line",
            b"GET / HTTP/1.1\r\n Host: localhost\r\nHost: localhost\r\n\r\n".to_vec(),
            &[400],
            &[],
        ),
        ("a space before the colon", get("X : y\r\n"), &[400], &[]),
        ("a header without a colon", get("X\r\n"), &[400], &[]),
        ("a header without a name", get(": y\r\n"), &[400], &[]),
        (
            "two authorizations",
            get("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"),
            &[400],
            &[],
        ),
        ("two cookies headers", get("Cookie: a=1\r\nCookie: a=2\r\n"), &[400], &[]),
        // the host
        ("no host", b"GET / HTTP/1.1\r\n\r\n".to_vec(), &[400], &[]),
        ("two hosts", get("Host: localhost\r\n"), &[400], &[]),
        ("two hosts, one foreign", get("host: evil.example\r\n"), &[400], &[]),
        ("its own address", host(&format!("127.0.0.1:{port}")), &[200], &["GET /x"]),
        ("a name with its port", host(&format!("LOCALHOST:{port}")), &[200], &["GET /x"]),
        ("IPv6 loopback", host(&format!("[::1]:{port}")), &[200], &["GET /x"]),
        ("a name that is not configured", host("help.example"), &[421], &[]),
        ("a foreign host", host("evil.example"), &[421], &[]),
        ("a foreign host with our port", host(&format!("evil.example:{port}")), &[421], &[]),
        ("a foreign port", host("localhost:1"), &[421], &[]),
        ("a host with a user", host("localhost@evil.example"), &[421], &[]),
        ("a host with user and word", host("localhost:x@evil.example"), &[421], &[]),
        ("a host with a dot at the end", host("localhost."), &[421], &[]),
        ("a host with a path", host("localhost/evil"), &[421], &[]),
        ("two hosts in one", host("localhost, evil.example"), &[421], &[]),
        ("a foreign IPv6", host("[2001:db8::1]"), &[421], &[]),
        ("a zone in IPv6", host("[::1%25eth0]"), &[421], &[]),
        ("an IPv6 without brackets", host("::1"), &[421], &[]),
        ("a number for an address", host("2130706433"), &[421], &[]),
        ("an empty host", host(""), &[421], &[]),
        ("a host above ASCII", host("löcalhost"), &[421], &[]),
        // the length
        ("two lengths", post("Content-Length: 2\r\nContent-Length: 2\r\n", "hi"), &[400], &[]),
        (
            "two different lengths",
            post("Content-Length: 2\r\nContent-Length: 0\r\n", "hi"),
            &[400],
            &[],
        ),
        ("a list of lengths", post("Content-Length: 2, 2\r\n", "hi"), &[400], &[]),
        ("a signed length", post("Content-Length: +2\r\n", "hi"), &[400], &[]),
        ("a negative length", post("Content-Length: -2\r\n", "hi"), &[400], &[]),
        ("a hexadecimal length", post("Content-Length: 0x2\r\n", "hi"), &[400], &[]),
        ("an empty length", post("Content-Length:\r\n", "hi"), &[400], &[]),
        ("a huge length", post("Content-Length: 100000000000\r\n", "hi"), &[413], &[]),
        (
            "a length beyond numbers",
            post("Content-Length: 99999999999999999999999\r\n", "hi"),
            &[413],
            &[],
        ),
        ("a body just too large", post("Content-Length: 1001\r\n", &"x".repeat(1001)), &[413], &[]),
        ("chunked", post("Transfer-Encoding: chunked\r\n", "2\r\nhi\r\n0\r\n\r\n"), &[411], &[]),
        (
            "chunked and a length",
            post("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
            &[400],
            &[],
        ),
        (
            "a length and chunked",
            post("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", "0\r\n\r\n"),
            &[400],
            &[],
        ),
        ("an odd coding", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), &[411], &[]),
        ("a hidden coding", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), &[400], &[]),
        (
            "a chunk extension",
            post("Transfer-Encoding: chunked\r\n", &format!("2;a=\n{smuggled}")),
            &[411],
            &[],
        ),
        (
            "a trailer",
            post("Transfer-Encoding: chunked\r\nTrailer: Host\r\n", "0\r\nHost: evil\r\n\r\n"),
            &[411],
            &[],
        ),
        (
            "a bad chunk",
            post("Transfer-Encoding: chunked\r\n", "ffffffffffffffff1\r\nhi\r\n0\r\n\r\n"),
            &[411],
            &[],
        ),
        ("coding twice", post("Transfer-Encoding: gzip, chunked\r\n", ""), &[411], &[]),
        (
            "a coding after HTTP/1.0",
            b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_vec(),
            &[411],
            &[],
        ),
        ("a post without a length", post("Connection: close\r\n", ""), &[200], &["POST /echo"]),
        (
            "an odd expectation",
            post("Expect: a-miracle\r\nContent-Length: 2\r\n", "hi"),
            &[417],
            &[],
        ),
        // what fails inside
        ("an answer cut short", target("/cut"), &[502], &["GET /cut"]),
        ("a request dropped inside", target("/dropped"), &[500], &["GET /dropped"]),
        // what never becomes whole
        ("half a head", b"GET / HTTP/1.1\r\nHost: loc".to_vec(), &[408], &[]),
        ("nothing at all", b"".to_vec(), &[], &[]),
    ];
    let address = house.address();
    for (case, bytes, expected, inside) in cases {
        let answer = ask(house.address(), &bytes);
        assert_eq!(statuses(&answer), expected, "{case}: {answer}");
        assert_eq!(std::mem::take(&mut *house.seen.lock().unwrap()), inside, "{case}");
        if expected.iter().any(|status| ![200, 500].contains(status)) {
            assert!(answer.contains("\r\nConnection: close\r\n"), "{case}: {answer}");
            let sentence = answer.split_once("\r\n\r\n").unwrap().1;
            assert!(sentence.ends_with('\n') && sentence.len() > 20, "{case}: {answer}");
        }
        // Whatever it was, the next one is answered at once.
        let took = plain(address);
        assert!(took < Duration::from_millis(500), "after {case}: {took:?}");
        house.seen.lock().unwrap().clear();
        if expected == [421] {
            assert!(answer.contains("[web] allowed_hosts"), "{case}: {answer}");
        }
    }
    plain(house.address());
    house.close();
}

/// Cut off at every place, gently and by a reset, alone and with a request behind it.
#[test]
fn a_cut_at_any_byte_harms_nothing() {
    let house = House::with(Limits::default());
    let whole = [post("Content-Length: 5\r\n", "hello"), target("/big")].concat();
    for end in 0..whole.len() {
        let mut stream = house.connect();
        stream.write_all(&whole[..end]).unwrap();
        if end % 2 == 0 {
            stream.shutdown(std::net::Shutdown::Write).unwrap();
        }
        // With something of the answer unread this is a reset.
        drop(stream);
    }
    let took = plain(house.address());
    assert!(took < Duration::from_millis(500), "{took:?}");
    let seen = house.seen.lock().unwrap();
    assert!(seen.iter().all(|it| ["POST /echo", "GET /big", "GET /plain"].contains(&it.as_str())));
    drop(seen);
    house.close();
}
