//! The database of the bench: tickets, articles, and what the ledger, the raw copies, the outbox and
//! the audit trail would hold of them. Written past the store, which would take days.

use std::path::Path;
use std::time::Instant;

use counterfoil::desk::ticket::Role;
use counterfoil::store::Store;
use rusqlite::Connection;

use crate::{BEGUN, PACE, VOCABULARY};

/// How many different people write.
pub(super) const PEOPLE: u64 = 100_000;

/// How many agents there are; as many tickets as a fifth of them has are nobody's.
const AGENTS: u64 = 20;

/// Draws by lot, the same every time (splitmix64).
pub(super) struct Lot(pub(super) u64);

impl Lot {
    pub(super) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.draw() % limit
    }

    /// A number from 1 on, the n-th 1/n as often as the first.
    fn rank(&mut self) -> u64 {
        let share = self.draw() as f64 / u64::MAX as f64;
        (share * VOCABULARY.ln()).exp() as u64
    }

    pub(super) fn sentence(&mut self, words: u64) -> String {
        let words: Vec<String> = (0..words).map(|_| self.rank()).map(word).collect();
        words.join(" ")
    }
}

/// The word of this rank.
pub(super) fn word(rank: u64) -> String {
    const SYLLABLES: [&str; 40] = [
        "an", "ber", "con", "der", "en", "fa", "ge", "ha", "in", "ja", "kon", "la", "ma", "ne",
        "or", "pa", "qui", "re", "sta", "te", "un", "ver", "wa", "xe", "ya", "zu", "lich", "ung",
        "tion", "er", "mel", "rech", "nung", "lam", "pe", "auf", "trag", "bir", "so", "ti",
    ];
    let mut lot = Lot(rank);
    let syllables = 1 + (rank as f64).log10() as u64 / 2 + lot.below(2);
    (0..=syllables).map(|_| SYLLABLES[lot.below(40) as usize]).collect()
}

/// Makes a database of so many tickets, three articles each, with what the mailbox and the trail would
/// know of them; nothing is in the index yet.
pub(super) fn make(path: &Path, tickets: usize) {
    let begun = Instant::now();
    let half_made = path.with_extension("part");
    let _ = std::fs::remove_file(&half_made);
    let mut store = Store::open(&half_made, BEGUN).expect("a store");
    store.mailbox("support", "support@office.example", None, BEGUN).expect("a mailbox");
    for agent in 0..AGENTS {
        let (name, email) = (format!("agent-{agent}"), format!("agent-{agent}@office.example"));
        store.add_agent(&name, &email, Role::Agent, None, BEGUN).expect("an agent");
    }
    drop(store);
    let mut db = Connection::open(&half_made).expect("the database");
    db.execute_batch(
        "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -200000",
    )
    .expect("settings");
    let mut lot = Lot(42);
    people(&mut db);
    let articles = tickets as i64 * 3;
    let records = Records::new(articles);
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
                (lot.below(PEOPLE), if id % 3 == 2 { "email_out" } else { "email_in" });
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
            records.write(&tx, &mut lot, id, ticket as i64);
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
                                 requester, created_at, updated_at, closed_at)
             VALUES (?1, 1, ?2, ?3, 'normal', ?4, ?5, ?8, ?9, ?6, ?7)",
        )
        .expect("a statement")
        .execute((
            nth as i64 + 1,
            subject(nth + 1),
            state,
            format!("queue-{}", lot.below(8)),
            Some(lot.below(AGENTS * 6 / 5))
                .filter(|agent| *agent < AGENTS)
                .map(|agent| format!("agent-{agent}")),
            at(*last),
            closed,
            1 + lot.below(PEOPLE) as i64,
            at(nth as i64 * 3 + 1),
        ))
        .expect("a ticket");
    }
    tx.execute("UPDATE installation SET indexed_from = (SELECT max(id) + 1 FROM article)", [])
        .expect("nothing is indexed");
    counts(&tx);
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

/// Everybody who writes.
fn people(db: &mut Connection) {
    let tx = db.transaction().expect("a transaction");
    for sender in 0..PEOPLE {
        let (first, domain) = (word(sender % 5_000 + 1), word(sender % 900 + 7));
        let address = format!("{first}.{sender}@{domain}.example");
        tx.prepare_cached("INSERT INTO person (key, address, name) VALUES (?1, ?1, ?2)")
            .expect("a statement")
            .execute((address, format!("{first} {domain}")))
            .expect("a person");
    }
    tx.commit().expect("committed");
}

/// What triggers count when rows change, and not when they are written as they are at last.
fn counts(tx: &Connection) {
    tx.execute_batch(
        "INSERT INTO recoverable_count (mailbox, hour, originals)
           SELECT mailbox, substr(recoverable_until, 1, 13), count(*) FROM ledger
           WHERE original = 'removed' GROUP BY 1, 2;
         INSERT INTO tally (hour, what, mailbox, amount)
           SELECT substr(received_at, 1, 13), what.word, mailbox, count(*) FROM ledger
           CROSS JOIN (SELECT 'arrived' AS word UNION ALL SELECT 'taken_in') AS what
           WHERE outcome IN ('opened', 'joined') GROUP BY 1, 2, 3;
         INSERT INTO tally (hour, what, mailbox, amount)
           SELECT substr(created_at, 1, 13), 'within_hour', 1, count(*) FROM ticket GROUP BY 1;
         UPDATE ticket SET waiting_since = updated_at WHERE state IN ('new', 'open');",
    )
    .expect("the counts");
}

/// For how many seconds a mailbox lets originals be recovered.
const RECOVERY: i64 = 30 * 86_400;

/// What is kept beside each article.
struct Records {
    articles: i64,
    raw: Vec<u8>,
}

impl Records {
    fn new(articles: i64) -> Self {
        let letter = Lot(3).sentence(120);
        Self { articles, raw: zstd::encode_all(letter.as_bytes(), 3).expect("packed") }
    }

    /// Incoming: a ledger row with its raw copy, and now and then one that opened nothing. Outgoing: an
    /// outbox row. Both: an entry of the audit trail, whose chain is only pretended.
    fn write(&self, tx: &Connection, lot: &mut Lot, id: i64, ticket: i64) {
        let moment = at(id);
        if id % 3 == 2 {
            let state = match lot.below(200_000) {
                0 => "unknown",
                1 => "refused",
                _ => "sent",
            };
            tx.prepare_cached(
                "INSERT INTO outbox (article, mailbox, automatic, state, queued_at, due_at, tried_at,
                                     sent_at)
                 VALUES (?1, 1, ?2, ?3, ?4, ?4, ?4, ?4)",
            )
            .expect("a statement")
            .execute((id, id % 2, state, &moment))
            .expect("an outbox row");
        } else {
            let outcome = if id % 3 == 1 { "opened" } else { "joined" };
            self.ledger(tx, id, &moment, outcome, Some(id));
            match lot.below(5_000) {
                0 => self.ledger(tx, -id, &moment, "quarantined", None),
                1..10 => self.ledger(tx, -id, &moment, "duplicate", None),
                10..60 => self.ledger(tx, -id, &moment, "discarded", None),
                _ => {}
            }
        }
        let action = if id % 3 == 2 { "outbox.sent" } else { "message.joined" };
        tx.prepare_cached(
            "INSERT INTO audit (at, actor, action, ticket, ledger, detail, prev, hash)
             VALUES (?1, 'intake', ?2, ?3, NULL, ?4, ?5, ?6)",
        )
        .expect("a statement")
        .execute((
            &moment,
            action,
            ticket,
            format!("article {id}"),
            format!("{:064x}", id - 1),
            format!("{id:064x}"),
        ))
        .expect("an audit entry");
    }

    fn ledger(
        &self,
        tx: &Connection,
        item: i64,
        moment: &str,
        outcome: &str,
        article: Option<i64>,
    ) {
        // Originals stay recoverable for about a month.
        let recent = self.articles - item.abs() < RECOVERY / PACE;
        tx.prepare_cached(
            "INSERT INTO ledger (mailbox, item_id, message_id, sha256, size, received_at, listed_at,
                                 outcome, article, original, filed_at, recoverable_until, raw_since)
             VALUES (1, ?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8, ?5, ?9, ?5)",
        )
        .expect("a statement")
        .execute((
            format!("AAMkADAwATM0MDAAMS0x{item:020}"),
            format!("{item}@office.example"),
            format!("{:064x}", item.unsigned_abs()),
            self.raw.len() as i64,
            moment,
            outcome,
            article,
            if recent { "removed" } else { "expired" },
            at(item.abs() + RECOVERY / PACE),
        ))
        .expect("a ledger row");
        tx.prepare_cached("INSERT INTO raw (ledger, bytes) VALUES (?1, ?2)")
            .expect("a statement")
            .execute((tx.last_insert_rowid(), &self.raw))
            .expect("a raw copy");
    }
}
