//! Templates.
pub mod history;
