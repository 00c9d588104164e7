//! The web of the appliance: the door lets requests in, a few threads answer them one by one, each
//! with a store of its own. What answers a request is in `handlers`, what a page looks like in
//! `views`; here is how the room is opened and closed. A request touches the store and nothing
//! else, and no panic ends a thread.

mod answer;
mod api;
mod asked;
mod assets;
pub mod door;
mod download;
mod handlers;
mod known;
mod locale;
mod metrics;
mod multipart;
mod pace;
mod pages;
mod peers;
mod route;
mod session;
mod shared;
pub mod texts;
mod verdict;
mod views;

use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use answer::Answer;
use asked::Asked;
use door::{Door, Limits, TlsFiles};
use metrics::Counters;
use pace::Pace;
use pages::Pages;
pub use peers::{NoPeers, Peers};
use session::Forms;
pub use shared::MailboxFacts;
use shared::{Desk, Facts, Turns};
use texts::Language;

use crate::desk::policy::Policy;
use crate::desk::quoting::Quoting;
use crate::desk::template::Template;
use crate::store::{self, MailboxId, Store};
use crate::time::{Clock, Zone};

/// Threads that answer requests. An answer takes milliseconds, checking a password some tens.
const THREADS: usize = 4;

/// How many of them may wait for a password to be checked; the others answer everybody else.
const SIGNING_IN: usize = THREADS - 1;

/// What stands among the settings in force for a number where nothing limits.
pub const NO_LIMIT: &str = "no limit";

/// What the web needs to know.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Further names under which it may be addressed, as for [`door::Settings`].
    pub allowed_hosts: Vec<String>,
    /// Who else than this machine may ask for the metrics.
    pub metrics_from: Vec<Peers>,
    /// Serve https with these files; `None` serves http.
    pub tls: Option<TlsFiles>,
    /// The database.
    pub store_path: PathBuf,
    /// The name of the desk.
    pub desk: String,
    /// The language of whoever asks for none.
    pub language: Language,
    /// The zone in which moments are shown.
    pub zone: Zone,
    /// Days that our copies stay after the original was removed.
    pub recovery_days: u32,
    /// The mailboxes, in the order of the configuration.
    pub mailboxes: Vec<MailboxFacts>,
    /// Every setting in force as key and value, without secrets.
    pub in_force: Vec<(String, String)>,
    /// How each of them writes, by its name and as the store knows it.
    pub policies: Vec<(String, MailboxId, Policy)>,
    /// The texts that agents answer with, by name, in the order of the configuration.
    pub canned: Vec<(String, Template)>,
    /// Lines that an answer repeats of what it answers.
    pub quote_lines: u32,
}

/// Why the web could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The door stays shut.
    #[error("{0}")]
    Door(#[source] door::Error),
    /// The database cannot be opened.
    #[error("{0}")]
    Store(#[source] store::Error),
    /// The system refuses something it usually gives.
    #[error("cannot start the web: {0}")]
    System(String),
}

/// The web, answering. It ends when dropped, within a second.
#[derive(Debug)]
pub struct Web {
    door: Arc<Door>,
    threads: Vec<JoinHandle<()>>,
}

impl Web {
    /// Opens the door and starts to answer. From now on, for as long as `clock` says, mailboxes
    /// that were not looked into yet count as starting.
    pub fn open(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let Settings { listen, allowed_hosts, tls, store_path, desk, .. } = settings;
        let Settings { recovery_days, mailboxes, policies, language, zone, .. } = settings;
        let Settings { canned, quote_lines, in_force, metrics_from, .. } = settings;
        let started_at = clock.now();
        let mut stores = Vec::with_capacity(THREADS);
        for _ in 0..THREADS {
            stores.push(Store::open(&store_path, started_at).map_err(Error::Store)?);
        }
        let doorkeeper = Store::open(&store_path, started_at).map_err(Error::Store)?;
        let forms = Forms::new().ok_or_else(|| {
            Error::System("the system gives no random numbers; check /dev/urandom".to_owned())
        })?;
        let door_settings = door::Settings {
            listen,
            allowed_hosts: allowed_hosts.clone(),
            tls,
            limits: Limits::default(),
            known: Some(known::known(doorkeeper, clock.clone())),
        };
        let door = Arc::new(Door::open(door_settings).map_err(Error::Door)?);
        let facts = Facts { desk, recovery_days, mailboxes };
        let desk = Arc::new(Desk {
            facts,
            clock,
            started_at,
            language,
            quoting: Quoting { lines: quote_lines, zone: zone.clone() },
            zone,
            allowed_hosts,
            tls: door.is_tls(),
            forms,
            pace: Mutex::new(Pace::default()),
            metrics_from,
            counters: Counters::default(),
            turns: Turns::default(),
            policies,
            canned,
            in_force,
        });
        let mut web = Self { door, threads: Vec::with_capacity(THREADS) };
        for (number, store) in stores.into_iter().enumerate() {
            let (door, pages) = (web.door.clone(), Pages::new(desk.clone(), store));
            let thread = thread::Builder::new()
                .name(format!("web {}", number + 1))
                .spawn(move || answer_all(&door, pages))
                .map_err(|error| Error::System(format!("no thread could be started: {error}")))?;
            web.threads.push(thread);
        }
        Ok(web)
    }

    /// Where it listens, with the real port.
    pub fn address(&self) -> SocketAddr {
        self.door.address()
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.door.close();
        for thread in self.threads.drain(..) {
            // What a thread panics with is caught where it answers.
            drop(thread.join());
        }
    }
}

/// Answers requests until the door closes.
fn answer_all(door: &Door, mut pages: Pages) {
    while let Some(mut request) = door.recv() {
        let answered = catch_unwind(AssertUnwindSafe(|| {
            let asked = Asked::read(&mut request);
            let answer = match &asked {
                Ok(asked) => answer_one(&mut pages, asked),
                Err(_) => Answer::line(400, "the request ended too early"),
            };
            pages.desk.counters.answered(answer.status);
            answer.send(request);
        }));
        if answered.is_err() {
            log::error!(target: "web", "sending an answer panicked; going on with the next request");
        }
    }
}

/// Answers one request, whatever happens meanwhile.
fn answer_one(pages: &mut Pages, asked: &Asked) -> Answer {
    match catch_unwind(AssertUnwindSafe(|| pages.answer(asked))) {
        Ok(answer) => answer,
        Err(_) => {
            // The query and the end of a path may hold what must not be logged.
            let first = asked.path().split('/').nth(1).unwrap_or_default();
            log::error!(target: "web", "answering {} /{first} panicked", asked.method);
            pages.recover();
            pages.failed()
        }
    }
}
