//! The status page, the page of figures and the counts from outside, in both languages, and the
//! counts that triggers keep beside those that are really counted.
#![allow(clippy::unwrap_used, dead_code)]

#[path = "web/house.rs"]
mod house;

use std::time::{Duration, Instant};

use counterfoil::desk::change::Change;
use counterfoil::desk::figures::What;
use counterfoil::desk::ledger::Reconciliation;
use counterfoil::desk::ticket::{Role, State, TicketNumber};
use counterfoil::store::filing::Filed;
use counterfoil::store::ledger::Setback;
use counterfoil::store::listing::Seen;
use counterfoil::time::{Clock, DAY, Timestamp};
use house::{Answer, House, letter};

const GERMAN: &str = "Accept-Language: de\r\n";

fn get(house: &House, path: &str, headers: &str) -> Answer {
    house.raw(&format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\n{headers}Connection: close\r\n\r\n",
        house.host()
    ))
}

fn db(house: &House) -> rusqlite::Connection {
    rusqlite::Connection::open(&house.path).unwrap()
}

fn answer(house: &House, cookie: &str, number: i64) {
    let token = house.get_as(&format!("/tickets/{number}"), cookie).token();
    let form = [("token", token.as_str()), ("text", "We come at noon."), ("do", "reply")];
    let sent = house.post(&format!("/tickets/{number}/write"), cookie, &form);
    assert_eq!(sent.status, 303, "{sent:?}");
}

/// What was tallied of this in all hours.
fn tallied(house: &mut House, what: What) -> u64 {
    let figures = house.store.figures(Timestamp::from_unix(0)).unwrap();
    figures.tallies.iter().filter(|tally| tally.what == what).map(|tally| tally.amount).sum()
}

#[test]
fn the_status_page_speaks_german_and_monitors_hear_english() {
    let mut house = House::open();
    house.letter(letter(1));
    house.letter(letter(2));
    house.well();
    house.later(20);
    let page = get(&house, "/", GERMAN);
    let line =
        "Alles in Ordnung: zuletzt vor 20 Sekunden abgerufen, alle 2 Nachrichten nachgewiesen.";
    assert_eq!(page.first_line(), line);
    for expected in [
        "<html lang=\"de\">",
        "Postfächer",
        "<dt>Heute übernommen</dt><dd><b>2</b></dd>",
        "<b>2</b> wartend",
        "<strong>30 Tage</strong>",
        "04.05.2026 09:13 UTC",
        "Wird alle 30 Sekunden abgerufen; Originale werden in einen Ordner kopiert",
        ">geht auf</span>",
    ] {
        assert!(page.body.contains(expected), "{expected} in {}", page.body);
    }
    let health = get(&house, "/healthz", GERMAN);
    assert_eq!(health.status, 200);
    assert_eq!(
        health.body,
        "All is well: looked for mail 20 seconds ago, all 2 messages accounted for.\n"
    );
    house.later(400);
    let health = get(&house, "/healthz", GERMAN);
    assert_eq!((health.status, health.body.lines().count()), (503, 1));
}

#[test]
fn a_monitor_is_answered_at_once_while_somebody_writes() {
    let mut house = House::open();
    house.well();
    let writer = db(&house);
    writer.execute_batch("BEGIN IMMEDIATE; UPDATE mailbox SET address = 'x'").unwrap();
    let begun = Instant::now();
    for path in ["/healthz", "/", "/metrics"] {
        assert_eq!(house.get(path).status, 200, "{path}");
    }
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    writer.execute_batch("ROLLBACK").unwrap();
}

#[test]
fn kept_counts_stay_what_counting_gives() {
    let mut house = House::open();
    let (mailbox, now) = (house.mailbox, house.clock.now());
    let rows: Vec<_> = (1..=4).map(|number| house.letter(letter(number))).collect();
    let seen = |item: &str| Seen {
        item_id: item.to_owned(),
        message_id: None,
        received_at: now,
        size: None,
    };
    house.store.note_listed(mailbox, &[seen("a"), seen("b"), seen("c"), seen("a")], now).unwrap();
    house.store.note_listed(mailbox, &[seen("b")], now).unwrap();
    let waiting = house.store.waiting(mailbox, now, 9).unwrap();
    assert_eq!(waiting.len(), 3);
    let setbacks = [
        (waiting[0].ledger, Setback::Quarantine(None), "odd".to_owned()),
        (waiting[1].ledger, Setback::Vanished, String::new()),
        (waiting[2].ledger, Setback::Retry(now), String::new()),
    ];
    house.store.set_back(&setbacks, now).unwrap();
    house.store.discard(waiting[0].ledger, "spam", "agent:a", now).unwrap();
    house.store.try_again(&[waiting[0].ledger], false, "agent:a", now).unwrap();
    for (days, row) in [(30, rows[0]), (30, rows[1]), (3, rows[2])] {
        let removed = Filed::Removed { item_id: format!("there-{row}") };
        house.store.note_filed(&[(row, removed)], now.plus_days(days), now).unwrap();
    }
    let check = |house: &mut House, at: Timestamp, recoverable: u64| {
        let real = house.store.balance().unwrap();
        let status = house.store.status(at, at).unwrap();
        assert_eq!(status.mailboxes[0].balance, real[0]);
        assert_eq!((real[0].listed, real[0].waiting, real[0].opened), (7, 2, 4));
        assert!(real[0].closes);
        assert_eq!(status.mailboxes[0].recoverable, recoverable, "{at}");
    };
    check(&mut house, now, 3);
    check(&mut house, now.plus_days(3).plus_seconds(-1), 3);
    check(&mut house, now.plus_days(3), 2);
    check(&mut house, now.plus_days(30).plus_seconds(-1), 2);
    check(&mut house, now.plus_days(30), 0);
    assert_eq!((tallied(&mut house, What::Arrived), tallied(&mut house, What::TakenIn)), (4, 4));

    // Somebody spoils them: the page tells, and the next comparison puts them right.
    let spoil = "UPDATE ledger_count SET messages = messages + 5 WHERE outcome = 'opened'";
    db(&house).execute_batch(spoil).unwrap();
    house.well();
    let health = house.get("/healthz");
    assert_eq!(health.status, 503);
    assert!(health.body.contains("the ledger of support does not close"), "{}", health.body);
    house.store.want_reconciled("support", now).unwrap();
    house.store.note_reconciled(mailbox, &Reconciliation::default(), now).unwrap();
    check(&mut house, now, 3);
    let entries = house.store.audit(None, 5).unwrap().rows;
    assert!(entries.iter().any(|entry| entry.action == "ledger.recounted"), "{entries:?}");
    house.store.want_reconciled("support", now).unwrap();
    let before = house.store.audit(None, 1).unwrap().rows[0].seq;
    house.store.note_reconciled(mailbox, &Reconciliation::default(), now).unwrap();
    let after = house.store.audit(None, 1).unwrap().rows[0].seq;
    assert_eq!(after, before + 1, "nothing is put right that is right");
}

#[test]
fn answers_and_waits_are_tallied_and_outlive_erasure() {
    let mut house = House::open();
    let cookie = house.agent(Role::Agent);
    for number in 1..=3 {
        house.letter(letter(number));
    }
    let waits = |house: &mut House| {
        house.store.figures(house.clock.now()).unwrap().waiting.iter().map(|(_, n)| n).sum::<u64>()
    };
    assert_eq!(waits(&mut house), 3);
    assert_eq!(tallied(&mut house, What::Answered), 0, "an acknowledgement is no answer");

    house.later(3_601);
    answer(&house, &cookie, 1);
    assert_eq!(tallied(&mut house, What::WithinFourHours), 1);
    assert_eq!(waits(&mut house), 2);
    house.later(60);
    answer(&house, &cookie, 1);
    assert_eq!(tallied(&mut house, What::Answered), 2);
    assert_eq!(tallied(&mut house, What::WithinFourHours), 1, "only the first one is the first");

    // Closed is not waiting; whoever writes again waits from then on.
    let change = |house: &mut House, state| {
        let now = house.clock.now();
        house
            .store
            .change_ticket(TicketNumber(2), &[Change::State(state)], "agent:a", now)
            .unwrap();
    };
    change(&mut house, State::Closed);
    assert_eq!(waits(&mut house), 1);
    house.later(DAY);
    let mut again = letter(20);
    again.in_reply_to = letter(2).message_id.into_iter().collect();
    house.letter(again);
    let figures = house.store.figures(house.clock.now()).unwrap();
    assert_eq!(figures.waiting.len(), 2, "{figures:?}");
    assert_eq!(figures.waiting[1].1, 1);

    let page = get(&house, "/figures", &format!("Cookie: {cookie}\r\n{GERMAN}"));
    assert_eq!(page.status, 200);
    for expected in [
        "<h1>Zahlen</h1>",
        "am längsten seit 25 Stunden",
        "4 Eingänge und 2 Antworten in 30 Tagen",
        "role=\"img\"",
        "<title id=\"days-title\">Eingänge und Antworten</title>",
        "<th scope=\"row\">binnen 4 Stunden</th><td class=\"number\">1</td>",
        "<th scope=\"row\">1 bis 3 Tagen</th><td class=\"number\">1</td>",
        "100 % <span class=\"at\">von 1 in 30 Tagen",
        "href=\"/figures\" aria-current=\"page\"",
    ] {
        assert!(page.body.contains(expected), "{expected} in {}", page.body);
    }
    assert!(page.body.len() < 40_000, "{}", page.body.len());
    assert!(!page.body.contains("style=") && !page.body.contains("<script"));

    let before = house.store.figures(Timestamp::from_unix(0)).unwrap().tallies;
    change(&mut house, State::Deleted);
    let (now, _) = (house.clock.now(), house.later(40 * DAY));
    assert!(house.clock.now() > now);
    let db = db(&house);
    assert_eq!(waits(&mut house), 1);
    db.execute_batch("PRAGMA foreign_keys = off; DELETE FROM article; DELETE FROM outbox").unwrap();
    assert_eq!(house.store.figures(Timestamp::from_unix(0)).unwrap().tallies, before);
}

#[test]
fn figures_and_counts_are_for_those_signed_in() {
    let mut house = House::open();
    house.letter(letter(1));
    for path in ["/figures", "/counts"] {
        let answer = house.get(path);
        assert_eq!(answer.status, 303, "{path}");
        assert!(answer.header("Location").unwrap().starts_with("/sign-in?next="), "{path}");
    }
    assert!(!house.get("/").body.contains("/figures"));
    let cookie = house.agent(Role::Agent);
    let counts = house.get_as("/counts", &cookie);
    assert_eq!(counts.header("Content-Type"), Some("application/json"));
    let counts: serde_json::Value = serde_json::from_str(&counts.body).unwrap();
    let expected = serde_json::json!({"open": 1, "mine": 0, "unassigned": 1, "pending": 0});
    assert_eq!(counts, expected);
}

#[test]
fn an_older_database_gets_its_counts_and_figures() {
    let mut house = House::open();
    let cookie = house.agent(Role::Agent);
    for number in 1..=3 {
        house.letter(letter(number));
    }
    house.later(7_200);
    answer(&house, &cookie, 1);
    let dump = |house: &House| {
        let db = db(house);
        let mut lines = Vec::new();
        for query in [
            "SELECT mailbox || outcome || messages FROM ledger_count WHERE messages > 0 ORDER BY 1",
            "SELECT hour || what || mailbox || amount FROM tally ORDER BY 1",
            "SELECT hour || tickets FROM waiting_count WHERE tickets > 0 ORDER BY 1",
            "SELECT number || ifnull(waiting_since, '-') || ifnull(answered_at, '-') FROM ticket ORDER BY 1",
        ] {
            let mut rows = db.prepare(query).unwrap();
            let rows = rows.query_map([], |row| row.get::<_, String>(0)).unwrap();
            lines.extend(rows.map(Result::unwrap));
        }
        lines
    };
    let kept = dump(&house);
    assert!(kept.len() > 8, "{kept:?}");
    // As the step fills them from what is there.
    let fill: String = include_str!("../src/store/migrations.rs")
        .split(';')
        .filter(|statement| {
            let first = statement.trim_start();
            [
                "INSERT INTO ledger_count",
                "INSERT INTO recoverable_count",
                "INSERT INTO tally",
                "INSERT INTO waiting_count",
                "UPDATE ticket SET answered_at =",
                "UPDATE ticket SET waiting_since =",
            ]
            .iter()
            .any(|begin| first.starts_with(begin))
                && !statement.contains("NEW.")
        })
        .map(|statement| format!("{statement};"))
        .collect();
    let db = db(&house);
    db.execute_batch(
        "DROP TRIGGER waiting_recounted; DELETE FROM ledger_count; DELETE FROM tally;
         DELETE FROM waiting_count; UPDATE ticket SET waiting_since = NULL, answered_at = NULL",
    )
    .unwrap();
    db.execute_batch(&fill).unwrap();
    assert_eq!(dump(&house), kept);
}
