//! Files of operations, of tills that are not online again.
pub mod create;
