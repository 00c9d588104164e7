//! The rows that intake and agents both write: people, tickets, articles with their attachments,
//! and the outbox. Always inside a transaction that its caller commits.

use std::borrow::Cow;

use rusqlite::{Connection, Transaction};
use serde::{Deserialize, Serialize};

use super::{MailboxId, Result, caps, indexing};
use crate::desk::digest::sha256;
use crate::desk::new::{NewArticle, NewTicket};
use crate::desk::ticket::{ArticleId, OutboxId, State, TicketNumber};
use crate::mail::Address;
use crate::time::Timestamp;

/// How hard originals and attachments are packed: level 1 costs a tenth of what parsing does.
const PACK_LEVEL: i32 = 1;

/// Bytes from which on a blob is written piece by piece.
pub(super) const LARGE_BLOB: usize = 1 << 20;

/// The people of an article's header, as its column `people` holds them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct People {
    pub(super) from: Option<Address>,
    pub(super) reply_to: Vec<Address>,
    pub(super) to: Vec<Address>,
    pub(super) cc: Vec<Address>,
    pub(super) bcc: Vec<Address>,
}

impl People {
    /// Everybody it names.
    pub(super) fn everybody(&self) -> impl Iterator<Item = &Address> {
        let lists = [&self.reply_to, &self.to, &self.cc, &self.bcc];
        self.from.iter().chain(lists.into_iter().flatten())
    }

    /// Reads the column. The table's CHECK makes sure that it is JSON of our own making.
    pub(super) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }
}

/// One attachment's bytes, ready to be stored.
#[derive(Clone, Debug)]
pub(super) struct Content {
    sha256: String,
    size: usize,
    packed: bool,
    bytes: Vec<u8>,
}

impl Content {
    /// Hashes and packs bytes.
    pub(super) fn of(bytes: Vec<u8>) -> Self {
        let (size, sha256) = (bytes.len(), sha256(&bytes));
        // Photographs and archives do not shrink; a large one is not packed only to see that.
        if size >= LARGE_BLOB {
            let sample = &bytes[..LARGE_BLOB / 4];
            if pack(sample).len() > sample.len() / 50 * 49 {
                return Self { sha256, size, packed: false, bytes };
            }
        }
        let packed = pack(&bytes);
        let smaller = packed.len() < size;
        Self { sha256, size, packed: smaller, bytes: if smaller { packed } else { bytes } }
    }

    /// The memory it takes, in bytes.
    pub(super) fn weight(&self) -> usize {
        self.bytes.len()
    }
}

/// The bytes as a zstd frame.
pub(super) fn pack(bytes: &[u8]) -> Vec<u8> {
    // The buffer is as large as the worst case needs, so this fails only without memory. To go on
    // would keep an empty frame for a letter that is then removed; nothing is committed instead.
    if bytes.len() < LARGE_BLOB {
        return zstd::bulk::compress(bytes, PACK_LEVEL).expect("memory to pack a message");
    }
    // Base64 shrinks to three quarters; a buffer for the worst case would be wasted.
    let mut frame = Vec::with_capacity(bytes.len() / 9 * 7);
    zstd::stream::copy_encode(bytes, &mut frame, PACK_LEVEL).expect("memory to pack a message");
    frame
}

/// The bytes of a zstd frame.
pub(super) fn unpack(frame: &[u8]) -> Result<Vec<u8>> {
    zstd::stream::decode_all(frame)
        .map_err(|error| super::Error::NotPossible(format!("a stored frame is damaged: {error}")))
}

/// The person with this address, made when new. A non-empty name replaces the one before.
pub(super) fn person(tx: &Transaction<'_>, address: &Address) -> Result<i64> {
    Ok(tx
        .prepare_cached(
            "INSERT INTO person (key, address, name) VALUES (:key, :address, :name)
             ON CONFLICT (key) DO UPDATE SET name = iif(:name = '', name, :name)
             RETURNING id",
        )?
        .query_row(
            rusqlite::named_params! {
                ":key": address.key(), ":address": address.address.trim(), ":name": address.name,
            },
            |row| row.get(0),
        )?)
}

/// Writes a new ticket.
pub(super) fn ticket(
    tx: &Transaction<'_>,
    mailbox: MailboxId,
    new: &NewTicket,
    now: Timestamp,
) -> Result<()> {
    let requester = new.requester.as_ref().map(|address| person(tx, address)).transpose()?;
    let closed_at = (new.state == State::Closed).then_some(now);
    tx.prepare_cached(
        "INSERT INTO ticket (number, mailbox, subject, state, priority, queue, assignee, requester,
                             created_at, updated_at, closed_at)
         VALUES (:number, :mailbox, :subject, :state, :priority, :queue, :assignee, :requester,
                 :now, :now, :closed_at)",
    )?
    .execute(rusqlite::named_params! {
        ":number": new.number, ":mailbox": mailbox.0, ":subject": new.subject,
        ":state": new.state, ":priority": new.priority, ":queue": new.queue,
        ":assignee": new.assignee, ":requester": requester, ":now": now,
        ":closed_at": closed_at,
    })?;
    for (kind, other) in &new.links {
        tx.prepare_cached(
            "INSERT OR IGNORE INTO ticket_link (ticket, other, relation) VALUES (?1, ?2, ?3)",
        )?
        .execute((new.number, other, kind))?;
    }
    for tag in &new.tags {
        tx.prepare_cached("INSERT INTO ticket_tag (ticket, tag) VALUES (?1, ?2)")?
            .execute((new.number, tag))?;
    }
    Ok(())
}

/// Sets the state of a ticket and that something about it changed.
pub(super) fn touch(
    tx: &Transaction<'_>,
    number: TicketNumber,
    state: State,
    now: Timestamp,
) -> Result<()> {
    tx.prepare_cached(
        "UPDATE ticket SET
           closed_at = iif(:state = 'closed', coalesce(closed_at, :now), NULL),
           deleted_at = iif(:state = 'deleted', coalesce(deleted_at, :now), NULL),
           state = :state, updated_at = :now
         WHERE number = :number",
    )?
    .execute(rusqlite::named_params! { ":number": number, ":state": state, ":now": now })?;
    Ok(())
}

/// Writes an article with its citations and attachments. `contents` are those of
/// `article.attachments`, in order.
pub(super) fn article(
    tx: &Transaction<'_>,
    ticket: TicketNumber,
    article: &NewArticle,
    contents: &[Content],
    now: Timestamp,
) -> Result<ArticleId> {
    let people = People {
        from: article.from.clone(),
        reply_to: article.reply_to.clone(),
        to: article.to.clone(),
        cc: article.cc.clone(),
        bcc: article.bcc.clone(),
    };
    let header = serde_json::json!(people).to_string();
    let visible = (article.visible_text != article.text).then_some(&article.visible_text);
    tx.prepare_cached(
        "INSERT INTO article (ticket, kind, people, subject, message_id, in_reply_to, sent_at,
                              created_at, text, visible_text, html, machine, fingerprint,
                              sender_verified, forwarded, bounce, protection)
         VALUES (:ticket, :kind, :people, :subject, :message_id, :in_reply_to, :sent_at,
                 :now, :text, :visible, :html, :machine, :fingerprint,
                 :verified, :forwarded, :bounce, :protection)",
    )?
    .execute(rusqlite::named_params! {
        ":ticket": ticket, ":kind": article.kind, ":people": header, ":subject": article.subject,
        ":message_id": article.message_id, ":in_reply_to": article.in_reply_to,
        ":sent_at": article.sent_at, ":now": now, ":text": article.text, ":visible": visible,
        ":html": article.html, ":machine": article.machine, ":fingerprint": article.fingerprint,
        ":verified": article.sender_verified,
        ":forwarded": article.forwarded.as_ref().map(|it| serde_json::json!(it).to_string()),
        ":protection": article.protection,
        ":bounce": article.bounce.as_ref().map(|it| serde_json::json!(it).to_string()),
    })?;
    let id = ArticleId(tx.last_insert_rowid());
    for (position, cited) in (0_i64..).zip(&article.cited) {
        tx.prepare_cached(
            "INSERT OR IGNORE INTO citation (message_id, article, position) VALUES (?1, ?2, ?3)",
        )?
        .execute((cited, id, position))?;
    }
    for (attachment, content) in article.attachments.iter().zip(contents) {
        tx.prepare_cached(
            "INSERT INTO attachment (article, content, filename, content_type, inline, content_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((
            id,
            store_content(tx, content)?,
            &attachment.filename,
            &attachment.content_type,
            attachment.inline,
            &attachment.content_id,
        ))?;
    }
    let stored = article.attachments.iter().zip(contents);
    let files = stored.map(|(attachment, _)| attachment.filename.as_str());
    indexing::put(tx, id, &article.subject, &people, &article.visible_text, files)?;
    Ok(id)
}

/// Writes the bytes of a row that was made with as many zeros, in place: binding them to a statement
/// would take their memory twice more.
pub(super) fn fill_blob(tx: &Transaction<'_>, table: &str, row: i64, bytes: &[u8]) -> Result<()> {
    let mut blob = tx.blob_open("main", table, "bytes", row, false)?;
    blob.write_at(bytes, 0)?;
    Ok(blob.close()?)
}

fn store_content(tx: &Transaction<'_>, content: &Content) -> Result<i64> {
    let known = tx
        .prepare_cached("SELECT id FROM content WHERE sha256 = ?1")?
        .query_row([&content.sha256], |row| row.get(0));
    match known {
        Err(rusqlite::Error::QueryReturnedNoRows) => {
            let Content { sha256, size, packed, bytes } = content;
            if bytes.len() < LARGE_BLOB {
                tx.prepare_cached(
                    "INSERT INTO content (sha256, size, packed, bytes) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute((sha256, size, packed, bytes))?;
                return Ok(tx.last_insert_rowid());
            }
            tx.prepare_cached(
                "INSERT INTO content (sha256, size, packed, bytes)
                 VALUES (?1, ?2, ?3, zeroblob(?4))",
            )?
            .execute((sha256, size, packed, bytes.len()))?;
            let id = tx.last_insert_rowid();
            fill_blob(tx, "content", id, bytes)?;
            Ok(id)
        }
        other => Ok(other?),
    }
}

/// Queues an article of ours for sending. `answers` is the [`caps::body`] of the letter that it
/// answers by itself; an agent's answer has none.
///
/// [`caps::body`]: crate::desk::caps::body
pub(super) fn outbox(
    tx: &Transaction<'_>,
    mailbox: MailboxId,
    ticket: TicketNumber,
    (id, article): (ArticleId, &NewArticle),
    answers: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let recipients = article.to.len() + article.cc.len() + article.bcc.len();
    tx.prepare_cached(
        "INSERT INTO outbox (article, mailbox, automatic, queued_at, due_at, recipients)
         VALUES (?1, ?2, ?3, ?4, ?4, ?5)",
    )?
    .execute((id, mailbox.0, answers.is_some(), now, recipients))?;
    let outbox = OutboxId(tx.last_insert_rowid());
    caps::note_mailed(tx, outbox, ticket, article, answers, now)
}

/// The bytes of one attachment's content.
pub(super) fn content_bytes(db: &Connection, content: i64) -> Result<Vec<u8>> {
    let (packed, bytes): (bool, Vec<u8>) = db
        .prepare_cached("SELECT packed, bytes FROM content WHERE id = ?1")?
        .query_row([content], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if packed { unpack(&bytes) } else { Ok(bytes) }
}

/// What an article cites, nearest first.
pub(super) fn cited_by(db: &Connection, article: ArticleId) -> Result<Vec<crate::mail::MessageId>> {
    Ok(db
        .prepare_cached("SELECT message_id FROM citation WHERE article = ?1 ORDER BY position")?
        .query_map([article], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?)
}

/// Text cut to `limit` bytes, at a character, with a mark where something is missing.
pub(super) fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit {
        return text.into();
    }
    let mut end = limit;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Cow::Owned(format!("{}…", &text[..end]))
}
