//! What an office decided beforehand about one mailbox, as the configuration has it: who writes, what
//! is acknowledged and in which words, which rules hold. Decisions read it and never change it.

use crate::desk::rules::Rule;
use crate::desk::thread::TagKey;
use crate::desk::ticket::TicketNumber;
use crate::desk::wording::Wording;
use crate::mail::{Address, subject};
use crate::time::Timestamp;

/// What the office decided beforehand, for one mailbox.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The mailbox, as the sender of what we write.
    pub address: Address,
    /// The addresses of all mailboxes of this desk, as [`Address::key`]s: never answered.
    pub own_addresses: Vec<String>,
    /// Whether new tickets are acknowledged.
    pub acknowledge: bool,
    /// Mail received before this is archived without any answer.
    pub activated_at: Timestamp,
    /// Days for which a reply reopens a closed ticket.
    pub reopen_days: u32,
    /// The name of the desk, for templates.
    pub desk: String,
    /// What stands under what we write by ourselves.
    pub signature: String,
    /// The prefix of subject tags, such as `CF`.
    pub ticket_tag: String,
    /// The key of subject tags.
    pub tag_key: TagKey,
    /// The office's rules, in order.
    pub rules: Vec<Rule>,
    /// What acknowledgements say.
    pub wording: Wording,
}

impl Policy {
    /// The subject tag of a ticket, such as `[CF#1234-x7k2]`.
    pub fn tag(&self, number: TicketNumber) -> String {
        subject::tag(&self.ticket_tag, number.0.unsigned_abs(), &self.tag_key.ticket_code(number))
    }
}

#[cfg(test)]
impl Policy {
    /// How the office of the tests writes.
    pub(crate) fn of_tests() -> Self {
        Self {
            address: Address { address: "desk@office.example".into(), name: "Office".into() },
            own_addresses: vec!["desk@office.example".into()],
            acknowledge: true,
            activated_at: Timestamp::from_unix(0),
            reopen_days: 14,
            desk: "Office".into(),
            signature: "The desk".into(),
            ticket_tag: "CF".into(),
            tag_key: TagKey::new(b"key"),
            rules: Vec::new(),
            wording: Wording::default(),
        }
    }
}
