//! The modelled files as the real sync sees them. Between any two commits the program may end, or somebody else go first.

use std::{
    future::{pending, poll_fn},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_domain::Timestamp;
use beadsbox_protocol::{
    Incarnation,
    chain::sign_tip,
    digest::RangeRows,
    enrol::RecogniseRequest,
    fork::{ForkRequest, OwnOperation},
    pull::ChangesPage,
    push::{OpResult, PushRequest},
    snapshot::Manifest,
};
use beadsbox_sync::{Answers, Finished, IdRange, Loaded, LocalDigest, Position, Replica};
use uuid::Uuid;

use super::files::Files;
use crate::names::device_key;

/// A device's files in the hands of its sync.
#[derive(Clone)]
pub struct FilesReplica {
    /// The files.
    pub files: Arc<Mutex<Files>>,
    /// How many operations go into a push at most.
    pub batch: usize,
    /// Commit points let others go first.
    pub slow: bool,
}

/// What a modelled file refuses, as the real one does.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The page does not go on from where the cache stands.
    #[error("a page of another place")]
    PageOutOfPlace,
    /// A modelled feed is too short for snapshots, and nobody asks for a comparison: the rules compare at the end.
    #[error("neither a snapshot nor a comparison is modelled")]
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
            last_seq: files.outbox.rows.len() as u64,
            behind: false,
        })
    }

    async fn next_batch(&self) -> Result<Option<PushRequest>, FileError> {
        let files = lock(&self.files);
        let (outbox, now) = (&files.outbox, files.now);
        Ok(outbox.pending(self.batch).map(|batch| {
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
        if results.is_empty() {
            return Ok(Answers::Kept);
        }
        let mut answers = Answers::Kept;
        self.commit("before the results", "after the results", |files| {
            if files.outbox.epoch == epoch {
                files.take_results(epoch, results);
            } else {
                answers = Answers::OtherEpoch;
            }
            Ok(())
        })
        .await?;
        Ok(answers)
    }

    async fn record_quarantined(&self, _: Uuid, _: &[OpResult]) -> Result<Answers, FileError> {
        // No modelled life of a device is in quarantine: its forks halt.
        Ok(Answers::Kept)
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

    async fn begin_load(&self, _: &Manifest) -> Result<Loaded, FileError> {
        Err(FileError::NotModelled)
    }

    async fn load_chunk(&self, _: usize, _: Vec<u8>) -> Result<Loaded, FileError> {
        Err(FileError::NotModelled)
    }

    async fn finish_load(&self) -> Result<Finished, FileError> {
        Err(FileError::NotModelled)
    }

    async fn discard_load(&self) -> Result<(), FileError> {
        Ok(())
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

    async fn fall_behind(&self, _: Incarnation, _: u64) -> Result<bool, FileError> {
        Ok(false)
    }

    async fn take_back(&self, _: Uuid, _: &[OwnOperation]) -> Result<Answers, FileError> {
        Ok(Answers::Kept)
    }

    async fn fork_requests(&self, _: u64) -> Result<Vec<ForkRequest>, FileError> {
        Ok(Vec::new())
    }

    async fn adopt_life(&self, _: u64, _: Incarnation) -> Result<(), FileError> {
        Ok(())
    }

    async fn recognition(&self) -> Result<Option<RecogniseRequest>, FileError> {
        Ok(None)
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
        self.rebuild_cache().await
    }

    fn random(&self) -> u32 {
        0
    }
}
