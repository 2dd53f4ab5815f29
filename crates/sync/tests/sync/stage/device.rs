//! The device's files, as the syncer asks for them.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use beadsbox_domain::{DeviceId, ShopId, Timestamp};
use beadsbox_protocol::{
    Incarnation, Profile,
    digest::RangeRows,
    enrol::RecogniseRequest,
    fork::{ForkRequest, OwnOperation},
    pull::{ChangesPage, Cursor},
    push::{OpResult, PushRequest},
    rows::Shop,
    snapshot::Manifest,
};
use beadsbox_sync::{Answers, Finished, IdRange, Loaded, LocalDigest, Position, Replica};
use tokio::time::sleep;
use uuid::Uuid;

use super::{Files, epoch, fork_request, server::manifest};

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

#[async_trait]
impl Replica for Device {
    type Error = Never;

    async fn position(&self) -> Result<Position, Never> {
        Ok(self.with(|files| Position {
            epoch: epoch(files.epoch),
            incarnation: files.incarnation,
            cursor: files.cursor.clone(),
            acked: files.acked as u64,
            wrong_pins: 0,
            waiting: (files.recorded.len() - files.acked - files.quarantined) as u64,
            last_seq: files.recorded.len() as u64,
            behind: files.behind_until.is_some(),
        }))
    }

    async fn next_batch(&self, after: u64) -> Result<Option<PushRequest>, Never> {
        Ok(self.with(|files| files.next_batch(after)))
    }

    async fn record_results(&self, epoch: Uuid, results: &[OpResult]) -> Result<Answers, Never> {
        sleep(self.with(|files| files.keeping_takes)).await;
        Ok(self.with(|files| files.take(epoch, results, false)))
    }

    async fn record_quarantined(&self, epoch: Uuid, results: &[OpResult]) -> Result<Answers, Never> {
        sleep(self.with(|files| files.keeping_takes)).await;
        Ok(self.with(|files| files.take(epoch, results, true)))
    }

    async fn apply_page(&self, page: &ChangesPage) -> Result<Answers, Never> {
        Ok(self.with(|files| {
            let answers = files.take(page.epoch, &page.own_results, false);
            if answers == Answers::Kept {
                assert_eq!(files.cursor, page.from, "a page of another place was applied");
                files.cursor = page.to.clone();
            }
            answers
        }))
    }

    async fn begin_load(&self, known: &Manifest) -> Result<Loaded, Never> {
        assert_eq!(*known, manifest());
        Ok(self.with(|files| files.load_progress()))
    }

    async fn load_chunk(&self, number: usize, bytes: Vec<u8>) -> Result<Loaded, Never> {
        Ok(self.with(|files| files.load_chunk(number, bytes)))
    }

    async fn finish_load(&self) -> Result<Finished, Never> {
        Ok(self.with(Files::finish_load))
    }

    async fn discard_load(&self) -> Result<(), Never> {
        self.with(|files| {
            files.loaded.clear();
            files.discarded += 1;
        });
        Ok(())
    }

    async fn range_digest(&self, range: IdRange) -> Result<LocalDigest, Never> {
        Ok(self.with(|files| files.digest(range)))
    }

    async fn repair_range(&self, range: IdRange, theirs: RangeRows) -> Result<bool, Never> {
        Ok(self.with(|files| files.repair(range, &theirs)))
    }

    async fn proof_is_due(&self) -> Result<bool, Never> {
        Ok(self.with(|files| files.proved == 0))
    }

    async fn proved(&self) -> Result<(), Never> {
        self.with(|files| files.proved += 1);
        Ok(())
    }

    async fn rebuild_cache(&self) -> Result<(), Never> {
        self.with(|files| (files.cursor, files.rebuilt) = (Cursor::default(), files.rebuilt + 1));
        Ok(())
    }

    async fn fall_behind(&self, life: Incarnation, server_last_seq: u64) -> Result<bool, Never> {
        Ok(self.with(|files| files.fall_behind(life, server_last_seq)))
    }

    async fn take_back(&self, epoch: Uuid, operations: &[OwnOperation]) -> Result<Answers, Never> {
        Ok(self.with(|files| files.take_back(epoch, operations)))
    }

    async fn fork_request(&self, fork_seq: u64) -> Result<Option<ForkRequest>, Never> {
        Ok(self.with(|files| Some(fork_request(files.incarnation, fork_seq, &files.hash(fork_seq)))))
    }

    async fn adopt_life(&self, fork_seq: u64, incarnation: Incarnation) -> Result<(), Never> {
        self.with(|files| files.adopt_life(fork_seq, incarnation));
        Ok(())
    }

    async fn recognition(&self) -> Result<Option<RecogniseRequest>, Never> {
        Ok(Some(RecogniseRequest {
            device_id: DeviceId(Uuid::nil()),
            name: "Till".to_owned(),
            shop: Shop { id: ShopId(Uuid::nil()), name: "Shop".to_owned(), time_zone: "UTC".to_owned(), row_version: 1, ..Shop::default() },
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
