//! The numbers of the accountants' accounts.
pub mod change;
