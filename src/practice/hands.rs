//! What other people do to a mailbox while a program works on it: they drag letters about, delete
//! and restore them, rename and delete folders, fill it up, or put a backup in its place; and what
//! an administrator of the service does: take it down and up. Everything here goes by folder names
//! and immutable ids, past every check a request meets.

use super::house::{Account, House};
use super::ids::Named;
use super::listener::Listener;
use super::mailbox::{DELETED, INBOX, Mailbox, RECOVERABLE, ROOT, WELL_KNOWN};
use super::{Error, Practice};

impl Practice {
    /// Moves a letter by its immutable id into a folder, which is made when missing: a well-known
    /// name, or display names with `/` between them.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchMailbox`]; [`Error::NoSuch`] for a letter that does not exist.
    pub fn move_letter(&self, address: &str, id: &str, folder: &str) -> Result<(), Error> {
        let (house, account) = self.place(address)?;
        let mut mailbox = account.open(house);
        let number = letter(&mailbox, address, id)?;
        let folder = made(&mut mailbox, folder);
        mailbox.shift(number, folder, house.clock.now(), true);
        Ok(())
    }

    /// Makes a folder with its missing parents, unless it is there.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchMailbox`].
    pub fn make_folder(&self, address: &str, folder: &str) -> Result<(), Error> {
        let (house, account) = self.place(address)?;
        made(&mut account.open(house), folder);
        Ok(())
    }

    /// Deletes a letter into Recoverable Items and answers with its immutable id there, which is
    /// another one when [`Switches::immutable_id_survives_soft_delete`] is off.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchMailbox`], [`Error::NoSuch`].
    ///
    /// [`Switches::immutable_id_survives_soft_delete`]: super::Switches::immutable_id_survives_soft_delete
    pub fn soft_delete(&self, address: &str, id: &str) -> Result<String, Error> {
        let (house, account) = self.place(address)?;
        let mut mailbox = account.open(house);
        let number = letter(&mailbox, address, id)?;
        let lasting = house.settings.switches.immutable_id_survives_soft_delete;
        let there = mailbox.shift(number, RECOVERABLE, house.clock.now(), lasting);
        Ok(mailbox.ids.write(Named::Item(there.unwrap_or(number))))
    }

    /// Puts a letter back into the Inbox, wherever it lies.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchMailbox`], [`Error::NoSuch`].
    pub fn restore_letter(&self, address: &str, id: &str) -> Result<(), Error> {
        let (house, account) = self.place(address)?;
        let mut mailbox = account.open(house);
        let number = letter(&mailbox, address, id)?;
        mailbox.shift(number, INBOX, house.clock.now(), true);
        Ok(())
    }

    /// Removes a letter for good, out of every user's sight.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchMailbox`], [`Error::NoSuch`].
    pub fn purge_letter(&self, address: &str, id: &str) -> Result<(), Error> {
        let (house, account) = self.place(address)?;
        let mut mailbox = account.open(house);
        let number = letter(&mailbox, address, id)?;
        mailbox.erase(number);
        Ok(())
    }

    /// Gives a folder another display name; its id stays.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchMailbox`]; [`Error::NoSuch`] for a folder that does not exist;
    /// [`Error::NotPossible`] for one that every mailbox has, or a name that is taken.
    pub fn rename_folder(&self, address: &str, folder: &str, name: &str) -> Result<(), Error> {
        let (house, account) = self.place(address)?;
        let mut mailbox = account.open(house);
        let number = own_folder(&mailbox, address, folder)?;
        let parent = mailbox.folders.get(&number).map_or(ROOT, |one| one.parent);
        if mailbox.child(parent, name).is_some_and(|other| other != number) {
            return Err(Error::NotPossible(folder.to_owned()));
        }
        if let Some(one) = mailbox.folders.get_mut(&number) {
            one.name = name.to_owned();
        }
        Ok(())
    }

    /// Shows a folder that every mailbox has under its name in another language of the mailbox,
    /// such as `inbox` as Posteingang; its well-known name stays (facts: microsoft-graph 2.7).
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchMailbox`], [`Error::NoSuch`].
    pub fn localise_folder(
        &self,
        address: &str,
        well_known: &str,
        name: &str,
    ) -> Result<(), Error> {
        let (house, account) = self.place(address)?;
        let mut mailbox = account.open(house);
        let number = Mailbox::well_known(well_known);
        match number.and_then(|number| mailbox.folders.get_mut(&number)) {
            Some(folder) => folder.name = name.to_owned(),
            None => return Err(no_folder(address, well_known)),
        }
        Ok(())
    }

    /// Deletes a folder as Outlook does: with its contents it lies below Deleted Items afterwards,
    /// and its id stays good. A name that is taken there gets a number.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchMailbox`], [`Error::NoSuch`], [`Error::NotPossible`].
    pub fn delete_folder(&self, address: &str, folder: &str) -> Result<(), Error> {
        let (house, account) = self.place(address)?;
        let mut mailbox = account.open(house);
        let number = own_folder(&mailbox, address, folder)?;
        let name = mailbox.folders.get(&number).map_or_else(String::new, |one| one.name.clone());
        let mut free = name.clone();
        for count in 1.. {
            if mailbox.child(DELETED, &free).is_none_or(|other| other == number) {
                break;
            }
            free = format!("{name}{count}");
        }
        if let Some(one) = mailbox.folders.get_mut(&number) {
            (one.parent, one.name) = (DELETED, free);
        }
        Ok(())
    }

    /// Deletes a folder for good, wherever it lies: its id answers `ErrorFolderNotFound` from then
    /// on, and its letters lie in Recoverable Items.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchMailbox`], [`Error::NoSuch`], [`Error::NotPossible`].
    pub fn purge_folder(&self, address: &str, folder: &str) -> Result<(), Error> {
        let (house, account) = self.place(address)?;
        let mut mailbox = account.open(house);
        let number = own_folder(&mailbox, address, folder)?;
        mailbox.remove_folder(number, house.clock.now());
        Ok(())
    }

    /// Fills a mailbox up, or makes room in it. While it is full, copies, drafts and sendMail are
    /// refused with `ErrorQuotaExceeded` (facts: microsoft-graph 4.8); moving and deleting works.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchMailbox`].
    pub fn set_full(&self, address: &str, full: bool) -> Result<(), Error> {
        let (house, account) = self.place(address)?;
        account.open(house).full = full;
        Ok(())
    }

    /// Puts a backup of a mailbox in its place: every item has new ids of both kinds, the old ones
    /// answer `ErrorItemNotFound`, and no delta link is known any more. Folders with their ids,
    /// contents, Message-IDs and times of receipt stay.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchMailbox`].
    pub fn restore_from_backup(&self, address: &str) -> Result<(), Error> {
        let (house, account) = self.place(address)?;
        account.open(house).renumber();
        Ok(())
    }

    /// Makes every delta link given out for a mailbox answer 410 `SyncStateNotFound`.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchMailbox`].
    pub fn expire_delta_links(&self, address: &str) -> Result<(), Error> {
        let (house, account) = self.place(address)?;
        account.open(house).generation += 1;
        Ok(())
    }

    /// Takes the service down: every connection ends and new ones are refused. What lies in the
    /// mailboxes stays, and so do the tokens.
    pub fn down(&self) {
        self.listeners.iter().for_each(Listener::down);
    }

    /// Takes the service up again, on the same ports; does nothing when it was not down.
    ///
    /// # Errors
    ///
    /// [`Error::Listen`] when somebody else took a port in the meantime.
    pub fn up(&self) -> Result<(), Error> {
        for listener in &self.listeners {
            listener.up().map_err(|error| Error::Listen(listener.address(), error))?;
        }
        Ok(())
    }

    /// Whether connections are refused, by order or by a fault.
    pub fn is_down(&self) -> bool {
        self.listeners.iter().any(Listener::is_down)
    }

    fn place(&self, address: &str) -> Result<(&House, &Account), Error> {
        let house = self.house_of(address);
        Ok((house, house.mailbox(address)?))
    }
}

/// The number of the letter an immutable id names.
fn letter(mailbox: &Mailbox, address: &str, id: &str) -> Result<u64, Error> {
    match mailbox.ids.read(id) {
        Ok(Named::Item(number)) if mailbox.item(number).is_some() => Ok(number),
        _ => Err(Error::NoSuch { what: format!("letter {id}"), address: address.to_owned() }),
    }
}

/// The number of a folder that may be renamed and deleted.
fn own_folder(mailbox: &Mailbox, address: &str, folder: &str) -> Result<u64, Error> {
    match mailbox.find(folder) {
        None => Err(no_folder(address, folder)),
        Some(number) if number <= WELL_KNOWN.len() as u64 => {
            Err(Error::NotPossible(folder.to_owned()))
        }
        Some(number) => Ok(number),
    }
}

fn no_folder(address: &str, folder: &str) -> Error {
    Error::NoSuch { what: format!("folder {folder}"), address: address.to_owned() }
}

/// The number of a folder, whose missing parts are made.
fn made(mailbox: &mut Mailbox, path: &str) -> u64 {
    if let Some(number) = mailbox.find(path) {
        return number;
    }
    path.split('/').filter(|part| !part.is_empty()).fold(ROOT, |parent, name| {
        let there = mailbox.child(parent, name);
        there.or_else(|| mailbox.make_folder(parent, name, false)).unwrap_or(parent)
    })
}
