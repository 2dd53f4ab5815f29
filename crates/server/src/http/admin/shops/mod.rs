//! Shops.
pub mod change;
pub mod create;
pub mod list;
