//! What one more message costs when the database holds a thousand, and when it holds very many:
//! listing, taking in and noting the removal, in the program's own batches; the store alone, and
//! with reading and packing the letter, which is all but the network. `cargo bench --bench growth`;
//! `COUNTERFOIL_BENCH_GROWTH` says how many very many are.

#![allow(clippy::print_stdout)]

#[path = "policy/mod.rs"]
mod policy;

use std::path::Path;
use std::time::{Duration, Instant};

use counterfoil::desk::ledger::Original;
use counterfoil::desk::policy::Policy;
use counterfoil::mail::parse;
use counterfoil::store::filing::Filed;
use counterfoil::store::intake::{Filing, Prepared};
use counterfoil::store::ledger::Waiting;
use counterfoil::store::listing::Seen;
use counterfoil::store::{MailboxId, Store};
use counterfoil::time::Timestamp;

const ADDRESS: &str = "support@office.example";

const NOW: Timestamp = Timestamp::from_unix(1_791_500_000);

/// Messages per page of a listing, and per commit.
const PAGE: usize = 500;
const BATCH: usize = 100;

/// Messages measured at each size.
const MEASURED: usize = 5_000;

/// Messages in a database that has hardly grown, and so many more measured there.
const FEW: usize = 1_000;

/// The database while it grows.
struct Growing {
    store: Store,
    mailbox: MailboxId,
    policy: Policy,
    messages: usize,
}

/// Time taken: by the clock, and of the processor in seconds.
#[derive(Clone, Copy, Default)]
struct Time {
    wall: Duration,
    processor: f64,
}

/// What messages cost in the store, and before they come there.
#[derive(Clone, Copy, Default)]
struct Cost {
    store: Time,
    reading: Time,
}

impl Cost {
    /// Prints what a message cost; answers with the processor time in the store and in all.
    fn print(&self, messages: usize) -> (f64, f64) {
        let each = |seconds: f64| seconds * 1e6 / MEASURED as f64;
        let (wall, store) = (each(self.store.wall.as_secs_f64()), each(self.store.processor));
        let all = store + each(self.reading.processor);
        println!(
            "at {messages:>9} messages {store:>8.1} µs processor in the store ({wall:.1} by the \
             clock), {all:.1} with reading"
        );
        (store, all)
    }
}

fn main() {
    let many = std::env::var("COUNTERFOIL_BENCH_GROWTH").ok().and_then(|text| text.parse().ok());
    let many: usize = many.unwrap_or(100_000);
    let folder = tempfile::tempdir().expect("a folder");
    let mut few_cost = Cost::default();
    for nth in 0..MEASURED / FEW {
        let mut few = Growing::new(&folder.path().join(format!("few-{nth}.db")));
        few.grow_to(FEW);
        few.measure(FEW, &mut few_cost);
    }
    let mut grown = Growing::new(&folder.path().join("many.db"));
    grown.grow_to(many);
    let mut many_cost = Cost::default();
    grown.measure(MEASURED, &mut many_cost);
    let (few_store, few_all) = few_cost.print(FEW);
    let (many_store, many_all) = many_cost.print(many);
    println!(
        "ratio {:.2} in the store, {:.2} with reading",
        many_store / few_store,
        many_all / few_all
    );
}

impl Growing {
    fn new(path: &Path) -> Self {
        let mut store = Store::open(path, NOW).expect("a store");
        let (mailbox, _) = store.mailbox("support", ADDRESS, None, NOW).expect("a mailbox");
        store.work_hard().expect("a larger cache, as the poller has");
        let policy = policy::silent(ADDRESS, &mut store);
        Self { store, mailbox, policy, messages: 0 }
    }

    fn grow_to(&mut self, messages: usize) {
        while self.messages < messages {
            self.page(&mut Cost::default());
        }
    }

    fn measure(&mut self, messages: usize, cost: &mut Cost) {
        let end = self.messages + messages;
        while self.messages < end {
            self.page(cost);
        }
    }

    /// Takes in one page of a listing.
    fn page(&mut self, cost: &mut Cost) {
        let seen: Vec<Seen> = (self.messages..self.messages + PAGE)
            .map(|number| Seen {
                item_id: format!("AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A{:016x}", mixed(number)),
                message_id: None,
                received_at: NOW.plus_seconds(i64::try_from(number).expect("a time")),
                size: Some(900),
            })
            .collect();
        let later = NOW.plus_days(1_000);
        let limit = u32::try_from(PAGE).expect("a number");
        let waiting = timed(&mut cost.store, || {
            self.store.note_listed(self.mailbox, &seen, NOW).expect("rows");
            self.store.waiting(self.mailbox, later, limit).expect("rows")
        });
        for rows in waiting.chunks(BATCH) {
            self.batch(rows, cost);
        }
    }

    fn batch(&mut self, rows: &[Waiting], cost: &mut Cost) {
        let mut prepared = Vec::with_capacity(rows.len());
        for row in rows {
            let raw = letter(self.messages);
            prepared.push(timed(&mut cost.reading, || {
                let message = parse::parse(&raw);
                Prepared::new(row.ledger, row.received_at, raw, message)
            }));
            self.messages += 1;
        }
        let filing = Filing { due: true, original: Original::InMailbox };
        let removed: Vec<_> = rows
            .iter()
            .map(|row| (row.ledger, Filed::Removed { item_id: row.item_id.clone() }))
            .collect();
        timed(&mut cost.store, || {
            self.store
                .take_in(self.mailbox, prepared, filing, &self.policy, NOW)
                .expect("taken in");
            self.store.note_filed(&removed, NOW.plus_days(30), NOW).expect("noted");
        });
    }
}

/// A letter of some 8 KB, which is small: text and HTML of a few paragraphs. Every fourth answers an
/// earlier one, any of them; there is one sender to ten letters.
fn letter(number: usize) -> Vec<u8> {
    let id = |number: usize| format!("<{:016x}@shop.example>", mixed(number));
    let answers = match number % 4 {
        3 => {
            let asked = id(mixed(number) % number);
            format!("In-Reply-To: {asked}\r\nReferences: {asked}\r\n")
        }
        _ => String::new(),
    };
    let sender = mixed(number / 10);
    let paragraphs = (0..12).map(|nth| {
        let fuse = mixed(number * 12 + nth);
        format!(
            "The lamp in hall {number} flickers since Monday, and fuse {fuse:x} was changed twice. \
             Somebody should look at the wires behind the cupboard before the next weekend, for \
             the smell there is not what it was, and the caretaker is away until the end of May."
        )
    });
    let paragraphs: Vec<String> = paragraphs.collect();
    let (text, html) = (paragraphs.join("\r\n\r\n"), paragraphs.join("</p>\r\n<p>"));
    format!(
        "From: Ana <{sender:x}@shop.example>\r\nTo: {ADDRESS}\r\nMessage-ID: {}\r\n{answers}\
         Subject: Lamp {number} flickers\r\nDate: Mon, 04 May 2026 09:00:00 +0000\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n--b\r\n\
         Content-Type: text/html\r\n\r\n<html><body><p>{html}</p></body></html>\r\n--b--\r\n",
        id(number)
    )
    .into_bytes()
}

/// A number that looks drawn by lot, the same every time (splitmix64).
fn mixed(number: usize) -> usize {
    let mut z = (number as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z ^ (z >> 31)) as usize
}

/// Does some work and adds what it took.
fn timed<T>(cost: &mut Time, work: impl FnOnce() -> T) -> T {
    let (begun, before) = (Instant::now(), processor());
    let value = work();
    cost.wall += begun.elapsed();
    cost.processor += processor() - before;
    value
}

/// Processor seconds of this thread so far (Linux, /proc/thread-self/schedstat).
fn processor() -> f64 {
    // The kernel brings the count up to date when it may change threads.
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|text| text.parse::<f64>().ok());
    nanoseconds.expect("a kernel that counts processor time") / 1e9
}
