//! What happens to one original once its message is taken in: it is copied, then removed, moved or
//! kept; and whose an item is that was found by looking.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError, RwLock};

use super::{AfterImport, Settings};
use crate::desk::fingerprint::fingerprint;
use crate::mail::parse;
use crate::mailbox::{self, ItemId, Mailbox, Removed, Sought, Whereabouts};
use crate::store::filing::{Filed, ToFile};

/// Items that were made or recognised in this run, so that none is taken for two messages'.
#[derive(Default)]
pub(super) struct Claims {
    items: Mutex<HashSet<ItemId>>,
    /// Held for reading while a copy is made, for writing while one is looked for.
    making: RwLock<()>,
}

impl Claims {
    fn note(&self, item: &ItemId) {
        self.items.lock().unwrap_or_else(PoisonError::into_inner).insert(item.clone());
    }

    /// Takes an item unless it is known to be another message's.
    fn take(&self, item: &ItemId, known: &[String]) -> bool {
        !known.contains(&item.0)
            && self.items.lock().unwrap_or_else(PoisonError::into_inner).insert(item.clone())
    }
}

/// Copies, then removes, moves or keeps one original; what was done, and what failed after that.
/// `look_first` when an earlier attempt may have copied or moved it already, or somebody had the
/// time to.
pub(super) fn file(
    mailbox: &dyn Mailbox,
    settings: &Settings,
    claims: &Claims,
    original: &ToFile,
    look_first: bool,
) -> (Vec<Filed>, Option<mailbox::Error>) {
    let item = ItemId(original.item_id.clone());
    let is_it = |raw: &[u8]| is_same(raw, original.fingerprint.as_deref());
    let take = |found: &ItemId| claims.take(found, &original.taken);
    let sought = Sought {
        message_id: original.message_id.as_ref(),
        received_at: original.received_at,
        is_it: &is_it,
        take: &take,
    };
    let mut steps = Vec::with_capacity(2);
    let place = match look_first {
        true => match mailbox.whereabouts(&item) {
            Ok(place) => place,
            Err(error) => return (steps, Some(error)),
        },
        false => Whereabouts::Here,
    };
    if let Some(folder) = settings.copy_to.as_deref().filter(|_| !original.copied) {
        match copy(mailbox, claims, &item, Some(&sought).filter(|_| look_first), folder) {
            Ok(copy) => steps.push(Filed::Copied { item_id: copy.0 }),
            // Nothing is left to be copied, if it is true.
            Err(mailbox::Error::Gone(why)) => match mailbox.whereabouts(&item) {
                Ok(Whereabouts::Gone | Whereabouts::Recoverable(_)) => {}
                Ok(_) => return (steps, Some(mailbox::Error::Unreachable(why))),
                Err(error) => return (steps, Some(error)),
            },
            // Somebody else removed it, and from there it cannot be copied.
            Err(mailbox::Error::Refused(_)) if matches!(place, Whereabouts::Recoverable(_)) => {}
            Err(error) => return (steps, Some(error)),
        }
    }
    let last = match (&settings.after_import, place) {
        (AfterImport::Keep, Whereabouts::Here) => Ok(Filed::Kept),
        (_, Whereabouts::Elsewhere) => Ok(Filed::Elsewhere),
        (_, Whereabouts::Recoverable(item)) => Ok(Filed::Removed { item_id: item.0 }),
        (AfterImport::Keep, Whereabouts::Deleted(_)) => Ok(Filed::Elsewhere),
        (AfterImport::Keep, Whereabouts::Gone) => Ok(Filed::Gone),
        (AfterImport::Move(folder), _) => match mailbox.move_to(&item, folder) {
            Ok(_) => Ok(Filed::Moved),
            Err(mailbox::Error::Gone(why)) => match mailbox.whereabouts(&item) {
                Ok(Whereabouts::Gone) => Ok(Filed::Gone),
                Ok(Whereabouts::Recoverable(item)) => Ok(Filed::Removed { item_id: item.0 }),
                Ok(_) => Err(mailbox::Error::Unreachable(why)),
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        },
        (AfterImport::Delete, _) => mailbox.remove(&item, &sought).map(|removed| match removed {
            Removed::Recoverable(item) => Filed::Removed { item_id: item.0 },
            Removed::Gone => Filed::Gone,
        }),
    };
    match last {
        Ok(step) => {
            steps.push(step);
            (steps, None)
        }
        Err(error) => (steps, Some(error)),
    }
}

/// Makes a copy, or finds the one an earlier attempt made when there is something to look for.
fn copy(
    mailbox: &dyn Mailbox,
    claims: &Claims,
    item: &ItemId,
    look_for: Option<&Sought<'_>>,
    folder: &str,
) -> Result<ItemId, mailbox::Error> {
    let Some(sought) = look_for else {
        let _making = claims.making.read().unwrap_or_else(PoisonError::into_inner);
        let copy = mailbox.copy(item, folder)?;
        claims.note(&copy);
        return Ok(copy);
    };
    // Nobody makes a copy meanwhile, which could be taken for the one that is looked for.
    let _looking = claims.making.write().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = mailbox.find_copy(sought, folder)? {
        return Ok(found);
    }
    let copy = mailbox.copy(item, folder)?;
    claims.note(&copy);
    Ok(copy)
}

/// Whether these bytes are the letter of this fingerprint. The service rebuilds them each time, so
/// they are read rather than compared.
fn is_same(raw: &[u8], known: Option<&str>) -> bool {
    let read = || fingerprint(&parse::parse(raw));
    let found = catch_unwind(AssertUnwindSafe(read)).ok();
    known.is_some() && found.as_deref() == known
}
