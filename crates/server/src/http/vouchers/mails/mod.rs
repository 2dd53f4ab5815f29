//! Mails about a voucher.
pub mod create;
pub mod list;
