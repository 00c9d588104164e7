//! Messages of ours for people: which ones wait, were refused or are undecided, and what a person
//! decides about one of them. How they leave by themselves is in `outbox`.

use rusqlite::{OptionalExtension, Row, Transaction};

use super::once::{self, By, Made};
use super::tickets::cited_by;
use super::values::{People, from_json};
use super::{Error, Listing, MailboxId, Result, Store, audit, indexing, writing};
use crate::desk::audit::{Action, NewEntry};
use crate::desk::caps;
use crate::desk::new::NewArticle;
use crate::desk::notice::Event;
use crate::desk::outbox::{self, OutboxRow, Step};
use crate::desk::ticket::{Delivery, Kind, OutboxId, State};
use crate::mail::Address;
use crate::time::Timestamp;

const ROWS: &str = "SELECT outbox.id, mailbox.name, coalesce(article.ticket, notice.ticket), \
     article.id, outbox.automatic, outbox.state, outbox.reason, article.people, article.subject, \
     coalesce(article.message_id, notice.message_id), \
     outbox.queued_at, outbox.due_at, outbox.tried_at, outbox.sent_at, outbox.attempts, \
     outbox.state = 'drafting' AND outbox.draft_item IS NOT NULL, \
     agent.name, agent.email, notice.event, \
     (SELECT json_group_array(mailed.address) FROM mailed \
      WHERE mailed.outbox = outbox.id AND mailed.returned_at IS NOT NULL) \
     FROM outbox LEFT JOIN article ON article.id = outbox.article \
     LEFT JOIN notice ON notice.outbox = outbox.id LEFT JOIN agent ON agent.id = notice.agent \
     JOIN mailbox ON mailbox.id = outbox.mailbox";

/// Which messages of ours a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those that have come so far; otherwise all but the sent.
    pub state: Option<Delivery>,
    /// Only those of this mailbox.
    pub mailbox: Option<String>,
}

impl Store {
    /// Messages of ours, the newest first, from before `after` on.
    pub fn outbox(
        &mut self,
        filter: &Filter,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Listing<OutboxRow>> {
        self.read(|tx| {
            let rows = tx
                .prepare_cached(&listing(filter.state))?
                .query_map(
                    rusqlite::named_params! {
                        ":after": after.unwrap_or(i64::MAX), ":mailbox": filter.mailbox,
                        ":limit": limit,
                    },
                    outbox_row,
                )?
                .collect::<rusqlite::Result<_>>()?;
            Ok(Listing::cut(rows, limit, |row: &OutboxRow| row.id.0))
        })
    }

    /// One message of ours.
    pub fn outbox_row(&mut self, id: OutboxId) -> Result<OutboxRow> {
        self.read(|tx| row(tx, id))
    }

    /// Writes a refused message anew, as an article of its own that waits to be sent; returns its
    /// outbox row. It goes to [`OutboxRow::missed`], so that nobody gets it twice. A letter with an id of
    /// its own can be told from the first, wherever that is.
    pub fn send_again<'a>(
        &mut self,
        id: OutboxId,
        by: impl Into<By<'a>>,
        now: Timestamp,
    ) -> Result<OutboxId> {
        self.decide(id, by.into(), now, |tx, actor| {
            let old = row(tx, id)?;
            outbox::may(&old, Step::Again, now).map_err(refused)?;
            let (mailbox, state): (i64, State) = tx
                .prepare_cached(
                    "SELECT outbox.mailbox, ticket.state FROM outbox
                     JOIN article ON article.id = outbox.article
                     JOIN ticket ON ticket.number = article.ticket WHERE outbox.id = ?1",
                )?
                .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
            if state == State::Deleted {
                let why = format!("ticket {} is deleted; undelete it first", old.ticket);
                return Err(Error::NotPossible(why));
            }
            let (mut article, body) = written(tx, &old)?;
            [article.to, article.cc, article.bcc] = old.missed();
            let copy = writing::article(tx, old.ticket, &article, &[], now)?;
            indexing::changing(tx, copy, || {
                tx.prepare_cached(
                    "INSERT INTO attachment (article, content, filename, content_type, inline, content_id)
                     SELECT ?2, content, filename, content_type, inline, content_id FROM attachment
                     WHERE article = ?1 ORDER BY id",
                )?
                .execute((old.article, copy))
                .map_err(Error::from)
            })?;
            let entry = (copy, &article);
            writing::outbox(tx, MailboxId(mailbox), old.ticket, entry, body.as_deref(), now)?;
            let new: OutboxId = tx
                .prepare_cached("SELECT id FROM outbox WHERE article = ?1")?
                .query_row([copy], |row| row.get(0))?;
            note(tx, id, &outbox::sent_again(new, &old.reason))?;
            tx.prepare_cached("UPDATE mailed SET returned_at = NULL WHERE outbox = ?1")?
                .execute([id])?;
            writing::touch(tx, old.ticket, state, now)?;
            let detail = format!("as outbox {new}");
            say(tx, actor, &old, Action::SentAgain, &detail, now)?;
            Ok(Made { ticket: old.ticket, article: Some(copy), outbox: Some(new) })
        })
    }

    /// Takes an undecided message for sent, because a person found that it left.
    pub fn settle_as_sent<'a>(
        &mut self,
        id: OutboxId,
        by: impl Into<By<'a>>,
        now: Timestamp,
    ) -> Result<OutboxId> {
        self.decide(id, by.into(), now, |tx, actor| {
            let row = row(tx, id)?;
            outbox::may(&row, Step::Sent, now).map_err(refused)?;
            let at = row.tried_at.unwrap_or(now);
            tx.prepare_cached(
                "UPDATE outbox SET state = 'sent', sent_at = ?2, reason = '' WHERE id = ?1",
            )?
            .execute((id, at))?;
            tx.prepare_cached("UPDATE article SET sent_at = ?2 WHERE id = ?1")?
                .execute((row.article, at))?;
            say(tx, actor, &row, Action::SettledAsSent, "", now)?;
            Ok(Made { ticket: row.ticket, article: row.article, outbox: Some(id) })
        })
    }

    /// Gives a message up that waits, is undecided or was refused; it is neither sent nor looked for
    /// any more.
    pub fn give_up<'a>(
        &mut self,
        id: OutboxId,
        why: &str,
        by: impl Into<By<'a>>,
        now: Timestamp,
    ) -> Result<OutboxId> {
        self.decide(id, by.into(), now, |tx, actor| {
            let row = row(tx, id)?;
            outbox::may(&row, Step::GiveUp, now).map_err(refused)?;
            note(tx, id, &outbox::given_up(why, &row.reason))?;
            // The reason may name somebody; the trail outlives what is erased.
            let detail = format!("was {}, {} characters of reason", row.state, why.chars().count());
            say(tx, actor, &row, Action::GivenUp, &detail, now)?;
            Ok(Made { ticket: row.ticket, article: row.article, outbox: Some(id) })
        })
    }

    /// Decides about one message; which message to show then.
    fn decide(
        &mut self,
        id: OutboxId,
        by: By<'_>,
        now: Timestamp,
        work: impl FnOnce(&Transaction<'_>, &str) -> Result<Made>,
    ) -> Result<OutboxId> {
        self.write(|tx| {
            let made = once::done(tx, by, now, |tx| work(tx, by.actor))?;
            Ok(made.outbox.unwrap_or(id))
        })
    }
}

/// The statement for a list. What was not sent are few among very many, and an index has them.
fn listing(state: Option<Delivery>) -> String {
    let state = match state {
        Some(Delivery::Sent) => {
            return format!(
                "{ROWS} WHERE outbox.id < :after AND outbox.state = 'sent'
                   AND (:mailbox IS NULL OR mailbox.name = :mailbox)
                 ORDER BY outbox.id DESC LIMIT :limit + 1"
            );
        }
        None => "outbox.state <> 'sent'",
        Some(Delivery::Queued) => "outbox.state <> 'sent' AND state IN ('queued', 'drafting')",
        Some(Delivery::Refused) => "outbox.state <> 'sent' AND state = 'refused'",
        Some(Delivery::Unknown) => "outbox.state <> 'sent' AND state = 'unknown'",
    };
    format!(
        "{ROWS} WHERE outbox.id IN (
           SELECT outbox.id FROM outbox INDEXED BY outbox_unsent
           WHERE outbox.id < :after AND {state}
             AND (:mailbox IS NULL
                  OR outbox.mailbox = (SELECT id FROM mailbox WHERE name = :mailbox))
           ORDER BY outbox.id DESC LIMIT :limit + 1)
         ORDER BY outbox.id DESC"
    )
}

fn refused(why: outbox::NotPossible) -> Error {
    Error::NotPossible(why.to_string())
}

fn row(tx: &Transaction<'_>, id: OutboxId) -> Result<OutboxRow> {
    tx.prepare_cached(&format!("{ROWS} WHERE outbox.id = ?1"))?
        .query_row([id], outbox_row)
        .optional()?
        .ok_or_else(|| Error::NoSuch(format!("there is no outbox row {id}")))
}

fn outbox_row(row: &Row<'_>) -> rusqlite::Result<OutboxRow> {
    let people: Option<String> = row.get(7)?;
    let event: Option<Event> = row.get(18)?;
    let (people, subject) = match (people, event) {
        (Some(people), _) => (People::read(&people), row.get(8)?),
        (None, event) => {
            let agent = Address {
                address: row.get::<_, Option<_>>(17)?.unwrap_or_default(),
                name: row.get::<_, Option<_>>(16)?.unwrap_or_default(),
            };
            let event = event.map_or("", Event::as_str);
            (People { to: vec![agent], ..People::default() }, format!("notice: {event}"))
        }
    };
    let state: String = row.get(5)?;
    let state = match state.as_str() {
        "sent" => Delivery::Sent,
        "refused" => Delivery::Refused,
        "unknown" => Delivery::Unknown,
        _ => Delivery::Queued,
    };
    let bounced: Option<Vec<String>> = from_json(row.get(19)?);
    let bounced = bounced.unwrap_or_default();
    let everybody = [&people.to[..], &people.cc, &people.bcc].concat();
    let came_back = everybody.into_iter().filter(|one| bounced.contains(&caps::key(one))).collect();
    let due_at: Timestamp = row.get(11)?;
    let is_open = matches!(state, Delivery::Queued | Delivery::Unknown);
    Ok(OutboxRow {
        id: row.get(0)?,
        mailbox: row.get(1)?,
        ticket: row.get(2)?,
        article: row.get(3)?,
        automatic: row.get(4)?,
        state,
        reason: row.get(6)?,
        to: people.to,
        cc: people.cc,
        bcc: people.bcc,
        came_back,
        subject,
        message_id: row.get(9)?,
        queued_at: row.get(10)?,
        due_at: is_open.then_some(due_at),
        tried_at: row.get(12)?,
        sent_at: row.get(13)?,
        attempts: row.get(14)?,
        is_drafted: row.get(15)?,
    })
}

/// What was written, without its files; and for an automatic letter by what it is known which one it
/// answers.
fn written(tx: &Transaction<'_>, old: &OutboxRow) -> Result<(NewArticle, Option<String>)> {
    let mut article = tx
        .prepare_cached(
            "SELECT people, subject, in_reply_to, text, visible_text, machine FROM article
             WHERE id = ?1",
        )?
        .query_row([old.article], |row| {
            let people: String = row.get(0)?;
            let people = People::read(&people);
            let text: String = row.get(3)?;
            let visible: Option<String> = row.get(4)?;
            Ok(NewArticle {
                from: people.from,
                reply_to: people.reply_to,
                to: people.to,
                cc: people.cc,
                bcc: people.bcc,
                subject: row.get(1)?,
                in_reply_to: row.get(2)?,
                visible_text: visible.unwrap_or_else(|| text.clone()),
                text,
                machine: row.get(5)?,
                ..NewArticle::empty(Kind::EmailOut)
            })
        })?;
    // A notice was refused before.
    article.cited = old.article.map_or(Ok(Vec::new()), |id| cited_by(tx, id))?;
    let body = tx
        .prepare_cached("SELECT body FROM mailed WHERE outbox = ?1 AND body IS NOT NULL LIMIT 1")?
        .query_row([old.id], |row| row.get(0));
    match body {
        // What it answers is no longer counted.
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok((article, old.automatic.then(String::new))),
        other => Ok((article, Some(other?))),
    }
}

/// A person has dealt with it: it does not leave (any more).
fn note(tx: &Transaction<'_>, id: OutboxId, reason: &str) -> Result<()> {
    tx.prepare_cached("UPDATE outbox SET state = 'refused', reason = ?2 WHERE id = ?1")?
        .execute((id, reason))?;
    Ok(())
}

fn say(
    tx: &Transaction<'_>,
    actor: &str,
    row: &OutboxRow,
    action: Action,
    detail: &str,
    now: Timestamp,
) -> Result<()> {
    let colon = if detail.is_empty() { "" } else { ": " };
    let entry = NewEntry {
        actor: actor.to_owned(),
        action,
        ticket: Some(row.ticket),
        ledger: None,
        detail: format!("outbox {}{colon}{detail}", row.id),
    };
    audit::append(tx, now, &entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::empty;

    #[test]
    fn what_was_not_sent_is_found_without_reading_what_was() {
        let (_folder, store) = empty();
        for (state, by_index) in [
            (None, true),
            (Some(Delivery::Queued), true),
            (Some(Delivery::Refused), true),
            (Some(Delivery::Unknown), true),
            (Some(Delivery::Sent), false),
        ] {
            let plan = store.plan(&listing(state));
            let has = |part: &str| plan.iter().any(|line| line.contains(part));
            assert_eq!(has("USING COVERING INDEX outbox_unsent"), by_index, "{state:?}: {plan:#?}");
            let whole = |line: &String| line.starts_with("SCAN outbox") && !line.contains("unsent");
            assert!(!plan.iter().any(whole), "{state:?}: {plan:#?}");
        }
    }
}
