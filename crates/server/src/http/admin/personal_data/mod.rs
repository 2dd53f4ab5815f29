//! What is held on buyers and recipients.
pub mod erase;
pub mod export;
pub mod find;
