//! counterfoil turns the mail of a dedicated mailbox into tickets, and can prove that none was lost.
//!
//! # The house on one page
//!
//! Pick the column by which way the mail is going, and the floor by the kind of work.
//!
//! ```text
//!               incoming            outgoing          ageing              asking
//!  4 front    | main    cli/    config    app    supervisor    logging          | start it, keep it going
//!  3 rounds   | workers/poller      workers/sender    workers/sweeper     web/  | one thread each
//!  2 doors    | mailbox/  graph           ||    store/  one file per column     | network || disk
//!  1 desk     | intake thread       outgoing          retention           ticket| decisions: no I/O, no clock
//!             | machine             template                              audit |
//!  0 words    | mail/  parse html quote subject compose       time              | what an email and a day are
//!
//!    beside   | practice/   a pretended Microsoft 365, a small house of its own; only cli opens its door
//! ```
//!
//! A `use crate::…` points down, never up or sideways; the front floor may use itself, and so may
//! a folder. The two doors never meet: `mailbox` knows no ticket, `store` no provider. `rusqlite`
//! appears only in `store/`, `ureq` only in `mailbox/`, `tiny_http` only in `web/` and `practice/`,
//! and the system clock only in `app.rs`. `tests/floors.rs` reads the sources and says so.
//!
//! # How a message goes through
//!
//! * **Incoming** ([`workers::poller`]): list the folder, write a ledger row for each new item, find
//!   out about those that are missing ([`store::listing`]), fetch the raw bytes, read them ([`mail::parse`]), ask the store what is known, decide
//!   ([`desk::intake`]), write everything in one transaction ([`store::intake`]); only then copy
//!   and remove the original.
//! * **Outgoing** ([`workers::sender`]): a reply or an acknowledgement becomes an outbox row in the
//!   transaction that made it; the sender drafts it in the mailbox, adds its large
//!   attachments, remembers the draft, sends it.
//! * **Ageing** ([`workers::sweeper`]): what is past its days goes, with one audit entry each.
//! * **Asking** ([`web`], `cli`): a request touches the store and nothing else.
//!
//! Every step may be cut off by a power cut and done again.

// floor 0: words
pub mod mail;
pub mod time;

// floor 1: decisions
pub mod desk;

// floor 2: doors
pub mod mailbox;
pub mod store;

// floor 3: rounds
pub mod web;
pub mod workers;

// floor 4: front
pub mod app;
pub mod cli;
pub mod config;
pub mod logging;
pub mod supervisor;

// beside the house
pub mod practice;
