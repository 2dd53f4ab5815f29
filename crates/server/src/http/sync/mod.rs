//! What devices do all day.
pub mod changes;
pub mod operations;
pub mod push;
