//! Tickets and articles for agents: one ticket with its conversation, attachments and originals. What
//! agents write is in `answering`, and what else they change in `changes`.

use rusqlite::{OptionalExtension, Row, Transaction};

use super::values::{People, from_json};
use super::{Error, MailboxId, Result, Store, audit, packing};
use crate::desk::audit::{Action, NewEntry};
use crate::desk::change::Standing;
use crate::desk::outgoing::NotPossible;
use crate::desk::ticket::{
    Article, ArticleId, AttachmentId, AttachmentInfo, Delivery, Forwarded, Kind, LedgerId, Link,
    Ticket, TicketNumber,
};
use crate::desk::writing::{Answered, Thread};
use crate::mail::{Address, MessageId};
use crate::time::Timestamp;

pub(super) const COLUMNS: &str = "ticket.number, ticket.subject, ticket.state, ticket.priority, \
     ticket.queue, ticket.assignee, person.address, person.name, mailbox.name, ticket.created_at, \
     ticket.updated_at, ticket.due_at, ticket.closed_at, ticket.merged_into, ticket.hold";

/// What [`COLUMNS`] takes beside the ticket, which comes first: whatever the planner thinks of few
/// mailboxes.
pub(super) const WITH_NAMES: &str = "CROSS JOIN mailbox ON mailbox.id = ticket.mailbox \
     LEFT JOIN person ON person.id = ticket.requester";

impl Store {
    /// One ticket with its whole conversation.
    pub fn ticket(&mut self, number: TicketNumber) -> Result<Ticket> {
        self.read(|tx| {
            let mut ticket = bare(tx, number)?;
            ticket.links = links(tx, number)?;
            ticket.articles = articles(tx, number)?;
            Ok(ticket)
        })
    }

    /// The newest article of a ticket, if it has any.
    pub fn newest_article(&mut self, number: TicketNumber) -> Result<Option<ArticleId>> {
        self.read(|tx| newest_article(tx, number))
    }

    /// What an agent's answer needs to know of a ticket, and the mailbox it goes out through. With
    /// `article` that message is answered, or gone on from when it is ours; fails with [`Error::Unfit`]
    /// when it is not in this ticket.
    pub fn thread(
        &mut self,
        number: TicketNumber,
        article: Option<ArticleId>,
    ) -> Result<(Thread, MailboxId, String)> {
        self.read(|tx| thread(tx, number, article))
    }

    /// An attachment and its bytes.
    pub fn attachment(&mut self, id: AttachmentId) -> Result<(AttachmentInfo, Vec<u8>)> {
        self.read(|tx| {
            let (info, content) = tx
                .prepare_cached(&format!("{ATTACHMENTS} WHERE attachment.id = ?1"))?
                .query_row([id], |row| Ok((attachment_row(row)?, row.get::<_, i64>(7)?)))
                .optional()?
                .ok_or_else(|| Error::NoSuch(format!("there is no attachment {id}")))?;
            Ok((info, packing::content_bytes(tx, content)?))
        })
    }

    /// The raw bytes of a message as fetched, while they are kept.
    pub fn raw(&mut self, ledger: LedgerId) -> Result<Vec<u8>> {
        let frame: Vec<u8> = self
            .db
            .prepare_cached("SELECT bytes FROM raw WHERE ledger = ?1")?
            .query_row([ledger], |row| row.get(0))
            .optional()?
            .ok_or_else(|| {
                let why =
                    format!("the original of ledger row {ledger} is not kept here (any more)");
                Error::NoSuch(why)
            })?;
        packing::unpack(&frame)
    }
}

/// What an article cites, nearest first.
pub(super) fn cited_by(tx: &Transaction<'_>, article: ArticleId) -> Result<Vec<MessageId>> {
    Ok(tx
        .prepare_cached("SELECT message_id FROM citation WHERE article = ?1 ORDER BY position")?
        .query_map([article], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?)
}

/// A ticket with its tags, but without its links and its conversation.
pub(super) fn bare(tx: &Transaction<'_>, number: TicketNumber) -> Result<Ticket> {
    let ticket = tx
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM ticket {WITH_NAMES} WHERE ticket.number = ?1"
        ))?
        .query_row([number], ticket_row)
        .optional()?
        .ok_or_else(|| no_ticket(number))?;
    Ok(Ticket { tags: tags(tx, number)?, ..ticket })
}

/// What a ticket is, as far as changes go.
pub(super) fn standing(tx: &Transaction<'_>, number: TicketNumber) -> Result<Standing> {
    let standing = tx
        .prepare_cached(
            "SELECT state, hold, subject, assignee, priority, queue, due_at, merged_into
             FROM ticket WHERE number = ?1 AND erased_at IS NULL",
        )?
        .query_row([number], |row| {
            Ok(Standing {
                number,
                state: row.get(0)?,
                hold: row.get(1)?,
                subject: row.get(2)?,
                assignee: row.get(3)?,
                priority: row.get(4)?,
                queue: row.get(5)?,
                due_at: row.get(6)?,
                tags: Default::default(),
                merged_into: row.get(7)?,
            })
        })
        .optional()?
        .ok_or_else(|| no_ticket(number))?;
    Ok(Standing { tags: tags(tx, number)?.into_iter().collect(), ..standing })
}

/// What an agent's answer needs to know of a ticket, and the mailbox it goes out through.
pub(super) fn thread(
    tx: &Transaction<'_>,
    number: TicketNumber,
    article: Option<ArticleId>,
) -> Result<(Thread, MailboxId, String)> {
    let (subject, state, mailbox, name, merged_into): (_, _, _, _, Option<TicketNumber>) = tx
        .prepare_cached(
            "SELECT ticket.subject, ticket.state, mailbox.id, mailbox.name, ticket.merged_into
             FROM ticket JOIN mailbox ON mailbox.id = ticket.mailbox
             WHERE ticket.number = ?1",
        )?
        .query_row([number], |row| {
            Ok((row.get(0)?, row.get(1)?, MailboxId(row.get(2)?), row.get(3)?, row.get(4)?))
        })
        .optional()?
        .ok_or_else(|| no_ticket(number))?;
    let answered = answered(tx, number, article)?;
    // What was merged away answers for itself.
    if let Some(article) = article.filter(|_| answered.is_none() && merged_into.is_none()) {
        return Err(NotPossible::NoSuchLetter(number, article).into());
    }
    let wrote = answered.as_ref().is_some_and(|answered| answered.from.is_some());
    let answered = if answered.is_some() { answered } else { called(tx, number)? };
    Ok((Thread { number, subject, state, merged_into, answered, wrote }, mailbox, name))
}

/// The newest article of a ticket, if it has any.
pub(super) fn newest_article(
    tx: &Transaction<'_>,
    number: TicketNumber,
) -> Result<Option<ArticleId>> {
    Ok(tx
        .prepare_cached("SELECT max(id) FROM article WHERE ticket = ?1")?
        .query_row([number], |row| row.get(0))?)
}

pub(super) fn no_ticket(number: TicketNumber) -> Error {
    Error::NoSuch(format!("there is no ticket {number}"))
}

pub(super) fn say(
    tx: &Transaction<'_>,
    number: TicketNumber,
    actor: &str,
    action: Action,
    detail: String,
    now: Timestamp,
) -> Result<()> {
    let actor = actor.to_owned();
    let entry = NewEntry { actor, action, ticket: Some(number), ledger: None, detail };
    audit::append(tx, now, &entry)
}

/// Who asks in a ticket that no message opened, because they called, and the last one of ours to them.
fn called(tx: &Transaction<'_>, number: TicketNumber) -> Result<Option<Answered>> {
    Ok(tx
        .prepare_cached(
            "SELECT person.address, person.name,
                    (SELECT article.message_id FROM article
                     WHERE article.ticket = ticket.number AND article.kind = 'email_out' ORDER BY article.id DESC LIMIT 1)
             FROM ticket JOIN person ON person.id = ticket.requester WHERE ticket.number = ?1",
        )?
        .query_row([number], |row| {
            Ok(Answered {
                from: Some(Address { address: row.get(0)?, name: row.get(1)? }),
                reply_to: Vec::new(),
                to: Vec::new(),
                cc: Vec::new(),
                message_id: row.get(2)?,
                cited: Vec::new(),
            })
        })
        .optional()?)
}

/// The newest message that came in, by a person rather than a machine where there is one. A letter
/// that was forwarded to us by somebody else is answered to its writer once he is the requester. With
/// `article`, that one if it is in this ticket; one of ours goes on to those it was for.
pub(super) fn answered(
    tx: &Transaction<'_>,
    number: TicketNumber,
    article: Option<ArticleId>,
) -> Result<Option<Answered>> {
    let row = tx
        .prepare_cached(
            "SELECT article.id, article.people, article.message_id, article.forwarded, person.key,
                    article.kind
             FROM article JOIN ticket ON ticket.number = article.ticket
             LEFT JOIN person ON person.id = ticket.requester
             WHERE article.ticket = ?1
               AND iif(?2 IS NULL, article.kind = 'email_in',
                       article.id = ?2 AND article.kind IN ('email_in', 'email_out'))
             ORDER BY article.machine IS NOT NULL, article.id DESC LIMIT 1",
        )?
        .query_row((number, article), |row| {
            let forwarded: Option<Forwarded> = from_json(row.get(3)?);
            let requester: Option<String> = row.get(4)?;
            let writer = forwarded
                .and_then(|forwarded| forwarded.from)
                .filter(|from| Some(from.key()) == requester);
            let is_ours = row.get::<_, Kind>(5)? == Kind::EmailOut;
            let people = People::read(&row.get::<_, String>(1)?);
            let people = match (writer, is_ours) {
                // The others are those of whoever forwarded it.
                (Some(writer), _) => People { from: Some(writer), ..People::default() },
                (None, true) => People { reply_to: people.to, cc: people.cc, ..People::default() },
                (None, false) => people,
            };
            Ok((row.get::<_, ArticleId>(0)?, people, row.get(2)?))
        });
    match row {
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
        Err(error) => Err(error.into()),
        Ok((id, people, message_id)) => {
            let cited = cited_by(tx, id)?;
            let People { from, reply_to, to, cc, .. } = people;
            Ok(Some(Answered { from, reply_to, to, cc, message_id, cited }))
        }
    }
}

pub(super) fn ticket_row(row: &Row<'_>) -> rusqlite::Result<Ticket> {
    let address: Option<String> = row.get(6)?;
    let name: Option<String> = row.get(7)?;
    Ok(Ticket {
        number: row.get(0)?,
        subject: row.get(1)?,
        state: row.get(2)?,
        priority: row.get(3)?,
        queue: row.get(4)?,
        assignee: row.get(5)?,
        requester: address.map(|address| Address { address, name: name.unwrap_or_default() }),
        mailbox: row.get(8)?,
        tags: Vec::new(),
        created_at: row.get(9)?,
        updated_at: row.get(10)?,
        due_at: row.get(11)?,
        closed_at: row.get(12)?,
        merged_into: row.get(13)?,
        links: Vec::new(),
        hold: row.get(14)?,
        articles: Vec::new(),
    })
}

pub(super) fn tags(tx: &Transaction<'_>, number: TicketNumber) -> Result<Vec<String>> {
    Ok(tx
        .prepare_cached("SELECT tag FROM ticket_tag WHERE ticket = ?1 ORDER BY tag")?
        .query_map([number], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?)
}

fn links(tx: &Transaction<'_>, number: TicketNumber) -> Result<Vec<Link>> {
    Ok(tx
        .prepare_cached(
            "SELECT relation, other, 1 FROM ticket_link WHERE ticket = ?1
             UNION ALL SELECT relation, ticket, 0 FROM ticket_link WHERE other = ?1
             ORDER BY 2",
        )?
        .query_map([number], |row| {
            Ok(Link { kind: row.get(0)?, other: row.get(1)?, to_older: row.get(2)? })
        })?
        .collect::<rusqlite::Result<_>>()?)
}

fn articles(tx: &Transaction<'_>, number: TicketNumber) -> Result<Vec<Article>> {
    let mut articles: Vec<Article> = tx
        .prepare_cached(
            "SELECT article.id, article.kind, article.people, article.subject, article.message_id,
                    article.in_reply_to, article.sent_at, article.created_at, article.text,
                    article.visible_text, article.html, article.machine, outbox.state,
                    (SELECT ledger.id FROM ledger
                     WHERE ledger.article = article.id AND ledger.outcome <> 'duplicate'),
                    article.sender_verified, article.forwarded, article.bounce,
                    article.protection, nullif(outbox.reason, '')
             FROM article LEFT JOIN outbox ON outbox.article = article.id
             WHERE article.ticket = ?1 ORDER BY article.id",
        )?
        .query_map([number], article_row)?
        .collect::<rusqlite::Result<_>>()?;
    for article in &mut articles {
        article.attachments = tx
            .prepare_cached(&format!(
                "{ATTACHMENTS} WHERE attachment.article = ?1 ORDER BY attachment.id"
            ))?
            .query_map([article.id], attachment_row)?
            .collect::<rusqlite::Result<_>>()?;
    }
    Ok(articles)
}

fn article_row(row: &Row<'_>) -> rusqlite::Result<Article> {
    let people: String = row.get(2)?;
    let people = People::read(&people);
    let text: String = row.get(8)?;
    let visible: Option<String> = row.get(9)?;
    let outbox: Option<String> = row.get(12)?;
    Ok(Article {
        id: row.get(0)?,
        kind: row.get(1)?,
        from: people.from,
        to: people.to,
        cc: people.cc,
        bcc: people.bcc,
        reply_to: people.reply_to,
        subject: row.get(3)?,
        message_id: row.get(4)?,
        in_reply_to: row.get(5)?,
        sent_at: row.get(6)?,
        created_at: row.get(7)?,
        visible_text: visible.unwrap_or_else(|| text.clone()),
        text,
        html: row.get(10)?,
        machine: row.get(11)?,
        sender_verified: row.get(14)?,
        attachments: Vec::new(),
        ledger_id: row.get(13)?,
        forwarded: from_json(row.get(15)?),
        bounce: from_json(row.get(16)?),
        protection: row.get(17)?,
        delivery: outbox.map(|state| match state.as_str() {
            "sent" => Delivery::Sent,
            "refused" => Delivery::Refused,
            "unknown" => Delivery::Unknown,
            _ => Delivery::Queued,
        }),
        delivery_reason: row.get(18)?,
    })
}

const ATTACHMENTS: &str = "SELECT attachment.id, attachment.filename, attachment.content_type, \
     content.size, content.sha256, attachment.inline, attachment.content_id, content.id \
     FROM attachment JOIN content ON content.id = attachment.content";

fn attachment_row(row: &Row<'_>) -> rusqlite::Result<AttachmentInfo> {
    Ok(AttachmentInfo {
        id: row.get(0)?,
        filename: row.get(1)?,
        content_type: row.get(2)?,
        size: row.get(3)?,
        sha256: row.get(4)?,
        inline: row.get(5)?,
        content_id: row.get(6)?,
    })
}
