//! Sends a device's operations, takes the server's changes, and goes on by itself when the network comes back.
//!
//! What to do next is decided by pure functions ([`plan`]); [`Syncer`] does it over two traits, [`Replica`] (the device's
//! files) and [`Transport`] (the server). Neither a clock nor randomness of its own: both come with the replica.

mod bootstrap;
#[cfg(feature = "http")]
pub mod http;
pub mod plan;
mod prove;
mod recovery;
mod replica;
mod send;
mod status;
mod syncer;
mod transport;

pub use beadsbox_protocol::digest::{IdRange, LocalDigest};
#[cfg(feature = "http")]
pub use http::{HttpError, HttpServer, ServerAddress};
pub use prove::Proof;
pub use replica::{Answers, Finished, Loaded, Position, Replica};
pub use status::{Halt, Phase, Progress, SyncStatus, Trouble};
pub use syncer::Syncer;
pub use transport::{Transport, TransportError};
