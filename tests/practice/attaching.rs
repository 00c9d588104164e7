//! Attachments: listed, fetched, added, and uploaded in pieces.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::client::{Client, DESK, LASTING};

const LETTER: &str = "From: ana@shop.example\r\nSubject: three things\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: text/html\r\n\r\n\
    <img src=cid:logo>\r\n--m\r\nContent-Type: image/png; name=logo.png\r\nContent-ID: <logo>\r\n\
    Content-Disposition: inline; filename=logo.png\r\nContent-Transfer-Encoding: base64\r\n\r\n\
    iVBORw==\r\n--m\r\nContent-Type: application/pdf; name=plan.pdf\r\n\
    Content-Disposition: attachment; filename=plan.pdf\r\nContent-Transfer-Encoding: base64\r\n\
    \r\nJVBERi0=\r\n--m\r\nContent-Type: message/rfc822\r\n\r\nFrom: bo@shop.example\r\n\
    Subject: inside\r\n\r\nhello\r\n--m--\r\n";

#[test]
fn a_letters_attachments_are_listed_and_fetched() {
    let client = Client::new();
    let id = client.practice.deliver(DESK, LETTER.into(), 1_777_885_964).unwrap();
    assert_eq!(client.get(&format!("/messages/{id}")).json()["hasAttachments"], true);
    let path = format!("/messages/{id}/attachments");
    let listed = client.get(&format!("{path}?$select=id,name,contentType,size,isInline")).list();
    let facts: Vec<(&str, &str, bool)> = listed
        .iter()
        .map(|one| {
            let text = |name: &str| one[name].as_str().unwrap_or_default();
            (text("@odata.type"), text("name"), one["isInline"].as_bool().unwrap())
        })
        .collect();
    assert_eq!(
        facts,
        [
            ("#microsoft.graph.fileAttachment", "logo.png", true),
            ("#microsoft.graph.fileAttachment", "plan.pdf", false),
            ("#microsoft.graph.itemAttachment", "inside", false),
        ]
    );
    assert!(listed.iter().all(|one| one.get("contentBytes").is_none()), "{listed:?}");
    assert!(listed[1]["size"].as_u64().unwrap() > 5, "{listed:?}");
    assert_eq!(client.get(&format!("{path}?$select=contentId")).status, 400);
    let (logo, plan, inside) = (&listed[0]["id"], &listed[1]["id"], &listed[2]["id"]);
    let got = client.get(&format!("{path}/{}", logo.as_str().unwrap())).json();
    assert_eq!((&got["contentId"], &got["contentBytes"]), (&json!("logo"), &json!("iVBORw==")));
    let got = client.get(&format!("{path}/{}/$value", plan.as_str().unwrap()));
    assert_eq!(
        (got.bytes.as_slice(), got.header("Content-Type")),
        (&b"%PDF-"[..], Some("application/pdf"))
    );
    let got = client.get(&format!("{path}/{}/$value", inside.as_str().unwrap()));
    assert!(got.text().starts_with("From: bo@shop.example"), "{}", got.text());
}

#[test]
fn inline_pictures_alone_are_no_attachments() {
    let client = Client::new();
    let plan = LETTER.find("--m\r\nContent-Type: application/pdf").unwrap();
    let only = format!("{}--m--\r\n", &LETTER[..plan]);
    let id = client.practice.deliver(DESK, only.into(), 1_777_885_964).unwrap();
    assert_eq!(client.get(&format!("/messages/{id}")).json()["hasAttachments"], false);
    assert_eq!(client.get(&format!("/messages/{id}/attachments")).list().len(), 1);
}

#[test]
fn small_files_are_added_to_a_draft_and_leave_with_it() {
    let client = Client::new();
    let id = client.draft("ana@shop.example");
    let path = format!("/messages/{id}/attachments");
    for name in ["a.pdf", "b.pdf"] {
        let file = json!({"@odata.type": "#microsoft.graph.fileAttachment", "name": name,
            "contentType": "application/pdf", "contentBytes": STANDARD.encode(name)});
        let got = client.post(&path, &file);
        assert_eq!((got.status, got.field("name")), (201, name.to_owned()));
    }
    let untyped = json!({"name": "c.pdf", "contentBytes": "eA=="});
    assert_eq!(client.post(&path, &untyped).refusal().1, "UnableToDeserializePostBody");
    let listed = client.get(&path).list();
    assert_eq!(listed.len(), 2);
    assert_eq!(client.post_empty(&format!("/messages/{id}/send")).status, 202);
    let raw = client.practice.left().remove(0).raw;
    let message = mail_parser::MessageParser::default().parse(&raw).unwrap();
    let contents: Vec<&[u8]> = message.attachments().map(|part| part.contents()).collect();
    assert_eq!(contents, [&b"a.pdf"[..], b"b.pdf"]);
    assert_eq!(message.body_text(0).unwrap().trim(), "We are on it.");
    let received = client.deliver(1).remove(0);
    let file = json!({"@odata.type": "#microsoft.graph.fileAttachment", "name": "x",
        "contentBytes": "eA=="});
    assert_eq!(client.post(&format!("/messages/{received}/attachments"), &file).status, 403);
}

#[test]
fn a_large_file_goes_up_in_pieces_on_another_origin() {
    const SIZE: usize = 5_000_000;
    let client = Client::new();
    let id = client.draft("ana@shop.example");
    let path = format!("/users/{DESK}/messages/{id}/attachments");
    let item = |size: usize| {
        json!({"AttachmentItem": {"attachmentType": "file",
        "name": "plan.pdf", "size": size, "contentType": "application/pdf"}})
    };
    let start = format!("{path}/createUploadSession");
    let small = client.call("POST", &start, &[], Some(&item(100)));
    assert_eq!(small.refusal().1, "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize");
    let session = client.call("POST", &start, &[LASTING], Some(&item(SIZE)));
    assert_eq!(session.json()["nextExpectedRanges"], json!(["0-"]));
    let url = session.field("uploadUrl");
    assert!(!url.starts_with(&client.practice.url()) && url.contains("authtoken="), "{url}");
    let file: Vec<u8> = (0..SIZE).map(|n| (n % 251) as u8).collect();
    let put = |first: usize, end: usize| {
        let range = format!("bytes {first}-{}/{SIZE}", end - 1);
        let headers = [("Content-Type", "application/octet-stream"), ("Content-Range", &*range)];
        client.send("PUT", &url, &headers, Some(&file[first..end])).unwrap()
    };
    assert_eq!(put(4_000_000, SIZE).status, 416);
    let first = put(0, 4_000_000);
    assert_eq!(first.status, 200);
    assert_eq!(first.json()["NextExpectedRanges"], json!(["4000000"]));
    assert!(first.json()["ExpirationDateTime"].is_string());
    let last = put(4_000_000, SIZE);
    assert_eq!((last.status, last.bytes.len()), (201, 0));
    assert!(last.header("Location").unwrap().contains("/Attachments('"));
    assert_eq!(put(0, 10).status, 404);
    let listed: Vec<Value> = client.call("GET", &path, &[], None).list();
    let attachment = listed[0]["id"].as_str().unwrap();
    let got = client.call("GET", &format!("{path}/{attachment}/$value"), &[], None);
    assert!(got.bytes == file, "{} bytes came back", got.bytes.len());
}

#[test]
fn an_upload_can_be_given_up() {
    let client = Client::new();
    let id = client.draft("ana@shop.example");
    let item =
        json!({"AttachmentItem": {"attachmentType": "file", "name": "a", "size": 3_000_000}});
    let url = client
        .post(&format!("/messages/{id}/attachments/createUploadSession"), &item)
        .field("uploadUrl");
    assert_eq!(client.send("DELETE", &url, &[], None).unwrap().status, 204);
    assert_eq!(client.send("DELETE", &url, &[], None).unwrap().status, 404);
}
