//! Drafts from JSON and from MIME, and what becomes of them when they are sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use counterfoil::practice::MailboxSettings;
use serde_json::{Value, json};

use crate::client::{Client, DESK, LASTING};

const MIME: &str = "From: Whoever <desk@office.example>\r\nTo: ana@shop.example\r\n\
    Bcc: boss@office.example\r\nSubject: Re: Printer\r\nMessage-ID: <r1@office.example>\r\n\
    In-Reply-To: <a1@shop.example>\r\nReferences: <a0@shop.example>\r\n <a1@shop.example>\r\n\
    Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\nX-Own: 1\r\n\
    List-Id: <x.example>\r\nReturn-Path: <x@y.example>\r\n\r\nWe are on it.\r\n";

fn draft_of(client: &Client, mime: &str) -> String {
    let body = Value::from(STANDARD.encode(mime));
    let got = client.call("POST", &format!("/users/{DESK}/messages"), &[LASTING], Some(&body));
    assert_eq!(got.status, 201, "{}", got.text());
    got.field("id")
}

fn send(client: &Client, id: &str) -> (u16, String) {
    let got = client.post_empty(&format!("/messages/{id}/send"));
    assert!(got.status >= 400 || got.bytes.is_empty());
    got.refusal()
}

#[test]
fn a_json_draft_leaves_and_its_id_names_the_copy() {
    let client = Client::new();
    let id = client.draft("ana@shop.example");
    let shown =
        client.get(&format!("/messages/{id}?$select=isDraft,internetMessageId,isRead")).json();
    assert_eq!(shown["isDraft"], true);
    let message_id = shown["internetMessageId"].as_str().unwrap().to_owned();
    assert_eq!(client.inside("drafts"), [message_id.as_str()]);
    assert_eq!(send(&client, &id).0, 202);
    let sent = client.get(&format!("/messages/{id}?$select=isDraft,internetMessageId")).json();
    assert_eq!((&sent["isDraft"], &sent["internetMessageId"]), (&json!(false), &json!(message_id)));
    assert_eq!((client.inside("drafts").len(), client.inside("sentitems").len()), (0, 1));
    let left = client.practice.left().remove(0);
    assert_eq!((left.from.as_str(), left.to), (DESK, vec!["ana@shop.example".to_owned()]));
    assert!(String::from_utf8_lossy(&left.raw).contains("We are on it."));
    assert_eq!(send(&client, &id), (404, "ErrorItemNotFound".into()));
    assert_eq!(client.practice.left().len(), 1);
}

#[test]
fn without_immutable_ids_the_drafts_id_is_gone_after_sending() {
    let client = Client::new();
    client.draft("ana@shop.example");
    let id =
        client.get("/mailFolders/drafts/messages").list()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(send(&client, &id).0, 202);
    assert_eq!(client.get(&format!("/messages/{id}")).status, 404);
    assert_eq!(send(&client, &id).0, 404);
}

#[test]
fn a_second_send_and_a_late_copy_are_switches() {
    let client = Client::with(|settings| {
        settings.switches.second_send_status = 400;
        settings.switches.sent_copy_delay_ms = 3_600_000;
        settings.token_seconds = Some(10_000);
    });
    let id = client.draft("ana@shop.example");
    assert_eq!(send(&client, &id).0, 202);
    assert_eq!(client.get(&format!("/messages/{id}")).status, 404);
    assert_eq!(client.get("/mailFolders/sentitems/messages").list().len(), 0);
    assert_eq!(send(&client, &id).0, 400);
    assert_eq!(client.practice.left().len(), 1);
    client.practice.advance(3601);
    assert_eq!(client.get(&format!("/messages/{id}")).json()["isDraft"], false);
}

#[test]
fn a_draft_on_its_way_may_still_look_like_one() {
    let client = Client::with(|settings| {
        settings.switches.draft_shows_until_copied = true;
        settings.switches.sent_copy_delay_ms = 3_600_000;
        settings.token_seconds = Some(10_000);
    });
    let id = client.draft("ana@shop.example");
    assert_eq!(send(&client, &id).0, 202);
    assert_eq!(client.practice.left().len(), 1);
    assert_eq!(client.get(&format!("/messages/{id}")).json()["isDraft"], true);
    assert_eq!((client.inside("drafts").len(), client.inside("sentitems").len()), (1, 0));
    assert_eq!(send(&client, &id).0, 404, "it is not sent twice for that");
    client.practice.advance(3601);
    assert_eq!(client.get(&format!("/messages/{id}")).json()["isDraft"], false);
    assert_eq!((client.inside("drafts").len(), client.inside("sentitems").len()), (0, 1));
    assert_eq!((send(&client, &id).0, client.practice.left().len()), (404, 1));
}

#[test]
fn a_message_id_may_be_replaced_only_as_it_leaves() {
    let client = Client::with(|settings| {
        settings.switches.message_id_replaced_on_send = true;
        settings.switches.draft_shows_until_copied = true;
        settings.switches.sent_copy_delay_ms = 3_600_000;
        settings.token_seconds = Some(10_000);
    });
    let id = draft_of(&client, MIME);
    assert_eq!(send(&client, &id).0, 202);
    assert_eq!(client.inside("drafts"), ["<r1@office.example>"]);
    let raw = String::from_utf8(client.practice.left().remove(0).raw).unwrap();
    assert!(!raw.contains("Message-ID: <r1@office.example>"), "{raw}");
    client.practice.advance(3601);
    let sent = client.inside("sentitems").remove(0);
    assert!(raw.contains(&format!("Message-ID: {sent}")), "{sent} in {raw}");
    let old = "$filter=internetMessageId eq '<r1@office.example>'".replace(' ', "%20");
    assert!(client.get(&format!("/mailFolders/sentitems/messages?{old}")).list().is_empty());
    assert_eq!(client.get(&format!("/messages/{id}")).field("internetMessageId"), sent);
}

#[test]
fn a_letter_to_too_many_is_taken_and_comes_back() {
    let client = Client::with(|settings| settings.switches.most_recipients = 3);
    let to = |count: usize| {
        let all: Vec<_> = (0..count).map(|n| format!("p{n}@shop.example")).collect();
        MIME.replace("ana@shop.example", &all.join(", ")).replace("boss@office", "boss@shop")
    };
    // The blind copy counts as well.
    assert_eq!(send(&client, &draft_of(&client, &to(2))).0, 202);
    assert_eq!((client.practice.left().len(), client.inside("inbox").len()), (1, 0));
    assert_eq!(send(&client, &draft_of(&client, &to(3))).0, 202);
    assert_eq!(client.practice.left().len(), 1);
    let report = String::from_utf8(client.practice.folder(DESK, "inbox")[0].raw()).unwrap();
    assert!(report.contains("Status: 5.5.3") && report.contains("RecipLimit"), "{report}");
}

#[test]
fn whoever_is_named_twice_gets_one_copy() {
    let client = Client::new();
    let twice = MIME.replace("boss@office.example", "ANA@shop.example");
    assert_eq!(send(&client, &draft_of(&client, &twice)).0, 202);
    assert_eq!(client.practice.left().remove(0).to, ["ana@shop.example"]);
}

#[test]
fn a_copy_on_its_way_is_no_line_of_a_list() {
    let client = Client::with(|settings| {
        settings.switches.sent_copy_delay_ms = 3_600_000;
        settings.token_seconds = Some(10_000);
    });
    let sent = ["a@shop.example", "b@shop.example"].map(|to| {
        let id = client.draft(to);
        send(&client, &id);
        client.practice.advance(3601);
        id
    });
    send(&client, &client.draft("c@shop.example"));
    let path = format!("/users/{DESK}/mailFolders/sentitems/messages?$top=1&$skip=1");
    let listed = client.call("GET", &path, &[LASTING], None).list();
    assert_eq!((listed.len(), listed[0]["id"].as_str()), (1, Some(sent[0].as_str())));
}

#[test]
fn a_send_without_a_length_is_refused() {
    use std::io::{Read as _, Write as _};
    let client = Client::new();
    let id = client.draft("ana@shop.example");
    let url = client.practice.url();
    let mut stream = std::net::TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    write!(
        stream,
        "POST /v1.0/users/{DESK}/messages/{id}/send HTTP/1.1\r\nHost: x\r\n\
         Authorization: Bearer {}\r\nConnection: close\r\n\r\n",
        client.token
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 411 "), "{answer}");
    assert_eq!(client.practice.left().len(), 0);
}

#[test]
fn a_received_letter_cannot_be_sent() {
    let client = Client::new();
    let id = client.deliver(1).remove(0);
    assert_eq!(send(&client, &id).0, 404);
    assert!(client.practice.left().is_empty());
}

#[test]
fn json_takes_x_headers_only_and_five_of_them() {
    let client = Client::new();
    let with = |headers: &[(&str, &str)]| {
        let headers: Vec<Value> =
            headers.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
        let to = json!([{"emailAddress": {"address": "ana@shop.example"}}]);
        client.post(
            "/messages",
            &json!({"subject": "s", "toRecipients": to,
            "internetMessageHeaders": headers}),
        )
    };
    let got = with(&[("In-Reply-To", "<a1@shop.example>")]);
    assert_eq!(got.refusal(), (400, "InvalidInternetMessageHeader".into()));
    let text = "The internet message header name 'In-Reply-To' should start with 'x-' or 'X-'.";
    assert!(got.text().contains(text), "{}", got.text());
    let six: Vec<(&str, &str)> =
        ["X-A", "X-B", "X-C", "X-D", "X-E", "X-F"].map(|n| (n, "1")).into();
    let got = with(&six);
    assert_eq!(got.refusal(), (400, "InvalidInternetMessageHeaderCollection".into()));
    let got = with(&six[..5]);
    assert_eq!(got.status, 201);
    let mime = client.get(&format!("/messages/{}/$value", got.field("id"))).text();
    assert!(mime.contains("X-E: 1\r\n"), "{mime}");
    let unknown = client.post("/messages", &json!({"topic": "s"}));
    assert_eq!(unknown.refusal(), (400, "UnableToDeserializePostBody".into()));
}

#[test]
fn a_mime_draft_keeps_its_thread_and_loses_what_the_service_drops() {
    let client = Client::new();
    let id = draft_of(&client, MIME);
    let mime = client.get(&format!("/messages/{id}/$value")).text();
    for kept in [
        "Message-ID: <r1@office.example>",
        "In-Reply-To: <a1@shop.example>",
        "References: <a0@shop.example>\r\n <a1@shop.example>",
        "From: \"Desk\" <desk@office.example>",
    ] {
        assert!(mime.contains(kept), "{kept} in {mime}");
    }
    for lost in ["Auto-Submitted", "X-Auto-Response-Suppress", "X-Own", "List-Id", "Return-Path"] {
        assert!(!mime.contains(lost), "{lost} in {mime}");
    }
    let shown = client.get(&format!("/messages/{id}")).json();
    assert_eq!((&shown["isDraft"], &shown["subject"]), (&json!(true), &json!("Re: Printer")));
    assert_eq!(send(&client, &id).0, 202);
    let left = client.practice.left().remove(0);
    assert_eq!(left.to, ["ana@shop.example", "boss@office.example"]);
    let raw = String::from_utf8(left.raw).unwrap();
    assert!(!raw.contains("Bcc") && raw.contains("In-Reply-To: <a1@shop.example>"), "{raw}");
}

#[test]
fn a_primed_mailbox_keeps_own_headers_from_mime() {
    let client = Client::new();
    let prime = json!({"subject": "prime", "internetMessageHeaders":
        [{"name": "x-own", "value": "1"}, {"name": "X-Auto-Response-Suppress", "value": "All"}]});
    assert_eq!(client.post("/messages", &prime).status, 201);
    let id = draft_of(&client, MIME);
    let mime = client.get(&format!("/messages/{id}/$value")).text();
    assert!(mime.contains("X-Own: 1") && mime.contains("X-Auto-Response-Suppress: All"), "{mime}");
}

#[test]
fn a_letter_is_found_by_a_field_of_its_own_as_long_as_it_keeps_it() {
    let client = Client::new();
    let found = || {
        let filter = "$filter=singleValueExtendedProperties/any(ep: ep/id eq 'String \
                      {00020386-0000-0000-C000-000000000046} Name x-own' and ep/value eq '1')";
        let filter = filter.replace(' ', "%20");
        client.get(&format!("/mailFolders/sentitems/messages?{filter}")).list().len()
    };
    send(&client, &draft_of(&client, MIME));
    assert_eq!(found(), 0, "the mailbox never met that name, and lost it");
    let prime =
        json!({"subject": "prime", "internetMessageHeaders": [{"name": "x-own", "value": "1"}]});
    assert_eq!(client.post("/messages", &prime).status, 201);
    send(&client, &draft_of(&client, MIME));
    assert_eq!(found(), 1);
}

#[test]
fn what_mime_loses_and_keeps_are_switches() {
    let client = Client::with(|settings| {
        settings.switches.mime_keeps_auto_submitted = true;
        settings.switches.mime_keeps_unknown_x_headers = true;
        settings.switches.message_id_replaced_on_draft = true;
    });
    let id = draft_of(&client, MIME);
    let mime = client.get(&format!("/messages/{id}/$value")).text();
    assert!(mime.contains("Auto-Submitted: auto-replied") && mime.contains("X-Own: 1"), "{mime}");
    assert!(!mime.contains("<r1@office.example>"), "{mime}");
    let shown = client.get(&format!("/messages/{id}")).json();
    assert!(mime.contains(shown["internetMessageId"].as_str().unwrap()), "{mime}");
}

#[test]
fn mime_that_cannot_be_taken_is_refused() {
    let client = Client::new();
    let url = format!("{}/v1.0/users/{DESK}/messages", client.practice.url());
    let bearer = format!("Bearer {}", client.token);
    let headers = [("Authorization", &*bearer), ("Content-Type", "text/plain")];
    let got = client.send("POST", &url, &headers, Some(b"no base64!")).unwrap();
    assert_eq!(got.refusal(), (400, "ErrorMimeContentInvalidBase64String".into()));
    let big = vec![b'A'; 4 * 1024 * 1024 + 4];
    assert_eq!(client.send("POST", &url, &headers, Some(&big)).unwrap().status, 413);
    let url = format!("{}/v1.0/users/{DESK}/mailFolders/drafts/messages", client.practice.url());
    let packed = STANDARD.encode(MIME);
    let got = client.send("POST", &url, &headers, Some(packed.as_bytes())).unwrap();
    assert_eq!(got.refusal(), (400, "UnableToDeserializePostBody".into()));
}

#[test]
fn a_draft_can_be_changed_before_it_leaves() {
    let client = Client::new();
    let id = draft_of(&client, MIME);
    let change = json!({"subject": "Grüße", "body": {"contentType": "html", "content": "<p>ok</p>"},
        "toRecipients": [{"emailAddress": {"address": "bo@shop.example", "name": "Bo Å"}}]});
    let got = client.call("PATCH", &format!("/users/{DESK}/messages/{id}"), &[], Some(&change));
    assert_eq!((got.status, got.field("subject")), (200, "Grüße".into()));
    assert_eq!(send(&client, &id).0, 202);
    let raw = client.practice.left().remove(0).raw;
    let message = mail_parser::MessageParser::default().parse(&raw).unwrap();
    assert_eq!(message.subject(), Some("Grüße"));
    assert_eq!(message.to().unwrap().first().unwrap().name(), Some("Bo Å"));
    assert_eq!(message.in_reply_to().as_text(), Some("a1@shop.example"));
    assert_eq!(message.body_html(0).unwrap().trim(), "<p>ok</p>");
}

#[test]
fn a_draft_that_may_not_leave_stays() {
    let client = Client::new();
    for (mime, status, code) in [
        (MIME.replace("desk@office", "boss@office"), 403, "ErrorSendAsDenied"),
        (
            MIME.replace("To: ana@shop.example\r\nBcc: boss@office.example\r\n", ""),
            400,
            "ErrorInvalidRecipients",
        ),
        (MIME.replace("To: ana@shop.example", "To: ana"), 400, "ErrorInvalidRecipients"),
    ] {
        let id = draft_of(&client, &mime);
        assert_eq!(send(&client, &id), (status, code.into()));
    }
    assert_eq!((client.practice.left().len(), client.inside("drafts").len()), (0, 3));
}

#[test]
fn send_mail_leaves_at_once_and_files_a_copy_unless_told_not_to() {
    let client = Client::new();
    let message = json!({"subject": "Hello", "body": {"contentType": "text", "content": "x"},
        "toRecipients": [{"emailAddress": {"address": "ana@shop.example"}}]});
    let got = client.post("/sendMail", &json!({"message": message}));
    assert_eq!((got.status, got.bytes.len()), (202, 0));
    assert_eq!(client.inside("sentitems").len(), 1);
    let got = client.post("/sendMail", &json!({"message": message, "saveToSentItems": false}));
    assert_eq!(got.status, 202);
    let got = client.post("/sendMail", &Value::from(STANDARD.encode(MIME)));
    assert_eq!(got.status, 202);
    assert_eq!((client.inside("sentitems").len(), client.practice.left().len()), (2, 3));
    let nobody = json!({"message": {"subject": "Hello"}});
    assert_eq!(client.post("/sendMail", &nobody).refusal().1, "ErrorInvalidRecipients");
    assert_eq!(client.inside("drafts").len(), 0);
}

#[test]
fn a_letter_to_a_colleague_arrives_and_one_to_nobody_comes_back() {
    let client = Client::with(|settings| {
        settings.mailboxes.push(MailboxSettings::new("boss@office.example"));
    });
    let id = draft_of(&client, &MIME.replace("ana@shop.example", "nobody@office.example"));
    assert_eq!(send(&client, &id).0, 202);
    let arrived = client.practice.folder("boss@office.example", "inbox");
    assert_eq!(arrived[0].message_id.as_deref(), Some("<r1@office.example>"));
    let report = client.practice.folder(DESK, "inbox").remove(0);
    assert_eq!(report.subject.as_deref(), Some("Undeliverable: Re: Printer"));
    let raw = String::from_utf8(report.raw()).unwrap();
    assert!(raw.contains("multipart/report") && raw.contains("Status: 5.1.10"), "{raw}");
    assert!(raw.contains("Content-Type: message/rfc822"), "{raw}");
    assert!(raw.contains("<r1@office.example>"), "{raw}");
}
