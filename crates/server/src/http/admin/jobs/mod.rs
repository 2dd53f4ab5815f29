//! Work that the server could not do.
pub mod decide;
pub mod list;
