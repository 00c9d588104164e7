//! Finding tickets: in every script, by parts and beginnings, under conditions, page by page; what is
//! deleted or erased is not found, and of what is erased no word is left in the file.

#![allow(clippy::unwrap_used)]

#[path = "support/policy.rs"]
mod policy;
mod support;

use std::path::Path;

use counterfoil::desk::change::Change;
use counterfoil::desk::ledger::Original;
use counterfoil::desk::new::NewArticle;
use counterfoil::desk::policy::Policy;
use counterfoil::desk::query::Query;
use counterfoil::desk::retention::Days;
use counterfoil::desk::rules::{Rule, Then, When};
use counterfoil::desk::ticket::{Kind, LedgerId, OutboxId, State, TicketNumber};
use counterfoil::mail::{Address, Attachment, Message, MessageId};
use counterfoil::store::intake::{Filing, Prepared};
use counterfoil::store::listing::Seen;
use counterfoil::store::search::Found;
use counterfoil::store::{MailboxId, Store};
use counterfoil::time::Timestamp;
use proptest::prelude::*;
use support::{Office, Wishes};

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);
const DAYS: Days = Days { recovery: 30, closed: None };

struct Desk {
    store: Store,
    mailbox: MailboxId,
    policy: Policy,
    listed: i64,
    now: Timestamp,
}

impl Desk {
    fn at(path: &Path) -> Self {
        let mut store = Store::open(path, NOW).unwrap();
        let (mailbox, activated_at) =
            store.mailbox("support", "desk@office.example", Some(NOW), NOW).unwrap();
        let when = When { subject: Some(regex::Regex::new("invoice").unwrap()), ..When::default() };
        let then = Then {
            queue: Some("Second Level".into()),
            assign: Some("ana".into()),
            tags: vec!["Money".into()],
            ..Then::default()
        };
        let policy = Policy {
            acknowledge: false,
            rules: vec![Rule { name: "money".into(), when, then, stop: false }],
            ..policy::usual("desk@office.example", activated_at, store.tag_key().unwrap())
        };
        Self { store, mailbox, policy, listed: 0, now: NOW }
    }

    /// Takes a letter in, an hour after the one before; answers with its ticket.
    fn take(&mut self, message: Message) -> TicketNumber {
        self.now = self.now.plus_seconds(3_600);
        self.listed += 1;
        let seen = Seen {
            item_id: format!("item-{}", self.listed),
            message_id: message.message_id.clone(),
            received_at: self.now,
            size: None,
        };
        self.store.note_listed(self.mailbox, &[seen], self.now).unwrap();
        let raw = message.text.clone().into_bytes();
        let row = LedgerId(self.listed);
        let prepared = Prepared::new(row, self.now, raw, message);
        let filing = Filing { due: false, original: Original::Kept };
        self.store.take_in(self.mailbox, vec![prepared], filing, &self.policy, self.now).unwrap();
        self.store.ledger_row(row).unwrap().ticket.unwrap()
    }

    fn letter(&mut self, subject: &str, text: &str) -> TicketNumber {
        let message = self.message(subject, text);
        self.take(message)
    }

    fn message(&self, subject: &str, text: &str) -> Message {
        Message {
            message_id: MessageId::new(&format!("{}@shop.example", self.listed + 1)),
            from: Some(Address {
                address: "ana.weber@shop.example".into(),
                name: "Änne Weber".into(),
            }),
            to: vec![Address::bare("desk@office.example")],
            subject: subject.into(),
            text: text.into(),
            visible_text: text.into(),
            ..Message::default()
        }
    }

    fn note(&mut self, ticket: TicketNumber, text: &str) {
        self.now = self.now.plus_seconds(3_600);
        let note = NewArticle {
            text: text.into(),
            visible_text: text.into(),
            ..NewArticle::empty(Kind::Note)
        };
        self.store
            .write_article(ticket, self.mailbox, &note, State::Open, "ana", self.now)
            .unwrap();
    }

    fn change(&mut self, ticket: TicketNumber, change: &Change) {
        self.store.change_ticket(ticket, std::slice::from_ref(change), "ana", self.now).unwrap();
    }

    fn page(&mut self, text: &str, after: Option<i64>, limit: u32) -> Found {
        let query =
            Query::read(text, "CF", self.now).unwrap_or_else(|error| panic!("{text}: {error}"));
        self.store.search(&query, after, limit).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    /// The numbers of the tickets that are found, in order.
    fn find(&mut self, text: &str) -> Vec<i64> {
        let found = self.page(text, None, 100);
        assert_eq!((found.next, found.not_indexed), (None, 0), "{text}");
        found.results.iter().map(|hit| hit.number.0).collect()
    }
}

fn desk() -> (tempfile::TempDir, Desk) {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::at(&folder.path().join("counterfoil.db"));
    (folder, desk)
}

fn file(name: &str, inline: bool) -> Attachment {
    Attachment {
        filename: name.into(),
        content_type: "image/png".into(),
        bytes: name.as_bytes().to_vec(),
        inline,
        ..Attachment::default()
    }
}

#[test]
fn words_are_found_in_every_script_by_parts_and_beginnings() {
    let (_folder, mut desk) = desk();
    desk.letter("The lamp flickers", "Since Monday the light in hall 4 is broken.");
    desk.letter("Bestellung RE-2025-00123456", "Müller aus der Hauptstraße wartet auf Łódź.");
    desk.letter("打印机坏了", "我们办公室的打印机坏了，请帮忙。");
    desk.letter("ไฟดับ", "ไฟฟ้าในสำนักงานดับตั้งแต่เช้า");
    desk.letter("Сломался принтер", "Ёлка горит, а принтер не печатает.");
    desk.letter("プリンター", "プリンターが壊れました。電源が入りません。");
    desk.letter("طابعة", "الطابعة مُعَطَّلة منذ أمس");
    let mut with_file = desk.message("Your invoice", "Please pay 4711-AB.");
    with_file.from = Some(Address { address: "billing@contoso.example".into(), name: "Bo".into() });
    with_file.attachments = vec![file("Rechnung_März.pdf", false)];
    desk.take(with_file);
    for (query, expected) in [
        ("lamp", &[1][..]),
        ("LAMP monday", &[1]),
        ("lamp invoice", &[]),
        ("\"hall 4 is\"", &[1]),
        ("\"4 hall\"", &[]),
        ("flick*", &[1]),
        ("flick", &[]),
        ("\"light in ha\"*", &[1]),
        ("muller", &[2]),
        ("Mueller", &[2]),
        ("MÜLLER", &[2]),
        ("hauptstrasse lodz", &[2]),
        ("RE-2025-00123456", &[2]),
        ("00123456", &[2]),
        ("1234", &[2]),
        ("3456", &[2]),
        ("7777", &[]),
        ("打印机", &[3]),
        ("打印", &[3]),
        ("机", &[3]),
        ("办公室的打印机", &[3]),
        ("机打", &[]),
        ("ไฟฟ้า", &[4]),
        ("สำนักงาน", &[4]),
        ("ПРИНТЕР елка", &[5]),
        ("печат*", &[5]),
        ("電源", &[6]),
        ("プリンター", &[6]),
        ("معطلة", &[7]),
        ("rechnung", &[8]),
        ("maerz pdf", &[8]),
        ("4711", &[8]),
        ("4711-ab", &[8]),
        ("contoso", &[8]),
        ("weber lamp", &[1]),
        ("from:anne lamp", &[1]),
        ("from:ana.weber@shop.example lamp", &[1]),
        ("from:desk", &[]),
        ("to:desk invoice", &[8]),
        ("subject:lamp", &[1]),
        ("subject:monday", &[]),
        ("invoice -pay", &[]),
        ("pay OR invoice", &[]),
        ("from:weber -принтер -打印机 -lamp -müller -ไฟดับ -プリンター", &[7]),
    ] {
        assert_eq!(desk.find(query), expected, "{query}");
    }
}

#[test]
fn conditions_hold_together() {
    let (_folder, mut desk) = desk();
    let lamp = desk.letter("lamp", "one");
    let invoice = desk.letter("invoice for a lamp", "two");
    let mut with_picture = desk.message("lamp in a picture", "three");
    with_picture.attachments = vec![file("logo.png", true)];
    let picture = desk.take(with_picture);
    let mut with_file = desk.message("lamp with a file", "four");
    with_file.attachments = vec![file("plan.png", false)];
    let plan = desk.take(with_file);
    desk.change(lamp, &Change::State(State::Closed));
    let day = NOW.plus_days(1).to_string();
    let after = NOW.plus_seconds(2 * 3_600).to_string();
    for (query, expected) in [
        ("lamp", &[plan, picture, invoice, lamp][..]),
        ("lamp state:closed", &[lamp]),
        ("lamp -state:closed", &[plan, picture, invoice]),
        ("lamp state:closed state:new -queue:none", &[invoice]),
        ("lamp queue:\"second level\"", &[invoice]),
        ("queue:-", &[plan, picture, lamp]),
        ("assignee:Ana", &[invoice]),
        ("assignee:none -has:attachment", &[picture, lamp]),
        ("tag:money", &[invoice]),
        ("lamp -tag:money state:new", &[plan, picture]),
        ("has:attachment", &[plan]),
        (&format!("after:{after}"), &[plan, picture, invoice]),
        (&format!("lamp before:{after}"), &[lamp]),
        (&format!("lamp after:{day}"), &[]),
        (&format!("before:{day} state:closed"), &[lamp]),
        ("before:2001", &[]),
    ] {
        let expected: Vec<i64> = expected.iter().map(|number| number.0).collect();
        assert_eq!(desk.find(query), expected, "{query}");
    }
}

#[test]
fn a_number_or_tag_comes_first() {
    let (_folder, mut desk) = desk();
    let first = desk.letter("lamp", "one");
    desk.letter("about something else", "there were 1 of them");
    for query in ["1", "#1", "CF#1", "[cf#1-x7k2]"] {
        assert_eq!(desk.find(query)[0], 1, "{query}");
    }
    assert_eq!(desk.find("1"), [1, 2], "what holds the number follows");
    assert_eq!(desk.find("99"), [0; 0]);
    desk.change(first, &Change::Delete);
    assert_eq!(desk.find("CF#1"), [0; 0]);
}

#[test]
fn each_ticket_is_found_once_on_all_pages_by_its_newest_article() {
    let (_folder, mut desk) = desk();
    let tickets: Vec<TicketNumber> =
        (0..9).map(|nth| desk.letter(&format!("lamp {nth}"), "flickers")).collect();
    for ticket in [2, 5, 2, 7] {
        desk.note(tickets[ticket], "the lamp again, fixed");
    }
    let expected = [8, 3, 6, 9, 7, 5, 4, 2, 1];
    assert_eq!(desk.find("lamp"), expected);
    assert_eq!(desk.find("state:new state:open"), expected, "without a word as well");
    for limit in 1..=4 {
        for query in ["lamp", "lam*", "state:new state:open"] {
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let found = desk.page(query, after, limit);
                assert!(found.results.len() <= limit as usize);
                seen.extend(found.results.iter().map(|hit| hit.number.0));
                after = found.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expected, "{query}, {limit} on a page");
        }
    }
    let found = desk.page("lamp", None, 1);
    assert_eq!((found.results[0].article.0, found.results[0].at), (13, desk.now));
}

#[test]
fn one_answer_looks_back_only_so_far_and_the_next_goes_on() {
    let (_folder, mut desk) = desk();
    let old = desk.letter("invoice", "the lamp");
    let ticket = desk.letter("Everybody", "the lamp");
    for _ in 0..4_200 {
        desk.note(ticket, "lamp");
    }
    let found = desk.page("lamp tag:money", None, 1);
    assert_eq!(found.results.len(), 0);
    let found = desk.page("lamp tag:money", found.next, 1);
    assert_eq!(found.results[0].number, old);
}

#[test]
fn a_beginning_that_goes_on_in_very_many_ways_is_found_by_reading() {
    let (_folder, mut desk) = desk();
    for nth in 0..150 {
        desk.letter("lamp", &format!("unterlage{nth} hall {nth}"));
    }
    desk.letter("untertasse", "hall unterteller");
    for (query, expected) in [
        ("unterl*", (1..=150).rev().collect::<Vec<i64>>()),
        ("unter*", (1..=151).rev().collect()),
        ("un*", (1..=151).rev().collect()),
        ("unt*", (1..=151).rev().collect()),
        ("untert*", vec![151]),
        ("subject:unter*", vec![151]),
        ("unter* -unterl*", vec![151]),
        ("hall -un* -x", vec![]),
        ("\"hall unter\"*", vec![151]),
        ("un* from:weber \"hall 7\"", vec![8]),
        ("un* -\"hall 7\" 8", vec![9]),
    ] {
        let found = desk.page(query, None, 200);
        let numbers: Vec<i64> = found.results.iter().map(|hit| hit.number.0).collect();
        assert_eq!(numbers, expected, "{query}");
    }
    let (mut seen, mut after) = (0, None);
    loop {
        let found = desk.page("unter*", after, 40);
        seen += found.results.len();
        after = found.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, 151, "page by page");
}

#[test]
fn a_snippet_shows_the_words_where_they_stand() {
    let (_folder, mut desk) = desk();
    let before = "Nothing of note happened. ".repeat(20);
    desk.letter("x", &format!("{before}The Straße lamp <b>flickers</b>. {before}"));
    desk.letter("y", "我们办公室的打印机坏了");
    let mut shown = |query: &str| -> String {
        let found = desk.page(query, None, 1);
        let piece = |piece: &counterfoil::store::search::Piece| match piece.marked {
            true => format!("[{}]", piece.text),
            false => piece.text.clone(),
        };
        found.results[0].snippet.iter().map(piece).collect()
    };
    let text = shown("strasse flick*");
    assert!(text.starts_with("…") && text.ends_with("…"), "{text}");
    assert!(text.contains("The [Straße] lamp <b>[flickers]</b>. Nothing"), "{text}");
    assert!(text.chars().count() < 200, "{text}");
    assert_eq!(shown("打印机"), "我们办公室的[打印机]坏了");
    assert_eq!(shown("y"), "我们办公室的打印机坏了", "found in the subject only");
}

#[test]
fn what_is_deleted_is_found_only_when_asked_for() {
    let (_folder, mut desk) = desk();
    let ticket = desk.letter("lamp", "flickers");
    desk.change(ticket, &Change::Delete);
    assert_eq!(desk.find("lamp"), [0; 0]);
    assert_eq!(desk.find("lamp -state:closed"), [0; 0]);
    assert_eq!(desk.find("lamp state:deleted"), [1]);
    desk.change(ticket, &Change::Undelete);
    assert_eq!(desk.find("lamp"), [1]);
}

#[test]
fn of_what_is_erased_no_word_is_left_in_the_file() {
    let (folder, mut desk) = desk();
    // Around it, so that it shares pages with others and is moved when they are joined.
    for nth in 0..100 {
        desk.letter(&format!("lamp {nth}"), &format!("vjq{nth} vjz{nth} flickers"));
    }
    let mut secret = desk.message("the vjwkortholt", "vjxbassethorn 90817263544 lamp");
    secret.from =
        Some(Address { address: "vjymusette@shop.example".into(), name: "Vjrzink".into() });
    secret.attachments = vec![file("vjtgemshorn.pdf", false)];
    let ticket = desk.take(secret);
    for nth in 0..100 {
        desk.letter(&format!("lamp {nth}"), &format!("vjq{nth} vjz{nth} flickers"));
    }
    while desk.store.tidy_index().unwrap() {}
    let words = ["kortholt", "bassethorn", "musette", "zink", "gemshorn", "17263544"];
    assert_eq!(desk.find("vjxbassethorn"), [ticket.0]);
    desk.change(ticket, &Change::Delete);
    assert_eq!(desk.store.erase(DAYS, desk.now.plus_days(31), 10).unwrap().len(), 1);
    for query in ["vjxbassethorn state:deleted", "vjymusette", "vjtgemshorn", "17263544", "vjx*"] {
        assert_eq!(desk.find(query), [0; 0], "{query}");
    }
    assert_eq!(desk.page("lamp", None, 1_000).results.len(), 200, "the others are untouched");
    for name in ["counterfoil.db", "counterfoil.db-wal"] {
        let bytes = std::fs::read(folder.path().join(name)).unwrap_or_default();
        for word in words {
            let found = bytes.windows(word.len()).any(|here| here == word.as_bytes());
            assert!(!found, "{word} is left in {name}");
        }
    }
    let db = rusqlite::Connection::open(folder.path().join("counterfoil.db")).unwrap();
    db.execute_batch("INSERT INTO search (search, rank) VALUES ('integrity-check', 0)").unwrap();
}

#[test]
fn the_files_of_an_answer_that_is_sent_again_are_found_and_forgotten() {
    let (folder, mut desk) = desk();
    let ticket = desk.letter("lamp", "flickers");
    let answer = NewArticle {
        text: "see the plan".into(),
        visible_text: "see the plan".into(),
        to: vec![Address::bare("ana.weber@shop.example")],
        attachments: vec![file("vjtgemshorn.pdf", false)],
        ..NewArticle::empty(Kind::EmailOut)
    };
    desk.store.write_article(ticket, desk.mailbox, &answer, State::Open, "ana", desk.now).unwrap();
    desk.store.mark_refused(OutboxId(1), "no such mailbox", desk.now).unwrap();
    desk.store.send_again(OutboxId(1), "ana", desk.now).unwrap();
    let found = desk.page("vjtgemshorn has:attachment", None, 10);
    assert_eq!((found.results.len(), found.results[0].article.0), (1, 3));
    desk.change(ticket, &Change::Delete);
    desk.store.erase(DAYS, desk.now.plus_days(31), 10).unwrap();
    let db = rusqlite::Connection::open(folder.path().join("counterfoil.db")).unwrap();
    let words: i64 =
        db.query_row("SELECT count(*) FROM search_word", [], |row| row.get(0)).unwrap();
    assert_eq!(words, 0, "the index is empty");
}

#[test]
fn articles_from_before_there_was_an_index_are_put_in_bit_by_bit() {
    let (folder, mut desk) = desk();
    for nth in 0..10 {
        desk.letter(&format!("lamp {nth}"), "flickers vjxsecret");
    }
    // As the step from the schema before leaves it.
    let db = rusqlite::Connection::open(folder.path().join("counterfoil.db")).unwrap();
    db.execute_batch(
        "INSERT INTO search (search) VALUES ('delete-all');
         UPDATE installation SET indexed_from = (SELECT max(id) + 1 FROM article);",
    )
    .unwrap();
    desk.letter("lamp 10", "flickers");
    let found = desk.page("lamp", None, 100);
    assert_eq!((found.results.len(), found.not_indexed), (1, 10));
    // Erased before it was put in.
    desk.change(TicketNumber(1), &Change::Delete);
    desk.store.erase(DAYS, desk.now.plus_days(31), 10).unwrap();
    assert_eq!(desk.store.index_older(4).unwrap(), 4);
    let found = desk.page("lamp", None, 100);
    let numbers: Vec<i64> = found.results.iter().map(|hit| hit.number.0).collect();
    assert_eq!((numbers, found.not_indexed), (vec![11, 10, 9, 8, 7], 5));
    assert_eq!(desk.store.index_older(4).unwrap(), 4);
    assert_eq!(desk.store.index_older(4).unwrap(), 1);
    assert_eq!(desk.store.index_older(4).unwrap(), 0);
    assert_eq!(desk.find("lamp").len(), 10);
    db.execute_batch("INSERT INTO search (search, rank) VALUES ('integrity-check', 0)").unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_is_typed_never_makes_the_database_fail(
        text in "(lamp|NOT|AND|OR|NEAR|-|\"|\\*|\\(|\\)|\\^|:|from:|body:|has:|state:|'|;|\\\\|打|ü|\u{e000}|\u{0}| |.){0,12}"
    ) {
        thread_local! {
            static DESK: std::cell::RefCell<(tempfile::TempDir, Desk)> = {
                let (folder, mut desk) = desk();
                desk.letter("lamp", "打印 flickers");
                std::cell::RefCell::new((folder, desk))
            };
        }
        if let Ok(query) = Query::read(&text, "CF", NOW) {
            DESK.with_borrow_mut(|(_, desk)| desk.store.search(&query, None, 10).map(drop)).unwrap();
        }
    }
}

#[test]
fn the_command_line_answers_people_and_scripts() {
    let office = Office::new(&Wishes::default());
    let mut desk = Desk::at(&office.database());
    for nth in 0..3 {
        desk.letter(&format!("lamp {nth}"), "It flickers\u{1b}[31m in the hall.");
    }
    let found = office.json(&["search", "flick*", "--limit", "2"]);
    let first = &found["results"][0];
    assert_eq!(found["results"].as_array().unwrap().len(), 2);
    assert_eq!((&first["number"], &first["subject"]), (&3.into(), &"lamp 2".into()));
    assert_eq!((&first["state"], &first["article"]), (&"new".into(), &3.into()));
    assert_eq!(first["at"], desk.now.to_string());
    assert_eq!(first["snippet"][1], serde_json::json!({ "text": "flickers", "marked": true }));
    let next = found["next"].as_str().unwrap();
    let rest = office.json(&["search", "flick*", "--after", next]);
    assert_eq!((&rest["results"][0]["number"], &rest["next"]), (&1.into(), &().into()));
    let shown = office.run(&["search", "hall", "lamp"]);
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    assert!(shown.stdout.contains("3  new  "), "{}", shown.stdout);
    assert!(shown.stdout.contains("It flickers [31m in the [hall]."), "{}", shown.stdout);
    assert!(office.run(&["search", "nowhere"]).stdout.contains("nothing found"));
    let refused = office.run(&["search", "state:lost"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("`lost` is none of new, open"), "{}", refused.stderr);
}
