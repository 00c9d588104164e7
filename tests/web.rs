//! The web from outside: a real one on a free port over a fresh database, filled through the store
//! as the rounds fill it, and asked over plain connections as a browser, a monitor and an attacker
//! would.
#![allow(clippy::unwrap_used)]

#[path = "web/house.rs"]
mod house;

use std::net::TcpStream;

use counterfoil::desk::ticket::Role;
use counterfoil::store::filing::Filed;
use counterfoil::store::ledger::Setback;
use counterfoil::store::listing::Seen;
use counterfoil::time::Clock;
use house::{Answer, House, PASSWORD, letter};
const PRIVATE: [&str; 5] = ["Jonas", "customer.example", "heating", "Letter", "contoso.example"];

#[test]
fn the_status_page_says_whether_all_is_well_and_names_nobody() {
    let mut house = House::open();
    let page = house.get("/");
    assert_eq!(page.first_line(), "Starting: waiting for the first look into support.");
    assert_eq!(house.get("/healthz").status, 200);

    let ledger = house.letter(letter(1));
    house.letter(letter(2));
    let until = house.clock.now().plus_days(30);
    let removed = Filed::Removed { item_id: "there".to_owned() };
    house.store.note_filed(&[(ledger, removed)], until, house.clock.now()).unwrap();
    house.well();
    house.later(20);
    let page = house.get("/");
    let line = "All is well: looked for mail 20 seconds ago, all 2 messages accounted for.";
    assert_eq!(page.first_line(), line);
    let health = house.get("/healthz");
    assert_eq!((health.status, health.body.as_str()), (200, format!("{line}\n").as_str()));
    assert_eq!(health.header("Content-Type"), Some("text/plain; charset=utf-8"));
    for expected in [
        "<dt>Waiting</dt><dd><b>0</b></dd>",
        "<dt>Taken in today</dt><dd><b>2</b></dd>",
        "20 seconds ago <span class=\"at\">2026-05-04 09:12 UTC</span>",
        "<b>1</b> <span class=\"at\">until 2026-06-03 09:12 UTC (in 29 days)</span>",
        "<b>2</b> waiting</span>, <span class=\"part\">0 unknown",
        "<strong>30 days</strong>",
        "<tr><th scope=\"row\">opened</th><td class=\"number\">2</td></tr>",
        "<tr><th scope=\"row\">listed</th><td class=\"number\">2</td></tr>",
        "originals are copied to a folder, then removed from it",
        concat!("counterfoil ", env!("CARGO_PKG_VERSION")),
        ">closes</span>",
        "Contoso Help",
    ] {
        assert!(page.body.contains(expected), "{expected} in {}", page.body);
    }
    for private in PRIVATE {
        assert!(!page.body.contains(private), "{private} is on the status page");
    }

    assert!(page.body.contains("<span class=\"mark good\">flowing</span>"), "{}", page.body);
    house.store.note_round("poller:support", Err("cannot reach it"), house.clock.now()).unwrap();
    let failing = house.get("/").body;
    assert!(failing.contains("<span class=\"mark soon\">the last look failed</span>"), "{failing}");
    assert!(!failing.contains(">flowing<"), "{failing}");
    house.store.note_round("poller:support", Ok(()), house.clock.now()).unwrap();

    let error = "mailbox support: sending to jonas.weber@customer.example was refused";
    house.store.note_round("sender:support", Err(error), house.clock.now()).unwrap();
    let page = house.get("/");
    assert_eq!(
        page.first_line(),
        "Needs attention: the last attempt to send through support failed."
    );
    assert!(page.body.contains("mailbox support: sending to (address) was refused"));
    assert_eq!(house.get("/healthz").status, 200, "mail still flows");
    for private in PRIVATE {
        assert!(!page.body.contains(private), "{private} is on the status page");
    }

    house.later(301);
    let health = house.get("/healthz");
    assert_eq!(health.status, 503);
    assert!(
        health.body.starts_with(
            "Needs attention: the last successful look into support was 5 minutes ago; "
        ),
        "{health:?}"
    );
    let cookie = house.agent(Role::Agent);
    assert!(house.get_as("/", &cookie).body.contains("support@contoso.example"));
}

#[test]
fn what_waits_for_a_person_is_said_and_yesterday_is_not_today() {
    let mut house = House::open();
    house.letter(letter(1));
    house.later(86_400);
    house.letter(letter(2));
    house.letter(letter(3));
    let now = house.clock.now();
    let seen =
        [Seen { item_id: "bad".to_owned(), message_id: None, received_at: now, size: Some(9) }];
    house.store.note_listed(house.mailbox, &seen, now).unwrap();
    let waiting = house.store.waiting(house.mailbox, now, 9).unwrap();
    house.well();
    let page = house.get("/");
    assert!(page.body.contains("<dt>Waiting</dt><dd><b>1</b></dd>"));
    assert!(page.body.contains("<dt>Taken in today</dt><dd><b>2</b></dd>"), "{}", page.body);
    for attempt in 1..=3 {
        let retry = Setback::Retry(now);
        let reason = format!("fetching for ana@shop.example: not now, {attempt}");
        house.store.set_back(&[(waiting[0].ledger, retry, reason)], now).unwrap();
    }
    let page = house.get("/");
    let line = page.first_line();
    assert!(line.contains("1 message in support failed several times"), "{line}");
    let case = "<b>Ledger 4, waiting: </b>fetching for (address) not now, 3";
    assert!(page.body.contains(case), "{}", page.body);
    let setback = (waiting[0].ledger, Setback::Quarantine(None), "too large".to_owned());
    house.store.set_back(&[setback], now).unwrap();
    let page = house.get("/");
    let line = page.first_line();
    assert!(line.contains("1 message in support set aside for a person"), "{line}");
    assert!(page.body.contains("<b>Ledger 4, quarantined: </b>too large"), "{}", page.body);
}

#[test]
fn the_page_says_so_when_the_database_is_gone() {
    let mut house = House::open();
    house.well();
    let db = rusqlite::Connection::open(&house.path).unwrap();
    db.execute_batch("ALTER TABLE ledger RENAME TO lost").unwrap();
    let page = house.get("/");
    let line = "Needs attention: the database cannot be read.";
    assert_eq!((page.status, page.first_line()), (503, line));
    let health = house.get("/healthz");
    assert_eq!((health.status, health.body.trim_end()), (503, line));
}

#[test]
fn without_a_session_everything_private_leads_to_the_sign_in() {
    let mut house = House::open();
    house.letter(letter(1));
    for path in [
        "/tickets",
        "/tickets?state=new&after=7",
        "/tickets/1",
        "/tickets/999",
        "/tickets/1/articles/1/text",
        "/tickets/1/articles/1/html",
        "/attachments/1",
        "/ledger/1/original",
    ] {
        for cookies in ["", "counterfoil_session=", "counterfoil_session=x; a=b"] {
            let answer = house.get_as(path, cookies);
            assert_eq!(answer.status, 303, "{path}");
            let location = answer.header("Location").unwrap();
            let next = path.replace('/', "%2F").replace('?', "%3F").replace('=', "%3D");
            assert_eq!(location, format!("/sign-in?next={}", next.replace('&', "%26")));
            assert_eq!(answer.body, "", "{path}");
        }
    }
}

#[test]
fn a_form_that_came_after_the_session_is_said_to_be_lost() {
    let mut house = House::open();
    house.letter(letter(1));
    for (path, form, next) in [
        ("/tickets/1/write", vec![("as", "shown")], "/tickets/1/preview"),
        ("/tickets/1/change", vec![("deed", "take")], "/tickets/1"),
        ("/tickets/1/requester", vec![("article", "1")], "/tickets/1"),
        ("/tickets/bulk", vec![("back", "/tickets?list=mine")], "/tickets?list=mine"),
        ("/tickets/bulk", vec![("back", "https://evil.example")], "/tickets"),
        ("/tickets/bulk", vec![], "/tickets"),
        ("/outbox/1", vec![("deed", "retry")], "/outbox/1"),
        ("/ledger/1", vec![("deed", "retry")], "/ledger/1"),
        ("/audit", vec![], "/audit"),
        ("/account/password", vec![("password", "x")], "/account"),
    ] {
        let answer = house.post(path, "counterfoil_session=over", &form);
        let next = next.replace('/', "%2F").replace('?', "%3F").replace('=', "%3D");
        let expected = format!("/sign-in?lost=1&next={next}");
        assert_eq!(answer.header("Location"), Some(expected.as_str()), "{path}");
        let page = house.get(&expected).body;
        assert!(page.contains("What you just did was not done."), "{path}: {page}");
    }
    assert!(!house.get("/sign-in?next=%2Ftickets").body.contains("not done"));
}

#[test]
fn name_and_password_sign_in_and_lead_where_one_wanted_to_go() {
    let mut house = House::open();
    let now = house.clock.now();
    house.letter(letter(1));
    let agent = house
        .store
        .add_agent("ana", "a@contoso.example", Role::Agent, Some(PASSWORD), now)
        .unwrap();

    for (name, password) in [("ana", "wrong"), ("ben", PASSWORD), ("ana", ""), ("", "")] {
        let answer = house.sign_in(name, password, "/tickets");
        assert_eq!(answer.status, 403, "{name} {password}");
        assert!(answer.body.contains("Name and password do not fit."));
        assert!(!answer.head.contains("counterfoil_session"));
    }
    for (next, expected) in [
        ("/tickets/1?until=3", "/tickets/1?until=3"),
        ("", "/tickets"),
        ("//evil.example/", "/tickets"),
        ("https://evil.example/", "/tickets"),
        ("/\\evil.example", "/tickets"),
        ("/x\r\nSet-Cookie: a=b", "/tickets"),
    ] {
        let answer = house.sign_in("ana", PASSWORD, next);
        assert_eq!(answer.status, 303, "{next}");
        assert_eq!(answer.header("Location"), Some(expected), "{next}");
    }
    let cookie = house.sign_in("ana", PASSWORD, "").cookie("counterfoil_session");
    let list = house.get_as("/tickets", &cookie);
    assert_eq!(list.status, 200);
    assert!(list.body.contains("Cold heating 1") && list.body.contains("Jonas Weber"));
    assert_eq!(
        house.get_as("/sign-in?next=/tickets/1", &cookie).header("Location"),
        Some("/tickets/1")
    );

    house.later(12 * 3_600);
    assert_eq!(house.get_as("/tickets", &cookie).status, 303, "a session ends");

    let db = rusqlite::Connection::open(&house.path).unwrap();
    let session = house.sign_in("ana", PASSWORD, "").cookie("counterfoil_session");
    let link = house.store.sign_in_link(agent, house.clock.now().plus_seconds(60)).unwrap().0;
    db.execute("UPDATE agent SET disabled_at = '2026-05-04T09:12:44Z'", []).unwrap();
    assert_eq!(house.sign_in("ana", PASSWORD, "").status, 403, "disabled");
    assert_eq!(house.get_as("/tickets", &session).status, 303, "disabled while signed in");
    let path = format!("/sign-in/link/{link}");
    assert_eq!(house.get(&path).status, 403, "disabled, looking at a link");
    let (cookie, token) = house.form("/sign-in");
    assert_eq!(house.post(&path, &cookie, &[("token", &token)]).status, 403, "disabled, by link");
}

#[test]
fn wrong_passwords_have_to_wait_and_are_told_how_long() {
    let mut house = House::open();
    let now = house.clock.now();
    house.store.add_agent("ana", "a@contoso.example", Role::Agent, Some(PASSWORD), now).unwrap();
    for _ in 0..3 {
        assert_eq!(house.sign_in("ana", "wrong", "").status, 403);
    }
    let answer = house.sign_in("ana", PASSWORD, "");
    assert_eq!((answer.status, answer.header("Retry-After")), (429, Some("1")));
    assert!(answer.body.contains("Wait 1 second and try again."), "{}", answer.body);
    house.later(1);
    assert_eq!(house.sign_in("ana", PASSWORD, "").status, 303);
}

#[test]
fn a_link_signs_in_once_and_not_by_being_looked_at() {
    let mut house = House::open();
    let now = house.clock.now();
    let agent = house.store.add_agent("ana", "", Role::Admin, None, now).unwrap();
    let secret = house.store.sign_in_link(agent, now.plus_seconds(600)).unwrap().0;
    let path = format!("/sign-in/link/{secret}");
    for _ in 0..3 {
        house.form(&path);
    }
    let (cookie, token) = house.form(&path);
    assert_eq!(house.post(&path, &cookie, &[("token", "no")]).status, 403, "not our form");
    let answer = house.post(&path, &cookie, &[("token", &token)]);
    assert_eq!((answer.status, answer.header("Location")), (303, Some("/tickets")));
    let session = answer.cookie("counterfoil_session");
    assert_eq!(house.get_as("/tickets", &session).status, 200);
    let again = house.post(&path, &cookie, &[("token", &token)]);
    assert_eq!(again.status, 403);
    assert!(again.body.contains("This link was used already"));
    // Who came in by it and opens it again is there already.
    let again = house.get_as(&path, &session);
    assert_eq!((again.status, again.header("Location")), (303, Some("/tickets")));
    let both = format!("{session}; {cookie}");
    let again = house.post(&path, &both, &[("token", &token)]);
    assert_eq!((again.status, again.header("Location")), (303, Some("/tickets")));

    for path in [path.as_str(), "/sign-in/link/invented"] {
        let page = house.get(path);
        assert_eq!(page.status, 403, "{path}");
        assert!(page.body.contains("This link was used already"), "{}", page.body);
    }

    let late = house.store.sign_in_link(agent, now.plus_seconds(600)).unwrap().0;
    house.later(600);
    let path = format!("/sign-in/link/{late}");
    let (cookie, token) = house.form("/sign-in");
    assert_eq!(house.post(&path, &cookie, &[("token", &token)]).status, 403, "too late");
}

#[test]
fn forms_of_others_are_refused() {
    let mut house = House::open();
    let now = house.clock.now();
    house.store.add_agent("ana", "", Role::Agent, Some(PASSWORD), now).unwrap();
    let (form, token) = house.form("/sign-in");
    let fields = [("token", token.as_str()), ("name", "ana"), ("password", PASSWORD)];
    for headers in [
        "Origin: https://evil.example\r\n",
        "Origin: null\r\n",
        "Origin: http://127.0.0.1:1\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n",
    ] {
        let answer = house.post_from("/sign-in", &form, &fields, headers);
        assert_eq!(answer.status, 403, "{headers}");
        assert!(answer.body.contains("This request came from another site."), "{headers}");
    }
    for (cookie, fields) in
        [("", &fields[..]), (&form, &fields[1..]), ("counterfoil_form=other-cookie-0123", &fields)]
    {
        let answer = house.post("/sign-in", cookie, fields);
        assert_eq!(answer.status, 403, "{cookie} {fields:?}");
        assert!(!answer.head.contains("counterfoil_session"));
    }
    let behind_a_proxy = "Origin: https://help.contoso.example\r\nSec-Fetch-Site: same-origin\r\n";
    let answer = house.post_from("/sign-in", &form, &fields, behind_a_proxy);
    assert_eq!(answer.status, 303);
    assert!(answer.header("Set-Cookie").unwrap().ends_with("; Secure"), "{answer:?}");

    let session = house.sign_in("ana", PASSWORD, "").cookie("counterfoil_session");
    assert_eq!(house.post("/sign-out", &session, &[]).status, 403, "without a token");
    let other = house.sign_in("ana", PASSWORD, "").cookie("counterfoil_session");
    let token = house.get_as("/tickets", &other).token();
    assert_eq!(house.post("/sign-out", &session, &[("token", &token)]).status, 403);
    assert_eq!(house.get_as("/tickets", &session).status, 200, "still signed in");
    let token = house.get_as("/tickets", &session).token();
    let answer = house.post("/sign-out", &session, &[("token", &token)]);
    assert_eq!((answer.status, answer.header("Location")), (303, Some("/")));
    assert!(answer.header("Set-Cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(house.get_as("/tickets", &session).status, 303, "signed out");
    assert_eq!(house.get_as("/tickets", &other).status, 200, "the other browser is not");

    let headers = format!("Origin: http://{}\r\n", house.host());
    let json = format!(
        "POST /sign-in HTTP/1.1\r\nHost: {}\r\n{headers}Content-Type: application/json\r\n\
         Content-Length: 2\r\nConnection: close\r\n\r\n{{}}",
        house.host()
    );
    assert_eq!(house.raw(&json).status, 415);
    let long = "x".repeat(600_000);
    assert_eq!(house.post("/sign-in", &form, &[("name", &long)]).status, 413);
}

#[test]
fn what_is_in_no_ticket_is_for_admins() {
    let mut house = House::open();
    let now = house.clock.now();
    let seen = [Seen { item_id: "x".to_owned(), message_id: None, received_at: now, size: None }];
    house.store.note_listed(house.mailbox, &seen, now).unwrap();
    let (agent, admin) = (house.agent(Role::Agent), house.agent(Role::Admin));
    assert_eq!(house.get_as("/ledger/1/original", &agent).status, 403);
    assert_eq!(house.get_as("/ledger/1/original", &admin).status, 404, "nothing is kept yet");
}

#[test]
fn every_answer_carries_the_guarding_headers() {
    let mut house = House::open();
    house.letter(letter(1));
    let cookie = house.agent(Role::Agent);
    let style = {
        let page = house.get("/").body;
        let rest = page.split_once("rel=\"stylesheet\" href=\"").unwrap().1;
        rest.split_once('"').unwrap().0.to_owned()
    };
    let host = house.host();
    let mut answers: Vec<(String, Answer)> = [
        "/",
        "/healthz",
        "/sign-in",
        "/sign-in/link/x",
        "/tickets",
        "/tickets/1",
        "/tickets/9",
        "/nothing",
        "/ledger/1/original",
        "/tickets/1/articles/1/text",
        "/sign-out",
        &style,
        "/icon.svg",
    ]
    .into_iter()
    .map(|path| (path.to_owned(), house.get_as(path, &cookie)))
    .collect();
    answers.push(("redirect".to_owned(), house.get("/tickets")));
    answers.push(("refused form".to_owned(), house.post("/sign-in", "", &[])));
    answers.push((
        "wrong method".to_owned(),
        house.raw(&format!("DELETE / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")),
    ));
    for (case, answer) in &answers {
        let policy = answer.header("Content-Security-Policy").unwrap_or_else(|| panic!("{case}"));
        assert!(policy.contains("default-src 'none'"), "{case}");
        assert!(policy.contains("frame-ancestors 'none'"), "{case}");
        for (name, value) in [
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "same-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{case} {name}");
        }
        let asset = *case == style || case == "/icon.svg";
        let cache = answer.header("Cache-Control").unwrap();
        assert_eq!(cache.contains("immutable"), asset, "{case}");
        assert_eq!(cache.contains("no-store"), !asset, "{case}");
        assert!(
            !answer.body.contains("style=\"")
                && !answer.body.replace("<script src=\"/script.js?", "").contains("<script"),
            "{case}"
        );
    }
    let sheet = answers.iter().find(|(case, _)| *case == style).unwrap();
    assert_eq!(sheet.1.header("Content-Type"), Some("text/css; charset=utf-8"));
}

#[test]
fn unknown_paths_wrong_methods_and_foreign_hosts_are_refused() {
    let house = House::open();
    let host = house.host();
    for path in ["/nothing", "/tickets/x", "/style.css/", "/healthz/x", "/TICKETS"] {
        let answer = house.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.body.contains("There is no such page."), "{path}");
    }
    for (method, path, allow) in [
        ("POST", "/", "GET, HEAD"),
        ("DELETE", "/tickets/1", "GET, HEAD"),
        ("PUT", "/sign-in", "GET, HEAD, POST"),
        ("GET", "/sign-out", "POST"),
    ] {
        let answer = house.raw(&format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\
             Connection: close\r\n\r\n"
        ));
        assert_eq!((answer.status, answer.header("Allow")), (405, Some(allow)), "{method} {path}");
    }
    let answer = house.raw("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    assert_eq!(answer.status, 421);
    assert!(!answer.body.contains("Contoso"));
    let answer =
        house.raw("GET / HTTP/1.1\r\nHost: help.contoso.example\r\nConnection: close\r\n\r\n");
    assert_eq!(answer.status, 200);
    let answer =
        house.raw(&format!("HEAD / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
}

#[test]
fn a_web_that_is_dropped_frees_its_port() {
    let house = House::open();
    let address = house.web.address();
    assert_eq!(house.get("/healthz").status, 200);
    drop(house);
    assert!(TcpStream::connect(address).is_err());
}
