//! What kind of server this is.
pub mod read;
