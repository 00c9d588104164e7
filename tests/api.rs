//! The JSON API from outside: every answer has the shape its description says, whoever may not ask is
//! refused, and what it changes is what the pages and the command line would change.

#![allow(clippy::unwrap_used)]

#[path = "web/house.rs"]
mod house;

use std::io::{Read, Write};
use std::net::TcpStream;

use counterfoil::desk::retention::Days;
use counterfoil::desk::ticket::{Role, TicketNumber};
use counterfoil::desk::writing::{Hand, Writing};
use counterfoil::mail::Address;
use counterfoil::store::Store;
use counterfoil::store::once::{By, Request};
use counterfoil::time::Clock;
use house::{Answer, House, letter};
use serde_json::{Value, json};

struct Desk {
    house: House,
    description: Value,
    agent: String,
    admin: String,
}

impl Desk {
    fn new() -> Self {
        let mut house = House::open();
        house.letter(letter(1));
        house.letter(letter(2));
        let now = house.clock.now();
        let agent = house.store.add_token("agent", Role::Agent, now).unwrap().0;
        let admin = house.store.add_token("admin", Role::Admin, now).unwrap().0;
        house.store.add_agent("ben", "ben@contoso.example", Role::Agent, None, now).unwrap();
        let description = house.get("/api/v1/openapi.json");
        assert_eq!(description.header("Content-Type"), Some("application/json"));
        let description = serde_json::from_str(&description.body).unwrap();
        Self { house, description, agent, admin }
    }

    fn ask(&self, method: &str, path: &str, token: &str, body: Option<&str>) -> Answer {
        self.house.raw(&self.request(method, path, (token, ""), body))
    }

    fn request(
        &self,
        method: &str,
        path: &str,
        (token, headers): (&str, &str),
        body: Option<&str>,
    ) -> String {
        let text = body.unwrap_or_default();
        let content_type = body.map_or("", |_| "Content-Type: application/json\r\n");
        format!(
            "{method} /api/v1/{path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\
             {content_type}{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{text}",
            self.house.host(),
            text.len()
        )
    }

    /// Posts with a key; the status and the answer.
    fn post(&self, path: &str, described: &str, key: &str, body: &Value) -> (u16, Value) {
        let header = format!("Idempotency-Key: {key}\r\n");
        let body = body.to_string();
        let request = self.request("POST", path, (&self.agent, &header), Some(&body));
        let answer = self.house.raw(&request);
        let value = self.json(&answer, "POST", &format!("/api/v1/{described}"));
        (answer.status, value)
    }

    fn db(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(&self.house.path).unwrap()
    }

    fn count(&self, table: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        self.db().query_row(&sql, [], |row| row.get(0)).unwrap()
    }

    /// The answer as JSON, which has the shape that is described for it.
    fn json(&self, answer: &Answer, method: &str, path: &str) -> Value {
        let value: Value = serde_json::from_str(&answer.body).unwrap();
        let operation = &self.description["paths"][path][method.to_lowercase()];
        let mut described = &operation["responses"][answer.status.to_string()];
        if let Some(reference) = described["$ref"].as_str() {
            described = self.description.pointer(reference.trim_start_matches('#')).unwrap();
        }
        let schema = &described["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{method} {path} {}: not described", answer.status);
        let whole = json!({ "allOf": [schema], "components": self.description["components"] });
        let shape = jsonschema::validator_for(&whole).unwrap();
        let faults: Vec<String> = shape.iter_errors(&value).map(|it| it.to_string()).collect();
        assert!(faults.is_empty(), "{method} {path}: {faults:?} in {value}");
        value
    }

    fn get(&self, path: &str, described: &str) -> Value {
        let answer = self.ask("GET", path, &self.admin, None);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        self.json(&answer, "GET", &format!("/api/v1/{described}"))
    }

    fn send(&self, method: &str, path: &str, described: &str, body: &Value) -> (u16, Value) {
        let answer = self.ask(method, path, &self.agent, Some(&body.to_string()));
        let value = self.json(&answer, method, &format!("/api/v1/{described}"));
        (answer.status, value)
    }
}

#[test]
fn every_list_and_every_thing_has_the_shape_that_is_described() {
    let desk = Desk::new();
    let tickets = desk.get("tickets", "tickets");
    assert_eq!(tickets["tickets"].as_array().unwrap().len(), 2);
    assert_eq!(tickets["next"], Value::Null);
    let first = desk.get("tickets?limit=1", "tickets");
    assert_eq!(first["tickets"][0]["number"], 2);
    let next = first["next"].as_str().unwrap();
    let second = desk.get(&format!("tickets?limit=1&after={next}"), "tickets");
    assert_eq!(second["tickets"][0]["number"], 1);
    assert_eq!(second["next"], Value::Null);
    assert_eq!(desk.get("tickets?state=closed", "tickets")["tickets"], json!([]));
    let ticket = desk.get("tickets/1", "tickets/{number}");
    assert_eq!(ticket["articles"][0]["kind"], "email_in");
    assert_eq!(ticket["articles"][1]["delivery"], "queued");
    let id = ticket["articles"][0]["id"].as_i64().unwrap();
    let raw = desk.ask("GET", &format!("articles/{id}/raw"), &desk.agent, None);
    assert_eq!((raw.status, raw.header("Content-Type")), (200, Some("message/rfc822")));
    let ours = ticket["articles"][1]["id"].as_i64().unwrap();
    assert_eq!(desk.ask("GET", &format!("articles/{ours}/raw"), &desk.agent, None).status, 404);
    assert_eq!(desk.get("ledger", "ledger")["ledger"].as_array().unwrap().len(), 2);
    assert_eq!(desk.get("ledger/balance", "ledger/balance")["mailboxes"][0]["closes"], true);
    let found = desk.get("search?q=heating&limit=1", "search");
    assert_eq!((&found["results"][0]["number"], &found["next"].is_string()), (&json!(2), &true));
    let next = found["next"].as_str().unwrap();
    let further = desk.get(&format!("search?q=heating&after={next}"), "search");
    assert_eq!(further["results"][0]["number"], 1);
    assert!(desk.get("audit?limit=3", "audit")["next"].is_string());
    assert_eq!(desk.get("status", "status")["well"], true);
}

#[test]
fn a_ticket_is_opened_changed_noted_in_answered_and_merged() {
    let desk = Desk::new();
    let opening = json!({
        "requester": {"address": "carl@shop.example", "name": "Carl"}, "subject": "Key lost",
        "text": "He called.", "priority": "high", "tags": ["Phone"], "assignee": "ben",
    });
    let (status, ticket) = desk.send("POST", "tickets", "tickets", &opening);
    assert_eq!((status, &ticket["number"], &ticket["state"]), (201, &json!(3), &json!("new")));
    assert_eq!((&ticket["tags"], &ticket["assignee"]), (&json!(["phone"]), &json!("ben")));

    let changes = json!({
        "state": "pending", "assignee": null, "tags": ["key"], "queue": "Front",
        "due_at": "2026-12-01T09:00:00+01:00", "subject": "Lost key",
    });
    let (status, ticket) = desk.send("PATCH", "tickets/3", "tickets/{number}", &changes);
    assert_eq!(
        (status, &ticket["state"], &ticket["assignee"]),
        (200, &json!("pending"), &Value::Null)
    );
    assert_eq!((&ticket["tags"], &ticket["queue"]), (&json!(["key"]), &json!("Front")));
    assert_eq!(ticket["due_at"], "2026-12-01T08:00:00Z");
    let (_, again) = desk.send("PATCH", "tickets/3", "tickets/{number}", &json!({}));
    assert_eq!(again, ticket);

    let file = json!([{"filename": "a.txt", "content_type": "text/plain", "content": "QUJD"}]);
    let note = json!({"text": "Ring her.", "attachments": file});
    let (status, article) = desk.send("POST", "tickets/1/notes", "tickets/{number}/notes", &note);
    assert_eq!(
        (status, &article["kind"], &article["attachments"][0]["size"]),
        (201, &json!("note"), &json!(3))
    );
    assert_eq!(article["from"]["name"], "agent");
    let id = article["attachments"][0]["id"].as_i64().unwrap();
    assert_eq!(desk.ask("GET", &format!("attachments/{id}"), &desk.agent, None).body, "ABC");
    let reply = json!({"text": "Done.", "cc": ["eve@shop.example"], "status": "closed"});
    let (status, article) =
        desk.send("POST", "tickets/1/replies", "tickets/{number}/replies", &reply);
    assert_eq!((status, &article["delivery"]), (201, &json!("queued")));
    assert_eq!(article["cc"][0]["address"], "eve@shop.example");
    let first = &desk.get("tickets/1", "tickets/{number}")["articles"][0]["id"];
    for (chosen, expected) in [(first, 201), (&json!(null), 201), (&json!(99_999), 422)] {
        let reply = json!({"text": "Again.", "article": chosen});
        let (status, answer) =
            desk.send("POST", "tickets/1/replies", "tickets/{number}/replies", &reply);
        assert_eq!(status, expected, "{answer}");
    }
    assert_eq!(desk.get("tickets/1", "tickets/{number}")["state"], "closed");

    let into = json!({"merged_into": 1});
    let (status, merged) = desk.send("PATCH", "tickets/2", "tickets/{number}", &into);
    assert_eq!((status, &merged["merged_into"], &merged["articles"]), (200, &json!(1), &json!([])));
    let (status, _) = desk.send("PATCH", "tickets/2", "tickets/{number}", &into);
    assert_eq!(status, 409, "it was merged already");
    let (_, deleted) =
        desk.send("PATCH", "tickets/3", "tickets/{number}", &json!({"state": "deleted"}));
    assert_eq!(deleted["state"], "deleted");
    let (_, back) = desk.send("PATCH", "tickets/3", "tickets/{number}", &json!({"state": "open"}));
    assert_eq!(back["state"], "open");
}

#[test]
fn what_cannot_be_done_is_refused_with_a_code_and_a_sentence() {
    let desk = Desk::new();
    let refused = |method: &str, path: &str, token: &str, body: Option<&str>| {
        let answer = desk.ask(method, path, token, body);
        let value: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let code = value["error"]["code"].as_str().unwrap_or_default().to_owned();
        let message = value["error"]["message"].as_str().unwrap_or_default().to_owned();
        (answer.status, code, message)
    };
    let (agent, admin) = (desk.agent.as_str(), desk.admin.as_str());
    for (method, path, token, body, status, code, words) in [
        ("GET", "tickets", "", None, 401, "unauthorized", "not valid"),
        ("GET", "tickets", "cf_wrong", None, 401, "unauthorized", "not valid"),
        ("GET", "ledger", agent, None, 403, "forbidden", "only an admin"),
        ("GET", "audit", agent, None, 403, "forbidden", "only an admin"),
        ("GET", "nothing", agent, None, 404, "not_found", "openapi.json"),
        ("GET", "tickets/99", agent, None, 404, "not_found", "there is no ticket 99"),
        ("GET", "attachments/99", agent, None, 404, "not_found", "no attachment 99"),
        ("DELETE", "tickets/1", agent, None, 405, "method_not_allowed", "GET, HEAD, PATCH"),
        ("GET", "tickets?state=done", agent, None, 400, "bad_request", "`done` is none of"),
        ("GET", "tickets?limit=0", agent, None, 400, "bad_request", "limit"),
        ("GET", "tickets?after=x", agent, None, 400, "bad_request", "no cursor"),
        ("GET", "search?q=", agent, None, 400, "bad_request", "q: "),
        ("GET", "audit?after=x", admin, None, 400, "bad_request", "no cursor"),
        ("GET", "ledger?outcome=", admin, None, 400, "bad_request", "outcome: `` is none of"),
        ("POST", "tickets", agent, None, 415, "unsupported_media_type", "application/json"),
        ("POST", "tickets", agent, Some("{"), 400, "bad_request", "not JSON"),
        ("POST", "tickets", agent, Some("{}"), 422, "unprocessable", "missing field"),
        (
            "POST",
            "tickets",
            agent,
            Some(r#"{"requester":"carl","subject":"x","text":"y"}"#),
            422,
            "unprocessable",
            "`carl` is not one address",
        ),
        (
            "POST",
            "tickets",
            agent,
            Some(r#"{"requester":"a@b","subject":"x","text":"y","mailbox":"sales"}"#),
            422,
            "unprocessable",
            "there is no mailbox `sales`; there are support",
        ),
        (
            "POST",
            "tickets",
            agent,
            Some(r#"{"requester":"a@b","subject":"x","text":"y","assignee":"eve"}"#),
            422,
            "unprocessable",
            "no active user `eve`",
        ),
        (
            "PATCH",
            "tickets/1",
            agent,
            Some(r#"{"stat":"x"}"#),
            422,
            "unprocessable",
            "unknown field",
        ),
        (
            "PATCH",
            "tickets/1",
            agent,
            Some(r#"{"state":"x"}"#),
            422,
            "unprocessable",
            "none of new",
        ),
        ("PATCH", "tickets/99", agent, Some("{}"), 404, "not_found", "no ticket 99"),
        ("PATCH", "tickets/1", agent, Some(r#"{"merged_into":1}"#), 409, "conflict", "itself"),
        ("POST", "tickets/1/replies", agent, Some("{}"), 422, "unprocessable", "is empty"),
        (
            "POST",
            "tickets/1/notes",
            agent,
            Some(r#"{"cc":["a@b"]}"#),
            422,
            "unprocessable",
            "nobody",
        ),
        (
            "POST",
            "tickets/1/notes",
            agent,
            Some(r#"{"attachments":[{"filename":"a","content":"%"}]}"#),
            422,
            "unprocessable",
            "not base64",
        ),
    ] {
        let found = refused(method, path, token, body);
        assert_eq!((found.0, found.1.as_str()), (status, code), "{method} {path}: {}", found.2);
        assert!(found.2.contains(words), "{method} {path}: {}", found.2);
    }
    assert_eq!(desk.house.get("/api/v1/tickets").header("WWW-Authenticate"), Some("Bearer"));
    assert_eq!(desk.house.get("/api").status, 404);
}

#[test]
fn a_token_ends_when_it_is_revoked_and_a_session_needs_its_own_page() {
    let mut desk = Desk::new();
    let now = desk.house.clock.now();
    desk.house.store.revoke_token("agent", now).unwrap();
    assert_eq!(desk.ask("GET", "tickets", &desk.agent, None).status, 401);
    assert!(desk.house.store.tokens().unwrap().iter().any(|it| it.revoked_at.is_some()));
    desk.house.store.add_token("agent", Role::Agent, now).unwrap();
    assert!(desk.house.store.add_token("agent", Role::Agent, now).is_err(), "its name is taken");

    let cookie = desk.house.agent(Role::Agent);
    let read = desk.house.get_as("/api/v1/tickets", &cookie);
    assert_eq!(read.status, 200);
    let write = |headers: &str| {
        desk.house.raw(&format!(
            "PATCH /api/v1/tickets/1 HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\n{headers}\
             Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}",
            desk.house.host()
        ))
    };
    let without = write("");
    assert!(without.status == 403 && without.body.contains("X-CSRF-Token"), "{}", without.body);
    let page = desk.house.get_as("/tickets", &cookie).body;
    let (_, token) = page.split_once("name=\"token\" value=\"").unwrap();
    let token = token.split_once('"').unwrap().0;
    assert_eq!(write(&format!("X-CSRF-Token: {token}\r\n")).status, 200);
    let foreign = format!("X-CSRF-Token: {token}\r\nOrigin: https://evil.example\r\n");
    let foreign = write(&foreign);
    assert!(foreign.status == 403 && foreign.body.contains("another site"), "{}", foreign.body);
}

#[test]
fn what_nobody_would_send_by_chance_is_refused_or_does_no_harm() {
    let desk = Desk::new();
    let deep = format!("{{\"requester\":{}1{}}}", "[".repeat(20_000), "]".repeat(20_000));
    let send = |address: &str| {
        json!({"requester": address, "subject": "x", "text": "y", "send": true}).to_string()
    };
    let mut wrong = Vec::new();
    let long = format!(r#"{{"queue":"{}"}}"#, "q".repeat(10_000));
    for (method, path, body, status) in [
        ("GET", "tickets?after=999999999999-999999999999999999", "", 200),
        ("GET", "tickets?after=9223372036854775807-9223372036854775807", "", 400),
        ("GET", "tickets?after=1777885964-0", "", 400),
        ("GET", "tickets?after=1777885964-01", "", 400),
        ("GET", "tickets?after=%2B1-1", "", 400),
        ("GET", "outbox?after=999999999999999999", "", 200),
        ("GET", "outbox?after=1000000000000000000", "", 400),
        ("GET", "outbox?after=-1", "", 400),
        ("GET", "outbox?after=%2B1", "", 400),
        ("GET", "search?q=a&after=", "", 400),
        ("GET", "outbox?state=drafting", "", 400),
        ("GET", "outbox?state=", "", 400),
        ("GET", "tickets?state=", "", 400),
        ("GET", "tickets?after=-9223372036854775808-1", "", 400),
        ("GET", "tickets?after=99999999999999999999-1", "", 400),
        ("GET", "tickets?limit=99999999999999999999", "", 400),
        ("GET", "tickets?queue=%00%zz", "", 400),
        ("GET", "tickets?queue=a%ff&tag=b&requester=%27%3b--", "", 200),
        ("GET", "tickets/9223372036854775808", "", 404),
        ("GET", "tickets/%31", "", 200),
        ("HEAD", "tickets/1/replies", "", 405),
        ("HEAD", "tickets/1", "", 200),
        ("PUT", "tickets/1/notes", "{}", 405),
        ("POST", "tickets", deep.as_str(), 422),
        ("POST", "tickets", &send("ana@shop..example"), 422),
        ("POST", "tickets", &send("a@b>"), 422),
        ("POST", "tickets", &send("support@contoso.example"), 422),
        ("PATCH", "tickets/1", r#"{"queue":"a","queue":"b"}"#, 422),
        ("PATCH", "tickets/1", r#"{"queue":"a\u0000b"}"#, 422),
        ("PATCH", "tickets/1", r#"{"assignee":"ben\r\nx"}"#, 422),
        ("PATCH", "tickets/1", r#"{"subject":"a\r\nBcc: x@y"}"#, 422),
        ("PATCH", "tickets/1", &long, 422),
        ("PATCH", "tickets/1", r#"{"merged_into":1e400}"#, 422),
        ("PATCH", "tickets/1", r#"{"merged_into":9223372036854775808}"#, 422),
        ("PATCH", "tickets/1", r#"{"merged_into":-1}"#, 404),
        ("PATCH", "tickets/1", r#"{"due_at":"+99999-01-01T00:00:00Z"}"#, 422),
        ("PATCH", "tickets/1", r#"{"due_at":"2026-12-01T09:00:60Z"}"#, 422),
        ("PATCH", "tickets/1", r#"{"due_at":"0001-01-01T00:00:00Z"}"#, 422),
        ("PATCH", "tickets/1", "[]", 422),
        ("PATCH", "tickets/1", r#"["closed"]"#, 422),
        ("PATCH", "tickets/1", "", 415),
        ("PATCH", "tickets/1", "\u{feff}{}", 400),
    ] {
        let body = (!body.is_empty()).then_some(body);
        let answer = desk.ask(method, path, &desk.agent, body);
        if answer.status != status {
            wrong.push(format!(
                "{method} {path} {body:.60?}: {} {:.120}",
                answer.status, answer.body
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Signs that no letter may hold never reach one.
    let text = json!({
        "text": "a\u{0}b\r\n.\r\nc\u{1b}[2J",
        "attachments": [{"filename": "a\r\nX-Evil: 1\u{0}.txt", "content_type": "text/html\r\nX: y",
                         "content": "QUJD"}],
    });
    let (status, _) = desk.send("POST", "tickets/1/replies", "tickets/{number}/replies", &text);
    assert_eq!(status, 201);
    let many =
        json!({"text": "again", "requester": "dora@shop.example", "subject": "x", "send": true});
    let statuses: Vec<u16> =
        (0..60).map(|_| desk.send("POST", "tickets", "tickets", &many).0).collect();
    assert!(statuses.contains(&422), "a cap holds for what opens a ticket as well: {statuses:?}");
}

#[test]
fn a_message_is_found_in_the_ledger_by_its_id() {
    let desk = Desk::new();
    for (query, expected) in [
        ("message=letter-1@customer.example", 1),
        ("message=%3Cletter-1@customer.example%3E", 1),
        ("message=letter-1@customer.example&mailbox=support&outcome=opened", 1),
        ("message=letter-1@customer.example&outcome=joined", 0),
        ("message=letter-1@customer.example&mailbox=sales", 0),
        ("message=nobody@customer.example", 0),
    ] {
        let found = desk.get(&format!("ledger?{query}"), "ledger");
        assert_eq!(found["ledger"].as_array().unwrap().len(), expected, "{query}");
        assert_eq!(found["next"], Value::Null);
    }
    let item = desk.get("ledger", "ledger")["ledger"][0]["item_id"].as_str().unwrap().to_owned();
    let found = desk.get(&format!("ledger?message={}", house::escaped(&item)), "ledger");
    assert_eq!(found["ledger"][0]["item_id"], item);
}

#[test]
fn the_outbox_is_listed_and_decided_about() {
    let desk = Desk::new();
    let listed = |query: &str| -> Vec<i64> {
        let list = desk.get(&format!("outbox{query}"), "outbox");
        list["outbox"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
    };
    let set = |id: i64, state: &str| {
        let sql = "UPDATE outbox SET state = ?2, tried_at = queued_at WHERE id = ?1";
        desk.db().execute(sql, (id, state)).unwrap();
    };
    let decide = |path: &str, described: &str, body: Option<&str>| {
        let answer = desk.ask("POST", path, &desk.agent, body);
        let described = format!("/api/v1/outbox/{{id}}/{described}");
        (answer.status, desk.json(&answer, "POST", &described))
    };
    assert_eq!(listed(""), [2, 1]);
    let first = desk.get("outbox?limit=1", "outbox");
    assert_eq!((&first["outbox"][0]["id"], &first["next"]), (&json!(2), &json!("2")));
    assert_eq!(listed("?limit=1&after=2"), [1]);
    assert_eq!(listed("?mailbox=sales"), [0; 0]);
    set(1, "unknown");
    set(2, "refused");
    for (query, expected) in [
        ("", &[2, 1][..]),
        ("?state=unknown", &[1]),
        ("?state=refused", &[2]),
        ("?state=queued", &[]),
        ("?state=sent", &[]),
        ("?state=refused&mailbox=support", &[2]),
    ] {
        assert_eq!(listed(query), expected, "{query}");
    }

    // What cannot be meant changes nothing.
    for (path, body, status) in [
        ("retry", Some("[]"), 422),
        ("retry", Some(r#"{"reason":"x"}"#), 422),
        ("sent", Some(r#"{"to":"a@b"}"#), 422),
        ("sent", Some("{"), 400),
        ("discard", Some("{}"), 422),
        ("discard", Some(r#"{"reason":" "}"#), 422),
        ("discard", None, 415),
        ("sent", None, 409),
    ] {
        let found = decide(&format!("outbox/2/{path}"), path, body);
        assert_eq!(found.0, status, "{path} {body:?}: {}", found.1);
    }
    assert_eq!(decide("outbox/99/sent", "sent", None).0, 404);
    assert_eq!(listed("?state=refused"), [2]);

    let (status, new) = decide("outbox/2/retry", "retry", Some("{}"));
    assert_eq!((status, &new["id"], &new["state"]), (201, &json!(3), &json!("queued")));
    assert_eq!(decide("outbox/2/retry", "retry", None).0, 409, "it was sent again");
    let (status, sent) = decide("outbox/1/sent", "sent", None);
    assert_eq!((status, &sent["state"]), (200, &json!("sent")));
    assert_eq!(listed("?state=sent"), [1]);
    let why = json!({"reason": "She rang."}).to_string();
    let (status, given_up) = decide("outbox/3/discard", "discard", Some(&why));
    assert_eq!((status, &given_up["state"]), (200, &json!("refused")));
    assert!(given_up["reason"].as_str().unwrap().contains("She rang."));
    assert_eq!(listed("?state=queued"), [0; 0]);
}

#[test]
fn a_request_with_a_key_is_done_once() {
    let mut desk = Desk::new();
    let opening = json!({"requester": "carl@shop.example", "subject": "Key", "send": true,
                         "text": "Found."});
    let reply = json!({"text": "Done.", "status": "closed"});
    desk.db().execute("UPDATE outbox SET state = 'refused' WHERE id = 1", []).unwrap();
    desk.db().execute("UPDATE outbox SET state = 'unknown' WHERE id = 2", []).unwrap();
    for (path, described, body, status, other) in [
        ("tickets", "tickets", &opening, 201, &reply),
        ("tickets/1/replies", "tickets/{number}/replies", &reply, 201, &json!({"text": "No."})),
        ("tickets/1/notes", "tickets/{number}/notes", &json!({"text": "a"}), 201, &reply),
        ("outbox/1/retry", "outbox/{id}/retry", &json!({}), 201, &json!({"a": 1})),
        ("outbox/2/sent", "outbox/{id}/sent", &json!({}), 200, &json!({"a": 1})),
        (
            "outbox/4/discard",
            "outbox/{id}/discard",
            &json!({"reason": "a"}),
            200,
            &json!({"reason": "b"}),
        ),
    ] {
        let first = desk.post(path, described, path, body);
        assert_eq!(first.0, status, "{path}: {}", first.1);
        let made = (desk.count("article"), desk.count("outbox"), desk.count("audit"));
        assert_eq!(desk.post(path, described, path, body), first, "{path}");
        assert_eq!(desk.post(path, described, &format!("\"{path}\""), body), first, "{path}");
        assert_eq!(desk.post(path, described, path, other).0, 422, "{path}");
        assert_eq!(
            (desk.count("article"), desk.count("outbox"), desk.count("audit")),
            made,
            "{path}: nothing was done twice"
        );
    }
    let elsewhere =
        desk.post("tickets/2/notes", "tickets/{number}/notes", "tickets/1/notes", &reply);
    assert_eq!(elsewhere.1["error"]["code"], "idempotency_key_reused");

    // A refusal is not remembered, so that the same key may be tried again.
    let wrong = desk.post("tickets", "tickets", "again", &json!({"subject": "x"}));
    assert_eq!(wrong.0, 422);
    assert_eq!(desk.post("tickets", "tickets", "again", &opening).0, 201);
    let body = opening.to_string();
    for key in ["", "\"\"", &"k".repeat(256), "a\tb", "\"a", "é", "a\r\nIdempotency-Key: b"] {
        let header = format!("Idempotency-Key: {key}\r\n");
        let request = desk.request("POST", "tickets", (&desk.agent, &header), Some(&body));
        let Answer { status, body, .. } = desk.house.raw(&request);
        assert!(status == 400 && (!key.is_empty() || body.contains("Key: it is empty")), "{key}");
    }

    // Whoever else uses the same key means something of their own, and so does the next day.
    let header = "Idempotency-Key: tickets\r\n";
    let request = desk.request("POST", "tickets", (&desk.admin, header), Some(&body));
    let theirs: Value = serde_json::from_str(&desk.house.raw(&request).body).unwrap();
    assert_eq!(theirs["number"], 5);
    desk.house.later(25 * 3_600);
    assert_eq!(desk.post("tickets", "tickets", "tickets", &opening).1["number"], 6);
    assert_eq!(desk.count("once"), 1, "those of the day before are forgotten");

    // It is known to a program that was started anew, and in whichever ticket the article is by now.
    let note = json!({"text": "Ring her."});
    let first = desk.post("tickets/2/notes", "tickets/{number}/notes", "note", &note);
    let now = desk.house.clock.now();
    desk.house.store.merge_tickets(TicketNumber(2), TicketNumber(3), "agent:ben", now).unwrap();
    assert_eq!(desk.post("tickets/2/notes", "tickets/{number}/notes", "note", &note), first);
    let body = note.to_string();
    let request =
        Request::new("note".to_owned(), "POST", "/api/v1/tickets/2/notes", body.as_bytes());
    let mut anew = Store::open(&desk.house.path, now).unwrap();
    let by = By { actor: "token:agent", request: Some(&request) };
    let hand = Hand::Note(Address::bare(""));
    let writing = Writing { text: "Ring her.".to_owned(), ..Writing::default() };
    let (ticket, article) = anew.put(TicketNumber(2), writing, hand, by, now).unwrap();
    assert_eq!((ticket, json!(article)), (TicketNumber(3), first.1["id"].clone()));

    // Nothing of it stays when the article is erased.
    let (status, _) =
        desk.send("PATCH", "tickets/3", "tickets/{number}", &json!({"state": "deleted"}));
    assert_eq!((status, desk.count("once")), (200, 2));
    let days = Days { recovery: 30, closed: None };
    desk.house.store.erase(days, now.plus_days(31), 10).unwrap();
    assert_eq!(desk.count("once WHERE key = 'note'"), 0);
}

#[test]
fn two_at_once_with_one_key_send_one_letter() {
    let desk = Desk::new();
    let before = (desk.count("article"), desk.count("outbox"));
    let request = desk.request(
        "POST",
        "tickets/1/replies",
        (&desk.agent, "Idempotency-Key: \"one\"\r\n"),
        Some(r#"{"text":"Done."}"#),
    );
    let address = desk.house.web.address();
    let ask = || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        Answer::read(&bytes)
    };
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (201, &answers[0].body));
    }
    assert_eq!((desk.count("article"), desk.count("outbox")), (before.0 + 1, before.1 + 1));
}
