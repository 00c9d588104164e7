//! Answers as agents see them: to whom one goes before it leaves, what became of it, and what a
//! person decides about one that was refused or is undecided.

#![allow(clippy::unwrap_used)]

mod support;

use counterfoil::practice::{Fault, Kind, Practice, Settings};
use counterfoil::store::Store;
use counterfoil::store::undelivered::Filter;
use counterfoil::time::Timestamp;
use serde_json::{Value, json};
use support::{Ended, Office, Wishes};

const ADDRESS: &str = "support@office.example";
const NOW: Timestamp = Timestamp::from_unix(1_790_000_000);

/// An office with a practice mailbox.
struct Desk {
    practice: Practice,
    office: Office,
}

impl Desk {
    fn new(sections: &str) -> Self {
        let settings = Settings::simple(ADDRESS);
        let practice = Practice::start(settings.clone()).unwrap();
        let office = Office::new(&Wishes {
            mailbox: "acknowledge = false\nactivated_at = \"2020-01-01\"\nsignature = \"The desk\"",
            sections,
            ..Wishes::of(&settings, &practice.url())
        });
        Self { practice, office }
    }

    /// Takes a letter in.
    fn letter(&self, head: &str, text: &str) {
        let raw = format!("{head}\n\n{text}\n").replace('\n', "\r\n");
        self.practice.deliver(ADDRESS, raw.into_bytes(), 1_777_900_000).unwrap();
        self.once(0);
    }

    fn once(&self, code: i32) -> Ended {
        let ended = self.office.run(&["run", "--once"]);
        assert_eq!(ended.code, code, "{}", ended.stderr);
        ended
    }

    fn store(&self) -> Store {
        Store::open(&self.office.database(), NOW).unwrap()
    }

    /// The last article of ticket 1.
    fn last(&self) -> Value {
        let ticket = self.office.json(&["ticket", "show", "1"]);
        ticket["articles"].as_array().unwrap().last().unwrap().clone()
    }
}

const ELSEWHERE: &str = "From: Ana Abel <ana@shop.example>\nReply-To: team@shop.example\n\
     To: support@office.example, Ben <ben@shop.example>\nCc: cy@shop.example\nSubject: Lamp\n\
     Message-ID: <a1@shop.example>\nDate: Mon, 04 May 2026 12:00:00 +0000";

fn addresses(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["address"].as_str().unwrap()).collect()
}

#[test]
fn an_answer_is_shown_before_it_goes_and_recorded_as_it_went() {
    let desk = Desk::new("[desk]\nquote_lines = 2\ntime_zone = \"Europe/Berlin\"");
    desk.letter(ELSEWHERE, "Die Lampe ist kaputt.\nSie flackert nur.\nBitte kommen Sie.");
    std::fs::write(desk.office.path("plan.pdf"), "%PDF-1.4").unwrap();
    let plan = desk.office.path("plan.pdf").display().to_string();
    let reply = ["ticket", "reply", "1", "--text", "Wir kommen.", "--attach", &plan, "--all"];
    let copies = ["--cc", "dora@shop.example", "--cc", ADDRESS, "--bcc", "boss@office.example"];
    let reply = [&reply[..], &copies[..]].concat();

    let shown = desk.office.json(&[&reply[..], &["--dry-run"]].concat());
    assert_eq!(addresses(&shown["to"]), ["team@shop.example"]);
    assert_eq!(
        addresses(&shown["cc"]),
        ["dora@shop.example", "ben@shop.example", "cy@shop.example"]
    );
    assert_eq!(addresses(&shown["bcc"]), ["boss@office.example"]);
    assert!(shown["subject"].as_str().unwrap().starts_with("Re: Lamp [CF#1-"), "{shown}");
    assert_eq!(shown["text"], "Wir kommen.\n\n-- \nThe desk\n");
    let quoted = "Am 04.05.2026 um 14:00 UTC+02:00 schrieb Ana Abel <ana@shop.example>:\n\
                  > Die Lampe ist kaputt.\n> Sie flackert nur.\n> […]\n";
    assert_eq!(shown["quoted"], quoted);
    let file = json!({"filename": "plan.pdf", "content_type": "application/pdf", "size": 8});
    assert_eq!(shown["attachments"], json!([file]));
    let warnings = shown["warnings"].as_array().unwrap();
    assert!(warnings[0].as_str().unwrap().starts_with("ana@shop.example wrote, but wants"));
    assert!(warnings[1].as_str().unwrap().starts_with("support@office.example is left out"));
    assert_eq!((warnings.len(), &shown["refused"]), (2, &Value::Null));

    // People see the same, need no text for it, and nothing waits to be sent.
    let people = desk.office.run(&["ticket", "reply", "1", "--preview", "--all"]);
    assert_eq!(people.code, 0, "{}", people.stderr);
    for words in [
        "to           team@shop.example\n",
        "cc           Ben <ben@shop.example>, cy@shop.example\n",
        "> Die Lampe ist kaputt.\n",
        "mind: ana@shop.example wrote",
        "nothing is sent; without --dry-run it is",
    ] {
        assert!(people.stdout.contains(words), "{words} in {}", people.stdout);
    }
    assert_eq!(desk.office.json(&["outbox", "list"])["outbox"], json!([]));
    assert_eq!(desk.last()["kind"], "email_in");
    assert_eq!(addresses(&desk.last()["reply_to"]), ["team@shop.example"]);

    let sent = desk.office.run(&reply);
    assert_eq!(sent.code, 0, "{}", sent.stderr);
    let goes = "goes to team@shop.example; cc dora@shop.example, Ben <ben@shop.example>, \
                cy@shop.example; hidden copy boss@office.example\n";
    assert!(sent.stderr.contains(goes), "{}", sent.stderr);
    assert!(sent.stderr.contains("wants the answer to go to team@shop.example"), "{}", sent.stderr);
    desk.once(0);
    let recorded = desk.last();
    let mut went = Vec::new();
    for (list, expected) in [("to", &shown["to"]), ("cc", &shown["cc"]), ("bcc", &shown["bcc"])] {
        assert_eq!(&recorded[list], expected, "{list}");
        went.extend(addresses(expected));
    }
    let left = desk.practice.left();
    assert_eq!(left.len(), 1);
    let mut to = left[0].to.clone();
    to.sort();
    went.sort_unstable();
    assert_eq!(to, went);
    let letter = counterfoil::mail::parse::parse(&left[0].raw);
    assert!(letter.text.contains(quoted.trim_end()), "{}", letter.text);
    let show = desk.office.run(&["ticket", "show", "1"]).stdout;
    assert!(show.contains("answers go to team@shop.example\n"), "{show}");
    assert!(show.contains("hidden copy boss@office.example\n"), "{show}");
}

#[test]
fn an_answer_that_would_not_go_is_refused_beforehand() {
    let desk = Desk::new("");
    desk.letter(
        "From: ana@shop.example\nSubject: Lamp\nMessage-ID: <a1@shop.example>",
        "It flickers.",
    );
    let many: Vec<String> = (0..500).map(|n| format!("p{n}@shop.example")).collect();
    let copies: Vec<&str> = many.iter().flat_map(|address| ["--bcc", address]).collect();
    let reply = [&["ticket", "reply", "1", "--text", "x"][..], &copies].concat();
    for arguments in [reply.clone(), [&reply[..], &["--dry-run"]].concat()] {
        let ended = desk.office.run(&arguments);
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        assert!(ended.stderr.contains("would go to 501 people"), "{}", ended.stderr);
    }
    for _ in 0..50 {
        assert_eq!(desk.office.run(&["ticket", "reply", "1", "--text", "x"]).code, 0);
    }
    let ended = desk.office.run(&["ticket", "reply", "1", "--dry-run"]);
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    assert!(
        ended.stdout.contains("nor would it be: 50 answers to ana@shop.example"),
        "{}",
        ended.stdout
    );
}

#[test]
fn a_refused_letter_is_sent_again_as_a_new_one() {
    let desk = Desk::new("");
    desk.letter(
        "From: ana@shop.example\nSubject: Lamp\nMessage-ID: <a1@shop.example>",
        "It flickers.",
    );
    std::fs::write(desk.office.path("plan.pdf"), "%PDF-1.4").unwrap();
    let plan = desk.office.path("plan.pdf").display().to_string();
    desk.office.json(&["ticket", "reply", "1", "--text", "We come.", "--attach", &plan]);
    desk.practice.fail(Fault::next("/send", Kind::Status { code: 400, retry_after: None }));
    let ended = desk.once(3);
    assert!(ended.stderr.contains("see outbox list --state refused"), "{}", ended.stderr);
    let refused = desk.last();
    assert_eq!(refused["delivery"], "refused");
    let reason = refused["delivery_reason"].as_str().unwrap();
    assert!(reason.contains("sending a draft"), "{reason}");
    let show = desk.office.run(&["ticket", "show", "1"]).stdout;
    assert!(show.contains(reason), "{show}");

    let listed = desk.office.json(&["outbox", "list", "--state", "refused"]);
    assert_eq!(listed["outbox"][0]["id"], 1);
    assert_eq!(listed["outbox"][0]["reason"], reason);
    for (arguments, words) in [
        (["outbox", "sent", "1"], "outbox 1 was refused; send it again with outbox retry"),
        (["outbox", "retry", "9"], "there is no outbox row 9"),
    ] {
        let ended = desk.office.run(&arguments);
        assert_eq!(ended.code, 1, "{}", ended.stderr);
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
    }
    let again = desk.office.json(&["outbox", "retry", "1"]);
    assert_eq!(
        (&again["outbox"][0]["id"], &again["outbox"][0]["state"]),
        (&json!(2), &json!("queued"))
    );
    desk.once(0);
    let left = desk.practice.left();
    assert_eq!(left.len(), 1);
    let letter = counterfoil::mail::parse::parse(&left[0].raw);
    assert_eq!(letter.attachments[0].bytes, b"%PDF-1.4");
    assert_eq!(letter.in_reply_to[0].as_str(), "a1@shop.example");

    // The first says so, and cannot be sent a third time.
    let first = desk.office.json(&["outbox", "show", "1"]);
    let said = first["reason"].as_str().unwrap();
    assert!(said.starts_with("by hand: sent again as outbox 2; before that: "), "{said}");
    let ended = desk.office.run(&["outbox", "retry", "1"]);
    assert!(
        ended.stderr.contains("outbox 1 was sent again already, as outbox 2"),
        "{}",
        ended.stderr
    );
    assert_eq!(desk.last()["delivery"], "sent");
    assert_eq!(desk.office.run(&["audit", "verify"]).code, 0);
    let trail = desk.office.json(&["audit", "show"]).to_string();
    assert!(
        trail.contains("outbox.sent_again") && trail.contains("outbox 1: as outbox 2"),
        "{trail}"
    );
}

/// Brings the message in outbox row 1 to where it is not known whether it left.
fn lose(store: &mut Store) {
    let (mailbox, _) = store.mailbox("support", ADDRESS, None, NOW).unwrap();
    let due = store.next_due(mailbox, NOW.plus_days(400)).unwrap().unwrap();
    store.note_drafting(due.id).unwrap();
    let id = counterfoil::mail::MessageId::new("x@office.example").unwrap();
    store.note_draft(due.id, "draft", &id, NOW).unwrap();
    store.mark_unknown(due.id, "the answer was lost", NOW.plus_days(400), NOW).unwrap();
}

#[test]
fn what_is_undecided_is_decided_by_a_person_and_stays_so() {
    for (command, state, reason) in [
        (&["outbox", "sent", "1"][..], "sent", ""),
        (
            &["outbox", "discard", "1", "--reason", "she rang"][..],
            "refused",
            "by hand: given up, she rang; before that: the answer was lost",
        ),
    ] {
        let desk = Desk::new("");
        desk.letter("From: ana@shop.example\nSubject: Lamp\nMessage-ID: <a1@shop.example>", "x");
        desk.office.json(&["ticket", "reply", "1", "--text", "We come."]);
        lose(&mut desk.store());
        let ended = desk.once(3);
        assert!(ended.stderr.contains("see outbox list --state unknown"), "{}", ended.stderr);
        assert_eq!(desk.last()["delivery_reason"], "the answer was lost");
        let ended = desk.office.run(&["outbox", "retry", "1"]);
        assert!(ended.stderr.contains("look into Sent Items"), "{}", ended.stderr);

        let row = desk.office.json(command)["outbox"][0].clone();
        assert_eq!((&row["state"], &row["reason"]), (&json!(state), &json!(reason)));
        assert_eq!(row["due_at"], Value::Null);
        // Whoever was about to look for it, or to send it, finds it settled.
        let mut store = desk.store();
        let id = counterfoil::desk::ticket::OutboxId(1);
        store.mark_unknown(id, "late", NOW, NOW).unwrap();
        assert!(store.note_drafting(id).is_err(), "{state}");
        let message_id = counterfoil::mail::MessageId::new("y@office.example").unwrap();
        assert!(store.note_draft(id, "other", &message_id, NOW).is_err(), "{state}");
        let rows = store.outbox(&Filter::default(), None, 10).unwrap().rows;
        assert_eq!(rows.len(), usize::from(state == "refused"), "{rows:?}");
        assert_eq!(desk.office.json(&["outbox", "show", "1"])["state"], state);
        desk.once(0);
        assert_eq!(desk.practice.left().len(), 0, "{state}");
        assert_eq!(desk.office.run(&["audit", "verify"]).code, 0);
    }
}

#[test]
fn a_letter_that_waits_can_be_given_up_before_it_leaves() {
    let desk = Desk::new("");
    desk.letter("From: ana@shop.example\nSubject: Lamp\nMessage-ID: <a1@shop.example>", "x");
    desk.office.json(&["ticket", "reply", "1", "--text", "We come."]);
    let ended = desk.office.run(&["outbox", "sent", "1"]);
    assert!(ended.stderr.contains("outbox 1 waits and is sent by itself"), "{}", ended.stderr);
    desk.office.json(&["outbox", "discard", "1", "--reason", "to the wrong ticket"]);
    desk.once(0);
    assert_eq!(desk.practice.left().len(), 0);
    // It was no mistake after all.
    desk.office.json(&["outbox", "retry", "1"]);
    desk.once(0);
    assert_eq!(desk.practice.left().len(), 1);
}

#[test]
fn letters_that_wait_for_a_person_say_so() {
    let desk = Desk::new("");
    desk.letter("From: ana@shop.example\nSubject: Lamp\nMessage-ID: <a1@shop.example>", "x");
    desk.office.json(&["ticket", "reply", "1", "--text", "One."]);
    desk.office.json(&["ticket", "reply", "1", "--text", "Two."]);
    for _ in 0..20 {
        desk.practice.fail(Fault::next("/send", Kind::Status { code: 403, retry_after: None }));
    }
    desk.once(1);
    let ticket = desk.office.json(&["ticket", "show", "1"]);
    for article in &ticket["articles"].as_array().unwrap()[1..] {
        assert_eq!(article["delivery"], "queued");
        let reason = article["delivery_reason"].as_str().unwrap_or_default();
        assert!(reason.contains("Mail.Send"), "{article}");
    }
}

/// A report of a mail server on a letter of ours to Ana.
fn report(message_id: &str, action: &str, status: &str) -> String {
    report_on("ana@shop.example", message_id, action, status)
}

fn report_on(recipient: &str, message_id: &str, action: &str, status: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example\nSubject: Undelivered mail\nIn-Reply-To: <{message_id}>\n\
         MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
         --b\n\nAbout your letter.\n--b\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns;mx.example\n\nFinal-Recipient: rfc822;{recipient}\n\
         Action: {action}\nStatus: {status}\nDiagnostic-Code: smtp;550 {status} the box is sealed\n\n\
         --b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{message_id}>\n\n--b--"
    )
}

#[test]
fn a_letter_that_came_back_from_one_is_sent_again_to_that_one_alone() {
    let everybody = ["ana@shop.example", "ben@shop.example", "eve@shop.example"];
    for (failed, status, again) in [
        (&["eve@shop.example"][..], "5.7.1", &["eve@shop.example"][..]),
        (&["Ben@Shop.example", "eve@shop.example"], "5.1.1", &everybody[1..]),
        // Whom a server calls otherwise may be any of them.
        (&["moved@elsewhere.example"], "5.1.1", &everybody),
        (&[""], "5.1.1", &everybody),
    ] {
        let desk = Desk::new("");
        desk.letter("From: ana@shop.example\nSubject: Lamp\nMessage-ID: <a1@shop.example>", "x");
        let reply = ["ticket", "reply", "1", "--text", "We come."];
        let copies = ["--cc", "ben@shop.example", "--bcc", "eve@shop.example"];
        desk.office.json(&[&reply[..], &copies].concat());
        desk.once(0);
        let id = desk.last()["message_id"].as_str().unwrap().to_owned();
        for recipient in failed {
            let raw = report_on(recipient, &id, "failed", status).replace('\n', "\r\n");
            desk.practice.deliver(ADDRESS, raw.into_bytes(), 1_777_900_000).unwrap();
        }
        desk.once(3);
        let row = desk.office.json(&["outbox", "show", "1"]);
        assert_eq!(row["state"], "refused", "{failed:?}");
        assert_eq!(addresses(&row["came_back"]), again, "{failed:?}");
        desk.office.json(&["outbox", "retry", "1"]);
        desk.once(0);
        let left = desk.practice.left();
        let mut to = left[1].to.clone();
        to.sort();
        assert_eq!(
            (left.len(), &to[..]),
            (2, &again.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>()[..]),
            "{failed:?}"
        );
        if failed == ["eve@shop.example"] {
            // Another server takes longer to say so.
            let raw = report_on("ben@shop.example", &id, "failed", status).replace('\n', "\r\n");
            desk.practice.deliver(ADDRESS, raw.into_bytes(), 1_777_900_000).unwrap();
            desk.once(3);
            let row = desk.office.json(&["outbox", "show", "1"]);
            assert_eq!(addresses(&row["came_back"]), ["ben@shop.example"]);
            let reason = row["reason"].as_str().unwrap();
            assert!(reason.starts_with("came back: ben@shop.example"), "{reason}");
            assert!(reason.contains("sent again as outbox 2"), "{reason}");
            desk.office.json(&["outbox", "retry", "1"]);
            desk.once(0);
            assert_eq!(desk.practice.left()[2].to, ["ben@shop.example"]);
            let ended = desk.office.run(&["outbox", "retry", "1"]);
            assert!(ended.stderr.contains("as outbox 3"), "{}", ended.stderr);
        }
        let ticket = desk.office.json(&["ticket", "show", "1"]);
        let hidden = ticket["articles"].as_array().unwrap().last().unwrap()["cc"].to_string();
        assert!(!hidden.contains("eve@"), "{hidden}");
    }
}

#[test]
fn whom_a_letter_did_not_reach_is_known_for_as_long_as_it_may_be_sent_again() {
    let desk = Desk::new("");
    desk.letter("From: ana@shop.example\nSubject: Lamp\nMessage-ID: <a1@shop.example>", "x");
    let reply = ["ticket", "reply", "1", "--text", "We come.", "--cc", "ben@shop.example"];
    desk.office.json(&reply);
    desk.once(0);
    let id = desk.last()["message_id"].as_str().unwrap().to_owned();
    let raw = report_on("ben@shop.example", &id, "failed", "5.7.1").replace('\n', "\r\n");
    desk.practice.deliver(ADDRESS, raw.into_bytes(), 1_777_900_000).unwrap();
    desk.once(3);
    rusqlite::Connection::open(desk.office.database())
        .unwrap()
        .execute("UPDATE mailed SET queued_at = '2020-01-01T00:00:00Z'", [])
        .unwrap();
    desk.office.json(&reply);
    let row = desk.office.json(&["outbox", "show", "1"]);
    assert_eq!(addresses(&row["came_back"]), ["ben@shop.example"]);
}

#[test]
fn a_bounce_says_whom_a_letter_did_not_reach_and_why_and_a_delay_refuses_nothing() {
    for (action, status, delivery, words, reaches) in [
        ("failed", "5.1.1", "refused", "came back: ana@shop.example 5.1.1", false),
        ("failed", "5.7.236", "refused", "give the mailbox an address of your own domain", true),
        ("failed", "5.7.705", "refused", "Restricted entities", true),
        ("delayed", "4.4.1", "sent", "", true),
    ] {
        let desk = Desk::new("");
        desk.letter("From: ana@shop.example\nSubject: Lamp\nMessage-ID: <a1@shop.example>", "x");
        for _ in 0..3 {
            desk.office.json(&["ticket", "reply", "1", "--text", "We come."]);
            desk.once(if delivery == "refused" && !desk.practice.left().is_empty() {
                3
            } else {
                0
            });
            let id = desk.last()["message_id"].as_str().unwrap().to_owned();
            let raw = report(&id, action, status).replace('\n', "\r\n");
            desk.practice.deliver(ADDRESS, raw.into_bytes(), 1_777_900_000).unwrap();
            desk.once(if delivery == "refused" { 3 } else { 0 });
        }
        let ticket = desk.office.json(&["ticket", "show", "1"]);
        let articles = ticket["articles"].as_array().unwrap();
        assert_eq!(articles.len(), 7, "the reports stand in the ticket: {ticket}");
        assert_eq!(articles[1]["delivery"], delivery, "{status}");
        let reason = articles[1]["delivery_reason"].as_str().unwrap_or_default();
        assert!(reason.contains(words), "{status}: {reason}");
        let shown = desk.office.run(&["ticket", "show", "1"]).stdout;
        assert!(shown.contains(reason) && shown.contains("About your letter."), "{shown}");
        let preview = desk.office.json(&["ticket", "reply", "1", "--dry-run"]);
        let warnings = preview["warnings"].as_array().unwrap();
        assert_eq!(warnings.is_empty(), reaches, "{status}: {warnings:?}");
    }
}
