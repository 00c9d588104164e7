//! Notices to agents: who wants which, queueing them, what one tells when it leaves, and which one a
//! letter answers. Who is told of what is decided in `desk/notice.rs`.

use rusqlite::{OptionalExtension, Transaction};

use super::tickets::{answered, say, standing, thread};
use super::values::People;
use super::{Error, MailboxId, Result, Store, audit, caps, writing};
use crate::desk::audit::Action;
use crate::desk::caps as desk_caps;
use crate::desk::decision::Noticed;
use crate::desk::new::NewArticle;
use crate::desk::notice::{self, Event, Occasion, Subscriber, Told};
use crate::desk::ticket::{AgentId, ArticleId, Kind, OutboxId, TicketNumber};
use crate::mail::{Address, MessageId};
use crate::time::Timestamp;

/// Whose name the audit entries bear.
const ACTOR: &str = "notices";

/// What happened, and who did it.
pub(super) struct Happened<'a> {
    pub(super) event: Event,
    pub(super) ticket: TicketNumber,
    /// What was written.
    pub(super) article: Option<ArticleId>,
    /// Whose name the audit entry of the deed bears.
    pub(super) actor: &'a str,
    /// Who wrote it.
    pub(super) writer: Option<&'a Address>,
}

impl Store {
    /// What an agent wants to be told of by email; of the new tickets of all queues when none is named.
    pub fn set_notices(
        &mut self,
        name: &str,
        events: &[Event],
        queues: &[String],
        actor: &str,
        now: Timestamp,
    ) -> Result<()> {
        let words: Vec<&str> = events.iter().map(|event| event.as_str()).collect();
        self.write(|tx| {
            let id = tx.query_row(
                "UPDATE agent SET notices = ?2, notice_queues = ?3 WHERE name = ?1 RETURNING id",
                (name, words.join(" "), serde_json::json!(queues).to_string()),
                |row| row.get::<_, AgentId>(0),
            )
            .optional()?
            .ok_or_else(|| Error::NoSuch(format!("there is no user {name}")))?;
            let detail = format!("agent {id}: {}", words.join(" "));
            audit::append(tx, now, &audit::by(actor, Action::NoticesChanged, detail))
        })
    }

    /// Everybody who may sign in, and what they want to be told of.
    pub fn subscribers(&mut self) -> Result<Vec<Subscriber>> {
        self.read(subscribers)
    }
}

fn subscribers(tx: &Transaction<'_>) -> Result<Vec<Subscriber>> {
    Ok(tx
        .prepare_cached(
            "SELECT id, name, email, notices, notice_queues FROM agent
             WHERE disabled_at IS NULL ORDER BY id",
        )?
        .query_map([], |row| {
            let (events, queues): (String, String) = (row.get(3)?, row.get(4)?);
            Ok(Subscriber {
                id: row.get(0)?,
                name: row.get(1)?,
                email: row.get(2)?,
                events: events.split_whitespace().filter_map(|word| word.parse().ok()).collect(),
                queues: serde_json::from_str(&queues).unwrap_or_default(),
            })
        })?
        .collect::<rusqlite::Result<_>>()?)
}

/// Queues the notices of what happened.
pub(super) fn tell(
    tx: &Transaction<'_>,
    mailbox: MailboxId,
    happened: &Happened<'_>,
    now: Timestamp,
) -> Result<()> {
    let agents = subscribers(tx)?;
    if agents.is_empty() {
        return Ok(());
    }
    let own: Vec<String> = tx
        .prepare_cached("SELECT address FROM mailbox")?
        .query_map([], |row| row.get::<_, String>(0))?
        .map(|address| Ok(Address::bare(&address?).key()))
        .collect::<rusqlite::Result<_>>()?;
    let Happened { event, ticket, article, actor, writer } = *happened;
    let standing = standing(tx, ticket)?;
    let occasion = Occasion {
        event,
        assignee: standing.assignee.as_deref(),
        queue: standing.queue.as_deref(),
        by: actor.strip_prefix("agent:"),
        writer,
    };
    for (agent, event) in notice::whom(&occasion, &agents, &own) {
        let in_hour: u32 = tx
            .prepare_cached("SELECT count(*) FROM notice WHERE agent = ?1 AND queued_at > ?2")?
            .query_row((agent.id, now.plus_seconds(-desk_caps::HOUR)), |row| row.get(0))?;
        let address = Address { address: agent.email.clone(), name: agent.name.clone() };
        let unreachable = caps::is_unreachable(tx, &address, now)?;
        if let Some(why) = notice::withheld(in_hour, unreachable) {
            let note = desk_caps::own_note(format!("{} was not told of this: {why}", agent.name));
            writing::article(tx, ticket, &note, &[], now)?;
            let detail = format!("agent {}: {why}", agent.id);
            say(tx, ticket, ACTOR, Action::NotNoticed, detail, now)?;
            continue;
        }
        tx.prepare_cached(
            "INSERT INTO outbox (mailbox, automatic, queued_at, due_at) VALUES (?1, 1, ?2, ?2)",
        )?
        .execute((mailbox.0, now))?;
        let outbox = OutboxId(tx.last_insert_rowid());
        tx.prepare_cached(
            "INSERT INTO notice (outbox, agent, ticket, event, article, queued_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((outbox, agent.id, ticket, event, article, now))?;
        let sent = NewArticle { to: vec![address], ..NewArticle::empty(Kind::EmailOut) };
        caps::note_mailed(tx, outbox, ticket, &sent, None, now)?;
        let detail = format!("agent {} of {event}, outbox {outbox}", agent.id);
        say(tx, ticket, ACTOR, Action::Noticed, detail, now)?;
    }
    Ok(())
}

/// What a notice tells, as things stand.
pub(super) fn told(tx: &Transaction<'_>, id: OutboxId) -> Result<Told> {
    Ok(tx
        .prepare_cached(
            "SELECT agent.email, agent.name, notice.event, ticket.number, ticket.subject,
                    ticket.state, ticket.priority, ticket.queue, person.address, person.name,
                    article.people, ifnull(article.visible_text, article.text)
             FROM notice JOIN agent ON agent.id = notice.agent
             JOIN ticket ON ticket.number = notice.ticket
             LEFT JOIN person ON person.id = ticket.requester
             LEFT JOIN article ON article.id = ifnull(notice.article,
               (SELECT max(id) FROM article WHERE ticket = notice.ticket AND kind = 'email_in'))
             WHERE notice.outbox = ?1",
        )?
        .query_row([id], |row| {
            let requester: Option<String> = row.get(8)?;
            let name: Option<String> = row.get(9)?;
            let people: Option<String> = row.get(10)?;
            let text: Option<String> = row.get(11)?;
            let from = people.and_then(|people| People::read(&people).from);
            Ok(Told {
                agent: Address { address: row.get(0)?, name: row.get(1)? },
                event: row.get(2)?,
                number: row.get(3)?,
                subject: row.get(4)?,
                state: row.get(5)?,
                priority: row.get(6)?,
                queue: row.get(7)?,
                requester: requester
                    .map(|address| Address { address, name: name.unwrap_or_default() }),
                written: text.map(|text| (from, text)),
            })
        })?)
}

/// The notice with one of these ids.
pub(super) fn with_id<'a>(
    tx: &Transaction<'_>,
    ids: impl Iterator<Item = &'a MessageId>,
) -> Result<Option<(OutboxId, TicketNumber)>> {
    for id in ids {
        let found = tx
            .prepare_cached("SELECT outbox, ticket FROM notice WHERE message_id = ?1")?
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// What bears on an answer to this notice by a letter of this fingerprint; nothing once its ticket is
/// erased.
pub(super) fn noticed(
    tx: &Transaction<'_>,
    mailbox: MailboxId,
    (id, ticket): (OutboxId, TicketNumber),
    fingerprint: &str,
    now: Timestamp,
) -> Result<Option<Noticed>> {
    let standing = match standing(tx, ticket) {
        Err(Error::NoSuch(_)) => return Ok(None),
        other => other?,
    };
    let number = standing.merged_into.unwrap_or(ticket);
    let mut thread = match thread(tx, number, None) {
        Err(Error::NoSuch(_)) => return Ok(None),
        other => other?.0,
    };
    // It answers what the agent was told of, though somebody else may have written since.
    let told_of: Option<ArticleId> = tx
        .prepare_cached("SELECT article FROM notice WHERE outbox = ?1")?
        .query_row([id], |row| row.get(0))?;
    if let Some(article) = told_of
        && let Some(answered) = answered(tx, number, Some(article))?
    {
        thread.answered = Some(answered);
    }
    let struck = match &thread.answered {
        Some(answered) => {
            let to: Vec<Address> =
                answered.reply_to.iter().chain(&answered.from).cloned().collect();
            caps::reply_struck(tx, &to, now)?
        }
        None => None,
    };
    let twin = tx
        .prepare_cached(
            "SELECT id, ticket FROM article
             WHERE fingerprint = ?1 AND ticket IN (?2, ?3)
             ORDER BY id LIMIT 1",
        )?
        .query_row((fingerprint, ticket, number), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let noticed = tx
        .prepare_cached(
            "SELECT agent.name, agent.email, agent.disabled_at IS NULL, outbox.mailbox = ?2
             FROM notice JOIN agent ON agent.id = notice.agent
             JOIN outbox ON outbox.id = notice.outbox WHERE notice.outbox = ?1",
        )?
        .query_row((id, mailbox.0), |row| {
            Ok(Noticed {
                thread,
                agent: row.get(0)?,
                email: row.get(1)?,
                is_active: row.get(2)?,
                same_mailbox: row.get(3)?,
                struck,
                twin,
            })
        })?;
    Ok(Some(noticed))
}
