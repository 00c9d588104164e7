//! Retention: what is past its days goes, in every place it lay, a batch at a time.

use std::time::Duration;

use super::{Error, Rest, Round};
use crate::desk::retention::Days;
use crate::store::Store;
use crate::time::Timestamp;

/// Things of each kind erased in one transaction.
const BATCH: u32 = 200;

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
        if gone.is_empty() {
            return Ok(Rest::Idle(REST));
        }
        log::info!(target: "sweeper", "{} past their days erased", gone.len());
        Ok(Rest::No)
    }
}
