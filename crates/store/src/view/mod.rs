//! One moment of everything that the screens show.

mod batches;
mod conflicts;
mod day;
mod offline_use;
mod own;
mod place;
mod templates;
mod vouchers;

pub use batches::BatchSummary;
pub use offline_use::OfflineUse;

use std::{
    cell::{OnceCell, RefCell},
    sync::Arc,
};

use rusqlite::Connection;

use crate::{
    cache::{directory::Directory, meta, voucher::Contents},
    effective::{
        entry::{SourceError, Sources},
        overlay::Overlay,
        rules::Rules,
    },
    error::StoreError,
    file::Snapshot,
    store::Files,
    types::CachePosition,
};

/// How often the cache may be replaced between two looks at it before something is wrong.
const TRIES: usize = 100;

/// One moment of the files. Short-lived: while it is there, SQLite keeps what it sees.
pub struct View<'a> {
    files: &'a Files,
    pub(crate) overlay: Arc<Overlay>,
    cache: Snapshot,
    outbox: OnceCell<Snapshot>,
    writing: Option<&'a Connection>,
    rules: Rules,
    contents: RefCell<Contents>,
}

impl<'a> View<'a> {
    /// The overlay first, then the cache's rows: what left the overlay is in the rows. Both must be of the same cache.
    pub(crate) fn open(files: &'a Files) -> Result<Self, StoreError> {
        Self::open_while(files, None)
    }

    /// As [`Self::open`], for who is writing to the outbox.
    pub(crate) fn open_while(files: &'a Files, writing: Option<&'a Connection>) -> Result<Self, StoreError> {
        for _ in 0..TRIES {
            let overlay = files.overlay.current(&files.cache, &files.outbox, writing)?;
            let cache = files.cache.snapshot()?;
            let position = meta::position(&cache).map_err(|error| files.cache.failed(&error))?;
            if position.cache_id == overlay.rules.position.cache_id {
                let rules = Rules { directory: Arc::clone(&overlay.rules.directory), position };
                return Ok(Self { files, overlay, cache, outbox: OnceCell::new(), writing, rules, contents: RefCell::default() });
            }
            files.overlay.touch_everything();
        }
        Err(StoreError::internal("the cache is replaced again and again"))
    }

    /// Who and where, and what the organisation set.
    pub const fn directory(&self) -> &Arc<Directory> {
        &self.rules.directory
    }

    /// Where the cache stands.
    pub const fn position(&self) -> &CachePosition {
        &self.rules.position
    }

    /// The outbox's moment: later than the cache's, so that an operation is never missed in both.
    fn outbox(&self) -> Result<&Connection, StoreError> {
        if let Some(writing) = self.writing {
            return Ok(writing);
        }
        if let Some(snapshot) = self.outbox.get() {
            return Ok(snapshot);
        }
        let snapshot = self.files.outbox.snapshot()?;
        Ok(self.outbox.get_or_init(|| snapshot))
    }

    fn sources(&self) -> Result<Sources<'_>, StoreError> {
        Ok(Sources { cache: &self.cache, outbox: self.outbox()?, rules: &self.rules })
    }

    fn source_failed(&self, error: SourceError) -> StoreError {
        match error {
            SourceError::Cache(error) => self.files.cache.failed(&error),
            SourceError::Outbox(error) => self.files.outbox.failed(&error),
        }
    }

    fn cached<T>(&self, answer: rusqlite::Result<T>) -> Result<T, StoreError> {
        answer.map_err(|error| self.files.cache.failed(&error))
    }

    fn recorded<T>(&self, answer: rusqlite::Result<T>) -> Result<T, StoreError> {
        answer.map_err(|error| self.files.outbox.failed(&error))
    }
}
