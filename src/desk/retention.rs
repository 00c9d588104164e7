//! What is past its days at a given time, and what must stay. Two clocks: our raw copy of an
//! original goes `recovery_days` after the original was removed from the mailbox, mirroring its
//! Recoverable Items; a ticket's content goes `recovery_days` after the ticket was deleted.

use serde::Serialize;

use crate::desk::ticket::{LedgerId, TicketNumber};
use crate::time::Timestamp;

/// How long things stay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Days {
    /// Days between removal (or deletion) and the end of our copy.
    pub recovery: u32,
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
}

/// Something that goes, and why; what `retention preview` shows and `retention run` does.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Expiry {
    /// `raw` or `ticket`.
    pub kind: &'static str,
    /// The ledger row whose raw copy goes.
    pub ledger: Option<LedgerId>,
    /// The ticket whose content goes.
    pub ticket: Option<TicketNumber>,
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

    /// Whether this goes at `now`, and why. What is on hold stays.
    pub fn expiry(self, ageing: Ageing, now: Timestamp) -> Option<Expiry> {
        let (kind, ledger, ticket, since, hold, what) = match ageing {
            Ageing::Raw { ledger, removed_at, hold } => {
                ("raw", Some(ledger), None, removed_at, hold, "original removed from the mailbox")
            }
            Ageing::Ticket { ticket, deleted_at, hold } => {
                ("ticket", None, Some(ticket), deleted_at, hold, "ticket deleted")
            }
        };
        let due_at = self.end_of(since);
        let reason = format!("{what} on {}, {} days ago or more", since, self.recovery);
        (!hold && due_at <= now)
            .then_some(Expiry { kind, ledger, ticket, since, due_at, reason })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_go_at_the_end_of_their_days_and_not_before() {
        let days = Days { recovery: 30 };
        let since = Timestamp::from_unix(1_800_000_000);
        let raw = |hold| Ageing::Raw { ledger: LedgerId(1), removed_at: since, hold };
        let ticket = |hold| Ageing::Ticket { ticket: TicketNumber(1), deleted_at: since, hold };
        let end = since.plus_days(30);
        for (case, ageing, now, goes) in [
            ("raw, a second early", raw(false), end.plus_seconds(-1), false),
            ("raw, in time", raw(false), end, true),
            ("raw, held", raw(true), end.plus_days(100), false),
            ("ticket, a second early", ticket(false), end.plus_seconds(-1), false),
            ("ticket, in time", ticket(false), end, true),
            ("ticket, held", ticket(true), end, false),
        ] {
            assert_eq!(days.expiry(ageing, now).is_some(), goes, "{case}");
        }
        assert_eq!(days.cutoff(end), since);
    }
}
