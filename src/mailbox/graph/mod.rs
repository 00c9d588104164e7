//! Microsoft 365 through Microsoft Graph. This file makes the calls: token, gate, immutable ids on
//! every one of them, and what an answer means; what is asked is in the files below.

mod enclosing;
mod filing;
mod folders;
mod following;
mod reading;
mod sending;
mod shapes;

use std::io::Read;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::answers::{About, Refusal};
use super::budget::Turn;
use super::gate::{Closed, Gate, Pauses};
use super::http::{self, Answer, Failure, Http, Request, encode};
use super::token::{self, Tokens};
use super::{
    Changes, Draft, Error, ItemId, Limits, Mailbox, Page, PagePosition, Removed, SentState, Sought,
    Whereabouts,
};
use crate::mail::{Attachment, MessageId};
use folders::Folders;

/// How long an ordinary call may take.
const DEADLINE: Duration = Duration::from_secs(100);

/// The largest JSON answer taken, in bytes.
const JSON_BYTES: u64 = 16 << 20;

/// How often a call is made again after a refusal that was sat out.
const TRIES: u32 = 4;

/// What every Outlook call asks for: ids that stay the same wherever the message lies (facts:
/// microsoft-graph 2.5).
const IMMUTABLE: (&str, &str) = ("prefer", r#"IdType="ImmutableId""#);

/// One mailbox in Microsoft 365.
pub struct Settings {
    /// Its address.
    pub address: String,
    /// The folder to take in from: a well-known name, a display name, or a path such as
    /// `Inbox/Support`.
    pub folder: String,
    /// The origin of Microsoft Graph, such as `https://graph.microsoft.com`.
    pub graph_url: String,
    /// Requests side by side.
    pub side_by_side: usize,
    /// Who signs in where.
    pub token: token::Settings,
    /// How requests leave the house.
    pub http: http::Settings,
    /// The pauses asked for before, and who remembers the next ones.
    pub pauses: Pauses,
}

/// The mailbox, reachable.
pub struct Graph {
    address: String,
    folder: String,
    origin: String,
    /// `…/v1.0/users/{address}`
    base: String,
    http: Http,
    tokens: Tokens,
    gate: Gate,
    folders: Mutex<Folders>,
    /// Held while a folder is looked for and made.
    making: Mutex<()>,
    /// Whether listings may ask for sizes; some services refuse that.
    asks_sizes: AtomicBool,
    /// How often in a row moving into Recoverable Items was refused.
    moves_refused: AtomicU32,
    /// The longest any call may take.
    patience: Option<Duration>,
}

/// One call.
struct Call<'a> {
    method: &'static str,
    url: &'a str,
    doing: &'a str,
    content_type: Option<&'static str>,
    body: Option<&'a [u8]>,
    deadline: Duration,
    max_bytes: u64,
    turn: Turn,
    /// Whether it is made again after a 503 that asks for a pause. Where it must not be done twice,
    /// the caller looks first: a gateway may say so of work that was done.
    may_repeat: bool,
}

impl<'a> Call<'a> {
    fn get(url: &'a str, doing: &'a str) -> Self {
        Self {
            method: "GET",
            url,
            doing,
            content_type: None,
            body: None,
            deadline: DEADLINE,
            max_bytes: JSON_BYTES,
            turn: Turn::Prompt,
            may_repeat: true,
        }
    }

    fn post(url: &'a str, doing: &'a str, body: &'a [u8]) -> Self {
        let content_type = (!body.is_empty()).then_some("application/json");
        Self { method: "POST", content_type, body: Some(body), ..Self::get(url, doing) }
    }
}

/// A call that did not succeed: refused in words of the service, or without an answer.
enum Unsuccessful {
    Refused(Refusal),
    Failed(Error),
}

impl Graph {
    /// A mailbox with these settings. Nothing is asked yet. Fails on certificates or a proxy that
    /// cannot be used.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let http = Http::new(&settings.http).map_err(Error::Refused)?;
        let base = format!("{}/v1.0/users/{}", settings.graph_url, encode(&settings.address));
        // A practice mailbox has no such limit unless it shows one.
        let keeps_budget = !http::is_loopback(http::host_of(&settings.graph_url));
        Ok(Self {
            patience: settings.http.patience,
            address: settings.address,
            folder: settings.folder,
            origin: settings.graph_url,
            base,
            http,
            tokens: Tokens::new(settings.token),
            gate: Gate::new(settings.side_by_side, keeps_budget, settings.pauses),
            folders: Mutex::default(),
            making: Mutex::default(),
            asks_sizes: AtomicBool::new(true),
            moves_refused: AtomicU32::new(0),
        })
    }

    /// Makes a call until it is answered with something else than a refusal to be sat out.
    fn call(&self, call: &Call<'_>) -> Result<Answer, Unsuccessful> {
        let (mut tries, mut fresh) = (0, false);
        loop {
            tries += 1;
            let token = self.tokens.token(&self.http).map_err(Unsuccessful::Failed)?;
            let pass = self
                .gate
                .enter(call.turn)
                .map_err(|closed| Unsuccessful::Failed(self.closed(call.doing, closed)))?;
            let mut headers = vec![
                ("authorization", format!("Bearer {}", token.as_str())),
                (IMMUTABLE.0, IMMUTABLE.1.to_owned()),
            ];
            headers.extend(call.content_type.map(|kind| ("content-type", kind.to_owned())));
            let request = Request {
                method: call.method,
                url: call.url,
                headers,
                body: call.body,
                deadline: self.patience.map_or(call.deadline, |most| most.min(call.deadline)),
                max_bytes: call.max_bytes,
            };
            let outcome = self.http.send(&request);
            drop(pass);
            let answer = outcome.map_err(|failure| self.failed(call, failure))?;
            if answer.is_success() {
                self.gate.answered();
                return Ok(answer);
            }
            let refusal = Refusal::read(&answer);
            // The mailbox may go on with all else.
            if refusal.limits_sending() {
                self.gate.answered();
                return Err(Unsuccessful::Refused(refusal));
            }
            // Throttled, or told to come back: nothing was done (facts: microsoft-graph 5.2).
            if refusal.status == 429 || (refusal.status == 503 && answer.retry_after.is_some()) {
                let wait = self.gate.refused(answer.retry_after, refusal.is_crowded());
                if refusal.status == 503 && !call.may_repeat {
                    return Err(Unsuccessful::Refused(refusal));
                }
                if tries < TRIES {
                    continue;
                }
                let what = self.throttled(call.doing);
                return Err(Unsuccessful::Failed(Error::Throttled { wait, what }));
            }
            self.gate.answered();
            if refusal.status == 401 && !fresh && !refusal.is("NoPermissionsInAccessToken") {
                fresh = true;
                self.tokens.forget(&token);
                continue;
            }
            return Err(Unsuccessful::Refused(refusal));
        }
    }

    /// Makes a call whose answer is JSON.
    fn json<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, Unsuccessful> {
        let answer = self.call(call)?;
        serde_json::from_slice(&answer.body).map_err(|_| {
            let sentence = format!("{}: the answer cannot be read", call.doing);
            Unsuccessful::Failed(self.lost(call, sentence))
        })
    }

    fn failed(&self, call: &Call<'_>, failure: Failure) -> Unsuccessful {
        Unsuccessful::Failed(match failure {
            Failure::NotSent(why) => Error::Unreachable(why),
            Failure::Lost(why) => self.lost(call, format!("{}: {why}", call.doing)),
            Failure::TooLarge(size) => Error::TooLarge { max_bytes: call.max_bytes, size },
        })
    }

    /// A lost answer: harmless for a call that only reads.
    fn lost(&self, call: &Call<'_>, sentence: String) -> Error {
        if call.method == "GET" { Error::Unreachable(sentence) } else { Error::Unknown(sentence) }
    }

    /// Nothing may be asked for a while.
    fn closed(&self, doing: &str, closed: Closed) -> Error {
        match closed {
            Closed::Paused(wait) => Error::Throttled { wait, what: self.throttled(doing) },
            Closed::Spent(wait) => Error::Throttled {
                wait,
                what: format!(
                    "{doing}: the 10,000 requests that the service allows {} in ten minutes are \
                     used up",
                    self.address
                ),
            },
        }
    }

    fn throttled(&self, doing: &str) -> String {
        format!("{doing}: the service limits the requests to {}", self.address)
    }

    /// What an unsuccessful call means for the caller.
    fn error(&self, call: &Call<'_>, unsuccessful: Unsuccessful) -> Error {
        match unsuccessful {
            Unsuccessful::Failed(error) => error,
            Unsuccessful::Refused(refusal) => refusal.into_error(About {
                doing: call.doing,
                address: &self.address,
                reads: call.method == "GET",
            }),
        }
    }

    fn message_url(&self, item: &ItemId, rest: &str) -> String {
        format!("{}/messages/{}{rest}", self.base, encode(&item.0))
    }
}

impl Mailbox for Graph {
    fn list(&self, position: Option<&PagePosition>) -> Result<Page, Error> {
        self.list_folder(position)
    }

    fn changes(&self, position: Option<&PagePosition>) -> Result<Changes, Error> {
        self.follow(position)
    }

    fn reachable(&self) -> Result<(), Error> {
        self.look_at_inbox()
    }

    fn whereabouts(&self, item: &ItemId) -> Result<Whereabouts, Error> {
        self.whereabouts_of(item)
    }

    fn fetch(&self, item: &ItemId, max_bytes: u64, patience: Duration) -> Result<Vec<u8>, Error> {
        let url = self.message_url(item, "/$value");
        let call = Call {
            deadline: patience,
            max_bytes,
            turn: Turn::Bulk,
            ..Call::get(&url, "fetching a message")
        };
        self.call(&call).map(|answer| answer.body).map_err(|error| self.error(&call, error))
    }

    fn copy(&self, item: &ItemId, folder: &str) -> Result<ItemId, Error> {
        self.copy_into(item, folder)
    }

    fn find_copy(&self, sought: &Sought<'_>, folder: &str) -> Result<Option<ItemId>, Error> {
        self.copy_in(sought, folder)
    }

    fn remove(&self, item: &ItemId, sought: &Sought<'_>) -> Result<Removed, Error> {
        self.remove_item(item, sought)
    }

    fn move_to(&self, item: &ItemId, folder: &str) -> Result<ItemId, Error> {
        self.move_into(item, folder)
    }

    fn recoverable(&self, position: Option<&PagePosition>) -> Result<Page, Error> {
        self.list_recoverable(position)
    }

    fn draft(&self, raw: &[u8]) -> Result<Draft, Error> {
        self.make_draft(raw)
    }

    fn limits(&self) -> Limits {
        sending::LIMITS
    }

    fn attach(
        &self,
        draft: &ItemId,
        file: &Attachment,
        size: u64,
        content: &mut dyn Read,
    ) -> Result<(), Error> {
        self.attach_file(draft, file, size, content)
    }

    fn discard(&self, draft: &ItemId) -> Result<(), Error> {
        self.discard_draft(draft)
    }

    fn send(&self, draft: &ItemId) -> Result<(), Error> {
        self.send_draft(draft)
    }

    fn sent_state(
        &self,
        draft: &ItemId,
        message_id: Option<&MessageId>,
    ) -> Result<SentState, Error> {
        self.state_of(draft, message_id)
    }

    fn find_outgoing(&self, message_id: &MessageId) -> Result<Option<(Draft, SentState)>, Error> {
        self.find_sent_or_draft(message_id)
    }

    fn find_alike(
        &self,
        state: SentState,
        subject: &str,
        is_it: &dyn Fn(&ItemId, &[u8]) -> bool,
    ) -> Result<Option<ItemId>, Error> {
        self.find_by_words(state, subject, is_it)
    }
}
