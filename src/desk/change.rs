//! The changes agents make to a ticket, apart from writing into it: which is possible when, what the
//! ticket then is, and how the audit trail tells of it.

use std::collections::BTreeSet;

use crate::desk::audit::Action;
use crate::desk::caps;
use crate::desk::ticket::{Priority, State, TicketNumber};
use crate::desk::typed::{self, PERSON_LENGTH};
use crate::mail::Address;
use crate::mail::compose::is_plain_address;
use crate::time::Timestamp;

/// The longest tag, queue and subject, in characters.
const WORD_LENGTH: usize = 60;
const SUBJECT_LENGTH: usize = 250;

/// The first moment at which a ticket can be due: 2000-01-01. What is typed before it is a slip.
const EARLIEST_DUE: Timestamp = Timestamp::from_unix(946_684_800);

/// Tags of one ticket at most.
const MAX_TAGS: usize = 50;

/// A change an agent makes to a ticket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// Set the state; never to or from `deleted`.
    State(State),
    /// Put it among the deleted; its content goes after the retention days.
    Delete,
    /// Take it back from there.
    Undelete,
    /// Keep it from retention, or no longer.
    Hold(bool),
    /// Somebody else asks, such as the writer of a letter that was forwarded to us.
    Requester(Address),
    /// Give it to an agent, by name, or to nobody.
    Assign(Option<String>),
    /// Set how urgent it is.
    Priority(Priority),
    /// Put it into a queue, or into none.
    Queue(Option<String>),
    /// Set when it is due, or that it never is.
    Due(Option<Timestamp>),
    /// Call it something else.
    Subject(String),
    /// Put tags on it.
    Tag(Vec<String>),
    /// Take tags off it.
    Untag(Vec<String>),
}

/// What a ticket is, as far as changes go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// Its number.
    pub number: TicketNumber,
    /// Where it stands.
    pub state: State,
    /// Whether retention must leave it alone.
    pub hold: bool,
    /// Its subject.
    pub subject: String,
    /// The name of the agent who has it.
    pub assignee: Option<String>,
    /// How urgent it is.
    pub priority: Priority,
    /// Its queue.
    pub queue: Option<String>,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// Its tags.
    pub tags: BTreeSet<String>,
    /// The ticket it was merged into.
    pub merged_into: Option<TicketNumber>,
}

/// Why a change is not possible.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPossible {
    /// The ticket is deleted.
    #[error("ticket {0} is deleted; undelete it first")]
    Deleted(TicketNumber),
    /// The ticket is not deleted.
    #[error("ticket {0} is not deleted")]
    NotDeleted(TicketNumber),
    /// `deleted` is not set like another state.
    #[error("a ticket is not set to `deleted`; use ticket delete")]
    DeleteInstead,
    /// It is held.
    #[error("ticket {0} is on hold; release the hold first")]
    Held(TicketNumber),
    /// Its conversation is elsewhere.
    #[error("ticket {0} was merged into ticket {1}; change that one")]
    Merged(TicketNumber, TicketNumber),
    /// Nobody can be written to there.
    #[error("`{0}` is no address such as ana@shop.example")]
    NoAddress(String),
    /// Answers to it would come back as new letters.
    #[error("`{0}` is the mailbox of this ticket itself; name the person who asks")]
    OurMailbox(String),
    /// Nobody of that name works here.
    #[error("there is no active user `{name}`; {}", one_of(.known))]
    NoAgent {
        /// What was given.
        name: String,
        /// Who there is.
        known: Vec<String>,
    },
    /// A word that is none.
    #[error("{what} must be one line of 1 to {most} characters")]
    NotAWord {
        /// What it is.
        what: &'static str,
        /// Characters it may have.
        most: usize,
    },
    /// A word that stands for something else.
    #[error("`{0}` has a meaning of its own and cannot be a queue or a tag; take another word")]
    Reserved(String),
    /// A year nobody means.
    #[error("a due date is in the year 2000 or later")]
    LongPast,
    /// There is no link to take away.
    #[error("ticket {0} is not linked with ticket {1}")]
    NotLinked(TicketNumber, TicketNumber),
    /// Too many tags.
    #[error("ticket {0} would have more than {MAX_TAGS} tags")]
    TooManyTags(TicketNumber),
    /// A ticket cannot have to do with itself.
    #[error("ticket {0} cannot be merged into or linked with itself")]
    Itself(TicketNumber),
    /// A ticket cannot give away what it does not hold, or all it holds.
    #[error("{0}")]
    Split(String),
}

impl NotPossible {
    /// Whether what was given is no such thing, rather than not possible as the ticket stands.
    pub fn is_of_the_value(&self) -> bool {
        match self {
            Self::NoAddress(_)
            | Self::OurMailbox(_)
            | Self::NoAgent { .. }
            | Self::NotAWord { .. }
            | Self::Reserved(_)
            | Self::LongPast
            | Self::TooManyTags(_) => true,
            Self::Deleted(_)
            | Self::NotDeleted(_)
            | Self::DeleteInstead
            | Self::Held(_)
            | Self::Merged(..)
            | Self::NotLinked(..)
            | Self::Itself(_)
            | Self::Split(_) => false,
        }
    }
}

fn one_of(known: &[String]) -> String {
    match known {
        [] => "add one with user add".to_owned(),
        known => format!("there are {}", known.join(", ")),
    }
}

/// What a ticket is after a change, or why it cannot be made. `agents` are the names of those who may
/// sign in.
pub fn after(
    before: &Standing,
    change: &Change,
    agents: &[String],
) -> Result<Standing, NotPossible> {
    let number = before.number;
    let is_deleted = before.state == State::Deleted;
    let mut after = before.clone();
    match change {
        Change::Undelete if is_deleted => {
            let is_merged = before.merged_into.is_some();
            after.state = if is_merged { State::Closed } else { State::Open };
        }
        Change::Undelete => return Err(NotPossible::NotDeleted(number)),
        // The hold does not touch the conversation: it may be set wherever a ticket stands.
        Change::Hold(hold) => after.hold = *hold,
        Change::State(State::Deleted) => return Err(NotPossible::DeleteInstead),
        _ if is_deleted => return Err(NotPossible::Deleted(number)),
        Change::Delete if before.hold => return Err(NotPossible::Held(number)),
        Change::Delete => after.state = State::Deleted,
        _ if before.merged_into.is_some() => {
            return Err(NotPossible::Merged(number, before.merged_into.unwrap_or(number)));
        }
        Change::State(state) => after.state = *state,
        // The person stands in a table of its own.
        Change::Requester(person) => self::person(person)?,
        Change::Assign(None) => after.assignee = None,
        Change::Assign(Some(name)) => {
            let missing =
                || NotPossible::NoAgent { name: name.trim().to_owned(), known: agents.to_vec() };
            after.assignee = Some(agent(name, agents).ok_or_else(missing)?.clone());
        }
        Change::Priority(priority) => after.priority = *priority,
        Change::Queue(queue) => {
            let queue = queue.as_deref().map(|queue| label(queue, "a queue"));
            after.queue = queue.transpose()?;
        }
        Change::Due(Some(at)) if *at < EARLIEST_DUE => return Err(NotPossible::LongPast),
        Change::Due(at) => after.due_at = *at,
        Change::Subject(subject) => after.subject = word(subject, "a subject", SUBJECT_LENGTH)?,
        Change::Tag(tags) => {
            for tag in tags {
                after.tags.insert(label(tag, "a tag")?.to_lowercase());
            }
            if after.tags.len() > MAX_TAGS {
                return Err(NotPossible::TooManyTags(number));
            }
        }
        Change::Untag(tags) => {
            // A rule may have written it in capitals.
            let gone: Vec<String> = tags.iter().map(|tag| tag.trim().to_lowercase()).collect();
            after.tags.retain(|own| !gone.contains(&own.to_lowercase()));
        }
    }
    Ok(after)
}

/// Whether anything can be written into a ticket.
pub fn writable(ticket: &Standing) -> Result<(), NotPossible> {
    match ticket.merged_into {
        Some(target) => Err(NotPossible::Merged(ticket.number, target)),
        None if ticket.state == State::Deleted => Err(NotPossible::Deleted(ticket.number)),
        None => Ok(()),
    }
}

/// The changes that leave a ticket with exactly these tags.
pub fn retag(own: &[String], wanted: Vec<String>) -> [Change; 2] {
    let kept: Vec<String> = wanted.iter().map(|tag| tag.trim().to_lowercase()).collect();
    let gone = own.iter().filter(|tag| !kept.contains(&tag.to_lowercase())).cloned().collect();
    [Change::Untag(gone), Change::Tag(wanted)]
}

/// The agent of this name. People do not mind capitals; where two agents differ in nothing else, only
/// the very name is one.
fn agent<'a>(name: &str, agents: &'a [String]) -> Option<&'a String> {
    let very = agents.iter().find(|agent| *agent == name);
    let very = very.or_else(|| agents.iter().find(|agent| *agent == name.trim()));
    let key = typed::key(name);
    let mut like = agents.iter().filter(|agent| typed::key(agent) == key);
    let only = like.next().filter(|_| like.next().is_none());
    very.or(only)
}

/// Whether somebody can be the one who asks.
fn person(person: &Address) -> Result<(), NotPossible> {
    if !is_plain_address(&person.address) {
        return Err(NotPossible::NoAddress(person.address.clone()));
    }
    let bad = person.name.chars().count() > PERSON_LENGTH || person.name.chars().any(typed::breaks);
    if bad { Err(NotPossible::NotAWord { what: "a name", most: PERSON_LENGTH }) } else { Ok(()) }
}

/// Whether whoever asks is somebody else than the mailbox of the ticket.
pub fn not_ourselves(person: &Address, mailbox: &Address) -> Result<(), NotPossible> {
    if caps::key(person) == caps::key(mailbox) {
        return Err(NotPossible::OurMailbox(person.address.clone()));
    }
    Ok(())
}

/// One line without what could deceive whoever reads it.
fn word(text: &str, what: &'static str, most: usize) -> Result<String, NotPossible> {
    let text = typed::visible(text);
    let bad = text.is_empty() || text.chars().count() > most || text.chars().any(typed::breaks);
    if bad { Err(NotPossible::NotAWord { what, most }) } else { Ok(text) }
}

/// A queue or a tag: a word that does not stand for "none" or "any" where one is asked for.
fn label(text: &str, what: &'static str) -> Result<String, NotPossible> {
    let text = word(text, what, WORD_LENGTH)?;
    if matches!(text.as_str(), "-" | "=") { Err(NotPossible::Reserved(text)) } else { Ok(text) }
}

/// How the audit trail tells of a change; `None` when nothing changed. What people wrote stands in the
/// ticket, from where it can be erased, and not here.
pub fn told(before: &Standing, after: &Standing, change: &Change) -> Option<(Action, String)> {
    if before == after && !matches!(change, Change::Requester(_)) {
        return None;
    }
    let or_none = |word: &Option<String>| word.clone().unwrap_or_else(|| "none".to_owned());
    Some(match change {
        Change::State(_) => (Action::StateChanged, format!("{} to {}", before.state, after.state)),
        Change::Delete => (Action::Deleted, format!("was {}", before.state)),
        Change::Undelete => (Action::Undeleted, String::new()),
        Change::Hold(hold) => (Action::HoldChanged, if *hold { "on" } else { "off" }.to_owned()),
        Change::Requester(_) => (Action::RequesterChanged, String::new()),
        Change::Assign(_) => {
            let (before, after) = (or_none(&before.assignee), or_none(&after.assignee));
            (Action::Assigned, format!("{before} to {after}"))
        }
        Change::Priority(_) => {
            (Action::PriorityChanged, format!("{} to {}", before.priority, after.priority))
        }
        Change::Queue(_) => (
            Action::QueueChanged,
            format!("{} to {}", or_none(&before.queue), or_none(&after.queue)),
        ),
        Change::Due(_) => {
            let moment = |at: Option<Timestamp>| at.map_or("never".to_owned(), |at| at.to_string());
            (Action::DueChanged, format!("{} to {}", moment(before.due_at), moment(after.due_at)))
        }
        Change::Subject(_) => (Action::SubjectChanged, String::new()),
        Change::Tag(_) | Change::Untag(_) => {
            let added = after.tags.difference(&before.tags).count();
            let removed = before.tags.difference(&after.tags).count();
            (Action::TagsChanged, format!("{added} added, {removed} removed"))
        }
    })
}

/// The ticket that another one is merged into, as it is then; or why they cannot be one.
pub fn merged(source: &Standing, into: &Standing) -> Result<Standing, NotPossible> {
    for ticket in [source, into] {
        if let Some(target) = ticket.merged_into {
            return Err(NotPossible::Merged(ticket.number, target));
        }
        if ticket.state == State::Deleted {
            return Err(NotPossible::Deleted(ticket.number));
        }
    }
    if source.number == into.number {
        return Err(NotPossible::Itself(source.number));
    }
    let mut after = into.clone();
    after.hold |= source.hold;
    after.tags.extend(source.tags.iter().cloned());
    after.assignee = into.assignee.clone().or_else(|| source.assignee.clone());
    after.queue = into.queue.clone().or_else(|| source.queue.clone());
    after.priority = into.priority.max(source.priority);
    after.due_at = match (into.due_at, source.due_at) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    // Whatever of the two was still to be done is to be done now.
    if into.state == State::Closed && source.state != State::Closed {
        after.state = State::Open;
    }
    Ok(after)
}

/// Whether so many articles can leave a ticket for one of their own: `chosen` of the `wanted` ones are
/// its own, of `all` it has.
pub fn split(
    ticket: &Standing,
    all: usize,
    wanted: usize,
    chosen: usize,
) -> Result<(), NotPossible> {
    let number = ticket.number;
    if let Some(target) = ticket.merged_into {
        return Err(NotPossible::Merged(number, target));
    }
    if ticket.state == State::Deleted {
        return Err(NotPossible::Deleted(number));
    }
    if wanted == 0 {
        return Err(NotPossible::Split(format!("name the articles that leave ticket {number}")));
    }
    if chosen < wanted {
        let words =
            format!("not all of these articles are of ticket {number}; ticket show lists them");
        return Err(NotPossible::Split(words));
    }
    if chosen == all {
        let words = format!("ticket {number} would be left empty; leave one article there");
        return Err(NotPossible::Split(words));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
