//! Who administered what.
pub mod list;
