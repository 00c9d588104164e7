//! Drafts: what agents are writing and have not sent, with their files. A draft is its agent's alone; that
//! somebody has one is all that others learn.

use rusqlite::{OptionalExtension, Transaction};

use super::once::Made;
use super::packing::{LARGE_BLOB, fill_blob};
use super::tickets::no_ticket;
use super::{Result, Store, once};
use crate::desk::digest::sha256;
use crate::desk::draft::Draft;
use crate::desk::outgoing::{self, TooLarge};
use crate::desk::ticket::{AgentId, ArticleId, DraftFileId, DraftId, TicketNumber};
use crate::mail::Attachment;
use crate::time::Timestamp;

/// Bytes of files that all drafts of one agent may hold.
const MOST_KEPT: u64 = 200_000_000;

/// Files of one draft.
const MOST_FILES: usize = 50;

/// Whose draft, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// Who writes.
    pub agent: AgentId,
    /// The ticket it is for; `None` for a new one.
    pub ticket: Option<TicketNumber>,
}

/// A file of a draft.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftFile {
    /// Its id.
    pub id: DraftFileId,
    /// Its name.
    pub filename: String,
    /// What it says it is.
    pub content_type: String,
    /// Its size in bytes.
    pub size: u64,
}

/// A draft as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    /// What was typed.
    pub draft: Draft,
    /// The files, in the order in which they came.
    pub files: Vec<DraftFile>,
    /// Grows with each change; no two drafts in the same place have the same.
    pub revision: i64,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What to do about the files of a draft.
#[derive(Clone, Copy, Default)]
pub struct Files<'a> {
    /// Put these in; one that is there already is not put in again.
    pub add: &'a [Attachment],
    /// Take these out.
    pub drop: &'a [DraftFileId],
}

/// The form a draft comes from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Form<'a> {
    /// Its id, if it has one.
    pub id: Option<&'a str>,
    /// The revision of the draft that it showed when it was given out, 0 for none. `None` when what lies
    /// there was looked at.
    pub revision: Option<i64>,
    /// What becomes of a text that lies there and that it did not show.
    pub unseen: Unseen,
}

/// What becomes of a draft that a form did not show, because another window kept it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Unseen {
    /// Both texts are kept as one draft.
    #[default]
    Joined,
    /// It stays, and what the form holds is not kept.
    Left,
}

impl<'a> From<Option<&'a str>> for Form<'a> {
    fn from(id: Option<&'a str>) -> Self {
        Self { id, ..Self::default() }
    }
}

impl Form<'_> {
    /// Whether a draft is what this form showed, or what was kept from it.
    fn knows(&self, kept: &Kept) -> bool {
        self.revision.is_none_or(|revision| revision == kept.revision)
            || self.id.is_some_and(|id| id == kept.draft.form)
    }
}

/// Why files were left out of a draft.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LeftOut {
    /// They would not fit into one letter.
    #[error("{0}")]
    TooLarge(TooLarge),
    /// There are too many.
    #[error("a letter takes {MOST_FILES} files; put some of them into one archive")]
    TooMany,
    /// The agent keeps too much elsewhere.
    #[error("your drafts hold too many files; send or discard one of the others")]
    Full,
}

/// What became of a draft that was to be kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Saved {
    /// It is kept, and counts so many changes; perhaps without the new files.
    Kept {
        /// Its revision.
        revision: i64,
        /// Why the new files are not in it.
        left_out: Option<LeftOut>,
        /// The form was sent already with something else in it.
        is_late: bool,
        /// Another text that the form did not show is in it as well.
        is_joined: bool,
    },
    /// Another window keeps a draft there that the form did not show; nothing was kept.
    Elsewhere,
    /// There was nothing in it, and there is none.
    Nothing,
    /// The same form was sent already; there it is.
    Sent(TicketNumber, ArticleId),
}

impl Store {
    /// An agent's draft.
    pub fn draft(&mut self, place: Place) -> Result<Option<Kept>> {
        self.read(|tx| Ok(kept(tx, place)?.map(|(_, kept)| kept)))
    }

    /// Keeps a draft in place of the one before, as far as its form showed that. When the form was sent
    /// with just this in it, nothing is kept.
    pub fn keep_draft<'a>(
        &mut self,
        place: Place,
        form: impl Into<Form<'a>>,
        given: &Draft,
        files: Files<'_>,
        now: Timestamp,
    ) -> Result<Saved> {
        let form = form.into();
        let new: Vec<(&Attachment, String)> =
            files.add.iter().map(|file| (file, sha256(&file.bytes))).collect();
        self.write(|tx| {
            if let Some(number) = place.ticket {
                exists(tx, number)?;
            }
            let before = form.id.map(|form| sent(tx, place.agent, form)).transpose()?.flatten();
            if let Some((number, article, digest)) = &before
                && *digest == digest_of(given)
            {
                return Ok(Saved::Sent(*number, *article));
            }
            let known = kept(tx, place)?;
            let unseen = known.as_ref().map(|(_, kept)| kept).filter(|kept| !form.knows(kept));
            let mut draft = match unseen {
                Some(unseen) => given.clone().beside(&unseen.draft),
                None => given.clone(),
            };
            let is_joined = !draft.is_same(given);
            if is_joined && form.unseen == Unseen::Left {
                return Ok(Saved::Elsewhere);
            }
            // No form holds what was joined.
            draft.form = form.id.filter(|_| !is_joined).unwrap_or_default().to_owned();
            let is_new = |file: &&(&Attachment, String)| -> Result<bool> {
                let Some((id, _)) = &known else { return Ok(true) };
                Ok(!tx
                    .prepare_cached(
                        "SELECT EXISTS (SELECT 1 FROM draft_file
                         WHERE draft = ?1 AND filename = ?2 AND sha256 = ?3)",
                    )?
                    .query_row((id, &file.0.filename, &file.1), |row| row.get::<_, bool>(0))?)
            };
            let mut add = Vec::new();
            for file in &new {
                if is_new(&file)? {
                    add.push(file);
                }
            }
            let (id, old) = match known {
                Some((id, kept)) => (Some(id), Some(kept)),
                None => (None, None),
            };
            let old_files = old.iter().flat_map(|kept| &kept.files);
            let stays: Vec<&DraftFile> =
                old_files.filter(|file| !files.drop.contains(&file.id)).collect();
            let left_out = room(tx, place.agent, &draft, &stays, &add)?;
            if left_out.is_some() {
                add.clear();
            }
            if draft.is_empty() && stays.is_empty() && add.is_empty() && left_out.is_none() {
                forget(tx, place)?;
                return Ok(Saved::Nothing);
            }
            let is_late = before.is_some();
            let dropped = old.as_ref().is_some_and(|old| old.files.len() > stays.len());
            if let Some(old) = &old
                && old.draft.is_same(&draft)
                && add.is_empty()
                && !dropped
            {
                return Ok(Saved::Kept { revision: old.revision, left_out, is_late, is_joined });
            }
            let fields = serde_json::json!(draft).to_string();
            let (id, revision) = match (id, &old) {
                (Some(id), Some(old)) => {
                    tx.prepare_cached(
                        "UPDATE draft SET fields = ?2, revision = revision + 1, updated_at = ?3
                         WHERE id = ?1",
                    )?
                    .execute((id, fields, now))?;
                    (id, old.revision + 1)
                }
                _ => {
                    tx.prepare_cached(
                        "INSERT INTO draft (agent, ticket, fields, revision, updated_at)
                         VALUES (?1, ?2, ?3, ?4, ?5)",
                    )?
                    // Larger than those of a draft that was there before.
                    .execute((
                        place.agent,
                        place.ticket,
                        fields,
                        now.unix(),
                        now,
                    ))?;
                    (DraftId(tx.last_insert_rowid()), now.unix())
                }
            };
            for file in files.drop {
                tx.prepare_cached("DELETE FROM draft_file WHERE draft = ?1 AND id = ?2")?
                    .execute((id, file))?;
            }
            for (file, sha256) in add {
                insert_file(tx, id, file, sha256)?;
            }
            Ok(Saved::Kept { revision, left_out, is_late, is_joined })
        })
    }

    /// Throws an agent's draft away.
    pub fn discard_draft(&mut self, place: Place) -> Result<()> {
        self.write(|tx| forget(tx, place))
    }

    /// Whether this form was sent already.
    pub fn was_sent(&mut self, agent: AgentId, form: Option<&str>) -> Result<bool> {
        let Some(form) = form else { return Ok(false) };
        self.read(|tx| Ok(sent(tx, agent, form)?.is_some()))
    }

    /// Who else has a draft in a ticket, by name, and when they last changed it, the newest first.
    pub fn others_writing(
        &mut self,
        ticket: TicketNumber,
        but: AgentId,
    ) -> Result<Vec<(String, Timestamp)>> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT agent.name, draft.updated_at FROM draft JOIN agent ON agent.id = draft.agent
                 WHERE draft.ticket = ?1 AND draft.agent <> ?2 AND agent.disabled_at IS NULL
                 ORDER BY draft.updated_at DESC LIMIT 5",
            )?
            .query_map((ticket, but), |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?)
    }

    /// The tickets in which an agent has a draft, `None` for a new one, and when it was last changed,
    /// the newest first.
    pub fn drafts_of(
        &mut self,
        agent: AgentId,
        limit: u32,
    ) -> Result<Vec<(Option<TicketNumber>, Timestamp)>> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT ticket, updated_at FROM draft WHERE agent = ?1
                 ORDER BY updated_at DESC LIMIT ?2",
            )?
            .query_map((agent, limit), |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?)
    }
}

/// What is in a draft, for telling a form that was sent twice from another.
pub(super) fn digest_of(draft: &Draft) -> String {
    let same = Draft { seen: 0, lost: Vec::new(), form: String::new(), ..draft.clone() };
    sha256(serde_json::json!(same).to_string().as_bytes())
}

/// The ticket, the article and the content of a form that was sent.
pub(super) fn sent(
    tx: &Transaction<'_>,
    agent: AgentId,
    form: &str,
) -> Result<Option<(TicketNumber, ArticleId, String)>> {
    let found = once::found(tx, &forms_of(agent), form)?;
    Ok(found.and_then(|(made, digest)| Some((made.ticket, made.article?, digest))))
}

/// Remembers that a form was sent.
pub(super) fn remember(
    tx: &Transaction<'_>,
    (agent, form): (AgentId, &str),
    (ticket, article): (TicketNumber, ArticleId),
    draft: &Draft,
    now: Timestamp,
) -> Result<()> {
    let made = Made { ticket, article: Some(article), outbox: None };
    once::remember(tx, (&forms_of(agent), form), made, &digest_of(draft), now)
}

/// As whom an agent sends forms, among all who send what is done once.
fn forms_of(agent: AgentId) -> String {
    format!("form:{agent}")
}

/// A draft and its id.
pub(super) fn kept(tx: &Transaction<'_>, place: Place) -> Result<Option<(DraftId, Kept)>> {
    let Some((id, fields, revision, updated_at)) = tx
        .prepare_cached(
            "SELECT id, fields, revision, updated_at FROM draft
             WHERE agent = ?1 AND ticket IS ?2",
        )?
        .query_row((place.agent, place.ticket), |row| {
            Ok((row.get::<_, DraftId>(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?
    else {
        return Ok(None);
    };
    let files = tx
        .prepare_cached(
            "SELECT id, filename, content_type, size FROM draft_file WHERE draft = ?1 ORDER BY id",
        )?
        .query_map([id], |row| {
            Ok(DraftFile {
                id: row.get(0)?,
                filename: row.get(1)?,
                content_type: row.get(2)?,
                size: row.get(3)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    // It is JSON of our own making; a field that is unknown by now is left out.
    let draft = serde_json::from_str(&fields).unwrap_or_default();
    Ok(Some((id, Kept { draft, files, revision, updated_at })))
}

/// The files of a draft, whole.
pub(super) fn files(tx: &Transaction<'_>, draft: DraftId) -> Result<Vec<Attachment>> {
    Ok(tx
        .prepare_cached(
            "SELECT filename, content_type, bytes FROM draft_file WHERE draft = ?1 ORDER BY id",
        )?
        .query_map([draft], |row| {
            Ok(Attachment {
                filename: row.get(0)?,
                content_type: row.get(1)?,
                content_id: None,
                inline: false,
                bytes: row.get(2)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?)
}

/// Takes a draft away with its files.
pub(super) fn forget(tx: &Transaction<'_>, place: Place) -> Result<()> {
    tx.prepare_cached("DELETE FROM draft WHERE agent = ?1 AND ticket IS ?2")?
        .execute((place.agent, place.ticket))?;
    Ok(())
}

/// Takes away what an agent wrote who no longer signs in, and answers how many drafts those were.
pub(super) fn forget_agent(tx: &Transaction<'_>, agent: AgentId) -> Result<usize> {
    let drafts = tx.execute("DELETE FROM draft WHERE agent = ?1", [agent])?;
    once::forget(tx, &forms_of(agent))?;
    Ok(drafts)
}

fn exists(tx: &Transaction<'_>, number: TicketNumber) -> Result<()> {
    let exists: bool = tx
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM ticket WHERE number = ?1 AND erased_at IS NULL)",
        )?
        .query_row([number], |row| row.get(0))?;
    if exists { Ok(()) } else { Err(no_ticket(number)) }
}

/// Whether there is room for more files in a draft.
fn room(
    tx: &Transaction<'_>,
    agent: AgentId,
    draft: &Draft,
    stays: &[&DraftFile],
    add: &[&(&Attachment, String)],
) -> Result<Option<LeftOut>> {
    if add.is_empty() {
        return Ok(None);
    }
    let new: Vec<u64> = add.iter().map(|(file, _)| file.bytes.len() as u64).collect();
    let mut sizes: Vec<u64> = stays.iter().map(|file| file.size).collect();
    sizes.extend(&new);
    if sizes.len() > MOST_FILES {
        return Ok(Some(LeftOut::TooMany));
    }
    if let Err(why) = outgoing::fits(draft.text.len() as u64, &sizes) {
        return Ok(Some(LeftOut::TooLarge(why)));
    }
    let held: u64 = tx
        .prepare_cached(
            "SELECT coalesce(sum(draft_file.size), 0) FROM draft_file
             JOIN draft ON draft.id = draft_file.draft WHERE draft.agent = ?1",
        )?
        .query_row([agent], |row| row.get(0))?;
    let all = new.iter().fold(held, |sum, size| sum.saturating_add(*size));
    Ok((all > MOST_KEPT).then_some(LeftOut::Full))
}

fn insert_file(
    tx: &Transaction<'_>,
    draft: DraftId,
    file: &Attachment,
    sha256: &str,
) -> Result<()> {
    let (size, is_large) = (file.bytes.len(), file.bytes.len() >= LARGE_BLOB);
    let bytes: &[u8] = if is_large { &[] } else { &file.bytes };
    // The same file twice in one form is one file.
    let changed = tx
        .prepare_cached(
            "INSERT OR IGNORE INTO draft_file (draft, filename, content_type, sha256, size, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, iif(?7, zeroblob(?5), ?6))",
        )?
        .execute((draft, &file.filename, &file.content_type, sha256, size, bytes, is_large))?;
    if changed > 0 && is_large {
        fill_blob(tx, "draft_file", tx.last_insert_rowid(), &file.bytes)?;
    }
    Ok(())
}
