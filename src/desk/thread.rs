//! Which ticket a message belongs to, by the Message-IDs it cites (RFC 5322 section 3.6.4), those
//! that cite it, and the keyed code of a ticket's subject tag. To cite an id proves to have seen the
//! letter; a code proves it only together with a sender who is on the ticket, for subjects travel
//! further than letters. A subject alone joins nothing, nor does a provider's conversation id
//! (facts: microsoft-graph 2.1).

use ring::hmac;

use crate::desk::ticket::{State, TicketNumber};
use crate::time::Timestamp;

/// How an article already here relates to the message that came.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Relation {
    /// The message cites it; 0 is the nearest citation.
    Cited(usize),
    /// It cites the message: the answer came before the question.
    Citing,
    /// Both cite the same message, which we never saw, under the same base subject.
    Sibling,
    /// The message bears the ticket's tag with the right code.
    Coded,
}

/// A ticket the message may belong to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// The ticket.
    pub ticket: TicketNumber,
    /// How an article of it relates to the message.
    pub relation: Relation,
    /// Whether it came through the mailbox the message came through.
    pub same_mailbox: bool,
    /// Where it stands.
    pub state: State,
    /// Since when it is closed.
    pub closed_at: Option<Timestamp>,
    /// Whether the sender of the message is on the ticket. Only asked for where it counts; who
    /// is believed to be it is decided in [`is_believed`](crate::desk::sender::is_believed).
    pub knows_sender: bool,
}

impl Candidate {
    /// Whether the message may join by what relates it to the ticket.
    fn is_proven(&self) -> bool {
        self.relation != Relation::Coded || self.knows_sender
    }
}

/// Where a message goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// Into this ticket, which stands as said.
    Join(TicketNumber, State),
    /// Into a new ticket that goes on from an older one, which is over.
    Follow(TicketNumber),
    /// Into a new ticket.
    New,
}

/// The place of a message among the candidates: those of its own mailbox first, then the nearest
/// relation, then the oldest ticket. A ticket closed longer than `reopen_days` ago, or deleted, is
/// followed rather than joined.
pub fn place(candidates: &[Candidate], reopen_days: u32, now: Timestamp) -> Place {
    let order = |c: &&Candidate| (!c.same_mailbox, c.relation, c.ticket);
    let proven = candidates.iter().filter(|candidate| candidate.is_proven());
    let Some(best) = proven.min_by_key(order) else { return Place::New };
    let over = match best.state {
        State::Deleted => true,
        State::Closed => best
            .closed_at
            .is_some_and(|closed_at| closed_at.plus_days(i64::from(reopen_days)) < now),
        _ => false,
    };
    if over { Place::Follow(best.ticket) } else { Place::Join(best.ticket, best.state) }
}

/// The key that makes subject tags unguessable; made once per installation.
#[derive(Clone)]
pub struct TagKey(hmac::Key);

impl TagKey {
    /// A key from its bytes.
    pub fn new(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// `length` characters of base32 (RFC 4648 section 6, lower case) of the HMAC (RFC 2104) of
    /// `subject`; at most 51.
    pub fn code(&self, subject: &str, length: usize) -> String {
        const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        let tag = hmac::sign(&self.0, subject.as_bytes());
        let mut text = String::with_capacity(length);
        let (mut bits, mut held) = (0_u32, 0_u32);
        for byte in tag.as_ref() {
            if text.len() == length {
                break;
            }
            bits = (bits << 8) | u32::from(*byte);
            held += 8;
            while held >= 5 && text.len() < length {
                held -= 5;
                text.push(char::from(ALPHABET[(bits >> held & 31) as usize]));
            }
            bits &= (1 << held) - 1;
        }
        text
    }

    /// Whether this is the code of that ticket's subject tag.
    pub fn is_ticket_code(&self, number: TicketNumber, code: &str) -> bool {
        let right = self.ticket_code(number);
        // As long for a wrong code as for the right one.
        let differs =
            right.bytes().zip(code.bytes()).fold(0, |all, (one, other)| all | (one ^ other));
        right.len() == code.len() && differs == 0
    }

    /// The four characters in the subject tag of a ticket.
    pub fn ticket_code(&self, number: TicketNumber) -> String {
        self.code(&format!("ticket:{number}"), 4)
    }
}

impl std::fmt::Debug for TagKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TagKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(ticket: i64, relation: Relation) -> Candidate {
        Candidate {
            ticket: TicketNumber(ticket),
            relation,
            same_mailbox: true,
            state: State::Open,
            closed_at: None,
            knows_sender: false,
        }
    }

    #[test]
    fn a_message_finds_its_place() {
        let now = Timestamp::from_unix(1_800_000_000);
        let closed = |days: i64| Candidate {
            state: State::Closed,
            closed_at: Some(now.plus_days(-days)),
            ..candidate(5, Relation::Cited(0))
        };
        let open = |ticket| Place::Join(TicketNumber(ticket), State::Open);
        for (case, candidates, expected) in [
            ("nothing known", vec![], Place::New),
            ("one", vec![candidate(3, Relation::Cited(0))], open(3)),
            (
                "the nearest citation wins over the older",
                vec![candidate(1, Relation::Cited(2)), candidate(2, Relation::Cited(0))],
                open(2),
            ),
            (
                "a citation wins over a sibling",
                vec![candidate(1, Relation::Sibling), candidate(2, Relation::Cited(4))],
                open(2),
            ),
            ("the answer came first", vec![candidate(9, Relation::Citing)], open(9)),
            (
                "its own mailbox wins over a nearer citation",
                vec![
                    Candidate { same_mailbox: false, ..candidate(1, Relation::Cited(0)) },
                    candidate(2, Relation::Cited(1)),
                ],
                open(2),
            ),
            ("a right code of a stranger", vec![candidate(6, Relation::Coded)], Place::New),
            (
                "a right code of somebody on the ticket",
                vec![Candidate { knows_sender: true, ..candidate(6, Relation::Coded) }],
                open(6),
            ),
            (
                "a citation wins over a code",
                vec![
                    Candidate { knows_sender: true, ..candidate(1, Relation::Coded) },
                    candidate(2, Relation::Sibling),
                ],
                open(2),
            ),
            ("closed lately", vec![closed(13)], Place::Join(TicketNumber(5), State::Closed)),
            ("closed long ago", vec![closed(15)], Place::Follow(TicketNumber(5))),
            (
                "deleted",
                vec![Candidate { state: State::Deleted, ..candidate(4, Relation::Cited(0)) }],
                Place::Follow(TicketNumber(4)),
            ),
        ] {
            assert_eq!(place(&candidates, 14, now), expected, "{case}");
        }
    }

    #[test]
    fn a_code_depends_on_key_and_ticket() {
        let key = TagKey::new(b"one key of an installation");
        let code = key.ticket_code(TicketNumber(1234));
        assert_eq!(code.len(), 4);
        assert_eq!(code, key.ticket_code(TicketNumber(1234)));
        assert_ne!(code, key.ticket_code(TicketNumber(1235)));
        assert_ne!(code, TagKey::new(b"another key").ticket_code(TicketNumber(1234)));
        assert_eq!(key.code("x", 51).len(), 51);
        assert!(key.is_ticket_code(TicketNumber(1234), &code));
        for wrong in ["", "x", &code[..3], &format!("{code}a"), &code.to_uppercase()] {
            assert!(!key.is_ticket_code(TicketNumber(1234), wrong), "{wrong}");
        }
    }
}
