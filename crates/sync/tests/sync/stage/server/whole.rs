//! The cache as a whole: snapshots in chunks, and digests of ranges.

use std::collections::{BTreeMap, VecDeque};

use beadsbox_domain::Timestamp;
use beadsbox_protocol::{
    digest::{DigestAnswer, DigestQuery, RangeDigest, RangeQuery, RangeRows, RowKind},
    pull::Cursor,
    snapshot::{Chunk, Manifest, SNAPSHOT_FORMAT, SnapshotAnswer},
};
use beadsbox_sync::TransportError;
use uuid::Uuid;

use super::{Fault, ServerState, epoch, meet};

/// Where the feed stood when the snapshot was made.
pub const HEAD: u64 = 500;
pub const CHUNKS: usize = 4;
const CHUNK_BYTES: u8 = 10;

/// What it has of them.
#[derive(Default)]
pub struct Whole {
    /// Without one, the feed is said to be short enough.
    pub has_snapshot: bool,
    /// What is answered before that.
    pub answers: VecDeque<SnapshotAnswer>,
    /// The places from which one was asked for.
    pub asked_from: Vec<u64>,
    /// The last one is met first.
    pub faults: Vec<Fault>,
    /// Chunks asked for, each with the first byte.
    pub asked: Vec<(usize, u64)>,
    /// The digests of the ranges of vouchers, by the id at their end; the last of all ids for the last one.
    pub ranges: BTreeMap<u128, String>,
    /// So many questions more find the feed moving.
    pub moving: usize,
}

pub fn manifest() -> Manifest {
    let chunk = Chunk { rows: 10, bytes: u64::from(CHUNK_BYTES), plain_bytes: 100, sha256: String::new() };
    Manifest {
        id: Uuid::from_u128(9),
        format: SNAPSHOT_FORMAT,
        epoch: epoch(1),
        cursor: Cursor { seq: HEAD, tag: "t".into() },
        rows: 10 * CHUNKS as u64,
        vouchers: 30,
        voucher_digest: String::new(),
        bytes: u64::from(CHUNK_BYTES) * CHUNKS as u64,
        chunks: vec![chunk; CHUNKS],
        made_at: Timestamp::UNIX_EPOCH,
    }
}

pub fn chunk(number: usize) -> Vec<u8> {
    (0..CHUNK_BYTES).map(|byte| byte + u8::try_from(number).unwrap() * 50).collect()
}

impl ServerState {
    pub fn snapshot(&mut self, after: u64) -> SnapshotAnswer {
        self.whole.asked_from.push(after);
        let made = if self.whole.has_snapshot { SnapshotAnswer::Ready(manifest()) } else { SnapshotAnswer::NotNeeded };
        self.whole.answers.pop_front().unwrap_or(made)
    }

    pub fn snapshot_chunk(&mut self, number: usize, from: u64) -> Result<Vec<u8>, TransportError> {
        self.whole.asked.push((number, from));
        let fault = self.whole.faults.pop();
        meet(fault)?;
        let mut bytes = chunk(number).split_off(usize::try_from(from).unwrap());
        if let Some(Fault::Cut(left)) = fault {
            bytes.truncate(left);
        }
        Ok(bytes)
    }

    pub fn digest(&mut self, query: &DigestQuery) -> DigestAnswer {
        if self.whole.moving > 0 || query.cursor != self.head {
            self.whole.moving = self.whole.moving.saturating_sub(1);
            return DigestAnswer::Moving;
        }
        let after = query.after.map_or(0, |id| id.as_u128());
        let range = self.whole.ranges.range(after + 1..).next().filter(|_| query.kind == RowKind::Voucher);
        DigestAnswer::Range(RangeDigest {
            through: range.map(|(end, _)| *end).filter(|end| *end != u128::MAX).map(Uuid::from_u128),
            rows: range.iter().len() as u64,
            digest: range.map(|(_, digest)| digest.clone()).unwrap_or_default(),
        })
    }

    /// The tag of the rows' cursor stands for what they are.
    pub fn range(&self, query: &RangeQuery) -> RangeRows {
        let end = query.through.map_or(u128::MAX, |id| id.as_u128());
        RangeRows { at: Cursor { seq: self.head, tag: self.whole.ranges[&end].clone() }, rows: vec![], covered: None }
    }
}
