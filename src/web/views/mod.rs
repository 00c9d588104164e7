//! What draws HTML: a file for each page or part of one, which turns facts into markup. What a form
//! shows and what it asks for when it comes back are two sides of one thing and lie together here.
//! No view answers a request or knows `Pages`: what does is in `handlers`, which takes from here and
//! never the other way. The words are in `texts`, moments and numbers in `locale`, the style sheets
//! in `style/`; whether all is well is judged in `verdict`, since not only pages say so.

pub(super) mod account;
pub(super) mod alert;
pub(super) mod article;
pub(super) mod attached;
pub(super) mod bulk;
pub(super) mod changing;
mod chart;
pub(super) mod confirming;
pub(super) mod facts;
pub(super) mod figures;
pub(super) mod history;
pub(super) mod in_force;
pub(super) mod keys;
pub(super) mod layout;
pub(super) mod ledger;
pub(super) mod letter;
mod linked;
mod marks;
pub(super) mod opening;
pub(super) mod outbox;
pub(super) mod over;
mod parts;
pub(super) mod preview;
pub(super) mod records;
pub(super) mod requesters;
pub(super) mod search;
pub(super) mod sign_in;
pub(super) mod status;
pub(super) mod ticket;
pub(super) mod tickets;
pub(super) mod trail;
pub(super) mod work;
