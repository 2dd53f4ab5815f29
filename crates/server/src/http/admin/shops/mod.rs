//! Shops.
pub mod create;
pub mod list;
