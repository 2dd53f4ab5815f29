//! Conflicts.
pub mod assignee;
