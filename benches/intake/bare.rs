//! The bare pipeline: what intake costs at the very least. Four connections, mail-parser, one
//! thread that writes the rows in groups of a hundred, removal after the commit. It decides
//! nothing, repeats nothing and survives nothing.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};

use serde_json::Value;

use super::practice::{ADDRESS, Place};
use super::rows::{self, Letter, Rows};

/// Letters per commit.
const GROUP: usize = 100;

/// Connections, and threads that use them.
const CONNECTIONS: usize = 4;

/// Letters fetched ahead of the commit.
const AHEAD: usize = 128;

/// The shortest way to speak to a mailbox.
pub(super) struct Client {
    agent: ureq::Agent,
    bearer: String,
    base: String,
}

impl Client {
    /// Signs in.
    pub(super) fn new(place: &Place) -> Self {
        let config = ureq::config::Config::builder()
            .http_status_as_error(true)
            .proxy(None)
            .max_idle_connections_per_host(CONNECTIONS)
            .build();
        let agent = ureq::Agent::new_with_config(config);
        let form = format!(
            "client_id={}&client_secret={}&grant_type=client_credentials\
             &scope=https%3A%2F%2Fgraph.microsoft.com%2F.default",
            place.client, place.secret
        );
        let answer = agent
            .post(format!("{}/{}/oauth2/v2.0/token", place.url, place.tenant))
            .header("content-type", "application/x-www-form-urlencoded")
            .send(form.as_bytes())
            .expect("a token");
        let bearer = format!("Bearer {}", json(answer)["access_token"].as_str().expect("a token"));
        Self { agent, bearer, base: format!("{}/v1.0/users/{ADDRESS}", place.url) }
    }

    /// The ids of everything in the Inbox, page by page.
    pub(super) fn list(&self, mut page: impl FnMut(Vec<String>)) {
        let mut url = Some(format!("{}/mailFolders/Inbox/messages?$select=id&$top=500", self.base));
        while let Some(link) = url {
            let answer = json(self.get(&link));
            let items = answer["value"].as_array().expect("a page");
            page(items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect());
            url = answer["@odata.nextLink"].as_str().map(str::to_owned);
        }
    }

    fn get(&self, url: &str) -> ureq::http::Response<ureq::Body> {
        self.agent
            .get(url)
            .header("authorization", &self.bearer)
            .header("prefer", "IdType=\"ImmutableId\"")
            .call()
            .expect("an answer")
    }

    /// A letter's bytes.
    pub(super) fn fetch(&self, item: &str) -> Vec<u8> {
        bytes(self.get(&format!("{}/messages/{item}/$value", self.base)))
    }

    /// Moves a letter into Recoverable Items; its id there.
    fn remove(&self, item: &str) -> String {
        let answer = self
            .agent
            .post(format!("{}/messages/{item}/move", self.base))
            .header("authorization", &self.bearer)
            .header("prefer", "IdType=\"ImmutableId\"")
            .header("content-type", "application/json")
            .send(&br#"{"destinationId":"recoverableitemsdeletions"}"#[..])
            .expect("an answer");
        json(answer)["id"].as_str().expect("an id").to_owned()
    }
}

fn bytes(mut answer: ureq::http::Response<ureq::Body>) -> Vec<u8> {
    let length = answer.body().content_length().unwrap_or(0);
    let mut bytes = Vec::with_capacity(usize::try_from(length).expect("a length"));
    answer.body_mut().as_reader().read_to_end(&mut bytes).expect("an answer");
    bytes
}

fn json(answer: ureq::http::Response<ureq::Body>) -> Value {
    serde_json::from_slice(&bytes(answer)).expect("JSON")
}

enum Job {
    Fetch(usize),
    Remove(usize),
}

enum Done {
    Fetched(usize, Box<Letter>),
    Removed(usize, String),
}

/// Takes in a whole mailbox.
pub(super) fn run(place: &Place, database: &Path, full_text: bool) {
    let client = Client::new(place);
    let mut rows = Rows::open(database, full_text);
    let mut items: Vec<String> = Vec::new();
    client.list(|page| {
        rows.list(&page);
        items.extend(page);
    });
    let (jobs, taken) = mpsc::channel();
    let (done, results) = mpsc::channel();
    let taken = Mutex::new(taken);
    std::thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            let (client, items, taken, done) = (&client, &items, &taken, done.clone());
            scope.spawn(move || work(client, items, taken, &done));
        }
        write(&mut rows, items.len(), jobs, &results);
    });
}

fn work(client: &Client, items: &[String], jobs: &Mutex<Receiver<Job>>, done: &Sender<Done>) {
    loop {
        let job = jobs.lock().expect("no panic").recv();
        let result = match job {
            Ok(Job::Fetch(at)) => {
                Done::Fetched(at, Box::new(rows::read(&client.fetch(&items[at]))))
            }
            Ok(Job::Remove(at)) => Done::Removed(at, client.remove(&items[at])),
            Err(_) => return,
        };
        done.send(result).expect("a listener");
    }
}

/// Hands out the jobs and writes what comes back, until everything is removed and noted.
fn write(rows: &mut Rows, number: usize, jobs: Sender<Job>, results: &Receiver<Done>) {
    let ledger = |at: usize| i64::try_from(at).expect("a row") + 1;
    let hand_out = |job| jobs.send(job).expect("a worker");
    let (mut next, mut fetching, mut removing, mut noted) = (0, 0, 0, 0);
    let mut letters = BTreeMap::new();
    let mut removed = Vec::new();
    while noted < number {
        while next < number && fetching + letters.len() < AHEAD + GROUP && fetching < AHEAD {
            hand_out(Job::Fetch(next));
            next += 1;
            fetching += 1;
        }
        match results.recv().expect("a worker") {
            Done::Fetched(at, letter) => {
                fetching -= 1;
                letters.insert(at, *letter);
            }
            Done::Removed(at, item) => {
                removing -= 1;
                removed.push((ledger(at), item));
            }
        }
        let all_fetched = next == number && fetching == 0;
        let last = all_fetched && letters.is_empty() && removing == 0;
        if letters.len() >= GROUP || (all_fetched && !letters.is_empty()) || last {
            let group = std::mem::take(&mut letters);
            let places: Vec<usize> = group.keys().copied().collect();
            let group: Vec<(i64, Letter)> =
                group.into_iter().map(|(at, letter)| (ledger(at), letter)).collect();
            rows.write(&group, &removed);
            noted += removed.len();
            removed.clear();
            removing += places.len();
            places.into_iter().for_each(|at| hand_out(Job::Remove(at)));
        }
    }
}

/// Lists and fetches every letter, and does nothing with it.
pub(super) fn fetch_only(place: &Place) {
    let client = Client::new(place);
    let mut items = Vec::new();
    client.list(|page| items.extend(page));
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    client.fetch(item);
                }
            });
        }
    });
}
