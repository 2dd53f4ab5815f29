//! The way to the server, as the sync needs it.

use async_trait::async_trait;
use beadsbox_protocol::{
    Problem,
    digest::{DigestAnswer, DigestQuery, RangeQuery, RangeRows},
    enrol::{RecogniseRequest, RecogniseResponse},
    fork::{ForkRequest, ForkResponse, OwnOperations, OwnOperationsQuery},
    pull::{ChangesPage, ChangesQuery},
    push::{PushRequest, PushResponse},
    snapshot::{SnapshotAnswer, SnapshotQuery},
};
use uuid::Uuid;

/// Why a request brought no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// Nobody answered: no network, no server, or not in time. What was sent may have arrived all the same.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// The server answered that it will not.
    #[error("the server refused: {} ({:?})", .0.title, .0.code)]
    Refused(Box<Problem>),
    /// Something answered that is no Beads Box server: a proxy's page, another program.
    #[error("the answer is not a Beads Box server's: {0}")]
    NotUnderstood(String),
}

/// The requests of the sync.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends a batch of operations.
    async fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError>;
    /// Takes a page of changes; may wait for it as long as the query says.
    async fn changes(&self, query: &ChangesQuery) -> Result<ChangesPage, TransportError>;
    /// Asks for everything at one moment, where that is quicker than the pages after that place.
    async fn snapshot(&self, query: &SnapshotQuery) -> Result<SnapshotAnswer, TransportError>;
    /// Takes a chunk of a snapshot, from that byte on; of one that is cut, what came.
    async fn snapshot_chunk(&self, snapshot: Uuid, number: usize, from_byte: u64) -> Result<Vec<u8>, TransportError>;
    /// Asks what the server holds of a range.
    async fn digest(&self, query: &DigestQuery) -> Result<DigestAnswer, TransportError>;
    /// Takes the rows of a range.
    async fn range(&self, query: &RangeQuery) -> Result<RangeRows, TransportError>;
    /// Takes this device's own operations back.
    async fn own_operations(&self, query: &OwnOperationsQuery) -> Result<OwnOperations, TransportError>;
    /// Asks to go on as another life of the device.
    async fn fork(&self, request: &ForkRequest) -> Result<ForkResponse, TransportError>;
    /// Shows the enrolment's certificate to a server that lost the device.
    async fn recognise(&self, request: &RecogniseRequest) -> Result<RecogniseResponse, TransportError>;
}
