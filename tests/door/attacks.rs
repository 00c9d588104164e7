//! The attack table: what is sent, what comes back, and what is seen behind the door. The other
//! tests are about time and numbers; here every case is one packet.

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
        // the target
        ("an absolute address", target("http://localhost/"), &[400], &[]),
        ("a star", target("*"), &[400], &[]),
        ("no slash", target("x"), &[400], &[]),
        ("two slashes", target("//evil.example/"), &[400], &[]),
        ("dot segments", target("/a/../../etc/passwd"), &[400], &[]),
        ("escaped dot segments", target("/%2e%2e/etc/passwd"), &[400], &[]),
        ("an escaped slash", target("/..%2fetc"), &[400], &[]),
        ("a backslash", target("/..\\etc"), &[400], &[]),
        ("an escaped backslash", target("/..%5cetc"), &[400], &[]),
        ("an escaped NUL", target("/a%00.txt"), &[400], &[]),
        ("an escaped line end", target("/a%0d%0aX:%20y"), &[400], &[]),
        ("an escaped line end in the query", target("/a?b=%0d%0aX:%20y"), &[400], &[]),
        ("a broken escape", target("/a%4"), &[400], &[]),
        ("bytes above ASCII", target("/ä"), &[400], &[]),
        ("a fragment", target("/a#b"), &[400], &[]),
        ("a control character", target("/a\x01b"), &[400], &[]),
        ("a long target", target(&format!("/{}", "a".repeat(4096))), &[414], &[]),
        ("a target without end", format!("GET /{}", "a".repeat(5000)).into_bytes(), &[414], &[]),
        // the headers
        ("65 headers", get(&many(63)), &[431], &[]),
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
    for (case, bytes, expected, inside) in cases {
        let answer = ask(house.address(), &bytes);
        assert_eq!(statuses(&answer), expected, "{case}: {answer}");
        assert_eq!(std::mem::take(&mut *house.seen.lock().unwrap()), inside, "{case}");
        if expected.iter().any(|status| ![200, 500].contains(status)) {
            assert!(answer.contains("\r\nConnection: close\r\n"), "{case}: {answer}");
            let sentence = answer.split_once("\r\n\r\n").unwrap().1;
            assert!(sentence.ends_with('\n') && sentence.len() > 20, "{case}: {answer}");
        }
        if expected == [421] {
            assert!(answer.contains("[web] allowed_hosts"), "{case}: {answer}");
        }
    }
    plain(house.address());
    house.close();
}
