//! Read-only connections, kept for the next reader.

use std::{
    ops::Deref,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::Connection;

use super::connect::{Key, Use, connect};
use crate::error::{StoreError, StoreFile};

/// More than that are opened when needed, but not kept.
const KEPT: usize = 4;

/// The reading ends of one file.
pub(crate) struct Readers {
    file: StoreFile,
    path: PathBuf,
    key: Key,
    idle: Arc<Mutex<Vec<Connection>>>,
}

/// One moment of a file, until dropped.
pub(crate) struct Snapshot {
    connection: Option<Connection>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    pub(super) fn new(file: StoreFile, path: PathBuf, key: Key) -> Self {
        Self { file, path, key, idle: Arc::default() }
    }

    /// The file as it is now. SQLite takes the snapshot at the first read, so that one is made here.
    pub(crate) fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connect(self.file, &self.path, &self.key, Use::Read)?,
        };
        let begun = connection
            .prepare_cached("BEGIN")
            .and_then(|mut begin| begin.execute([]))
            .and_then(|_| connection.prepare_cached("SELECT 1 FROM sqlite_schema LIMIT 1")?.query_row([], |_| Ok(())));
        begun.map_err(|error| StoreError::from_sqlite(self.file, &error))?;
        Ok(Snapshot { connection: Some(connection), idle: Arc::clone(&self.idle) })
    }

    /// Closes those that wait.
    pub(crate) fn close_idle(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Deref for Snapshot {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        // `drop` alone takes it out.
        self.connection.as_ref().unwrap_or_else(|| unreachable!())
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        if connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([])).is_err() {
            return;
        }
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(connection);
        }
    }
}
