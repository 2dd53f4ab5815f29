//! A file: one writer, a pool of readers, its key, its schema, and what to do where it is damaged.

mod aside;
mod beginning;
mod connect;
mod generation;
pub(crate) mod migrate;
mod open;
mod opened;
mod probe;
mod readers;
pub(crate) mod sql;
mod writer;

use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

use rusqlite::{Connection, Transaction, TransactionBehavior};

pub use aside::set_aside_outbox;
pub(crate) use beginning::Beginning;
pub(crate) use connect::check_library;
pub(crate) use open::{open_cache, open_outbox};
pub(crate) use opened::OpenFile;
pub(crate) use readers::Snapshot;

use crate::error::{StoreError, StoreFile};
use connect::Key;

/// One of the two files, open. The cache may be exchanged for another one while it is read and written.
pub(crate) struct Database {
    file: StoreFile,
    /// Where the first generation is.
    base: PathBuf,
    key: Key,
    current: RwLock<Arc<OpenFile>>,
}

impl Database {
    fn new(file: StoreFile, base: PathBuf, path: PathBuf, key: Key, connection: Connection) -> Result<Self, StoreError> {
        let current = RwLock::new(Arc::new(OpenFile::new(file, path, key.clone(), connection)?));
        Ok(Self { file, base, key, current })
    }

    fn current(&self) -> Arc<OpenFile> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Where a file is made that is to take this one's place.
    pub(crate) fn beginning(&self) -> Beginning {
        Beginning { base: self.base.clone(), key: self.key.clone() }
    }

    /// From now on that file is read and written. Who reads or writes the old one still, ends what they do there.
    pub(crate) fn exchange(&self, next: OpenFile) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::replace(&mut *current, Arc::new(next));
        drop(current);
        old.replaced();
    }

    /// How many bytes the file takes on the disk.
    pub(crate) fn bytes(&self) -> u64 {
        std::fs::metadata(self.current().path()).map_or(0, |found| found.len())
    }

    /// Removes what was set aside of it as damaged.
    pub(crate) fn forget_damaged(&self) -> Result<(), StoreError> {
        aside::forget_damaged(&self.base).map_err(|error| StoreError::from_io(&error))
    }

    /// The file as it is now.
    pub(crate) fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.current().snapshot().inspect_err(|error| self.note(error))
    }

    /// Reads with `work` and names the file in what SQLite says.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let snapshot = self.snapshot()?;
        work(&snapshot).map_err(|error| self.failed(&error))
    }

    /// One transaction on the writer's thread: all of it on the disk when this returns, or nothing.
    pub(crate) fn write<T, E>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<WriteError> + Send + 'static,
    {
        self.write_then(work, |_| {})
    }

    /// The same, with what follows from it: done when it is on the disk, and before anybody else writes.
    pub(crate) fn write_then<T, E>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<WriteError> + Send + 'static,
    {
        let done = self.current().writer.run(move |connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(WriteError::Sqlite)?;
            let given = work(&transaction)?;
            transaction.commit().map_err(WriteError::Sqlite)?;
            then(&given);
            Ok(given)
        });
        done.unwrap_or_else(|stopped| Err(WriteError::Stopped(stopped).into()))
    }

    /// As [`Self::write`], for work that meets no other errors than SQLite's.
    pub(crate) fn change<T: Send + 'static>(&self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static) -> Result<T, StoreError> {
        self.write(move |transaction| work(transaction).map_err(WriteError::Sqlite)).map_err(|error| self.write_failed(error))
    }

    /// Work on the bare connection, outside any transaction.
    pub(crate) fn maintain(&self, work: impl FnOnce(&mut Connection) -> rusqlite::Result<()> + Send + 'static) -> Result<(), StoreError> {
        let current = self.current();
        current.readers.close_idle();
        current.writer.run(work)?.map_err(|error| self.failed(&error))
    }

    /// A change that nobody waits for, and that is made again if it gets lost.
    pub(crate) fn change_some_time(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<()> + Send + 'static) {
        let posted = self.current().writer.post(move |connection| {
            if let Err(error) = work(connection) {
                tracing::warn!(%error, "a note on a file was not kept");
            }
        });
        if let Err(error) = posted {
            tracing::warn!(%error, "a note on a file was not kept");
        }
    }

    /// What a failed write means for this file.
    pub(crate) fn write_failed(&self, error: WriteError) -> StoreError {
        match error {
            WriteError::Sqlite(error) => self.failed(&error),
            WriteError::Stopped(error) => error,
        }
    }

    /// What SQLite's word means for this file.
    pub(crate) fn failed(&self, error: &rusqlite::Error) -> StoreError {
        let error = StoreError::from_sqlite(self.file, error);
        self.note(&error);
        error
    }

    /// A cache found damaged in use is rebuilt at the next start.
    fn note(&self, error: &StoreError) {
        if matches!(error, StoreError::CacheDamaged { .. }) {
            aside::mark_damaged(self.current().path());
        }
    }
}

/// Why a transaction was not made.
#[derive(Debug)]
pub(crate) enum WriteError {
    /// SQLite's word.
    Sqlite(rusqlite::Error),
    /// The thread is gone.
    Stopped(StoreError),
}

impl From<rusqlite::Error> for WriteError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}
