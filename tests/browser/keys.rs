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
    let rows: Vec<&str> = rows.as_array().unwrap().iter().map(|row| row.as_str().unwrap()).collect();
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
