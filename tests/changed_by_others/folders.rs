//! Folders that people rename and delete, and a mailbox that is full.

use counterfoil::desk::ledger::{Original, Outcome};
use counterfoil::desk::ticket::Delivery;
use counterfoil::practice::{Practice, Settings};
use counterfoil::workers::poller::AfterImport;

use crate::in_process::{Office, Watched};
use crate::{ADDRESS, RECOVERABLE};

/// What a person does to a folder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Change {
    /// It is called Old.
    Renamed,
    /// With the key on the keyboard: it lies below Deleted Items, its id still good.
    Deleted,
    /// For good: its id is gone, its letters are in Recoverable Items.
    Purged,
}

fn change(practice: &Practice, folder: &str, change: Change) {
    match change {
        Change::Renamed => practice.rename_folder(ADDRESS, folder, "Old").unwrap(),
        Change::Deleted => practice.delete_folder(ADDRESS, folder).unwrap(),
        Change::Purged => practice.purge_folder(ADDRESS, folder).unwrap(),
    }
}

const HOUR: i64 = 3_600;

#[test]
fn intake_says_that_its_folder_was_purged_and_goes_on_when_there_is_one_again() {
    without_its_folder(Change::Purged, false);
    without_its_folder(Change::Purged, true);
}

#[test]
fn intake_says_that_its_folder_was_renamed_and_goes_on_when_there_is_one_again() {
    without_its_folder(Change::Renamed, true);
    without_its_folder(Change::Renamed, false);
}

#[test]
fn intake_says_that_its_folder_was_deleted_and_goes_on_when_there_is_one_again() {
    without_its_folder(Change::Deleted, true);
    without_its_folder(Change::Deleted, false);
}

fn without_its_folder(case: Change, restarts: bool) {
    let watched = Watched { folder: "Inbox/Support", ..Watched::new("support", ADDRESS) };
    let mut office = Office::new(watched);
    let first = office.deliver(Some("m1@shop.example"), "First");
    office.practice.move_letter(ADDRESS, &first, "Inbox/Support").unwrap();
    let mut rounds = office.start();
    assert_eq!(office.settle(&mut rounds), [""; 0], "{case:?}");
    assert_eq!(office.received(), ["First"], "{case:?}");

    change(&office.practice, "Inbox/Support", case);
    if restarts {
        rounds = office.start();
    }
    // A renamed folder may be noticed late, for its id is still good.
    let errors = office.run_for(&mut rounds, HOUR);
    let last = errors.last().unwrap_or_else(|| panic!("{case:?}: nobody says anything"));
    assert!(last.starts_with("mailbox support: "), "{case:?}: {last}");
    assert!(last.contains("Inbox/Support") && last.contains(ADDRESS), "{case:?}: {last}");

    if case == Change::Renamed {
        let second = office.deliver(Some("m2@shop.example"), "Second");
        office.practice.move_letter(ADDRESS, &second, "Inbox/Old").unwrap();
        office.run_for(&mut rounds, 200);
        office.practice.rename_folder(ADDRESS, "Inbox/Old", "Support").unwrap();
    } else {
        let second = office.deliver(Some("m2@shop.example"), "Second");
        office.practice.move_letter(ADDRESS, &second, "Inbox/Support").unwrap();
    }
    office.run_for(&mut rounds, HOUR);
    assert_eq!(office.received(), ["First", "Second"], "{case:?}, restarts: {restarts}");
    assert_eq!(office.inside("Inbox/Support"), [""; 0], "{case:?}");
    assert_eq!(office.run_for(&mut rounds, 100), [""; 0], "{case:?}: it is well again");
    assert_eq!(office.balances()[0].opened, 2, "{case:?}");
}

#[test]
fn letters_that_waited_in_a_folder_that_is_purged_are_accounted_for() {
    let watched = Watched { folder: "Inbox/Support", ..Watched::new("support", ADDRESS) };
    let mut office = Office::new(watched);
    let id = office.deliver(Some("m1@shop.example"), "First");
    office.practice.move_letter(ADDRESS, &id, "Inbox/Support").unwrap();
    office.practice.fail(counterfoil::practice::Fault::next("/$value", crate::failing()));
    let mut rounds = office.start();
    office.pass(&mut rounds);
    assert_eq!(office.row(&id).outcome, Outcome::Waiting);
    office.practice.purge_folder(ADDRESS, "Inbox/Support").unwrap();
    office.run_for(&mut rounds, 600);
    office.practice.make_folder(ADDRESS, "Inbox/Support").unwrap();
    office.run_for(&mut rounds, 600);
    assert_eq!(office.row(&id).outcome, Outcome::Vanished);
    office.practice.move_letter(ADDRESS, &id, "Inbox/Support").unwrap();
    office.run_for(&mut rounds, 600);
    assert_eq!(office.row(&id).outcome, Outcome::Opened, "restored, it is taken in");
    assert_eq!(office.received(), ["First"]);
    office.balances();
}

#[test]
fn a_purged_folder_for_copies_is_made_again_and_each_letter_has_one_copy() {
    without_its_copies(Change::Purged, false);
    without_its_copies(Change::Purged, true);
}

#[test]
fn a_renamed_folder_for_copies_is_made_again_and_each_letter_has_one_copy() {
    without_its_copies(Change::Renamed, true);
    without_its_copies(Change::Renamed, false);
}

#[test]
fn a_deleted_folder_for_copies_is_made_again_and_each_letter_has_one_copy() {
    without_its_copies(Change::Deleted, true);
    without_its_copies(Change::Deleted, false);
}

fn without_its_copies(case: Change, restarts: bool) {
    let watched = Watched { copy_to: Some("Processed"), ..Watched::new("support", ADDRESS) };
    let mut office = Office::new(watched);
    office.deliver(Some("m1@shop.example"), "First");
    let mut rounds = office.start();
    office.settle(&mut rounds);
    assert_eq!(office.inside("Processed"), ["First"], "{case:?}");

    change(&office.practice, "Processed", case);
    if restarts {
        rounds = office.start();
    }
    // A renamed folder may be noticed late, for its id is still good.
    office.run_for(&mut rounds, HOUR);
    let id = office.deliver(Some("m2@shop.example"), "Second");
    office.run_for(&mut rounds, HOUR);
    assert_eq!(office.inside("Processed"), ["Second"], "{case:?}, restarts: {restarts}");
    let there = match case {
        Change::Renamed => "Old",
        Change::Purged => RECOVERABLE,
        Change::Deleted => "Deleted Items/Processed",
    };
    let firsts = office.inside(there).iter().filter(|one| *one == "First").count();
    assert_eq!(firsts, if case == Change::Purged { 2 } else { 1 }, "{case:?}");
    assert_eq!(office.row(&id).original, Original::Removed, "{case:?}");
}

#[test]
fn a_full_mailbox_keeps_the_original_until_there_is_room_for_its_copy() {
    full(507);
}

#[test]
fn a_full_mailbox_is_known_by_the_code_whatever_the_status() {
    full(403);
    full(400);
}

fn full(status: u16) {
    let mut settings = Settings::simple(ADDRESS);
    settings.switches.over_quota_status = status;
    let watched = Watched { copy_to: Some("Processed"), ..Watched::new("support", ADDRESS) };
    let mut office = Office::of(settings, vec![watched]);
    let ids = [1, 2].map(|n| office.deliver(Some(&format!("m{n}@shop.example")), "Lamp"));
    office.practice.set_full(ADDRESS, true).unwrap();
    let mut rounds = office.start();
    office.run_for(&mut rounds, 600);
    assert_eq!(office.received(), ["Lamp", "Lamp"], "{status}: the tickets exist");
    assert_eq!(office.inside("inbox"), ["Lamp", "Lamp"], "{status}: the originals stay");
    for id in &ids {
        let row = office.row(id);
        assert_eq!((row.outcome, row.original), (Outcome::Opened, Original::InMailbox));
        assert!(row.reason.contains("full"), "{status}: the row says why: `{}`", row.reason);
    }
    office.practice.set_full(ADDRESS, false).unwrap();
    office.run_for(&mut rounds, 2 * HOUR);
    assert_eq!(office.inside("Processed"), ["Lamp", "Lamp"], "{status}: one copy of each");
    assert_eq!(office.inside("inbox"), [""; 0], "{status}");
    for id in &ids {
        let row = office.row(id);
        assert_eq!(row.original, Original::Removed, "{status}");
        assert!(!row.reason.contains("full"), "{status}: `{}`", row.reason);
    }
    // There was no room for the drafts of the acknowledgements either. They are not lost from
    // sight: they left later, or the ticket shows that they did not.
    for ticket in office.tickets() {
        let ours: Vec<_> = ticket.articles.iter().filter_map(|one| one.delivery).collect();
        assert_eq!(ours.len(), 1, "{status}");
        let known = matches!(ours[0], Delivery::Sent | Delivery::Refused);
        assert!(known, "{status}: {}", ours[0]);
    }
}

#[test]
fn a_folder_for_copies_that_is_the_folder_itself_makes_no_circle() {
    for (case, folder, copy_to, after_import) in [
        ("in another case", "Inbox", "INBOX", AfterImport::Delete),
        ("kept", "Inbox", "inbox", AfterImport::Keep),
        ("by its localised name", "Inbox", "Posteingang", AfterImport::Delete),
        ("by its localised name, kept", "Inbox", "Posteingang", AfterImport::Keep),
        ("below", "Inbox/Support", "inbox/SUPPORT", AfterImport::Delete),
        ("below, by its localised name", "Inbox/Support", "Posteingang/Support", AfterImport::Keep),
    ] {
        let watched = Watched {
            folder,
            copy_to: Some(copy_to),
            after_import,
            ..Watched::new("support", ADDRESS)
        };
        let mut office = Office::new(watched);
        if case.contains("localised") {
            office.practice.localise_folder(ADDRESS, "inbox", "Posteingang").unwrap();
        }
        let here = folder.replace("Inbox", "inbox");
        let here =
            if case.contains("localised") { here.replace("inbox/", "Posteingang/") } else { here };
        for n in 1..=2 {
            let id = office.deliver(Some(&format!("m{n}@shop.example")), "Lamp");
            office.practice.move_letter(ADDRESS, &id, &here).unwrap();
        }
        let mut rounds = office.start();
        let errors = office.run_for(&mut rounds, 600);
        let all = office.inside(&here).len() + office.inside(RECOVERABLE).len();
        assert_eq!(all, 2, "{case}: nothing is copied in a circle");
        assert!(office.balances().iter().all(|balance| balance.listed <= 2), "{case}");
        let rows = office.ledger();
        let mut sentences = errors.iter().chain(rows.iter().map(|row| &row.reason));
        let clear = |sentence: &&String| sentence.to_lowercase().contains(&copy_to.to_lowercase());
        assert!(sentences.any(|one| clear(&one)), "{case}: nobody says why: {:?}", errors.last());
    }
}
