//! (to be written)

pub mod door;
