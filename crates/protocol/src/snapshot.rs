//! `GET /v1/sync/snapshot`: everything at one moment, for a device whose cache is empty or far behind.
//!
//! A manifest names the chunks; each chunk is zstd over [`Record`]s in postcard's format, one after the other, and has a SHA-256.
//! The first chunk holds every row but the vouchers, so that a device can sell before the rest has come.

use beadsbox_domain::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    flat::{ContentHash, FlatVoucher},
    pull::Cursor,
};

/// The format of chunks and digests. A device that reads another one takes pages from the feed's beginning instead.
pub const SNAPSHOT_FORMAT: u32 = 2;
/// A feed with fewer entities is taken by pages: a snapshot would not be quicker.
pub const LEAST_ENTITIES: u64 = 5_000;
/// The most bytes of a chunk, uncompressed.
pub const MOST_CHUNK_BYTES: usize = 16 * 1024 * 1024;

/// Asks for a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SnapshotQuery {
    /// How far the device's cache is in the feed; 0 for an empty one.
    #[serde(default)]
    pub after: u64,
}

/// What a device that asks for a snapshot is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SnapshotAnswer {
    /// What the device lacks is little: take it page by page.
    NotNeeded,
    /// It is being made: ask again.
    Preparing {
        /// Rows written so far.
        rows: u64,
        /// Of about how many.
        of_rows: u64,
        /// After how many milliseconds to ask again.
        retry_after_ms: u64,
    },
    /// Take these chunks.
    Ready(Manifest),
}

/// A snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Manifest {
    /// Its id.
    pub id: Uuid,
    /// [`SNAPSHOT_FORMAT`].
    pub format: u32,
    /// The server's epoch.
    pub epoch: Uuid,
    /// Where the feed stood: the pull goes on from here.
    pub cursor: Cursor,
    /// How many rows of all kinds.
    pub rows: u64,
    /// How many of them are vouchers.
    pub vouchers: u64,
    /// The digest of all vouchers, see [`crate::digest`]; hexadecimal.
    pub voucher_digest: String,
    /// The compressed bytes of all chunks.
    pub bytes: u64,
    /// The chunks, in order.
    pub chunks: Vec<Chunk>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Timestamp,
}

/// A chunk: `GET /v1/sync/snapshot/{id}/{number}`, numbers from 0, with `Range: bytes=N-` from any byte on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Chunk {
    /// How many rows.
    pub rows: u64,
    /// How many bytes, compressed.
    pub bytes: u64,
    /// How many bytes, uncompressed.
    pub plain_bytes: u64,
    /// SHA-256 of the compressed bytes, hexadecimal.
    pub sha256: String,
}

/// One entry of a chunk.
#[expect(clippy::large_enum_variant, reason = "nearly every entry is a voucher, and one is read at a time: a box would only cost")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Record<'a> {
    /// A row that is no voucher: [`crate::rows::Row`] as JSON.
    Row(&'a str),
    /// What a template said: [`beadsbox_domain::TemplateContent`] as JSON, before the first voucher that names its hash.
    Content(&'a str),
    /// A voucher. In the order of their ids.
    #[serde(borrow)]
    Voucher(FlatVoucher<'a>),
}

impl<'a> Record<'a> {
    /// The first entry of those bytes, and the rest.
    pub fn read(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), postcard::Error> {
        postcard::take_from_bytes(bytes)
    }

    /// Puts the entry behind those bytes.
    pub fn write(&self, bytes: Vec<u8>) -> Result<Vec<u8>, postcard::Error> {
        postcard::to_extend(self, bytes)
    }
}

/// The name under which vouchers refer to a content: SHA-256 of its JSON.
pub fn content_hash(json: &str) -> ContentHash {
    use sha2::Digest as _;
    sha2::Sha256::digest(json.as_bytes()).into()
}
