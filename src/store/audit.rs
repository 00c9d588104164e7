//! The audit chain: appending, listing, and checking it. The kinds of entry and the hash of one are in
//! `desk/audit.rs`.

use rusqlite::{Row, Transaction};

use super::{Listing, Result, Store, packing};
pub(super) use crate::desk::audit::Action;
use crate::desk::audit::{Entry, GENESIS, NewEntry, hash_of};
use crate::desk::digest::sha256;
use crate::desk::ticket::{LedgerId, TicketNumber};
use crate::time::Timestamp;

/// The most bytes of a reason that an entry repeats.
const REASON_BYTES: usize = 200;

/// An entry about neither a ticket nor a message.
pub(super) fn by(actor: &str, action: Action, detail: String) -> NewEntry {
    NewEntry { actor: actor.to_owned(), action, ticket: None, ledger: None, detail }
}

/// Appends an entry to the chain, in the transaction that made the change it speaks of.
pub(super) fn append(tx: &Transaction<'_>, now: Timestamp, new: &NewEntry) -> Result<()> {
    let last = tx
        .prepare_cached("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)));
    let (seq, prev) = match last {
        Ok((seq, hash)) => (seq + 1, hash),
        Err(rusqlite::Error::QueryReturnedNoRows) => (1, GENESIS.to_owned()),
        Err(error) => return Err(error.into()),
    };
    let mut entry = Entry {
        seq,
        at: now,
        actor: new.actor.clone(),
        action: new.action.to_string(),
        ticket: new.ticket,
        ledger: new.ledger,
        detail: new.detail.clone(),
        prev,
        hash: String::new(),
    };
    entry.hash = hash_of(&entry);
    tx.prepare_cached(
        "INSERT INTO audit (seq, at, actor, action, ticket, ledger, detail, prev, hash)
         VALUES (:seq, :at, :actor, :action, :ticket, :ledger, :detail, :prev, :hash)",
    )?
    .execute(rusqlite::named_params! {
        ":seq": entry.seq, ":at": entry.at, ":actor": entry.actor, ":action": entry.action,
        ":ticket": entry.ticket, ":ledger": entry.ledger, ":detail": entry.detail,
        ":prev": entry.prev, ":hash": entry.hash,
    })?;
    Ok(())
}

/// A reason as an entry repeats it: cut to [`REASON_BYTES`], at a character, with a mark where something
/// is missing.
pub(super) fn shortened(reason: &str) -> String {
    if reason.len() <= REASON_BYTES {
        return reason.to_owned();
    }
    let mut end = REASON_BYTES;
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &reason[..end])
}

/// What a check of the chain found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Every entry hashes to what it says and names the one before.
    Whole {
        /// How many entries there are.
        entries: i64,
        /// The hash of the last one: the head, to print or to mail.
        head: String,
    },
    /// The first entry that does not fit.
    Broken {
        /// Its place.
        seq: i64,
        /// What is wrong with it.
        why: String,
    },
}

impl Store {
    /// The newest entries first, from before `after` on.
    pub fn audit(&mut self, after: Option<i64>, limit: u32) -> Result<Listing<Entry>> {
        self.read(|tx| {
            let rows = tx
                .prepare_cached(
                    "SELECT seq, at, actor, action, ticket, ledger, detail, prev, hash FROM audit
                     WHERE seq < :after ORDER BY seq DESC LIMIT :limit + 1",
                )?
                .query_map((after.unwrap_or(i64::MAX), limit), entry)?
                .collect::<rusqlite::Result<_>>()?;
            Ok(Listing::cut(rows, limit, |entry: &Entry| entry.seq))
        })
    }

    /// The newest entries of one kind first, from before `after` on. Those of a ticket are found by an
    /// index; for others one look goes back over so many entries, and `next` leads further back even
    /// where nothing was found.
    pub fn trail(
        &mut self,
        filter: &Filter,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Listing<Entry>> {
        if *filter == Filter::default() {
            return self.audit(after, limit);
        }
        self.read(|tx| {
            let last: i64 = tx
                .prepare_cached("SELECT ifnull(max(seq), 0) FROM audit")?
                .query_row([], |row| row.get(0))?;
            let after = after.unwrap_or(i64::MAX).min(last + 1);
            let from = match filter.ticket {
                Some(_) => 0,
                None => after - LOOK_BACK,
            };
            // The index holds only entries of tickets, so the ticket has to be asked for outright.
            let (source, of_ticket) = match filter.ticket {
                Some(_) => ("audit INDEXED BY audit_of_ticket", "ticket = :ticket"),
                None => ("audit NOT INDEXED", ":ticket IS NULL"),
            };
            let rows: Vec<Entry> = tx
                .prepare_cached(&format!(
                    "SELECT seq, at, actor, action, ticket, ledger, detail, prev, hash
                     FROM {source}
                     WHERE seq < :after AND seq >= :from
                       AND {of_ticket}
                       AND (:ledger IS NULL OR ledger = :ledger)
                       AND (:actor IS NULL OR actor = :actor OR actor LIKE '%:' || :actor)
                       AND (:action IS NULL OR action = :action)
                     ORDER BY seq DESC LIMIT :limit + 1"
                ))?
                .query_map(
                    rusqlite::named_params! {
                        ":after": after, ":from": from, ":ticket": filter.ticket,
                        ":ledger": filter.ledger, ":actor": filter.actor,
                        ":action": filter.action.map(|action| action.as_str()), ":limit": limit,
                    },
                    entry,
                )?
                .collect::<rusqlite::Result<_>>()?;
            let mut listing = Listing::cut(rows, limit, |entry: &Entry| entry.seq);
            if listing.next.is_none() && from > 1 {
                listing.next = Some(from);
            }
            Ok(listing)
        })
    }

    /// Walks the part of the chain that ends with entry `to`, the newest one when absent, over at most
    /// `most` entries: each has to hold its own hash and to name the one before it.
    pub fn verify_part(&mut self, to: Option<i64>, most: u32) -> Result<Part> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT seq, at, actor, action, ticket, ledger, detail, prev, hash FROM audit
                 WHERE seq <= ?1 ORDER BY seq DESC LIMIT ?2 + 1",
            )?;
            let rows = statement.query_map((to.unwrap_or(i64::MAX), most), entry)?;
            let mut rows = rows.collect::<rusqlite::Result<Vec<Entry>>>()?;
            rows.reverse();
            // The first one only tells what the next has to name, unless it is the very first.
            let whole = rows.len() <= most as usize;
            let (mut seq, mut head) = match rows.first() {
                Some(first) if !whole => (first.seq, first.hash.clone()),
                _ => (0, GENESIS.to_owned()),
            };
            let from = seq + 1;
            for row in rows.iter().skip(usize::from(!whole)) {
                if let Some(why) = misfit(row, seq, &head) {
                    let verdict = Verdict::Broken { seq: row.seq, why: why.to_owned() };
                    return Ok(Part { from, to: row.seq, verdict });
                }
                (seq, head) = (row.seq, row.hash.clone());
            }
            Ok(Part { from, to: seq, verdict: Verdict::Whole { entries: seq + 1 - from, head } })
        })
    }

    /// Walks the whole chain.
    pub fn verify_audit(&mut self) -> Result<Verdict> {
        self.read(|tx| {
            let mut statement = tx.prepare(
                "SELECT seq, at, actor, action, ticket, ledger, detail, prev, hash FROM audit
                 ORDER BY seq",
            )?;
            let (mut entries, mut head) = (0, GENESIS.to_owned());
            for row in statement.query_map([], entry)? {
                let row = row?;
                if let Some(why) = misfit(&row, entries, &head) {
                    return Ok(Verdict::Broken { seq: row.seq, why: why.to_owned() });
                }
                entries = row.seq;
                head = row.hash;
            }
            Ok(Verdict::Whole { entries, head })
        })
    }
}

/// Why an entry does not fit behind entry `seq` with this hash, if so.
fn misfit(entry: &Entry, seq: i64, head: &str) -> Option<&'static str> {
    if entry.seq != seq + 1 {
        Some("an entry before it is missing")
    } else if entry.prev != head {
        Some("it does not name the entry before it")
    } else if entry.hash != hash_of(entry) {
        Some("its content does not give its hash")
    } else {
        None
    }
}

/// Entries that one look for a kind of entry goes back over.
const LOOK_BACK: i64 = 20_000;

/// Which entries a list shows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// Only those of this ticket.
    pub ticket: Option<TicketNumber>,
    /// Only those of this message.
    pub ledger: Option<LedgerId>,
    /// Only those by this actor, as `agent:ana` or `ana`.
    pub actor: Option<String>,
    /// Only those that tell of this.
    pub action: Option<Action>,
}

/// What a check of a part of the chain found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// The first entry that was checked.
    pub from: i64,
    /// The last one.
    pub to: i64,
    /// What was found; the head is the hash of the last one.
    pub verdict: Verdict,
}

/// What a check of the stored originals found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Originals {
    /// How many are kept.
    pub kept: u64,
    /// Those that are not what was fetched, by their ledger rows.
    pub damaged: Vec<LedgerId>,
}

impl Store {
    /// Holds every stored original against the digest its ledger row got when it was fetched.
    pub fn verify_originals(&mut self) -> Result<Originals> {
        self.read(|tx| {
            let mut statement = tx.prepare(
                "SELECT raw.ledger, raw.bytes, ledger.sha256 FROM raw
                 JOIN ledger ON ledger.id = raw.ledger ORDER BY raw.ledger",
            )?;
            let mut originals = Originals::default();
            let rows = statement.query_map([], |row| {
                Ok((row.get::<_, LedgerId>(0)?, row.get::<_, Vec<u8>>(1)?, row.get(2)?))
            })?;
            for row in rows {
                let (ledger, frame, expected): (_, _, Option<String>) = row?;
                originals.kept += 1;
                let found = packing::unpack(&frame).ok().map(|raw| sha256(&raw));
                if found.is_none() || found != expected {
                    originals.damaged.push(ledger);
                }
            }
            Ok(originals)
        })
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        seq: row.get(0)?,
        at: row.get(1)?,
        actor: row.get(2)?,
        action: row.get(3)?,
        ticket: row.get(4)?,
        ledger: row.get(5)?,
        detail: row.get(6)?,
        prev: row.get(7)?,
        hash: row.get(8)?,
    })
}
