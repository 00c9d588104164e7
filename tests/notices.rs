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
use counterfoil::practice::{Fault, Kind as FaultKind, Settings};
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
    store.set_notices("ben", Event::ALL, &[], "cli", office.now).unwrap();
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
    for marked in
        ["#Note: she is angry.", "#note she is angry.", "Hello,\r\n#NOTE\r\nshe is angry."]
    {
        office.deliver_raw(DESK, trusted(BEN, &notice, marked));
        office.play();
        let note = store.ticket(ONE).unwrap().articles.pop().unwrap();
        assert_eq!(note.kind, Kind::Note, "{marked}");
        assert!(note.text.ends_with("she is angry.") && !note.text.contains('#'), "{}", note.text);
    }
    // Quotes between his lines stay here as well.
    let between = "Yes.\r\n\r\n> Ticket 1 is new, from Ana.\r\n\r\nAnd no.";
    office.deliver_raw(DESK, trusted(BEN, &notice, between));
    office.play();
    let sent = store.ticket(ONE).unwrap().articles.pop().unwrap();
    assert_eq!((sent.kind, sent.visible_text.contains("is new")), (Kind::EmailOut, false));
    assert!(sent.visible_text.contains("Yes.") && sent.visible_text.contains("And no."));
    assert_eq!(left(&office, "ana1@shop.example").len(), 3);
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
        let told = left(&office, BEN).len();
        let is_agent = from.ends_with("@crew.example");
        assert_eq!(told, if is_agent { 1 } else { 2 }, "{case}: somebody should look at it");
        // An answer of the desk still goes to the requester.
        let thread = office.store().thread(ONE, None).unwrap().0;
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
    store.set_notices("ben", &[], &[], "cli", office.now).unwrap();
    assert!(store.set_notices("eve", &[], &[], "cli", office.now).is_err());
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

/// An office with one ticket, and the notice of it that Ben got.
fn noticed() -> (Office, Message) {
    let mut office = office();
    office.deliver(Some("lamp@shop.example"), "Lamp");
    office.play();
    let notice = left(&office, BEN).remove(0);
    (office, notice)
}

/// A letter of Ben's that cites the notice.
fn from_ben(notice: &Message, headers: &str, text: &str) -> String {
    format!(
        "{VOUCHED}From: {BEN}\r\nTo: {DESK}\r\nMessage-ID: <ben@crew.example>\r\n\
         In-Reply-To: <{}>\r\n{headers}\r\n{text}\r\n",
        id(notice)
    )
}

#[test]
fn what_the_agent_did_not_write_to_the_requester_does_not_go_there() {
    const PGP: &str = "Subject: Re: Lamp\r\nMIME-Version: 1.0\r\nContent-Type: multipart/encrypted; \
                       protocol=\"application/pgp-encrypted\"; boundary=b\r\n";
    const PGP_BODY: &str = "--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\n\
                            Content-Type: application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\
                            \r\nhQ\r\n-----END PGP MESSAGE-----\r\n--b--";
    let (_, sample) = noticed();
    let quoted: String = sample.text.lines().map(|line| format!("> {line}\r\n")).collect();
    let nothing_new =
        format!("On Mon, 4 May 2026 at 09:00, Office <{DESK}> wrote:\r\n\r\n{quoted}");
    let passed_on = format!(
        "Not for her.\r\n\r\n---------- Forwarded message ---------\r\nFrom: Office <{DESK}>\r\n\
         Date: Mon, 4 May 2026 at 09:00\r\nSubject: Lamp\r\nTo: <{BEN}>\r\n\r\n{}",
        sample.text
    );
    let answer = "Subject: Re: Lamp\r\n";
    for (case, headers, text, expected) in [
        ("nothing but what he quotes", answer, nothing_new.as_str(), "could not be told"),
        ("a vacation reply without a mark", answer, "I am out of the office.", "who is away"),
        ("encrypted", PGP, PGP_BODY, "it is encrypted"),
        ("passed on", "Subject: Fwd: Lamp\r\n", passed_on.as_str(), "passes a letter on"),
    ] {
        let (mut office, notice) = noticed();
        office.deliver_raw(DESK, from_ben(&notice, headers, text));
        office.play();
        assert_eq!(left(&office, "ana1@shop.example").len(), 1, "{case}: the acknowledgement");
        let note = office.store().ticket(ONE).unwrap().articles.pop().unwrap();
        assert!(note.kind == Kind::Note && note.text.contains(expected), "{case}: {}", note.text);
    }
    // Who is away and says so above what he quotes has written it himself.
    let (mut office, notice) = noticed();
    let text = format!("We are on vacation until Monday.\r\n\r\n{nothing_new}");
    office.deliver_raw(DESK, from_ben(&notice, answer, &text));
    office.play();
    let got = left(&office, "ana1@shop.example").pop().unwrap();
    assert!(got.text.starts_with("We are on vacation"), "{}", got.text);
    assert!(!got.text.contains("stays among agents"), "{}", got.text);
}

#[test]
fn a_machine_that_answers_a_notice_lets_nobody_into_the_ticket() {
    let (mut office, notice) = noticed();
    let away = format!(
        "From: eve@evil.example\r\nAuto-Submitted: auto-replied\r\nSubject: Re: Lamp\r\n\
         Message-ID: <e1@evil.example>\r\nIn-Reply-To: <{}>\r\n\r\nAway.\r\n",
        id(&notice)
    );
    let follows = "From: eve@evil.example\r\nSubject: Re: Lamp\r\nMessage-ID: <e2@evil.example>\r\n\
                   In-Reply-To: <e1@evil.example>\r\n\r\nSend it to me.\r\n";
    // Delivered a second time it is the same letter still.
    for raw in [away.as_str(), away.as_str(), follows] {
        office.deliver_raw(DESK, raw);
        office.play();
    }
    let mut store = office.store();
    let ticket = store.ticket(ONE).unwrap();
    let machines = ticket.articles.iter().filter(|article| article.text.contains("Away."));
    assert_eq!(machines.count(), 1);
    assert!(!ticket.articles.iter().any(|article| article.text.contains("Send it to me.")));
    let answered = store.thread(ONE, None).unwrap().0.answered.unwrap();
    assert_eq!(answered.from.unwrap().address, "ana1@shop.example");
}

#[test]
fn agents_who_pass_their_notices_on_to_the_desk_are_told_no_more() {
    let mut office = office();
    office.store().set_notices("ana", Event::ALL, &[], "cli", office.now).unwrap();
    office.deliver(Some("lamp@shop.example"), "Lamp");
    office.play();
    let mut passed = 0;
    for _ in 0..3 {
        let sent = office.practice.left();
        let theirs: Vec<_> =
            sent.iter().filter(|one| one.to[0].ends_with("@crew.example")).collect();
        for one in &theirs[passed..] {
            let read = parse(&one.raw);
            let raw = format!(
                "From: {}\r\nSubject: Fwd: {}\r\n\r\n{}\r\n",
                one.to[0], read.subject, read.text
            );
            office.deliver_raw(DESK, raw);
            // As it is, where its marks and its id are lost on the way.
            let raw = format!("From: {DESK}\r\nSubject: {}\r\n\r\n{}\r\n", read.subject, read.text);
            office.deliver_raw(DESK, raw);
        }
        passed = theirs.len();
        office.play();
    }
    let notices = |to: &str| {
        let all = left(&office, to).into_iter();
        all.filter(|letter| letter.text.contains("stays among agents")).count()
    };
    assert_eq!((notices(BEN), notices("ana@crew.example")), (1, 1));
}

#[test]
fn an_answer_in_a_deleted_ticket_is_seen_and_goes_to_nobody() {
    let (mut office, notice) = noticed();
    office.store().change_ticket(ONE, &[Change::Delete], "cli", office.now).unwrap();
    office.deliver_raw(DESK, from_ben(&notice, "Subject: Re: Lamp\r\n", "On Monday."));
    office.play();
    assert_eq!(left(&office, "ana1@shop.example").len(), 1);
    let tickets = office.tickets();
    assert_eq!((tickets.len(), tickets[0].number), (1, TicketNumber(2)), "all but the deleted");
    assert!(tickets[0].articles[0].text.contains("On Monday."));
    assert_eq!(left(&office, BEN).len(), 2, "the notice, and that ticket 2 was opened");
}

#[test]
fn what_the_requester_got_directly_is_answered_into_the_ticket() {
    let (mut office, notice) = noticed();
    let headers = "Cc: Ana1@shop.example\r\nSubject: Re: Lamp\r\n";
    office.deliver_raw(DESK, from_ben(&notice, headers, "On Monday."));
    office.play();
    assert_eq!(left(&office, "ana1@shop.example").len(), 1, "not a second time");
    let raw = "From: ana1@shop.example\r\nSubject: Re: Lamp\r\nIn-Reply-To: <ben@crew.example>\r\n\
               \r\nThank you.\r\n";
    office.deliver_raw(DESK, raw);
    office.play();
    let last = office.store().ticket(ONE).unwrap().articles.pop().unwrap();
    assert_eq!((last.kind, last.text.trim()), (Kind::EmailIn, "Thank you."));
}

#[test]
fn an_answer_that_comes_to_another_mailbox_is_not_sent_from_there() {
    const SALES: &str = "sales@office.example";
    let mut settings = Settings::simple(DESK);
    settings.mailboxes.push(Settings::simple(SALES).mailboxes.remove(0));
    let watched = vec![Watched::new("support", DESK), Watched::new("sales", SALES)];
    let mut office = Office::of(settings, watched);
    let mut store = office.store();
    store.add_agent("ben", BEN, Role::Agent, None, office.now).unwrap();
    store.set_notices("ben", Event::ALL, &[], "cli", office.now).unwrap();
    office.deliver(Some("lamp@shop.example"), "Lamp");
    office.play();
    let notice = left(&office, BEN).remove(0);
    office.deliver_raw(SALES, from_ben(&notice, "Subject: Re: Lamp\r\n", "On Monday."));
    office.play();
    assert_eq!(left(&office, "ana1@shop.example").len(), 1);
    let note = store.ticket(ONE).unwrap().articles.pop().unwrap();
    assert!(note.text.contains("another mailbox"), "{}", note.text);
}
