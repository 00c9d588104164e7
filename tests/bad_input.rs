//! What is wrong is said in one clear sentence with the right exit code, and nothing is half done.

#![allow(clippy::unwrap_used)]

mod support;

use std::net::TcpListener;

use counterfoil::desk::draft::Draft;
use counterfoil::store::Store;
use counterfoil::store::drafts::{Files, Place};
use counterfoil::time::Timestamp;
use support::{Office, Wishes};

const NOW: Timestamp = Timestamp::from_unix(1_777_885_964);

/// One line, naming the thing and what to do.
fn says(office: &Office, args: &[&str], code: i32, words: &[&str]) {
    let ended = office.run(args);
    let sentence = ended.stderr.trim();
    assert_eq!(ended.code, code, "{args:?}: {sentence}");
    assert!(!sentence.is_empty() && sentence.lines().count() <= 2, "{args:?}: {sentence}");
    for word in words {
        assert!(sentence.contains(word), "{args:?}: no `{word}` in: {sentence}");
    }
    assert!(!sentence.contains("not-a-real~secret"), "{sentence}");
}

#[test]
fn a_missing_configuration() {
    let office = Office::new(&Wishes::default());
    std::fs::remove_file(office.config()).unwrap();
    says(&office, &["ticket", "list"], 2, &["counterfoil.toml"]);
}

#[test]
fn faults_of_the_configuration_come_all_at_once_with_their_places() {
    let office =
        Office::new(&Wishes { mailbox: "folderr = \"x\"\npoll_seconds = 0", ..Wishes::default() });
    let ended = office.run(&["run", "--once"]);
    assert_eq!(ended.code, 2);
    let lines: Vec<&str> = ended.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{}", ended.stderr);
    assert!(lines[0].contains("counterfoil.toml:14:1"), "{}", lines[0]);
    assert!(lines[1].contains(":15:"), "{}", lines[1]);
    assert!(!office.database().exists(), "nothing is half done");
}

#[test]
fn wrong_usage() {
    let office = Office::new(&Wishes::default());
    for args in [&["nonsense"][..], &["ticket", "show", "x"], &["ticket", "list", "--limit", "0"]] {
        assert_eq!(office.run(args).code, 2, "{args:?}");
    }
    says(&office, &["ticket", "show", "7"], 1, &["there is no ticket 7"]);
    says(&office, &["ledger", "show", "7"], 1, &["there is no ledger row 7"]);
}

#[test]
fn an_unreachable_host() {
    // A port nobody listens on: bound once, then given back.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    let office = Office::new(&Wishes { url: &url, ..Wishes::default() });
    let ended = office.run(&["run", "--once"]);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    let sentence = "mailbox support: cannot reach 127.0.0.1: connection refused; check";
    assert!(ended.stderr.contains(sentence), "{}", ended.stderr);
    assert_eq!(office.json(&["ledger", "balance"])["mailboxes"][0]["listed"], 0);
}

#[test]
fn an_unwritable_path_and_a_database_from_a_newer_version() {
    let office = Office::new(&Wishes::default());
    std::fs::create_dir(office.database()).unwrap();
    says(&office, &["ticket", "list"], 1, &["cannot open the database", "counterfoil.db"]);
    std::fs::remove_dir(office.database()).unwrap();
    assert_eq!(office.run(&["ticket", "list"]).code, 0);
    let db = rusqlite::Connection::open(office.database()).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    says(&office, &["ticket", "list"], 1, &["newer version", "schema 99"]);
    says(&office, &["run", "--once"], 1, &["newer version"]);
}

#[test]
fn a_port_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let office = Office::new(&Wishes::default());
    let text = std::fs::read_to_string(office.config()).unwrap();
    std::fs::write(office.config(), text.replace("127.0.0.1:0", &listen)).unwrap();
    says(&office, &["run"], 1, &[&listen, "in use"]);
}

#[test]
fn a_secret_file_that_is_missing() {
    let office = Office::new(&Wishes::default());
    std::fs::remove_file(office.path("secret")).unwrap();
    says(&office, &["run", "--once"], 1, &["secret", "does not exist"]);
}

#[test]
fn a_second_instance_on_the_same_database() {
    let office = Office::new(&Wishes::default());
    assert_eq!(office.run(&["ticket", "list"]).code, 0);
    let _lock = counterfoil::store::Lock::take(&office.database()).unwrap();
    says(&office, &["run"], 1, &["already running", "counterfoil.db"]);
    says(&office, &["run", "--once"], 1, &["already running"]);
    assert_eq!(office.run(&["ticket", "list"]).code, 0, "looking is allowed beside it");
}

#[test]
fn users_are_added_with_care() {
    let office = Office::new(&Wishes::default());
    let add = ["user", "add", "ana", "--email", "ana@office.example", "--role", "agent"];
    assert_eq!(office.run_with(&add, "short\n").code, 2);
    assert_eq!(office.run_with(&add, "long enough\n").code, 0);
    let again = office.run_with(&add, "long enough\n");
    assert_eq!((again.code, again.stderr.trim()), (1, "counterfoil: there is already a user ana"));
    for (name, email, code) in [
        ("ben", "nowhere", 2),
        ("ben", "Vee <v@x>", 2),
        ("ben", "a@x.example, b@x.example", 2),
        ("ben", "a@x.example\r\nBcc: b@x.example", 2),
        ("ben", " a@x.example", 2),
        ("-", "a@x.example", 2),
        (" ben", "a@x.example", 2),
        ("ben b", "a@x.example", 2),
        ("be\u{200b}n", "a@x.example", 2),
        ("\u{202e}neb", "a@x.example", 2),
        (&"b".repeat(201), "a@x.example", 2),
        ("ANA", "a@x.example", 1),
    ] {
        let add = ["user", "add", "--email", email, "--role", "agent", "--", name];
        assert_eq!(office.run_with(&add, "long enough\n").code, code, "{name} {email}");
        if code == 2 && email == "a@x.example" {
            let add = ["token", "add", "--role", "agent", "--", name];
            assert_eq!(office.run(&add).code, code, "{name}");
        }
    }
    assert_eq!(office.json(&["user", "list"])["users"][0]["name"], "ana");
    assert_eq!(office.json(&["user", "sign-out", "ana"])["sessions_ended"], 0);
    says(&office, &["user", "sign-out", "eve"], 1, &["there is no user eve"]);
    let last = &office.json(&["audit", "show", "--limit", "1"])["entries"][0];
    assert_eq!((&last["actor"], &last["action"]), (&"cli".into(), &"agent.signed_out".into()));
}

#[test]
fn what_becomes_of_a_user_is_said() {
    let office = Office::new(&Wishes::default());
    let add = ["user", "add", "ana", "--email", "ana@office.example", "--role", "admin"];
    assert_eq!(office.run_with(&add, "long enough\n").code, 0);
    let told = office.run_with(&["user", "password", "ana"], "long enough\n");
    assert!(!told.stderr.contains("admitted"), "{}", told.stderr);
    let mut store = Store::open(&office.database(), NOW).unwrap();
    let agent = store.agents().unwrap()[0].id;
    let draft = Draft { text: "Dear Ben".to_owned(), ..Draft::default() };
    let place = Place { agent, ticket: None };
    store.keep_draft(place, None, &draft, Files::default(), NOW).unwrap();
    drop(store);
    let told = office.run(&["user", "disable", "ana"]).stderr;
    assert!(told.contains("1 draft of theirs was thrown away"), "{told}");
    assert!(told.contains("nobody is admin now"), "{told}");
    let told = office.run(&["user", "disable", "ana"]).stderr;
    assert!(!told.contains("thrown away") && !told.contains("admin"), "{told}");
    let told = office.run_with(&["user", "password", "ana"], "long enough\n").stderr;
    assert!(told.contains("ana was disabled, and is admitted again"), "{told}");
    let last = &office.json(&["audit", "show", "--limit", "1"])["entries"][0];
    assert_eq!(
        (&last["action"], &last["detail"]),
        (&"agent.added".into(), &"agent 1 as admin, again".into())
    );
}
