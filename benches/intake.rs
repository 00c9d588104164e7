//! Intake through the whole program: `run --once` over letters on a practice mailbox in another
//! process, beside the bare fetching of the same letters over four connections. Run with
//! `cargo bench --bench intake`; `COUNTERFOIL_BENCH_LETTERS` and `COUNTERFOIL_BENCH_AVERAGE` (bytes)
//! change how many letters there are and how large.

#![allow(clippy::print_stdout)]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use counterfoil::mailbox::graph::{Graph, Settings};
use counterfoil::mailbox::token::{self, SecretText};
use counterfoil::mailbox::{ItemId, Mailbox, http};

const PROGRAM: &str = env!("CARGO_BIN_EXE_counterfoil");
const ADDRESS: &str = "support@office.example";

/// A practice mailbox in its own process.
struct Practice {
    child: Child,
    told: serde_json::Value,
}

impl Practice {
    fn start(letters: usize, average: usize) -> Self {
        let mut child = Command::new(PROGRAM)
            .args(["--json", "practice", "--listen", "127.0.0.1:0", "--address", ADDRESS])
            .args(["--messages", &letters.to_string(), "--average", &average.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut text = String::new();
        let mut reader = BufReader::new(child.stdout.take().expect("it has an output"));
        while serde_json::from_str::<serde_json::Value>(&text).is_err() {
            assert!(reader.read_line(&mut text).expect("it prints") > 0, "it ended: {text}");
        }
        let told = serde_json::from_str(&text).expect("just read");
        Self { child, told }
    }

    fn says(&self, key: &str) -> String {
        self.told[key].as_str().unwrap_or_default().to_owned()
    }
}

impl Drop for Practice {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn main() {
    let number = |name: &str, otherwise| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    };
    let letters = number("COUNTERFOIL_BENCH_LETTERS", 10_000);
    let average = number("COUNTERFOIL_BENCH_AVERAGE", 10_000);
    println!("{letters} letters of {average} bytes on average");

    let practice = Practice::start(letters, average);
    let bare = bare_fetching(&practice, letters);
    println!("bare fetching    {:>8.0} letters/s", letters as f64 / bare.as_secs_f64());

    let folder = tempfile::tempdir().expect("a folder");
    configure(folder.path(), &practice);
    let begun = Instant::now();
    let mut child = Command::new(PROGRAM)
        .arg("--config")
        .arg(folder.path().join("counterfoil.toml"))
        .args(["run", "--once"])
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut peak = 0;
    while child.try_wait().expect("it can be waited for").is_none() {
        peak = peak.max(resident(child.id()));
        std::thread::sleep(Duration::from_millis(20));
    }
    let whole = begun.elapsed();
    println!("run --once       {:>8.0} letters/s", letters as f64 / whole.as_secs_f64());
    println!("share of bare    {:>8.2}", bare.as_secs_f64() / whole.as_secs_f64());
    println!("peak resident    {:>8.1} MB", peak as f64 / 1e6);
}

/// Lists, then fetches every letter over four connections, and does nothing else with it.
fn bare_fetching(practice: &Practice, letters: usize) -> Duration {
    let secret = practice.says("client_secret");
    let graph = Graph::new(Settings {
        address: ADDRESS.into(),
        folder: "Inbox".into(),
        graph_url: practice.says("graph_url"),
        side_by_side: 4,
        token: token::Settings {
            login_url: practice.says("login_url"),
            tenant_id: practice.says("tenant_id"),
            client_id: practice.says("client_id"),
            resource: "https://graph.microsoft.com".into(),
            secret: Box::new(move || Ok(SecretText::new(secret.clone()))),
            secret_place: "the practice mailbox".into(),
        },
        http: http::Settings::default(),
    })
    .expect("a client");
    let begun = Instant::now();
    let (mut items, mut position) = (Vec::<ItemId>::new(), None);
    loop {
        let page = graph.list(position.as_ref()).expect("a page");
        items.extend(page.items.into_iter().map(|listed| listed.item));
        position = page.next;
        if position.is_none() {
            break;
        }
    }
    assert_eq!(items.len(), letters);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    graph.fetch(item, 64 << 20, Duration::from_secs(600)).expect("a letter");
                }
            });
        }
    });
    begun.elapsed()
}

fn configure(folder: &Path, practice: &Practice) {
    std::fs::write(folder.join("secret"), practice.says("client_secret")).expect("writable");
    let mut file = std::fs::File::create(folder.join("counterfoil.toml")).expect("writable");
    write!(
        file,
        "[store]\npath = \"counterfoil.db\"\n[[mailbox]]\nname = \"support\"\n\
         address = \"{ADDRESS}\"\ntenant_id = \"{}\"\nclient_id = \"{}\"\n\
         client_secret_file = \"secret\"\nlogin_url = \"{}\"\ngraph_url = \"{}\"\n",
        practice.says("tenant_id"),
        practice.says("client_id"),
        practice.says("login_url"),
        practice.says("graph_url"),
    )
    .expect("writable");
}

/// Bytes of memory a process holds (Linux; 0 elsewhere).
fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|rest| rest.trim().split(' ').next());
    kilobytes.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0) * 1_024
}
