//! Large bodies: only of those who are known, a few at a time, and no longer than they may take.

use std::io::{Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use counterfoil::web::door::{Known, Limits, Settings};

use crate::{House, ask, one_answer, plain, statuses};

const MIB: usize = 1 << 20;

fn limits() -> Limits {
    Limits { body_bytes: 1000, large_bytes: 4 * MIB as u64, ..Limits::default() }
}

/// A door that knows one session and one token, and counts how often it is asked.
fn house(limits: Limits) -> (House, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let known = Known::new(move |credentials| {
        count.fetch_add(1, Ordering::SeqCst);
        match credentials.authorization {
            Some(authorization) => authorization == "Bearer known",
            None => credentials.cookies.contains("session=known"),
        }
    });
    let on = Settings::on("127.0.0.1:0".parse().unwrap());
    (House::open(Settings { limits, known: Some(known), ..on }), asked)
}

fn head(lines: &str, length: usize) -> Vec<u8> {
    format!("POST /count HTTP/1.1\r\nHost: localhost\r\n{lines}Content-Length: {length}\r\n\r\n")
        .into_bytes()
}

#[test]
fn only_somebody_known_may_send_much() {
    let (house, asked) = house(limits());
    for (case, lines, length, expected, looked) in [
        ("a small one of nobody", "", 1000, 200, 0),
        ("a large one of nobody", "", 1001, 413, 0),
        ("another session", "Cookie: session=other\r\n", 1001, 413, 1),
        ("another token", "Authorization: Bearer other\r\n", 1001, 413, 1),
        ("a session", "Cookie: session=known\r\n", 4 * MIB, 200, 1),
        ("a token", "Authorization: Bearer known\r\n", 4 * MIB, 200, 1),
        (
            "a session beside a bad token",
            "Cookie: session=known\r\nAuthorization: Bearer other\r\n",
            1001,
            413,
            1,
        ),
        ("too large for anybody", "Cookie: session=known\r\n", 4 * MIB + 1, 413, 0),
    ] {
        asked.store(0, Ordering::SeqCst);
        let bytes = [head(lines, length), vec![b'x'; length]].concat();
        let mut stream = house.connect();
        // Whoever is refused still sends all of it, as a browser does, and then sees the answer.
        stream.write_all(&bytes).unwrap();
        let answer = one_answer(&mut stream);
        assert_eq!(statuses(&answer), [expected], "{case}: {answer}");
        assert_eq!(asked.load(Ordering::SeqCst), looked, "{case}");
        if expected == 200 {
            assert!(answer.ends_with(&format!("\r\n\r\n{length}")), "{case}: {answer}");
        }
    }
    house.close();
}

#[test]
fn whoever_fills_in_a_large_form_without_a_session_is_told_on_a_page() {
    let (house, _) = house(limits());
    let page = "Accept: text/html,*/*;q=0.8\r\nCookie: session=over\r\n";
    let (english, german) = ("<h1>Nothing was sent or saved</h1>", "<h1>Es wurde nichts gesendet");
    for (case, lines, first) in [
        ("a browser", page.to_owned(), Some("<html lang=\"en\">")),
        ("a German one", format!("{page}Accept-Language: de\r\n"), Some("<html lang=\"de\">")),
        ("a program", "Accept: */*\r\n".to_owned(), None),
        ("with a token", format!("{page}Authorization: Bearer other\r\n"), None),
    ] {
        let mut stream = house.connect();
        stream.write_all(&[head(&lines, 1001), vec![b'x'; 1001]].concat()).unwrap();
        let answer = one_answer(&mut stream);
        assert_eq!(statuses(&answer), [413], "{case}: {answer}");
        let Some(first) = first else {
            assert!(answer.ends_with("without being signed in\n"), "{case}: {answer}");
            continue;
        };
        for expected in ["text/html; charset=utf-8\r\n", first, english, german] {
            assert!(answer.contains(expected), "{case}, {expected}: {answer}");
        }
    }
    house.close();
}

#[test]
fn a_third_large_body_waits_for_its_place() {
    let (house, _) = house(limits());
    let address = house.address();
    let known = "Cookie: session=known\r\n";
    let mut two: Vec<_> = (0..2).map(|_| house.connect()).collect();
    for stream in &mut two {
        stream.write_all(&head(known, MIB)).unwrap();
        stream.write_all(&[b'x'; 10]).unwrap();
    }
    thread::sleep(Duration::from_millis(50));
    let mut third = house.connect();
    let expects = format!("{known}Expect: 100-continue\r\n");
    third.write_all(&head(&expects, 2000)).unwrap();
    third.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    assert!(third.read(&mut [0]).is_err(), "it was told to go on");
    plain(address);
    third.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    // One of the two gives up: its place is free.
    drop(two.pop());
    let mut interim = [0; 25];
    third.read_exact(&mut interim).unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    third.write_all(&[b'x'; 2000]).unwrap();
    assert!(one_answer(&mut third).ends_with("\r\n\r\n2000"));
    two[0].write_all(&vec![b'x'; MIB - 10]).unwrap();
    assert!(one_answer(&mut two[0]).ends_with("\r\n\r\n1048576"));
    house.close();
}

#[test]
fn a_large_body_has_a_time_of_its_own() {
    let limits = Limits {
        whole: Duration::from_millis(200),
        large_whole: Duration::from_millis(900),
        ..limits()
    };
    let (house, _) = house(limits);
    let mut stream = house.connect();
    stream.write_all(&head("Cookie: session=known\r\n", 2000)).unwrap();
    // Longer than others may take.
    thread::sleep(Duration::from_millis(500));
    stream.write_all(&[b'x'; 2000]).unwrap();
    assert!(one_answer(&mut stream).ends_with("\r\n\r\n2000"));
    let began = Instant::now();
    let never = [head("Cookie: session=known\r\n", 2000), b"half".to_vec()].concat();
    assert_eq!(statuses(&ask(house.address(), &never)), [408]);
    let took = began.elapsed().as_millis();
    assert!((800..3000).contains(&took), "it was cut after {took} ms");
    house.close();
}

#[test]
fn large_bodies_are_in_memory_one_at_a_time() {
    let (house, _) = house(limits());
    let together = Barrier::new(2);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut stream = house.connect();
                let request = head("Cookie: session=known\r\n", 2 * MIB);
                let request = String::from_utf8(request).unwrap().replace("/count", "/alone");
                stream.write_all(request.as_bytes()).unwrap();
                together.wait();
                stream.write_all(&vec![b'x'; 2 * MIB]).unwrap();
                assert!(one_answer(&mut stream).ends_with("\r\n\r\nalone"));
            });
        }
    });
    house.close();
}
