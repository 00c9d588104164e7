//! What a decision on an incoming message is made from and what it says: the message, what the store
//! knows that bears on it, and what becomes of both. How it is made is in `intake` and `noticed`.

use crate::desk::audit::NewEntry;
use crate::desk::caps::Lately;
use crate::desk::ledger::Outcome;
use crate::desk::new::{NewArticle, NewTicket};
use crate::desk::notice::Event;
use crate::desk::thread::Candidate;
use crate::desk::ticket::{ArticleId, LedgerId, OutboxId, State, TicketNumber};
use crate::desk::writing::Thread;
use crate::mail::{Address, Message};
use crate::time::Timestamp;

/// Whose name the audit entries of intake bear.
pub const ACTOR: &str = "poller";

/// One message that came, read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arrival {
    /// Its ledger row.
    pub ledger: LedgerId,
    /// When the mailbox received it.
    pub received_at: Timestamp,
    /// SHA-256 of its raw bytes, in hex.
    pub sha256: String,
    /// Its [`fingerprint`](crate::desk::fingerprint).
    pub fingerprint: String,
    /// The message.
    pub message: Message,
}

/// What the store knows that bears on a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Known {
    /// The same letter in the same mailbox, taken in before.
    pub twin: Option<(ArticleId, TicketNumber)>,
    /// The same letter as it came through other mailboxes of this desk.
    pub elsewhere: Vec<(ArticleId, TicketNumber)>,
    /// The tickets it may belong to.
    pub candidates: Vec<Candidate>,
    /// The message of ours that it reports on, when it is a report.
    pub reported: Option<ArticleId>,
    /// The notice of ours that it answers.
    pub noticed: Option<Noticed>,
    /// The notice of ours that it reports on.
    pub reported_notice: Option<OutboxId>,
    /// The tickets its subject names, whether or not by the right code.
    pub named: Vec<TicketNumber>,
    /// Whether its sender's address is that of an agent who may sign in.
    pub is_agent: bool,
    /// The number a new ticket would get.
    pub next_ticket: TicketNumber,
    /// What left lately for whom an acknowledgement would go to.
    pub lately: Lately,
}

/// What becomes of one message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// The word for the ledger.
    pub outcome: Outcome,
    /// The rest of the sentence, where the word alone does not say.
    pub reason: String,
    /// What happens to which ticket.
    pub ticket: TicketChange,
    /// The article it becomes; none for a duplicate.
    pub article: Option<NewArticle>,
    /// The acknowledgement to queue.
    pub acknowledgement: Option<NewArticle>,
    /// The note that says why there is none, where a cap was struck.
    pub note: Option<NewArticle>,
    /// The message of ours that did not arrive, and why.
    pub refused: Option<(ArticleId, String)>,
    /// The notice of ours that did not arrive, and why.
    pub refused_notice: Option<(OutboxId, String)>,
    /// Whom that message did not reach, as the report has it; an address of nothing where it does not
    /// say.
    pub failed: Vec<Address>,
    /// Whom no message will ever reach, as the report has it.
    pub unreachable: Vec<Address>,
    /// What agents are told of by email.
    pub tell: Option<Event>,
    /// What the trail says.
    pub audit: Vec<NewEntry>,
}

/// What happens to which ticket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TicketChange {
    /// A new one, under [`Known::next_ticket`].
    Open(NewTicket),
    /// The message joins this one, which then stands as said.
    Join(TicketNumber, State),
    /// Nothing: the article is there already.
    Nothing(ArticleId),
}

/// What is known of the notice that a message answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Noticed {
    /// The ticket it told of, or the one that was merged into.
    pub thread: Thread,
    /// The name of the agent it went to.
    pub agent: String,
    /// The address of that agent.
    pub email: String,
    /// Whether the notice left the mailbox through which the answer came.
    pub same_mailbox: bool,
    /// Whether the agent may still sign in.
    pub is_active: bool,
    /// The cap that an answer would strike, in words.
    pub struck: Option<String>,
    /// What this very letter became before.
    pub twin: Option<(ArticleId, TicketNumber)>,
}
