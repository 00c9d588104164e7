//! The audit trail as a chain: the kinds of entry, and the hash of one. An entry names ids, sizes
//! and digests, never content, so that the chain survives the erasure of what it speaks of.

use serde::Serialize;

use crate::desk::digest::sha256;
use crate::desk::ticket::{LedgerId, TicketNumber, words};
use crate::time::Timestamp;

words! {
    /// What was done.
    Action {
        /// The database was made.
        Created = "store.created",
        /// A mailbox began to be watched.
        Activated = "mailbox.activated",
        /// A message opened a ticket.
        Opened = "message.opened",
        /// A message joined a ticket.
        Joined = "message.joined",
        /// A message was a copy of one already here.
        Duplicate = "message.duplicate",
        /// A message was set aside for a person.
        Quarantined = "message.quarantined",
        /// A message was gone before it could be taken in.
        Vanished = "message.vanished",
        /// A message that had vanished is in the folder again.
        Returned = "message.returned",
        /// A person wants a message tried again.
        Retried = "message.retried",
        /// A person wants a ticket of a message, whatever kept it in quarantine.
        Forced = "message.forced",
        /// A person discarded a message and said why.
        Discarded = "message.discarded",
        /// The ledger was compared with a full listing of the mailbox.
        Reconciled = "mailbox.reconciled",
        /// The kept counts of the ledger were found wrong and put right.
        Recounted = "ledger.recounted",
        /// An original that was removed is in the folder again.
        Restored = "original.restored",
        /// An original was copied to a folder.
        Copied = "original.copied",
        /// An original was removed from the mailbox.
        Removed = "original.removed",
        /// An original was moved to a folder.
        Moved = "original.moved",
        /// An original was found to be gone already.
        Gone = "original.gone",
        /// Our raw copy was erased: its days were over.
        RawErased = "original.erased",
        /// An acknowledgement was queued.
        Acknowledged = "ticket.acknowledged",
        /// No acknowledgement was queued, for a cap was struck.
        NotAcknowledged = "ticket.not_acknowledged",
        /// An agent was told by email.
        Noticed = "ticket.noticed",
        /// An agent was not told, for a cap was struck.
        NotNoticed = "ticket.not_noticed",
        /// An agent wrote to the requester.
        Replied = "ticket.replied",
        /// An agent left a note.
        Noted = "ticket.noted",
        /// The state changed.
        StateChanged = "ticket.state",
        /// The ticket was put among the deleted.
        Deleted = "ticket.deleted",
        /// The ticket was taken back.
        Undeleted = "ticket.undeleted",
        /// The hold changed.
        HoldChanged = "ticket.hold",
        /// Somebody else is the requester.
        RequesterChanged = "ticket.requester",
        /// Somebody else, or nobody, has the ticket.
        Assigned = "ticket.assigned",
        /// The priority changed.
        PriorityChanged = "ticket.priority",
        /// The queue changed.
        QueueChanged = "ticket.queue",
        /// It is due at another time.
        DueChanged = "ticket.due",
        /// It is called something else.
        SubjectChanged = "ticket.subject",
        /// Its tags changed.
        TagsChanged = "ticket.tags",
        /// Its conversation went over to another ticket.
        Merged = "ticket.merged",
        /// It took over the conversation of another ticket.
        TookOver = "ticket.took_over",
        /// A part of its conversation became a ticket of its own.
        Split = "ticket.split",
        /// It was linked with another ticket, or no longer is.
        LinkChanged = "ticket.link",
        /// An agent opened it.
        OpenedByAgent = "ticket.opened",
        /// The ticket's content was erased: its days were over.
        TicketErased = "ticket.erased",
        /// A draft that nobody touched any more was erased: its days were over.
        DraftErased = "draft.erased",
        /// The mailbox took a message of ours.
        Sent = "outbox.sent",
        /// A message of ours was refused.
        Refused = "outbox.refused",
        /// A message of ours came back from its recipient's server.
        CameBack = "outbox.came_back",
        /// Whether a message of ours left is not known.
        Undecided = "outbox.unknown",
        /// A person had a refused message of ours sent again.
        SentAgain = "outbox.sent_again",
        /// A person found that an undecided message of ours had left.
        SettledAsSent = "outbox.settled_as_sent",
        /// A person gave a message of ours up.
        GivenUp = "outbox.given_up",
        /// Somebody may sign in from now on.
        AgentAdded = "agent.added",
        /// Somebody may no longer sign in.
        AgentDisabled = "agent.disabled",
        /// Somebody has another password.
        PasswordChanged = "agent.password",
        /// What somebody is told by email changed.
        NoticesChanged = "agent.notices",
        /// A program may use the API from now on.
        TokenAdded = "token.added",
        /// It no longer may.
        TokenRevoked = "token.revoked",
        /// Somebody signed in.
        SignedIn = "agent.signed_in",
        /// Somebody is signed in nowhere any more.
        SignedOut = "agent.signed_out",
        /// A wrong password was given for somebody; told at most once an hour.
        WrongPassword = "agent.wrong_password",
        /// Somebody reads the pages in another language.
        LanguageChanged = "agent.language",
    }
}

/// An entry about to be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewEntry {
    /// Who did it: a round's name, `agent:NAME`, or `cli`.
    pub actor: String,
    /// What was done.
    pub action: Action,
    /// On which ticket.
    pub ticket: Option<TicketNumber>,
    /// On which message.
    pub ledger: Option<LedgerId>,
    /// Ids, sizes and digests in words; never content.
    pub detail: String,
}

/// An entry of the trail, in the JSON shape of the public contract.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Entry {
    /// Its place in the chain, from 1 without a gap.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What, as in [`Action`].
    pub action: String,
    /// On which ticket.
    pub ticket: Option<TicketNumber>,
    /// On which message.
    pub ledger: Option<LedgerId>,
    /// Ids, sizes and digests in words.
    pub detail: String,
    /// The hash of the entry before, in hex; 64 zeros for the first.
    pub prev: String,
    /// The hash of this entry, in hex.
    pub hash: String,
}

/// What stands in `prev` of the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The SHA-256 (FIPS 180-4) of an entry in hex, over the JSON array of all its other fields, so
/// that no two different entries share an input.
pub fn hash_of(entry: &Entry) -> String {
    let fields = (
        entry.seq,
        entry.at,
        &entry.actor,
        &entry.action,
        entry.ticket,
        entry.ledger,
        &entry.detail,
        &entry.prev,
    );
    let input = serde_json::json!(fields).to_string();
    sha256(input.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            seq: 1,
            at: Timestamp::from_unix(0),
            actor: "poller".into(),
            action: Action::Opened.to_string(),
            ticket: Some(TicketNumber(1)),
            ledger: Some(LedgerId(1)),
            detail: "sha256 00".into(),
            prev: GENESIS.into(),
            hash: String::new(),
        }
    }

    /// The form of the input is a promise: a change of it would break every chain there is.
    #[test]
    fn the_hash_of_a_known_entry_stays_what_it_was() {
        let input = format!(
            r#"[1,"1970-01-01T00:00:00Z","poller","message.opened",1,1,"sha256 00","{GENESIS}"]"#
        );
        let expected = sha256(input.as_bytes());
        assert_eq!(hash_of(&entry()), expected);
    }

    #[test]
    fn every_field_is_covered_by_the_hash() {
        let whole = hash_of(&entry());
        type Edit = fn(&mut Entry);
        let changed: [(&str, Edit); 8] = [
            ("seq", |e| e.seq = 2),
            ("at", |e| e.at = Timestamp::from_unix(1)),
            ("actor", |e| e.actor = "x".into()),
            ("action", |e| e.action = "x".into()),
            ("ticket", |e| e.ticket = None),
            ("ledger", |e| e.ledger = None),
            ("detail", |e| e.detail = "x".into()),
            ("prev", |e| e.prev = "x".into()),
        ];
        for (field, change) in changed {
            let mut other = entry();
            change(&mut other);
            assert_ne!(hash_of(&other), whole, "{field}");
        }
    }
}
