//! What agents write on the pages: answers with files, shown before they leave and never sent twice;
//! tickets opened for somebody. What is not sent yet is in `drafts`.

#![allow(clippy::unwrap_used)]

#[path = "web/writing.rs"]
mod desk;
#[path = "web/house.rs"]
mod house;

use counterfoil::desk::draft::Draft;
use counterfoil::desk::ticket::{Kind, Role, State, TicketNumber};
use counterfoil::mail::{Address, Attachment, Message};
use counterfoil::store::drafts::{Files, LeftOut, Place, Saved};
use counterfoil::time::Clock;
use desk::{Desk, ONE, hidden, multipart, post_raw, session_of};
use house::letter;

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
    let file = [("a.txt", "text/plain", "x")];
    let fields = [("text", "Once."), ("as", "reply")];
    let request = desk.sending("/tickets/1/write", &form, &fields, &file);
    let answers = desk.house.at_once(&vec![request; 4]);
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
fn of_two_who_answer_in_the_same_moment_one_is_told() {
    let mut desk = Desk::new();
    let (mine, theirs) = (desk.cookie.clone(), desk.house.agent(Role::Admin));
    for round in 0..15 {
        let before = desk.articles();
        let text = format!("Answer {round}.");
        let requests: Vec<String> = [&mine, &theirs]
            .map(|cookie| {
                desk.cookie.clone_from(cookie);
                let fields = [("text", text.as_str()), ("as", "reply")];
                desk.sending("/tickets/1/write", &desk.form("/tickets/1"), &fields, &[])
            })
            .into();
        let mut answers = desk.house.at_once(&requests);
        answers.sort_by_key(|answer| answer.status);
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, [303, 409], "{round}: {answers:?}");
        assert!(answers[1].body.contains("added to this ticket meanwhile"), "{}", answers[1].body);
        assert!(answers[1].body.contains(&text), "{}", answers[1].body);
        assert_eq!(desk.articles(), before + 1, "{round}");
    }
}

#[test]
fn what_cannot_be_sent_is_not_shown_as_if_it_could() {
    let mut desk = Desk::new();
    desk.house.letter(letter(2));
    let form = desk.form("/tickets/1");
    let now = desk.house.clock.now();
    desk.house.store.merge_tickets(ONE, TicketNumber(2), "agent:ben", now).unwrap();
    let show = [("text", "Too late."), ("as", "show")];
    assert_eq!(desk.send("/tickets/1/write", &form, &show, &[]).status, 303);
    let page = desk.house.get_as("/tickets/1/preview", &desk.cookie);
    assert_eq!(page.status, 409, "{}", page.body);
    assert!(page.body.contains("merged into #2") && !page.body.contains("value=\"shown\""));

    let open = [("requester", "eva@x.example"), ("subject", "Bulb"), ("text", "x"), ("as", "note")];
    assert_eq!(desk.send("/tickets/new", &desk.form("/tickets/new"), &open, &[]).status, 303);
    let show = [("text", "We come."), ("as", "show")];
    let form = desk.form("/tickets/3");
    assert_eq!(desk.send("/tickets/3/write", &form, &show, &[]).status, 303);
    let page = desk.house.get_as("/tickets/3/preview", &desk.cookie).body;
    assert!(page.contains("is the one who asks") && !page.contains("wrote the message"), "{page}");

    for (text, deed, expected) in [
        ("\u{200b}\u{2060}", "reply", "Not sent: it is empty."),
        ("\u{200b}\u{2060}", "note", "Not kept: the note is empty."),
        ("", "reply", "Not sent: it is empty."),
        ("", "note", "Not kept: the note is empty."),
    ] {
        let form = desk.form("/tickets/2");
        let fields = [("text", text), ("as", deed)];
        let refused = desk.send("/tickets/2/write", &form, &fields, &[]);
        assert_eq!(refused.status, 409, "{text:?} {deed}");
        assert!(refused.body.contains(expected), "{text:?} {deed}: {}", refused.body);
    }
    assert_eq!(desk.house.store.ticket(TicketNumber(2)).unwrap().articles.len(), 4);
}

#[test]
fn of_several_who_wrote_one_is_chosen_to_be_answered() {
    let mut desk = Desk::new();
    let page = desk.page();
    assert!(!page.contains("<select id=\"article\""), "nobody else wrote");
    let (alone, before) = (hidden(&page, "article"), desk.form("/tickets/1"));
    let first = letter(1);
    let mut second = letter(2);
    second.from = Some(Address { address: "mia@other.example".into(), name: "Mia".into() });
    second.in_reply_to = first.message_id.iter().cloned().collect();
    desk.house.letter(second);
    let articles = desk.house.store.ticket(ONE).unwrap().articles;
    let letters: Vec<_> = articles.iter().filter(|one| one.kind == Kind::EmailIn).collect();
    let [jonas, mia] = &letters[..] else { panic!("{letters:?}") };
    // Whoever writes meanwhile is not answered instead.
    let fields = [("text", "For Jonas."), ("as", "reply"), ("article", alone.as_str())];
    let told = desk.send("/tickets/1/write", &before, &fields, &[]);
    assert_eq!((told.status, alone == jonas.id.to_string()), (409, true));
    assert!(told.body.contains(&format!("<option value=\"{alone}\" selected")), "{}", told.body);
    assert_eq!(desk.write(&[("text", ""), ("as", "discard")], &[]).status, 303);
    let page = desk.page();
    let select = page.split_once("name=\"article\"").unwrap().1.split_once("</select>").unwrap().0;
    let place = |text: &str| select.find(text).unwrap_or_else(|| panic!("{text}: {select}"));
    assert!(place("Mia &lt;mia@other.example&gt;") < place("jonas.weber@customer.example"));
    assert!(place("new in this ticket") < place("jonas.weber@customer.example"), "{select}");
    let whom = |desk: &mut Desk| -> (Vec<String>, Option<String>) {
        let last = desk.house.store.ticket(ONE).unwrap().articles.pop().unwrap();
        let to = last.to.into_iter().map(|to| to.address).collect();
        (to, last.in_reply_to.map(|id| id.as_str().to_owned()))
    };
    let id_of = |message: &Message| message.message_id.as_ref().map(|id| id.as_str().to_owned());

    // The choice is kept with the draft, shown, and holds when it is sent.
    let (jonas, gone) = (jonas.id.to_string(), mia.id.0 + 99);
    let fields = [("text", "For you alone."), ("as", "keep"), ("article", jonas.as_str())];
    assert_eq!(desk.write(&fields, &[]).status, 303);
    assert!(desk.page().contains(&format!("<option value=\"{jonas}\" selected")));
    let preview = desk.house.get_as("/tickets/1/preview", &desk.cookie).body;
    assert!(preview.contains("jonas.weber@customer.example") && !preview.contains("mia@other"));
    let fields = [("text", "For you alone."), ("as", "reply"), ("article", jonas.as_str())];
    assert_eq!(desk.write(&fields, &[]).status, 303);
    let expected = (vec!["jonas.weber@customer.example".to_owned()], id_of(&first));
    assert_eq!(whom(&mut desk), expected);

    // Unless one is chosen, whoever wrote last is answered.
    assert_eq!(desk.write(&[("text", "And you."), ("as", "reply")], &[]).status, 303);
    assert_eq!(whom(&mut desk).0, ["mia@other.example"]);

    // Who is chosen stays so when everybody writes again, and so does the message.
    let chosen = desk.house.store.ticket(ONE).unwrap().articles[0].id.to_string();
    let fields = [("text", "Still for you."), ("as", "keep"), ("article", chosen.as_str())];
    assert_eq!(desk.write(&fields, &[]).status, 303);
    for (number, from) in [(3, "jonas.weber@customer.example"), (4, "mia@other.example")] {
        let mut more = letter(number);
        more.from = Some(Address::bare(from));
        more.in_reply_to = first.message_id.iter().cloned().collect();
        desk.house.letter(more);
    }
    let page = desk.page();
    assert!(page.contains(&format!("<option value=\"{chosen}\" selected")), "{page}");
    assert_eq!(desk.write(&[("text", ""), ("as", "discard")], &[]).status, 303);

    // A message that is not in the ticket any more is answered to nobody.
    let before = desk.articles();
    let gone = gone.to_string();
    let fields = [("text", "Not lost."), ("as", "reply"), ("article", gone.as_str())];
    let refused = desk.write(&fields, &[]);
    assert_eq!((refused.status, desk.articles()), (409, before));
    assert!(refused.body.contains("choose whom to answer") && refused.body.contains("Not lost."));
    let to_choose = format!("<option value=\"{gone}\" selected>choose");
    assert!(refused.body.contains(&to_choose), "nobody is chosen instead: {}", refused.body);
    assert_eq!(desk.house.get_as("/tickets/1/preview", &desk.cookie).status, 409);
    assert_eq!(desk.write(&[("text", "A note."), ("as", "note"), fields[2]], &[]).status, 303);
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
    for (typed, wrong) in [("nobody", "nobody"), ("x y@b", "x y@b"), ("grp: a@b;", "grp: a@b")] {
        assert_eq!(desk.write(&[("text", "x"), ("cc", typed), ("as", "show")], &[]).status, 303);
        let page = desk.house.get_as("/tickets/1/preview", &desk.cookie);
        assert_eq!(page.status, 409);
        let wrong = format!("“{wrong}” is no address such as");
        assert!(page.body.contains(&wrong) && !page.body.contains("value=\"shown\""), "{wrong}");
    }
    // Nor is a text blamed for too many copies.
    for (typed, wrong) in [
        ("somebody.of.a.long.name@shop.example,".repeat(600), "it would go to 600 people"),
        ("x".repeat(17 << 10), "The field “Copies to (Cc)” holds more than 16"),
    ] {
        let page = desk.write(&[("text", "x"), ("cc", typed.as_str()), ("as", "reply")], &[]);
        assert!(page.status == 413 && page.body.contains(wrong), "{wrong}");
    }
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
    for (requester, queue, expected) in [
        ("support@contoso.example", "", "support@contoso.example is the mailbox itself"),
        ("eva@x.example", "-", "“-” has a meaning of its own"),
        ("eva@x.example", "\u{200b}", "The queue must be one line"),
    ] {
        let fields = [("requester", requester), ("queue", queue), ("subject", "Lamp")];
        let fields = [&fields[..], &[("text", "We come."), ("as", "note")]].concat();
        let failed = desk.send("/tickets/new", &desk.form("/tickets/new"), &fields, &[]);
        assert!(failed.status == 422 && failed.body.contains(expected), "{}", failed.body);
    }
    // What is missing is said as such, and all of it in one place, which has the focus.
    let nothing = desk.send("/tickets/new", &desk.form("/tickets/new"), &[("as", "send")], &[]);
    assert!(nothing.body.contains("Say who asks: an address such as"), "{}", nothing.body);
    assert!(!nothing.body.contains("“”"), "{}", nothing.body);
    for once in [" autofocus", "role=\"alert\""] {
        assert_eq!(nothing.body.matches(once).count(), 1, "{once}: {}", nothing.body);
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
    let cut = post_raw(&desk.house, "/tickets/1/write", &desk.cookie, &body, &desk.house.ours());
    assert_eq!(cut.status, 400);
    assert!(cut.body.contains("did not arrive whole"));
}
