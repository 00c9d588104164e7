//! Finding tickets by what was written in them. The index is walked from the newest article back, and
//! left as soon as enough tickets are found; nothing is ranked, for that means reading every place of
//! a common word. What is looked through for one answer is bounded, and the next answer goes on there.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, Transaction};
use serde::Serialize;

use super::asking::Asked;
use super::indexing::{self, ACKNOWLEDGEMENT};
use super::snippet::LookedFor;
pub use super::snippet::Piece;
use super::{Result, Store};
use crate::desk::folding;
use crate::desk::query::{About, Condition, Place, Query};
use crate::desk::ticket::{ArticleId, Priority, State, TicketNumber};
use crate::mail::Address;
use crate::time::Timestamp;

/// The most articles looked at for one answer, and so many more for each ticket that is wanted.
const MOST_LOOKED_AT: u32 = 4_000;
const LOOKED_AT_EACH: u32 = 20;

/// What it costs to read an article, in articles looked at.
const COST_OF_READING: u32 = 6;

/// What it costs to find out whether a ticket was in an earlier answer, in articles looked at.
const COST_OF_ASKING: u32 = 10;

/// The most files named for one ticket.
const MOST_FILES: usize = 3;

/// A ticket that was found, by its newest article in which everything occurs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Hit {
    /// The ticket.
    pub number: TicketNumber,
    /// Its subject.
    pub subject: String,
    /// The beginning of its subject, cut where words of it were marked.
    #[serde(skip)]
    pub marked_subject: Vec<Piece>,
    /// Who asks.
    pub requester: Option<Address>,
    /// Its state.
    pub state: State,
    /// Some words of the article, cut where they were marked.
    pub snippet: Vec<Piece>,
    /// The names of files of the article in which something was found, cut likewise.
    pub files: Vec<Vec<Piece>>,
    /// The article.
    pub article: ArticleId,
    /// When that article came or was written.
    pub at: Timestamp,
}

/// What was found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Found {
    /// The tickets, each once, the one with the newest article first; a ticket that was named by its
    /// number before all.
    pub results: Vec<Hit>,
    /// Where the next answer goes on; `None` when everything was looked through. There may be a next
    /// one though few or none were found.
    pub next: Option<i64>,
    /// How many articles are not in the index yet, and so cannot be found.
    pub not_indexed: u64,
}

impl Store {
    /// The tickets that answer a query, from before the cursor `after` on. Deleted tickets are
    /// found only when their state is asked for.
    pub fn search(&mut self, query: &Query, after: Option<i64>, limit: u32) -> Result<Found> {
        self.read(|tx| {
            let mut walk = Walk::new(tx, query, after)?;
            let not_indexed = indexing::missing(tx)?;
            let mut results = Vec::new();
            if let Some(number) = query.ticket
                && let Some(article) = newest_article(tx, number)?
                && walk.is_wanted(number, article)?
            {
                if after.is_none() {
                    results.push(walk.hit(number, article)?);
                }
                walk.decided.insert(number);
            }
            let next = walk.on(&mut results, limit)?;
            Ok(Found { results, next, not_indexed })
        })
    }
}

/// The newest article of a ticket that is no acknowledgement, if it has another.
fn newest_article(tx: &Transaction<'_>, number: TicketNumber) -> Result<Option<ArticleId>> {
    Ok(tx
        .prepare_cached(&format!(
            "SELECT id FROM article WHERE ticket = ?1 ORDER BY {ACKNOWLEDGEMENT}, id DESC LIMIT 1"
        ))?
        .query_row([number], |row| row.get(0))
        .optional()?)
}

/// A walk through the articles that may answer a query, the newest first.
struct Walk<'a> {
    tx: &'a Transaction<'a>,
    query: &'a Query,
    /// What SQLite is asked.
    asked: Asked<'a>,
    /// The articles from where to where, the last one not included.
    from: i64,
    upper: i64,
    /// Where the walk goes on.
    after: i64,
    /// Tickets that need not be looked at again.
    decided: HashSet<TicketNumber>,
    looked_at: u32,
}

impl<'a> Walk<'a> {
    fn new(tx: &'a Transaction<'a>, query: &'a Query, after: Option<i64>) -> Result<Self> {
        let bound =
            |at: Option<Timestamp>, none| at.map_or(Ok(none), |at| first_article_since(tx, at));
        let upper = bound(query.before, i64::MAX)?;
        Ok(Self {
            tx,
            query,
            asked: Asked::of(tx, &query.terms)?,
            from: bound(query.from, 0)?,
            upper,
            after: after.unwrap_or(i64::MAX).min(upper),
            decided: HashSet::new(),
            looked_at: 0,
        })
    }

    /// Goes on until there are enough results. Answers where the next walk begins.
    fn on(&mut self, results: &mut Vec<Hit>, limit: u32) -> Result<Option<i64>> {
        let most = MOST_LOOKED_AT.saturating_add(LOOKED_AT_EACH.saturating_mul(limit));
        let tx = self.tx;
        let mut statement = tx.prepare_cached(&match self.asked.expression {
            Some(_) => "SELECT search.rowid, article.ticket FROM search
                 CROSS JOIN article ON article.id = search.rowid
                 WHERE search MATCH :words AND search.rowid < :after AND search.rowid >= :from
                 ORDER BY search.rowid DESC"
                .to_owned(),
            // As the index has it.
            None => format!(
                "SELECT id, ticket FROM article
                 WHERE id < :after AND id >= :from AND :words IS NULL
                   AND NOT ({ACKNOWLEDGEMENT}) ORDER BY id DESC"
            ),
        })?;
        let mut rows = statement.query(rusqlite::named_params! {
            ":words": self.asked.expression, ":after": self.after, ":from": self.from,
        })?;
        while let Some(row) = rows.next()? {
            let (article, number): (ArticleId, TicketNumber) = (row.get(0)?, row.get(1)?);
            if results.len() >= limit as usize || self.looked_at >= most {
                return Ok(Some(article.0 + 1));
            }
            self.looked_at += 1;
            if self.decided.contains(&number)
                || !self.is_wanted(number, article)?
                || !self.holds(article)?
            {
                continue;
            }
            if self.was_found_before(number)? {
                self.decided.insert(number);
                continue;
            }
            self.decided.insert(number);
            results.push(self.hit(number, article)?);
        }
        Ok(None)
    }

    /// Whether the conditions hold.
    fn is_wanted(&mut self, number: TicketNumber, article: ArticleId) -> Result<bool> {
        let facts = self
            .tx
            .prepare_cached(
                "SELECT state, queue, assignee, priority, due_at, mailbox FROM ticket
                 WHERE number = ?1",
            )?
            .query_row([number], |row| {
                Ok(Facts {
                    state: row.get(0)?,
                    queue: row.get(1)?,
                    assignee: row.get(2)?,
                    priority: row.get(3)?,
                    due_at: row.get(4)?,
                    mailbox: row.get(5)?,
                })
            })?;
        if facts.state == State::Deleted && !self.query.asks_for(State::Deleted) {
            self.decided.insert(number);
            return Ok(false);
        }
        // Several states are one or the other; everything else has to hold together.
        let mut states = self
            .query
            .conditions
            .iter()
            .filter(|it| it.wanted && matches!(it.about, About::State(_)))
            .peekable();
        if states.peek().is_some() && !states.any(|it| it.about == About::State(facts.state)) {
            self.decided.insert(number);
            return Ok(false);
        }
        for Condition { about, wanted } in &self.query.conditions {
            let holds = match about {
                About::State(_) if *wanted => true,
                About::State(state) => facts.state == *state,
                About::Queue(queue) => same(queue.as_deref(), facts.queue.as_deref()),
                About::Assignee(agent) => same(agent.as_deref(), facts.assignee.as_deref()),
                About::Priority(priority) => facts.priority == *priority,
                About::Mailbox(name) => same(Some(name), Some(&self.mailbox(facts.mailbox)?)),
                About::NoDueDate => facts.due_at.is_none(),
                About::Overdue(now) => facts.state.is_overdue(facts.due_at, *now),
                About::Tag(tag) => self.has_tag(number, tag)?,
                About::Attachment => self.has_attachment(article)?,
            };
            if holds != *wanted {
                // Another article of the same ticket may bring a file.
                if *about != About::Attachment {
                    self.decided.insert(number);
                }
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether everything occurs that SQLite was not asked for.
    fn holds(&mut self, article: ArticleId) -> Result<bool> {
        if self.asked.reads() {
            self.looked_at += COST_OF_READING;
        }
        self.asked.holds(self.tx, article)
    }

    fn mailbox(&self, id: i64) -> Result<String> {
        Ok(self
            .tx
            .prepare_cached("SELECT name FROM mailbox WHERE id = ?1")?
            .query_row([id], |row| row.get(0))?)
    }

    fn has_tag(&self, number: TicketNumber, tag: &str) -> Result<bool> {
        let tags: Vec<String> = self
            .tx
            .prepare_cached("SELECT tag FROM ticket_tag WHERE ticket = ?1")?
            .query_map([number], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(tags.iter().any(|found| same(Some(found), Some(tag))))
    }

    /// Whether a file came with an article; pictures inside the text do not count.
    fn has_attachment(&self, article: ArticleId) -> Result<bool> {
        Ok(self
            .tx
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM attachment WHERE article = ?1 AND inline = 0)",
            )?
            .query_row([article], |row| row.get(0))?)
    }

    /// Whether a ticket was in an earlier answer, because an article from before this walk answers
    /// the query as well.
    fn was_found_before(&mut self, number: TicketNumber) -> Result<bool> {
        if self.after >= self.upper {
            return Ok(false);
        }
        let newer: Vec<ArticleId> = self
            .tx
            .prepare_cached(&format!(
                "SELECT id FROM article
                 WHERE ticket = ?1 AND id >= ?2 AND id < ?3 AND NOT ({ACKNOWLEDGEMENT}) ORDER BY id"
            ))?
            .query_map((number, self.after, self.upper), |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for article in newer {
            self.looked_at += COST_OF_ASKING;
            let occurs = match &self.asked.expression {
                None => true,
                Some(expression) => self
                    .tx
                    .prepare_cached(
                        "SELECT EXISTS (SELECT 1 FROM search WHERE search MATCH ?1 AND rowid = ?2)",
                    )?
                    .query_row((expression, article), |row| row.get(0))?,
            };
            if occurs && self.is_wanted(number, article)? && self.holds(article)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn hit(&self, number: TicketNumber, article: ArticleId) -> Result<Hit> {
        let mut hit = self
            .tx
            .prepare_cached(
                "SELECT ticket.subject, ticket.state, person.address, person.name,
                        article.created_at, coalesce(article.visible_text, article.text)
                 FROM article JOIN ticket ON ticket.number = ?2
                 LEFT JOIN person ON person.id = ticket.requester WHERE article.id = ?1",
            )?
            .query_row((article, number), |row| {
                let (address, name): (Option<String>, Option<String>) = (row.get(2)?, row.get(3)?);
                let text: String = row.get(5)?;
                Ok(Hit {
                    number,
                    subject: row.get(0)?,
                    marked_subject: Vec::new(),
                    requester: address
                        .map(|address| Address { address, name: name.unwrap_or_default() }),
                    state: row.get(1)?,
                    snippet: self.looked_for(Place::Anywhere).around(&text),
                    files: Vec::new(),
                    article,
                    at: row.get(4)?,
                })
            })?;
        hit.marked_subject = self.looked_for(Place::Subject).beginning(&hit.subject);
        hit.files = self.files(article)?;
        Ok(hit)
    }

    /// What is to be marked in a place.
    fn looked_for(&self, place: Place) -> LookedFor<'a> {
        LookedFor::of(&self.query.terms, place)
    }

    /// The names of an article's files in which something was found.
    fn files(&self, article: ArticleId) -> Result<Vec<Vec<Piece>>> {
        let looked_for = self.looked_for(Place::Anywhere);
        let mut statement = self
            .tx
            .prepare_cached("SELECT filename FROM attachment WHERE article = ?1 ORDER BY id")?;
        let mut rows = statement.query([article])?;
        let mut files = Vec::new();
        while let Some(row) = rows.next()? {
            let name = looked_for.around(&row.get::<_, String>(0)?);
            if name.iter().any(|piece| piece.marked) {
                files.push(name);
            }
            if files.len() == MOST_FILES {
                break;
            }
        }
        Ok(files)
    }
}

/// What conditions are about.
struct Facts {
    state: State,
    queue: Option<String>,
    assignee: Option<String>,
    priority: Priority,
    due_at: Option<Timestamp>,
    mailbox: i64,
}

/// Whether two names are the same, or both missing.
fn same(one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other || folding::folded(one) == folding::folded(other),
        (None, None) => true,
        _ => false,
    }
}

/// The first article that came or was written at this moment or later. Their ids grow with time, so
/// it is found by halving.
fn first_article_since(tx: &Transaction<'_>, at: Timestamp) -> Result<i64> {
    let last: i64 = tx
        .prepare_cached("SELECT coalesce(max(id), 0) FROM article")?
        .query_row([], |row| row.get(0))?;
    let (mut low, mut high) = (0, last + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let (id, created_at): (i64, Timestamp) = tx
            .prepare_cached(
                "SELECT id, created_at FROM article WHERE id >= ?1 ORDER BY id LIMIT 1",
            )?
            .query_row([middle], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if created_at < at {
            low = id + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}
