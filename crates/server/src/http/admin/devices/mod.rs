//! Devices.
pub mod change;
pub mod limits;
pub mod list;
pub mod revoke;
