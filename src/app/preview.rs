//! What a run would do, found out without doing it: the mailboxes are only read, and what intake
//! decides is written into a private copy of the database that vanishes with it.

use std::sync::Arc;

use super::{App, Error, repeat};
use crate::desk::ledger::Preview;
use crate::store::Store;
use crate::workers::poller::{AfterImport, Poller, Settings};

impl App {
    /// What a run would do with what lies in the mailboxes now. Each mailbox fails alone: the second
    /// list holds a sentence for each that could not be read.
    pub fn preview(&self) -> Result<(Vec<Preview>, Vec<String>), Error> {
        let now = self.now();
        let mut store = Store::scratch(&self.config.store.path, now)?;
        let (mut previews, mut failures) = (Vec::new(), Vec::new());
        for account in self.accounts_in(&mut store)? {
            let name = account.settings.name.clone();
            let settings = Settings {
                after_import: AfterImport::Keep,
                copy_to: None,
                ..account.settings.clone()
            };
            store.want_reconciled(&name, now)?;
            let before = store.settled(account.id)?;
            let mut poller = Poller::new(
                store,
                Arc::clone(&account.mailbox),
                account.id,
                settings,
                account.policy.clone(),
            );
            let outcome = repeat(&mut poller, &*self.clock, &mut |_| Ok(()));
            store = poller.into_store();
            failures.extend(outcome.err().map(|error| error.to_string()));
            let mut preview = store.preview(account.id, &before)?;
            let taken = preview.tickets + preview.joins + preview.duplicates;
            preview.mailbox = name;
            preview.activated_at = account.policy.activated_at;
            match account.settings.after_import {
                AfterImport::Delete => preview.removals = taken,
                AfterImport::Move(_) => preview.moves = taken,
                AfterImport::Keep => {}
            }
            if account.settings.copy_to.is_some() {
                preview.copies = taken;
            }
            previews.push(preview);
        }
        Ok((previews, failures))
    }
}
