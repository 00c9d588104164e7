//! Who answers what leaves, and what a desk finds in its Inbox afterwards. The reading of it is the
//! program's own, so that what is written here is read as mail is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use counterfoil::mail::Message;
use counterfoil::mail::parse::parse;
use counterfoil::mail::report::Action;
use counterfoil::practice::{Correspondents, Seen};
use serde_json::Value;

use crate::client::{Client, DESK, LASTING};

fn client() -> Client {
    Client::with(|settings| {
        settings.correspondents = Some(Correspondents::default());
        settings.token_seconds = Some(100_000);
    })
}

/// Sends a letter, from MIME as the program does; `more` are further lines of its header.
fn write(client: &Client, to: &str, more: &str) -> String {
    let number = client.practice.left().len();
    let mime = format!(
        "From: Desk <{DESK}>\r\nTo: Ana Weber <{to}>\r\nSubject: Printer =?utf-8?q?gr=C3=BCn?=\r\n\
         Message-ID: <r{number}@office.example>\r\nReferences: <a0@shop.example>\r\n{more}\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nWe are on it.\r\n"
    );
    let body = Value::from(STANDARD.encode(mime));
    let got = client.call("POST", &format!("/users/{DESK}/messages"), &[LASTING], Some(&body));
    let id = got.field("id");
    assert_eq!(client.post_empty(&format!("/messages/{id}/send")).status, 202);
    format!("r{number}@office.example")
}

fn inbox(client: &Client) -> Vec<Seen> {
    client.practice.folder(DESK, "inbox")
}

/// What lies in the Inbox after so many seconds, read.
fn arrived(client: &Client, seconds: i64) -> Vec<Message> {
    client.practice.advance(seconds);
    inbox(client).iter().map(|seen| parse(&seen.raw())).collect()
}

#[test]
fn nobody_answers_unless_asked_for() {
    let client = Client::new();
    for to in ["answers@shop.example", "bounce@shop.example", "robot@shop.example"] {
        write(&client, to, "");
    }
    assert!(arrived(&client, 3_000).is_empty());
}

#[test]
fn a_person_answers_after_a_while_and_not_without_end() {
    let client = client();
    let ours = write(&client, "answers@shop.example", "");
    assert!(arrived(&client, 10).is_empty(), "a person takes a while");
    let answer = arrived(&client, 60).remove(0);
    assert_eq!(answer.subject, "Re: Printer grün");
    assert_eq!(
        answer.in_reply_to.iter().map(|id| id.as_str()).collect::<Vec<_>>(),
        [ours.as_str()]
    );
    let references: Vec<_> = answer.references.iter().map(|id| id.as_str()).collect();
    assert_eq!(references, ["a0@shop.example", ours.as_str()]);
    let from = answer.from.unwrap();
    assert_eq!((from.address.as_str(), from.name.as_str()), ("answers@shop.example", "Ana Weber"));
    assert_eq!(answer.to[0].address, DESK);
    assert!(answer.text.contains("> We are on it."), "{}", answer.text);
    assert!(answer.message_id.is_some());
    for _ in 0..5 {
        write(&client, "answers@shop.example", "");
    }
    let all = arrived(&client, 100);
    assert_eq!(all.len(), 3, "three answers in all");
    let said: std::collections::HashSet<_> =
        all.iter().map(|one| one.text.lines().nth(2)).collect();
    assert_eq!(said.len(), 3, "each time something else: {said:?}");
}

#[test]
fn whoever_gets_a_copy_only_does_not_answer() {
    let client = client();
    write(&client, "silent@shop.example", "Cc: answers@shop.example\r\n");
    assert!(arrived(&client, 100).is_empty());
}

#[test]
fn an_absence_note_comes_once_and_never_to_a_marked_letter() {
    let keeps = Client::with(|settings| {
        settings.correspondents = Some(Correspondents::default());
        settings.switches.mime_keeps_auto_submitted = true;
        settings.switches.mime_keeps_unknown_x_headers = true;
    });
    for mark in ["Auto-Submitted: auto-replied\r\n", "X-Auto-Response-Suppress: DR, OOF\r\n"] {
        write(&keeps, "vacation@shop.example", mark);
    }
    assert!(arrived(&keeps, 100).is_empty());
    write(&keeps, "vacation@shop.example", "Auto-Submitted: no\r\n");
    write(&keeps, "vacation@shop.example", "");
    let notes = arrived(&keeps, 100);
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0].subject, "Automatic reply: Printer grün");
    let raw = String::from_utf8(inbox(&keeps)[0].raw()).unwrap();
    assert!(
        raw.contains("Auto-Submitted: auto-replied") && raw.contains("Return-Path: <>"),
        "{raw}"
    );
    // A mark that the service drops cannot keep anybody silent.
    let drops = client();
    write(&drops, "vacation@shop.example", "Auto-Submitted: auto-replied\r\n");
    assert_eq!(arrived(&drops, 100).len(), 1);
}

#[test]
fn programs_that_hide_answer_every_letter() {
    let client = client();
    for _ in 0..4 {
        write(&client, "robot@shop.example", "Auto-Submitted: auto-replied\r\n");
    }
    let answers = arrived(&client, 5);
    let subjects: std::collections::HashSet<_> = answers.iter().map(|one| &one.subject).collect();
    assert_eq!((answers.len(), subjects.len()), (4, 4), "{subjects:?}");
    for answer in &answers {
        assert!(answer.in_reply_to.is_empty() && answer.references.is_empty());
    }
    for seen in inbox(&client) {
        let raw = String::from_utf8(seen.raw()).unwrap().to_lowercase();
        assert!(!raw.contains("auto-submitted") && !raw.contains("precedence"), "{raw}");
    }
    let ours = write(&client, "echo@shop.example", "");
    let answers = arrived(&client, 5);
    let echo = answers.last().unwrap();
    assert_eq!((echo.in_reply_to[0].as_str(), answers.len()), (ours.as_str(), 5));
    assert!(echo.text.contains("We are on it."));
}

#[test]
fn what_comes_back_is_a_report_with_the_letter_in_it() {
    for (address, status, permanent) in [
        ("bounce@shop.example", "5.1.1", true),
        ("full@shop.example", "5.2.2", true),
        ("refuses@shop.example", "5.7.1", true),
    ] {
        let client = client();
        let ours = write(&client, address, "");
        let report = arrived(&client, 5).remove(0);
        assert_eq!(report.subject, "Undeliverable: Printer grün", "{address}");
        let from = report.from.unwrap().address.to_lowercase();
        assert!(from.starts_with("microsoftexchange329e"), "{from}");
        let report = report.report.unwrap();
        assert_eq!(report.action, Action::Failed, "{address}");
        let bounce = &report.bounces[0];
        assert_eq!((bounce.recipient.as_str(), bounce.status.as_str()), (address, status));
        assert_eq!(bounce.permanent, permanent, "{address}");
        assert_eq!(report.letter.message_id.unwrap().as_str(), ours, "{address}");
    }
}

#[test]
fn a_delay_is_told_first_and_the_end_later() {
    let client = client();
    write(&client, "delayed@shop.example", "");
    write(&client, "expires@shop.example", "");
    let actions = |seconds| {
        let all = arrived(&client, seconds).into_iter().map(|one| one.report.unwrap());
        all.map(|report| (report.action, report.bounces[0].status.clone())).collect::<Vec<_>>()
    };
    assert_eq!(actions(5), []);
    let delayed = (Action::Delayed, "4.4.7".to_owned());
    assert_eq!(actions(20), [delayed.clone(), delayed.clone()]);
    assert_eq!(actions(60), [delayed.clone(), delayed, (Action::Failed, "4.4.7".to_owned())]);
}

#[test]
fn an_answer_reaches_delta_and_the_page_like_any_letter() {
    let client = client();
    let start = client.get("/mailFolders/inbox/messages/delta").field("@odata.deltaLink");
    write(&client, "echo@shop.example", "");
    client.practice.advance(5);
    let page = client.call("GET", &start, &[LASTING], None);
    assert_eq!(page.list().len(), 1);
    assert_eq!(page.list()[0]["subject"], "Re: Printer grün");
}
