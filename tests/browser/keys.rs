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
