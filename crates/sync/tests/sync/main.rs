//! The syncer over a server and files that live in memory and follow the protocol, with faults on demand. Time is tokio's and stands
//! still until it is awaited, so that pauses cost nothing. The real server and files meet in the app's tests.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod recovery;
mod sending;
mod stage;
mod syncer;
mod whole;
