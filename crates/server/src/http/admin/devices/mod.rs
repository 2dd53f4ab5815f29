//! Devices.
pub mod list;
pub mod revoke;
