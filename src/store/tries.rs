//! Tries to sign in, kept over restarts: how often, from where, and where an account is at home.
//! Neither names nor addresses stand here, only hashes of them under the installation's own key. How
//! long one waits is decided in `desk/signing_in.rs`.

use rusqlite::{OptionalExtension, Transaction};

use super::{Result, Store, audit, tag_key};
use crate::desk::audit::Action;
use crate::desk::signing_in::{By, COUNTS, FORGOTTEN, KNOWN_PLACE, PLACES, TOLD_EVERY, Tries};
use crate::desk::ticket::AgentId;
use crate::time::Timestamp;

/// Characters of a hash: 256 bits.
const HASH_LENGTH: usize = 51;

impl Store {
    /// Whether a password may be tried for this name from this address now; if not, in how many
    /// seconds. A try that may be made is counted at once, so that many at the same time are no way
    /// around.
    pub fn begin_try(
        &mut self,
        name: &str,
        address: &str,
        now: Timestamp,
    ) -> Result<std::result::Result<(), i64>> {
        self.write(|tx| {
            let key = tag_key(tx)?;
            let hash = |by: By| key.code(&by.subject(name, address), HASH_LENGTH);
            let at_home = is_at_home(tx, &hash(By::Both), now)?;
            let mut wait = 0;
            for by in By::ALL {
                let tries = tries(tx, &hash(by))?;
                if !(by == By::Account && at_home) {
                    wait = tries.map_or(0, |tries| tries.wait(by, now)).max(wait);
                }
            }
            if wait > 0 {
                return Ok(Err(wait));
            }
            for by in By::ALL {
                let before = tries(tx, &hash(by))?.unwrap_or(Tries { count: 0, last: now });
                let after = before.and_one(now);
                tx.prepare_cached(
                    "INSERT INTO sign_in_try (hash, tries, last_at) VALUES (?1, ?2, ?3)
                     ON CONFLICT (hash) DO UPDATE SET tries = ?2, last_at = ?3",
                )?
                .execute((hash(by), after.count, after.last))?;
            }
            forget(tx, now)?;
            Ok(Ok(()))
        })
    }

    /// The password was right: the tries of this name from this address are forgiven, and the account
    /// is at home there.
    pub fn forgive_tries(
        &mut self,
        agent: AgentId,
        name: &str,
        address: &str,
        now: Timestamp,
    ) -> Result<()> {
        self.write(|tx| {
            let key = tag_key(tx)?;
            let hash = |by: By| key.code(&by.subject(name, address), HASH_LENGTH);
            let own = tries(tx, &hash(By::Both))?.map_or(0, |tries| tries.count);
            for by in By::ALL {
                tx.prepare_cached(
                    "UPDATE sign_in_try SET tries = max(tries - ?2, 0) WHERE hash = ?1",
                )?
                .execute((hash(by), own))?;
            }
            tx.prepare_cached(
                "INSERT INTO sign_in_place (hash, agent, last_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (hash) DO UPDATE SET agent = ?2, last_at = ?3",
            )?
            .execute((hash(By::Both), agent, now))?;
            tx.prepare_cached(
                "DELETE FROM sign_in_place WHERE agent = ?1 AND hash NOT IN
                   (SELECT hash FROM sign_in_place WHERE agent = ?1 AND last_at > ?2
                    ORDER BY last_at DESC LIMIT ?3)",
            )?
            .execute((agent, now.plus_seconds(-KNOWN_PLACE), PLACES))?;
            Ok(())
        })
    }

    /// A password was wrong. When the name is an account's, the audit trail tells of it, once an hour.
    pub fn note_wrong_password(&mut self, name: &str, now: Timestamp) -> Result<()> {
        self.write(|tx| {
            let told = tx
                .prepare_cached(
                    "UPDATE agent SET failed_at = ?2
                     WHERE name = ?1 AND (failed_at IS NULL OR failed_at <= ?3 OR failed_at > ?2)
                     RETURNING id",
                )?
                .query_row((name, now, now.plus_seconds(-TOLD_EVERY)), |row| {
                    row.get::<_, AgentId>(0)
                })
                .optional()?;
            if let Some(id) = told {
                let detail = format!("agent {id}");
                audit::append(tx, now, &audit::by("web", Action::WrongPassword, detail))?;
            }
            Ok(())
        })
    }
}

fn tries(tx: &Transaction<'_>, hash: &str) -> Result<Option<Tries>> {
    Ok(tx
        .prepare_cached("SELECT tries, last_at FROM sign_in_try WHERE hash = ?1")?
        .query_row([hash], |row| Ok(Tries { count: row.get(0)?, last: row.get(1)? }))
        .optional()?)
}

fn is_at_home(tx: &Transaction<'_>, hash: &str, now: Timestamp) -> Result<bool> {
    Ok(tx
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM sign_in_place WHERE hash = ?1 AND last_at > ?2)",
        )?
        .query_row((hash, now.plus_seconds(-KNOWN_PLACE)), |row| row.get(0))?)
}

/// Keeps the counts few: those whose time is over go, and the oldest beyond a number.
fn forget(tx: &Transaction<'_>, now: Timestamp) -> Result<()> {
    tx.prepare_cached("DELETE FROM sign_in_try WHERE last_at <= ?1")?
        .execute([now.plus_seconds(-FORGOTTEN)])?;
    tx.prepare_cached(
        "DELETE FROM sign_in_try WHERE hash IN
           (SELECT hash FROM sign_in_try ORDER BY last_at
            LIMIT max((SELECT count(*) FROM sign_in_try) - ?1, 0))",
    )?
    .execute([COUNTS])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::desk::ticket::Role;
    use crate::store::testing::empty;

    const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

    fn store() -> (tempfile::TempDir, Store, AgentId) {
        let (folder, mut store) = empty();
        let ana = store.add_agent("ana", "ana@a.example", Role::Agent, None, NOW).unwrap();
        (folder, store, ana)
    }

    fn count(store: &Store, table: &str) -> u32 {
        store.db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn whoever_guesses_from_elsewhere_keeps_nobody_from_their_own_desk() {
        let (folder, mut store, ana) = store();
        store.begin_try("ana", "desk", NOW).unwrap().unwrap();
        store.forgive_tries(ana, "ana", "desk", NOW).unwrap();
        let mut now = NOW;
        for guess in 0..200 {
            let address = format!("198.51.100.{guess}");
            if let Err(wait) = store.begin_try("ana", &address, now).unwrap() {
                now = now.plus_seconds(wait);
                store.begin_try("ana", &address, now).unwrap().unwrap();
            }
        }
        assert!(now.unix() - NOW.unix() > 180 * 30, "guessing from many places is slow");
        assert_eq!(store.begin_try("ana", "elsewhere", now).unwrap(), Err(30), "at a new place");
        // The waits survive a restart, and so does the place.
        let mut store = Store::open(&folder.path().join("counterfoil.db"), now).unwrap();
        assert_eq!(store.begin_try("ana", "elsewhere", now).unwrap(), Err(30));
        assert_eq!(store.begin_try("Ana ", "desk", now).unwrap(), Ok(()));
        let later = NOW.plus_seconds(KNOWN_PLACE);
        for _ in 0..10 {
            store.begin_try("ana", "there", later).unwrap().ok();
            store.begin_try("ana", "here", later).unwrap().ok();
            store.begin_try("ana", "anywhere", later).unwrap().ok();
            store.begin_try("ana", "nowhere", later).unwrap().ok();
        }
        assert!(store.begin_try("ana", "desk", later).unwrap().is_err(), "long not seen there");
    }

    #[test]
    fn one_address_tries_few_names_and_the_others_are_not_kept_waiting() {
        let (_folder, mut store, ana) = store();
        for name in 0..30 {
            assert_eq!(store.begin_try(&name.to_string(), "far", NOW).unwrap(), Ok(()), "{name}");
        }
        assert_eq!(store.begin_try("ana", "far", NOW).unwrap(), Err(1));
        assert_eq!(store.begin_try("ana", "near", NOW).unwrap(), Ok(()));
        // A right password forgives its own tries and no others.
        store.forgive_tries(ana, "ana", "near", NOW).unwrap();
        assert_eq!(store.begin_try("ben", "far", NOW).unwrap(), Err(1));
        for _ in 0..50 {
            assert_eq!(store.begin_try("ana", "near", NOW).unwrap(), Ok(()));
            store.forgive_tries(ana, "ana", "near", NOW).unwrap();
        }
    }

    #[test]
    fn what_is_kept_is_little_and_names_nobody() {
        let (_folder, mut store, ana) = store();
        store.begin_try("a secret name", "192.0.2.77", NOW).unwrap().unwrap();
        for place in 0..50 {
            let now = NOW.plus_seconds(place);
            store.forgive_tries(ana, "ana", &place.to_string(), now).unwrap();
        }
        assert_eq!(count(&store, "sign_in_place"), PLACES);
        let sql = "SELECT group_concat(hash) FROM sign_in_try";
        let all: String = store.db.query_row(sql, [], |row| row.get(0)).unwrap();
        assert!(!all.contains("secret") && !all.contains("192"), "{all}");
        store
            .db
            .execute_batch(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10100)
                 INSERT INTO sign_in_try SELECT 'x' || i, 1, '2027-01-15T07:59:00Z' FROM n",
            )
            .unwrap();
        store.begin_try("eve", "far", NOW).unwrap().unwrap();
        assert_eq!(count(&store, "sign_in_try"), COUNTS);
        assert!(store.begin_try("eve", "far", NOW.plus_seconds(FORGOTTEN)).unwrap().is_ok());
        assert_eq!(count(&store, "sign_in_try"), 3, "what is old is forgotten");
    }

    #[test]
    fn wrong_passwords_are_told_once_an_hour_and_of_accounts_only() {
        let (_folder, mut store, _) = store();
        let told = |store: &mut Store| {
            let rows = store.audit(None, 100).unwrap().rows;
            rows.iter().filter(|entry| entry.action == Action::WrongPassword.to_string()).count()
        };
        for (seconds, name, expected) in
            [(0, "eve", 0), (0, "ana", 1), (5, "ana", 1), (3_599, "ana", 1), (3_600, "ana", 2)]
        {
            store.note_wrong_password(name, NOW.plus_seconds(seconds)).unwrap();
            assert_eq!(told(&mut store), expected, "{name} after {seconds}");
        }
    }
}
