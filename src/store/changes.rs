//! The changes agents make to tickets: single ones, merging two into one, splitting one, linking two.
//! Which are possible is decided in `desk/change.rs`; each is one transaction with its audit entries.

use rusqlite::Transaction;

use super::notices::{self, Happened};
use super::once::{self, By, Made};
use super::packing::Content;
use super::tickets::{bare, say, standing};
use super::values::People;
use super::{Error, MailboxId, Result, Store, caps, waits, writing};
use crate::desk::audit::Action;
use crate::desk::change::{self, Change, NotPossible, Standing};
use crate::desk::new::NewTicket;
use crate::desk::notice::Event;
use crate::desk::opening::{self, Opening};
use crate::desk::policy::Policy;
use crate::desk::ticket::{ArticleId, Kind, LinkKind, State, Ticket, TicketNumber};
use crate::mail::{Address, subject};
use crate::time::Timestamp;

impl Store {
    /// Makes changes to a ticket, all or none, or says why they cannot be made.
    pub fn change_ticket(
        &mut self,
        number: TicketNumber,
        changes: &[Change],
        actor: &str,
        now: Timestamp,
    ) -> Result<()> {
        self.write(|tx| change_ticket(tx, number, changes, actor, now))
    }

    /// Makes the changes that `decide` asks for when it sees the ticket as it is then, without its
    /// conversation: nobody changes it in between. Otherwise like [`Store::change_ticket`]; what `decide`
    /// says against it comes back, and nothing is changed.
    pub fn change_ticket_seen<E>(
        &mut self,
        number: TicketNumber,
        decide: impl FnOnce(&Ticket) -> std::result::Result<Vec<Change>, E>,
        actor: &str,
        now: Timestamp,
    ) -> Result<std::result::Result<(), E>> {
        self.write(|tx| match decide(&bare(tx, number)?) {
            Ok(changes) => Ok(Ok(change_ticket(tx, number, &changes, actor, now)?)),
            Err(why) => Ok(Err(why)),
        })
    }

    /// Opens a ticket for somebody who called or came by, and answers its number. A message to them is
    /// queued in the same transaction.
    pub fn open_ticket<'a>(
        &mut self,
        (mailbox, policy): (MailboxId, &Policy),
        opening: &Opening,
        author: Address,
        by: impl Into<By<'a>>,
        now: Timestamp,
    ) -> Result<TicketNumber> {
        let contents: Vec<Content> =
            opening.attachments.iter().map(|file| Content::of(file.bytes.clone())).collect();
        let by = by.into();
        self.write(|tx| {
            let made = once::done(tx, by, now, |tx| {
                let from = (mailbox, policy);
                let (ticket, article) = open(tx, from, opening, &contents, author, by.actor, now)?;
                Ok(Made { ticket, article: Some(article), outbox: None })
            })?;
            Ok(made.ticket)
        })
    }

    /// Moves the conversation of a ticket into another one. What arrives for the first from then on
    /// joins the second.
    pub fn merge_tickets(
        &mut self,
        source: TicketNumber,
        into: TicketNumber,
        actor: &str,
        now: Timestamp,
    ) -> Result<()> {
        self.write(|tx| {
            let (from, before) = (standing(tx, source)?, standing(tx, into)?);
            let after = change::merged(&from, &before).map_err(|why| not_possible(&why))?;
            let both = waits::of_both(tx, source, into)?;
            let moved = tx
                .prepare_cached("UPDATE article SET ticket = ?2 WHERE ticket = ?1")?
                .execute((source, into))?;
            tx.prepare_cached("UPDATE mailed SET ticket = ?2 WHERE ticket = ?1")?
                .execute((source, into))?;
            tx.prepare_cached("UPDATE notice SET ticket = ?2 WHERE ticket = ?1")?
                .execute((source, into))?;
            // Who has a draft in both keeps both.
            tx.prepare_cached("UPDATE OR IGNORE draft SET ticket = ?2 WHERE ticket = ?1")?
                .execute((source, into))?;
            // Whatever was merged into the first is now merged into the second.
            tx.prepare_cached(
                "UPDATE ticket SET merged_into = ?2 WHERE merged_into = ?1 OR number = ?1",
            )?
            .execute((source, into))?;
            write(tx, &before, &after, now)?;
            waits::take_over(tx, into, &both)?;
            writing::touch(tx, source, State::Closed, now)?;
            let detail = format!("into ticket {into}, {moved} articles");
            say(tx, source, actor, Action::Merged, detail, now)?;
            say(tx, into, actor, Action::TookOver, format!("ticket {source}"), now)?;
            if before.state != after.state {
                let detail = format!("{} to {}", before.state, after.state);
                say(tx, into, actor, Action::StateChanged, detail, now)?;
            }
            if before.hold != after.hold {
                say(tx, into, actor, Action::HoldChanged, "on".to_owned(), now)?;
            }
            Ok(())
        })
    }

    /// Says why two tickets could not be merged, if so.
    pub fn can_merge(&mut self, source: TicketNumber, into: TicketNumber) -> Result<()> {
        self.read(|tx| {
            let (from, into) = (standing(tx, source)?, standing(tx, into)?);
            change::merged(&from, &into).map(|_| ()).map_err(|why| not_possible(&why))
        })
    }

    /// Makes a ticket of its own from some articles of another one, and answers its number. The one who
    /// wrote the first of them asks there.
    pub fn split_ticket(
        &mut self,
        number: TicketNumber,
        articles: &[ArticleId],
        actor: &str,
        now: Timestamp,
    ) -> Result<TicketNumber> {
        self.write(|tx| {
            let whole = standing(tx, number)?;
            let parts = parts(tx, number)?;
            let chosen: Vec<&Part> =
                parts.iter().filter(|part| articles.contains(&part.id)).collect();
            change::split(&whole, parts.len(), articles.len(), chosen.len())
                .map_err(|why| not_possible(&why))?;
            let first = chosen.iter().find(|part| part.kind == Kind::EmailIn);
            let subject = first.map(|part| subject::base(&part.subject)).unwrap_or_default();
            let answered = chosen.iter().any(|part| part.kind == Kind::EmailOut);
            let new = NewTicket {
                number: next_number(tx)?,
                subject: if subject.is_empty() { whole.subject.clone() } else { subject },
                state: if answered { State::Open } else { State::New },
                priority: whole.priority,
                queue: whole.queue.clone(),
                assignee: whole.assignee.clone(),
                requester: first.and_then(|part| part.from.clone()),
                tags: Vec::new(),
                links: vec![(LinkKind::Split, number)],
            };
            let mailbox = mailbox_of(tx, number)?;
            writing::ticket(tx, mailbox, &new, now)?;
            if new.requester.is_none() {
                tx.prepare_cached(
                    "UPDATE ticket SET requester =
                       (SELECT requester FROM ticket WHERE number = ?2) WHERE number = ?1",
                )?
                .execute((new.number, number))?;
            }
            if whole.hold {
                tx.prepare_cached("UPDATE ticket SET hold = 1 WHERE number = ?1")?
                    .execute([new.number])?;
            }
            for part in &chosen {
                tx.prepare_cached("UPDATE article SET ticket = ?2 WHERE id = ?1")?
                    .execute((part.id, new.number))?;
                tx.prepare_cached(
                    "UPDATE mailed SET ticket = ?2
                     WHERE outbox = (SELECT id FROM outbox WHERE article = ?1)",
                )?
                .execute((part.id, new.number))?;
                // The answer to a notice goes where what it told of went.
                tx.prepare_cached(
                    "UPDATE mailed SET ticket = ?2
                     WHERE outbox IN (SELECT outbox FROM notice WHERE article = ?1)",
                )?
                .execute((part.id, new.number))?;
                tx.prepare_cached("UPDATE notice SET ticket = ?2 WHERE article = ?1")?
                    .execute((part.id, new.number))?;
            }
            waits::after_split(tx, number, new.number)?;
            writing::touch(tx, number, whole.state, now)?;
            let detail = format!("{} articles into ticket {}", chosen.len(), new.number);
            say(tx, number, actor, Action::Split, detail, now)?;
            let detail = format!("from ticket {number}");
            say(tx, new.number, actor, Action::OpenedByAgent, detail, now)?;
            Ok(new.number)
        })
    }

    /// Notes that two tickets have to do with each other, or no longer that an agent says so.
    pub fn link_tickets(
        &mut self,
        one: TicketNumber,
        other: TicketNumber,
        linked: bool,
        actor: &str,
        now: Timestamp,
    ) -> Result<()> {
        self.write(|tx| {
            let both = [standing(tx, one)?, standing(tx, other)?];
            if one == other {
                return Err(not_possible(&NotPossible::Itself(one)));
            }
            if linked {
                both.iter().try_for_each(change::writable).map_err(|why| not_possible(&why))?;
            }
            // The newer one names the older one, as everywhere.
            let (newer, older) = (one.max(other), one.min(other));
            let changed = if linked {
                tx.prepare_cached(
                    "INSERT OR IGNORE INTO ticket_link (ticket, other, relation)
                     VALUES (?1, ?2, ?3)",
                )?
            } else {
                tx.prepare_cached(
                    "DELETE FROM ticket_link WHERE ticket = ?1 AND other = ?2 AND relation = ?3",
                )?
            }
            .execute((newer, older, LinkKind::Related))?;
            if changed == 0 && !linked {
                return Err(not_possible(&NotPossible::NotLinked(one, other)));
            }
            if changed == 0 {
                return Ok(());
            }
            let verb = if linked { "with" } else { "no longer with" };
            for (ticket, other) in [(one, other), (other, one)] {
                let detail = format!("{verb} ticket {other}");
                say(tx, ticket, actor, Action::LinkChanged, detail, now)?;
            }
            Ok(())
        })
    }
}

fn change_ticket(
    tx: &Transaction<'_>,
    number: TicketNumber,
    changes: &[Change],
    actor: &str,
    now: Timestamp,
) -> Result<()> {
    let agents = active_agents(tx)?;
    let mut standing = standing(tx, number)?;
    for change in changes {
        let after = change::after(&standing, change, &agents).map_err(|why| not_possible(&why))?;
        let told = change::told(&standing, &after, change);
        if let Change::Requester(address) = change {
            let ours = Address::bare(&address_of(tx, number)?);
            change::not_ourselves(address, &ours).map_err(|why| not_possible(&why))?;
            let person = writing::person(tx, address)?;
            tx.prepare_cached("UPDATE ticket SET requester = ?2 WHERE number = ?1")?
                .execute((number, person))?;
        }
        if let Some((action, detail)) = told {
            write(tx, &standing, &after, now)?;
            say(tx, number, actor, action, detail, now)?;
            if action == Action::Assigned {
                tell(tx, Event::Assigned, number, None, actor, now)?;
            }
        }
        standing = after;
    }
    Ok(())
}

/// Opens a ticket for somebody, and answers its number and its first article.
pub(super) fn open(
    tx: &Transaction<'_>,
    (mailbox, policy): (MailboxId, &Policy),
    opening: &Opening,
    contents: &[Content],
    author: Address,
    actor: &str,
    now: Timestamp,
) -> Result<(TicketNumber, ArticleId)> {
    let (number, agents) = (next_number(tx)?, active_agents(tx)?);
    let (ticket, article) = opening::open(opening, number, policy, author, &agents)
        .map_err(|why| Error::NotPossible(why.to_string()))?;
    if let Some(why) = caps::reply_struck(tx, &article.to, now)? {
        return Err(Error::NotPossible(format!("not sent: {why}")));
    }
    writing::ticket(tx, mailbox, &ticket, now)?;
    let id = writing::article(tx, number, &article, contents, now)?;
    say(tx, number, actor, Action::OpenedByAgent, format!("article {id}"), now)?;
    if article.kind == Kind::EmailOut {
        writing::outbox(tx, mailbox, number, (id, &article), None, now)?;
        say(tx, number, actor, Action::Replied, format!("article {id}"), now)?;
    }
    tell(tx, Event::New, number, Some(id), actor, now)?;
    Ok((number, id))
}

/// The address of the mailbox that a ticket is in.
fn address_of(tx: &Transaction<'_>, number: TicketNumber) -> Result<String> {
    Ok(tx
        .prepare_cached(
            "SELECT mailbox.address FROM ticket JOIN mailbox ON mailbox.id = ticket.mailbox
             WHERE ticket.number = ?1",
        )?
        .query_row([number], |row| row.get(0))?)
}

/// Queues the notices of what an agent did.
fn tell(
    tx: &Transaction<'_>,
    event: Event,
    ticket: TicketNumber,
    article: Option<ArticleId>,
    actor: &str,
    now: Timestamp,
) -> Result<()> {
    let happened = Happened { event, ticket, article, actor, writer: None };
    notices::tell(tx, mailbox_of(tx, ticket)?, &happened, now)
}

/// The number the next ticket gets.
pub(super) fn next_number(tx: &Transaction<'_>) -> Result<TicketNumber> {
    Ok(tx
        .prepare_cached(
            "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'ticket'), 0) + 1",
        )?
        .query_row([], |row| row.get(0))?)
}

/// The names of those who may sign in.
fn active_agents(tx: &Transaction<'_>) -> Result<Vec<String>> {
    Ok(tx
        .prepare_cached("SELECT name FROM agent WHERE disabled_at IS NULL ORDER BY name")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?)
}

fn write(tx: &Transaction<'_>, before: &Standing, after: &Standing, now: Timestamp) -> Result<()> {
    let number = after.number;
    tx.prepare_cached(
        "UPDATE ticket SET hold = :hold, subject = :subject, assignee = :assignee,
                priority = :priority, queue = :queue, due_at = :due_at
         WHERE number = :number",
    )?
    .execute(rusqlite::named_params! {
        ":number": number, ":hold": after.hold, ":subject": after.subject,
        ":assignee": after.assignee, ":priority": after.priority, ":queue": after.queue,
        ":due_at": after.due_at,
    })?;
    for tag in after.tags.difference(&before.tags) {
        tx.prepare_cached("INSERT OR IGNORE INTO ticket_tag (ticket, tag) VALUES (?1, ?2)")?
            .execute((number, tag))?;
    }
    for tag in before.tags.difference(&after.tags) {
        tx.prepare_cached("DELETE FROM ticket_tag WHERE ticket = ?1 AND tag = ?2")?
            .execute((number, tag))?;
    }
    writing::touch(tx, number, after.state, now)
}

/// An article, as far as splitting goes.
struct Part {
    id: ArticleId,
    kind: Kind,
    subject: String,
    from: Option<Address>,
}

fn parts(tx: &Transaction<'_>, number: TicketNumber) -> Result<Vec<Part>> {
    Ok(tx
        .prepare_cached(
            "SELECT id, kind, subject, people FROM article WHERE ticket = ?1 ORDER BY id",
        )?
        .query_map([number], |row| {
            let people: String = row.get(3)?;
            let from = People::read(&people).from;
            Ok(Part { id: row.get(0)?, kind: row.get(1)?, subject: row.get(2)?, from })
        })?
        .collect::<rusqlite::Result<_>>()?)
}

fn mailbox_of(tx: &Transaction<'_>, number: TicketNumber) -> Result<MailboxId> {
    Ok(tx
        .prepare_cached("SELECT mailbox FROM ticket WHERE number = ?1")?
        .query_row([number], |row| Ok(MailboxId(row.get(0)?)))?)
}

fn not_possible(why: &NotPossible) -> Error {
    match why.is_of_the_value() {
        true => Error::NoSuchValue(why.to_string()),
        false => Error::NotPossible(why.to_string()),
    }
}
