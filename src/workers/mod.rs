//! The rounds of the house. A round does what is due and says how long to rest; it never loops,
//! sleeps or looks at a clock itself. Only the supervisor does.

mod conveyor;
pub mod poller;
pub mod sender;
pub mod sweeper;

use std::time::Duration;

use crate::time::Timestamp;
use crate::{mailbox, store};

/// Something done again and again.
pub trait Round: Send {
    /// Its name, as the log and the status page call it.
    fn name(&self) -> &str;

    /// Does what is due at `now`, and says how long to rest.
    fn round(&mut self, now: Timestamp) -> Result<Rest, Error>;
}

/// How long a round wants to rest, and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rest {
    /// Not at all: there is more to do.
    No,
    /// So long; then something that waits here is due.
    Until(Duration),
    /// So long; what waits here is held back by a limit of the service until then.
    Limited(Duration),
    /// So long; nothing waits here, but something new may come.
    Idle(Duration),
}

/// Why a round could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The mailbox.
    #[error("mailbox {name}: {error}")]
    Mailbox {
        /// Its name in the configuration.
        name: String,
        /// What happened.
        error: mailbox::Error,
    },
    /// The database.
    #[error("{0}")]
    Store(#[from] store::Error),
}

impl Error {
    /// How long the provider asked us to wait, if it did.
    pub fn asked_wait(&self) -> Option<Duration> {
        match self {
            Self::Mailbox { error: mailbox::Error::Throttled { wait, .. }, .. } => Some(*wait),
            _ => None,
        }
    }

    /// Whether nothing else of the same round can succeed either.
    pub fn stops_a_round(&self) -> bool {
        match self {
            Self::Mailbox { error, .. } => {
                matches!(error, mailbox::Error::Throttled { .. } | mailbox::Error::SignInNeeded(_))
            }
            Self::Store(_) => true,
        }
    }

    /// Whether only a person can mend it, so that trying again at once is of no use.
    pub fn needs_a_person(&self) -> bool {
        match self {
            Self::Mailbox { error, .. } => {
                matches!(error, mailbox::Error::SignInNeeded(_) | mailbox::Error::Refused(_))
            }
            Self::Store(_) => false,
        }
    }
}
