//! The status page, the page of figures and the counts from outside, in both languages, and the
//! counts that triggers keep beside those that are really counted.
#![allow(clippy::unwrap_used)]

#[path = "web/house.rs"]
mod house;

use std::time::{Duration, Instant};

use counterfoil::desk::change::Change;
use counterfoil::desk::figures::What;
use counterfoil::desk::ledger::Reconciliation;
use counterfoil::desk::ticket::{Kind, Role, State, TicketNumber};
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

/// Answers a ticket with the form that stands below its conversation.
fn answer(house: &House, cookie: &str, number: i64) {
    let page = house.get_as(&format!("/tickets/{number}"), cookie).body;
    let at = page.find("id=\"write-form\"").unwrap_or_else(|| panic!("no form in {page}"));
    let form = &page[page[..at].rfind("<form").unwrap()..];
    let hidden = |name: &str| {
        let rest = form.split_once(&format!("name=\"{name}\" value=\"")).unwrap().1;
        rest.split_once('"').unwrap().0.to_owned()
    };
    let own = ["token", "form", "seen"].map(|name| (name, hidden(name)));
    let mut fields: Vec<(&str, &str)> =
        own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.extend([("text", "We come at noon."), ("as", "reply")]);
    let sent = house.post(&format!("/tickets/{number}/write"), cookie, &fields);
    assert_eq!(sent.status, 303, "{sent:?}");
    assert!(sent.header("Location").unwrap().contains("said=sent"), "{sent:?}");
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
        "wird unsere Kopie nach <strong>30 Tagen</strong> gelöscht",
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
    let change = |house: &mut House, change| {
        let now = house.clock.now();
        house.store.change_ticket(TicketNumber(2), &[change], "agent:a", now).unwrap();
    };
    change(&mut house, Change::State(State::Closed));
    assert_eq!(waits(&mut house), 1);
    house.later(DAY);
    let mut again = letter(20);
    again.in_reply_to = letter(2).message_id.into_iter().collect();
    house.letter(again);
    let figures = house.store.figures(house.clock.now()).unwrap();
    assert_eq!(figures.waiting.len(), 2, "{figures:?}");
    assert_eq!(figures.waiting[1].1, 1);

    // Whoever signed in the day before has to do so again.
    let cookie = house.agent(Role::Admin);
    let page = get(&house, "/figures", &format!("Cookie: {cookie}\r\n{GERMAN}"));
    assert_eq!(page.status, 200);
    for expected in [
        "<h1>Zahlen</h1>",
        "längste Wartezeit: bis zu 25 Stunden",
        "4 Eingänge und 2 Antworten in 30 Tagen",
        "role=\"img\"",
        "<title id=\"days-title\">Eingänge und Antworten</title>",
        "<th scope=\"row\">binnen 4 Stunden</th><td class=\"number\">1</td>",
        "<th scope=\"row\">1 bis 3 Tage</th><td class=\"number\">1</td>",
        "100 % <span class=\"at\">von 1 in 30 Tagen",
        "href=\"/figures\" aria-current=\"page\"",
    ] {
        assert!(page.body.contains(expected), "{expected} in {}", page.body);
    }
    assert!(page.body.len() < 40_000, "{}", page.body.len());
    assert!(!page.body.contains("style=") && !page.body.contains("<script>"));

    let before = house.store.figures(Timestamp::from_unix(0)).unwrap().tallies;
    change(&mut house, Change::Delete);
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

/// Since when a ticket's requester waits and when they were first answered, in seconds since the start.
fn waits(house: &House, number: i64) -> (Option<i64>, Option<i64>) {
    let sql =
        "SELECT unixepoch(waiting_since), unixepoch(answered_at) FROM ticket WHERE number = ?1";
    let since = |at: Option<i64>| at.map(|at| at - house::START);
    db(house).query_row(sql, [number], |row| Ok((since(row.get(0)?), since(row.get(1)?)))).unwrap()
}

/// That the kept counts of those who wait are what counting gives.
fn assert_waits_agree(house: &House) {
    let sql = "SELECT (SELECT ifnull(sum(tickets), 0) FROM waiting_count),
                      (SELECT count(*) FROM ticket
                       WHERE waiting_since IS NOT NULL AND state IN ('new', 'open'))";
    let counts: (i64, i64) =
        db(house).query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(counts.0, counts.1);
}

#[test]
fn whoever_waits_in_two_tickets_waits_since_the_earlier_letter_when_they_are_merged() {
    let mut house = House::open();
    let cookie = house.agent(Role::Agent);
    for number in 1..=5 {
        house.letter(letter(number));
        house.later(100);
    }
    let now = house.clock.now();
    let set = |house: &mut House, number, state| {
        let change = [Change::State(state)];
        house.store.change_ticket(TicketNumber(number), &change, "agent:a", now).unwrap();
    };
    let merge = |house: &mut House, source, into| {
        let (source, into) = (TicketNumber(source), TicketNumber(into));
        house.store.merge_tickets(source, into, "agent:a", now).unwrap();
        assert_waits_agree(house);
    };
    // The longer wait was in the one that is gone.
    merge(&mut house, 2, 3);
    assert_eq!((waits(&house, 2).0, waits(&house, 3)), (None, (Some(100), None)));
    // What was answered stays so, and what waited goes on waiting.
    answer(&house, &cookie, 1);
    assert_eq!(waits(&house, 1), (None, Some(500)));
    merge(&mut house, 1, 3);
    assert_eq!(waits(&house, 3), (Some(100), Some(500)));
    // A closed one wakes, and with it the wait; in a pending one nobody waits.
    set(&mut house, 4, State::Closed);
    merge(&mut house, 3, 4);
    assert_eq!(waits(&house, 4), (Some(100), Some(500)));
    set(&mut house, 5, State::Pending);
    merge(&mut house, 4, 5);
    assert_eq!(waits(&house, 5), (None, Some(500)));
}

#[test]
fn a_part_that_becomes_a_ticket_waits_since_its_first_unanswered_letter() {
    let mut house = House::open();
    let cookie = house.agent(Role::Agent);
    let again = |house: &mut House, number: u32| {
        let mut again = letter(number);
        again.in_reply_to = letter(1).message_id.into_iter().collect();
        house.letter(again);
        house.later(100);
    };
    house.letter(letter(1));
    house.later(100);
    answer(&house, &cookie, 1);
    house.later(100);
    for number in [2, 3, 4] {
        again(&mut house, number);
    }
    assert_eq!(waits(&house, 1), (Some(200), Some(100)));
    let ticket = house.store.ticket(TicketNumber(1)).unwrap();
    let incoming = ticket.articles.iter().filter(|it| it.kind == Kind::EmailIn).map(|it| it.id);
    let incoming: Vec<_> = incoming.collect();
    // The first one that left is the acknowledgement, which answers nobody.
    let sent = ticket.articles.iter().rfind(|it| it.kind == Kind::EmailOut);
    let split = |house: &mut House, articles: &[_]| {
        let (one, now) = (TicketNumber(1), house.clock.now());
        let new = house.store.split_ticket(one, articles, "agent:a", now).unwrap();
        assert_waits_agree(house);
        new.0
    };
    let last = split(&mut house, &incoming[3..]);
    assert_eq!(
        (waits(&house, last), waits(&house, 1)),
        ((Some(400), None), (Some(200), Some(100)))
    );
    let second = split(&mut house, &incoming[1..2]);
    assert_eq!(
        (waits(&house, second), waits(&house, 1)),
        ((Some(200), None), (Some(300), Some(100)))
    );
    // A letter leaves with its answer: there nobody waits, and here nobody was answered.
    let answered = [incoming[0], sent.unwrap().id];
    let first = split(&mut house, &answered);
    assert_eq!((waits(&house, first), waits(&house, 1)), ((None, Some(100)), (Some(300), None)));
}
