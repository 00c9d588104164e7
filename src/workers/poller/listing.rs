//! Looking into the folder: listing or following it, giving every item its row, and finding out
//! about those that ought to be there and are not.

use super::Poller;
use crate::desk::ledger::Reconciliation;
use crate::desk::ticket::LedgerId;
use crate::mailbox::{self, Next, PagePosition, Whereabouts};
use crate::store::listing::{Absence, Expected, Seen};
use crate::time::Timestamp;
use crate::workers::Error;
use crate::workers::poller::AfterImport;

/// Missing items looked for after one listing; the others after the next.
const LOOKED_FOR: usize = 200;

/// Rows compared with a listing at a time.
const ROWS: u32 = 1_000;

impl Poller {
    /// Looks into the folder. With `full`, or where originals do not stay in it, everything in it is
    /// listed; else only what changed.
    pub(super) fn look(&mut self, full: bool, now: Timestamp) -> Result<(), Error> {
        if self.settings.after_import == AfterImport::Keep && self.may_follow && !full {
            return self.follow(now);
        }
        self.list(now)
    }

    /// Lists the whole folder and compares it with the ledger.
    fn list(&mut self, now: Timestamp) -> Result<(), Error> {
        let mut found = self.nothing_found();
        let (mut position, mut present, mut pages) = (None, Vec::new(), 0);
        loop {
            // After a failure the next round begins at the first page again.
            let page = self.mailbox.list(position.as_ref()).map_err(|error| self.failed(error))?;
            pages += 1;
            self.note(page.items, &mut present, &mut found, now)?;
            position = page.next;
            if position.is_none() {
                break;
            }
        }
        self.compare(present, found, now)?;
        self.looked(pages, now);
        Ok(())
    }

    /// Follows the changes of the folder from where the last round ended.
    fn follow(&mut self, now: Timestamp) -> Result<(), Error> {
        let mut position = self.store.position(self.id)?.map(PagePosition);
        let mut from_the_start = position.is_none();
        let mut found = self.nothing_found();
        let (mut present, mut left, mut pages) = (Vec::new(), Vec::new(), 0);
        let end = loop {
            pages += 1;
            let changes = match self.mailbox.changes(position.as_ref()) {
                Ok(changes) => changes,
                Err(mailbox::Error::ListExpired(why)) if !from_the_start => {
                    log::info!(target: "poller", "{}: {why}; listing anew", self.settings.name);
                    self.store.set_position(self.id, None)?;
                    (position, from_the_start) = (None, true);
                    (present, left, found) = (Vec::new(), Vec::new(), self.nothing_found());
                    continue;
                }
                Err(mailbox::Error::Refused(why)) if pages == 1 => {
                    log::warn!(
                        target: "poller",
                        "{}: {why}; listing the whole folder each time instead",
                        self.settings.name
                    );
                    self.may_follow = false;
                    return self.list(now);
                }
                Err(error) => return Err(self.failed(error)),
            };
            self.note(changes.items, &mut present, &mut found, now)?;
            left.extend(changes.left.into_iter().map(|item| item.0));
            match changes.next {
                Next::More(next) => position = Some(next),
                Next::Later(end) => break end,
            }
        };
        if from_the_start {
            self.compare(present, found, now)?;
        } else {
            let missing = self.store.expected_of(self.id, &left)?;
            self.look_for(missing, &mut found, now)?;
        }
        // Not before everything up to there is in the ledger.
        self.store.set_position(self.id, Some(&end.0))?;
        self.looked(pages, now);
        Ok(())
    }

    fn nothing_found(&self) -> Reconciliation {
        Reconciliation { mailbox: self.settings.name.clone(), ..Reconciliation::default() }
    }

    fn looked(&mut self, pages: u64, now: Timestamp) {
        self.listed_at = Some(now);
        self.pages = pages;
        self.handled = 0;
    }

    /// Gives the items of a page their rows.
    fn note(
        &mut self,
        items: Vec<mailbox::Listed>,
        present: &mut Vec<LedgerId>,
        found: &mut Reconciliation,
        now: Timestamp,
    ) -> Result<(), Error> {
        let seen: Vec<Seen> = items.into_iter().map(seen).collect();
        let noted = self.store.note_listed(self.id, &seen, now)?;
        found.listed += noted.rows.len() as u64;
        found.new += noted.new;
        found.returned += noted.returned;
        found.restored += noted.restored;
        present.extend(noted.rows);
        Ok(())
    }

    /// Compares the ledger with the rows a full listing showed.
    fn compare(
        &mut self,
        mut present: Vec<LedgerId>,
        mut found: Reconciliation,
        now: Timestamp,
    ) -> Result<(), Error> {
        present.sort_unstable();
        let mut missing = Vec::new();
        let mut after = LedgerId(0);
        while missing.len() < LOOKED_FOR {
            let rows = self.store.expected(self.id, now, after, ROWS)?;
            let Some(last) = rows.last() else { break };
            after = last.ledger;
            missing
                .extend(rows.into_iter().filter(|row| present.binary_search(&row.ledger).is_err()));
        }
        missing.truncate(LOOKED_FOR);
        self.look_for(missing, &mut found, now)?;
        if found.new > 0 {
            log::info!(target: "poller", "{}: {} new", self.settings.name, found.new);
        }
        self.store.note_reconciled(self.id, &found, now)?;
        Ok(())
    }

    /// Finds out where items are that were not in the folder. A listing alone proves nothing: it can
    /// miss what is there.
    fn look_for(
        &mut self,
        missing: Vec<Expected>,
        found: &mut Reconciliation,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut absent = Vec::with_capacity(missing.len());
        for row in missing {
            let item = mailbox::ItemId(row.item_id.clone());
            let place = self.mailbox.whereabouts(&item).map_err(|error| self.failed(error))?;
            let absence = match place {
                Whereabouts::Here => continue,
                Whereabouts::Elsewhere => Absence::Elsewhere,
                Whereabouts::Deleted(_) => Absence::Deleted,
                Whereabouts::Recoverable(item) => Absence::Recoverable(item.0),
                Whereabouts::Gone => Absence::Gone,
            };
            match row.is_open {
                true => found.vanished += 1,
                false => found.left += 1,
            }
            absent.push((row, absence));
        }
        let until = self.settings.days.end_of(now);
        Ok(self.store.note_absent(&absent, until, now)?)
    }
}

fn seen(listed: mailbox::Listed) -> Seen {
    Seen {
        item_id: listed.item.0,
        message_id: listed.message_id,
        received_at: listed.received_at,
        size: listed.size,
    }
}
