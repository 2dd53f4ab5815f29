//! What is for sale.
pub mod read;
