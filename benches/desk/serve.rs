//! The web over the large database: requests come at a fixed rate on kept connections, whether or not
//! earlier ones were answered, and each is timed from when it was due. First alone, then while another
//! process takes letters in.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use counterfoil::desk::ledger::Original;
use counterfoil::desk::ticket::Role;
use counterfoil::mail::parse;
use counterfoil::store::Store;
use counterfoil::store::intake::{Filing, Prepared};
use counterfoil::store::listing::Seen;
use counterfoil::time::{Clock, Timestamp, Zone};
use counterfoil::web::texts::Language;
use counterfoil::web::{MailboxFacts, Settings, Web};

use crate::make::{Lot, word};
use crate::{BEGUN, PACE, figures, policy};

/// Requests a second.
const RATE: u32 = 500;
/// How long each of the two runs lasts.
const RUN: Duration = Duration::from_secs(20);
/// Connections that are kept, each with one request at a time.
const CONNECTIONS: usize = 16;
/// Time between two letters of the intake beside it.
const LETTER_EVERY: Duration = Duration::from_millis(20);

struct Fixed(Timestamp);

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// The day after the last article.
fn now(tickets: usize) -> Timestamp {
    BEGUN.plus_seconds(tickets as i64 * 3 * PACE + 86_400)
}

/// Opens the web over the database and times it.
pub(super) fn serve(path: &Path, tickets: usize) {
    let now = now(tickets);
    let mut store = Store::open(path, now).expect("the store");
    let (mailbox, _) =
        store.mailbox("support", "support@office.example", None, now).expect("the mailbox");
    let drawn = std::time::UNIX_EPOCH.elapsed().expect("a clock").as_nanos();
    let agent = store
        .add_agent(&format!("bench-{drawn}"), "bench@office.example", Role::Admin, None, now)
        .expect("an agent");
    let session = store.begin_session(agent, now).expect("a session").0;
    let policy = policy::silent("support@office.example", &mut store);
    let settings = Settings {
        listen: "127.0.0.1:0".parse().expect("an address"),
        allowed_hosts: Vec::new(),
        tls: None,
        store_path: path.to_owned(),
        desk: "Office".to_owned(),
        language: Language::English,
        zone: Zone::utc(),
        recovery_days: 30,
        mailboxes: vec![MailboxFacts {
            name: "support".to_owned(),
            address: "support@office.example".to_owned(),
            poll_seconds: 30,
            after_import: "delete".to_owned(),
            copy_to: String::new(),
        }],
        in_force: Vec::new(),
        metrics_from: Vec::new(),
        canned: Vec::new(),
        quote_lines: 20,
        policies: vec![("support".to_owned(), mailbox, policy)],
    };
    drop(store);
    let web = Web::open(settings, Arc::new(Fixed(now))).expect("the web");
    let kinds = kinds(web.address(), &session);
    println!("alone, {RATE} requests a second:");
    run(web.address(), &session, tickets, &kinds);
    let mut intake = Command::new(std::env::current_exe().expect("a name"))
        .arg("intake")
        .arg(path)
        .arg(tickets.to_string())
        .stdin(Stdio::piped())
        .spawn()
        .expect("an intake");
    println!("beside an intake of a letter every {LETTER_EVERY:?}:");
    run(web.address(), &session, tickets, &kinds);
    // It ends when nobody holds the other end any more.
    drop(intake.stdin.take());
    intake.wait().expect("the intake ends");
    println!("memory of this process: {}", resident());
}

/// The kinds of page there are, by what their address begins with.
fn kinds(address: SocketAddr, session: &str) -> Vec<(&'static str, String)> {
    let mut client = Client::new(address, session);
    let mut kinds = Vec::new();
    for (name, path) in [
        ("status", "/"),
        ("list, first page", "/tickets"),
        ("ticket", "/tickets/1"),
        ("search, rare", "/search?q=zanzibar"),
        ("search, common", "/search?q=COMMON"),
        ("search, beginning", "/search?q=BEGINNING"),
        ("ledger", "/ledger"),
        ("outbox", "/outbox"),
        ("audit", "/audit"),
        ("requester", "/people/1"),
    ] {
        let begun = Instant::now();
        let (status, page) = client.get(path);
        println!("{name:<24} {status} {} bytes, cold {:.1?}", page.len(), begun.elapsed());
        if status == 200 {
            kinds.push((name, path.to_owned()));
        }
    }
    let mut path = "/tickets".to_owned();
    for _ in 1..100 {
        let (_, page) = client.get(&path);
        let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let Some(next) = links.into_iter().filter(|link| link.contains("after=")).last() else {
            break;
        };
        path = next.replace("&amp;", "&");
    }
    kinds.push(("list, hundredth page", path));
    kinds
}

fn run(address: SocketAddr, session: &str, tickets: usize, kinds: &[(&'static str, String)]) {
    let next = AtomicUsize::new(0);
    let all = (RUN.as_secs_f64() * f64::from(RATE)) as usize;
    let begun = Instant::now() + Duration::from_millis(50);
    let one = || {
        let mut client = Client::new(address, session);
        let mut times: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= all {
                return times;
            }
            let due = begun + Duration::from_secs(1) * number as u32 / RATE;
            thread::sleep(due.saturating_duration_since(Instant::now()));
            let (name, path) = &kinds[number % kinds.len()];
            let mut lot = Lot(number as u64);
            let path = match *name {
                "ticket" => format!("/tickets/{}", 1 + lot.below(tickets as u64)),
                _ => path
                    .replace("COMMON", &word(1 + lot.below(20)))
                    .replace("BEGINNING", &format!("{:.3}*", word(30 + lot.below(2_000)))),
            };
            let (status, _) = client.get(&path);
            assert_eq!(status, 200, "{path}");
            times.entry(name).or_default().push(due.elapsed());
        }
    };
    let mut times: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(one)).collect();
        for client in clients {
            for (name, more) in client.join().expect("a client") {
                times.entry(name).or_default().extend(more);
            }
        }
    });
    let rate = all as f64 / begun.elapsed().as_secs_f64();
    for (name, times) in &mut times {
        println!("  {name:<42} {}", figures(times));
    }
    println!("  reached {rate:.0} requests a second");
}

/// A kept connection.
struct Client {
    stream: BufReader<TcpStream>,
    session: String,
}

impl Client {
    fn new(address: SocketAddr, session: &str) -> Self {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        Self { stream: BufReader::new(stream), session: session.to_owned() }
    }

    fn get(&mut self, path: &str) -> (u16, String) {
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: counterfoil_session={}\r\n\r\n",
            self.session
        );
        self.stream.get_mut().write_all(head.as_bytes()).expect("sent");
        let (mut status, mut length) = (0, 0);
        let mut line = String::new();
        loop {
            line.clear();
            self.stream.read_line(&mut line).expect("an answer");
            if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
                status = rest[..3].parse().expect("a status");
            } else if let Some(rest) = line.strip_prefix("Content-Length: ") {
                length = rest.trim().parse().expect("a length");
            } else if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).expect("a page");
        (status, String::from_utf8_lossy(&body).into_owned())
    }
}

/// Takes small letters in, in a process of its own, until nobody listens any more.
pub(super) fn intake(path: &Path, tickets: usize) {
    let now = now(tickets);
    let mut store = Store::open(path, now).expect("the store");
    let (mailbox, _) =
        store.mailbox("support", "support@office.example", None, now).expect("the mailbox");
    let policy = policy::silent("support@office.example", &mut store);
    let over = thread::spawn(|| std::io::stdin().read_to_end(&mut Vec::new()));
    let drawn = std::time::UNIX_EPOCH.elapsed().expect("a clock").as_nanos();
    let mut times = Vec::new();
    for number in 0_u64.. {
        let text = Lot(number).sentence(80);
        let raw = format!(
            "From: Ana <ana{number}@shop.example>\r\nTo: support@office.example\r\nMessage-ID: \
             <{number}.{drawn}@shop.example>\r\nSubject: {text:.40}\r\n\r\n{text}\r\n"
        );
        let begun = Instant::now();
        let seen = Seen {
            item_id: format!("item {drawn} {number}"),
            message_id: None,
            received_at: now,
            size: None,
        };
        store.note_listed(mailbox, &[seen], now).expect("listed");
        for row in store.waiting(mailbox, now, 1).expect("waiting") {
            let message = parse::parse(raw.as_bytes());
            let letter = Prepared::new(row.ledger, now, raw.as_bytes().to_vec(), message);
            let filing = Filing { due: false, original: Original::Kept };
            store.take_in(mailbox, vec![letter], filing, &policy, now).expect("taken in");
        }
        times.push(begun.elapsed());
        if over.is_finished() {
            break;
        }
        thread::sleep(LETTER_EVERY.saturating_sub(begun.elapsed()));
    }
    println!("  {:<42} {}", format!("{} letters taken in", times.len()), figures(&mut times));
}

/// The resident memory of this process, as the system tells it.
fn resident() -> String {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.unwrap_or("unknown").trim().to_owned()
}
