//! The audit chain: appending, listing, and checking it.

use rusqlite::{Row, Transaction};

use super::{Listing, Result, Store, writing};
pub(super) use crate::desk::audit::Action;
use crate::desk::audit::{Entry, GENESIS, NewEntry, hash_of};
use crate::desk::ticket::LedgerId;
use crate::time::Timestamp;

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
                let broken = |why: &str| Ok(Verdict::Broken { seq: row.seq, why: why.to_owned() });
                if row.seq != entries + 1 {
                    return broken("an entry before it is missing");
                }
                if row.prev != head {
                    return broken("it does not name the entry before it");
                }
                if row.hash != hash_of(&row) {
                    return broken("its content does not give its hash");
                }
                entries = row.seq;
                head = row.hash;
            }
            Ok(Verdict::Whole { entries, head })
        })
    }
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
                let found = writing::unpack(&frame).ok().map(|raw| writing::sha256(&raw));
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
