//! How long finding takes in a desk that has grown: words common and rare, beginnings, parts of
//! numbers, conditions, and pages far back; each beside the bare question to SQLite that it cannot do
//! without. `cargo bench --bench desk`; `COUNTERFOIL_BENCH_DESK` is the folder where the database is
//! made once and kept, `COUNTERFOIL_BENCH_DESK_TICKETS` how many tickets it has (20,000 unless told).

#![allow(clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use counterfoil::desk::intake::NewArticle;
use counterfoil::desk::query::Query;
use counterfoil::desk::ticket::{Kind, State, TicketNumber};
use counterfoil::store::Store;
use counterfoil::time::Timestamp;
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
    index(&mut store);
    write_on(&mut store, tickets);
    ask_all(&mut store, &path);
}

/// Draws by lot, the same every time (splitmix64).
struct Lot(u64);

impl Lot {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.draw() % limit
    }

    /// A number from 1 on, the n-th 1/n as often as the first.
    fn rank(&mut self) -> u64 {
        let share = self.draw() as f64 / u64::MAX as f64;
        (share * VOCABULARY.ln()).exp() as u64
    }

    fn sentence(&mut self, words: u64) -> String {
        let words: Vec<String> = (0..words).map(|_| self.rank()).map(word).collect();
        words.join(" ")
    }
}

/// The word of this rank.
fn word(rank: u64) -> String {
    const SYLLABLES: [&str; 40] = [
        "an", "ber", "con", "der", "en", "fa", "ge", "ha", "in", "ja", "kon", "la", "ma", "ne",
        "or", "pa", "qui", "re", "sta", "te", "un", "ver", "wa", "xe", "ya", "zu", "lich", "ung",
        "tion", "er", "mel", "rech", "nung", "lam", "pe", "auf", "trag", "bir", "so", "ti",
    ];
    let mut lot = Lot(rank);
    let syllables = 1 + (rank as f64).log10() as u64 / 2 + lot.below(2);
    (0..=syllables).map(|_| SYLLABLES[lot.below(40) as usize]).collect()
}

/// Makes a database of so many tickets, three articles each, of which nothing is in the index.
fn make(path: &Path, tickets: usize) {
    let begun = Instant::now();
    let half_made = path.with_extension("part");
    let _ = std::fs::remove_file(&half_made);
    let mut store = Store::open(&half_made, BEGUN).expect("a store");
    store.mailbox("support", "support@office.example", None, BEGUN).expect("a mailbox");
    drop(store);
    let mut db = Connection::open(&half_made).expect("the database");
    db.execute_batch(
        "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -200000",
    )
    .expect("settings");
    let mut lot = Lot(42);
    let articles = tickets as i64 * 3;
    let mut last_activity: Vec<i64> = Vec::with_capacity(tickets);
    let mut id = 0;
    while id < articles {
        let tx = db.transaction().expect("a transaction");
        let mut insert = tx
            .prepare(
                "INSERT INTO article (id, ticket, kind, people, subject, created_at, text)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )
            .expect("a statement");
        let mut file = tx
            .prepare(
                "INSERT INTO attachment (article, content, filename, content_type, inline)
                 VALUES (?1, 1, ?2, 'application/pdf', 0)",
            )
            .expect("a statement");
        for _ in 0..50_000.min(articles - id) {
            id += 1;
            // Every third article opens a ticket, the others answer one of the last thousand.
            let ticket = if id % 3 == 1 {
                last_activity.push(id);
                last_activity.len()
            } else {
                let back = lot.below(1_000.min(last_activity.len() as u64)) as usize;
                let ticket = last_activity.len() - back;
                last_activity[ticket - 1] = id;
                ticket
            };
            let (sender, kind) =
                (lot.below(100_000), if id % 3 == 2 { "email_out" } else { "email_in" });
            let people = format!(
                r#"{{"from":{{"address":"{w}.{sender}@{domain}.example","name":"{w} {domain}"}},"reply_to":[],"to":[{{"address":"support@office.example","name":""}}],"cc":[],"bcc":[]}}"#,
                w = word(sender % 5_000 + 1),
                domain = word(sender % 900 + 7),
            );
            insert
                .execute((
                    id,
                    ticket as i64,
                    kind,
                    people,
                    subject(ticket),
                    at(id),
                    text(&mut lot, id),
                ))
                .expect("an article");
            if id % 10 == 0 {
                file.execute((id, format!("{}-{}.pdf", lot.sentence(1), lot.below(1_000_000))))
                    .expect("an attachment");
            }
        }
        drop((insert, file));
        tx.commit().expect("committed");
    }
    let tx = db.transaction().expect("a transaction");
    tx.execute("INSERT INTO content (sha256, size, packed, bytes) VALUES ('', 0, 0, x'')", [])
        .expect("a content");
    for (nth, last) in last_activity.iter().enumerate() {
        let (state, closed) = match lot.below(100) {
            0 => ("new", None),
            1 => ("open", None),
            2 => ("pending", None),
            _ => ("closed", Some(at(*last))),
        };
        tx.prepare_cached(
            "INSERT INTO ticket (number, mailbox, subject, state, priority, queue, assignee,
                                 created_at, updated_at, closed_at)
             VALUES (?1, 1, ?2, ?3, 'normal', ?4, ?5, ?6, ?6, ?7)",
        )
        .expect("a statement")
        .execute((
            nth as i64 + 1,
            subject(nth + 1),
            state,
            format!("queue-{}", lot.below(8)),
            format!("agent-{}", lot.below(20)),
            at(*last),
            closed,
        ))
        .expect("a ticket");
    }
    tx.execute("UPDATE installation SET indexed_from = (SELECT max(id) + 1 FROM article)", [])
        .expect("nothing is indexed");
    tx.commit().expect("committed");
    drop(db);
    std::fs::rename(&half_made, path).expect("renamed");
    println!(
        "made {tickets} tickets, {articles} articles in {:.0} s",
        begun.elapsed().as_secs_f64()
    );
}

fn at(id: i64) -> String {
    BEGUN.plus_seconds(id * PACE).to_string()
}

fn subject(ticket: usize) -> String {
    Lot(ticket as u64).sentence(5)
}

/// Some sixty words, an order number in every second text, a rare word in every hundred-thousandth,
/// and one text of a hundred in Chinese.
fn text(lot: &mut Lot, id: i64) -> String {
    let length = 20 + lot.below(80);
    let mut text = lot.sentence(length);
    if id % 2 == 0 {
        text += &format!("\nRE-2025-{:08}", lot.below(100_000_000));
    }
    if id % 100_000 == 77 {
        text += " zanzibar";
    }
    if id % 100 == 0 {
        let letters = (0..60).filter_map(|_| {
            let rank = (lot.draw() as f64 / u64::MAX as f64 * 3_000_f64.ln()).exp() as u32;
            char::from_u32(0x4e00 + rank)
        });
        text.extend(letters);
    }
    text
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
    let (_, mailbox, _) = store.thread(TicketNumber(1)).expect("a ticket");
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
