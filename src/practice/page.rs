//! The page of the practice mailbox, for a person: its mailboxes, what left, and a form to write
//! a letter as a requester. Plain HTML without script, for this machine's own browser only.

use mail_builder::MessageBuilder;

use super::clock::{iso, mail_date};
use super::facts;
use super::house::{Account, House, locked};
use super::ids::mixed;
use super::mailbox::{Folder, WELL_KNOWN};
use super::odata::Query;
use super::wire::{Answer, Request};

const HTML: &str = "text/html; charset=utf-8";
/// How many of the letters that left are shown.
const SHOWN: usize = 50;
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;\
    padding:0 1rem}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.2rem \
    .6rem .2rem 0;border-bottom:1px solid #ccc;vertical-align:top}label{display:block;margin:.6rem \
    0}input,select,textarea{display:block;width:100%;box-sizing:border-box;font:inherit;padding:\
    .3rem}button{font:inherit;padding:.3rem 1rem}";

/// Answers `GET /` and `POST /write`.
pub(super) fn answer(house: &House, request: &Request) -> Answer {
    let own = request.header("host").is_some_and(|host| house.is_own_host(host));
    if !own {
        // Another name for this address is how a foreign page would reach in.
        return Answer::new(421, "text/plain", "this page answers to its own address only");
    }
    match (request.method.as_str(), request.path()) {
        ("GET", "/") => shown(house),
        ("POST", "/write") => write(house, request),
        _ => Answer::new(404, "text/plain", "not found"),
    }
}

/// The mailboxes the app is for, not those of the staff around them.
fn shown_to_people(account: &Account) -> bool {
    account.settings.exists_in_exchange && account.settings.in_scope
}

fn shown(house: &House) -> Answer {
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>Practice mailbox</title><style>{STYLE}</style>\
         </head><body><h1>Practice mailbox</h1><p>A pretended Microsoft 365 on this machine. No \
         letter leaves it.</p><h2>Mailboxes</h2><table><tr><th>Mailbox</th><th>Folder</th>\
         <th>Letters</th><th>Unread</th></tr>"
    );
    let mut choices = String::new();
    for account in house.accounts.iter().filter(|one| shown_to_people(one)) {
        let address = escaped(&account.settings.address);
        choices.push_str(&format!("<option>{address}</option>"));
        let mailbox = account.open(house);
        for (number, folder) in &mailbox.folders {
            if worth_showing(*number, folder) {
                page.push_str(&format!(
                    "<tr><td>{address}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                    escaped(&folder.name),
                    folder.order.len(),
                    folder.unread
                ));
            }
        }
    }
    page.push_str(
        "</table><h2>What left</h2><table><tr><th>From</th><th>To</th><th>Subject</th></tr>",
    );
    let left = locked(&house.left);
    for sent in left.iter().rev().take(SHOWN) {
        let subject = facts::read(&sent.raw).subject.unwrap_or_default();
        page.push_str(&format!(
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            escaped(&sent.from),
            escaped(&sent.to.join(", ")),
            escaped(&subject)
        ));
    }
    page.push_str(&format!(
        "</table><p>{} in all.</p><h2>Write a letter</h2><form method=\"post\" action=\"/write\">\
         <label>To <select name=\"to\">{choices}</select></label>\
         <label>Your name <input name=\"name\" value=\"Ana Example\"></label>\
         <label>Your address <input name=\"from\" type=\"email\" required \
         value=\"ana@shop.example\"></label>\
         <label>Subject <input name=\"subject\" required></label>\
         <label>Answers the letter with the Message-ID (may stay empty) \
         <input name=\"answers\"></label>\
         <label>Text <textarea name=\"text\" rows=\"8\" required></textarea></label>\
         <button>Send</button></form><p>The clock here says {}.</p></body></html>",
        left.len(),
        iso(house.clock.now())
    ));
    Answer::new(200, HTML, page)
        .with("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'")
        .with("Cache-Control", "no-store")
}

/// The folders a person looks for, and every other one with something in it.
fn worth_showing(number: u64, folder: &Folder) -> bool {
    let made = number > WELL_KNOWN.len() as u64;
    let usual = ["Inbox", "Drafts", "Sent Items", "Deleted Items", "Deletions"];
    made || !folder.order.is_empty() || usual.contains(&folder.name.as_str())
}

fn write(house: &House, request: &Request) -> Answer {
    let refused = |text: &'static str| Answer::new(400, "text/plain; charset=utf-8", text);
    let foreign = request.header("origin").is_some_and(|origin| {
        !origin.strip_prefix("http://").is_some_and(|host| house.is_own_host(host))
    });
    if foreign {
        return Answer::new(403, "text/plain", "this form was not ours");
    }
    let form = Query::read(&String::from_utf8_lossy(&request.body));
    let field = |name| form.get(name).unwrap_or_default().trim();
    let Ok(account) = house.mailbox(field("to")) else { return refused("no such mailbox") };
    let from = field("from");
    if !from.contains('@') || from.contains(char::is_whitespace) {
        return refused("that is no address to write from");
    }
    let now = house.clock.now();
    let domain = from.rsplit_once('@').map_or("shop.example", |(_, domain)| domain);
    let mut letter = MessageBuilder::new()
        .from((field("name").to_owned(), from.to_owned()))
        .to(account.settings.address.clone())
        .subject(field("subject").to_owned())
        .message_id(format!("{:016x}@{domain}", mixed(house.random_below(u64::MAX))))
        .header("Date", mail_builder::headers::raw::Raw::new(mail_date(now)))
        .text_body(field("text").to_owned());
    let answers = field("answers").trim_matches(['<', '>']);
    if !answers.is_empty() {
        letter = letter.in_reply_to(answers.to_owned()).references(answers.to_owned());
    }
    match letter.write_to_vec() {
        Ok(raw) => {
            house.deliver(account, &raw, now);
            Answer { status: 303, ..Answer::default() }.with("Location", "/")
        }
        Err(_) => refused("that letter cannot be written"),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
