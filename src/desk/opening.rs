//! A ticket that an agent opens for somebody who called or came by: with a note of what was said, or
//! with a first message to them.

use std::collections::BTreeSet;

use crate::desk::caps;
use crate::desk::change::{self, Change, Standing};
use crate::desk::new::{NewArticle, NewTicket};
use crate::desk::outgoing;
use crate::desk::policy::Policy;
use crate::desk::ticket::{Kind, Priority, State, TicketNumber};
use crate::mail::compose::is_plain_address;
use crate::mail::{Address, Attachment, subject};

/// What an agent wants opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opening {
    /// Who asks.
    pub requester: Address,
    /// What it is about.
    pub subject: String,
    /// What was said, or what is said to them.
    pub text: String,
    /// Files that go along.
    pub attachments: Vec<Attachment>,
    /// Whether the text goes to who asks; otherwise it is a note.
    pub send: bool,
    /// Its queue.
    pub queue: Option<String>,
    /// The name of its agent.
    pub assignee: Option<String>,
    /// How urgent it is.
    pub priority: Priority,
    /// Its tags.
    pub tags: Vec<String>,
}

/// Why it cannot be opened.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPossible {
    /// One of its words is none.
    #[error("{0}")]
    Change(#[from] change::NotPossible),
    /// Whom it should go to cannot be written to.
    #[error("`{0}` is no address that mail can be sent to; correct it, or keep the text as a note")]
    NoAddress(String),
    /// It would come back as a new letter.
    #[error("{0} is the mailbox this would leave from; keep the text as a note")]
    Ourselves(String),
    /// There is nothing in it.
    #[error("the ticket would be empty; write a text or attach a file")]
    Empty,
}

/// Everything that speaks against it, in the order of its fields. `agents` are the names of those who may
/// sign in.
pub fn faults(opening: &Opening, policy: &Policy, agents: &[String]) -> Vec<NotPossible> {
    let mut faults = Vec::new();
    let requester = &opening.requester;
    if opening.send && !is_plain_address(&requester.address) {
        faults.push(NotPossible::NoAddress(requester.address.clone()));
    } else if opening.send && caps::key(requester) == caps::key(&policy.address) {
        faults.push(NotPossible::Ourselves(requester.address.clone()));
    } else if let Err(why) = change::not_ourselves(requester, &policy.address) {
        faults.push(why.into());
    }
    let blank = blank(opening, TicketNumber(0));
    for change in changes(opening) {
        let is_told = !faults.is_empty() && matches!(change, Change::Requester(_));
        if let Err(why) = change::after(&blank, &change, agents)
            && !is_told
        {
            faults.push(why.into());
        }
    }
    if outgoing::is_blank(&opening.text) && opening.attachments.is_empty() {
        faults.push(NotPossible::Empty);
    }
    faults
}

/// A ticket of which nothing is known yet.
fn blank(opening: &Opening, number: TicketNumber) -> Standing {
    Standing {
        number,
        state: if opening.send { State::Open } else { State::New },
        hold: false,
        subject: String::new(),
        assignee: None,
        priority: opening.priority,
        queue: None,
        due_at: None,
        tags: BTreeSet::new(),
        merged_into: None,
    }
}

/// The changes that make what is wanted of it.
fn changes(opening: &Opening) -> Vec<Change> {
    let mut changes = vec![
        Change::Requester(opening.requester.clone()),
        Change::Subject(opening.subject.clone()),
        Change::Tag(opening.tags.clone()),
    ];
    changes.extend(opening.queue.clone().map(|queue| Change::Queue(Some(queue))));
    changes.extend(opening.assignee.clone().map(|name| Change::Assign(Some(name))));
    changes
}

/// The ticket with this number and its first article. `agents` are the names of those who may sign in.
pub fn open(
    opening: &Opening,
    number: TicketNumber,
    policy: &Policy,
    author: Address,
    agents: &[String],
) -> Result<(NewTicket, NewArticle), NotPossible> {
    if let Some(fault) = faults(opening, policy, agents).into_iter().next() {
        return Err(fault);
    }
    let mut standing = blank(opening, number);
    for change in changes(opening) {
        standing = change::after(&standing, &change, agents)?;
    }
    let ticket = NewTicket {
        number,
        subject: standing.subject.clone(),
        state: standing.state,
        priority: standing.priority,
        queue: standing.queue,
        assignee: standing.assignee,
        requester: Some(opening.requester.clone()),
        tags: standing.tags.into_iter().collect(),
        links: Vec::new(),
    };
    let visible_text = opening.text.trim_end().to_owned();
    let article = if opening.send {
        NewArticle {
            from: Some(policy.address.clone()),
            to: vec![opening.requester.clone()],
            subject: subject::tagged(&standing.subject, &policy.tag(number)),
            text: outgoing::signed(&opening.text, policy),
            visible_text,
            attachments: opening.attachments.clone(),
            ..NewArticle::empty(Kind::EmailOut)
        }
    } else {
        NewArticle {
            from: Some(author),
            text: visible_text.clone(),
            visible_text,
            attachments: opening.attachments.clone(),
            ..NewArticle::empty(Kind::Note)
        }
    };
    Ok((ticket, article))
}
