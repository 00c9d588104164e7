//! A web on a free port over a fresh database, and a client that asks it over plain connections.

// Each suite uses a part of it.
#![allow(dead_code)]

#[path = "../support/policy.rs"]
mod policy;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Barrier};

use counterfoil::desk::ledger::Original;
use counterfoil::desk::policy::Policy;
use counterfoil::desk::template::Template;
use counterfoil::desk::ticket::{LedgerId, Role};
use counterfoil::mail::{Address, Message, MessageId};
use counterfoil::store::intake::{Filing, Prepared};
use counterfoil::store::listing::Seen;
use counterfoil::store::{MailboxId, Store};
use counterfoil::time::{Clock, Timestamp, Zone};
use counterfoil::web::texts::Language;
use counterfoil::web::{MailboxFacts, Settings, Web};

pub(crate) const START: i64 = 1_777_885_964;
pub(crate) const PASSWORD: &str = "correct horse battery staple";

pub(crate) struct ByHand(AtomicI64);

impl Clock for ByHand {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) struct House {
    pub(crate) web: Web,
    pub(crate) clock: Arc<ByHand>,
    pub(crate) store: Store,
    pub(crate) mailbox: MailboxId,
    pub(crate) path: PathBuf,
    pub(crate) _folder: tempfile::TempDir,
}

fn contoso(store: &mut Store, now: Timestamp) -> Policy {
    let address = "support@contoso.example";
    Policy {
        address: Address { address: address.to_owned(), name: "Contoso Help".to_owned() },
        desk: "Contoso Help".to_owned(),
        ..policy::usual(address, now.plus_days(-1), store.tag_key().unwrap())
    }
}

impl House {
    pub(crate) fn open() -> Self {
        Self::open_for(&[])
    }

    /// A house in which the metrics are for these addresses and networks besides.
    pub(crate) fn open_for(metrics_from: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("counterfoil.db");
        let clock = Arc::new(ByHand(AtomicI64::new(START)));
        let mut store = Store::open(&path, clock.now()).unwrap();
        let activated_at = Some(clock.now().plus_days(-1));
        let (mailbox, _) =
            store.mailbox("support", "support@contoso.example", activated_at, clock.now()).unwrap();
        let settings = Settings {
            listen: "127.0.0.1:0".parse().unwrap(),
            allowed_hosts: vec!["help.contoso.example".to_owned()],
            metrics_from: metrics_from.iter().map(|from| from.parse().unwrap()).collect(),
            tls: None,
            store_path: path.clone(),
            desk: "Contoso Help".to_owned(),
            language: Language::English,
            in_force: vec![("desk.name".to_owned(), "Example".to_owned())],
            zone: Zone::utc(),
            recovery_days: 30,
            mailboxes: vec![MailboxFacts {
                name: "support".to_owned(),
                address: "support@contoso.example".to_owned(),
                poll_seconds: 30,
                after_import: "delete".to_owned(),
                copy_to: "Archive".to_owned(),
            }],
            policies: vec![("support".to_owned(), mailbox, contoso(&mut store, clock.now()))],
            canned: vec![(
                "Hours".to_owned(),
                Template::new("{greeting}\n\nwe are here from 9 to 5.").unwrap(),
            )],
            quote_lines: 20,
        };
        let web = Web::open(settings, clock.clone()).unwrap();
        Self { web, clock, store, mailbox, path, _folder: folder }
    }

    pub(crate) fn later(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn well(&mut self) {
        for round in ["poller:support", "sender:support", "sweeper"] {
            self.store.note_round(round, Ok(()), self.clock.now()).unwrap();
        }
    }

    pub(crate) fn policy(&mut self) -> Policy {
        contoso(&mut self.store, self.clock.now())
    }

    /// Takes in a letter as the poller does; its ledger row.
    pub(crate) fn letter(&mut self, message: Message) -> LedgerId {
        let now = self.clock.now();
        let item_id = format!("item {:?}", message.message_id);
        let message_id = message.message_id.clone();
        let seen = [Seen { item_id, message_id, received_at: now, size: None }];
        self.store.note_listed(self.mailbox, &seen, now).unwrap();
        let waiting = self.store.waiting(self.mailbox, now, 1).unwrap().remove(0);
        let raw = format!("Subject: {}\r\n\r\n{}", message.subject, message.text);
        let prepared = Prepared::new(waiting.ledger, now, raw.as_bytes().to_vec(), message);
        let policy = self.policy();
        let filing = Filing { due: true, original: Original::InMailbox };
        self.store.take_in(self.mailbox, vec![prepared], filing, &policy, now).unwrap();
        waiting.ledger
    }

    /// One sentence of a client: the answer, whole.
    pub(crate) fn raw(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(self.web.address()).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        Answer::read(&bytes)
    }

    pub(crate) fn host(&self) -> String {
        self.web.address().to_string()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.get_as(path, "")
    }

    pub(crate) fn get_as(&self, path: &str, cookies: &str) -> Answer {
        self.raw(&format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {cookies}\r\nConnection: close\r\n\r\n",
            self.host()
        ))
    }

    pub(crate) fn post(&self, path: &str, cookies: &str, form: &[(&str, &str)]) -> Answer {
        self.post_from(path, cookies, form, &self.ours())
    }

    pub(crate) fn post_from(
        &self,
        path: &str,
        cookies: &str,
        form: &[(&str, &str)],
        headers: &str,
    ) -> Answer {
        self.raw(&self.posting_form(path, cookies, form, headers))
    }

    /// A form without files as it is sent.
    pub(crate) fn posting_form(
        &self,
        path: &str,
        cookies: &str,
        form: &[(&str, &str)],
        headers: &str,
    ) -> String {
        let pairs: Vec<String> =
            form.iter().map(|(key, value)| format!("{key}={}", escaped(value))).collect();
        let kind = "application/x-www-form-urlencoded";
        self.posting(path, cookies, (kind, &pairs.join("&")), headers)
    }

    /// A form as it is sent.
    pub(crate) fn posting(
        &self,
        path: &str,
        cookies: &str,
        (kind, body): (&str, &str),
        headers: &str,
    ) -> String {
        format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nCookie: {cookies}\r\n{headers}\
             Content-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.host(),
            body.len()
        )
    }

    /// What a browser says of a form of ours.
    pub(crate) fn ours(&self) -> String {
        format!("Origin: http://{}\r\nSec-Fetch-Site: same-origin\r\n", self.host())
    }

    /// Requests sent at the same moment, each on a connection of its own, and their answers.
    pub(crate) fn at_once(&self, requests: &[String]) -> Vec<Answer> {
        let (address, together) = (self.web.address(), Barrier::new(requests.len()));
        let ask = |request: &str| {
            let mut stream = TcpStream::connect(address).unwrap();
            together.wait();
            stream.write_all(request.as_bytes()).unwrap();
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).unwrap();
            Answer::read(&bytes)
        };
        std::thread::scope(|scope| {
            let asked: Vec<_> =
                requests.iter().map(|request| scope.spawn(|| ask(request))).collect();
            asked.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    }

    /// The sign-in form's cookie and token.
    pub(crate) fn form(&self, path: &str) -> (String, String) {
        let page = self.get(path);
        assert_eq!(page.status, 200, "{page:?}");
        (page.cookie("counterfoil_form"), page.token())
    }

    pub(crate) fn sign_in(&self, name: &str, password: &str, next: &str) -> Answer {
        let (cookie, token) = self.form("/sign-in");
        let form =
            [("token", token.as_str()), ("name", name), ("password", password), ("next", next)];
        self.post("/sign-in", &cookie, &form)
    }

    /// The cookie of somebody signed in.
    pub(crate) fn agent(&mut self, role: Role) -> String {
        let name = format!("somebody-{role}");
        let agent =
            self.store.add_agent(&name, "a@contoso.example", role, None, self.clock.now()).unwrap();
        let session = self.store.begin_session(agent, self.clock.now()).unwrap();
        format!("counterfoil_session={}", session.0)
    }

    /// The cookie of the same one who signs in once more: a session ends before other clocks do.
    pub(crate) fn again(&mut self) -> String {
        let agent = self.store.agents().unwrap()[0].id;
        let session = self.store.begin_session(agent, self.clock.now()).unwrap();
        format!("counterfoil_session={}", session.0)
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{text}"));
        let status = head[9..12].parse().unwrap();
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// A cookie the answer sets, as `name=value`.
    pub(crate) fn cookie(&self, name: &str) -> String {
        let cookie = self.header("Set-Cookie").unwrap_or_else(|| panic!("no cookie: {self:?}"));
        assert!(cookie.starts_with(&format!("{name}=")), "{cookie}");
        assert!(cookie.contains("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
        cookie.split(';').next().unwrap().to_owned()
    }

    /// The cookies of a browser after this answer, which had these before.
    pub(crate) fn cookies(&self, before: &str) -> String {
        let set = self.head.lines().filter_map(|line| line.strip_prefix("Set-Cookie: "));
        let set: Vec<&str> = set.filter_map(|cookie| cookie.split(';').next()).collect();
        let name = |cookie: &str| cookie.split('=').next().unwrap_or_default().to_owned();
        let kept = before.split("; ").filter(|old| !set.iter().any(|new| name(new) == name(old)));
        kept.chain(set.iter().copied()).collect::<Vec<_>>().join("; ")
    }

    pub(crate) fn token(&self) -> String {
        let rest = self.body.split_once("name=\"token\" value=\"").unwrap().1;
        rest.split_once('"').unwrap().0.to_owned()
    }

    /// The text of the first `h1`.
    pub(crate) fn first_line(&self) -> &str {
        self.body.split_once("<h1>").unwrap().1.split_once("</h1>").unwrap().0
    }
}

pub(crate) fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

pub(crate) fn letter(number: u32) -> Message {
    let text = format!("Letter {number}.\nThe heating in room 7 is cold.");
    Message {
        message_id: MessageId::new(&format!("letter-{number}@customer.example")),
        from: Some(Address {
            address: "jonas.weber@customer.example".to_owned(),
            name: "Jonas Weber".to_owned(),
        }),
        to: vec![Address::bare("support@contoso.example")],
        subject: format!("Cold heating {number}"),
        visible_text: text.clone(),
        text,
        ..Message::default()
    }
}
