//! The pretended Microsoft Graph: who asks, may they, which mailbox, is it too busy; then the
//! request goes to the part that answers it. The order of the checks is the service's
//! (facts: microsoft-graph 0, 1.7, 5.2, 8.4).

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};

use super::clock::{http_date, iso_without_zone};
use super::faults::Kind;
use super::house::{Account, House, locked};
use super::ids::{BadId, Named};
use super::mailbox::{Item, Mailbox};
use super::odata::{Prefer, Query, decoded};
use super::refusal::{self, Outcome, Refusal, refuse};
use super::settings::Restriction;
use super::wire::{Answer, Request};
use super::{attachments, batch, delta, drafts, folders, listing, messages, send, users};

pub(super) const JSON: &str = "application/json; odata.metadata=minimal; odata.streaming=true; \
                               IEEE754Compatible=false; charset=utf-8";
const TEN_MINUTES: i64 = 600_000;

/// What an endpoint answers when it does not refuse.
#[derive(Debug)]
pub(super) enum Reply {
    Json(u16, Value),
    /// Nothing but the status.
    Empty(u16),
    /// 200 with bytes of that type.
    Bytes(String, Vec<u8>),
}

/// One request on one mailbox, past all checks.
pub(super) struct Call<'a> {
    pub(super) house: &'a House,
    pub(super) account: &'a Account,
    pub(super) request: &'a Request,
    pub(super) query: Query,
    pub(super) prefer: Prefer,
    /// Scheme, host and path as they were sent, for nextLinks.
    pub(super) address: String,
    pub(super) now: i64,
}

impl Call<'_> {
    /// The JSON of the body; 400 if it is none.
    pub(super) fn body(&self) -> Outcome<Value> {
        let kind = self.request.header("content-type").unwrap_or_default().to_ascii_lowercase();
        if !kind.starts_with("application/json") {
            return Err(refusal::unreadable_body());
        }
        serde_json::from_slice(&self.request.body).map_err(|_| refusal::unreadable_body())
    }

    /// What an id in this mailbox names.
    pub(super) fn named(&self, mailbox: &Mailbox, id: &str) -> Outcome<Named> {
        mailbox.ids.read(id).map_err(|bad| {
            let others = bad == BadId::Foreign
                && self.house.accounts.iter().any(|other| {
                    !std::ptr::eq(other, self.account)
                        && other.open(self.house).ids.read(id) != Err(BadId::Foreign)
                });
            if !others {
                return refusal::id_malformed();
            }
            let address = &self.account.settings.address;
            refuse(
                404,
                "ErrorInvalidMailboxItemId",
                format!("Item '{id}' doesn't belong to the targeted mailbox '{address}'."),
            )
        })
    }

    /// The message an id of either kind names.
    pub(super) fn message(&self, mailbox: &Mailbox, id: &str) -> Outcome<u64> {
        let number = match self.named(mailbox, id)? {
            Named::Place(place) => mailbox.at_place(place),
            Named::Item(number) => mailbox.item(number).map(|item| item.number),
            _ => None,
        };
        number.ok_or_else(refusal::item_not_found)
    }

    /// Refuses what would add to a mailbox that is full.
    pub(super) fn room(&self, mailbox: &Mailbox) -> Outcome<()> {
        let status = self.house.settings.switches.over_quota_status;
        if mailbox.full { Err(refusal::over_quota(status)) } else { Ok(()) }
    }

    /// The folder an id or a well-known name names.
    pub(super) fn folder(&self, mailbox: &Mailbox, id: &str) -> Outcome<u64> {
        if let Some(number) = Mailbox::well_known(id) {
            return Ok(number);
        }
        match self.named(mailbox, id)? {
            Named::Folder(number) if mailbox.folders.contains_key(&number) => Ok(number),
            _ => Err(refusal::folder_not_found()),
        }
    }

    /// The id of an item, of the kind this request prefers.
    pub(super) fn id(&self, mailbox: &Mailbox, item: &Item) -> String {
        mailbox.ids.write(if self.prefer.immutable {
            Named::Item(item.number)
        } else {
            Named::Place(item.place)
        })
    }

    /// `@odata.context` for what lies under the user.
    pub(super) fn context(&self, rest: &str) -> String {
        let user = super::odata::encoded(&self.account.settings.address);
        format!("{}/v1.0/$metadata#users('{user}')/{rest}", self.house.origin)
    }
}

/// Answers one request to `/v1.0/…`.
pub(super) fn answer(house: &House, request: &Request, faults: &[Kind]) -> Answer {
    let prefer =
        Prefer::read(request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let outcome = route(house, request, &prefer, faults);
    let now = house.clock.now();
    let request_id = uuid::Uuid::new_v4().to_string();
    let client_id = request.header("client-request-id").unwrap_or(&request_id).to_owned();
    let answer = match outcome {
        Ok(Reply::Json(status, value)) => Answer::new(status, JSON, value.to_string()),
        Ok(Reply::Empty(status)) => Answer { status, ..Answer::default() },
        Ok(Reply::Bytes(kind, bytes)) => Answer::new(200, &kind, bytes),
        Err(refusal) => refused(&refusal, now, &request_id, &client_id),
    };
    let applied = prefer.applied().filter(|_| answer.status < 300);
    let mut answer = answer
        .with("request-id", request_id)
        .with("client-request-id", client_id)
        .with("x-ms-ags-diagnostic", "{\"ServerInfo\":{\"DataCenter\":\"Practice\"}}")
        .with("Date", http_date(now));
    if let Some(applied) = applied {
        answer = answer.with("Preference-Applied", applied);
    }
    answer
}

/// A refusal as an answer.
pub(super) fn refused(refusal: &Refusal, now: i64, request_id: &str, client_id: &str) -> Answer {
    let body = refusal.body(&iso_without_zone(now), request_id, client_id);
    let answer = Answer::new(refusal.status, JSON, body.to_string());
    match &refusal.retry_after {
        Some(after) => answer.with("Retry-After", after.as_str()),
        None => answer,
    }
}

fn route(house: &House, request: &Request, prefer: &Prefer, faults: &[Kind]) -> Outcome<Reply> {
    let roles = signed_in(house, request, faults)?;
    let path = request.path().strip_prefix("/v1.0").unwrap_or_default();
    let parts: Vec<String> =
        path.split('/').filter(|part| !part.is_empty()).map(|part| decoded(part, false)).collect();
    let words: Vec<String> = parts.iter().map(|part| part.to_ascii_lowercase()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if request.too_large {
        return Err(refusal::too_large());
    }
    match words.as_slice() {
        ["$batch"] => return batch::answer(house, request),
        ["me", ..] => {
            let text = "/me request is only valid with delegated authentication flow.";
            return Err(refusal::bad_request(text));
        }
        ["users", ..] => {}
        [first, ..] => return Err(refusal::no_such_segment(first)),
        [] => return Err(refusal::no_such_segment("")),
    }
    permitted(&request.method, &words, &roles)?;
    let query = Query::read(request.query());
    let Some(user) = parts.get(1) else { return users::list(house, request, &query) };
    let account = house.account(user);
    let directory = matches!(words.get(2), None | Some(&"manager" | &"photo"));
    let account = match account {
        Some(account) => account,
        None if directory => return Err(users::not_found(user)),
        None => {
            let text = format!("The requested user '{user}' is invalid.");
            return Err(refuse(404, "ErrorInvalidUser", text));
        }
    };
    if directory {
        return users::one(house, request, account, &query, &words[2..]);
    }
    reachable(house, account)?;
    let (_guard, count) = account.enter();
    throttle(house, account, count)?;
    pause(faults, true);
    let address = format!("{}{}", base(house, request), request.path());
    let now = house.clock.now();
    let prefer = prefer.clone();
    let call = Call { house, account, request, query, prefer, address, now };
    let outcome = dispatch(&call, &parts[2..], &words[2..]);
    pause(faults, false);
    outcome
}

/// Sends a request to the part that answers it.
fn dispatch(call: &Call<'_>, parts: &[String], words: &[&str]) -> Outcome<Reply> {
    let part = |at: usize| parts.get(at).map_or("", String::as_str);
    match (call.request.method.as_str(), words) {
        ("GET", ["mailfolders"]) => folders::list(call, None),
        ("POST", ["mailfolders"]) => folders::create(call, None),
        ("GET", ["mailfolders", _]) => folders::one(call, part(1)),
        ("PATCH", ["mailfolders", _]) => folders::rename(call, part(1)),
        ("DELETE", ["mailfolders", _]) => folders::delete(call, part(1)),
        ("GET", ["mailfolders", _, "childfolders"]) => folders::list(call, Some(part(1))),
        ("POST", ["mailfolders", _, "childfolders"]) => folders::create(call, Some(part(1))),
        ("GET", ["mailfolders", _, "messages"]) => listing::list(call, Some(part(1))),
        ("POST", ["mailfolders", _, "messages"]) => drafts::create_in(call, part(1)),
        ("GET", ["mailfolders", _, "messages", "delta" | "delta()"])
        | ("GET", ["mailfolders", _, "messages", "microsoft.graph.delta()"]) => {
            delta::list(call, part(1))
        }
        (_, ["mailfolders", _, "messages", _, rest @ ..]) => {
            messages::lies_in(call, part(3), part(1))?;
            on_message(call, part(3), &parts[4..], rest)
        }
        ("GET", ["messages"]) => listing::list(call, None),
        ("POST", ["messages"]) => drafts::create(call),
        (_, ["messages", _, rest @ ..]) => on_message(call, part(1), &parts[2..], rest),
        ("POST", ["sendmail"]) => send::send_mail(call),
        ("POST", ["translateexchangeids"]) => users::translate(call),
        (_, ["mailfolders", ..] | ["messages"] | ["sendmail"] | ["translateexchangeids"]) => {
            Err(refusal::wrong_method())
        }
        (_, [first, ..]) => Err(refusal::no_such_segment(first)),
        (_, []) => Err(refusal::no_such_segment("")),
    }
}

fn on_message(call: &Call<'_>, id: &str, parts: &[String], words: &[&str]) -> Outcome<Reply> {
    let part = |at: usize| parts.get(at).map_or("", String::as_str);
    match (call.request.method.as_str(), words) {
        ("GET", []) => messages::one(call, id),
        ("PATCH", []) => drafts::patch(call, id),
        ("DELETE", []) => messages::delete(call, id),
        ("GET", ["$value"]) => messages::value(call, id),
        ("POST", ["move"]) => messages::shift(call, id, false),
        ("POST", ["copy"]) => messages::shift(call, id, true),
        ("POST", ["permanentdelete"]) => messages::permanent_delete(call, id),
        ("POST", ["send"]) => send::send(call, id),
        ("GET", ["attachments"]) => attachments::list(call, id),
        ("POST", ["attachments"]) => attachments::create(call, id),
        ("POST", ["attachments", "createuploadsession"]) => super::upload::create(call, id),
        ("GET", ["attachments", _]) => attachments::one(call, id, part(1)),
        ("GET", ["attachments", _, "$value"]) => attachments::value(call, id, part(1)),
        (_, [] | ["$value" | "move" | "copy" | "permanentdelete" | "send"]) => {
            Err(refusal::wrong_method())
        }
        (_, [first, ..]) => Err(refusal::no_such_segment(first)),
    }
}

/// The roles of the token a request carries.
fn signed_in(house: &House, request: &Request, faults: &[Kind]) -> Outcome<Vec<String>> {
    let token = request.header("authorization").and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let Some(token) = token.filter(|token| !token.is_empty()) else {
        return Err(refusal::bad_token("Access token is empty."));
    };
    if faults.contains(&Kind::UnknownToken401) {
        return Err(refusal::bad_token("Access token has expired or is not yet valid."));
    }
    let known = locked(&house.tokens).get(token).cloned();
    match known {
        None => Err(refusal::bad_token("Access token validation failure. Invalid token.")),
        Some(token) if token.ends <= house.clock.now() => {
            Err(refusal::bad_token("Lifetime validation failed, the token is expired."))
        }
        Some(token) => Ok(token.roles),
    }
}

/// Whether a role of the token opens the call (facts: microsoft-graph 1.7).
fn permitted(method: &str, words: &[&str], roles: &[String]) -> Outcome<()> {
    const READ: &[&str] = &["Mail.Read", "Mail.ReadWrite"];
    const WRITE: &[&str] = &["Mail.ReadWrite"];
    if roles.is_empty() {
        let text = "The token contains no permissions, or permissions can not be understood.";
        return Err(refuse(403, "NoPermissionsInAccessToken", text));
    }
    let needed = match words.get(2..).unwrap_or_default() {
        [] | ["manager" | "photo" | "translateexchangeids", ..] => &["User.Read.All"],
        ["mailboxsettings", ..] => &["MailboxSettings.Read"],
        ["sendmail"] => &["Mail.Send"],
        [.., "send"] if method == "POST" => &["Mail.Send"],
        ["mailfolders", "inbox", "messagerules", ..] => &["MailboxSettings.Read"],
        ["outlook", ..] => &["MailboxSettings.Read"],
        _ if method == "GET" => READ,
        _ => WRITE,
    };
    if roles.iter().any(|role| needed.contains(&role.as_str())) {
        return Ok(());
    }
    if needed == ["User.Read.All"] {
        let text = "Insufficient privileges to complete the operation.";
        return Err(refuse(403, "Authorization_RequestDenied", text));
    }
    Err(refusal::access_denied())
}

/// Whether the app may reach the mailbox, and whether there is one (facts: microsoft-graph 8.4).
fn reachable(house: &House, account: &Account) -> Outcome<()> {
    if !account.settings.in_scope {
        return Err(match house.settings.restricted_by {
            Restriction::Rbac => refusal::access_denied(),
            Restriction::AccessPolicy => refuse(
                403,
                "ErrorAccessDenied",
                "Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly \
                 AccessPolicy settings.",
            ),
        });
    }
    if !account.settings.exists_in_exchange {
        return Err(refuse(
            404,
            "MailboxNotEnabledForRESTAPI",
            "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
        ));
    }
    Ok(())
}

/// Refuses a request too many at once, or in ten minutes (facts: microsoft-graph 5).
fn throttle(house: &House, account: &Account, at_once: usize) -> Outcome<()> {
    let mut over = (at_once > house.settings.concurrency).then_some("MailboxConcurrency");
    if let Some(budget) = house.settings.budget {
        let now = house.clock.millis();
        let mut recent = locked(&account.recent);
        while recent.front().is_some_and(|then| now - then > TEN_MINUTES) {
            recent.pop_front();
        }
        recent.push_back(now);
        if recent.len() > budget as usize {
            over = over.or(Some("RequestRate"));
        }
    }
    let Some(limit) = over else { return Ok(()) };
    let text = format!("Application is over its {limit} limit.");
    let mut refusal = refuse(429, "ApplicationThrottled", text);
    if house.throttled.fetch_add(1, Ordering::Relaxed) % 2 == 1 {
        refusal.retry_after = Some("2.128".to_owned());
    }
    Err(refusal)
}

/// Waits as the faults of a request say, before its work or after it.
pub(super) fn pause(faults: &[Kind], before: bool) {
    for fault in faults {
        match fault {
            Kind::DelayBefore(millis) if before => {
                std::thread::sleep(Duration::from_millis(*millis));
            }
            Kind::DelayAfter(millis) if !before => {
                std::thread::sleep(Duration::from_millis(*millis));
            }
            _ => {}
        }
    }
}

/// The origin the client used, so that its nextLinks lead back to where it came from.
pub(super) fn base(house: &House, request: &Request) -> String {
    match request.header("host").filter(|host| house.is_own_host(host)) {
        Some(host) => format!("http://{host}"),
        None => house.origin.clone(),
    }
}

/// `{"value": […]}` with its context and what else belongs to a page.
pub(super) fn page(context: String, value: Vec<Value>, next: Option<String>) -> Value {
    let mut page = json!({"@odata.context": context, "value": value});
    if let Some(next) = next {
        page["@odata.nextLink"] = Value::from(next);
    }
    page
}
