//! The README tells the truth: every command in it is run here, in its order, on an office with a
//! practice mailbox; and the demo does what it says.

#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use counterfoil::practice::{Fault, Kind, Practice, Settings};
use support::{Going, Office, PROGRAM, Wishes, eventually};

/// The README.
fn readme() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// Every `counterfoil …` in backticks, as its arguments.
fn commands(readme: &str) -> Vec<Vec<String>> {
    readme
        .split('`')
        .skip(1)
        .step_by(2)
        .filter_map(|code| code.strip_prefix("counterfoil "))
        .map(arguments)
        .collect()
}

/// The arguments of a command line, in which double quotes hold words together.
fn arguments(line: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    for (index, part) in line.split('"').enumerate() {
        if index % 2 == 1 {
            arguments.push(part.to_owned());
        } else {
            arguments.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    arguments
}

#[test]
fn every_command_of_the_readme_does_what_it_says() {
    let settings = Settings::simple("support@office.example");
    let practice = Practice::start(settings.clone()).unwrap();
    let url = practice.url();
    let office = Office::new(&Wishes {
        mailbox: "activated_at = \"2020-01-01\"",
        sections: "[[canned]]\nname = \"opening-hours\"\ntext = \"From 9 to 5.\"",
        ..Wishes::of(&settings, &url)
    });
    let letter = b"From: Ana <ana@shop.example>\r\nSubject: Lamp\r\n\r\nIt flickers.\r\n".to_vec();
    practice.deliver("support@office.example", letter.clone(), 1_770_000_000).unwrap();
    std::fs::write(office.path("answer.txt"), "We come on Monday.\n").unwrap();
    std::fs::write(office.path("plan.pdf"), "%PDF-1.4").unwrap();
    std::fs::create_dir(office.path("letters")).unwrap();
    std::fs::write(office.path("letters/a.eml"), letter).unwrap();

    let commands = commands(&readme());
    assert!(commands.len() >= 18, "{commands:?}");
    for words in commands {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut command = office.command(&words);
        command.current_dir(office.path("."));
        if matches!(words[..], ["run"] | ["practice", ..]) {
            let mut child = Going(command.stdout(Stdio::null()).spawn().unwrap());
            std::thread::sleep(Duration::from_millis(300));
            assert!(child.0.try_wait().unwrap().is_none(), "{words:?} ended");
            end(&mut child);
            continue;
        }
        if matches!(words[..], ["ledger", "retry" | "make-ticket" | "discard", ..]) {
            set_one_aside(&practice, &office, words[2]);
        }
        if let ["outbox", step @ ("retry" | "sent"), id, ..] = words[..] {
            leave_open(&office, id, if step == "retry" { "refused" } else { "unknown" });
        }
        let ended = office.run_command(command, "a long password\n");
        assert_eq!(ended.code, 0, "{words:?}: {}", ended.stderr);
    }
    let left = practice.folder("support@office.example", "inbox").len();
    assert_eq!(left, 1, "only what was discarded is left alone");
}

/// A letter that cannot be fetched the first time, so that it stands in quarantine in this row.
fn set_one_aside(practice: &Practice, office: &Office, row: &str) {
    let letter = format!("From: Ana <ana@shop.example>\r\nSubject: Lamp {row}\r\n\r\nAgain.\r\n");
    let id =
        practice.deliver("support@office.example", letter.into_bytes(), 1_770_000_000).unwrap();
    let refused = Kind::Status { code: 400, retry_after: None };
    practice.fail(Fault::next(&format!("{id}/$value"), refused));
    office.run(&["run", "--once"]);
    assert_eq!(office.json(&["ledger", "show", row])["outcome"], "quarantined");
}

/// A message of ours in this state, as if it had come to that.
fn leave_open(office: &Office, id: &str, state: &str) {
    let db = rusqlite::Connection::open(office.database()).unwrap();
    let update = "UPDATE outbox SET state = ?2, due_at = '2100-01-01T00:00:00Z' WHERE id = ?1";
    assert_eq!(db.execute(update, [id, state]).unwrap(), 1, "outbox {id}");
}

#[test]
fn the_demo_prints_where_to_look_and_takes_every_letter_in() {
    assert!(readme().contains("cargo run --release -- demo"));
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("demo");
    let child = Command::new(PROGRAM)
        .args(["demo", "--listen", "127.0.0.1:0", "--messages", "60", "--dir"])
        .arg(&home)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut child = Going(child);
    let mut printed = String::new();
    let mut output = BufReader::new(child.0.stdout.take().unwrap());
    while !printed.contains("Ctrl-C") {
        assert!(output.read_line(&mut printed).unwrap() > 0, "{printed}");
    }
    let word = |name: &str| {
        let line = printed.lines().find(|line| line.starts_with(name)).unwrap();
        line[name.len()..].split_whitespace().next().unwrap().to_owned()
    };
    let (page, sign_in) = (word("Status page"), word("Sign in (once)"));
    assert!(sign_in.starts_with(&format!("{page}sign-in/link/")), "{printed}");

    let mut said = String::new();
    BufReader::new(child.0.stderr.take().unwrap()).read_line(&mut said).unwrap();
    assert!(said.starts_with("all 60 letters are taken in after "), "{said}");
    eventually("the page says that all is well", || {
        let mut answer = ureq::get(&page).call().unwrap();
        answer.body_mut().read_to_string().unwrap().contains("All is well")
    });
    let practice = ureq::get(word("Practice mailbox")).call().unwrap().body_mut().read_to_string();
    assert!(practice.unwrap().contains("<form"));
    let list = Command::new(PROGRAM)
        .arg("--config")
        .arg(home.join("counterfoil.toml"))
        .args(["ledger", "balance"])
        .output()
        .unwrap();
    assert!(list.status.success());
    end(&mut child);
}

/// Asks a program to end, by its id, and sees that it does.
fn end(child: &mut Going) {
    let begun = Instant::now();
    assert!(Command::new("kill").arg(child.0.id().to_string()).status().unwrap().success());
    assert_eq!(child.0.wait().unwrap().code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}
