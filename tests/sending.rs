//! The sender over a mailbox that loses answers: no draft of ours stays behind.

#![allow(clippy::unwrap_used)]

#[path = "support/in_process.rs"]
mod in_process;

use counterfoil::practice::{Fault, Kind, Settings};
use in_process::{Office, Watched};

#[test]
fn a_draft_whose_answer_was_lost_does_not_stay_behind() {
    const ADDRESS: &str = "support@office.example";
    for replaced in [false, true] {
        for nth in 1..=3 {
            let mut settings = Settings::simple(ADDRESS);
            settings.switches.message_id_replaced_on_draft = replaced;
            let mut office = Office::of(settings, vec![Watched::new("support", ADDRESS)]);
            office.deliver(Some("lamp@shop.example"), "Lamp");
            let drafting = format!("POST /v1.0/users/{ADDRESS}/messages");
            office.practice.fail(Fault::nth(&drafting, nth, Kind::AnswerLost));
            office.play();
            let drafts = office.practice.folder(ADDRESS, "drafts").len();
            let left = office.practice.left().len();
            assert_eq!((left, drafts), (1, 0), "replaced: {replaced}, call {nth}");
        }
    }
}
