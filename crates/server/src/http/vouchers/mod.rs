//! Vouchers.
pub mod history;
pub mod list;
pub mod mails;
