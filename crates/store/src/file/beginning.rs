//! A cache that is being made beside the one in use: `cache.db.load`. Until it is renamed, nobody takes it for the cache.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rusqlite::Connection;

use super::{
    aside::{self, beside},
    connect::{Key, Use, connect},
    generation,
    open::{open_to_write, sync_folder},
    opened::OpenFile,
};
use crate::error::{StoreError, StoreFile};

const FILE: StoreFile = StoreFile::Cache;

/// Where such a file is made, and under which key.
#[derive(Clone)]
pub(crate) struct Beginning {
    pub(super) base: PathBuf,
    pub(super) key: Key,
}

impl Beginning {
    fn path(&self) -> PathBuf {
        beside(&self.base, ".load")
    }

    /// Whether one was begun.
    pub(crate) fn exists(&self) -> bool {
        fs::metadata(self.path()).is_ok_and(|found| found.len() > 0)
    }

    /// Opens it, or makes an empty one. It has a rollback journal: rows that are only added cost no second copy of their pages, as
    /// a log would, and a transaction that was cut is undone. One transaction holds some megabytes, so that waiting for the disk
    /// at its end costs next to nothing, and what was committed survives a power cut.
    pub(crate) fn open(&self, cache_kib: i64) -> Result<Connection, StoreError> {
        let path = self.path();
        if !self.exists() {
            remove(&path)?;
        }
        let connection = connect(FILE, &path, &self.key, Use::Write)?;
        let prepared = connection
            .pragma_update(None, "journal_mode", "DELETE")
            .and_then(|()| connection.pragma_update(None, "synchronous", "FULL"))
            .and_then(|()| connection.pragma_update(None, "locking_mode", "EXCLUSIVE"))
            .and_then(|()| connection.pragma_update(None, "foreign_keys", false))
            .and_then(|()| connection.pragma_update(None, "cache_size", -cache_kib));
        prepared.map_err(|error| StoreError::from_sqlite(FILE, &error))?;
        Ok(connection)
    }

    /// Throws it away. It must not be open.
    pub(crate) fn discard(&self) -> Result<(), StoreError> {
        remove(&self.path())
    }

    /// Makes it the cache: on the disk, then under its name in one step, then open. It must be whole and closed. From the rename
    /// on it is the cache at every start, whatever happens to the one before.
    pub(crate) fn promote(&self) -> Result<OpenFile, StoreError> {
        let io = |error| StoreError::from_io(&error);
        let path = self.path();
        fs::File::open(&path).and_then(|file| file.sync_all()).map_err(io)?;
        let place = generation::next(&self.base).map_err(io)?;
        // What a file of that name left behind must not come back to life.
        aside::clear_leftovers(&place).map_err(io)?;
        fs::rename(&path, &place).and_then(|()| sync_folder(&place)).map_err(io)?;
        let connection = open_to_write(FILE, &place, &self.key, "NORMAL")?;
        OpenFile::new(FILE, place, self.key.clone(), connection)
    }
}

/// The file before its journal: a journal without its file is nothing, a file without its journal may be half of something.
fn remove(path: &Path) -> Result<(), StoreError> {
    ["", "-journal", "-wal", "-shm"]
        .iter()
        .try_for_each(|ending| aside::gone_is_fine(fs::remove_file(beside(path, ending))))
        .map_err(|error| StoreError::from_io(&error))
}
