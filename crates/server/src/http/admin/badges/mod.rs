//! What staff members show at a till.
pub mod create;
pub mod delete;
