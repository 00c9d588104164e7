//! The office that the browser visits: the web over the database of an office with a practice mailbox, all
//! in this process, and a trap for whatever a page would ask of anybody else.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use counterfoil::desk::ticket::Role;
use counterfoil::practice::letters;
use counterfoil::time::{Clock, Timestamp, Zone};
use counterfoil::web::texts::Language;
use counterfoil::web::{MailboxFacts, Settings, Web};

use crate::in_process::{Office, Watched};

pub(crate) const DESK: &str = "support@office.example";
pub(crate) const AGENT: &str = "ana";
pub(crate) const PASSWORD: &str = "correct horse battery staple";

struct ByHand(AtomicI64);

impl Clock for ByHand {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.load(Ordering::SeqCst))
    }
}

/// The office and its web.
pub(crate) struct House {
    pub(crate) office: Office,
    clock: Arc<ByHand>,
    web: Web,
    pub(crate) trap: Trap,
}

impl House {
    /// An office with two agents and a day's letters, all of them taken in.
    pub(crate) fn open() -> Self {
        let mut office = Office::new(Watched::new("support", DESK));
        for letter in letters::write(24, 7, office.now.unix() - 7_200, DESK) {
            office.practice.deliver(DESK, letter.raw, letter.received_unix).unwrap();
        }
        let complaints = office.play();
        assert!(complaints.is_empty(), "{complaints:?}");
        let mut store = office.store();
        for (name, role) in [(AGENT, Role::Admin), ("ben", Role::Agent)] {
            let address = format!("{name}@office.example");
            store.add_agent(name, &address, role, Some(PASSWORD), office.now).unwrap();
        }
        let clock = Arc::new(ByHand(AtomicI64::new(office.now.unix())));
        let settings = Settings {
            listen: "127.0.0.1:0".parse().unwrap(),
            allowed_hosts: Vec::new(),
            tls: None,
            store_path: office.database(),
            desk: "Contoso Help".to_owned(),
            language: Language::English,
            zone: Zone::named("Europe/Berlin").unwrap(),
            recovery_days: 30,
            mailboxes: vec![MailboxFacts {
                name: "support".to_owned(),
                address: DESK.to_owned(),
                poll_seconds: 30,
                after_import: "delete".to_owned(),
                copy_to: String::new(),
            }],
            policies: vec![office.first_policy()],
            in_force: Vec::new(),
            metrics_from: Vec::new(),
            canned: Vec::new(),
            quote_lines: 20,
        };
        let web = Web::open(settings, clock.clone()).unwrap();
        let mut house = Self { office, clock, web, trap: Trap::set() };
        house.work();
        house
    }

    /// Where the web is.
    pub(crate) fn home(&self) -> String {
        format!("http://{}", self.web.address())
    }

    /// Lets the rounds do what is due: fetch what arrived, send what waits.
    pub(crate) fn work(&mut self) {
        let complaints = self.office.play();
        assert!(complaints.is_empty(), "{complaints:?}");
        let mut store = self.office.store();
        for round in ["poller:support", "sender:support", "sweeper"] {
            store.note_round(round, Ok(()), self.office.now).unwrap();
        }
        self.clock.0.store(self.office.now.unix(), Ordering::SeqCst);
    }

    /// A one-time sign-in link, as the demo prints it; its path.
    pub(crate) fn link(&self, name: &str) -> String {
        let mut store = self.office.store();
        let agent = store.agents().unwrap().into_iter().find(|agent| agent.name == name).unwrap();
        let link = store.sign_in_link(agent.id, self.office.now.plus_days(1)).unwrap();
        format!("/sign-in/link/{}", link.0)
    }

    /// Delivers a letter and takes it in; the number of its ticket.
    pub(crate) fn letter(&mut self, raw: impl Into<Vec<u8>>) -> i64 {
        self.office.deliver_raw(DESK, raw);
        self.work();
        self.office.tickets().iter().map(|ticket| ticket.number.0).max().unwrap()
    }

    /// A file on the agent's own machine; its path.
    pub(crate) fn file(&self, name: &str, content: &str) -> String {
        let path = self.office.database().with_file_name(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The letters that left for this address since the office opened, as they left.
    pub(crate) fn left_for(&self, address: &str) -> Vec<String> {
        let left = self.office.practice.left().into_iter();
        let his = left.filter(|sent| sent.to.iter().any(|to| to == address));
        his.map(|sent| String::from_utf8_lossy(&sent.raw).into_owned()).collect()
    }

    /// One answer of the web to somebody who is not signed in, whole, without a browser.
    pub(crate) fn raw(&self, path: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.web.address()).unwrap();
        let host = self.web.address();
        let asked = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(asked.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        answer
    }
}

/// A port to which the browser is led by every name but the loopback's. Whatever arrives there would
/// have left for another host.
pub(crate) struct Trap {
    pub(crate) port: u16,
    caught: Arc<Mutex<Vec<String>>>,
}

impl Trap {
    fn set() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let caught = Arc::new(Mutex::new(Vec::new()));
        let seen = caught.clone();
        // It ends with the test: nothing else waits for this thread.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let seen = seen.clone();
                std::thread::spawn(move || note(stream, &seen));
            }
        });
        Self { port, caught }
    }

    /// What was asked of a host whose name holds `name`: the first bytes, in which plain HTTP has its Host
    /// header and TLS the name of the server.
    pub(crate) fn caught(&self, name: &str) -> Vec<String> {
        let caught = self.caught.lock().unwrap();
        caught.iter().filter(|asked| asked.contains(name)).cloned().collect()
    }
}

fn note(mut stream: TcpStream, seen: &Mutex<Vec<String>>) {
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut bytes = [0; 4096];
    let length = stream.read(&mut bytes).unwrap_or(0);
    seen.lock().unwrap().push(String::from_utf8_lossy(&bytes[..length]).into_owned());
    drop(stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"));
}
