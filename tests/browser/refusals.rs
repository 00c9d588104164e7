//! What is refused is seen: the page comes back with its message in sight and the focus on it, wide and on a
//! phone, with scripts and without. Whoever pressed "Send" would else see the top of the page, as if it had left.

use counterfoil::desk::change::Change;
use counterfoil::desk::ticket::{Delivery, TicketNumber};
use counterfoil::store::ledger::Setback;
use counterfoil::store::listing::Seen;
use counterfoil::store::undelivered;
use serde_json::{Value, json};

use crate::browser;
use crate::day::sign_in;
use crate::driver::Browser;
use crate::house::{AGENT, House, PASSWORD};

const LETTER: &str = "From: Zoe Brand <zoe.brand@shop.example>\r\nTo: support@office.example\r\n\
    Subject: The lamps\r\nMessage-ID: <lamps@shop.example>\r\n\
    Date: Fri, 15 Jan 2027 07:00:00 +0000\r\n\r\n";

#[test]
fn what_is_refused_is_seen() {
    seen(true);
}

#[test]
fn what_is_refused_is_seen_without_scripts() {
    seen(false);
}

fn seen(scripts: bool) {
    let mut house = House::open();
    let Some(browser) = browser(&house, "en-GB,en", scripts) else { return };
    // Long enough that the form is far below on any screen.
    let number = house.letter(format!("{LETTER}{}", "Not one of them shines.\r\n\r\n".repeat(60)));
    let page = format!("/tickets/{number}");
    let now = house.office.now;
    browser.go("/sign-in");
    sign_in(&browser, PASSWORD);
    let (refused, aside) = (refused(&house, number), set_aside(&house));
    for (width, height) in [(1_280, 757), (390, 844)] {
        window(&browser, width, height);
        let shown = |what: &str| {
            let told = in_sight(&browser);
            assert_eq!(told, "in sight, with the focus", "{what}, {width} wide");
        };
        // An answer that is empty, and one to which somebody else was quicker.
        browser.go(&page);
        browser.follow("#write button[value=reply]");
        shown("an empty answer");
        browser.go(&page);
        browser.write("#text", "We come on Monday.");
        house.office.answer(TicketNumber(number), &format!("I was quicker, {width}."));
        browser.follow("#write button[value=reply]");
        shown("an answer after somebody else's");
        browser.follow("#write button[value=discard]");

        // What a held ticket does not let one do, and what names no other ticket.
        let held = |held| {
            let mut store = house.office.store();
            store.change_ticket(TicketNumber(number), &[Change::Hold(held)], "cli", now).unwrap();
        };
        held(true);
        browser.go(&page);
        browser.follow(".change button[value=delete]");
        shown("Delete on a held ticket");
        held(false);
        for deed in ["link", "merge"] {
            browser.go(&page);
            browser.click("details.change:has(#other) summary");
            browser.write("#other", "4711");
            browser.follow(&format!("details.change button[value={deed}]"));
            shown(deed);
        }
        // Somebody else took it meanwhile.
        let taken = |name: Option<&str>| {
            let changes = [Change::Assign(name.map(str::to_owned))];
            let mut store = house.office.store();
            store.change_ticket(TicketNumber(number), &changes, "cli", now).unwrap();
        };
        taken(None);
        browser.go(&page);
        taken(Some("ben"));
        browser.follow("form.change button[value=take]");
        shown("a stale Take");

        browser.go("/tickets/new");
        browser.write("#requester", "eva");
        browser.follow("#write-form .buttons button[value=send]");
        shown("a new ticket with a wrong address");
        browser.follow("#write-form button[value=discard]");

        for path in [&refused, &aside] {
            browser.go(path);
            browser.write("#reason", " ");
            browser.follow(".deed button[value=discard]");
            shown(path);
        }
        browser.go("/account");
        for (field, text) in [("#old", PASSWORD), ("#new", "short"), ("#again", "short")] {
            browser.write(field, text);
        }
        browser.follow("form[action='/account/password'] button");
        shown("a password");
    }
    assert!(browser.text(".who").contains(AGENT));
}

/// The page of a letter of ours that was refused.
fn refused(house: &House, number: i64) -> String {
    house.office.answer(TicketNumber(number), "We look into it.");
    let mut store = house.office.store();
    let filter = undelivered::Filter { state: Some(Delivery::Queued), mailbox: None };
    let id = store.outbox(&filter, None, 1).unwrap().rows[0].id;
    store.mark_refused(id, "550 no such user", house.office.now).unwrap();
    format!("/outbox/{id}")
}

/// The page of a message that was set aside.
fn set_aside(house: &House) -> String {
    let (mut store, now) = (house.office.store(), house.office.now);
    let mailbox = house.office.first_policy().1;
    let item_id = "item-aside".to_owned();
    let seen = Seen { item_id, message_id: None, received_at: now, size: Some(9_000) };
    store.note_listed(mailbox, &[seen], now).unwrap();
    let ledger = store.waiting(mailbox, now, 10).unwrap().pop().unwrap().ledger;
    let setback = (ledger, Setback::Quarantine(None), "unreadable".to_owned());
    store.set_back(&[setback], now).unwrap();
    format!("/ledger/{ledger}")
}

/// Shows pages in a window of this size.
fn window(browser: &Browser, width: u32, height: u32) {
    let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
    browser.chrome("Emulation.setDeviceMetricsOverride", size);
}

/// Where the message of a refused form is.
fn in_sight(browser: &Browser) -> Value {
    const LOOK: &str = "
        const [message, more] = document.querySelectorAll('[role=alert]');
        if (!message || more) return 'there is not one message';
        if (document.querySelectorAll('[autofocus]').length !== 1) return 'not one thing wants the focus';
        if (document.activeElement !== message) return 'the focus is elsewhere';
        const box = message.getBoundingClientRect();
        const fits = box.top >= 0 && box.bottom <= innerHeight && box.height > 0;
        return fits ? 'in sight, with the focus' : `at ${box.top} to ${box.bottom} of ${innerHeight}`;";
    // A browser gives the focus once the page is drawn.
    let told = |browser: &Browser| browser.run(LOOK);
    for _ in 0..50 {
        if told(browser) == "in sight, with the focus" {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    told(browser)
}
