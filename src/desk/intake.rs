//! The whole decision for one incoming message, returned as one value: which ticket it opens or
//! joins, the article it becomes, whether it is acknowledged, and what the audit trail says.

use crate::desk::acknowledgement::{self, Answer};
use crate::desk::audit::{Action, NewEntry};
use crate::desk::caps;
use crate::desk::decision::{ACTOR, Arrival, Decision, Known, TicketChange};
use crate::desk::ledger::Outcome;
use crate::desk::new::{MAX_CITED, NewArticle, NewTicket};
use crate::desk::notice::Event;
use crate::desk::noticed;
use crate::desk::policy::Policy;
use crate::desk::rules;
use crate::desk::thread::{self, Candidate, Place};
use crate::desk::ticket::{
    BounceReport, Forwarded, Kind, LinkKind, Machine, Priority, State, TicketNumber, Verdict,
};
use crate::desk::{bounced, machine, outgoing, sender};
use crate::mail::report;
use crate::mail::{Message, subject};
use crate::time::Timestamp;

/// The tickets that the tags in a subject name, each with whether its code is right.
pub fn named(message: &Message, policy: &Policy) -> Vec<(TicketNumber, bool)> {
    let read = |(number, code): (u64, String)| {
        let number = TicketNumber(i64::try_from(number).ok()?);
        Some((number, policy.tag_key.is_ticket_code(number, &code)))
    };
    let prefix = &policy.ticket_tag;
    let tags = subject::find_tags(&message.subject, prefix);
    let bare = subject::bare_numbers(&message.subject, prefix);
    tags.into_iter().chain(bare.map(|number| (number, String::new()))).filter_map(read).collect()
}

/// Recipients named in the reason why a letter came back.
const MAX_FAILED: usize = 5;

/// Decides what becomes of a message.
pub fn decide(arrival: Arrival, known: &Known, policy: &Policy, now: Timestamp) -> Decision {
    let Arrival { ledger, received_at, sha256, fingerprint, message } = arrival;
    let entry = |action, ticket, detail: String| NewEntry {
        actor: ACTOR.to_owned(),
        action,
        ticket,
        ledger: Some(ledger),
        detail,
    };
    let duplicate = |article, ticket| Decision {
        outcome: Outcome::Duplicate,
        reason: format!("the same letter is article {article} of ticket {ticket}"),
        ticket: TicketChange::Nothing(article),
        article: None,
        acknowledgement: None,
        note: None,
        refused: None,
        refused_notice: None,
        failed: Vec::new(),
        unreachable: Vec::new(),
        tell: None,
        audit: vec![entry(
            Action::Duplicate,
            Some(ticket),
            format!("of article {article}; sha256 {sha256}"),
        )],
    };
    if let Some((article, ticket)) = known.twin {
        return duplicate(article, ticket);
    }

    let machine = machine::kind(&message);
    let archived = received_at < policy.activated_at;
    if let Some(noticed) = &known.noticed {
        if let Some((article, ticket)) = noticed.twin {
            return duplicate(article, ticket);
        }
        // In a deleted ticket nobody would see it.
        let is_seen = noticed.thread.state != State::Deleted;
        if machine.is_none() && !message.sealed && is_seen && !archived {
            let (ledger, received) = (ledger, (sha256, fingerprint));
            let mut decision = noticed::decide(ledger, &message, received, noticed, policy);
            // What somebody else wrote is kept as a note, which agents should hear of.
            decision.tell = (!known.is_agent).then_some(Event::Answered);
            return decision;
        }
    }
    let verified = sender::verdict(&message, &policy.address.address);
    let believed = |named| sender::is_believed(&message, named, known.is_agent, verified, policy);
    let candidates = known.candidates.iter().map(|candidate| Candidate {
        knows_sender: believed(candidate.knows_sender),
        ..candidate.clone()
    });
    let candidates: Vec<Candidate> = candidates.collect();
    let place = thread::place(&candidates, policy.reopen_days, now);
    // A letter to two mailboxes opens two tickets; an answer to two is in its ticket only once.
    if let Place::Join(ticket, _) = place
        && let Some((article, _)) = known.elsewhere.iter().find(|(_, other)| *other == ticket)
    {
        return duplicate(*article, ticket);
    }
    let (number, change) = match place {
        Place::Join(number, state) => {
            let wakes = machine.is_none() && !archived;
            let next = match state {
                State::Closed | State::Pending if wakes => State::Open,
                _ => state,
            };
            (number, TicketChange::Join(number, next))
        }
        Place::New | Place::Follow(_) => {
            let mut links: Vec<_> =
                known.elsewhere.iter().map(|(_, other)| (LinkKind::SameLetter, *other)).collect();
            if let Place::Follow(older) = place {
                links.push((LinkKind::Follows, older));
            }
            let claims = known.named.iter().filter(|named| place != Place::Follow(**named));
            links.extend(claims.map(|named| (LinkKind::Claims, *named)));
            let ticket = new_ticket(&message, known.next_ticket, archived, links, policy);
            (known.next_ticket, TicketChange::Open(ticket))
        }
    };
    let opens = matches!(change, TicketChange::Open(_));
    let (outcome, action) =
        if opens { (Outcome::Opened, Action::Opened) } else { (Outcome::Joined, Action::Joined) };
    let mut audit = vec![entry(action, Some(number), format!("sha256 {sha256}"))];

    let is_forged = verified == Verdict::Fail;
    // The answer to a forged letter would go to somebody who did not write.
    let may_be_answered = opens
        && !is_forged
        && policy.acknowledge
        && !archived
        && machine.is_none()
        && !message.sealed
        && !machine::is_unanswerable(&message, &policy.own_addresses);
    let answer = if may_be_answered {
        acknowledgement::answer(&message, number, &known.lately, policy)
    } else {
        Answer::Nothing(String::new())
    };
    let (mut acknowledgement, mut note, mut unanswered) = (None, None, String::new());
    match answer {
        Answer::Letter(letter) => {
            acknowledgement = Some(*letter);
            audit.push(entry(Action::Acknowledged, Some(number), String::new()));
        }
        Answer::Withheld(struck) => {
            let written = caps::note(struck, &known.lately.address);
            unanswered.clone_from(&written.text);
            note = Some(written);
            audit.push(entry(Action::NotAcknowledged, Some(number), struck.in_words(None)));
        }
        Answer::Nothing(why) => unanswered = why,
    }
    let reason = match (archived, machine) {
        _ if message.sealed => "too large or damaged; the original is attached unread".to_owned(),
        (true, _) => "received before this mailbox was activated; archived".to_owned(),
        (false, Some(machine)) => format!("machine mail ({machine}); not answered"),
        (false, None) if opens && is_forged => {
            "the receiving service calls its sender false; not answered".to_owned()
        }
        (false, None) => unanswered,
    };
    let (failed, unreachable) = (caps::failed(&message), caps::unreachable(&message));
    let refused = known.reported.and_then(|article| Some((article, failure(&message)?)));
    let refused_notice = known.reported_notice.and_then(|id| Some((id, failure(&message)?)));
    // What a machine says may answer a notice, and is the beginning of no other one.
    let tells =
        !archived && matches!(machine, None | Some(Machine::Report)) && !is_ours(&message, policy);
    // A notice that an agent passes on must not bring about another.
    let passed_on = known.is_agent && !known.named.is_empty();
    let about_notice = known.noticed.is_some() || known.reported_notice.is_some();
    let tell = (tells && !about_notice && !passed_on)
        .then_some(if opens { Event::New } else { Event::Answered })
        .filter(|event| *event == Event::New || machine.is_none());
    let mut article =
        NewArticle { sender_verified: verified, ..incoming(message, machine, fingerprint) };
    if about_notice && !opens {
        // It is in the ticket for the notice it names; whoever cites it in turn is not.
        (article.message_id, article.cited) = (None, Vec::new());
    }
    Decision {
        outcome,
        reason,
        ticket: change,
        article: Some(article),
        acknowledgement,
        note,
        refused,
        refused_notice,
        failed,
        unreachable,
        tell,
        audit,
    }
}

/// Whether a program like this one wrote a message.
fn is_ours(message: &Message, policy: &Policy) -> bool {
    // A provider may give it another id.
    message.signs.own_mark.is_some()
        || message.message_id.as_ref().is_some_and(outgoing::is_of_our_kind)
        || message.from.as_ref().is_some_and(|from| policy.own_addresses.contains(&from.key()))
}

/// Why a letter of ours did not arrive, in the words of the server that says so; `None` when nobody
/// says that it failed for good.
fn failure(message: &Message) -> Option<String> {
    let report =
        message.report.as_ref().filter(|report| report.action == report::Action::Failed)?;
    let failed: Vec<String> = report
        .bounces
        .iter()
        .filter(|bounce| bounce.action == report::Action::Failed)
        .take(MAX_FAILED)
        .map(|bounce| {
            let parts = [&bounce.recipient, &bounce.status, &bounce.reason];
            let parts: Vec<&str> =
                parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
            parts.join(" ")
        })
        .collect();
    let advice = report.bounces.iter().find_map(|bounce| bounced::about_us(&bounce.status));
    let advice = advice.map_or_else(String::new, |advice| format!("; {advice}"));
    Some(format!("came back: {}{advice}", failed.join("; ")))
}

fn new_ticket(
    message: &Message,
    number: TicketNumber,
    archived: bool,
    links: Vec<(LinkKind, TicketNumber)>,
    policy: &Policy,
) -> NewTicket {
    let then = rules::apply(&policy.rules, message);
    NewTicket {
        number,
        subject: message.subject.clone(),
        state: if archived { State::Closed } else { State::New },
        priority: then.priority.unwrap_or(Priority::Normal),
        queue: then.queue,
        assignee: then.assign,
        requester: message.from.clone(),
        tags: then.tags,
        links,
    }
}

fn incoming(message: Message, machine: Option<Machine>, fingerprint: String) -> NewArticle {
    let mut cited = message.cited();
    cited.truncate(MAX_CITED);
    let forwarded = message.forwarded.map(|inside| Forwarded {
        from: inside.from,
        subject: inside.subject,
        sent_at: inside.sent_at,
    });
    let failed = message.report.filter(|report| report.action == report::Action::Failed);
    let bounce = failed.and_then(|report| {
        let main = report.main()?;
        Some(BounceReport {
            recipient: main.recipient.clone(),
            message_id: report.letter.message_id.clone(),
            status: main.status.clone(),
            reason: main.reason.clone(),
        })
    });
    NewArticle {
        forwarded,
        bounce,
        protection: message.protection,
        from: message.from,
        reply_to: message.reply_to,
        to: message.to,
        cc: message.cc,
        subject: message.subject,
        message_id: message.message_id,
        in_reply_to: message.in_reply_to.into_iter().next(),
        cited,
        sent_at: message.sent_at,
        text: message.text,
        visible_text: message.visible_text,
        html: message.html,
        machine,
        attachments: message.attachments,
        fingerprint: Some(fingerprint),
        ..NewArticle::empty(Kind::EmailIn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::caps::Lately;
    use crate::desk::thread::Relation;

    use crate::desk::ticket::{ArticleId, LedgerId};

    use crate::mail::Address;
    use crate::mail::authentication::Authentication;
    use crate::mail::{MachineSigns, MessageId};

    const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

    fn policy() -> Policy {
        Policy { activated_at: NOW.plus_days(-1), ..Policy::of_tests() }
    }

    fn letter() -> Message {
        Message {
            message_id: MessageId::new("a1@shop.example"),
            from: Some(Address { address: "ana@shop.example".into(), name: "Ana".into() }),
            to: vec![Address::bare("desk@office.example")],
            cc: vec![Address::bare("boss@shop.example")],
            subject: "Printer jams".into(),
            text: "It jams.".into(),
            visible_text: "It jams.".into(),
            ..Message::default()
        }
    }

    fn arrival(message: Message) -> Arrival {
        Arrival {
            ledger: LedgerId(1),
            received_at: NOW,
            sha256: "00".into(),
            fingerprint: "f".into(),
            message,
        }
    }

    fn known(candidates: Vec<Candidate>) -> Known {
        Known {
            twin: None,
            elsewhere: Vec::new(),
            candidates,
            reported: None,
            noticed: None,
            reported_notice: None,
            named: Vec::new(),
            is_agent: false,
            next_ticket: TicketNumber(8),
            lately: Lately::default(),
        }
    }

    fn open(state: State) -> Vec<Candidate> {
        vec![Candidate {
            ticket: TicketNumber(3),
            relation: Relation::Cited(0),
            same_mailbox: true,
            state,
            closed_at: (state == State::Closed).then_some(NOW),
            knows_sender: false,
        }]
    }

    #[test]
    fn a_person_who_opens_a_ticket_and_nobody_else_is_acknowledged() {
        let machine = |mut message: Message| {
            message.signs = MachineSigns { list: true, ..MachineSigns::default() };
            message
        };
        let nobody = |mut message: Message| {
            message.from = None;
            message
        };
        let forged = |mut message: Message| {
            let field = "dmarc=fail header.from=shop.example";
            message.authentication = Some(Authentication::read(field, &[]));
            message
        };
        let on = policy();
        let off = Policy { acknowledge: false, ..policy() };
        let late = Policy { activated_at: NOW.plus_seconds(1), ..policy() };
        for (case, message, known, policy, expected) in [
            ("a person", letter(), known(vec![]), &on, true),
            ("a person who joins", letter(), known(open(State::Open)), &on, false),
            ("a list", machine(letter()), known(vec![]), &on, false),
            ("no sender", nobody(letter()), known(vec![]), &on, false),
            ("a forged sender", forged(letter()), known(vec![]), &on, false),
            ("switched off", letter(), known(vec![]), &off, false),
            ("before activation", letter(), known(vec![]), &late, false),
        ] {
            let decision = decide(arrival(message), &known, policy, NOW);
            assert_eq!(decision.acknowledgement.is_some(), expected, "{case}");
            let said = decision.audit.iter().any(|entry| entry.action == Action::Acknowledged);
            assert_eq!(said, expected, "{case}: audit");
        }
    }

    #[test]
    fn an_answer_wakes_its_ticket_and_a_machine_does_not() {
        let person = letter();
        let mut machine = letter();
        machine.signs.auto_submitted = "auto-replied".into();
        for (case, message, state, expected) in [
            ("closed, person", &person, State::Closed, State::Open),
            ("pending, person", &person, State::Pending, State::Open),
            ("new, person", &person, State::New, State::New),
            ("closed, machine", &machine, State::Closed, State::Closed),
            ("pending, machine", &machine, State::Pending, State::Pending),
        ] {
            let decision = decide(arrival(message.clone()), &known(open(state)), &policy(), NOW);
            assert_eq!(decision.outcome, Outcome::Joined, "{case}");
            assert_eq!(decision.ticket, TicketChange::Join(TicketNumber(3), expected), "{case}");
        }
    }

    #[test]
    fn mail_from_before_activation_is_archived() {
        let policy = Policy { activated_at: NOW.plus_seconds(1), ..policy() };
        let decision = decide(arrival(letter()), &known(vec![]), &policy, NOW);
        let TicketChange::Open(ticket) = decision.ticket else { panic!("no ticket") };
        assert_eq!((decision.outcome, ticket.state), (Outcome::Opened, State::Closed));
    }

    #[test]
    fn a_follow_up_of_a_deleted_ticket_opens_a_linked_one() {
        let decision = decide(arrival(letter()), &known(open(State::Deleted)), &policy(), NOW);
        let TicketChange::Open(ticket) = decision.ticket else { panic!("no ticket") };
        assert_eq!(ticket.links, [(LinkKind::Follows, TicketNumber(3))]);
    }

    #[test]
    fn a_ticket_that_is_only_named_is_linked_and_not_joined() {
        let named = |named, candidates| Known { named, ..known(candidates) };
        let coded = |knows_sender| {
            let mut candidates = open(State::Open);
            candidates[0].relation = Relation::Coded;
            candidates[0].knows_sender = knows_sender;
            candidates
        };
        let (third, claims) = (TicketNumber(3), [(LinkKind::Claims, TicketNumber(3))]);
        for (case, known, joins) in [
            ("a guessed number", named(vec![third], vec![]), false),
            ("a right code of a stranger", named(vec![third], coded(false)), false),
            ("a right code of somebody on the ticket", named(vec![third], coded(true)), true),
            ("a cited id and a wrong code", named(vec![third], open(State::Open)), true),
        ] {
            let decision = decide(arrival(letter()), &known, &policy(), NOW);
            match decision.ticket {
                TicketChange::Join(number, _) => assert!(joins && number == third, "{case}"),
                TicketChange::Open(ticket) => {
                    assert!(!joins, "{case}");
                    assert_eq!(ticket.links, claims, "{case}");
                }
                TicketChange::Nothing(_) => panic!("{case}"),
            }
        }
    }

    #[test]
    fn the_same_letter_is_a_duplicate_whatever_it_cites() {
        let known =
            Known { twin: Some((ArticleId(5), TicketNumber(2))), ..known(open(State::Open)) };
        let decision = decide(arrival(letter()), &known, &policy(), NOW);
        assert_eq!(decision.outcome, Outcome::Duplicate);
        assert_eq!(decision.ticket, TicketChange::Nothing(ArticleId(5)));
        assert!(decision.article.is_none() && decision.acknowledgement.is_none());
    }
}
