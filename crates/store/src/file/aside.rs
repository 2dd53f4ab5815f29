//! Files beside a file: its log, what a key is told by, and where damaged ones go.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use crate::{error::StoreError, keys::StorePaths};

/// More than that many damaged caches are not kept: they hold buyers' data, if unreadable, and may be large.
const DAMAGED_KEPT: usize = 2;

/// The path with something after its name.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

/// What is in the log that SQLite keeps beside the file, in bytes.
pub(super) fn log_length(path: &Path) -> u64 {
    fs::metadata(beside(path, "-wal")).map_or(0, |log| log.len())
}

/// Whether SQLite left a journal beside the file: it keeps one only before the file has a log.
pub(super) fn has_journal(path: &Path) -> bool {
    beside(path, "-journal").exists()
}

/// Leaves a note that the cache was found damaged.
pub(super) fn mark_damaged(path: &Path) {
    if let Err(error) = fs::write(beside(path, ".damaged"), []) {
        tracing::warn!(%error, "the damage of the cache could not be noted");
    }
}

/// Whether such a note is there.
pub(super) fn is_marked(path: &Path) -> bool {
    beside(path, ".damaged").exists()
}

/// What is gone need not be removed.
pub(super) fn gone_is_fine(result: io::Result<()>) -> io::Result<()> {
    result.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

/// Removes what a cache that is gone left behind.
pub(super) fn clear_leftovers(path: &Path) -> io::Result<()> {
    ["-wal", "-shm", "-journal", ".damaged"]
        .iter()
        .try_for_each(|ending| gone_is_fine(fs::remove_file(beside(path, ending))))
}

/// Removes a cache and what belongs to it.
pub(super) fn remove_with_leftovers(path: &Path) -> io::Result<()> {
    gone_is_fine(fs::remove_file(path))?;
    clear_leftovers(path)
}

fn now_millis() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis())
}

/// Moves a damaged cache out of the way.
pub(super) fn set_cache_aside(path: &Path) -> io::Result<()> {
    fs::rename(path, beside(path, &format!(".damaged-{}", now_millis())))?;
    clear_leftovers(path)?;
    forget_oldest(path)
}

fn forget_oldest(path: &Path) -> io::Result<()> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
        return Ok(());
    };
    let prefix = format!("{name}.damaged-");
    let mut kept: Vec<PathBuf> = fs::read_dir(folder)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix)))
        .collect();
    kept.sort();
    let surplus = kept.len().saturating_sub(DAMAGED_KEPT);
    kept.iter().take(surplus).try_for_each(|path| gone_is_fine(fs::remove_file(path)))
}

/// Moves the outbox and all that belongs to it out of the way, so that a new one can be made; answers where it is now, or none
/// where there was nothing. Only for a person who decided so: what was not sent yet is in there alone. The store must not be open.
pub fn set_aside_outbox(paths: &StorePaths) -> Result<Option<PathBuf>, StoreError> {
    let path = &paths.outbox;
    let aside = beside(path, &format!(".aside-{}", now_millis()));
    let mut moved = false;
    for ending in ["-wal", "-journal", ".key-id", ""] {
        match fs::rename(beside(path, ending), beside(&aside, ending)) {
            Ok(()) => moved = true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(StoreError::from_io(&error)),
        }
    }
    gone_is_fine(fs::remove_file(beside(path, "-shm"))).map_err(|error| StoreError::from_io(&error))?;
    Ok(moved.then_some(aside))
}
