//! What is past its days at a given time, and what must stay. Two clocks: our raw copy of an
//! original goes `recovery_days` after the original was removed from the mailbox, mirroring its
//! Recoverable Items; a ticket's content goes `recovery_days` after the ticket was deleted, and,
//! where the office wants it, so many days after it was closed. A draft that nobody touches any more goes
//! after the recovery days as well.

use serde::Serialize;

use crate::desk::ticket::{DraftId, LedgerId, TicketNumber};
use crate::time::Timestamp;

/// How long things stay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Days {
    /// Days between removal (or deletion) and the end of our copy.
    pub recovery: u32,
    /// Days after which closed tickets go by themselves; never without.
    pub closed: Option<u32>,
}

/// What something is that may go, and since when its days count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ageing {
    /// Our raw copy of a removed original.
    Raw {
        /// Its ledger row.
        ledger: LedgerId,
        /// When the original was removed from the mailbox.
        removed_at: Timestamp,
        /// Whether its ticket is on hold.
        hold: bool,
    },
    /// A deleted ticket.
    Ticket {
        /// Its number.
        ticket: TicketNumber,
        /// When it was deleted.
        deleted_at: Timestamp,
        /// Whether it is on hold.
        hold: bool,
    },
    /// A closed ticket.
    Closed {
        /// Its number.
        ticket: TicketNumber,
        /// When it was closed.
        closed_at: Timestamp,
        /// Whether it is on hold.
        hold: bool,
    },
    /// What an agent wrote and never sent.
    Draft {
        /// The draft.
        draft: DraftId,
        /// The ticket it is for; `None` for a new one.
        ticket: Option<TicketNumber>,
        /// When it was last changed.
        updated_at: Timestamp,
        /// Whether the ticket is on hold.
        hold: bool,
    },
}

/// Something that goes, and why; what `retention preview` shows and `retention run` does.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Expiry {
    /// `raw`, `ticket` or `draft`.
    pub kind: &'static str,
    /// The ledger row whose raw copy goes.
    pub ledger: Option<LedgerId>,
    /// The ticket whose content goes, or that a draft was for.
    pub ticket: Option<TicketNumber>,
    /// The draft that goes.
    pub draft: Option<DraftId>,
    /// Since when its days count.
    pub since: Timestamp,
    /// When its days were over.
    pub due_at: Timestamp,
    /// Why, in words.
    pub reason: String,
}

impl Days {
    /// When something whose days count since `since` is past them.
    pub fn end_of(self, since: Timestamp) -> Timestamp {
        since.plus_days(i64::from(self.recovery))
    }

    /// The latest `since` whose days are over at `now`.
    pub fn cutoff(self, now: Timestamp) -> Timestamp {
        now.plus_days(-i64::from(self.recovery))
    }

    /// The latest closing whose days are over at `now`, where closed tickets go at all.
    pub fn closed_cutoff(self, now: Timestamp) -> Option<Timestamp> {
        self.closed.map(|days| now.plus_days(-i64::from(days)))
    }

    /// Whether this goes at `now`, and why. What is on hold stays.
    pub fn expiry(self, ageing: Ageing, now: Timestamp) -> Option<Expiry> {
        let mut draft_id = None;
        let (kind, ledger, ticket, since, days, hold, what) = match ageing {
            Ageing::Raw { ledger, removed_at, hold } => {
                let what = "original removed from the mailbox";
                ("raw", Some(ledger), None, removed_at, self.recovery, hold, what)
            }
            Ageing::Ticket { ticket, deleted_at, hold } => {
                ("ticket", None, Some(ticket), deleted_at, self.recovery, hold, "ticket deleted")
            }
            Ageing::Closed { ticket, closed_at, hold } => {
                ("ticket", None, Some(ticket), closed_at, self.closed?, hold, "ticket closed")
            }
            Ageing::Draft { draft, ticket, updated_at, hold } => {
                draft_id = Some(draft);
                ("draft", None, ticket, updated_at, self.recovery, hold, "draft last changed")
            }
        };
        let due_at = since.plus_days(i64::from(days));
        let reason = format!("{what} on {since}, {days} days ago or more");
        (!hold && due_at <= now).then_some(Expiry {
            kind,
            ledger,
            ticket,
            draft: draft_id,
            since,
            due_at,
            reason,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_go_at_the_end_of_their_days_and_not_before() {
        let days = Days { recovery: 30, closed: Some(90) };
        let forever = Days { recovery: 30, closed: None };
        let since = Timestamp::from_unix(1_800_000_000);
        let raw = |hold| Ageing::Raw { ledger: LedgerId(1), removed_at: since, hold };
        let ticket = |hold| Ageing::Ticket { ticket: TicketNumber(1), deleted_at: since, hold };
        let draft =
            |hold| Ageing::Draft { draft: DraftId(1), ticket: None, updated_at: since, hold };
        let end = since.plus_days(30);
        for (case, ageing, now, goes) in [
            ("raw, a second early", raw(false), end.plus_seconds(-1), false),
            ("raw, in time", raw(false), end, true),
            ("raw, held", raw(true), end.plus_days(100), false),
            ("ticket, a second early", ticket(false), end.plus_seconds(-1), false),
            ("ticket, in time", ticket(false), end, true),
            ("ticket, held", ticket(true), end, false),
            ("draft, a second early", draft(false), end.plus_seconds(-1), false),
            ("draft, in time", draft(false), end, true),
            ("draft, held", draft(true), end, false),
        ] {
            assert_eq!(days.expiry(ageing, now).is_some(), goes, "{case}");
        }
        let closed = Ageing::Closed { ticket: TicketNumber(1), closed_at: since, hold: false };
        assert!(days.expiry(closed, since.plus_days(90)).is_some());
        assert!(days.expiry(closed, since.plus_days(89)).is_none());
        assert!(forever.expiry(closed, since.plus_days(9_000)).is_none());
        assert_eq!(days.cutoff(end), since);
    }
}
