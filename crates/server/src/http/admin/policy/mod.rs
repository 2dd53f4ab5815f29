//! What the organisation sets.
pub mod change;
