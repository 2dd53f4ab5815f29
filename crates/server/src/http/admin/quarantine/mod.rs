//! What came from copies of devices and from revoked ones.
pub mod decide;
pub mod list;
