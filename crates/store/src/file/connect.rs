//! Opening a connection: key first, then what every connection wants.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use crate::error::{StoreError, StoreFile};

/// The first SQLite whose WAL files are safe with a writer and a pool of readers.
pub(super) const LEAST_SQLITE: (i32, &str) = (3_051_003, "3.51.3");
/// Another process (a backup program, a second copy starting) may hold the file for a moment.
const BUSY: Duration = Duration::from_secs(5);
/// A reader keeps at most so many KiB of pages: in an order in which neighbours lie anywhere, as that of buyers, each row is a page, and so a
/// few thousand rows are scrolled through again without reading them again. The writer keeps more, which it gives back when it has nothing to do.
const READERS_PAGES_KIB: i64 = 16 * 1024;
const WRITERS_PAGES_KIB: i64 = 48 * 1024;
/// A log of so many pages is moved into the file by whoever writes; mostly that is done while nobody does.
const LONGEST_LOG_PAGES: i64 = 4000;
const STATEMENTS_KEPT: usize = 96;

/// A raw key as SQLCipher reads it: no derivation, so that a connection opens in no time.
#[derive(Clone)]
pub(crate) struct Key(Zeroizing<String>);

impl Key {
    pub(crate) fn new(bytes: &[u8; 32]) -> Self {
        let digits = Zeroizing::new(hex::encode(bytes));
        Self(Zeroizing::new(format!("x'{}'", digits.as_str())))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// The one that writes; makes the file where there is none.
    Write,
    /// Reads only.
    Read,
    /// Looks whether the file is sound, and changes not a byte of it.
    Probe,
}

/// Refuses libraries that would harm the files.
pub(crate) fn check_library() -> Result<(), StoreError> {
    let (least, name) = LEAST_SQLITE;
    if rusqlite::version_number() < least {
        return Err(StoreError::SqliteTooOld { found: rusqlite::version().to_owned(), least: name });
    }
    Ok(())
}

/// Opens and keys. A wrong key shows at the first read, not here.
pub(crate) fn connect(file: StoreFile, path: &Path, key: &Key, purpose: Use) -> Result<Connection, StoreError> {
    let flags = match purpose {
        Use::Write => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        Use::Read | Use::Probe => OpenFlags::SQLITE_OPEN_READ_ONLY,
    };
    let opened = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .and_then(|connection| prepare(&connection, file, key, purpose).map(|()| connection));
    let connection = opened.map_err(|error| StoreError::from_sqlite(file, &error))?;
    let cipher: Option<String> = connection.query_row("PRAGMA cipher_version", [], |row| row.get(0)).ok();
    if cipher.is_none_or(|version| version.is_empty()) {
        return Err(StoreError::NoCipher);
    }
    Ok(connection)
}

fn prepare(connection: &Connection, file: StoreFile, key: &Key, purpose: Use) -> rusqlite::Result<()> {
    if purpose == Use::Probe {
        connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    }
    // What the cipher would print on the error output comes back as errors all the same.
    connection.pragma_update(None, "cipher_log_level", "NONE")?;
    connection.pragma_update(None, "key", key.as_str())?;
    if file == StoreFile::Cache {
        // Most of the time that a million vouchers take goes into checking pages, and processors do this one themselves: docs/adr/0018.
        connection.pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256")?;
    }
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    // Sorting spills into memory: a file in the temporary folder would not be encrypted.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    let pages = if purpose == Use::Write { WRITERS_PAGES_KIB } else { READERS_PAGES_KIB };
    connection.pragma_update(None, "cache_size", -pages)?;
    connection.pragma_update(None, "wal_autocheckpoint", LONGEST_LOG_PAGES)?;
    if purpose == Use::Write {
        // To the disk itself: macOS leaves what is synced in the disk's own memory unless it is asked like this. Elsewhere it changes nothing.
        connection.pragma_update(None, "fullfsync", true)?;
        connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    }
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)
}
