//! The trait [`Mailbox`]: the few verbs by which the house reaches an account, whoever hosts it,
//! with its words and its errors. Only bytes, ids, folders and times cross it; a provider's JSON
//! stays in the provider's own file. Nothing here knows a ticket.

mod answers;
mod budget;
pub mod gate;
pub mod graph;
pub mod http;
mod resolve;
pub mod token;

use std::fmt;
use std::io::Read;
use std::time::Duration;

use crate::mail::{Attachment, MessageId};
use crate::time::Timestamp;

/// A message as the provider numbers it: opaque, compared byte for byte, and the same wherever in
/// its mailbox the message lies (facts: microsoft-graph 2.5).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ItemId(pub String);

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One line of a folder's listing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// The provider's id.
    pub item: ItemId,
    /// The Message-ID as the provider reports it: a hint, it can be missing or wrong.
    pub message_id: Option<MessageId>,
    /// When the mailbox received it.
    pub received_at: Timestamp,
    /// Its size in bytes where the provider tells it; includes overhead.
    pub size: Option<u64>,
}

/// One page of a listing, and where the next one begins.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Page {
    /// The lines of this page.
    pub items: Vec<Listed>,
    /// What to hand in for the next page; `None` at the end.
    pub next: Option<PagePosition>,
}

/// The provider's own mark for the next page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PagePosition(pub String);

/// What changed in the folder since a position.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Changes {
    /// What came or was changed. The same item may come again.
    pub items: Vec<Listed>,
    /// What left the folder.
    pub left: Vec<ItemId>,
    /// Where to go on.
    pub next: Next,
}

/// Where to go on following changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Next {
    /// There is more right now.
    More(PagePosition),
    /// That was all; what changes from now on follows from here.
    Later(PagePosition),
}

/// Where a message lies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Whereabouts {
    /// In the folder we take in from.
    Here,
    /// In another folder of the mailbox.
    Elsewhere,
    /// Where a person's deletion puts it, to be restored with a click, under this id.
    Deleted(ItemId),
    /// In Recoverable Items, under this id.
    Recoverable(ItemId),
    /// Nowhere in the mailbox.
    Gone,
}

/// By what a message is recognised whose id was never learnt or is no longer known. A Message-ID
/// alone proves nothing: several letters may share one.
pub struct Sought<'a> {
    /// Its Message-ID.
    pub message_id: Option<&'a MessageId>,
    /// When the mailbox received it.
    pub received_at: Timestamp,
    /// Whether these bytes are its own.
    pub is_it: &'a dyn Fn(&[u8]) -> bool,
    /// Takes an item that was recognised, unless it is another message's.
    pub take: &'a dyn Fn(&ItemId) -> bool,
}

/// Where a removed original lies now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Removed {
    /// In Recoverable Items, under this id.
    Recoverable(ItemId),
    /// Gone from the mailbox, and not found in Recoverable Items either.
    Gone,
}

/// How large a message the mailbox sends may be, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Taken as one draft; what is more has to be added to it file by file.
    pub in_one_piece: u64,
    /// Sent at all, whatever the administrator allows.
    pub in_all: u64,
}

/// A draft the provider made from our bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    /// Its id, which is also the id of its copy in Sent Items (facts: microsoft-graph 2.5).
    pub item: ItemId,
    /// The Message-ID it will leave with: the provider may have replaced ours.
    pub message_id: Option<MessageId>,
}

/// What became of a draft.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SentState {
    /// It has left.
    Sent,
    /// It is still a draft.
    Draft,
    /// It is nowhere to be found.
    Missing,
}

/// One account we poll and send from. Calls block, may come from several threads at once, and
/// never exceed the number of requests the provider allows side by side.
pub trait Mailbox: Send + Sync {
    /// One page of the folder we take in from, oldest message first. `None` asks for the first page.
    fn list(&self, position: Option<&PagePosition>) -> Result<Page, Error>;

    /// One step of following the folder: what changed since `position`. `None` begins anew, with
    /// everything that lies there. Fails with [`Error::ListExpired`] when the position is no longer
    /// known, and with [`Error::Refused`] where changes cannot be followed.
    fn changes(&self, position: Option<&PagePosition>) -> Result<Changes, Error>;

    /// Whether the mailbox answers at all, by the cheapest question there is.
    fn reachable(&self) -> Result<(), Error>;

    /// Where a message lies now.
    fn whereabouts(&self, item: &ItemId) -> Result<Whereabouts, Error>;

    /// The message as RFC 5322 bytes, at most `max_bytes` of them ([`Error::TooLarge`] beyond), in
    /// at most `patience`.
    fn fetch(&self, item: &ItemId, max_bytes: u64, patience: Duration) -> Result<Vec<u8>, Error>;

    /// Puts a copy into `folder` (a name or a path such as `Inbox/Done`), which is made when
    /// missing. Doing it twice makes two copies; see [`Mailbox::find_copy`].
    fn copy(&self, item: &ItemId, folder: &str) -> Result<ItemId, Error>;

    /// Finds a copy in `folder`: what to ask before copying again when the answer to a copy was
    /// lost. A folder that does not exist holds nothing.
    fn find_copy(&self, sought: &Sought<'_>, folder: &str) -> Result<Option<ItemId>, Error>;

    /// Removes the message so that it lands in Recoverable Items, and says where it lies now.
    /// `sought` helps to find it again when its id is lost on the way; nothing else is ever
    /// touched. Doing it twice is harmless.
    fn remove(&self, item: &ItemId, sought: &Sought<'_>) -> Result<Removed, Error>;

    /// Moves the message into `folder`, which is made when missing. Doing it twice is harmless.
    fn move_to(&self, item: &ItemId, folder: &str) -> Result<ItemId, Error>;

    /// One page of what lies in Recoverable Items.
    fn recoverable(&self, position: Option<&PagePosition>) -> Result<Page, Error>;

    /// How large a message may be.
    fn limits(&self) -> Limits;

    /// Makes a draft from a message, of at most [`Limits::in_one_piece`] bytes.
    fn draft(&self, raw: &[u8]) -> Result<Draft, Error>;

    /// Adds a file of `size` bytes to a draft. What `file` says of it has to be fit for a letter
    /// (`mail::compose::described`); its bytes come from `content`. When this fails, the draft may or
    /// may not hold the file, or a part of it, and must not be sent.
    fn attach(
        &self,
        draft: &ItemId,
        file: &Attachment,
        size: u64,
        content: &mut dyn Read,
    ) -> Result<(), Error>;

    /// Takes back a draft that was never sent. Doing it twice is harmless.
    fn discard(&self, draft: &ItemId) -> Result<(), Error>;

    /// Sends a draft.
    fn send(&self, draft: &ItemId) -> Result<(), Error>;

    /// Where a draft is now, by its id, then by the Message-ID it was given.
    fn sent_state(
        &self,
        draft: &ItemId,
        message_id: Option<&MessageId>,
    ) -> Result<SentState, Error>;

    /// Finds a message we sent or drafted by the Message-ID we or the provider gave it, when its
    /// id was never learnt because the answer was lost.
    fn find_outgoing(&self, message_id: &MessageId) -> Result<Option<(Draft, SentState)>, Error>;

    /// Finds a message of ours by its subject and by what `is_it` knows of its id and bytes, among
    /// those sent or drafted lately, as `state` says: one whose ids the provider replaced while we did
    /// not see it.
    fn find_alike(
        &self,
        state: SentState,
        subject: &str,
        is_it: &dyn Fn(&ItemId, &[u8]) -> bool,
    ) -> Result<Option<ItemId>, Error>;
}

/// Why a call to the mailbox failed, named by what the caller does next. Every `String` is a
/// sentence for people: what we were doing, why not, what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The provider asks us to wait this long.
    #[error("{what}; waiting {} s as asked", wait.as_secs())]
    Throttled {
        /// How long.
        wait: Duration,
        /// What was throttled, in words.
        what: String,
    },
    /// Sign-in failed, or a permission is missing: a person must act.
    #[error("{0}")]
    SignInNeeded(String),
    /// The list position is no longer valid: list from the beginning.
    #[error("{0}")]
    ListExpired(String),
    /// The message is no longer there.
    #[error("{0}")]
    Gone(String),
    /// The message is larger than we take.
    #[error(
        "the message{} is larger than the {} MB taken in",
        size.map(|size| format!(" has {:.1} MB and", size as f64 / 1e6)).unwrap_or_default(),
        max_bytes / 1_000_000
    )]
    TooLarge {
        /// The cap that was handed in, in bytes.
        max_bytes: u64,
        /// Its size in bytes, where it was told.
        size: Option<u64>,
    },
    /// The provider understood and said no; trying again will not help.
    #[error("{0}")]
    Refused(String),
    /// No answer, or an answer that says to try later; nothing was done.
    #[error("{0}")]
    Unreachable(String),
    /// The answer was lost: the work may have been done.
    #[error("{0}")]
    Unknown(String),
}
