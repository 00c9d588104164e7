//! The real program, killed at random instants while acknowledgements and answers leave and the
//! service misbehaves: everybody gets one copy of each, by the mailbox's own count. A dozen kills
//! over a few letters by default; 300 over 200 with `COUNTERFOIL_LONG=1`.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use std::collections::{BTreeMap, HashSet};
use std::process::Stdio;
use std::time::{Duration, Instant};

use counterfoil::mail::parse::parse;
use counterfoil::practice::{Fault, Kind, Practice, Settings};
use counterfoil::store::Store;
use counterfoil::store::audit::Verdict;
use counterfoil::time::Timestamp;
use support::{Dice, Office, Wishes};

const ADDRESS: &str = "support@office.example";

/// How much is sent, how often it is killed, and for how long it may settle afterwards.
struct Measure {
    letters: usize,
    kills: usize,
    patience: Duration,
}

fn measure() -> Measure {
    match std::env::var_os("COUNTERFOIL_LONG") {
        Some(_) => Measure { letters: 200, kills: 300, patience: Duration::from_secs(5_400) },
        None => Measure { letters: 16, kills: 12, patience: Duration::from_secs(150) },
    }
}

#[test]
fn killed_while_sending_everybody_gets_one_copy() {
    story("the copy is nowhere for a while", 0x9e37_79b9_7f4a_7c15, |settings| {
        settings.switches.sent_copy_delay_ms = 400;
    });
}

#[test]
fn killed_while_sending_with_drafts_that_show_after_they_left_everybody_gets_one_copy() {
    story("the draft shows for a while", 0x2545_f491_4f6c_dd1d, |settings| {
        settings.switches.sent_copy_delay_ms = 2_000;
        settings.switches.draft_shows_until_copied = true;
        settings.switches.message_id_replaced_on_draft = true;
        settings.switches.second_send_status = 400;
    });
}

/// One thing that goes wrong with a sending. What the sender answers with a pause of a minute and
/// more is left to the long run.
fn fault(dice: &mut Dice) -> Fault {
    let on =
        ["/messages", "/send", "/send", "POST", "GET /v1.0/users/support@office.example/messages/"];
    let after = |text: &str| Some(text.to_owned());
    let mut kinds = vec![
        Kind::DelayAfter(300),
        Kind::DelayBefore(300),
        Kind::AnswerLost,
        Kind::TruncatedBody,
        Kind::Throttled { retry_after: after("0.4") },
    ];
    if std::env::var_os("COUNTERFOIL_LONG").is_some() {
        kinds.extend([
            Kind::CutConnection,
            Kind::Html503,
            Kind::GarbledJson,
            Kind::UnknownToken401,
            Kind::Status { code: 500, retry_after: None },
            Kind::Status { code: 504, retry_after: None },
            Kind::Status { code: 429, retry_after: after("1") },
        ]);
    }
    let on = on[dice.below(on.len() as u64) as usize];
    let kind = kinds[dice.below(kinds.len() as u64) as usize].clone();
    Fault::nth(on, 1 + dice.below(4), kind)
}

fn story(what: &str, seed: u64, change: impl FnOnce(&mut Settings)) {
    let Measure { letters, kills, patience } = measure();
    let mut settings = Settings::simple(ADDRESS);
    change(&mut settings);
    let practice = Practice::start(settings.clone()).unwrap();
    let url = practice.url();
    let office = Office::new(&Wishes {
        mailbox: "activated_at = \"2020-01-01\"\npoll_seconds = 1",
        ..Wishes::of(&settings, &url)
    });
    let mut dice = Dice(seed);
    let (mut delivered, mut answered) = (0, HashSet::new());
    // How many kills met a letter that was neither waiting untouched nor gone.
    let mut amid = 0;
    for kill in 0..kills {
        while delivered < letters * (kill + 1) / kills {
            deliver(&practice, delivered);
            delivered += 1;
        }
        if office.database().exists() {
            answer_all(&office, &mut answered);
        }
        practice.fail(fault(&mut dice));
        let mut child =
            office.command(&["run"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(40 + dice.below(400)));
        child.kill().unwrap();
        child.wait().unwrap();
        if office.database().exists() {
            let mut store = store(&office);
            amid += usize::from(store.outbox_count("support").unwrap().unknown > 0);
        }
    }

    practice.forgive();
    let begun = Instant::now();
    while answered.len() < letters || !settled(&office) {
        assert!(begun.elapsed() < patience, "{what}: it never came to rest");
        office.run(&["run", "--once"]);
        answer_all(&office, &mut answered);
    }
    let count = store(&office).outbox_count("support").unwrap();
    assert_eq!((count.waiting, count.unknown, count.refused), (0, 0, 0), "{what}");

    let mut copies: BTreeMap<(String, String), u32> = BTreeMap::new();
    for sent in practice.left() {
        let letter = parse(&sent.raw);
        let answer = letter.text.lines().find(|line| line.starts_with("Answer to "));
        let kind = answer.unwrap_or("acknowledgement").to_owned();
        assert_eq!(sent.to.len(), 1, "{what}");
        *copies.entry((sent.to[0].clone(), kind)).or_default() += 1;
    }
    let more: Vec<_> = copies.iter().filter(|(_, count)| **count != 1).collect();
    assert!(more.is_empty(), "{what}: doubled: {more:?}");
    assert_eq!(copies.len(), letters * 2, "{what}: an acknowledgement and an answer for each");
    let people: HashSet<_> = copies.keys().map(|(to, _)| to).collect();
    assert_eq!(people.len(), letters, "{what}");
    let verdict = store(&office).verify_audit().unwrap();
    assert!(matches!(verdict, Verdict::Whole { .. }), "{what}: {verdict:?}");
    println!(
        "{what}: {} letters left, {kills} kills, after {amid} of them a letter was unknown; {} s \
         until all was settled",
        copies.len(),
        begun.elapsed().as_secs()
    );
}

/// An agent answers every ticket that has no answer yet.
fn answer_all(office: &Office, answered: &mut HashSet<String>) {
    let tickets = office.json(&["ticket", "list", "--limit", "5000"])["tickets"].clone();
    for ticket in tickets.as_array().unwrap() {
        let number = ticket["number"].to_string();
        if answered.insert(number.clone()) {
            let text = format!("Answer to {}", ticket["subject"].as_str().unwrap());
            let ended = office.run(&["ticket", "reply", &number, "--text", &text]);
            assert_eq!(ended.code, 0, "{}", ended.stderr);
        }
    }
}

fn settled(office: &Office) -> bool {
    let count = store(office).outbox_count("support").unwrap();
    (count.waiting, count.unknown) == (0, 0)
}

fn store(office: &Office) -> Store {
    Store::open(&office.database(), Timestamp::from_unix(1_800_000_000)).unwrap()
}

fn deliver(practice: &Practice, number: usize) {
    let shop = number % 50;
    let raw = format!(
        "From: Requester {number} <r{number}@shop{shop}.example>\r\nTo: {ADDRESS}\r\n\
         Subject: Matter {number}\r\nMessage-ID: <m{number}@shop.example>\r\n\
         Date: Mon, 04 May 2026 09:00:00 +0000\r\n\r\nIt is about {number}.\r\n"
    );
    practice.deliver(ADDRESS, raw.into_bytes(), 1_770_000_000 + number as i64).unwrap();
}
