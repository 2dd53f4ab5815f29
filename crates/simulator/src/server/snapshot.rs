//! `GET /v1/sync/snapshot`: everything at one moment, as chunks that may be taken in pieces. Rows stand in them as JSON here.

use beadsbox_domain::{DeviceId, Timestamp};
use beadsbox_protocol::{
    ErrorCode, Profile,
    rows::Row,
    snapshot::{Chunk, Manifest, SNAPSHOT_FORMAT, SnapshotAnswer},
};
use uuid::Uuid;

use super::{Refused, Server, refused};
use crate::names::{self, Tag};

/// How many rows are in a chunk.
const CHUNK_ROWS: usize = 25;
/// A device lacks much where it lacks one entity of so many.
const LACKS_ONE_OF: usize = 2;
/// How many bytes of a chunk come at once: the rest is asked for.
const MOST_BYTES: usize = 6000;
/// A snapshot is made anew once the feed has gone on so far; whoever takes the older one has to begin again.
const KEPT_FOR: u64 = 40;

/// A snapshot, shared by all devices of a profile.
#[derive(Clone)]
pub(super) struct Snapshot {
    profile: Profile,
    manifest: Manifest,
    chunks: Vec<Vec<u8>>,
}

impl Server {
    /// What a device is told whose cache stands there in the feed.
    pub fn snapshot(&mut self, id: DeviceId, after: u64, now: Timestamp) -> Result<SnapshotAnswer, Refused> {
        let profile = self.authenticated(id)?.profile;
        let head = self.tables.head();
        if !self.lacks_much(after, head.seq) {
            return Ok(SnapshotAnswer::NotNeeded);
        }
        let epoch = self.epoch();
        self.snapshots.retain(|made| made.manifest.epoch == epoch && made.manifest.cursor.seq + KEPT_FOR >= head.seq);
        if let Some(made) = self.snapshots.iter().find(|made| made.profile == profile) {
            let brings_much = after == 0 || self.lacks_much(after, made.manifest.cursor.seq);
            return Ok(if brings_much { SnapshotAnswer::Ready(made.manifest.clone()) } else { SnapshotAnswer::NotNeeded });
        }
        let made = self.make_snapshot(profile, now);
        let manifest = made.manifest.clone();
        self.snapshots.push(made);
        Ok(SnapshotAnswer::Ready(manifest))
    }

    fn lacks_much(&self, after: u64, through: u64) -> bool {
        let lacks = self.tables.entities_between(after, through);
        lacks >= self.snapshot_from && (after == 0 || lacks >= self.tables.entities_between(0, through).div_ceil(LACKS_ONE_OF))
    }

    fn make_snapshot(&mut self, profile: Profile, now: Timestamp) -> Snapshot {
        // What is in the inbox only comes again with a later page.
        let rows: Vec<Row> = self.tables.keys().into_iter().filter_map(|name| self.tables.row(name, profile)).collect();
        let chunks: Vec<Vec<u8>> = rows.chunks(CHUNK_ROWS).map(|rows| serde_json::to_vec(rows).unwrap_or_default()).collect();
        self.snapshots_made += 1;
        let described = chunks.iter().zip(rows.chunks(CHUNK_ROWS)).map(|(bytes, rows)| Chunk {
            rows: rows.len() as u64,
            bytes: bytes.len() as u64,
            plain_bytes: bytes.len() as u64,
            sha256: String::new(),
        });
        let manifest = Manifest {
            id: names::id(Tag::Snapshot, 0, self.snapshots_made),
            format: SNAPSHOT_FORMAT,
            epoch: self.epoch(),
            cursor: self.tables.head(),
            rows: rows.len() as u64,
            vouchers: rows.iter().filter(|row| matches!(row, Row::Voucher(_))).count() as u64,
            voucher_digest: String::new(),
            bytes: chunks.iter().map(|bytes| bytes.len() as u64).sum(),
            chunks: described.collect(),
            made_at: now,
        };
        Snapshot { profile, manifest, chunks }
    }

    /// A piece of a chunk, from that byte on.
    pub fn snapshot_chunk(&self, id: DeviceId, snapshot: Uuid, number: usize, from: u64) -> Result<Vec<u8>, Refused> {
        self.authenticated(id)?;
        let made = self.snapshots.iter().find(|made| made.manifest.id == snapshot);
        let chunk = made
            .and_then(|made| made.chunks.get(number))
            .ok_or_else(|| refused(404, ErrorCode::SnapshotGone, "another snapshot is there by now"))?;
        let rest = usize::try_from(from).ok().and_then(|from| chunk.get(from..)).unwrap_or_default();
        Ok(rest[..rest.len().min(MOST_BYTES)].to_vec())
    }
}
