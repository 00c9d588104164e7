//! The one SQLite file: how it is opened and what holds for every statement in it. What each column
//! of the house asks and writes is in the file of that column; SQL stands in the function that runs
//! it.

pub mod answering;
mod asking;
pub mod audit;
mod caps;
pub mod changes;
pub mod content;
pub mod drafts;
pub mod figures;
pub mod filing;
pub mod health;
mod indexing;
pub mod intake;
pub mod ledger;
pub mod ledger_lists;
pub mod listing;
pub mod lists;
pub mod migrations;
mod notices;
pub mod once;
pub mod outbox;
mod packing;
pub mod people;
mod preview;
pub mod requesters;
pub mod retention;
pub mod search;
pub mod secrets;
pub mod status;
pub mod tickets;
pub mod tokens;
pub mod tries;
pub mod undelivered;
pub mod unsent;
mod values;
mod waits;
mod writing;

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::desk::outgoing;
use crate::desk::thread::TagKey;
use crate::time::Timestamp;

/// How long a statement waits for another writer.
const BUSY: Duration = Duration::from_secs(20);

/// Bytes per page. Letters of 55 KB go in a quarter faster than with 4 KiB; with 16 KiB another
/// tenth, but then each new message costs half as much again once there are a million, for it meets
/// that many bytes of each index.
const PAGE_SIZE: u32 = 8_192;

/// Pages kept in memory by each open store, in KiB (negative, as SQLite wants it). A dozen stores
/// are open at rest.
const CACHE_KIB: i64 = -2_000;

/// The same for a store that takes in mail: with a million messages each new one meets a dozen
/// pages of the indexes that were not used lately.
const WORKING_CACHE_KIB: i64 = -8_000;

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened or made.
    #[error("cannot open the database {}: {why}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why not, and what to do.
        why: String,
    },
    /// The file was written by a newer program.
    #[error(
        "the database {} is from a newer version of counterfoil (schema {found}, this program \
         knows {known}); install that version, or restore a backup made before the upgrade",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The schema it has.
        found: i64,
        /// The newest schema we know.
        known: i64,
    },
    /// Another program runs on the same file.
    #[error(
        "another counterfoil is already running on the database {}; stop it first, or give this \
         one its own [store] path",
        .0.display()
    )]
    InUse(PathBuf),
    /// What was asked for does not exist.
    #[error("{0}")]
    NoSuch(String),
    /// The desk says no.
    #[error("{0}")]
    NotPossible(String),
    /// What was given is not what it is meant for.
    #[error("{0}")]
    NoSuchValue(String),
    /// What an agent wrote cannot be put into the ticket.
    #[error("{0}")]
    Unfit(#[from] outgoing::NotPossible),
    /// The key of a request came before, with another one.
    #[error("this Idempotency-Key came with another request before; make a new one for this")]
    OtherRequest,
    /// SQLite failed.
    #[error("the database failed: {0}")]
    Database(#[from] rusqlite::Error),
}

/// What opening failed on, if another than the file itself is to blame.
type Result<T> = std::result::Result<T, Error>;

/// One mailbox as the store numbers it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct MailboxId(pub(crate) i64);

/// Where a list goes on: hand in what the last call gave.
#[derive(Clone, Debug)]
pub struct Listing<T, C = i64> {
    /// The rows.
    pub rows: Vec<T>,
    /// The cursor for the next ones; `None` at the end.
    pub next: Option<C>,
}

impl<T, C> Listing<T, C> {
    /// A listing of nothing.
    pub fn empty() -> Self {
        Self { rows: Vec::new(), next: None }
    }

    /// A listing from up to `limit + 1` rows: the extra one only tells that there is more.
    fn cut(mut rows: Vec<T>, limit: u32, cursor: impl Fn(&T) -> C) -> Self {
        let limit = limit as usize;
        let next =
            (rows.len() > limit).then(|| rows.get(limit.saturating_sub(1)).map(cursor)).flatten();
        rows.truncate(limit);
        Self { rows, next }
    }
}

fn tag_key(tx: &Transaction<'_>) -> Result<TagKey> {
    let bytes: Vec<u8> =
        tx.prepare_cached("SELECT tag_key FROM installation")?.query_row([], |row| row.get(0))?;
    Ok(TagKey::new(&bytes))
}

/// The database, open. Every thread opens its own.
pub struct Store {
    db: Connection,
    path: PathBuf,
}

impl Store {
    /// Opens the database at `path`, making or migrating it as needed.
    pub fn open(path: &Path, now: Timestamp) -> Result<Self> {
        let fail = |why: String| Error::Open { path: path.to_owned(), why };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
            && !folder.is_dir()
        {
            return Err(fail(format!(
                "the folder {} does not exist; make it, or change [store] path",
                folder.display()
            )));
        }
        // A new file is for its owner alone. When it cannot be made, SQLite says why below.
        let _ = File::options().write(true).create_new(true).mode(0o600).open(path);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db =
            Connection::open_with_flags(path, flags).map_err(|error| fail(in_words(&error)))?;
        let mut store = Self { db, path: path.to_owned() };
        store.prepare().map_err(|error| match error {
            Error::Database(error) => fail(in_words(&error)),
            other => other,
        })?;
        migrations::bring_up_to_date(&mut store, now)?;
        Ok(store)
    }

    fn prepare(&mut self) -> Result<()> {
        self.common_settings()?;
        let db = &self.db;
        let mode: String =
            db.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
        if mode != "wal" {
            return Err(Error::Open {
                path: self.path.clone(),
                why: format!(
                    "it cannot use a write-ahead log (SQLite says `{mode}`); put it on a local disk"
                ),
            });
        }
        // A commit is on the disk when it returns: nothing in a mailbox is touched before that.
        db.pragma_update(None, "synchronous", "FULL")?;
        Ok(())
    }

    /// What holds for every connection, also that to a private copy.
    fn common_settings(&self) -> Result<()> {
        let db = &self.db;
        db.busy_timeout(BUSY)?;
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        // Otherwise statements are compiled again whenever a bound value might change their plan.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        // The page size takes effect only before anything is in the file.
        db.pragma_update(None, "page_size", PAGE_SIZE)?;
        db.pragma_update(None, "foreign_keys", true)?;
        db.pragma_update(None, "cell_size_check", true)?;
        // Erased means erased: freed pages are overwritten.
        db.pragma_update(None, "secure_delete", true)?;
        db.pragma_update(None, "temp_store", "MEMORY")?;
        db.pragma_update(None, "cache_size", CACHE_KIB)?;
        db.set_prepared_statement_cache_capacity(128);
        Ok(())
    }

    /// Lets this connection keep more of the database in memory: for whoever writes very much.
    pub fn work_hard(&self) -> Result<()> {
        Ok(self.db.pragma_update(None, "cache_size", WORKING_CACHE_KIB)?)
    }

    /// Does something with the cache of an ordinary store: pages of large letters fill any cache,
    /// and none of them is needed again.
    fn with_small_cache<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let usual: i64 = self.db.pragma_query_value(None, "cache_size", |row| row.get(0))?;
        self.db.pragma_update(None, "cache_size", CACHE_KIB)?;
        let done = work(self);
        self.db.pragma_update(None, "cache_size", usual)?;
        done
    }

    /// Gives back the memory that is not needed at rest.
    pub fn rest(&self) -> Result<()> {
        Ok(self.db.execute_batch("PRAGMA shrink_memory")?)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `work` in one transaction that may write, and commits it when it succeeds. The
    /// transaction begins immediate: a deferred one that another writer overtook would fail at once.
    fn write<T>(&mut self, work: impl FnOnce(&mut Transaction<'_>) -> Result<T>) -> Result<T> {
        let mut transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = work(&mut transaction)?;
        transaction.commit()?;
        Ok(value)
    }

    /// Runs `work` over one unchanging view of the database.
    fn read<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Deferred)?;
        let value = work(&transaction)?;
        transaction.finish()?;
        Ok(value)
    }

    /// The key of subject tags and of our own Message-IDs.
    pub fn tag_key(&mut self) -> Result<TagKey> {
        self.read(tag_key)
    }

    /// The mailbox of this name, made when it is new. `activated_at` is what the configuration says;
    /// without it a new mailbox is activated now. Returns its id and when it was activated.
    pub fn mailbox(
        &mut self,
        name: &str,
        address: &str,
        activated_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(MailboxId, Timestamp)> {
        self.write(|tx| {
            let known = tx
                .prepare_cached("SELECT id, activated_at FROM mailbox WHERE name = :name")?
                .query_row([name], |row| Ok((row.get(0)?, row.get(1)?)));
            match known {
                Ok((id, activated_before)) => {
                    let activated_at = activated_at.unwrap_or(activated_before);
                    tx.prepare_cached(
                        "UPDATE mailbox SET address = ?2, activated_at = ?3
                         WHERE id = ?1 AND (address <> ?2 OR activated_at <> ?3)",
                    )?
                    .execute((id, address, activated_at))?;
                    Ok((MailboxId(id), activated_at))
                }
                Err(rusqlite::Error::QueryReturnedNoRows) => {
                    let activated_at = activated_at.unwrap_or(now);
                    tx.execute(
                        "INSERT INTO mailbox (name, address, activated_at) VALUES (?1, ?2, ?3)",
                        (name, address, activated_at),
                    )?;
                    let id = MailboxId(tx.last_insert_rowid());
                    let detail = format!("{name}, mail since {activated_at}");
                    audit::append(
                        tx,
                        now,
                        &audit::by("supervisor", audit::Action::Activated, detail),
                    )?;
                    Ok((id, activated_at))
                }
                Err(error) => Err(error.into()),
            }
        })
    }
}

/// The right to be the only program that works on a database. Held until dropped, or until the
/// process ends in whatever way.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock lasts as long as the file is open")] File);

impl Lock {
    /// Takes the lock, which lies beside the database.
    pub fn take(database: &Path) -> Result<Self> {
        let mut name = database.as_os_str().to_owned();
        name.push(".lock");
        let path = PathBuf::from(name);
        let fail = |error: std::io::Error| Error::Open {
            path: database.to_owned(),
            why: format!(
                "cannot write {}: {}; check the folder and who owns it, or change [store] path",
                path.display(),
                plain(&error)
            ),
        };
        let file =
            File::options().create(true).truncate(false).write(true).open(&path).map_err(fail)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(std::fs::TryLockError::WouldBlock) => Err(Error::InUse(database.to_owned())),
            Err(std::fs::TryLockError::Error(error)) => Err(fail(error)),
        }
    }
}

/// An I/O error in the words people know, without its number.
fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "the folder does not exist".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// What SQLite means, and what to do.
fn in_words(error: &rusqlite::Error) -> String {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code() {
        Some(ErrorCode::CannotOpen) => {
            "it cannot be opened or made there; check the path, and that its folder may be written \
             by the user counterfoil runs as"
                .to_owned()
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            "it may not be written; check who owns the file and its folder".to_owned()
        }
        Some(ErrorCode::NotADatabase) => {
            "it is not a SQLite database; check [store] path, or restore a backup".to_owned()
        }
        Some(ErrorCode::DatabaseCorrupt) => {
            "it is damaged; restore a backup, and keep the damaged file".to_owned()
        }
        Some(ErrorCode::DiskFull) => "the disk is full; make room".to_owned(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program keeps it locked; stop that program".to_owned()
        }
        _ => error.to_string(),
    }
}

/// What tests of statements share.
#[cfg(test)]
mod testing {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// An empty store, in a folder that goes with it.
    pub(super) fn empty() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::from_unix(1_800_000_000);
        let store = Store::open(&folder.path().join("counterfoil.db"), now).unwrap();
        (folder, store)
    }

    impl Store {
        /// The steps in which SQLite would run a statement, whatever its values: they do not change
        /// a plan here.
        pub(super) fn plan(&self, statement: &str) -> Vec<String> {
            let mut explained =
                self.db.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
            let mut steps = explained.raw_query();
            let mut plan = Vec::new();
            while let Some(step) = steps.next().unwrap() {
                plan.push(step.get(3).unwrap());
            }
            assert!(!plan.is_empty(), "{statement}");
            plan
        }
    }
}
