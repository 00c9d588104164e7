//! Every page, looked at: wide and on a phone, light and dark, in both languages. What can be checked by
//! itself is (see `looks`), and the pictures are kept for people.

use crate::browser;
use crate::day::sign_in;
use crate::house::{AGENT, House, PASSWORD};
use crate::looks::Looks;

#[test]
fn every_page_is_fit_to_be_seen_in_english() {
    tour("en-GB,en");
}

#[test]
fn every_page_is_fit_to_be_seen_in_german() {
    tour("de-DE,de");
}

fn tour(languages: &'static str) {
    let mut house = House::open();
    let Some(browser) = browser(&house, languages, true) else { return };
    let mut looks = Looks::begin(&house, &languages[..2]);
    let laid_out = house.letter(LAID_OUT);
    let long = house.letter(LONG);

    browser.go(&house.link(AGENT));
    looks.at(&browser, "sign-in-link");
    browser.go("/sign-in");
    looks.at(&browser, "sign-in");
    browser.go("/");
    looks.at(&browser, "status-outside");
    browser.go("/sign-in");
    sign_in(&browser, PASSWORD);
    browser.go(&format!("/tickets/{long}"));
    browser.write("#text", "Thank you, we look into it.");
    browser.follow("#write button[value=reply]");
    browser.write("#text", "She called before.");
    browser.follow("#write button[value=note]");
    house.work();

    for (name, path) in [
        ("status", "/".to_owned()),
        ("tickets", "/tickets".to_owned()),
        ("tickets-mine", "/tickets?view=mine".to_owned()),
        ("tickets-all", "/tickets?view=all".to_owned()),
        ("search", "/search?q=the".to_owned()),
        ("search-nothing", "/search?q=qqqqqq".to_owned()),
        ("ticket", format!("/tickets/{long}")),
        ("keys", "/keys".to_owned()),
        ("figures", "/figures".to_owned()),
        ("ledger", "/ledger".to_owned()),
        ("ledger-row", "/ledger/1".to_owned()),
        ("originals", "/originals".to_owned()),
        ("outbox", "/outbox?state=sent".to_owned()),
        ("outbox-letter", "/outbox/1".to_owned()),
        ("audit", "/audit".to_owned()),
        ("settings", "/settings".to_owned()),
    ] {
        browser.go(&path);
        looks.at(&browser, name);
    }
    browser.go(&format!("/tickets/{long}"));
    browser.click("details.change:has(#other) summary");
    browser.write("#other", &laid_out.to_string());
    browser.follow("details.change button[value=merge]");
    looks.at(&browser, "merge");
    browser.go(&format!("/tickets/{long}"));
    browser.follow(".article a[href$='/headers']");
    looks.at(&browser, "headers");
    browser.go(&format!("/tickets/{long}"));
    browser.follow(".article a[href*='split=']");
    looks.at(&browser, "split");
    browser.go("/tickets/new?requester=zoe.brand@shop.example");
    looks.at(&browser, "new-ticket");
    browser.follow("#write-form .buttons button[value=send]");
    looks.at(&browser, "new-ticket-wrong");
    browser.go(&format!("/tickets/{long}"));
    browser.write("#text", "We come tomorrow.");
    browser.follow("#write .buttons button[value=show]");
    looks.at(&browser, "preview");
    browser.follow(".back a");
    looks.at(&browser, "draft");
    browser.go("/requesters?address=zoe.brand@shop.example");
    looks.at(&browser, "requester");
    browser.go("/account");
    looks.at(&browser, "account");
    browser.go("/tickets");
    browser.click(".tickets input[name=ticket]");
    looks.at(&browser, "tickets-chosen");
    browser.go("/search?q=from%3A");
    looks.at(&browser, "search-wrong");
    browser.go(&format!("/tickets/{laid_out}"));
    browser.follow(".conversation a[href*='html=']");
    assert!(browser.has("iframe"));
    looks.at(&browser, "ticket-laid-out");
    looks.end(12);
}

/// A letter with a layout.
const LAID_OUT: &str = "From: =?utf-8?q?Zo=C3=AB_Brand?= <zoe.brand@shop.example>\r\n\
    To: support@office.example\r\nCc: Lea Stern <lea.stern@shop.example>\r\n\
    Subject: Offer for the new lamps\r\nMessage-ID: <offer@shop.example>\r\n\
    Date: Fri, 15 Jan 2027 07:00:00 +0000\r\nMIME-Version: 1.0\r\n\
    Content-Type: text/html; charset=utf-8\r\n\r\n\
    <h1 style=\"color:#336\">Lamps</h1><p>Dear friends,</p><table border=1><tr><th>Lamp</th><th>Price</th></tr>\
    <tr><td>Sun</td><td>12 EUR</td></tr><tr><td>Moon</td><td>9 EUR</td></tr></table>\
    <p>See <a href=\"https://shop.example/lamps\">the whole list</a>.</p>\r\n";

/// A letter with what makes pages wide: long words, addresses, quotes, an attachment with a long name.
const LONG: &str = "From: \"A person with quite a long name, of the Department for Heating and Water\" \
    <a.person.with.quite.a.long.address.indeed@department-for-heating-and-water.example>\r\n\
    To: support@office.example\r\nSubject: Room 7: Donaudampfschifffahrtselektrizit\r\n\
    \u{20}tenhauptbetriebswerkbauunterbeamtengesellschaft and its heating\r\n\
    Message-ID: <long@department-for-heating-and-water.example>\r\n\
    Date: Fri, 15 Jan 2027 07:00:00 +0000\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
    Content-Type: text/plain; charset=utf-8\r\n\r\n\
    Good morning,\r\n\r\nhttps://department-for-heating-and-water.example/a/very/long/path/that/has/no/place/to/be/broken/anywhere?at=all&and=goes&on=and&on=1234567890\r\n\
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\n\
    the heating in room 7 is cold again.\r\n\r\nOn Thursday, you wrote:\r\n> It was mended.\r\n> It will stay warm.\r\n\
    --b\r\nContent-Type: application/pdf; name=\"A_report_with_a_very_long_name_about_the_heating_in_room_7_of_the_main_building.pdf\"\r\n\
    Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\r\n--b--\r\n";
