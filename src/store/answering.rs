//! What an agent puts into a ticket, by hand or from a draft: read, decided and written in one transaction,
//! the same for the pages, the API and the command line.

use rusqlite::Transaction;

use super::changes::open;
use super::drafts::{self, Place};
use super::once::{self, By, Made};
use super::packing::Content;
use super::tickets::{newest_article, no_ticket, say, standing, thread};
use super::{Error, MailboxId, Result, Store, caps, writing};
use crate::desk::audit::Action;
use crate::desk::change;
use crate::desk::draft::Draft;
use crate::desk::new::NewArticle;
use crate::desk::outgoing;
use crate::desk::policy::Policy;
use crate::desk::ticket::{ArticleId, Kind, State, TicketNumber};
use crate::desk::writing::{Hand, Writing};
use crate::mail::{Address, Attachment};
use crate::time::Timestamp;

/// A draft that is to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Sending<'a> {
    /// Whose, and where.
    pub place: Place,
    /// Of which its agent believes to send it.
    pub revision: i64,
    /// The id of the form it is sent by, if that has one.
    pub form: Option<&'a str>,
    /// The newest article of the ticket that its agent has seen; `None` where nothing newer matters.
    pub seen: Option<ArticleId>,
}

/// What became of a draft that was to be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sent {
    /// It is in the ticket now, and no draft any more.
    Now(TicketNumber, ArticleId),
    /// The same form was sent before.
    Before(TicketNumber, ArticleId),
    /// The draft was changed meanwhile, or is gone; nothing was sent.
    Changed,
    /// There is a newer article than its agent has seen; nothing was sent.
    Newer,
}

/// What a draft holds, its files without their bytes, read before it is written anywhere.
struct Loaded {
    draft: Draft,
    files: Vec<Attachment>,
    contents: Vec<Content>,
}

impl Store {
    /// Puts an answer or a note into a ticket; an answer is queued in the same transaction. Fails with
    /// [`Error::Unfit`] when what was written cannot be put there. Answers the ticket that the article
    /// is in as well: when it was put there by the same request before, it may have moved.
    pub fn put<'a>(
        &mut self,
        number: TicketNumber,
        mut writing: Writing,
        hand: Hand<'_>,
        by: impl Into<By<'a>>,
        now: Timestamp,
    ) -> Result<(TicketNumber, ArticleId)> {
        let contents = packed(&mut writing.attachments);
        let by = by.into();
        self.write(|tx| {
            let made = once::done(tx, by, now, |tx| {
                let id = put(tx, number, (writing, hand), &contents, by.actor, now)?;
                Ok(Made { ticket: number, article: Some(id), outbox: None })
            })?;
            let id = made.article.ok_or_else(|| no_ticket(number))?;
            let ticket = tx
                .prepare_cached("SELECT ticket FROM article WHERE id = ?1")?
                .query_row([id], |row| row.get(0))?;
            Ok((ticket, id))
        })
    }

    /// Puts a draft into its ticket by this hand. The draft goes in the same transaction, in which the
    /// form is remembered, so that it is never sent twice.
    pub fn put_draft(
        &mut self,
        sending: Sending<'_>,
        hand: Hand<'_>,
        actor: &str,
        now: Timestamp,
    ) -> Result<Sent> {
        let Some(number) = sending.place.ticket else { return Ok(Sent::Changed) };
        let loaded = self.loaded(sending)?;
        self.write(|tx| {
            let loaded = match still(tx, sending, loaded)? {
                Ok(loaded) => loaded,
                Err(sent) => return Ok(sent),
            };
            // Asked here, where nobody else can write: of two who answer at once, one is told.
            if let Some(seen) = sending.seen
                && newest_article(tx, number)?.is_some_and(|newest| newest > seen)
            {
                return Ok(Sent::Newer);
            }
            let writing = loaded
                .draft
                .writing(loaded.files)
                .map_err(|why| Error::NotPossible(why.to_string()))?;
            let id = put(tx, number, (writing, hand), &loaded.contents, actor, now)?;
            done(tx, sending, (number, id), &loaded.draft, now)?;
            Ok(Sent::Now(number, id))
        })
    }

    /// Opens a ticket from a draft; otherwise like [`Store::put_draft`].
    pub fn open_draft(
        &mut self,
        sending: Sending<'_>,
        (mailbox, policy): (MailboxId, &Policy),
        author: Address,
        actor: &str,
        now: Timestamp,
    ) -> Result<Sent> {
        let loaded = self.loaded(sending)?;
        self.write(|tx| {
            let loaded = match still(tx, sending, loaded)? {
                Ok(loaded) => loaded,
                Err(sent) => return Ok(sent),
            };
            let opening = loaded
                .draft
                .opening(loaded.files)
                .map_err(|why| Error::NotPossible(why.to_string()))?;
            let contents = &loaded.contents;
            let opened = open(tx, (mailbox, policy), &opening, contents, author, actor, now)?;
            done(tx, sending, opened, &loaded.draft, now)?;
            Ok(Sent::Now(opened.0, opened.1))
        })
    }

    /// Writes an answer or note that was decided before; otherwise like [`Store::put`].
    pub fn write_article(
        &mut self,
        number: TicketNumber,
        mailbox: MailboxId,
        article: &NewArticle,
        state: State,
        actor: &str,
        now: Timestamp,
    ) -> Result<ArticleId> {
        let contents: Vec<Content> =
            article.attachments.iter().map(|file| Content::of(file.bytes.clone())).collect();
        self.write(|tx| write(tx, number, mailbox, (article, &contents), state, actor, now))
    }

    /// Reads a draft and packs its files while others may write.
    fn loaded(&mut self, sending: Sending<'_>) -> Result<Option<Loaded>> {
        let found = self.read(|tx| {
            let found = drafts::kept(tx, sending.place)?;
            let found = found.filter(|(_, kept)| kept.revision == sending.revision);
            found.map(|(id, kept)| Ok((kept.draft, drafts::files(tx, id)?))).transpose()
        })?;
        Ok(found.map(|(draft, mut files)| {
            let contents = packed(&mut files);
            Loaded { draft, files, contents }
        }))
    }
}

/// The bytes of files, ready to be stored. They are taken out of the files: there may be many of them.
fn packed(files: &mut [Attachment]) -> Vec<Content> {
    files.iter_mut().map(|file| Content::of(std::mem::take(&mut file.bytes))).collect()
}

/// What was loaded, if it still is the draft that is to be sent; otherwise what became of that.
fn still(
    tx: &Transaction<'_>,
    sending: Sending<'_>,
    loaded: Option<Loaded>,
) -> Result<std::result::Result<Loaded, Sent>> {
    if let Some(form) = sending.form
        && let Some((number, article, _)) = drafts::sent(tx, sending.place.agent, form)?
    {
        return Ok(Err(Sent::Before(number, article)));
    }
    let now = drafts::kept(tx, sending.place)?.map(|(_, kept)| kept.revision);
    Ok(loaded.filter(|_| now == Some(sending.revision)).ok_or(Sent::Changed))
}

fn done(
    tx: &Transaction<'_>,
    sending: Sending<'_>,
    made: (TicketNumber, ArticleId),
    draft: &Draft,
    now: Timestamp,
) -> Result<()> {
    drafts::forget(tx, sending.place)?;
    if let Some(form) = sending.form {
        drafts::remember(tx, (sending.place.agent, form), made, draft, now)?;
    }
    Ok(())
}

fn put(
    tx: &Transaction<'_>,
    number: TicketNumber,
    (writing, hand): (Writing, Hand<'_>),
    contents: &[Content],
    actor: &str,
    now: Timestamp,
) -> Result<ArticleId> {
    let answered = writing.article.filter(|_| matches!(hand, Hand::Answer(_)));
    let (thread, mailbox, _) = thread(tx, number, answered)?;
    if thread.merged_into.is_some() {
        let why = change::writable(&standing(tx, number)?);
        why.map_err(|why| Error::NotPossible(why.to_string()))?;
    }
    let (article, state) = outgoing::written(&thread, writing, hand)?;
    write(tx, number, mailbox, (&article, contents), state, actor, now)
}

/// Writes an agent's answer or note; an answer is queued.
pub(super) fn write(
    tx: &Transaction<'_>,
    number: TicketNumber,
    mailbox: MailboxId,
    (article, contents): (&NewArticle, &[Content]),
    state: State,
    actor: &str,
    now: Timestamp,
) -> Result<ArticleId> {
    let standing = standing(tx, number)?;
    // It may have been merged or deleted since the agent read it.
    change::writable(&standing).map_err(|why| Error::NotPossible(why.to_string()))?;
    let before = standing.state;
    let id = writing::article(tx, number, article, contents, now)?;
    let action = if article.kind == Kind::Note {
        Action::Noted
    } else {
        let everybody = [&article.to[..], &article.cc, &article.bcc].concat();
        if let Some(why) = caps::reply_struck(tx, &everybody, now)? {
            return Err(Error::NotPossible(format!("not sent: {why}")));
        }
        writing::outbox(tx, mailbox, number, (id, article), None, now)?;
        Action::Replied
    };
    writing::touch(tx, number, state, now)?;
    say(tx, number, actor, action, format!("article {id}"), now)?;
    if before != state {
        say(tx, number, actor, Action::StateChanged, format!("{before} to {state}"), now)?;
    }
    Ok(id)
}
