//! The words of the ledger: what became of a message ([`Outcome`]), where its original lies
//! ([`Original`]), one row and the balance in the JSON shape of the public contract.

use serde::{Deserialize, Serialize};

use crate::desk::ticket::{ArticleId, LedgerId, TicketNumber, words};
use crate::mail::MessageId;
use crate::time::Timestamp;

words! {
    /// What became of a message the mailbox held. Exactly one word each.
    Outcome {
        /// Listed, not yet taken in.
        Waiting = "waiting",
        /// It opened a ticket.
        Opened = "opened",
        /// It joined a ticket.
        Joined = "joined",
        /// The same letter had been taken in already.
        Duplicate = "duplicate",
        /// It could not be taken in and waits for a person.
        Quarantined = "quarantined",
        /// A person discarded it and said why.
        Discarded = "discarded",
        /// It left the mailbox before it could be taken in.
        Vanished = "vanished",
    }
}

words! {
    /// Where the original lies.
    Original {
        /// Still in the folder, or not yet known to be elsewhere.
        InMailbox = "in_mailbox",
        /// Removed; it may be recovered for some time.
        Removed = "removed",
        /// Moved to the folder the office named.
        Moved = "moved",
        /// Left where it was, as the office wants it.
        Kept = "kept",
        /// Put back into the mailbox.
        Restored = "restored",
        /// Gone from the mailbox for good.
        Expired = "expired",
    }
}

/// One row of the ledger.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LedgerRow {
    /// Its id.
    pub id: LedgerId,
    /// The name of the mailbox.
    pub mailbox: String,
    /// The provider's id of the item.
    pub item_id: String,
    /// The Message-ID, without brackets.
    pub message_id: Option<MessageId>,
    /// SHA-256 of the raw bytes we fetched, in hex; absent until then.
    pub sha256: Option<String>,
    /// Bytes fetched, or the size the provider told before that.
    pub size: Option<u64>,
    /// When the mailbox received it.
    pub received_at: Timestamp,
    /// When we first saw it.
    pub listed_at: Timestamp,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, where the word alone does not say.
    pub reason: String,
    /// The ticket it is in.
    pub ticket: Option<TicketNumber>,
    /// The article it is.
    pub article: Option<ArticleId>,
    /// Where the original lies.
    pub original: Original,
    /// Until when the original can be recovered in the mailbox, as far as we know.
    pub recoverable_until: Option<Timestamp>,
    /// Whether we still hold our raw copy.
    pub raw_kept: bool,
}

/// The sum of one mailbox's ledger.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Balance {
    /// The name of the mailbox.
    pub mailbox: String,
    /// Every message ever listed.
    pub listed: u64,
    /// How many wait.
    pub waiting: u64,
    /// How many opened a ticket.
    pub opened: u64,
    /// How many joined one.
    pub joined: u64,
    /// How many were there already.
    pub duplicate: u64,
    /// How many wait for a person.
    pub quarantined: u64,
    /// How many a person discarded.
    pub discarded: u64,
    /// How many left before they could be taken in.
    pub vanished: u64,
    /// Whether `listed` equals the sum of the rest.
    pub closes: bool,
}

impl Balance {
    /// How many messages have this outcome.
    pub fn count(&self, outcome: Outcome) -> u64 {
        match outcome {
            Outcome::Waiting => self.waiting,
            Outcome::Opened => self.opened,
            Outcome::Joined => self.joined,
            Outcome::Duplicate => self.duplicate,
            Outcome::Quarantined => self.quarantined,
            Outcome::Discarded => self.discarded,
            Outcome::Vanished => self.vanished,
        }
    }

    /// A balance from the number of rows there are, counted by itself, and the rows of each
    /// outcome.
    pub fn of(mailbox: String, listed: u64, count: impl Fn(Outcome) -> u64) -> Self {
        let sum: u64 = Outcome::ALL.iter().map(|outcome| count(*outcome)).sum();
        Self {
            mailbox,
            listed,
            waiting: count(Outcome::Waiting),
            opened: count(Outcome::Opened),
            joined: count(Outcome::Joined),
            duplicate: count(Outcome::Duplicate),
            quarantined: count(Outcome::Quarantined),
            discarded: count(Outcome::Discarded),
            vanished: count(Outcome::Vanished),
            closes: listed == sum,
        }
    }
}

/// What a comparison of the ledger with a full listing of the mailbox found.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Reconciliation {
    /// The name of the mailbox.
    pub mailbox: String,
    /// Messages in the folder.
    pub listed: u64,
    /// How many of them were not in the ledger before; they are imported.
    pub new: u64,
    /// How many had vanished before and are in the folder again; they are imported.
    pub returned: u64,
    /// Originals that had been removed and are in the folder again; they are left there.
    pub restored: u64,
    /// Messages that waited and are no longer in the folder.
    pub vanished: u64,
    /// Originals that had been left in the folder and are no longer there.
    pub left: u64,
}

impl Reconciliation {
    /// Whether the ledger was exactly right.
    pub fn finds_nothing(&self) -> bool {
        self.new + self.returned + self.restored + self.vanished + self.left == 0
    }

    /// The counts in one line, for the audit trail.
    pub fn in_words(&self) -> String {
        let Self { mailbox, listed, new, returned, restored, vanished, left } = self;
        format!(
            "{mailbox}: {listed} listed, {new} new, {returned} returned, {restored} restored, \
             {vanished} vanished, {left} left"
        )
    }
}

/// What a run would do with the messages of one mailbox that are not taken in yet.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Preview {
    /// The name of the mailbox.
    pub mailbox: String,
    /// Mail received before this is archived without any answer.
    pub activated_at: Timestamp,
    /// How many messages there are.
    pub messages: u64,
    /// When the oldest and the newest of them were received.
    pub oldest: Option<Timestamp>,
    /// The newest.
    pub newest: Option<Timestamp>,
    /// Tickets that would be opened.
    pub tickets: u64,
    /// Messages that would join a ticket.
    pub joins: u64,
    /// Copies of what is here already.
    pub duplicates: u64,
    /// Messages written by machines, which are never answered.
    pub machine: u64,
    /// Messages from before the activation, which are filed as closed tickets and never answered.
    pub archived: u64,
    /// Acknowledgements that would be sent.
    pub acknowledgements: u64,
    /// Messages that would be set aside for a person.
    pub quarantined: u64,
    /// Messages that could not be read now.
    pub unread: u64,
    /// Originals that would be copied.
    pub copies: u64,
    /// Originals that would be removed.
    pub removals: u64,
    /// Originals that would be moved.
    pub moves: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_balance_closes_only_when_every_row_has_an_outcome() {
        let count = |outcome| match outcome {
            Outcome::Opened => 5,
            Outcome::Vanished => 1,
            _ => 0,
        };
        assert!(Balance::of("a".into(), 6, count).closes);
        assert!(!Balance::of("a".into(), 7, count).closes);
    }
}
