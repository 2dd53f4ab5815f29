//! The modelled files as the real sync sees them. Between any two commits the program may end, or somebody else go first.

use std::{
    future::{pending, poll_fn},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_domain::{DeviceId, Timestamp};
use beadsbox_protocol::{
    Incarnation,
    chain::sign_tip,
    digest::RangeRows,
    enrol::{RecogniseRequest, recognise_message},
    fork::{self, ForkRequest, OwnOperation},
    pull::ChangesPage,
    push::{OpResult, PushRequest},
    rows::Shop,
    snapshot::Manifest,
};
use beadsbox_sync::{Answers, Finished, IdRange, Loaded, LocalDigest, Position, Replica};
use ed25519_dalek::Signer as _;
use uuid::Uuid;

use super::{files::Files, outbox::Fork};
use crate::{
    names::{self, device_key},
    server::certificate,
};

/// A device's files in the hands of its sync.
#[derive(Clone)]
pub struct FilesReplica {
    /// The files.
    pub files: Arc<Mutex<Files>>,
    /// How many operations go into a push at most.
    pub batch: usize,
    /// Which device it is.
    pub device_number: u32,
    /// Commit points let others go first.
    pub slow: bool,
}

/// What a modelled file refuses, as the real one does.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The page does not go on from where the cache stands.
    #[error("a page of another place")]
    PageOutOfPlace,
    /// A life that begins with an operation which is not here.
    #[error("no such operation")]
    NoSuchOperation,
    /// Nobody asks for a comparison: the rules compare at the end.
    #[error("a comparison is not modelled")]
    NotModelled,
}

/// The files, whoever else may have panicked.
pub fn lock(files: &Mutex<Files>) -> MutexGuard<'_, Files> {
    files.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FilesReplica {
    /// A moment at which the program can end.
    async fn point(&self, name: &'static str) {
        let ends = {
            let mut files = lock(&self.files);
            match files.crash_at {
                Some((0, loss)) => {
                    files.crashed = Some((name, loss));
                    true
                }
                Some((points, loss)) => {
                    files.crash_at = Some((points - 1, loss));
                    false
                }
                None => false,
            }
        };
        if ends {
            pending::<()>().await;
        }
        if self.slow {
            let mut waited = false;
            poll_fn(|_| if std::mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending }).await;
        }
    }

    async fn commit(&self, before: &'static str, after: &'static str, write: impl FnOnce(&mut Files) -> Result<(), FileError> + Send) -> Result<(), FileError> {
        self.point(before).await;
        let written = write(&mut lock(&self.files));
        self.point(after).await;
        written
    }

    /// A commit of answers that are of the outbox's epoch.
    async fn answers(&self, epoch: Uuid, take: impl FnOnce(&mut Files) -> bool + Send) -> Result<Answers, FileError> {
        let mut answers = Answers::Kept;
        self.commit("before the results", "after the results", |files| {
            if files.outbox.epoch != epoch {
                answers = Answers::OtherEpoch;
            } else if !take(files) {
                answers = Answers::NotGenuine;
            }
            Ok(())
        })
        .await?;
        Ok(answers)
    }

    async fn take(&self, epoch: Uuid, results: &[OpResult], quarantined: bool) -> Result<Answers, FileError> {
        if results.is_empty() {
            return Ok(Answers::Kept);
        }
        self.answers(epoch, |files| files.take_results(epoch, results, quarantined)).await
    }
}

#[async_trait]
impl Replica for FilesReplica {
    type Error = FileError;

    async fn position(&self) -> Result<Position, FileError> {
        let files = lock(&self.files);
        Ok(Position {
            epoch: files.cache.epoch.unwrap_or(files.outbox.epoch),
            incarnation: files.outbox.incarnation,
            cursor: files.cache.cursor.clone(),
            acked: files.outbox.acknowledged_through(),
            waiting: files.outbox.waiting(),
            wrong_pins: 0,
            last_seq: files.outbox.rows.len() as u64,
            behind: files.outbox.behind_until.is_some(),
        })
    }

    async fn next_batch(&self, after: u64) -> Result<Option<PushRequest>, FileError> {
        let files = lock(&self.files);
        let (outbox, now) = (&files.outbox, files.now);
        Ok(outbox.pending(after, self.batch).map(|batch| {
            let last_seq = batch.first_seq + batch.bodies.len() as u64 - 1;
            let signature = sign_tip(&device_key(outbox.device), outbox.device, outbox.incarnation, last_seq, batch.tip);
            PushRequest {
                epoch: outbox.epoch,
                device_id: outbox.device,
                incarnation: outbox.incarnation,
                first_seq: batch.first_seq,
                ops: batch.bodies,
                persons: batch.persons,
                chain_tip: batch.tip.to_string(),
                signature: BASE64.encode(signature),
                waiting: batch.waiting_after,
                device_time: now,
                receipts: batch.receipts,
            }
        }))
    }

    async fn record_results(&self, epoch: Uuid, results: &[OpResult]) -> Result<Answers, FileError> {
        self.take(epoch, results, false).await
    }

    async fn record_quarantined(&self, epoch: Uuid, results: &[OpResult]) -> Result<Answers, FileError> {
        self.take(epoch, results, true).await
    }

    async fn apply_page(&self, page: &ChangesPage) -> Result<Answers, FileError> {
        let answers = self.record_results(page.epoch, &page.own_results).await?;
        if answers != Answers::Kept {
            return Ok(answers);
        }
        self.commit("before the page", "after the page", |files| {
            if !files.cache.fits(page) {
                return Err(FileError::PageOutOfPlace);
            }
            files.apply_page(page);
            Ok(())
        })
        .await?;
        Ok(answers)
    }

    async fn begin_load(&self, manifest: &Manifest) -> Result<Loaded, FileError> {
        let mut at = Loaded::Unfit(String::new());
        self.commit("before a load", "after a load", |files| {
            at = files.begin_load(manifest);
            Ok(())
        })
        .await?;
        Ok(at)
    }

    async fn load_chunk(&self, number: usize, bytes: Vec<u8>) -> Result<Loaded, FileError> {
        let mut at = Loaded::Unfit(String::new());
        self.commit("before a load", "after a load", |files| {
            at = files.load_chunk(number, &bytes);
            Ok(())
        })
        .await?;
        Ok(at)
    }

    async fn finish_load(&self) -> Result<Finished, FileError> {
        let mut finished = Finished::InPlace;
        self.commit("before a load", "after a load", |files| {
            finished = files.finish_load();
            Ok(())
        })
        .await?;
        Ok(finished)
    }

    async fn discard_load(&self) -> Result<(), FileError> {
        self.commit("before a load", "after a load", |files| {
            files.load = None;
            Ok(())
        })
        .await
    }

    async fn range_digest(&self, _: IdRange) -> Result<LocalDigest, FileError> {
        Err(FileError::NotModelled)
    }

    async fn repair_range(&self, _: IdRange, _: RangeRows) -> Result<bool, FileError> {
        Err(FileError::NotModelled)
    }

    async fn proof_is_due(&self) -> Result<bool, FileError> {
        Ok(false)
    }

    async fn proved(&self) -> Result<(), FileError> {
        Ok(())
    }

    async fn rebuild_cache(&self) -> Result<(), FileError> {
        self.commit("before the cache goes", "after the cache went", |files| {
            files.reset_cache();
            Ok(())
        })
        .await
    }

    async fn fall_behind(&self, life: Incarnation, server_last_seq: u64) -> Result<bool, FileError> {
        let mut behind = false;
        self.commit("before it is behind", "after it is behind", |files| {
            behind = files.fall_behind(life, server_last_seq);
            Ok(())
        })
        .await?;
        Ok(behind)
    }

    async fn take_back(&self, epoch: Uuid, operations: &[OwnOperation]) -> Result<Answers, FileError> {
        self.answers(epoch, |files| files.take_back(epoch, operations)).await
    }

    async fn fork_request(&self, fork_seq: u64) -> Result<Option<ForkRequest>, FileError> {
        let outbox = &lock(&self.files).outbox;
        Ok(outbox.fork(fork_seq).map(|fork| request(outbox.device, fork)))
    }

    async fn adopt_life(&self, fork_seq: u64, incarnation: Incarnation) -> Result<(), FileError> {
        self.commit("before the life", "after the life", |files| {
            let fork = files.outbox.fork(fork_seq).ok_or(FileError::NoSuchOperation)?;
            files.adopt_life(fork, incarnation);
            Ok(())
        })
        .await
    }

    async fn recognition(&self) -> Result<Option<RecogniseRequest>, FileError> {
        let outbox = &lock(&self.files).outbox;
        let (device, key) = (outbox.device, device_key(outbox.device));
        let proof = key.sign(&recognise_message(device, &names::token_hash(device))).to_bytes();
        Ok(Some(RecogniseRequest {
            device_id: device,
            name: format!("Device {}", self.device_number),
            shop: Shop { id: outbox.shop, name: String::new(), time_zone: "UTC".to_owned(), row_version: 1, ..Shop::default() },
            profile: names::profile(self.device_number),
            public_key: hex::encode(key.verifying_key().as_bytes()),
            enrolled_at: names::beginning(),
            certificate: certificate(self.device_number),
            proof: BASE64.encode(proof),
        }))
    }

    async fn send_again_after(&self, epoch: Uuid, last_seq: u64) -> Result<(), FileError> {
        let mut is_new = false;
        self.commit("before the epoch", "after the epoch", |files| {
            is_new = files.outbox.epoch != epoch;
            files.adopt(epoch, last_seq);
            Ok(())
        })
        .await?;
        if is_new { self.rebuild_cache().await } else { Ok(()) }
    }

    async fn contacted(&self, _: Timestamp) {}

    async fn revoked(&self) -> Result<(), FileError> {
        lock(&self.files).outbox.revoked = true;
        self.rebuild_cache().await
    }

    fn random(&self) -> u32 {
        0
    }
}

fn request(device: DeviceId, fork: Fork) -> ForkRequest {
    let signature = fork::sign(&device_key(device), device, fork.incarnation, fork.seq, fork.hash);
    ForkRequest { device_id: device, incarnation: fork.incarnation, fork_seq: fork.seq, fork_hash: fork.hash.to_string(), signature: BASE64.encode(signature) }
}
