//! Retention: what is past its days goes, in every place it lay, a batch at a time. In between the
//! search index gets the articles it does not know yet, and is put in order.

use std::time::Duration;

use super::{Error, Rest, Round};
use crate::desk::retention::Days;
use crate::store::Store;
use crate::time::Timestamp;

/// Things of each kind erased in one transaction.
const BATCH: u32 = 200;

/// Articles put into the search index in one transaction.
const INDEXED: u32 = 500;

/// The rest when nothing is past its days.
const REST: Duration = Duration::from_secs(3_600);

/// The round of retention.
pub struct Sweeper {
    store: Store,
    days: Days,
}

impl Sweeper {
    /// A round with these days.
    pub fn new(store: Store, days: Days) -> Self {
        Self { store, days }
    }
}

impl Round for Sweeper {
    fn name(&self) -> &str {
        "sweeper"
    }

    fn round(&mut self, now: Timestamp) -> Result<Rest, Error> {
        let gone = self.store.erase(self.days, now, BATCH)?;
        if !gone.is_empty() {
            log::info!(target: "sweeper", "{} past their days erased", gone.len());
            return Ok(Rest::No);
        }
        if self.store.index_older(INDEXED)? > 0 || self.store.tidy_index()? {
            return Ok(Rest::No);
        }
        Ok(Rest::Idle(REST))
    }
}
