//! The practice mailbox answers, refuses and misbehaves as the real service is known to
//! (facts: microsoft-graph 13), and every answer fits the published description of the API.
#![allow(clippy::unwrap_used)]

mod graph_check;
