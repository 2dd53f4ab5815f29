//! Files beside a file: its log, what a key is told by, and where damaged ones go.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use super::generation;
use crate::{error::StoreError, keys::StorePaths};

/// More than that many damaged caches are not kept: they hold buyers' data, if unreadable, and may be large.
const DAMAGED_KEPT: usize = 2;
/// What their names end in, before the time at which they were set aside.
const DAMAGED: &str = ".damaged-";

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

/// Moves a damaged cache out of the way. `base` is the name of the first generation.
pub(super) fn set_cache_aside(base: &Path, path: &Path) -> io::Result<()> {
    fs::rename(path, beside(path, &format!("{DAMAGED}{}", now_millis())))?;
    clear_leftovers(path)?;
    let kept = damaged(base)?;
    let surplus = kept.len().saturating_sub(DAMAGED_KEPT);
    kept.iter().take(surplus).try_for_each(|(_, path)| gone_is_fine(fs::remove_file(path)))
}

/// Removes every damaged cache that was set aside.
pub(super) fn forget_damaged(base: &Path) -> io::Result<()> {
    damaged(base)?.iter().try_for_each(|(_, path)| gone_is_fine(fs::remove_file(path)))
}

/// The damaged caches that were set aside, of whatever generation, the oldest first.
fn damaged(base: &Path) -> io::Result<Vec<(u128, PathBuf)>> {
    let (Some(folder), Some(name)) = (base.parent(), base.file_name().and_then(|name| name.to_str())) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        found.extend(entry.file_name().to_str().and_then(|file| set_aside_at(name, file)).map(|at| (at, entry.path())));
    }
    found.sort();
    Ok(found)
}

/// When a damaged cache of that name was set aside, in milliseconds; none where the file is another one.
fn set_aside_at(base: &str, name: &str) -> Option<u128> {
    let (cache, at) = name.split_once(DAMAGED)?;
    let is_cache = cache == base || generation::number_of(base, cache).is_some();
    at.parse().ok().filter(|_| is_cache)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_caches_are_counted_over_all_generations() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().join("cache.db");
        let damaged = ["cache.db.g10.damaged-7", "cache.db.damaged-9", "cache.db.g2.damaged-10"];
        let others = ["cache.db.damaged", "cache.db.g2.damaged", "other.db.damaged-3", "cache.db.load.damaged-1", "cache.db.g11"];
        for name in damaged.iter().chain(&others) {
            fs::write(folder.path().join(name), b"x").unwrap();
        }
        set_cache_aside(&base, &folder.path().join("cache.db.g11")).unwrap();
        let left = || {
            let entries = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let mut left: Vec<String> = entries.filter(|name| !others.contains(&name.as_str())).collect();
            left.sort();
            left
        };
        assert_eq!((left().len(), left()[1].as_str()), (2, "cache.db.g2.damaged-10"), "{:?}: the one before and the newest", left());
        forget_damaged(&base).unwrap();
        assert_eq!(left(), Vec::<String>::new());
        assert!(folder.path().join("other.db.damaged-3").exists());
    }
}
