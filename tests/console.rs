//! The agent's pages: tickets and their conversations, safe whatever a letter holds, the lists and the
//! search, and what an agent does there. Who may see them is in `web`.

#![allow(clippy::unwrap_used)]

#[path = "web/house.rs"]
mod house;

use counterfoil::desk::outgoing;
use counterfoil::desk::ticket::{Role, TicketNumber};
use counterfoil::desk::writing::Writing;
use counterfoil::mail::{Address, Attachment, Message, MessageId};
use counterfoil::store::filing::Filed;
use counterfoil::time::Clock;
use house::{House, letter};

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
        let body = page.body.replace("<script src=\"/script.js?", "");
        for bad in ["<script", "<img", "href=\"javascript", "\"onclick", "\" onclick"] {
            assert!(!body.contains(bad), "{bad} in {path}: {body}");
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
    for why in ["nothing is loaded from elsewhere", "missing in the message, too large, or not"] {
        let sentence = format!("1 picture left out: {why}");
        assert!(answer.body.contains(&sentence), "{}", answer.body);
    }
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
    let (thread, mailbox, _) = house.store.thread(number, None).unwrap();
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
    let long = format!("/search?q={}", "%F0%A0%80%80".repeat(500));
    assert_eq!(house.get_as(&long, &cookie).status, 200, "as much as the field takes");
    for hostile in
        ["%22", "%27%3B--", "a%00b", "*", "NEAR(", "%3Cscript%3E", "state:done", "(", "-x"]
    {
        let page = house.get_as(&format!("/search?q={hostile}"), &cookie);
        assert!([200, 400].contains(&page.status), "{hostile}: {}", page.status);
        let body = page.body.replace("<script src=\"/script.js?", "");
        assert!(!body.contains("<script"), "{hostile}");
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
    let out = house.post("/tickets/1/write", "", &forged);
    assert!(out.status == 403 && out.body.contains("name=\"password\""), "to the sign-in");
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
