//! Staff members sign in and out, and set their PINs, passwords and second factors.
pub mod create;
pub mod delete;
pub mod password;
pub mod pin;
pub mod second_factor;
