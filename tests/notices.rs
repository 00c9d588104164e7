//! Agents are told by email of what concerns them, once each, and may answer such a notice: what they
//! say goes to the requester only when it is surely theirs. Nobody else gets through, and nothing is
//! lost.

#![allow(clippy::unwrap_used)]

#[path = "support/in_process.rs"]
mod in_process;

use counterfoil::desk::change::Change;
use counterfoil::desk::ledger::Outcome;
use counterfoil::desk::notice::Event;
use counterfoil::desk::ticket::{Delivery, Kind, Role, State, TicketNumber};
use counterfoil::mail::Message;
use counterfoil::mail::parse::parse;
use counterfoil::practice::{Fault, Kind as FaultKind};
use counterfoil::store::audit::Verdict;
use in_process::{Office, Watched};

const DESK: &str = "support@office.example";
const BEN: &str = "ben@crew.example";
const ONE: TicketNumber = TicketNumber(1);

/// What the receiving service writes when it vouches for Ben.
const VOUCHED: &str = "Authentication-Results: spf=pass smtp.mailfrom=crew.example; dkim=pass \
                       header.d=crew.example; dmarc=pass header.from=crew.example\r\n";

fn office() -> Office {
    let office = Office::new(Watched::new("support", DESK));
    let mut store = office.store();
    store.mailbox("support", DESK, Some(office.now.plus_days(-1)), office.now).unwrap();
    for (name, address) in [("ben", BEN), ("ana", "ana@crew.example")] {
        store.add_agent(name, address, Role::Agent, None, office.now).unwrap();
    }
    store.set_notices("ben", Event::ALL, &[], office.now).unwrap();
    office
}

/// What left for this address, read.
fn left(office: &Office, to: &str) -> Vec<Message> {
    let left = office.practice.left();
    let theirs = left.iter().filter(|letter| letter.to.iter().any(|other| other == to));
    theirs.map(|letter| parse(&letter.raw)).collect()
}

fn id(message: &Message) -> String {
    message.message_id.as_ref().unwrap().to_string()
}

fn trusted(from: &str, cites: &str, text: &str) -> String {
    letter(from, cites, VOUCHED, text)
}

fn letter(from: &str, cites: &str, headers: &str, text: &str) -> String {
    let id = text.len() + cites.len() + headers.len();
    format!(
        "{headers}From: <{from}>\r\nTo: <{DESK}>\r\nSubject: Re: Lamp\r\n\
         Message-ID: <answer{id}@elsewhere.example>\r\nIn-Reply-To: <{cites}>\r\n\
         Date: Mon, 04 May 2026 09:00:00 +0000\r\n\r\n{text}\r\n\r\n\
         On Monday, Office wrote:\r\n> Ticket 1 is new.\r\n"
    )
}

#[test]
fn agents_are_told_of_what_concerns_them_and_not_of_their_own_deeds() {
    let mut office = office();
    office.deliver(Some("lamp@shop.example"), "Lamp");
    office.play();
    let told = left(&office, BEN);
    assert_eq!(told.len(), 1, "of the new ticket");
    assert!(left(&office, "ana@crew.example").is_empty(), "she does not want new ones");
    let notice = &told[0];
    assert!(notice.subject.starts_with("Lamp [CF#1-"), "{}", notice.subject);
    assert!(notice.text.contains("Ticket 1 is new") && notice.text.contains("About Lamp."));
    assert_eq!(notice.to.len() + notice.cc.len(), 1);
    let mut store = office.store();
    let assign = |name: &str| [Change::Assign(Some(name.into()))];
    store.change_ticket(ONE, &assign("ana"), "agent:ben", office.now).unwrap();
    store.change_ticket(ONE, &assign("ana"), "agent:ben", office.now).unwrap();
    office.play();
    let hers = left(&office, "ana@crew.example");
    assert_eq!(hers.len(), 1, "she was given it once");
    assert!(hers[0].text.contains("was given to you"), "{}", hers[0].text);
    store.change_ticket(ONE, &assign("ben"), "agent:ben", office.now).unwrap();
    office.play();
    assert_eq!(left(&office, BEN).len(), 1, "he took it himself");

    // The requester writes again; the agent who has the ticket is told.
    let acknowledged = id(&left(&office, "ana1@shop.example")[0]);
    office.deliver_raw(
        DESK,
        format!(
            "From: ana1@shop.example\r\nSubject: Re: Lamp\r\nIn-Reply-To: <{acknowledged}>\r\n\r\n\
             Still broken.\r\n"
        ),
    );
    office.play();
    let told = left(&office, BEN);
    assert_eq!(told.len(), 2);
    assert!(told[1].text.contains("Still broken."), "{}", told[1].text);
    let ticket = store.ticket(ONE).unwrap();
    let letters = ticket.articles.iter().filter(|article| article.delivery.is_some());
    assert!(letters.clone().all(|article| article.delivery == Some(Delivery::Sent)));
    assert_eq!(letters.count(), 1, "a notice is no article");
    assert!(matches!(store.verify_audit().unwrap(), Verdict::Whole { .. }));
}

#[test]
fn a_notice_leaves_once_though_answers_are_lost() {
    for fault in ["/send", "/messages"] {
        let mut office = office();
        office.deliver(Some("lamp@shop.example"), "Lamp");
        let mut rounds = office.start();
        office.practice.fail(Fault::next(fault, FaultKind::AnswerLost));
        office.settle(&mut rounds);
        let mut rounds = office.start();
        office.run_for(&mut rounds, 900);
        assert_eq!(left(&office, BEN).len(), 1, "{fault}");
        assert_eq!(left(&office, "ana1@shop.example").len(), 1, "{fault}");
    }
}

#[test]
fn an_agent_answers_a_notice_and_only_what_is_new_goes_to_the_requester() {
    let mut office = office();
    office.deliver(Some("lamp@shop.example"), "Lamp");
    office.play();
    let notice = id(&left(&office, BEN)[0]);
    let answer = trusted(BEN, &notice, "Try the other switch.");
    office.deliver_raw(DESK, answer.clone());
    office.play();
    // Delivered a second time it is the same letter.
    office.deliver_raw(DESK, answer);
    office.play();
    let got = left(&office, "ana1@shop.example");
    assert_eq!(got.len(), 2, "the acknowledgement and one answer");
    assert!(got[1].text.starts_with("Try the other switch."), "{}", got[1].text);
    assert!(!got[1].text.contains("Ticket 1 is new"), "{}", got[1].text);
    assert_eq!(got[1].from.as_ref().unwrap().address, DESK);
    let mut store = office.store();
    let ticket = store.ticket(ONE).unwrap();
    let last = ticket.articles.last().unwrap();
    assert_eq!((last.kind, ticket.state), (Kind::EmailOut, State::Open));
    let rows = office.ledger();
    let joined = rows.iter().filter(|row| row.article == Some(last.id));
    let outcomes: Vec<Outcome> = joined.map(|row| row.outcome).collect();
    assert_eq!(outcomes.len(), 2);
    assert!(outcomes.contains(&Outcome::Joined) && outcomes.contains(&Outcome::Duplicate));
    assert_eq!(left(&office, BEN).len(), 1, "nobody is told of it");

    // A note stays among agents.
    office.deliver_raw(DESK, trusted(BEN, &notice, "#note\r\nShe is angry."));
    office.play();
    let note = store.ticket(ONE).unwrap().articles.pop().unwrap();
    assert_eq!((note.kind, note.text.as_str()), (Kind::Note, "She is angry."));
    assert_eq!(left(&office, "ana1@shop.example").len(), 2);
    assert!(matches!(store.verify_audit().unwrap(), Verdict::Whole { .. }));
}

#[test]
fn what_is_not_surely_the_agents_goes_to_nobody_and_is_seen() {
    for (case, from, headers, disabled, expected) in [
        ("a forged sender", BEN, "", false, "does not vouch for its sender"),
        (
            "one the service calls false",
            BEN,
            "Authentication-Results: dmarc=fail header.from=crew.example\r\n",
            false,
            "does not vouch for its sender",
        ),
        ("another agent", "ana@crew.example", VOUCHED, false, "somebody else wrote it"),
        ("a stranger with the id", "eve@evil.example", "", false, "somebody else wrote it"),
        ("the requester with the id", "ana1@shop.example", "", false, "somebody else wrote it"),
        ("one who left", BEN, VOUCHED, true, "may no longer sign in"),
    ] {
        let mut office = office();
        office.deliver(Some("lamp@shop.example"), "Lamp");
        office.play();
        let notice = id(&left(&office, BEN)[0]);
        if disabled {
            office.store().disable_agent("ben", office.now).unwrap();
        }
        office.deliver_raw(DESK, letter(from, &notice, headers, "Pay here."));
        office.play();
        let got = left(&office, "ana1@shop.example");
        assert_eq!(got.len(), 1, "{case}: only the acknowledgement");
        let tickets = office.tickets();
        assert_eq!(tickets.len(), 1, "{case}");
        let note = tickets[0].articles.last().unwrap();
        assert_eq!(note.kind, Kind::Note, "{case}");
        assert!(
            note.text.contains(expected) && note.text.contains("Pay here."),
            "{case}: {}",
            note.text
        );
        // An answer of the desk still goes to the requester.
        let thread = office.store().thread(ONE).unwrap().0;
        assert_eq!(thread.answered.unwrap().from.unwrap().address, "ana1@shop.example", "{case}");
    }
    // A made-up id of our shape leads nowhere.
    let mut office = office();
    office.deliver(Some("lamp@shop.example"), "Lamp");
    office.play();
    let made_up = "counterfoil.2.aaaabbbbccccdddd@office.example";
    office.deliver_raw(DESK, trusted(BEN, made_up, "Pay here."));
    office.play();
    assert_eq!(left(&office, "ana1@shop.example").len(), 1);
    assert_eq!(office.tickets().len(), 2, "it opened a ticket of its own");
}

#[test]
fn machines_that_answer_a_notice_start_nothing() {
    let mut office = office();
    office.deliver(Some("lamp@shop.example"), "Lamp");
    office.play();
    let notice = id(&left(&office, BEN)[0]);
    let headers = format!("{VOUCHED}Auto-Submitted: auto-replied\r\n");
    office.deliver_raw(DESK, letter(BEN, &notice, &headers, "I am on holiday."));
    office.play();
    assert_eq!((left(&office, BEN).len(), left(&office, "ana1@shop.example").len()), (1, 1));
    let tickets = office.tickets();
    let last = tickets[0].articles.last().unwrap();
    assert_eq!((tickets.len(), last.kind, last.machine.is_some()), (1, Kind::EmailIn, true));

    // A bounce of a notice is seen at the notice.
    let bounce = format!(
        "From: MAILER-DAEMON@office.example\r\nTo: {DESK}\r\nSubject: Undeliverable\r\n\
         Auto-Submitted: auto-replied\r\nContent-Type: multipart/report; report-type=delivery-status; \
         boundary=b\r\n\r\n--b\r\n\r\nIt failed.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.office.example\r\n\r\nFinal-Recipient: rfc822; {BEN}\r\n\
         Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n--b\r\n\
         Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{notice}>\r\n\r\n--b--\r\n"
    );
    office.deliver_raw(DESK, bounce);
    office.play();
    let mut store = office.store();
    let filter = counterfoil::store::undelivered::Filter::default();
    let rows = store.outbox(&filter, None, 10).unwrap().rows;
    assert_eq!((rows.len(), rows[0].state), (1, Delivery::Refused));
    assert_eq!((rows[0].to[0].address.as_str(), rows[0].subject.as_str()), (BEN, "notice: new"));
    assert!(rows[0].reason.contains("no such user"), "{}", rows[0].reason);
    let again = store.send_again(rows[0].id, "cli", office.now).unwrap_err();
    assert!(again.to_string().contains("is a notice"), "{again}");
    assert_eq!(office.tickets().len(), 1);
}

#[test]
fn no_agent_is_told_without_end() {
    let mut office = office();
    let mut store = office.store();
    for n in 0..70 {
        office.deliver_raw(
            DESK,
            format!("From: p{n}@d{n}.example\r\nSubject: x\r\n\r\n{}\r\n", "y".repeat(n + 1)),
        );
    }
    let mut rounds = office.start();
    office.run_for(&mut rounds, 900);
    assert_eq!(left(&office, BEN).len(), 60);
    let notes = office.tickets().into_iter().flat_map(|ticket| ticket.articles);
    let untold = notes.filter(|note| note.text.contains("ben was not told of this: 60 notices"));
    assert_eq!(untold.count(), 10);
    store.set_notices("ben", &[], &[], office.now).unwrap();
    assert!(store.set_notices("eve", &[], &[], office.now).is_err());
    assert!(store.subscribers().unwrap()[0].events.is_empty());
}

#[test]
fn a_ticket_that_is_erased_takes_its_notices_along() {
    let mut office = office();
    office.deliver(Some("lamp@shop.example"), "Lamp");
    office.play();
    let mut store = office.store();
    store.change_ticket(ONE, &[Change::Delete], "cli", office.now).unwrap();
    let days = counterfoil::desk::retention::Days { recovery: 30, closed: None };
    let late = office.now.plus_days(40);
    while !store.erase(days, late, 100).unwrap().is_empty() {}
    let notice = id(&left(&office, BEN)[0]);
    office.deliver_raw(DESK, trusted(BEN, &notice, "Too late."));
    office.play();
    assert_eq!(left(&office, "ana1@shop.example").len(), 1);
    assert_eq!(office.tickets().len(), 1, "it opened a ticket of its own");
}
