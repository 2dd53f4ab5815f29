//! Work that the server could not do.
pub mod again;
pub mod decide;
pub mod list;
