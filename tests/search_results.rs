//! What the search page shows of a ticket, under which conditions it is found, and that our own
//! acknowledgements, which repeat what they answer, are not searched.
#![allow(clippy::unwrap_used, dead_code)]

#[path = "web/house.rs"]
mod house;

use counterfoil::desk::change::Change;
use counterfoil::desk::query::Query;
use counterfoil::desk::retention::Days;
use counterfoil::desk::ticket::{OutboxId, Priority, Role, State, TicketNumber};
use counterfoil::mail::{Address, Attachment, Message};
use counterfoil::time::Clock;
use house::{House, escaped, letter};

const DAYS: Days = Days { recovery: 30, closed: None };

fn change(house: &mut House, number: i64, changes: &[Change]) {
    let now = house.clock.now();
    house.store.change_ticket(TicketNumber(number), changes, "cli", now).unwrap();
}

fn find(house: &mut House, text: &str) -> Vec<i64> {
    let query = Query::read(text, "CF", house.clock.now()).unwrap();
    let found = house.store.search(&query, None, 100).unwrap();
    found.results.iter().map(|hit| hit.number.0).collect()
}

fn page(house: &House, query: &str, cookie: &str) -> String {
    house.get_as(&format!("/search?q={}", escaped(query)), cookie).body
}

#[test]
fn tickets_are_found_by_priority_mailbox_and_due_date() {
    let mut house = House::open();
    for number in 1..=4 {
        house.letter(letter(number));
    }
    let soon = house.clock.now().plus_seconds(3_600);
    change(&mut house, 1, &[Change::Priority(Priority::Urgent), Change::Due(Some(soon))]);
    change(&mut house, 2, &[Change::Due(Some(soon.plus_days(9)))]);
    change(&mut house, 3, &[Change::Due(Some(soon)), Change::State(State::Closed)]);
    house.later(3_601);
    for (query, expected) in [
        ("priority:urgent", &[1][..]),
        ("priority:dringend", &[1]),
        ("heating -priority:urgent", &[4, 3, 2]),
        ("due:none", &[4]),
        ("-due:none", &[3, 2, 1]),
        ("due:overdue", &[1]),
        ("heating -due:overdue -due:none", &[3, 2]),
        ("mailbox:Support", &[4, 3, 2, 1]),
        ("mailbox:sales heating", &[]),
    ] {
        assert_eq!(find(&mut house, query), expected, "{query}");
    }
}

#[test]
fn a_condition_that_there_is_none_of_is_told() {
    let mut house = House::open();
    let cookie = house.agent(Role::Agent);
    house.letter(letter(1));
    let shown = page(&house, "heating is:open <b>:x label:y", &cookie);
    assert!(shown.contains("There is no condition “is:” or “label:”"), "{shown}");
    assert!(shown.contains("from:, to:, subject:, state:, queue:"), "{shown}");
    assert!(!page(&house, "heating state:new", &cookie).contains("There is no condition"));
}

#[test]
fn a_result_says_who_asks_and_where_the_words_are() {
    let mut house = House::open();
    let cookie = house.agent(Role::Agent);
    let file = |name: &str| Attachment {
        filename: name.to_owned(),
        content_type: "application/pdf".to_owned(),
        bytes: b"%PDF-".to_vec(),
        ..Attachment::default()
    };
    house.letter(Message {
        from: Some(Address {
            address: "eve@customer.example".to_owned(),
            name: "<Eve>".to_owned(),
        }),
        attachments: vec![file("boiler <plan> 7.pdf"), file("bill.pdf")],
        ..letter(1)
    });
    let shown = page(&house, "cold", &cookie);
    assert!(shown.contains("<mark>Cold</mark> heating 1"), "in the subject: {shown}");
    assert!(shown.contains("&lt;Eve&gt;"), "{shown}");
    assert!(!shown.contains("bill.pdf") && !shown.contains("plan"), "{shown}");
    let shown = page(&house, "boiler", &cookie);
    assert!(shown.contains("<mark>boiler</mark> &lt;plan&gt; 7.pdf"), "{shown}");
    assert!(!shown.contains("bill.pdf"), "{shown}");
    let shown = page(&house, "subject:room cold", &cookie);
    assert!(!shown.contains("<mark>"), "nothing is found: {shown}");
    let shown = page(&house, "subject:heating room", &cookie);
    assert!(shown.contains("The heating in <mark>room</mark> 7"), "{shown}");
    assert!(shown.contains("Cold <mark>heating</mark> 1"), "{shown}");
}

#[test]
fn a_full_page_of_results_weighs_under_60_kb() {
    let mut house = House::open();
    let cookie = house.agent(Role::Agent);
    for number in 1..=31 {
        let plan = format!("cold-{}.pdf", "plan-".repeat(20));
        let file = Attachment { filename: plan, bytes: vec![1], ..Attachment::default() };
        let text = "It is cold. ".repeat(40);
        let subject = format!("{number} {}", "cold ".repeat(30));
        house.letter(Message {
            attachments: vec![file; 5],
            visible_text: text.clone(),
            text,
            subject,
            ..letter(number)
        });
    }
    let shown = page(&house, "cold", &cookie);
    assert_eq!(shown.matches("class=\"hit\"").count(), 30);
    assert!(shown.len() < 60_000, "{} bytes", shown.len());
}

#[test]
fn acknowledgements_are_not_searched_and_leave_the_index_as_it_is() {
    let mut house = House::open();
    house.letter(letter(1));
    let db = rusqlite::Connection::open(&house.path).unwrap();
    let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM article"), 2, "it was acknowledged");
    // The words of the acknowledgement alone.
    assert_eq!(find(&mut house, "somebody"), [0; 0]);
    let cookie = house.agent(Role::Agent);
    for query in ["heating", "-qqq room", "state:new", "mailbox:support", "he* -x*", "#1 1"] {
        let shown = page(&house, query, &cookie);
        assert!(shown.contains("/tickets/1#article-1\""), "{query}: {shown}");
    }
    // Sent again it is one still, and nothing of it was ever in the index.
    house.store.mark_refused(OutboxId(1), "no such mailbox", house.clock.now()).unwrap();
    house.store.send_again(OutboxId(1), "ana", house.clock.now()).unwrap();
    assert_eq!(find(&mut house, "somebody"), [0; 0]);
    // One that an earlier version put in leaves as it came.
    house.letter(letter(2));
    db.execute_batch(
        "UPDATE article SET machine = NULL WHERE ticket = 2;
         INSERT INTO search (search) VALUES ('delete-all');
         UPDATE installation SET indexed_from = (SELECT max(id) + 1 FROM article);",
    )
    .unwrap();
    while house.store.index_older(1).unwrap() > 0 {}
    db.execute_batch("UPDATE article SET machine = 'auto_reply' WHERE kind = 'email_out'").unwrap();
    assert_eq!(find(&mut house, "somebody"), [2]);
    for number in [1, 2] {
        change(&mut house, number, &[Change::Delete]);
    }
    assert_eq!(house.store.erase(DAYS, house.clock.now().plus_days(31), 10).unwrap().len(), 2);
    db.execute_batch("INSERT INTO search (search, rank) VALUES ('integrity-check', 0)").unwrap();
    assert_eq!(count("SELECT count(*) FROM search_word"), 0, "the index is empty");
}

#[test]
fn results_of_one_ticket_are_not_lost_between_pages() {
    let mut house = House::open();
    for number in 1..=6 {
        house.letter(letter(number));
    }
    for query in ["state:new", "heating", "he* -x*"] {
        let query = Query::read(query, "CF", house.clock.now()).unwrap();
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let found = house.store.search(&query, after, 1).unwrap();
            seen.extend(found.results.iter().map(|hit| hit.number.0));
            after = found.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, [6, 5, 4, 3, 2, 1]);
    }
}
