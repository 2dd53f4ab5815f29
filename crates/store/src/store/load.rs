//! Taking a snapshot: beside the cache in use, and then in its place.

use std::{
    sync::{MutexGuard, PoisonError},
    thread,
};

use beadsbox_protocol::snapshot::{Manifest, SNAPSHOT_FORMAT};

use super::Store;
use crate::{
    cache::{apply, meta},
    error::StoreError,
    load::{Load, LoadProgress, other_rows},
    outbox::enrolment,
    types::ChangedKinds,
};

/// What the last call of [`Store::finish_load`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadStep {
    /// A step; more are to come.
    Working {
        /// Steps done.
        done: u64,
        /// Of how many.
        total: u64,
    },
    /// The last one: the cache is the loaded one from now on.
    InPlace,
}

impl Store {
    /// Begins to take that snapshot, or goes on where a load of it ended. What was loaded of another one is thrown away. The cache
    /// stays in use meanwhile, and nothing here waits for the load.
    pub fn begin_load(&self, manifest: &Manifest) -> Result<LoadProgress, StoreError> {
        self.check_place(manifest)?;
        let mut slot = self.load_slot();
        if let Some(load) = slot.as_ref().filter(|load| load.manifest() == manifest) {
            return Ok(load.progress());
        }
        drop(slot.take());
        let load = Load::open(&self.files.cache.beginning(), manifest)?;
        let progress = load.progress();
        *slot = Some(load);
        Ok(progress)
    }

    /// Takes the next chunk. The rows in it that are no vouchers go into the cache in use as well where that is empty: with them a device
    /// can sell.
    pub fn load_chunk(&self, number: usize, bytes: &[u8]) -> Result<(LoadProgress, ChangedKinds), StoreError> {
        let mut slot = self.load_slot();
        let load = slot.as_mut().ok_or_else(no_load)?;
        let chunk = load.read(number, bytes)?;
        let is_empty = self.files.cache.read(meta::position)?.cursor.seq == 0;
        let rows = if is_empty { other_rows(&chunk)? } else { Vec::new() };
        let mut kinds = ChangedKinds::default();
        if !rows.is_empty() {
            let epoch = load.manifest().epoch;
            let applied = self.files.cache.change(move |transaction| apply::keep_rows(transaction, epoch, &rows))?;
            self.files.overlay.touch_cached(applied.subjects, applied.kinds.directory);
            kinds = applied.kinds;
        }
        Ok((load.take(&chunk)?, kinds))
    }

    /// Does the next step after the last chunk: comparing, indexes, and at the end the exchange. To be called until it is in place.
    pub fn finish_load(&self) -> Result<LoadStep, StoreError> {
        let mut slot = self.load_slot();
        let load = slot.as_mut().ok_or_else(no_load)?;
        if on_its_own_thread(|| load.finish_some(&self.files.cache))? {
            let finishing = load.finishing();
            return Ok(LoadStep::Working { done: finishing.done, total: finishing.total });
        }
        let manifest = load.manifest().clone();
        // No page will tell of who was erased or barred while this device was away: these rows do. Before they are in place, so that a crash in
        // between has them loaded again.
        let (erased, staff) = (load.erased()?, load.staff()?);
        // Closed before it gets another name.
        drop(slot.take());
        let beginning = self.files.cache.beginning();
        if let Err(error) = self.check_place(&manifest) {
            beginning.discard()?;
            return Err(error);
        }
        self.erase_persons(&erased)?;
        self.heed_staff(&staff)?;
        let next = beginning.promote()?;
        self.files.cache.exchange(next);
        self.files.overlay.touch_everything();
        self.forget_damaged();
        Ok(LoadStep::InPlace)
    }

    /// Throws away what was loaded.
    pub fn discard_load(&self) -> Result<(), StoreError> {
        let mut slot = self.load_slot();
        drop(slot.take());
        self.files.cache.beginning().discard()
    }

    /// A snapshot of another epoch, or one from before what the cache holds, would put the screens back.
    fn check_place(&self, manifest: &Manifest) -> Result<(), StoreError> {
        let refuse = |detail: String| Err(StoreError::SnapshotOutOfPlace { detail });
        if manifest.format != SNAPSHOT_FORMAT {
            return refuse(format!("format {}", manifest.format));
        }
        let known = self.files.outbox.read(enrolment::load)?.map(|identity| identity.enrolment.epoch);
        if let Some(known) = known.filter(|known| *known != manifest.epoch) {
            return Err(StoreError::WrongEpoch { known, found: manifest.epoch });
        }
        let stands = self.files.cache.read(meta::position)?.cursor.seq;
        if stands > manifest.cursor.seq {
            return refuse(format!("it is of place {}, the cache stands at {stands}", manifest.cursor.seq));
        }
        Ok(())
    }

    fn load_slot(&self) -> MutexGuard<'_, Option<Load>> {
        // A load that panicked is thrown away with its connection, which undoes what was not committed.
        self.files.load.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sorting an index takes much memory for a moment, and what a thread gave back the allocator keeps for the next one that takes its
/// place: threads that live on would each keep as much (226 MiB instead of 112 at a million vouchers).
fn on_its_own_thread<T: Send>(work: impl FnOnce() -> Result<T, StoreError> + Send) -> Result<T, StoreError> {
    let done = thread::scope(|scope| {
        let started = thread::Builder::new().name("finishing a load".to_owned()).spawn_scoped(scope, work);
        started.map(thread::ScopedJoinHandle::join)
    });
    done.map_err(|error| StoreError::from_io(&error))?.map_err(|_| StoreError::internal("finishing a load panicked"))?
}

fn no_load() -> StoreError {
    StoreError::internal("no snapshot is being loaded")
}
