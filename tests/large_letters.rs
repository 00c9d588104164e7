//! An agent's answer with large attachments: it leaves once and whole, whatever fails on the way, and
//! one that is too large says so.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "support/in_process.rs"]
mod in_process;
mod support;

use counterfoil::desk::outgoing;
use counterfoil::desk::thread::TagKey;
use counterfoil::desk::ticket::Delivery;
use counterfoil::desk::writing::Writing;
use counterfoil::mail::Attachment;
use counterfoil::mail::parse::parse;
use counterfoil::practice::{Fault, Kind, Settings};
use in_process::{Office, Watched, policy};
use support::{Going, Wishes, eventually};

const ADDRESS: &str = "support@office.example";

/// Bytes that cannot be packed, and some that can.
fn file(name: &str, size: usize) -> Attachment {
    let mut state = size as u64 | 1;
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    let bytes = (0..size).map(|n| if name.starts_with("flat") { (n / 999) as u8 } else { next() });
    Attachment {
        filename: name.into(),
        content_type: "application/pdf".into(),
        bytes: bytes.collect(),
        ..Attachment::default()
    }
}

fn picture(size: usize) -> Attachment {
    Attachment {
        content_type: "image/png".into(),
        content_id: Some("p@office".into()),
        inline: true,
        ..file("photo.png", size)
    }
}

/// An office whose agent has just answered a requester with these files.
fn answered(settings: Settings, files: &[Attachment]) -> Office {
    let mut office = Office::of(settings, vec![Watched::new("support", ADDRESS)]);
    office.deliver(Some("lamp@shop.example"), "Lamp");
    office.play();
    assert_eq!(office.practice.left().len(), 1, "the acknowledgement");
    let mut store = office.store();
    let number = office.tickets()[0].number;
    let (thread, mailbox, _) = store.thread(number, None).unwrap();
    let policy = policy::usual(ADDRESS, office.now, TagKey::new(b"key"));
    let writing = Writing {
        text: "Here: [cid:p@office]".into(),
        attachments: files.to_vec(),
        ..Writing::default()
    };
    let (article, state) = outgoing::reply(&thread, writing, &policy).unwrap();
    store.write_article(number, mailbox, &article, state, "ana", office.now).unwrap();
    office
}

/// The one answer that left, its files as they were.
fn assert_left_whole(office: &Office, files: &[Attachment], case: &str) {
    let left = office.practice.left();
    assert_eq!(left.len(), 2, "{case}: the acknowledgement and one answer");
    let read = parse(&left[1].raw);
    let mut seen: Vec<_> = read.attachments.iter().map(|file| &file.filename).collect();
    let mut expected: Vec<_> = files.iter().map(|file| &file.filename).collect();
    seen.sort();
    expected.sort();
    assert_eq!(seen, expected, "{case}");
    for file in files {
        let same = |other: &&Attachment| other.filename == file.filename;
        let other = read.attachments.iter().find(same).unwrap();
        assert!(other.bytes == file.bytes, "{case}: {}", file.filename);
        assert_eq!((other.inline, &other.content_id), (file.inline, &file.content_id), "{case}");
    }
    assert!(read.html.unwrap().contains("cid:p@office"), "{case}");
    assert!(read.text.contains("wrote:\n> About Lamp."), "{case}: {}", read.text);
    let acknowledgement = parse(&left[0].raw).text;
    assert!(!acknowledgement.contains("wrote:"), "{case}: {acknowledgement}");
    assert_eq!(delivery(office), Some(Delivery::Sent), "{case}");
    let in_sent = office.practice.folder(ADDRESS, "sentitems").len();
    assert_eq!(in_sent, 2, "{case}");
}

fn delivery(office: &Office) -> Option<Delivery> {
    office.tickets()[0].articles.last().unwrap().delivery
}

fn files() -> Vec<Attachment> {
    vec![file("small.pdf", 40_000), file("large.pdf", 4_000_000), picture(3_100_000)]
}

#[test]
fn large_attachments_leave_with_their_letter() {
    let mut files = files();
    files.push(file("flat.pdf", 9_000_000));
    files.push(file("middle.pdf", 2_500_000));
    let mut office = answered(Settings::simple(ADDRESS), &files);
    office.practice.log_requests(true);
    assert_eq!(office.play(), Vec::<String>::new());
    assert_left_whole(&office, &files, "all well");
    assert!(office.practice.folder(ADDRESS, "drafts").is_empty());
}

#[test]
fn whatever_fails_on_the_way_one_whole_answer_leaves() {
    let files = files();
    let mut office = answered(Settings::simple(ADDRESS), &files);
    let before = office.practice.requests();
    office.play();
    let calls = office.practice.requests() - before;
    assert!(calls >= 8, "draft, two sessions, three pieces, sending: {calls} calls");
    for (kind, restarts) in [
        (Kind::CutConnection, false),
        (Kind::TruncatedBody, false),
        (Kind::AnswerLost, false),
        (Kind::AnswerLost, true),
    ] {
        // The last calls are those of polling, after it has left.
        for n in 1..=calls - 3 {
            let case = format!("call {n}: {kind:?}, restarting: {restarts}");
            let mut office = answered(Settings::simple(ADDRESS), &files);
            let mut rounds = office.start();
            office.practice.fail(Fault::nth("", n, kind.clone()));
            if restarts {
                office.pass(&mut rounds);
                rounds = office.start();
            }
            office.settle(&mut rounds);
            assert_left_whole(&office, &files, &case);
        }
    }
}

#[test]
fn what_the_mailbox_may_not_send_is_refused_in_words() {
    let limited = |on_adding| {
        let mut settings = Settings::simple(ADDRESS);
        settings.switches.send_limit = 6_000_000;
        settings.switches.size_checked_on_adding = on_adding;
        settings
    };
    for (case, settings) in [("on adding", limited(true)), ("on sending", limited(false))] {
        let mut office = answered(settings, &files());
        office.play();
        assert_eq!(office.practice.left().len(), 1, "{case}");
        assert_eq!(delivery(&office), Some(Delivery::Refused), "{case}");
    }
}

#[test]
fn a_draft_that_lacks_something_is_never_sent() {
    // The program dies after the first file: nothing of the draft was remembered.
    let files = files();
    let mut office = answered(Settings::simple(ADDRESS), &files);
    let mut rounds = office.start();
    office.practice.fail(Fault::every("createUploadSession", Kind::CutConnection));
    office.practice.fail(Fault::every("DELETE /", Kind::CutConnection));
    office.run_for(&mut rounds, 60);
    assert_eq!(office.practice.folder(ADDRESS, "drafts").len(), 1, "it stays behind for now");
    assert_eq!(office.practice.left().len(), 1);
    office.practice.forgive();
    office.play();
    assert_left_whole(&office, &files, "afterwards");
    assert!(office.practice.folder(ADDRESS, "drafts").is_empty(), "it is taken back");
}

/// The most memory a process ever had, in bytes.
#[cfg(target_os = "linux")]
fn most_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1_024
}

#[test]
#[cfg(target_os = "linux")]
fn twenty_megabytes_leave_in_less_than_sixty_of_memory() {
    let settings = Settings::simple(ADDRESS);
    let practice = counterfoil::practice::Practice::start(settings.clone()).unwrap();
    let url = practice.url();
    let office = support::Office::new(&Wishes {
        mailbox: "activated_at = \"2020-01-01\"\npoll_seconds = 1",
        ..Wishes::of(&settings, &url)
    });
    let raw = format!(
        "From: ana@shop.example\r\nTo: {ADDRESS}\r\nSubject: Lamp\r\nMessage-ID: <a@x>\r\n\r\nx\r\n"
    );
    practice.deliver(ADDRESS, raw.into_bytes(), 1_770_000_000).unwrap();
    office.run(&["run", "--once"]);
    let number = office.json(&["ticket", "list"])["tickets"][0]["number"].to_string();
    for (name, left) in [("plan.bin", 2), ("flat.bin", 3)] {
        let sent = file(name, 20_000_000);
        std::fs::write(office.path(name), &sent.bytes).unwrap();
        let path = office.path(name).to_str().unwrap().to_owned();
        let ended = office.run(&["ticket", "reply", &number, "--text", "Here.", "--attach", &path]);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        let quiet = std::process::Stdio::null;
        let mut command = office.command(&["run"]);
        let going = Going(command.stdout(quiet()).stderr(quiet()).spawn().unwrap());
        eventually("it leaves", || practice.left().len() == left);
        let most = most_memory(going.0.id());
        assert!(most < 60_000_000, "{name}: {most} bytes");
        println!("{name}: {most} bytes at most");
        let read = parse(&practice.left()[left - 1].raw);
        assert!(read.attachments[0].bytes == sent.bytes, "{name}");
    }
}
