//! How much work a test took, whatever else the machine does meanwhile.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The processor time of this thread since it began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort(Duration);

impl Effort {
    /// Begins to measure.
    pub(crate) fn begin() -> Self {
        Self(spent())
    }

    /// What was spent since.
    pub(crate) fn elapsed(self) -> Duration {
        spent().saturating_sub(self.0)
    }
}

fn spent() -> Duration {
    let spent = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(spent.tv_sec.unsigned_abs(), u32::try_from(spent.tv_nsec).unwrap_or_default())
}
