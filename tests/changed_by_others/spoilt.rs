//! Letters the service cannot hand out, standing before good ones.

use counterfoil::desk::ledger::Outcome;
use counterfoil::practice::Fault;

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
