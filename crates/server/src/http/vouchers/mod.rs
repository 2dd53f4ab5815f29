//! Vouchers.
pub mod history;
pub mod mails;
