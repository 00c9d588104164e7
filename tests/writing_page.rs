//! What agents write on the pages: answers with files, shown before they leave and never sent twice; drafts
//! that survive a session; tickets opened for somebody.

#![allow(clippy::unwrap_used, dead_code)]

#[path = "web/house.rs"]
mod house;

use counterfoil::desk::draft::Draft;
use counterfoil::desk::retention::Days;
use counterfoil::desk::ticket::{AgentId, Kind, Role, State, TicketNumber};
use counterfoil::mail::{Address, Attachment, Message};
use counterfoil::store::drafts::{Files, LeftOut, Place, Saved};
use counterfoil::time::Clock;
use house::{Answer, House, PASSWORD, letter};

const ONE: TicketNumber = TicketNumber(1);

/// A form with files as Chromium sends it.
fn multipart(fields: &[(&str, &str)], files: &[(&str, &str, &str)]) -> String {
    let mut body = String::new();
    for (name, value) in fields {
        let value = value.replace('\n', "\r\n");
        body.push_str(&format!(
            "--B7x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    for (name, kind, content) in files {
        body.push_str(&format!(
            "--B7x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\
             Content-Type: {kind}\r\n\r\n{content}\r\n"
        ));
    }
    body + "--B7x--\r\n"
}

fn post_raw(house: &House, path: &str, cookie: &str, body: &str, headers: &str) -> Answer {
    house.raw(&format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\n{headers}\
         Content-Type: multipart/form-data; boundary=B7x\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        house.host(),
        body.len()
    ))
}

fn ours(house: &House) -> String {
    format!("Origin: http://{}\r\nSec-Fetch-Site: same-origin\r\n", house.host())
}

fn hidden(page: &str, name: &str) -> String {
    // Values of the form below the conversation, not of others before it.
    let at = page.find("id=\"write-form\"").or(page.find("class=\"buttons\"")).unwrap_or(0);
    let from = page[..at].rfind("<form").unwrap_or(0);
    let rest = page[from..].split_once(&format!("name=\"{name}\" value=\"")).unwrap().1;
    rest.split_once('"').unwrap().0.to_owned()
}

/// A desk with one ticket and one agent.
struct Desk {
    house: House,
    cookie: String,
    agent: AgentId,
}

impl Desk {
    fn new() -> Self {
        let mut house = House::open();
        house.letter(letter(1));
        let cookie = house.agent(Role::Agent);
        let agent = house.store.agents().unwrap()[0].id;
        Self { house, cookie, agent }
    }

    fn place(&self) -> Place {
        Place { agent: self.agent, ticket: Some(ONE) }
    }

    fn page(&self) -> String {
        self.house.get_as("/tickets/1", &self.cookie).body
    }

    /// The hidden fields of a form, as it is now.
    fn form(&self, path: &str) -> Vec<(String, String)> {
        let page = self.house.get_as(path, &self.cookie).body;
        let names = ["token", "form", "seen", "revision"];
        let given = names.iter().filter(|name| page.contains(&format!("name=\"{name}\" value")));
        given.map(|name| ((*name).to_owned(), hidden(&page, name))).collect()
    }

    fn send(
        &self,
        path: &str,
        form: &[(String, String)],
        fields: &[(&str, &str)],
        files: &[(&str, &str, &str)],
    ) -> Answer {
        let own = form.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<(&str, &str)> = own.chain(fields.iter().copied()).collect();
        post_raw(&self.house, path, &self.cookie, &multipart(&all, files), &ours(&self.house))
    }

    fn write(&self, fields: &[(&str, &str)], files: &[(&str, &str, &str)]) -> Answer {
        self.send("/tickets/1/write", &self.form("/tickets/1"), fields, files)
    }

    fn articles(&mut self) -> usize {
        self.house.store.ticket(ONE).unwrap().articles.len()
    }

    fn kept(&mut self) -> Option<counterfoil::store::drafts::Kept> {
        let place = self.place();
        self.house.store.draft(place).unwrap()
    }
}

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
    let page = desk.house.get_as("/tickets/1?said=sent", &desk.cookie).body;
    assert!(page.contains("Your answer to jonas.weber@customer.example is queued"), "{page}");

    // The button pressed twice, a page loaded again.
    let count = ticket.articles.len();
    let again = desk.send("/tickets/1/write", &form, &said, &files);
    let to = again.header("Location").unwrap();
    assert_eq!(to, format!("/tickets/1?said=already#article-{}", last.id));
    assert_eq!((desk.articles(), desk.kept()), (count, None));
    let path = to.split_once('#').unwrap().0;
    assert!(desk.house.get_as(path, &desk.cookie).body.contains("was not sent a second time"));

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

fn session_of(house: &mut House, name: &str) -> String {
    let agents = house.store.agents().unwrap();
    let agent = agents.iter().find(|agent| agent.name == name).unwrap().id;
    format!(
        "counterfoil_session={}",
        house.store.begin_session(agent, house.clock.now()).unwrap().0
    )
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
    let hand = counterfoil::desk::outgoing::Hand::Note(author);
    let writing =
        counterfoil::desk::outgoing::Writing { text: "Done already.".into(), ..Default::default() };
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
    let page = desk.house.get_as("/tickets/2?said=opened-sent", &desk.cookie).body;
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
    assert_eq!(desk.write(&[("text", "x"), ("cc", "eva"), ("as", "keep")], &[]).status, 303);
    let german = |path: &str| {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nAccept-Language: de\r\n\
             Connection: close\r\n\r\n",
            desk.house.host(),
            desk.cookie
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
