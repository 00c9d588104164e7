//! Copying, moving and removing originals. A message counts as removed only when it was seen where
//! removed messages lie (facts: microsoft-graph 3.2 to 3.4).

use std::sync::atomic::Ordering;

use serde_json::json;

use super::folders::{DELETED, RECOVERABLE};
use super::shapes::Item;
use super::{Call, Graph, Unsuccessful};
use crate::mailbox::answers::Refusal;
use crate::mailbox::budget::Turn;
use crate::mailbox::{Error, ItemId, Removed, Sought, Whereabouts};

/// Refusals in a row after which moving into Recoverable Items is no longer tried.
const REFUSALS: u32 = 3;

impl Graph {
    /// Copies a message into a folder, which is made when missing.
    pub(super) fn copy_into(&self, item: &ItemId, folder: &str) -> Result<ItemId, Error> {
        self.put_into(item, folder, "copy")
    }

    /// Moves a message into a folder, which is made when missing.
    pub(super) fn move_into(&self, item: &ItemId, folder: &str) -> Result<ItemId, Error> {
        self.put_into(item, folder, "move")
    }

    /// Whether a folder already holds a copy.
    pub(super) fn copy_in(
        &self,
        sought: &Sought<'_>,
        folder: &str,
    ) -> Result<Option<ItemId>, Error> {
        let doing = format!("copying a message to {folder}");
        match self.folder_id(folder)? {
            Some(destination) => {
                self.refuse_intake_folder(&destination, &doing, "copy")?;
                self.find_sought(&destination, sought)
            }
            None => Ok(None),
        }
    }

    /// Originals filed into the folder they are taken from would be taken in for ever.
    fn refuse_intake_folder(
        &self,
        destination: &str,
        doing: &str,
        verb: &str,
    ) -> Result<(), Error> {
        if !self.is_intake_folder(destination)? {
            return Ok(());
        }
        Err(Error::Refused(format!(
            "{doing}: that is the very folder mail is taken in from; name another one in {verb}_to"
        )))
    }

    fn put_into(&self, item: &ItemId, folder: &str, verb: &str) -> Result<ItemId, Error> {
        let doing = match verb {
            "copy" => format!("copying a message to {folder}"),
            _ => format!("moving a message to {folder}"),
        };
        for retry in [true, false] {
            let destination = self.folder_made(folder)?;
            self.refuse_intake_folder(&destination, &doing, verb)?;
            match self.transfer(item, &destination, verb, &doing) {
                // The folder was deleted since it was found.
                Err(Unsuccessful::Refused(refusal))
                    if retry && refusal.is("ErrorFolderNotFound") =>
                {
                    self.forget_folder(folder);
                }
                Err(error) => return Err(self.error(&Call::post("", &doing, b""), error)),
                Ok(moved) => {
                    return moved
                        .item_id()
                        .ok_or_else(|| Error::Unknown(format!("{doing}: the answer names no id")));
                }
            }
        }
        Err(Error::Refused(format!("{doing}: the folder cannot be found or made")))
    }

    fn transfer(
        &self,
        item: &ItemId,
        destination: &str,
        verb: &str,
        doing: &str,
    ) -> Result<Item, Unsuccessful> {
        let url = self.message_url(item, &format!("/{verb}"));
        let body = json!({ "destinationId": destination }).to_string();
        self.json(&Call { turn: Turn::Bulk, ..Call::post(&url, doing, body.as_bytes()) })
    }

    /// Where a message lies, by its immutable id.
    pub(super) fn whereabouts_of(&self, item: &ItemId) -> Result<Whereabouts, Error> {
        let url = self.message_url(item, "?$select=id,parentFolderId");
        let call = Call::get(&url, "looking where a message lies");
        let found: Item = match self.json(&call) {
            Ok(found) => found,
            Err(Unsuccessful::Refused(refusal)) if refusal.is_gone() => {
                return Ok(Whereabouts::Gone);
            }
            Err(error) => return Err(self.error(&call, error)),
        };
        let id = found.item_id().unwrap_or_else(|| item.clone());
        let Some(parent) = found.parent_folder_id else { return Ok(Whereabouts::Here) };
        match self.in_folder(&id, &parent)? {
            Whereabouts::Elsewhere => {
                // When a mailbox is restored from a backup even its own folders get new ids.
                self.forget_all_folders();
                self.in_folder(&id, &parent)
            }
            place => Ok(place),
        }
    }

    /// What it means that a message lies in the folder of this id.
    fn in_folder(&self, id: &ItemId, parent: &str) -> Result<Whereabouts, Error> {
        match self.true_id(RECOVERABLE) {
            Ok(recoverable) if recoverable == parent => {
                return Ok(Whereabouts::Recoverable(id.clone()));
            }
            // Some mailboxes do not let Recoverable Items be looked at: then it lies elsewhere.
            Ok(_) | Err(Error::SignInNeeded(_) | Error::Refused(_)) => {}
            Err(error) => return Err(error),
        }
        if self.true_id(DELETED)? == parent {
            return Ok(Whereabouts::Deleted(id.clone()));
        }
        let here = self.intake_folder()?.is_some_and(|intake| intake == parent);
        Ok(if here { Whereabouts::Here } else { Whereabouts::Elsewhere })
    }

    /// Removes a message by moving it into Recoverable Items, whose answer shows where it lies; by
    /// DELETE and looking where that is refused.
    pub(super) fn remove_item(&self, item: &ItemId, sought: &Sought<'_>) -> Result<Removed, Error> {
        const DOING: &str = "removing a message";
        if self.moves_refused.load(Ordering::Relaxed) >= REFUSALS {
            return self.delete_and_look(item, sought);
        }
        match self.transfer(item, RECOVERABLE, "move", DOING) {
            Ok(moved) => {
                self.moves_refused.store(0, Ordering::Relaxed);
                let lies_there = moved.parent_folder_id.is_some()
                    && moved.parent_folder_id == self.true_id(RECOVERABLE).ok();
                match moved.item_id() {
                    Some(id) if lies_there => Ok(Removed::Recoverable(id)),
                    moved => self.look_after_removal(moved.as_ref().unwrap_or(item), sought),
                }
            }
            Err(Unsuccessful::Refused(refusal)) if refusal.is_gone() => {
                self.look_after_removal(item, sought)
            }
            Err(Unsuccessful::Refused(refusal)) if is_about_the_way(&refusal) => {
                let removed = self.delete_and_look(item, sought)?;
                // Only a deletion that worked shows that the way was to blame, not the message.
                self.moves_refused.fetch_add(1, Ordering::Relaxed);
                Ok(removed)
            }
            Err(error) => Err(self.error(&Call::post("", DOING, b""), error)),
        }
    }

    fn delete_and_look(&self, item: &ItemId, sought: &Sought<'_>) -> Result<Removed, Error> {
        self.delete(item)?;
        self.look_after_removal(item, sought)
    }

    /// Deletes; a message that is not there, or lies in Recoverable Items where nothing can be
    /// deleted (facts: microsoft-graph 3.3), is deleted already. The caller looks where it lies.
    fn delete(&self, item: &ItemId) -> Result<(), Error> {
        let url = self.message_url(item, "");
        let call = Call { method: "DELETE", ..Call::get(&url, "deleting a message") };
        match self.call(&call) {
            Ok(_) => Ok(()),
            Err(Unsuccessful::Refused(refusal))
                if refusal.is_gone() || refusal.is("ErrorCannotDeleteObject") =>
            {
                Ok(())
            }
            Err(error) => Err(self.error(&call, error)),
        }
    }

    /// Where a message lies after it was removed, deleting it once more from Deleted Items.
    fn look_after_removal(&self, item: &ItemId, sought: &Sought<'_>) -> Result<Removed, Error> {
        let mut place = self.place_of(item, sought)?;
        if let Whereabouts::Deleted(there) = &place {
            // From there a deletion goes on to Recoverable Items (facts: microsoft-graph 3.3).
            self.delete(there)?;
            place = self.place_of(there, sought)?;
        }
        match place {
            Whereabouts::Recoverable(id) => Ok(Removed::Recoverable(id)),
            Whereabouts::Gone => Ok(Removed::Gone),
            Whereabouts::Deleted(_) | Whereabouts::Elsewhere | Whereabouts::Here => {
                Err(Error::Unknown(
                    "removing a message: it is still in the mailbox though the service took the \
                     request; trying again"
                        .to_owned(),
                ))
            }
        }
    }

    fn place_of(&self, item: &ItemId, sought: &Sought<'_>) -> Result<Whereabouts, Error> {
        match self.whereabouts_of(item)? {
            Whereabouts::Gone => self.place_of_sought(sought),
            place => Ok(place),
        }
    }

    /// Where a message lies whose id is no longer known: its id may not have survived.
    fn place_of_sought(&self, sought: &Sought<'_>) -> Result<Whereabouts, Error> {
        for (folder, place) in [
            (RECOVERABLE, Whereabouts::Recoverable as fn(ItemId) -> Whereabouts),
            (DELETED, Whereabouts::Deleted as fn(ItemId) -> Whereabouts),
        ] {
            match self.find_sought(folder, sought) {
                Ok(Some(id)) => return Ok(place(id)),
                Ok(None) => {}
                // Some mailboxes do not let Recoverable Items be listed: then it is simply gone.
                Err(Error::SignInNeeded(_) | Error::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Whereabouts::Gone)
    }
}

/// Whether a refusal may be about moving into Recoverable Items rather than about the message.
fn is_about_the_way(refusal: &Refusal) -> bool {
    matches!(refusal.status, 400 | 403 | 404 | 405 | 422 | 501)
}
