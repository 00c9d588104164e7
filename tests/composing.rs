//! What we compose is read back as it was meant, by our own parser and by another one, whatever was
//! in its fields; and its bytes are mail that every server on the way takes.

#![allow(clippy::unwrap_used)]

use counterfoil::desk::quoting::{Original, Quoting};
use counterfoil::mail::compose::{Letter, Seal, compose};
use counterfoil::mail::parse::parse;
use counterfoil::mail::{Address, Attachment, MessageId};
use counterfoil::time::Timestamp;
use mail_parser::{MessageParser, MimeHeaders};
use proptest::prelude::*;

const WRITTEN: Timestamp = Timestamp::from_unix(1_777_885_964);

fn id(text: &str) -> MessageId {
    MessageId::new(text).unwrap()
}

fn named(name: &str, address: &str) -> Address {
    Address { address: address.to_owned(), name: name.to_owned() }
}

fn letter() -> Letter {
    Letter {
        from: named("Büro Example", "support@contoso.example"),
        to: vec![named("Jürgen Größe", "j@x.example"), Address::bare("b@x.example")],
        cc: vec![named("Doe, \"John\"", "d@x.example"), named("田中 🦀", "t@x.example")],
        bcc: vec![Address::bare("hidden@x.example")],
        subject: "Re: Übergröße – 印刷 🖨 [CF#7-abcd]".to_owned(),
        text: "Grüße\n\nfrom us \n.\n-- \nDesk".to_owned(),
        quoted: None,
        in_reply_to: Some(id("a@x.example")),
        references: vec![id("0@x.example"), id("a@x.example")],
        date: WRITTEN,
        attachments: Vec::new(),
        apart: Vec::new(),
        automatic: false,
    }
}

fn seal() -> Seal {
    Seal { message_id: id("1@contoso.example"), mark: "counterfoil-7".to_owned() }
}

fn file(name: &str, kind: &str, bytes: &[u8]) -> Attachment {
    Attachment {
        filename: name.to_owned(),
        content_type: kind.to_owned(),
        bytes: bytes.to_vec(),
        ..Attachment::default()
    }
}

fn picture(name: &str, id: &str) -> Attachment {
    let bytes = b"\x89PNG\r\n\x00";
    Attachment { content_id: Some(id.to_owned()), inline: true, ..file(name, "image/png", bytes) }
}

fn written(letter: &Letter) -> Vec<u8> {
    let bytes = compose(letter, &seal()).unwrap();
    assert_well_formed(&bytes);
    bytes
}

/// The header fields, unfolded.
fn fields(bytes: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(bytes);
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let pair = |line: &str| {
        let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("{line}"));
        (name.to_owned(), value.to_owned())
    };
    head.split("\r\n").map(pair).collect()
}

fn field(bytes: &[u8], name: &str) -> Option<String> {
    fields(bytes).into_iter().find(|(other, _)| other == name).map(|(_, value)| value)
}

/// Every line ends in CR LF, is short enough and holds only ASCII; those of the header are folded.
fn assert_well_formed(bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap();
    assert!(text.is_ascii() && !text.contains('\0'), "{text}");
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "{text}");
    assert!(text.split("\r\n").all(|line| line.len() <= 998), "{text}");
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    for line in head.split("\r\n") {
        let foldable = line.trim_start().split(' ').count() > 2;
        assert!(line.len() <= 78 || !foldable, "{line}");
        assert!(!line.trim().is_empty(), "a line of white space alone: {head}");
    }
}

/// What somebody wrote whom we answer.
fn original(from: &Address, text: &str) -> Original {
    Original { from: from.clone(), sent_at: WRITTEN, text: text.to_owned() }
}

#[test]
fn what_is_written_is_read_the_same() {
    let letter = letter();
    let bytes = written(&letter);
    let read = parse(&bytes);
    assert_eq!(read.from, Some(letter.from));
    assert_eq!(read.to, letter.to);
    assert_eq!(read.cc, letter.cc);
    assert_eq!(read.subject, letter.subject);
    assert_eq!(read.text.trim_end(), letter.text);
    assert_eq!(read.in_reply_to, [id("a@x.example")]);
    assert_eq!(read.references, letter.references);
    assert_eq!(read.message_id, Some(id("1@contoso.example")));
    assert_eq!(read.sent_at, Some(WRITTEN));
    assert_eq!(read.signs.own_mark.as_deref(), Some("counterfoil-7"));
    assert_eq!(read.signs.auto_submitted, "");
    let html = read.html.unwrap();
    assert!(html.contains("Grüße<br>") && html.contains("Desk"), "{html}");
    assert_eq!(field(&bytes, "Bcc").as_deref(), Some("<hidden@x.example>"));
    assert_eq!(field(&bytes, "X-Auto-Response-Suppress").as_deref(), Some("All"));
}

#[test]
fn a_letter_of_no_person_says_so() {
    let answering = Letter { automatic: true, ..letter() };
    assert_eq!(parse(&written(&answering)).signs.auto_submitted, "auto-replied");
    let telling = Letter { in_reply_to: None, ..answering };
    let bytes = written(&telling);
    assert_eq!(parse(&bytes).signs.auto_submitted, "auto-generated");
    assert_eq!(field(&bytes, "Precedence"), None);
}

#[test]
fn the_answered_message_is_repeated_below_and_told_apart_again() {
    let ana = named("Ana Muster", "ana@shop.example");
    let asked = "The lamp is <b>broken</b>.\n\nIt says https://x.example/a?b&c.";
    let quoted = Quoting::default().quote(&original(&ana, asked));
    for (case, text, visible) in [
        ("plain", "We are on it.\n", "We are on it."),
        ("signed", "We are on it.\n\n-- \nThe desk\n", "We are on it."),
    ] {
        let answer = Letter { text: text.into(), quoted: quoted.clone(), ..letter() };
        let read = parse(&written(&answer));
        assert_eq!(read.visible_text, visible, "{case}");
        let below = "On 2026-05-04 09:12 UTC, Ana Muster <ana@shop.example> wrote:\n\
                     > The lamp is <b>broken</b>.\n>\n> It says https://x.example/a?b&c.";
        assert_eq!(read.text.trim_end(), format!("{}\n\n{below}", text.trim_end()), "{case}");
        let html = read.html.unwrap();
        let (own, repeated) = html.split_once("<blockquote").unwrap();
        assert!(own.contains("We are on it.") && own.contains("wrote:"), "{html}");
        assert!(repeated.contains("&lt;b&gt;broken&lt;/b&gt;"), "{html}");
        assert!(repeated.contains("href=\"https://x.example/a?b&amp;c\""), "{html}");
    }
}

#[test]
fn attachments_and_pictures_come_back() {
    let logo = picture("logo.png", "p@x");
    let text = file("Übersicht '2026'.txt", "text/plain", b"a\nb\r\n\xfc");
    let nested = file("old.eml", "message/rfc822", b"Subject: x\n\ny");
    let long = file(&format!("{}.pdf", "Jahresabschluß_".repeat(11)), "application/pdf", b"%PDF");
    let letter = Letter {
        text: "Look: [cid:p@x] Grüße".into(),
        attachments: vec![logo.clone(), text.clone(), nested.clone(), long.clone()],
        ..letter()
    };
    let bytes = written(&letter);
    let read = parse(&bytes);
    let html = read.html.unwrap();
    assert!(html.contains("Look: <img") && html.contains("cid:p@x"), "{html}");
    let nested = Attachment { content_type: "application/octet-stream".to_owned(), ..nested };
    assert_eq!(read.attachments, [logo, text, nested, long]);

    // What is added later is shown, and not there yet.
    let apart =
        Letter { attachments: Vec::new(), apart: vec![picture("logo.png", "p@x")], ..letter };
    let read = parse(&written(&apart));
    assert!(read.html.unwrap().contains("cid:p@x"));
    assert!(read.attachments.is_empty());
}

#[test]
fn nothing_can_begin_a_header_of_its_own() {
    let evil = "x\r\nBcc: evil@x.example\r\n\r\nbody\u{0}\u{85}\u{2028}\u{202e}";
    let hostile = Letter {
        from: named(evil, "support@contoso.example"),
        to: vec![named(evil, "a@x.example")],
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: evil.to_owned(),
        in_reply_to: MessageId::new("a@x> <b@y"),
        references: vec![id("ok@x"), id("ü@x")],
        attachments: vec![Attachment {
            filename: evil.to_owned(),
            content_type: "text/plain\r\nX-Evil: 1".to_owned(),
            content_id: Some("a>\r\nX-Evil: 1".to_owned()),
            inline: true,
            bytes: b"x".to_vec(),
        }],
        ..letter()
    };
    let seal = Seal { mark: "a\r\nX-Evil: 1".to_owned(), ..seal() };
    let bytes = compose(&hostile, &seal).unwrap();
    assert_well_formed(&bytes);
    for line in String::from_utf8_lossy(&bytes).split("\r\n") {
        let lower = line.to_ascii_lowercase();
        assert!(!lower.starts_with("bcc:") && !lower.starts_with("x-evil"), "{line}");
    }
    assert_eq!(field(&bytes, "References").as_deref(), Some("<ok@x>"));
    assert_eq!(field(&bytes, "In-Reply-To"), None);
    assert_eq!(parse(&bytes).subject, "x Bcc: evil@x.example body");
}

#[test]
fn a_letter_to_nobody_in_particular_is_not_written() {
    for address in ["no address", "a@x.example>, <evil@x.example", "a@x.example\r\nX-Evil: 1"] {
        let letter = Letter { cc: vec![Address::bare(address)], ..letter() };
        let words = compose(&letter, &seal()).unwrap_err().to_string();
        assert!(words.contains("no address") && !words.contains('\n'), "{words}");
    }
}

#[test]
fn long_subjects_and_threads_are_folded_and_bounded() {
    let ids: Vec<_> =
        (0..100).map(|n| id(&format!("{n}.{}@mail.x.example", "a".repeat(60)))).collect();
    let subject = "Ein sehr langer Betreff über alles Mögliche ".repeat(20).trim().to_owned();
    let letter = Letter { references: ids.clone(), subject, ..letter() };
    let bytes = written(&letter);
    assert!(!field(&bytes, "References").unwrap().contains("=?"));
    let read = parse(&bytes);
    assert_eq!(read.references.len(), 30);
    assert_eq!((&read.references[0], &read.references[29]), (&ids[0], &ids[99]));
    assert_eq!(read.subject, letter.subject);
    let giant = id(&format!("{}@x.example", "a".repeat(880)));
    let letter = Letter { references: vec![ids[0].clone(), giant.clone()], ..letter };
    assert_eq!(parse(&written(&letter)).references, [ids[0].clone(), giant]);
}

#[test]
fn addresses_outside_ascii_are_written_as_mail_has_them() {
    let people = ["a@bücher.example", "jürgen@größe.example"].map(Address::bare);
    let letter = Letter { to: people.to_vec(), ..letter() };
    let read = parse(&compose(&letter, &seal()).unwrap());
    let expected = ["a@xn--bcher-kva.example", "jürgen@größe.example"].map(Address::bare);
    assert_eq!(read.to, expected);
}

/// What others put into fields.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "\r\n",
        "\n",
        "\r",
        "\0",
        "\t",
        " ",
        "  ",
        "\u{85}",
        "\u{2028}",
        "\u{202e}",
        "=?utf-8?q?x?=",
        "=?",
        "?=",
        "\"",
        "\\",
        "<",
        ">",
        ",",
        ";",
        ":",
        "(",
        ")",
        "@",
        ".",
        "..",
        "Bcc: e@x.example",
        "ü",
        "é",
        "🦀",
        "印",
        "\u{301}",
        "\u{200d}",
        "'",
        "%",
        "*",
        "=",
        "--",
        "-- ",
        "> ",
        "From ",
        "a",
        "Ana",
        "wrote:",
        "https://x.example/",
        "[cid:p@x]",
        "&amp;",
        "<b>",
        "x".repeat(90).leak(),
    ]);
    prop_oneof![
        4 => prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat()),
        1 => any::<String>(),
        1 => "[a-zA-Z ]{0,1200}",
    ]
}

/// A text as it is shown on one line: what reading does to white space is not compared.
fn shown(text: &str) -> String {
    let kept = |c: &char| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let flat = |c: char| {
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c }
    };
    let text: String = text.chars().filter(kept).map(flat).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_in_the_fields_the_letter_is_whole(
        name in hostile(), subject in hostile(), text in hostile(), other in hostile(),
        content in prop::collection::vec(any::<u8>(), 0..20), inline: bool,
    ) {
        let asked = Quoting { lines: 2, ..Quoting::default() }.quote(&original(&named(&name, &other), &text));
        let letter = Letter {
            to: vec![named(&name, "a@x.example"), named(&other, "b@x.example")],
            subject: subject.clone(),
            text: text.clone(),
            quoted: asked,
            attachments: vec![
                Attachment { inline, content_id: Some(other.clone()), ..file(&name, &other, &content) },
                Attachment { bytes: content.clone(), ..picture(&other, "p@x") },
            ],
            ..letter()
        };
        let bytes = written(&letter);
        let names: Vec<String> = fields(&bytes).into_iter().map(|(name, _)| name).collect();
        for once in ["From", "To", "Cc", "Bcc", "Subject", "Message-ID", "Date", "Content-Type"] {
            prop_assert_eq!(names.iter().filter(|name| *name == once).count(), 1);
        }

        let read = parse(&bytes);
        let addresses: Vec<&str> = read.to.iter().map(|to| to.address.as_str()).collect();
        prop_assert_eq!(addresses, ["a@x.example", "b@x.example"]);
        // An encoded word is taken apart, so that nobody decodes it.
        let meant = shown(&subject).replace("=?", "= ?");
        prop_assert_eq!(shown(&read.subject), &meant[..]);
        prop_assert_eq!(read.attachments.len(), 2);
        prop_assert!(read.attachments.iter().all(|file| file.bytes == content));

        let others = MessageParser::default().parse(&bytes[..]).unwrap();
        prop_assert_eq!(shown(others.subject().unwrap_or_default()), meant);
        let to: Vec<_> = others.to().unwrap().iter().filter_map(|to| to.address()).collect();
        prop_assert_eq!(to, ["a@x.example", "b@x.example"]);
        let shortened = shown(&name).replace("=?", "= ?");
        let first = others.to().unwrap().first().unwrap().name().unwrap_or_default().to_owned();
        prop_assert!(shortened.starts_with(&first), "{:?} is not {:?}", first, shortened);
        let files: Vec<_> = others.attachments().collect();
        prop_assert_eq!(files.len(), 2);
        prop_assert!(files.iter().all(|file| file.contents() == content));
        for file in files {
            let name = file.attachment_name().unwrap_or_default();
            let bad = |c: char| c.is_control() || c == '\u{202e}';
            prop_assert!(!name.is_empty() && !name.chars().any(bad), "{:?}", name);
        }
    }
}
