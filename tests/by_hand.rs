//! What a person does about the ledger, by the real program: looking beforehand, comparing, trying
//! again, insisting, discarding; beside a running appliance and without one.

#![allow(clippy::unwrap_used)]

mod support;

use counterfoil::practice::{Fault, Kind, Practice, Settings};
use serde_json::{Value, json};
use support::{Going, Office, Wishes, eventually};

const ADDRESS: &str = "support@office.example";

fn office(practice: &Practice, settings: &Settings, mailbox: &str) -> Office {
    Office::new(&Wishes { mailbox, ..Wishes::of(settings, &practice.url()) })
}

fn deliver(practice: &Practice, name: &str, headers: &str, received: i64) -> String {
    let raw = format!(
        "From: Ana <{name}@shop.example>\r\nTo: {ADDRESS}\r\nSubject: About {name}\r\n\
         Message-ID: <{name}@shop.example>\r\n{headers}\
         Date: Mon, 04 May 2026 09:00:00 +0000\r\n\r\nIt is about {name}.\r\n"
    );
    practice.deliver(ADDRESS, raw.into_bytes(), received).unwrap()
}

fn refuse(practice: &Practice, id: &str) {
    let kind = Kind::Status { code: 400, retry_after: None };
    practice.fail(Fault::every(&format!("{id}/$value"), kind));
}

fn rows(office: &Office) -> Vec<Value> {
    office.json(&["ledger", "list"])["ledger"].as_array().unwrap().clone()
}

#[test]
fn a_preview_says_what_a_run_does_and_changes_nothing() {
    let settings = Settings::simple(ADDRESS);
    let practice = Practice::start(settings.clone()).unwrap();
    let mailbox = "copy_to = \"Processed\"\nactivated_at = \"2026-01-02\"";
    let office = office(&practice, &settings, mailbox);
    let new_year = 1_767_225_600;
    deliver(&practice, "old", "", new_year);
    deliver(&practice, "first", "", new_year + 200_000);
    deliver(&practice, "answer", "In-Reply-To: <first@shop.example>\r\n", new_year + 200_001);
    deliver(&practice, "robot", "Auto-Submitted: auto-replied\r\n", new_year + 200_002);
    let bad = deliver(&practice, "bad", "", new_year + 200_003);
    deliver(&practice, "first", "", new_year + 200_004);
    refuse(&practice, &bad);

    let preview = office.json(&["preview"])["mailboxes"][0].clone();
    assert!(!office.database().exists(), "it makes no database");
    assert_eq!(practice.folder(ADDRESS, "inbox").len(), 6, "it touches nothing");
    let expected = json!({
        "messages": 6, "tickets": 3, "joins": 1, "duplicates": 1, "machine": 1, "archived": 1,
        "quarantined": 1, "unread": 0, "acknowledgements": 1, "copies": 5, "removals": 5, "moves": 0,
        "oldest": "2026-01-01T00:00:00Z", "activated_at": "2026-01-02T00:00:00Z",
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&preview[key], value, "{key} in {preview}");
    }
    let people = office.run(&["preview"]);
    assert!(people.stdout.contains("1 acknowledgements are sent"), "{}", people.stdout);

    // A run does exactly that, and afterwards a preview has nothing to say.
    office.run(&["run", "--once"]);
    let balance = office.json(&["ledger", "balance"])["mailboxes"][0].clone();
    for (word, count) in [("opened", 3), ("joined", 1), ("duplicate", 1), ("quarantined", 1)] {
        assert_eq!(balance[word], count, "{word} in {balance}");
    }
    assert_eq!(practice.left().len(), 1);
    assert_eq!(practice.folder(ADDRESS, "Processed").len(), 5);
    let before = std::fs::read(office.database()).unwrap();
    assert_eq!(office.json(&["preview"])["mailboxes"][0]["messages"], 0);
    assert_eq!(std::fs::read(office.database()).unwrap(), before);
}

#[test]
fn what_was_set_aside_is_tried_again_made_a_ticket_or_discarded() {
    let settings = Settings::simple(ADDRESS);
    let practice = Practice::start(settings.clone()).unwrap();
    let office = office(&practice, &settings, "activated_at = \"2020-01-01\"");
    let bad: Vec<String> =
        (0..4).map(|n| deliver(&practice, &format!("bad{n}"), "", 1_770_000_000 + n)).collect();
    for id in &bad[1..] {
        refuse(&practice, id);
    }
    deliver(&practice, "good", "", 1_770_000_009);
    assert_eq!(office.run(&["run", "--once"]).code, 3, "something needs attention");
    assert_eq!(rows(&office).iter().filter(|row| row["outcome"] == "quarantined").count(), 3);

    // Still refused: it is set aside again and says why.
    let again = office.run(&["ledger", "retry", "2"]);
    assert_eq!(again.code, 3);
    assert!(
        again.stdout.contains("ledger row 2: quarantined: fetching a message"),
        "{}",
        again.stdout
    );
    let none = office.run(&["ledger", "discard", "3"]);
    assert_eq!(none.code, 2, "a reason must be given: {}", none.stderr);
    let done = office.json(&["ledger", "discard", "3", "--reason", "an advertisement"]);
    assert_eq!(done["ledger"][0]["outcome"], "discarded");
    assert_eq!(done["ledger"][0]["reason"], "an advertisement");
    practice.forgive();
    let done = office.json(&["ledger", "retry", "2"]);
    assert_eq!(done["ledger"][0]["outcome"], "opened");
    let done = office.json(&["ledger", "make-ticket", "4"]);
    assert_eq!(
        (&done["ledger"][0]["outcome"], &done["ledger"][0]["ticket"]),
        (&json!("opened"), &json!(4))
    );
    assert_eq!(practice.folder(ADDRESS, "inbox").len(), 1, "only the discarded one is left alone");
    office.run(&["run", "--once"]);
    assert_eq!(rows(&office)[2]["outcome"], "discarded", "it stays so");

    for (id, why) in [("1", "is in ticket 1 already"), ("99", "there is no ledger row 99")] {
        for command in [vec!["ledger", "retry", id], vec!["ledger", "discard", id, "--reason", "x"]]
        {
            let refused = office.run(&command);
            assert_eq!(refused.code, 1);
            assert!(refused.stderr.contains(why), "{}", refused.stderr);
        }
    }
    let balance = office.json(&["ledger", "balance"])["mailboxes"][0].clone();
    assert_eq!((&balance["closes"], &balance["discarded"]), (&json!(true), &json!(1)));
    let actions = office.json(&["audit", "show"])["entries"].clone();
    for action in ["message.retried", "message.forced", "message.discarded"] {
        let entries = actions.as_array().unwrap();
        assert!(entries.iter().any(|entry| entry["action"] == action), "{action}");
    }
    assert_eq!(office.run(&["audit", "verify"]).code, 0);
}

#[test]
fn a_comparison_imports_what_is_missing_whether_or_not_the_appliance_runs() {
    let settings = Settings::simple(ADDRESS);
    let practice = Practice::start(settings.clone()).unwrap();
    let office = office(&practice, &settings, "activated_at = \"2020-01-01\"\npoll_seconds = 1");
    let early = office.run(&["ledger", "reconcile"]);
    assert_eq!(early.code, 1);
    assert!(early.stderr.contains("there is no mailbox support in the ledger"), "{}", early.stderr);
    deliver(&practice, "one", "", 1_770_000_000);
    office.run(&["run", "--once"]);
    deliver(&practice, "two", "", 1_770_000_001);
    let kept = practice.folder(ADDRESS, "recoverableitemsdeletions")[0].id.clone();

    let found = office.json(&["ledger", "reconcile"])["mailboxes"][0].clone();
    assert_eq!((&found["listed"], &found["new"]), (&json!(1), &json!(1)), "{found}");
    assert_eq!(rows(&office)[0]["outcome"], "opened", "it is imported at once");
    let people = office.run(&["ledger", "reconcile"]);
    assert!(people.stdout.contains("none missing"), "{}", people.stdout);

    let child = office.command(&["run"]).spawn().unwrap();
    let _going = Going(child);
    deliver(&practice, "three", "", 1_770_000_002);
    eventually("the appliance takes in the third", || rows(&office).len() == 3);
    practice.restore_letter(ADDRESS, &kept).unwrap();
    let found = office.json(&["ledger", "reconcile", "--mailbox", "support"]);
    assert_eq!(found["mailboxes"][0]["vanished"], 0, "{found}");
    let wrong = office.run(&["ledger", "reconcile", "--mailbox", "sales"]);
    assert!(wrong.stderr.contains("there is no mailbox sales"), "{}", wrong.stderr);
}
