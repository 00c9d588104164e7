//! The web over the large database: requests come at a fixed rate on kept connections, whether or not
//! earlier ones were answered, and each is timed from when it was due. First alone, then while another
//! process takes letters in.

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

use crate::make::{Lot, PEOPLE, word};
use crate::{BEGUN, PACE, figures, policy};

/// Requests a second, unless `COUNTERFOIL_BENCH_DESK_RATE` says otherwise.
const RATE: u32 = 500;
/// How long each run lasts.
const RUN: Duration = Duration::from_secs(15);
/// How many runs there are of each sort. The middle one counts: other programs use the machine, too.
const RUNS: usize = 3;
/// Connections that are kept, each with one request at a time.
const CONNECTIONS: usize = 8;
/// How often each kind is asked with nothing else going on.
const ALONE: usize = 100;
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

/// Opens the web over the database and times it, searches only where all is in the index.
pub(super) fn serve(path: &Path, tickets: usize, searches: bool) {
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
        zone: Zone::named("Europe/Berlin").expect("a zone"),
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
    let kinds = kinds(web.address(), &session, tickets, searches);
    let asking = Asking { kinds, address: web.address(), session, tickets };
    let rate = std::env::var("COUNTERFOIL_BENCH_DESK_RATE");
    let rate = rate.ok().and_then(|rate| rate.parse().ok()).unwrap_or(RATE);
    println!("alone, {rate} requests a second:");
    asking.runs(Some(rate));
    println!("alone, as fast as it answers:");
    asking.runs(None);
    let mut intake = Command::new(std::env::current_exe().expect("a name"))
        .arg("intake")
        .arg(path)
        .arg(tickets.to_string())
        .stdin(Stdio::piped())
        .spawn()
        .expect("an intake");
    println!("beside an intake of a letter every {LETTER_EVERY:?}, {rate} requests a second:");
    asking.runs(Some(rate));
    // It ends when nobody holds the other end any more.
    drop(intake.stdin.take());
    intake.wait().expect("the intake ends");
    println!("memory of this process: {}", resident());
}

/// The kinds of page there are, by what their address begins with; each asked alone.
fn kinds(
    address: SocketAddr,
    session: &str,
    tickets: usize,
    searches: bool,
) -> Vec<(&'static str, String)> {
    let mut client = Client::new(address, session);
    let hundredth = |client: &mut Client, first: &str| {
        let mut path = first.to_owned();
        for _ in 1..100 {
            client.get(&path);
            let page = String::from_utf8_lossy(&client.page);
            let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
            let Some(next) = links.filter(|link| link.contains("after=")).last() else {
                break;
            };
            path = next.replace("&amp;", "&");
        }
        path
    };
    let open = hundredth(&mut client, "/tickets");
    let closed = hundredth(&mut client, "/tickets?view=closed");
    let ledger = hundredth(&mut client, "/ledger");
    let mut kinds = Vec::new();
    for (name, path) in [
        ("status", "/"),
        ("list, open", "/tickets"),
        ("list, open, hundredth page", &open),
        ("list, closed", "/tickets?view=closed"),
        ("list, closed, hundredth page", &closed),
        ("list, a queue", "/tickets?queue=queue-3"),
        ("ticket", "/tickets/TICKET"),
        ("search, rare", "/search?q=zanzibar"),
        ("search, common", "/search?q=COMMON"),
        ("search, beginning", "/search?q=BEGINNING"),
        ("requester", "/requesters/PERSON"),
        ("figures", "/figures"),
        ("ledger", "/ledger"),
        ("ledger, hundredth page", &ledger),
        ("ledger, quarantined", "/ledger?outcome=quarantined"),
        ("originals", "/originals"),
        ("outbox", "/outbox"),
        ("audit", "/audit"),
    ] {
        if path.starts_with("/search") && !searches {
            continue;
        }
        let begun = Instant::now();
        let status = client.get(&filled(path, 0, tickets));
        let cold = begun.elapsed();
        let mut times = Vec::with_capacity(ALONE);
        for number in 0..ALONE {
            let path = filled(path, number as u64, tickets);
            let begun = Instant::now();
            client.get(&path);
            times.push(begun.elapsed());
        }
        let bytes = client.page.len();
        println!("{name:<30} {} {status} {bytes} bytes, first {cold:.1?}", figures(&mut times));
        if status == 200 {
            kinds.push((name, path.to_owned()));
        }
    }
    kinds
}

/// An address of this kind, drawn by lot.
fn filled(path: &str, number: u64, tickets: usize) -> String {
    let mut lot = Lot(number);
    path.replace("COMMON", &word(1 + lot.below(20)))
        .replace("BEGINNING", &format!("{:.3}*", word(30 + lot.below(2_000))))
        .replace("TICKET", &(1 + lot.below(tickets as u64)).to_string())
        .replace("PERSON", &(1 + lot.below(PEOPLE)).to_string())
}

/// Who is asked what.
struct Asking {
    address: SocketAddr,
    session: String,
    tickets: usize,
    kinds: Vec<(&'static str, String)>,
}

/// What one run was like.
struct Run {
    /// For each kind in milliseconds: the median, the 99th percentile, the longest.
    kinds: Vec<[f64; 3]>,
    /// The same for all kinds together.
    all: [f64; 3],
    /// Requests a second.
    rate: f64,
    /// Processor time for each request in milliseconds, and what of it went into asking.
    cost: [f64; 2],
}

impl Asking {
    /// Asks at this rate, or as fast as answers come, several times, and tells the middle of the runs.
    fn runs(&self, rate: Option<u32>) {
        let runs: Vec<Run> = (0..RUNS).map(|_| self.run(rate)).collect();
        let middle = |of: &dyn Fn(&Run) -> f64| {
            let mut values: Vec<f64> = runs.iter().map(of).collect();
            values.sort_unstable_by(f64::total_cmp);
            values[values.len() / 2]
        };
        let line = |name: &str, of: &dyn Fn(&Run) -> [f64; 3]| {
            let [median, most, worst] = [0, 1, 2].map(|at| middle(&|run| of(run)[at]));
            let best = runs.iter().map(|run| of(run)[1]).fold(f64::MAX, f64::min);
            println!(
                "  {name:<30} {median:>8.2} ms p50 {most:>8.2} ms p99 (best {best:.2}) {worst:>8.2} ms most"
            );
        };
        for (at, (name, _)) in self.kinds.iter().enumerate() {
            line(name, &|run| run.kinds[at]);
        }
        line("all", &|run| run.all);
        println!(
            "  {:.0} requests a second; each {:.2} ms of a processor, {:.2} ms of it for asking",
            middle(&|run| run.rate),
            middle(&|run| run.cost[0]),
            middle(&|run| run.cost[1]),
        );
    }

    fn run(&self, rate: Option<u32>) -> Run {
        let next = AtomicUsize::new(0);
        let begun = Instant::now() + Duration::from_millis(50);
        let before = processor("/proc/self/stat");
        let one = || {
            let mut client = Client::new(self.address, &self.session);
            let mut times: Vec<Vec<f64>> = vec![Vec::new(); self.kinds.len()];
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let due = match rate {
                    Some(rate) => begun + Duration::from_secs(1) * number as u32 / rate,
                    None => Instant::now(),
                };
                if due > begun + RUN {
                    return (times, processor("/proc/thread-self/stat"));
                }
                thread::sleep(due.saturating_duration_since(Instant::now()));
                let at = number % self.kinds.len();
                let path = filled(&self.kinds[at].1, number as u64, self.tickets);
                let status = client.get(&path);
                assert_eq!(status, 200, "{path}");
                times[at].push(due.elapsed().as_secs_f64() * 1e3);
            }
        };
        let mut times: Vec<Vec<f64>> = vec![Vec::new(); self.kinds.len()];
        let mut asking = 0.0;
        thread::scope(|scope| {
            let clients: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(one)).collect();
            for client in clients {
                let (more, cost) = client.join().expect("a client");
                asking += cost;
                for (times, more) in times.iter_mut().zip(more) {
                    times.extend(more);
                }
            }
        });
        let mut all: Vec<f64> = times.iter().flatten().copied().collect();
        let count = all.len() as f64;
        Run {
            kinds: times.iter_mut().map(|times| quantiles(times)).collect(),
            all: quantiles(&mut all),
            rate: count / begun.elapsed().as_secs_f64(),
            cost: [(processor("/proc/self/stat") - before) * 1e3 / count, asking * 1e3 / count],
        }
    }
}

fn quantiles(times: &mut [f64]) -> [f64; 3] {
    times.sort_unstable_by(f64::total_cmp);
    [times[times.len() / 2], times[times.len() * 99 / 100], times[times.len() - 1]]
}

/// Seconds of a processor a process or thread has used (`proc_pid_stat(5)`), in hundredths.
fn processor(path: &str) -> f64 {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let after_name = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// A kept connection.
struct Client {
    stream: BufReader<TcpStream>,
    session: String,
    /// The last answer.
    page: Vec<u8>,
}

impl Client {
    fn new(address: SocketAddr, session: &str) -> Self {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        Self { stream: BufReader::new(stream), session: session.to_owned(), page: Vec::new() }
    }

    fn get(&mut self, path: &str) -> u16 {
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
        self.page.resize(length, 0);
        self.stream.read_exact(&mut self.page).expect("a page");
        status
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
