//! Machine mail is told from people's mail, and bounces are read: the letters in
//! `tests/machines/*.txt`, each under a line `=== kind | case | recipient | status | id` with the
//! reading a person would give it. `$letter` stands for a returned letter of ours with all its
//! header, `$bare` for one without To.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::path::Path;
use std::time::{Duration, Instant};

use counterfoil::desk::machine;
use counterfoil::mail::Message;
use counterfoil::mail::parse::parse;
use counterfoil::mail::report::Action;
use proptest::prelude::*;

/// The id of the returned letter in `$letter` and `$bare`.
const OURS: &str = "out.8@office.example";

struct Case {
    kind: String,
    name: String,
    recipient: String,
    status: String,
    id: String,
    raw: String,
}

fn cases(file: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/machines").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let pieces = text.split("\n=== ").skip(1);
    pieces
        .map(|piece| {
            let (first, raw) = piece.split_once('\n').unwrap();
            let mut columns = first.split('|').map(|column| column.trim().to_owned());
            let mut next = || columns.next().unwrap_or_default();
            let (kind, name, recipient, status, id) = (next(), next(), next(), next(), next());
            let head = "Received: from desk by mx.office.example; Mon, 4 May 2026 10:00:00 +0200\n\
                        From: Support <support@office.example>\n";
            let tail = format!(
                "Subject: =?utf-8?q?Ihre_gr=C3=BCne?= Anfrage [CF#8-abcd]\n\
                 References: <first@kunde.example>\nMessage-ID: <{OURS}>\n\
                 X-Counterfoil: out-8\nMIME-Version: 1.0\n"
            );
            let raw = raw
                .replace("$letter\n", &format!("{head}To: Kunde <{recipient}>\n{tail}"))
                .replace("$bare\n", &format!("{head}{tail}"));
            Case { kind, name, recipient, status, id, raw }
        })
        .collect()
}

fn kind(message: &Message) -> String {
    machine::kind(message).map_or("person".to_owned(), |kind| kind.to_string())
}

/// What the reading says, in the form of a case's first line.
fn reading(message: &Message) -> (String, String, String, String) {
    let report = message.report.as_ref();
    let main = report.and_then(|report| report.main());
    let id = report.and_then(|report| report.letter.message_id.as_ref());
    (
        kind(message),
        main.map(|main| main.recipient.clone()).unwrap_or_default(),
        main.map(|main| main.status.clone()).unwrap_or_default(),
        id.map(ToString::to_string).unwrap_or_default(),
    )
}

fn assert_readings(file: &str, least: usize) {
    let cases = cases(file);
    let mut differing = String::new();
    for case in &cases {
        let message = parse(case.raw.as_bytes());
        let id = match case.id.as_str() {
            "ours" => OURS,
            "-" => "",
            other => other,
        };
        let expected =
            (case.kind.clone(), case.recipient.clone(), case.status.clone(), id.to_owned());
        let read = reading(&message);
        if read != expected {
            let reason = message.report.as_ref().and_then(|report| report.main());
            let reason = reason.map(|main| main.reason.as_str()).unwrap_or_default();
            differing.push_str(&format!(
                "{}: {read:?}, expected {expected:?}; reason: {reason}\n",
                case.name
            ));
        }
        if std::env::var_os("SHOW_REASONS").is_some() {
            for bounce in message.report.iter().flat_map(|report| &report.bounces) {
                eprintln!(
                    "{}: {} {} {}",
                    case.name, bounce.recipient, bounce.status, bounce.reason
                );
            }
        }
    }
    assert!(differing.is_empty(), "{file}:\n{differing}");
    assert!(cases.len() >= least, "only {} letters in {file}", cases.len());
}

#[test]
fn reports_of_mail_servers_are_read() {
    assert_readings("reports.txt", 40);
}

#[test]
fn bounces_in_free_words_are_read() {
    assert_readings("words.txt", 60);
}

#[test]
fn people_and_other_machines_write_no_bounces() {
    assert_readings("others.txt", 60);
}

/// Every recipient of a report has its own fate, those that failed come first, and what came back
/// of the letter is told.
#[test]
fn a_report_tells_of_each_recipient_and_of_the_letter() {
    let case = cases("reports.txt").into_iter().find(|case| case.name.starts_with("failed stands"));
    let report = parse(case.unwrap().raw.as_bytes()).report.unwrap();
    let entries: Vec<_> = report
        .bounces
        .iter()
        .map(|b| (b.recipient.as_str(), b.action, b.status.as_str(), b.permanent))
        .collect();
    let expected = [
        ("two@kunde.example", Action::Failed, "5.1.1", true),
        ("one@kunde.example", Action::Delayed, "4.4.1", false),
    ];
    assert_eq!(entries, expected);
    assert_eq!(report.action, Action::Failed);
    assert_eq!(report.letter.subject, "Ihre grüne Anfrage [CF#8-abcd]");
    assert_eq!(report.letter.own_mark.as_deref(), Some("out-8"));
    let cited: Vec<&str> = report.letter.cited.iter().map(|id| id.as_str()).collect();
    assert_eq!(cited, ["first@kunde.example"]);
}

#[test]
fn words_may_name_several_recipients() {
    let raw = "From: MAILER-DAEMON@qmail.example\nTo: support@office.example\nSubject: failure notice\n\n\
               Hi. This is the qmail-send program at qmail.example.\n\n\
               <one@kunde.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n\
               <two@kunde.example>:\n192.0.2.7 failed after I sent the message.\n\
               Remote host said: 552 5.2.2 mailbox full\n\n\
               --- Below this line is a copy of the message.\n\nReturn-Path: <support@office.example>\n\
               To: one@kunde.example, two@kunde.example\nMessage-ID: <a@office.example>\n\nHi\n";
    let report = parse(raw.as_bytes()).report.unwrap();
    let entries: Vec<_> = report
        .bounces
        .iter()
        .map(|b| (b.recipient.as_str(), b.status.as_str(), b.reason.as_str()))
        .collect();
    let expected = [
        ("one@kunde.example", "5.1.1", "Sorry, no mailbox here by that name. (#5.1.1)"),
        (
            "two@kunde.example",
            "5.2.2",
            "192.0.2.7 failed after I sent the message. Remote host said: 552 5.2.2 mailbox full",
        ),
    ];
    assert_eq!(entries, expected);
}

/// What holds for every report, whatever it was read from.
fn assert_sound(message: &Message) {
    let Some(report) = &message.report else { return };
    assert!((1..=100).contains(&report.bounces.len()));
    assert_eq!(report.action, report.bounces[0].action);
    for bounce in &report.bounces {
        assert!(bounce.reason.chars().count() <= 500 && !bounce.reason.contains(['\n', '\r']));
        assert!(!bounce.recipient.chars().any(char::is_control), "{:?}", bounce.recipient);
        assert!(bounce.recipient.len() < 1_000);
        let class = bounce.status.as_bytes().first();
        assert!(matches!(class, Some(b'2' | b'4' | b'5')), "{:?}", bounce.status);
        assert_eq!(bounce.status.split('.').count(), 3, "{:?}", bounce.status);
        assert_eq!(bounce.permanent, bounce.action == Action::Failed && class == Some(&b'5'));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn damaged_bounces_are_read(
        which in any::<prop::sample::Index>(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..12),
    ) {
        let all: Vec<Case> = ["reports.txt", "words.txt"].into_iter().flat_map(cases).collect();
        let mut raw = all[which.index(all.len())].raw.clone().into_bytes();
        for (place, byte, kind) in damage {
            let at = place.index(raw.len());
            match kind {
                0 => raw[at] = byte,
                1 => { raw.remove(at); }
                2 => raw.insert(at, byte),
                _ => { let again: Vec<u8> = raw[at..].iter().copied().take(500).collect(); raw.extend(again); }
            }
        }
        assert_sound(&parse(&raw));
    }

    #[test]
    fn any_words_of_a_server_are_read(text in "(?s).{0,600}", fields in "[A-Za-z0-9 :;.@<>+\\\\x{}-]{0,80}(\n[A-Za-z0-9 :;.@<>+-]{0,60}){0,8}") {
        let head = "From: MAILER-DAEMON@x.example\nSubject: failure notice\n\n";
        assert_sound(&parse(format!("{head}{text}").as_bytes()));
        assert_sound(&parse(format!("{head}{text}\n\nFinal-Recipient: {fields}\nAction: failed\n").as_bytes()));
    }
}

#[test]
fn bounces_cut_off_anywhere_are_read() {
    for case in ["reports.txt", "words.txt"].into_iter().flat_map(cases) {
        let raw = case.raw.as_bytes();
        for end in (0..raw.len()).step_by(53) {
            assert_sound(&parse(&raw[..end]));
        }
    }
}

/// Each megabyte takes no more than a few times what reading such a letter takes anyhow.
#[test]
fn hostile_bounces_are_read_in_linear_time() {
    let head = "From: MAILER-DAEMON@x.example\nTo: a@x.example\nSubject: failure notice\n";
    let report = "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n";
    for (case, raw) in [
        ("addresses", format!("{head}\n{}", "<a@x.example>: 550\n".repeat(50_000))),
        ("one line of addresses", format!("{head}\n{}", "a@x.example,".repeat(80_000))),
        ("ats", format!("{head}\n{}", "@".repeat(1_000_000))),
        ("one long word", format!("{head}\n{}@x.example", "a".repeat(1_000_000))),
        ("many ats in a long word", format!("{head}\n{}", "aaaaaaaaaaaaaaaaaaa@".repeat(50_000))),
        ("codes", format!("{head}\n{}", "5.1.1 550 ".repeat(100_000))),
        ("header lines", format!("{head}\n{}", "To: a@x.example\n".repeat(60_000))),
        (
            "groups",
            format!("{head}{report}{}", "Final-Recipient: rfc822;a@x.example\n\n".repeat(30_000)),
        ),
        (
            "one long field",
            format!("{head}{report}Final-Recipient: rfc822;{}", " a\n".repeat(300_000)),
        ),
        ("escapes", format!("{head}{report}Final-Recipient: utf-8;{}", "\\x{41}".repeat(150_000))),
        ("pluses", format!("{head}{report}Final-Recipient: rfc822;{}", "+".repeat(1_000_000))),
        ("failed", format!("{head}X-Failed-Recipients: {}\n\nx", "a@x.example, ".repeat(70_000))),
        (
            "parts",
            format!(
                "{head}Content-Type: multipart/report; boundary=b\n\n{}",
                "--b\nContent-Type: message/rfc822\n\nMessage-ID: <a@b>\n".repeat(20_000)
            ),
        ),
    ] {
        let started = Instant::now();
        assert_sound(&parse(raw.as_bytes()));
        let taken = started.elapsed();
        if std::env::var_os("SHOW_REASONS").is_some() {
            eprintln!("{case}: {taken:?}");
        }
        assert!(taken < Duration::from_secs(20), "{case}: {taken:?} for {} bytes", raw.len());
    }
}

/// Other people's reports, where they are at hand; they are not part of this repository.
#[test]
fn the_reports_of_the_third_collection_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/corpus/mime-mikel/multipart_report_emails");
    if !folder.is_dir() {
        eprintln!("skipped: {} is not there", folder.display());
        return;
    }
    for (name, kind_of_it, entries, status, id) in [
        ("multi_address_bounce1", "bounce", 5, "5.1.1", true),
        ("multi_address_bounce2", "bounce", 5, "5.1.1", true),
        ("multipart_report_multiple_status", "bounce", 1, "5.3.0", true),
        ("report_422", "report", 1, "4.2.2", true),
        ("report_530", "bounce", 1, "5.3.0", true),
    ] {
        let message = parse(&std::fs::read(folder.join(name).with_extension("eml")).unwrap());
        assert_eq!(kind(&message), kind_of_it, "{name}");
        let report = message.report.unwrap();
        assert_eq!(report.bounces.len(), entries, "{name}");
        assert_eq!(report.bounces[0].status, status, "{name}");
        assert_eq!(report.letter.message_id.is_some(), id, "{name}");
    }
}
