//! (to be written)
pub mod letters;
