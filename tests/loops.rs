//! Nothing goes round in circles and nothing is mailed without end: desks that acknowledge each
//! other, programs that answer for somebody and hide it, addresses that are gone, and the limits of
//! the service. Each cap leaves an entry that people see.

#![allow(clippy::unwrap_used)]

#[path = "support/in_process.rs"]
mod in_process;

use std::collections::HashMap;

use counterfoil::desk::ledger::Original;
use counterfoil::desk::outgoing;
use counterfoil::desk::policy::Policy;
use counterfoil::desk::ticket::{Kind, LedgerId, Ticket, TicketNumber};
use counterfoil::desk::writing::Writing;
use counterfoil::mail::parse::parse;
use counterfoil::mail::{Address, MessageId};
use counterfoil::store::audit::Verdict;
use counterfoil::store::intake::{Filing, Prepared};
use counterfoil::store::listing::Seen;
use counterfoil::store::{MailboxId, Store};
use counterfoil::time::Timestamp;
use in_process::{Office, Watched, policy};

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);
const DESK: &str = "desk@office.example";

/// A desk without a mailbox behind it: letters are handed in, and what it writes is taken out.
struct Desk {
    _folder: tempfile::TempDir,
    store: Store,
    mailbox: MailboxId,
    policy: Policy,
    letters: i64,
    now: Timestamp,
}

/// A letter of ours as it left.
struct Left {
    to: String,
    subject: String,
    message_id: String,
    automatic: bool,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(&folder.path().join("counterfoil.db"), NOW).unwrap();
        let (mailbox, activated_at) =
            store.mailbox("support", DESK, Some(NOW.plus_days(-1)), NOW).unwrap();
        let policy = policy::usual(DESK, activated_at, store.tag_key().unwrap());
        Self { _folder: folder, store, mailbox, policy, letters: 0, now: NOW }
    }

    /// Takes in letters, each a head without Message-ID and a text, in one batch.
    fn take_in(&mut self, letters: &[(String, String)]) {
        let mut batch = Vec::new();
        let mut seen = Vec::new();
        let first = self.letters + 1;
        for (head, text) in letters {
            self.letters += 1;
            let number = self.letters;
            let raw = format!(
                "Message-ID: <in.{number}@out.example>\r\nTo: {DESK}\r\n{head}\r\n\r\n{text}\r\n"
            );
            seen.push(Seen {
                item_id: format!("item-{number}"),
                message_id: None,
                received_at: self.now,
                size: None,
            });
            batch.push((number, raw));
        }
        self.store.note_listed(self.mailbox, &seen, self.now).unwrap();
        let prepared = batch.into_iter().map(|(number, raw)| {
            assert!(number >= first);
            let message = parse(raw.as_bytes());
            Prepared::new(LedgerId(number), self.now, raw.into_bytes(), message)
        });
        let prepared: Vec<Prepared> = prepared.collect();
        let filing = Filing { due: true, original: Original::InMailbox };
        self.store.take_in(self.mailbox, prepared, filing, &self.policy, self.now).unwrap();
    }

    fn letter(&mut self, from: &str, text: &str) {
        let head = format!("From: <{from}>\r\nSubject: About {text}");
        self.take_in(&[(head, text.to_owned())]);
    }

    /// Lets everything leave that is due.
    fn leave(&mut self) -> Vec<Left> {
        let mut left = Vec::new();
        while let Some(due) = self.store.next_due(self.mailbox, self.now).unwrap() {
            let (row, letter) = (due.id, due.letter);
            let id = format!("out.{row}@office.example");
            let message_id = MessageId::new(&id).unwrap();
            self.store.note_draft(row, "draft", &message_id, self.now).unwrap();
            self.store.mark_sent(row, self.now).unwrap();
            left.push(Left {
                to: letter.to[0].address.clone(),
                subject: letter.subject,
                message_id: id,
                automatic: letter.automatic,
            });
        }
        left
    }

    /// The ticket opened last.
    fn newest(&mut self) -> Ticket {
        let all = self.store.tickets(&Default::default(), None, 1).unwrap().rows;
        self.store.ticket(all[0].number).unwrap()
    }

    fn reply(&mut self, number: TicketNumber) -> Result<(), String> {
        let (thread, mailbox, _) = self.store.thread(number, None).unwrap();
        let writing = Writing { text: "Done.".into(), ..Writing::default() };
        let (article, state) = outgoing::reply(&thread, writing, &self.policy).unwrap();
        let done = self.store.write_article(number, mailbox, &article, state, "cli", self.now);
        done.map(|_| ()).map_err(|error| error.to_string())
    }

    fn assert_whole(&mut self) {
        assert!(self.store.balance().unwrap().iter().all(|balance| balance.closes));
        assert!(matches!(self.store.verify_audit().unwrap(), Verdict::Whole { .. }));
    }
}

#[test]
fn a_cap_that_strikes_is_seen_in_the_ticket_the_ledger_and_the_trail() {
    let mut desk = Desk::new();
    for n in 1..=10 {
        desk.letter("Ana@shop.example", &"one ".repeat(n));
    }
    assert_eq!(desk.leave().len(), 10);
    desk.letter("ana+again@shop.example", "four");
    assert_eq!(desk.leave().len(), 0);
    let words = "not acknowledged: 10 acknowledgements to ana+again@shop.example within the hour";
    let ticket = desk.newest();
    let note = ticket.articles.last().unwrap();
    assert_eq!((note.kind, note.text.as_str()), (Kind::Note, words));
    let rows = desk.store.ledger(&Default::default(), None, 1).unwrap().rows;
    assert_eq!(rows[0].reason, words);
    let entries = desk.store.audit(None, 100).unwrap().rows;
    let entry = entries.iter().find(|entry| entry.action == "ticket.not_acknowledged").unwrap();
    assert_eq!(entry.ticket, Some(ticket.number));
    assert_eq!(entry.detail, "10 acknowledgements to its sender within the hour");

    // Somebody else is acknowledged, and so is she an hour later.
    desk.letter("ben@shop.example", "five");
    assert_eq!(desk.leave().len(), 1);
    desk.now = desk.now.plus_seconds(3_601);
    desk.letter("ana@shop.example", "six");
    assert_eq!(desk.leave().len(), 1);
    // The same words again are not.
    desk.letter("ana@shop.example", " six");
    assert_eq!(desk.leave().len(), 0);
    assert!(desk.newest().articles[1].text.contains("of the same words"));
    desk.assert_whole();
}

#[test]
fn a_domain_and_a_chain_of_tickets_have_caps_of_their_own() {
    let mut desk = Desk::new();
    let word = |n: u32| "x".repeat(n as usize + 1);
    let from = |domain: &str| {
        let letter = |n: u32| (format!("From: person{n}@{domain}\r\nSubject: Hello"), word(n));
        (0..1_010).map(letter).collect::<Vec<_>>()
    };
    desk.take_in(&from("shop.example"));
    desk.take_in(&from("gmail.com"));
    let left = desk.leave();
    let to = |domain: &str| left.iter().filter(|left| left.to.ends_with(domain)).count();
    assert_eq!((to("@shop.example"), to("@gmail.com")), (1_000, 1_010));
    // A program that answers under a new name each time would otherwise go on all day.
    desk.now = desk.now.plus_seconds(7_200);
    desk.letter("person2000@shop.example", "later");
    assert_eq!(desk.leave().len(), 0);
    desk.now = desk.now.plus_days(1);
    desk.letter("person2000@shop.example", "tomorrow");
    assert_eq!(desk.leave().len(), 1);

    // Each letter cites one of a deleted ticket and opens another that goes on from it.
    let mut desk = Desk::new();
    desk.letter("first@a.example", "first");
    desk.store
        .change_ticket(TicketNumber(1), &[counterfoil::desk::change::Change::Delete], "cli", NOW)
        .unwrap();
    for n in 0..8 {
        let head = format!(
            "From: <p@d{n}.example>\r\nIn-Reply-To: <in.1@out.example>\r\nSubject: {}",
            word(n)
        );
        desk.take_in(&[(head, word(n))]);
    }
    assert_eq!(desk.leave().len(), 5);
    let ticket = desk.newest();
    assert_eq!(ticket.number, TicketNumber(9));
    assert!(ticket.articles[1].text.contains("the ticket it goes on from"));
}

#[test]
fn a_thousand_programs_that_answer_get_one_acknowledgement_each() {
    let mut desk = Desk::new();
    let address = |n: usize| format!("robot{n}@d{}.example", n / 10);
    // No mark of a machine anywhere. They answer with what they always say.
    let text = |n: usize, round: usize| {
        format!(
            "Dear customer, we received your request 4711{round} on day {round}, and robot {} of our \
             office will look into it soon.",
            "z".repeat(n % 97)
        )
    };
    let first: Vec<_> = (0..1_000)
        .map(|n| (format!("From: {}\r\nSubject: Welcome", address(n)), text(n, 0)))
        .collect();
    for batch in first.chunks(100) {
        desk.take_in(batch);
    }
    let mut got: HashMap<String, usize> = HashMap::new();
    for round in 1..=4 {
        let left = desk.leave();
        assert_eq!(left.len(), if round == 1 { 1_000 } else { 0 }, "round {round}");
        let mut answers = Vec::new();
        for (n, letter) in left.iter().enumerate() {
            assert!(letter.automatic);
            *got.entry(letter.to.clone()).or_default() += 1;
            // One cites what it answers, one only keeps the subject, one begins anew each time.
            let head = match n % 3 {
                0 => format!("In-Reply-To: <{}>\r\nSubject: Re: Welcome", letter.message_id),
                1 => format!("Subject: Re: {}", letter.subject),
                _ => "Subject: Your request was received".to_owned(),
            };
            answers.push((format!("From: {}\r\n{head}", letter.to), text(n, round)));
        }
        if round > 1 {
            // They go on by themselves as well.
            answers = (0..1_000)
                .step_by(10)
                .map(|n| {
                    (format!("From: {}\r\nSubject: Again {round}", address(n)), text(n, round))
                })
                .collect();
        }
        desk.now = desk.now.plus_seconds(60);
        for batch in answers.chunks(100) {
            desk.take_in(batch);
        }
    }
    assert_eq!(got.len(), 1_000);
    assert!(got.values().all(|count| *count == 1));
    desk.assert_whole();
}

/// A report that a letter of ours failed for good.
fn bounce(desk: &mut Desk, left: &Left, recipient: &str) {
    let head = format!(
        "From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered Mail Returned to Sender\r\n\
         In-Reply-To: <{}>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b",
        left.message_id
    );
    let text = format!(
        "--b\r\n\r\nIt failed.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns;mx.example\r\n\r\nFinal-Recipient: rfc822;{recipient}\r\n\
         Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp;550 5.1.1 unknown user\r\n\
         \r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{}>\r\n\r\n--b--",
        left.message_id
    );
    desk.take_in(&[(head, text)]);
}

#[test]
fn an_address_from_which_three_letters_came_back_gets_none_by_itself() {
    let mut desk = Desk::new();
    let ana = [Address::bare("ana@gone.example")];
    for (word, recipient) in [
        ("one", "ana@gone.example"),
        ("two", "ana@elsewhere.example"),
        ("three", "ANA@gone.example"),
    ] {
        assert!(desk.store.unreachable(&ana, desk.now).unwrap().is_empty(), "{word}");
        desk.letter("ana@gone.example", word);
        let left = desk.leave();
        assert_eq!(left.len(), 1, "{word}");
        bounce(&mut desk, &left[0], recipient);
        desk.now = desk.now.plus_days(1);
    }
    desk.letter("ana@gone.example", "four");
    assert_eq!(desk.leave().len(), 0);
    let ticket = desk.newest();
    let expected = "not acknowledged: the last 3 letters to ana@gone.example came back";
    assert_eq!(ticket.articles[1].text, expected);
    assert_eq!(desk.store.unreachable(&ana, desk.now).unwrap()[0].1, 3);

    // An agent's answer goes; once it is taken to have arrived, all is as before.
    desk.reply(ticket.number).unwrap();
    assert_eq!(desk.leave().len(), 1);
    desk.now = desk.now.plus_days(2);
    desk.letter("ana@gone.example", "five");
    assert_eq!(desk.leave().len(), 1);
    desk.assert_whole();
}

#[test]
fn answers_of_agents_have_a_generous_cap() {
    let mut desk = Desk::new();
    desk.letter("ana@shop.example", "one");
    for _ in 0..50 {
        desk.reply(TicketNumber(1)).unwrap();
    }
    let refused = desk.reply(TicketNumber(1)).unwrap_err();
    assert!(refused.starts_with("not sent: 50 answers to ana@shop.example"), "{refused}");
    desk.now = desk.now.plus_seconds(3_601);
    desk.reply(TicketNumber(1)).unwrap();
    // Acknowledgements are counted by themselves.
    desk.letter("ana@shop.example", "two");
    assert_eq!(desk.newest().articles.len(), 2);
}

/// What a letter loses on its way from one desk to the other.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug)]
enum Lost {
    Nothing,
    Marks,
    Threads,
    MessageId,
    Tags,
}

fn on_the_way(raw: &[u8], lost: Lost, number: usize) -> Vec<u8> {
    let text =
        String::from_utf8(raw.to_vec()).unwrap().replace("\r\n ", " ").replace("\r\n\t", " ");
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut kept = String::new();
    for line in head.split("\r\n") {
        let name = line.split(':').next().unwrap().to_lowercase();
        let is_lost = match name.as_str() {
            "auto-submitted" | "x-counterfoil" | "x-auto-response-suppress" | "precedence" => {
                lost >= Lost::Marks
            }
            "in-reply-to" | "references" => lost >= Lost::Threads,
            "message-id" => lost >= Lost::MessageId,
            _ => false,
        };
        if name == "subject" && lost >= Lost::Tags {
            kept.push_str(&format!("Subject: letter {}\r\n", "x".repeat(number)));
        } else if !is_lost {
            kept.push_str(&format!("{line}\r\n"));
        }
    }
    if lost >= Lost::MessageId {
        kept.push_str(&format!("Message-ID: <new.{number}@relay.example>\r\n"));
    }
    format!("{kept}\r\n{body}").into_bytes()
}

#[test]
fn two_desks_that_acknowledge_each_other_stop_by_themselves() {
    for lost in [Lost::Nothing, Lost::Marks, Lost::Threads, Lost::MessageId, Lost::Tags] {
        let mut desks = ["desk@one.example", "desk@two.example"]
            .map(|address| (address, Office::new(Watched::new("desk", address))));
        // Somebody writes to the first in the name of the second.
        let raw = "From: Desk Two <desk@two.example>\r\nTo: desk@one.example\r\nSubject: Hello\r\n\
                   Message-ID: <1@forged.example>\r\n\r\nHello there.\r\n";
        desks[0].1.deliver_raw("desk@one.example", raw);
        let mut carried = [0, 0];
        for turn in 0..20 {
            let (from, to) = (turn % 2, (turn + 1) % 2);
            desks[from].1.play();
            let left = desks[from].1.practice.left();
            for letter in &left[carried[from]..] {
                carried[from] += 1;
                let address = desks[to].0;
                assert_eq!(letter.to, [address], "{lost:?}");
                let raw = on_the_way(&letter.raw, lost, carried[from] * 2 + from);
                desks[to].1.deliver_raw(address, raw);
            }
        }
        assert!(
            carried[0] >= 1 && carried.iter().all(|count| *count <= 2),
            "{lost:?}: {carried:?}"
        );
    }
}

#[test]
fn no_more_than_thirty_letters_leave_in_a_minute_and_the_others_say_why_they_wait() {
    let address = "support@office.example";
    let mut office = Office::new(Watched::new("support", address));
    for n in 0..70 {
        let text = "y".repeat(n + 1);
        let raw = format!(
            "From: p{n}@d{n}.example\r\nTo: {address}\r\nSubject: {text}\r\n\r\n{text}\r\n"
        );
        office.deliver_raw(address, raw);
    }
    let mut sent = vec![0];
    for pass in 0..12 {
        // What was sent is known after a restart as well.
        let mut rounds = office.start();
        let errors = office.pass(&mut rounds).errors;
        assert!(errors.is_empty(), "{errors:?}");
        sent.push(office.practice.left().len());
        if pass == 1 {
            let waiting = office.tickets().into_iter().find_map(|ticket| {
                ticket.articles.into_iter().find_map(|article| article.delivery_reason)
            });
            let expected = "waits: the mailbox may send 30 letters a minute";
            assert_eq!(waiting.as_deref(), Some(expected));
        }
    }
    let minutes = sent.windows(4).map(|four| four[3] - four[0]);
    assert!(minutes.clone().all(|count| count <= 30), "{sent:?}");
    assert_eq!((minutes.max(), sent.last()), (Some(30), Some(&70)), "{sent:?}");
    for ticket in office.tickets() {
        assert!(ticket.articles.iter().all(|article| article.delivery_reason.is_none()));
    }
}
