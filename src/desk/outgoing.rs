//! One outgoing message: what an agent's answer becomes, by what we know a letter of ours again,
//! which of its files travel by themselves, and when to try again. What goes into it is in `writing`,
//! to whom it goes in `recipients`.

use crate::desk::new::{MAX_CITED, NewArticle};
use crate::desk::policy::Policy;
use crate::desk::recipients::{MOST, Recipients};
use crate::desk::thread::TagKey;
use crate::desk::ticket::{ArticleId, Kind, OutboxId, State, TicketNumber};
use crate::desk::writing::{Hand, Thread, Writing};
use crate::mail::compose::{self, Seal};
use crate::mail::{Address, Message, MessageId, quote, subject};
use crate::time::Timestamp;

/// Why an answer cannot be queued.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPossible {
    /// The ticket is deleted.
    #[error("ticket {0} is deleted; undelete it before answering")]
    Deleted(TicketNumber),
    /// Its conversation is elsewhere.
    #[error("ticket {0} was merged into ticket {1}; answer that one")]
    Merged(TicketNumber, TicketNumber),
    /// There is no address to answer to.
    #[error("ticket {0} names no address to answer to")]
    NobodyToAnswer(TicketNumber),
    /// It was written from the mailbox itself.
    #[error(
        "ticket {0} was written from the mailbox it lies in, to which an answer would come back as a \
         new letter; name who asks with ticket requester, or leave a note"
    )]
    OnlyOurselves(TicketNumber),
    /// Somebody it is for cannot be written to.
    #[error("`{1}` is no address that mail can be sent to; correct it and answer ticket {0} again")]
    NoAddress(TicketNumber, String),
    /// It would go to too many.
    #[error(
        "the answer to ticket {0} would go to {1} people, and a mailbox may send a letter to {MOST}; \
         write to fewer at a time"
    )]
    TooMany(TicketNumber, usize),
    /// There is nothing to send.
    #[error("the answer to ticket {0} is empty; write a text or attach a file")]
    Empty(TicketNumber),
    /// There is nothing to keep.
    #[error("the note in ticket {0} is empty; write a text or attach a file")]
    EmptyNote(TicketNumber),
    /// The message to be answered did not come into this ticket.
    #[error(
        "article {1} is no message that came into ticket {0}, so it cannot be answered; choose another"
    )]
    NoSuchLetter(TicketNumber, ArticleId),
    /// The state cannot be set by an answer.
    #[error("ticket {0} cannot be set to `deleted` by an answer; use ticket delete")]
    DeleteInstead(TicketNumber),
}

/// To whom an agent's answer to the newest message of the ticket goes.
pub fn recipients(
    thread: &Thread,
    writing: &Writing,
    policy: &Policy,
) -> Result<Recipients, NotPossible> {
    let number = thread.number;
    writable(thread)?;
    let answered = thread.answered.as_ref().ok_or(NotPossible::NobodyToAnswer(number))?;
    let recipients = Recipients::of(answered, writing, policy);
    let count = recipients.everybody().len();
    if let Some(unfit) = recipients.unfit.first() {
        return Err(NotPossible::NoAddress(number, unfit.address.clone()));
    }
    match (recipients.to.is_empty(), recipients.ours.is_empty()) {
        (true, true) => Err(NotPossible::NobodyToAnswer(number)),
        (true, false) => Err(NotPossible::OnlyOurselves(number)),
        (false, _) if count > MOST => Err(NotPossible::TooMany(number, count)),
        (false, _) => Ok(recipients),
    }
}

/// The subject of an answer in a ticket.
pub fn answer_subject(thread: &Thread, policy: &Policy) -> String {
    subject::reply(&thread.subject, &policy.tag(thread.number))
}

/// The whole text of an answer, with the signature below it.
pub fn signed(text: &str, policy: &Policy) -> String {
    let mut text = format!("{}\n", text.trim_end());
    if !policy.signature.trim().is_empty() {
        text.push_str(&format!("\n-- \n{}\n", policy.signature.trim_end()));
    }
    text
}

/// What an agent writes into a ticket by this hand, and the state the ticket then has.
pub fn written(
    thread: &Thread,
    writing: Writing,
    hand: Hand<'_>,
) -> Result<(NewArticle, State), NotPossible> {
    match hand {
        Hand::Answer(policy) => reply(thread, writing, policy),
        Hand::Note(author) => note(thread, writing, author),
    }
}

/// An agent's answer to the newest message of the ticket, and the state the ticket then has.
pub fn reply(
    thread: &Thread,
    writing: Writing,
    policy: &Policy,
) -> Result<(NewArticle, State), NotPossible> {
    let number = thread.number;
    writable(thread)?;
    if is_blank(&writing.text) && writing.attachments.is_empty() {
        return Err(NotPossible::Empty(number));
    }
    let recipients = recipients(thread, &writing, policy)?;
    let answered = thread.answered.as_ref().ok_or(NotPossible::NobodyToAnswer(number))?;
    let mut cited: Vec<MessageId> = answered.message_id.iter().cloned().collect();
    cited.extend(
        answered.cited.iter().filter(|id| Some(*id) != answered.message_id.as_ref()).cloned(),
    );
    cited.truncate(MAX_CITED);
    let status = next_state(thread, writing.status)?;
    let article = NewArticle {
        from: Some(policy.address.clone()),
        to: recipients.to,
        cc: recipients.cc,
        bcc: recipients.bcc,
        subject: answer_subject(thread, policy),
        in_reply_to: answered.message_id.clone(),
        cited,
        visible_text: writing.text.trim_end().to_owned(),
        text: signed(&writing.text, policy),
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
    writable(thread)?;
    if is_blank(&writing.text) && writing.attachments.is_empty() {
        return Err(NotPossible::EmptyNote(thread.number));
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

/// Whether anything can be written into a ticket.
fn writable(thread: &Thread) -> Result<(), NotPossible> {
    match thread.merged_into {
        Some(into) => Err(NotPossible::Merged(thread.number, into)),
        None if thread.state == State::Deleted => Err(NotPossible::Deleted(thread.number)),
        None => Ok(()),
    }
}

/// Whether there is nothing to be read in a text.
pub fn is_blank(text: &str) -> bool {
    let unseen = |c: char| c.is_control() || matches!(c, '\u{ad}' | '\u{34f}' | '\u{180e}');
    text.chars().all(|c| c.is_whitespace() || unseen(c) || quote::is_invisible(c))
}

fn next_state(thread: &Thread, wanted: Option<State>) -> Result<State, NotPossible> {
    match (wanted, thread.state) {
        (Some(State::Deleted), _) => Err(NotPossible::DeleteInstead(thread.number)),
        (Some(state), _) => Ok(state),
        (None, State::New) => Ok(State::Open),
        (None, state) => Ok(state),
    }
}

/// By what a letter of ours is known again, the same however often it is composed: it can be
/// recomputed but not guessed. `None` when its sender has no domain.
pub fn seal(letter: OutboxId, from: &Address, key: &TagKey) -> Option<Seal> {
    let (_, domain) = from.address.trim().rsplit_once('@')?;
    let domain = compose::ascii_domain(domain)?;
    let code = key.code(&format!("outbox:{letter}"), 16);
    let message_id = MessageId::new(&format!("counterfoil.{letter}.{code}@{domain}"))?;
    Some(Seal { message_id, mark: key.code("installation", 16) })
}

/// Whether a letter of the same subject is this one of ours, though the provider gave it a Message-ID of
/// its own and rebuilt it: the same recipients and words.
pub fn is_same(found: &Message, ours: &Message) -> bool {
    let to = |message: &Message| message.to.iter().map(Address::key).collect::<Vec<_>>();
    let words = |message: &Message| -> String {
        message.text.chars().filter(|c| c.is_alphanumeric()).collect()
    };
    to(found) == to(ours) && words(found) == words(ours)
}

/// Whether an id has the shape of the one in [`seal`]: a program like this one wrote the letter, here or
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

/// A letter that the mailbox could not send.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "the letter has {:.1} MB with its attachments as they travel; the mailbox sends at most {:.1} MB; \
     send less along, or a link to it",
    *.size as f64 / 1e6, *.most as f64 / 1e6
)]
pub struct TooLarge {
    /// Its size as it travels, in bytes.
    pub size: u64,
    /// What is sent at most, in bytes.
    pub most: u64,
}

/// The most bytes of a letter that a mailbox of Microsoft 365 sends, unless its administrator allows
/// more (facts: microsoft-graph 4.7).
pub const SENT_BYTES: u64 = 35_000_000;

/// Whether a text and files of these sizes, in bytes, fit into one letter.
pub fn fits(text: u64, files: &[u64]) -> Result<(), TooLarge> {
    apart(text.saturating_mul(2), files, SENT_BYTES, SENT_BYTES).map(|_| ())
}

/// Bytes a file takes in a letter: base64 in lines of 76, and a header of its own (RFC 2045 section
/// 6.8).
fn as_it_travels(size: u64) -> u64 {
    size.div_ceil(57).saturating_mul(78).saturating_add(1_000)
}

/// Which files are added to the draft by themselves, so that the letter fits into one request of
/// `in_one_piece` bytes: the largest ones, and no more than have to. `bare` is the size of the letter
/// without any of them. Fails when all of it is more than `in_all`, which the mailbox would not send.
pub fn apart(
    bare: u64,
    files: &[u64],
    in_one_piece: u64,
    in_all: u64,
) -> Result<Vec<bool>, TooLarge> {
    let mut inside = files.iter().map(|size| as_it_travels(*size)).fold(bare, u64::saturating_add);
    if inside > in_all {
        return Err(TooLarge { size: inside, most: in_all });
    }
    let mut apart = vec![false; files.len()];
    let mut by_size: Vec<usize> = (0..files.len()).collect();
    by_size.sort_by_key(|file| std::cmp::Reverse(files[*file]));
    for file in by_size {
        if inside <= in_one_piece {
            break;
        }
        inside -= as_it_travels(files[file]);
        apart[file] = true;
    }
    Ok(apart)
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
    use crate::desk::writing::Answered;

    const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

    fn thread(state: State) -> Thread {
        Thread {
            number: TicketNumber(7),
            subject: "Re: Printer".into(),
            state,
            merged_into: None,
            wrote: true,
            answered: Some(Answered {
                from: Some(Address::bare("ana@shop.example")),
                reply_to: Vec::new(),
                to: Vec::new(),
                cc: Vec::new(),
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
        let (article, state) =
            reply(&thread(State::New), writing("Done."), &Policy::of_tests()).unwrap();
        assert_eq!(state, State::Open);
        assert_eq!(article.to, [Address::bare("ana@shop.example")]);
        assert_eq!(article.text, "Done.\n\n-- \nThe desk\n");
        assert_eq!(article.visible_text, "Done.");
        assert!(article.subject.starts_with("Re: Printer [CF#7-"), "{}", article.subject);
        let ids: Vec<&str> = article.cited.iter().map(MessageId::as_str).collect();
        assert_eq!(ids, ["b@shop.example", "a@shop.example"]);

        let mut elsewhere = thread(State::Open);
        elsewhere.answered.as_mut().unwrap().reply_to = vec![Address::bare("team@shop.example")];
        let (article, _) = reply(&elsewhere, writing("Done."), &Policy::of_tests()).unwrap();
        assert_eq!(article.to, [Address::bare("team@shop.example")]);
    }

    #[test]
    fn an_answer_that_cannot_be_sent_says_why() {
        let number = TicketNumber(7);
        let mut nobody = thread(State::Open);
        nobody.answered = None;
        let mut no_address = thread(State::Open);
        no_address.answered.as_mut().unwrap().from = Some(Address::bare("Ana"));
        let mut ourselves = thread(State::Open);
        ourselves.answered.as_mut().unwrap().from = Some(Policy::of_tests().address);
        let merged = Thread { merged_into: Some(TicketNumber(9)), ..thread(State::Closed) };
        let delete = Writing { status: Some(State::Deleted), ..writing("x") };
        let copy = |address| Writing { cc: vec![Address::bare(address)], ..writing("x") };
        let address = |n| Address::bare(&format!("p{n}@shop.example"));
        let many = |count| Writing { bcc: (0..count).map(address).collect(), ..writing("x") };
        for (case, thread, writing, expected) in [
            ("deleted", thread(State::Deleted), writing("x"), NotPossible::Deleted(number)),
            ("merged", merged, writing("x"), NotPossible::Merged(number, TicketNumber(9))),
            ("empty", thread(State::Open), writing(" \n"), NotPossible::Empty(number)),
            (
                "nothing to see",
                thread(State::Open),
                writing("\u{200b}\n\u{feff}\u{ad}"),
                NotPossible::Empty(number),
            ),
            ("nobody", nobody, writing("x"), NotPossible::NobodyToAnswer(number)),
            ("no address", no_address, writing("x"), NotPossible::NobodyToAnswer(number)),
            ("ourselves", ourselves, writing("x"), NotPossible::OnlyOurselves(number)),
            (
                "no address",
                thread(State::Open),
                copy("ana@shop..example"),
                NotPossible::NoAddress(number, "ana@shop..example".into()),
            ),
            ("many", thread(State::Open), many(500), NotPossible::TooMany(number, 501)),
            ("delete", thread(State::Open), delete, NotPossible::DeleteInstead(number)),
        ] {
            assert_eq!(
                reply(&thread, writing, &Policy::of_tests()).unwrap_err(),
                expected,
                "{case}"
            );
        }
        assert!(reply(&thread(State::Open), many(499), &Policy::of_tests()).is_ok());
    }

    #[test]
    fn a_note_leaves_the_state_alone() {
        let author = Address::bare("ben@office.example");
        let (article, state) = note(&thread(State::New), writing("Ring her."), author).unwrap();
        assert_eq!((article.kind, state), (Kind::Note, State::New));
        assert!(article.to.is_empty());
        let author = Address::bare("ben@office.example");
        let nothing = note(&thread(State::New), writing("\u{2060} "), author).unwrap_err();
        assert!(nothing.to_string().starts_with("the note in ticket 7 is empty"), "{nothing}");
    }

    #[test]
    fn a_letter_keeps_its_message_id() {
        let key = TagKey::new(b"key");
        let of = |number, from: &str| {
            let seal = seal(OutboxId(number), &Address::bare(from), &key)?;
            Some(seal.message_id.as_str().to_owned())
        };
        let first = of(1, "desk@office.example").unwrap();
        assert_eq!(of(1, "desk@office.example"), Some(first.clone()));
        assert_ne!(of(2, "desk@office.example"), Some(first.clone()));
        assert!(first.ends_with("@office.example"), "{first}");
        assert!(of(1, "desk@büro.example").unwrap().ends_with("@xn--bro-hoa.example"));
        assert_eq!(of(1, "desk"), None);
        assert!(is_of_our_kind(&MessageId::new(&first).unwrap()), "{first}");
        for other in ["counterfoil.1.x@office.example", "counterfoil@x", "1.aaaabbbbccccdddd@x"] {
            assert!(!is_of_our_kind(&MessageId::new(other).unwrap()), "{other}");
        }
    }

    #[test]
    fn a_draft_of_ours_is_known_by_its_words() {
        let letter = |to: &str, text: &str| Message {
            to: vec![Address::bare(to)],
            text: text.into(),
            ..Message::default()
        };
        let ours = letter("ana@shop.example", "Dear Ana,\n\nit is done.\n> So soon?\n");
        for (case, to, text, expected) in [
            ("rebuilt", "Ana@Shop.example", "Dear Ana, it is done.\r\n\r\nSo soon?", true),
            ("other words", "ana@shop.example", "Dear Ana, it is not done. So soon?", false),
            ("to somebody else", "ben@shop.example", "Dear Ana, it is done. So soon?", false),
        ] {
            assert_eq!(is_same(&letter(to, text), &ours), expected, "{case}");
        }
    }

    #[test]
    fn the_largest_files_travel_by_themselves_and_no_more_than_have_to() {
        const MB: u64 = 1_000_000;
        let all = |files: &[u64]| apart(10_000, files, 3 * MB, 35 * MB);
        for (case, files, expected) in [
            ("none", vec![], vec![]),
            ("all fit", vec![MB, MB], vec![false, false]),
            ("one too many", vec![MB, MB, MB], vec![true, false, false]),
            ("the largest", vec![MB, 9 * MB, MB], vec![false, true, false]),
            ("each too large", vec![3 * MB, 9 * MB], vec![true, true]),
            ("just not", vec![2_184_000, 1], vec![true, false]),
        ] {
            assert_eq!(all(&files).unwrap(), expected, "{case}");
        }
        let words = all(&[13 * MB, 13 * MB]).unwrap_err().to_string();
        assert!(words.contains("35.6 MB") && words.contains("at most 35.0 MB"), "{words}");
        assert!(all(&[u64::MAX, u64::MAX]).is_err());
        assert_eq!(apart(4 * MB, &[10], 3 * MB, 35 * MB), Ok(vec![true]), "a very long text");
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
