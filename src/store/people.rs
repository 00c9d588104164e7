//! Agents and how they sign in: passwords as argon2id hashes, sessions and one-time links as hashes
//! of their secrets.

use rusqlite::{OptionalExtension, Transaction};
use serde::Serialize;

use super::secrets::{self, Token};
use super::{Error, Result, Store, audit, drafts};
use crate::desk::audit::Action;
use crate::desk::digest::sha256;
use crate::desk::ticket::{AgentId, Role};
use crate::desk::typed;
use crate::time::Timestamp;

/// Hours for which a browser stays signed in.
const SESSION_HOURS: i64 = 12;

/// Somebody who may sign in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Agent {
    /// Its id.
    pub id: AgentId,
    /// The name to sign in with.
    pub name: String,
    /// Where notices go.
    pub email: String,
    /// What it may do.
    pub role: Role,
    /// Since when.
    pub created_at: Timestamp,
    /// Since when no longer.
    pub disabled_at: Option<Timestamp>,
    /// The tag of the language of the pages; none for the browser's wish.
    #[serde(skip)]
    pub language: Option<String>,
}

/// A browser that is signed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Session {
    /// Since when.
    pub created_at: Timestamp,
    /// Until when at most.
    pub expires_at: Timestamp,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// What became of somebody who may sign in no more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Disabled {
    /// Drafts of theirs that were thrown away.
    pub drafts: usize,
    /// Whether they were the last admin.
    pub was_last_admin: bool,
}

const COLUMNS: &str = "agent.id, agent.name, agent.email, agent.role, agent.created_at, agent.disabled_at, \
     agent.language";

impl Store {
    /// Adds somebody who may sign in. Without a password only a one-time link signs in. Fails when somebody
    /// has or had a name that people do not tell from this one.
    pub fn add_agent(
        &mut self,
        name: &str,
        email: &str,
        role: Role,
        password: Option<&str>,
        now: Timestamp,
    ) -> Result<AgentId> {
        let hash = password.map(secrets::hash).transpose()?;
        self.write(|tx| {
            let key = typed::key(name);
            let names: Vec<String> = tx
                .prepare_cached("SELECT name FROM agent ORDER BY name")?
                .query_map([], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            if let Some(taken) = names.iter().find(|name| typed::key(name) == key) {
                return Err(Error::NotPossible(format!("there is already a user {taken}")));
            }
            tx.execute(
                "INSERT INTO agent (name, email, role, password_hash, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                (name, email, role, hash, now),
            )?;
            let id = AgentId(tx.last_insert_rowid());
            let detail = format!("agent {id} as {role}");
            audit::append(tx, now, &audit::by("cli", Action::AgentAdded, detail))?;
            Ok(id)
        })
    }

    /// Lets somebody sign in no more, ends what sessions and links they have, and throws their drafts
    /// away.
    pub fn disable_agent(&mut self, name: &str, now: Timestamp) -> Result<Disabled> {
        self.write(|tx| {
            let id = known(tx, name)?;
            let admins = able_admins(tx)?;
            tx.execute(
                "UPDATE agent SET disabled_at = coalesce(disabled_at, ?2) WHERE id = ?1",
                (id, now),
            )?;
            sign_out(tx, id)?;
            let drafts = drafts::forget_agent(tx, id)?;
            let detail = format!("agent {id}");
            audit::append(tx, now, &audit::by("cli", Action::AgentDisabled, detail))?;
            Ok(Disabled { drafts, was_last_admin: admins > 0 && able_admins(tx)? == 0 })
        })
    }

    /// Gives somebody another password, and ends what sessions and links they have. Somebody who could
    /// no longer sign in can again; answers whether that was so.
    pub fn set_password(&mut self, name: &str, password: &str, now: Timestamp) -> Result<bool> {
        let hash = secrets::hash(password)?;
        self.write(|tx| {
            let id = known(tx, name)?;
            let (was_disabled, role): (bool, Role) = tx.query_row(
                "SELECT disabled_at IS NOT NULL, role FROM agent WHERE id = ?1",
                [id],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            tx.execute(
                "UPDATE agent SET password_hash = ?2, disabled_at = NULL WHERE id = ?1",
                (id, &hash),
            )?;
            sign_out(tx, id)?;
            let detail = format!("agent {id}");
            audit::append(tx, now, &audit::by("cli", Action::PasswordChanged, detail))?;
            if was_disabled {
                let detail = format!("agent {id} as {role}, again");
                audit::append(tx, now, &audit::by("cli", Action::AgentAdded, detail))?;
            }
            Ok(was_disabled)
        })
    }

    /// Gives an agent another password at their own wish, and ends what other sessions and links they
    /// have: `secret` is the one of the session that stays. It goes on under the secret that is
    /// answered, so that whoever knew the old one is out as well.
    pub fn change_own_password(
        &mut self,
        agent: &Agent,
        secret: &str,
        password: &str,
        now: Timestamp,
    ) -> Result<Token> {
        let hash = secrets::hash(password)?;
        let fresh = secrets::random_token()?;
        let id = agent.id;
        self.write(|tx| {
            tx.execute("UPDATE agent SET password_hash = ?2 WHERE id = ?1", (id, &hash))?;
            tx.execute(
                "DELETE FROM session WHERE agent = ?1 AND token_hash <> ?2",
                (id, sha256(secret.as_bytes())),
            )?;
            tx.execute(
                "UPDATE session SET token_hash = ?2 WHERE agent = ?1",
                (id, sha256(fresh.0.as_bytes())),
            )?;
            tx.execute("DELETE FROM sign_in_link WHERE agent = ?1", [id])?;
            let (by, detail) = (format!("agent:{}", agent.name), format!("agent {id}"));
            audit::append(tx, now, &audit::by(&by, Action::PasswordChanged, detail))
        })?;
        Ok(fresh)
    }

    /// Ends all sessions and links somebody has, and answers how many sessions there were.
    pub fn sign_out_everywhere(&mut self, name: &str, actor: &str, now: Timestamp) -> Result<u64> {
        self.write(|tx| {
            let id = known(tx, name)?;
            let ended: u64 = tx.query_row(
                "SELECT count(*) FROM session WHERE agent = ?1 AND expires_at > ?2",
                (id, now),
                |row| row.get(0),
            )?;
            sign_out(tx, id)?;
            let detail = format!("agent {id}, {ended} sessions");
            audit::append(tx, now, &audit::by(actor, Action::SignedOut, detail))?;
            Ok(ended)
        })
    }

    /// The sessions of an agent, the newest first: `secret` is the one of the session that asks.
    pub fn sessions(
        &mut self,
        agent: AgentId,
        secret: &str,
        now: Timestamp,
    ) -> Result<Vec<Session>> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT created_at, expires_at, token_hash = ?2 FROM session
                 WHERE agent = ?1 AND expires_at > ?3 ORDER BY created_at DESC LIMIT 100",
            )?
            .query_map((agent, sha256(secret.as_bytes()), now), |row| {
                Ok(Session {
                    created_at: row.get(0)?,
                    expires_at: row.get(1)?,
                    is_this: row.get(2)?,
                })
            })?
            .collect::<rusqlite::Result<_>>()?)
    }

    /// Chooses the language in which an agent reads the pages; `None` for the browser's wish.
    pub fn set_language(
        &mut self,
        agent: &Agent,
        language: Option<&str>,
        now: Timestamp,
    ) -> Result<()> {
        let id = agent.id;
        self.write(|tx| {
            let changed = tx.execute(
                "UPDATE agent SET language = ?2 WHERE id = ?1 AND language IS NOT ?2",
                (id, language),
            )?;
            if changed == 0 {
                return Ok(());
            }
            let detail = format!("agent {id}: {}", language.unwrap_or("as the browser wishes"));
            let by = format!("agent:{}", agent.name);
            audit::append(tx, now, &audit::by(&by, Action::LanguageChanged, detail))
        })
    }

    /// Everybody who may or might sign in, by name.
    pub fn agents(&mut self) -> Result<Vec<Agent>> {
        Ok(self
            .db
            .prepare_cached(&format!("SELECT {COLUMNS} FROM agent ORDER BY name"))?
            .query_map([], agent_row)?
            .collect::<rusqlite::Result<_>>()?)
    }

    /// Whether name and password belong together; the agent if so. Takes as long for an unknown
    /// name as for a wrong password.
    pub fn check_password(&mut self, name: &str, password: &str) -> Result<Option<Agent>> {
        let row = self
            .db
            .prepare_cached(&format!(
                "SELECT {COLUMNS}, password_hash FROM agent
                 WHERE name = ?1 AND disabled_at IS NULL"
            ))?
            .query_row([name], |row| Ok((agent_row(row)?, row.get::<_, Option<String>>(7)?)));
        let (agent, hash) = match row {
            Ok((agent, hash)) => (Some(agent), hash),
            Err(rusqlite::Error::QueryReturnedNoRows) => (None, None),
            Err(error) => return Err(error.into()),
        };
        let Some(hash) = hash else {
            secrets::hash(password)?;
            return Ok(None);
        };
        let fits = secrets::is_right(password, &hash);
        Ok(agent.filter(|_| fits))
    }

    /// Makes a link secret that signs this agent in once, until `expires_at`.
    pub fn sign_in_link(&mut self, agent: AgentId, expires_at: Timestamp) -> Result<Token> {
        let token = secrets::random_token()?;
        self.db.execute(
            "INSERT INTO sign_in_link (token_hash, agent, expires_at) VALUES (?1, ?2, ?3)",
            (sha256(token.0.as_bytes()), agent, expires_at),
        )?;
        Ok(token)
    }

    /// Whether a link secret is good, which does not use it up.
    pub fn has_link(&mut self, secret: &str, now: Timestamp) -> Result<bool> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM sign_in_link JOIN agent ON agent.id = sign_in_link.agent
                 WHERE token_hash = ?1 AND expires_at > ?2 AND agent.disabled_at IS NULL)",
            )?
            .query_row((sha256(secret.as_bytes()), now), |row| row.get(0))?)
    }

    /// Uses up a link secret; the agent it signs in, if it is good.
    pub fn use_link(&mut self, secret: &str, now: Timestamp) -> Result<Option<AgentId>> {
        self.write(|tx| {
            let agent = tx.query_row(
                "DELETE FROM sign_in_link WHERE token_hash = ?1 RETURNING agent, expires_at > ?2",
                (sha256(secret.as_bytes()), now),
                |row| Ok((row.get(0)?, row.get(1)?)),
            );
            match agent {
                Ok((agent, true)) => Ok(Some(agent)),
                Ok((_, false)) | Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
                Err(error) => Err(error.into()),
            }
        })
    }

    /// Signs an agent in: the secret for the browser's cookie.
    pub fn begin_session(&mut self, agent: AgentId, now: Timestamp) -> Result<Token> {
        let token = secrets::random_token()?;
        let expires_at = now.plus_seconds(SESSION_HOURS * 3_600);
        self.write(|tx| {
            // What somebody wrote in a session that is just over can still be kept for them.
            tx.execute("DELETE FROM session WHERE expires_at <= ?1", [now.plus_days(-1)])?;
            tx.execute("DELETE FROM sign_in_link WHERE expires_at <= ?1", [now])?;
            tx.execute(
                "INSERT INTO session (token_hash, agent, created_at, expires_at)
                 VALUES (?1, ?2, ?3, ?4)",
                (sha256(token.0.as_bytes()), agent, now, expires_at),
            )?;
            let detail = format!("agent {agent}");
            audit::append(tx, now, &audit::by("web", Action::SignedIn, detail))
        })?;
        Ok(token)
    }

    /// Whose session this secret is, while it lasts.
    pub fn session(&mut self, secret: &str, now: Timestamp) -> Result<Option<Agent>> {
        Ok(self
            .db
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM session JOIN agent ON agent.id = session.agent
                 WHERE session.token_hash = ?1 AND session.expires_at > ?2
                   AND agent.disabled_at IS NULL"
            ))?
            .query_row((sha256(secret.as_bytes()), now), agent_row)
            .optional()?)
    }

    /// Whose session this secret was, as long as that is known, though it may be over.
    pub fn past_session(&mut self, secret: &str) -> Result<Option<Agent>> {
        Ok(self
            .db
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM session JOIN agent ON agent.id = session.agent
                 WHERE session.token_hash = ?1 AND agent.disabled_at IS NULL"
            ))?
            .query_row([sha256(secret.as_bytes())], agent_row)
            .optional()?)
    }

    /// Signs a browser out.
    pub fn end_session(&mut self, secret: &str) -> Result<()> {
        self.db
            .execute("DELETE FROM session WHERE token_hash = ?1", [sha256(secret.as_bytes())])?;
        Ok(())
    }
}

fn known(tx: &Transaction<'_>, name: &str) -> Result<AgentId> {
    tx.query_row("SELECT id FROM agent WHERE name = ?1", [name], |row| row.get::<_, AgentId>(0))
        .optional()?
        .ok_or_else(|| Error::NoSuch(format!("there is no user {name}")))
}

/// How many admins may sign in.
fn able_admins(tx: &Transaction<'_>) -> Result<i64> {
    Ok(tx.query_row(
        "SELECT count(*) FROM agent WHERE role = ?1 AND disabled_at IS NULL",
        [Role::Admin],
        |row| row.get(0),
    )?)
}

fn sign_out(tx: &Transaction<'_>, id: AgentId) -> Result<()> {
    tx.execute("DELETE FROM session WHERE agent = ?1", [id])?;
    tx.execute("DELETE FROM sign_in_link WHERE agent = ?1", [id])?;
    Ok(())
}

fn agent_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Agent> {
    Ok(Agent {
        id: row.get(0)?,
        name: row.get(1)?,
        email: row.get(2)?,
        role: row.get(3)?,
        created_at: row.get(4)?,
        disabled_at: row.get(5)?,
        language: row.get(6)?,
    })
}
