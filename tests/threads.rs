//! Who may join which ticket: letters as bytes go through reading, deciding and the store. Nobody
//! gets into a ticket by its number alone, and nobody who was written to is kept out of it.

#![allow(clippy::unwrap_used)]

#[path = "support/house.rs"]
mod house;

use counterfoil::desk::change::Change;
use counterfoil::desk::ticket::{
    Delivery, Forwarded, Kind, LinkKind, Machine, State, Ticket, TicketNumber, Verdict,
};
use counterfoil::mail::Address;
use house::{DESK, House, NOW};

/// What the receiving service writes when it vouches for the sender.
const VOUCHED: &str = "Authentication-Results: spf=pass smtp.mailfrom=office.example; dkim=pass \
                       header.d=office.example; dmarc=pass header.from=office.example\r\n";

fn claims(ticket: &Ticket) -> Vec<i64> {
    let links = ticket.links.iter().filter(|link| link.kind == LinkKind::Claims && link.to_older);
    links.map(|link| link.other.0).collect()
}

#[test]
fn a_guessed_number_opens_a_new_ticket_that_only_claims_to_belong() {
    let mut house = House::new();
    house.letter("Ana <ana@shop.example>", "Lamp", "");
    let right = house.subject_with_tag(1);
    let code = right.rsplit('-').next().unwrap().trim_end_matches(']').to_owned();
    let wrong = if code == "aaaa" { "bbbb" } else { "aaaa" };
    for (case, from, subject) in [
        ("a number alone", "eve@evil.example", "Re: Lamp [CF#1]".to_owned()),
        ("a wrong code", "eve@evil.example", format!("Re: Lamp [CF#1-{wrong}]")),
        ("a wrong code under a forged sender", "ana@shop.example", format!("[CF#1-{wrong}]")),
        ("the code of another ticket", "ana@shop.example", right.replace("#1-", "#2-")),
        ("a right code of a stranger", "eve@evil.example", right.clone()),
        ("a right code under our own address", DESK, right.clone()),
        ("a ticket that does not exist", "ana@shop.example", format!("[CF#99-{code}]")),
        ("a number beyond all", "ana@shop.example", "[CF#99999999999999999999-aaaa]".to_owned()),
        ("the same subject", "ana@shop.example", "Lamp".to_owned()),
        ("the same subject as an answer", "ana@shop.example", "Re: Lamp".to_owned()),
    ] {
        let ticket = house.letter(from, &subject, "");
        assert!(ticket.number.0 > 1, "{case} joined");
        let names = |number: i64| {
            [format!("CF#{number}-"), format!("CF#{number}]")]
                .iter()
                .any(|tag| subject.contains(tag))
        };
        let expected: Vec<i64> = (1..ticket.number.0).filter(|number| names(*number)).collect();
        assert_eq!(claims(&ticket), expected, "{case}");
    }
    let first = house.store.ticket(TicketNumber(1)).unwrap();
    assert_eq!(first.articles.iter().filter(|article| article.kind == Kind::EmailIn).count(), 1);
    assert!(first.links.iter().all(|link| link.for_people() == "Claimed by"), "{:?}", first.links);
}

#[test]
fn a_right_code_lets_those_in_who_are_on_the_ticket() {
    let mut house = House::new();
    let headers = "Cc: Ben <Ben@shop.example>, cleo@shop.example\r\n";
    house.letter("Ana <ana@shop.example>", "Lamp", headers);
    for from in ["ANA@shop.example", "ben@Shop.example", "cleo@shop.example"] {
        let subject = house.subject_with_tag(1);
        assert_eq!(house.letter(from, &subject, "").number.0, 1, "{from}");
        let folded = subject.replace("[CF#1-", "[ cf # 1 -").to_uppercase();
        assert_eq!(house.letter(from, &folded, "").number.0, 1, "{from}: {folded}");
    }
}

#[test]
fn a_cited_letter_lets_a_stranger_in_visibly() {
    let mut house = House::new();
    let ticket = house.letter("Ana <ana@shop.example>", "Lamp", "");
    let ours = house.acknowledged(&ticket);
    let cites = format!("References: <{ours}>\r\n");
    let joined = house.letter("Dora <dora@other.example>", "Fwd: Lamp", &cites);
    assert_eq!(joined.number.0, 1);
    let newcomers = joined.newcomers();
    let dora = joined.articles.iter().find(|one| one.subject == "Fwd: Lamp").unwrap();
    assert_eq!(newcomers, [dora.id], "only what a stranger wrote is marked");
    let again = house.letter("dora@other.example", "Re: Lamp", &cites);
    assert_eq!(again.newcomers(), [dora.id], "and only the first time");
}

#[test]
fn whoever_wrote_may_be_answered_and_a_letter_passed_on_is_its_writers() {
    let mut house = House::new();
    let ticket = house.letter("Oli <oli@shop.example>", "Fwd: Lamp", "");
    let ours = house.acknowledged(&ticket);
    let cites = format!("References: <{ours}>\r\n");
    house.letter("Dora <dora@other.example>", "Re: Lamp", &cites);
    let mut ticket = house.letter("oli@shop.example", "Re: Lamp", &cites);
    let letters: Vec<_> = ticket.articles.iter().filter(|one| one.kind == Kind::EmailIn).collect();
    let [passed_on, dora, oli] = letters.iter().map(|one| one.id).collect::<Vec<_>>()[..] else {
        panic!("{letters:?}")
    };
    let ids = |ticket: &Ticket, chosen| {
        ticket.answerable(chosen).iter().map(|one| one.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&ticket, None), [oli, dora]);
    assert_eq!(ids(&ticket, Some(passed_on)), [passed_on, dora], "what was chosen stays");
    let carl = Address::bare("carl@home.example");
    let first = ticket.articles.iter_mut().find(|one| one.id == passed_on).unwrap();
    first.forwarded =
        Some(Forwarded { from: Some(carl.clone()), subject: String::new(), sent_at: None });
    ticket.requester = Some(carl);
    assert_eq!(ids(&ticket, None), [oli, dora, passed_on], "Carl asks now");

    // Whoever called asks without having written: a letter of ours to them is gone on from.
    let ours = ticket.articles.iter().find(|one| one.kind == Kind::EmailOut).unwrap().clone();
    ticket.requester = Some(ours.to[0].clone());
    ticket.articles.retain(|one| one.id != passed_on && one.id != oli);
    assert_eq!(ids(&ticket, None), [dora, ours.id]);
    let (thread, ..) = house.store.thread(ticket.number, Some(ours.id)).unwrap();
    let answered = thread.answered.unwrap();
    assert_eq!((answered.reply_to, answered.from, thread.wrote), (ours.to, None, false));
    assert_eq!(answered.message_id, ours.message_id);
}

#[test]
fn an_agent_is_believed_only_when_the_service_vouches() {
    let mut house = House::new();
    house.letter("Ana <ana@shop.example>", "Lamp", "");
    house
        .store
        .add_agent("ben", "ben@office.example", counterfoil::desk::ticket::Role::Agent, None, NOW)
        .unwrap();
    let subject = house.subject_with_tag(1);
    let forged = house.letter("Ben <ben@office.example>", &subject, "");
    assert_eq!((forged.number.0, claims(&forged)), (2, vec![1]));
    let below = format!("Received: from a by mx.evil.example; Mon\r\n{VOUCHED}");
    assert_eq!(house.letter("ben@office.example", &subject, &below).number.0, 3);
    let vouched = house.letter("ben@office.example", &subject, VOUCHED);
    assert_eq!(vouched.number.0, 1);
    let verdicts: Vec<_> = vouched.articles.iter().map(|one| one.sender_verified).collect();
    assert_eq!(verdicts.last(), Some(&Verdict::Pass), "{verdicts:?}");
}

#[test]
fn answers_to_closed_and_deleted_tickets_find_their_place_by_the_tag_too() {
    for (state, days, joins) in
        [(State::Closed, 0, true), (State::Closed, 20, false), (State::Deleted, 0, false)]
    {
        let mut house = House::new();
        house.letter("Ana <ana@shop.example>", "Lamp", "");
        let at = NOW.plus_days(-days);
        let change = if state == State::Deleted { Change::Delete } else { Change::State(state) };
        house.store.change_ticket(TicketNumber(1), &[change], "ben", at).unwrap();
        let subject = house.subject_with_tag(1);
        let ticket = house.letter("ana@shop.example", &subject, "");
        assert_eq!(ticket.number.0 == 1, joins, "{state}, {days} days");
        if !joins {
            let kinds: Vec<_> = ticket.links.iter().map(|link| link.kind).collect();
            assert_eq!(kinds, [LinkKind::Follows], "{state}, {days} days");
        }
    }
}

/// A delivery failure as a mail server sends it, about the letter of this id.
fn bounce(about: &str, action: &str) -> String {
    format!(
        "From: Mail Delivery Subsystem <MAILER-DAEMON@mx.shop.example>\r\nTo: {DESK}\r\n\
         Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <b1@mx.shop.example>\r\n\
         Date: Mon, 04 May 2026 10:00:00 +0000\r\nAuto-Submitted: auto-replied\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.shop.example\r\n\r\n\
         Final-Recipient: rfc822; ana@shop.example\r\nAction: {action}\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 User unknown\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\n\
         From: {DESK}\r\nTo: ana@shop.example\r\nSubject: Re: Lamp\r\nMessage-ID: <{about}>\r\n\
         --b--\r\n"
    )
}

#[test]
fn a_bounce_reaches_the_ticket_of_its_letter_and_marks_the_delivery() {
    for (action, delivery, machine) in [
        ("failed", Delivery::Refused, Machine::Bounce),
        ("delayed", Delivery::Sent, Machine::Report),
    ] {
        let mut house = House::new();
        let ticket = house.letter("Ana <ana@shop.example>", "Lamp", "");
        let ours = house.acknowledged(&ticket);
        let ticket = house.raw(bounce(&ours, action));
        assert_eq!(ticket.number.0, 1, "{action}");
        let mine = ticket.articles.iter().find(|one| one.kind == Kind::EmailOut).unwrap();
        assert_eq!(mine.delivery, Some(delivery), "{action}");
        let came = ticket.articles.last().unwrap();
        assert_eq!(came.machine, Some(machine), "{action}");
        assert_eq!(came.bounce.is_some(), machine == Machine::Bounce, "{action}");
        if let Some(bounce) = &came.bounce {
            assert_eq!(bounce.recipient, "ana@shop.example");
            assert_eq!(bounce.message_id.as_ref().unwrap().as_str(), ours);
            assert_eq!(bounce.status, "5.1.1");
            assert!(bounce.reason.contains("User unknown"), "{}", bounce.reason);
        }
        assert!(house.store.next_due(house.mailbox, NOW).unwrap().is_none(), "nothing is answered");
    }
}

#[test]
fn a_bounce_of_a_letter_that_is_not_ours_marks_nothing() {
    let mut house = House::new();
    let ticket = house.letter("Ana <ana@shop.example>", "Lamp", "");
    house.acknowledged(&ticket);
    let ticket = house.raw(bounce("guessed@office.example", "failed"));
    assert_eq!(ticket.number.0, 2);
    let first = house.store.ticket(TicketNumber(1)).unwrap();
    let mine = first.articles.iter().find(|one| one.kind == Kind::EmailOut).unwrap();
    assert_eq!(mine.delivery, Some(Delivery::Sent));
}

#[test]
fn the_writer_of_a_forwarded_letter_can_be_made_the_requester_and_is_answered() {
    let mut house = House::new();
    let raw = format!(
        "From: Ben <ben@office.example>\r\nTo: {DESK}\r\nSubject: Fwd: Lamp\r\n\
         Message-ID: <f1@office.example>\r\nDate: Mon, 04 May 2026 10:00:00 +0000\r\n\r\n\
         Please see to this.\r\n\r\n---------- Forwarded message ---------\r\n\
         From: Ana <ana@shop.example>\r\nDate: Mon, 4 May 2026 at 09:00\r\nSubject: Lamp\r\n\
         To: <ben@office.example>\r\n\r\nIt flickers.\r\n"
    );
    let ticket = house.raw(raw);
    let inside = ticket.articles[0].forwarded.clone().unwrap();
    assert_eq!((inside.subject.as_str(), inside.sent_at.is_some()), ("Lamp", true));
    let writer = inside.from.unwrap();
    assert_eq!(writer.address, "ana@shop.example");
    assert_eq!(ticket.requester.unwrap().address, "ben@office.example", "until a person says so");
    let answered = |house: &mut House| {
        let (thread, ..) = house.store.thread(TicketNumber(1), None).unwrap();
        thread.answered.unwrap().from.unwrap().address
    };
    assert_eq!(answered(&mut house), "ben@office.example");
    let change = Change::Requester(writer);
    house.store.change_ticket(TicketNumber(1), &[change], "ben", NOW).unwrap();
    assert_eq!(answered(&mut house), "ana@shop.example");
    let nobody = Change::Requester(Address::bare("Ana"));
    assert!(house.store.change_ticket(TicketNumber(1), &[nobody], "ben", NOW).is_err());
}
