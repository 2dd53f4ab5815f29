//! The device's files, as the sync needs them.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_domain::Timestamp;
use beadsbox_protocol::{
    chain::sign_tip,
    pull::ChangesPage,
    push::{OpResult, PushRequest},
};
use beadsbox_store::{BatchLimit, Store};
use beadsbox_sync::{Position, Replica};
use ed25519_dalek::SigningKey;
use tokio::sync::{broadcast, watch};
use uuid::Uuid;

use crate::{
    clock_evidence::ClockEvidence,
    error::{AppError, AppResult},
    host::Host,
    program::blocking,
    view::DataChanged,
};

const EVERYTHING: DataChanged = DataChanged { vouchers: true, templates: true, conflicts: true, directory: true };

/// The store, with the key that signs what it sends.
pub struct StoreReplica {
    host: Host,
    store: Arc<Store>,
    key: SigningKey,
    outcomes: watch::Sender<u64>,
    changes: broadcast::Sender<DataChanged>,
    clock: Mutex<Option<ClockEvidence>>,
}

impl StoreReplica {
    /// The files of a device whose operations that key signs.
    pub fn new(host: Host, store: Arc<Store>, key: SigningKey) -> Self {
        Self { host, store, key, outcomes: watch::Sender::default(), changes: broadcast::Sender::new(64), clock: Mutex::default() }
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

    async fn files<T: Send + 'static>(&self, work: impl FnOnce(&Store) -> AppResult<T> + Send + 'static) -> AppResult<T> {
        let store = Arc::clone(&self.store);
        blocking(move || work(&store)).await
    }
}

#[async_trait]
impl Replica for StoreReplica {
    type Error = AppError;

    async fn position(&self) -> AppResult<Position> {
        self.files(|store| {
            let cache = store.position()?;
            let epoch = match cache.epoch {
                Some(epoch) => epoch,
                None => store.enrolment()?.map(|enrolment| enrolment.epoch).unwrap_or_default(),
            };
            let incarnation = store.enrolment()?.map_or(1, |enrolment| enrolment.incarnation);
            Ok(Position { epoch, incarnation, cursor: cache.cursor, acked: store.acknowledged_through()?, waiting: store.counts()?.waiting })
        })
        .await
    }

    async fn next_batch(&self) -> AppResult<Option<PushRequest>> {
        let (key, now) = (self.key.clone(), self.host.clock.now());
        self.files(move |store| {
            let Some(batch) = store.pending_batch(BatchLimit::default())? else { return Ok(None) };
            let signature = sign_tip(&key, batch.device, batch.incarnation, batch.last_seq, batch.tip);
            Ok(Some(PushRequest {
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
                receipts: Vec::new(),
            }))
        })
        .await
    }

    async fn record_results(&self, epoch: Uuid, results: &[OpResult]) -> AppResult<()> {
        if results.is_empty() {
            return Ok(());
        }
        let results = results.to_vec();
        self.files(move |store| Ok(store.record_results(&results, epoch).map(drop)?)).await?;
        self.outcomes.send_modify(|count| *count += 1);
        self.changed(DataChanged { directory: false, ..EVERYTHING });
        Ok(())
    }

    async fn apply_page(&self, page: &ChangesPage) -> AppResult<()> {
        let (page, now) = (page.clone(), self.host.clock.now());
        let changed = self.files(move |store| Ok(store.apply_page(&page, now)?)).await?;
        let changed = DataChanged { vouchers: changed.vouchers, templates: changed.templates, conflicts: changed.conflicts, directory: changed.directory };
        if changed != DataChanged::default() {
            self.changed(changed);
        }
        Ok(())
    }

    async fn rebuild_cache(&self) -> AppResult<()> {
        self.files(|store| Ok(store.reset_cache()?)).await?;
        self.changed(EVERYTHING);
        Ok(())
    }

    async fn send_again_after(&self, epoch: Uuid, last_seq: u64) -> AppResult<()> {
        self.files(move |store| Ok(store.adopt_epoch(epoch, last_seq)?)).await
    }

    async fn contacted(&self, server_time: Timestamp) {
        let evidence = ClockEvidence::at_contact(server_time, self.host.clock.now(), self.host.clock.running());
        *self.clock.lock().unwrap_or_else(PoisonError::into_inner) = Some(evidence);
    }

    async fn revoked(&self) -> AppResult<()> {
        self.files(|store| Ok(store.wipe_cache()?)).await?;
        self.changed(EVERYTHING);
        Ok(())
    }

    fn random(&self) -> u32 {
        u32::from_le_bytes(self.host.random_bytes())
    }
}
