//! The device's files, as the sync needs them.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_domain::Timestamp;
use beadsbox_protocol::{
    Incarnation,
    chain::sign_tip,
    digest::{IdRange, LocalDigest, RangeRows},
    enrol::RecogniseRequest,
    fork::{ForkRequest, OwnOperation},
    pull::ChangesPage,
    push::{OpResult, PushRequest},
    snapshot::Manifest,
};
use beadsbox_store::{BatchLimit, ChangedKinds, LoadProgress, LoadStep, PendingBatch, Store, StoreError};
use beadsbox_sync::{Answers, Finished, Loaded, Position, Replica};
use ed25519_dalek::SigningKey;
use jiff::SignedDuration;
use tokio::sync::{Notify, broadcast, watch};
use uuid::Uuid;

use crate::{
    clock_evidence::ClockEvidence,
    error::{AppError, AppResult},
    host::Host,
    program::blocking,
    recovery,
    view::DataChanged,
};

/// The cache is compared with the server after so long.
const COMPARED_EVERY: SignedDuration = SignedDuration::from_hours(12);
/// The search text is tried again after so long.
const AFTER_TROUBLE: Duration = Duration::from_mins(1);
const EVERYTHING: DataChanged = DataChanged { vouchers: true, templates: true, conflicts: true, directory: true };

/// The store, with the key that signs what it sends.
pub struct StoreReplica {
    host: Host,
    store: Arc<Store>,
    key: SigningKey,
    token: String,
    outcomes: watch::Sender<u64>,
    changes: broadcast::Sender<DataChanged>,
    clock: Mutex<Option<ClockEvidence>>,
    /// A cache was loaded whose search text is not built.
    text_to_build: Notify,
}

impl StoreReplica {
    /// The files of a device whose operations that key signs.
    pub fn new(host: Host, store: Arc<Store>, key: SigningKey, token: String) -> Self {
        Self {
            host,
            store,
            key,
            token,
            outcomes: watch::Sender::default(),
            changes: broadcast::Sender::new(64),
            clock: Mutex::default(),
            text_to_build: Notify::new(),
        }
    }

    /// The device's key.
    pub(crate) const fn key(&self) -> &SigningKey {
        &self.key
    }

    pub(crate) fn outcomes(&self) -> watch::Receiver<u64> {
        self.outcomes.subscribe()
    }

    /// Tells what has changed in the files from now on.
    pub fn changes(&self) -> broadcast::Receiver<DataChanged> {
        self.changes.subscribe()
    }

    pub(crate) fn changed(&self, changed: DataChanged) {
        // Nobody listening is fine: no window is open.
        let _ = self.changes.send(changed);
    }

    pub(crate) fn clock(&self) -> Option<ClockEvidence> {
        *self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rows_changed(&self, changed: ChangedKinds) {
        let changed = DataChanged { vouchers: changed.vouchers, templates: changed.templates, conflicts: changed.conflicts, directory: changed.directory };
        if changed != DataChanged::default() {
            self.changed(changed);
        }
    }

    /// Builds the search text that a load or many pages left for later, in small steps with as long a pause after each, so that whoever waits at
    /// the till does not notice. Never returns by itself.
    pub(crate) async fn build_search_text(&self) {
        loop {
            let begun = tokio::time::Instant::now();
            match self.files(|store| Ok(store.build_search_text()?)).await {
                Ok(true) => tokio::time::sleep(begun.elapsed()).await,
                Ok(false) => self.text_to_build.notified().await,
                Err(error) => {
                    tracing::warn!(%error, "the search text is not built further for now");
                    tokio::time::sleep(AFTER_TROUBLE).await;
                }
            }
        }
    }

    async fn files<T: Send + 'static>(&self, work: impl FnOnce(&Store) -> AppResult<T> + Send + 'static) -> AppResult<T> {
        let store = Arc::clone(&self.store);
        blocking(move || work(&store)).await
    }

    /// Takes answers, and tells the screens and whoever waits for them.
    async fn take<T: Send + 'static>(&self, work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static, news: bool) -> AppResult<Answers> {
        let answers = self.files(move |store| answers(work(store))).await?;
        if news && answers == Answers::Kept {
            self.outcomes_came();
        }
        Ok(answers)
    }

    fn outcomes_came(&self) {
        self.outcomes.send_modify(|count| *count += 1);
        self.changed(DataChanged { directory: false, ..EVERYTHING });
    }
}

/// The push of that batch, signed.
pub(crate) fn signed(batch: PendingBatch, key: &SigningKey, now: Timestamp) -> PushRequest {
    let signature = sign_tip(key, batch.device, batch.incarnation, batch.last_seq, batch.tip);
    PushRequest {
        epoch: batch.epoch,
        device_id: batch.device,
        incarnation: batch.incarnation,
        first_seq: batch.first_seq,
        ops: batch.bodies,
        persons: batch.persons,
        chain_tip: batch.tip.to_string(),
        signature: BASE64.encode(signature),
        waiting: batch.waiting_after,
        device_time: now,
        receipts: batch.receipts,
    }
}

fn answers<T>(taken: Result<T, StoreError>) -> AppResult<Answers> {
    match taken {
        Ok(_) => Ok(Answers::Kept),
        Err(StoreError::WrongEpoch { .. }) => Ok(Answers::OtherEpoch),
        Err(error @ (StoreError::BadReceipt { .. } | StoreError::ChainBroken { .. })) => {
            tracing::error!(%error, "answers were not taken");
            Ok(Answers::NotGenuine)
        }
        Err(error) => Err(error.into()),
    }
}

/// What the server sent is not fit to be this device's cache; the files themselves are well.
const fn is_unfit(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::ChunkBroken { .. } | StoreError::SnapshotDiffers { .. } | StoreError::SnapshotOutOfPlace { .. } | StoreError::WrongEpoch { .. }
    )
}

fn loaded(progress: Result<LoadProgress, StoreError>) -> AppResult<Loaded> {
    match progress {
        Ok(progress) => Ok(Loaded::So { next_chunk: progress.next_chunk, rows: progress.rows }),
        Err(error) if is_unfit(&error) => Ok(Loaded::Unfit(error.to_string())),
        Err(error) => Err(error.into()),
    }
}

#[async_trait]
impl Replica for StoreReplica {
    type Error = AppError;

    async fn position(&self) -> AppResult<Position> {
        self.files(|store| {
            // The outbox adopts an epoch first; a disk that failed then may have left the cache behind.
            store.leave_other_epoch()?;
            let (enrolment, standing) = (store.enrolment()?, store.standing()?);
            Ok(Position {
                epoch: enrolment.as_ref().map(|enrolment| enrolment.epoch).unwrap_or_default(),
                incarnation: enrolment.map_or(1, |enrolment| enrolment.incarnation),
                cursor: store.position()?.cursor,
                acked: store.acknowledged_through()?,
                waiting: store.counts()?.waiting,
                wrong_pins: store.wrong_pins()?,
                last_seq: standing.last_seq,
                behind: standing.behind_until.is_some(),
            })
        })
        .await
    }

    async fn next_batch(&self, after: u64) -> AppResult<Option<PushRequest>> {
        let (key, now) = (self.key.clone(), self.host.clock.now());
        self.files(move |store| {
            let Some(batch) = store.pending_batch(after, BatchLimit::default())? else { return Ok(None) };
            Ok(Some(signed(batch, &key, now)))
        })
        .await
    }

    async fn record_results(&self, epoch: Uuid, results: &[OpResult]) -> AppResult<Answers> {
        let (results, news) = (results.to_vec(), !results.is_empty());
        self.take(move |store| store.record_results(&results, epoch), news).await
    }

    async fn record_quarantined(&self, epoch: Uuid, results: &[OpResult]) -> AppResult<Answers> {
        let (results, news) = (results.to_vec(), !results.is_empty());
        self.take(move |store| store.record_quarantined(&results, epoch), news).await
    }

    async fn apply_page(&self, page: &ChangesPage) -> AppResult<Answers> {
        let (brings_outcomes, at_head) = (!page.own_results.is_empty(), page.to.seq == page.head);
        let (page, now) = (page.clone(), self.host.clock.now());
        let applied = self.files(move |store| Ok(store.apply_page(&page, now))).await?;
        // They are on the disk also where the rows could not follow.
        if applied.as_ref().map_or(brings_outcomes, |changed| changed.outcomes) {
            self.outcomes_came();
        }
        if let Ok(changed) = &applied {
            self.rows_changed(*changed);
        }
        if at_head {
            // Many pages leave it for later, and nobody waits for another one now.
            self.text_to_build.notify_one();
        }
        answers(applied)
    }

    async fn begin_load(&self, manifest: &Manifest) -> AppResult<Loaded> {
        let manifest = manifest.clone();
        self.files(move |store| loaded(store.begin_load(&manifest))).await
    }

    async fn load_chunk(&self, number: usize, bytes: Vec<u8>) -> AppResult<Loaded> {
        let taken = self.files(move |store| Ok(store.load_chunk(number, &bytes))).await?;
        if let Ok((_, changed)) = &taken {
            self.rows_changed(*changed);
        }
        loaded(taken.map(|(progress, _)| progress))
    }

    async fn finish_load(&self) -> AppResult<Finished> {
        let finished = match self.files(|store| Ok(store.finish_load())).await? {
            Ok(LoadStep::Working { done, total }) => Finished::Working { done, total },
            Ok(LoadStep::InPlace) => {
                self.changed(EVERYTHING);
                self.text_to_build.notify_one();
                Finished::InPlace
            }
            Err(error) if is_unfit(&error) => Finished::Unfit(error.to_string()),
            Err(error) => return Err(error.into()),
        };
        Ok(finished)
    }

    async fn discard_load(&self) -> AppResult<()> {
        self.files(|store| Ok(store.discard_load()?)).await
    }

    async fn range_digest(&self, range: IdRange) -> AppResult<LocalDigest> {
        self.files(move |store| Ok(store.range_digest(&range)?)).await
    }

    async fn repair_range(&self, range: IdRange, theirs: RangeRows) -> AppResult<bool> {
        match self.files(move |store| Ok(store.repair_range(&range, &theirs))).await? {
            Ok(changed) => {
                self.rows_changed(changed);
                Ok(true)
            }
            Err(StoreError::PageOutOfPlace { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn proof_is_due(&self) -> AppResult<bool> {
        let now = self.host.clock.now();
        self.files(move |store| {
            // A clock that was set back must not put it off for good.
            let is_fresh = |at: Timestamp| now >= at && now.duration_since(at) < COMPARED_EVERY;
            Ok(!store.proof()?.at.is_some_and(is_fresh))
        })
        .await
    }

    async fn proved(&self) -> AppResult<()> {
        let now = self.host.clock.now();
        self.files(move |store| Ok(store.note_proved(now)?)).await
    }

    async fn rebuild_cache(&self) -> AppResult<()> {
        self.files(|store| Ok(store.reset_cache()?)).await?;
        self.changed(EVERYTHING);
        Ok(())
    }

    async fn fall_behind(&self, life: Incarnation, server_last_seq: u64) -> AppResult<bool> {
        self.files(move |store| Ok(store.fall_behind(life, server_last_seq)?)).await
    }

    async fn take_back(&self, epoch: Uuid, operations: &[OwnOperation]) -> AppResult<Answers> {
        let operations = operations.to_vec();
        self.take(move |store| store.take_back(&operations, epoch), true).await
    }

    async fn fork_request(&self, fork_seq: u64) -> AppResult<Option<ForkRequest>> {
        let key = self.key.clone();
        self.files(move |store| Ok(store.fork(fork_seq)?.map(|fork| recovery::fork_request(&key, &fork)))).await
    }

    async fn adopt_life(&self, fork_seq: u64, incarnation: Incarnation) -> AppResult<()> {
        self.files(move |store| {
            let fork = store.fork(fork_seq)?.ok_or_else(|| AppError::internal("a life of operations that are not here"))?;
            Ok(store.adopt_life(fork, incarnation)?)
        })
        .await?;
        self.changed(DataChanged { directory: false, ..EVERYTHING });
        Ok(())
    }

    async fn recognition(&self) -> AppResult<Option<RecogniseRequest>> {
        let (key, token) = (self.key.clone(), self.token.clone());
        self.files(move |store| Ok(recovery::recognition(store, &key, &token)?)).await
    }

    async fn send_again_after(&self, epoch: Uuid, last_seq: u64) -> AppResult<()> {
        self.files(move |store| Ok(store.adopt_epoch(epoch, last_seq)?)).await
    }

    async fn contacted(&self, server_time: Timestamp) {
        let evidence = ClockEvidence::at_contact(server_time, self.host.clock.now(), self.host.clock.running());
        *self.clock.lock().unwrap_or_else(PoisonError::into_inner) = Some(evidence);
    }

    async fn revoked(&self) -> AppResult<()> {
        let now = self.host.clock.now();
        self.files(move |store| Ok(store.revoke(now)?)).await?;
        self.changed(EVERYTHING);
        Ok(())
    }

    fn random(&self) -> u32 {
        u32::from_le_bytes(self.host.random_bytes())
    }
}
