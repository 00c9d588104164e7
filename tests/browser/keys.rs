//! The little script: keys, and that it never gets in the way of somebody who writes.

use crate::browser;
use crate::day::sign_in;
use crate::driver::Browser;
use crate::house::{House, PASSWORD};

fn focused(browser: &Browser) -> String {
    let script = "return document.activeElement.getAttribute('href') ?? document.activeElement.id";
    browser.run(script).as_str().unwrap_or_default().to_owned()
}

fn arrives(browser: &Browser, path: &str) {
    browser.wait(path, |browser| (browser.path() == path).then_some(()));
}

#[test]
fn keys_go_through_the_tickets_and_stay_out_of_what_one_writes() {
    let house = House::open();
    let Some(browser) = browser(&house, "en-GB,en", true) else { return };
    browser.go("/sign-in");
    sign_in(&browser, PASSWORD);

    let rows = browser.run(
        "return [...document.querySelectorAll('.tickets > li')]
            .map((row) => row.querySelector('a[href^=\"/tickets/\"]').getAttribute('href'))",
    );
    let rows: Vec<&str> =
        rows.as_array().unwrap().iter().map(|row| row.as_str().unwrap()).collect();
    assert!(rows.len() > 3, "{rows:?}");
    browser.press("j");
    assert_eq!(focused(&browser), rows[0]);
    browser.press("jj");
    assert_eq!(focused(&browser), rows[2]);
    browser.press("k");
    assert_eq!(focused(&browser), rows[1]);
    browser.press("o");
    arrives(&browser, rows[1]);

    browser.press("j");
    let first = browser.run("return document.activeElement.matches('.conversation > .article')");
    assert_eq!(first, true, "on a ticket the messages are gone through");
    browser.press("r");
    assert_eq!(focused(&browser), "text");
    browser.press("jkno? g i/");
    assert_eq!(browser.run("return document.querySelector('#text').value"), "jkno? g i/");
    assert_eq!(browser.path(), rows[1]);

    browser.go("/");
    browser.press("gi");
    arrives(&browser, "/tickets");
    browser.press("/");
    let searching = "return document.activeElement.matches('.search input')";
    assert_eq!(browser.run(searching), true);
    browser.go("/");
    browser.press("/");
    browser.wait("the search", |browser| (browser.run(searching) == true).then_some(()));

    // They can be turned off, and stay off.
    browser.go("/tickets");
    browser.press("?");
    arrives(&browser, "/keys");
    browser.click("#keys-switch");
    browser.go("/tickets");
    browser.press("j");
    assert!(!rows.contains(&focused(&browser).as_str()), "the keys are off");
    browser.go("/keys");
    browser.click("#keys-switch");
    browser.go("/tickets");
    browser.press("j");
    assert_eq!(focused(&browser), rows[0], "and on again");
}

#[test]
fn the_counts_of_the_lists_are_live_until_one_is_signed_out() {
    let house = House::open();
    let Some(browser) = browser(&house, "de-DE,de", true) else { return };
    browser.go("/sign-in");
    sign_in(&browser, PASSWORD);
    // What is answered is set by hand: here it is asked when, and what becomes of it.
    browser.run(
        "window.asked = 0;
        window.answer = () => ({ status: 200, json: async () => ({ open: 1234, mine: 5, unassigned: 'x' }) });
        window.fetch = async (path) => { window.asked += path === '/counts'; return window.answer(); };",
    );
    const COUNT: &str =
        "return document.querySelector('.tabs a[href=\"/tickets\"] .count').textContent";
    const LOOK_AGAIN: &str = "document.dispatchEvent(new Event('visibilitychange'))";
    assert_ne!(browser.run(COUNT), "1.234");
    let unassigned = COUNT.replace("=\"/tickets\"", "=\"/tickets?view=unassigned\"");
    let before = browser.run(&unassigned);
    browser.run(LOOK_AGAIN);
    browser.wait("the count", |browser| (browser.run(COUNT) == "1.234").then_some(()));
    assert_eq!(browser.run(&unassigned), before, "what is no number changes nothing");
    assert_eq!(browser.run("return window.asked"), 1);

    browser.run("window.answer = () => ({ status: 0 })");
    browser.run(LOOK_AGAIN);
    browser.wait("one more question", |browser| {
        (browser.run("return window.asked") == 2).then_some(())
    });
    browser.run(LOOK_AGAIN);
    assert_eq!(browser.run("return window.asked"), 2, "signed out, nothing more is asked");
    assert_eq!(browser.run(COUNT), "1.234");
}

#[test]
fn a_draft_is_kept_while_one_writes() {
    let mut house = House::open();
    let number = house.letter(LETTER);
    let Some(browser) = browser(&house, "de-DE,de", true) else { return };
    browser.go("/sign-in");
    sign_in(&browser, PASSWORD);
    let page = format!("/tickets/{number}");
    browser.go(&page);
    browser.write("#text", "Half a sen");
    browser.wait("the word that it is kept", |browser| {
        browser.text("#write-form .draft-said").contains("Entwurf gespeichert").then_some(())
    });
    browser.write("#text", "tence");
    browser.wait("the word that it is kept again", |browser| {
        browser.text("#write-form .draft-said").contains("Entwurf gespeichert").then_some(())
    });
    browser.go("/tickets");
    browser.go(&page);
    assert_eq!(browser.run("return document.querySelector('#text').value"), "Half a sentence");

    // Sent, it is no draft any more, and does not come back.
    browser.write("#text", ", now whole");
    browser.follow("#write button[value=note]");
    browser.go(&page);
    assert_eq!(browser.run("return document.querySelector('#text').value"), "");
    let notes = browser.run("return document.querySelectorAll('.article.note').length");
    assert_eq!(notes, 1);

    // So is a ticket that somebody begins to open, whatever they fill in first.
    browser.go("/tickets/new");
    browser.write("#subject", "Lamp on the stairs");
    browser.wait("the word that it is kept", |browser| {
        browser.text("#write-form .draft-said").contains("Entwurf gespeichert").then_some(())
    });
    browser.go("/tickets/new");
    let about = browser.run("return document.querySelector('#subject').value");
    assert_eq!(about, "Lamp on the stairs");
    browser.go(&page);

    // Signed out meanwhile, it says that nothing is kept.
    browser.chrome("Network.clearBrowserCookies", serde_json::json!({}));
    browser.write("#text", "Too late");
    browser.wait("the word that it is not kept", |browser| {
        browser.text("#write-form .draft-said").contains("nicht gespeichert").then_some(())
    });
}

const LETTER: &str = "From: Zoe <zoe@shop.example>\r\nTo: support@office.example\r\n\
    Subject: Lamps\r\nMessage-ID: <lamps@shop.example>\r\n\
    Date: Fri, 15 Jan 2027 07:00:00 +0000\r\n\r\nOne more, please.\r\n";

#[test]
fn all_tickets_of_a_page_are_chosen_at_once() {
    let house = House::open();
    let Some(browser) = browser(&house, "en-GB,en", true) else { return };
    browser.go("/sign-in");
    sign_in(&browser, PASSWORD);
    let chosen = || {
        let script = "return [document.querySelectorAll('[name=ticket]:checked').length,
            document.querySelectorAll('[name=ticket]').length]";
        let found = browser.run(script);
        (found[0].as_u64().unwrap(), found[1].as_u64().unwrap())
    };
    browser.press("jx");
    let (one, all) = chosen();
    assert_eq!(one, 1, "the key chooses the ticket it is at");
    browser.click(".choose-all input");
    assert_eq!(chosen(), (all, all));
    browser.click(".choose-all input");
    assert_eq!(chosen(), (0, all));
    browser.press("jx");
    browser.click(".bar select[name=state] option[value=closed]");
    browser.follow(".bar button[value=change]");
    browser.sees("1 ticket");
    assert_eq!(chosen(), (0, all - 1));
}
