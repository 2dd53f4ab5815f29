//! Where staff members get mail.
pub mod change;
pub mod list;
