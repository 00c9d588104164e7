//! What a ticket is: [`Ticket`], [`Article`], their ids and closed sets of words, in the JSON shape
//! of the public contract. Which change an agent may make to one is in `change`.

use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::mail::{Address, MessageId, Protection};
use crate::time::Timestamp;

/// Declares a number that names one row of one table, so that two kinds never mix.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// The number of a ticket, as people say it. Never used twice.
    TicketNumber
}
id! {
    /// One article of a ticket.
    ArticleId
}
id! {
    /// One row of the ledger.
    LedgerId
}
id! {
    /// One message waiting to leave, or that left.
    OutboxId
}
id! {
    /// One attachment of an article.
    AttachmentId
}
id! {
    /// Somebody who wrote to us.
    PersonId
}
id! {
    /// One agent or admin who may sign in.
    AgentId
}
id! {
    /// One draft of an agent.
    DraftId
}
id! {
    /// One file of a draft.
    DraftFileId
}

/// Declares a closed set of words with their spelling in the database, in JSON and on the command
/// line.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every word of the set.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as it is spelled everywhere.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::desk::ticket::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text).ok_or_else(|| {
                    let known: Vec<_> = Self::ALL.iter().map(|word| word.as_str()).collect();
                    $crate::desk::ticket::UnknownWord {
                        text: text.to_owned(),
                        known: known.join(", "),
                    }
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;

/// A word that is not in its closed set.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is none of {known}")]
pub struct UnknownWord {
    /// What was given.
    pub text: String,
    /// What could have been given.
    pub known: String,
}

words! {
    /// Where a ticket stands.
    State {
        /// Nobody has answered yet.
        New = "new",
        /// Somebody is on it.
        Open = "open",
        /// It waits for the requester or for a date.
        Pending = "pending",
        /// It is done.
        Closed = "closed",
        /// It waits for its days to pass, then its content goes.
        Deleted = "deleted",
    }
}

words! {
    /// How urgent a ticket is.
    Priority {
        /// It can wait.
        Low = "low",
        /// As usual.
        Normal = "normal",
        /// Before the usual ones.
        High = "high",
        /// Now.
        Urgent = "urgent",
    }
}

impl State {
    /// Whether a ticket in this state that was due at this moment is late: it was due, and is not over.
    pub fn is_overdue(self, due: Option<Timestamp>, now: Timestamp) -> bool {
        let is_active = matches!(self, Self::New | Self::Open | Self::Pending);
        is_active && due.is_some_and(|due| due < now)
    }

    /// The word for it in German, for pages and notices.
    pub const fn in_german(self) -> &'static str {
        match self {
            Self::New => "neu",
            Self::Open => "offen",
            Self::Pending => "wartend",
            Self::Closed => "geschlossen",
            Self::Deleted => "gelöscht",
        }
    }
}

impl Priority {
    /// The word for it in German, for pages and notices.
    pub const fn in_german(self) -> &'static str {
        match self {
            Self::Low => "niedrig",
            Self::Normal => "normal",
            Self::High => "hoch",
            Self::Urgent => "dringend",
        }
    }
}

words! {
    /// What an article is.
    Kind {
        /// A message that came in.
        EmailIn = "email_in",
        /// A message of ours.
        EmailOut = "email_out",
        /// A remark that only agents see.
        Note = "note",
    }
}

words! {
    /// What kind of machine wrote a message.
    Machine {
        /// An out-of-office or another automatic answer (RFC 3834).
        AutoReply = "auto_reply",
        /// A delivery failure (RFC 3464).
        Bounce = "bounce",
        /// A mailing list or newsletter (RFC 2369, RFC 2919).
        List = "list",
        /// Another report: read receipt, monitoring, generated notice.
        Report = "report",
    }
}

words! {
    /// How far a message of ours has come.
    Delivery {
        /// It waits for its turn.
        Queued = "queued",
        /// The mailbox took it.
        Sent = "sent",
        /// It was refused for good.
        Refused = "refused",
        /// The answer was lost; it is being looked for.
        Unknown = "unknown",
    }
}

words! {
    /// Whether the receiving service vouches for the sender's domain.
    Verdict {
        /// It does.
        Pass = "pass",
        /// It says the opposite.
        Fail = "fail",
        /// It says nothing we trust.
        None = "none",
    }
}

words! {
    /// What somebody who signs in may do.
    Role {
        /// Works on tickets.
        Agent = "agent",
        /// Also sees the ledger, the audit trail and the settings.
        Admin = "admin",
    }
}

/// One matter of one requester.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Ticket {
    /// Its number.
    pub number: TicketNumber,
    /// The subject of its first message; may be empty.
    pub subject: String,
    /// Where it stands.
    pub state: State,
    /// How urgent it is.
    pub priority: Priority,
    /// The group it waits for, if any.
    pub queue: Option<String>,
    /// The name of the agent who has it.
    pub assignee: Option<String>,
    /// Who asks; absent when the first message names no sender.
    pub requester: Option<Address>,
    /// The name of the mailbox it came through.
    pub mailbox: String,
    /// Its tags, sorted.
    pub tags: Vec<String>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When anything about it last changed.
    pub updated_at: Timestamp,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// The ticket it was merged into.
    pub merged_into: Option<TicketNumber>,
    /// The tickets it has to do with; for people, the public JSON does not have it.
    #[serde(skip)]
    pub links: Vec<Link>,
    /// Whether retention must leave it alone.
    pub hold: bool,
    /// Its messages and notes, oldest first.
    pub articles: Vec<Article>,
}

impl Ticket {
    /// The messages an answer may go to, the newest first: the last of each person who wrote, or the
    /// one of theirs that was `chosen`. Those of machines count where no person wrote. Who asks may be
    /// answered too if they did not write, by a letter of ours to them.
    pub fn answerable(&self, chosen: Option<ArticleId>) -> Vec<&Article> {
        let letters = self.articles.iter().filter(|article| article.kind == Kind::EmailIn);
        let by_people = letters.clone().any(|letter| letter.machine.is_none());
        let requester = self.requester.as_ref().map(Address::key);
        // A letter that somebody passed on is its writer's, once that is who asks.
        let writer = |letter: &Article| {
            let passed_on = letter.forwarded.as_ref().and_then(|it| it.from.as_ref());
            let passed_on =
                passed_on.map(Address::key).filter(|from| Some(from) == requester.as_ref());
            passed_on.or_else(|| letter.from.as_ref().map(Address::key))
        };
        let chosen_letter = letters.clone().find(|letter| Some(letter.id) == chosen);
        let mut writers: HashSet<Option<String>> = HashSet::new();
        let last = letters
            .clone()
            .rev()
            .filter(|letter| !by_people || letter.machine.is_none())
            .filter(|letter| writers.insert(writer(letter)));
        let mut answerable: Vec<&Article> = last
            .map(|letter| {
                chosen_letter.filter(|one| writer(one) == writer(letter)).unwrap_or(letter)
            })
            .collect();
        if requester.is_some() && !letters.clone().any(|letter| writer(letter) == requester) {
            let is_to_them = |one: &&Article| {
                one.kind == Kind::EmailOut && one.to.iter().any(|to| Some(to.key()) == requester)
            };
            let ours = self.articles.iter().rev().filter(is_to_them);
            let chosen = ours.clone().find(|one| Some(one.id) == chosen);
            answerable.extend(chosen.or(ours.clone().next()));
        }
        answerable
    }

    /// The messages by which somebody came in who had nothing to do with the ticket until then:
    /// neither wrote to it nor was written to.
    pub fn newcomers(&self) -> Vec<ArticleId> {
        let mut known: HashSet<String> = HashSet::new();
        let mut newcomers = Vec::new();
        for article in self.articles.iter().filter(|article| article.kind != Kind::Note) {
            let people = article.from.iter().chain(&article.to).chain(&article.cc);
            let is_person = article.kind == Kind::EmailIn && article.machine.is_none();
            if let Some(from) = article.from.as_ref().filter(|_| is_person)
                && !known.is_empty()
                && !known.contains(&from.key())
            {
                newcomers.push(article.id);
            }
            known.extend(people.map(Address::key));
        }
        newcomers
    }
}

words! {
    /// What a ticket has to do with an older one.
    LinkKind {
        /// It goes on from it, which was over already.
        Follows = "follows",
        /// The same letter reached two mailboxes and opened both.
        SameLetter = "same_letter",
        /// The letter that opened it names the older one, and could not prove that it belongs there.
        Claims = "claims",
        /// A part of its conversation became this ticket.
        Split = "split",
        /// An agent says so.
        Related = "related",
    }
}

/// A link from one ticket to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link {
    /// What they have to do with each other.
    pub kind: LinkKind,
    /// The other ticket.
    pub other: TicketNumber,
    /// Whether the other one is the older.
    pub to_older: bool,
}

impl Link {
    /// The link in words that stand before the other ticket's number.
    pub fn for_people(self) -> &'static str {
        match (self.kind, self.to_older) {
            (LinkKind::Follows, true) => "Goes on from",
            (LinkKind::Follows, false) => "Goes on in",
            (LinkKind::SameLetter, _) => "Same letter in",
            (LinkKind::Claims, true) => "Claims to belong to",
            (LinkKind::Claims, false) => "Claimed by",
            (LinkKind::Split, true) => "Split from",
            (LinkKind::Split, false) => "Part of it in",
            (LinkKind::Related, _) => "Linked with",
        }
    }
}

/// A message or note inside a ticket.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Article {
    /// Its id.
    pub id: ArticleId,
    /// What it is.
    pub kind: Kind,
    /// Who wrote it.
    pub from: Option<Address>,
    /// To whom.
    pub to: Vec<Address>,
    /// Copies.
    pub cc: Vec<Address>,
    /// Copies that others do not see, of messages of ours.
    pub bcc: Vec<Address>,
    /// Where its writer wants answers to go; empty when that is not said.
    pub reply_to: Vec<Address>,
    /// The subject it carries.
    pub subject: String,
    /// Its Message-ID without brackets.
    pub message_id: Option<MessageId>,
    /// The Message-ID it answers.
    pub in_reply_to: Option<MessageId>,
    /// The time its writer's program gave it (the Date header), or when it left.
    pub sent_at: Option<Timestamp>,
    /// When it entered the ticket.
    pub created_at: Timestamp,
    /// Its whole text.
    pub text: String,
    /// Its text with quotes and signature folded away.
    pub visible_text: String,
    /// Its HTML made safe.
    pub html: Option<String>,
    /// Whether a machine wrote it.
    pub machine: Option<Machine>,
    /// Whether the receiving service vouches for the sender.
    pub sender_verified: Verdict,
    /// What came with it.
    pub attachments: Vec<AttachmentInfo>,
    /// The ledger row it came from.
    pub ledger_id: Option<LedgerId>,
    /// The original it forwards, when recognised.
    pub forwarded: Option<Forwarded>,
    /// The delivery failure it reports, when recognised.
    pub bounce: Option<BounceReport>,
    /// How its writer protected it, which is not verified; for people, the public JSON does not
    /// have it.
    #[serde(skip)]
    pub protection: Option<Protection>,
    /// How far it has come, for messages of ours.
    pub delivery: Option<Delivery>,
    /// Why it waits, was refused or is unknown, in words.
    pub delivery_reason: Option<String>,
}

impl Article {
    /// Where answers to it go, when that is not (only) to its writer.
    pub fn answers_go_elsewhere(&self) -> Option<&[Address]> {
        let writer = self.from.as_ref().map(Address::key);
        let differs = self.reply_to.iter().any(|to| Some(to.key()) != writer);
        differs.then_some(self.reply_to.as_slice())
    }
}

/// The letter inside a forwarded message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Forwarded {
    /// Who wrote it; the address is empty where only the name is shown.
    pub from: Option<Address>,
    /// Its subject.
    pub subject: String,
    /// Its date.
    pub sent_at: Option<Timestamp>,
}

/// What a bounce says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BounceReport {
    /// Whom it did not reach.
    pub recipient: String,
    /// The letter that did not arrive.
    pub message_id: Option<MessageId>,
    /// The enhanced status code (RFC 3463).
    pub status: String,
    /// The reason in the words of the mail server.
    pub reason: String,
}

/// An attachment without its content.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AttachmentInfo {
    /// Its id.
    pub id: AttachmentId,
    /// The name to show and to save it under.
    pub filename: String,
    /// Its media type.
    pub content_type: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the content, in hex.
    pub sha256: String,
    /// Whether the HTML shows it.
    pub inline: bool,
    /// What `cid:` links call it.
    pub content_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_as_they_are_written() {
        for state in State::ALL {
            assert_eq!(state.as_str().parse(), Ok(*state));
        }
        let error = "done".parse::<State>().unwrap_err().to_string();
        assert_eq!(error, "`done` is none of new, open, pending, closed, deleted");
    }
}
