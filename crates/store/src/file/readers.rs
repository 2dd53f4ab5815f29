//! Read-only connections, kept for the next reader.

use std::{
    ops::Deref,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use rusqlite::Connection;

use super::{
    connect::{Key, Use, connect},
    opened::OpenFile,
};
use crate::error::{StoreError, StoreFile};

/// More than that are opened when needed, but not kept.
const KEPT: usize = 4;
/// SQLite asks after so many of its steps whether to go on.
const STEPS: i32 = 1000;
/// How often it may ask within a budget: some milliseconds.
const BUDGET: i64 = 100;
const NO_BUDGET: i64 = i64::MAX;

/// The reading ends of one file.
pub(crate) struct Readers {
    file: StoreFile,
    path: PathBuf,
    key: Key,
    idle: Mutex<Vec<Reader>>,
}

struct Reader {
    connection: Connection,
    budget: Arc<AtomicI64>,
}

/// One moment of a file, until dropped.
pub(crate) struct Snapshot {
    reader: Option<Reader>,
    // After the reader: whoever drops the last one closes the file.
    home: Arc<OpenFile>,
}

impl Readers {
    pub(super) fn new(file: StoreFile, path: PathBuf, key: Key) -> Self {
        Self { file, path, key, idle: Mutex::default() }
    }

    /// A connection with a moment of the file. SQLite takes it at the first read, so that one is made here.
    fn begin(&self) -> Result<Reader, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader = match idle {
            Some(reader) => reader,
            None => self.open()?,
        };
        let begun = reader
            .connection
            .prepare_cached("BEGIN")
            .and_then(|mut begin| begin.execute([]))
            .and_then(|_| reader.connection.prepare_cached("SELECT 1 FROM sqlite_schema LIMIT 1")?.query_row([], |_| Ok(())));
        begun.map_err(|error| StoreError::from_sqlite(self.file, &error))?;
        Ok(reader)
    }

    fn open(&self) -> Result<Reader, StoreError> {
        let mut connection = connect(self.file, &self.path, &self.key, Use::Read)?;
        let budget = Arc::new(AtomicI64::new(NO_BUDGET));
        let left = Arc::clone(&budget);
        connection
            .progress_handler(STEPS, Some(move || left.fetch_sub(1, Ordering::Relaxed) <= 0))
            .map_err(|error| StoreError::from_sqlite(self.file, &error))?;
        Ok(Reader { connection, budget })
    }

    /// Closes those that wait.
    pub(crate) fn close_idle(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Snapshot {
    pub(super) fn take(home: &Arc<OpenFile>) -> Result<Self, StoreError> {
        Ok(Self { reader: Some(home.readers.begin()?), home: Arc::clone(home) })
    }

    fn reader(&self) -> &Reader {
        // `drop` alone takes it out.
        self.reader.as_ref().unwrap_or_else(|| unreachable!())
    }

    /// Asks what may take too long for a page that somebody waits for; SQLite says that it was interrupted if it does.
    pub(crate) fn within_budget<T>(&self, question: impl FnOnce(&Connection) -> T) -> T {
        self.within(BUDGET, question)
    }

    /// The same, with so many thousands of SQLite's steps.
    pub(crate) fn within<T>(&self, thousands_of_steps: i64, question: impl FnOnce(&Connection) -> T) -> T {
        let Reader { connection, budget } = self.reader();
        budget.store(thousands_of_steps, Ordering::Relaxed);
        let answer = question(connection);
        budget.store(NO_BUDGET, Ordering::Relaxed);
        answer
    }
}

impl Deref for Snapshot {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.reader().connection
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        let Some(reader) = self.reader.take() else { return };
        if reader.connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([])).is_err() {
            return;
        }
        let mut idle = self.home.readers.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(reader);
        }
    }
}
