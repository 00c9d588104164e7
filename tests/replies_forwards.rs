//! Letters that were passed on by some forty mail programs in their languages: sender, subject and
//! date of the original, and answers that only look like forwards.
#![allow(clippy::unwrap_used)]

#[path = "replies/forwards.rs"]
mod forwards;
#[path = "replies/heads.rs"]
mod heads;
#[path = "replies/html.rs"]
mod html;

use counterfoil::mail::forward::Forwarded;
use counterfoil::mail::{Message, parse::parse};

/// The letter with that subject and text, sent with an offset of two hours.
fn letter(subject: &str, text: &str, more: &str) -> Message {
    let head = "From: Ben <ben@office.example>\nTo: desk@office.example\n\
                Date: Tue, 05 May 2026 09:00:00 +0200\nMIME-Version: 1.0\n\
                Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n";
    parse(format!("{head}Subject: {subject}\n{more}\n{text}").as_bytes())
}

fn original(subject: &str, text: &str) -> Option<Forwarded> {
    letter(subject, text, "").forwarded
}

/// Name, address, subject and date of an original.
fn told(original: &Forwarded) -> (String, String, String, String) {
    let from = original.from.clone().unwrap_or_default();
    let sent_at = original.sent_at.map(|at| at.to_string()).unwrap_or_default();
    (from.name, from.address, original.subject.clone(), sent_at)
}

#[test]
fn the_original_is_known_by_its_head_in_every_language() {
    let mut differing = Vec::new();
    for (case, above, block) in heads::BLOCKS {
        if case.starts_with("web.de") {
            continue;
        }
        let letter =
            letter("Fwd: The lamp", &format!("Please.\n\n{above}\n{block}\n\nIt flickers.\n"), "");
        let found = letter.forwarded.as_ref().map(told);
        // What names no zone is in the forwarder's, two hours before UTC.
        let at = |hour: &str| format!("2026-05-04T{hour}:00:00Z");
        let right = |found: &(String, String, String, String)| {
            found.0 == "Ana Muster"
                && found.1 == "ana@shop.example"
                && found.2 == "The lamp"
                && (found.3 == at("08") || found.3 == at("10"))
        };
        let text = letter.forwarded.as_ref().and_then(|found| found.body.clone());
        let text = text.map(|range| letter.text[range].trim_end().to_owned());
        if !found.as_ref().is_some_and(right)
            || text.as_deref() != Some("It flickers.")
            || letter.visible_text != "Please."
        {
            differing.push(format!("{case}: {found:?} {text:?} {:?}", letter.visible_text));
        }
    }
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
}

#[test]
fn the_same_head_in_an_answer_is_no_forward() {
    for (case, above, block) in heads::BLOCKS {
        let text = format!("Yes.\n\n{above}\n{block}\n\nIt flickers.\n");
        for subject in ["Re: The lamp", "AW: The lamp", "SV: Fwd: The lamp", "回复: The lamp"] {
            assert_eq!(original(subject, &text), None, "{case}: {subject}");
        }
        let cites = "In-Reply-To: <a1@shop.example>\n";
        assert_eq!(letter("The lamp", &text, cites).forwarded, None, "{case} that cites");
    }
}

#[test]
fn originals_are_known_by_the_marks_of_many_programs() {
    let mut differing = Vec::new();
    for case in forwards::LETTERS {
        let letter = letter(case.subject, case.text, "");
        let found = letter.forwarded.as_ref().map(told);
        let expected = (
            case.name.to_owned(),
            case.address.to_owned(),
            case.original.to_owned(),
            case.sent_at.to_owned(),
        );
        if found.as_ref() != Some(&expected) || letter.visible_text != case.note {
            differing.push(format!("{}: {found:?}\n  {:?}", case.program, letter.visible_text));
        }
    }
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
}

#[test]
fn a_letter_without_a_note_is_shown_whole() {
    let text = "---------- Forwarded message ---------\nFrom: Ana <ana@shop.example>\nDate: Mon, 4 May 2026 at 10:00\nSubject: The lamp\nTo: <ben@office.example>\n\nIt flickers.";
    let letter = letter("Fwd: The lamp", text, "");
    assert_eq!(letter.visible_text, text);
    assert!(letter.forwarded.is_some());
}

#[test]
fn receivers_of_the_original_are_listed() {
    let text = "From: Ana <ana@shop.example>\nSent: Monday, May 4, 2026 10:00 AM\nTo: Muster, Ben <ben@office.example>; desk@office.example;\n Carl <carl@office.example>\nCc: Dora <dora@office.example>\nSubject: The lamp\n\nIt flickers.";
    let found = original("FW: The lamp", text).unwrap();
    let names: Vec<&str> = found.to.iter().map(|to| to.for_people()).collect();
    assert_eq!(names, ["Muster, Ben", "desk@office.example", "Carl"]);
    assert_eq!(found.cc[0].address, "dora@office.example");
}

#[test]
fn the_outermost_of_several_is_the_original() {
    let inner = "---------- Forwarded message ---------\nFrom: Carl <carl@far.example>\nDate: Sun, 3 May 2026 at 10:00\nSubject: A lamp\nTo: Ana <ana@shop.example>\n\nSee.";
    let text = format!(
        "Begin forwarded message:\n\nFrom: Ana <ana@shop.example>\nSubject: Fwd: A lamp\nDate: 4 May 2026 at 10:00:00 GMT\nTo: Ben <ben@office.example>\n\n{inner}"
    );
    let found = original("Fwd: A lamp", &text).unwrap();
    assert_eq!(found.from.unwrap().address, "ana@shop.example");
    assert_eq!(found.subject, "Fwd: A lamp");
}

#[test]
fn finnish_answers_and_norwegian_forwards_share_a_mark() {
    let block = |name: &str| heads::BLOCKS.iter().find(|block| block.0 == name).unwrap().2;
    assert_eq!(original("VS: The lamp", block("outlook fi")), None);
    assert!(original("VS: The lamp", block("outlook da")).is_some());
}

#[test]
fn an_attached_letter_is_the_original() {
    let attached = |subject: &str, text: &str, kind: &str| {
        let letter = format!(
            "From: Ben <ben@office.example>\nSubject: {subject}\nMIME-Version: 1.0\n\
             Content-Type: {kind}; boundary=b\n\n--b\nContent-Type: text/plain\n\n{text}\n--b\n\
             Content-Type: message/rfc822\n\nFrom: Ana Muster <ana@shop.example>\n\
             Subject: =?utf-8?q?Die_Lampe_f=C3=BCr_den_Flur?=\nDate: Mon, 04 May 2026 10:00:00 +0000\n\n\
             It flickers.\n--b--\n"
        );
        parse(letter.as_bytes()).forwarded
    };
    let expected = (
        "Ana Muster".to_owned(),
        "ana@shop.example".to_owned(),
        "Die Lampe für den Flur".to_owned(),
        "2026-05-04T10:00:00Z".to_owned(),
    );
    for (subject, text) in [("Fwd: x", "Please look."), ("x", " "), ("WG: x", "")] {
        let found = attached(subject, text, "multipart/mixed");
        assert_eq!(found.as_ref().map(told), Some(expected.clone()), "{subject}");
    }
    assert_eq!(attached("Examples", "Here is one.", "multipart/mixed"), None);
    assert_eq!(attached("Fwd: x", "", "multipart/report; report-type=delivery-status"), None);
}

#[test]
fn a_subject_alone_makes_no_forward() {
    for text in ["Please look at this.", "", "> quoted\n> lines", "From: Berlin\nTo: Munich"] {
        assert_eq!(original("Fwd: The lamp", text), None, "{text}");
    }
    assert_eq!(original("Journey", "From: Berlin\nTo: Munich\nDate: 4 May 2026"), None);
}

#[test]
fn letters_in_html_alone_are_folded_by_what_programs_mark_in_them() {
    let mut differing = Vec::new();
    for case in html::LETTERS {
        let raw = format!(
            "From: Alex <alex@x.example>\nSubject: {}\nDate: Tue, 05 May 2026 09:00:00 +0200\n\
             MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\
             Content-Transfer-Encoding: 8bit\n\n{}\n",
            case.subject, case.html
        );
        let letter = parse(raw.as_bytes());
        let found = letter
            .forwarded
            .as_ref()
            .map(told)
            .map_or(String::new(), |found| [found.0, found.1, found.2, found.3].join("|"));
        if letter.visible_text != case.visible || found != case.forwarded {
            differing.push(format!("== {}: {found:?}\n{}", case.program, letter.visible_text));
        }
    }
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
}
