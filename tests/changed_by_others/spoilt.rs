//! Letters the service cannot hand out, standing before good ones.

use counterfoil::desk::ledger::{Original, Outcome};
use counterfoil::practice::{Fault, Kind};

use crate::in_process::{Office, STEP, Watched};
use crate::{ADDRESS, failing};

#[test]
fn letters_that_always_fail_hold_up_no_other_and_end_in_quarantine() {
    for (count, side_by_side) in [(30, 1), (30, 4), (200, 4)] {
        let mut office = Office::new(Watched { side_by_side, ..Watched::new("support", ADDRESS) });
        let bad: Vec<String> = (0..count)
            .map(|n| office.deliver(Some(&format!("bad{n}@shop.example")), "Bad"))
            .collect();
        for id in &bad {
            office.practice.fail(Fault::every(&format!("{id}/$value"), failing()));
        }
        for n in 0..20 {
            office.deliver(Some(&format!("good{n}@shop.example")), "Good");
        }
        office.practice.log_requests(true);
        let mut rounds = office.start();
        office.pass(&mut rounds);
        assert_eq!(office.received(), ["Good"; 20], "the good ones are in after the first round");

        // The passes in which the first of the bad ones was asked for, over four hours.
        let encoded = bad[0].replace('=', "%3D");
        let asked = |office: &Office| {
            let log = office.practice.logged();
            log.iter().filter(|one| one.target.contains(&format!("{encoded}/$value"))).count()
        };
        let (mut before, mut passes) = (asked(&office), vec![0]);
        for pass in 1..(4 * 3_600 / STEP) {
            let requests = office.practice.requests();
            office.pass(&mut rounds);
            // One request is no more than looking into the folder.
            if office.practice.requests() <= requests + 1 {
                continue;
            }
            let now = asked(&office);
            if now > before {
                passes.push(pass);
            }
            before = now;
        }
        let waits: Vec<i64> = passes.windows(2).map(|two| two[1] - two[0]).collect();
        assert!(waits.len() >= 4, "it is tried again: {waits:?}");
        let grow = waits.windows(2).all(|two| two[1] * 2 >= two[0]);
        assert!(grow && waits[0] * 10 < *waits.last().unwrap(), "waits grow: {waits:?}");
        for id in &bad {
            let row = office.row(id);
            assert_eq!(row.outcome, Outcome::Quarantined, "{}", row.reason);
            assert!(!row.reason.is_empty());
        }
        let balance = office.balances().remove(0);
        assert_eq!((balance.listed, balance.opened, balance.quarantined), (count + 20, 20, count));
        assert_eq!(office.inside("inbox"), vec!["Bad"; bad.len()], "they stay in the mailbox");
        assert_eq!(office.received(), ["Good"; 20]);
    }
}

#[test]
fn a_letter_that_is_too_large_is_not_downloaded_and_becomes_a_ticket_when_a_person_wants_it() {
    for sizes_told in [true, false] {
        let mut office = Office::new(Watched::new("support", ADDRESS));
        let body = "All work and no play.\r\n".repeat(60_000);
        let raw = format!(
            "From: Ana <ana@shop.example>\r\nTo: {ADDRESS}\r\nSubject: Large\r\n\
             Message-ID: <large@shop.example>\r\nDate: Mon, 04 May 2026 09:00:00 +0000\r\n\r\n{body}"
        );
        let id = office.deliver_raw(ADDRESS, raw);
        office.deliver(Some("m1@shop.example"), "Good");
        if !sizes_told {
            let refused = Kind::Status { code: 400, retry_after: None };
            office.practice.fail(Fault::every("singleValueExtendedProperties", refused));
        }
        office.practice.log_requests(true);
        let mut rounds = office.start();
        office.settle(&mut rounds);
        let row = office.row(&id);
        assert_eq!(row.outcome, Outcome::Quarantined, "{}", row.reason);
        assert!(row.size.is_some_and(|size| size > 1_200_000), "{:?}", row.size);
        assert!(row.reason.contains("larger"), "{}", row.reason);
        assert_eq!(
            (office.received(), office.inside("inbox")),
            (vec!["Good".into()], vec!["Large".into()])
        );
        let encoded = id.replace('=', "%3D");
        let fetches = |office: &Office| {
            let log = office.practice.logged();
            log.iter().filter(|one| one.target.contains(&format!("{encoded}/$value"))).count()
        };
        assert_eq!(fetches(&office), usize::from(!sizes_told), "it is not downloaded");
        let left = office.practice.left().len();

        let row = office.row(&id);
        office.store().try_again(&[row.id], false, "cli", office.now).unwrap();
        office.settle(&mut rounds);
        assert_eq!(office.row(&id).outcome, Outcome::Quarantined, "it is as large as before");
        office.store().try_again(&[row.id], true, "cli", office.now).unwrap();
        office.settle(&mut rounds);
        let row = office.row(&id);
        assert_eq!(row.outcome, Outcome::Opened, "{}", row.reason);
        assert_eq!(office.inside("inbox"), [""; 0], "then it is filed like any other");
        let ticket = office.tickets().into_iter().find(|ticket| ticket.subject == "Large").unwrap();
        let article = &ticket.articles[0];
        assert_eq!(article.attachments[0].filename, "original.eml");
        assert!(article.attachments[0].size > 1_200_000);
        assert!(article.visible_text.contains("attached"), "{}", article.visible_text);
        assert_eq!(ticket.requester.unwrap().address, "ana@shop.example");
        assert_eq!(office.practice.left().len(), left, "and is not answered by itself");
        assert_eq!(office.balances()[0].opened, 2);
    }
}

/// How a copy goes wrong: refused without any work, or done with its answer lost.
fn spoilt_copies() -> [Kind; 2] {
    [Kind::Status { code: 500, retry_after: None }, Kind::AnswerLost]
}

#[test]
fn each_letter_has_its_own_copy_though_several_share_a_message_id_or_have_none() {
    for message_id in [Some("shared@shop.example"), None] {
        for kind in spoilt_copies() {
            for (restarts, struck) in [(false, [1, 2]), (true, [1, 3]), (true, [2, 4])] {
                let watched = Watched {
                    copy_to: Some("Copies"),
                    side_by_side: 4,
                    ..Watched::new("support", ADDRESS)
                };
                let mut office = Office::new(watched);
                for subject in ["One", "Two", "Three"] {
                    office.deliver(message_id, subject);
                }
                // The same letter twice; its second delivery is a duplicate with a copy of its own.
                let again = |n: i64| {
                    format!(
                        "From: Ana <ana@shop.example>\r\nTo: {ADDRESS}\r\nSubject: Twice\r\n\
                         Message-ID: <twice@shop.example>\r\nX-Delivery: {n}\r\n\
                         Date: Mon, 04 May 2026 09:00:00 +0000\r\n\r\nTwice.\r\n"
                    )
                };
                office.deliver_raw(ADDRESS, again(1));
                office.deliver_raw(ADDRESS, again(2));
                for n in struck {
                    office.practice.fail(Fault::nth("/copy", n, kind.clone()));
                }
                let mut rounds = office.start();
                office.pass(&mut rounds);
                if restarts {
                    rounds = office.start();
                }
                office.settle(&mut rounds);
                let mut copies = office.inside("Copies");
                copies.sort();
                let case = format!("{message_id:?}, {kind:?}, {struck:?}");
                assert_eq!(copies, ["One", "Three", "Twice", "Twice", "Two"], "{case}");
                assert_eq!(office.inside("inbox"), [""; 0], "{case}");
                assert_eq!(office.balances()[0].duplicate, 1, "{case}");
            }
        }
    }
}

#[test]
fn a_letter_that_is_not_ours_is_left_alone_though_it_has_the_same_message_id() {
    let mut office = Office::new(Watched::new("support", ADDRESS));
    let stranger = office.deliver(Some("shared@shop.example"), "Stranger");
    office.practice.move_letter(ADDRESS, &stranger, "deleteditems").unwrap();
    let ours = office.deliver(Some("shared@shop.example"), "Ours");
    office.practice.fail(Fault::next("/move", failing()));
    let mut rounds = office.start();
    office.pass(&mut rounds);
    assert_eq!(office.row(&ours).outcome, Outcome::Opened);
    office.practice.purge_letter(ADDRESS, &ours).unwrap();
    office.settle(&mut rounds);
    assert_eq!(office.inside("deleteditems"), ["Stranger"], "it was never ours");
    assert_eq!(office.row(&ours).original, Original::Expired);
}
