//! The store on real files.
#![expect(clippy::unwrap_used, reason = "what a fixture cannot do is a failed test")]

mod batches;
mod common;
mod damaged;
mod effective;
mod exchange;
mod files;
mod load;
mod other_versions;
mod paging;
mod pins;
mod recording;
mod recovery;
mod rule_6;
mod search;
mod sign_in;
mod stock;
mod sync;
