//! Whether the pages know what the desk, the store and the mailbox really say.

use std::collections::BTreeSet;

use super::*;
use crate::desk::caps::{self, Limits, Struck};
use crate::desk::change::Standing;
use crate::desk::outgoing::TooLarge;
use crate::desk::query::Query;
use crate::desk::ticket::{Machine, OutboxId, Priority, State, TicketNumber};
use crate::desk::{change, notice, outbox};
use crate::mail::Address;
use crate::time::Timestamp;

/// What the desk really says, so that a sentence changed there is missed here.
fn all() -> Vec<String> {
    let (seven, nine) = (TicketNumber(7), TicketNumber(9));
    let row = OutboxId(3);
    let text = || "ana@".to_owned();
    let changes = [
        change::NotPossible::Deleted(seven),
        change::NotPossible::NotDeleted(seven),
        change::NotPossible::DeleteInstead,
        change::NotPossible::Held(seven),
        change::NotPossible::Merged(seven, nine),
        change::NotPossible::NoAddress(text()),
        change::NotPossible::NoAgent { name: text(), known: vec!["ben".to_owned()] },
        change::NotPossible::NoAgent { name: text(), known: Vec::new() },
        change::NotPossible::NotAWord { what: "a queue", most: 60 },
        change::NotPossible::NotAWord { what: "a subject", most: 60 },
        change::NotPossible::NotAWord { what: "a tag", most: 60 },
        change::NotPossible::NotAWord { what: "a name", most: 60 },
        change::NotPossible::OurMailbox(text()),
        change::NotPossible::Reserved("-".to_owned()),
        change::NotPossible::TooManyTags(seven),
        change::NotPossible::Itself(seven),
        change::NotPossible::LongPast,
        change::NotPossible::NotLinked(seven, nine),
    ];
    let letters = [
        outbox::NotPossible::Sent(row),
        outbox::NotPossible::Leaving(row),
        outbox::NotPossible::Waiting(row),
        outbox::NotPossible::Undecided(row),
        outbox::NotPossible::Refused(row),
        outbox::NotPossible::Notice(row),
        outbox::NotPossible::SentAgain(row, "4".to_owned()),
    ];
    let long = "a".repeat(100_000);
    let many = "a ".repeat(200);
    let queries = [
        long.as_str(),
        many.as_str(),
        "-lamp",
        "\"\"",
        "from:",
        "subject:",
        "state:",
        "queue:",
        "assignee:",
        "priority:",
        "priority:5",
        "tag:",
        "mailbox:",
        "due:",
        "due:x",
        "before:",
        "has:",
        "-before:2026",
        "state:x",
        "has:x",
        "before:x",
    ];
    let queries = queries.map(|query| match Query::read(query, "CF", Timestamp::from_unix(0)) {
        Err(why) => why.to_string(),
        Ok(_) => panic!("{query} can be searched for"),
    });
    let standing = Standing {
        number: seven,
        state: State::Open,
        hold: false,
        subject: String::new(),
        assignee: None,
        priority: Priority::Normal,
        queue: None,
        due_at: None,
        tags: BTreeSet::new(),
        merged_into: None,
    };
    let splits = [(0, 0), (2, 1), (3, 3)].map(|(wanted, chosen)| {
        match change::split(&standing, 3, wanted, chosen) {
            Err(why) => why.to_string(),
            Ok(()) => panic!("{wanted} of 3 can be split off"),
        }
    });
    let struck = Struck::Replies(50).in_words(Some(&Address::bare("ana@shop.example")));
    changes
        .iter()
        .map(ToString::to_string)
        .chain(letters.iter().map(ToString::to_string))
        .chain(queries)
        .chain(splits)
        .chain([format!("not sent: {struck}")])
        .chain(["x".parse::<State>().map_or_else(|why| why.to_string(), |_| String::new())])
        .collect()
}

#[test]
fn every_sentence_of_the_desk_is_known_in_german() {
    for sentence in all() {
        let german = said(Language::German, &sentence);
        assert_ne!(german, sentence, "it is not known");
        for word in [" is ", " the ", " there ", " would ", "{}"] {
            assert!(!german.contains(word), "{sentence}: {german}");
        }
        let english = said(Language::English, &sentence);
        for typed in [
            "user add",
            "ticket show",
            "ticket delete",
            "undelete",
            "outbox retry",
            "outbox sent",
            "outbox discard",
        ] {
            assert!(!english.contains(typed), "{english}");
        }
    }
}

/// The sentences written out in a source, apart from its tests, with something in their places.
fn written_in(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let code: Vec<&str> =
        code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let texts = code.split('"').skip(1).step_by(2).map(|text| {
        let lines = text.split("\\\n").map(str::trim_start);
        let text = lines.collect::<String>().replace("{doing}", "sending a draft");
        let mut pieces = text.split('{');
        let mut whole = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            whole.push('x');
            whole.push_str(piece.split_once('}').map_or(piece, |(_, rest)| rest));
        }
        whole
    });
    let is_sentence = |text: &String| {
        text.matches(' ').count() > 2 && text.starts_with(|c: char| c.is_lowercase())
    };
    texts.filter(is_sentence).collect()
}

#[test]
fn every_reason_for_a_letter_that_does_not_leave_is_known_in_german() {
    let now = Timestamp::from_unix(1_800_000_000);
    let limits = Limits { letters_a_minute: 30, recipients_a_day: 1 };
    let held = [
        caps::held_by_minute(limits, Some(now), now),
        caps::held_by_day((1, true), &[(now, 2)], 2),
        caps::held_by_day((1, false), &[(now, 2)], 2),
    ];
    let before = "550 5.1.1";
    let by_hand = [
        outbox::sent_again(OutboxId(7), ""),
        outbox::sent_again(OutboxId(7), before),
        outbox::given_up("he rang", ""),
        outbox::given_up("he rang", before),
    ];
    let answers = written_in(include_str!("../../../mailbox/answers.rs"));
    assert!(answers.len() > 15, "{answers:?}");
    let sender = include_str!("../../../workers/sender.rs");
    let noted = [
        "this mailbox sends no notices",
        "its sender has no address to write from",
        "its sending was interrupted; looking again before sending it",
        "it is neither in Drafts nor in Sent Items; it is not sent again by itself",
    ];
    for fixed in noted {
        assert!(sender.contains(fixed), "{fixed} is said otherwise now");
    }
    let too_large = TooLarge { size: 50_000_000, most: 40_000_000 };
    let others = [
        too_large.to_string(),
        "`x` is no address that mail can be sent to; correct it and write again".to_owned(),
        "sending a draft: the service limits the requests to x@y; waiting 30 s as asked".to_owned(),
        "drafting a message: cannot reach 127.0.0.1: connection refused; check the network, [network] \
         proxy and the firewall (TCP 8080)"
            .to_owned(),
    ];
    let held = held.into_iter().flatten().map(|held| held.why);
    let noted = noted.into_iter().map(str::to_owned);
    let all = held.chain(by_hand).chain(answers).chain(noted).chain(others);
    for sentence in all {
        let german = said(Language::German, &sentence);
        for word in
            [" the ", " is ", " at ", " again", "waits", "sending", "draft", "refused", "{}"]
        {
            assert!(!german.contains(word), "{sentence}: {german}");
        }
        assert_ne!(german, sentence, "it is not known");
    }
}

#[test]
fn what_stands_in_a_sentence_is_carried_over() {
    for (english, german) in [
        (
            "ticket 7 was merged into ticket 9; change that one",
            "Ticket 7 ist in Ticket 9 aufgegangen; ändern Sie dieses",
        ),
        (
            "not sent: 50 answers to ana@x.example within the hour; wait, or look whether a program answers",
            "nicht gesendet: 50 Antworten an ana@x.example binnen einer Stunde; warten Sie, oder \
          sehen Sie nach, ob dort ein Programm antwortet",
        ),
        (
            "`` is no address such as ana@shop.example",
            "eine Adresse ist nötig, etwa ana@shop.example",
        ),
        ("`state:`: `x` is none of new, open", "„state:“: „x“ ist keines von new, open"),
        (
            "outbox 32 was sent again already, as outbox 72",
            "Postausgang 32 wurde bereits erneut gesendet (als Postausgang 72)",
        ),
        (
            "sending a draft: at least one recipient's address is not valid; correct it and write again",
            "beim Senden: mindestens eine Adresse der Empfänger ist ungültig; berichtigen Sie sie und \
             schreiben Sie noch einmal",
        ),
        ("something nobody foresaw", "something nobody foresaw"),
        ("ticket  is not deleted", "ticket  is not deleted"),
        ("", ""),
    ] {
        assert_eq!(said(Language::German, english), german);
    }
}

#[test]
fn both_sides_have_the_same_places() {
    for Sentence { desk, english, german } in SENTENCES.iter().chain(reasons::REASONS) {
        let places = |text: &str| text.matches("{}").count();
        assert_eq!(places(desk), places(english), "{desk}");
        assert_eq!(places(desk), places(german), "{desk}");
    }
}

#[test]
fn every_decision_on_a_message_and_every_note_of_ours_is_known_in_german() {
    let ana = Address::bare("ana@shop.example");
    let struck = [
        Struck::Bounced(3),
        Struck::SameBody,
        Struck::Answer,
        Struck::AddressInHour(3),
        Struck::AddressInDay(10),
        Struck::DomainInDay(50),
        Struck::TicketInDay(9),
    ];
    let notes = struck.into_iter().map(|struck| caps::note(struck, &ana).text);
    let withheld = [notice::withheld(0, true), notice::withheld(99, false)].into_iter().flatten();
    let withheld = withheld.map(|why| format!("ben was not told of this: {why}"));
    let machines = Machine::ALL.iter().map(|kind| format!("machine mail ({kind}); not answered"));
    let decided = written_in(include_str!("../../../desk/intake.rs"));
    // What the audit trail says, and what the words of a server stand in.
    let is_said = |text: &String| !text.starts_with("of article") && !text.contains("machine mail");
    let heard = written_in(include_str!("../../../desk/noticed.rs"));
    let heard = heard.into_iter().filter(|text| text != "an answer to a notice");
    let heard = heard.filter(|text| text != "by answering a notice");
    let all: Vec<String> = decided
        .into_iter()
        .filter(is_said)
        .chain(heard)
        .chain(notes)
        .chain(withheld)
        .chain(machines)
        .collect();
    assert!(all.len() > 25, "{all:?}");
    for sentence in all {
        let german = said(Language::German, &sentence);
        assert_ne!(german, sentence, "it is not known");
        for word in [" the ", " is ", " was ", " within", " not ", " letters", "{}"] {
            assert!(!german.contains(word), "{sentence}: {german}");
        }
        assert_eq!(said(Language::English, &sentence), sentence);
    }
}
