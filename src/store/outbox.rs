//! Messages of ours as they leave by themselves: what is due, what was drafted, what left, what was
//! refused, what is unknown. What people see and decide of them is in `undelivered`.

use rusqlite::{OptionalExtension, Transaction};

use super::content::ContentId;
use super::notices;
use super::tickets::cited_by;
use super::values::People;
use super::{Error, MailboxId, Result, Store, audit};
use crate::desk::audit::{Action, NewEntry};
use crate::desk::notice::Told;
use crate::desk::outbox::{self, BY_HAND};
use crate::desk::quoting::Original;
use crate::desk::ticket::{ArticleId, OutboxId, TicketNumber};
use crate::mail::compose::Letter;
use crate::mail::{Address, Attachment, MessageId};
use crate::time::Timestamp;

/// Whose name the audit entries of sending bear.
const ACTOR: &str = "sender";

/// How far a message of ours had come when it was last touched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Nothing was done in the mailbox yet.
    Queued,
    /// A draft was about to be made; whether it was is not known here.
    Drafting,
    /// It lies drafted under this id, and sending it was not tried since.
    Drafted(String),
    /// Sending this draft was tried, and the answer was lost.
    Unknown(String),
}

/// A message of ours that is due, and how far it has come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Due {
    /// Its outbox row.
    pub id: OutboxId,
    /// The letter to compose, without its files.
    pub letter: Letter,
    /// What it answers, for an agent's answer.
    pub answers: Option<Original>,
    /// What goes along.
    pub files: Vec<Enclosed>,
    /// Where it stands.
    pub stage: Stage,
    /// The Message-ID the mailbox gave the draft, once known.
    pub message_id: Option<MessageId>,
    /// What it tells an agent, when it is a notice; the letter then only says from where to where.
    pub told: Option<Told>,
    /// When sending was last tried.
    pub tried_at: Option<Timestamp>,
    /// How often it failed.
    pub attempts: u32,
}

/// A file that goes along with a letter, its content left where it is: see [`Store::content`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Enclosed {
    /// What is said of it; its bytes are empty.
    pub file: Attachment,
    /// Where its content lies.
    pub content: ContentId,
    /// Its bytes.
    pub size: u64,
}

/// What the outbox of one mailbox holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct OutboxCount {
    /// Waiting to leave.
    pub waiting: u64,
    /// Of which it is not known whether they left.
    pub unknown: u64,
    /// Refused for good, and not yet settled by a person.
    pub refused: u64,
}

impl Store {
    /// The message of this mailbox that has been due longest, if any is.
    pub fn next_due(&mut self, mailbox: MailboxId, now: Timestamp) -> Result<Option<Due>> {
        self.next_in("state IN ('queued', 'drafting', 'unknown')", mailbox, now)
    }

    /// The same, of those of which it is not known whether they left.
    pub fn next_unknown(&mut self, mailbox: MailboxId, now: Timestamp) -> Result<Option<Due>> {
        self.next_in("state = 'unknown'", mailbox, now)
    }

    fn next_in(
        &mut self,
        states: &'static str,
        mailbox: MailboxId,
        now: Timestamp,
    ) -> Result<Option<Due>> {
        self.read(|tx| {
            let row = tx
                .prepare_cached(&format!(
                    "SELECT outbox.id, outbox.automatic, outbox.state, outbox.draft_item,
                            outbox.attempts, outbox.queued_at, outbox.tried_at, article.id,
                            article.people, article.subject, article.text, article.in_reply_to,
                            coalesce(article.message_id, notice.message_id), mailbox.address
                     FROM outbox JOIN mailbox ON mailbox.id = outbox.mailbox
                     LEFT JOIN article ON article.id = outbox.article
                     LEFT JOIN notice ON notice.outbox = outbox.id
                     WHERE outbox.mailbox = ?1 AND outbox.due_at <= ?2
                       AND outbox.{states}
                     ORDER BY outbox.due_at, outbox.id LIMIT 1"
                ))?
                .query_row((mailbox.0, now), |row| {
                    let people: Option<String> = row.get(8)?;
                    let people = match people {
                        Some(people) => People::read(&people),
                        None => People {
                            from: Some(Address::bare(&row.get::<_, String>(13)?)),
                            ..People::default()
                        },
                    };
                    let article: Option<ArticleId> = row.get(7)?;
                    let state: String = row.get(2)?;
                    let draft: Option<String> = row.get(3)?;
                    let stage = match (state.as_str(), draft) {
                        ("queued", _) => Stage::Queued,
                        ("unknown", Some(draft)) => Stage::Unknown(draft),
                        (_, Some(draft)) => Stage::Drafted(draft),
                        (_, None) => Stage::Drafting,
                    };
                    let letter = Letter {
                        automatic: row.get(1)?,
                        from: people.from.unwrap_or_default(),
                        to: people.to,
                        cc: people.cc,
                        bcc: people.bcc,
                        subject: row.get::<_, Option<_>>(9)?.unwrap_or_default(),
                        text: row.get::<_, Option<_>>(10)?.unwrap_or_default(),
                        quoted: None,
                        in_reply_to: row.get(11)?,
                        references: Vec::new(),
                        attachments: Vec::new(),
                        apart: Vec::new(),
                        date: row.get(5)?,
                    };
                    let due = Due {
                        id: row.get(0)?,
                        letter,
                        answers: None,
                        files: Vec::new(),
                        told: None,
                        stage,
                        message_id: row.get(12)?,
                        tried_at: row.get(6)?,
                        attempts: row.get(4)?,
                    };
                    Ok((article, due))
                });
            match row {
                Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
                Err(error) => Err(error.into()),
                Ok((None, mut due)) => {
                    let told = notices::told(tx, due.id)?;
                    due.letter.to.push(told.agent.clone());
                    due.told = Some(told);
                    Ok(Some(due))
                }
                Ok((Some(article), mut due)) => {
                    due.letter.references = cited_by(tx, article)?;
                    due.letter.references.reverse();
                    if !due.letter.automatic {
                        due.answers = answered_by(tx, article)?;
                    }
                    due.files = enclosed(tx, article)?;
                    Ok(Some(due))
                }
            }
        })
    }

    /// The message of this id that came into a ticket, as far as an answer may repeat it.
    pub fn original(
        &mut self,
        ticket: TicketNumber,
        message_id: &MessageId,
    ) -> Result<Option<Original>> {
        self.read(|tx| original(tx, ticket, message_id))
    }

    /// When the next message of this mailbox is due, if one waits at all.
    pub fn next_due_at(&mut self, mailbox: MailboxId) -> Result<Option<Timestamp>> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT min(due_at) FROM outbox
                 WHERE mailbox = ?1 AND state IN ('queued', 'drafting', 'unknown')",
            )?
            .query_row([mailbox.0], |row| row.get(0))?)
    }

    /// Notes that a draft is about to be made: from now on one may lie in the mailbox. Fails when a
    /// person settled it meanwhile.
    pub fn note_drafting(&mut self, id: OutboxId) -> Result<()> {
        let changed = self
            .db
            .prepare_cached(
                "UPDATE outbox SET state = 'drafting', draft_item = NULL
                 WHERE id = ?1 AND state IN ('queued', 'drafting', 'unknown')",
            )?
            .execute([id])?;
        still_open(changed, id)
    }

    /// Notes the draft and the Message-ID it will leave with, before it is sent. Fails when a person
    /// settled it meanwhile.
    pub fn note_draft(
        &mut self,
        id: OutboxId,
        draft_item: &str,
        message_id: &MessageId,
        now: Timestamp,
    ) -> Result<()> {
        self.write(|tx| {
            let changed = tx
                .prepare_cached(
                    "UPDATE outbox SET state = 'drafting', draft_item = ?2, tried_at = ?3
                     WHERE id = ?1 AND state IN ('queued', 'drafting', 'unknown')",
                )?
                .execute((id, draft_item, now))?;
            still_open(changed, id)?;
            tx.prepare_cached(
                "UPDATE article SET message_id = ?2
                 WHERE id = (SELECT article FROM outbox WHERE id = ?1)",
            )?
            .execute((id, message_id))?;
            tx.prepare_cached("UPDATE notice SET message_id = ?2 WHERE outbox = ?1")?
                .execute((id, message_id))?;
            Ok(())
        })
    }

    /// Whether a message of ours is known to lie under this id in the mailbox, or to have.
    pub fn is_drafted(&mut self, item: &str) -> Result<bool> {
        Ok(self
            .db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM outbox WHERE draft_item = ?1)")?
            .query_row([item], |row| row.get(0))?)
    }

    /// Notes that the mailbox took it.
    pub fn mark_sent(&mut self, id: OutboxId, now: Timestamp) -> Result<()> {
        self.write(|tx| {
            tx.prepare_cached(
                "UPDATE outbox SET state = 'sent', sent_at = ?2, reason = '',
                                   tried_at = coalesce(tried_at, ?2)
                 WHERE id = ?1",
            )?
            .execute((id, now))?;
            tx.prepare_cached(
                "UPDATE article SET sent_at = ?2
                 WHERE id = (SELECT article FROM outbox WHERE id = ?1)",
            )?
            .execute((id, now))?;
            say(tx, id, Action::Sent, String::new(), now)
        })
    }

    /// Notes that it was refused for good, and why.
    pub fn mark_refused(&mut self, id: OutboxId, reason: &str, now: Timestamp) -> Result<()> {
        self.write(|tx| {
            tx.prepare_cached("UPDATE outbox SET state = 'refused', reason = ?2 WHERE id = ?1")?
                .execute((id, reason))?;
            say(tx, id, Action::Refused, audit::shortened(reason), now)
        })
    }

    /// Notes that the answer to its sending was lost, by now at the latest; it is looked for from
    /// `look_at` on. Without a draft nothing was sent, and it only waits.
    pub fn mark_unknown(
        &mut self,
        id: OutboxId,
        reason: &str,
        look_at: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        self.write(|tx| {
            let changed = tx
                .prepare_cached(
                    "UPDATE outbox SET state = 'unknown', reason = ?2, due_at = ?3, tried_at = ?4
                     WHERE id = ?1 AND state IN ('queued', 'drafting')
                       AND draft_item IS NOT NULL",
                )?
                .execute((id, reason, look_at, now))?;
            if changed == 0 {
                return postpone(tx, id, reason, look_at);
            }
            say(tx, id, Action::Undecided, audit::shortened(reason), now)
        })
    }

    /// Notes that sending the draft was refused before anything was done: it is surely unsent.
    pub fn note_unsent(&mut self, id: OutboxId) -> Result<()> {
        self.db.prepare_cached("UPDATE outbox SET tried_at = NULL WHERE id = ?1")?.execute([id])?;
        Ok(())
    }

    /// Notes that it has to wait, and why. What it had come to stays.
    pub fn postpone(&mut self, id: OutboxId, reason: &str, due_at: Timestamp) -> Result<()> {
        self.write(|tx| postpone(tx, id, reason, due_at))
    }

    /// What the outbox of a mailbox holds.
    pub fn outbox_count(&mut self, mailbox: &str) -> Result<OutboxCount> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT count(*) FILTER (WHERE state IN ('queued', 'drafting')),
                        count(*) FILTER (WHERE state = 'unknown'),
                        count(*) FILTER (WHERE state = 'refused' AND instr(reason, ?2) <> 1)
                 FROM outbox WHERE state <> 'sent'
                   AND mailbox = (SELECT id FROM mailbox WHERE name = ?1)",
            )?
            .query_row((mailbox, BY_HAND), |row| {
                Ok(OutboxCount { waiting: row.get(0)?, unknown: row.get(1)?, refused: row.get(2)? })
            })?)
    }
}

/// Notes that a message of ours came back: it had left, and did not arrive.
pub(super) fn came_back(
    tx: &Transaction<'_>,
    id: OutboxId,
    reason: &str,
    now: Timestamp,
) -> Result<()> {
    // Sent again to those from whom it had come back, it may come back from others still.
    let changed = tx
        .prepare_cached(
            "UPDATE outbox SET state = 'refused',
               reason = iif(state = 'refused', ?2 || '; before that: ' || reason, ?2)
             WHERE id = ?1 AND (state IN ('sent', 'unknown')
               OR state = 'refused' AND instr(reason, ?3) = 1)",
        )?
        .execute((id, reason, outbox::was_sent_again()))?;
    match changed {
        // It came back before, or to somebody else as well.
        0 => Ok(()),
        _ => say(tx, id, Action::CameBack, String::new(), now),
    }
}

/// The outbox row of an article of ours.
pub(super) fn row_of(tx: &Transaction<'_>, article: ArticleId) -> Result<Option<OutboxId>> {
    Ok(tx
        .prepare_cached("SELECT id FROM outbox WHERE article = ?1")?
        .query_row([article], |row| row.get(0))
        .optional()?)
}

fn still_open(changed: usize, id: OutboxId) -> Result<()> {
    match changed {
        0 => Err(Error::NotPossible(format!("outbox {id} was settled by a person meanwhile"))),
        _ => Ok(()),
    }
}

fn postpone(tx: &Transaction<'_>, id: OutboxId, reason: &str, due_at: Timestamp) -> Result<()> {
    tx.prepare_cached(
        "UPDATE outbox SET attempts = attempts + 1, reason = ?2, due_at = ?3
         WHERE id = ?1 AND state IN ('queued', 'drafting', 'unknown')",
    )?
    .execute((id, reason, due_at))?;
    Ok(())
}

fn say(
    tx: &Transaction<'_>,
    id: OutboxId,
    action: Action,
    detail: String,
    now: Timestamp,
) -> Result<()> {
    let ticket: TicketNumber = tx
        .prepare_cached(
            "SELECT coalesce(article.ticket, notice.ticket) FROM outbox
             LEFT JOIN article ON article.id = outbox.article
             LEFT JOIN notice ON notice.outbox = outbox.id WHERE outbox.id = ?1",
        )?
        .query_row([id], |row| row.get(0))?;
    let detail =
        if detail.is_empty() { format!("outbox {id}") } else { format!("outbox {id}: {detail}") };
    let entry =
        NewEntry { actor: ACTOR.to_owned(), action, ticket: Some(ticket), ledger: None, detail };
    audit::append(tx, now, &entry)
}

/// The message that an article of ours answers.
fn answered_by(tx: &Transaction<'_>, article: ArticleId) -> Result<Option<Original>> {
    let (ticket, in_reply_to): (TicketNumber, Option<MessageId>) = tx
        .prepare_cached("SELECT ticket, in_reply_to FROM article WHERE id = ?1")?
        .query_row([article], |row| Ok((row.get(0)?, row.get(1)?)))?;
    in_reply_to.map_or(Ok(None), |id| original(tx, ticket, &id))
}

/// The message of this id that came into a ticket.
fn original(
    tx: &Transaction<'_>,
    ticket: TicketNumber,
    message_id: &MessageId,
) -> Result<Option<Original>> {
    Ok(tx
        .prepare_cached(
            "SELECT people, ifnull(sent_at, created_at), ifnull(visible_text, text)
             FROM article WHERE ticket = ?1 AND message_id = ?2 AND kind = 'email_in'
             ORDER BY id DESC LIMIT 1",
        )?
        .query_row((ticket, message_id), |row| {
            let people: String = row.get(0)?;
            let from = People::read(&people).from.unwrap_or_default();
            Ok(Original { from, sent_at: row.get(1)?, text: row.get(2)? })
        })
        .optional()?)
}

fn enclosed(tx: &Transaction<'_>, article: ArticleId) -> Result<Vec<Enclosed>> {
    Ok(tx
        .prepare_cached(
            "SELECT content.id, content.size, filename, content_type, inline, content_id
             FROM attachment JOIN content ON content.id = attachment.content
             WHERE article = ?1 ORDER BY attachment.id",
        )?
        .query_map([article], |row| {
            let file = Attachment {
                filename: row.get(2)?,
                content_type: row.get(3)?,
                inline: row.get(4)?,
                content_id: row.get(5)?,
                bytes: Vec::new(),
            };
            Ok(Enclosed { file, content: ContentId(row.get(0)?), size: row.get(1)? })
        })?
        .collect::<rusqlite::Result<_>>()?)
}
