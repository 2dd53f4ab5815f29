//! What devices do all day.
pub mod changes;
pub mod digest;
pub mod push;
pub mod range;
pub mod snapshot;
pub mod snapshot_chunk;
