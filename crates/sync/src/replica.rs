//! The device's side, as the sync needs it.

use async_trait::async_trait;
use beadsbox_domain::Timestamp;
use beadsbox_protocol::{
    Incarnation,
    pull::{ChangesPage, Cursor},
    push::{OpResult, PushRequest},
};
use uuid::Uuid;

/// Where the device stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The server's epoch, as last seen.
    pub epoch: Uuid,
    /// Which life of the device this is.
    pub incarnation: Incarnation,
    /// How far the cache is.
    pub cursor: Cursor,
    /// The highest own `dev_seq` up to which every outcome is held.
    pub acked: u64,
    /// How many operations have no outcome yet.
    pub waiting: u64,
}

/// The device's files. Every method is durable when it returns, and may be called again with the same.
#[async_trait]
pub trait Replica: Send + Sync {
    /// What can go wrong with them.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Where the device stands.
    async fn position(&self) -> Result<Position, Self::Error>;
    /// The next batch to send, signed; none when nothing waits.
    async fn next_batch(&self) -> Result<Option<PushRequest>, Self::Error>;
    /// Keeps what the server decided.
    async fn record_results(&self, epoch: Uuid, results: &[OpResult]) -> Result<(), Self::Error>;
    /// Takes a page into the cache, with its cursor.
    async fn apply_page(&self, page: &ChangesPage) -> Result<(), Self::Error>;
    /// Empties the cache, to take everything anew. The outbox stays.
    async fn rebuild_cache(&self) -> Result<(), Self::Error>;
    /// The server has a new epoch, or holds less than this device thought: what comes after `last_seq` is sent again.
    async fn send_again_after(&self, epoch: Uuid, last_seq: u64) -> Result<(), Self::Error>;
    /// The server answered; its clock said this.
    async fn contacted(&self, server_time: Timestamp);
    /// The device was revoked: the cache goes, the outbox stays.
    async fn revoked(&self) -> Result<(), Self::Error>;
    /// A random number, to spread the devices' attempts.
    fn random(&self) -> u32;
}
