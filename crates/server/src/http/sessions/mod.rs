//! Staff members sign in and out, and set their PINs.
pub mod create;
pub mod delete;
pub mod pin;
