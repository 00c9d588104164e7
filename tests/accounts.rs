//! An agent's own account from outside: language, notices, password and sessions, and how long whoever
//! guesses passwords has to wait.
#![allow(clippy::unwrap_used)]

#[path = "web/house.rs"]
mod house;

use counterfoil::desk::notice::Event;
use counterfoil::desk::ticket::{AgentId, Role};
use counterfoil::time::Clock;
use house::{Answer, House, PASSWORD};

fn with_ana() -> (House, AgentId) {
    let mut house = House::open();
    let now = house.clock.now();
    let ana = house.store.add_agent("ana", "ana@contoso.example", Role::Agent, Some(PASSWORD), now);
    (house, ana.unwrap())
}

fn signed_in(house: &House, password: &str) -> String {
    house.sign_in("ana", password, "").cookie("counterfoil_session")
}

fn send(house: &House, cookie: &str, deed: &str, fields: &[(&str, &str)]) -> Answer {
    let token = house.get_as("/account", cookie).token();
    let form = [&[("token", token.as_str())], fields].concat();
    house.post(&format!("/account/{deed}"), cookie, &form)
}

fn told(house: &mut House, action: &str) -> Vec<(String, String)> {
    let rows = house.store.audit(None, 1_000).unwrap().rows;
    let rows = rows.into_iter().filter(|entry| entry.action == action);
    rows.map(|entry| (entry.actor, entry.detail)).collect()
}

#[test]
fn many_who_sign_in_at_once_leave_a_thread_to_everybody_else() {
    let (house, _) = with_ana();
    let (cookie, token) = house.form("/sign-in");
    let fields = [("token", token.as_str()), ("name", "ana"), ("password", "not the one")];
    let request = house.posting_form("/sign-in", &cookie, &fields, &house.ours());
    let answers = house.at_once(&vec![request; 16]);
    let count = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert!(count(503) > 0, "{answers:?}");
    assert!(count(403) > 0, "somebody's password is checked: {answers:?}");
    assert_eq!(count(503) + count(403) + count(429), 16, "{answers:?}");
    let told = answers.iter().find(|answer| answer.status == 503).unwrap();
    assert_eq!(told.header("Retry-After"), Some("1"));
}

#[test]
fn an_agent_reads_every_page_in_the_language_of_their_account() {
    let (house, _) = with_ana();
    let cookie = signed_in(&house, PASSWORD);
    assert!(house.get_as("/tickets", &cookie).body.contains("<a href=\"/account\""));
    let done = send(&house, &cookie, "language", &[("language", "de")]);
    assert_eq!(done.header("Location"), Some("/account?done=saved"));
    let saved = |cookies: &str| house.get_as("/account?done=saved", cookies).body;
    assert!(saved(&done.cookies(&cookie)).contains("Gespeichert."));
    assert!(!saved(&cookie).contains("Gespeichert."), "whoever follows the address alone");
    let other = house.get_as("/account?done=password", &done.cookies(&cookie)).body;
    assert!(!other.contains("Ihr Passwort wurde geändert"), "another remark: {other}");
    // What is refused before it is looked at is said in it as well, with a way on.
    let headers = format!("Host: {}\r\nCookie: {cookie}\r\nConnection: close\r\n", house.host());
    let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n";
    for (request, status) in [
        (format!("GET /tickets/16/change HTTP/1.1\r\n{headers}\r\n"), 405),
        (
            format!(
                "POST /tickets/16/change HTTP/1.1\r\n{headers}Origin: https://a.b\r\n{form}\r\n"
            ),
            403,
        ),
        (
            format!(
                "POST /tickets/16/change HTTP/1.1\r\n{headers}Content-Type: text/plain\r\n\
                 Content-Length: 1\r\n\r\nx"
            ),
            415,
        ),
        (
            format!(
                "POST /tickets/16/change HTTP/1.1\r\n{headers}Content-Type: multipart/form-data; \
                 boundary=b\r\nContent-Length: 1\r\n\r\nx"
            ),
            400,
        ),
        (
            format!(
                "POST /tickets/16/change HTTP/1.1\r\n{headers}Content-Type: \
                 application/x-www-form-urlencoded\r\nContent-Length: 600000\r\n\r\n{}",
                "x".repeat(600_000)
            ),
            413,
        ),
    ] {
        let answer = house.raw(&request);
        assert_eq!(answer.status, status);
        assert!(answer.body.contains("<html lang=\"de\">"), "{status}: {}", answer.body);
        assert!(answer.body.contains("<bdi>ana</bdi>"), "the frame of the account: {status}");
        assert!(answer.body.contains("<a href=\"/tickets/16\">"), "a way on: {status}");
    }
    for path in ["/", "/tickets", "/account", "/search?q=x", "/no-such-page", "/tickets/99"] {
        let page = house.get_as(path, &cookie);
        assert!(page.body.contains("<html lang=\"de\">"), "{path}: {}", page.body);
    }
    assert!(house.get("/").body.contains("<html lang=\"en\">"), "nobody else");
    send(&house, &cookie, "language", &[("language", "")]);
    assert!(house.get_as("/tickets", &cookie).body.contains("<html lang=\"en\">"));
    send(&house, &cookie, "language", &[("language", "xx")]);
    assert!(house.get_as("/tickets", &cookie).body.contains("<html lang=\"en\">"));
}

#[test]
fn an_agent_chooses_their_own_notices() {
    let (mut house, _) = with_ana();
    let cookie = signed_in(&house, PASSWORD);
    let own = |house: &mut House| house.store.subscribers().unwrap().remove(0);
    assert_eq!(own(&mut house).events, [Event::Assigned, Event::Answered]);
    let fields = [("event", "new"), ("event", "answered"), ("queue", "A, B"), ("event", "no")];
    assert_eq!(send(&house, &cookie, "notices", &fields).status, 303);
    assert_eq!(own(&mut house).events, [Event::New, Event::Answered]);
    assert_eq!(own(&mut house).queues, ["A, B"]);
    let page = house.get_as("/account", &cookie).body;
    assert!(page.contains("value=\"A, B\" checked") && page.contains("ana@contoso.example"));
    assert_eq!(told(&mut house, "agent.notices")[0].0, "agent:ana");
    send(&house, &cookie, "notices", &[]);
    assert_eq!(own(&mut house).events, []);
}

#[test]
fn a_password_is_changed_by_whoever_knows_it_and_all_other_sessions_end() {
    let (mut house, _) = with_ana();
    let (here, there) = (signed_in(&house, PASSWORD), signed_in(&house, PASSWORD));
    let new = "another long password";
    for (old, new, again, status, expected) in [
        ("wrong", new, new, 403, "The password until now does not fit."),
        (PASSWORD, new, "another", 400, "The two new passwords differ."),
        (PASSWORD, "short", "short", 400, "take 8 characters or more"),
    ] {
        let answer =
            send(&house, &here, "password", &[("old", old), ("new", new), ("again", again)]);
        assert_eq!(answer.status, status, "{expected}");
        assert!(answer.body.contains(expected), "{expected} in {}", answer.body);
        assert_eq!(house.get_as("/tickets", &there).status, 200, "nothing ended");
    }
    assert_eq!(told(&mut house, "agent.wrong_password").len(), 1);
    let fields = [("old", PASSWORD), ("new", new), ("again", new)];
    let done = send(&house, &here, "password", &fields);
    assert_eq!(done.header("Location"), Some("/account?done=password"), "{done:?}");
    assert_eq!(house.get_as("/tickets", &here).status, 303, "nobody goes on with the old secret");
    let here = done.cookies(&here);
    assert_eq!(house.get_as("/tickets", &here).status, 200, "this session stays");
    let page = house.get_as("/account?done=password", &here).body;
    assert!(page.contains("Your password was changed."), "{page}");
    assert_eq!(house.get_as("/tickets", &there).status, 303, "the other one ends");
    assert_eq!(house.sign_in("ana", PASSWORD, "").status, 403);
    assert_eq!(house.sign_in("ana", new, "").status, 303);
    assert_eq!(told(&mut house, "agent.password")[0].0, "agent:ana");
    // Guessing it at a browser that was left alone has to wait.
    for _ in 0..3 {
        send(&house, &here, "password", &[("old", "guess"), ("new", new), ("again", new)]);
    }
    let answer = send(&house, &here, "password", &[("old", new), ("new", new), ("again", new)]);
    assert_eq!((answer.status, answer.header("Retry-After")), (429, Some("1")));
}

#[test]
fn sessions_are_listed_and_end_together_and_with_the_account() {
    let (mut house, _) = with_ana();
    let here = signed_in(&house, PASSWORD);
    house.later(120);
    let there = signed_in(&house, PASSWORD);
    let page = house.get_as("/account", &here).body;
    assert!(page.contains("2 minutes ago") && page.contains("just now"), "{page}");
    assert_eq!(page.matches("this browser").count(), 1, "{page}");
    let forged = house.post("/account/sign-out", &here, &[("token", "x")]);
    assert_eq!((forged.status, house.get_as("/tickets", &there).status), (403, 200));
    let done = send(&house, &here, "sign-out", &[]);
    assert_eq!((done.status, done.header("Location")), (303, Some("/sign-in")));
    for cookie in [&here, &there] {
        assert_eq!(house.get_as("/tickets", cookie).status, 303, "ended");
    }
    assert_eq!(
        told(&mut house, "agent.signed_out")[0],
        ("agent:ana".into(), "agent 1, 2 sessions".into())
    );

    let now = house.clock.now();
    let end: [fn(&mut House); 3] = [
        |house| {
            assert_eq!(house.store.sign_out_everywhere("ana", "cli", house.clock.now()).unwrap(), 1)
        },
        |house| {
            house.store.set_password("ana", PASSWORD, house.clock.now()).unwrap();
        },
        |house| {
            house.store.disable_agent("ana", house.clock.now()).unwrap();
        },
    ];
    for (case, end) in end.into_iter().enumerate() {
        let cookie = signed_in(&house, PASSWORD);
        assert_eq!(house.get_as("/account", &cookie).status, 200, "{case}");
        end(&mut house);
        assert_eq!(house.get_as("/account", &cookie).status, 303, "{case}");
    }
    assert!(house.store.sign_out_everywhere("eve", "cli", now).is_err());
}

#[test]
fn guesses_wait_by_the_address_that_our_own_proxy_names() {
    let (mut house, _) = with_ana();
    let try_from = |house: &House, address: &str, name: &str, password: &str| {
        let (cookie, token) = house.form("/sign-in");
        let form = [("token", token.as_str()), ("name", name), ("password", password)];
        let forwarded = format!("X-Forwarded-For: 10.0.0.1, {address}\r\n");
        house.post_from("/sign-in", &cookie, &form, &forwarded).status
    };
    assert_eq!(try_from(&house, "192.0.2.1", "ana", PASSWORD), 303);
    for _ in 0..3 {
        assert_eq!(try_from(&house, "198.51.100.9", "ana", "guess"), 403);
        assert_eq!(try_from(&house, "198.51.100.9", "nobody", "guess"), 403);
    }
    assert_eq!(try_from(&house, "198.51.100.9", "ana", PASSWORD), 429);
    assert_eq!(try_from(&house, "198.51.100.9", "nobody", PASSWORD), 429, "unknown names alike");
    assert_eq!(try_from(&house, "198.51.100.10", "ana", PASSWORD), 303, "another address");
    let entries = told(&mut house, "agent.wrong_password");
    assert_eq!(entries, [("web".to_owned(), "agent 1".to_owned())], "once, and of accounts only");
}
