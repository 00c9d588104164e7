//! Letters that people move, delete and restore while they are taken in.

use counterfoil::desk::ledger::{Original, Outcome};
use counterfoil::practice::{Fault, Kind, Settings};

use crate::in_process::{Office, Rounds, Watched};
use crate::{ADDRESS, RECOVERABLE, failing};

/// An office with one letter that was listed and could not be fetched yet.
fn listed() -> (Office, Rounds, String) {
    let copied = Watched { copy_to: Some("Processed"), ..Watched::new("support", ADDRESS) };
    let mut office = Office::new(copied);
    let id = office.deliver(Some("m1@shop.example"), "Lamp");
    office.practice.fail(Fault::next("/$value", failing()));
    let mut rounds = office.start();
    office.pass(&mut rounds);
    assert_eq!(office.row(&id).outcome, Outcome::Waiting, "it is listed and not fetched");
    (office, rounds, id)
}

/// An office with one letter that was taken in and could not be removed yet.
fn taken_in() -> (Office, Rounds, String) {
    let mut office = Office::new(Watched::new("support", ADDRESS));
    let id = office.deliver(Some("m1@shop.example"), "Lamp");
    office.practice.fail(Fault::next("/move", failing()));
    let mut rounds = office.start();
    office.pass(&mut rounds);
    assert_eq!(office.row(&id).outcome, Outcome::Opened, "it is taken in");
    assert_eq!(office.inside("inbox"), ["Lamp"], "and not removed");
    (office, rounds, id)
}

#[test]
fn a_copy_whose_answer_was_lost_is_found_though_looking_for_it_fails_first() {
    let denied = |code| Kind::Status { code, retry_after: None };
    for (name, kind) in [
        ("not found", denied(404)),
        ("a gateway does not find it", Kind::GatewayNotFound),
        ("conflict", denied(409)),
        ("gone", denied(410)),
        ("failed", denied(500)),
        ("cut", Kind::CutConnection),
        ("half an answer", Kind::TruncatedBody),
        ("no JSON", Kind::GarbledJson),
    ] {
        // Looking asks several things in a row; each of them may be the one that fails.
        for nth in 1..=6 {
            let watched =
                Watched { copy_to: Some("Processed"), ..Watched::new("support", ADDRESS) };
            let mut office = Office::new(watched);
            office.deliver(Some("m1@shop.example"), "Lamp");
            office.practice.fail(Fault::next("/copy", Kind::AnswerLost));
            office.practice.log_requests(true);
            let mut rounds = office.start();
            let copied = |office: &Office| !office.inside("Processed").is_empty();
            while !copied(&office) {
                office.pass(&mut rounds);
            }
            office.practice.fail(Fault::nth("GET ", nth, kind.clone()));
            office.settle(&mut rounds);
            let copies = office.inside("Processed");
            assert_eq!(copies, ["Lamp"], "{name}, request {nth}: {:#?}", office.practice.logged());
            assert_eq!(office.inside("recoverableitemsdeletions"), ["Lamp"], "{name}, {nth}");
        }
    }
}

#[test]
fn a_letter_dragged_away_before_it_was_fetched_is_left_there_and_taken_in_when_it_comes_back() {
    for restarts in [false, true] {
        let (mut office, mut rounds, id) = listed();
        office.practice.move_letter(ADDRESS, &id, "Private").unwrap();
        office.run_for(&mut rounds, 600);
        let row = office.row(&id);
        assert_eq!(row.outcome, Outcome::Vanished, "{}", row.reason);
        assert!(row.reason.contains("folder"), "the reason names it: {}", row.reason);
        assert_eq!(office.inside("Private"), ["Lamp"], "it is left alone");
        assert_eq!(office.received(), [""; 0]);
        assert_eq!(office.balances()[0].vanished, 1);

        office.practice.move_letter(ADDRESS, &id, "inbox").unwrap();
        if restarts {
            rounds = office.start();
        }
        office.run_for(&mut rounds, 600);
        let row = office.row(&id);
        assert_eq!(
            (row.outcome, row.original),
            (Outcome::Opened, Original::Removed),
            "{}",
            row.reason
        );
        assert_eq!(office.received(), ["Lamp"]);
        assert_eq!(office.inside("Processed"), ["Lamp"]);
        assert_eq!(office.inside(RECOVERABLE), ["Lamp"]);
        assert_eq!((office.balances()[0].opened, office.balances()[0].vanished), (1, 0));
    }
}

#[test]
fn a_letter_deleted_in_outlook_before_it_was_fetched_has_vanished() {
    deleted("deleteditems");
}

#[test]
fn a_letter_deleted_for_good_before_it_was_fetched_has_vanished() {
    deleted(RECOVERABLE);
}

#[test]
fn a_letter_purged_before_it_was_fetched_has_vanished() {
    deleted("");
}

/// It is deleted into this folder, or purged when that is empty.
fn deleted(folder: &str) {
    let (mut office, mut rounds, id) = listed();
    match folder {
        "" => office.practice.purge_letter(ADDRESS, &id).unwrap(),
        RECOVERABLE => drop(office.practice.soft_delete(ADDRESS, &id).unwrap()),
        _ => office.practice.move_letter(ADDRESS, &id, folder).unwrap(),
    }
    office.run_for(&mut rounds, 600);
    let row = office.row(&id);
    assert_eq!(row.outcome, Outcome::Vanished, "{}", row.reason);
    assert!(!row.reason.is_empty());
    assert_eq!(office.received(), [""; 0]);
    let balance = office.balances().remove(0);
    assert_eq!((balance.listed, balance.vanished, balance.waiting), (1, 1, 0));
    if !folder.is_empty() {
        assert_eq!(office.inside(folder), ["Lamp"], "it stays where it is");
    }
}

#[test]
fn a_letter_dragged_away_before_it_was_removed_is_left_there() {
    for restarts in [false, true] {
        let (mut office, mut rounds, id) = taken_in();
        office.practice.move_letter(ADDRESS, &id, "Private").unwrap();
        if restarts {
            rounds = office.start();
        }
        office.run_for(&mut rounds, 600);
        let row = office.row(&id);
        assert_eq!(office.inside("Private"), ["Lamp"], "a person wants it there: {}", row.reason);
        assert_eq!(
            (row.outcome, row.original),
            (Outcome::Opened, Original::Moved),
            "{}",
            row.reason
        );
        assert!(row.reason.contains("folder"), "the reason says so: `{}`", row.reason);
        assert_eq!(office.received(), ["Lamp"]);
    }
}

#[test]
fn a_letter_deleted_before_it_was_removed_counts_as_removed() {
    let (mut office, mut rounds, id) = taken_in();
    office.practice.soft_delete(ADDRESS, &id).unwrap();
    office.run_for(&mut rounds, 600);
    let row = office.row(&id);
    assert_eq!((row.outcome, row.original), (Outcome::Opened, Original::Removed), "{}", row.reason);
    assert!(row.recoverable_until.is_some());
    assert_eq!(office.inside(RECOVERABLE), ["Lamp"]);
}

#[test]
fn a_letter_that_a_person_restores_stays_in_the_inbox_and_makes_no_second_article() {
    for survives in [true, false] {
        let mut settings = Settings::simple(ADDRESS);
        settings.switches.immutable_id_survives_soft_delete = survives;
        let mut office = Office::of(settings, vec![Watched::new("support", ADDRESS)]);
        let id = office.deliver(Some("m1@shop.example"), "Lamp");
        let mut rounds = office.start();
        office.settle(&mut rounds);
        assert_eq!(office.row(&id).original, Original::Removed);
        let left = office.practice.left().len();

        let there = office.practice.folder(ADDRESS, RECOVERABLE).remove(0).id;
        assert_eq!(there == id, survives);
        office.practice.restore_letter(ADDRESS, &there).unwrap();
        for restart in 0..3 {
            office.run_for(&mut rounds, 600);
            let row = office.ledger().remove(0);
            assert_eq!(row.outcome, Outcome::Opened, "restart {restart}: {}", row.reason);
            assert_eq!(row.original, Original::Restored, "restart {restart}: {}", row.reason);
            assert_eq!(office.inside("inbox"), ["Lamp"], "restart {restart}");
            assert_eq!(office.received(), ["Lamp"], "restart {restart}");
            rounds = office.start();
        }
        assert_eq!(office.practice.left().len(), left, "nobody is written to again");
        office.balances();
    }
}

#[test]
fn a_letter_that_stays_after_intake_may_be_dragged_about_and_is_taken_in_once() {
    let keeps = Watched {
        after_import: counterfoil::workers::poller::AfterImport::Keep,
        ..Watched::new("support", ADDRESS)
    };
    let mut office = Office::new(keeps);
    let id = office.deliver(Some("m1@shop.example"), "Lamp");
    let mut rounds = office.start();
    office.settle(&mut rounds);
    for folder in ["Private", "inbox", RECOVERABLE, "inbox"] {
        office.practice.move_letter(ADDRESS, &id, folder).unwrap();
        office.settle(&mut rounds);
        assert_eq!(office.row(&id).outcome, Outcome::Opened);
        assert_eq!(office.inside(folder), ["Lamp"]);
    }
    assert_eq!(office.received(), ["Lamp"]);
}
