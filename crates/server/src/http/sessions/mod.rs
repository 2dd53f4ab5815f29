//! Staff members sign in and out.
pub mod create;
pub mod delete;
