//! The main job on real input: the real program against a practice mailbox, from the letters in the
//! Inbox to tickets, acknowledgements and Recoverable Items, and back again after every cut.

#![allow(clippy::unwrap_used)]

mod graph_check;
mod support;

use std::process::Stdio;
use std::time::{Duration, Instant};

use counterfoil::practice::{Exchange, Fault, Kind, Practice, Restriction, Settings, letters};
use serde_json::Value;
use support::{Going, Office, Wishes, eventually};

const ADDRESS: &str = "support@office.example";

/// A practice mailbox and an office that polls it.
struct Story {
    practice: Practice,
    settings: Settings,
    office: Office,
}

impl Story {
    fn new(mailbox: &str) -> Self {
        Self::with(mailbox, |_| {})
    }

    fn with(mailbox: &str, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::simple(ADDRESS).with_staff();
        change(&mut settings);
        let practice = Practice::start(settings.clone()).unwrap();
        let office = Office::new(&wishes(&settings, &practice.url(), mailbox));
        Self { practice, settings, office }
    }

    /// Delivers this many believable letters, received within the last days.
    fn letters(&self, count: usize) {
        for letter in letters::write(count, 7, now(), ADDRESS) {
            self.practice.deliver(ADDRESS, letter.raw, letter.received_unix).unwrap();
        }
    }

    fn deliver(&self, head: &str, body: &str) {
        let raw = format!("{}\r\n\r\n{body}\r\n", head.replace('\n', "\r\n"));
        self.practice.deliver(ADDRESS, raw.into_bytes(), now()).unwrap();
    }

    fn once(&self) {
        let ended = self.office.run(&["run", "--once"]);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
    }

    fn count(&self, folder: &str) -> usize {
        self.practice.folder(ADDRESS, folder).len()
    }

    fn balance(&self) -> Value {
        let balance = self.office.json(&["ledger", "balance"]);
        assert_eq!(balance["mailboxes"][0]["closes"], true, "{balance}");
        balance["mailboxes"][0].clone()
    }

    fn tickets(&self) -> Vec<Value> {
        let mut tickets =
            self.office.json(&["ticket", "list"])["tickets"].as_array().unwrap().clone();
        tickets.reverse();
        tickets
    }
}

fn wishes<'a>(settings: &'a Settings, url: &'a str, mailbox: &'a str) -> Wishes<'a> {
    Wishes { mailbox, ..Wishes::of(settings, url) }
}

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

#[test]
fn two_hundred_letters_become_tickets_and_lie_in_recoverable_items() {
    let story = Story::new("copy_to = \"Processed\"\nactivated_at = \"2020-01-01\"");
    story.letters(200);
    story.practice.log_requests(true);
    story.once();
    let balance = story.balance();
    assert_eq!(balance["listed"], 200);
    assert_eq!(balance["waiting"], 0);
    assert_eq!(story.count("inbox"), 0);
    assert_eq!(story.count("Processed"), 200);
    assert_eq!(story.count("recoverableitemsdeletions"), 200);
    assert!(story.practice.most_in_flight(ADDRESS) <= 4);

    // Every message of the mailbox is one article, word for word what was written.
    let tickets = story.tickets();
    let incoming: Vec<&Value> = tickets
        .iter()
        .flat_map(|ticket| ticket["articles"].as_array().unwrap())
        .filter(|article| article["kind"] == "email_in")
        .collect();
    assert_eq!(incoming.len(), 200);
    assert_eq!(tickets.len() as u64, balance["opened"].as_u64().unwrap());
    for row in story.office.json(&["ledger", "list"])["ledger"].as_array().unwrap() {
        assert_eq!(row["original"], "removed", "{row}");
        assert!(row["recoverable_until"].is_string() && row["raw_kept"] == true, "{row}");
    }

    // Each acknowledgement left once, to a person, and the ticket says so.
    let acknowledged: Vec<&Value> = tickets
        .iter()
        .flat_map(|ticket| ticket["articles"].as_array().unwrap())
        .filter(|article| article["kind"] == "email_out")
        .collect();
    assert_eq!(story.practice.left().len(), acknowledged.len());
    assert!(acknowledged.iter().all(|article| article["delivery"] == "sent"), "{acknowledged:?}");
    assert!(acknowledged.len() > 50, "{}", acknowledged.len());
    assert_eq!(story.office.json(&["ledger", "balance"])["mailboxes"][0]["waiting"], 0);

    let exchanges = story.practice.logged();
    assert_none_breaks_the_rules(&exchanges);
    // One listing page, and per letter one fetch, one copy, one removal; two per acknowledgement.
    let expected = 3 * 200 + 2 * acknowledged.len();
    assert!(exchanges.len() <= expected + 20, "{} requests, {expected} needed", exchanges.len());

    // A second pass finds nothing to do.
    story.once();
    assert_eq!(story.balance()["listed"], 200);
    assert_eq!(story.practice.left().len(), acknowledged.len());
}

/// Holds every exchange against the published shapes, where they are at hand.
fn assert_none_breaks_the_rules(exchanges: &[Exchange]) {
    for exchange in exchanges {
        let Exchange { method, target, request_headers, request_body, status, answer_body } =
            exchange;
        let header = |name: &str| {
            request_headers
                .iter()
                .find(|(other, _)| other.eq_ignore_ascii_case(name))
                .map(|(_, v)| v)
        };
        assert!(*status < 400, "{method} {target}: {status}");
        if !target.starts_with("/v1.0/") {
            continue;
        }
        let immutable = header("prefer").is_some_and(|value| value.contains("ImmutableId"));
        assert!(immutable, "{method} {target} does not ask for immutable ids");
        let text = || Value::String(String::from_utf8_lossy(request_body).into_owned());
        let request: Option<Value> = (!request_body.is_empty())
            .then(|| serde_json::from_slice(request_body).unwrap_or_else(|_| text()));
        let answer: Option<Value> = serde_json::from_slice(answer_body).ok();
        graph_check::check(method, target, request.as_ref(), *status, answer.as_ref())
            .unwrap_or_else(|why| panic!("{method} {target}: {why}"));
    }
}

#[test]
fn a_correspondence_stays_one_ticket() {
    let story = Story::new("signature = \"The desk\"");
    story.office.run(&["run", "--once"]);
    story.deliver(
        "From: Ana <ana@shop.example>\nTo: support@office.example\nSubject: Printer\n\
         Message-ID: <a1@shop.example>\nDate: Mon, 04 May 2026 09:00:00 +0000",
        "It jams.",
    );
    story.once();
    let left = story.practice.left();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].to, ["ana@shop.example"]);
    let acknowledgement = String::from_utf8(left[0].raw.clone()).unwrap();
    assert!(acknowledgement.contains("In-Reply-To: <a1@shop.example>"), "{acknowledgement}");

    // The agent answers from the command line, with a file.
    std::fs::write(story.office.path("answer.txt"), "Try the other tray: schön grün.\n").unwrap();
    std::fs::write(story.office.path("tray.pdf"), b"%PDF-1.4 tray").unwrap();
    let answer = story.office.path("answer.txt");
    let file = story.office.path("tray.pdf");
    let reply = ["ticket", "reply", "1", "--file", answer.to_str().unwrap(), "--attach"];
    let queued = story.office.json(&[&reply[..], &[file.to_str().unwrap()]].concat());
    assert_eq!(queued["delivery"], "queued");
    story.once();
    let left = story.practice.left();
    assert_eq!(left.len(), 2);
    let sent = counterfoil::mail::parse::parse(&left[1].raw);
    assert!(sent.text.contains("schön grün"), "{}", sent.text);
    assert_eq!(sent.attachments[0].bytes, b"%PDF-1.4 tray");
    let id = sent.message_id.clone().unwrap();

    // She answers our answer, citing only the id it left with.
    story.deliver(
        &format!(
            "From: Ana <ana@shop.example>\nTo: support@office.example\nSubject: AW: Printer\n\
             Message-ID: <a2@shop.example>\nIn-Reply-To: <{id}>\nDate: Mon, 04 May 2026 10:00:00 +0000"
        ),
        "That helped.\r\n\r\n> Try the other tray",
    );
    story.once();
    let tickets = story.tickets();
    assert_eq!(tickets.len(), 1, "{tickets:?}");
    let kinds: Vec<&str> = tickets[0]["articles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|article| article["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["email_in", "email_out", "email_out", "email_in"]);
    assert_eq!(tickets[0]["articles"][3]["visible_text"].as_str().unwrap().trim(), "That helped.");
    assert_eq!(tickets[0]["state"], "open");
    assert_eq!(story.practice.left().len(), 2, "an answer is not acknowledged");
}

#[test]
fn a_slow_message_does_not_tear_its_thread_apart_nor_hold_up_the_rest() {
    let story = Story::new("acknowledge = false");
    for number in 0..40 {
        let cites = match number {
            0 => String::new(),
            _ => format!("\nIn-Reply-To: <c{}@shop.example>", number - 1),
        };
        let head = format!(
            "From: Ana <ana@shop.example>\nSubject: Re: Chain\nMessage-ID: <c{number}@shop.example>{cites}"
        );
        story.deliver(&head, &format!("link {number}"));
    }
    for (nth, wait) in [(2, 300), (9, 700), (17, 200)] {
        story.practice.fail(Fault::nth("/$value", nth, Kind::DelayBefore(wait)));
    }
    story.once();
    let tickets = story.tickets();
    assert_eq!(tickets.len(), 1, "every link cites only the one before it");
    assert_eq!(tickets[0]["articles"].as_array().unwrap().len(), 40);
}

#[test]
fn the_first_run_archives_what_was_there_and_answers_nobody() {
    let story = Story::new("");
    story.letters(20);
    story.once();
    assert_eq!(story.practice.left().len(), 0);
    assert!(story.tickets().iter().all(|ticket| ticket["state"] == "closed"));
    story.deliver("From: Ana <ana@shop.example>\nSubject: new", "hello");
    std::thread::sleep(Duration::from_millis(1100));
    story.deliver("From: Ben <ben@shop.example>\nSubject: newer", "hello");
    story.once();
    assert!(!story.practice.left().is_empty(), "from now on people are answered");
}

#[test]
fn each_way_of_filing_and_of_removal_ends_where_it_should() {
    type Case = (&'static str, &'static str, fn(&mut Settings), [usize; 3]);
    let cases: [Case; 6] = [
        ("delete", "", |_| {}, [0, 0, 10]),
        ("move", "after_import = \"move\"\nmove_to = \"Done/2026\"", |_| {}, [0, 10, 0]),
        ("keep", "after_import = \"keep\"", |_| {}, [10, 0, 0]),
        ("move refused", "", |s| s.switches.move_to_recoverable_refused = true, [0, 0, 10]),
        (
            "move refused, DELETE lands in Deleted Items",
            "",
            |s| {
                s.switches.move_to_recoverable_refused = true;
                s.switches.delete_lands_in_deleted_items = true;
            },
            [0, 0, 10],
        ),
        (
            "ids do not survive",
            "",
            |s| {
                s.switches.move_to_recoverable_refused = true;
                s.switches.immutable_id_survives_soft_delete = false;
            },
            [0, 0, 10],
        ),
    ];
    for (case, mailbox, change, expected) in cases {
        let story = Story::with(mailbox, change);
        story.letters(10);
        story.once();
        let counts = ["inbox", "Done/2026", "recoverableitemsdeletions"];
        assert_eq!(counts.map(|folder| story.count(folder)), expected, "{case}");
        assert_eq!(story.count("deleteditems"), 0, "{case}");
        story.once();
        assert_eq!(story.balance()["listed"], 10, "{case}: a second pass takes in nothing twice");
    }
}

#[test]
fn what_is_refused_says_which_mailbox_and_what_to_do() {
    let wrong = |change: fn(&mut Wishes<'_>), code: i32, words: &[&str]| {
        let story = Story::new("");
        let url = story.practice.url();
        let mut wishes = wishes(&story.settings, &url, "");
        change(&mut wishes);
        story.office.configure(&wishes);
        let begun = Instant::now();
        let ended = story.office.run(&["run", "--once"]);
        assert_eq!(ended.code, code, "{}", ended.stderr);
        for word in words {
            assert!(ended.stderr.contains(word), "no `{word}` in {}", ended.stderr);
        }
        assert!(ended.stderr.starts_with("mailbox support: "), "{}", ended.stderr);
        assert!(begun.elapsed() < Duration::from_secs(5), "a person must act; do not wait");
    };
    wrong(|w| w.client_secret = "wrong", 1, &["AADSTS7000215", "Value, not its ID"]);
    wrong(
        |w| w.tenant_id = "99999999-2222-3333-4444-555555555555",
        1,
        &["AADSTS90002", "tenant_id"],
    );
    wrong(
        |w| w.client_id = "99999999-2222-3333-4444-555555555555",
        1,
        &["AADSTS700016", "client_id"],
    );
    wrong(|w| w.mailbox = "folder = \"Inbox/Support\"", 1, &["no folder Inbox/Support"]);
    wrong(|w| w.address = "nobody@office.example", 1, &["no mailbox nobody@office.example"]);
}

#[test]
fn a_mailbox_outside_the_scope_is_named() {
    for (restricted_by, words) in [
        (Restriction::AccessPolicy, "an application access policy"),
        (Restriction::Rbac, "in the application's scope"),
    ] {
        let story = Story::with("", |settings| {
            settings.restricted_by = restricted_by;
            settings.mailboxes[0].in_scope = false;
        });
        let ended = story.office.run(&["run", "--once"]);
        assert_eq!(ended.code, 1);
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
        assert!(ended.stderr.contains(ADDRESS), "{}", ended.stderr);
    }
}

#[test]
fn the_appliance_runs_shows_it_and_ends_within_two_seconds() {
    let story = Story::new("poll_seconds = 1");
    let mut child = story.office.command(&["run"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(child.stderr.as_mut().unwrap()),
        &mut line,
    )
    .unwrap();
    let child = Going(child);
    let page = line.rsplit(' ').next().unwrap().trim().to_owned();
    assert!(page.starts_with("http://127.0.0.1:"), "{line}");
    let read = |path: &str| -> (u16, String) {
        let agent = ureq::Agent::new_with_config(
            ureq::config::Config::builder().http_status_as_error(false).build(),
        );
        let mut answer = agent.get(format!("{page}{path}")).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    };
    story.letters(30);
    eventually("the letters are taken in", || {
        story.balance()["opened"].as_u64() > Some(0) && story.count("inbox") == 0
    });
    eventually("the page says so", || {
        read("healthz").0 == 200 && read("").1.contains("All is well")
    });
    let second = story.office.run(&["run", "--once"]);
    assert_eq!(second.code, 1, "{}", second.stderr);
    assert!(second.stderr.contains("already running"), "{}", second.stderr);

    let begun = Instant::now();
    let pid = ask_to_end(&child);
    let mut child = child;
    eventually("it ends", || child.0.try_wait().unwrap().is_some());
    assert!(begun.elapsed() < Duration::from_secs(2), "{pid}: {:?}", begun.elapsed());
    assert_eq!(child.0.wait().unwrap().code(), Some(0));
}

/// Asks a program to end, by its id.
fn ask_to_end(child: &Going) -> u32 {
    let pid = child.0.id();
    let status = std::process::Command::new("kill").arg(pid.to_string()).status().unwrap();
    assert!(status.success());
    pid
}

#[test]
fn two_tenants_are_apart_and_each_mailbox_fails_alone() {
    let mut settings = Settings::simple(ADDRESS);
    let mut other = Settings::simple("sales@shop.example");
    other.tenant_id = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee".into();
    other.tenant_domain = "shop.example".into();
    other.client_secret = "another~secret".into();
    settings.further_tenants = vec![other.clone()];
    let practice = Practice::start(settings.clone()).unwrap();
    for address in [ADDRESS, "sales@shop.example"] {
        let raw =
            format!("From: Ana <ana@x.example>\r\nTo: {address}\r\nSubject: Lamp\r\n\r\nHello\r\n");
        practice.deliver(address, raw.into_bytes(), now()).unwrap();
    }
    let url = practice.url();
    // The second mailbox is asked for through the first tenant at first, which does not know it.
    let second = |tenant: &str, secret: &str| {
        format!(
            "[[mailbox]]\nname = \"sales\"\naddress = \"sales@shop.example\"\n\
             tenant_id = \"{tenant}\"\nclient_id = \"{}\"\nclient_secret_file = \"{secret}\"\n\
             login_url = \"{url}\"\ngraph_url = \"{url}\"\n",
            other.client_id
        )
    };
    let wrong = second(&settings.tenant_id, "secret");
    let mut wishes = wishes(&settings, &url, "");
    wishes.sections = &wrong;
    let office = Office::new(&wishes);
    std::fs::write(office.path("other-secret"), &other.client_secret).unwrap();
    let ended = office.run(&["run", "--once"]);
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("no mailbox sales@shop.example"), "{}", ended.stderr);
    assert_eq!(practice.folder(ADDRESS, "inbox").len(), 0, "the other one is not held up");
    assert_eq!(practice.folder("sales@shop.example", "inbox").len(), 1);

    let right = second(&other.tenant_id, "other-secret");
    wishes.sections = &right;
    office.configure(&wishes);
    let ended = office.run(&["run", "--once"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(practice.folder("sales@shop.example", "recoverableitemsdeletions").len(), 1);
}
