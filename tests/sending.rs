//! The sender against a service that takes its time: a letter that has left may look unsent for most
//! of a minute, whoever tries again is told no, and answers are lost meanwhile. It leaves once, and no
//! draft of ours stays behind.

#![allow(clippy::unwrap_used)]

#[path = "support/in_process.rs"]
mod in_process;
#[path = "support/scripted.rs"]
mod scripted;

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use counterfoil::desk::caps;
use counterfoil::desk::ledger::Original;
use counterfoil::desk::ticket::{Delivery, LedgerId};
use counterfoil::mail::MessageId;
use counterfoil::mail::parse::parse;
use counterfoil::mailbox::gate::Pauses;
use counterfoil::mailbox::graph::{self, Graph};
use counterfoil::mailbox::token::{self, SecretText};
use counterfoil::mailbox::{Mailbox, http};
use counterfoil::practice::{Fault, Kind, Settings};
use counterfoil::store::intake::{Filing, Prepared};
use counterfoil::store::listing::Seen;
use counterfoil::store::{MailboxId, Store};
use counterfoil::time::Timestamp;
use counterfoil::workers::Round;
use counterfoil::workers::sender::Sender;
use in_process::{Office, Watched, policy};
use scripted::{Reply, Scripted, json, refuse};
use serde_json::json;

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);
const DESK: &str = "desk@office.example";

/// What the service answers to each `/send`, and whether it does the work.
#[derive(Clone, Copy, Debug)]
enum Answer {
    Accepted,
    /// It is done, or not, and this is said.
    Said(u16, &'static str, bool),
}

/// A service that shows a letter as a draft for `slow` seconds after it left, by a clock set by hand,
/// and a desk with one acknowledgement to send.
struct Slow {
    _folder: tempfile::TempDir,
    store: Store,
    mailbox: MailboxId,
    clock: Arc<AtomicI64>,
    /// When it left, each time.
    left: Arc<Mutex<Vec<i64>>>,
    asked: Arc<AtomicUsize>,
    server: Scripted,
}

impl Slow {
    fn new(slow: i64, answers: Vec<Answer>) -> Self {
        Self::with(slow, answers, None)
    }

    /// With `sent_under`, what has left has other ids than its draft had, and bears this date if one
    /// is named.
    fn with(slow: i64, answers: Vec<Answer>, sent_under: Option<&'static str>) -> Self {
        let drafted = Mutex::new(Vec::new());
        let clock = Arc::new(AtomicI64::new(NOW.unix()));
        let left = Arc::new(Mutex::new(Vec::new()));
        let asked = Arc::new(AtomicUsize::new(0));
        let (at, gone, sends) = (Arc::clone(&clock), Arc::clone(&left), Arc::clone(&asked));
        let server = Scripted::new(move |asked, _| {
            let now = at.load(Ordering::Relaxed);
            let left_at = gone.lock().unwrap().first().copied();
            match asked.line.as_str() {
                line if line.contains("/oauth2/") => {
                    json(200, &json!({"access_token": "tok", "expires_in": 3599}))
                }
                line if line.ends_with("/send") => {
                    let nth = sends.fetch_add(1, Ordering::Relaxed);
                    match answers.get(nth).copied().unwrap_or(Answer::Accepted) {
                        Answer::Accepted => {
                            gone.lock().unwrap().push(now);
                            Reply::Say(202, "", String::new())
                        }
                        Answer::Said(status, head, done) => {
                            if done {
                                gone.lock().unwrap().push(now);
                            }
                            Reply::Say(status, head, String::new())
                        }
                    }
                }
                line if line.starts_with("POST") => {
                    *drafted.lock().unwrap() = STANDARD.decode(&asked.body).unwrap();
                    json(201, &json!({"id": "D", "isDraft": true, "internetMessageId": "<m@x>"}))
                }
                line if line.contains("/mailFolders/sentitems/messages?$select=id,subject&")
                    && sent_under.is_some()
                    && left_at.is_some() =>
                {
                    let subject = parse(&drafted.lock().unwrap()).subject;
                    json(200, &json!({"value": [{"id": "S", "subject": subject}]}))
                }
                line if line.contains("/messages/S/$value") => {
                    let raw = String::from_utf8(drafted.lock().unwrap().clone()).unwrap();
                    let date = sent_under.filter(|date| !date.is_empty());
                    let lines = raw.split("\r\n").map(|line| match line.split_once(": ") {
                        Some(("Date", written)) => format!("Date: {}", date.unwrap_or(written)),
                        Some(("Message-ID", _)) => "Message-ID: <s@x>".to_owned(),
                        _ => line.to_owned(),
                    });
                    Reply::Say(200, "", lines.collect::<Vec<_>>().join("\r\n"))
                }
                line if line.contains("/messages/D")
                    && (sent_under.is_none() || left_at.is_none()) =>
                {
                    let is_draft = left_at.is_none_or(|at| at + slow > now);
                    json(200, &json!({"id": "D", "isDraft": is_draft}))
                }
                line if line.contains("/mailFolders/") => json(200, &json!({"value": []})),
                _ => refuse(404, "ErrorItemNotFound"),
            }
        });
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(&folder.path().join("counterfoil.db"), NOW).unwrap();
        let (mailbox, _) = store.mailbox("support", DESK, Some(NOW.plus_days(-1)), NOW).unwrap();
        let raw = "From: Ana <ana@shop.example>\r\nSubject: Lamp\r\n\r\nIt is dark.\r\n";
        let seen = Seen { item_id: "item".into(), message_id: None, received_at: NOW, size: None };
        store.note_listed(mailbox, &[seen], NOW).unwrap();
        let prepared =
            Prepared::new(LedgerId(1), NOW, raw.as_bytes().to_vec(), parse(raw.as_bytes()));
        let policy = policy::usual(DESK, NOW.plus_days(-1), store.tag_key().unwrap());
        let filing = Filing { due: true, original: Original::InMailbox };
        store.take_in(mailbox, vec![prepared], filing, &policy, NOW).unwrap();
        Self { _folder: folder, store, mailbox, clock, left, asked, server }
    }

    fn sender(&mut self) -> Sender {
        let url = self.server.url.clone();
        let graph = Graph::new(graph::Settings {
            address: DESK.into(),
            folder: "inbox".into(),
            graph_url: url.clone(),
            side_by_side: 4,
            token: token::Settings {
                login_url: url,
                tenant_id: "office.example".into(),
                client_id: "client".into(),
                resource: "https://graph.microsoft.com".into(),
                secret: Box::new(|| Ok(SecretText::new("secret".into()))),
                secret_place: "the test".into(),
            },
            http: http::Settings::default(),
            pauses: Pauses::default(),
        });
        let mailbox: Arc<dyn Mailbox> = Arc::new(graph.unwrap());
        let key = self.store.tag_key().unwrap();
        let store = Store::open(&self._folder.path().join("counterfoil.db"), NOW).unwrap();
        Sender::new(store, mailbox, self.mailbox, "support", key, caps::NONE)
    }

    /// Calls the round every five seconds until so many seconds after the beginning.
    fn run_until(&self, sender: &mut Sender, seconds: i64) {
        while self.clock.load(Ordering::Relaxed) < NOW.unix() + seconds {
            let now = Timestamp::from_unix(self.clock.load(Ordering::Relaxed));
            let _ = sender.round(now);
            self.clock.fetch_add(5, Ordering::Relaxed);
        }
    }

    fn delivery(&mut self) -> Option<Delivery> {
        let ticket = self.store.tickets(&Default::default(), None, 1).unwrap().rows[0].number;
        self.store.ticket(ticket).unwrap().articles.last().unwrap().delivery
    }

    fn times_left(&self) -> usize {
        self.left.lock().unwrap().len()
    }
}

#[test]
fn a_letter_that_looks_unsent_for_most_of_a_minute_leaves_once() {
    for (case, answer) in [
        ("the gateway gave up", Answer::Said(504, "", true)),
        ("busy, it says, and asks for a pause", Answer::Said(503, "retry-after: 0.05\r\n", true)),
    ] {
        let mut slow = Slow::new(55, vec![answer]);
        let mut sender = slow.sender();
        slow.run_until(&mut sender, 200);
        assert_eq!((slow.times_left(), slow.delivery()), (1, Some(Delivery::Sent)), "{case}");
        assert_eq!(slow.asked.load(Ordering::Relaxed), 1, "{case}");
    }
}

#[test]
fn what_was_not_sent_is_sent_a_minute_later() {
    for (status, head) in [(500, ""), (503, ""), (503, "retry-after: 0.05\r\n"), (504, "")] {
        let mut slow = Slow::new(55, vec![Answer::Said(status, head, false)]);
        let mut sender = slow.sender();
        slow.run_until(&mut sender, 60);
        assert_eq!(slow.delivery(), Some(Delivery::Unknown), "{status}");
        slow.run_until(&mut sender, 100);
        assert_eq!((slow.times_left(), slow.delivery()), (1, Some(Delivery::Sent)), "{status}");
    }
}

#[test]
fn one_that_was_killed_while_sending_waits_from_when_it_starts_again() {
    let mut slow = Slow::new(55, Vec::new());
    let due = slow.store.next_due(slow.mailbox, NOW).unwrap().unwrap();
    // The note was made, then the service was slow to answer; it took the letter, and we were killed.
    slow.store.note_draft(due.id, "D", &MessageId::new("m@x").unwrap(), NOW).unwrap();
    slow.clock.fetch_add(90, Ordering::Relaxed);
    slow.left.lock().unwrap().push(NOW.unix() + 88);
    let mut sender = slow.sender();
    slow.run_until(&mut sender, 300);
    assert_eq!((slow.times_left(), slow.delivery()), (1, Some(Delivery::Sent)));
}

#[test]
fn a_second_try_that_is_refused_does_not_make_a_sent_letter_a_refused_one() {
    let refused = Answer::Said(400, "", false);
    let tried = |done| [vec![Answer::Said(504, "", done)], vec![refused; 40]].concat();
    for (case, answers, expected) in [
        ("it had left", tried(true), (1, Some(Delivery::Sent))),
        ("it had not", tried(false), (0, Some(Delivery::Refused))),
        ("from the first", vec![refused], (0, Some(Delivery::Refused))),
    ] {
        let mut slow = Slow::new(100, answers);
        let mut sender = slow.sender();
        slow.run_until(&mut sender, 900);
        assert_eq!((slow.times_left(), slow.delivery()), expected, "{case}");
    }
}

#[test]
fn a_letter_that_left_under_other_ids_is_known_by_its_words() {
    let before = "Thu, 14 Jan 2027 08:00:00 +0000";
    for (case, date, expected) in [
        ("it is there", "", Delivery::Sent),
        ("an older one of the same words", before, Delivery::Unknown),
    ] {
        let mut slow = Slow::with(0, vec![Answer::Said(504, "", true)], Some(date));
        let mut sender = slow.sender();
        slow.run_until(&mut sender, 200);
        assert_eq!((slow.times_left(), slow.delivery()), (1, Some(expected)), "{case}");
    }
}

#[test]
fn a_draft_whose_answer_was_lost_does_not_stay_behind() {
    const ADDRESS: &str = "support@office.example";
    for replaced in [false, true] {
        for nth in 1..=3 {
            let mut settings = Settings::simple(ADDRESS);
            settings.switches.message_id_replaced_on_draft = replaced;
            let mut office = Office::of(settings, vec![Watched::new("support", ADDRESS)]);
            office.deliver(Some("lamp@shop.example"), "Lamp");
            let drafting = format!("POST /v1.0/users/{ADDRESS}/messages");
            office.practice.fail(Fault::nth(&drafting, nth, Kind::AnswerLost));
            office.play();
            let drafts = office.practice.folder(ADDRESS, "drafts").len();
            let left = office.practice.left().len();
            assert_eq!((left, drafts), (1, 0), "replaced: {replaced}, call {nth}");
        }
    }
}
