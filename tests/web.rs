//! The web from outside: a real one on a free port over a fresh database, filled through the store
//! as the rounds fill it, and asked over plain connections as a browser, a monitor and an attacker
//! would.
#![allow(clippy::unwrap_used)]

#[path = "web/house.rs"]
mod house;

use std::net::TcpStream;

use counterfoil::desk::outgoing::{self, Writing};
use counterfoil::desk::ticket::{Role, TicketNumber};
use counterfoil::mail::{Address, Attachment, Message, MessageId};
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

    house.later(281);
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
    let (cookie, token) = house.form(&path);
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

    let late = house.store.sign_in_link(agent, now.plus_seconds(600)).unwrap().0;
    house.later(600);
    let path = format!("/sign-in/link/{late}");
    let (cookie, token) = house.form(&path);
    assert_eq!(house.post(&path, &cookie, &[("token", &token)]).status, 403, "too late");
}

#[test]
fn the_writer_of_a_forwarded_letter_becomes_the_requester_by_a_form() {
    let mut house = House::open();
    let mut message = letter(1);
    message.forwarded = Some(counterfoil::mail::forward::Forwarded {
        from: Some(counterfoil::mail::Address::bare("writer@shop.example")),
        to: Vec::new(),
        cc: Vec::new(),
        subject: "Lamp".into(),
        sent_at: None,
        body: None,
    });
    house.letter(message);
    let session = house.agent(Role::Agent);
    let page = house.get_as("/tickets/1", &session);
    assert!(page.body.contains("Make the writer the requester"), "{}", page.body);
    let (token, path) = (page.token(), "/tickets/1/requester");
    assert_eq!(house.post(path, &session, &[("article", "1")]).status, 403, "without a token");
    assert_eq!(house.post(path, "", &[("article", "1"), ("token", &token)]).status, 303);
    let missing = house.post(path, &session, &[("article", "9"), ("token", &token)]);
    assert_eq!(missing.status, 404);
    let done = house.post(path, &session, &[("article", "1"), ("token", &token)]);
    assert_eq!((done.status, done.header("Location")), (303, Some("/tickets/1")));
    let page = house.get_as("/tickets/1", &session);
    assert!(page.body.contains("writer@shop.example"), "{}", page.body);
    assert!(!page.body.contains("Make the writer the requester"), "{}", page.body);
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
fn hostile_mail_stays_text() {
    let mut house = House::open();
    let cookie = house.agent(Role::Agent);
    let attack = "<script>alert(1)</script>\"><img src=x onerror=alert(2)>";
    let hostile = Message {
        message_id: MessageId::new("hostile@evil.example"),
        from: Some(Address { address: format!("{attack}@evil.example"), name: attack.to_owned() }),
        to: vec![Address { address: attack.to_owned(), name: attack.to_owned() }],
        cc: vec![Address::bare(attack)],
        subject: attack.to_owned(),
        text: format!(
            "{attack} javascript:alert(3) https://evil.example/\"onclick=alert(4)\n> {attack}"
        ),
        visible_text: format!(
            "{attack} javascript:alert(3) https://evil.example/\"onclick=alert(4)"
        ),
        html: Some(attack.to_owned()),
        attachments: vec![
            Attachment {
                filename: format!("{attack}\r\nX-Injected: 1.html"),
                content_type: format!("text/html\r\nX-Injected: 2; {attack}"),
                bytes: attack.as_bytes().to_vec(),
                ..Attachment::default()
            },
            Attachment {
                filename: "Grüße.pdf".to_owned(),
                content_type: "application/pdf".to_owned(),
                bytes: b"%PDF-".to_vec(),
                ..Attachment::default()
            },
        ],
        ..Message::default()
    };
    house.letter(hostile);
    for path in ["/tickets", "/tickets/1"] {
        let page = house.get_as(path, &cookie);
        assert_eq!(page.status, 200, "{path}");
        for bad in ["<script", "<img", "href=\"javascript", "\"onclick", "\" onclick"] {
            assert!(!page.body.contains(bad), "{bad} in {path}: {}", page.body);
        }
        assert!(page.body.contains("&lt;script&gt;alert(1)"), "{path}");
    }
    let page = house.get_as("/tickets/1", &cookie);
    assert!(page.body.contains("<a href=\"https://evil.example/\" rel=\"noopener noreferrer"));
    assert!(page.body.contains("Show quoted text"));

    let answer = house.get_as("/attachments/1", &cookie);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("X-Injected"), None, "{answer:?}");
    assert_eq!(answer.header("Content-Type"), Some("application/octet-stream"));
    assert!(answer.header("Content-Disposition").unwrap().starts_with("attachment; filename=\""));
    assert!(answer.header("Content-Security-Policy").unwrap().contains("sandbox"));
    assert_eq!(answer.body, attack, "the bytes themselves are as they came");
    let answer = house.get_as("/attachments/2", &cookie);
    assert_eq!(answer.header("Content-Type"), Some("application/pdf"));
    assert_eq!(
        answer.header("Content-Disposition"),
        Some("attachment; filename=\"Gr__e.pdf\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.pdf")
    );
    let answer = house.get_as("/tickets/1/articles/1/text", &cookie);
    assert_eq!(answer.header("Content-Type"), Some("text/plain; charset=utf-8"));
    assert!(answer.header("Content-Security-Policy").unwrap().contains("sandbox"));
    assert!(answer.body.starts_with(attack));
    let answer = house.get_as("/ledger/1/original", &cookie);
    assert_eq!(answer.header("Content-Type"), Some("message/rfc822"));
    assert_eq!(
        answer.header("Content-Disposition"),
        Some("attachment; filename=\"ticket-1-message-1.eml\"")
    );
    assert!(answer.body.starts_with("Subject: <script>"));
}

#[test]
fn a_letter_is_shown_as_it_was_laid_out_in_a_frame_that_may_do_nothing() {
    let mut house = House::open();
    let cookie = house.agent(Role::Agent);
    let attack = "<script>alert(1)</script><img src=\"https://evil.example/p.gif\" onerror=alert(1)>\
                  <img src=\"cid:logo\"><img src=\"cid:page\"><p style=\"color:red;position:fixed\">Hello</p>";
    let part = |id: &str, content_type: &str, bytes: &[u8]| Attachment {
        filename: id.to_owned(),
        content_type: content_type.to_owned(),
        content_id: Some(id.to_owned()),
        inline: true,
        bytes: bytes.to_vec(),
    };
    house.letter(Message {
        text: "Hello".to_owned(),
        visible_text: "Hello".to_owned(),
        html: Some(attack.to_owned()),
        attachments: vec![
            part("logo", "image/svg+xml", b"\x89PNG\r\n\x1a\nx"),
            part("page", "image/png", b"<script>alert(1)</script>"),
        ],
        ..letter(1)
    });
    house.letter(Message { html: None, ..letter(2) });

    let page = house.get_as("/tickets/1", &cookie).body;
    assert!(page.contains("href=\"/tickets/1?html=1#article-1\"") && !page.contains("<iframe"));
    let page = house.get_as("/tickets/1?until=1&html=1", &cookie);
    let policy = page.header("Content-Security-Policy").unwrap();
    assert!(policy.contains("frame-src 'self'"), "{policy}");
    let (_, frame) = page.body.split_once("<iframe").unwrap();
    let frame = frame.split_once('>').unwrap().0;
    assert!(frame.contains("src=\"/tickets/1/articles/1/html\""), "{frame}");
    let (_, sandbox) = frame.split_once("sandbox=\"").unwrap();
    let sandbox = sandbox.split_once('"').unwrap().0;
    assert_eq!(sandbox, "allow-popups allow-popups-to-escape-sandbox");
    assert!(page.body.contains("href=\"/tickets/1?until=1#article-1\""), "back to the text");

    let answer = house.get_as("/tickets/1/articles/1/html", &cookie);
    assert_eq!(answer.status, 200);
    let policy = answer.header("Content-Security-Policy").unwrap();
    let allowed = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; \
                   frame-ancestors 'self'; base-uri 'none'; \
                   sandbox allow-popups allow-popups-to-escape-sandbox";
    assert_eq!(policy, allowed);
    for (name, value) in [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "SAMEORIGIN"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "unsafe-none"),
        ("Cache-Control", "no-store"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    for bad in ["<script", "onerror", "evil.example", "position", "cid:", "svg"] {
        assert!(!answer.body.contains(bad), "{bad} in {}", answer.body);
    }
    assert!(answer.body.contains("<img src=\"data:image/png;base64,iVBORw0KGgp4\">"));
    assert!(answer.body.contains("2 pictures left out"), "{}", answer.body);
    assert!(answer.body.contains("<p style=\"color:red\">Hello</p>"), "{}", answer.body);

    for path in
        ["/tickets/2/articles/2/html", "/tickets/2/articles/1/html", "/tickets/9/articles/1/html"]
    {
        assert_eq!(house.get_as(path, &cookie).status, 404, "{path}");
    }
    let second = house.get_as("/tickets/2?html=2", &cookie).body;
    assert!(!second.contains("<iframe") && !second.contains("laid out"), "{second}");

    // Whatever they claim to be, files are saved and never shown.
    for path in ["/attachments/1", "/attachments/2", "/ledger/1/original"] {
        let answer = house.get_as(path, &cookie);
        let disposition = answer.header("Content-Disposition").unwrap();
        assert!(disposition.starts_with("attachment; "), "{path}: {disposition}");
        assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"), "{path}");
        let policy = answer.header("Content-Security-Policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; sandbox;"), "{path}: {policy}");
    }
}

#[test]
fn a_ticket_shows_its_whole_conversation() {
    let mut house = House::open();
    let cookie = house.agent(Role::Agent);
    let ledger = house.letter(letter(1));
    let question = letter(1);
    let text = "It is still cold.\n\nOn Monday, Contoso Help wrote:\n> We will come.";
    house.letter(Message {
        in_reply_to: question.message_id.iter().cloned().collect(),
        text: text.to_owned(),
        visible_text: "It is still cold.".to_owned(),
        reply_to: vec![Address::bare("team@customer.example")],
        ..letter(2)
    });
    let number = TicketNumber(1);
    let now = house.clock.now();
    let policy = house.policy();
    let (thread, mailbox, _) = house.store.thread(number).unwrap();
    let say = |text: &str| Writing { text: text.to_owned(), ..Writing::default() };
    let bcc = vec![Address::bare("boss@contoso.example")];
    let answer = Writing { bcc, ..say("We are on our way.") };
    let (reply, state) = outgoing::reply(&thread, answer, &policy).unwrap();
    house.store.write_article(number, mailbox, &reply, state, "ana", now).unwrap();
    let why = "waits: the mailbox may send 30 letters a minute";
    house.store.note_held(mailbox, why, now).unwrap();
    let author = Address { address: String::new(), name: "ana".to_owned() };
    let (note, state) = outgoing::note(&thread, say("Valve is broken."), author).unwrap();
    house.store.write_article(number, mailbox, &note, state, "ana", now).unwrap();
    let until = now.plus_days(30);
    let removed = Filed::Removed { item_id: "there".to_owned() };
    house.store.note_filed(&[(ledger, removed)], until, now).unwrap();

    let page = house.get_as("/tickets/1", &cookie);
    for expected in [
        "Cold heating 1",
        "The heating in room 7 is cold.",
        "It is still cold.</div>",
        "<summary>Show quoted text</summary>",
        "On Monday, Contoso Help wrote:\n&gt; We will come.",
        "We are on our way.",
        "waiting to be sent",
        "<bdi>waits: the mailbox may send 30 letters a minute</bdi>",
        "answers go to <bdi>team@customer.example</bdi>",
        "hidden copy to <bdi>boss@contoso.example</bdi>",
        "note, seen by agents only",
        "Valve is broken.",
        "The original was removed from the mailbox and can be recovered there until 2026-06-03",
        "href=\"/ledger/1/original\"",
        "The original is still in the mailbox",
        "jonas.weber@customer.example",
    ] {
        assert!(page.body.contains(expected), "{expected} in {}", page.body);
    }
    assert_eq!(page.body.matches("It is still cold.").count(), 1, "the fold repeats the text");
    assert_eq!(house.get_as("/tickets/99", &cookie).status, 404);
    assert_eq!(house.get_as("/attachments/99", &cookie).status, 404);
    assert_eq!(house.get_as("/ledger/99/original", &cookie).status, 404);
    assert_eq!(house.get_as("/tickets/1/articles/99/text", &cookie).status, 404);
}

#[test]
fn a_search_finds_and_marks_and_survives_what_is_typed() {
    let mut house = House::open();
    let cookie = house.agent(Role::Agent);
    house.letter(letter(1));
    let page = house.get_as("/search?q=heat*", &cookie);
    assert!(page.body.contains("<mark>heating</mark>"), "{}", page.body);
    assert!(page.body.contains("href=\"/tickets/1#article-"));
    assert!(house.get_as("/search?q=submarine", &cookie).body.contains("Nothing found."));
    assert_eq!(house.get_as("/search?q=", &cookie).header("Location"), Some("/tickets"));
    for hostile in
        ["%22", "%27%3B--", "a%00b", "*", "NEAR(", "%3Cscript%3E", "state:done", "(", "-x"]
    {
        let page = house.get_as(&format!("/search?q={hostile}"), &cookie);
        assert!([200, 400].contains(&page.status), "{hostile}: {}", page.status);
        assert!(!page.body.contains("<script"), "{hostile}");
    }
    assert_eq!(house.get("/search?q=heating").status, 303, "only for those who signed in");
}

#[test]
fn an_agent_answers_notes_and_changes_a_ticket_on_its_page() {
    let mut house = House::open();
    let cookie = house.agent(Role::Agent);
    house.letter(letter(1));
    let hidden = |page: &str, name: &str| {
        let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    };
    let page = house.get_as("/tickets/1", &cookie).body;
    let (token, seen) = (hidden(&page, "token"), hidden(&page, "seen"));
    assert!(
        page.contains("It goes to ") && page.contains("jonas.weber@customer.example"),
        "{page}"
    );
    let form = |text: &'static str, kind: &'static str, state: &'static str, seen: &str| {
        vec![
            ("token", token.clone()),
            ("text", text.to_owned()),
            ("as", kind.to_owned()),
            ("state", state.to_owned()),
            ("seen", seen.to_owned()),
        ]
    };
    let write = |house: &House, form: Vec<(&'static str, String)>| {
        let form: Vec<(&str, &str)> = form.iter().map(|(name, it)| (*name, it.as_str())).collect();
        house.post("/tickets/1/write", &cookie, &form)
    };
    let sent = write(&house, form("We come\r\non Monday.", "reply", "pending", &seen));
    assert_eq!(sent.status, 303);
    let ticket = house.store.ticket(TicketNumber(1)).unwrap();
    let last = ticket.articles.last().unwrap();
    assert_eq!(
        (last.visible_text.as_str(), ticket.state.as_str()),
        ("We come\non Monday.", "pending")
    );
    assert!(sent.header("Location").unwrap().ends_with(&format!("#article-{}", last.id)));
    // Sent twice, or beside somebody else's answer: told, and the text is not lost.
    let again = write(&house, form("A <second> answer.", "reply", "", &seen));
    assert_eq!(again.status, 409);
    assert!(again.body.contains("was added to this ticket meanwhile"));
    assert!(again.body.contains("A &lt;second&gt; answer."));
    assert_eq!(house.store.ticket(TicketNumber(1)).unwrap().articles.len(), ticket.articles.len());
    let seen = hidden(&again.body, "seen");
    assert_eq!(write(&house, form("Ring her.", "note", "", &seen)).status, 303);
    let note = house.store.ticket(TicketNumber(1)).unwrap().articles.pop().unwrap();
    assert_eq!((note.kind.as_str(), note.delivery), ("note", None));
    let seen = note.id.to_string();
    assert!(write(&house, form("  ", "reply", "", &seen)).body.contains("is empty"));
    assert!(write(&house, form("x", "reply", "done", &seen)).body.contains("`done` is none of"));

    let change = |house: &House, form: &[(&str, &str)]| {
        let form = [&[("token", token.as_str())], form].concat();
        house.post("/tickets/1/change", &cookie, &form)
    };
    let made = change(
        &house,
        &[
            ("deed", "change"),
            ("assignee", "somebody-agent"),
            ("state", "open"),
            ("priority", "high"),
            ("queue", "Boilers"),
            ("tags", "heat, cold"),
        ],
    );
    assert_eq!(made.status, 303, "{}", made.body);
    let ticket = house.store.ticket(TicketNumber(1)).unwrap();
    assert_eq!(
        (ticket.assignee.as_deref(), ticket.queue.as_deref()),
        (Some("somebody-agent"), Some("Boilers"))
    );
    assert_eq!((ticket.priority.as_str(), ticket.tags.join(",")), ("high", "cold,heat".to_owned()));
    assert!(change(&house, &[("assignee", "nobody else")]).body.contains("no active user"));
    let list = house.get_as("/tickets?queue=Boilers", &cookie).body;
    assert!(list.contains("/tickets/1\""), "{list}");
    assert_eq!(change(&house, &[("deed", "delete")]).status, 303);
    assert!(house.get_as("/tickets/1", &cookie).body.contains("Take it back"));
    assert_eq!(change(&house, &[("deed", "undelete")]).status, 303);

    // Without the token of a page of ours nothing is done.
    let forged = [("token", "x"), ("text", "Pay here."), ("as", "reply"), ("seen", "99")];
    assert_eq!(house.post("/tickets/1/write", &cookie, &forged).status, 403);
    assert_eq!(house.post("/tickets/1/change", &cookie, &[("deed", "delete")]).status, 403);
    assert_eq!(house.post("/tickets/1/write", "", &forged).status, 303, "to the sign-in");
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
fn long_lists_long_letters_and_long_tickets_come_in_pages() {
    let mut house = House::open();
    let cookie = house.agent(Role::Agent);
    for number in 1..=120 {
        house.letter(letter(number));
    }
    let first = house.get_as("/tickets", &cookie);
    assert!(first.body.contains("/tickets/120\"") && first.body.contains("/tickets/71\""));
    assert!(!first.body.contains("/tickets/70\"") && !first.body.contains("Newest"));
    let older = |page: &str| {
        let (_, rest) = page.split_once("rel=\"next\" href=\"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    };
    let second = house.get_as(&older(&first.body), &cookie);
    assert!(second.body.contains("/tickets/70\"") && second.body.contains("/tickets/21\""));
    let last = house.get_as(&older(&second.body), &cookie);
    assert!(last.body.contains("/tickets/20\"") && !last.body.contains("Older"));
    assert!(house.get_as("/tickets?view=closed", &cookie).body.contains("No ticket is closed."));
    assert!(house.get_as("/tickets?after=x", &cookie).body.contains("/tickets/120\""));

    for number in 200..240 {
        let question = letter(1);
        let text = "\"&<word> ".repeat(4_000);
        house.letter(Message {
            in_reply_to: question.message_id.iter().cloned().collect(),
            visible_text: text.clone(),
            text,
            ..letter(number)
        });
    }
    let page = house.get_as("/tickets/1", &cookie);
    assert!(page.body.contains("Older messages") && page.body.contains("All of it as plain text"));
    for (path, page) in [("list", &first), ("ticket", &page)] {
        assert!(page.body.len() < 60_000, "{path} has {} bytes", page.body.len());
    }
    let older = page.body.split_once("/tickets/1?until=").unwrap().1.split_once('"').unwrap().0;
    let page = house.get_as(&format!("/tickets/1?until={older}"), &cookie);
    assert!(page.body.contains(&format!("id=\"article-{older}\"")));
    assert!(page.body.contains("Newest messages"));
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
        assert!(!answer.body.contains("style=\"") && !answer.body.contains("<script"), "{case}");
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
