//! The way to the server, as the sync needs it.

use async_trait::async_trait;
use beadsbox_protocol::{
    Problem,
    pull::{ChangesPage, ChangesQuery},
    push::{PushRequest, PushResponse},
};

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

/// The two requests of the sync.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends a batch of operations.
    async fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError>;
    /// Takes a page of changes; may wait for it as long as the query says.
    async fn changes(&self, query: &ChangesQuery) -> Result<ChangesPage, TransportError>;
}
