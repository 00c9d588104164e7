//! What an office may write into its configuration for acknowledgements and answers: each case is a
//! text and the faults it must yield, with line and column; and what becomes of a sound one.

#![allow(clippy::unwrap_used)]

#[path = "support/policy.rs"]
mod policy;
#[path = "support/mod.rs"]
mod support;

use std::path::Path;

use counterfoil::config::Config;
use counterfoil::desk::ledger::Original;
use counterfoil::desk::policy::Policy;
use counterfoil::mail::{Address, Message, MessageId};
use counterfoil::store::Store;
use counterfoil::store::intake::{Filing, Prepared};
use counterfoil::store::listing::Seen;
use counterfoil::time::Timestamp;
use support::{Office, Wishes};

const MAILBOX: &str = r#"[[mailbox]]
name = "support"
address = "support@contoso.example"
tenant_id = "contoso.example"
client_id = "11111111-2222-3333-4444-555555555555"
client_secret_file = "client-secret"
"#;

/// Reads a text as the configuration in a folder; its faults as `line:column: message`.
fn read(folder: &Path, text: &str) -> Result<Config, Vec<String>> {
    let file = folder.join("counterfoil.toml");
    Config::from_text(&file, text).map_err(|faults| {
        let prefix = format!("{}:", file.display());
        let bare = |line: &str| line.strip_prefix(&prefix).unwrap().to_owned();
        faults.to_string().lines().map(bare).collect()
    })
}

#[test]
fn each_wrong_wording_is_a_fault_at_its_place() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ack.txt"), "{greeting}\n\nab {nr}\n").unwrap();
    std::fs::write(folder.path().join("latin1.txt"), b"Gr\xfc\xdfe").unwrap();
    std::fs::write(folder.path().join("empty.txt"), "\n").unwrap();
    #[rustfmt::skip]
    let cases: &[(&str, &str, &[&str])] = &[
        ("nothing wrong", "acknowledgement = \"{greeting} {name} {desk} {number} {tag} {subject} {summary} {signature}\"", &[]),
        ("an unknown placeholder", "acknowledgement = \"Hi {nam}\"", &["7:23: [[mailbox]] support: acknowledgement has no placeholder {nam}; there are {greeting}, {name}"]),
        ("several in several lines", "acknowledgement = \"\"\"\nHi {x},\nsee {number} and {x}\n{{number}}\"\"\"", &["8:4: [[mailbox]] support: acknowledgement has no placeholder {x}", "9:18: [[mailbox]] support: acknowledgement has no placeholder {x}", "10:1: [[mailbox]] support: acknowledgement has two braces around number; write {number}"]),
        ("one with escapes", "acknowledgement = \"\\u007bx}\"", &["7:19: [[mailbox]] support: acknowledgement has no placeholder {x}"]),
        ("a lone brace", "acknowledgement = \"a { b\"", &["7:22: [[mailbox]] support: acknowledgement has a { that begins no placeholder; write {{"]),
        ("no text", "acknowledgement = 3", &["7:19: [[mailbox]] support: acknowledgement must be a text in quotes"]),
        ("by language", "acknowledgements = { de = \"Hallo {nam}\", en = \"Hi\" }", &["7:34: [[mailbox]] support: acknowledgements.de has no placeholder {nam}"]),
        ("a language in words", "[mailbox.acknowledgements]\ngerman = \"Hallo\"", &["8:1: [[mailbox]] support: acknowledgements must hold texts by language such as de or pt-BR, not \"german\""]),
        ("an empty language", "[mailbox.acknowledgements]\nde = \" \"", &["8:6: [[mailbox]] support: acknowledgements.de must not be empty; remove it"]),
        ("a list for languages", "acknowledgements = []", &["7:20: [[mailbox]] support: acknowledgements must be a table of texts by language in { }, not a list"]),
        ("a number for a language", "acknowledgements = { de = 3 }", &["7:27: [[mailbox]] support: acknowledgements.de must be a text in quotes, not a whole number"]),
        ("a text and a file", "acknowledgement = \"Hi\"\nacknowledgement_file = \"ack.txt\"", &["8:24: [[mailbox]] support: acknowledgement_file names "]),
        ("no such file", "acknowledgement_file = \"none.txt\"", &["7:24: [[mailbox]] support: acknowledgement_file cannot be read from "]),
        ("a folder", "acknowledgement_file = \".\"", &["7:24: [[mailbox]] support: acknowledgement_file cannot be read from "]),
        ("no UTF-8", "acknowledgement_file = \"latin1.txt\"", &["7:24: [[mailbox]] support: acknowledgement_file cannot be read from "]),
        ("an empty file", "acknowledgement_file = \"empty.txt\"", &["7:24: [[mailbox]] support: acknowledgement_file cannot be read from "]),
        ("a fault in the file", "acknowledgement_file = \"ack.txt\"", &["7:24: [[mailbox]] support: acknowledgement_file has no placeholder {nr}"]),
        ("a canned text without a text", "[[canned]]\nname = \"a\"", &["7:1: [[canned]] a: text is missing; fill in the text"]),
        ("one without a name", "[[canned]]\ntext = \"a\"", &["7:1: [[canned]] number 1: name is missing; fill in what agents call it"]),
        ("two of a name, and a fault", "[[canned]]\nname = \"a\"\ntext = \"{who}\"\n[[canned]]\nname = \"b\"\ntext = \"x\"\n[[canned]]\nname = \"B\"\ntext = \"x\"", &["9:9: [[canned]] a: text has no placeholder {who}", "14:8: [[canned]] B: name is already that of another text"]),
        ("no number", "letters_a_minute = -1", &["7:20: [[mailbox]] support: letters_a_minute must be a whole number from 0"]),
    ];
    for (case, text, expected) in cases {
        let found = read(folder.path(), &format!("{MAILBOX}{text}\n")).err().unwrap_or_default();
        let fits = found.len() == expected.len()
            && found.iter().zip(*expected).all(|(found, expected)| found.starts_with(expected));
        assert!(fits, "{case}: {found:#?}");
    }
    let in_file = read(folder.path(), &format!("{MAILBOX}acknowledgement_file = \"ack.txt\"\n"));
    let faults = in_file.unwrap_err();
    assert!(faults[0].contains("in line 3, column 4 of "), "{faults:?}");
}

#[test]
fn the_first_wording_serves_whoever_writes_in_no_other_language() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ack.txt"), "For all: {number}").unwrap();
    let tags = |text: &str| {
        let config = read(folder.path(), &format!("{MAILBOX}{text}\n")).unwrap();
        let texts = config.mailboxes[0].acknowledgements.texts();
        texts.into_iter().map(|(tag, _)| tag).collect::<Vec<_>>()
    };
    assert!(tags("").is_empty());
    assert_eq!(tags("acknowledgements = { fr = \"a\", de = \"b\" }"), ["fr", "de"]);
    assert_eq!(tags("[mailbox.acknowledgements]\nnl = \"a\"\nde = \"b\""), ["nl", "de"]);
    assert_eq!(tags("acknowledgement = \"a\"\nacknowledgements = { de = \"b\" }"), ["", "de"]);
    assert_eq!(tags("acknowledgement_file = \"ack.txt\""), [""]);
}

/// A letter taken in by the office's database, as ticket 1.
fn ticket_in(office: &Office) {
    let now = Timestamp::from_unix(1_800_000_000);
    let mut store = Store::open(&office.database(), now).unwrap();
    let (mailbox, activated_at) =
        store.mailbox("support", "support@office.example", Some(now.plus_days(-1)), now).unwrap();
    let seen = [Seen { item_id: "1".into(), message_id: None, received_at: now, size: None }];
    store.note_listed(mailbox, &seen, now).unwrap();
    let waiting = store.waiting(mailbox, now, 1).unwrap().remove(0);
    let message = Message {
        message_id: MessageId::new("a@shop.example"),
        from: Some(Address { address: "ana@shop.example".into(), name: "Ana Abel".into() }),
        subject: "Opening hours".into(),
        text: "When are you open?".into(),
        visible_text: "When are you open?".into(),
        ..Message::default()
    };
    let policy = Policy {
        own_addresses: Vec::new(),
        acknowledge: false,
        ..policy::usual("support@office.example", activated_at, store.tag_key().unwrap())
    };
    let prepared = Prepared::new(waiting.ledger, now, b"x".to_vec(), message);
    let filing = Filing { due: false, original: Original::Kept };
    store.take_in(mailbox, vec![prepared], filing, &policy, now).unwrap();
}

#[test]
fn an_agent_answers_with_a_canned_text() {
    let office = Office::new(&Wishes {
        sections: "[[canned]]\nname = \"hours\"\ntext = \"\"\"\n{greeting}\n\nwe are open from 9 to 5; \
                   your ticket is {number}.\n\n{summary}\"\"\"\n",
        ..Wishes::default()
    });
    ticket_in(&office);
    let ended = office.run(&["ticket", "reply", "1", "--canned", "Hours", "--json"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let article: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let expected =
        "Hello Ana Abel,\n\nwe are open from 9 to 5; your ticket is 1.\n\n> When are you open?";
    assert_eq!(article["visible_text"], expected);

    let ended = office.run(&["ticket", "reply", "1", "--canned", "prices"]);
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    assert!(ended.stderr.contains("no canned text `prices`; there are hours"), "{}", ended.stderr);
    let ended = office.run(&["ticket", "reply", "1", "--canned", "hours", "--text", "x"]);
    assert_eq!(ended.code, 2, "{}", ended.stderr);
}
