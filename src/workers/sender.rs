//! The outbox of one mailbox: draft, remember the draft, send; and settle by looking into the
//! mailbox whatever a crash or a lost answer left open. A draft is no delivery, so making a second
//! one does no harm; sending is tried again only when the draft was seen unsent. A draft is remembered
//! once all its attachments are there, and only a remembered one is sent.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Error, Rest, Round};
use crate::desk::caps::{Held, Limits};
use crate::desk::notice;
use crate::desk::outgoing;
use crate::desk::policy::Policy;
use crate::desk::quoting::Quoting;
use crate::desk::thread::TagKey;
use crate::desk::ticket::OutboxId;
use crate::mail::compose::{self, Letter, Seal};
use crate::mail::parse::parse;
use crate::mail::{Attachment, MessageId};
use crate::mailbox::{self, Draft, ItemId, Mailbox, SentState};
use crate::store::outbox::{Due, Enclosed, Stage};
use crate::store::{MailboxId, Store};
use crate::time::Timestamp;

/// Messages sent by one round at most; then the clock is read again.
const ROUND: usize = 30;

/// Failures without a success between them that mean the mailbox is out of reach.
const OUTAGE: usize = 3;

/// Seconds after a sending during which a draft may still look unsent (facts: microsoft-graph 4.3).
/// A busy service was seen to need most of a minute.
const SETTLING: i64 = 60;

/// Tries after which a refusal is final though an earlier try may have sent the draft.
const DOUBTED: u32 = 5;

/// Seconds after which a letter found nowhere is looked for less often.
const SEARCH: i64 = 300;

/// The rest between two looks into the outbox.
const REST: Duration = Duration::from_secs(1);

/// A letter of ours and all that goes with it.
struct Ours {
    id: OutboxId,
    letter: Letter,
    files: Vec<Enclosed>,
    seal: Seal,
}

/// A letter composed.
enum Composed {
    /// Its bytes, and what is added to its draft by itself.
    Ready(Vec<u8>, Vec<Enclosed>),
    /// Why it can never be sent.
    Unfit(String),
}

/// The round of one mailbox's outbox.
pub struct Sender {
    round: String,
    account: String,
    store: Store,
    mailbox: Arc<dyn Mailbox>,
    id: MailboxId,
    key: TagKey,
    limits: Limits,
    quoting: Quoting,
    /// How notices are written, and in which language.
    notices: Option<(Policy, String)>,
    /// The limit that holds letters back at present, for the log says so once.
    held: Option<Held>,
}

impl Sender {
    /// A round over the outbox of `mailbox`, which the store knows as `id`.
    pub fn new(
        store: Store,
        mailbox: Arc<dyn Mailbox>,
        id: MailboxId,
        name: &str,
        key: TagKey,
        limits: Limits,
    ) -> Self {
        let (round, account) = (format!("sender:{name}"), name.to_owned());
        let quoting = Quoting::default();
        let notices = None;
        Self { round, account, store, mailbox, id, key, limits, quoting, notices, held: None }
    }

    /// The same round, whose answers repeat what they answer as the office wants it.
    pub fn quoting(mut self, quoting: Quoting) -> Self {
        self.quoting = quoting;
        self
    }

    /// The same round, which words notices as this office does, in this language.
    pub fn noticing(mut self, policy: Policy, language: &str) -> Self {
        self.notices = Some((policy, language.to_owned()));
        self
    }

    /// The limit of the service that holds this message back, by what is known to have been sent.
    fn held_back(&mut self, due: &Due, now: Timestamp) -> Result<Option<Held>, Error> {
        if matches!(due.stage, Stage::Unknown(_)) {
            return Ok(None);
        }
        let letter = &due.letter;
        let recipients = letter.to.len() + letter.cc.len() + letter.bcc.len();
        let recipients = u32::try_from(recipients).unwrap_or(u32::MAX);
        let held = self.store.held_back(self.id, self.limits, recipients, now)?;
        if let Some(held) = &held {
            self.store.note_held(self.id, &held.why, now)?;
            if self.held.as_ref().map(|held| &held.why) != Some(&held.why) {
                log::info!(target: "sender", "{}: {}", self.account, held.why);
            }
        }
        self.held.clone_from(&held);
        Ok(held)
    }

    /// Brings one message a step or more further.
    fn advance(&mut self, due: Due, now: Timestamp) -> Result<(), Error> {
        let Due { id, mut letter, answers, files, told, stage, message_id, tried_at, attempts } =
            due;
        letter.quoted = answers.and_then(|original| self.quoting.quote(&original));
        if let Some(told) = told {
            let Some((policy, language)) = &self.notices else {
                self.store.mark_refused(id, "this mailbox sends no notices", now)?;
                return Ok(());
            };
            letter = notice::letter(&told, policy, language, letter.date);
        }
        let Some(seal) = outgoing::seal(id, &letter.from, &self.key) else {
            self.store.mark_refused(id, "its sender has no address to write from", now)?;
            return Ok(());
        };
        let ours = Ours { id, letter, files, seal };
        let step = match stage {
            Stage::Queued => self.draft_and_send(ours, now),
            Stage::Drafting => self.adopt_or_draft(ours, now),
            Stage::Drafted(item) => {
                let draft = Draft { item: ItemId(item), message_id };
                // Whoever tried it was killed meanwhile; how long that took is not known.
                let tried_at = tried_at.map(|_| now);
                self.settle(&ours, &draft, tried_at, now)
            }
            Stage::Unknown(item) => {
                let draft = Draft { item: ItemId(item), message_id };
                let step = self.settle(&ours, &draft, tried_at, now);
                self.doubted(step, &draft, attempts)
            }
        };
        match step {
            Ok(()) => Ok(()),
            Err(Error::Mailbox { name, error }) => {
                self.note_failure(id, attempts, name, error, now)
            }
            Err(error) => Err(error),
        }
    }

    fn draft_and_send(&mut self, ours: Ours, now: Timestamp) -> Result<(), Error> {
        let Ours { id, letter, files, seal } = ours;
        let (raw, apart) = match self.composed(letter, files, &seal)? {
            Composed::Ready(raw, apart) => (raw, apart),
            Composed::Unfit(why) => {
                log::error!(target: "sender", "{}: outbox {id} cannot be sent", self.account);
                return Ok(self.store.mark_refused(id, &why, now)?);
            }
        };
        self.store.note_drafting(id)?;
        let draft = self.mailbox.draft(&raw).map_err(|error| self.failed(error))?;
        drop(raw);
        for file in &apart {
            if let Err(error) = self.attach(&draft, file) {
                // It was never sent and never will be. Where it cannot be taken back now, it is
                // when it is found again, or it stays behind as a draft.
                if let Err(error) = self.mailbox.discard(&draft.item) {
                    log::warn!(
                        target: "sender",
                        "{}: outbox {id}: an incomplete draft stays behind: {error}", self.account
                    );
                }
                return Err(error);
            }
        }
        self.send(id, &draft, &seal.message_id, now)
    }

    /// Composes a letter, with those of its files that fit into it.
    fn composed(
        &self,
        mut letter: Letter,
        files: Vec<Enclosed>,
        seal: &Seal,
    ) -> Result<Composed, Error> {
        let bare = match compose::compose(&letter, seal) {
            Err(error) => return Ok(Composed::Unfit(error.to_string())),
            Ok(raw) if files.is_empty() => return Ok(Composed::Ready(raw, files)),
            Ok(raw) => raw.len() as u64,
        };
        let sizes: Vec<u64> = files.iter().map(|file| file.size).collect();
        let limits = self.mailbox.limits();
        let goes_apart = match outgoing::apart(bare, &sizes, limits.in_one_piece, limits.in_all) {
            Err(error) => return Ok(Composed::Unfit(error.to_string())),
            Ok(goes_apart) => goes_apart,
        };
        let mut apart = Vec::new();
        for (enclosed, goes_apart) in files.into_iter().zip(goes_apart) {
            if goes_apart {
                letter.apart.push(enclosed.file.clone());
                apart.push(enclosed);
            } else {
                let bytes = self.store.content(enclosed.content)?;
                letter.attachments.push(Attachment { bytes, ..enclosed.file });
            }
        }
        Ok(match compose::compose(&letter, seal) {
            Ok(raw) => Composed::Ready(raw, apart),
            Err(error) => Composed::Unfit(error.to_string()),
        })
    }

    /// Adds a file to a draft. Whatever fails in between, nothing was sent: it only has to wait.
    fn attach(&self, draft: &Draft, enclosed: &Enclosed) -> Result<(), Error> {
        let mut content = self.store.open_content(enclosed.content)?;
        let file = compose::described(&enclosed.file);
        let added = self.mailbox.attach(&draft.item, &file, enclosed.size, &mut *content);
        added.map_err(|error| {
            self.failed(match error {
                mailbox::Error::Unknown(why) | mailbox::Error::Gone(why) => {
                    mailbox::Error::Unreachable(why)
                }
                other => other,
            })
        })
    }

    /// After a crash or a lost answer: the draft may be there already, under our Message-ID. One of
    /// a letter with attachments may lack some of them, so it is taken back and made again.
    fn adopt_or_draft(&mut self, ours: Ours, now: Timestamp) -> Result<(), Error> {
        let message_id = &ours.seal.message_id;
        let found = self.mailbox.find_outgoing(message_id).map_err(|error| self.failed(error))?;
        match found {
            Some((_, SentState::Sent)) => Ok(self.store.mark_sent(ours.id, now)?),
            Some((draft, SentState::Draft)) if ours.files.is_empty() => {
                self.send(ours.id, &draft, message_id, now)
            }
            Some((draft, SentState::Draft)) => {
                self.mailbox.discard(&draft.item).map_err(|error| self.failed(error))?;
                self.draft_and_send(ours, now)
            }
            Some((_, SentState::Missing)) | None => {
                self.discard_lost(&ours)?;
                self.draft_and_send(ours, now)
            }
        }
    }

    /// Takes back the draft of this letter that nobody knows: its answer was lost, and the mailbox
    /// replaced our Message-ID. It would lie among the drafts for good.
    fn discard_lost(&mut self, ours: &Ours) -> Result<(), Error> {
        match self.find_alike(SentState::Draft, ours)? {
            Some(lost) => self.mailbox.discard(&lost.item).map_err(|error| self.failed(error)),
            None => Ok(()),
        }
    }

    /// This letter among those sent or drafted, known by its words, unless it is known to be another.
    fn find_alike(&mut self, state: SentState, ours: &Ours) -> Result<Option<Draft>, Error> {
        let Ours { letter, seal, .. } = ours;
        let Ok(raw) = compose::compose(letter, seal) else { return Ok(None) };
        let written = parse(&raw);
        let (store, message_id) = (RefCell::new(&mut self.store), RefCell::new(None));
        let is_it = |item: &ItemId, raw: &[u8]| {
            let found = parse(raw);
            *message_id.borrow_mut() = found.message_id.clone();
            outgoing::is_same(&found, &written)
                // One of the same words that left before this one was written is another.
                && (state == SentState::Draft || found.sent_at.is_some_and(|at| at >= letter.date))
                && store.borrow_mut().is_drafted(&item.0).is_ok_and(|is_drafted| !is_drafted)
        };
        let found = self.mailbox.find_alike(state, &written.subject, &is_it);
        let message_id = message_id.into_inner();
        let found = found.map_err(|error| self.failed(error))?;
        Ok(found.map(|item| Draft { item, message_id }))
    }

    fn send(
        &mut self,
        id: OutboxId,
        draft: &Draft,
        ours: &MessageId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let message_id = draft.message_id.as_ref().unwrap_or(ours);
        self.store.note_draft(id, &draft.item.0, message_id, now)?;
        if let Err(error) = self.mailbox.send(&draft.item) {
            use mailbox::Error::{SignInNeeded, Throttled, Unreachable};
            if matches!(error, Throttled { .. } | Unreachable(_) | SignInNeeded(_)) {
                self.store.note_unsent(id)?;
            }
            return Err(self.failed(error));
        }
        log::info!(target: "sender", "{}: outbox {id} sent", self.account);
        Ok(self.store.mark_sent(id, now)?)
    }

    /// A draft is known; whether it left is not. Looks before doing anything.
    fn settle(
        &mut self,
        ours: &Ours,
        draft: &Draft,
        tried_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let id = ours.id;
        let state = self
            .mailbox
            .sent_state(&draft.item, draft.message_id.as_ref())
            .map_err(|error| self.failed(error))?;
        let (reason, look_at) = match (state, tried_at) {
            (SentState::Sent, _) => return Ok(self.store.mark_sent(id, now)?),
            (SentState::Draft, Some(at)) if at.plus_seconds(SETTLING) > now => (
                "its sending was interrupted; looking again before sending it",
                at.plus_seconds(SETTLING),
            ),
            (SentState::Draft, _) => return self.send(id, draft, &ours.seal.message_id, now),
            (SentState::Missing, tried_at) => {
                // Neither its id nor its Message-ID may have outlasted the sending.
                if let Some(Draft { item, message_id }) = self.find_alike(SentState::Sent, ours)? {
                    let message_id = message_id.as_ref().unwrap_or(&ours.seal.message_id);
                    self.store.note_draft(id, &item.0, message_id, now)?;
                    return Ok(self.store.mark_sent(id, now)?);
                }
                let long = tried_at.is_none_or(|at| at.plus_seconds(SEARCH) <= now);
                let wait = if long { 3_600 } else { SETTLING };
                (
                    "it is neither in Drafts nor in Sent Items; it is not sent again by itself",
                    now.plus_seconds(wait),
                )
            }
        };
        Ok(self.store.mark_unknown(id, reason, look_at, now)?)
    }

    /// A refusal of a draft that an earlier try may have sent: the service may say no because the draft
    /// has left (facts: microsoft-graph 4.3), so it is looked for once more before it is believed.
    fn doubted(&self, step: Result<(), Error>, draft: &Draft, attempts: u32) -> Result<(), Error> {
        match step {
            Err(Error::Mailbox { name, error: mailbox::Error::Refused(why) })
                if attempts < DOUBTED || !self.is_draft(draft) =>
            {
                Err(Error::Mailbox { name, error: mailbox::Error::Unknown(why) })
            }
            other => other,
        }
    }

    /// Whether the mailbox shows a draft to be unsent.
    fn is_draft(&self, draft: &Draft) -> bool {
        let state = self.mailbox.sent_state(&draft.item, draft.message_id.as_ref());
        matches!(state, Ok(SentState::Draft))
    }

    /// Notes a failure on the message it concerns; gives it back when it concerns the mailbox.
    fn note_failure(
        &mut self,
        id: OutboxId,
        attempts: u32,
        name: String,
        error: mailbox::Error,
        now: Timestamp,
    ) -> Result<(), Error> {
        let reason = error.to_string();
        let retry_at = outgoing::retry_at(attempts + 1, now);
        match &error {
            mailbox::Error::Refused(_) | mailbox::Error::TooLarge { .. } => {
                log::error!(target: "sender", "{name}: outbox {id} refused: {error}");
                self.store.mark_refused(id, &reason, now)?;
                return Ok(());
            }
            mailbox::Error::Throttled { wait, .. } => {
                let wait = i64::try_from(wait.as_secs()).unwrap_or(i64::MAX);
                self.store.postpone(id, &reason, now.plus_seconds(wait.max(1)))?;
            }
            mailbox::Error::Unknown(_) | mailbox::Error::Gone(_) => {
                self.store.mark_unknown(id, &reason, now.plus_seconds(5), now)?;
            }
            // It concerns all of them, and a person must act: each says so.
            mailbox::Error::SignInNeeded(_) => self.store.note_held(self.id, &reason, now)?,
            mailbox::Error::Unreachable(_) | mailbox::Error::ListExpired(_) => {
                self.store.postpone(id, &reason, retry_at)?;
            }
        }
        Err(Error::Mailbox { name, error })
    }

    fn failed(&self, error: mailbox::Error) -> Error {
        Error::Mailbox { name: self.account.clone(), error }
    }
}

impl Round for Sender {
    fn name(&self) -> &str {
        &self.round
    }

    fn round(&mut self, now: Timestamp) -> Result<Rest, Error> {
        let (begun, started) = (Instant::now(), now);
        let mut failures_in_a_row = 0;
        for _ in 0..ROUND {
            // A slow service takes minutes for a round, and when each was tried decides when it may be
            // tried again.
            let now = started.plus_seconds(begun.elapsed().as_secs().cast_signed());
            let Some(mut due) = self.store.next_due(self.id, now)? else {
                return Ok(match self.store.next_due_at(self.id)? {
                    Some(at) => Rest::Until(now.until(at)),
                    None => Rest::Idle(REST),
                });
            };
            if let Some(held) = self.held_back(&due, now)? {
                // To look for what may have left sends nothing.
                match self.store.next_unknown(self.id, now)? {
                    Some(unknown) => due = unknown,
                    None => return Ok(Rest::Limited(now.until(held.until))),
                }
            }
            match self.advance(due, now) {
                Ok(()) => failures_in_a_row = 0,
                // What failed for one letter is noted there, and holds up no other.
                Err(error) => {
                    failures_in_a_row += 1;
                    if error.stops_a_round() || failures_in_a_row >= OUTAGE {
                        return Err(error);
                    }
                }
            }
        }
        Ok(Rest::No)
    }
}
