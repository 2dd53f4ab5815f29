//! Devices.
pub mod enrol;
