//! What agents write on the pages: answers with files, shown before they leave and never sent twice;
//! tickets opened for somebody. What is not sent yet is in `drafts`.

#![allow(clippy::unwrap_used, dead_code)]

#[path = "web/writing.rs"]
mod desk;
#[path = "web/house.rs"]
mod house;

use counterfoil::desk::draft::Draft;
use counterfoil::desk::ticket::{Kind, State, TicketNumber};
use counterfoil::mail::{Address, Attachment, Message};
use counterfoil::store::drafts::{Files, LeftOut, Place, Saved};
use counterfoil::time::Clock;
use desk::{Desk, ONE, multipart, ours, post_raw, session_of};
use house::{Answer, letter};

#[test]
fn an_answer_with_files_is_sent_once_however_often_its_form_comes() {
    let mut desk = Desk::new();
    let form = desk.form("/tickets/1");
    let said = [("text", "See the\nplan."), ("as", "reply"), ("state", "pending")];
    let files = [
        ("Plan %22neu%22 ü.pdf", "application/pdf", "%PDF-1\r\n\r\n--B7"),
        ("", "application/octet-stream", ""),
    ];
    let sent = desk.send("/tickets/1/write", &form, &said, &files);
    assert_eq!(sent.status, 303, "{}", sent.body);
    let to = sent.header("Location").unwrap().to_owned();
    let ticket = desk.house.store.ticket(ONE).unwrap();
    let last = ticket.articles.last().unwrap().clone();
    assert_eq!(to, format!("/tickets/1?said=sent#article-{}", last.id));
    assert_eq!((last.text.as_str(), ticket.state), ("See the\nplan.\n", State::Pending));
    let names: Vec<&str> = last.attachments.iter().map(|it| it.filename.as_str()).collect();
    assert_eq!(names, ["Plan \"neu\" ü.pdf"]);
    let (info, bytes) = desk.house.store.attachment(last.attachments[0].id).unwrap();
    assert_eq!(
        (info.content_type.as_str(), &bytes[..]),
        ("application/pdf", &b"%PDF-1\r\n\r\n--B7"[..])
    );
    assert!(desk.kept().is_none(), "what was sent is no draft");
    let page = desk.house.get_as("/tickets/1?said=sent", &sent.cookies(&desk.cookie)).body;
    assert!(page.contains("Your answer to jonas.weber@customer.example is queued"), "{page}");

    // The button pressed twice, a page loaded again.
    let count = ticket.articles.len();
    let again = desk.send("/tickets/1/write", &form, &said, &files);
    let to = again.header("Location").unwrap();
    assert_eq!(to, format!("/tickets/1?said=already#article-{}", last.id));
    assert_eq!((desk.articles(), desk.kept()), (count, None));
    let path = to.split_once('#').unwrap().0;
    assert!(
        desk.house
            .get_as(path, &again.cookies(&desk.cookie))
            .body
            .contains("was not sent a second time")
    );
    let bare = desk.house.get_as(path, &desk.cookie).body;
    assert!(!bare.contains("was not sent a second time"), "an address alone says nothing: {bare}");

    // Back in the browser, something else written and sent.
    let other = [("text", "Another plan."), ("as", "reply")];
    let late = desk.send("/tickets/1/write", &form, &other, &[]);
    assert_eq!(late.status, 409);
    assert!(
        late.body.contains("This form was sent already") && late.body.contains("Another plan.")
    );
    assert_eq!(desk.kept().unwrap().draft.text, "Another plan.");
    assert_eq!(desk.articles(), count);

    // After a day it is forgotten, and so is its digest.
    desk.house.later(25 * 3_600);
    desk.cookie = session_of(&mut desk.house, "somebody-agent");
    assert_eq!(desk.write(&[("text", "Ring him."), ("as", "note")], &[]).status, 303);
    let remembered = |desk: &Desk| -> i64 {
        let db = rusqlite::Connection::open(&desk.house.path).unwrap();
        db.query_row("SELECT count(*) FROM once", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(remembered(&desk), 1);
}

#[test]
fn one_form_sent_by_many_at_once_is_one_letter() {
    let mut desk = Desk::new();
    let form = desk.form("/tickets/1");
    let before = desk.articles();
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let body = multipart(
                    &form
                        .iter()
                        .map(|(name, value)| (name.as_str(), value.as_str()))
                        .chain([("text", "Once."), ("as", "reply")])
                        .collect::<Vec<_>>(),
                    &[("a.txt", "text/plain", "x")],
                );
                let (house, cookie) = (&desk.house, desk.cookie.as_str());
                let (address, host) = (house.web.address(), house.host());
                scope.spawn(move || {
                    use std::io::{Read, Write};
                    let mut line = std::net::TcpStream::connect(address).unwrap();
                    let head = format!(
                        "POST /tickets/1/write HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\
                         Origin: http://{host}\r\nContent-Type: multipart/form-data; boundary=B7x\r\n\
                         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                        body.len()
                    );
                    line.write_all(head.as_bytes()).unwrap();
                    let mut bytes = Vec::new();
                    line.read_to_end(&mut bytes).unwrap();
                    Answer::read(&bytes)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(desk.articles(), before + 1);
    let sent = |said: &str| {
        let to = answers.iter().filter_map(|answer| answer.header("Location"));
        to.filter(|to| to.contains(said)).count()
    };
    assert_eq!(sent("said=sent"), 1, "{answers:?}");
    assert!(sent("said=already") >= 1, "{answers:?}");
    let files = desk.house.store.ticket(ONE).unwrap().articles.pop().unwrap().attachments;
    assert_eq!(files.len(), 1);
}

#[test]
fn a_letter_is_shown_before_it_leaves_and_nothing_of_it_is_lost() {
    let mut desk = Desk::new();
    desk.house.letter(Message { cc: vec![Address::bare("boss@customer.example")], ..letter(2) });
    let path = "/tickets/2/write";
    let form = desk.form("/tickets/2");
    let fields = [
        ("text", "We <come>."),
        ("cc", "Eva <eva@x.example>; support@contoso.example"),
        ("bcc", "secret@x.example"),
        ("to_all", "yes"),
        ("state", "closed"),
        ("as", "show"),
    ];
    let files = [("a&b.txt", "text/plain", "hello")];
    let shown = desk.send(path, &form, &fields, &files);
    assert_eq!(shown.header("Location"), Some("/tickets/2/preview"), "{}", shown.body);
    let page = desk.house.get_as("/tickets/2/preview", &desk.cookie).body;
    for expected in [
        "Nothing is sent yet",
        "support@contoso.example",
        "wrote the message",
        "eva@x.example",
        "you added it",
        "the others do not see it",
        "boss@customer.example",
        "got the message as well",
        "is left out",
        "Re: Cold heating 2 [CF#2-",
        "We &lt;come&gt;.",
        "&gt; The heating in room 7 is cold.",
        "a&amp;b.txt",
        "5 bytes",
        "The ticket then is closed",
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    assert_eq!(desk.house.store.ticket(TicketNumber(2)).unwrap().articles.len(), 2, "not sent");
    // Back to writing: everything is there.
    let back = desk.house.get_as("/tickets/2", &desk.cookie).body;
    for expected in [
        "We &lt;come&gt;.",
        "eva@x.example",
        "secret@x.example",
        "a&amp;b.txt",
        " checked",
        "<option value=\"closed\" selected",
    ] {
        assert!(back.contains(expected), "{expected}: {back}");
    }
    // Changed in another window after it was shown: not sent.
    let old = desk.form("/tickets/2/preview");
    let keep = [("text", "We come soon."), ("as", "keep")];
    assert_eq!(desk.send(path, &desk.form("/tickets/2"), &keep, &[]).status, 303);
    let refused = desk.send(path, &old, &[("as", "shown")], &[]);
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("changed meanwhile") && refused.body.contains("We come soon."));
    // What is shown is what leaves, and only once.
    let form = desk.form("/tickets/2/preview");
    let first = desk.send(path, &form, &[("as", "shown")], &[]);
    let second = desk.send(path, &form, &[("as", "shown")], &[]);
    assert!(first.header("Location").unwrap().contains("said=sent"), "{}", first.body);
    assert!(second.header("Location").unwrap().contains("said=already"), "{}", second.body);
    let ticket = desk.house.store.ticket(TicketNumber(2)).unwrap();
    let last = ticket.articles.last().unwrap();
    assert_eq!((last.visible_text.as_str(), last.attachments.len()), ("We come soon.", 1));
    let none = desk.house.get_as("/tickets/2/preview", &desk.cookie);
    assert_eq!(none.status, 404);
    // What cannot leave says why.
    assert_eq!(desk.write(&[("text", "x"), ("cc", "nobody"), ("as", "show")], &[]).status, 303);
    let page = desk.house.get_as("/tickets/1/preview", &desk.cookie);
    assert_eq!(page.status, 409);
    assert!(page.body.contains("“nobody” is no address") && !page.body.contains("value=\"shown\""));
}

#[test]
fn a_ticket_is_opened_for_somebody_who_called() {
    let mut desk = Desk::new();
    let page = desk.house.get_as("/tickets/new?requester=eva@x.example", &desk.cookie).body;
    assert!(page.contains("value=\"eva@x.example\""), "{page}");
    let form = desk.form("/tickets/new");
    let wrong = [
        ("requester", "eva"),
        ("subject", " "),
        ("assignee", "nobody"),
        ("priority", "high"),
        ("tags", "heat, cold"),
        ("as", "send"),
    ];
    let failed = desk.send("/tickets/new", &form, &wrong, &[]);
    assert_eq!(failed.status, 422);
    for expected in [
        "“eva” is no address",
        "in one line of 1 to",
        "Nobody called “nobody” may sign in",
        "neither a text nor a file",
        "value=\"heat, cold\"",
        "<option value=\"high\" selected",
    ] {
        assert!(failed.body.contains(expected), "{expected}: {}", failed.body);
    }
    let form = desk.form("/tickets/new");
    let right = [
        ("requester", "eva@x.example"),
        ("name", "Eva"),
        ("subject", "Lamp"),
        ("queue", "Light"),
        ("assignee", "somebody-agent"),
        ("priority", "high"),
        ("tags", "heat, cold"),
        ("text", "We come."),
        ("as", "send"),
    ];
    let file = [("a.txt", "text/plain", "one")];
    let opened = desk.send("/tickets/new", &form, &right, &file);
    let to = opened.header("Location").unwrap_or_else(|| panic!("{}", opened.body)).to_owned();
    assert!(to.starts_with("/tickets/2?said=opened-sent#article-"), "{to}");
    let ticket = desk.house.store.ticket(TicketNumber(2)).unwrap();
    assert_eq!(ticket.requester.as_ref().unwrap().name, "Eva");
    assert_eq!((ticket.queue.as_deref(), ticket.tags.len()), (Some("Light"), 2));
    assert_eq!(ticket.assignee.as_deref(), Some("somebody-agent"));
    let first = &ticket.articles[0];
    assert_eq!((first.kind, first.attachments.len()), (Kind::EmailOut, 1));
    let cookies = opened.cookies(&desk.cookie);
    let page = desk.house.get_as(to.split('#').next().unwrap(), &cookies).body;
    assert!(page.contains("your message to eva@x.example is queued"), "{page}");
    // Once more the same form, and the next one as a note with nothing but a file.
    let again = desk.send("/tickets/new", &form, &right, &file);
    assert!(again.header("Location").unwrap().starts_with("/tickets/2?said=already"));
    let note = [("requester", "eva@x.example"), ("subject", "Bulb"), ("as", "note")];
    let opened = desk.send("/tickets/new", &desk.form("/tickets/new"), &note, &file);
    assert!(
        opened.header("Location").unwrap().starts_with("/tickets/3?said=opened#"),
        "{}",
        opened.body
    );
    // A draft of it is kept, carried over a lost session, and discarded.
    let form = desk.form("/tickets/new");
    let keep = [("requester", "ida@x.example"), ("as", "keep")];
    assert_eq!(
        desk.send("/tickets/new", &form, &keep, &[]).header("Location"),
        Some("/tickets/new?said=kept")
    );
    desk.house.later(13 * 3_600);
    let over = desk.send("/tickets/new", &form, &[("subject", "Over"), ("as", "note")], &[]);
    assert!(over.header("Location").unwrap().contains("said%3Drescued"));
    desk.cookie = session_of(&mut desk.house, "somebody-agent");
    assert!(desk.house.get_as("/tickets/new", &desk.cookie).body.contains("value=\"Over\""));
    let form = desk.form("/tickets/new");
    assert_eq!(desk.send("/tickets/new", &form, &[("as", "discard")], &[]).status, 303);
    assert!(!desk.house.get_as("/tickets/new", &desk.cookie).body.contains("value=\"Over\""));
    assert_eq!(desk.house.get("/tickets/new").status, 303, "only for agents");
}

#[test]
fn the_forms_speak_german_too() {
    let desk = Desk::new();
    let kept = desk.write(&[("text", "x"), ("cc", "eva"), ("as", "keep")], &[]);
    assert_eq!(kept.status, 303);
    let german = |path: &str| {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nAccept-Language: de\r\n\
             Connection: close\r\n\r\n",
            desk.house.host(),
            kept.cookies(&desk.cookie)
        );
        desk.house.raw(&request).body
    };
    for (path, expected) in [
        ("/tickets/1?said=kept", "Antwort senden"),
        ("/tickets/1?said=kept", "Der Entwurf ist aufgehoben."),
        ("/tickets/1", "Ihr Entwurf, zuletzt geändert <time"),
        ("/tickets/1/preview", "„eva“ ist keine Adresse"),
        ("/tickets/new", "Anlegen und den Text senden"),
    ] {
        let page = german(path);
        assert!(page.contains(expected), "{expected} on {path}: {page}");
    }
}

#[test]
fn a_text_of_the_configuration_is_put_in_without_a_script() {
    let mut desk = Desk::new();
    let page = desk.page();
    assert!(page.contains("<option value=\"Hours\">Hours"), "{page}");
    let put = desk.write(&[("text", "One thing:"), ("canned", "Hours"), ("as", "insert")], &[]);
    assert_eq!(put.header("Location"), Some("/tickets/1#write"));
    let text = desk.kept().unwrap().draft.text;
    assert_eq!(text, "One thing:\n\nHello Jonas Weber,\n\nwe are here from 9 to 5.\n");
    let none = desk.write(&[("text", "x"), ("canned", "None"), ("as", "insert")], &[]);
    assert_eq!((none.status, desk.kept().unwrap().draft.text.as_str()), (303, "x"));
}

#[test]
fn files_that_no_mailbox_sends_are_left_out_and_the_text_is_kept() {
    let mut desk = Desk::new();
    let (place, now) = (desk.place(), desk.house.clock.now());
    let file = |name: &str, megabytes: usize| Attachment {
        filename: name.to_owned(),
        bytes: vec![u8::try_from(megabytes).unwrap(); megabytes * 1_000_000],
        ..Attachment::default()
    };
    let draft = |text: &str| Draft { text: text.to_owned(), ..Draft::default() };
    let mut keep = |place: Place, text: &str, add: &[Attachment]| {
        let files = Files { add, drop: &[] };
        desk.house.store.keep_draft(place, None, &draft(text), files, now).unwrap()
    };
    assert!(matches!(keep(place, "a", &[file("a", 20)]), Saved::Kept { left_out: None, .. }));
    let Saved::Kept { left_out: Some(LeftOut::TooLarge(why)), .. } =
        keep(place, "b", &[file("b", 10)])
    else {
        panic!("it was taken");
    };
    assert!(why.size > 35_000_000 && why.most == 35_000_000, "{why}");
    let many: Vec<Attachment> = (0..60).map(|n| file(&n.to_string(), 0)).collect();
    let too_many = keep(place, "c", &many);
    assert!(matches!(too_many, Saved::Kept { left_out: Some(LeftOut::TooMany), .. }));
    for number in 2..=10 {
        desk.house.letter(letter(number));
    }
    let mut left = None;
    for number in 2..=10 {
        let place = Place { ticket: Some(TicketNumber(number)), ..place };
        let files = [file("a", 24)];
        let files = Files { add: &files, drop: &[] };
        match desk.house.store.keep_draft(place, None, &draft("d"), files, now).unwrap() {
            Saved::Kept { left_out: None, .. } => {}
            Saved::Kept { left_out, .. } => {
                left = left_out.map(|why| (number, why));
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(left, Some((9, LeftOut::Full)));
    let kept = desk.kept().unwrap();
    assert_eq!((kept.draft.text.as_str(), kept.files.len()), ("c", 1));

    // On the page: a sentence, and the text is in the form. A text that is too long comes back.
    let long = "x".repeat(300_000);
    let page = desk.write(&[("text", &long), ("as", "reply")], &[]);
    assert_eq!(page.status, 413);
    assert!(page.body.contains("The text is longer than 256 KB") && page.body.contains(&long));
    // A form that did not arrive whole.
    let body = multipart(&[("text", "cut off")], &[]).replace("--B7x--", "");
    let cut = post_raw(&desk.house, "/tickets/1/write", &desk.cookie, &body, &ours(&desk.house));
    assert_eq!(cut.status, 400);
    assert!(cut.body.contains("did not arrive whole"));
}
