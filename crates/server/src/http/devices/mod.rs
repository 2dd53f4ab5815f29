//! Devices.
pub mod enrol;
pub mod incarnations;
pub mod recognise;
