//! Opening the two files: the cache is replaced where it is damaged, the outbox never.

use std::{fs, path::Path};

use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

use super::{
    Database, aside,
    connect::{Key, Use, connect},
    generation, migrate,
    probe::probe,
};
use crate::{
    error::{StoreError, StoreFile},
    types::CacheOpening,
};

/// Beside the outbox lies the hash of its key. Where the file cannot be read it tells a wrong key from a damaged file.
const KEY_ID: &str = ".key-id";
/// SQLCipher's page, of which every whole file is a multiple.
const PAGE: u64 = 4096;

/// Opens the outbox, or makes it where there never was one.
pub(crate) fn open_outbox(path: &Path, key: &[u8; 32]) -> Result<Database, StoreError> {
    let file = StoreFile::Outbox;
    let damaged = |detail: &str| StoreError::OutboxDamaged { detail: detail.to_owned() };
    let id = key_id(key);
    let known_id = fs::read_to_string(aside::beside(path, KEY_ID)).ok().filter(|known| known.len() == id.len());
    let key = Key::new(key);
    let is_foreign = known_id.as_ref().is_some_and(|known| *known != id);
    if !is_foreign {
        roll_back(file, path, &key)?;
    }
    match fs::metadata(path).map(|found| found.len()) {
        Ok(length) if length > 0 => {
            if is_foreign {
                return Err(StoreError::KeyMismatch { file });
            }
            let version = probe(file, path, &key).map_err(|error| match error {
                // Without the hash beside it a whole number of pages is taken for a sound file under another key.
                StoreError::OutboxDamaged { .. } if known_id.is_none() && length % PAGE == 0 && !reads_as_text(path) => StoreError::KeyMismatch { file },
                error => error,
            })?;
            if version == 0 && known_id.is_some() {
                return Err(damaged("the file is empty"));
            }
        }
        Ok(_) if known_id.is_some() => return Err(damaged("the file is empty")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && known_id.is_some() => return Err(damaged("the file is gone")),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(StoreError::from_io(&error)),
        // SQLite would throw away a log whose file is gone.
        _ if aside::log_length(path) > 0 => return Err(damaged("the file is gone, its log is there")),
        _ => {}
    }
    let connection = open_to_write(file, path, &key, "FULL")?;
    if known_id.is_none() {
        // So that a sound file is never without its first page, and the hash never there before the file.
        connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").map_err(|error| StoreError::from_sqlite(file, &error))?;
        write_synced(&aside::beside(path, KEY_ID), &id)
            .and_then(|()| sync_folder(path))
            // The folder may be as new as the file: without its own name on the disk a power cut takes all of it.
            .and_then(|()| path.parent().map_or(Ok(()), sync_folder))
            .map_err(|error| StoreError::from_io(&error))?;
    }
    Database::new(file, path.to_owned(), path.to_owned(), key, connection)
}

/// Opens the cache; one that is damaged is moved aside and replaced.
pub(crate) fn open_cache(base: &Path, key: &[u8; 32]) -> Result<(Database, CacheOpening), StoreError> {
    let file = StoreFile::Cache;
    let key = Key::new(key);
    let path = generation::newest(base).map_err(|error| StoreError::from_io(&error))?;
    let (connection, opening) = open_or_replace(base, &path, &key)?;
    // An exchange that did not end may have left the one before.
    generation::remove_older(base, &path);
    Ok((Database::new(file, base.to_owned(), path, key, connection)?, opening))
}

fn open_or_replace(base: &Path, path: &Path, key: &Key) -> Result<(Connection, CacheOpening), StoreError> {
    let file = StoreFile::Cache;
    let io = |error| StoreError::from_io(&error);
    if !aside::is_marked(path) {
        roll_back(file, path, key)?;
    }
    let length = match fs::metadata(path) {
        Ok(found) => found.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
        Err(error) => return Err(io(error)),
    };
    if length > 0 && !aside::is_marked(path) {
        let opened = probe(file, path, key).and_then(|version| Ok((version, open_to_write(file, path, key, "NORMAL")?)));
        match opened {
            Ok((0, connection)) => return Ok((connection, CacheOpening::Fresh)),
            Ok((_, connection)) => return Ok((connection, CacheOpening::Kept)),
            Err(StoreError::CacheDamaged { detail }) => tracing::warn!(detail, "the cache is damaged and is made anew"),
            Err(error) => return Err(error),
        }
    }
    let opening = if length > 0 {
        aside::set_cache_aside(base, path).map_err(io)?;
        CacheOpening::Rebuilt
    } else {
        aside::clear_leftovers(path).map_err(io)?;
        CacheOpening::Fresh
    };
    Ok((open_to_write(file, path, key, "NORMAL")?, opening))
}

/// Ends what a power cut broke off while the file was made, before it had a log: SQLite then left a journal, which nobody may roll back who
/// only reads, and the probe only reads. What is damaged is for the probe to tell.
fn roll_back(file: StoreFile, path: &Path, key: &Key) -> Result<(), StoreError> {
    if !aside::has_journal(path) || !path.exists() {
        return Ok(());
    }
    let connection = connect(file, path, key, Use::Write)?;
    let read = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()));
    match read.map_err(|error| StoreError::from_sqlite(file, &error)) {
        Err(StoreError::OutboxDamaged { .. } | StoreError::CacheDamaged { .. }) => Ok(()),
        other => other,
    }
}

/// Opens the one connection that writes, with a log and the newest schema.
pub(super) fn open_to_write(file: StoreFile, path: &Path, key: &Key, synchronous: &str) -> Result<Connection, StoreError> {
    let mut connection = connect(file, path, key, Use::Write)?;
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .and_then(|()| connection.pragma_update(None, "synchronous", synchronous))
        .map_err(|error| StoreError::from_sqlite(file, &error))?;
    migrate::migrate(file, &mut connection)?;
    Ok(connection)
}

fn key_id(key: &[u8; 32]) -> String {
    hex::encode(Sha256::new().chain_update(b"beadsbox key 1").chain_update(key).finalize())
}

/// Its bytes before its name: a power cut may keep a file's length and lose what stands in it, and zeros there are another key's.
fn write_synced(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = fs::File::create(path)?;
    std::io::Write::write_all(&mut file, text.as_bytes())?;
    file.sync_all()
}

/// An encrypted file begins with random bytes; one that somebody overwrote rarely does.
fn reads_as_text(path: &Path) -> bool {
    use std::io::Read as _;
    let mut start = [0; 64];
    fs::File::open(path)
        .and_then(|mut file| file.read_exact(&mut start))
        .is_ok_and(|()| start.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace() || *byte == 0))
}

/// Has the names in the file's folder on the disk.
#[cfg(unix)]
pub(super) fn sync_folder(path: &Path) -> std::io::Result<()> {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())
}

#[cfg(not(unix))]
pub(super) fn sync_folder(_path: &Path) -> std::io::Result<()> {
    Ok(())
}
