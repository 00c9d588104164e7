//! How long finding takes in a desk that has grown: words common and rare, beginnings, parts of
//! numbers, conditions, and pages far back; each beside the bare question to SQLite that it cannot do
//! without. `cargo bench --bench desk`; `COUNTERFOIL_BENCH_DESK` is the folder where the database is
//! made once and kept, `COUNTERFOIL_BENCH_DESK_TICKETS` how many tickets it has (20,000 unless told).
//! At last the web is opened over it and asked at a fixed rate (`COUNTERFOIL_BENCH_DESK_RATE`, 500 a
//! second), as fast as it can, and beside an intake; with `COUNTERFOIL_BENCH_DESK_WEB=1` that
//! is all, and nothing is put into the index before.

#![allow(clippy::print_stdout)]

mod make;
#[path = "../policy/mod.rs"]
mod policy;
mod serve;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use counterfoil::desk::new::NewArticle;
use counterfoil::desk::query::Query;
use counterfoil::desk::ticket::{Kind, State, TicketNumber};
use counterfoil::store::Store;
use counterfoil::time::Timestamp;
use make::{Lot, make, word};
use rusqlite::Connection;

/// When the first article came.
const BEGUN: Timestamp = Timestamp::from_unix(1_690_000_000);

/// Seconds between two articles.
const PACE: i64 = 30;

/// Different words people use; the n-th is used 1/n as often as the first.
const VOCABULARY: f64 = 300_000.0;

/// How often each kind of question is asked.
const ASKED: usize = 200;

/// Tickets on a page.
const PAGE: u32 = 25;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // This program runs itself for the intake, which is to be in another process.
    if let [role, path, tickets] = &arguments[..]
        && role == "intake"
    {
        return serve::intake(Path::new(path), tickets.parse().expect("a number"));
    }
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let tickets: usize = number("COUNTERFOIL_BENCH_DESK_TICKETS").unwrap_or(20_000);
    let kept = std::env::var_os("COUNTERFOIL_BENCH_DESK").map(PathBuf::from);
    let passing = tempfile::tempdir().expect("a folder");
    let folder = kept.as_deref().unwrap_or(passing.path());
    std::fs::create_dir_all(folder).expect("the folder");
    let path = folder.join(format!("desk-{tickets}.db"));
    if !path.exists() {
        make(&path, tickets);
    }
    let mut store = Store::open(&path, BEGUN).expect("the store");
    if std::env::var_os("COUNTERFOIL_BENCH_DESK_WEB").is_none() {
        index(&mut store);
        write_on(&mut store, tickets);
        ask_all(&mut store, &path);
    }
    drop(store);
    let missing: i64 = Connection::open(&path)
        .and_then(|db| db.query_row("SELECT indexed_from FROM installation", [], |row| row.get(0)))
        .expect("how far the index is");
    if missing > 1 {
        println!("articles before {missing} are not in the index, so nothing is searched for");
    }
    serve::serve(&path, tickets, missing <= 1);
}

/// Puts what is missing into the index, as the program does when it was upgraded.
fn index(store: &mut Store) {
    let (begun, mut slowest, mut count) = (Instant::now(), Duration::ZERO, 0);
    store.work_hard().expect("a larger cache");
    loop {
        let bite = Instant::now();
        let indexed = store.index_older(1_000).expect("indexed");
        slowest = slowest.max(bite.elapsed());
        count += indexed;
        if indexed == 0 {
            break;
        }
        if count % 300_000 == 0 {
            println!(
                "indexed {count} in {:.0} s, slowest {slowest:.0?}",
                begun.elapsed().as_secs_f64()
            );
        }
    }
    if count > 0 {
        let seconds = begun.elapsed().as_secs_f64();
        println!(
            "indexed {count} articles in {seconds:.0} s ({:.0} µs each); slowest thousand {slowest:.0?}",
            seconds * 1e6 / count as f64
        );
    }
}

/// Writes single notes, as agents do: none may have to wait for the index.
fn write_on(store: &mut Store, tickets: usize) {
    let (_, mailbox, _) = store.thread(TicketNumber(1), None).expect("a ticket");
    let mut lot = Lot(7);
    let mut times = Vec::new();
    for _ in 0..2 * ASKED {
        let number = TicketNumber(1 + lot.below(tickets as u64) as i64);
        let text = lot.sentence(60);
        let visible_text = text.clone();
        let note = NewArticle { text, visible_text, ..NewArticle::empty(Kind::Note) };
        let begun = Instant::now();
        store.write_article(number, mailbox, &note, State::Closed, "bench", BEGUN).expect("a note");
        times.push(begun.elapsed());
    }
    println!("{:<44} {}", "a note written", figures(&mut times));
}

fn ask_all(store: &mut Store, path: &Path) {
    let bare = Connection::open(path).expect("the database");
    type Asked = fn(&mut Lot) -> String;
    let questions: [(&str, Asked); 17] = [
        ("a rare word", |_| "zanzibar".into()),
        ("a word of middling rarity", |lot| word(20_000 + lot.below(200_000))),
        ("a common word", |lot| word(1 + lot.below(20))),
        ("two common words", |lot| {
            format!("{} {}", word(1 + lot.below(20)), word(1 + lot.below(20)))
        }),
        ("a common and a rare word", |lot| format!("{} zanzibar", word(1 + lot.below(20)))),
        ("two middling words", |lot| {
            format!("{} {}", word(300 + lot.below(900)), word(300 + lot.below(900)))
        }),
        ("a phrase of common words", |lot| {
            format!("\"{} {}\"", word(1 + lot.below(20)), word(1 + lot.below(20)))
        }),
        ("a common word without another", |lot| {
            format!("{} -{}", word(1 + lot.below(20)), word(30 + lot.below(20)))
        }),
        ("a beginning of two letters", |lot| word(1 + lot.below(2_000))[..2].to_owned() + "*"),
        ("a beginning of three letters", |lot| word(30 + lot.below(2_000))[..3].to_owned() + "*"),
        ("a beginning of five letters", |lot| format!("{:.5}*", word(3_000 + lot.below(20_000)))),
        ("a part of an order number", |lot| format!("{:06}", lot.below(1_000_000))),
        ("a sender", |lot| format!("from:{}", word(lot.below(5_000) + 1))),
        ("a common word, open", |lot| format!("{} state:open", word(1 + lot.below(20)))),
        ("a common word, one queue, a file", |lot| {
            format!("{} queue:queue-3 has:attachment", word(1 + lot.below(20)))
        }),
        ("a common word, a month long ago", |lot| {
            format!("{} after:2024-01 before:2024-02", word(1 + lot.below(20)))
        }),
        ("Chinese", |lot| {
            (0..2).filter_map(|_| char::from_u32(0x4e01 + lot.below(200) as u32)).collect()
        }),
    ];
    for (name, asked) in questions {
        let mut lot = Lot(1);
        let (mut times, mut alone, mut found, mut less) = (Vec::new(), Vec::new(), 0, 0);
        for _ in 0..ASKED {
            let text = asked(&mut lot);
            let query = Query::read(&text, "CF").expect("a query");
            let begun = Instant::now();
            let answer = store.search(&query, None, PAGE).expect("an answer");
            times.push(begun.elapsed());
            found += answer.results.len();
            less += usize::from(answer.results.len() < PAGE as usize && answer.next.is_some());
            if !text.contains(':') && !text.contains('-') && text.is_ascii() {
                let begun = Instant::now();
                let rows: usize = bare
                    .prepare_cached(
                        "SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rowid DESC LIMIT 25",
                    )
                    .and_then(|mut it| Ok(it.query_map([&text], |_| Ok(()))?.count()))
                    .unwrap_or_default();
                alone.push(begun.elapsed());
                std::hint::black_box(rows);
            }
        }
        let mut line = format!("{name:<44} {}", figures(&mut times));
        if !alone.is_empty() {
            alone.sort_unstable();
            let ratio = times[ASKED / 2].as_secs_f64() / alone[ASKED / 2].as_secs_f64();
            line += &format!(" {ratio:>6.1} times SQLite alone");
        }
        println!("{line}  found {:.1}, {less} unfinished", found as f64 / ASKED as f64);
    }
    far_back(store);
}

/// The first and the hundredth page of a common word.
fn far_back(store: &mut Store) {
    let query = Query::read(&word(2), "CF").expect("a query");
    let mut after = None;
    let mut times = Vec::new();
    for _ in 0..100 {
        let begun = Instant::now();
        let found = store.search(&query, after, PAGE).expect("an answer");
        times.push(begun.elapsed());
        after = found.next;
        if after.is_none() {
            break;
        }
    }
    let last = times.last().copied().unwrap_or_default().as_secs_f64() * 1e3;
    println!(
        "{:<44} {}, the last {last:.2} ms",
        "a common word, page after page",
        figures(&mut times)
    );
}

fn figures(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let (median, most) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    let worst = times.last().copied().unwrap_or_default();
    format!("{:>8.2} ms p50 {:>8.2} ms p99 {:>8.2} ms most", ms(median), ms(most), ms(worst))
}
