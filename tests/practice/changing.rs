//! Moving, copying, deleting and restoring; folders; PATCH.

use counterfoil::practice::Settings;
use serde_json::{Value, json};

use crate::client::{Client, DESK, LASTING};

const RECOVERABLE: &str = "recoverableitemsdeletions";

fn to(folder: &str) -> Value {
    json!({"destinationId": folder})
}

#[test]
fn a_move_gives_a_new_id_unless_ids_are_immutable() {
    let client = Client::new();
    let lasting = client.deliver(1).remove(0);
    let old =
        client.get("/mailFolders/inbox/messages").list()[0]["id"].as_str().unwrap().to_owned();
    let moved = client.post(&format!("/messages/{old}/move"), &to("archive"));
    assert_eq!(moved.status, 201);
    let new = moved.field("id");
    assert_ne!(new, old);
    let gone = client.get(&format!("/messages/{old}"));
    assert_eq!(gone.refusal(), (404, "ErrorItemNotFound".into()));
    assert_eq!(client.get(&format!("/messages/{new}")).status, 200);
    let path = format!("/users/{DESK}/messages/{new}/move");
    let moved = client.call("POST", &path, &[LASTING], Some(&to("inbox")));
    assert_eq!(moved.field("id"), lasting);
    assert_eq!(moved.header("Preference-Applied"), Some("IdType=\"ImmutableId\""));
    assert_eq!(client.inside("inbox"), ["<m0@shop.example>"]);
    let body = json!({"inputIds": [moved.field("id"), old], "sourceIdType": "restImmutableEntryId",
        "targetIdType": "restId"});
    let got = client.post("/translateExchangeIds", &body);
    let value = got.list();
    assert_eq!(
        client.get(&format!("/messages/{}", value[0]["targetId"].as_str().unwrap())).status,
        200
    );
    assert!(value[1]["errorDetails"].is_object(), "{value:?}");
}

#[test]
fn a_copy_leaves_the_original_where_it_is() {
    let client = Client::new();
    let id = client.deliver(1).remove(0);
    let copy = client.post(&format!("/messages/{id}/copy"), &to("archive"));
    assert_eq!(copy.status, 201);
    assert_eq!(
        (client.inside("inbox"), client.inside("archive")),
        (vec!["<m0@shop.example>".to_owned()], vec!["<m0@shop.example>".to_owned()],)
    );
    let got = client.post(&format!("/messages/{id}/copy"), &to("nowhere"));
    assert_eq!(got.refusal(), (400, "ErrorInvalidIdMalformed".into()));
    let got = client.post(&format!("/messages/{id}/move"), &json!({"destination": "inbox"}));
    assert_eq!(got.status, 400);
}

#[test]
fn delete_lands_in_recoverable_items_and_can_be_undone() {
    let client = Client::new();
    let id = client.deliver(1).remove(0);
    let got = client.call("DELETE", &format!("/users/{DESK}/messages/{id}"), &[], None);
    assert_eq!((got.status, got.bytes.len()), (204, 0));
    assert_eq!(client.inside(RECOVERABLE).len(), 1);
    assert_eq!(client.inside("deleteditems").len(), 0);
    let again = client.call("DELETE", &format!("/users/{DESK}/messages/{id}"), &[], None);
    assert_eq!(again.refusal(), (400, "ErrorCannotDeleteObject".into()));
    let filter = "$filter=internetMessageId eq '<m0@shop.example>'";
    let found = client.get(&format!("/mailFolders/{RECOVERABLE}/messages?{filter}")).list();
    let id = found[0]["id"].as_str().unwrap();
    assert_eq!(client.post(&format!("/messages/{id}/move"), &to("inbox")).status, 201);
    assert_eq!(client.inside("inbox").len(), 1);
}

#[test]
fn recoverable_items_keep_a_letter_for_the_days_that_are_set() {
    const DAY: i64 = 86_400;
    let client = Client::with(|settings| {
        settings.retention_days = 3;
        settings.token_seconds = Some(90 * DAY as u64);
    });
    let ids = client.deliver(2);
    let shift = |id: &str, folder: &str| {
        assert_eq!(client.post(&format!("/messages/{id}/move"), &to(folder)).status, 201);
    };
    shift(&ids[0], RECOVERABLE);
    shift(&ids[1], RECOVERABLE);
    client.practice.advance(2 * DAY);
    // Restored and deleted again, a letter's days begin anew.
    shift(&ids[1], "inbox");
    shift(&ids[1], RECOVERABLE);
    client.practice.advance(DAY - 60);
    assert_eq!(client.inside(RECOVERABLE).len(), 2);
    client.practice.advance(120);
    assert_eq!(client.inside(RECOVERABLE), ["<m1@shop.example>"]);
    client.practice.advance(2 * DAY);
    assert_eq!(client.inside(RECOVERABLE).len(), 0);
    assert_eq!(client.get(&format!("/messages/{}", ids[1])).status, 404);
}

#[test]
fn a_permanent_delete_is_out_of_sight() {
    let client = Client::new();
    let ids = client.deliver(2);
    client.post(&format!("/messages/{}/move", ids[0]), &to(RECOVERABLE));
    for id in &ids {
        assert_eq!(client.post_empty(&format!("/messages/{id}/permanentDelete")).status, 204);
        assert_eq!(client.get(&format!("/messages/{id}")).status, 404);
    }
    assert!(client.inside(RECOVERABLE).is_empty() && client.inside("inbox").is_empty());
}

#[test]
fn the_unsettled_questions_can_be_answered_the_other_way() {
    let with = |change: fn(&mut Settings)| {
        let client = Client::with(change);
        let id = client.deliver(1).remove(0);
        (client, id)
    };
    let (client, id) = with(|s| s.switches.delete_lands_in_deleted_items = true);
    let delete = || client.call("DELETE", &format!("/users/{DESK}/messages/{id}"), &[], None);
    assert_eq!((delete().status, client.inside("deleteditems").len()), (204, 1));
    assert_eq!((delete().status, client.inside(RECOVERABLE).len()), (204, 1));

    let (client, id) = with(|s| s.switches.move_to_recoverable_refused = true);
    assert_eq!(client.post(&format!("/messages/{id}/move"), &to(RECOVERABLE)).status, 400);

    let (client, _) = with(|s| s.switches.recoverable_listing_refused = true);
    let path = format!("/mailFolders/{RECOVERABLE}/messages");
    assert_eq!(client.get(&path).refusal(), (403, "ErrorAccessDenied".into()));

    let (client, id) = with(|s| s.switches.immutable_id_survives_soft_delete = false);
    let path = format!("/users/{DESK}/messages/{id}/move");
    let moved = client.call("POST", &path, &[LASTING], Some(&to(RECOVERABLE)));
    assert_ne!(moved.field("id"), id);
    assert_eq!(client.get(&format!("/messages/{id}")).status, 404);

    let (client, id) = with(|s| s.switches.permanent_delete_absent = true);
    assert_eq!(client.post_empty(&format!("/messages/{id}/permanentDelete")).status, 400);
    assert_eq!(client.inside("inbox").len(), 1);
}

#[test]
fn folders_are_made_found_renamed_and_removed() {
    let client = Client::new();
    let made = client.post("/mailFolders", &json!({"displayName": "Processed"}));
    assert_eq!(made.status, 201, "{}", made.text());
    let id = made.field("id");
    let again = client.post("/mailFolders", &json!({"displayName": "processed"}));
    assert_eq!(again.refusal(), (409, "ErrorFolderExists".into()));
    let old = Client::with(|settings| settings.switches.folder_exists_status = 400);
    let taken = old.post("/mailFolders", &json!({"displayName": "Inbox"}));
    assert_eq!(taken.refusal(), (400, "ErrorFolderExists".into()));
    let child =
        client.post(&format!("/mailFolders/{id}/childFolders"), &json!({"displayName": "May"}));
    assert_eq!((child.status, child.field("parentFolderId")), (201, id.clone()));
    let letter = client.deliver(1).remove(0);
    client.post(&format!("/messages/{letter}/move"), &to(&child.field("id")));
    assert_eq!(client.inside("Processed/May").len(), 1);
    let found = client.get("/mailFolders?$filter=displayName eq 'Processed'").list();
    assert_eq!(found[0]["id"], id);
    assert_eq!(found[0]["childFolderCount"], 1);
    let renamed = json!({"displayName": "Done"});
    let got = client.call("PATCH", &format!("/users/{DESK}/mailFolders/{id}"), &[], Some(&renamed));
    assert_eq!((got.status, got.field("displayName")), (200, "Done".into()));
    let got = client.call("DELETE", &format!("/users/{DESK}/mailFolders/{id}"), &[], None);
    assert_eq!(got.status, 204);
    let gone = client.get(&format!("/mailFolders/{id}"));
    assert_eq!(gone.refusal(), (404, "ErrorFolderNotFound".into()));
    assert_eq!(client.inside(RECOVERABLE).len(), 1);
    let got = client.call("DELETE", &format!("/users/{DESK}/mailFolders/inbox"), &[], None);
    assert_eq!(got.status, 400);
}

#[test]
fn the_list_of_folders_has_ten_to_a_page_and_no_hidden_ones() {
    let client = Client::new();
    for n in 0..4 {
        client.post("/mailFolders", &json!({"displayName": format!("F{n}"), "isHidden": n == 3}));
    }
    let first = client.get("/mailFolders");
    assert_eq!(first.list().len(), 10);
    let rest = client.call("GET", &first.field("@odata.nextLink"), &[], None);
    let names: Vec<Value> =
        first.list().into_iter().chain(rest.list()).map(|f| f["displayName"].clone()).collect();
    assert_eq!(names.len(), 11, "{names:?}");
    assert!(names.contains(&json!("F2")) && !names.contains(&json!("F3")), "{names:?}");
    let all = client.get("/mailFolders?includeHiddenFolders=true&$top=100").list();
    assert!(all.iter().any(|folder| folder["displayName"] == "F3"));
    let hidden = client.get(&format!("/mailFolders/{RECOVERABLE}"));
    assert_eq!(hidden.field("displayName"), "Deletions");
    assert!(all.iter().all(|folder| folder["displayName"] != "Deletions"));
    client.deliver(2);
    let inbox = client.get("/mailFolders/INBOX").json();
    assert_eq!((&inbox["totalItemCount"], &inbox["unreadItemCount"]), (&json!(2), &json!(2)));
    let id = client.deliver(1).remove(0);
    client.post(&format!("/messages/{id}/move"), &to("archive"));
    let inbox = client.get("/mailFolders/inbox").json();
    assert_eq!((&inbox["totalItemCount"], &inbox["unreadItemCount"]), (&json!(2), &json!(2)));
}

#[test]
fn patch_changes_little_on_a_letter_that_was_received() {
    let client = Client::new();
    let id = client.deliver(1).remove(0);
    let path = format!("/users/{DESK}/messages/{id}");
    let before = client.call("GET", &path, &[], None);
    let change = json!({"isRead": true, "categories": ["Ticket 42"], "importance": "high",
        "flag": {"flagStatus": "flagged"}});
    let got = client.call("PATCH", &path, &[], Some(&change));
    let after = got.json();
    assert_eq!(got.status, 200);
    for (field, value) in change.as_object().unwrap() {
        assert_eq!(&after[field], value, "{field}");
    }
    assert_ne!(after["changeKey"], before.json()["changeKey"]);
    let subject = json!({"subject": "[#42] Printer"});
    assert_eq!(client.call("PATCH", &path, &[], Some(&subject)).status, 403);
    let unknown = json!({"isred": true});
    assert_eq!(client.call("PATCH", &path, &[], Some(&unknown)).status, 400);
    let stale = before.field("@odata.etag");
    let read = json!({"isRead": false});
    assert_eq!(client.call("PATCH", &path, &[("If-Match", &stale)], Some(&read)).status, 412);
    let fresh = got.field("@odata.etag");
    assert_eq!(client.call("PATCH", &path, &[("If-Match", &fresh)], Some(&read)).status, 200);
    let inbox = client.get("/mailFolders/inbox").json();
    assert_eq!(inbox["unreadItemCount"], 1);
}

#[test]
fn a_message_is_found_under_its_own_folder_only() {
    let client = Client::new();
    let id = client.deliver(1).remove(0);
    assert_eq!(client.get(&format!("/mailFolders/inbox/messages/{id}")).status, 200);
    assert_eq!(client.get(&format!("/mailFolders/archive/messages/{id}")).status, 404);
}
