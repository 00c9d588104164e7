//! One outgoing message: what an agent's answer becomes, the letter that is composed from an outbox
//! row, and when to try again or give up.

use crate::desk::intake::{MAX_CITED, NewArticle, Policy};
use crate::desk::thread::TagKey;
use crate::desk::ticket::{Kind, OutboxId, State, TicketNumber};
use crate::mail::compose::Outgoing;
use crate::mail::{Address, Attachment, MessageId, subject};
use crate::time::Timestamp;

/// What is known of the ticket an agent writes into.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Thread {
    /// Its number.
    pub number: TicketNumber,
    /// Its subject.
    pub subject: String,
    /// Where it stands.
    pub state: State,
    /// The newest message that came in, if any did.
    pub answered: Option<Answered>,
}

/// The message an answer goes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answered {
    /// Who wrote it.
    pub from: Option<Address>,
    /// Where its answers should go.
    pub reply_to: Vec<Address>,
    /// Its Message-ID.
    pub message_id: Option<MessageId>,
    /// What it cites, nearest first.
    pub cited: Vec<MessageId>,
}

/// What an agent writes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Writing {
    /// The text.
    pub text: String,
    /// Copies.
    pub cc: Vec<Address>,
    /// Hidden copies.
    pub bcc: Vec<Address>,
    /// Files to send along.
    pub attachments: Vec<Attachment>,
    /// The state the ticket gets; otherwise a new ticket becomes open.
    pub status: Option<State>,
}

/// Why an answer cannot be queued.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPossible {
    /// The ticket is deleted.
    #[error("ticket {0} is deleted; undelete it before answering")]
    Deleted(TicketNumber),
    /// There is no address to answer to.
    #[error("ticket {0} names no address to answer to")]
    NobodyToAnswer(TicketNumber),
    /// There is nothing to send.
    #[error("the answer to ticket {0} is empty; write a text or attach a file")]
    Empty(TicketNumber),
    /// The state cannot be set by an answer.
    #[error("ticket {0} cannot be set to `deleted` by an answer; use ticket delete")]
    DeleteInstead(TicketNumber),
}

/// An agent's answer to the newest message of the ticket, and the state the ticket then has.
pub fn reply(
    thread: &Thread,
    writing: Writing,
    policy: &Policy,
) -> Result<(NewArticle, State), NotPossible> {
    let number = thread.number;
    if thread.state == State::Deleted {
        return Err(NotPossible::Deleted(number));
    }
    if writing.text.trim().is_empty() && writing.attachments.is_empty() {
        return Err(NotPossible::Empty(number));
    }
    let answered = thread.answered.as_ref().ok_or(NotPossible::NobodyToAnswer(number))?;
    let to = if answered.reply_to.is_empty() {
        answered.from.iter().cloned().collect()
    } else {
        answered.reply_to.clone()
    };
    let to: Vec<Address> = to.into_iter().filter(|to: &Address| to.address.contains('@')).collect();
    if to.is_empty() {
        return Err(NotPossible::NobodyToAnswer(number));
    }
    let mut cited: Vec<MessageId> = answered.message_id.iter().cloned().collect();
    cited.extend(
        answered.cited.iter().filter(|id| Some(*id) != answered.message_id.as_ref()).cloned(),
    );
    cited.truncate(MAX_CITED);
    let status = next_state(thread, writing.status)?;
    let mut text = writing.text.trim_end().to_owned();
    text.push('\n');
    if !policy.signature.trim().is_empty() {
        text.push_str(&format!("\n-- \n{}\n", policy.signature.trim_end()));
    }
    let article = NewArticle {
        from: Some(policy.address.clone()),
        to,
        cc: writing.cc,
        bcc: writing.bcc,
        subject: subject::reply(&thread.subject, &policy.tag(number)),
        in_reply_to: answered.message_id.clone(),
        cited,
        visible_text: writing.text.trim_end().to_owned(),
        text,
        attachments: writing.attachments,
        ..NewArticle::empty(Kind::EmailOut)
    };
    Ok((article, status))
}

/// An agent's note, and the state the ticket then has.
pub fn note(
    thread: &Thread,
    writing: Writing,
    author: Address,
) -> Result<(NewArticle, State), NotPossible> {
    if thread.state == State::Deleted {
        return Err(NotPossible::Deleted(thread.number));
    }
    if writing.text.trim().is_empty() && writing.attachments.is_empty() {
        return Err(NotPossible::Empty(thread.number));
    }
    let status = match writing.status {
        None => thread.state,
        wanted => next_state(thread, wanted)?,
    };
    let text = writing.text.trim_end().to_owned();
    let article = NewArticle {
        from: Some(author),
        visible_text: text.clone(),
        text,
        attachments: writing.attachments,
        ..NewArticle::empty(Kind::Note)
    };
    Ok((article, status))
}

fn next_state(thread: &Thread, wanted: Option<State>) -> Result<State, NotPossible> {
    match (wanted, thread.state) {
        (Some(State::Deleted), _) => Err(NotPossible::DeleteInstead(thread.number)),
        (Some(state), _) => Ok(state),
        (None, State::New) => Ok(State::Open),
        (None, state) => Ok(state),
    }
}

/// An outbox row with everything its letter needs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Letter {
    /// Its outbox row.
    pub id: OutboxId,
    /// Whether it was written by itself rather than by an agent.
    pub automatic: bool,
    /// Who sends it.
    pub from: Address,
    /// To whom.
    pub to: Vec<Address>,
    /// Copies.
    pub cc: Vec<Address>,
    /// Hidden copies.
    pub bcc: Vec<Address>,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// The message it answers.
    pub in_reply_to: Option<MessageId>,
    /// What it cites, nearest first.
    pub cited: Vec<MessageId>,
    /// What goes along.
    pub attachments: Vec<Attachment>,
    /// When it was queued: its Date.
    pub queued_at: Timestamp,
}

/// The Message-ID a letter of ours always has, however often it is composed; it can be recomputed
/// but not guessed.
pub fn message_id(letter: OutboxId, from: &Address, key: &TagKey) -> Option<MessageId> {
    let domain = from.address.rsplit('@').next().unwrap_or("localhost");
    let code = key.code(&format!("outbox:{letter}"), 16);
    MessageId::new(&format!("counterfoil.{letter}.{code}@{domain}"))
}

/// Whether an id has the shape of [`message_id`]: a program like this one wrote the letter, here or
/// elsewhere.
pub fn is_of_our_kind(id: &MessageId) -> bool {
    let parts = id.as_str().split_once('@').and_then(|(local, _)| {
        let (number, code) = local.strip_prefix("counterfoil.")?.split_once('.')?;
        Some((number, code))
    });
    parts.is_some_and(|(number, code)| {
        !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && code.len() == 16
            && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// The message to hand to the mailbox.
pub fn compose(letter: Letter, message_id: MessageId, key: &TagKey) -> Outgoing {
    Outgoing {
        from: letter.from,
        to: letter.to,
        cc: letter.cc,
        bcc: letter.bcc,
        subject: letter.subject,
        text: letter.text,
        html: None,
        in_reply_to: letter.in_reply_to,
        references: letter.cited.into_iter().rev().collect(),
        message_id,
        date: letter.queued_at,
        attachments: letter.attachments,
        auto: letter.automatic,
        mark: key.code("installation", 16),
    }
}

/// When to try again after the `attempts`-th failure in a row: a minute, then twice as long each
/// time, an hour at most.
pub fn retry_at(attempts: u32, now: Timestamp) -> Timestamp {
    let seconds = 60_i64 << attempts.saturating_sub(1).min(6);
    now.plus_seconds(seconds.min(3_600))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

    fn policy() -> Policy {
        Policy {
            address: Address::bare("desk@office.example"),
            own_addresses: Vec::new(),
            acknowledge: true,
            activated_at: NOW,
            reopen_days: 14,
            desk: "Office".into(),
            signature: "The desk".into(),
            ticket_tag: "CF".into(),
            tag_key: TagKey::new(b"key"),
            rules: Vec::new(),
            wording: Default::default(),
        }
    }

    fn thread(state: State) -> Thread {
        Thread {
            number: TicketNumber(7),
            subject: "Re: Printer".into(),
            state,
            answered: Some(Answered {
                from: Some(Address::bare("ana@shop.example")),
                reply_to: Vec::new(),
                message_id: MessageId::new("b@shop.example"),
                cited: MessageId::new("a@shop.example").into_iter().collect(),
            }),
        }
    }

    fn writing(text: &str) -> Writing {
        Writing { text: text.into(), ..Writing::default() }
    }

    #[test]
    fn an_answer_goes_where_the_requester_wants_it() {
        let (article, state) = reply(&thread(State::New), writing("Done."), &policy()).unwrap();
        assert_eq!(state, State::Open);
        assert_eq!(article.to, [Address::bare("ana@shop.example")]);
        assert_eq!(article.text, "Done.\n\n-- \nThe desk\n");
        assert_eq!(article.visible_text, "Done.");
        assert!(article.subject.starts_with("Re: Printer [CF#7-"), "{}", article.subject);
        let ids: Vec<&str> = article.cited.iter().map(MessageId::as_str).collect();
        assert_eq!(ids, ["b@shop.example", "a@shop.example"]);

        let mut elsewhere = thread(State::Open);
        elsewhere.answered.as_mut().unwrap().reply_to = vec![Address::bare("team@shop.example")];
        let (article, _) = reply(&elsewhere, writing("Done."), &policy()).unwrap();
        assert_eq!(article.to, [Address::bare("team@shop.example")]);
    }

    #[test]
    fn an_answer_that_cannot_be_sent_says_why() {
        let number = TicketNumber(7);
        let mut nobody = thread(State::Open);
        nobody.answered = None;
        let mut no_address = thread(State::Open);
        no_address.answered.as_mut().unwrap().from = Some(Address::bare("Ana"));
        let delete = Writing { status: Some(State::Deleted), ..writing("x") };
        for (case, thread, writing, expected) in [
            ("deleted", thread(State::Deleted), writing("x"), NotPossible::Deleted(number)),
            ("empty", thread(State::Open), writing(" \n"), NotPossible::Empty(number)),
            ("nobody", nobody, writing("x"), NotPossible::NobodyToAnswer(number)),
            ("no address", no_address, writing("x"), NotPossible::NobodyToAnswer(number)),
            ("delete", thread(State::Open), delete, NotPossible::DeleteInstead(number)),
        ] {
            assert_eq!(reply(&thread, writing, &policy()).unwrap_err(), expected, "{case}");
        }
    }

    #[test]
    fn a_note_leaves_the_state_alone() {
        let author = Address::bare("ben@office.example");
        let (article, state) = note(&thread(State::New), writing("Ring her."), author).unwrap();
        assert_eq!((article.kind, state), (Kind::Note, State::New));
        assert!(article.to.is_empty());
    }

    #[test]
    fn a_letter_keeps_its_message_id() {
        let key = TagKey::new(b"key");
        let from = Address::bare("desk@office.example");
        let first = message_id(OutboxId(1), &from, &key).unwrap();
        assert_eq!(message_id(OutboxId(1), &from, &key).unwrap(), first);
        assert_ne!(message_id(OutboxId(2), &from, &key).unwrap(), first);
        assert!(first.as_str().ends_with("@office.example"), "{first}");
        assert!(is_of_our_kind(&first), "{first}");
        for other in ["counterfoil.1.x@office.example", "counterfoil@x", "1.aaaabbbbccccdddd@x"] {
            assert!(!is_of_our_kind(&MessageId::new(other).unwrap()), "{other}");
        }
    }

    #[test]
    fn waits_grow_to_an_hour() {
        let waits: Vec<i64> = [1, 2, 3, 7, 40]
            .into_iter()
            .map(|attempts| retry_at(attempts, NOW).unix() - NOW.unix())
            .collect();
        assert_eq!(waits, [60, 120, 240, 3_600, 3_600]);
    }
}
