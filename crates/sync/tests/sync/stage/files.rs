//! What a device's files hold, and what becomes of answers, lives and loads in them.

use std::{collections::BTreeMap, time::Duration};

use beadsbox_domain::{DeviceId, Outcome, Timestamp};
use beadsbox_protocol::{
    Incarnation,
    digest::{RangeRows, RowKind},
    fork::OwnOperation,
    pull::Cursor,
    push::{KeptReceipt, OpResult, PushRequest},
};
use beadsbox_sync::{Answers, Finished, IdRange, Loaded, LocalDigest};
use uuid::Uuid;

use super::{
    epoch, op_of,
    server::{CHUNKS, chunk, manifest},
};

pub struct Files {
    pub epoch: u128,
    pub incarnation: Incarnation,
    pub recorded: Vec<String>,
    /// So many from the first on have their outcomes.
    pub acked: usize,
    /// So many after those are in quarantine.
    pub quarantined: usize,
    /// So many from the first on have receipts.
    pub receipts: usize,
    pub behind_until: Option<u64>,
    pub cursor: Cursor,
    pub rebuilt: usize,
    pub revoked: bool,
    /// The chunks of a snapshot that are here.
    pub loaded: Vec<Vec<u8>>,
    /// So many chunks more will not be what was promised.
    pub unfit: usize,
    pub discarded: usize,
    /// The digests of the ranges of vouchers, by the id at their end; the last of all ids for the last one.
    pub ranges: BTreeMap<u128, String>,
    pub repaired: Vec<IdRange>,
    pub proved: usize,
    /// How long it takes until outcomes are on the disk.
    pub keeping_takes: Duration,
}

impl Default for Files {
    fn default() -> Self {
        Self {
            epoch: 1,
            incarnation: 1,
            recorded: Vec::new(),
            acked: 0,
            quarantined: 0,
            receipts: 0,
            behind_until: None,
            cursor: Cursor::default(),
            rebuilt: 0,
            revoked: false,
            loaded: Vec::new(),
            unfit: 0,
            discarded: 0,
            ranges: BTreeMap::new(),
            repaired: Vec::new(),
            proved: 0,
            keeping_takes: Duration::ZERO,
        }
    }
}

impl Files {
    /// Three operations at the most.
    pub fn next_batch(&self, after: u64) -> Option<PushRequest> {
        let sent = (self.acked + self.quarantined).max(usize::try_from(after).unwrap()).min(self.recorded.len());
        let ops: Vec<String> = self.recorded[sent..].iter().take(3).cloned().collect();
        let kept =
            |seq: usize| KeptReceipt { dev_seq: seq as u64, epoch: epoch(1), commit_no: seq as u64, outcome: Outcome::Applied, receipt: "genuine".to_owned() };
        (!ops.is_empty()).then(|| PushRequest {
            epoch: epoch(self.epoch),
            device_id: DeviceId(Uuid::nil()),
            incarnation: self.incarnation,
            first_seq: sent as u64 + 1,
            waiting: (self.recorded.len() - sent - ops.len()) as u64,
            receipts: (sent + 1..=self.receipts.min(sent + ops.len())).map(kept).collect(),
            ops,
            persons: vec![],
            chain_tip: String::new(),
            signature: String::new(),
            device_time: Timestamp::UNIX_EPOCH,
        })
    }

    pub fn take(&mut self, of: Uuid, results: &[OpResult], quarantined: bool) -> Answers {
        if of != epoch(self.epoch) {
            return Answers::OtherEpoch;
        }
        if results.iter().any(|result| result.receipt != "genuine") {
            return Answers::NotGenuine;
        }
        for result in results {
            let seq = usize::try_from(result.dev_seq).unwrap();
            // A late reply may answer the operation that another life has under that number.
            if self.recorded.get(seq - 1).map(|word| op_of(word)) != result.op_id {
                continue;
            }
            if result.result.is_some() && seq == self.acked + 1 {
                (self.acked, self.receipts) = (seq, self.receipts.max(seq));
            } else if quarantined && seq == self.acked + self.quarantined + 1 {
                self.quarantined += 1;
            }
        }
        Answers::Kept
    }

    /// All words up to that operation.
    pub fn hash(&self, seq: u64) -> String {
        self.recorded[..usize::try_from(seq).unwrap()].join(" ")
    }

    pub fn fall_behind(&mut self, life: Incarnation, server_last_seq: u64) -> bool {
        if life != self.incarnation {
            return false;
        }
        let behind = (self.recorded.len() as u64) < server_last_seq;
        self.behind_until = behind.then_some(server_last_seq);
        behind && self.acked + self.quarantined == self.recorded.len()
    }

    pub fn take_back(&mut self, epoch: Uuid, operations: &[OwnOperation]) -> Answers {
        assert_eq!(operations[0].result.dev_seq, self.recorded.len() as u64 + 1, "a hole");
        self.recorded.extend(operations.iter().map(|operation| operation.body.clone()));
        let results: Vec<OpResult> = operations.iter().map(|operation| operation.result.clone()).collect();
        self.behind_until = self.behind_until.filter(|until| *until > self.recorded.len() as u64);
        self.take(epoch, &results, false)
    }

    pub fn adopt_life(&mut self, fork_seq: u64, incarnation: Incarnation) {
        if incarnation > self.incarnation {
            self.incarnation = incarnation;
            self.acked = self.acked.min(usize::try_from(fork_seq).unwrap() - 1);
            (self.quarantined, self.behind_until) = (0, None);
        }
    }

    pub fn load_progress(&self) -> Loaded {
        Loaded::So { next_chunk: self.loaded.len(), rows: 10 * self.loaded.len() as u64 }
    }

    pub fn load_chunk(&mut self, number: usize, bytes: Vec<u8>) -> Loaded {
        if self.unfit > 0 {
            self.unfit -= 1;
            return Loaded::Unfit("as told".into());
        }
        assert_eq!((number, &bytes), (self.loaded.len(), &chunk(number)), "chunks come in order and whole");
        self.loaded.push(bytes);
        self.load_progress()
    }

    pub fn finish_load(&mut self) -> Finished {
        assert_eq!(self.loaded.len(), CHUNKS);
        self.cursor = manifest().cursor;
        Finished::InPlace
    }

    pub fn digest(&self, range: IdRange) -> LocalDigest {
        let held = self.ranges.get(&end_of(range)).filter(|_| range.kind == RowKind::Voucher);
        LocalDigest { cursor: self.cursor.clone(), rows: held.iter().len() as u64, digest: held.cloned().unwrap_or_default() }
    }

    /// The tag of the rows' cursor stands for what they are.
    pub fn repair(&mut self, range: IdRange, theirs: &RangeRows) -> bool {
        let fits = theirs.at.seq == self.cursor.seq;
        if fits {
            self.ranges.insert(end_of(range), theirs.at.tag.clone());
            self.repaired.push(range);
        }
        fits
    }
}

fn end_of(range: IdRange) -> u128 {
    range.through.map_or(u128::MAX, |id| id.as_u128())
}
