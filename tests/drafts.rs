//! What agents wrote and did not send: kept for them alone, through the end of a session, and gone in
//! time.

#![allow(clippy::unwrap_used)]

#[path = "web/writing.rs"]
mod desk;
#[path = "web/house.rs"]
mod house;

use counterfoil::desk::draft::Draft;
use counterfoil::desk::retention::Days;
use counterfoil::desk::ticket::{Kind, Role, TicketNumber};
use counterfoil::mail::{Address, Attachment};
use counterfoil::store::drafts::{Files, Place};
use counterfoil::time::Clock;
use desk::{Desk, ONE, multipart, post_raw, session_of};
use house::{PASSWORD, letter};

#[test]
fn a_draft_is_kept_for_its_agent_alone_until_it_is_sent_or_discarded() {
    let mut desk = Desk::new();
    let file = [("a.txt", "text/plain", "one"), ("b.txt", "text/plain", "two")];
    let kept = desk.write(&[("text", "\nNot yet"), ("cc", "eva"), ("as", "keep")], &file);
    assert_eq!(kept.header("Location"), Some("/tickets/1?said=kept#write"), "{}", kept.body);
    let page = desk.page();
    assert!(page.contains("Your draft, last changed") && page.contains("eva"), "{page}");
    assert!(page.contains("name=\"text\"") && page.contains("\n\nNot yet</textarea>"), "{page}");
    let files = desk.kept().unwrap().files;
    assert_eq!(files.len(), 2);

    let other = desk.house.agent(Role::Admin);
    desk.house.later(180);
    let theirs = desk.house.get_as("/tickets/1", &other).body;
    assert!(!theirs.contains("Not yet") && !theirs.contains("a.txt"), "{theirs}");
    assert!(theirs.contains("somebody-agent</bdi> has been writing here, "), "{theirs}");
    assert!(theirs.contains("3 minutes ago"));

    // The list leads back to it, and only its writer.
    let words = "You began to write:";
    let mine = desk.house.get_as("/tickets", &desk.cookie).body;
    assert!(mine.contains(words) && mine.contains("href=\"/tickets/1#write\""), "{mine}");
    assert!(!desk.house.get_as("/tickets", &other).body.contains(words));

    // One file out; the same file once more is no second one.
    let drop = files[0].id.to_string();
    let fields = [("text", "Not yet"), ("drop", drop.as_str()), ("as", "keep")];
    assert_eq!(desk.write(&fields, &file[1..]).status, 303);
    let left: Vec<String> =
        desk.kept().unwrap().files.into_iter().map(|file| file.filename).collect();
    assert_eq!(left, ["b.txt"]);

    // A failure to send keeps it.
    let failed = desk.write(&[("text", "Now"), ("cc", "eva"), ("as", "reply")], &[]);
    assert_eq!(failed.status, 409);
    assert!(
        failed.body.contains("“eva” is no address") && failed.body.contains(">\nNow</textarea>")
    );
    assert_eq!(desk.kept().unwrap().draft.text, "Now");

    // A script keeps what is typed, and cannot bring back what was sent.
    let form = desk.form("/tickets/1");
    let typing = desk.send("/tickets/1/draft", &form, &[("text", "Now th")], &[]);
    assert_eq!((typing.status, typing.body.as_str()), (204, ""));
    let kept = desk.kept().unwrap();
    assert_eq!((kept.draft.text.as_str(), kept.files.len()), ("Now th", 1));
    let sent = desk.send("/tickets/1/write", &form, &[("text", "Now this."), ("as", "note")], &[]);
    assert!(sent.header("Location").unwrap().contains("said=noted"), "{}", sent.body);
    assert_eq!(desk.send("/tickets/1/draft", &form, &[("text", "Now thi")], &[]).status, 204);
    assert_eq!(desk.kept(), None);
    let note = desk.house.store.ticket(ONE).unwrap().articles.pop().unwrap();
    assert_eq!((note.kind, note.attachments.len()), (Kind::Note, 1));

    assert_eq!(desk.write(&[("text", "Never"), ("as", "keep")], &[]).status, 303);
    assert_eq!(desk.house.store.drafts_of(desk.agent, 9).unwrap().len(), 1);
    let gone = desk.write(&[("text", "Never"), ("as", "discard")], &[]);
    assert_eq!(gone.header("Location"), Some("/tickets/1?said=discarded#write"));
    assert_eq!(desk.kept(), None);
    // Without the token of the page nothing is kept.
    let forged = desk.send("/tickets/1/draft", &[], &[("text", "x")], &[]);
    assert_eq!((forged.status, desk.kept()), (403, None));
    // The Enter key in a field shows the letter and sends nothing.
    let page = desk.page();
    let first =
        page.split_once("<form id=\"write-form\"").unwrap().1.split_once("<button").unwrap().1;
    assert!(first.split_once('>').unwrap().0.contains("value=\"show\""), "{first}");
}

#[test]
fn what_came_in_while_somebody_wrote_is_read_before_the_answer_leaves() {
    let mut desk = Desk::new();
    assert_eq!(desk.write(&[("text", "Soon."), ("as", "keep")], &[]).status, 303);
    let before = desk.form("/tickets/1");
    let author = Address { address: String::new(), name: "ben".into() };
    let hand = counterfoil::desk::writing::Hand::Note(author);
    let writing =
        counterfoil::desk::writing::Writing { text: "Done already.".into(), ..Default::default() };
    let now = desk.house.clock.now();
    desk.house.store.put(ONE, writing, hand, "agent:ben", now).unwrap();
    assert!(desk.page().contains("since you began to write"));
    let preview = desk.house.get_as("/tickets/1/preview", &desk.cookie).body;
    assert!(preview.contains("since you began to write"), "{preview}");
    let late = desk.send("/tickets/1/write", &before, &[("text", "Soon!"), ("as", "reply")], &[]);
    assert_eq!(late.status, 409);
    assert!(late.body.contains("added to this ticket meanwhile"));
    assert_eq!(desk.kept().unwrap().draft.text, "Soon!");
    assert_eq!(desk.write(&[("text", "Soon!"), ("as", "reply")], &[]).status, 303);
}

#[test]
fn what_is_written_in_two_windows_is_kept_from_both() {
    let mut desk = Desk::new();
    let path = "/tickets/1/write";
    let (one, two) = (desk.form("/tickets/1"), desk.form("/tickets/1"));
    let text = |desk: &mut Desk| desk.kept().unwrap().draft.text;
    let keep = |desk: &Desk, form: &[(String, String)], text: &str, deed: &str| {
        let answer = desk.send(path, form, &[("text", text), ("as", deed)], &[]);
        answer.header("Location").map(|to| to.split_once("said=").unwrap().1.to_owned())
    };
    let typing = |desk: &Desk, form: &[(String, String)], text: &str| {
        desk.send("/tickets/1/draft", form, &[("text", text)], &[]).status
    };
    assert_eq!(keep(&desk, &one, "First.", "keep").as_deref(), Some("kept#write"));
    let joined = desk.send(path, &two, &[("text", "Second."), ("as", "keep")], &[]);
    assert_eq!(joined.header("Location"), Some("/tickets/1?said=joined#write"));
    assert_eq!(text(&mut desk), "Second.\n\nFirst.");
    let cookies = joined.cookies(&desk.cookie);
    let page = desk.house.get_as("/tickets/1?said=joined", &cookies).body;
    assert!(page.contains("also wrote here in another window"), "{page}");
    // What somebody still types there does not take the place of both, nor of the other half.
    assert_eq!(typing(&desk, &one, "First of all."), 409);
    assert_eq!(keep(&desk, &two, "Second!", "show").as_deref(), Some("joined#write"));
    assert_eq!(text(&mut desk), "Second!\n\nSecond.\n\nFirst.");
    // Nor is it sent unseen.
    let articles = desk.articles();
    let unsent = desk.send(path, &one, &[("text", "Go."), ("as", "reply")], &[]);
    assert_eq!((unsent.status, desk.articles()), (409, articles));
    assert!(unsent.body.contains("Not sent: you also wrote here"), "{}", unsent.body);
    assert!(unsent.body.contains("\nGo.\n\nSecond!"), "{}", unsent.body);

    // Whoever sees it all may take out what they like, while typing, too, and come back to the form.
    let now = desk.form("/tickets/1");
    assert_eq!(typing(&desk, &now, "Just"), 204);
    assert_eq!(typing(&desk, &now, "So"), 204);
    assert_eq!(text(&mut desk), "So");
    assert_eq!(keep(&desk, &now, "That", "keep").as_deref(), Some("kept#write"));
    assert_eq!(keep(&desk, &now, "This", "keep").as_deref(), Some("kept#write"));
    assert_eq!(text(&mut desk), "This");
    // What holds the other text as well is taken as it is.
    assert_eq!(keep(&desk, &one, "This and more", "keep").as_deref(), Some("kept#write"));
    assert_eq!(text(&mut desk), "This and more");
    // A window that knew a draft that is gone does not take the place of the next one.
    let old = desk.form("/tickets/1");
    desk.house.store.discard_draft(desk.place()).unwrap();
    desk.house.later(1);
    assert_eq!(
        keep(&desk, &desk.form("/tickets/1"), "Next", "keep").as_deref(),
        Some("kept#write")
    );
    assert_eq!(keep(&desk, &old, "Old", "keep").as_deref(), Some("joined#write"));

    let path = "/tickets/new";
    let (one, two) = (desk.form(path), desk.form(path));
    let eva =
        [("requester", "eva@x.example"), ("subject", "Lamp"), ("text", "Dark."), ("as", "keep")];
    let ida =
        [("requester", "ida@x.example"), ("subject", "Door"), ("text", "Open."), ("as", "note")];
    assert_eq!(desk.send(path, &one, &eva, &[]).header("Location"), Some("/tickets/new?said=kept"));
    let unsent = desk.send(path, &two, &ida, &[]);
    assert_eq!(unsent.status, 409);
    assert!(unsent.body.contains("you also wrote here in another window"), "{}", unsent.body);
    let both = "\nOpen.\n\neva@x.example\nLamp\nDark.</textarea>";
    assert!(
        unsent.body.contains(both) && unsent.body.contains("value=\"Door\""),
        "{}",
        unsent.body
    );
    let said = desk.send(path, &one, &[("text", "Once more."), ("as", "keep")], &[]);
    assert_eq!(said.header("Location"), Some("/tickets/new?said=joined"));
}

#[test]
fn a_text_outlives_the_session_it_was_written_in() {
    let mut desk = Desk::new();
    desk.house.store.set_password("somebody-agent", PASSWORD, desk.house.clock.now()).unwrap();
    desk.cookie = session_of(&mut desk.house, "somebody-agent");
    let form = desk.form("/tickets/1");
    // Twelve hours later the session is over, and still known: kept at once, with its file.
    desk.house.later(13 * 3_600);
    let fields = [("text", "Slowly written."), ("as", "reply")];
    let file = [("a.txt", "text/plain", "one")];
    let over = desk.send("/tickets/1/write", &form, &fields, &file);
    let next = "/sign-in?next=%2Ftickets%2F1%3Fsaid%3Drescued%23write";
    assert_eq!(over.header("Location"), Some(next), "{}", over.body);
    let kept = desk.kept().unwrap();
    assert_eq!((kept.draft.text.as_str(), kept.files.len()), ("Slowly written.", 1));
    assert_eq!(desk.articles(), 2, "the letter and its acknowledgement; nothing was sent");
    let typing = desk.send("/tickets/1/draft", &form, &[("text", "Slowly written. And")], &[]);
    assert_eq!(typing.status, 401);
    assert_eq!(desk.kept().unwrap().draft.text, "Slowly written. And");
    desk.house.store.discard_draft(desk.place()).unwrap();

    // Signed out in another tab: the page for signing in takes it along, past a wrong password.
    let cookie = std::mem::take(&mut desk.cookie);
    let out = desk.send(
        "/tickets/1/write",
        &form,
        &[("text", "A \"quote\" &\nmore."), ("as", "note")],
        &file,
    );
    assert_eq!(out.status, 403);
    assert!(out.body.contains("what you wrote is kept as a draft"), "{}", out.body);
    assert!(out.body.contains("attach them again after signing in: a.txt"), "{}", out.body);
    let form_cookie = out.cookie("counterfoil_form");
    let field = |page: &str, name: &str| {
        let rest = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap().1;
        let value = rest.split_once('"').unwrap().0;
        value
            .replace("&quot;", "\"")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&")
    };
    let sign_in = |page: &str, password: &str| {
        let names = ["token", "next", "carried", "carried_to"];
        let values: Vec<String> = names.iter().map(|name| field(page, name)).collect();
        let mut form: Vec<(&str, &str)> =
            names.iter().copied().zip(values.iter().map(String::as_str)).collect();
        form.extend([("name", "somebody-agent"), ("password", password)]);
        desk.house.post("/sign-in", &form_cookie, &form)
    };
    let wrong = sign_in(&out.body, "wrong");
    assert_eq!(wrong.status, 403);
    let right = sign_in(&wrong.body, PASSWORD);
    assert_eq!(right.header("Location"), Some("/tickets/1?said=rescued#write"), "{}", right.body);
    let session = right.cookie("counterfoil_session");
    let page = desk.house.get_as("/tickets/1?said=rescued", &session).body;
    assert!(
        page.contains("Your session was over") && page.contains("A &quot;quote&quot; &amp;\nmore.")
    );
    assert!(page.contains("attach them again: a.txt"), "{page}");

    // Signed in again in another tab: the old form is not sent, and its text is not lost.
    desk.cookie = session;
    desk.house.store.discard_draft(desk.place()).unwrap();
    let old =
        desk.send("/tickets/1/write", &form, &[("text", "From before."), ("as", "reply")], &[]);
    assert_eq!(old.status, 403);
    assert!(
        old.body.contains("signed in again") && old.body.contains("From before."),
        "{}",
        old.body
    );
    // What lies there is not lost to it either.
    let old = desk.send("/tickets/1/write", &form, &[("text", "Another."), ("as", "reply")], &[]);
    assert!(old.body.contains("Another.\n\nFrom before."), "{}", old.body);
    desk.house.store.discard_draft(desk.place()).unwrap();

    // A page of another site plants nothing, nor does whoever says nothing of where it comes from.
    let body = multipart(&[("text", "Planted"), ("as", "reply")], &[]);
    for (case, headers, cookies, expected) in [
        ("another site", "Origin: https://evil.example\r\n", "", 403),
        ("another site, signed in", "Sec-Fetch-Site: cross-site\r\n", desk.cookie.as_str(), 403),
        ("nothing said", "", "", 303),
        ("nothing said, signed in", "", desk.cookie.as_str(), 403),
        ("nothing said, over", "", cookie.as_str(), 303),
    ] {
        let answer = post_raw(&desk.house, "/tickets/1/write", cookies, &body, headers);
        assert_eq!(answer.status, expected, "{case}");
        assert!(!answer.body.contains("Planted"), "{case}: {}", answer.body);
    }
    assert_eq!(desk.kept(), None);
    let forged = [("token", "x"), ("name", "somebody-agent"), ("password", PASSWORD)];
    let carried =
        serde_json::json!(Draft { text: "Planted".into(), ..Draft::default() }).to_string();
    let forged = [&forged[..], &[("carried", carried.as_str()), ("carried_to", "1")]].concat();
    assert_eq!(desk.house.post("/sign-in", &form_cookie, &forged).status, 403);
    assert_eq!(desk.kept(), None);
    // A very long text is given back to be copied.
    desk.cookie = String::new();
    let long = "ä".repeat(140_000);
    let answer = desk.send("/tickets/1/write", &form, &[("text", &long), ("as", "reply")], &[]);
    assert!(answer.body.contains("copy it from here") && answer.body.contains(&long));
}

#[test]
fn a_draft_goes_with_its_ticket_its_agent_and_its_days() {
    let mut desk = Desk::new();
    let now = desk.house.clock.now();
    desk.house.letter(letter(2));
    let keep = |desk: &mut Desk, ticket: Option<i64>, text: &str| {
        let place = Place { agent: desk.agent, ticket: ticket.map(TicketNumber) };
        let add = [Attachment {
            filename: "secret-name.txt".into(),
            bytes: b"quite unmistakable content".repeat(2_000),
            ..Attachment::default()
        }];
        let files = Files { add: &add, drop: &[] };
        let draft = Draft { text: text.into(), ..Draft::default() };
        let now = desk.house.clock.now();
        desk.house.store.keep_draft(place, None, &draft, files, now).unwrap();
    };
    let counts = |desk: &Desk| -> (i64, i64) {
        let db = rusqlite::Connection::open(&desk.house.path).unwrap();
        let one = |sql: &str| db.query_row(sql, [], |row| row.get(0)).unwrap();
        (one("SELECT count(*) FROM draft"), one("SELECT count(*) FROM draft_file"))
    };
    let days = Days { recovery: 30, closed: None };
    let change = |desk: &mut Desk, number: i64, change| {
        let now = desk.house.clock.now();
        let number = TicketNumber(number);
        desk.house.store.change_ticket(number, &[change], "agent:x", now).unwrap();
    };
    // With its ticket.
    keep(&mut desk, Some(1), "unmistakable words of a draft");
    assert_eq!(counts(&desk), (1, 1));
    change(&mut desk, 1, counterfoil::desk::change::Change::Delete);
    let page = desk.page();
    assert!(page.contains("A draft of yours is left here"), "{page}");
    desk.house.later(29 * 86_400);
    keep(&mut desk, Some(1), "unmistakable words of a draft, changed");
    desk.house.later(86_400);
    let at = desk.house.clock.now();
    assert_eq!(desk.house.store.erase(days, at, 100).unwrap().len(), 1);
    assert_eq!(counts(&desk), (0, 0));
    let bytes = std::fs::read(&desk.house.path).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(!holds("unmistakable") && !holds("secret-name"));
    let refused = desk.house.store.keep_draft(
        desk.place(),
        None,
        &Draft { text: "x".into(), ..Draft::default() },
        Files::default(),
        now,
    );
    assert!(refused.is_err(), "there is nothing to write into any more");
    // Untouched for the days of retention: what preview says is what goes. On hold it stays.
    keep(&mut desk, Some(2), "old");
    keep(&mut desk, None, "new");
    change(&mut desk, 2, counterfoil::desk::change::Change::Hold(true));
    desk.house.later(31 * 86_400);
    let at = desk.house.clock.now();
    let said = desk.house.store.expired(days, at, 100).unwrap();
    assert_eq!(said.iter().map(|one| one.kind).collect::<Vec<_>>(), ["draft"]);
    assert_eq!(desk.house.store.erase(days, at, 100).unwrap(), said);
    assert_eq!(counts(&desk), (1, 1));
    // Into the ticket that another is merged into.
    desk.house.letter(letter(3));
    change(&mut desk, 2, counterfoil::desk::change::Change::Hold(false));
    let at = desk.house.clock.now();
    desk.house.store.merge_tickets(TicketNumber(2), TicketNumber(3), "agent:x", at).unwrap();
    let found = desk.house.store.drafts_of(desk.agent, 9).unwrap();
    assert_eq!(found[0].0, Some(TicketNumber(3)));
    // With its agent.
    desk.house.store.disable_agent("somebody-agent", at).unwrap();
    assert_eq!(counts(&desk), (0, 0));
}
