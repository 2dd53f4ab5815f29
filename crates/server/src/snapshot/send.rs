//! `GET /v1/sync/snapshot/{id}/{number}`: a chunk, or its rest. So many are sent at once that a morning on which every till
//! begins anew neither fills the memory nor keeps redemptions waiting.

use std::{sync::Arc, time::Duration};

use axum::{body::Bytes, http::StatusCode};
use beadsbox_protocol::{ErrorCode, Profile};
use tokio::{sync::OwnedSemaphorePermit, time::timeout};
use uuid::Uuid;

use crate::{db, error::Failure, state::App};

/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// A chunk on its way.
pub(crate) struct Sent {
    /// Those asked for.
    pub bytes: Bytes,
    /// How many the whole chunk has.
    pub total: u64,
    /// Of the whole chunk, hexadecimal.
    pub sha256: String,
}

/// Bytes that keep their place among those that are sent, until the last of them has left.
struct Placed {
    bytes: Vec<u8>,
    _place: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Placed {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// A chunk from a byte on.
pub(crate) async fn chunk(app: &App, profile: Profile, id: Uuid, number: u32, from: u64) -> Result<Sent, Failure> {
    let places = Arc::clone(&app.snapshots.sending);
    let Ok(Ok(place)) = timeout(PATIENCE, places.acquire_owned()).await else { return Err(Failure::unavailable()) };
    let found = db::snapshot::chunk(&mut *app.pool.acquire().await?, (profile, app.identity.epoch), id, number, from).await?;
    let Some(found) = found else {
        return Err(Failure::told(StatusCode::GONE, ErrorCode::SnapshotGone, "that snapshot is no longer kept: ask for the newest one"));
    };
    if found.bytes.is_empty() {
        return Err(Failure::told(StatusCode::RANGE_NOT_SATISFIABLE, ErrorCode::Malformed, "the chunk ends before that byte"));
    }
    Ok(Sent {
        total: db::to_count(found.total.into()),
        sha256: hex::encode(found.sha256),
        bytes: Bytes::from_owner(Placed { bytes: found.bytes, _place: place }),
    })
}
