//! The practice mailbox: a pretended Entra sign-in and Microsoft Graph on loopback, in our own
//! binary, so that an office can judge everything before granting a permission. Written from what
//! is known of the service (facts: microsoft-graph), never from a client; it refuses what the
//! service refuses. A house of its own: it uses nothing else of this crate.

mod answers;
mod attachments;
mod batch;
mod clock;
mod compose;
pub mod correspondents;
mod delta;
mod drafts;
mod entra;
mod facts;
pub mod faults;
mod filter;
mod folders;
mod graph;
mod hands;
mod header;
mod house;
mod ids;
pub mod letters;
mod listener;
mod listing;
mod mailbox;
mod messages;
mod odata;
mod page;
mod rebuild;
mod refusal;
mod reports;
mod send;
pub mod settings;
mod show;
mod upload;
mod users;
mod wire;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

pub use correspondents::Correspondents;
pub use faults::{Fault, Kind};
pub use settings::{MailboxSettings, Restriction, Settings, Switches};

use house::{House, locked};
use ids::Named;
use listener::Listener;
use wire::{Answer, Outage, Request, Sending};

/// Why the practice mailbox does not start, or does not take a letter.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It would be reachable from outside, in plain HTTP.
    #[error("practice mailbox: {0} is no loopback address; listen on 127.0.0.1 or [::1]")]
    NotLoopback(std::net::SocketAddr),
    /// The address cannot be listened on.
    #[error("practice mailbox: cannot listen on {0}")]
    Listen(std::net::SocketAddr, #[source] std::io::Error),
    /// There is no such mailbox in the settings, or none behind that user.
    #[error("practice mailbox: there is no mailbox {0}")]
    NoSuchMailbox(String),
    /// There is no such letter in the mailbox, or no such folder.
    #[error("practice mailbox: there is no {what} in {address}")]
    NoSuch {
        /// What was looked for.
        what: String,
        /// The mailbox.
        address: String,
    },
    /// The folder is one every mailbox has, or the name is taken by another one.
    #[error("practice mailbox: the folder {0} cannot be renamed or deleted like this")]
    NotPossible(String),
    /// A letter of a seed directory cannot be read.
    #[error("practice mailbox: cannot read {0}")]
    Read(PathBuf, #[source] std::io::Error),
}

/// A letter that left.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sent {
    /// The mailbox it was sent from.
    pub from: String,
    /// Everybody it goes to: To, Cc and Bcc.
    pub to: Vec<String>,
    /// The MIME as it leaves, without Bcc.
    pub raw: Vec<u8>,
}

/// A letter as it lies in a folder.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its immutable id.
    pub id: String,
    /// Its Message-ID with the angle brackets.
    pub message_id: Option<String>,
    /// Its subject, decoded.
    pub subject: Option<String>,
    kept: mailbox::Kept,
}

impl Seen {
    /// The bytes as they were delivered or drafted; empty when a seeded file has gone.
    pub fn raw(&self) -> Vec<u8> {
        self.kept.read().unwrap_or_default()
    }
}

/// One request with its answer, as the log keeps them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exchange {
    /// `GET`, `POST` and so on.
    pub method: String,
    /// Path and query as they were sent.
    pub target: String,
    /// All request headers but `Authorization`.
    pub request_headers: Vec<(String, String)>,
    /// The request's body.
    pub request_body: Vec<u8>,
    /// The status that was answered, also when the answer was lost on purpose.
    pub status: u16,
    /// The answer's body.
    pub answer_body: Vec<u8>,
}

/// A running practice mailbox; dropping it stops it and closes every connection.
pub struct Practice {
    // The listeners stop before the houses go.
    listeners: [Listener; 2],
    /// One for each tenant, the first tenant first; it also keeps the faults and the records.
    houses: Arc<[House]>,
}

impl std::fmt::Debug for Practice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Practice").field("url", &self.url()).finish_non_exhaustive()
    }
}

impl Practice {
    /// Binds the address of the settings and a second port for uploads, and starts answering.
    ///
    /// # Errors
    ///
    /// [`Error::NotLoopback`] and [`Error::Listen`].
    pub fn start(settings: Settings) -> Result<Self, Error> {
        let listen = settings.listen;
        if !listen.ip().is_loopback() {
            return Err(Error::NotLoopback(listen));
        }
        let failed = |error| Error::Listen(listen, error);
        let main = TcpListener::bind(listen).map_err(failed)?;
        let upload = TcpListener::bind((listen.ip(), 0)).map_err(failed)?;
        let origin = format!("http://{}", main.local_addr().map_err(failed)?);
        let upload_origin = format!("http://{}", upload.local_addr().map_err(failed)?);
        let further = settings.further_tenants.clone();
        let tenants = std::iter::once(settings).chain(further);
        let houses: Arc<[House]> = tenants
            .map(|settings| House::new(settings, origin.clone(), upload_origin.clone()))
            .collect();
        let (one, two) = (Arc::clone(&houses), Arc::clone(&houses));
        let main = Listener::start(main, Box::new(move |request| take(&one, request, false)));
        let upload = Listener::start(upload, Box::new(move |request| take(&two, request, true)));
        Ok(Self { listeners: [main.map_err(failed)?, upload.map_err(failed)?], houses })
    }

    /// `http://127.0.0.1:PORT`: sign-in at `/{tenant}/oauth2/v2.0/token`, Graph at `/v1.0/…`, and
    /// a page for people at `/`.
    pub fn url(&self) -> String {
        format!("http://{}", self.listeners[0].address())
    }

    /// The house of the tenant that has this address; the first when none has.
    fn house_of(&self, address: &str) -> &House {
        let mut houses = self.houses.iter();
        houses.find(|house| house.account(address).is_some()).unwrap_or(&self.houses[0])
    }

    /// Puts a letter into an Inbox, received at `received_unix` (seconds since 1970), and answers
    /// with its immutable id.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchMailbox`].
    pub fn deliver(
        &self,
        address: &str,
        raw: Vec<u8>,
        received_unix: i64,
    ) -> Result<String, Error> {
        let house = self.house_of(address);
        let account = house.mailbox(address)?;
        let number = house.deliver(account, &raw, received_unix);
        Ok(account.open(house).ids.write(Named::Item(number)))
    }

    /// Puts every `*.eml` below a directory into an Inbox, by path, received when its `Date` says
    /// (the present if it says none, or a later time). The files stay where they are and are read
    /// when they are asked for. Answers with how many there were.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchMailbox`], [`Error::Read`].
    pub fn seed_dir(&self, address: &str, dir: &Path) -> Result<usize, Error> {
        let house = self.house_of(address);
        let account = house.mailbox(address)?;
        let mut paths = Vec::new();
        letters_below(dir, &mut paths)?;
        paths.sort();
        for path in &paths {
            let raw = std::fs::read(path).map_err(|error| Error::Read(path.clone(), error))?;
            let facts = facts::read(&raw);
            let now = house.clock.now();
            let received = facts.sent.filter(|sent| *sent <= now).unwrap_or(now);
            let kept = mailbox::Kept::Disk(path.clone());
            account.open(house).add(mailbox::INBOX, kept, facts, received, false);
        }
        Ok(paths.len())
    }

    /// What lies in a folder now, oldest first: a well-known name, or display names with `/`
    /// between them. A mailbox or folder that does not exist is empty.
    pub fn folder(&self, address: &str, folder: &str) -> Vec<Seen> {
        let house = self.house_of(address);
        let Ok(account) = house.mailbox(address) else { return Vec::new() };
        let mailbox = account.open(house);
        let folder = mailbox.find(folder).and_then(|number| mailbox.folders.get(&number));
        let numbers = folder.into_iter().flat_map(|folder| folder.order.values());
        let items = numbers.filter_map(|number| mailbox.item(*number));
        items
            .map(|item| Seen {
                id: mailbox.ids.write(Named::Item(item.number)),
                message_id: item.facts.message_id.clone(),
                subject: item.facts.subject.clone(),
                kept: item.kept.clone(),
            })
            .collect()
    }

    /// Everything that was sent, in order.
    pub fn left(&self) -> Vec<Sent> {
        self.houses.iter().flat_map(|house| locked(&house.left).clone()).collect()
    }

    /// The largest number of requests that were under way on a mailbox at one moment.
    pub fn most_in_flight(&self, address: &str) -> usize {
        let account = self.house_of(address).account(address);
        account.map_or(0, |account| account.most_in_flight.load(Ordering::SeqCst))
    }

    /// How many requests came, of every kind.
    pub fn requests(&self) -> u64 {
        self.houses[0].requests.load(Ordering::SeqCst)
    }

    /// Begins or ends keeping every request with its answer.
    pub fn log_requests(&self, on: bool) {
        self.houses[0].logging.store(on, Ordering::SeqCst);
    }

    /// The requests kept so far.
    pub fn logged(&self) -> Vec<Exchange> {
        locked(&self.houses[0].log).clone()
    }

    /// Orders a fault.
    pub fn fail(&self, fault: Fault) {
        self.houses[0].faults.order(fault);
    }

    /// Takes every order of a fault back.
    pub fn forgive(&self) {
        self.houses[0].faults.forgive();
    }

    /// Moves the practice clock on by so many seconds: tokens end, Recoverable Items empty.
    pub fn advance(&self, seconds: i64) {
        self.houses.iter().for_each(|house| house.clock.advance(seconds));
    }
}

fn letters_below(dir: &Path, paths: &mut Vec<PathBuf>) -> Result<(), Error> {
    let failed = |error| Error::Read(dir.to_owned(), error);
    for entry in std::fs::read_dir(dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            letters_below(&path, paths)?;
        } else if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("eml")) {
            paths.push(path);
        }
    }
    Ok(())
}

impl House {
    /// Whether a Host header names this service.
    fn is_own_host(&self, host: &str) -> bool {
        let port = self.origin.rsplit_once(':').map_or("", |(_, port)| port);
        host.rsplit_once(':').is_some_and(|(name, its)| {
            its == port && ["127.0.0.1", "localhost", "[::1]"].contains(&name)
        })
    }

    fn answer(&self, request: &Request, faults: &[Kind]) -> Answer {
        let path = request.path();
        if path.starts_with("/v1.0/") {
            return graph::answer(self, request, faults);
        }
        graph::pause(faults, true);
        let tenant =
            path.strip_prefix('/').and_then(|path| path.strip_suffix("/oauth2/v2.0/token"));
        let answer = match tenant {
            Some(tenant) => entra::answer(self, request, &odata::decoded(tenant, false), faults),
            None => page::answer(self, request),
        };
        graph::pause(faults, false);
        answer
    }
}

/// Answers one request of either origin: counts it, lets the ordered faults strike, logs it.
fn take(houses: &[House], request: &Request, upload: bool) -> Answer {
    let (first, house) = (&houses[0], addressed(houses, request));
    first.requests.fetch_add(1, Ordering::SeqCst);
    let faults = first.faults.strike(&request.method, &request.target);
    let mut answer = match struck(&faults, house.clock.now()) {
        Some(answer) => answer,
        None if upload => upload::answer(house, request),
        None => house.answer(request, &faults),
    };
    if first.logging.load(Ordering::SeqCst) {
        let headers = request.headers.iter();
        locked(&first.log).push(Exchange {
            method: request.method.clone(),
            target: request.target.clone(),
            request_headers: headers
                .filter(|(name, _)| !name.eq_ignore_ascii_case("authorization"))
                .cloned()
                .collect(),
            request_body: request.body.clone(),
            status: answer.status,
            answer_body: answer.body.clone(),
        });
    }
    for fault in &faults {
        spoil(&mut answer, fault);
    }
    answer
}

/// The tenant a request is for: the one it signs in to, whose token it bears, or whose mailbox it
/// uploads to; the first when none fits, which then refuses it.
fn addressed<'a>(houses: &'a [House], request: &Request) -> &'a House {
    let signs_in = request.path().trim_start_matches('/').strip_suffix("/oauth2/v2.0/token");
    let bearer = request.header("authorization").and_then(|value| value.get(7..)).map(str::trim);
    let fits = |house: &&House| match (signs_in, bearer) {
        (Some(tenant), _) => house.settings.is_tenant(&odata::decoded(tenant, false)),
        (None, Some(token)) => locked(&house.tokens).contains_key(token),
        (None, None) => house.accounts.iter().any(|account| request.target.contains(&account.guid)),
    };
    houses.iter().find(fits).unwrap_or(&houses[0])
}

/// The answer of a fault that lets no work be done.
fn struck(faults: &[Kind], now: i64) -> Option<Answer> {
    let answer = faults.iter().find_map(|fault| match fault {
        Kind::CutConnection => Some(nothing()),
        Kind::Silence(millis) => {
            std::thread::sleep(std::time::Duration::from_millis(*millis));
            Some(nothing())
        }
        Kind::Html503 => {
            let html = "<html><head><title>503 Service Temporarily Unavailable</title></head>\
                        <body><h1>Service Unavailable</h1></body></html>";
            Some(Answer::new(503, "text/html", html))
        }
        Kind::GatewayNotFound => {
            let html = "<html><head><title>404 Not Found</title></head>\
                        <body><h1>Not Found</h1></body></html>";
            Some(Answer::new(404, "text/html", html))
        }
        Kind::Status { code, retry_after } => {
            let (word, text) = match code {
                401 => {
                    ("InvalidAuthenticationToken", "Access token has expired or is not yet valid.")
                }
                403 => ("ErrorAccessDenied", "Access is denied. Check credentials and try again."),
                404 => ("ErrorItemNotFound", "The specified object was not found in the store."),
                409 => (
                    "ErrorIrresolvableConflict",
                    "The send or update operation could not be performed because the change key \
                     passed in the request does not match the current change key for the item.",
                ),
                410 => ("SyncStateNotFound", "The sync state generation is not found."),
                429 => ("TooManyRequests", "Please retry again later."),
                503 => ("serviceNotAvailable", "The service is temporarily unavailable."),
                504 => ("UnknownError", ""),
                507 => ("ErrorQuotaExceeded", "The mailbox is over its quota."),
                _ => ("InternalServerError", "An internal server error occurred."),
            };
            Some(refused(refusal::refuse(*code, word, text), retry_after.as_deref(), now))
        }
        Kind::Throttled { retry_after } => {
            let text = "Application is over its MailboxConcurrency limit.";
            let refusal = refusal::refuse(429, "ApplicationThrottled", text);
            Some(refused(refusal, retry_after.as_deref(), now))
        }
        _ => None,
    });
    answer.map(|answer| answer.with("Date", clock::http_date(now)))
}

/// The connection closes without a word.
fn nothing() -> Answer {
    Answer { sending: Sending::Nothing, ..Answer::default() }
}

/// A refusal on order. `+` and seconds as the wait become the date that lies so far ahead.
fn refused(mut refusal: refusal::Refusal, retry_after: Option<&str>, now: i64) -> Answer {
    let ahead = |text: &str| text.strip_prefix('+').and_then(|seconds| seconds.parse::<i64>().ok());
    refusal.retry_after = retry_after.map(|text| match ahead(text) {
        Some(seconds) => clock::http_date(now.saturating_add(seconds)),
        None => text.to_owned(),
    });
    graph::refused(&refusal, now, "practice-fault", "practice-fault")
}

/// Spoils a finished answer.
fn spoil(answer: &mut Answer, fault: &Kind) {
    match fault {
        Kind::AnswerLost => answer.sending = Sending::Nothing,
        Kind::Down(None) => answer.outage = Some(Outage::UntilUp),
        Kind::Down(Some(millis)) => answer.outage = Some(Outage::Millis(*millis)),
        Kind::TruncatedBody => answer.sending = Sending::Half,
        Kind::GarbledJson => {
            let half = answer.body.len() / 2;
            answer.body.truncate(half);
            answer.body.extend_from_slice(b"\",,}{");
        }
        Kind::ForeignNextLink => {
            if let Ok(mut page) = serde_json::from_slice::<serde_json::Value>(&answer.body)
                && page.is_object()
            {
                let link = "http://graph.foreign.example/v1.0/users/x/messages?$skip=10";
                page["@odata.nextLink"] = link.into();
                answer.body = page.to_string().into_bytes();
            }
        }
        _ => {}
    }
}
