//! Whether a file is sound, without changing a byte of it.

use std::path::Path;

use rusqlite::Connection;

use super::{
    connect::{Key, Use, connect},
    migrate,
};
use crate::error::{StoreError, StoreFile};

/// Up to this size the whole file is checked at each start. A larger one shows its damage where it is read: every page has a
/// checksum of the cipher's.
const CHECKED_WHOLE: u64 = 16 * 1024 * 1024;

/// The schema of the file; 0 where it is empty. Fails where the file cannot be read with the key, is cut, or breaks SQLite's
/// own rules.
pub(super) fn probe(file: StoreFile, path: &Path, key: &Key) -> Result<u32, StoreError> {
    let length = std::fs::metadata(path).map_err(|error| StoreError::from_io(&error))?.len();
    let connection = connect(file, path, key, Use::Probe)?;
    let version = migrate::version(file, &connection)?;
    let failed = |error| StoreError::from_sqlite(file, &error);
    read_schema(&connection).map_err(failed)?;
    if length > CHECKED_WHOLE {
        return Ok(version);
    }
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(failed)?;
    if verdict == "ok" { Ok(version) } else { Err(StoreError::damaged(file, verdict)) }
}

fn read_schema(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("SELECT count(*), sum(length(sql)) FROM sqlite_schema", [], |_| Ok(()))
}
