//! A private copy of the database to try things in, and what intake made of it. The copy is SQLite's
//! own temporary database: nobody else can open it, and it vanishes when it is closed, in whatever
//! way that happens.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use super::{MailboxId, Result, Store, migrations};
use crate::desk::ledger::{Outcome, Preview};
use crate::desk::ticket::LedgerId;
use crate::time::Timestamp;

/// The rows of a mailbox that were settled before.
#[derive(Debug)]
pub struct Settled {
    ledger: HashSet<LedgerId>,
    outbox: i64,
}

impl Store {
    /// A copy of the database at `path`, or an empty one when there is none yet. The database itself
    /// is only read.
    pub fn scratch(path: &Path, now: Timestamp) -> Result<Self> {
        let mut db = Connection::open("")?;
        if path.exists() {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let source = Connection::open_with_flags(path, flags)?;
            source.busy_timeout(super::BUSY)?;
            // All at once, or a busy appliance would make it begin again and again.
            Backup::new(&source, &mut db)?.step(-1)?;
        }
        let mut store = Self { db, path: PathBuf::new() };
        store.common_settings()?;
        migrations::bring_up_to_date(&mut store, now)?;
        Ok(store)
    }

    /// What is settled already.
    pub fn settled(&mut self, mailbox: MailboxId) -> Result<Settled> {
        let ledger = self
            .db
            .prepare("SELECT id FROM ledger WHERE mailbox = ?1 AND outcome <> 'waiting'")?
            .query_map([mailbox.0], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let outbox =
            self.db.query_row("SELECT coalesce(max(id), 0) FROM outbox", [], |row| row.get(0))?;
        Ok(Settled { ledger, outbox })
    }

    /// What became of everything that was not settled before.
    pub fn preview(&mut self, mailbox: MailboxId, before: &Settled) -> Result<Preview> {
        let mut preview = Preview {
            mailbox: String::new(),
            activated_at: Timestamp::from_unix(0),
            messages: 0,
            oldest: None,
            newest: None,
            tickets: 0,
            joins: 0,
            duplicates: 0,
            machine: 0,
            archived: 0,
            acknowledgements: 0,
            quarantined: 0,
            unread: 0,
            copies: 0,
            removals: 0,
            moves: 0,
        };
        let mut statement = self.db.prepare(
            "SELECT ledger.id, ledger.outcome, ledger.received_at, article.machine IS NOT NULL,
                    ledger.received_at < mailbox.activated_at
             FROM ledger JOIN mailbox ON mailbox.id = ledger.mailbox
             LEFT JOIN article ON article.id = ledger.article
             WHERE ledger.mailbox = ?1 ORDER BY ledger.id",
        )?;
        let mut rows = statement.query([mailbox.0])?;
        while let Some(row) = rows.next()? {
            if before.ledger.contains(&row.get(0)?) {
                continue;
            }
            let (outcome, received_at): (Outcome, Timestamp) = (row.get(1)?, row.get(2)?);
            let (machine, old): (bool, bool) = (row.get(3)?, row.get(4)?);
            let counter = match outcome {
                Outcome::Opened => &mut preview.tickets,
                Outcome::Joined => &mut preview.joins,
                Outcome::Duplicate => &mut preview.duplicates,
                Outcome::Quarantined => &mut preview.quarantined,
                Outcome::Waiting => &mut preview.unread,
                Outcome::Vanished | Outcome::Discarded => continue,
            };
            *counter += 1;
            preview.messages += 1;
            preview.oldest = Some(preview.oldest.map_or(received_at, |at| at.min(received_at)));
            preview.newest = Some(preview.newest.map_or(received_at, |at| at.max(received_at)));
            if matches!(outcome, Outcome::Opened | Outcome::Joined) {
                preview.machine += u64::from(machine);
                preview.archived += u64::from(old);
            }
        }
        preview.acknowledgements = self.db.query_row(
            "SELECT count(*) FROM outbox WHERE id > ?1 AND mailbox = ?2",
            (before.outbox, mailbox.0),
            |row| row.get(0),
        )?;
        Ok(preview)
    }
}
