//! How long vouchers have to be valid at least.
pub mod change;
