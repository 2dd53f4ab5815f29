//! Vouchers.
pub mod history;
