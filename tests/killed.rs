//! The real program, killed at random instants: nothing is lost, nothing is doubled. A dozen kills
//! by default; hundreds over a thousand letters with `COUNTERFOIL_LONG=1`.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::{BTreeMap, HashSet};
use std::process::Stdio;
use std::time::Duration;

use counterfoil::practice::{Fault, Kind, Practice, Settings};
use support::{Dice, Going, Office, Wishes, eventually};

const ADDRESS: &str = "support@office.example";

#[test]
fn killed_at_any_instant_it_loses_and_doubles_nothing() {
    let long = std::env::var_os("COUNTERFOIL_LONG").is_some();
    let (letters, kills) = if long { (1_000, 500) } else { (120, 12) };
    let settings = Settings::simple(ADDRESS);
    let practice = Practice::start(settings.clone()).unwrap();
    let url = practice.url();
    let office = Office::new(&Wishes {
        mailbox: "copy_to = \"Processed\"\nactivated_at = \"2020-01-01\"\npoll_seconds = 1",
        ..Wishes::of(&settings, &url)
    });
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut delivered = 0;
    for kill in 0..kills {
        // Letters keep arriving between the kills, so that each one meets work.
        while delivered < letters * (kill + 1) / kills {
            deliver(&practice, delivered);
            delivered += 1;
        }
        let mut child =
            office.command(&["run"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(10 + dice.below(250)));
        child.kill().unwrap();
        child.wait().unwrap();
        if office.database().exists() {
            let balances = office.json(&["ledger", "balance"])["mailboxes"].clone();
            for balance in balances.as_array().unwrap() {
                assert_eq!(balance["closes"], true, "after kill {kill}: {balance}");
            }
        }
    }
    // What a kill left open about a sending is settled by looking, which takes its time: a draft that
    // was seen unsent is sent a minute later.
    for pass in 0..60 {
        office.run(&["run", "--once"]);
        let tickets = office.json(&["ticket", "list", "--limit", "5000"]).to_string();
        if pass >= 2 && !tickets.contains("\"delivery\":\"unknown\"") {
            break;
        }
        std::thread::sleep(Duration::from_secs(if pass < 2 { 0 } else { 2 }));
    }

    let balance = office.json(&["ledger", "balance"])["mailboxes"][0].clone();
    assert_eq!(balance["closes"], true, "{balance}");
    assert_eq!(
        (&balance["listed"], &balance["waiting"]),
        (&letters.into(), &0.into()),
        "{balance}"
    );
    let tickets = office.json(&["ticket", "list", "--limit", "5000"])["tickets"].clone();
    let tickets = tickets.as_array().unwrap();
    let mut incoming: BTreeMap<String, u32> = BTreeMap::new();
    for article in tickets.iter().flat_map(|ticket| ticket["articles"].as_array().unwrap()) {
        if article["kind"] == "email_in" {
            let id = article["message_id"].as_str().unwrap().to_owned();
            *incoming.entry(id).or_default() += 1;
        } else {
            assert_eq!(article["delivery"], "sent", "{article}");
        }
    }
    assert_eq!(incoming.len(), letters, "lost");
    assert!(incoming.values().all(|count| *count == 1), "doubled: {incoming:?}");

    assert_eq!(distinct(&practice, "inbox"), (0, 0));
    assert_eq!(distinct(&practice, "Processed"), (letters, letters), "one copy of each");
    assert_eq!(distinct(&practice, "recoverableitemsdeletions"), (letters, letters));
    let left = practice.left();
    let told: HashSet<&String> = left.iter().flat_map(|letter| &letter.to).collect();
    assert_eq!((left.len(), told.len()), (letters, letters), "one acknowledgement for each");
    verify_audit(&office);
}

#[test]
fn a_pause_the_service_asked_for_outlives_a_kill() {
    let settings = Settings::simple(ADDRESS);
    let practice = Practice::start(settings.clone()).unwrap();
    let url = practice.url();
    let office = Office::new(&Wishes {
        mailbox: "activated_at = \"2020-01-01\"\npoll_seconds = 1",
        ..Wishes::of(&settings, &url)
    });
    (0..20).for_each(|number| deliver(&practice, number));
    practice.log_requests(true);
    let refused = Kind::Throttled { retry_after: Some("6".to_owned()) };
    practice.fail(Fault::nth("/messages", 5, refused));
    let asked = || practice.logged().iter().filter(|one| one.target.contains("/v1.0/")).count();
    let is_refused = |one: &counterfoil::practice::Exchange| one.status == 429;
    let run = || office.command(&["run"]).stderr(Stdio::null()).stdout(Stdio::null()).spawn();

    let mut going = Going(run().unwrap());
    eventually("it is refused", || practice.logged().iter().any(is_refused));
    // The other three requests under way are answered, and the pause is written down.
    std::thread::sleep(Duration::from_millis(500));
    let before = asked();
    for _ in 0..6 {
        drop(going);
        going = Going(run().unwrap());
        std::thread::sleep(Duration::from_millis(500));
    }
    assert_eq!(asked(), before, "nothing is asked inside the pause, however often it is killed");
    eventually("it goes on after the pause", || distinct(&practice, "inbox") == (0, 0));
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

/// How many letters lie in a folder, and how many different ones.
fn distinct(practice: &Practice, folder: &str) -> (usize, usize) {
    let seen = practice.folder(ADDRESS, folder);
    let ids: HashSet<_> = seen.iter().map(|letter| letter.message_id.clone()).collect();
    (seen.len(), ids.len())
}

fn verify_audit(office: &Office) {
    let now = counterfoil::time::Timestamp::from_unix(1_800_000_000);
    let mut store = counterfoil::store::Store::open(&office.database(), now).unwrap();
    let verdict = store.verify_audit().unwrap();
    assert!(matches!(verdict, counterfoil::store::audit::Verdict::Whole { .. }), "{verdict:?}");
}
