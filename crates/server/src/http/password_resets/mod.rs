//! People set a password that they forgot, by mail.
pub mod create;
pub mod redeem;
