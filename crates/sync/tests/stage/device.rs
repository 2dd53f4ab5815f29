//! The device's files.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use beadsbox_domain::{DeviceId, Outcome, ShopId, Timestamp};
use beadsbox_protocol::{
    Incarnation, Profile,
    digest::RangeRows,
    enrol::RecogniseRequest,
    fork::{ForkRequest, OwnOperation},
    pull::{ChangesPage, Cursor},
    push::{KeptReceipt, OpResult, PushRequest},
    rows::Shop,
    snapshot::Manifest,
};
use beadsbox_sync::{Answers, Finished, IdRange, Loaded, LocalDigest, Position, Replica};
use uuid::Uuid;

use super::{epoch, fork_request};

pub struct Files {
    pub epoch: u128,
    pub incarnation: Incarnation,
    pub recorded: Vec<String>,
    /// So many from the first on have their outcomes.
    pub acked: usize,
    /// So many after those are in quarantine.
    pub quarantined: usize,
    /// So many from the first on have receipts.
    receipts: usize,
    pub behind_until: Option<u64>,
    pub rebuilt: usize,
    pub revoked: bool,
}

impl Default for Files {
    fn default() -> Self {
        let recorded = Vec::new();
        Self { epoch: 1, incarnation: 1, recorded, acked: 0, quarantined: 0, receipts: 0, behind_until: None, rebuilt: 0, revoked: false }
    }
}

#[derive(Clone, Default)]
pub struct Device(Arc<Mutex<Files>>);

impl Device {
    pub fn with<T>(&self, look: impl FnOnce(&mut Files) -> T) -> T {
        look(&mut self.0.lock().unwrap())
    }
}

#[derive(Debug, thiserror::Error)]
#[error("no error here")]
pub struct Never;

impl Files {
    fn take(&mut self, of: Uuid, results: &[OpResult], quarantined: bool) -> Answers {
        if of != epoch(self.epoch) {
            return Answers::OtherEpoch;
        }
        if results.iter().any(|result| result.receipt != "genuine") {
            return Answers::NotGenuine;
        }
        for result in results {
            let seq = usize::try_from(result.dev_seq).unwrap();
            if result.result.is_some() && seq == self.acked + 1 && seq <= self.recorded.len() {
                (self.acked, self.receipts) = (seq, self.receipts.max(seq));
            } else if quarantined && seq == self.acked + self.quarantined + 1 {
                self.quarantined += 1;
            }
        }
        Answers::Kept
    }

    fn hash(&self, seq: u64) -> String {
        self.recorded[..usize::try_from(seq).unwrap()].join(" ")
    }
}

#[async_trait]
impl Replica for Device {
    type Error = Never;

    async fn position(&self) -> Result<Position, Never> {
        Ok(self.with(|files| Position {
            epoch: epoch(files.epoch),
            incarnation: files.incarnation,
            cursor: Cursor::default(),
            acked: files.acked as u64,
            waiting: (files.recorded.len() - files.acked - files.quarantined) as u64,
            last_seq: files.recorded.len() as u64,
            behind: files.behind_until.is_some(),
        }))
    }

    async fn next_batch(&self) -> Result<Option<PushRequest>, Never> {
        Ok(self.with(|files| {
            let sent = files.acked + files.quarantined;
            let ops: Vec<String> = files.recorded[sent..].iter().take(3).cloned().collect();
            let kept = |seq: usize| KeptReceipt {
                dev_seq: seq as u64,
                epoch: epoch(1),
                commit_no: seq as u64,
                outcome: Outcome::Applied,
                receipt: "genuine".to_owned(),
            };
            (!ops.is_empty()).then(|| PushRequest {
                epoch: epoch(files.epoch),
                device_id: DeviceId(Uuid::nil()),
                incarnation: files.incarnation,
                first_seq: sent as u64 + 1,
                waiting: 0,
                receipts: (sent + 1..=files.receipts.min(sent + ops.len())).map(kept).collect(),
                ops,
                persons: vec![],
                chain_tip: String::new(),
                signature: String::new(),
                device_time: Timestamp::UNIX_EPOCH,
            })
        }))
    }

    async fn record_results(&self, epoch: Uuid, results: &[OpResult]) -> Result<Answers, Never> {
        Ok(self.with(|files| files.take(epoch, results, false)))
    }

    async fn record_quarantined(&self, epoch: Uuid, results: &[OpResult]) -> Result<Answers, Never> {
        Ok(self.with(|files| files.take(epoch, results, true)))
    }

    async fn apply_page(&self, _: &ChangesPage) -> Result<(), Never> {
        Ok(())
    }

    // Snapshots and comparing: tests/whole.rs. This server makes none.
    async fn begin_load(&self, _: &Manifest) -> Result<Loaded, Never> {
        unreachable!("nothing is loaded here")
    }

    async fn load_chunk(&self, _: usize, _: Vec<u8>) -> Result<Loaded, Never> {
        unreachable!("nothing is loaded here")
    }

    async fn finish_load(&self) -> Result<Finished, Never> {
        unreachable!("nothing is loaded here")
    }

    async fn discard_load(&self) -> Result<(), Never> {
        Ok(())
    }

    async fn range_digest(&self, _: IdRange) -> Result<LocalDigest, Never> {
        unreachable!("nothing is compared here")
    }

    async fn repair_range(&self, _: IdRange, _: RangeRows) -> Result<bool, Never> {
        Ok(false)
    }

    async fn proof_is_due(&self) -> Result<bool, Never> {
        Ok(false)
    }

    async fn proved(&self) -> Result<(), Never> {
        Ok(())
    }

    async fn rebuild_cache(&self) -> Result<(), Never> {
        self.with(|files| files.rebuilt += 1);
        Ok(())
    }

    async fn fall_behind(&self, life: Incarnation, server_last_seq: u64) -> Result<bool, Never> {
        Ok(self.with(|files| {
            if life != files.incarnation {
                return false;
            }
            let behind = (files.recorded.len() as u64) < server_last_seq;
            files.behind_until = behind.then_some(server_last_seq);
            behind && files.acked + files.quarantined == files.recorded.len()
        }))
    }

    async fn take_back(&self, epoch: Uuid, operations: &[OwnOperation]) -> Result<Answers, Never> {
        Ok(self.with(|files| {
            assert_eq!(operations[0].result.dev_seq, files.recorded.len() as u64 + 1, "a hole");
            files.recorded.extend(operations.iter().map(|operation| operation.body.clone()));
            let results: Vec<OpResult> = operations.iter().map(|operation| operation.result.clone()).collect();
            files.behind_until = files.behind_until.filter(|until| *until > files.recorded.len() as u64);
            files.take(epoch, &results, false)
        }))
    }

    async fn fork_request(&self, fork_seq: u64) -> Result<Option<ForkRequest>, Never> {
        Ok(self.with(|files| Some(fork_request(files.incarnation, fork_seq, &files.hash(fork_seq)))))
    }

    async fn adopt_life(&self, fork_seq: u64, incarnation: Incarnation) -> Result<(), Never> {
        self.with(|files| {
            if incarnation > files.incarnation {
                files.incarnation = incarnation;
                files.acked = files.acked.min(usize::try_from(fork_seq).unwrap() - 1);
                (files.quarantined, files.behind_until) = (0, None);
            }
        });
        Ok(())
    }

    async fn recognition(&self) -> Result<Option<RecogniseRequest>, Never> {
        Ok(Some(RecogniseRequest {
            device_id: DeviceId(Uuid::nil()),
            name: "Till".to_owned(),
            shop: Shop { id: ShopId(Uuid::nil()), name: "Shop".to_owned(), time_zone: "UTC".to_owned(), row_version: 1 },
            profile: Profile::Counter,
            public_key: String::new(),
            enrolled_at: Timestamp::UNIX_EPOCH,
            certificate: String::new(),
            proof: String::new(),
        }))
    }

    async fn send_again_after(&self, to: Uuid, last_seq: u64) -> Result<(), Never> {
        self.with(|files| {
            let last = usize::try_from(last_seq).unwrap();
            files.epoch = to.as_u128();
            (files.acked, files.quarantined) = (files.receipts.min(last), 0);
        });
        Ok(())
    }

    async fn contacted(&self, _: Timestamp) {}

    async fn revoked(&self) -> Result<(), Never> {
        self.with(|files| files.revoked = true);
        Ok(())
    }

    fn random(&self) -> u32 {
        500
    }
}
