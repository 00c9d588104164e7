//! The metrics from outside, read by a small strict parser of Prometheus' text format 0.0.4, and who
//! may ask for them.
#![allow(clippy::unwrap_used)]

#[path = "web/house.rs"]
mod house;

use std::collections::{BTreeMap, BTreeSet};

use counterfoil::time::Clock;
use house::{House, letter};

/// Samples by name and labels as they stand.
type Samples = BTreeMap<String, f64>;

fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Reads labels up to the closing brace; what follows it.
fn after_labels<'a>(mut rest: &'a str, line: &str) -> &'a str {
    let mut names = BTreeSet::new();
    loop {
        let (name, value) = rest.split_once("=\"").unwrap_or_else(|| panic!("{line}"));
        assert!(is_name(name) && names.insert(name), "{line}");
        let mut escaped = false;
        let end = value
            .char_indices()
            .find(|(_, c)| {
                if escaped {
                    assert!(['\\', '"', 'n'].contains(c), "{line}");
                    escaped = false;
                    return false;
                }
                escaped = *c == '\\';
                *c == '"'
            })
            .unwrap_or_else(|| panic!("{line}"))
            .0;
        rest = &value[end + 1..];
        match rest.chars().next() {
            Some(',') => rest = &rest[1..],
            Some('}') => return &rest[1..],
            _ => panic!("{line}"),
        }
    }
}

fn parse(text: &str) -> Samples {
    assert!(text.ends_with('\n'));
    let mut samples = Samples::new();
    let mut families = BTreeSet::new();
    let (mut helped, mut current) = ("", None);
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, words) = help.split_once(' ').unwrap();
            assert!(!words.is_empty() && is_name(name), "{line}");
            assert!(families.insert(name), "{name} comes twice");
            helped = name;
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            assert_eq!(name, helped);
            assert!(["counter", "gauge"].contains(&kind), "{line}");
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
            current = Some(name);
        } else {
            let name_end = line.find(['{', ' ']).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(Some(&line[..name_end]), current, "a sample outside its family");
            let rest = match line[name_end..].strip_prefix('{') {
                Some(labels) => after_labels(labels, line),
                None => &line[name_end..],
            };
            let value: f64 = rest.strip_prefix(' ').unwrap().parse().unwrap();
            let key = line[..line.len() - rest.len()].to_owned();
            assert!(samples.insert(key, value).is_none(), "{line} comes twice");
        }
    }
    samples
}

#[test]
fn the_metrics_say_what_there_is() {
    let mut house = House::open();
    house.letter(letter(1));
    house.letter(letter(2));
    house.well();
    house.store.note_round("sweeper", Err("no luck"), house.clock.now()).unwrap();
    house.later(90);
    assert_eq!(house.get("/nothing-here").status, 404);
    house.sign_in("nobody", "wrong", "");
    let answer = house.get("/metrics");
    assert_eq!(answer.status, 200);
    let kind = answer.header("Content-Type");
    assert_eq!(kind, Some("text/plain; version=0.0.4; charset=utf-8"));
    let samples = parse(&answer.body);
    for (key, expected) in [
        ("counterfoil_healthy", 1.0),
        ("counterfoil_uptime_seconds", 90.0),
        ("counterfoil_ledger_messages{mailbox=\"support\",outcome=\"opened\"}", 2.0),
        ("counterfoil_ledger_messages{mailbox=\"support\",outcome=\"vanished\"}", 0.0),
        ("counterfoil_ledger_listed_total{mailbox=\"support\"}", 2.0),
        ("counterfoil_ledger_closes{mailbox=\"support\"}", 1.0),
        ("counterfoil_tickets{state=\"new\"}", 2.0),
        ("counterfoil_tickets{state=\"closed\"}", 0.0),
        ("counterfoil_outbox_messages{mailbox=\"support\",state=\"waiting\"}", 2.0),
        ("counterfoil_outbox_oldest_waiting_seconds{mailbox=\"support\"}", 90.0),
        ("counterfoil_ledger_oldest_waiting_seconds{mailbox=\"support\"}", 0.0),
        (
            "counterfoil_round_last_success_timestamp_seconds{round=\"sweeper\"}",
            house::START as f64,
        ),
        ("counterfoil_round_failing{round=\"sweeper\"}", 1.0),
        ("counterfoil_round_failing{round=\"poller:support\"}", 0.0),
        ("counterfoil_http_requests_total{class=\"4xx\"}", 2.0),
        ("counterfoil_sign_in_failures_total", 1.0),
        ("process_start_time_seconds", house::START as f64),
    ] {
        assert_eq!(samples.get(key), Some(&expected), "{key} in {}", answer.body);
    }
    for (key, least) in [
        ("process_resident_memory_bytes", 1_000_000.0),
        ("counterfoil_database_bytes", 100_000.0),
        ("counterfoil_audit_entries_total", 4.0),
        ("counterfoil_tickets_oldest_waiting_seconds", 90.0),
    ] {
        assert!(samples[key] >= least, "{key}: {}", samples[key]);
    }
    for private in ["Jonas", "customer.example", "contoso.example", "heating"] {
        assert!(!answer.body.contains(private), "{private}");
    }
}

#[test]
fn a_proxy_gets_no_metrics_for_others() {
    // Also where the proxy's own address is one that may ask.
    let houses = [House::open(), House::open_for(&["127.0.0.0/8"])];
    let ask = |house: &House, headers: &str| {
        house.raw(&format!(
            "GET /metrics HTTP/1.1\r\nHost: {}\r\n{headers}Connection: close\r\n\r\n",
            house.host()
        ))
    };
    for (headers, status) in [
        ("", 200),
        ("X-Counterfoil-Peer: 9.9.9.9:9\r\n", 200),
        ("X-Forwarded-For: 9.9.9.9\r\n", 403),
        ("X-Forwarded-For: 127.0.0.1\r\n", 403),
        ("Forwarded: for=9.9.9.9\r\n", 403),
        ("X-Real-IP: 9.9.9.9\r\n", 403),
    ] {
        for house in &houses {
            let answer = ask(house, headers);
            assert_eq!(answer.status, status, "{headers}");
            assert_eq!(answer.body.contains("counterfoil_tickets"), status == 200, "{headers}");
        }
    }
}
