//! Other people use the mailbox too: they drag letters out and back, delete and restore them, rename
//! folders, fill the mailbox up, and put a backup in its place. Nothing is lost, nothing doubled,
//! what a person did is left as it is, and the ledger says what happened.

#![allow(clippy::unwrap_used)]

#[path = "changed_by_others/backup.rs"]
mod backup;
#[path = "changed_by_others/folders.rs"]
mod folders;
#[path = "support/in_process.rs"]
mod in_process;
#[path = "changed_by_others/letters.rs"]
mod letters;
#[path = "changed_by_others/spoilt.rs"]
mod spoilt;

use counterfoil::practice::Kind;

/// The mailbox of all these stories.
pub(crate) const ADDRESS: &str = "support@office.example";
pub(crate) const RECOVERABLE: &str = "recoverableitemsdeletions";

/// A service that fails.
pub(crate) fn failing() -> Kind {
    Kind::Status { code: 500, retry_after: None }
}
