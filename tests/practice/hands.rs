//! What other people do to a mailbox, and what a client sees of it.

use counterfoil::practice::{Error, Fault, Kind};
use serde_json::json;

use crate::client::{Client, DESK, LASTING, letter};

const RECOVERABLE: &str = "recoverableitemsdeletions";
const INBOX: &str = "/mailFolders/inbox/messages";

fn folder_id(client: &Client, name: &str) -> String {
    let found = client.get(&format!("/mailFolders?$filter=displayName eq '{name}'")).list();
    found[0]["id"].as_str().unwrap().to_owned()
}

/// The whole of a delta round: how many items it told of, and the link for the next one.
fn delta(client: &Client, link: &str) -> (usize, String) {
    let mut link = link.to_owned();
    let mut told = 0;
    loop {
        let page = client.call("GET", &link, &[LASTING], None);
        told += page.list().len();
        let next = page.json()["@odata.nextLink"].as_str().map(str::to_owned);
        match next {
            Some(next) => link = next,
            None => return (told, page.field("@odata.deltaLink")),
        }
    }
}

#[test]
fn a_letter_is_dragged_deleted_restored_and_purged_by_its_immutable_id() {
    let client = Client::new();
    let practice = &client.practice;
    let ids = client.deliver(2);
    let place = client.get(INBOX).list()[0]["id"].as_str().unwrap().to_owned();
    practice.move_letter(DESK, &ids[1], "Inbox/Later/May").unwrap();
    assert_eq!(client.inside("inbox/later/may"), ["<m1@shop.example>"]);
    practice.move_letter(DESK, &ids[0], "Inbox/Later/May").unwrap();
    assert_eq!(client.inside("Inbox/Later/May").len(), 2, "one folder of a name");
    let gone = client.get(&format!("/messages/{place}"));
    assert_eq!(gone.refusal(), (404, "ErrorItemNotFound".into()), "the id of the place is gone");
    assert_eq!(client.get(&format!("/messages/{}", ids[1])).status, 200);

    assert_eq!(practice.soft_delete(DESK, &ids[0]).unwrap(), ids[0]);
    assert_eq!(client.inside(RECOVERABLE), ["<m0@shop.example>"]);
    practice.restore_letter(DESK, &ids[0]).unwrap();
    assert_eq!(client.inside("inbox"), ["<m0@shop.example>"]);
    practice.purge_letter(DESK, &ids[0]).unwrap();
    let gone = client.get(&format!("/messages/{}", ids[0]));
    assert_eq!(gone.refusal(), (404, "ErrorItemNotFound".into()));
    assert!(client.inside("inbox").is_empty() && client.inside(RECOVERABLE).is_empty());

    let no_letter = practice.restore_letter(DESK, &ids[0]).unwrap_err();
    assert!(matches!(no_letter, Error::NoSuch { .. }), "{no_letter}");
    let no_mailbox = practice.purge_letter("nobody@office.example", &ids[1]).unwrap_err();
    assert!(matches!(no_mailbox, Error::NoSuchMailbox(_)), "{no_mailbox}");
}

#[test]
fn an_id_that_does_not_survive_deletion_is_another_one_afterwards() {
    let client = Client::with(|s| s.switches.immutable_id_survives_soft_delete = false);
    let id = client.deliver(1).remove(0);
    let there = client.practice.soft_delete(DESK, &id).unwrap();
    assert_ne!(there, id);
    client.practice.restore_letter(DESK, &there).unwrap();
    assert_eq!(client.get(&format!("/messages/{there}")).status, 200);
    assert_eq!(client.get(&format!("/messages/{id}")).status, 404);
}

#[test]
fn a_renamed_folder_keeps_its_id() {
    let client = Client::new();
    let practice = &client.practice;
    practice.make_folder(DESK, "Support").unwrap();
    practice.make_folder(DESK, "Sales").unwrap();
    let id = folder_id(&client, "Support");
    practice.rename_folder(DESK, "Support", "Helpdesk").unwrap();
    assert_eq!(client.get(&format!("/mailFolders/{id}")).field("displayName"), "Helpdesk");
    assert!(client.get("/mailFolders?$filter=displayName eq 'Support'").list().is_empty());
    for (folder, name) in [("Helpdesk", "Sales"), ("inbox", "In"), ("Support", "X")] {
        let refused = practice.rename_folder(DESK, folder, name).unwrap_err();
        let missing = matches!(refused, Error::NoSuch { .. });
        assert_eq!(missing, folder == "Support", "{folder}: {refused}");
    }
}

#[test]
fn a_folder_deleted_in_outlook_lies_below_deleted_items_and_one_purged_is_gone() {
    let client = Client::new();
    let practice = &client.practice;
    let letter = client.deliver(1).remove(0);
    for round in ["Deleted Items/Support", "Deleted Items/Support1"] {
        practice.move_letter(DESK, &letter, "Support").unwrap();
        let id = folder_id(&client, "Support");
        practice.delete_folder(DESK, "Support").unwrap();
        assert_eq!(client.inside(round), ["<m0@shop.example>"]);
        let listed = client.get(&format!("/mailFolders/{id}/messages"));
        assert_eq!((listed.status, listed.list().len()), (200, 1), "its id stays good");
    }
    practice.move_letter(DESK, &letter, "Support").unwrap();
    let id = folder_id(&client, "Support");
    practice.purge_folder(DESK, "Support").unwrap();
    let gone = client.get(&format!("/mailFolders/{id}/messages"));
    assert_eq!(gone.refusal(), (404, "ErrorFolderNotFound".into()));
    let moved = client.post(&format!("/messages/{letter}/move"), &json!({"destinationId": id}));
    assert_eq!(moved.refusal(), (404, "ErrorFolderNotFound".into()));
    assert_eq!(client.inside(RECOVERABLE), ["<m0@shop.example>"]);
    let wrong = practice.purge_folder(DESK, "deleteditems").unwrap_err();
    assert!(matches!(wrong, Error::NotPossible(_)), "{wrong}");
}

#[test]
fn the_inbox_of_a_german_mailbox_is_called_posteingang_and_is_still_the_inbox() {
    let client = Client::new();
    client.deliver(1);
    client.practice.localise_folder(DESK, "inbox", "Posteingang").unwrap();
    let id = folder_id(&client, "Posteingang");
    assert_eq!(client.get("/mailFolders/inbox").field("id"), id);
    assert!(client.get("/mailFolders?$filter=displayName eq 'Inbox'").list().is_empty());
    assert_eq!(client.inside("Posteingang"), client.inside("inbox"));
    assert!(client.practice.localise_folder(DESK, "Support", "x").is_err());
}

#[test]
fn a_full_mailbox_takes_nothing_new_and_lets_one_tidy_up() {
    for status in [507, 403] {
        let client = Client::with(|settings| settings.switches.over_quota_status = status);
        let ids = client.deliver(2);
        let draft = client.draft("ana@shop.example");
        client.practice.set_full(DESK, true).unwrap();
        let copy = client
            .post(&format!("/messages/{}/copy", ids[0]), &json!({"destinationId": "archive"}));
        assert_eq!(copy.refusal(), (status, "ErrorQuotaExceeded".into()));
        let message =
            json!({"subject": "x", "toRecipients": [{"emailAddress": {"address": "a@b.example"}}]});
        let drafted = client.post("/messages", &message);
        assert_eq!(drafted.refusal(), (status, "ErrorQuotaExceeded".into()));
        let sent = client.post("/sendMail", &json!({"message": message}));
        assert_eq!(sent.refusal(), (status, "ErrorQuotaExceeded".into()));
        assert!(client.inside("archive").is_empty() && client.practice.left().is_empty());
        let moved = client
            .post(&format!("/messages/{}/move", ids[0]), &json!({"destinationId": RECOVERABLE}));
        assert_eq!(moved.status, 201);
        assert_eq!(client.post_empty(&format!("/messages/{draft}/send")).status, 202);
        client.practice.set_full(DESK, false).unwrap();
        let copy = client
            .post(&format!("/messages/{}/copy", ids[1]), &json!({"destinationId": "archive"}));
        assert_eq!(copy.status, 201);
    }
}

#[test]
fn after_a_backup_was_put_in_place_everything_is_there_under_new_ids() {
    let client = Client::new();
    let practice = &client.practice;
    let old = client.deliver(3);
    practice.soft_delete(DESK, &old[2]).unwrap();
    let id =
        practice.deliver(DESK, b"From: a@shop.example\r\n\r\nNo id.\r\n".to_vec(), 1_777_885_990);
    let without_id = id.unwrap();
    let before = client.call("GET", &format!("/users/{DESK}{INBOX}"), &[LASTING], None).list();
    let text = |id: &str| client.get(&format!("/messages/{id}/$value")).text();
    let raw = text(&old[0]);
    let place = client.get(INBOX).list()[0]["id"].as_str().unwrap().to_owned();
    let (_, link) = delta(&client, &format!("/users/{DESK}{INBOX}/delta"));

    practice.restore_from_backup(DESK).unwrap();
    let after = client.call("GET", &format!("/users/{DESK}{INBOX}"), &[LASTING], None).list();
    assert_eq!(after.len(), before.len());
    for (one, other) in before.iter().zip(&after) {
        assert_ne!(one["id"], other["id"]);
        for field in ["internetMessageId", "receivedDateTime", "subject", "parentFolderId"] {
            assert_eq!(one[field], other[field], "{field}");
        }
    }
    for id in old.iter().chain([&without_id, &place]) {
        let gone = client.get(&format!("/messages/{id}"));
        assert_eq!(gone.refusal(), (404, "ErrorItemNotFound".into()));
    }
    let new = after.last().unwrap()["id"].as_str().unwrap();
    // All but the head, in which the service notes the item's number.
    let body = |raw: &str| raw.rsplit("\r\n\r\n").next().unwrap().to_owned();
    assert_eq!(body(&text(new)), body(&raw));
    assert_eq!(client.inside(RECOVERABLE), ["<m2@shop.example>"]);
    let lost = client.call("GET", &link, &[LASTING], None);
    assert_eq!(lost.refusal(), (410, "SyncStateNotFound".into()));
    assert_eq!(delta(&client, &format!("/users/{DESK}{INBOX}/delta")).0, 3);
    // Time goes on for what lies in Recoverable Items.
    practice.advance(15 * 86_400);
    assert!(client.inside(RECOVERABLE).is_empty());
}

#[test]
fn expired_delta_links_are_gone_and_a_new_round_begins() {
    let client = Client::new();
    client.deliver(12);
    let start = format!("/users/{DESK}{INBOX}/delta");
    let next = client.get(&format!("{INBOX}/delta")).field("@odata.nextLink");
    let (told, link) = delta(&client, &start);
    assert_eq!(told, 12);
    let letter = letter("<new@shop.example>", "New");
    client.practice.deliver(DESK, letter, 1_777_886_000).unwrap();
    assert_eq!(delta(&client, &link).0, 1);
    client.practice.expire_delta_links(DESK).unwrap();
    for link in [&link, &next] {
        let gone = client.call("GET", link, &[], None);
        assert_eq!(gone.refusal(), (410, "SyncStateNotFound".into()));
    }
    let (told, link) = delta(&client, &start);
    assert_eq!((told, delta(&client, &link).0), (13, 0));
}

#[test]
fn a_service_that_is_down_refuses_and_knows_everything_afterwards() {
    let client = Client::new();
    client.deliver(1);
    let url = client.practice.url();
    let path = format!("/users/{DESK}{INBOX}");
    client.practice.down();
    assert!(client.practice.is_down());
    let refused = client.try_call("GET", &path, &[], None).unwrap_err();
    assert!(refused.to_string().to_lowercase().contains("refused"), "{refused}");
    client.practice.up().unwrap();
    assert!(!client.practice.is_down() && client.practice.url() == url);
    assert_eq!(client.get(INBOX).list().len(), 1, "also with the old token");

    // By a fault: the request it strikes is answered, the next one finds nobody.
    client.practice.fail(Fault::nth("/inbox", 2, Kind::Down(None)));
    assert_eq!([client.get(INBOX).status, client.get(INBOX).status], [200, 200]);
    assert!(client.try_call("GET", &path, &[], None).is_err());
    client.practice.up().unwrap();
    client.practice.fail(Fault::next("/inbox", Kind::Down(Some(20))));
    assert_eq!(client.get(INBOX).status, 200);
    while client.practice.is_down() {
        std::thread::yield_now();
    }
    assert_eq!(client.get(INBOX).status, 200);
}
