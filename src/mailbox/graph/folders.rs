//! Finding folders by name or path, and making those that are missing (facts: microsoft-graph 2.7).
//! Ids are remembered until the service no longer knows them.

use std::collections::HashMap;
use std::sync::PoisonError;

use serde_json::json;

use super::shapes::{Collection, Folder};
use super::{Call, Graph, Unsuccessful};
use crate::mailbox::Error;
use crate::mailbox::http::encode;

/// The folder where removed mail lingers.
pub(super) const RECOVERABLE: &str = "recoverableitemsdeletions";

/// Where mail lies after a user deletes it.
pub(super) const DELETED: &str = "deleteditems";

/// Names that stand for a folder in any language of the mailbox.
const WELL_KNOWN: [&str; 17] = [
    "archive",
    "clutter",
    "conflicts",
    "conversationhistory",
    DELETED,
    "drafts",
    "inbox",
    "junkemail",
    "localfailures",
    "msgfolderroot",
    "outbox",
    RECOVERABLE,
    "scheduled",
    "searchfolders",
    "sentitems",
    "serverfailures",
    "syncissues",
];

/// The ids of folders found since the last look into the mailbox, by the name they were asked for.
/// Those of well-known folders, which nobody can rename or delete, have an equals sign before it.
pub(super) type Folders = HashMap<String, String>;

impl Graph {
    /// The id of a folder by name or path; `None` when there is none. A well-known name is its own
    /// id.
    pub(super) fn folder_id(&self, path: &str) -> Result<Option<String>, Error> {
        if let Some(known) = well_known(path) {
            return Ok(Some(known.to_owned()));
        }
        if let Some(id) = self.remembered(path) {
            return Ok(Some(id));
        }
        let mut parent: Option<String> = None;
        for (depth, name) in segments(path).enumerate() {
            let found = match well_known(name).filter(|_| depth == 0) {
                Some(known) => Some(known.to_owned()),
                None => self.child(parent.as_deref(), name, false)?,
            };
            match found {
                Some(id) => parent = Some(id),
                None => return Ok(None),
            }
        }
        Ok(parent.inspect(|id| self.remember(path, id)))
    }

    /// The id of a folder by name or path, whose missing parts are made.
    pub(super) fn folder_made(&self, path: &str) -> Result<String, Error> {
        if let Some(id) = self.remembered(path) {
            return Ok(id);
        }
        // One at a time, or two would make the same folder.
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = self.folder_id(path)? {
            return Ok(id);
        }
        let mut parent: Option<String> = None;
        for (depth, name) in segments(path).enumerate() {
            parent = Some(match well_known(name).filter(|_| depth == 0) {
                Some(known) => known.to_owned(),
                None => match self.child(parent.as_deref(), name, false)? {
                    Some(id) => id,
                    None => self.make(parent.as_deref(), name)?,
                },
            });
        }
        let id = parent.ok_or_else(|| Error::Refused(format!("`{path}` names no folder")))?;
        self.remember(path, &id);
        Ok(id)
    }

    /// The true id behind a well-known name, which answers name as parent.
    pub(super) fn true_id(&self, name: &str) -> Result<String, Error> {
        let key = format!("={name}");
        if let Some(id) = self.remembered(&key) {
            return Ok(id);
        }
        let url = format!("{}/mailFolders/{name}?$select=id", self.base);
        let doing = format!("looking for the folder {name}");
        let call = Call::get(&url, &doing);
        let folder: Folder = self.json(&call).map_err(|error| self.folder_error(&call, error))?;
        let id = folder
            .id
            .ok_or_else(|| Error::Unreachable(format!("{doing}: the answer names no id")))?;
        self.remember(&key, &id);
        Ok(id)
    }

    /// The id by which answers name the folder we take in from; `None` when there is none.
    pub(super) fn intake_folder(&self) -> Result<Option<String>, Error> {
        match well_known(&self.folder) {
            Some(known) => self.true_id(known).map(Some),
            None => self.folder_id(&self.folder),
        }
    }

    /// Whether this id or well-known name stands for the folder we take in from.
    pub(super) fn is_intake_folder(&self, destination: &str) -> Result<bool, Error> {
        let destination = match well_known(destination) {
            Some(known) => self.true_id(known)?,
            None => destination.to_owned(),
        };
        Ok(self.intake_folder()?.is_some_and(|intake| intake == destination))
    }

    /// Asks for the Inbox, which every mailbox has.
    pub(super) fn look_at_inbox(&self) -> Result<(), Error> {
        let url = format!("{}/mailFolders/inbox?$select=id", self.base);
        let call = Call::get(&url, "looking at the Inbox");
        self.json::<Folder>(&call).map(|_| ()).map_err(|error| self.folder_error(&call, error))
    }

    /// Forgets what folders are called: somebody may have renamed one, or deleted it and made
    /// another.
    pub(super) fn forget_folders(&self) {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        folders.retain(|name, _| name.starts_with('='));
    }

    /// Forgets also the ids of well-known folders.
    pub(super) fn forget_all_folders(&self) {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What an unsuccessful call about a folder means. That a folder is not there says nothing about
    /// a message.
    fn folder_error(&self, call: &Call<'_>, unsuccessful: Unsuccessful) -> Error {
        match self.error(call, unsuccessful) {
            Error::Gone(_) => {
                Error::Unreachable(format!("{}: the folder was not found", call.doing))
            }
            other => other,
        }
    }

    /// Forgets a folder whose id is no longer known to the service.
    pub(super) fn forget_folder(&self, path: &str) {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner).remove(path);
    }

    fn remembered(&self, path: &str) -> Option<String> {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }

    fn remember(&self, path: &str, id: &str) {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        folders.insert(path.to_owned(), id.to_owned());
    }

    fn children_url(&self, parent: Option<&str>) -> String {
        match parent {
            None => format!("{}/mailFolders", self.base),
            Some(parent) => {
                format!("{}/mailFolders/{}/childFolders", self.base, encode(parent))
            }
        }
    }

    /// The id of the child of this name. With `hidden`, every child is listed and compared.
    fn child(
        &self,
        parent: Option<&str>,
        name: &str,
        hidden: bool,
    ) -> Result<Option<String>, Error> {
        let children = self.children_url(parent);
        let mut url = if hidden {
            format!("{children}?$select=id,displayName&$top=100&includeHiddenFolders=true")
        } else {
            let literal = name.replace('\'', "''");
            let filter = encode(&format!("displayName eq '{literal}'"));
            format!("{children}?$select=id,displayName&$filter={filter}")
        };
        let doing = format!("looking for the folder {name}");
        loop {
            let call = Call::get(&url, &doing);
            let page: Collection<Folder> =
                self.json(&call).map_err(|error| self.folder_error(&call, error))?;
            let same = |folder: &&Folder| {
                let display = folder.display_name.as_deref().unwrap_or_default();
                display.to_lowercase() == name.to_lowercase()
            };
            if let Some(folder) = page.value.iter().find(same) {
                return Ok(folder.id.clone());
            }
            match page.next_link {
                Some(next) => url = self.checked(next)?,
                None => return Ok(None),
            }
        }
    }

    fn make(&self, parent: Option<&str>, name: &str) -> Result<String, Error> {
        let url = self.children_url(parent);
        let doing = format!("making the folder {name}");
        let body = json!({ "displayName": name, "isHidden": false }).to_string();
        let call = Call::post(&url, &doing, body.as_bytes());
        match self.json::<Folder>(&call) {
            Ok(folder) => {
                folder.id.ok_or_else(|| Error::Unknown(format!("{doing}: the answer names no id")))
            }
            // The name may be held by a folder the listing did not show; 400 or 409 both occur.
            Err(Unsuccessful::Refused(refusal)) if refusal.is("ErrorFolderExists") => {
                self.child(parent, name, true)?.ok_or_else(|| {
                    Error::Refused(format!(
                        "{doing}: the name is taken by something that is no folder; choose another"
                    ))
                })
            }
            Err(error) => Err(self.folder_error(&call, error)),
        }
    }
}

/// The well-known name that `name` is, in the spelling URLs use.
fn well_known(name: &str) -> Option<&'static str> {
    WELL_KNOWN.into_iter().find(|known| known.eq_ignore_ascii_case(name.trim()))
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').map(str::trim).filter(|segment| !segment.is_empty())
}
