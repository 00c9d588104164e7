//! What intake and agents want written: a ticket and an article that are not in the store yet. What
//! stands there is in `ticket`.

use crate::desk::ticket::{
    BounceReport, Forwarded, Kind, LinkKind, Machine, Priority, State, TicketNumber, Verdict,
};
use crate::mail::{Address, Attachment, MessageId, Protection};
use crate::time::Timestamp;

/// The most ids of one message that are looked up, nearest first.
pub const MAX_CITED: usize = 50;

/// A ticket about to be opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewTicket {
    /// Its number.
    pub number: TicketNumber,
    /// Its subject.
    pub subject: String,
    /// Where it stands from the start: archived mail is closed.
    pub state: State,
    /// Its priority.
    pub priority: Priority,
    /// Its queue.
    pub queue: Option<String>,
    /// The name of its agent.
    pub assignee: Option<String>,
    /// Who asks.
    pub requester: Option<Address>,
    /// Its tags.
    pub tags: Vec<String>,
    /// The older tickets it has to do with.
    pub links: Vec<(LinkKind, TicketNumber)>,
}

/// An article about to be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewArticle {
    /// What it is.
    pub kind: Kind,
    /// Who wrote it.
    pub from: Option<Address>,
    /// Where answers to it should go, when not to `from`.
    pub reply_to: Vec<Address>,
    /// To whom.
    pub to: Vec<Address>,
    /// Copies.
    pub cc: Vec<Address>,
    /// Hidden copies.
    pub bcc: Vec<Address>,
    /// Its subject.
    pub subject: String,
    /// Its Message-ID.
    pub message_id: Option<MessageId>,
    /// The message it answers.
    pub in_reply_to: Option<MessageId>,
    /// Every id it cites, nearest first.
    pub cited: Vec<MessageId>,
    /// The Date header.
    pub sent_at: Option<Timestamp>,
    /// Its text.
    pub text: String,
    /// Its new text.
    pub visible_text: String,
    /// Its HTML made safe.
    pub html: Option<String>,
    /// What kind of machine wrote it.
    pub machine: Option<Machine>,
    /// Whether the receiving service vouches for its sender.
    pub sender_verified: Verdict,
    /// The letter it forwards.
    pub forwarded: Option<Forwarded>,
    /// The delivery failure it reports.
    pub bounce: Option<BounceReport>,
    /// How its writer protected it.
    pub protection: Option<Protection>,
    /// What came with it.
    pub attachments: Vec<Attachment>,
    /// What tells the same letter from another with the same Message-ID.
    pub fingerprint: Option<String>,
}

impl NewArticle {
    /// An article of this kind in which nothing is said yet.
    pub fn empty(kind: Kind) -> Self {
        Self {
            kind,
            from: None,
            reply_to: Vec::new(),
            to: Vec::new(),
            cc: Vec::new(),
            bcc: Vec::new(),
            subject: String::new(),
            message_id: None,
            in_reply_to: None,
            cited: Vec::new(),
            sent_at: None,
            text: String::new(),
            visible_text: String::new(),
            html: None,
            machine: None,
            sender_verified: Verdict::None,
            forwarded: None,
            bounce: None,
            protection: None,
            attachments: Vec::new(),
            fingerprint: None,
        }
    }
}
