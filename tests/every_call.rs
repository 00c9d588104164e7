//! A small story replayed with the n-th outside call failing, for every n and every way, both going
//! on and restarting after it: whatever fails, the story ends the same. And two mailboxes of which
//! one fails entirely: each fails alone.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "support/in_process.rs"]
mod in_process;
#[path = "support/ways.rs"]
mod ways;

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use counterfoil::practice::{Fault, Kind, MailboxSettings, Settings};
use counterfoil::store::audit::Verdict;
use counterfoil::workers::poller::AfterImport;
use in_process::{Office, Watched};
use ways::Way;

const ADDRESS: &str = "support@office.example";
const OTHER: &str = "sales@branch.example";
const LETTERS: usize = 3;

/// Stories told at the same time: most of them wait for a while.
const SIDE_BY_SIDE: usize = 24;

/// How the story ended.
#[derive(Clone, PartialEq, Eq, Debug)]
struct End {
    /// The articles of each ticket. Which letter of a thread opened it depends on which one could
    /// be fetched first, and so does who is acknowledged.
    tickets: Vec<Vec<(String, String)>>,
    /// How many letters left, and to how many people.
    left: (usize, usize),
    folders: Vec<Vec<Option<String>>>,
    balance: (u64, u64, u64, u64),
}

/// A mailbox whose originals are copied, then removed.
fn copies() -> Watched {
    Watched { copy_to: Some("Processed"), ..Watched::new("support", ADDRESS) }
}

fn story(watched: &Watched) -> Office {
    let mut office = Office::new(watched.clone());
    (1..=LETTERS).for_each(|number| deliver(&mut office, ADDRESS, number));
    office
}

/// The second letter answers the first.
fn deliver(office: &mut Office, to: &str, number: usize) {
    let cites = if number == 2 { "In-Reply-To: <m1@shop.example>\r\n" } else { "" };
    let raw = format!(
        "From: Ana <ana{number}@shop.example>\r\nTo: {to}\r\nSubject: Lamp {number}\r\n\
         Message-ID: <m{number}@shop.example>\r\n{cites}\
         Date: Mon, 04 May 2026 09:00:00 +0000\r\n\r\nAbout lamp {number}.\r\n"
    );
    office.deliver_raw(to, raw);
}

fn end(office: &Office) -> End {
    assert!(matches!(office.store().verify_audit().unwrap(), Verdict::Whole { .. }));
    let articles = |ticket: counterfoil::desk::ticket::Ticket| {
        let articles = ticket.articles.iter().map(|article| {
            let id = match article.delivery {
                None => article.message_id.as_ref().unwrap().to_string(),
                Some(delivery) => delivery.to_string(),
            };
            (article.kind.to_string(), id)
        });
        let mut articles: Vec<_> = articles.collect();
        articles.sort();
        articles
    };
    let mut tickets: Vec<_> = office.tickets().into_iter().map(articles).collect();
    tickets.sort();
    let left: Vec<_> = office.practice.left().into_iter().map(|letter| letter.to).collect();
    let people: HashSet<_> = left.iter().flatten().cloned().collect();
    let left = (left.len(), people.len());
    // A draft whose answer was lost may stay behind unsent; everything else is the same.
    let folders = ["inbox", "Processed", "recoverableitemsdeletions"].map(|folder| {
        let seen = office.practice.folder(ADDRESS, folder);
        let mut ids: Vec<_> = seen.into_iter().map(|letter| letter.message_id).collect();
        ids.sort();
        ids
    });
    let balance = office.balances().remove(0);
    End {
        tickets,
        left,
        folders: folders.to_vec(),
        balance: (balance.listed, balance.opened, balance.joined, balance.waiting),
    }
}

/// Plays the story with the n-th call failing, restarting after it where that is wanted.
fn replay(watched: &Watched, way: &Way, n: u64, restarts: bool) -> End {
    let mut office = story(watched);
    if way.is_refusal() && n == 1 {
        office.practice.down();
    }
    for fault in way.faults(n) {
        office.practice.fail(fault);
    }
    let mut rounds = office.start();
    while restarts && office.practice.requests() < n && !office.practice.is_down() {
        office.pass(&mut rounds);
    }
    if restarts {
        // Whatever the failing call left in memory is gone.
        office.pass(&mut rounds);
        rounds = office.start();
    }
    office.settle(&mut rounds);
    end(&office)
}

#[test]
fn whichever_call_fails_in_whichever_way_the_story_ends_the_same() {
    let (calls, expected) = undisturbed(&copies());
    assert_eq!(expected.folders[1].len(), LETTERS, "each has its copy");
    assert!(expected.folders[0].is_empty());
    replay_all("copied and removed", &copies(), &calls, &expected);
}

#[test]
fn whichever_call_fails_letters_that_stay_are_taken_in_once() {
    let keeps = Watched { after_import: AfterImport::Keep, ..Watched::new("support", ADDRESS) };
    let (calls, expected) = undisturbed(&keeps);
    assert_eq!(expected.folders[0].len(), LETTERS, "they stay");
    replay_all("kept", &keeps, &calls, &expected);
}

#[test]
fn whichever_call_fails_letters_that_are_moved_are_moved_once() {
    let after_import = AfterImport::Move("Processed".into());
    let moves = Watched { after_import, ..Watched::new("support", ADDRESS) };
    let (calls, expected) = undisturbed(&moves);
    assert_eq!(expected.folders[1].len(), LETTERS, "they are moved");
    assert!(expected.folders[0].is_empty() && expected.folders[2].is_empty());
    replay_all("moved", &moves, &calls, &expected);
}

/// The calls of the story in which nothing fails, and how it ends.
fn undisturbed(watched: &Watched) -> (Vec<String>, End) {
    let mut whole = story(watched);
    whole.practice.log_requests(true);
    assert_eq!(whole.play(), [""; 0]);
    let logged = whole.practice.logged();
    let calls = logged.iter().map(|one| shortened(&one.method, &one.target)).collect();
    let expected = end(&whole);
    assert_eq!(expected.balance, (3, 2, 1, 0));
    assert_eq!(expected.left, (2, 2));
    assert!(whole.inside("drafts").is_empty());
    (calls, expected)
}

/// Replays a story once for every call, every way, and with and without a restart.
fn replay_all(what: &str, watched: &Watched, calls: &[String], expected: &End) {
    let ways = ways::all();
    let mut cases: Vec<(&Way, u64, &String, bool)> = Vec::new();
    for way in &ways {
        for (n, target) in (1..).zip(calls) {
            // Damage to the bytes of a letter itself cannot be seen by anybody.
            if way.name != "garbled JSON" || !target.ends_with("/$value") {
                cases.extend([false, true].map(|restarts| (way, n, target, restarts)));
            }
        }
    }
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                while let Some((way, n, target, restarts)) =
                    cases.get(next.fetch_add(1, Ordering::SeqCst))
                {
                    let ended =
                        catch_unwind(AssertUnwindSafe(|| replay(watched, way, *n, *restarts)));
                    let wrong = match ended {
                        Ok(end) if end == *expected => continue,
                        Ok(end) => differences(expected, &end),
                        Err(_) => "it panicked, see above".to_owned(),
                    };
                    let after = if *restarts { ", then a restart" } else { "" };
                    failed
                        .lock()
                        .unwrap()
                        .push(format!("{}, call {n} ({target}){after}: {wrong}", way.name));
                }
            });
        }
    });
    let mut failed = failed.into_inner().unwrap();
    failed.sort();
    println!(
        "{what}: {} cases, {} calls in the story, {} ways, with and without a restart; {} failed",
        cases.len(),
        calls.len(),
        ways.len(),
        failed.len()
    );
    assert!(failed.is_empty(), "{} cases ended otherwise:\n{}", failed.len(), failed.join("\n"));
}

/// A call for people: what an id says to nobody is left out.
fn shortened(method: &str, target: &str) -> String {
    let parts = target.split('/').map(|part| if part.starts_with("AA") { "{id}" } else { part });
    format!("{method} {}", parts.collect::<Vec<_>>().join("/"))
}

/// Where two ends differ.
fn differences(expected: &End, end: &End) -> String {
    let mut parts = Vec::new();
    if end.balance != expected.balance {
        parts.push(format!("listed, opened, joined, waiting are {:?}", end.balance));
    }
    if end.left != expected.left {
        parts.push(format!("letters left and people are {:?}", end.left));
    }
    for (name, (one, other)) in ["Inbox", "Processed", "Recoverable Items"]
        .iter()
        .zip(expected.folders.iter().zip(&end.folders))
    {
        if one != other {
            parts.push(format!("{name} holds {} in place of {}", other.len(), one.len()));
        }
    }
    if end.tickets != expected.tickets {
        parts.push(format!("tickets are {:?}", end.tickets));
    }
    parts.join("; ")
}

/// Two mailboxes, each in a tenant of its own.
fn two_mailboxes() -> (Settings, Vec<Watched>) {
    let mut settings = Settings::simple(ADDRESS);
    let mut branch = Settings::simple(OTHER);
    branch.tenant_id = "aaaaaaaa-1111-4222-8333-bbbbbbbbbbbb".into();
    settings.further_tenants = vec![branch];
    (settings, vec![Watched::new("support", ADDRESS), Watched::new("sales", OTHER)])
}

fn deliver_to_both(office: &mut Office) {
    for number in 1..=LETTERS {
        deliver(office, ADDRESS, number);
        deliver(office, OTHER, number);
    }
}

/// Checks that all letters of a mailbox are taken in and filed.
fn assert_all_in(office: &Office, at: usize, address: &str, case: &str) {
    let balances = office.balances();
    let name = ["sales", "support"][at];
    let balance = balances.iter().find(|balance| balance.mailbox == name).unwrap();
    assert_eq!((balance.listed, balance.opened, balance.joined), (3, 2, 1), "{case}: {name}");
    assert!(office.practice.folder(address, "inbox").is_empty(), "{case}: {name}");
    let from_here = |sent: &counterfoil::practice::Sent| sent.from == address;
    assert_eq!(office.practice.left().iter().filter(|sent| from_here(sent)).count(), 2, "{case}");
}

#[test]
fn a_mailbox_that_fails_entirely_fails_alone() {
    let passes = 15;
    for (case, on, kind) in [
        ("token endpoint down", "/aaaaaaaa-1111-4222-8333-bbbbbbbbbbbb/", Kind::TokenEndpointDown),
        ("refused", "/users/sales@", Kind::Status { code: 403, retry_after: None }),
        ("failing", "/users/sales@", Kind::Status { code: 500, retry_after: None }),
        ("gateway", "/users/sales@", Kind::GatewayNotFound),
        ("cut", "/users/sales@", Kind::CutConnection),
    ] {
        let (settings, watched) = two_mailboxes();
        let mut office = Office::of(settings, watched);
        deliver_to_both(&mut office);
        // For as many calls as there are passes while it lasts; each of them makes two or more.
        office.practice.fail(Fault { on: on.into(), from: 1, to: passes, kind });
        let mut rounds = office.start();
        let mut errors = Vec::new();
        for _ in 0..4 {
            errors.extend(office.pass(&mut rounds).errors);
        }
        assert!(!errors.is_empty(), "{case}: somebody says so");
        for error in &errors {
            assert!(error.starts_with("mailbox sales: "), "{case}: {error}");
        }
        assert_all_in(&office, 1, ADDRESS, case);
        assert_eq!(office.practice.folder(OTHER, "inbox").len(), LETTERS, "{case}");
        // The outage passes, and the other mailbox is taken in as if nothing had been.
        office.settle(&mut rounds);
        assert_all_in(&office, 0, OTHER, case);
    }
}

#[test]
fn a_mailbox_whose_secret_has_expired_or_that_is_out_of_reach_fails_alone() {
    let expired = |settings: &mut Settings| settings.further_tenants[0].secret_expired = true;
    let out_of_scope = |settings: &mut Settings| {
        let mailbox = MailboxSettings { in_scope: false, ..MailboxSettings::new(OTHER) };
        settings.further_tenants[0].mailboxes = vec![mailbox];
    };
    let nobody = |settings: &mut Settings| {
        let mailbox = MailboxSettings { exists_in_exchange: false, ..MailboxSettings::new(OTHER) };
        settings.further_tenants[0].mailboxes = vec![mailbox];
    };
    type Change = fn(&mut Settings);
    let cases: [(&str, Change, &str); 3] = [
        ("expired secret", expired, "AADSTS7000222"),
        ("out of scope", out_of_scope, "access to sales@branch.example is denied"),
        ("no mailbox", nobody, "has no mailbox in Exchange Online"),
    ];
    for (case, change, words) in cases {
        let (mut settings, watched) = two_mailboxes();
        change(&mut settings);
        let mut office = Office::of(settings, watched);
        (1..=LETTERS).for_each(|number| deliver(&mut office, ADDRESS, number));
        let mut rounds = office.start();
        let errors = office.run_for(&mut rounds, 200);
        assert!(errors.len() >= 9, "{case}: it is said each time: {errors:?}");
        for error in &errors {
            assert!(
                error.starts_with("mailbox sales: ") && error.contains(words),
                "{case}: {error}"
            );
        }
        assert_all_in(&office, 1, ADDRESS, case);
    }
}
