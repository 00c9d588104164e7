//! What an agent writes, by which hand, and into which thread. What becomes of it is decided in
//! `outgoing`, whom it reaches in `recipients`.

use crate::desk::policy::Policy;
use crate::desk::ticket::{ArticleId, State, TicketNumber};
use crate::mail::{Address, Attachment, MessageId};

/// What is known of the ticket an agent writes into.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Thread {
    /// Its number.
    pub number: TicketNumber,
    /// Its subject.
    pub subject: String,
    /// Where it stands.
    pub state: State,
    /// The ticket it was merged into.
    pub merged_into: Option<TicketNumber>,
    /// The message that is answered: the newest that came in, unless another was chosen; when none
    /// came in, who asks.
    pub answered: Option<Answered>,
    /// Whether that is a message that came in.
    pub wrote: bool,
}

/// The message an answer goes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answered {
    /// Who wrote it.
    pub from: Option<Address>,
    /// Where its answers should go.
    pub reply_to: Vec<Address>,
    /// To whom it went.
    pub to: Vec<Address>,
    /// Who got a copy of it.
    pub cc: Vec<Address>,
    /// Its Message-ID.
    pub message_id: Option<MessageId>,
    /// What it cites, nearest first.
    pub cited: Vec<MessageId>,
}

/// What an agent writes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Writing {
    /// The text.
    pub text: String,
    /// Copies.
    pub cc: Vec<Address>,
    /// Hidden copies.
    pub bcc: Vec<Address>,
    /// Whether everybody the message went to gets a copy as well.
    pub to_all: bool,
    /// The message that an answer goes to; otherwise the newest that a person wrote.
    pub article: Option<ArticleId>,
    /// Files to send along.
    pub attachments: Vec<Attachment>,
    /// The state the ticket gets; otherwise a new ticket becomes open.
    pub status: Option<State>,
}

/// How an agent writes into a ticket.
#[derive(Clone, Debug)]
pub enum Hand<'a> {
    /// An answer, from the mailbox of the ticket, which writes like this.
    Answer(&'a Policy),
    /// A note, by this author.
    Note(Address),
}

/// Whoever writes inside the house, as the author of an article: a name without an address.
pub fn author(name: &str) -> Address {
    Address { address: String::new(), name: name.to_owned() }
}
