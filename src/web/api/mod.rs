//! The JSON API: who asks and whether they may, which resource a path means, and how every answer and
//! every refusal looks. The facts and decisions are those of the pages and the command line.

mod given;
mod reading;
mod writing;

use serde::Serialize;
use serde_json::json;

use super::answer::Answer;
use super::api;
use super::asked::Asked;
use super::session::{self, Visitor};
use super::shared::Desk;
use crate::desk::outbox::Step;
use crate::desk::ticket::{ArticleId, AttachmentId, OutboxId, Role, TicketNumber};
use crate::store::{self, Store};
use crate::time::Timestamp;

/// What every path of the API begins with.
const ROOT: &str = "/api/v1/";

/// The description of the API (OpenAPI 3.1).
const OPENAPI: &str = include_str!("openapi.json");

/// Somebody, or a program, that may use the API.
pub(super) struct Caller {
    /// Whose name the audit entries bear.
    actor: String,
    /// Whose name articles bear.
    name: String,
    role: Role,
}

/// A resource.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Resource {
    OpenApi,
    Status,
    Tickets,
    Ticket(TicketNumber),
    Replies(TicketNumber),
    Notes(TicketNumber),
    Raw(ArticleId),
    Attachment(AttachmentId),
    Search,
    Ledger,
    Balance,
    Outbox,
    /// What a person decides about a message of ours.
    Decision(OutboxId, Step),
    Audit,
}

/// Why there is no other answer.
#[derive(Debug)]
struct Refusal {
    status: u16,
    code: &'static str,
    message: String,
    header: Option<(&'static str, String)>,
}

type Outcome = Result<Answer, Refusal>;

/// Whether a path is one of the API.
pub(super) fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

/// Answers one request.
pub(super) fn answer(desk: &Desk, store: &mut Store, asked: &Asked, now: Timestamp) -> Answer {
    match allowed(desk, store, asked, now) {
        Ok(answer) => answer,
        Err(refusal) => refusal.answer(),
    }
}

fn allowed(desk: &Desk, store: &mut Store, asked: &Asked, now: Timestamp) -> Outcome {
    let resource = Resource::find(asked.path()).ok_or_else(|| {
        Refusal::new(404, "not_found", "there is no such resource; see /api/v1/openapi.json")
    })?;
    let methods = resource.methods();
    if !methods.split(", ").any(|method| method == asked.method) {
        let words = format!("{} answers to {methods} only", asked.path());
        return Err(Refusal::new(405, "method_not_allowed", words).with("Allow", methods));
    }
    if resource == Resource::OpenApi {
        return Ok(Answer::json_text(200, OPENAPI.to_owned()));
    }
    let caller = caller(desk, store, asked, now)?;
    let writes = !matches!(asked.method.as_str(), "GET" | "HEAD");
    if let Err(wait) = desk.pace(|pace| pace.may(&caller.actor, writes, now)) {
        let words = format!("too many requests; wait {wait} s");
        let refusal = Refusal::new(429, "too_many_requests", words);
        return Err(refusal.with("Retry-After", wait.to_string()));
    }
    if resource.is_for_admins() && caller.role != Role::Admin {
        return Err(Refusal::new(403, "forbidden", "only an admin may see this"));
    }
    known_keys(asked, resource.keys(&asked.method))?;
    if writes {
        writing::answer(desk, store, asked, &resource, &caller, now)
    } else {
        reading::answer(desk, store, asked, &resource, now)
    }
}

/// Makes sure that the query says only what is heard, and once: whoever misspells a condition would
/// otherwise take everything for what it is true of.
fn known_keys(asked: &Asked, known: &[&str]) -> Result<(), Refusal> {
    let keys = asked.query_keys();
    for (place, key) in keys.iter().enumerate() {
        let shown: String = key.chars().take(100).collect();
        if !known.contains(&key.as_str()) {
            let there = match known {
                [] => "it takes none".to_owned(),
                known => format!("there are {}", known.join(", ")),
            };
            return Err(Refusal::bad(format!("the query has an unknown key `{shown}`; {there}")));
        }
        if keys[..place].contains(key) {
            return Err(Refusal::bad(format!("the query says `{shown}` more than once")));
        }
        // A search is what people paste; everything else is a name or a number.
        let value = asked.query(key).unwrap_or_default();
        if key != "q" && value.contains(|sign: char| sign.is_ascii_control()) {
            return Err(Refusal::bad(format!("{shown}: it holds a control character")));
        }
    }
    Ok(())
}

/// Who asks: a token, or a browser that is signed in. What a browser changes needs the token of its
/// forms too, in the header `X-CSRF-Token`.
fn caller(
    desk: &Desk,
    store: &mut Store,
    asked: &Asked,
    now: Timestamp,
) -> Result<Caller, Refusal> {
    let missing =
        |words: &str| Refusal::new(401, "unauthorized", words).with("WWW-Authenticate", "Bearer");
    if let Some(authorization) = &asked.authorization {
        let Some(token) = store.token(secret_of(authorization), now)? else {
            return Err(missing("this token is not valid; make one with counterfoil token add"));
        };
        let actor = format!("token:{}", token.name);
        return Ok(Caller { actor, name: token.name, role: token.role });
    }
    let Some(visitor) = Visitor::of(asked, store, now)? else {
        return Err(missing("send Authorization: Bearer TOKEN; counterfoil token add makes one"));
    };
    let writes = !matches!(asked.method.as_str(), "GET" | "HEAD");
    if writes && !session::is_our_own(asked, &desk.allowed_hosts) {
        let words = "this request came from another site, by its Origin or Sec-Fetch-Site header";
        return Err(Refusal::new(403, "forbidden", words));
    }
    if writes && !visitor.sent_header(asked) {
        let words = "a browser's session also needs the header X-CSRF-Token, from one of our pages";
        return Err(Refusal::new(403, "forbidden", words));
    }
    let (actor, agent) = (visitor.actor(), visitor.agent);
    Ok(Caller { actor, name: agent.name, role: agent.role })
}

/// The secret of a token, from the Authorization header; empty when it holds none.
pub(super) fn secret_of(authorization: &str) -> &str {
    let token = authorization.split_once(' ');
    let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    token.map(|(_, secret)| secret.trim()).unwrap_or_default()
}

impl Resource {
    fn find(path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.strip_prefix(api::ROOT)?.split('/').collect();
        let number = |text: &str| super::route::number(text);
        Some(match segments[..] {
            ["openapi.json"] => Self::OpenApi,
            ["status"] => Self::Status,
            ["tickets"] => Self::Tickets,
            ["tickets", ticket] => Self::Ticket(TicketNumber(number(ticket)?)),
            ["tickets", ticket, "replies"] => Self::Replies(TicketNumber(number(ticket)?)),
            ["tickets", ticket, "notes"] => Self::Notes(TicketNumber(number(ticket)?)),
            ["articles", article, "raw"] => Self::Raw(ArticleId(number(article)?)),
            ["attachments", id] => Self::Attachment(AttachmentId(number(id)?)),
            ["search"] => Self::Search,
            ["ledger"] => Self::Ledger,
            ["ledger", "balance"] => Self::Balance,
            ["outbox"] => Self::Outbox,
            ["outbox", id, step] => {
                let step = match step {
                    "retry" => Step::Again,
                    "sent" => Step::Sent,
                    "discard" => Step::GiveUp,
                    _ => return None,
                };
                Self::Decision(OutboxId(number(id)?), step)
            }
            ["audit"] => Self::Audit,
            _ => return None,
        })
    }

    fn methods(&self) -> &'static str {
        match self {
            Self::Tickets => "GET, HEAD, POST",
            Self::Ticket(_) => "GET, HEAD, PATCH",
            Self::Replies(_) | Self::Notes(_) | Self::Decision(..) => "POST",
            _ => "GET, HEAD",
        }
    }

    /// What its query may say.
    fn keys(&self, method: &str) -> &'static [&'static str] {
        match self {
            _ if !matches!(method, "GET" | "HEAD") => &[],
            Self::Tickets => {
                &["state", "queue", "mailbox", "assignee", "tag", "requester", "limit", "after"]
            }
            Self::Search => &["q", "limit", "after"],
            Self::Ledger => &["mailbox", "outcome", "message", "limit", "after"],
            Self::Outbox => &["mailbox", "state", "limit", "after"],
            Self::Audit => &["limit", "after"],
            _ => &[],
        }
    }

    fn is_for_admins(&self) -> bool {
        matches!(self, Self::Ledger | Self::Balance | Self::Audit)
    }
}

impl Refusal {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), header: None }
    }

    fn bad(message: impl Into<String>) -> Self {
        Self::new(400, "bad_request", message)
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.header = Some((name, value.into()));
        self
    }

    fn answer(self) -> Answer {
        let body = json!({ "error": { "code": self.code, "message": self.message } });
        let answer = Answer::json_text(self.status, body.to_string());
        match self.header {
            Some((name, value)) => answer.with(name, value),
            None => answer,
        }
    }
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::NoSuch(sentence) => Self::new(404, "not_found", sentence),
            store::Error::NotPossible(sentence) => Self::new(409, "conflict", sentence),
            store::Error::OtherRequest => {
                Self::new(422, "idempotency_key_reused", error.to_string())
            }
            store::Error::NoSuchValue(sentence) => given::unfit(sentence),
            store::Error::Unfit(why) => given::unfit(why.to_string()),
            error => {
                log::error!(target: "web", "cannot answer a request of the API: {error}");
                Self::new(500, "internal", "something went wrong here; the log says more")
            }
        }
    }
}

/// A value as an answer.
fn whole(status: u16, value: &impl Serialize) -> Outcome {
    match serde_json::to_string(value) {
        Ok(text) => Ok(Answer::json_text(status, text)),
        Err(error) => {
            log::error!(target: "web", "cannot write JSON: {error}");
            Err(Refusal::new(500, "internal", "something went wrong here; the log says more"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_names_every_resource_and_its_methods() {
        let described: serde_json::Value = serde_json::from_str(OPENAPI).expect("it is JSON");
        let paths = described["paths"].as_object().expect("it has paths");
        for (path, item) in paths {
            let plain = path.replace("{number}", "7").replace("{id}", "7");
            let resource = Resource::find(&plain).unwrap_or_else(|| panic!("{path} is unknown"));
            let mut methods: Vec<String> = item
                .as_object()
                .into_iter()
                .flatten()
                .map(|(verb, _)| verb.to_uppercase())
                .collect();
            methods.retain(|verb| verb != "PARAMETERS");
            methods.sort();
            let mut known: Vec<&str> =
                resource.methods().split(", ").filter(|verb| *verb != "HEAD").collect();
            known.sort_unstable();
            assert_eq!(methods, known, "{path}");
            let parameters = item["get"]["parameters"].as_array().cloned().unwrap_or_default();
            let keys: Vec<&str> = parameters
                .iter()
                .filter(|one| one["in"] == "query")
                .filter_map(|one| one["name"].as_str())
                .collect();
            assert_eq!(keys, resource.keys("GET"), "{path}");
        }
        assert_eq!(paths.len(), 16, "each resource is described");
    }

    #[test]
    fn a_query_says_what_is_heard_and_once() {
        let known = ["state", "after"];
        for (query, expected) in [
            ("", None),
            ("?", None),
            ("?state=new&after=", None),
            ("?stat=closed", Some("unknown key `stat`; there are state, after")),
            ("?State=new", Some("unknown key `State`")),
            ("?state=new&%73tate=closed", Some("says `state` more than once")),
            ("?x", Some("unknown key `x`")),
            ("?state=new%0a", Some("state: it holds a control character")),
        ] {
            let asked = Asked { target: format!("/x{query}"), ..Asked::default() };
            match (known_keys(&asked, &known), expected) {
                (Ok(()), None) => {}
                (Err(why), Some(words)) => {
                    assert!(why.status == 400 && why.message.contains(words), "{}", why.message);
                }
                (found, _) => panic!("{query}: {found:?}"),
            }
        }
    }

    #[test]
    fn paths_outside_are_no_resource() {
        for path in
            ["/api", "/api/v1", "/api/v1/", "/api/v2/status", "/api/v1/tickets/07", "/api/v1/x"]
        {
            assert_eq!(Resource::find(path), None, "{path}");
        }
    }
}
