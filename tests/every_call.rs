//! A small story replayed with the n-th outside call failing, for every n and every way: whatever
//! fails, the story ends the same. The rounds are called by hand and the time is set by hand, so
//! nothing here waits for its turn.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use counterfoil::desk::intake::Policy;
use counterfoil::desk::retention::Days;
use counterfoil::desk::ticket::TicketNumber;
use counterfoil::mail::Address;
use counterfoil::mailbox::graph::{self, Graph};
use counterfoil::mailbox::token::{self, SecretText};
use counterfoil::mailbox::{Mailbox, http};
use counterfoil::practice::{Fault, Kind, Practice, Settings};
use counterfoil::store::Store;
use counterfoil::store::audit::Verdict;
use counterfoil::store::tickets::Filter;
use counterfoil::time::Timestamp;
use counterfoil::workers::poller::{self, AfterImport, Poller};
use counterfoil::workers::sender::Sender;
use counterfoil::workers::{Rest, Round};

const ADDRESS: &str = "support@office.example";
const LETTERS: usize = 3;

/// How the story ended.
#[derive(Clone, PartialEq, Eq, Debug)]
struct End {
    /// The articles of each ticket. Which letter of a thread opened it depends on which one could
    /// be fetched first, and so does who is acknowledged.
    tickets: Vec<Vec<(String, String)>>,
    /// How many letters left, and to how many people.
    left: (usize, usize),
    folders: Vec<Vec<Option<String>>>,
    balance: (u64, u64, u64, u64),
}

struct Story {
    practice: Practice,
    settings: Settings,
    folder: tempfile::TempDir,
    now: Timestamp,
}

impl Story {
    fn new() -> Self {
        let settings = Settings::simple(ADDRESS);
        let practice = Practice::start(settings.clone()).unwrap();
        let now = Timestamp::from_unix(1_800_000_000);
        let story = Self { practice, settings, folder: tempfile::tempdir().unwrap(), now };
        for number in 1..=LETTERS {
            let cites = if number == 2 { "In-Reply-To: <m1@shop.example>\r\n" } else { "" };
            let raw = format!(
                "From: Ana <ana{number}@shop.example>\r\nTo: {ADDRESS}\r\nSubject: Lamp {number}\r\n\
                 Message-ID: <m{number}@shop.example>\r\n{cites}\
                 Date: Mon, 04 May 2026 09:00:00 +0000\r\n\r\nAbout lamp {number}.\r\n"
            );
            story.practice.deliver(ADDRESS, raw.into_bytes(), now.unix() + number as i64).unwrap();
        }
        story
    }

    fn store(&self) -> Store {
        Store::open(&self.folder.path().join("counterfoil.db"), self.now).unwrap()
    }

    /// The rounds as after a restart: nothing is remembered but what is in the store.
    fn rounds(&self) -> [Box<dyn Round>; 2] {
        let url = self.practice.url();
        let secret = self.settings.client_secret.clone();
        let graph = Graph::new(graph::Settings {
            address: ADDRESS.into(),
            folder: "Inbox".into(),
            graph_url: url.clone(),
            side_by_side: 4,
            token: token::Settings {
                login_url: url,
                tenant_id: self.settings.tenant_id.clone(),
                client_id: self.settings.client_id.clone(),
                resource: "https://graph.microsoft.com".into(),
                secret: Box::new(move || Ok(SecretText::new(secret.clone()))),
                secret_place: "the test".into(),
            },
            http: http::Settings::default(),
        });
        let mailbox: Arc<dyn Mailbox> = Arc::new(graph.unwrap());
        let mut store = self.store();
        let (id, activated_at) =
            store.mailbox("support", ADDRESS, Some(self.now.plus_days(-1)), self.now).unwrap();
        let tag_key = store.tag_key().unwrap();
        let policy = Policy {
            address: Address::bare(ADDRESS),
            own_addresses: vec![ADDRESS.into()],
            acknowledge: true,
            activated_at,
            reopen_days: 14,
            desk: "Office".into(),
            signature: String::new(),
            ticket_tag: "CF".into(),
            tag_key: tag_key.clone(),
            rules: Vec::new(),
        };
        let settings = poller::Settings {
            name: "support".into(),
            after_import: AfterImport::Delete,
            copy_to: Some("Processed".into()),
            poll: Duration::from_secs(5),
            days: Days { recovery: 30, closed: None },
            max_bytes: 1 << 20,
            // One at a time, so that the n-th call is the same one each time.
            side_by_side: 1,
        };
        let poller = Poller::new(store, Arc::clone(&mailbox), id, settings, policy);
        let sender = Sender::new(self.store(), mailbox, id, "support", tag_key);
        [Box::new(poller), Box::new(sender)]
    }

    /// Plays rounds until nothing is due for a while, an hour at most by the clock set by hand.
    fn play(&mut self) {
        let mut rounds = self.rounds();
        let mut idle = 0;
        for _ in 0..200 {
            let mut all_idle = true;
            for round in &mut rounds {
                all_idle &= matches!(round.round(self.now), Ok(Rest::Idle(_)));
            }
            idle = if all_idle { idle + 1 } else { 0 };
            if idle == 3 {
                return;
            }
            self.now = self.now.plus_seconds(20);
        }
        panic!("it never came to rest");
    }

    fn end(&self) -> End {
        let mut store = self.store();
        assert!(matches!(store.verify_audit().unwrap(), Verdict::Whole { .. }));
        let numbers: Vec<TicketNumber> = store
            .tickets(&Filter::default(), None, 100)
            .unwrap()
            .rows
            .iter()
            .map(|ticket| ticket.number)
            .collect();
        let mut tickets: Vec<_> = numbers
            .into_iter()
            .map(|number| {
                let ticket = store.ticket(number).unwrap();
                let articles = ticket.articles.iter().map(|article| {
                    let id = match article.delivery {
                        None => article.message_id.as_ref().unwrap().to_string(),
                        Some(delivery) => delivery.to_string(),
                    };
                    (article.kind.to_string(), id)
                });
                let mut articles: Vec<_> = articles.collect();
                articles.sort();
                articles
            })
            .collect();
        tickets.sort();
        let left: Vec<_> = self.practice.left().into_iter().map(|letter| letter.to).collect();
        let people: HashSet<_> = left.iter().flatten().cloned().collect();
        let left = (left.len(), people.len());
        let folders = ["inbox", "Processed", "recoverableitemsdeletions", "drafts"].map(|folder| {
            let seen = self.practice.folder(ADDRESS, folder);
            let mut ids: Vec<_> = seen.into_iter().map(|letter| letter.message_id).collect();
            ids.sort();
            ids
        });
        let balance = store.balance().unwrap().remove(0);
        assert!(balance.closes);
        End {
            tickets,
            left,
            folders: folders.to_vec(),
            balance: (balance.listed, balance.opened, balance.joined, balance.waiting),
        }
    }
}

/// The ways a call can fail. Those that only a wait cures ask for none, so that nothing is waited.
fn ways() -> Vec<Kind> {
    let status = |code, retry_after: Option<&str>| Kind::Status {
        code,
        retry_after: retry_after.map(str::to_owned),
    };
    vec![
        status(429, Some("0")),
        status(500, None),
        status(503, Some("0")),
        status(504, None),
        Kind::Html503,
        Kind::TruncatedBody,
        Kind::GarbledJson,
        Kind::CutConnection,
        Kind::AnswerLost,
        Kind::UnknownToken401,
    ]
}

#[test]
fn whichever_call_fails_in_whichever_way_the_story_ends_the_same() {
    let mut whole = Story::new();
    whole.practice.log_requests(true);
    whole.play();
    let calls: Vec<String> =
        whole.practice.logged().into_iter().map(|exchange| exchange.target).collect();
    let expected = whole.end();
    assert_eq!(expected.balance, (3, 2, 1, 0));
    assert_eq!(expected.left, (2, 2));
    assert_eq!(expected.folders[1].len(), LETTERS);
    assert!(expected.folders[0].is_empty() && expected.folders[3].is_empty());

    let mut cases = 0;
    for kind in ways() {
        for (n, target) in (1..).zip(&calls) {
            // Damage to the bytes of a letter itself cannot be seen by anybody.
            if kind == Kind::GarbledJson && target.ends_with("/$value") {
                continue;
            }
            let mut story = Story::new();
            story.practice.fail(Fault::nth("", n, kind.clone()));
            story.play();
            // A draft whose answer was lost may stay behind unsent; everything else is the same.
            let mut end = story.end();
            end.folders[3].clear();
            assert_eq!(end, expected, "call {n}, {target}, failing with {kind:?}");
            cases += 1;
        }
    }
    println!("{cases} cases, {} calls in the story", calls.len());
}
