//! One-time codes with which devices enrol.
pub mod create;
