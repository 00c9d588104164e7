//! Listing messages, one message, its MIME, and delta.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::client::{Client, DESK, LASTING, encoded, letter};

const INBOX: &str = "/mailFolders/inbox/messages";

/// Every page from the first on, following the links.
fn pages(client: &Client, first: &str, headers: &[(&str, &str)]) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut next = format!("/users/{DESK}{first}");
    loop {
        let got = client.call("GET", &next, headers, None);
        pages.push(got.list());
        match got.json()["@odata.nextLink"].as_str() {
            Some(link) => next = link.to_owned(),
            None => return pages,
        }
    }
}

fn ids(items: &[Value]) -> Vec<String> {
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_list_comes_in_pages_of_ten_by_absolute_links() {
    let client = Client::new();
    client.deliver(25);
    let first = client.get(INBOX);
    assert_eq!(first.list().len(), 10);
    let link = first.field("@odata.nextLink");
    assert!(link.starts_with(&format!("{}/v1.0/users/", client.practice.url())), "{link}");
    assert!(link.contains("%24skip=10"), "{link}");
    let sizes: Vec<usize> =
        pages(&client, &format!("{INBOX}?$top=9&$select=id"), &[]).iter().map(Vec::len).collect();
    assert_eq!(sizes, [9, 9, 7]);
    assert_eq!(pages(&client, &format!("{INBOX}?$top=25"), &[]).len(), 1);
    for top in ["0", "1001", "x"] {
        assert_eq!(client.get(&format!("{INBOX}?$top={top}")).status, 400, "{top}");
    }
    let counted = client.get(&format!("{INBOX}?$count=true&$top=5&$skip=10")).json();
    assert_eq!(counted["@odata.count"], 25);
}

#[test]
fn links_lead_back_to_the_host_the_client_used() {
    let client = Client::new();
    client.deliver(11);
    let host = client.practice.url().replace("http://127.0.0.1", "localhost");
    let path = format!("/users/{DESK}{INBOX}");
    let got = client.call("GET", &path, &[("Host", &host)], None);
    assert!(got.field("@odata.nextLink").starts_with(&format!("http://{host}/")), "{}", got.text());
    let got = client.call("GET", &path, &[("Host", "graph.foreign.example")], None);
    assert!(got.field("@odata.nextLink").starts_with(&client.practice.url()), "{}", got.text());
}

#[test]
fn the_order_rises_or_falls_and_must_fit_the_filter() {
    let client = Client::new();
    let delivered = client.deliver(3);
    let list = |query: &str| {
        let path = format!("/users/{DESK}{INBOX}?{query}");
        client.call("GET", &path, &[LASTING], None)
    };
    let rising = ids(&list("$orderby=receivedDateTime asc").list());
    assert_eq!(rising, delivered);
    let falling = ids(&list("$orderby=receivedDateTime desc").list());
    assert_eq!(falling, delivered.iter().rev().cloned().collect::<Vec<_>>());
    let since = "$filter=receivedDateTime ge 2026-05-04T09:12:45Z";
    let got = list(&format!("{since}&$orderby=receivedDateTime asc"));
    assert_eq!(ids(&got.list()), delivered[1..]);
    let got = list("$filter=isRead eq false&$orderby=receivedDateTime asc");
    assert_eq!(got.refusal(), (400, "InefficientFilter".into()));
    let got = list(&format!("{since} and isRead eq false&$orderby=receivedDateTime asc"));
    assert_eq!(got.list().len(), 2);
}

#[test]
fn the_filters_that_are_known_to_work_work() {
    let client = Client::new();
    let raw = "From: O'Brien <ob@shop.example>\r\nTo: desk@office.example\r\nSubject: it's odd\r\n\
        Message-ID: <odd@shop.example>\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee file\r\n--b\r\n\
        Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment\r\n\r\n\
        %PDF\r\n--b--\r\n";
    client.deliver(2);
    client.practice.deliver(DESK, raw.into(), 1_800_000_000).unwrap();
    let odd = client.get(&format!("{INBOX}?$filter=subject eq 'it''s odd'")).list().remove(0);
    let id = odd["id"].as_str().unwrap();
    client.call(
        "PATCH",
        &format!("/users/{DESK}/messages/{id}"),
        &[],
        Some(&json!({"isRead": true, "categories": ["Ticket 42"]})),
    );
    let conversation = odd["conversationId"].as_str().unwrap();
    for (filter, count) in [
        ("receivedDateTime lt 2026-05-04T09:12:45Z", 1),
        ("receivedDateTime gt 2026-05-04T09:12:45Z", 1),
        ("receivedDateTime le 2026-05-04T11:12:45+02:00", 2),
        ("isRead eq true", 1),
        ("isRead eq false", 2),
        ("hasAttachments eq true", 1),
        ("isDraft eq true", 0),
        ("internetMessageId eq '<odd@shop.example>'", 1),
        ("internetMessageId eq '<ODD@shop.example>'", 0),
        (&format!("conversationId eq '{conversation}'"), 1),
        ("from/emailAddress/address eq 'OB@shop.example'", 1),
        ("categories/any(c:c eq 'Ticket 42')", 1),
        ("categories/any(c:c eq 'Ticket 4')", 0),
        (
            "singleValueExtendedProperties/any(ep:ep/id eq 'String 0x1035' and ep/value eq \
             '<odd@shop.example>')",
            1,
        ),
        ("isRead eq false and hasAttachments eq false", 2),
        ("isRead eq true or hasAttachments eq false", 3),
    ] {
        let got = client.get(&format!("{INBOX}?$filter={}", encoded(filter)));
        assert_eq!(got.list().len(), count, "{filter}");
    }
    for filter in ["isRead eq maybe", "topic eq 'x'", "subject eq 'open", "isRead eq true nand x"] {
        assert_eq!(
            client.get(&format!("{INBOX}?$filter={}", encoded(filter))).status,
            400,
            "{filter}"
        );
    }
}

#[test]
fn a_message_shows_what_is_asked_for() {
    let client = Client::new();
    client.deliver(1);
    let shown = client.get(INBOX).list().remove(0);
    for (field, value) in [
        ("internetMessageId", json!("<m0@shop.example>")),
        ("subject", json!("Printer 0")),
        ("receivedDateTime", json!("2026-05-04T09:12:44Z")),
        ("sentDateTime", json!("2026-05-04T09:12:38Z")),
        ("isRead", json!(false)),
        ("isDraft", json!(false)),
        ("hasAttachments", json!(false)),
        ("bodyPreview", json!("Since Monday it jams.")),
        ("importance", json!("normal")),
        ("flag", json!({"flagStatus": "notFlagged"})),
        ("from", json!({"emailAddress": {"name": "Ana", "address": "ana@shop.example"}})),
    ] {
        assert_eq!(shown[field], value, "{field}");
    }
    assert_eq!(shown["body"]["contentType"], "html");
    let etag = format!("W/\"{}\"", shown["changeKey"].as_str().unwrap());
    assert_eq!(shown["@odata.etag"], etag);
    assert!(shown.get("internetMessageHeaders").is_none() && shown.get("uniqueBody").is_none());
    let id = shown["id"].as_str().unwrap();
    let one = client.get(&format!("/messages/{id}?$select=subject,internetMessageHeaders")).json();
    let mut names: Vec<&String> = one.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["@odata.context", "@odata.etag", "id", "internetMessageHeaders", "subject"]);
    assert!(one["internetMessageHeaders"].as_array().unwrap().contains(&json!({
        "name": "Message-ID", "value": "<m0@shop.example>"})));
    let text = ("Prefer", "outlook.body-content-type=\"text\"");
    let path = format!("/users/{DESK}/messages/{id}");
    let got = client.call("GET", &path, &[text], None);
    assert_eq!(got.json()["body"]["contentType"], "text");
    assert_eq!(got.header("Preference-Applied"), Some(text.1));
    let expand = "singleValueExtendedProperties($filter=id eq 'Integer 0x0E08')";
    let got = client.get(&format!("/messages/{id}?$select=id&$expand={expand}")).json();
    let size = got["singleValueExtendedProperties"][0]["value"].as_str().unwrap();
    assert!(size.parse::<usize>().unwrap() > 100, "{got}");
    assert_eq!(client.get(&format!("/messages/{id}?$select=topic")).status, 400);
}

#[test]
fn scripts_leave_the_body_unless_they_are_asked_for() {
    let client = Client::new();
    let raw = "Subject: x\r\nContent-Type: text/html\r\n\r\n<p>a<script>bad()</script>b</p>\r\n";
    let id = client.practice.deliver(DESK, raw.into(), 1_777_885_964).unwrap();
    let body = |headers: &[(&str, &str)]| {
        let got = client.call("GET", &format!("/users/{DESK}/messages/{id}"), headers, None);
        got.json()["body"]["content"].as_str().unwrap().to_owned()
    };
    assert!(!body(&[]).contains("bad()") && body(&[]).contains("<p>ab</p>"), "{}", body(&[]));
    assert!(body(&[("Prefer", "outlook.allow-unsafe-html")]).contains("bad()"));
}

#[test]
fn every_answer_carries_its_marks() {
    let client = Client::new();
    let mark = ("client-request-id", "0b5ad2bf-7b4c-4f7e-9c66-1d2f7ad0f6a1");
    let missing = format!("/users/{DESK}/messages/x");
    for path in [format!("/users/{DESK}/mailFolders/inbox"), missing.clone()] {
        let got = client.call("GET", &path, &[mark], None);
        assert_eq!(got.header("client-request-id"), Some(mark.1));
        assert!(got.header("request-id").is_some() && got.header("Date").is_some());
    }
    let error = client.call("GET", &missing, &[mark], None).json();
    assert_eq!(error["error"]["innerError"]["client-request-id"], mark.1);
}

#[test]
fn an_id_is_opaque_and_case_sensitive_and_of_its_mailbox() {
    let client = Client::with(|settings| {
        let second = counterfoil::practice::MailboxSettings::new("sales@office.example");
        settings.mailboxes.push(second);
    });
    client.deliver(1);
    let id = client.get(INBOX).list()[0]["id"].as_str().unwrap().to_owned();
    assert!(id.len() >= 150 && id.contains('-') && id.contains('_') && id.contains('='), "{id}");
    let refusal = |id: &str| client.get(&format!("/messages/{id}")).refusal();
    assert_eq!(refusal(&id.to_lowercase()), (400, "ErrorInvalidIdMalformed".into()));
    assert_eq!(refusal("AAMk1"), (400, "ErrorInvalidIdMalformed".into()));
    assert_eq!(client.get(&format!("/messages/{}", encoded(&id))).status, 200);
    let sales = format!("/users/sales@office.example/messages/{id}");
    let got = client.call("GET", &sales, &[], None);
    assert_eq!(got.refusal(), (404, "ErrorInvalidMailboxItemId".into()));
}

#[test]
fn mime_is_rebuilt_and_says_the_same() {
    let client = Client::new();
    let raw = "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=\"cut here\"\r\nReceived: from a by b; \
        Mon, 04 May 2026 09:12:38 +0000\r\nMessage-ID: <a1@shop.example>\r\n\
        In-Reply-To: <a0@office.example>\r\nReferences: <z@x.example>\r\n <a0@office.example>\r\n\
        From: ana@shop.example\r\n\r\n--cut here\r\nContent-Type: text/plain; \
        charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\ngr=FC=DFe\r\n\
        --cut here\r\nContent-Type: application/octet-stream; name=a.bin\r\n\
        Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=a.bin\r\n\
        \r\nAAEC/w==\r\n--cut here--\r\n";
    let id = client.practice.deliver(DESK, raw.into(), 1_777_885_964).unwrap();
    let got = client.get(&format!("/messages/{id}/$value"));
    assert_eq!((got.status, got.header("Content-Type")), (200, Some("text/plain")));
    assert_ne!(got.bytes, raw.as_bytes());
    assert!(!got.text().contains("cut here"), "{}", got.text());
    let parser = mail_parser::MessageParser::default();
    let (was, is) = (parser.parse(raw).unwrap(), parser.parse(&got.bytes).unwrap());
    assert_eq!(is.message_id(), was.message_id());
    assert_eq!(is.in_reply_to(), was.in_reply_to());
    assert_eq!(is.references(), was.references());
    assert_eq!(is.subject(), Some("Grüße"));
    assert_eq!(is.body_text(0), was.body_text(0));
    assert_eq!(is.attachment(0).unwrap().contents(), [0, 1, 2, 255]);
    let first = got.text();
    assert!(first.starts_with("Received: from EXCH"), "{first}");
    assert!(first.contains("X-MS-Exchange-Organization-AuthAs"), "{first}");
}

#[test]
fn odd_letters_survive_being_rebuilt() {
    let client = Client::new();
    let letters = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/letters");
    let mut count = 0;
    for entry in std::fs::read_dir(letters).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "eml") {
            continue;
        }
        count += 1;
        let raw = std::fs::read(&path).unwrap();
        let id = client.practice.deliver(DESK, raw.clone(), 1_777_885_964).unwrap();
        let got = client.get(&format!("/messages/{id}/$value"));
        assert_eq!(said(&got.bytes), said(&raw), "{}", path.display());
    }
    assert!(count > 20, "{count} letters");
}

/// What a letter says, as a reader sees it: ids, subject, people, texts, attachments.
fn said(raw: &[u8]) -> Vec<String> {
    let message = mail_parser::MessageParser::default().parse(raw).unwrap();
    let lines = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
    let mut said = vec![
        format!("{:?} {:?}", message.message_id(), message.subject()),
        format!("{:?} {:?}", message.in_reply_to(), message.references()),
        format!("{:?} {:?} {:?}", message.from(), message.to(), message.date()),
    ];
    let bodies = message.text_bodies().chain(message.html_bodies());
    let texts = bodies.filter_map(|part| part.text_contents()).map(lines);
    said.extend(texts.filter(|text| !text.is_empty()));
    said.extend(message.attachments().map(|part| match part.is_message() {
        true => "a letter".to_owned(),
        false => lines(&String::from_utf8_lossy(part.contents())),
    }));
    said
}

#[test]
fn the_whole_mailbox_has_everything_but_recoverable_items() {
    let client = Client::new();
    let delivered = client.deliver(3);
    for (id, to) in [(&delivered[0], "deleteditems"), (&delivered[1], "recoverableitemsdeletions")]
    {
        let moved = client.post(&format!("/messages/{id}/move"), &json!({"destinationId": to}));
        assert_eq!(moved.status, 201);
    }
    assert_eq!(client.get("/messages").list().len(), 2);
    assert_eq!(client.get("/mailFolders/recoverableitemsdeletions/messages").list().len(), 1);
    let filter = "$filter=internetMessageId eq '<m1@shop.example>'";
    assert_eq!(client.get(&format!("/messages?{filter}")).list().len(), 0);
}

#[test]
fn delta_tells_everything_once_and_then_what_changed() {
    let client = Client::new();
    let delivered = client.deliver(5);
    let small = [LASTING, ("Prefer", "odata.maxpagesize=2")];
    let first = format!("/users/{DESK}{INBOX}/delta?$select=subject");
    let round = |start: &str| {
        let (mut found, mut next) = (Vec::new(), start.to_owned());
        loop {
            let got = client.call("GET", &next, &small, None);
            found.extend(got.list());
            match got.json()["@odata.nextLink"].as_str() {
                Some(link) => next = link.to_owned(),
                None => return (found, got.field("@odata.deltaLink")),
            }
        }
    };
    let (found, link) = round(&first);
    assert_eq!(BTreeSet::from_iter(ids(&found)), BTreeSet::from_iter(delivered.clone()));
    assert!(found.iter().all(|item| item.get("isRead").is_none()), "{found:?}");
    let (found, link) = round(&link);
    assert_eq!(found, Vec::<Value>::new());
    client.call(
        "PATCH",
        &format!("/users/{DESK}/messages/{}", delivered[0]),
        &[],
        Some(&json!({"isRead": true})),
    );
    client.post(&format!("/messages/{}/move", delivered[1]), &json!({"destinationId": "archive"}));
    let raw = letter("<new@shop.example>", "New");
    let new = client.practice.deliver(DESK, raw, 1_800_000_000).unwrap();
    let (found, link) = round(&link);
    let removed = json!({"@odata.type": "#microsoft.graph.message", "id": delivered[1],
        "@removed": {"reason": "deleted"}});
    assert!(found.contains(&removed), "{found:?}");
    let expected = BTreeSet::from([delivered[0].clone(), delivered[1].clone(), new]);
    assert_eq!(BTreeSet::from_iter(ids(&found)), expected);
    assert_eq!(round(&link).0.len(), 0);
}

#[test]
fn a_delta_page_can_be_empty_and_not_the_last() {
    let client = Client::new();
    let id = client.deliver(1).remove(0);
    let path = format!("/users/{DESK}{INBOX}/delta?changeType=created&$top=2");
    let link = client.call("GET", &path, &[], None).field("@odata.deltaLink");
    for read in [true, false, true] {
        let change = json!({"isRead": read});
        client.call("PATCH", &format!("/users/{DESK}/messages/{id}"), &[], Some(&change));
    }
    let new = client.practice.deliver(DESK, letter("<n@x.example>", "New"), 1_800_000_000).unwrap();
    let first = client.call("GET", &link, &[LASTING], None);
    assert_eq!(first.list().len(), 0);
    let second = client.call("GET", &first.field("@odata.nextLink"), &[LASTING], None);
    assert_eq!(
        (ids(&second.list()), second.json()["@odata.deltaLink"].is_string()),
        (vec![new], true)
    );
}

#[test]
fn delta_tells_of_no_removal_that_was_undone() {
    let client = Client::new();
    let id = client.deliver(1).remove(0);
    let path = format!("/users/{DESK}{INBOX}/delta?changeType=deleted");
    let link = client.call("GET", &path, &[], None).field("@odata.deltaLink");
    let shift =
        |to: &str| client.post(&format!("/messages/{id}/move"), &json!({"destinationId": to}));
    shift("archive");
    assert_eq!(client.call("GET", &link, &[], None).list().len(), 1);
    shift("inbox");
    assert_eq!(client.call("GET", &link, &[], None).list().len(), 0);
}

#[test]
fn delta_refuses_what_it_does_not_take_and_forgets_positions() {
    let client = Client::new();
    client.deliver(3);
    for query in ["$filter=isRead eq false", "$orderby=receivedDateTime asc", "$search=\"x\""] {
        let got = client.get(&format!("{INBOX}/delta?{query}"));
        assert_eq!(got.refusal(), (400, "ErrorInvalidUrlQuery".into()), "{query}");
    }
    let since = "$filter=receivedDateTime ge 2026-05-04T09:12:45Z";
    assert_eq!(client.get(&format!("{INBOX}/delta?{since}")).list().len(), 2);
    let got = client.get(&format!("{INBOX}/delta?$deltatoken=stale"));
    assert_eq!(got.refusal(), (410, "SyncStateNotFound".into()));
    let link = client.get(&format!("{INBOX}/delta?changeType=created")).field("@odata.deltaLink");
    let id = client.get(INBOX).list()[0]["id"].as_str().unwrap().to_owned();
    let read = json!({"isRead": true});
    client.call("PATCH", &format!("/users/{DESK}/messages/{id}"), &[], Some(&read));
    assert_eq!(client.call("GET", &link, &[], None).list().len(), 0);
}

#[test]
fn a_seeded_directory_is_delivered_and_stays_on_disk() {
    let client = Client::new();
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("more")).unwrap();
    for (name, n) in [("b.eml", 2), ("more/a.EML", 3), ("note.txt", 4)] {
        let raw = letter(&format!("<s{n}@shop.example>"), "Seeded");
        std::fs::write(dir.path().join(name), raw).unwrap();
    }
    assert_eq!(client.practice.seed_dir(DESK, dir.path()).unwrap(), 2);
    let listed = client.get(INBOX).list();
    assert_eq!(listed[0]["receivedDateTime"], "2026-05-04T09:12:38Z");
    let id = listed[0]["id"].as_str().unwrap();
    assert!(client.get(&format!("/messages/{id}/$value")).text().contains("it jams"));
    std::fs::remove_dir_all(dir.path().join("more")).unwrap();
    assert_eq!(client.get(&format!("/messages/{id}/$value")).status, 500);
}
