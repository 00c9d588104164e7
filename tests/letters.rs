//! Reads the letters in `tests/letters` and compares with the reading written beside each. After a
//! change that is meant, `REWRITE_LETTERS=1 cargo test --test letters` writes the readings anew and
//! `git diff` shows what changed.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use counterfoil::mail::{Address, Message, html, parse::parse, quote, subject};
use proptest::prelude::*;

fn letters() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/letters");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .collect();
    found.sort();
    assert!(found.len() >= 20, "the letters are gone");
    found
}

fn address(address: &Address) -> String {
    match address.name.as_str() {
        "" => address.address.clone(),
        name => format!("{name} <{}>", address.address),
    }
}

/// A message as a person reads it: a line for each header, then the bodies.
fn reading(message: &Message) -> String {
    let mut page = String::new();
    let mut line = |name: &str, value: String| {
        if !value.is_empty() {
            writeln!(page, "{name}: {value}").unwrap();
        }
    };
    let list = |addresses: &[Address]| addresses.iter().map(address).collect::<Vec<_>>().join(", ");
    let ids = |ids: &[counterfoil::mail::MessageId]| {
        ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    line("from", message.from.as_ref().map(address).unwrap_or_default());
    line("reply to", list(&message.reply_to));
    line("to", list(&message.to));
    line("cc", list(&message.cc));
    line("subject", message.subject.clone());
    line("sent at", message.sent_at.map(|at| at.to_string()).unwrap_or_default());
    line("message id", ids(message.message_id.as_slice()));
    line("in reply to", ids(&message.in_reply_to));
    line("references", ids(&message.references));
    let signs = &message.signs;
    line("auto-submitted", signs.auto_submitted.clone());
    line("precedence", signs.precedence.clone());
    line("list", if signs.list { "yes".to_owned() } else { String::new() });
    line("return path", if signs.empty_return_path { "empty".to_owned() } else { String::new() });
    line("content type", signs.content_type.clone());
    line("report type", signs.report_type.clone());
    line("marks", signs.marks.join(" "));
    line("protection", message.protection.map(|p| format!("{p:?}")).unwrap_or_default());
    line("own mark", signs.own_mark.clone().unwrap_or_default());
    for file in &message.attachments {
        let place = if file.inline { "inline" } else { "beside" };
        let id = file.content_id.as_deref().map(|id| format!(", id {id}")).unwrap_or_default();
        let start: String = String::from_utf8_lossy(&file.bytes).chars().take(24).collect();
        line(
            "attachment",
            format!(
                "{} ({}, {} bytes, {place}{id}) {start:?}",
                file.filename,
                file.content_type,
                file.bytes.len()
            ),
        );
    }
    writeln!(page, "\n=== text\n{}", message.text).unwrap();
    if message.visible_text != message.text.trim_matches('\n') {
        writeln!(page, "=== visible\n{}", message.visible_text).unwrap();
    }
    if let Some(html) = &message.html {
        writeln!(page, "=== html\n{html}").unwrap();
    }
    page
}

#[test]
fn every_letter_reads_as_expected() {
    let rewrite = std::env::var_os("REWRITE_LETTERS").is_some();
    let mut differing = Vec::new();
    for path in letters() {
        let read = reading(&parse(&std::fs::read(&path).unwrap()));
        let expected = path.with_extension("txt");
        if rewrite {
            std::fs::write(&expected, &read).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != read {
            differing.push(format!("{}\n{read}", path.display()));
        }
    }
    assert!(
        differing.is_empty(),
        "{} letters read differently; REWRITE_LETTERS=1 writes them anew for `git diff`:\n{}",
        differing.len(),
        differing.join("\n")
    );
}

#[test]
fn a_letter_cut_off_anywhere_is_still_read() {
    for path in letters() {
        let raw = std::fs::read(&path).unwrap();
        for end in (0..raw.len()).step_by(7) {
            assert_sound(&parse(&raw[..end]), raw.len());
        }
    }
}

/// What holds for every message, whatever it was read from.
fn assert_sound(message: &Message, size: usize) {
    assert!(!message.text.contains(['\r', '\0']));
    assert!(!message.subject.chars().any(char::is_control), "{:?}", message.subject);
    assert_eq!(message.visible_text.trim().is_empty(), message.text.trim().is_empty());
    let held: usize = message.attachments.iter().map(|file| file.bytes.len()).sum();
    assert!(held <= size, "{held} bytes of attachments from {size}");
    for file in &message.attachments {
        assert!(!file.filename.is_empty() && !file.content_type.is_empty());
        assert!(!file.filename.contains(['/', '\\', '\n']), "{:?}", file.filename);
    }
    for written in message.from.iter().chain(&message.to).chain(&message.cc) {
        assert!(written.address.contains('@') && !written.name.contains(['\r', '\n']));
    }
    if let Some(html) = &message.html {
        // Text has its brackets written as references, so this splits at tags alone.
        for piece in html.split('<').skip(1) {
            let tag = piece.split('>').next().unwrap_or_default();
            for forbidden in ["script", "style", "iframe", "form"] {
                assert!(!tag.starts_with(forbidden), "{forbidden} in {html}");
            }
            assert!(
                !tag.contains("=\"javascript:") && !tag.contains(" onload="),
                "{tag} in {html}"
            );
        }
    }
}

/// Kinds of content that have a reader of their own, and how it begins.
const KINDS: [(&str, &[u8]); 16] = [
    ("application/ms-tnef; x=", b"\x78\x9f\x3e\x22\x01\x00"),
    (
        "application/ms-tnef; x=",
        b"\x78\x9f\x3e\x22\x01\x00\x01\x03\x90\x06\x00\x40\x00\x00\x00\x02\x00\x00\x00",
    ),
    (
        "application/pkcs7-mime; x=",
        b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x30\x80",
    ),
    ("text/calendar; x=", b"BEGIN:VEVENT\nDTSTART:2026"),
    ("text/enriched; charset=", b"<bold>"),
    ("text/plain; charset=", b""),
    ("text/plain; charset=utf-16; x=", b""),
    ("text/plain; charset=utf-7; x=", b"+"),
    ("text/plain; charset=hz; x=", b"~{"),
    ("text/plain; charset=iso-2022-jp; x=", b"\x1b$B"),
    ("text/plain; charset=iso-2022-kr; x=", b"\x1b$)C\x0e"),
    ("text/plain; format=flowed; delsp=yes; charset=", b"> "),
    ("text/plain; x=", b"begin 644 x\n#0V%T\n"),
    ("message/rfc822; x=", b"From: =?utf-8?q?"),
    ("message/delivery-status; charset=", b""),
    (
        "multipart/mixed; boundary=b; x=",
        b"--b\nContent-Disposition: attachment; filename*0*=utf-8''%",
    ),
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn any_bytes_are_read(raw in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        assert_sound(&parse(&raw), raw.len());
    }

    #[test]
    fn damaged_letters_are_read(
        which in any::<prop::sample::Index>(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..12),
    ) {
        let paths = letters();
        let mut raw = std::fs::read(&paths[which.index(paths.len())]).unwrap();
        let size = raw.len() * 8;
        for (place, byte, kind) in damage {
            let at = place.index(raw.len().max(1)).min(raw.len());
            match kind {
                0 if at < raw.len() => raw[at] = byte,
                1 if at < raw.len() => { raw.remove(at); }
                2 => raw.insert(at, byte),
                // The rest of the letter, or some of it, once more.
                _ => { let again: Vec<u8> = raw[at..].iter().copied().take(size / 16).collect(); raw.extend(again); }
            }
        }
        assert_sound(&parse(&raw), raw.len());
    }

    #[test]
    fn any_content_of_any_kind_is_read(
        which in 0..KINDS.len(),
        name in "[a-z0-9-]{0,12}",
        content in proptest::collection::vec(any::<u8>(), 0..600),
    ) {
        let (kind, start) = KINDS[which];
        let mut raw = format!("Subject: x\nContent-Type: {kind}{name}\n\n").into_bytes();
        raw.extend_from_slice(start);
        raw.extend(content);
        assert_sound(&parse(&raw), raw.len());
    }

    #[test]
    fn any_text_is_folded_and_any_html_cleaned(text in "(?s).{0,400}", markup in "[<>a-z/=\"' !&;-]{0,400}") {
        prop_assert_eq!(quote::visible(&text).trim().is_empty(), text.trim().is_empty());
        html::sanitize(&markup);
        html::to_text(&markup);
        subject::base(&text);
        subject::find_tags(&text, "CF");
    }
}

#[test]
fn hostile_letters_are_read_in_linear_time() {
    let head = "From: a@x.example\nSubject: x\n";
    let multipart = "Content-Type: multipart/mixed; boundary=b\n\n";
    let nested_letter = "Content-Type: message/rfc822\n\n";
    let missing = "--b\nContent-Type: multipart/mixed; boundary=nope\n\n";
    for (case, raw) in [
        ("letters in letters", format!("{head}{}", nested_letter.repeat(100_000))),
        ("missing boundaries", format!("{head}{multipart}{}", missing.repeat(40_000))),
        ("many parts", format!("{head}{multipart}{}", "--b\n\nx\n".repeat(300_000))),
        ("many fields", format!("{head}{}\nx", "To: a@x.example\n".repeat(100_000))),
        ("one long field", format!("{head}To: {}\n\nx", "a@x.example,\n ".repeat(150_000))),
        ("many ids", format!("{head}References: {}\n\nx", "<a@b>\n ".repeat(300_000))),
        (
            "many parameters",
            format!("{head}Content-Type: text/plain{}\n\nx", "; a*1=b".repeat(300_000)),
        ),
        ("encoded words", format!("{head}Subject: {}\n\nx", "=?utf-8?q?x?=\n ".repeat(100_000))),
        ("long lines", format!("{head}\n{}", "x".repeat(3_000_000))),
        ("deep html", format!("{head}Content-Type: text/html\n\n{}", "<div><b>x".repeat(200_000))),
        ("attached letters", {
            let letter = "--b\nContent-Type: message/rfc822\n\nSubject: x\n\ntext\n";
            format!("{head}{multipart}{}", letter.repeat(50_000))
        }),
        ("letters deep inside each other", {
            let level = |n: usize| {
                format!(
                    "Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\nContent-Type: message/rfc822\n\n"
                )
            };
            format!("{head}{}", (0..20_000).map(level).collect::<String>())
        }),
        ("uuencoded files", format!("{head}\n{}", "begin 644 x\n#0V%T\n`\nend\n".repeat(60_000))),
        ("encrypted blocks", {
            let block = "-----BEGIN PGP MESSAGE-----\nx\n-----END PGP MESSAGE-----\n";
            format!("{head}\n{}", block.repeat(30_000))
        }),
        (
            "calendar",
            format!(
                "{head}Content-Type: text/calendar\n\n{}",
                "BEGIN:VEVENT\nSUMMARY:x\n".repeat(60_000)
            ),
        ),
        (
            "enriched",
            format!("{head}Content-Type: text/enriched\n\n{}", "<bold>x\n".repeat(200_000)),
        ),
        (
            "content types",
            format!("{head}{}\nx", "Content-Type: multipart/mixed; boundary=b\n".repeat(40_000)),
        ),
        ("folds without end", format!("{head}X: y\n{}", " \n\t \n".repeat(300_000))),
        ("half encoded words", format!("{head}Subject: {}\n\nx", "=?utf-8?q?x ".repeat(100_000))),
        ("spaced addresses", format!("{head}Cc: {}\n\nx", "a . b @ ".repeat(100_000))),
        ("comments", format!("{head}Cc: <a@b{}>\n\nx", "(x)".repeat(300_000))),
        (
            "signed in signed",
            format!(
                "{head}{}",
                "Content-Type: multipart/signed; boundary=b\n\n--b\n".repeat(30_000)
            ),
        ),
        ("deep quotes", format!("{head}\n{}", "> ".repeat(1_000_000))),
    ] {
        let started = Instant::now();
        let message = parse(raw.as_bytes());
        let taken = started.elapsed();
        assert_sound(&message, raw.len());
        assert!(taken < Duration::from_secs(20), "{case}: {taken:?} for {} bytes", raw.len());
    }
}

fn corpus(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    // The collections are other people's and not part of this repository.
    eprintln!("skipped: {} is not there", path.display());
    None
}

/// Which lines of each reply are new, by number.
#[test]
fn replies_of_the_first_collection_show_what_is_new() {
    let Some(folder) = corpus("replies-github") else { return };
    for (name, kept) in [
        ("correct_sig", vec![1..=1]),
        ("email_1_1", vec![1..=5]),
        // Answers between quotes keep the quotes they answer.
        ("email_1_2", vec![1..=1, 0..=0, 3..=34]),
        ("email_1_3", vec![1..=3]),
        ("email_1_4", vec![1..=1]),
        ("email_1_5", vec![1..=15]),
        ("email_1_6", vec![1..=3]),
        ("email_1_7", vec![1..=1]),
        ("email_1_8", vec![3..=19]),
        ("email_2_1", vec![1..=1]),
        ("email_2_2", vec![1..=1]),
        ("email_2_3", vec![1..=1]),
        ("email_BlackBerry", vec![1..=1]),
        ("email_bullets", vec![1..=9]),
        ("email_iPhone", vec![1..=1]),
        ("email_multi_word_sent_from_my_mobile_device", vec![1..=1]),
        ("email_one_is_not_on", vec![1..=5]),
        ("email_sent_from_my_not_signature", vec![1..=3]),
        ("email_sig_delimiter_in_middle_of_line", vec![1..=7]),
        ("greedy_on", vec![1..=6]),
        ("pathological", vec![1..=2]),
    ] {
        let text = std::fs::read_to_string(folder.join(name).with_extension("txt")).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        // Line 0 is an empty one that stands for what was taken out.
        let expected: Vec<&str> = kept
            .into_iter()
            .flatten()
            .map(|number: usize| if number == 0 { "" } else { lines[number - 1] })
            .collect();
        assert_eq!(quote::visible(&text), expected.join("\n"), "{name}");
    }
}

#[test]
fn replies_of_the_second_collection_show_what_is_new() {
    let Some(folder) = corpus("replies-talon") else { return };
    let mut read = 0;
    for entry in std::fs::read_dir(folder.join("standard_replies")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "eml") {
            let message = parse(&std::fs::read(&path).unwrap());
            assert_eq!(message.visible_text, "Hello", "{}", path.display());
            read += 1;
        }
    }
    for entry in std::fs::read_dir(folder.join("html_replies")).unwrap() {
        let path = entry.unwrap().path();
        let text = html::to_text(&String::from_utf8_lossy(&std::fs::read(&path).unwrap()));
        let visible = quote::visible(&text);
        let lines: Vec<&str> = visible.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.len(), 3, "{}: {visible}", path.display());
        assert!(lines[0].starts_with("Hi.") && lines[2] == "Alex", "{}: {visible}", path.display());
        read += 1;
    }
    assert!(read >= 20);
}

#[test]
fn the_letters_of_the_third_collection_are_read() {
    let Some(folder) = corpus("mime-mikel") else { return };
    let mut folders = vec![folder];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "eml") {
                let raw = std::fs::read(&path).unwrap();
                assert_sound(&parse(&raw), raw.len());
                read += 1;
            }
        }
    }
    assert!(read > 50);
}
