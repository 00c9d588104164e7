//! The facts intake asks for, and the one transaction that writes what intake decided for a batch
//! of messages: raw, ticket, article, outbox row, ledger, audit. Each message of the batch sees what
//! the ones before it became, so an answer may follow its question in the same batch.

use rusqlite::{OptionalExtension, Transaction};

use super::notices::{self, Happened};
use super::packing::Content;
use super::values::People;
use super::{MailboxId, Result, Store, audit, caps, changes, outbox, packing, writing};
use crate::desk::acknowledgement;
use crate::desk::caps::{Lately, body};
use crate::desk::decision::{ACTOR, Arrival, Known, TicketChange};
use crate::desk::digest::sha256;
use crate::desk::fingerprint::fingerprint;
use crate::desk::intake;
use crate::desk::ledger::{Original, Outcome};
use crate::desk::machine;
use crate::desk::new::MAX_CITED;
use crate::desk::policy::Policy;
use crate::desk::thread::{Candidate, Relation};
use crate::desk::ticket::{ArticleId, Kind, LedgerId, TicketNumber};
use crate::mail::{Address, Attachment, Message, MessageId, subject};
use crate::time::Timestamp;

/// The most tickets looked at for one citation.
const MAX_CANDIDATES: u32 = 20;

/// Bytes from which on a batch is written with a small cache.
const LARGE_BATCH: usize = 8 << 20;

/// A message fetched and read, with its bytes hashed and packed; everything that costs time and
/// needs no database.
#[derive(Debug)]
pub struct Prepared {
    arrival: Arrival,
    size: usize,
    raw: Vec<u8>,
    contents: Vec<Content>,
}

impl Prepared {
    /// Prepares a message for its ledger row. `raw` is what `message` was read from. Each large
    /// piece is let go of before the next one is packed.
    pub fn new(
        ledger: LedgerId,
        received_at: Timestamp,
        raw: Vec<u8>,
        mut message: Message,
    ) -> Self {
        let fingerprint = fingerprint(&message);
        let (size, sha256) = (raw.len(), sha256(&raw));
        let packed = packing::pack(&raw);
        drop(raw);
        let take = |attachment: &mut Attachment| Content::of(std::mem::take(&mut attachment.bytes));
        let contents = message.attachments.iter_mut().map(take).collect();
        let arrival = Arrival { ledger, received_at, sha256, fingerprint, message };
        Self { arrival, size, raw: packed, contents }
    }

    /// The ledger row it belongs to.
    pub fn ledger(&self) -> LedgerId {
        self.arrival.ledger
    }

    /// What tells it from others with the same Message-ID.
    pub fn fingerprint(&self) -> &str {
        &self.arrival.fingerprint
    }

    /// When the mailbox received it.
    pub fn received_at(&self) -> Timestamp {
        self.arrival.received_at
    }

    /// Its own Message-ID.
    pub fn message_id(&self) -> Option<&MessageId> {
        self.arrival.message.message_id.as_ref()
    }

    /// Roughly the memory it takes, in bytes.
    pub fn weight(&self) -> usize {
        let message = &self.arrival.message;
        let texts = message.text.len() + message.html.as_ref().map_or(0, String::len);
        let contents: usize = self.contents.iter().map(Content::weight).sum();
        self.raw.len() + texts + contents
    }
}

/// What was done with one message of a batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Taken {
    /// Its ledger row.
    pub ledger: LedgerId,
    /// What became of it; `None` when another poll had taken it in meanwhile.
    pub outcome: Option<Outcome>,
}

/// What happens to an original once its message is taken in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Filing {
    /// Whether it is copied, removed or moved afterwards.
    pub due: bool,
    /// Where it lies until then.
    pub original: Original,
}

impl Store {
    /// Takes in a batch of messages of one mailbox in one transaction, each as decided by `policy`,
    /// in order.
    pub fn take_in(
        &mut self,
        mailbox: MailboxId,
        batch: Vec<Prepared>,
        filing: Filing,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<Vec<Taken>> {
        let weight: usize = batch.iter().map(Prepared::weight).sum();
        let take_in = |tx: &mut Transaction<'_>| {
            let mut taken = Vec::with_capacity(batch.len());
            for prepared in batch {
                let ledger = prepared.ledger();
                let outcome = if is_waiting(tx, ledger)? {
                    Some(take_in_one(tx, mailbox, prepared, filing, policy, now)?)
                } else {
                    None
                };
                taken.push(Taken { ledger, outcome });
            }
            Ok(taken)
        };
        if weight < LARGE_BATCH {
            return self.write(take_in);
        }
        self.with_small_cache(|store| store.write(take_in))
    }
}

fn is_waiting(tx: &Transaction<'_>, ledger: LedgerId) -> Result<bool> {
    Ok(tx
        .prepare_cached("SELECT outcome = 'waiting' FROM ledger WHERE id = ?1")?
        .query_row([ledger], |row| row.get(0))?)
}

fn take_in_one(
    tx: &Transaction<'_>,
    mailbox: MailboxId,
    prepared: Prepared,
    filing: Filing,
    policy: &Policy,
    now: Timestamp,
) -> Result<Outcome> {
    let Prepared { arrival, size, raw, contents } = prepared;
    // A letter to two mailboxes opens two tickets, of each of which its sender is told.
    let body = format!("{}:{}", mailbox.0, body(&arrival.message));
    let known = known(tx, mailbox, &arrival, &body, policy, now)?;
    let ledger = arrival.ledger;
    let sha256 = arrival.sha256.clone();
    let message_id = arrival.message.message_id.clone();
    let decision = intake::decide(arrival, &known, policy, now);

    let ticket = match &decision.ticket {
        TicketChange::Open(new) => {
            writing::ticket(tx, mailbox, new, now)?;
            Some(new.number)
        }
        TicketChange::Join(number, state) => {
            writing::touch(tx, *number, *state, now)?;
            Some(*number)
        }
        TicketChange::Nothing(_) => None,
    };
    let mut article = match &decision.ticket {
        TicketChange::Nothing(article) => Some(*article),
        _ => None,
    };
    if let (Some(ticket), Some(new)) = (ticket, &decision.article) {
        let id = writing::article(tx, ticket, new, &contents, now)?;
        article = Some(id);
        // An agent answered a notice.
        if new.kind == Kind::EmailOut {
            writing::outbox(tx, mailbox, ticket, (id, new), None, now)?;
        }
    }
    if let (Some(ticket), Some(new)) = (ticket, &decision.acknowledgement) {
        let id = writing::article(tx, ticket, new, &[], now)?;
        writing::outbox(tx, mailbox, ticket, (id, new), Some(&body), now)?;
    }
    if let (Some(ticket), Some(new), Some(event)) = (ticket, &decision.article, decision.tell) {
        let writer = new.from.as_ref();
        let happened = Happened { event, ticket, article, actor: ACTOR, writer };
        notices::tell(tx, mailbox, &happened, now)?;
    }
    if let (Some(ticket), Some(note)) = (ticket, &decision.note) {
        writing::article(tx, ticket, note, &[], now)?;
    }
    tx.prepare_cached(
        "UPDATE ledger SET outcome = :outcome, reason = :reason, article = :article,
                           sha256 = :sha256, size = :size, original = :original,
                           message_id = coalesce(:message_id, message_id),
                           filing_due = :due, attempts = 0, retry_at = NULL
         WHERE id = :id",
    )?
    .execute(rusqlite::named_params! {
        ":id": ledger, ":outcome": decision.outcome, ":reason": decision.reason,
        ":article": article, ":sha256": sha256, ":size": size, ":original": filing.original,
        ":message_id": message_id, ":due": filing.due,
    })?;
    if raw.len() < packing::LARGE_BLOB {
        tx.prepare_cached("INSERT INTO raw (ledger, bytes) VALUES (?1, ?2)")?
            .execute((ledger, raw))?;
    } else {
        tx.prepare_cached("INSERT INTO raw (ledger, bytes) VALUES (?1, zeroblob(?2))")?
            .execute((ledger, raw.len()))?;
        packing::fill_blob(tx, "raw", ledger.0, &raw)?;
    }
    for entry in &decision.audit {
        audit::append(tx, now, entry)?;
    }
    let refused = match &decision.refused {
        Some((article, reason)) => outbox::row_of(tx, *article)?.map(|id| (id, reason)),
        None => decision.refused_notice.as_ref().map(|(id, reason)| (*id, reason)),
    };
    if let Some((id, reason)) = refused {
        outbox::came_back(tx, id, reason, now)?;
        caps::came_back(tx, id, &decision.failed, &decision.unreachable, now)?;
    }
    Ok(decision.outcome)
}

/// Everything the store knows that bears on this message.
fn known(
    tx: &Transaction<'_>,
    mailbox: MailboxId,
    arrival: &Arrival,
    body: &str,
    policy: &Policy,
    now: Timestamp,
) -> Result<Known> {
    let message = &arrival.message;
    let next_ticket = changes::next_number(tx)?;
    let Twins { own: twin, elsewhere } = twins(tx, mailbox, arrival)?;
    let mut found: Vec<(TicketNumber, Relation)> = Vec::new();
    let mut cited = message.cited();
    let answered = notices::with_id(tx, cited.iter().take(MAX_CITED))?;
    let (mut reported, mut reported_notice) = (None, None);
    if let Some(report) = &message.report {
        let letter = &report.letter;
        let ids = || letter.message_id.iter().chain(&letter.cited);
        cited.extend(ids().filter(|id| !message.cited().contains(id)).cloned());
        reported = self::reported(tx, ids().take(MAX_CITED))?;
        reported_notice = notices::with_id(tx, ids().take(MAX_CITED))?;
    }
    let noticed = match answered.or(reported_notice) {
        Some(found) => notices::noticed(tx, mailbox, found, &arrival.fingerprint, now)?,
        None => None,
    };
    cited.truncate(MAX_CITED);
    if twin.is_none() {
        for (position, id) in cited.iter().enumerate() {
            let tickets = tickets_with(tx, id)?;
            found.extend(tickets.into_iter().map(|ticket| (ticket, Relation::Cited(position))));
        }
        // What cites a shared id means the letter that had it first.
        if let Some(id) = message.message_id.as_ref().filter(|_| found.is_empty())
            && tickets_with(tx, id)?.is_empty()
        {
            let tickets = tickets_citing(tx, id)?;
            found.extend(tickets.into_iter().map(|(ticket, _)| (ticket, Relation::Citing)));
        }
        if found.is_empty() && !cited.is_empty() {
            let base = subject::base(&message.subject);
            for id in &cited {
                let tickets = tickets_citing(tx, id)?;
                let same = |(_, other): &(_, String)| subject::base(other) == base;
                let siblings = tickets.into_iter().filter(same);
                found.extend(siblings.map(|(ticket, _)| (ticket, Relation::Sibling)));
            }
        }
    }
    // What a machine says of a notice belongs to its ticket.
    let about = answered.or(reported_notice).filter(|_| machine::kind(message).is_some());
    found.extend(about.map(|(_, ticket)| (ticket, Relation::Cited(0))));
    let mut candidates = Vec::with_capacity(found.len());
    for (ticket, relation) in found {
        candidates.extend(candidate(tx, mailbox, ticket, relation)?);
    }
    let mut named = Vec::new();
    for (ticket, has_right_code) in intake::named(message, policy) {
        let Some(mut coded) = candidate(tx, mailbox, ticket, Relation::Coded)? else { continue };
        if !named.contains(&coded.ticket) {
            named.push(coded.ticket);
        }
        if has_right_code {
            coded.knows_sender = names_sender(tx, coded.ticket, message)?;
            candidates.push(coded);
        }
    }
    let to = acknowledgement::recipient(message).filter(|_| policy.acknowledge);
    let lately = match to {
        Some(to) => {
            let tickets = candidates.iter().map(|candidate| candidate.ticket);
            caps::lately(tx, to, body, tickets.chain(named.iter().copied()), now)?
        }
        None => Lately::default(),
    };
    let is_agent = is_agent(tx, message)?;
    let reported_notice = reported_notice.map(|(id, _)| id);
    Ok(Known {
        twin,
        elsewhere,
        candidates,
        reported,
        noticed,
        reported_notice,
        named,
        is_agent,
        next_ticket,
        lately,
    })
}

/// The first message of ours with one of these ids.
fn reported<'a>(
    tx: &Transaction<'_>,
    ids: impl Iterator<Item = &'a MessageId>,
) -> Result<Option<ArticleId>> {
    for id in ids {
        let found = tx
            .prepare_cached(
                "SELECT id FROM article
                 WHERE message_id = ?1 AND kind = 'email_out' ORDER BY id LIMIT 1",
            )?
            .query_row([id], |row| row.get(0))
            .optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Whether a ticket names the sender of a message among those who wrote or were written to.
fn names_sender(tx: &Transaction<'_>, ticket: TicketNumber, message: &Message) -> Result<bool> {
    let Some(from) = message.from.as_ref().map(Address::key) else { return Ok(false) };
    let mut statement = tx.prepare_cached(
        "SELECT people FROM article WHERE ticket = ?1 AND kind <> 'note'
           AND NOT (machine IS NOT NULL AND EXISTS
             (SELECT 1 FROM article AS older
              WHERE older.ticket = article.ticket AND older.id < article.id))
         ORDER BY id",
    )?;
    let mut rows = statement.query([ticket])?;
    while let Some(row) = rows.next()? {
        let people = People::read(&row.get::<_, String>(0)?);
        if people.everybody().any(|address| address.key() == from) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether the address of the sender is that of somebody who may sign in.
fn is_agent(tx: &Transaction<'_>, message: &Message) -> Result<bool> {
    let Some(from) = message.from.as_ref().map(Address::key) else { return Ok(false) };
    Ok(tx
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM agent WHERE lower(email) = ?1 AND disabled_at IS NULL)",
        )?
        .query_row([&from], |row| row.get(0))?)
}

/// The same letter as it was taken in before.
struct Twins {
    /// Through this mailbox.
    own: Option<(ArticleId, TicketNumber)>,
    /// Through others.
    elsewhere: Vec<(ArticleId, TicketNumber)>,
}

/// Finds the same letter by Message-ID and fingerprint. Without a Message-ID it is the same only
/// when it was also received in the same second: so it is after a mailbox was restored from a
/// backup, where every item has a new id.
fn twins(tx: &Transaction<'_>, mailbox: MailboxId, arrival: &Arrival) -> Result<Twins> {
    let id = arrival.message.message_id.as_ref();
    // CROSS JOIN keeps the order: by the rare Message-ID first, never through the whole ledger.
    let condition = match id {
        Some(_) => "article.message_id = :id AND article.fingerprint = :fingerprint",
        None => {
            "article.message_id IS NULL AND article.fingerprint = :fingerprint
             AND ledger.received_at = :received_at AND ledger.mailbox = :mailbox AND :id IS NULL"
        }
    };
    let mut statement = tx.prepare_cached(&format!(
        "SELECT article.id, article.ticket, ledger.mailbox = :mailbox FROM article
         CROSS JOIN ledger ON ledger.article = article.id
         WHERE {condition} AND (:received_at IS NOT NULL)
         ORDER BY article.id LIMIT {MAX_CANDIDATES}"
    ))?;
    let mut rows = statement.query(rusqlite::named_params! {
        ":id": id, ":fingerprint": arrival.fingerprint, ":mailbox": mailbox.0,
        ":received_at": arrival.received_at,
    })?;
    let mut twins = Twins { own: None, elsewhere: Vec::new() };
    while let Some(row) = rows.next()? {
        let (found, own) = ((row.get(0)?, row.get(1)?), row.get(2)?);
        match own {
            true => twins.own = twins.own.or(Some(found)),
            false if !twins.elsewhere.contains(&found) => twins.elsewhere.push(found),
            false => {}
        }
    }
    Ok(twins)
}

fn tickets_with(tx: &Transaction<'_>, id: &MessageId) -> Result<Vec<TicketNumber>> {
    Ok(tx
        .prepare_cached(
            "SELECT DISTINCT ticket FROM article WHERE message_id = ?1 ORDER BY ticket LIMIT ?2",
        )?
        .query_map((id, MAX_CANDIDATES), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?)
}

fn tickets_citing(tx: &Transaction<'_>, id: &MessageId) -> Result<Vec<(TicketNumber, String)>> {
    Ok(tx
        .prepare_cached(
            "SELECT DISTINCT article.ticket, article.subject FROM citation
             JOIN article ON article.id = citation.article
             WHERE citation.message_id = ?1 AND article.kind = 'email_in'
             ORDER BY article.ticket LIMIT ?2",
        )?
        .query_map((id, MAX_CANDIDATES), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?)
}

/// A ticket as a candidate, if there is one of that number; a merged one stands for the one it was
/// merged into.
fn candidate(
    tx: &Transaction<'_>,
    mailbox: MailboxId,
    mut ticket: TicketNumber,
    relation: Relation,
) -> Result<Option<Candidate>> {
    let mut same_mailbox = false;
    loop {
        let Some((state, closed_at, owner, merged_into)) = tx
            .prepare_cached(
                "SELECT state, closed_at, mailbox, merged_into FROM ticket WHERE number = ?1",
            )?
            .query_row([ticket], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?, row.get(3)?))
            })
            .optional()?
        else {
            return Ok(None);
        };
        // What was merged into a ticket of another mailbox is still answered through its own.
        same_mailbox |= owner == mailbox.0;
        match merged_into {
            // A ticket is merged only into one that is not merged, so this ends.
            Some(target) => ticket = target,
            None => {
                return Ok(Some(Candidate {
                    ticket,
                    relation,
                    same_mailbox,
                    state,
                    closed_at,
                    knows_sender: false,
                }));
            }
        }
    }
}
