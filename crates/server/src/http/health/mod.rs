//! For whoever watches the process.
pub mod live;
pub mod ready;
