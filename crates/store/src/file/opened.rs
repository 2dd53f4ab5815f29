//! An open file: its readers and its writer, and what becomes of it once another one stands in its place.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use rusqlite::Connection;

use super::{aside, connect::Key, readers::Readers, readers::Snapshot, writer::Writer};
use crate::error::{StoreError, StoreFile};

/// An open file. Whoever reads or writes holds it; the last one closes it.
pub(crate) struct OpenFile {
    // Closed before the writer, which as the last one then moves the log into the file.
    pub(super) readers: Readers,
    pub(super) writer: Writer,
    // After both: nothing of the file is open when it is removed.
    ending: Ending,
}

struct Ending {
    path: PathBuf,
    replaced: AtomicBool,
}

impl OpenFile {
    pub(super) fn new(file: StoreFile, path: PathBuf, key: Key, connection: Connection) -> Result<Self, StoreError> {
        let writer = Writer::start(file, connection)?;
        Ok(Self { readers: Readers::new(file, path.clone(), key), writer, ending: Ending { path, replaced: AtomicBool::new(false) } })
    }

    pub(super) fn path(&self) -> &Path {
        &self.ending.path
    }

    /// The file as it is now.
    pub(super) fn snapshot(self: &Arc<Self>) -> Result<Snapshot, StoreError> {
        Snapshot::take(self)
    }

    /// Another file stands in its place: it goes when nobody holds it any more.
    pub(super) fn replaced(&self) {
        self.ending.replaced.store(true, Ordering::Release);
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        if self.replaced.load(Ordering::Acquire)
            && let Err(error) = aside::remove_with_leftovers(&self.path)
        {
            // The next start removes it.
            tracing::info!(%error, "the old cache was not removed");
        }
    }
}
