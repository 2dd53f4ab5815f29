//! The device's files.

use async_trait::async_trait;
use beadsbox_domain::{DeviceId, Timestamp};
use beadsbox_protocol::{
    Incarnation,
    digest::{RangeRows, RowKind},
    enrol::RecogniseRequest,
    fork::{ForkRequest, OwnOperation},
    pull::{ChangesPage, Cursor},
    push::{OpResult, PushRequest},
    snapshot::Manifest,
};
use beadsbox_sync::{Answers, Finished, IdRange, Loaded, LocalDigest, Position, Replica};
use uuid::Uuid;

use super::{Both, CHUNKS, HEAD, Stage, chunk, manifest};

#[derive(Debug, thiserror::Error)]
#[error("no error here")]
pub struct Never;

fn so(stage: &Stage) -> Loaded {
    Loaded::So { next_chunk: stage.loaded.len(), rows: 10 * stage.loaded.len() as u64 }
}

#[async_trait]
impl Replica for Both {
    type Error = Never;

    async fn position(&self) -> Result<Position, Never> {
        let (seq, waiting) = self.with(|stage| (stage.cursor, stage.waiting as u64));
        Ok(Position { epoch: Uuid::nil(), incarnation: 1, cursor: Cursor { seq, tag: "t".into() }, acked: 0, waiting, last_seq: 0, behind: false })
    }

    async fn next_batch(&self) -> Result<Option<PushRequest>, Never> {
        Ok(self.with(|stage| std::mem::take(&mut stage.waiting)).checked_sub(1).map(|_| PushRequest {
            epoch: Uuid::nil(),
            device_id: DeviceId(Uuid::nil()),
            incarnation: 1,
            first_seq: 1,
            ops: vec![String::new()],
            persons: vec![],
            chain_tip: String::new(),
            signature: String::new(),
            waiting: 0,
            device_time: Timestamp::UNIX_EPOCH,
            receipts: vec![],
        }))
    }

    async fn record_results(&self, _: Uuid, _: &[OpResult]) -> Result<Answers, Never> {
        Ok(Answers::Kept)
    }

    async fn record_quarantined(&self, _: Uuid, _: &[OpResult]) -> Result<Answers, Never> {
        Ok(Answers::Kept)
    }

    // Lives of a device: tests/recovery.rs.
    async fn fall_behind(&self, _: Incarnation, _: u64) -> Result<bool, Never> {
        Ok(false)
    }

    async fn take_back(&self, _: Uuid, _: &[OwnOperation]) -> Result<Answers, Never> {
        Ok(Answers::Kept)
    }

    async fn fork_request(&self, _: u64) -> Result<Option<ForkRequest>, Never> {
        Ok(None)
    }

    async fn adopt_life(&self, _: u64, _: Incarnation) -> Result<(), Never> {
        unreachable!("no life ends here")
    }

    async fn recognition(&self) -> Result<Option<RecogniseRequest>, Never> {
        Ok(None)
    }

    async fn apply_page(&self, page: &ChangesPage) -> Result<(), Never> {
        self.with(|stage| stage.cursor = page.to.seq);
        Ok(())
    }

    async fn begin_load(&self, known: &Manifest) -> Result<Loaded, Never> {
        assert_eq!(*known, manifest());
        Ok(self.with(|stage| so(stage)))
    }

    async fn load_chunk(&self, number: usize, bytes: Vec<u8>) -> Result<Loaded, Never> {
        Ok(self.with(|stage| {
            if stage.unfit > 0 {
                stage.unfit -= 1;
                return Loaded::Unfit("as told".into());
            }
            assert_eq!((number, &bytes), (stage.loaded.len(), &chunk(number)), "chunks come in order and whole");
            stage.loaded.push(bytes);
            so(stage)
        }))
    }

    async fn finish_load(&self) -> Result<Finished, Never> {
        Ok(self.with(|stage| {
            assert_eq!(stage.loaded.len(), CHUNKS);
            stage.cursor = HEAD;
            Finished::InPlace
        }))
    }

    async fn discard_load(&self) -> Result<(), Never> {
        self.with(|stage| {
            stage.loaded.clear();
            stage.discarded += 1;
        });
        Ok(())
    }

    async fn range_digest(&self, range: IdRange) -> Result<LocalDigest, Never> {
        Ok(self.with(|stage| {
            let cursor = Cursor { seq: stage.cursor, tag: "t".into() };
            if range.kind != RowKind::Voucher {
                return LocalDigest { cursor, rows: 0, digest: String::new() };
            }
            let id = range.through.map_or(*stage.ranges.last_key_value().unwrap().0, |id| id.as_u128());
            LocalDigest { cursor, rows: 1, digest: stage.local.get(&id).cloned().unwrap_or_default() }
        }))
    }

    async fn repair_range(&self, range: IdRange, _: RangeRows) -> Result<bool, Never> {
        Ok(self.with(|stage| {
            let id = range.through.unwrap().as_u128();
            stage.local.insert(id, stage.ranges[&id].clone());
            stage.repaired.push(range);
            true
        }))
    }

    async fn proof_is_due(&self) -> Result<bool, Never> {
        Ok(self.with(|stage| stage.proved == 0))
    }

    async fn proved(&self) -> Result<(), Never> {
        self.with(|stage| stage.proved += 1);
        Ok(())
    }

    async fn rebuild_cache(&self) -> Result<(), Never> {
        self.with(|stage| stage.cursor = 0);
        Ok(())
    }

    async fn send_again_after(&self, _: Uuid, _: u64) -> Result<(), Never> {
        Ok(())
    }

    async fn contacted(&self, _: Timestamp) {}

    async fn revoked(&self) -> Result<(), Never> {
        Ok(())
    }

    fn random(&self) -> u32 {
        500
    }
}
