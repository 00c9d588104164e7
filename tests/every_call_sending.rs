//! Sending with the outside failing at every call and in every way: an acknowledgement and an answer
//! reach everybody once, and the outbox comes to rest. A few letters with every call failing; then
//! many, each of whose calls fails in another way, once for every kind of call that sending makes.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "support/in_process.rs"]
mod in_process;
#[path = "support/ways.rs"]
mod ways;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use counterfoil::desk::ticket::Delivery;
use counterfoil::mail::parse::parse;
use counterfoil::practice::{Fault, Kind, Settings};
use counterfoil::store::audit::Verdict;
use in_process::{Office, Rounds, STEP, Watched};
use ways::Way;

const ADDRESS: &str = "support@office.example";

/// Stories told at the same time: most of them wait for a while.
const SIDE_BY_SIDE: usize = 24;

/// Which way the questions about sending are answered that nobody could settle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Service {
    /// The copy is in Sent Items at once.
    Prompt,
    /// The letter is nowhere for a while.
    Hides,
    /// The draft shows for a while, and sending it again is a bad request.
    Lingers,
    /// Draft and copy have a Message-ID of the service's own.
    Renames,
    /// Only what leaves has one, and is nowhere for a while.
    RenamesLate,
}

const SERVICES: [Service; 5] =
    [Service::Prompt, Service::Hides, Service::Lingers, Service::Renames, Service::RenamesLate];

fn is_long() -> bool {
    std::env::var_os("COUNTERFOIL_LONG").is_some()
}

fn settings(service: Service) -> Settings {
    let mut settings = Settings::simple(ADDRESS);
    settings.token_seconds = Some(10_000_000);
    let switches = &mut settings.switches;
    switches.sent_copy_delay_ms = match service {
        Service::Prompt | Service::Renames => 0,
        Service::Hides | Service::Lingers | Service::RenamesLate => 50_000,
    };
    switches.draft_shows_until_copied = service == Service::Lingers;
    switches.second_send_status = if service == Service::Lingers { 400 } else { 404 };
    switches.message_id_replaced_on_draft = service == Service::Renames;
    switches.message_id_replaced_on_send = service == Service::RenamesLate;
    settings
}

/// An office that has taken in so many letters, each from somebody else, and not answered yet.
fn office(service: Service, letters: usize) -> (Office, Rounds) {
    let mut office = Office::of(settings(service), vec![Watched::new("support", ADDRESS)]);
    for number in 0..letters {
        let raw = format!(
            "From: r{number}@d{number}.example\r\nTo: {ADDRESS}\r\nSubject: Lamp {number}\r\n\
             Message-ID: <m{number}@shop.example>\r\n\r\nAbout lamp {number}.\r\n"
        );
        office.deliver_raw(ADDRESS, raw);
    }
    let mut rounds = office.start();
    rest(&mut office, &mut rounds);
    (office, rounds)
}

/// One pass, with the clock of the service going on as ours does.
fn pass(office: &mut Office, rounds: &mut Rounds) -> bool {
    let idle = office.pass(rounds).idle;
    office.practice.advance(STEP);
    idle
}

/// Passes until nothing was due three times.
fn rest(office: &mut Office, rounds: &mut Rounds) {
    let mut idle = 0;
    for _ in 0..1_000 {
        idle = if pass(office, rounds) { idle + 1 } else { 0 };
        if idle == 3 {
            return;
        }
    }
    panic!("it never came to rest");
}

/// What is wrong with the end of a story in which everybody was acknowledged and answered.
fn wrong(office: &Office, letters: usize) -> Option<String> {
    let mut copies: BTreeMap<(String, bool), u32> = BTreeMap::new();
    for sent in office.practice.left() {
        let answer = parse(&sent.raw).text.contains("It is mended.");
        *copies.entry((sent.to.join(","), answer)).or_default() += 1;
    }
    let doubled: Vec<_> = copies.iter().filter(|(_, count)| **count > 1).collect();
    if !doubled.is_empty() || copies.len() != letters * 2 {
        return Some(format!("{} of {} left, doubled: {doubled:?}", copies.len(), letters * 2));
    }
    let count = office.store().outbox_count("support").unwrap();
    if (count.waiting, count.unknown, count.refused) != (0, 0, 0) {
        return Some(format!("{count:?}"));
    }
    let articles = office.tickets().into_iter().flat_map(|ticket| ticket.articles);
    let unsent = articles.filter(|it| !matches!(it.delivery, None | Some(Delivery::Sent))).count();
    let whole = matches!(office.store().verify_audit().unwrap(), Verdict::Whole { .. });
    (unsent > 0 || !whole).then(|| format!("{unsent} articles not sent, the trail whole: {whole}"))
}

/// Two answers leave while the n-th call fails, going on or restarting after it.
fn replay(service: Service, way: &Way, n: u64, restarts: bool) -> Option<String> {
    let (mut office, mut rounds) = office(service, 2);
    answer_all(&office);
    if restarts {
        rounds = office.start();
    }
    if way.is_refusal() && n == 1 {
        office.practice.down();
    }
    let first = office.practice.requests();
    for fault in way.faults(n) {
        office.practice.fail(fault);
    }
    while restarts && office.practice.requests() < first + n && !office.practice.is_down() {
        pass(&mut office, &mut rounds);
    }
    if restarts {
        pass(&mut office, &mut rounds);
        rounds = office.start();
    }
    rest(&mut office, &mut rounds);
    wrong(&office, 2)
}

fn answer_all(office: &Office) {
    office.tickets().iter().for_each(|ticket| office.answer(ticket.number, "It is mended."));
}

/// The calls of two answers, with the sign-in after a restart and the look for new mail.
fn calls(service: Service) -> u64 {
    let (mut office, _) = office(service, 2);
    answer_all(&office);
    let mut rounds = office.start();
    let first = office.practice.requests();
    // Until both left; what follows is looking for new mail.
    while office.practice.left().len() < 4 {
        pass(&mut office, &mut rounds);
    }
    rest(&mut office, &mut rounds);
    assert_eq!(wrong(&office, 2), None, "{service:?}: nothing fails");
    let calls = office.practice.requests() - first;
    assert!(calls >= 5, "sign-in and two calls for each: {calls}");
    calls
}

#[test]
fn whichever_call_of_sending_fails_in_whichever_way_everybody_gets_one_copy() {
    let ways = ways::all();
    let mut cases = Vec::new();
    for service in SERVICES {
        for n in 1..=calls(service) {
            for way in &ways {
                cases.extend([false, true].map(|restarts| (service, n, way, restarts)));
            }
        }
    }
    // A third of them unless all are asked for; every way and every call is among them.
    let every = if is_long() { 1 } else { 3 };
    let cases: Vec<_> = cases.into_iter().step_by(every).collect();
    let failed = all(&cases, |(service, n, way, restarts)| {
        let case = format!("{service:?}, {}, call {n}, restarts: {restarts}", way.name);
        (case, replay(*service, way, *n, *restarts))
    });
    println!("two answers: {} cases, {} ways; {} failed", cases.len(), ways.len(), failed.len());
    assert!(failed.is_empty(), "{} ended otherwise:\n{}", failed.len(), failed.join("\n"));
}

/// Runs all cases side by side; what is wrong with those that end otherwise.
fn all<C: Sync>(cases: &[C], run: impl Fn(&C) -> (String, Option<String>) + Sync) -> Vec<String> {
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let ended = catch_unwind(AssertUnwindSafe(|| run(case)));
                    let sentence = match ended {
                        Ok((_, None)) => continue,
                        Ok((case, Some(wrong))) => format!("{case}: {wrong}"),
                        Err(_) => "a case panicked, see above".to_owned(),
                    };
                    failed.lock().unwrap().push(sentence);
                }
            });
        }
    });
    let mut failed = failed.into_inner().unwrap();
    failed.sort();
    failed
}

/// A call of sending: its name, what has to go wrong so that it is made, and how it is known.
const CALLS: [(&str, Option<&str>, &str); 5] = [
    ("drafting", None, "POST /v1.0/users/support@office.example/messages"),
    ("sending", None, "/send"),
    ("looking for the draft", Some("/send"), "GET /v1.0/users/support@office.example/messages/"),
    ("searching Sent Items", Some("/messages"), "/mailFolders/sentitems/messages"),
    ("searching Drafts", Some("/messages"), "/mailFolders/drafts/messages"),
];

/// One letter after the other leaves through one mailbox, each with another misfortune.
fn procession(service: Service, every: usize) -> (usize, Option<String>) {
    // One letter waits for the other here.
    let ways: Vec<_> = ways::all().into_iter().filter(|way| !way.is_slow()).collect();
    let cases = CALLS.iter().flat_map(|call| ways.iter().map(move |way| (call, way)));
    let cases = cases.flat_map(|case| [false, true].map(|restarts| (case, restarts)));
    let cases: Vec<_> = cases.step_by(every).collect();
    let (mut office, mut rounds) = office(service, cases.len());
    let tickets = office.tickets();
    for (ticket, (((_, before, on), way), restarts)) in tickets.iter().zip(&cases) {
        office.answer(ticket.number, "It is mended.");
        if let Some(before) = before {
            office.practice.fail(Fault::next(before, Kind::AnswerLost));
        }
        way.next(on).into_iter().for_each(|fault| office.practice.fail(fault));
        for _ in 0..2 {
            pass(&mut office, &mut rounds);
            if *restarts {
                rounds = office.start();
            }
        }
        rest(&mut office, &mut rounds);
        // A call that was not made this time must not fail for somebody else.
        office.practice.forgive();
    }
    (cases.len(), wrong(&office, cases.len()))
}

#[test]
fn many_letters_each_with_another_misfortune_leave_once() {
    let every = if is_long() { 1 } else { 7 };
    let failed = all(&SERVICES, |service| {
        let (letters, wrong) = procession(*service, every);
        println!("{service:?}: {letters} letters, one after the other");
        (format!("{service:?}"), wrong)
    });
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn what_is_refused_in_earnest_after_a_lost_answer_is_refused_in_the_end() {
    let (mut office, mut rounds) = office(Service::Prompt, 1);
    answer_all(&office);
    office.practice.fail(Fault::next("/send", Kind::Silence(1)));
    let mut further = Fault::every("/send", Kind::Status { code: 400, retry_after: None });
    further.from = 2;
    office.practice.fail(further);
    for _ in 0..10 {
        pass(&mut office, &mut rounds);
    }
    let count = office.store().outbox_count("support").unwrap();
    assert_eq!((count.unknown, count.refused), (1, 0), "it might have left the first time");
    rest(&mut office, &mut rounds);
    let count = office.store().outbox_count("support").unwrap();
    assert_eq!((count.waiting, count.unknown, count.refused), (0, 0, 1));
    assert_eq!(office.practice.left().len(), 1, "the acknowledgement alone");
}
