//! Tokens by which programs use the JSON API: made once, shown once, kept as hashes only. How often
//! one may ask is kept in memory, in `web/pace.rs`.

use rusqlite::OptionalExtension;
use serde::Serialize;

use super::secrets::{Token, random_token};
use super::{Error, Result, Store, audit};
use crate::desk::audit::Action;
use crate::desk::digest::sha256;
use crate::desk::ticket::Role;
use crate::time::Timestamp;

/// What every token begins with, so that one that leaked is known for what it is.
const PREFIX: &str = "cf_";

/// Seconds for which the last use is not noted again.
const USE_NOTED: i64 = 60;

/// A token, without its secret.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ApiToken {
    /// What it is called.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
    /// Since when no longer.
    pub revoked_at: Option<Timestamp>,
}

const COLUMNS: &str = "name, role, created_at, used_at, revoked_at";

impl Store {
    /// Makes a token under a name that no valid one has.
    pub fn add_token(&mut self, name: &str, role: Role, now: Timestamp) -> Result<Token> {
        let token = Token(format!("{PREFIX}{}", random_token()?.0));
        self.write(|tx| {
            let taken: bool = tx.query_row(
                "SELECT EXISTS (SELECT 1 FROM api_token WHERE name = ?1 AND revoked_at IS NULL)",
                [name],
                |row| row.get(0),
            )?;
            if taken {
                return Err(Error::NotPossible(format!("there is already a token {name}")));
            }
            tx.execute(
                "INSERT INTO api_token (name, token_hash, role, created_at) VALUES (?1, ?2, ?3, ?4)",
                (name, sha256(token.0.as_bytes()), role, now),
            )?;
            let detail = format!("token {} as {role}", tx.last_insert_rowid());
            audit::append(tx, now, &audit::by("cli", Action::TokenAdded, detail))
        })?;
        Ok(token)
    }

    /// Every token there ever was, by name; the newest first of those that share one.
    pub fn tokens(&mut self) -> Result<Vec<ApiToken>> {
        Ok(self
            .db
            .prepare_cached(&format!("SELECT {COLUMNS} FROM api_token ORDER BY name, id DESC"))?
            .query_map([], token_row)?
            .collect::<rusqlite::Result<_>>()?)
    }

    /// Makes a token worthless.
    pub fn revoke_token(&mut self, name: &str, now: Timestamp) -> Result<()> {
        self.write(|tx| {
            let id = tx
                .query_row(
                    "UPDATE api_token SET revoked_at = ?2 WHERE name = ?1 AND revoked_at IS NULL
                 RETURNING id",
                    (name, now),
                    |row| row.get::<_, i64>(0),
                )
                .optional()?
                .ok_or_else(|| Error::NoSuch(format!("there is no valid token {name}")))?;
            let detail = format!("token {id}");
            audit::append(tx, now, &audit::by("cli", Action::TokenRevoked, detail))
        })
    }

    /// Whether there is a valid token with this secret. Reads only, so that nothing has to be waited for.
    pub fn knows_token(&mut self, secret: &str) -> Result<bool> {
        let hash = sha256(secret.as_bytes());
        Ok(self
            .db
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM api_token
                                WHERE token_hash = ?1 AND revoked_at IS NULL)",
            )?
            .query_row([&hash], |row| row.get(0))?)
    }

    /// The token with this secret, while it is valid.
    pub fn token(&mut self, secret: &str, now: Timestamp) -> Result<Option<ApiToken>> {
        let hash = sha256(secret.as_bytes());
        let Some(token) = self
            .db
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM api_token WHERE token_hash = ?1 AND revoked_at IS NULL"
            ))?
            .query_row([&hash], token_row)
            .optional()?
        else {
            return Ok(None);
        };
        if token.used_at.is_none_or(|at| at.plus_seconds(USE_NOTED) <= now) {
            self.db
                .prepare_cached("UPDATE api_token SET used_at = ?2 WHERE token_hash = ?1")?
                .execute((&hash, now))?;
        }
        Ok(Some(token))
    }
}

fn token_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<ApiToken> {
    Ok(ApiToken {
        name: row.get(0)?,
        role: row.get(1)?,
        created_at: row.get(2)?,
        used_at: row.get(3)?,
        revoked_at: row.get(4)?,
    })
}
