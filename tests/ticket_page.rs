//! The page of one ticket: what is shown of hostile letters, what is changed beside the conversation, and
//! what is told of the changes.

#![allow(clippy::unwrap_used)]

#[path = "web/house.rs"]
mod house;

use counterfoil::desk::change::Change;
use counterfoil::desk::retention::Days;
use counterfoil::desk::ticket::{LedgerId, Priority, Role, State, Ticket, TicketNumber};
use counterfoil::mail::{Address, Attachment, Message};
use counterfoil::store::filing::Filed;
use counterfoil::time::{Clock, Timestamp};
use house::{Answer, House, letter};

const ONE: TicketNumber = TicketNumber(1);
const TWO: TicketNumber = TicketNumber(2);
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0000";

/// A desk with one ticket and one agent.
struct Desk {
    house: House,
    cookie: String,
    token: String,
}

impl Desk {
    fn with(letters: Vec<Message>) -> Self {
        let mut house = House::open();
        for letter in letters {
            house.letter(letter);
        }
        let cookie = house.agent(Role::Agent);
        let token = house.get_as("/tickets/1", &cookie).token();
        Self { house, cookie, token }
    }

    fn page(&self) -> String {
        self.get("/tickets/1").body
    }

    fn get(&self, path: &str) -> Answer {
        self.house.get_as(path, &self.cookie)
    }

    /// Sends the form of a page as it was shown, but for some fields.
    fn send(&self, page: &str, deed: &str, fields: &[(&str, &str)]) -> Answer {
        self.house.raw(&self.sending(page, deed, fields))
    }

    /// What is sent by that.
    fn sending(&self, page: &str, deed: &str, fields: &[(&str, &str)]) -> String {
        let was: Vec<(String, String)> = page
            .split("name=\"was_")
            .skip(1)
            .map(|rest| {
                let (name, rest) = rest.split_once("\" value=\"").unwrap();
                (format!("was_{name}"), rest.split_once('"').unwrap().0.to_owned())
            })
            .collect();
        let mut form = vec![("token", self.token.as_str()), ("deed", deed)];
        form.extend(was.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        for (name, value) in &was {
            let field = name.trim_start_matches("was_");
            if !fields.iter().any(|(given, _)| *given == field) {
                form.push((field, value));
            }
        }
        form.extend(fields);
        self.house.posting_form("/tickets/1/change", &self.cookie, &form, &self.house.ours())
    }

    fn change(&mut self, change: Change) {
        let now = self.house.clock.now();
        self.house.store.change_ticket(ONE, &[change], "agent:ben", now).unwrap();
    }

    fn ticket(&mut self, number: TicketNumber) -> Ticket {
        self.house.store.ticket(number).unwrap()
    }
}

fn attachment(filename: &str, content_type: &str, bytes: &[u8]) -> Attachment {
    Attachment {
        filename: filename.to_owned(),
        content_type: content_type.to_owned(),
        content_id: None,
        inline: false,
        bytes: bytes.to_vec(),
    }
}

#[test]
fn everything_about_a_ticket_is_changed_beside_it() {
    let mut desk = Desk::with(vec![letter(1)]);
    let made = desk.send(
        &desk.page(),
        "change",
        &[
            ("state", "pending"),
            ("priority", "urgent"),
            ("queue", "Boilers"),
            ("tags", "cold, Heat"),
            ("due", "2026-05-06T14:30"),
            ("subject", "The heating"),
            ("requester", "ana@shop.example"),
            ("hold", "yes"),
        ],
    );
    assert_eq!(made.status, 303, "{}", made.body);
    let ticket = desk.ticket(ONE);
    assert_eq!(
        (ticket.state, ticket.priority, ticket.hold),
        (State::Pending, Priority::Urgent, true)
    );
    assert_eq!(
        (ticket.queue.as_deref(), ticket.subject.as_str()),
        (Some("Boilers"), "The heating")
    );
    assert_eq!((ticket.tags.join(","), ticket.assignee), ("cold,heat".to_owned(), None));
    assert_eq!(ticket.due_at, "2026-05-06T14:30:00Z".parse::<Timestamp>().ok());
    assert_eq!(ticket.requester.unwrap().address, "ana@shop.example");

    assert_eq!(desk.send(&desk.page(), "take", &[]).status, 303);
    assert_eq!(desk.ticket(ONE).assignee.as_deref(), Some("somebody-agent"));
    let page = desk.page();
    assert!(!page.contains("value=\"take\""), "whoever has it need not take it");
    for told in [
        "Assigned: nobody → somebody-agent",
        "State: new → pending",
        "Due: none → 2026-05-06 14:30 UTC",
        "Tags: 2 added, 0 removed",
        "Opened by a message",
    ] {
        assert!(
            page.contains(told) || desk.get("/tickets/1/history").body.contains(told),
            "{told}"
        );
    }
    let emptied = [("queue", ""), ("tags", ""), ("due", ""), ("hold", "no"), ("assignee", "")];
    assert_eq!(desk.send(&page, "change", &emptied).status, 303);
    let ticket = desk.ticket(ONE);
    assert_eq!((ticket.queue, ticket.assignee, ticket.due_at), (None, None, None));
    assert!(ticket.tags.is_empty() && !ticket.hold);
}

#[test]
fn what_somebody_else_set_meanwhile_stays() {
    let mut desk = Desk::with(vec![letter(1)]);
    let old = desk.page();
    desk.change(Change::Priority(Priority::High));
    desk.change(Change::Tag(vec!["theirs".to_owned()]));
    let made = desk.send(&old, "change", &[("state", "open"), ("tags", "mine")]);
    assert_eq!(made.status, 303, "{}", made.body);
    let ticket = desk.ticket(ONE);
    assert_eq!((ticket.state, ticket.priority), (State::Open, Priority::High));
    assert_eq!(ticket.tags, ["mine", "theirs"]);
}

#[test]
fn where_two_set_the_same_the_second_is_asked_once_more() {
    let mut desk = Desk::with(vec![letter(1)]);
    let old = desk.page();
    desk.change(Change::State(State::Closed));
    desk.change(Change::Queue(Some("Theirs".to_owned())));
    let fields = [("state", "pending"), ("queue", "Mine"), ("subject", "Renamed")];
    let refused = desk.send(&old, "change", &fields);
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("State: closed, Queue: Theirs"), "{}", refused.body);
    assert!(refused.body.contains("value=\"Renamed\"") && refused.body.contains("<details open>"));
    let ticket = desk.ticket(ONE);
    assert_eq!((ticket.state, ticket.queue.as_deref()), (State::Closed, Some("Theirs")));
    assert_eq!(ticket.subject, "Cold heating 1");

    assert_eq!(desk.send(&refused.body, "change", &fields).status, 303);
    let ticket = desk.ticket(ONE);
    assert_eq!((ticket.state, ticket.queue.as_deref()), (State::Pending, Some("Mine")));
    // What was emptied is said to be none.
    desk.change(Change::Due(Some(desk.house.clock.now())));
    let old = desk.page();
    desk.change(Change::Queue(None));
    desk.change(Change::Due(None));
    let fields = [("queue", "Ours"), ("due", "2026-06-01T10:00")];
    let refused = desk.send(&old, "change", &fields);
    assert!(refused.body.contains("Queue: none, Due: none."), "{}", refused.body);
    // Taking what somebody else took meanwhile is such a change as well.
    let old = desk.page();
    let now = desk.house.clock.now();
    let ben = desk.house.store.add_agent("ben", "b@contoso.example", Role::Agent, None, now);
    ben.unwrap();
    desk.change(Change::Assign(Some("ben".to_owned())));
    let refused = desk.send(&old, "take", &[]);
    assert!(refused.status == 409 && refused.body.contains("Assigned to: ben"));
}

#[test]
fn of_two_who_set_the_same_in_the_same_moment_one_is_asked_once_more() {
    let mut desk = Desk::with(vec![letter(1)]);
    for round in 0..15 {
        let page = desk.page();
        let requests = ["Mine", "Theirs"].map(|queue| {
            let queue = format!("{queue} {round}");
            desk.sending(&page, "change", &[("queue", &queue)])
        });
        let mut answers = desk.house.at_once(&requests);
        answers.sort_by_key(|answer| answer.status);
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, [303, 409], "{round}");
        let queue = desk.ticket(ONE).queue.unwrap();
        assert!(answers[1].body.contains(&format!("Queue: {queue}")), "{}", answers[1].body);
    }
}

#[test]
fn what_is_refused_is_said_on_the_page_and_nothing_is_lost() {
    let mut desk = Desk::with(vec![letter(1), letter(2)]);
    for (fields, sentence) in [
        (vec![("subject", "New"), ("requester", "nobody")], "is no address such as"),
        (vec![("subject", "New"), ("requester", "grp: a@b;")], "is no address such as"),
        (vec![("subject", "New"), ("requester", "")], "An address is needed, such as ana@"),
        (vec![("subject", "New"), ("requester", "support@contoso.example")], "mailbox of this"),
        (vec![("subject", "New"), ("queue", "-")], "has a meaning of its own"),
        (vec![("subject", "New"), ("due", "tomorrow")], "must be a date and a time"),
        (vec![("subject", "New"), ("due", "2026-05-06T14:30:60")], "must be a date and a time"),
        (vec![("subject", "New"), ("due", "0001-05-06T14:30")], "in the year 2000 or later"),
        (vec![("subject", "New"), ("state", "deleted")], "is not set to"),
        (vec![("subject", "New"), ("state", "x")], "is none of new"),
        (vec![("subject", "New"), ("hold", "maybe")], "is none of no, yes"),
    ] {
        let refused = desk.send(&desk.page(), "change", &fields);
        let status = if sentence.contains("is none of") { 400 } else { 409 };
        assert_eq!(refused.status, status, "{sentence}");
        assert!(refused.body.contains(sentence), "{sentence}: {}", refused.body);
        assert!(refused.body.contains("value=\"New\""), "{sentence}");
        assert_eq!(desk.ticket(ONE).subject, "Cold heating 1", "{sentence}");
    }
    assert_eq!(desk.send(&desk.page(), "change", &[("subject", "New\r\nBcc\0x")]).status, 303);
    assert_eq!(desk.ticket(ONE).subject, "New Bcc x", "words stay apart");
    for (deed, other, sentence) in [
        ("link", "x", "no number of a ticket"),
        ("link", "77", "There is no ticket 77."),
        ("unlink", "2", "Ticket 1 is not linked with ticket 2."),
        ("merge", "#1", "cannot be merged into or linked with itself"),
        ("merge-now", "1", "cannot be merged into or linked with itself"),
        ("split", "", "name the articles"),
    ] {
        let sentence_of = desk.send(&desk.page(), deed, &[("other", other)]);
        assert_eq!(sentence_of.status, 409, "{deed} {other}");
        let said = sentence_of.body.to_lowercase();
        assert!(said.contains(&sentence.to_lowercase()), "{deed} {other}: {said}");
    }
    assert_eq!(desk.house.post("/tickets/1/change", &desk.cookie, &[("deed", "take")]).status, 403);
    let unknown = desk.send(&desk.page(), "weird", &[("subject", "New")]);
    assert_eq!(unknown.status, 400);
    assert_eq!(desk.ticket(ONE).subject, "New Bcc x");
    let first = desk.ticket(ONE).articles[0].id.to_string();
    for split in ["0", "abc", "999999", first.as_str()] {
        let page = desk.get(&format!("/tickets/1?split={split}"));
        assert_eq!(page.status, 400, "{split}");
        assert!(page.body.contains("The ticket cannot be split there."), "{split}: {}", page.body);
    }
    desk.change(Change::Delete);
    let linked = desk.house.store.link_tickets(TWO, ONE, true, "cli", desk.house.clock.now());
    assert!(linked.unwrap_err().to_string().contains("ticket 1 is deleted"));
}

#[test]
fn tickets_are_linked_merged_and_split_after_a_look_at_both_sides() {
    let mut desk = Desk::with(vec![letter(1), letter(2)]);
    assert_eq!(desk.send(&desk.page(), "link", &[("other", "#2")]).status, 303);
    let page = desk.page();
    assert!(page.contains("Linked with") && page.contains("No longer link with #2"));
    assert_eq!(desk.send(&page, "unlink", &[("other", "2")]).status, 303);
    assert!(desk.ticket(ONE).links.is_empty());

    let asked = desk.send(&desk.page(), "merge", &[("other", "2")]);
    assert_eq!(asked.status, 200);
    assert!(asked.body.contains("Merge #1 into #2?") && asked.body.contains("Cold heating 2"));
    assert_eq!(desk.ticket(ONE).merged_into, None, "a question changes nothing");
    let made = desk.send(&desk.page(), "merge-now", &[("other", "2")]);
    assert_eq!((made.status, made.header("Location")), (303, Some("/tickets/2")));
    let whole = desk.ticket(TWO);
    assert_eq!(whole.articles.len(), 4, "both letters and what confirmed them");
    let page = desk.page();
    assert!(page.contains("Merged into #2") && !page.contains("value=\"change\""));
    // Where the conversation went stands at the top, and nothing says that it is lost.
    let top = page.split("class=\"conversation\"").next().unwrap();
    let said = "This ticket is part of <a href=\"/tickets/2\">#2</a> now.";
    assert!(top.contains(said), "{page}");
    assert!(!page.contains("Nothing is left") && !page.contains("href=\"#write\""), "{page}");

    let page = desk.get("/tickets/2").body;
    let (first, last) = (whole.articles[0].id, whole.articles[3].id);
    assert!(page.contains(&format!("?split={last}")));
    assert!(!page.contains(&format!("?split={first}")), "nothing would stay");
    let asked = desk.get(&format!("/tickets/2?split={last}")).body;
    assert!(asked.contains("These stay") && asked.contains("These move"), "{asked}");
    assert_eq!(desk.ticket(TWO).articles.len(), 4);
    let ids = last.to_string();
    let form = [("token", desk.token.as_str()), ("deed", "split"), ("articles", ids.as_str())];
    let made = desk.house.post("/tickets/2/change", &desk.cookie, &form);
    assert_eq!(made.header("Location"), Some("/tickets/3"));
    assert_eq!(desk.ticket(TWO).articles.len(), 3);
    assert!(desk.get("/tickets/2").body.contains("Split: 1 message into #3"));
}

#[test]
fn a_deleted_ticket_says_until_when_it_can_be_had_back() {
    let mut desk = Desk::with(vec![letter(1), letter(2)]);
    let now = desk.house.clock.now();
    let there = Filed::Removed { item_id: "there".to_owned() };
    desk.house.store.note_filed(&[(LedgerId(1), there)], now.plus_days(14), now).unwrap();
    desk.house.later(3_600);
    desk.change(Change::Delete);
    let top = |desk: &Desk| {
        let page = desk.page();
        assert!(!page.contains("href=\"#write\""), "nothing is answered there: {page}");
        page.split("class=\"conversation\"").next().unwrap().to_owned()
    };
    for said in [
        "It can be taken back until",
        "2026-06-03 10:12 UTC (in 30 days)",
        "Recoverable Items",
        "2026-05-18 09:12 UTC (in 13 days)",
    ] {
        assert!(top(&desk).contains(said), "{said}: {}", top(&desk));
    }
    desk.house.later(14 * 86_400);
    desk.cookie = desk.house.again();
    let said = "None of its originals lies in the mailbox's Recoverable Items.";
    assert!(top(&desk).contains(said), "{}", top(&desk));
    desk.house.later(17 * 86_400);
    desk.cookie = desk.house.again();
    let days = Days { recovery: 30, closed: None };
    let gone = desk.house.store.erase(days, desk.house.clock.now(), 9).unwrap();
    assert!(gone.iter().any(|expiry| expiry.kind == "ticket"), "{gone:?}");
    let page = desk.page();
    assert!(page.contains("Its content was erased"), "{page}");
    assert!(!page.contains("value=\"undelete\"") && !page.contains("taken back until"), "{page}");
}

#[test]
fn a_ticket_shows_that_it_is_overdue_and_the_way_to_the_answer() {
    let mut desk = Desk::with(vec![letter(1)]);
    let head = |desk: &Desk| {
        let page = desk.page();
        page.split("class=\"conversation\"").next().unwrap().to_owned()
    };
    desk.change(Change::Due(Some(desk.house.clock.now().plus_seconds(60))));
    assert!(!head(&desk).contains("overdue"));
    assert!(head(&desk).contains("<a class=\"to-write\" href=\"#write\">Answer</a>"));
    desk.house.later(61);
    let mark = "<span class=\"mark bad\" title=\"It was due 2026-05-04 09:13 UTC\">overdue</span>";
    assert!(head(&desk).contains(mark), "{}", head(&desk));
    let page = desk.page();
    assert!(page.contains("Due: none → 2026-05-04 09:13 UTC"), "{page}");
    assert!(page.contains("Due (UTC)"), "{page}");
    desk.change(Change::State(State::Closed));
    assert!(!head(&desk).contains("overdue"), "what is over is not overdue");
}

#[test]
fn a_picture_is_shown_for_what_its_bytes_are() {
    let attachments = vec![
        attachment("photo.png", "image/png", PNG),
        attachment("page.png", "image/png", b"<script>alert(1)</script>"),
        attachment("drawing.svg", "image/svg+xml", b"<svg onload=\"alert(1)\"/>"),
        attachment("annexe\u{202e}gpj.exe", "application/octet-stream", b"MZ"),
    ];
    let mut desk = Desk::with(vec![Message { attachments, ..letter(1) }]);
    let ids: Vec<i64> =
        desk.ticket(ONE).articles[0].attachments.iter().map(|file| file.id.0).collect();
    let page = desk.page();
    assert!(page.contains(&format!("src=\"/attachments/{}/picture\"", ids[0])));
    assert!(!page.contains(&format!("/attachments/{}/picture", ids[1])), "it is none");
    assert!(page.contains(&format!("href=\"/attachments/{}\"", ids[1])), "it is a file");
    assert!(!page.contains(&format!("src=\"/attachments/{}/picture\"", ids[2])), "never SVG");
    assert!(page.contains("annexegpj.exe") && page.contains("Program, 2 bytes"), "{page}");
    assert!(!page.contains('\u{202e}'));

    let shown = desk.get(&format!("/attachments/{}/picture", ids[0]));
    assert_eq!((shown.status, shown.header("Content-Type")), (200, Some("image/png")));
    assert_eq!(shown.header("X-Content-Type-Options"), Some("nosniff"));
    assert!(
        shown.header("Content-Security-Policy").unwrap().starts_with("default-src 'none'; sandbox")
    );
    assert_eq!(shown.header("Cache-Control"), Some("no-store"), "not after signing out");
    for id in &ids[1..] {
        assert_eq!(desk.get(&format!("/attachments/{id}/picture")).status, 404, "{id}");
    }
    assert_eq!(desk.house.get(&format!("/attachments/{}/picture", ids[0])).status, 303, "sign in");
}

#[test]
fn headers_are_text_while_the_original_is_kept() {
    let subject = "<b>Hi</b> \u{202e}gnp".to_owned();
    let mut desk = Desk::with(vec![Message { subject, ..letter(1) }]);
    let article = desk.ticket(ONE).articles[0].id;
    let path = format!("/tickets/1/articles/{article}/headers");
    assert!(desk.page().contains(&path));
    let page = desk.get(&path).body;
    assert!(page.contains("Subject: &lt;b&gt;Hi&lt;/b&gt; &lt;U+202E&gt;gnp"), "{page}");
    assert!(!page.contains("heating in room 7"), "the text is none of them");
    assert_eq!(desk.get("/tickets/1/articles/99/headers").status, 404);
    rusqlite::Connection::open(&desk.house.path).unwrap().execute("DELETE FROM raw", []).unwrap();
    assert!(desk.get(&path).body.contains("its headers went with it"));
    assert!(!desk.page().contains(&path));
}

#[test]
fn a_hostile_letter_stays_text() {
    let hostile = "<script>alert(1)</script> \"onload=x";
    let message = Message {
        from: Some(Address { address: "a@x.example".to_owned(), name: hostile.to_owned() }),
        subject: hostile.to_owned(),
        visible_text: hostile.to_owned(),
        text: hostile.to_owned(),
        attachments: vec![attachment(&format!("{hostile}.png"), "image/png", PNG)],
        ..letter(1)
    };
    let desk = Desk::with(vec![message]);
    let page = desk.page();
    assert!(!page.contains("<script>alert") && !page.contains("alert(1)</script>"), "{page}");
    assert!(!page.contains("\"onload=x"), "{page}");
    assert!(!page.contains("src=\"http"), "nothing is loaded from elsewhere");
}

#[test]
fn the_page_speaks_german_too() {
    let mut desk = Desk::with(vec![letter(1)]);
    desk.change(Change::State(State::Pending));
    let german = |path: &str| {
        desk.house.raw(&format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nAccept-Language: de\r\n\
             Connection: close\r\n\r\n",
            desk.house.host(),
            desk.cookie
        ))
    };
    let page = german("/tickets/1").body;
    for word in ["Übernehmen", "Status: neu → wartend", "Anfragende Person", "Das Original"] {
        assert!(page.contains(word), "{word}: {page}");
    }
    for word in [" ago", "Requester", "Assigned", "The original", "State:", "Take it"] {
        assert!(!page.contains(word), "{word}");
    }
    assert!(german("/tickets/9").body.contains("Es gibt kein Ticket 9."));
}
