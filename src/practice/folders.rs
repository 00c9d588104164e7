//! Folders: list, make, rename, remove (facts: microsoft-graph 2.7).

use serde_json::{Value, json};

use super::graph::{Call, Reply, page};
use super::ids::Named;
use super::listing::next_link;
use super::mailbox::{Mailbox, RECOVERABLE, ROOT, WELL_KNOWN};
use super::refusal::{self, Outcome, refuse};

const FIELDS: [&str; 7] = [
    "id",
    "displayName",
    "parentFolderId",
    "childFolderCount",
    "unreadItemCount",
    "totalItemCount",
    "isHidden",
];

/// A folder as JSON, with the fields of `$select`.
fn shown(call: &Call<'_>, mailbox: &Mailbox, number: u64) -> Outcome<Value> {
    let select = call.query.select(&FIELDS, "microsoft.graph.mailFolder")?;
    let folder = mailbox.folders.get(&number).ok_or_else(refusal::folder_not_found)?;
    let id = |number| Value::from(mailbox.ids.write(Named::Folder(number)));
    let mut shown = json!({"id": id(number)});
    let visible = |number: &u64| mailbox.folders.get(number).is_some_and(|one| !one.hidden);
    for field in FIELDS {
        if field != "id" && select.as_ref().is_none_or(|names| names.iter().any(|n| n == field)) {
            shown[field] = match field {
                "displayName" => Value::from(folder.name.as_str()),
                "parentFolderId" => id(folder.parent),
                "childFolderCount" => {
                    Value::from(mailbox.children(number).iter().filter(|n| visible(n)).count())
                }
                "unreadItemCount" => Value::from(folder.unread),
                "totalItemCount" => Value::from(folder.order.len()),
                _ => Value::from(folder.hidden),
            };
        }
    }
    Ok(shown)
}

fn entity(call: &Call<'_>, mailbox: &Mailbox, number: u64) -> Outcome<Value> {
    let mut folder = shown(call, mailbox, number)?;
    folder["@odata.context"] = Value::from(call.context("mailFolders/$entity"));
    Ok(folder)
}

/// One level of folders; ten to a page, hidden ones on request, Recoverable Items never.
pub(super) fn list(call: &Call<'_>, parent: Option<&str>) -> Outcome<Reply> {
    let mailbox = call.account.open(call.house);
    let parent = parent.map_or(Ok(ROOT), |id| call.folder(&mailbox, id))?;
    let (top, skip) = (call.query.top()?, call.query.skip()?);
    let hidden = call.query.is_true("includeHiddenFolders");
    let wanted = call.query.get("$filter").map(display_name).transpose()?;
    let mut children = mailbox.children(parent);
    children.retain(|number| {
        mailbox.folders.get(number).is_some_and(|folder| {
            (hidden || !folder.hidden)
                && *number != RECOVERABLE
                && wanted.as_ref().is_none_or(|name| folder.name.to_lowercase() == *name)
        })
    });
    let total = children.len();
    let children = children.into_iter().skip(skip).take(top);
    let value = children.map(|one| shown(call, &mailbox, one)).collect::<Outcome<Vec<_>>>()?;
    let next = (skip + value.len() < total && !value.is_empty())
        .then(|| next_link(call, skip + value.len()));
    let mut page = page(call.context("mailFolders"), value, next);
    if call.query.is_true("$count") {
        page["@odata.count"] = Value::from(total);
    }
    Ok(Reply::Json(200, page))
}

/// The name in `displayName eq '…'`, lower case.
fn display_name(filter: &str) -> Outcome<String> {
    let rest = filter.trim().strip_prefix("displayName").unwrap_or_default().trim_start();
    let literal = rest.strip_prefix("eq").unwrap_or_default().trim();
    let name = literal.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    name.map(|name| name.replace("''", "'").to_lowercase()).ok_or_else(|| {
        refuse(
            400,
            "ErrorInvalidUrlQueryFilter",
            "The query filter contains one or more invalid nodes.",
        )
    })
}

/// `GET /mailFolders/{f}`.
pub(super) fn one(call: &Call<'_>, id: &str) -> Outcome<Reply> {
    let mailbox = call.account.open(call.house);
    let number = call.folder(&mailbox, id)?;
    Ok(Reply::Json(200, entity(call, &mailbox, number)?))
}

/// `POST /mailFolders` and `…/childFolders`.
pub(super) fn create(call: &Call<'_>, parent: Option<&str>) -> Outcome<Reply> {
    let body = call.body()?;
    known_fields(&body, &["displayName", "isHidden", "@odata.type"])?;
    let name = body.get("displayName").and_then(Value::as_str).map(str::trim).unwrap_or_default();
    if name.is_empty() {
        let text = "The folder name cannot be empty.";
        return Err(refuse(400, "ErrorInvalidRequest", text));
    }
    let hidden = body.get("isHidden").and_then(Value::as_bool).unwrap_or_default();
    let mut mailbox = call.account.open(call.house);
    let parent = parent.map_or(Ok(ROOT), |id| call.folder(&mailbox, id))?;
    let number = mailbox.make_folder(parent, name, hidden).ok_or_else(|| exists(call, name))?;
    Ok(Reply::Json(201, entity(call, &mailbox, number)?))
}

fn exists(call: &Call<'_>, name: &str) -> refusal::Refusal {
    let text = format!(
        "A folder with the specified name already exists., Could not create folder '{name}'."
    );
    refuse(call.house.settings.switches.folder_exists_status, "ErrorFolderExists", text)
}

/// `PATCH /mailFolders/{f}`: another display name.
pub(super) fn rename(call: &Call<'_>, id: &str) -> Outcome<Reply> {
    let body = call.body()?;
    known_fields(&body, &["displayName", "@odata.type"])?;
    let name = body.get("displayName").and_then(Value::as_str).unwrap_or_default().trim();
    if name.is_empty() {
        return Err(refusal::unreadable_body());
    }
    let mut mailbox = call.account.open(call.house);
    let number = call.folder(&mailbox, id)?;
    untouchable(number)?;
    let parent = mailbox.folders.get(&number).map_or(ROOT, |folder| folder.parent);
    if mailbox.child(parent, name).is_some_and(|other| other != number) {
        return Err(exists(call, name));
    }
    if let Some(folder) = mailbox.folders.get_mut(&number) {
        folder.name = name.to_owned();
    }
    Ok(Reply::Json(200, entity(call, &mailbox, number)?))
}

/// `DELETE /mailFolders/{f}` with all that is in it.
pub(super) fn delete(call: &Call<'_>, id: &str) -> Outcome<Reply> {
    let mut mailbox = call.account.open(call.house);
    let number = call.folder(&mailbox, id)?;
    untouchable(number)?;
    mailbox.remove_folder(number, call.now);
    Ok(Reply::Empty(204))
}

/// The folders every mailbox has can neither be renamed nor removed.
fn untouchable(number: u64) -> Outcome<()> {
    if number <= WELL_KNOWN.len() as u64 {
        let text = "Distinguished folders cannot be deleted or renamed.";
        return Err(refuse(400, "ErrorDeleteDistinguishedFolder", text));
    }
    Ok(())
}

/// Refuses a body with a field nobody knows.
pub(super) fn known_fields(body: &Value, known: &[&str]) -> Outcome<()> {
    let fields = body.as_object().ok_or_else(refusal::unreadable_body)?;
    match fields.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(refuse(
            400,
            "UnableToDeserializePostBody",
            format!("The property '{key}' does not exist on this type, or cannot be set."),
        )),
    }
}
