//! A message of ours as people see it among those waiting, and what may be done about it by hand:
//! sent again, taken for sent, or given up. Whatever is undecided can be decided.

use serde::Serialize;

use super::ticket::{ArticleId, Delivery, OutboxId, TicketNumber};
use crate::mail::{Address, MessageId};
use crate::time::Timestamp;

/// How the reason begins of a refused message that a person has dealt with. It wants no attention
/// any more.
pub const BY_HAND: &str = "by hand: ";

/// One message of ours.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OutboxRow {
    /// Its id.
    pub id: OutboxId,
    /// The mailbox it leaves through.
    pub mailbox: String,
    /// The ticket it stands in.
    pub ticket: TicketNumber,
    /// The article that it is; a notice is none.
    pub article: Option<ArticleId>,
    /// Whether it was written by itself rather than by an agent.
    pub automatic: bool,
    /// How far it has come.
    pub state: Delivery,
    /// Why it waits, was refused or is unknown, in words.
    pub reason: String,
    /// For whom it is.
    pub to: Vec<Address>,
    /// Who gets a copy.
    pub cc: Vec<Address>,
    /// Who gets a copy that others do not see.
    pub bcc: Vec<Address>,
    /// Those of them from whom it came back, as far as reports say whom they mean.
    pub came_back: Vec<Address>,
    /// Its subject.
    pub subject: String,
    /// The Message-ID it leaves with, once known.
    pub message_id: Option<MessageId>,
    /// When it was written.
    pub queued_at: Timestamp,
    /// When it is tried or looked for next; `None` when that is over.
    pub due_at: Option<Timestamp>,
    /// When sending was last tried.
    pub tried_at: Option<Timestamp>,
    /// When the mailbox took it.
    pub sent_at: Option<Timestamp>,
    /// How often it failed.
    pub attempts: u32,
    /// Whether a draft of it lies in the mailbox that is sent next.
    #[serde(skip)]
    pub is_drafted: bool,
}

impl OutboxRow {
    /// For whom it is when it is sent again: those from whom it came back, for the others have it; where
    /// no report says who they are, everybody. For whom it is, who gets a copy, and who a hidden one.
    pub fn missed(&self) -> [Vec<Address>; 3] {
        let missed = |list: &[Address]| -> Vec<Address> {
            let came_back =
                |one: &&Address| self.came_back.is_empty() || self.came_back.contains(one);
            list.iter().filter(came_back).cloned().collect()
        };
        match [missed(&self.to), missed(&self.cc), missed(&self.bcc)] {
            [to, cc, bcc] if to.is_empty() && !cc.is_empty() => [cc, Vec::new(), bcc],
            // Several who do not know of each other stay hidden.
            [to, cc, bcc] if to.is_empty() && cc.is_empty() && bcc.len() == 1 => {
                [bcc, Vec::new(), Vec::new()]
            }
            lists => lists,
        }
    }
}

/// What a person does about a message of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Sends a refused one again, as a new letter.
    Again,
    /// Says that an undecided one did leave.
    Sent,
    /// Gives up one that waits, is undecided or was refused.
    GiveUp,
}

/// Why nothing can be done about it so.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPossible {
    /// It left.
    #[error("outbox {0} was sent; there is nothing left to decide")]
    Sent(OutboxId),
    /// It is leaving at this moment.
    #[error("outbox {0} may be leaving just now; look again in ten minutes")]
    Leaving(OutboxId),
    /// It waits, and leaves by itself.
    #[error("outbox {0} waits and is sent by itself; give it up with outbox discard, if need be")]
    Waiting(OutboxId),
    /// It may have left.
    #[error(
        "it is not known whether outbox {0} left, so it is not sent again; look into Sent Items, then \
         settle it with outbox sent or outbox discard"
    )]
    Undecided(OutboxId),
    /// It did not leave.
    #[error("outbox {0} was refused; send it again with outbox retry")]
    Refused(OutboxId),
    /// An agent would be told of what is past.
    #[error(
        "outbox {0} is a notice to an agent, which is not sent again; ticket show has what it told"
    )]
    Notice(OutboxId),
    /// It was sent again before.
    #[error("outbox {0} was sent again already, as outbox {1}")]
    SentAgain(OutboxId, String),
}

/// What the reason says of a message that was sent again as another.
pub fn sent_again(other: OutboxId, reason: &str) -> String {
    let reason = reason.trim_start_matches(BY_HAND);
    let was = if reason.is_empty() { String::new() } else { format!("; before that: {reason}") };
    format!("{BY_HAND}{SENT_AGAIN}{other}{was}")
}

/// How the reason of each message begins that was sent again.
pub fn was_sent_again() -> String {
    format!("{BY_HAND}{SENT_AGAIN}")
}

const SENT_AGAIN: &str = "sent again as outbox ";

/// What the reason says of a message that was given up.
pub fn given_up(why: &str, reason: &str) -> String {
    let was = if reason.is_empty() { String::new() } else { format!("; before that: {reason}") };
    format!("{BY_HAND}given up, {why}{was}")
}

/// Seconds after which an attempt to send a draft is surely over.
const ATTEMPT: i64 = 600;

/// Whether this may be done about this message.
pub fn may(row: &OutboxRow, step: Step, now: Timestamp) -> Result<(), NotPossible> {
    let id = row.id;
    let is_leaving =
        row.is_drafted && row.tried_at.is_some_and(|at| at.plus_seconds(ATTEMPT) > now);
    let again = row.reason.strip_prefix(BY_HAND).and_then(|what| what.strip_prefix(SENT_AGAIN));
    match (row.state, step) {
        (Delivery::Sent, _) => Err(NotPossible::Sent(id)),
        (Delivery::Refused, Step::Again) if row.article.is_none() => Err(NotPossible::Notice(id)),
        (Delivery::Queued, Step::GiveUp) if is_leaving => Err(NotPossible::Leaving(id)),
        (Delivery::Queued, Step::GiveUp)
        | (Delivery::Unknown, Step::Sent | Step::GiveUp)
        | (Delivery::Refused, Step::Again | Step::GiveUp) => match again {
            Some(other) => {
                let other = other.split(';').next().unwrap_or(other);
                Err(NotPossible::SentAgain(id, other.to_owned()))
            }
            None => Ok(()),
        },
        (Delivery::Queued, _) => Err(NotPossible::Waiting(id)),
        (Delivery::Unknown, _) => Err(NotPossible::Undecided(id)),
        (Delivery::Refused, _) => Err(NotPossible::Refused(id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

    #[test]
    fn whatever_is_undecided_can_be_decided_and_nothing_else() {
        use Delivery::{Queued, Refused, Sent, Unknown};
        use Step::{Again, GiveUp};
        let id = OutboxId(3);
        let again = sent_again(OutboxId(7), "550 5.1.1 no such user");
        let given_up = given_up("it was a test", "550");
        for (case, state, reason, tried, step, expected) in [
            ("sent", Sent, "", 0, Again, Err(NotPossible::Sent(id))),
            ("sent, given up", Sent, "", 0, GiveUp, Err(NotPossible::Sent(id))),
            ("waiting", Queued, "", 0, Again, Err(NotPossible::Waiting(id))),
            ("waiting, taken for sent", Queued, "", 0, Step::Sent, Err(NotPossible::Waiting(id))),
            ("waiting, given up", Queued, "x", 0, GiveUp, Ok(())),
            ("leaving", Queued, "", 599, GiveUp, Err(NotPossible::Leaving(id))),
            ("did not leave", Queued, "", 600, GiveUp, Ok(())),
            ("undecided", Unknown, "x", 9, Again, Err(NotPossible::Undecided(id))),
            ("undecided, taken for sent", Unknown, "x", 9, Step::Sent, Ok(())),
            ("undecided, given up", Unknown, "x", 9, GiveUp, Ok(())),
            ("refused", Refused, "550", 9, Again, Ok(())),
            (
                "refused, taken for sent",
                Refused,
                "550",
                9,
                Step::Sent,
                Err(NotPossible::Refused(id)),
            ),
            ("refused, given up", Refused, "550", 9, GiveUp, Ok(())),
            ("given up, after all", Refused, &given_up, 0, Again, Ok(())),
            (
                "sent again before",
                Refused,
                &again,
                9,
                Again,
                Err(NotPossible::SentAgain(id, "7".into())),
            ),
        ] {
            let row = OutboxRow {
                id,
                mailbox: "support".into(),
                ticket: TicketNumber(1),
                article: Some(ArticleId(2)),
                automatic: false,
                state,
                reason: reason.into(),
                to: Vec::new(),
                cc: Vec::new(),
                bcc: Vec::new(),
                came_back: Vec::new(),
                subject: String::new(),
                message_id: None,
                queued_at: Timestamp::from_unix(0),
                due_at: None,
                tried_at: (tried > 0).then(|| NOW.plus_seconds(-tried)),
                sent_at: None,
                attempts: 0,
                is_drafted: tried > 0,
            };
            assert_eq!(may(&row, step, NOW), expected, "{case}");
        }
        assert!(again.contains("550 5.1.1 no such user") && again.starts_with(BY_HAND), "{again}");
    }
}
