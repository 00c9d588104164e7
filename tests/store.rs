//! The store by itself: what one batch becomes, the balance, the audit chain, retention, and which
//! files it refuses.

#![allow(clippy::unwrap_used)]

#[path = "support/policy.rs"]
mod policy;

use std::path::Path;

use counterfoil::desk::change::Change;
use counterfoil::desk::ledger::{Original, Outcome};
use counterfoil::desk::outgoing;
use counterfoil::desk::policy::Policy;
use counterfoil::desk::retention::Days;
use counterfoil::desk::ticket::{Delivery, LedgerId, Role, State, TicketNumber};
use counterfoil::desk::writing::Writing;
use counterfoil::mail::{Address, Attachment, Message, MessageId};
use counterfoil::store::audit::Verdict;
use counterfoil::store::filing::Filed;
use counterfoil::store::intake::{Filing, Prepared};
use counterfoil::store::ledger::Setback;
use counterfoil::store::ledger_lists;
use counterfoil::store::listing::Seen;
use counterfoil::store::lists::Filter;
use counterfoil::store::outbox::Stage;
use counterfoil::store::{Error, Lock, MailboxId, Store};
use counterfoil::time::Timestamp;

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);
const FILING: Filing = Filing { due: true, original: Original::InMailbox };
const DAYS: Days = Days { recovery: 30, closed: None };

struct House {
    folder: tempfile::TempDir,
    store: Store,
    mailbox: MailboxId,
    policy: Policy,
    listed: u32,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(&folder.path().join("counterfoil.db"), NOW).unwrap();
        let (mailbox, activated_at) =
            store.mailbox("support", "desk@office.example", Some(NOW.plus_days(-1)), NOW).unwrap();
        let policy = policy::usual("desk@office.example", activated_at, store.tag_key().unwrap());
        Self { folder, store, mailbox, policy, listed: 0 }
    }

    /// Lists a letter and prepares it.
    fn arrive(&mut self, message: Message) -> Prepared {
        self.listed += 1;
        let seen = Seen {
            item_id: format!("item-{}", self.listed),
            message_id: message.message_id.clone(),
            received_at: NOW,
            size: None,
        };
        self.store.note_listed(self.mailbox, &[seen], NOW).unwrap();
        let row = i64::from(self.listed);
        let raw = message.text.clone();
        Prepared::new(LedgerId(row), NOW, raw.as_bytes().to_vec(), message)
    }

    fn take_in(&mut self, batch: Vec<Prepared>) -> Vec<Option<Outcome>> {
        let policy = self.policy.clone();
        let taken = self.store.take_in(self.mailbox, batch, FILING, &policy, NOW).unwrap();
        taken.into_iter().map(|taken| taken.outcome).collect()
    }

    fn take(&mut self, message: Message) -> Option<Outcome> {
        let prepared = self.arrive(message);
        self.take_in(vec![prepared]).remove(0)
    }

    fn closes(&mut self) {
        for balance in self.store.balance().unwrap() {
            assert!(balance.closes, "{balance:?}");
        }
        assert!(matches!(self.store.verify_audit().unwrap(), Verdict::Whole { .. }));
    }
}

fn letter(id: &str, cites: &[&str]) -> Message {
    Message {
        message_id: MessageId::new(id),
        references: cites.iter().filter_map(|id| MessageId::new(id)).collect(),
        from: Some(Address { address: "Ana@shop.example".into(), name: "Ana".into() }),
        to: vec![Address::bare("desk@office.example")],
        subject: format!("About {id}"),
        text: format!("text of {id}\n> quoted"),
        visible_text: format!("text of {id}"),
        ..Message::default()
    }
}

#[test]
fn an_answer_joins_its_question_in_the_same_batch() {
    let mut house = House::new();
    let batch = vec![
        house.arrive(letter("a@x", &[])),
        house.arrive(letter("b@x", &["a@x"])),
        house.arrive(letter("c@x", &[])),
    ];
    let outcomes = house.take_in(batch);
    let (opened, joined) = (Some(Outcome::Opened), Some(Outcome::Joined));
    assert_eq!(outcomes, [opened, joined, opened]);
    let ticket = house.store.ticket(TicketNumber(1)).unwrap();
    let texts: Vec<&str> = ticket.articles.iter().map(|a| a.visible_text.as_str()).collect();
    assert_eq!((texts[0], texts[2]), ("text of a@x", "text of b@x"));
    assert_eq!(ticket.articles[1].delivery, Some(Delivery::Queued), "the acknowledgement");
    assert_eq!(ticket.requester.unwrap().address, "Ana@shop.example");
    house.closes();
}

#[test]
fn an_answer_before_its_question_and_siblings_meet_in_one_ticket() {
    let mut house = House::new();
    let same = |mut message: Message, subject: &str| {
        message.subject = subject.into();
        message
    };
    assert_eq!(house.take(letter("b@x", &["a@x"])), Some(Outcome::Opened));
    assert_eq!(house.take(letter("a@x", &[])), Some(Outcome::Joined), "the question came later");
    let first = same(letter("s1@x", &["never-seen@x"]), "Re: Lamp");
    assert_eq!(house.take(first), Some(Outcome::Opened));
    let sibling = same(letter("s2@x", &["never-seen@x"]), "RE: Lamp");
    assert_eq!(house.take(sibling), Some(Outcome::Joined));
    let other = same(letter("s3@x", &["never-seen@x"]), "Re: Chair");
    assert_eq!(house.take(other), Some(Outcome::Opened), "another subject is no sibling");
}

#[test]
fn the_same_letter_twice_is_a_duplicate_and_a_shared_id_is_not() {
    let mut house = House::new();
    assert_eq!(house.take(letter("a@x", &[])), Some(Outcome::Opened));
    assert_eq!(house.take(letter("a@x", &[])), Some(Outcome::Duplicate));
    let mut other = letter("a@x", &[]);
    other.text = "another letter under the same id".into();
    assert_eq!(house.take(other), Some(Outcome::Opened));
    house.closes();
}

#[test]
fn an_article_names_the_row_that_became_it_though_an_earlier_one_is_the_duplicate() {
    let mut house = House::new();
    let (first, second) = (house.arrive(letter("a@x", &[])), house.arrive(letter("a@x", &[])));
    let outcomes = house.take_in(vec![second, first]);
    assert_eq!(outcomes, [Some(Outcome::Opened), Some(Outcome::Duplicate)]);
    let ticket = house.store.ticket(TicketNumber(1)).unwrap();
    assert_eq!(ticket.articles[0].ledger_id, Some(LedgerId(2)));
}

#[test]
fn an_item_is_listed_once_and_taken_in_once() {
    let mut house = House::new();
    let first = house.arrive(letter("a@x", &[]));
    let seen = Seen { item_id: "item-1".into(), message_id: None, received_at: NOW, size: Some(1) };
    assert_eq!(house.store.note_listed(house.mailbox, &[seen.clone(), seen], NOW).unwrap().new, 0);
    let again = Prepared::new(LedgerId(1), NOW, b"raw".to_vec(), letter("a@x", &[]));
    assert_eq!(house.take_in(vec![first, again]), [Some(Outcome::Opened), None]);
    assert_eq!(house.store.balance().unwrap()[0].listed, 1);
}

#[test]
fn attachments_are_stored_once_per_content_and_come_back_whole() {
    let mut house = House::new();
    let bytes = vec![7_u8; 100_000];
    for id in ["a@x", "b@x"] {
        let mut message = letter(id, &[]);
        message.attachments = vec![Attachment {
            filename: "seven.bin".into(),
            content_type: "application/octet-stream".into(),
            bytes: bytes.clone(),
            ..Attachment::default()
        }];
        house.take(message);
    }
    let mut ids = Vec::new();
    for number in [1, 2] {
        let ticket = house.store.ticket(TicketNumber(number)).unwrap();
        let info = ticket.articles[0].attachments[0].clone();
        assert_eq!(info.size, 100_000);
        ids.push(info.id);
    }
    assert_eq!(house.store.attachment(ids[1]).unwrap().1, bytes);
    let db = rusqlite::Connection::open(house.store.path()).unwrap();
    let contents: i64 = db.query_row("SELECT count(*) FROM content", [], |r| r.get(0)).unwrap();
    assert_eq!(contents, 1);
    assert_eq!(house.store.raw(LedgerId(1)).unwrap(), b"text of a@x\n> quoted");
}

#[test]
fn a_setback_is_noted_and_closes_the_sum() {
    let mut house = House::new();
    for id in ["a@x", "b@x", "c@x"] {
        house.arrive(letter(id, &[]));
    }
    let later = NOW.plus_seconds(60);
    let setbacks = [
        (LedgerId(1), Setback::Retry(later), "slow".to_owned()),
        (LedgerId(2), Setback::Quarantine(None), "too large".to_owned()),
        (LedgerId(3), Setback::Vanished, "gone".to_owned()),
    ];
    house.store.set_back(&setbacks, NOW).unwrap();
    assert!(house.store.waiting(house.mailbox, NOW, 10).unwrap().is_empty());
    let waiting = house.store.waiting(house.mailbox, later, 10).unwrap();
    house.store.try_again(&[LedgerId(2)], true, "cli", NOW).unwrap();
    let slow = (LedgerId(2), Setback::Retry(NOW), "slow".to_owned());
    house.store.set_back(&[slow], NOW).unwrap();
    let forced = house.store.waiting(house.mailbox, NOW, 10).unwrap();
    assert!(forced[0].forced, "a passing failure does not undo what a person wants");
    house
        .store
        .set_back(&[(LedgerId(2), Setback::Quarantine(None), "no".to_owned())], NOW)
        .unwrap();
    assert_eq!((waiting.len(), waiting[0].attempts), (1, 1));
    assert_eq!(house.store.next_retry(house.mailbox).unwrap(), Some(later));
    let balance = house.store.balance().unwrap().remove(0);
    assert_eq!((balance.waiting, balance.quarantined, balance.vanished), (1, 1, 1));
    house.closes();
}

#[test]
fn an_original_is_filed_step_by_step() {
    let mut house = House::new();
    house.take(letter("a@x", &[]));
    let due =
        |house: &mut House, now| house.store.to_file(house.mailbox, LedgerId(0), now, 10).unwrap();
    assert!(!due(&mut house, NOW)[0].copied);
    let until = DAYS.end_of(NOW);
    house
        .store
        .note_filed(&[(LedgerId(1), Filed::Copied { item_id: "copy".into() })], until, NOW)
        .unwrap();
    assert!(due(&mut house, NOW)[0].copied);
    let failed = Filed::Failed { reason: "full".into(), retry_at: NOW.plus_seconds(5) };
    house.store.note_filed(&[(LedgerId(1), failed)], until, NOW).unwrap();
    assert!(due(&mut house, NOW).is_empty());
    assert_eq!(house.store.ledger_row(LedgerId(1)).unwrap().reason, "full");
    assert_eq!(due(&mut house, NOW.plus_seconds(5))[0].attempts, 1);
    let removed = Filed::Removed { item_id: "bin-1".into() };
    house.store.note_filed(&[(LedgerId(1), removed)], until, NOW).unwrap();
    let row = house.store.ledger_row(LedgerId(1)).unwrap();
    assert_eq!((row.original, row.recoverable_until), (Original::Removed, Some(until)));
    assert_eq!(row.reason, "");
    assert!(row.raw_kept);
    house.closes();
}

#[test]
fn an_agents_answer_is_queued_and_goes_through_its_stages() {
    let mut house = House::new();
    house.policy.acknowledge = false;
    house.take(letter("a@x", &[]));
    let (thread, mailbox, name) = house.store.thread(TicketNumber(1), None).unwrap();
    assert_eq!(name, "support");
    let writing = Writing { text: "Done.".into(), ..Writing::default() };
    let (article, state) = outgoing::reply(&thread, writing, &house.policy).unwrap();
    let number = TicketNumber(1);
    house.store.write_article(number, mailbox, &article, state, "cli", NOW).unwrap();
    let due = house.store.next_due(mailbox, NOW).unwrap().unwrap();
    assert_eq!(due.stage, Stage::Queued);
    assert_eq!(due.letter.to[0].address, "Ana@shop.example");
    assert_eq!(due.letter.references, [MessageId::new("a@x").unwrap()]);
    let id = due.id;
    house.store.note_drafting(id).unwrap();
    assert_eq!(house.store.next_due(mailbox, NOW).unwrap().unwrap().stage, Stage::Drafting);
    let given = MessageId::new("given@provider").unwrap();
    house.store.note_draft(id, "draft-1", &given, NOW).unwrap();
    let due = house.store.next_due(mailbox, NOW).unwrap().unwrap();
    assert_eq!(due.stage, Stage::Drafted("draft-1".into()));
    house.store.mark_unknown(id, "lost", NOW.plus_seconds(5), NOW).unwrap();
    assert_eq!(house.store.next_due_at(mailbox).unwrap(), Some(NOW.plus_seconds(5)));
    house.store.mark_sent(id, NOW).unwrap();
    assert_eq!(house.store.next_due_at(mailbox).unwrap(), None);
    // An answer to what we sent joins by the id the provider gave it.
    assert_eq!(house.take(letter("b@x", &["given@provider"])), Some(Outcome::Joined));
    house.closes();
}

#[test]
fn what_is_past_its_days_is_gone_from_the_file_and_nothing_else_is() {
    let mut house = House::new();
    house.policy.acknowledge = false;
    let mut secret = letter("secret@x", &[]);
    secret.text = "the word is XYLOPHONE-4711".into();
    secret.subject = "XYLOPHONE-4711".into();
    house.take(secret);
    house.take(letter("b@x", &[]));
    let until = DAYS.end_of(NOW);
    for row in [1, 2] {
        let removed = Filed::Removed { item_id: format!("bin-{row}") };
        house.store.note_filed(&[(LedgerId(row), removed)], until, NOW).unwrap();
    }
    house.store.change_ticket(TicketNumber(1), &[Change::Delete], "cli", NOW).unwrap();
    house.store.change_ticket(TicketNumber(2), &[Change::Hold(true)], "cli", NOW).unwrap();
    assert!(house.store.expired(DAYS, until.plus_seconds(-1), 100).unwrap().is_empty());
    let preview = house.store.expired(DAYS, until, 100).unwrap();
    let gone = house.store.erase(DAYS, until, 100).unwrap();
    assert_eq!(preview, gone, "preview equals execution");
    let kinds: Vec<&str> = gone.iter().map(|expiry| expiry.kind).collect();
    assert_eq!(kinds, ["raw", "ticket"], "the held one stays");
    assert!(house.store.erase(DAYS, until, 100).unwrap().is_empty());
    assert!(house.store.raw(LedgerId(1)).is_err());
    assert!(house.store.raw(LedgerId(2)).is_ok());
    let erased = house.store.ticket(TicketNumber(1)).unwrap();
    assert!(erased.articles.is_empty() && erased.subject.is_empty());
    house.closes();
    let path = house.store.path().to_owned();
    for file in [path.clone(), path.with_extension("db-wal")] {
        let bytes = std::fs::read(&file).unwrap_or_default();
        let found = bytes.windows(14).any(|window| window == b"XYLOPHONE-4711");
        assert!(!found, "{} still holds what was erased", file.display());
    }
}

#[test]
fn closed_tickets_go_where_the_office_wants_it() {
    let mut house = House::new();
    house.take(letter("a@x", &[]));
    house
        .store
        .change_ticket(TicketNumber(1), &[Change::State(State::Closed)], "cli", NOW)
        .unwrap();
    let wanted = Days { recovery: 30, closed: Some(90) };
    assert!(house.store.expired(DAYS, NOW.plus_days(900), 10).unwrap().is_empty());
    assert_eq!(house.store.erase(wanted, NOW.plus_days(90), 10).unwrap().len(), 1);
    assert_eq!(house.store.ticket(TicketNumber(1)).unwrap().state, State::Deleted);
}

#[test]
fn the_audit_trail_can_be_added_to_and_nothing_else() {
    let mut house = House::new();
    house.take(letter("a@x", &[]));
    let path = house.store.path().to_owned();
    let db = rusqlite::Connection::open(&path).unwrap();
    for statement in ["UPDATE audit SET actor = 'x' WHERE seq = 1", "DELETE FROM audit"] {
        let error = db.execute(statement, []).unwrap_err().to_string();
        assert!(error.contains("append-only"), "{statement}: {error}");
    }
    let Verdict::Whole { entries, head } = house.store.verify_audit().unwrap() else {
        panic!("broken")
    };
    let newest = house.store.audit(None, 1).unwrap();
    assert_eq!((newest.rows[0].seq, &newest.rows[0].hash), (entries, &head));
    assert_eq!(newest.next, Some(entries));
    let originals = house.store.verify_originals().unwrap();
    assert_eq!((originals.kept, originals.damaged.len()), (1, 0));
    db.execute("UPDATE raw SET bytes = x'00'", []).unwrap();
    assert_eq!(house.store.verify_originals().unwrap().damaged, [LedgerId(1)]);
    // Somebody with the file in hand takes the trigger away first; the chain still tells.
    db.execute_batch("DROP TRIGGER audit_is_never_changed").unwrap();
    db.execute("UPDATE audit SET detail = 'x' WHERE seq = 2", []).unwrap();
    let verdict = house.store.verify_audit().unwrap();
    assert!(matches!(verdict, Verdict::Broken { seq: 2, .. }), "{verdict:?}");
}

#[test]
fn passwords_links_and_sessions_let_in_whom_they_should() {
    let mut house = House::new();
    let store = &mut house.store;
    let ana =
        store.add_agent("ana", "ana@office.example", Role::Agent, Some("correct"), NOW).unwrap();
    store.add_agent("ben", "ben@office.example", Role::Admin, None, NOW).unwrap();
    assert!(store.add_agent("ana", "x@office.example", Role::Agent, None, NOW).is_err());
    for (case, name, password, expected) in [
        ("right", "ana", "correct", true),
        ("wrong", "ana", "incorrect", false),
        ("unknown", "eve", "correct", false),
        ("has none", "ben", "", false),
    ] {
        assert_eq!(store.check_password(name, password).unwrap().is_some(), expected, "{case}");
    }
    let link = store.sign_in_link(ana, NOW.plus_seconds(60)).unwrap();
    assert_eq!(store.use_link("guess", NOW).unwrap(), None);
    assert_eq!(store.use_link(&link.0, NOW).unwrap(), Some(ana));
    assert_eq!(store.use_link(&link.0, NOW).unwrap(), None, "only once");
    let late = store.sign_in_link(ana, NOW.plus_seconds(60)).unwrap();
    assert_eq!(store.use_link(&late.0, NOW.plus_seconds(61)).unwrap(), None, "too late");
    let session = store.begin_session(ana, NOW).unwrap();
    assert_eq!(store.session(&session.0, NOW).unwrap().unwrap().name, "ana");
    assert!(store.session(&session.0, NOW.plus_days(1)).unwrap().is_none());
    store.end_session(&session.0).unwrap();
    assert!(store.session(&session.0, NOW).unwrap().is_none());
}

#[test]
fn lists_go_on_where_they_ended() {
    let mut house = House::new();
    for id in ["a@x", "b@x", "c@x", "d@x", "e@x"] {
        house.take(letter(id, &[]));
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = house.store.tickets(&Filter::default(), after, 2).unwrap();
        seen.extend(page.rows.iter().map(|ticket| ticket.number.0));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
    let of = |mailbox: &str, outcome| ledger_lists::Filter {
        mailbox: Some(mailbox.to_owned()),
        outcome,
        message: None,
    };
    let rows = house.store.ledger(&of("support", Some(Outcome::Opened)), None, 5).unwrap();
    assert_eq!((rows.rows.len(), rows.next), (5, None));
    assert!(house.store.ledger(&of("sales", None), None, 5).unwrap().rows.is_empty());
}

#[test]
fn a_file_that_is_not_ours_or_too_new_is_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let says = |path: &Path| match Store::open(path, NOW) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    };
    Store::open(&at("newer.db"), NOW).unwrap();
    let db = rusqlite::Connection::open(at("newer.db")).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    let other = rusqlite::Connection::open(at("other.db")).unwrap();
    other.execute_batch("CREATE TABLE song (name TEXT)").unwrap();
    drop(other);
    std::fs::write(at("text.db"), "not a database at all, but long enough to look at").unwrap();
    std::fs::create_dir(at("folder.db")).unwrap();
    for (file, expected) in [
        ("newer.db", "from a newer version"),
        ("other.db", "something else than counterfoil's tables"),
        ("text.db", "not a SQLite database"),
        ("folder.db", "cannot be opened or made there"),
        ("missing/x.db", "does not exist"),
    ] {
        let sentence = says(&at(file));
        assert!(sentence.contains(expected), "{file}: {sentence}");
        assert_eq!(sentence.lines().count(), 1, "{file}: {sentence}");
    }
}

#[test]
fn a_second_instance_is_refused_while_the_first_lives() {
    let house = House::new();
    let path = house.store.path().to_owned();
    let lock = Lock::take(&path).unwrap();
    assert!(matches!(Lock::take(&path), Err(Error::InUse(_))));
    drop(lock);
    assert!(Lock::take(&path).is_ok());
    assert!(house.folder.path().exists());
}

/// A database made by an earlier version, with something in every table that a step touches.
fn older(path: &Path, schema: &str, version: i64, follows: &str) {
    let db = rusqlite::Connection::open(path).unwrap();
    db.execute_batch(schema).unwrap();
    db.execute_batch(
        "INSERT INTO installation (id, created_at, tag_key) VALUES (1, '2026-01-01T00:00:00Z', x'00112233');
         INSERT INTO mailbox (name, address, activated_at)
           VALUES ('support', 'desk@office.example', '2026-01-01T00:00:00Z');
         INSERT INTO ticket (mailbox, subject, state, priority, created_at, updated_at)
           VALUES (1, 'first', 'closed', 'normal', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'),
                  (1, 'second', 'open', 'normal', '2026-02-01T00:00:00Z', '2026-02-01T00:00:00Z');
         INSERT INTO ledger (mailbox, item_id, received_at, listed_at)
           VALUES (1, 'item-1', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z');",
    )
    .unwrap();
    db.execute_batch(follows).unwrap();
    db.pragma_update(None, "user_version", version).unwrap();
}

/// Every table and index with its columns, however they came to be.
fn shape(path: &Path) -> Vec<String> {
    let db = rusqlite::Connection::open(path).unwrap();
    let mut lines = Vec::new();
    let mut names = db.prepare("SELECT type, name, tbl_name FROM sqlite_schema").unwrap();
    let found = names
        .query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        })
        .unwrap();
    for (kind, name, table) in found.map(Result::unwrap) {
        lines.push(format!("{kind} {name} on {table}"));
        let pragma = if kind == "index" { "index_info" } else { "table_info" };
        let mut columns = db.prepare(&format!("PRAGMA {pragma}('{name}')")).unwrap();
        let count = columns.column_count();
        let mut rows = columns.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            // Not the position: a column that was added later stands at the end.
            let values = (1..count).map(|at| format!("{:?}", row.get_ref(at).unwrap()));
            let values: Vec<String> = values.filter(|_| kind != "index").collect();
            let indexed = (kind == "index").then(|| format!("{:?}", row.get_ref(2).unwrap()));
            lines.push(format!("{name}: {} {}", values.join(" "), indexed.unwrap_or_default()));
        }
    }
    lines.sort();
    lines
}

#[test]
fn a_database_of_an_earlier_version_is_brought_up_to_date() {
    for (version, schema, follows) in [
        (
            1,
            include_str!("data/schema-1.sql"),
            "UPDATE ticket SET follows = 1 WHERE subject = 'second'",
        ),
        (
            2,
            include_str!("data/schema-2.sql"),
            "INSERT INTO ticket_link (ticket, other, relation) VALUES (2, 1, 'follows')",
        ),
        (
            3,
            include_str!("data/schema-3.sql"),
            "INSERT INTO ticket_link (ticket, other, relation) VALUES (2, 1, 'follows')",
        ),
        (
            4,
            include_str!("data/schema-4.sql"),
            "INSERT INTO ticket_link (ticket, other, relation) VALUES (2, 1, 'follows')",
        ),
        (
            5,
            include_str!("data/schema-5.sql"),
            "INSERT INTO ticket_link (ticket, other, relation) VALUES (2, 1, 'follows')",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old.db"), folder.path().join("new.db"));
        older(&old, schema, version, follows);
        let mut store = Store::open(&old, NOW).unwrap();
        drop(Store::open(&new, NOW).unwrap());
        assert_eq!(shape(&old), shape(&new), "from schema {version}");
        let second = store.ticket(TicketNumber(2)).unwrap();
        assert_eq!(second.links.len(), 1);
        assert_eq!(second.links[0].other, TicketNumber(1));
        let first = store.ticket(TicketNumber(1)).unwrap();
        assert_eq!(first.links[0].for_people(), "Goes on in");
        assert_eq!(store.balance().unwrap()[0].waiting, 1);
        drop(store);
        Store::open(&old, NOW).unwrap();
    }
}

#[test]
fn one_letter_in_two_mailboxes_opens_two_tickets_that_name_each_other() {
    let mut house = House::new();
    house.take(letter("a@x", &[]));
    let first = house.mailbox;
    let (second, _) =
        house.store.mailbox("sales", "sales@office.example", Some(NOW.plus_days(-1)), NOW).unwrap();
    house.mailbox = second;
    assert_eq!(house.take(letter("a@x", &[])), Some(Outcome::Opened));
    assert_eq!(house.take(letter("a@x", &[])), Some(Outcome::Duplicate));
    let ticket = house.store.ticket(TicketNumber(2)).unwrap();
    assert_eq!((ticket.mailbox.as_str(), ticket.links[0].other), ("sales", TicketNumber(1)));
    assert_eq!(ticket.links[0].for_people(), "Same letter in");

    // An answer to both is in the ticket it answers only once.
    house.mailbox = first;
    assert_eq!(house.take(letter("b@x", &["a@x"])), Some(Outcome::Joined));
    house.mailbox = second;
    assert_eq!(house.take(letter("b@x", &["a@x"])), Some(Outcome::Joined), "in its own ticket");
    assert_eq!(house.take(letter("c@x", &["b@x"])), Some(Outcome::Joined));
    house.mailbox = first;
    assert_eq!(house.take(letter("c@x", &["b@x"])), Some(Outcome::Joined));
    let articles = |house: &mut House, number| {
        let ticket = house.store.ticket(TicketNumber(number)).unwrap();
        let ids = ticket.articles.iter().filter(|article| article.delivery.is_none());
        ids.map(|article| article.message_id.as_ref().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(articles(&mut house, 1), ["a@x", "b@x", "c@x"]);
    assert_eq!(articles(&mut house, 2), ["a@x", "b@x", "c@x"]);

    // A letter known only through the other mailbox is not written down twice in its ticket.
    house.take(letter("d@x", &[]));
    house.mailbox = second;
    assert_eq!(house.take(letter("e@x", &["d@x"])), Some(Outcome::Joined));
    house.mailbox = first;
    assert_eq!(house.take(letter("e@x", &["d@x"])), Some(Outcome::Duplicate));
    house.closes();
}

#[test]
fn without_a_message_id_only_the_same_letter_of_the_same_second_is_a_duplicate() {
    let mut house = House::new();
    let nameless = |text: &str| Message { message_id: None, ..letter(text, &[]) };
    assert_eq!(house.take(nameless("one")), Some(Outcome::Opened));
    assert_eq!(house.take(nameless("two")), Some(Outcome::Opened));
    assert_eq!(house.take(nameless("one")), Some(Outcome::Duplicate), "as after a restore");
    house.listed += 1;
    let seen = Seen {
        item_id: "later".into(),
        message_id: None,
        received_at: NOW.plus_seconds(1),
        size: None,
    };
    house.store.note_listed(house.mailbox, &[seen], NOW).unwrap();
    let row = LedgerId(i64::from(house.listed));
    let later = Prepared::new(row, NOW.plus_seconds(1), b"x".to_vec(), nameless("one"));
    assert_eq!(house.take_in(vec![later]), [Some(Outcome::Opened)]);
    house.closes();
}
