//! The agent's day in a real browser: Debian's Chromium, headless, driven through chromedriver. Letters
//! really arrive (in a practice mailbox) and answers really leave. Without the two programs nothing of this
//! runs, and it says so.
#![allow(clippy::unwrap_used)]

mod day;
mod driver;
mod house;
mod keys;
mod looks;
mod pages;
mod refusals;

#[path = "../support/in_process.rs"]
mod in_process;

use std::io::Write as _;

use driver::{Browser, Programs, Wishes};
use house::House;

/// The browser, or a plain word that these tests do not run, and why. Where everything is checked it has to
/// be there, unless `.ci/run` said why it could not be had.
fn programs() -> Option<Programs> {
    match Programs::find() {
        Ok(programs) => Some(programs),
        Err(why) => {
            let excuse = std::env::var("COUNTERFOIL_NO_BROWSER").ok();
            let demanded = std::env::var("CI").is_ok_and(|ci| ci == "true");
            assert!(!demanded || excuse.is_some(), "the browser tests must run here, but {why}");
            // Past the harness, which swallows what a passing test prints.
            let why = excuse.unwrap_or(why);
            let told = format!("\nTHE BROWSER TESTS DID NOT RUN: {why}.\n");
            drop(std::io::stderr().write_all(told.as_bytes()));
            None
        }
    }
}

/// A browser in front of a house.
fn browser(house: &House, languages: &'static str, scripts: bool) -> Option<Browser> {
    let wishes = Wishes { languages, scripts, trap: house.trap.port };
    programs().map(|programs| Browser::start(&programs, wishes, &house.home()))
}
