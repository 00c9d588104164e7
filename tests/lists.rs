//! The lists of tickets as agents see them: what a row says, what is done to several tickets at once, the
//! page of a requester, and the search.
#![allow(clippy::unwrap_used)]

#[path = "web/house.rs"]
mod house;

use counterfoil::desk::change::Change;
use counterfoil::desk::ticket::{Priority, Role, State, TicketNumber};
use counterfoil::mail::{Address, Attachment, Message};
use counterfoil::time::Clock;
use house::{Answer, House, letter};

fn change(house: &mut House, number: i64, changes: &[Change]) {
    let now = house.clock.now();
    house.store.change_ticket(TicketNumber(number), changes, "cli", now).unwrap();
}

fn in_german(house: &House, path: &str, cookie: &str) -> Answer {
    house.raw(&format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\nAccept-Language: de-DE, en;q=0.5\r\n\
         Connection: close\r\n\r\n",
        house.host()
    ))
}

/// The part of a page that shows one ticket.
fn row(page: &Answer, number: i64) -> String {
    let rows = page.body.split("<li class=\"row\">");
    let own = format!("href=\"/tickets/{number}\"");
    let found: Vec<&str> = rows.filter(|row| row.contains(&own)).collect();
    assert_eq!(found.len(), 1, "ticket {number} in {}", page.body);
    found[0].split("</li>").next().unwrap().to_owned()
}

#[test]
fn a_row_says_at_one_look_what_an_agent_wants_to_know() {
    let mut house = House::open();
    let cookie = house.agent(Role::Agent);
    let file = |inline| Attachment {
        filename: "bill.pdf".to_owned(),
        content_type: "application/pdf".to_owned(),
        bytes: b"%PDF-".to_vec(),
        inline,
        ..Attachment::default()
    };
    house.letter(Message { attachments: vec![file(false)], ..letter(1) });
    house.letter(Message { attachments: vec![file(true)], ..letter(2) });
    let due = house.clock.now().plus_seconds(3_600);
    let changes = [
        Change::Assign(Some("somebody-agent".to_owned())),
        Change::Queue(Some("Boilers".to_owned())),
        Change::Priority(Priority::Urgent),
        Change::Due(Some(due)),
        Change::Hold(true),
    ];
    change(&mut house, 1, &changes);
    let page = house.get_as("/tickets", &cookie);
    let first = row(&page, 1);
    for expected in [
        ">Cold heating 1<",
        "<a href=\"/requesters/1\"><bdi>Jonas Weber</bdi></a>",
        "<bdi>somebody-agent</bdi>",
        "<bdi>Boilers</bdi>",
        ">new</span>",
        ">urgent</span>",
        ">hold</span>",
        "<title>With an attachment</title>",
        "aria-label=\"Select ticket 1\"",
    ] {
        assert!(first.contains(expected), "{expected} in {first}");
    }
    assert!(!first.contains("overdue"), "{first}");
    let second = row(&page, 2);
    assert!(!second.contains("attachment") && !second.contains("normal"), "{second}");
    house.later(3_601);
    let first = row(&house.get_as("/tickets?view=mine", &cookie), 1);
    assert!(first.contains("title=\"It was due 2026-05-04 10:12 UTC\">overdue<"), "{first}");
    change(&mut house, 1, &[Change::State(State::Closed)]);
    let first = row(&house.get_as("/tickets?view=closed", &cookie), 1);
    assert!(!first.contains("overdue"), "what is over is not overdue: {first}");
}

#[test]
fn the_only_mailbox_goes_without_saying() {
    let mut house = House::open();
    let cookie = house.agent(Role::Agent);
    house.letter(letter(1));
    house.letter(letter(2));
    let page = house.get_as("/tickets", &cookie).body;
    assert!(!page.contains("class=\"place\""), "no room is kept for it: {page}");
    change(&mut house, 2, &[Change::Queue(Some("Boilers".to_owned()))]);
    let now = house.clock.now();
    // It was watched once and is in the configuration no longer.
    house.mailbox = house.store.mailbox("sales", "sales@contoso.example", None, now).unwrap().0;
    house.letter(letter(3));
    let page = house.get_as("/tickets", &cookie);
    let place = |number| {
        let row = row(&page, number);
        let rest = row.split("<span class=\"place\">").nth(1).unwrap().to_owned();
        rest.split("</span>").next().unwrap().to_owned()
    };
    let places = [1, 2, 3].map(place);
    assert_eq!(places, ["", "<bdi>Boilers</bdi>", "sales"]);
}

#[test]
fn a_full_list_weighs_under_60_kb_with_all_it_loads() {
    let mut house = House::open();
    let cookie = house.agent(Role::Agent);
    for number in 1..=51 {
        let subject =
            format!("Nothing but cold water in the flat on the left, third floor, No. {number}");
        let file =
            Attachment { filename: "a.pdf".to_owned(), bytes: vec![1], ..Attachment::default() };
        house.letter(Message { subject, attachments: vec![file], ..letter(number) });
        let changes = [
            Change::Assign(Some("somebody-agent".to_owned())),
            Change::Queue(Some("Boilers and pipes".to_owned())),
            Change::Priority(Priority::High),
        ];
        change(&mut house, number.into(), &changes);
    }
    let page = house.get_as("/tickets", &cookie);
    assert_eq!(page.body.matches("<li class=\"row\">").count(), 50);
    assert_eq!(page.body.matches("With an attachment").count(), 50);
    let mut bytes = page.body.len();
    for name in ["/style.css", "/script.js", "/icon.svg"] {
        let (_, version) = page.body.split_once(name).unwrap();
        let answer = house.raw(&format!(
            "GET {name}{} HTTP/1.1\r\nHost: {}\r\nAccept-Encoding: gzip, br\r\nConnection: close\r\n\r\n",
            version.split('"').next().unwrap(),
            house.host()
        ));
        assert_eq!(answer.header("Content-Encoding"), Some("gzip"), "{name}");
        bytes += answer.header("Content-Length").unwrap().parse::<usize>().unwrap();
    }
    assert!(bytes < 60 * 1_024, "{bytes} bytes, {} of them the page", page.body.len());
}

#[test]
fn several_tickets_are_changed_at_once_and_each_that_cannot_be_is_named() {
    let mut house = House::open();
    let cookie = house.agent(Role::Agent);
    for number in 1..=4 {
        house.letter(letter(number));
    }
    change(&mut house, 3, &[Change::Hold(true)]);
    let page = house.get_as("/tickets?view=unassigned", &cookie);
    let token = page.token();
    assert!(
        page.body.contains("name=\"back\" value=\"/tickets?view=unassigned\""),
        "{}",
        page.body
    );
    let send = |house: &House, fields: &[(&str, &str)]| {
        let form = [&[("token", token.as_str()), ("back", "/tickets?view=mine")], fields].concat();
        house.post("/tickets/bulk", &cookie, &form)
    };
    let answer = send(
        &house,
        &[
            ("ticket", "1"),
            ("ticket", "2"),
            ("ticket", "2"),
            ("ticket", "x"),
            ("deed", "change"),
            ("assignee", "=somebody-agent"),
            ("state", "pending"),
            ("priority", "high"),
            ("queue", "=Boilers"),
            ("tag", "Winter"),
        ],
    );
    let back = answer.header("Location").unwrap_or_else(|| panic!("{answer:?}"));
    assert_eq!((answer.status, back), (303, "/tickets?view=mine&changed=2"));
    let cookies = answer.cookies(&cookie);
    assert!(house.get_as(back, &cookies).body.contains("2 tickets were changed."));
    let made_up = house.get_as("/tickets?changed=9999999", &cookies).body;
    assert!(!made_up.contains("tickets were changed."), "{made_up}");
    for number in [1, 2] {
        let ticket = house.store.ticket(TicketNumber(number)).unwrap();
        assert_eq!(
            (ticket.state, ticket.priority, ticket.assignee.as_deref(), ticket.queue.as_deref()),
            (State::Pending, Priority::High, Some("somebody-agent"), Some("Boilers"))
        );
        assert_eq!(ticket.tags, ["winter"]);
    }
    assert_eq!(house.store.ticket(TicketNumber(4)).unwrap().state, State::New);

    // One is held and one does not exist: the others are deleted all the same.
    let all = [("ticket", "99"), ("ticket", "4"), ("ticket", "3"), ("ticket", "1")];
    let answer = send(&house, &[&all[..], &[("deed", "delete")]].concat());
    assert_eq!(answer.status, 409);
    for expected in [
        "2 tickets were deleted.",
        "2 tickets were not changed:",
        "href=\"/tickets/3\">Ticket 3</a> is on hold; release the hold first<",
        "href=\"/tickets/99\">Ticket 99</a>: there is no ticket 99<",
        "there is no ticket 99",
        "href=\"/tickets?view=mine\"",
    ] {
        assert!(answer.body.contains(expected), "{expected} in {}", answer.body);
    }
    let state = |house: &mut House, number| house.store.ticket(TicketNumber(number)).unwrap().state;
    assert_eq!((state(&mut house, 1), state(&mut house, 3)), (State::Deleted, State::New));
    let deleted = house.get_as("/tickets?view=deleted", &cookie);
    assert!(
        deleted.body.contains(">Take back</button>") && !deleted.body.contains(">Delete</button>")
    );
    let answer = send(&house, &[("ticket", "1"), ("ticket", "4"), ("deed", "undelete")]);
    let back = answer.header("Location").unwrap();
    assert_eq!((answer.status, back), (303, "/tickets?view=mine&undeleted=2"));
    let told = house.get_as(back, &answer.cookies(&cookie)).body;
    assert!(told.contains("2 tickets were taken back."), "{told}");
    assert_eq!(state(&mut house, 4), State::Open);
    let entries = house.store.audit(None, 1).unwrap().rows;
    assert_eq!(
        (entries[0].actor.as_str(), entries[0].ticket),
        ("agent:somebody-agent", Some(TicketNumber(4)))
    );

    let many: Vec<String> = (1..=101).map(|number| number.to_string()).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|number| ("ticket", number.as_str())).collect();
    for (fields, expected) in [
        (vec![("deed", "delete")], "No ticket was selected."),
        (vec![("ticket", "1"), ("deed", "change"), ("tag", " ")], "It was not said what to do"),
        ([&many[..], &[("deed", "delete")]].concat(), "At most 100 tickets"),
        (vec![("ticket", "1"), ("state", "done")], "`done` is none of"),
    ] {
        let answer = send(&house, &fields);
        assert_eq!(answer.status, 400, "{expected}");
        assert!(answer.body.contains(expected), "{expected} in {}", answer.body);
    }
    assert_eq!(state(&mut house, 1), State::Open);
    let forged = [("token", "x"), ("ticket", "1"), ("deed", "delete")];
    assert_eq!(house.post("/tickets/bulk", &cookie, &forged).status, 403);
    assert_eq!(house.post("/tickets/bulk", "", &forged).status, 303, "to the sign-in");
    let elsewhere = [
        ("token", token.as_str()),
        ("back", "//evil.example"),
        ("ticket", "1"),
        ("deed", "delete"),
    ];
    let answer = house.post("/tickets/bulk", &cookie, &elsewhere);
    let back = answer.header("Location").unwrap();
    assert_eq!(back, "/tickets?deleted=1");
    let told = house.get_as(back, &answer.cookies(&cookie)).body;
    assert!(told.contains("1 ticket was deleted."), "{told}");
}

#[test]
fn a_requester_has_a_page_with_all_their_tickets() {
    let mut house = House::open();
    let cookie = house.agent(Role::Agent);
    for number in 1..=60 {
        house.letter(letter(number));
    }
    house.later(60);
    house.letter(Message { from: Some(Address::bare("eve@shop.example")), ..letter(61) });
    change(&mut house, 5, &[Change::State(State::Closed)]);
    change(&mut house, 6, &[Change::Delete]);
    let page = house.get_as("/requesters/1", &cookie);
    assert!(page.body.contains("<bdi>Jonas Weber</bdi></h1>"), "{}", page.body);
    for expected in [
        "jonas.weber@customer.example",
        "2026-05-04 09:12 UTC",
        "aria-current=\"true\">all <span class=\"count\">59</span>",
        "href=\"/requesters/1?state=new\">new <span class=\"count\">58</span>",
        "href=\"/requesters/1?state=closed\">closed <span class=\"count\">1</span>",
        "href=\"/requesters/1?state=deleted\">deleted <span class=\"count\">1</span>",
        "href=\"/tickets/new?requester=jonas.weber%40customer.example\"",
    ] {
        assert!(page.body.contains(expected), "{expected} in {}", page.body);
    }
    assert!(!page.body.contains("/tickets/61\"") && !page.body.contains("/tickets/6\""));
    let (_, next) = page.body.split_once("rel=\"next\" href=\"").unwrap();
    let last = house.get_as(&next.split_once('"').unwrap().0.replace("&amp;", "&"), &cookie);
    assert!(last.body.contains("/tickets/1\"") && !last.body.contains("rel=\"next\""));
    let closed = house.get_as("/requesters/1?state=closed", &cookie);
    assert!(row(&closed, 5).contains(">closed<") && !closed.body.contains("/tickets/7\""));
    let found = house.get_as("/requesters?address=Jonas.Weber%40customer.example", &cookie);
    assert_eq!(found.header("Location"), Some("/requesters/1"));
    assert_eq!(house.get_as("/requesters?address=x%40y.example", &cookie).status, 404);
    assert_eq!(house.get_as("/requesters/99", &cookie).status, 404);
    assert_eq!(house.get("/requesters/1").status, 303, "only for those who signed in");
    for (path, page) in [("requester", &page), ("list", &house.get_as("/tickets", &cookie))] {
        assert!(page.body.len() < 60_000, "{path} has {} bytes", page.body.len());
    }
}

#[test]
fn a_tag_leads_to_its_ticket_and_results_are_counted() {
    let mut house = House::open();
    let cookie = house.agent(Role::Agent);
    for number in 1..=40 {
        house.letter(letter(number));
    }
    let page = house.get_as("/search?q=%2317", &cookie);
    assert_eq!((page.status, page.header("Location")), (303, Some("/tickets/17")));
    let page = house.get_as("/search?q=17", &cookie);
    assert_eq!(page.status, 200, "a bare number may be a word");
    let page = house.get_as("/search?q=heating", &cookie);
    assert!(page.body.contains("30 newest tickets, there are older ones"), "{}", page.body);
    let (_, next) = page.body.split_once("rel=\"next\" href=\"").unwrap();
    let next = next.split_once('"').unwrap().0.replace("&amp;", "&");
    let page = house.get_as(&next, &cookie);
    assert!(page.body.contains("10 further tickets"), "{}", page.body);
    assert!(page.body.contains("href=\"/search?q=heating\">Newest</a>"));
    change(&mut house, 3, &[Change::State(State::Closed)]);
    let page = house.get_as("/search?q=state:closed", &cookie);
    assert!(page.body.contains("1 ticket found"), "{}", page.body);
    house.store.merge_tickets(TicketNumber(18), TicketNumber(17), "x", house.clock.now()).unwrap();
    let page = house.get_as("/search?q=%2318", &cookie);
    assert_eq!(page.header("Location"), Some("/tickets/18"), "which says where it went");
    let page = house.get_as("/search?q=%2399", &cookie);
    assert_eq!(page.status, 200, "there is none");
}

#[test]
fn every_page_of_somebody_signed_in_has_one_search() {
    let mut house = House::open();
    let cookie = house.agent(Role::Admin);
    house.letter(letter(1));
    for path in [
        "/",
        "/tickets",
        "/tickets/1",
        "/tickets/new",
        "/requesters/1",
        "/figures",
        "/ledger",
        "/account",
        "/keys",
        "/search?q=%22cold%22",
        "/search?q=state:",
        "/no-such-page",
    ] {
        let page = house.get_as(path, &cookie);
        assert_eq!(page.body.matches("role=\"search\"").count(), 1, "{path}");
        let (top, _) = page.body.split_once("</header>").unwrap();
        assert!(top.contains("<input id=\"q\" type=\"search\" name=\"q\""), "{path}: {top}");
    }
    let page = house.get_as("/search?q=%22cold%22", &cookie);
    assert!(page.body.contains("name=\"q\" value=\"&quot;cold&quot;\""), "{}", page.body);
    for path in ["/", "/sign-in"] {
        assert!(!house.get(path).body.contains("role=\"search\""), "{path}");
    }
}

#[test]
fn the_pages_speak_german_to_those_who_want_it() {
    let mut house = House::open();
    let cookie = house.agent(Role::Agent);
    house.letter(letter(1));
    for (path, expected) in [
        ("/tickets", vec!["nicht zugewiesen", "Ticket 1 auswählen", ">neu</span>", ">Löschen<"]),
        ("/tickets?view=closed", vec!["Kein Ticket ist geschlossen."]),
        ("/requesters/1", vec!["Erstes Ticket", "Neues Ticket für diese Person", ">neu <"]),
        ("/search?q=heating", vec!["1 Ticket gefunden", "Was man in die Suche schreiben kann"]),
        ("/search?q=-x", vec!["So kann nicht gesucht werden: "]),
        ("/account", vec!["Ihr Konto", "Überall abmelden", "Passwort ändern", "gerade eben"]),
    ] {
        let page = in_german(&house, path, &cookie);
        assert!(page.body.contains("<html lang=\"de\">"), "{path}");
        for expected in expected {
            assert!(page.body.contains(expected), "{expected} on {path}: {}", page.body);
        }
    }
    let page = in_german(&house, "/sign-in", "");
    assert!(page.body.contains("Noch kein Konto?") && page.body.contains("user add NAME"));
}
