//! The front door from outside: what is malformed, foreign, slow or too much is turned away or
//! cut, never seen inside, and never keeps a plain request waiting. Loopback only.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod attacks;
mod https;
mod large;

use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use counterfoil::web::door::{self, Door, Limits, Settings, TlsFiles};
use tiny_http::Response;

/// A door with two threads behind it that note what they see.
struct House {
    door: Arc<Door>,
    seen: Arc<Mutex<Vec<String>>>,
    threads: Vec<JoinHandle<()>>,
}

impl House {
    fn open(settings: Settings) -> Self {
        let door = Arc::new(Door::open(settings).unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let work = |door: Arc<Door>, seen: Arc<Mutex<Vec<String>>>| {
            move || {
                while let Some(request) = door.recv() {
                    seen.lock().unwrap().push(format!("{} {}", request.method(), request.url()));
                    respond(request);
                }
            }
        };
        let threads = (0..2).map(|_| thread::spawn(work(door.clone(), seen.clone()))).collect();
        Self { door, seen, threads }
    }

    fn with(limits: Limits) -> Self {
        Self::open(Settings { limits, ..Settings::on("127.0.0.1:0".parse().unwrap()) })
    }

    fn address(&self) -> SocketAddr {
        self.door.address()
    }

    fn connect(&self) -> TcpStream {
        connect(self.address())
    }

    fn close(self) {
        self.door.close();
        for thread in self.threads {
            thread.join().unwrap();
        }
    }
}

fn respond(mut request: tiny_http::Request) {
    let url = request.url().to_owned();
    let answered = match url.split('?').next().unwrap() {
        "/echo" => {
            let mut text = format!("{} {url}\n", request.method());
            for header in request.headers() {
                text.push_str(&format!("{}: {}\n", header.field, header.value));
            }
            request.as_reader().read_to_string(&mut text).unwrap();
            request.respond(Response::from_string(text))
        }
        "/count" => {
            let count = std::io::copy(request.as_reader(), &mut std::io::sink()).unwrap();
            request.respond(Response::from_string(count.to_string()))
        }
        "/peer" => {
            let peer = door::peer(&request).unwrap();
            request.respond(Response::from_string(peer.to_string()))
        }
        "/big" => request.respond(Response::from_data(vec![b'x'; 8 << 20])),
        "/cut" => {
            let mut writer = request.into_writer();
            writer.write_all(b"HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\nhalf").unwrap();
            Ok(())
        }
        "/alone" => {
            // Whether anybody else was here meanwhile.
            static HERE: AtomicUsize = AtomicUsize::new(0);
            let before = HERE.fetch_add(1, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(100));
            HERE.fetch_sub(1, Ordering::SeqCst);
            let word = if before == 0 { "alone" } else { "together" };
            request.respond(Response::from_string(word))
        }
        "/never" => {
            thread::sleep(Duration::from_millis(600));
            request.respond(Response::from_string("late"))
        }
        "/dropped" => {
            drop(request);
            Ok(())
        }
        _ => request.respond(Response::from_string("hello")),
    };
    answered.unwrap();
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// Sends `bytes` and reads until the server closes. Being cut off is an empty answer.
fn ask(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = connect(address);
    drop(stream.write_all(bytes));
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer));
    String::from_utf8(answer).unwrap()
}

/// Reads exactly one answer with a Content-Length from a connection that stays open.
fn one_answer(stream: &mut impl Read) -> String {
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        answer.extend_from_slice(&byte);
    }
    let head = String::from_utf8(answer).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).unwrap();
    head + &String::from_utf8(body).unwrap()
}

fn statuses(answer: &str) -> Vec<u16> {
    let lines = answer.split("HTTP/1.1 ").skip(1);
    lines.map(|line| line[..3].parse().unwrap()).collect()
}

const PLAIN: &[u8] = b"GET /plain HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// How long a plain request takes, on a connection of its own. In a crowd on a busy machine it may
/// be cut off as the oldest before it is even read; then it is asked again, as a browser does.
fn plain(address: SocketAddr) -> Duration {
    let start = Instant::now();
    let answers = (0..3).map(|_| ask(address, PLAIN));
    let answer = answers.into_iter().find(|answer| !answer.is_empty()).unwrap_or_default();
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\nhello"), "{answer}");
    start.elapsed()
}

/// A GET of this target.
fn target(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").into_bytes()
}

/// A POST with these further header lines and this body.
fn post(lines: &str, body: &str) -> Vec<u8> {
    format!("POST /echo HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n{body}").into_bytes()
}

#[test]
fn a_request_comes_in_clean_and_with_its_true_address() {
    let settings = Settings {
        allowed_hosts: vec!["Help.example".to_owned()],
        ..Settings::on("127.0.0.1:0".parse().unwrap())
    };
    let house = House::open(settings);
    let mut stream = house.connect();
    let own = stream.local_addr().unwrap();
    stream
        .write_all(
            b"POST /ec%68o?a=%20b HTTP/1.1\r\nhost: help.example:443\r\nCOOKIE: s=1\r\n\
              X-Counterfoil-Peer: 9.9.9.9:9\r\nX-Forwarded-For: 9.9.9.9\r\nRange: bytes=0-1\r\n\
              Content-Length: 4\r\n\r\nbody",
        )
        .unwrap();
    let answer = one_answer(&mut stream);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(
        body,
        format!(
            "POST /echo?a=%20b\nHost: help.example:443\nCookie: s=1\nX-Forwarded-For: 9.9.9.9\nContent-Length: 4\n\
             X-Counterfoil-Peer: {own}\nbody"
        )
    );
    assert!(head.contains("Connection: keep-alive") && !head.contains("tiny"), "{head}");

    stream.write_all(b"GET /peer HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    assert!(one_answer(&mut stream).ends_with(&own.to_string()));
    house.close();
}

#[test]
fn a_client_that_expects_a_continue_gets_one() {
    let house = House::with(Limits::default());
    let mut stream = house.connect();
    for _ in 0..2 {
        let head = post("Expect: 100-continue\r\nContent-Length: 4\r\n", "");
        stream.write_all(&head).unwrap();
        let mut interim = [0; 25];
        stream.read_exact(&mut interim).unwrap();
        assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
        stream.write_all(b"body").unwrap();
        assert!(one_answer(&mut stream).ends_with("\nbody"));
    }
    let refused = post("Expect: 100-continue\r\nContent-Length: 100000000000\r\n", "");
    assert_eq!(statuses(&ask(house.address(), &refused)), [413]);
    house.close();
}

#[test]
fn long_bodies_and_answers_go_through_files() {
    let limits = Limits { body_bytes: 3 << 20, memory_bytes: 1000, ..Limits::default() };
    let house = House::with(limits);
    let body = "x".repeat(3 << 20);
    let length = format!("Content-Length: {}\r\n", body.len());
    let head = format!("POST /count HTTP/1.1\r\nHost: localhost\r\n{length}\r\n{body}");
    let mut stream = house.connect();
    stream.write_all(head.as_bytes()).unwrap();
    assert!(one_answer(&mut stream).ends_with(&format!("\r\n\r\n{}", body.len())));
    // Nobody reads this one inside; the connection serves on.
    let head = head.replace("/count", "/unread");
    stream.write_all(head.as_bytes()).unwrap();
    assert!(one_answer(&mut stream).ends_with("hello"));
    stream.write_all(b"GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let answer = one_answer(&mut stream);
    assert_eq!(answer.split_once("\r\n\r\n").unwrap().1.len(), 8 << 20);
    house.close();
}

#[test]
fn slow_requests_are_cut_at_the_deadline() {
    let limits = Limits {
        head: Duration::from_millis(200),
        whole: Duration::from_millis(400),
        idle: Duration::from_millis(100),
        ..Limits::default()
    };
    let house = House::with(limits);
    let trickle = |start: &[u8], byte: u8| {
        let mut stream = house.connect();
        let began = Instant::now();
        stream.write_all(start).unwrap();
        while began.elapsed() < Duration::from_secs(5) && stream.write_all(&[byte]).is_ok() {
            stream.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
            if stream.read(&mut [0; 12]).is_ok_and(|count| count == 12) {
                break;
            }
        }
        began.elapsed().as_millis()
    };
    let head = trickle(b"GET / HTTP/1.1\r\nX: ", b'y');
    assert!((150..2000).contains(&head), "a slow head was cut after {head} ms");
    let body = trickle(&post("Content-Length: 100000\r\n", ""), b'y');
    assert!((350..2000).contains(&body), "a slow body was cut after {body} ms");
    assert_eq!(statuses(&ask(house.address(), &post("Content-Length: 9\r\n", "half"))), [408]);
    assert_eq!(statuses(&ask(house.address(), &target("/never"))), [503]);

    let mut rests = house.connect();
    rests.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    one_answer(&mut rests);
    let began = Instant::now();
    assert_eq!(rests.read(&mut [0]).unwrap(), 0, "an idle connection is closed without a word");
    assert!(began.elapsed() < Duration::from_secs(2));
    house.close();
}

#[test]
fn slow_readers_hold_nobody_up_and_are_cut() {
    let limits = Limits { answer: Duration::from_millis(50), ..Limits::default() };
    let house = House::with(limits);
    let mut readers: Vec<_> = (0..6).map(|_| house.connect()).collect();
    for reader in &mut readers {
        reader.write_all(b"GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    }
    while house.seen.lock().unwrap().len() < 6 {
        thread::sleep(Duration::from_millis(1));
    }
    // Two threads answer; six readers who do not read keep neither of them.
    plain(house.address());
    // 8 MiB have 9 times 50 ms. What the kernel still held can be read after that, not more.
    thread::sleep(Duration::from_millis(700));
    for mut reader in readers {
        let mut got = Vec::new();
        drop(reader.read_to_end(&mut got));
        assert!(got.len() < 8 << 20, "an unread answer was still complete");
    }
    house.close();
}

#[test]
fn a_client_that_hangs_up_early_harms_nothing() {
    let house = House::with(Limits::default());
    for _ in 0..20 {
        let mut stream = house.connect();
        stream.write_all(b"GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        stream.read_exact(&mut [0; 1000]).unwrap();
        // Closing with something unread resets the connection.
        drop(stream);
        drop(house.connect());
        house.connect().write_all(b"GET / HTTP/1.1\r\n").unwrap();
        house.connect().write_all(&post("Content-Length: 10\r\n", "half")).unwrap();
        house.connect().write_all(&target("/echo")).unwrap();
    }
    plain(house.address());
    house.close();
}

/// Idle, half and trickling connections, none of which may lose its place to the others.
#[test]
fn a_crowd_keeps_no_one_waiting_and_is_held() {
    let long = std::env::var_os("COUNTERFOIL_LONG").is_some();
    let (idle, trickling) = if long { (2000, 500) } else { (300, 80) };
    let house = House::with(Limits { head: Duration::from_secs(60), ..Limits::default() });
    let address = house.address();
    let mut resting: Vec<_> = (0..idle).map(|_| house.connect()).collect();
    let mut trickles: Vec<_> = (0..trickling)
        .map(|n| {
            let mut stream = house.connect();
            let start: &[u8] = if n % 2 == 0 {
                b"GET / HTTP/1.1\r\nX: "
            } else {
                b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000\r\n\r\nhalf"
            };
            stream.write_all(start).unwrap();
            stream
        })
        .collect();
    let before = processor_seconds();
    let began = Instant::now();
    let done = AtomicBool::new(false);
    let mut times = thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                for stream in &mut trickles {
                    stream.write_all(b"y").unwrap();
                }
                thread::sleep(Duration::from_millis(200));
            }
        });
        let times: Vec<_> = (0..40)
            .map(|_| {
                thread::sleep(Duration::from_millis(20));
                plain(address)
            })
            .collect();
        done.store(true, Ordering::SeqCst);
        times
    });
    times.sort();
    println!(
        "{idle} idle, {trickling} trickling: {:?} at the median, {:?} at most; {:.2} processor \
         seconds in {:.2}; {} KiB resident",
        times[20],
        times[39],
        processor_seconds() - before,
        began.elapsed().as_secs_f64(),
        resident_kibibytes()
    );
    // The middle one tells of the door, the slowest perhaps of a busy machine.
    assert!(times[20] < Duration::from_millis(50), "{times:?}");
    assert!(times[39] < Duration::from_secs(2), "{times:?}");
    assert!(resident_kibibytes() < 100 * 1024, "{} KiB", resident_kibibytes());
    // Each is still there, and is served when it asks at last.
    for stream in &mut resting {
        stream.write_all(PLAIN).unwrap();
    }
    for stream in &mut resting {
        assert!(one_answer(stream).ends_with("hello"), "an idle connection was cut");
    }
    for stream in trickles.iter_mut().step_by(2) {
        stream.write_all(b"\r\nHost: localhost\r\n\r\n").unwrap();
        assert!(one_answer(stream).ends_with("hello"), "a trickling connection was cut");
    }
    house.close();
}

/// Processor seconds of this program so far.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

fn resident_kibibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// When the house is full, whoever came first and is not done makes room.
#[test]
fn a_crowd_beyond_the_limit_still_lets_others_in() {
    let house = House::with(Limits { connections: 60, ..Limits::default() });
    let crowd: Vec<_> = (0..300)
        .map(|_| {
            let mut stream = house.connect();
            drop(stream.write_all(b"GET / HTTP/1.1\r\nHost: loc"));
            stream
        })
        .collect();
    for _ in 0..10 {
        plain(house.address());
    }
    drop(crowd);
    house.close();
}

#[test]
fn closing_ends_everything_at_once() {
    let house = House::with(Limits::default());
    let address = house.address();
    let mut open: Vec<_> = (0..20).map(|_| house.connect()).collect();
    open[0].write_all(b"GET / HTTP/1.1\r\nHost: loc").unwrap();
    plain(address);
    let start = Instant::now();
    house.close();
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    assert!(TcpStream::connect(address).is_err(), "it still listens");
    for mut stream in open {
        assert!(!matches!(stream.read(&mut [0]), Ok(1..)), "an answer after the end");
    }
}

#[test]
fn what_cannot_be_opened_is_told_in_one_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let tls = |certificate: &Path, key: &Path| {
        let files = TlsFiles { certificate: certificate.to_owned(), key: key.to_owned() };
        Settings { tls: Some(files), ..Settings::on("127.0.0.1:0".parse().unwrap()) }
    };
    let (certificate, key) = (pem("certificate.pem"), pem("key.pem"));
    let missing = Path::new("/nowhere/key.pem");
    for (settings, expected) in [
        (
            Settings::on(address),
            format!(
                "cannot listen on {address}: the port is in use by another program; \
                 stop it or change [web] listen"
            ),
        ),
        (
            Settings::on("192.0.2.1:8025".parse().unwrap()),
            "cannot listen on 192.0.2.1:8025: this machine does not have that address; \
             change [web] listen"
                .to_owned(),
        ),
        (
            tls(&certificate, missing),
            "cannot read /nowhere/key.pem for [web] tls_key_file: No such file or directory \
             (os error 2); give a PEM file this program may read"
                .to_owned(),
        ),
        (
            tls(&key, &key),
            format!(
                "cannot read {} for [web] tls_certificate_file: it holds no certificate in PEM \
                 form; give a PEM file this program may read",
                key.display()
            ),
        ),
        (
            tls(&certificate, &certificate),
            format!(
                "cannot read {} for [web] tls_key_file: it holds no unencrypted private key in \
                 PEM form; give a PEM file this program may read",
                certificate.display()
            ),
        ),
        (
            tls(&certificate, &pem("other-key.pem")),
            format!(
                "cannot serve https: the key in {} does not belong to the certificate in {}; \
                 give the pair that was made together in [web] tls_certificate_file and \
                 tls_key_file",
                pem("other-key.pem").display(),
                certificate.display()
            ),
        ),
    ] {
        assert_eq!(Door::open(settings).unwrap_err().to_string(), expected);
    }
}

fn pem(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls").join(name)
}

/// Run again in a process of its own that may hold few descriptors, so that tiny_http inside dies
/// of the shortage, as it does.
#[test]
fn a_shortage_of_descriptors_passes() {
    const NAME: &str = "a_shortage_of_descriptors_passes";
    if std::env::var_os("COUNTERFOIL_TEST_SHORTAGE").is_none() {
        let output = Command::new("sh")
            .args(["-c", "ulimit -n 64 && exec \"$0\" --exact --nocapture \"$1\""])
            .arg(std::env::current_exe().unwrap())
            .arg(NAME)
            .env("COUNTERFOIL_TEST_SHORTAGE", "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
        return;
    }
    let house = House::with(Limits::default());
    let mut stream = house.connect();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    assert!(one_answer(&mut stream).ends_with("hello"));

    let mut hoard = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        hoard.push(file);
    }
    // One is left: enough for the door to connect inside, not for tiny_http to accept.
    hoard.pop();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    assert_eq!(statuses(&one_answer(&mut stream)), [502]);
    // None is left: the request of somebody new waits in the kernel.
    while let Ok(file) = File::open("/dev/null") {
        hoard.push(file);
    }
    hoard.pop();
    let mut waiting = connect(house.address());
    waiting.write_all(PLAIN).unwrap();
    thread::sleep(Duration::from_millis(50));
    drop(hoard);
    assert!(one_answer(&mut waiting).ends_with("hello"));
    plain(house.address());
    house.close();
}
