//! The page a person looks at.

use serde_json::json;

use crate::client::{Client, DESK, LASTING};

#[test]
fn a_person_writes_a_letter_on_the_page_and_sees_it_counted() {
    let client = Client::new();
    let url = client.practice.url();
    let kind = ("Content-Type", "application/x-www-form-urlencoded");
    let form =
        b"to=desk%40office.example&name=An%C3%A1&from=ana%40shop.example&subject=Printer+jams\
        &answers=%3Ca0%40office.example%3E&text=Since+Monday";
    let got = client.send("POST", &format!("{url}/write"), &[kind], Some(form)).unwrap();
    assert_eq!((got.status, got.header("Location")), (303, Some("/")));
    let raw = client.practice.folder(DESK, "inbox").remove(0).raw();
    let message = mail_parser::MessageParser::default().parse(&raw).unwrap();
    assert_eq!(message.subject(), Some("Printer jams"));
    assert_eq!(message.from().unwrap().first().unwrap().name(), Some("Aná"));
    assert_eq!(message.in_reply_to().as_text(), Some("a0@office.example"));
    assert_eq!(message.body_text(0).unwrap().trim(), "Since Monday");
    let page = client.send("GET", &format!("{url}/"), &[], None).unwrap();
    let row = "<tr><td>desk@office.example</td><td>Inbox</td><td>1</td><td>1</td></tr>";
    assert!(page.text().contains(row), "{}", page.text());
    let wrong = b"to=nobody%40office.example&from=ana%40shop.example&subject=x&text=y";
    let got = client.send("POST", &format!("{url}/write"), &[kind], Some(wrong)).unwrap();
    assert_eq!(got.status, 400);
}

#[test]
fn what_left_is_shown_and_nothing_in_it_is_markup() {
    let client = Client::new();
    let draft = json!({"subject": "<b>Re & \"so\"</b>",
        "toRecipients": [{"emailAddress": {"address": "ana@shop.example"}}]});
    let path = format!("/users/{DESK}/messages");
    let id = client.call("POST", &path, &[LASTING], Some(&draft)).field("id");
    client.post_empty(&format!("/messages/{id}/send"));
    let page = client.send("GET", &client.practice.url(), &[], None).unwrap();
    assert!(page.text().contains("&lt;b&gt;Re &amp; &quot;so&quot;&lt;/b&gt;"), "{}", page.text());
    let policy = page.header("Content-Security-Policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(!page.text().contains("<script"));
}

#[test]
fn a_foreign_name_or_page_does_not_get_in() {
    let client = Client::new();
    let url = client.practice.url();
    let got = client.send("GET", &url, &[("Host", "evil.example")], None).unwrap();
    assert_eq!(got.status, 421);
    let kind = ("Content-Type", "application/x-www-form-urlencoded");
    let form = b"to=desk%40office.example&from=a%40b.example&subject=x&text=y";
    let origin = ("Origin", "http://evil.example");
    let got = client.send("POST", &format!("{url}/write"), &[kind, origin], Some(form)).unwrap();
    assert_eq!((got.status, client.inside("inbox").len()), (403, 0));
    let got = client.send("POST", &format!("{url}/write"), &[kind, ("Origin", &url)], Some(form));
    assert_eq!(got.unwrap().status, 303);
}
