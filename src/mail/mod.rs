//! An email as its parts: [`Message`], [`Address`], [`MessageId`], [`Attachment`]. How bytes become
//! a `Message` is in `parse`; how we write one is in `compose`. Nothing here knows a ticket.

pub mod authentication;
pub mod compose;
#[cfg(test)]
pub(crate) mod effort;
pub mod forward;
pub mod html;
pub mod parse;
pub mod quote;
pub mod report;
pub mod subject;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;
use authentication::Authentication;

/// A Message-ID (RFC 5322 section 3.6.4) without its angle brackets and without white space.
/// Compared byte for byte.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(String);

impl MessageId {
    /// The longest id kept, in bytes: RFC 5322 section 2.1.1 allows a line of 998.
    pub const MAX_BYTES: usize = 998;

    /// Reads one id, with or without brackets. `None` when nothing would be left or it is longer
    /// than [`Self::MAX_BYTES`].
    pub fn new(text: &str) -> Option<Self> {
        let bare: String = text
            .trim()
            .trim_start_matches('<')
            .trim_end_matches('>')
            .chars()
            .filter(|c| !c.is_whitespace() && !c.is_control())
            .collect();
        (!bare.is_empty() && bare.len() <= Self::MAX_BYTES).then_some(Self(bare))
    }

    /// The id without brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One mailbox address with the name its writer gave it (RFC 5322 section 3.4).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Address {
    /// `local@domain`, as written but for white space around it.
    pub address: String,
    /// The display name, decoded; empty when there is none.
    pub name: String,
}

impl Address {
    /// An address without a display name.
    pub fn bare(address: &str) -> Self {
        Self { address: address.to_owned(), name: String::new() }
    }

    /// What two addresses are compared by: all lower case. The local part is case-sensitive by
    /// RFC 5321 section 2.4 and by nobody's practice.
    pub fn key(&self) -> String {
        self.address.trim().to_lowercase()
    }

    /// The name when there is one, else the address.
    pub fn for_people(&self) -> &str {
        if self.name.is_empty() { &self.address } else { &self.name }
    }
}

/// One part of a message that is not its text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Attachment {
    /// The file name to show: decoded, without folders, never empty.
    pub filename: String,
    /// The media type in lower case, `application/octet-stream` when absent.
    pub content_type: String,
    /// The Content-ID (RFC 2392) without brackets, which `cid:` links in the HTML name.
    pub content_id: Option<String>,
    /// Whether it is shown inside the text rather than beside it.
    pub inline: bool,
    /// The decoded content.
    pub bytes: Vec<u8>,
}

/// How a letter was protected by its writer. Says what the letter is made of, not that a signature
/// is good.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// Signed by S/MIME (RFC 8551) or OpenPGP (RFC 3156), in whole or in part.
    Signed,
    /// Encrypted by one of them; what we show is not what was written.
    Encrypted,
}

/// An email, read. Every field holds the best reading of what was there; a letter that cannot be
/// read at all still makes a `Message`, with empty fields.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Message {
    /// Message-ID, when there is a usable one.
    pub message_id: Option<MessageId>,
    /// The ids of In-Reply-To, in order.
    pub in_reply_to: Vec<MessageId>,
    /// The ids of References, oldest first.
    pub references: Vec<MessageId>,
    /// The first From address (RFC 5322 section 3.6.2).
    pub from: Option<Address>,
    /// Where answers should go when it differs from `from`.
    pub reply_to: Vec<Address>,
    /// The To list, groups flattened.
    pub to: Vec<Address>,
    /// The Cc list, groups flattened.
    pub cc: Vec<Address>,
    /// The subject, decoded, on one line; empty when there is none.
    pub subject: String,
    /// The Date header.
    pub sent_at: Option<Timestamp>,
    /// The best text for reading, with LF line ends.
    pub text: String,
    /// The part of `text` that is new: without quotes and signature. Never empty unless `text` is.
    pub visible_text: String,
    /// The original that is passed on, when the letter is a forward.
    pub forwarded: Option<forward::Forwarded>,
    /// The HTML body made safe (no scripts, no remote loads), `cid:` links kept.
    pub html: Option<String>,
    /// Everything that is not the text, in the order of the letter.
    pub attachments: Vec<Attachment>,
    /// What the headers say about a machine having written it.
    pub signs: MachineSigns,
    /// What the receiving service wrote about the sender, if it did.
    pub authentication: Option<Authentication>,
    /// How the letter was protected on its way, as far as it shows; nothing is verified.
    pub protection: Option<Protection>,
    /// What it says of a letter's fate, when a mail server wrote it for that.
    pub report: Option<report::Report>,
    /// The language its program says it is in (RFC 3282), as a tag such as `de-AT`; often the
    /// program's own rather than the writer's. Empty when it does not say, or names several.
    pub language: String,
    /// Whether only the header was read and the whole of it is attached.
    pub sealed: bool,
}

impl Message {
    /// The ids this message cites, nearest first: In-Reply-To, then References from the newest to
    /// the oldest, each once.
    pub fn cited(&self) -> Vec<MessageId> {
        let mut cited: Vec<MessageId> = Vec::new();
        for id in self.in_reply_to.iter().chain(self.references.iter().rev()) {
            if !cited.contains(id) {
                cited.push(id.clone());
            }
        }
        cited
    }
}

/// The headers by which machine mail gives itself away, in lower case and trimmed; empty when
/// absent. What follows from them is decided in `desk::machine`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MachineSigns {
    /// Auto-Submitted (RFC 3834 section 5), without parameters.
    pub auto_submitted: String,
    /// Precedence, as in `bulk`, `list`, `junk`, `auto_reply`.
    pub precedence: String,
    /// Whether a List-Id (RFC 2919), List-Unsubscribe or List-Post (RFC 2369) is there.
    pub list: bool,
    /// Whether the Return-Path is empty (`<>`), as for bounces (RFC 5321 section 4.5.5).
    pub empty_return_path: bool,
    /// The media type of the whole message, such as `multipart/report`.
    pub content_type: String,
    /// The `report-type` parameter, such as `delivery-status` or `disposition-notification`.
    pub report_type: String,
    /// The iTIP method (RFC 5546) of a calendar part, such as `request` or `reply`.
    pub calendar_method: String,
    /// Whether X-Auto-Response-Suppress is there, which proves nothing by itself.
    pub suppresses_answers: bool,
    /// Other headers automatic mail carries, such as X-Autoreply, X-Failed-Recipients and
    /// X-MS-Exchange-Inbox-Rules-Loop; names in lower case. The list is in `parse/signs.rs`.
    pub marks: Vec<String>,
    /// The values of our own X-Counterfoil header, which every message we send carries.
    pub own_mark: Option<String>,
}

impl MachineSigns {
    /// The fields by which programs that answer for somebody give themselves away, in lower case.
    pub const RESPONDERS: [&str; 20] = [
        "x-autoreply",
        "x-auto-reply",
        "x-autoreply-from",
        "x-mail-autoreply",
        "x-autorespond",
        "x-autoresponder",
        "x-auto-respond",
        "x-auto-responder",
        "x-auto-response-from",
        "x-autogenerated",
        "x-auto-generated",
        "x-vacation",
        "x-away-message",
        "x-out-of-office",
        "x-amazon-auto-reply",
        "x-autoreply-sender",
        "x-autoreply-domain",
        "x-boxtrapper",
        "x-otrs-loop",
        "x-zammad-auto-response",
    ];
}
