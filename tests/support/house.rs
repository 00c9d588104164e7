//! A desk without a mailbox: letters as bytes go through reading, deciding and the store.

// Each suite uses a part of it.
#![allow(clippy::unwrap_used, dead_code)]

#[path = "policy.rs"]
mod policy;

use counterfoil::desk::ledger::Original;
use counterfoil::desk::policy::Policy;
use counterfoil::desk::ticket::{Ticket, TicketNumber};
use counterfoil::mail::parse;
use counterfoil::store::intake::{Filing, Prepared};
use counterfoil::store::listing::Seen;
use counterfoil::store::{MailboxId, Store};
use counterfoil::time::Timestamp;

/// What the clock shows.
pub(crate) const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);
/// The address of the mailbox.
pub(crate) const DESK: &str = "support@office.example";

/// The desk.
pub(crate) struct House {
    _folder: tempfile::TempDir,
    pub(crate) store: Store,
    pub(crate) mailbox: MailboxId,
    pub(crate) policy: Policy,
    letters: i64,
}

impl House {
    /// An empty one.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(&folder.path().join("counterfoil.db"), NOW).unwrap();
        let (mailbox, activated_at) =
            store.mailbox("support", DESK, Some(NOW.plus_days(-1)), NOW).unwrap();
        let policy = policy::usual(DESK, activated_at, store.tag_key().unwrap());
        Self { _folder: folder, store, mailbox, policy, letters: 0 }
    }

    /// Takes in a letter; the ticket it came into.
    pub(crate) fn letter(&mut self, from: &str, subject: &str, headers: &str) -> Ticket {
        self.letters += 1;
        let number = self.letters;
        let raw = format!(
            "{headers}From: {from}\r\nTo: {DESK}\r\nSubject: {subject}\r\n\
             Message-ID: <letter{number}@shop.example>\r\n\
             Date: Mon, 04 May 2026 09:00:00 +0000\r\n\r\nLetter {number}.\r\n"
        );
        self.take_in(number, raw)
    }

    /// Takes in a whole letter; the ticket it came into.
    pub(crate) fn raw(&mut self, raw: String) -> Ticket {
        self.letters += 1;
        self.take_in(self.letters, raw)
    }

    fn take_in(&mut self, number: i64, raw: String) -> Ticket {
        let seen = Seen {
            item_id: format!("item-{number}"),
            message_id: None,
            received_at: NOW,
            size: None,
        };
        self.store.note_listed(self.mailbox, &[seen], NOW).unwrap();
        let row = self.store.waiting(self.mailbox, NOW, 1).unwrap().remove(0);
        let message = parse::parse(raw.as_bytes());
        let prepared = Prepared::new(row.ledger, NOW, raw.into_bytes(), message);
        let filing = Filing { due: false, original: Original::Kept };
        self.store.take_in(self.mailbox, vec![prepared], filing, &self.policy, NOW).unwrap();
        let ticket = self.store.ledger_row(row.ledger).unwrap().ticket.unwrap();
        self.store.ticket(ticket).unwrap()
    }

    pub(crate) fn subject_with_tag(&self, number: i64) -> String {
        format!("Re: Lamp {}", self.policy.tag(TicketNumber(number)))
    }

    /// The Message-ID of the acknowledgement of a ticket, as if it had been sent.
    pub(crate) fn acknowledged(&mut self, ticket: &Ticket) -> String {
        let due = self.store.next_due(self.mailbox, NOW).unwrap().unwrap();
        let id = format!("ours-{}@office.example", ticket.number);
        let message_id = counterfoil::mail::MessageId::new(&id).unwrap();
        self.store.note_draft(due.id, "draft", &message_id, NOW).unwrap();
        self.store.mark_sent(due.id, NOW).unwrap();
        id
    }
}
