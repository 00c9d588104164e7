//! The rows that intake and agents both write: people, tickets, articles with their attachments,
//! and the outbox. Always inside a transaction that its caller commits. How bytes are packed is in
//! `packing`.

use rusqlite::Transaction;

use super::packing::Content;
use super::values::People;
use super::{MailboxId, Result, caps, indexing};
use crate::desk::new::{NewArticle, NewTicket};
use crate::desk::ticket::{ArticleId, OutboxId, State, TicketNumber};
use crate::mail::Address;
use crate::time::Timestamp;

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
            content.put(tx)?,
            &attachment.filename,
            &attachment.content_type,
            attachment.inline,
            &attachment.content_id,
        ))?;
    }
    let stored = article.attachments.iter().zip(contents);
    let files = stored.map(|(attachment, _)| attachment.filename.as_str());
    indexing::put(tx, id, article, &people, files)?;
    Ok(id)
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
