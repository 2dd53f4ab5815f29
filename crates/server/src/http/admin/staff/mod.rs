//! Staff members.
pub mod change;
pub mod create;
pub mod list;
pub mod reset_password;
pub mod second_factor;
