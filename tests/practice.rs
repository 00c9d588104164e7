//! The practice mailbox answers, refuses and misbehaves as the real service is known to
//! (facts: microsoft-graph 13), and every answer fits the published description of the API.
#![allow(clippy::unwrap_used)]

#[path = "practice/attaching.rs"]
mod attaching;
#[path = "practice/changing.rs"]
mod changing;
#[path = "practice/client.rs"]
mod client;
#[path = "practice/corresponding.rs"]
mod corresponding;
mod graph_check;
#[path = "practice/hands.rs"]
mod hands;
#[path = "practice/misbehaving.rs"]
mod misbehaving;
#[path = "practice/page.rs"]
mod page;
#[path = "practice/reading.rs"]
mod reading;
#[path = "practice/sending.rs"]
mod sending;
#[path = "practice/signing_in.rs"]
mod signing_in;
