//! The decisions of the house, as values: what a message becomes, what is never answered, what is
//! past its days. No I/O, no clock, nothing to mock; whoever asks hands in the facts and the time.

pub mod acknowledgement;
pub mod audit;
pub mod bounced;
pub mod caps;
pub mod change;
pub mod decision;
pub mod digest;
pub mod draft;
pub mod figures;
pub mod fingerprint;
pub mod folding;
pub mod intake;
pub mod language;
pub mod ledger;
pub mod machine;
pub mod new;
pub mod notice;
pub mod noticed;
pub mod opening;
pub mod outbox;
pub mod outgoing;
pub mod policy;
pub mod query;
pub mod quoting;
pub mod recipients;
pub mod retention;
pub mod rules;
pub mod sender;
pub mod signing_in;
pub mod template;
pub mod thread;
pub mod ticket;
pub mod typed;
pub mod wording;
pub mod writing;
