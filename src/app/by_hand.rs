//! What a command wants of a mailbox: done at once when no appliance runs on the database, else left
//! to the one that does, so that never more requests are under way than one program makes.

use std::time::{Duration, Instant};

use super::{App, Error};
use crate::desk::ledger::{LedgerRow, Outcome, Reconciliation};
use crate::desk::ticket::LedgerId;
use crate::store::{self, Lock, Store};

/// How long a command waits for the running appliance.
const PATIENCE: Duration = Duration::from_secs(300);

/// The rest between two looks whether the appliance has done it.
const GLANCE: Duration = Duration::from_millis(200);

/// Whose name the audit entries of commands bear.
const ACTOR: &str = "cli";

impl App {
    /// Compares the ledger with a full listing of each configured mailbox, or of one, and imports
    /// what is missing.
    pub fn reconcile(&self, only: Option<&str>) -> Result<Vec<Reconciliation>, Error> {
        let names = self.names(only)?;
        let mut store = self.store()?;
        for name in &names {
            store.want_reconciled(name, self.now())?;
        }
        self.have_done(&names, &mut |store| {
            for name in &names {
                if store.reconciliation(name)?.is_none() {
                    return Ok(false);
                }
            }
            Ok(true)
        })?;
        let mut found = Vec::with_capacity(names.len());
        for name in &names {
            found.extend(store.reconciliation(name)?.map(|(_, found)| found));
        }
        Ok(found)
    }

    /// Has messages tried again; with `forced` each becomes a ticket whatever kept it from that.
    /// Returns their rows as they are then.
    pub fn try_again(&self, ids: &[LedgerId], forced: bool) -> Result<Vec<LedgerRow>, Error> {
        let mut store = self.store()?;
        let rows = |store: &mut Store| -> Result<Vec<LedgerRow>, store::Error> {
            ids.iter().map(|id| store.ledger_row(*id)).collect()
        };
        let mut names: Vec<String> = rows(&mut store)?.into_iter().map(|row| row.mailbox).collect();
        names.sort();
        names.dedup();
        for name in &names {
            self.names(Some(name))?;
        }
        store.try_again(ids, forced, ACTOR, self.now())?;
        let tried = |row: &LedgerRow| row.outcome != Outcome::Waiting || !row.reason.is_empty();
        self.have_done(&names, &mut |store| Ok(rows(store)?.iter().all(tried)))?;
        Ok(rows(&mut store)?)
    }

    /// Discards a message that was not taken in.
    pub fn discard(&self, id: LedgerId, reason: &str) -> Result<LedgerRow, Error> {
        let mut store = self.store()?;
        store.discard(id, reason, ACTOR, self.now())?;
        Ok(store.ledger_row(id)?)
    }

    /// The names of the configured mailboxes, or the one that is meant.
    fn names(&self, only: Option<&str>) -> Result<Vec<String>, Error> {
        let all = self.config.mailboxes.iter().map(|mailbox| mailbox.name.clone());
        let names: Vec<String> = all.filter(|name| only.is_none_or(|only| only == name)).collect();
        match only {
            Some(only) if names.is_empty() => Err(Error::Settings(format!(
                "there is no mailbox {only} in {}",
                self.config.file.display()
            ))),
            _ => Ok(names),
        }
    }

    /// Has the rounds of these mailboxes do what was noted in the database.
    fn have_done(
        &self,
        names: &[String],
        is_done: &mut dyn FnMut(&mut Store) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let mut store = self.store()?;
        let begun = Instant::now();
        loop {
            match Lock::take(&self.config.store.path) {
                Ok(_lock) => {
                    for account in self.accounts()? {
                        if names.contains(&account.settings.name) {
                            self.until_idle(&mut self.poller(&account)?, &mut || Ok(()))?;
                        }
                    }
                    return Ok(());
                }
                Err(store::Error::InUse(_)) => {}
                Err(error) => return Err(error.into()),
            }
            if is_done(&mut store)? {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                return Err(Error::Settings(
                    "the running appliance has not done it yet; it is noted and will be done at \
                     its next look into the mailbox"
                        .to_owned(),
                ));
            }
            std::thread::sleep(GLANCE);
        }
    }
}
