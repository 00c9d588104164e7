//! An office in this process, over a practice mailbox: its rounds are called by hand and its time is
//! set by hand, so that nothing waits for its turn.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

#[path = "policy.rs"]
pub mod policy;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use counterfoil::desk::caps;
use counterfoil::desk::ledger::{Balance, LedgerRow};
use counterfoil::desk::outgoing;
use counterfoil::desk::policy::Policy;
use counterfoil::desk::retention::Days;
use counterfoil::desk::thread::TagKey;
use counterfoil::desk::ticket::{Kind as ArticleKind, Ticket, TicketNumber};
use counterfoil::desk::writing::Writing;
use counterfoil::mailbox::gate::Pauses;
use counterfoil::mailbox::graph::{self, Graph};
use counterfoil::mailbox::token::{self, SecretText};
use counterfoil::mailbox::{Mailbox, http};
use counterfoil::practice::{Practice, Settings};
use counterfoil::store::lists::Filter;
use counterfoil::store::{MailboxId, Store};
use counterfoil::time::Timestamp;
use counterfoil::workers::poller::{self, AfterImport, Poller};
use counterfoil::workers::sender::Sender;
use counterfoil::workers::{Rest, Round};

/// Seconds by which the clock is moved on between two passes.
pub const STEP: i64 = 20;

/// One mailbox of the office, as its configuration has it.
#[derive(Clone, Debug)]
pub struct Watched {
    /// Its name in the configuration.
    pub name: &'static str,
    /// Its address; the tenant is the one that has it.
    pub address: &'static str,
    /// The folder mail is taken from.
    pub folder: &'static str,
    /// What happens to originals.
    pub after_import: AfterImport,
    /// The folder for copies.
    pub copy_to: Option<&'static str>,
    /// Messages fetched or filed side by side. With one, the n-th call is the same one each time.
    pub side_by_side: usize,
}

impl Watched {
    /// A mailbox that is emptied after intake, its Inbox, one message after the other.
    pub fn new(name: &'static str, address: &'static str) -> Self {
        Self {
            name,
            address,
            folder: "Inbox",
            after_import: AfterImport::Delete,
            copy_to: None,
            side_by_side: 1,
        }
    }
}

/// The office with the world around it.
pub struct Office {
    pub practice: Practice,
    tenants: Vec<Settings>,
    watched: Vec<Watched>,
    folder: tempfile::TempDir,
    pub now: Timestamp,
    delivered: i64,
}

/// The rounds of the office; what they remember is lost with them, as in a restart.
pub struct Rounds(Vec<Box<dyn Round>>);

/// How one pass over all rounds went.
#[derive(Default, Debug)]
pub struct Pass {
    /// Nothing was waiting anywhere.
    pub idle: bool,
    /// What the rounds said that could not do their work.
    pub errors: Vec<String>,
}

impl Office {
    /// An office that watches one mailbox of one tenant.
    pub fn new(watched: Watched) -> Self {
        Self::of(Settings::simple(watched.address), vec![watched])
    }

    /// An office that watches several mailboxes of these tenants.
    pub fn of(settings: Settings, watched: Vec<Watched>) -> Self {
        let mut tenants = vec![settings.clone()];
        tenants.extend(settings.further_tenants.clone());
        let practice = Practice::start(settings).unwrap();
        let now = Timestamp::from_unix(1_800_000_000);
        let folder = tempfile::tempdir().unwrap();
        Self { practice, tenants, watched, folder, now, delivered: 0 }
    }

    /// Changes what the configuration says of the first mailbox; it counts from the next start on.
    pub fn configure(&mut self, change: impl FnOnce(&mut Watched)) {
        change(&mut self.watched[0]);
    }

    /// Delivers a letter to the first mailbox that is watched, each one a second later than the one
    /// before; answers with its immutable id.
    pub fn deliver(&mut self, message_id: Option<&str>, subject: &str) -> String {
        self.deliver_to(self.watched[0].address, message_id, subject)
    }

    /// Delivers a letter to any mailbox.
    pub fn deliver_to(&mut self, to: &str, message_id: Option<&str>, subject: &str) -> String {
        self.delivered += 1;
        let id = message_id.map_or_else(String::new, |id| format!("Message-ID: <{id}>\r\n"));
        let raw = format!(
            "From: Ana <ana{}@shop.example>\r\nTo: {to}\r\nSubject: {subject}\r\n{id}\
             Date: Mon, 04 May 2026 09:00:00 +0000\r\n\r\nAbout {subject}.\r\n",
            self.delivered
        );
        self.deliver_raw(to, raw)
    }

    /// Delivers whole bytes, received a second later than the letter before.
    pub fn deliver_raw(&mut self, to: &str, raw: impl Into<Vec<u8>>) -> String {
        let received = self.now.unix() - 3_600 + self.delivered;
        self.practice.deliver(to, raw.into(), received).unwrap()
    }

    /// The database.
    pub fn store(&self) -> Store {
        Store::open(&self.database(), self.now).unwrap()
    }

    /// Where the database lies.
    pub fn database(&self) -> PathBuf {
        self.folder.path().join("counterfoil.db")
    }

    /// How the first mailbox writes, by its name and as the store knows it.
    pub fn first_policy(&self) -> (String, MailboxId, Policy) {
        let (watched, mut store) = (&self.watched[0], self.store());
        let since = Some(self.now.plus_days(-1));
        let (id, since) = store.mailbox(watched.name, watched.address, since, self.now).unwrap();
        let policy = self.policy(watched, since, store.tag_key().unwrap());
        (watched.name.to_owned(), id, policy)
    }

    /// Starts the rounds: nothing is remembered but what is in the store.
    pub fn start(&self) -> Rounds {
        Rounds(self.watched.iter().flat_map(|watched| self.rounds_of(watched)).collect())
    }

    /// What is decided for a mailbox: everybody is acknowledged, by no rule.
    fn policy(&self, watched: &Watched, activated_at: Timestamp, tag_key: TagKey) -> Policy {
        let own_addresses = self.watched.iter().map(|one| one.address.to_owned()).collect();
        Policy { own_addresses, ..policy::usual(watched.address, activated_at, tag_key) }
    }

    /// An agent answers a ticket of the first mailbox.
    pub fn answer(&self, number: TicketNumber, text: &str) {
        let mut store = self.store();
        let (thread, mailbox, _) = store.thread(number, None).unwrap();
        let policy = self.policy(&self.watched[0], self.now, store.tag_key().unwrap());
        let writing = Writing { text: text.to_owned(), ..Writing::default() };
        let (article, state) = outgoing::reply(&thread, writing, &policy).unwrap();
        store.write_article(number, mailbox, &article, state, "ana", self.now).unwrap();
    }

    fn rounds_of(&self, watched: &Watched) -> [Box<dyn Round>; 2] {
        let has_it = |tenant: &&Settings| {
            tenant.mailboxes.iter().any(|mailbox| mailbox.address == watched.address)
        };
        let tenant = self.tenants.iter().find(has_it).unwrap();
        let url = self.practice.url();
        let secret = tenant.client_secret.clone();
        let graph = Graph::new(graph::Settings {
            address: watched.address.into(),
            folder: watched.folder.into(),
            graph_url: url.clone(),
            side_by_side: 4,
            token: token::Settings {
                login_url: url,
                tenant_id: tenant.tenant_id.clone(),
                client_id: tenant.client_id.clone(),
                resource: "https://graph.microsoft.com".into(),
                secret: Box::new(move || Ok(SecretText::new(secret.clone()))),
                secret_place: "the test".into(),
            },
            http: http::Settings::default(),
            pauses: Pauses::default(),
        });
        let mailbox: Arc<dyn Mailbox> = Arc::new(graph.unwrap());
        let mut store = self.store();
        let activated = Some(self.now.plus_days(-1));
        let (id, activated_at) =
            store.mailbox(watched.name, watched.address, activated, self.now).unwrap();
        let tag_key = store.tag_key().unwrap();
        let policy = self.policy(watched, activated_at, tag_key.clone());
        let settings = poller::Settings {
            name: watched.name.into(),
            after_import: watched.after_import.clone(),
            copy_to: watched.copy_to.map(str::to_owned),
            poll: Duration::from_secs(5),
            days: Days { recovery: 30, closed: None },
            max_bytes: 1 << 20,
            side_by_side: watched.side_by_side,
        };
        let poller = Poller::new(store, Arc::clone(&mailbox), id, settings, policy.clone());
        let sender = Sender::new(self.store(), mailbox, id, watched.name, tag_key, caps::SERVICE);
        let sender = sender.noticing(policy, "en");
        [Box::new(poller), Box::new(sender)]
    }

    /// Calls every round once and moves the clock on. A service that a fault took down is up again
    /// afterwards.
    pub fn pass(&mut self, rounds: &mut Rounds) -> Pass {
        let mut pass = Pass { idle: true, errors: Vec::new() };
        for round in &mut rounds.0 {
            match round.round(self.now) {
                Ok(rest) => pass.idle &= matches!(rest, Rest::Idle(_)),
                Err(error) => {
                    pass.idle = false;
                    pass.errors.push(error.to_string());
                    // A sign-in that was refused is not tried again for two seconds of real time.
                    if error.needs_a_person() {
                        std::thread::sleep(Duration::from_millis(25));
                    }
                }
            }
        }
        self.practice.up().unwrap();
        self.now = self.now.plus_seconds(STEP);
        pass
    }

    /// Calls the rounds for so many seconds of the clock set by hand; what they complained of.
    pub fn run_for(&mut self, rounds: &mut Rounds, seconds: i64) -> Vec<String> {
        let end = self.now.plus_seconds(seconds);
        let mut errors = Vec::new();
        while self.now < end {
            errors.extend(self.pass(rounds).errors);
        }
        errors
    }

    /// Calls the rounds until nothing was due three times; what they complained of until then.
    pub fn settle(&mut self, rounds: &mut Rounds) -> Vec<String> {
        let (mut idle, mut errors) = (0, Vec::new());
        for _ in 0..400 {
            let pass = self.pass(rounds);
            errors.extend(pass.errors);
            idle = if pass.idle { idle + 1 } else { 0 };
            if idle == 3 {
                return errors;
            }
        }
        panic!("it never came to rest; {} complaints, the last: {:?}", errors.len(), errors.last());
    }

    /// Starts the rounds anew and calls them until nothing is due.
    pub fn play(&mut self) -> Vec<String> {
        let mut rounds = self.start();
        self.settle(&mut rounds)
    }

    /// Every row of the ledger, the oldest first.
    pub fn ledger(&self) -> Vec<LedgerRow> {
        let mut rows = self.store().ledger(&Default::default(), None, 10_000).unwrap().rows;
        rows.reverse();
        rows
    }

    /// The one row of an item.
    pub fn row(&self, item_id: &str) -> LedgerRow {
        let rows = self.ledger().into_iter().filter(|row| row.item_id == item_id);
        let rows: Vec<_> = rows.collect();
        assert_eq!(rows.len(), 1, "one row for one item: {rows:#?}");
        rows.into_iter().next().unwrap()
    }

    /// Every ticket with its articles.
    pub fn tickets(&self) -> Vec<Ticket> {
        let mut store = self.store();
        let listed = store.tickets(&Filter::default(), None, 10_000).unwrap().rows;
        let numbers: Vec<TicketNumber> = listed.iter().map(|ticket| ticket.number).collect();
        numbers.into_iter().map(|number| store.ticket(number).unwrap()).collect()
    }

    /// The subjects of all articles that came as mail, sorted.
    pub fn received(&self) -> Vec<String> {
        let tickets = self.tickets();
        let articles = tickets.iter().flat_map(|ticket| &ticket.articles);
        let incoming = articles.filter(|article| article.kind == ArticleKind::EmailIn);
        let mut subjects: Vec<_> = incoming.map(|article| article.subject.clone()).collect();
        subjects.sort();
        subjects
    }

    /// The balance of every mailbox, each of which must close.
    pub fn balances(&self) -> Vec<Balance> {
        let balances = self.store().balance().unwrap();
        assert!(balances.iter().all(|balance| balance.closes), "{balances:#?}");
        balances
    }

    /// The subjects in a folder of the first mailbox, oldest first.
    pub fn inside(&self, folder: &str) -> Vec<String> {
        let seen = self.practice.folder(self.watched[0].address, folder);
        seen.into_iter().map(|letter| letter.subject.unwrap_or_default()).collect()
    }
}
