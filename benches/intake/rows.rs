//! The rows one letter leaves in the database, written the shortest way: no question is asked and
//! nothing is decided, every letter opens a ticket. Same tables, indexes, pragmas and durability as
//! the program's own; what the bytes are hashed and packed for is done here too.

use std::path::Path;

use counterfoil::desk::digest::sha256;
use mail_parser::{Address, Message, MessageParser, MimeHeaders};
use rusqlite::{Connection, Transaction};

/// Today's tables.
const SCHEMA: &str = include_str!("../../schema.sql");

/// A full-text index over what agents search.
const FULL_TEXT: &str = "CREATE VIRTUAL TABLE article_words
    USING fts5 (subject, text, content = 'article', content_rowid = 'id')";

const NOW: &str = "2026-10-09T00:00:00Z";

/// One letter as its rows hold it.
pub(super) struct Letter {
    size: usize,
    sha256: String,
    raw: Vec<u8>,
    person: (String, String, String),
    people: String,
    subject: String,
    message_id: Option<String>,
    in_reply_to: Option<String>,
    cited: Vec<String>,
    sent_at: Option<String>,
    text: String,
    html: Option<String>,
    files: Vec<File>,
}

struct File {
    sha256: String,
    size: usize,
    packed: bool,
    bytes: Vec<u8>,
    name: String,
    kind: String,
    content_id: Option<String>,
}

/// Reads a letter with mail-parser alone.
pub(super) fn read(raw: &[u8]) -> Letter {
    let message = MessageParser::default().parse(raw).unwrap_or_default();
    let text = |body: Option<std::borrow::Cow<'_, str>>| body.map(|body| body.into_owned());
    let from = message.from().and_then(Address::first);
    let from = from.map(|from| (from.address().unwrap_or(""), from.name().unwrap_or("")));
    let (address, name) = from.unwrap_or_default();
    Letter {
        size: raw.len(),
        sha256: sha256(raw),
        raw: pack(raw),
        person: (address.to_lowercase(), address.to_owned(), name.to_owned()),
        people: people(&message, address, name),
        subject: message.subject().unwrap_or_default().to_owned(),
        message_id: message.message_id().map(str::to_owned),
        in_reply_to: message.in_reply_to().as_text().map(str::to_owned),
        cited: message
            .references()
            .as_text_list()
            .map(|ids| ids.iter().map(|id| id.to_string()).collect())
            .unwrap_or_default(),
        sent_at: message.date().map(|date| date.to_rfc3339()),
        text: text(message.body_text(0)).unwrap_or_default(),
        // Made from the text where the letter has none of its own.
        html: message
            .html_part(0)
            .filter(|part| part.is_text_html())
            .and(text(message.body_html(0))),
        files: message
            .attachments()
            .map(|part| {
                let bytes = part.contents();
                let packed = pack(bytes);
                let smaller = packed.len() < bytes.len();
                let kind = part.content_type();
                File {
                    sha256: sha256(bytes),
                    size: bytes.len(),
                    packed: smaller,
                    bytes: if smaller { packed } else { bytes.to_vec() },
                    name: part.attachment_name().unwrap_or("file").to_owned(),
                    kind: kind.map(|kind| kind.ctype().to_owned()).unwrap_or_default(),
                    content_id: part.content_id().map(str::to_owned),
                }
            })
            .collect(),
    }
}

fn people(message: &Message<'_>, from: &str, name: &str) -> String {
    let to = message.to().and_then(Address::first).and_then(|to| to.address()).unwrap_or("");
    serde_json::json!({
        "from": {"address": from, "name": name}, "reply_to": [],
        "to": [{"address": to, "name": ""}], "cc": [], "bcc": [],
    })
    .to_string()
}

fn pack(bytes: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(bytes, 1).expect("memory")
}

/// A database with the program's tables.
pub(super) struct Rows {
    db: Connection,
    full_text: bool,
    audited: i64,
}

impl Rows {
    pub(super) fn open(path: &Path, full_text: bool) -> Self {
        let db = Connection::open(path).expect("a database");
        // The settings of the program's own store.
        for (name, value) in [
            ("page_size", "16384"),
            ("journal_mode", "WAL"),
            ("synchronous", "FULL"),
            ("foreign_keys", "ON"),
            ("cell_size_check", "ON"),
            ("secure_delete", "ON"),
            ("temp_store", "MEMORY"),
            ("cache_size", "-2000"),
        ] {
            db.execute_batch(&format!("PRAGMA {name} = {value}")).expect("a setting");
        }
        db.set_prepared_statement_cache_capacity(64);
        db.execute_batch(SCHEMA).expect("tables");
        if full_text {
            db.execute_batch(FULL_TEXT).expect("an index");
        }
        db.execute(
            "INSERT INTO mailbox (id, name, address, activated_at)
             VALUES (1, 'support', 'support@office.example', ?1)",
            [NOW],
        )
        .expect("a mailbox");
        Self { db, full_text, audited: 0 }
    }

    /// One ledger row for each item, in one commit; the rows are numbered from 1 on.
    pub(super) fn list(&mut self, items: &[String]) {
        let tx = self.db.transaction().expect("a transaction");
        for item in items {
            tx.prepare_cached(
                "INSERT INTO ledger (mailbox, item_id, size, received_at, listed_at)
                 VALUES (1, ?1, 0, ?2, ?2)",
            )
            .and_then(|mut statement| statement.execute((item, NOW)))
            .expect("a row");
        }
        tx.commit().expect("a commit");
    }

    /// Everything else about these letters and, in the same commit, that the originals of earlier
    /// ones were removed, which then lie under these ids.
    pub(super) fn write(&mut self, letters: &[(i64, Letter)], removed: &[(i64, String)]) {
        let tx = self.db.transaction().expect("a transaction");
        for (ledger, letter) in letters {
            take_in(&tx, *ledger, letter, self.full_text).expect("rows");
            self.audited += 1;
            let detail = format!("sha256 {}", letter.sha256);
            audit(&tx, self.audited, "message.opened", *ledger, &detail).expect("a row");
        }
        for (ledger, item) in removed {
            tx.prepare_cached(
                "UPDATE ledger SET original = 'removed', filing_due = 0, filed_at = ?3,
                        raw_since = ?3, recoverable_item = ?2, recoverable_until = ?3
                 WHERE id = ?1",
            )
            .and_then(|mut statement| statement.execute((ledger, item, NOW)))
            .expect("a row");
            self.audited += 1;
            audit(&tx, self.audited, "original.removed", *ledger, "").expect("a row");
        }
        tx.commit().expect("a commit");
    }
}

fn take_in(
    tx: &Transaction<'_>,
    ledger: i64,
    letter: &Letter,
    full_text: bool,
) -> rusqlite::Result<()> {
    let person: i64 = tx
        .prepare_cached(
            "INSERT INTO person (key, address, name) VALUES (?1, ?2, ?3)
             ON CONFLICT (key) DO UPDATE SET name = excluded.name RETURNING id",
        )?
        .query_row((&letter.person.0, &letter.person.1, &letter.person.2), |row| row.get(0))?;
    tx.prepare_cached(
        "INSERT INTO ticket (mailbox, subject, state, priority, requester, created_at, updated_at)
         VALUES (1, ?1, 'new', 'normal', ?2, ?3, ?3)",
    )?
    .execute((&letter.subject, person, NOW))?;
    let ticket = tx.last_insert_rowid();
    tx.prepare_cached(
        "INSERT INTO article (ticket, kind, people, subject, message_id, in_reply_to, sent_at,
                              created_at, text, html, fingerprint)
         VALUES (?1, 'email_in', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(rusqlite::params![
        ticket,
        letter.people,
        letter.subject,
        letter.message_id,
        letter.in_reply_to,
        letter.sent_at,
        NOW,
        letter.text,
        letter.html,
        letter.sha256,
    ])?;
    let article = tx.last_insert_rowid();
    if full_text {
        tx.prepare_cached("INSERT INTO article_words (rowid, subject, text) VALUES (?1, ?2, ?3)")?
            .execute((article, &letter.subject, &letter.text))?;
    }
    for (position, id) in letter.cited.iter().rev().enumerate() {
        tx.prepare_cached("INSERT OR IGNORE INTO citation VALUES (?1, ?2, ?3)")?
            .execute((id, article, position))?;
    }
    for file in &letter.files {
        tx.prepare_cached(
            "INSERT OR IGNORE INTO content (sha256, size, packed, bytes) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute((&file.sha256, file.size, file.packed, &file.bytes))?;
        tx.prepare_cached(
            "INSERT INTO attachment (article, content, filename, content_type, inline, content_id)
             VALUES (?1, (SELECT id FROM content WHERE sha256 = ?2), ?3, ?4, 0, ?5)",
        )?
        .execute((article, &file.sha256, &file.name, &file.kind, &file.content_id))?;
    }
    tx.prepare_cached(
        "UPDATE ledger SET outcome = 'opened', article = ?2, sha256 = ?3, size = ?4,
                message_id = ?5, filing_due = 1
         WHERE id = ?1",
    )?
    .execute((ledger, article, &letter.sha256, letter.size, &letter.message_id))?;
    tx.prepare_cached("INSERT INTO raw VALUES (?1, ?2)")?.execute((ledger, &letter.raw))?;
    Ok(())
}

fn audit(
    tx: &Transaction<'_>,
    seq: i64,
    action: &str,
    ledger: i64,
    detail: &str,
) -> rusqlite::Result<()> {
    // As long as a chain of hashes would be, without reckoning one.
    let hash = format!("{seq:064x}");
    tx.prepare_cached("INSERT INTO audit VALUES (?1, ?2, 'poller', ?3, NULL, ?4, ?5, ?6, ?6)")?
        .execute((seq, NOW, action, ledger, detail, hash))?;
    Ok(())
}
