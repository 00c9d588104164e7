//! A small page for a person beside the practice mailbox: what lies in each folder, what left, and
//! a form to write a letter as a requester. No script; only its own Host is answered.

use std::sync::atomic::Ordering;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::house::{House, locked};
use super::odata::Query;
use super::wire::{Answer, Request};

/// Letters that left, shown at most.
const LEFT: usize = 20;

/// The look of the page.
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;\
    padding:0 1rem}table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;text-align:left}\
    label{display:block;margin:.6rem 0}input,textarea,select{display:block;width:100%;\
    max-width:36rem;font:inherit;padding:.3rem}button{font:inherit;padding:.4rem 1rem}\
    :root{color-scheme:light dark}";

/// Answers a request for the page or its form; `None` when it is for neither.
pub(super) fn answer(house: &House, request: &Request) -> Option<Answer> {
    match (request.method.as_str(), request.path()) {
        ("GET", "/") => Some(shown(house, "")),
        ("POST", "/write") => Some(written(house, request)),
        _ => None,
    }
}

/// Takes a letter from the form and puts it into the Inbox it is for.
fn written(house: &House, request: &Request) -> Answer {
    let origin = request.header("origin").unwrap_or(&house.origin);
    let local = origin.rsplit_once("//").is_some_and(|(_, host)| house.is_own_host(host));
    if !local {
        return Answer::new(403, "text/plain", "this form is answered from its own page only");
    }
    let form = String::from_utf8_lossy(&request.body);
    let fields = Query::read(&form);
    let field = |name: &str| fields.get(name).unwrap_or_default();
    let Ok(account) = house.mailbox(field("to")) else {
        return shown(house, "There is no such mailbox.");
    };
    let from = one_line(field("from"));
    if !from.contains('@') {
        return shown(house, "Write an address to send from, such as ana@shop.example.");
    }
    let letter = mail_builder::MessageBuilder::new()
        .from(from.as_str())
        .to(account.settings.address.as_str())
        .subject(one_line(field("subject")))
        .message_id(format!("{}@practice.example", uuid::Uuid::new_v4()))
        .text_body(field("text").replace('\r', ""))
        .write_to_vec();
    match letter {
        Ok(raw) => {
            house.deliver(account, &raw, house.clock.now());
            Answer::new(303, "text/plain", "delivered").with("Location", "/")
        }
        Err(error) => shown(house, &format!("The letter cannot be written: {error}.")),
    }
}

/// Text without anything that would begin another header line.
fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect::<String>().trim().to_owned()
}

fn shown(house: &House, fault: &str) -> Answer {
    let body = page(house, fault).into_string();
    let policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; \
                  frame-ancestors 'none'; base-uri 'none'";
    Answer::new(if fault.is_empty() { 200 } else { 400 }, "text/html; charset=utf-8", body)
        .with("Content-Security-Policy", policy)
        .with("Cache-Control", "no-store")
        .with("X-Content-Type-Options", "nosniff")
}

fn page(house: &House, fault: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Practice mailbox" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "Practice mailbox" }
                p {
                    "A pretended Microsoft 365 on this machine. It answered "
                    (house.requests.load(Ordering::SeqCst)) " requests."
                }
                @if !fault.is_empty() { p role="alert" { strong { (fault) } } }
                h2 { "Write a letter as a requester" }
                form method="post" action="/write" {
                    label { "To" select name="to" {
                        @for account in accounts(house) {
                            option { (account.settings.address) }
                        }
                    } }
                    label { "From" input name="from" type="email" required value="ana@shop.example"; }
                    label { "Subject" input name="subject" maxlength="200"; }
                    label { "Text" textarea name="text" rows="6" {} }
                    button { "Send" }
                }
                h2 { "Folders" }
                @for account in accounts(house) { (folders(house, account)) }
                (left(house))
            }
        }
    }
}

fn accounts(house: &House) -> impl Iterator<Item = &super::house::Account> {
    house.accounts.iter().filter(|account| account.settings.exists_in_exchange)
}

fn folders(house: &House, account: &super::house::Account) -> Markup {
    let mailbox = account.open(house);
    html! {
        h3 { (account.settings.address) }
        table {
            tr { th scope="col" { "folder" } th scope="col" { "letters" } th scope="col" { "newest" } }
            @for folder in mailbox.folders.values().filter(|folder| !folder.order.is_empty()) {
                tr {
                    td { (folder.name) }
                    td { (folder.order.len()) }
                    td {
                        @if let Some(item) =
                            folder.order.values().next_back().and_then(|number| mailbox.item(*number))
                        { (item.facts.subject.as_deref().unwrap_or("(no subject)")) }
                    }
                }
            }
        }
    }
}

fn left(house: &House) -> Markup {
    let left = locked(&house.left);
    html! {
        h2 { "Letters that left: " (left.len()) }
        table {
            @for letter in left.iter().rev().take(LEFT) {
                tr {
                    td { (letter.from) }
                    td { "to " (letter.to.join(", ")) }
                    td { (super::facts::read(&letter.raw).subject.unwrap_or_default()) }
                }
            }
        }
    }
}
