//! A mailbox whose letters stay after intake: what following it costs, and what happens when the
//! position in it is lost, or a backup is put in its place and every id is new.

use counterfoil::desk::ledger::Outcome;
use counterfoil::practice::Fault;
use counterfoil::workers::poller::AfterImport;

use crate::in_process::{Office, Watched};
use crate::{ADDRESS, failing};

fn keeps(side_by_side: usize) -> Watched {
    Watched { after_import: AfterImport::Keep, side_by_side, ..Watched::new("support", ADDRESS) }
}

#[test]
fn following_a_folder_in_which_nothing_changes_costs_a_request_or_two_however_full_it_is() {
    const LETTERS: usize = 1_100;
    let mut office = Office::new(keeps(4));
    for number in 0..LETTERS {
        office.deliver(Some(&format!("m{number}@shop.example")), &format!("Lamp {number}"));
    }
    let mut rounds = office.start();
    assert_eq!(office.settle(&mut rounds), [""; 0]);
    assert_eq!(office.received().len(), LETTERS);
    assert_eq!(office.inside("inbox").len(), LETTERS, "they stay");
    for _ in 0..3 {
        let before = office.practice.requests();
        office.pass(&mut rounds);
        let asked = office.practice.requests() - before;
        assert!((1..=2).contains(&asked), "one poll makes {asked} requests");
    }
    let id = office.deliver(Some("new@shop.example"), "New");
    office.settle(&mut rounds);
    assert_eq!(office.row(&id).outcome, Outcome::Opened);
    assert_eq!(office.received().len(), LETTERS + 1);
}

#[test]
fn an_expired_position_starts_over_without_doubling() {
    for restarts in [false, true] {
        let mut office = Office::new(keeps(1));
        for number in 1..=12 {
            office.deliver(Some(&format!("m{number}@shop.example")), &format!("Lamp {number}"));
        }
        let mut rounds = office.start();
        office.settle(&mut rounds);
        let (received, left) = (office.received(), office.practice.left().len());
        for round in 1..=3 {
            office.practice.expire_delta_links(ADDRESS).unwrap();
            if restarts {
                rounds = office.start();
            }
            let id = office.deliver(Some(&format!("n{round}@shop.example")), "New");
            office.run_for(&mut rounds, 600);
            assert_eq!(office.row(&id).outcome, Outcome::Opened, "round {round}");
            assert_eq!(office.received().len(), received.len() + round);
            assert_eq!(office.practice.left().len(), left + round);
        }
        // The answer that a position is lost may come to any call, also in the middle of a round.
        office.practice.fail(Fault::next(
            "/inbox/",
            counterfoil::practice::Kind::Status { code: 410, retry_after: None },
        ));
        let id = office.deliver(Some("last@shop.example"), "Last");
        office.run_for(&mut rounds, 600);
        assert_eq!(office.row(&id).outcome, Outcome::Opened);
        let balance = office.balances().remove(0);
        assert_eq!((balance.listed, balance.opened), (16, 16));
    }
}

#[test]
fn a_mailbox_restored_from_a_backup_opens_nothing_twice_and_takes_in_what_waited() {
    for restarts in [false, true] {
        let mut office = Office::new(keeps(1));
        let known = ["m1@shop.example", "m2@shop.example"];
        let mut old: Vec<String> = Vec::new();
        for (number, message_id) in [Some(known[0]), Some(known[1]), None, None].iter().enumerate()
        {
            old.push(office.deliver(*message_id, &format!("Lamp {number}")));
        }
        let mut rounds = office.start();
        office.settle(&mut rounds);
        assert_eq!(office.received().len(), 4);
        // Two more are listed and cannot be fetched before the backup is put in place.
        let waiting = [Some("m5@shop.example"), None].map(|message_id| {
            let id = office.deliver(message_id, message_id.unwrap_or("without id"));
            office.practice.fail(Fault::next(&format!("{id}/$value"), failing()));
            id
        });
        office.pass(&mut rounds);
        let outcomes = waiting.each_ref().map(|id| office.row(id).outcome);
        assert_eq!(outcomes, [Outcome::Waiting; 2]);
        let left = office.practice.left().len();

        office.practice.restore_from_backup(ADDRESS).unwrap();
        if restarts {
            rounds = office.start();
        }
        office.run_for(&mut rounds, 7_200);
        let mut expected: Vec<String> = (0..4).map(|number| format!("Lamp {number}")).collect();
        expected.extend(["m5@shop.example", "without id"].map(str::to_owned));
        assert_eq!(office.received(), expected, "each letter once, restarts: {restarts}");
        assert_eq!(office.inside("inbox").len(), 6, "they stay");
        for id in &old {
            assert_eq!(office.row(id).outcome, Outcome::Opened, "what was known of it stays");
        }
        for id in &waiting {
            assert_eq!(office.row(id).outcome, Outcome::Vanished, "it is nowhere under this id");
        }
        let new = office.practice.folder(ADDRESS, "inbox");
        for (place, letter) in new.iter().enumerate() {
            let row = office.row(&letter.id);
            let expected = if place < 4 { Outcome::Duplicate } else { Outcome::Opened };
            assert_eq!(row.outcome, expected, "letter {place}: {}", row.reason);
        }
        let balance = office.balances().remove(0);
        assert_eq!(
            (balance.listed, balance.opened, balance.duplicate, balance.vanished),
            (12, 6, 4, 2)
        );
        assert_eq!(office.practice.left().len(), left + 2, "nobody is acknowledged twice");
    }
}

#[test]
fn letters_without_message_id_are_told_apart_also_after_a_backup() {
    let mut office = Office::new(keeps(1));
    for number in 0..3 {
        office.deliver(None, &format!("Lamp {number}"));
    }
    // Two that are alike to the last byte, and came at different times: both happened.
    for _ in 0..2 {
        office.now = office.now.plus_seconds(60);
        office.deliver_raw(ADDRESS, "From: gate@shop.example\r\nSubject: Open\r\n\r\nOpen.\r\n");
    }
    office.play();
    let all = ["Lamp 0", "Lamp 1", "Lamp 2", "Open", "Open"];
    assert_eq!(office.received(), all);
    office.practice.restore_from_backup(ADDRESS).unwrap();
    office.deliver(None, "Lamp 3");
    office.play();
    assert_eq!(office.received(), ["Lamp 0", "Lamp 1", "Lamp 2", "Lamp 3", "Open", "Open"]);
}
