//! How the organisation writes.
pub mod change;
pub mod preview;
pub mod read;
pub mod test;
pub mod text;
