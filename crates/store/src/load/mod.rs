//! Loading a snapshot: chunk by chunk into a file beside the cache, which then takes the cache's place.
//!
//! A chunk is one transaction, with the note that it was taken: whatever cuts the load, it goes on after the last one. Indexes
//! come after the rows and are made by sorting. Before that the rows are read back and their digest compared with the server's.

mod carry;
mod chunk;
mod file;
mod finish;
mod voucher;

use std::collections::HashMap;

use beadsbox_protocol::{flat::ContentHash, rows::Row, snapshot::Manifest};
use rusqlite::Connection;

use crate::{
    error::{StoreError, StoreFile},
    file::Beginning,
};

pub(crate) use finish::Finishing;

/// How far a load is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadProgress {
    /// The chunk to take next; as many as the manifest has once all are there.
    pub next_chunk: usize,
    /// Rows taken.
    pub rows: u64,
}

/// A snapshot that is being loaded.
pub(crate) struct Load {
    connection: Connection,
    manifest: Manifest,
    progress: LoadProgress,
    /// The last voucher taken: they come in the order of their ids.
    last_voucher: Option<[u8; 16]>,
    contents: HashMap<ContentHash, Content>,
    finishing: Finishing,
}

/// What a template said, as the vouchers of one snapshot share it.
struct Content {
    number: i64,
    title_key: String,
    price: i64,
}

fn failed(error: &rusqlite::Error) -> StoreError {
    StoreError::from_sqlite(StoreFile::Cache, error)
}

impl Load {
    /// Goes on with the load of that snapshot, or begins it. The beginnings of another one are thrown away.
    pub(crate) fn open(beginning: &Beginning, manifest: &Manifest) -> Result<Self, StoreError> {
        if beginning.exists() {
            match file::resume(beginning, manifest) {
                Ok(Some(load)) => return Ok(load),
                Ok(None) => tracing::info!("the beginnings of another snapshot are thrown away"),
                Err(error) => tracing::warn!(%error, "what was loaded cannot be read and is loaded anew"),
            }
            beginning.discard()?;
        }
        file::begin(beginning, manifest)
    }

    /// How far it is.
    pub(crate) const fn progress(&self) -> LoadProgress {
        self.progress
    }

    /// The snapshot.
    pub(crate) const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Reads a chunk, which must be the next one, and checks it. Nothing is written.
    pub(crate) fn read(&self, number: usize, bytes: &[u8]) -> Result<chunk::Plain, StoreError> {
        let next = self.progress.next_chunk;
        let described = self.manifest.chunks.get(number).filter(|_| number == next);
        let described = described.ok_or_else(|| StoreError::internal(format!("chunk {number} is not the next one, {next}")))?;
        chunk::Plain::check(number, described, bytes)
    }

    /// Takes the chunk that was read: all of it or nothing.
    pub(crate) fn take(&mut self, chunk: &chunk::Plain) -> Result<LoadProgress, StoreError> {
        file::take(self, chunk)?;
        Ok(self.progress)
    }
}

/// The rows of a chunk that are no vouchers.
pub(crate) fn other_rows(chunk: &chunk::Plain) -> Result<Vec<Row>, StoreError> {
    chunk.other_rows()
}
