//! Throttling, batches, and the faults one can order.

use std::time::{Duration, Instant};

use counterfoil::practice::{Fault, Kind, MailboxSettings, faults};
use serde_json::{Value, json};

use crate::client::{Client, DESK};

const INBOX: &str = "/mailFolders/inbox/messages";

#[test]
fn the_fifth_request_at_once_is_throttled_with_and_without_a_wait() {
    let sales = "sales@office.example";
    let client = Client::with(|settings| settings.mailboxes.push(MailboxSettings::new(sales)));
    client.practice.fail(Fault::every("slow", Kind::DelayBefore(400)));
    let get = |who: &str, query: &str| {
        client.call("GET", &format!("/users/{who}{INBOX}?{query}"), &[], None)
    };
    let refused = |who: &str| {
        std::thread::scope(|scope| {
            let slow = [(); 4].map(|()| scope.spawn(|| get(who, "slow").status));
            while client.practice.most_in_flight(who) < 4 {
                std::thread::yield_now();
            }
            let refused = get(who, "");
            assert_eq!(slow.map(|one| one.join().unwrap()), [200; 4]);
            refused
        })
    };
    let (first, second) = (refused(DESK), refused(sales));
    assert_eq!(first.refusal(), (429, "ApplicationThrottled".into()));
    assert!(first.text().contains("MailboxConcurrency"));
    assert_eq!(first.header("Retry-After"), None);
    assert_eq!((second.status, second.header("Retry-After")), (429, Some("2.128")));
    assert_eq!(client.practice.most_in_flight(DESK), 5);
}

#[test]
fn the_budget_of_ten_minutes_can_be_switched_on() {
    let client = Client::with(|settings| settings.budget = Some(3));
    let statuses = [(); 5].map(|()| client.get(INBOX).status);
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
    client.practice.advance(601);
    assert_eq!(client.get(INBOX).status, 200);
}

#[test]
fn a_batch_answers_each_by_itself() {
    let client = Client::new();
    let id = client.deliver(1).remove(0);
    let desk = format!("/users/{DESK}");
    let json_type = json!({"Content-Type": "application/json"});
    let body = json!({"requests": [
        {"id": "1", "method": "PATCH", "url": format!("{desk}/messages/{id}"),
            "headers": json_type, "body": {"isRead": true}},
        {"id": "2", "method": "POST", "url": format!("{desk}/messages/{id}/move"),
            "dependsOn": ["1"], "headers": json_type, "body": {"destinationId": "archive"}},
        {"id": "3", "method": "GET", "url": format!("{desk}/messages/AAMk")},
        {"id": "4", "method": "GET", "url": format!("{desk}/mailFolders/inbox"), "dependsOn": ["3"]},
        {"id": "5", "method": "GET", "url": format!("{desk}/messages/{id}/$value")},
    ]});
    let got = client.call("POST", "/$batch", &[], Some(&body)).json();
    let status = |id: &str| {
        let mut responses = got["responses"].as_array().unwrap().iter();
        responses.find(|one| one["id"] == id).unwrap()["status"].as_u64().unwrap()
    };
    assert_eq!(["1", "2", "3", "4", "5"].map(status), [200, 201, 400, 424, 200]);
    assert_eq!(client.inside("archive").len(), 1);
    let many: Vec<Value> = (0..21)
        .map(|n| json!({"id": n.to_string(), "method": "GET", "url": format!("{desk}/messages")}))
        .collect();
    assert_eq!(client.call("POST", "/$batch", &[], Some(&json!({"requests": many}))).status, 400);
    let twice = json!({"requests": [many[0], many[0]]});
    assert_eq!(client.call("POST", "/$batch", &[], Some(&twice)).status, 400);
}

#[test]
fn ordered_statuses_come_and_nothing_is_done() {
    let client = Client::new();
    let id = client.deliver(1).remove(0);
    let path = format!("/messages/{id}/move");
    let archive = json!({"destinationId": "archive"});
    let after = Some("3.5".to_owned());
    client.practice.fail(Fault::next("/move", Kind::Status { code: 503, retry_after: after }));
    client.practice.fail(Fault::nth("/move", 2, Kind::UnknownToken401));
    let got = client.post(&path, &archive);
    assert_eq!((got.status, got.header("Retry-After")), (503, Some("3.5")));
    assert_eq!(client.post(&path, &archive).refusal(), (401, "InvalidAuthenticationToken".into()));
    assert_eq!(client.inside("inbox").len(), 1);
    assert_eq!(client.post(&path, &archive).status, 201);
    client.practice.fail(Fault::next("/delta", Kind::Status { code: 410, retry_after: None }));
    let got = client.get(&format!("{INBOX}/delta"));
    assert_eq!(got.refusal(), (410, "SyncStateNotFound".into()));
}

#[test]
fn each_status_comes_with_the_words_graph_has_for_it() {
    let client = Client::new();
    let id = client.deliver(1).remove(0);
    for (code, word) in [
        (401, "InvalidAuthenticationToken"),
        (403, "ErrorAccessDenied"),
        (404, "ErrorItemNotFound"),
        (409, "ErrorIrresolvableConflict"),
        (410, "SyncStateNotFound"),
        (429, "TooManyRequests"),
        (500, "InternalServerError"),
        (503, "serviceNotAvailable"),
        (504, "UnknownError"),
        (507, "ErrorQuotaExceeded"),
    ] {
        client.practice.fail(Fault::next("/move", Kind::Status { code, retry_after: None }));
        let got =
            client.post(&format!("/messages/{id}/move"), &json!({"destinationId": "archive"}));
        assert_eq!(got.refusal(), (code, word.to_owned()));
        assert_eq!(got.header("Retry-After"), None, "{code}");
        assert!(got.header("Date").is_some(), "{code}");
    }
    assert!(client.inside("archive").is_empty());
}

#[test]
fn throttling_names_its_wait_in_every_form_or_none() {
    let client = Client::new();
    let order = |spec: &str| {
        faults::parse(spec).unwrap().into_iter().for_each(|fault| client.practice.fail(fault));
        client.get(INBOX)
    };
    for (spec, word, after) in [
        ("/inbox=throttled", "ApplicationThrottled", None),
        ("/inbox=throttled:7", "ApplicationThrottled", Some("7")),
        ("/inbox=throttled:2.128", "ApplicationThrottled", Some("2.128")),
        ("/inbox=status:429,0.5", "TooManyRequests", Some("0.5")),
        (
            "/inbox=status:429,Mon, 04 May 2026 09:02:00 GMT",
            "TooManyRequests",
            Some("Mon, 04 May 2026 09:02:00 GMT"),
        ),
    ] {
        let got = order(spec);
        assert_eq!(got.refusal(), (429, word.into()), "{spec}");
        assert_eq!(got.header("Retry-After"), after, "{spec}");
    }
    let got = order("/inbox=throttled:+90");
    let [now, then] = ["Date", "Retry-After"].map(|name| {
        let date = jiff::fmt::rfc2822::parse(got.header(name).unwrap()).unwrap();
        date.timestamp().as_second()
    });
    assert_eq!(then - now, 90);
}

#[test]
fn a_gateways_404_is_none_of_graphs() {
    let client = Client::new();
    client.deliver(1);
    client.practice.fail(Fault::next("/inbox", Kind::GatewayNotFound));
    let url = format!("{}/v1.0/users/{DESK}{INBOX}", client.practice.url());
    let got = client.send("GET", &url, &[], None).unwrap();
    assert_eq!((got.status, got.header("Content-Type")), (404, Some("text/html")));
    assert!(got.json().is_null());
    assert_eq!(client.get(INBOX).list().len(), 1);
}

#[test]
fn silence_may_come_before_the_work_or_after_it() {
    let client = Client::new();
    let ids = client.deliver(2);
    let archive = json!({"destinationId": "archive"});
    let shift = |id: &str, spec: &str| {
        faults::parse(spec).unwrap().into_iter().for_each(|fault| client.practice.fail(fault));
        let (begun, path) = (Instant::now(), format!("/users/{DESK}/messages/{id}/move"));
        assert!(client.try_call("POST", &path, &[], Some(&archive)).is_err(), "{spec}");
        assert!(begun.elapsed() >= Duration::from_millis(60), "{spec}");
    };
    shift(&ids[0], "/move=silent:60");
    assert_eq!(client.inside("archive").len(), 0);
    shift(&ids[1], "/move=after:60; /move=lost");
    assert_eq!(client.inside("archive"), ["<m1@shop.example>"]);
}

#[test]
fn a_gateway_answers_with_html() {
    let client = Client::new();
    client.practice.fail(Fault::next("GET /v1.0/users", Kind::Html503));
    let url = format!("{}/v1.0/users/{DESK}{INBOX}", client.practice.url());
    let got = client.send("GET", &url, &[], None).unwrap();
    assert_eq!((got.status, got.header("Content-Type")), (503, Some("text/html")));
}

#[test]
fn a_lost_answer_has_done_its_work() {
    let client = Client::new();
    let id = client.draft("ana@shop.example");
    client.practice.fail(Fault::next("/send", Kind::AnswerLost));
    let path = format!("/users/{DESK}/messages/{id}/send");
    let length = [("Content-Length", "0")];
    assert!(client.try_call("POST", &path, &length, None).is_err());
    assert_eq!(client.practice.left().len(), 1);
}

#[test]
fn a_cut_connection_has_not() {
    let client = Client::new();
    let id = client.draft("ana@shop.example");
    client.practice.fail(Fault::next("/send", Kind::CutConnection));
    let path = format!("/users/{DESK}/messages/{id}/send");
    assert!(client.try_call("POST", &path, &[("Content-Length", "0")], None).is_err());
    assert_eq!(client.practice.left().len(), 0);
    assert_eq!(client.post_empty(&format!("/messages/{id}/send")).status, 202);
}

#[test]
fn answers_arrive_broken_when_that_is_ordered() {
    let client = Client::new();
    let id = client.deliver(11).remove(0);
    client.practice.fail(Fault::next("$value", Kind::TruncatedBody));
    let path = format!("/users/{DESK}/messages/{id}/$value");
    assert!(client.try_call("GET", &path, &[], None).is_err());
    let url = format!("{}/v1.0/users/{DESK}{INBOX}", client.practice.url());
    let bearer = format!("Bearer {}", client.token);
    let headers = [("Authorization", &*bearer)];
    client.practice.fail(Fault::next("/messages", Kind::GarbledJson));
    let got = client.send("GET", &url, &headers, None).unwrap();
    assert!(got.status == 200 && got.json().is_null(), "{}", got.text());
    client.practice.fail(Fault::next("/messages", Kind::ForeignNextLink));
    assert!(client.get(INBOX).field("@odata.nextLink").contains("foreign.example"));
    assert!(client.get(INBOX).field("@odata.nextLink").contains("127.0.0.1"));
}

#[test]
fn an_answer_can_be_late() {
    let client = Client::new();
    let start = Instant::now();
    client.practice.fail(Fault::next("/inbox", Kind::DelayAfter(80)));
    client.practice.fail(Fault::next("/token", Kind::DelayBefore(80)));
    client.get(INBOX);
    assert!(start.elapsed() >= Duration::from_millis(80));
    client.sign_in("office.example", &client.form());
    assert!(start.elapsed() >= Duration::from_millis(160));
}

#[test]
fn the_token_endpoint_can_be_down() {
    let client = Client::new();
    for fault in faults::parse("/token#1-2=token-down").unwrap() {
        client.practice.fail(fault);
    }
    let statuses = [(); 3].map(|()| client.sign_in("office.example", &client.form()).status);
    assert_eq!(statuses, [503, 503, 200]);
}

#[test]
fn requests_are_counted_and_logged_without_the_token() {
    let client = Client::new();
    let before = client.practice.requests();
    client.get(INBOX);
    assert!(client.practice.logged().is_empty());
    client.practice.log_requests(true);
    client.post("/mailFolders", &json!({"displayName": "Processed"}));
    assert_eq!(client.practice.requests(), before + 2);
    let log = client.practice.logged();
    let one = &log[0];
    assert_eq!((log.len(), &*one.method, one.status), (1, "POST", 201));
    assert_eq!(one.target, format!("/v1.0/users/{DESK}/mailFolders"));
    assert_eq!(one.request_body, br#"{"displayName":"Processed"}"#);
    assert!(String::from_utf8_lossy(&one.answer_body).contains("Processed"));
    assert!(!format!("{one:?}").contains("Bearer"));
}
