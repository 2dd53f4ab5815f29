//! Devices.
pub mod limits;
pub mod list;
pub mod revoke;
