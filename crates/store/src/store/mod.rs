//! The two files together.

mod identity;
mod load;
mod proof;
mod recording;
mod recovery;
mod sign_in;
#[cfg(test)]
mod stage;
mod sync;

use std::sync::{Arc, Mutex};

pub use load::LoadStep;

use crate::{
    cache::{meta, reset},
    effective::overlay::OverlayCell,
    error::{StoreError, StoreFile},
    file::{Database, check_library, migrate::newest, open_cache, open_outbox},
    keys::{StoreKeys, StorePaths},
    load::Load,
    outbox::{counts, own, refusals},
    types::{CacheOpening, CachePosition, Opened, OutboxCounts},
    view::View,
};
use beadsbox_domain::{OpId, Timestamp};

/// The open files and what is computed from both.
pub(crate) struct Files {
    pub(crate) outbox: Database,
    pub(crate) cache: Database,
    pub(crate) overlay: OverlayCell,
    /// A snapshot that is being loaded.
    pub(crate) load: Mutex<Option<Load>>,
}

/// The two files of a device. Cheap to clone; every method blocks until it is done.
#[derive(Clone)]
pub struct Store {
    files: Arc<Files>,
}

/// The libraries below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    /// SQLite's.
    pub sqlite: String,
    /// SQLCipher's.
    pub sqlcipher: String,
    /// The schema of the cache, as this program writes it.
    pub cache_schema: u32,
    /// That of the outbox.
    pub outbox_schema: u32,
}

impl Store {
    /// Opens the files, or makes them. A damaged cache is moved aside and replaced; a damaged outbox is an error, and left as it is.
    pub fn open(paths: &StorePaths, keys: &StoreKeys) -> Result<(Self, Opened), StoreError> {
        check_library()?;
        let outbox = open_outbox(&paths.outbox, &keys.outbox)?;
        let (cache, mut opening) = open_cache(&paths.cache, &keys.cache)?;
        cache.change(|transaction| meta::begin(transaction))?;
        let store = Self { files: Arc::new(Files { outbox, cache, overlay: OverlayCell::new(), load: Mutex::default() }) };
        if store.cache_went_back()? {
            store.files.cache.change(|transaction| meta::rename(transaction))?;
        }
        if store.leave_other_epoch()? {
            opening = CacheOpening::Rebuilt;
        }
        // Whole again: what was damaged helps nobody any more, and holds buyers' data.
        if store.position()?.last_sync_at.is_some() {
            store.forget_damaged();
        }
        Ok((store, Opened { cache: opening }))
    }

    /// A power cut lost the cache's last commits, or an older copy was put back. What was noted about it counts no more, not even once
    /// its cursor has passed that place again: a row that changed meanwhile comes later in the feed.
    fn cache_went_back(&self) -> Result<bool, StoreError> {
        let position = self.position()?;
        self.files.outbox.read(move |connection| own::is_noted_beyond(connection, position.cache_id, position.cursor.seq))
    }

    /// Removes the damaged caches that were set aside. Where that fails it is tried again at the next start.
    fn forget_damaged(&self) {
        if let Err(error) = self.files.cache.forget_damaged() {
            tracing::warn!(%error, "damaged caches stay for now");
        }
    }

    /// One moment of everything that the screens show.
    pub fn view(&self) -> Result<View<'_>, StoreError> {
        View::open(&self.files)
    }

    /// Where the cache stands.
    pub fn position(&self) -> Result<CachePosition, StoreError> {
        self.files.cache.read(meta::position)
    }

    /// How many bytes the cache's file takes on the disk.
    pub fn cache_bytes(&self) -> u64 {
        self.files.cache.bytes()
    }

    /// How many operations there are.
    pub fn counts(&self) -> Result<OutboxCounts, StoreError> {
        self.files.outbox.read(counts::counts)
    }

    /// A person has taken note of a refusal.
    pub fn acknowledge_refusal(&self, op: OpId, at: Timestamp) -> Result<(), StoreError> {
        let found = self.files.outbox.change(move |transaction| refusals::acknowledge(transaction, op, at))?;
        if found { Ok(()) } else { Err(StoreError::UnknownOperation { op }) }
    }

    /// Empties the cache, to take everything anew, and throws away what was loaded. The outbox is not touched.
    pub fn reset_cache(&self) -> Result<(), StoreError> {
        self.discard_load()?;
        self.files.cache.change(reset::reset)?;
        self.files.overlay.touch_everything();
        Ok(())
    }

    /// Empties the cache and leaves nothing of it in the file, for a device that was revoked. The outbox is not touched.
    fn wipe_cache(&self) -> Result<(), StoreError> {
        self.reset_cache()?;
        self.files.cache.forget_damaged()?;
        self.files.cache.maintain(|connection| reset::scrub(connection))
    }

    /// The libraries below.
    pub fn versions(&self) -> Result<Versions, StoreError> {
        let sqlcipher = self.files.outbox.read(|connection| connection.query_row("PRAGMA cipher_version", [], |row| row.get(0)))?;
        let (cache_schema, outbox_schema) = (newest(StoreFile::Cache), newest(StoreFile::Outbox));
        Ok(Versions { sqlite: rusqlite::version().to_owned(), sqlcipher, cache_schema, outbox_schema })
    }
}
