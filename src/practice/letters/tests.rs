//! The letters as a mailbox gets them: read back with mail-parser, counted, held to the line.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use mail_parser::{Message, MessageParser, MimeHeaders};

use super::run::MIX;
use super::*;

const NOW: i64 = 1_795_000_000;
const TO: &str = "support@contoso.example";

fn read(raw: &[u8]) -> Message<'_> {
    MessageParser::default().parse(raw).unwrap()
}

/// The first letter of a kind among the first hundred, as mail and as bytes.
fn first(kind: Kind) -> (Mail, Vec<u8>) {
    let run = Run::spread(100, 11, NOW, TO);
    let index = (0..100).find(|index| run.kind(*index) == kind);
    let index = index.unwrap_or_else(|| panic!("no {kind:?}"));
    (compose(&run, index, ""), letter(&run, index).raw)
}

fn text_of(raw: &[u8]) -> String {
    read(raw).body_text(0).unwrap().into_owned()
}

fn contains(raw: &[u8], needle: &str) -> bool {
    raw.windows(needle.len()).any(|part| part == needle.as_bytes())
}

#[test]
fn the_same_seed_makes_the_same_letters_and_another_seed_others() {
    let one: Vec<Letter> = write(120, 7, NOW, TO).collect();
    let two: Vec<Letter> = write(120, 7, NOW, TO).collect();
    let other: Vec<Letter> = write(120, 8, NOW, TO).collect();
    assert_eq!(one, two);
    assert!(one.iter().zip(&other).all(|(one, other)| one.raw != other.raw));
    let sized: Vec<Letter> = write_sized(60, 7, NOW, TO, 9_000).collect();
    assert_eq!(sized, write_sized(60, 7, NOW, TO, 9_000).collect::<Vec<_>>());
    assert_eq!(one_more(3, NOW, TO), one_more(3, NOW, TO));
}

#[test]
fn every_letter_reads_back_with_the_subject_and_sender_it_was_given() {
    let run = Run::spread(600, 3, NOW, TO);
    for index in 0..600 {
        let mail = compose(&run, index, "");
        let raw = letter(&run, index).raw;
        let message = read(&raw);
        let kind = run.kind(index);
        assert_eq!(message.subject(), mail.subject.as_deref(), "{index} {kind:?}");
        let from = message.from().unwrap().first().unwrap();
        assert_eq!(from.address(), Some(mail.from.1.as_str()), "{index} {kind:?}");
        assert_eq!(from.name().unwrap_or_default(), mail.from.0, "{index} {kind:?}");
        assert_eq!(message.message_id(), mail.id.as_deref(), "{index} {kind:?}");
        assert_eq!(message.date().unwrap().to_timestamp(), mail.sent.0, "{index} {kind:?}");
        let to = message.to().unwrap();
        assert!(to.iter().any(|one| one.address() == Some(TO)), "{index} {kind:?}");
        assert!(message.body_text(0).is_some_and(|text| text.len() > 20), "{index} {kind:?}");
    }
}

#[test]
fn the_text_reads_back_as_it_was_written_in_every_encoding() {
    let run = Run::spread(600, 4, NOW, TO);
    for index in 0..600 {
        let sheet = Sheet::new(&run, index);
        if !sheet.kind.has_topic() {
            continue;
        }
        let raw = letter(&run, index).raw;
        let text = text_of(&raw).replace(['\r', '\n'], " ");
        // Windows letters carry typographic quotes where the sheet has straight ones.
        let text = text.replace(['\u{201C}', '\u{201D}'], "\"").replace('\u{2019}', "'");
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let (text, said) = (words(&text), words(&sheet.paragraphs[0].replace(" - ", " \u{2013} ")));
        let said = if sheet.kind == Kind::Windows { said } else { words(&sheet.paragraphs[0]) };
        assert!(text.windows(said.len()).any(|part| part == said), "{index}: {text:?} {said:?}");
    }
}

#[test]
fn answers_name_an_earlier_letter_and_cite_the_whole_conversation() {
    let (mut seen, mut answers, mut last) = (HashSet::new(), 0, i64::MIN);
    for letter in write(1000, 5, NOW, TO) {
        let message = read(&letter.raw);
        if let Some(cited) = message.in_reply_to().as_text() {
            answers += 1;
            assert!(seen.contains(cited), "{cited}");
            let references = message.references();
            let list = references.as_text_list().unwrap();
            assert!(list.iter().all(|id| seen.contains(id.as_ref())), "{list:?}");
            assert_eq!(list.last().map(AsRef::as_ref), Some(cited));
            let subject = message.subject().unwrap();
            assert!(subject.starts_with("Re: ") || subject.starts_with("AW: "), "{subject}");
        }
        if let Some(id) = message.message_id() {
            assert!(seen.insert(id.to_owned()), "{id} twice");
        }
        let date = message.date().unwrap().to_timestamp();
        assert!(date >= last && date <= letter.received_unix && letter.received_unix < NOW);
        last = date;
    }
    assert!((220..=280).contains(&answers), "{answers}");
}

#[test]
fn a_quoted_letter_stands_below_the_line_that_names_its_writer() {
    let (mut wrote, mut outlook, mut html) = (0, 0, 0);
    let run = Run::spread(400, 9, NOW, TO);
    for index in 0..400 {
        let sheet = Sheet::new(&run, index);
        let Some(quoted) = &sheet.answers else { continue };
        let raw = letter(&run, index).raw;
        let text = text_of(&raw);
        assert!(text.contains(&quoted.author.name), "{text}");
        wrote += usize::from(text.contains(" wrote:") || text.contains("schrieb "));
        outlook += usize::from(text.contains("-----Original Message-----"));
        outlook += usize::from(text.contains("-----Ursprüngliche Nachricht-----"));
        html += usize::from(read(&raw).html_body_count() > 0 && contains(&raw, "gmail_quote"));
    }
    assert!(wrote > 30 && outlook > 10 && html > 10, "{wrote} {outlook} {html}");
}

#[test]
fn the_first_hundred_letters_hold_every_kind() {
    for seed in [1, 2, 3] {
        let run = Run::spread(100, seed, NOW, TO);
        let kinds: HashSet<String> =
            (0..100).map(|index| format!("{:?}", run.kind(index))).collect();
        for (kind, _) in MIX {
            assert!(kinds.contains(&format!("{kind:?}")), "seed {seed}: {kind:?}");
        }
    }
}

#[test]
fn each_kind_shows_what_it_is_named_after() {
    for (kind, signs) in [
        (Kind::Flowed, &["text/plain", "format=flowed"][..]),
        (Kind::Latin1Quoted, &["charset=iso-8859-1", "quoted-printable", "=?iso-8859-1?Q?"]),
        (Kind::Latin1EightBit, &["charset=iso-8859-1", "8bit"]),
        (Kind::Windows, &["charset=windows-1252"]),
        (Kind::Utf8Base64, &["charset=utf-8", "base64"]),
        (Kind::Utf8Quoted, &["charset=utf-8", "quoted-printable"]),
        (Kind::LongName, &["filename*0*=UTF-8''", "filename*1*="]),
        (Kind::Inline, &["multipart/related", "Content-ID: <image001.", "inline;"]),
        (Kind::Russian, &["charset=koi8-r", "=?koi8-r?"]),
        (Kind::Japanese, &["charset=iso-2022-jp", "\u{1b}$B"]),
        (Kind::Chinese, &["charset=gb18030", "=?gb18030?B?"]),
        (Kind::OutOfOffice, &["Auto-Submitted: auto-replied"]),
        (
            Kind::Bounce,
            &[
                "report-type=delivery-status",
                "Final-Recipient: rfc822; ",
                "Action: failed",
                "Status: 5.1.1",
                "text/rfc822-headers",
                "Return-Path: <>",
            ],
        ),
        (Kind::Newsletter, &["List-Id: ", "List-Unsubscribe: ", "Precedence: bulk"]),
        (Kind::Invitation, &["text/calendar", "method=REQUEST", "METHOD:REQUEST"]),
        (Kind::Forwarded, &["message/rfc822"]),
        (Kind::Receipt, &["disposition-notification", "Disposition: manual-action"]),
        (Kind::Hostile, &["<script>", "onload=", "javascript:", "dmarc=fail"]),
        (Kind::LongHeaders, &["DKIM-Signature: ", "\r\n relay"]),
    ] {
        let (_, raw) = first(kind);
        for sign in signs {
            // As it was before quoted-printable, and as it is for what is not UTF-8.
            let bare = String::from_utf8_lossy(&raw).replace("=\r\n", "").replace("=3D", "=");
            assert!(bare.contains(sign) || contains(&raw, sign), "{kind:?}: {sign}\n{bare}");
        }
    }
    assert!(!contains(&first(Kind::Unlabelled).1, "Content-Type"));
    assert!(!contains(&first(Kind::NoId).1, "Message-ID"));
    assert!(!contains(&first(Kind::NoSubject).1, "Subject"));
    assert!(first(Kind::Unlabelled).1.iter().any(|byte| *byte >= 0x80));
    let (many, _) = first(Kind::ManyRecipients);
    assert!(many.to.len() >= 2 && many.cc.len() >= 2, "{:?} {:?}", many.to, many.cc);
}

#[test]
fn attachments_come_out_whole() {
    for (kind, start, name) in [
        (Kind::Pdf, &b"%PDF-1.4"[..], ".pdf"),
        (Kind::Png, b"\x89PNG\r\n\x1a\n", ".png"),
        (Kind::Csv, b"number;article", ".csv"),
        (Kind::Zip, b"PK\x03\x04", ".zip"),
        (Kind::Docx, b"PK\x03\x04", ".docx"),
        (Kind::LongName, b"%PDF-1.4", "Büroräume, endgültige Fassung (3).pdf"),
        (Kind::Inline, b"\x89PNG", "image001.png"),
    ] {
        let (_, raw) = first(kind);
        let message = read(&raw);
        let file = message.attachments().next().unwrap_or_else(|| panic!("{kind:?}"));
        assert!(file.contents().starts_with(start), "{kind:?}");
        let named = file.attachment_name().unwrap_or_default();
        assert!(named.ends_with(name), "{kind:?}: {named}");
    }
}

#[test]
fn lines_end_in_crlf_and_stay_below_the_limit() {
    let letters = write(500, 6, NOW, TO).chain(write_sized(200, 6, NOW, TO, 20_000));
    for (number, letter) in letters.enumerate() {
        let raw = &letter.raw;
        for (at, byte) in raw.iter().enumerate() {
            match byte {
                b'\n' => assert!(at > 0 && raw[at - 1] == b'\r', "{number}: bare LF at {at}"),
                b'\r' => assert_eq!(raw.get(at + 1), Some(&b'\n'), "{number}: bare CR at {at}"),
                0 => panic!("{number}: NUL at {at}"),
                _ => {}
            }
        }
        assert!(raw.ends_with(b"\r\n"), "{number}");
        // RFC 5322 section 2.1.1.
        let longest = raw.split(|byte| *byte == b'\n').map(<[u8]>::len).max();
        assert!(longest <= Some(999), "{number}: {longest:?}");
        assert!(raw.starts_with(b"Authentication-Results: mx.contoso.example;"), "{number}");
    }
}

#[test]
fn no_address_and_no_link_leads_out_of_example() {
    for letter in write(600, 12, NOW, TO).chain((0..100).map(|n| one_more(n, NOW, TO))) {
        let message = read(&letter.raw);
        let head = letter.raw.windows(4).position(|part| part == b"\r\n\r\n").unwrap();
        let mut text = String::from_utf8_lossy(&letter.raw[..head]).into_owned();
        for part in &message.parts {
            text.push_str(part.text_contents().unwrap_or_default());
        }
        for mark in ["@", "://"] {
            for (at, _) in text.match_indices(mark) {
                let rest = &text[at + mark.len()..];
                let end = rest.find(|c: char| !(c.is_alphanumeric() || "-._".contains(c)));
                let host = rest[..end.unwrap_or(rest.len())].trim_end_matches('.');
                // `@import` and `@ ` are no addresses; schema names in Word files are not shown.
                if host != "import" && !host.is_empty() {
                    assert!(host.ends_with(".example"), "{host} in {text}");
                }
            }
        }
    }
}

#[test]
fn five_hundred_letters_do_not_look_alike() {
    let mut subjects: BTreeMap<String, usize> = BTreeMap::new();
    let mut bodies = HashSet::new();
    for letter in write(500, 1, NOW, TO) {
        let message = read(&letter.raw);
        if message.in_reply_to().as_text().is_none() {
            *subjects.entry(message.subject().unwrap_or_default().to_owned()).or_default() += 1;
        }
        bodies.insert(text_of(&letter.raw));
    }
    assert!(subjects.len() > 220, "{}", subjects.len());
    assert!(subjects.values().all(|times| *times <= 9), "{subjects:?}");
    assert!(bodies.len() > 470, "{}", bodies.len());
}

#[test]
fn the_mean_size_is_the_one_asked_for() {
    for (count, average) in [(400, 55_000), (1000, 12_000), (150, 55_000)] {
        let sum: usize = write_sized(count, 2, NOW, TO, average).map(|one| one.raw.len()).sum();
        let mean = sum / count;
        assert!(mean.abs_diff(average) < average / 5, "{count}: {mean} for {average}");
    }
}

#[test]
fn ten_thousand_letters_take_seconds() {
    let start = Instant::now();
    assert_eq!(write(10_000, 2, NOW, TO).filter(|one| one.raw.len() > 500).count(), 10_000);
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
}

#[test]
fn arriving_letters_are_new_and_answer_each_other() {
    let mut seen: HashSet<String> = write(300, 2, NOW, TO)
        .filter_map(|one| read(&one.raw).message_id().map(str::to_owned))
        .collect();
    let mut answers = 0;
    for n in 0..300 {
        let letter = one_more(n, NOW, TO);
        let message = read(&letter.raw);
        assert_eq!(letter.received_unix, NOW);
        if let Some(cited) = message.in_reply_to().as_text() {
            assert!(seen.contains(cited), "{n}");
            answers += 1;
        }
        assert!(message.message_id().is_none_or(|id| seen.insert(id.to_owned())), "{n}");
    }
    assert!(answers > 50, "{answers}");
}
