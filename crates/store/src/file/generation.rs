//! The cache's files by generation. A cache that was loaded beside the old one gets a name of its own, so that no log of an older
//! file can ever be applied to it: `cache.db`, then `cache.db.g1`, `cache.db.g2`… The highest number is the cache.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::aside::{beside, remove_with_leftovers};

/// The path of a generation.
fn path_of(base: &Path, number: u64) -> PathBuf {
    if number == 0 { base.to_owned() } else { beside(base, &format!(".g{number}")) }
}

/// Which generation a file's name says it is.
pub(super) fn number_of(base: &str, name: &str) -> Option<u64> {
    let digits = name.strip_prefix(base)?.strip_prefix(".g")?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

/// The generations that lie there, beside the first.
fn later(base: &Path) -> io::Result<Vec<u64>> {
    let name = base.file_name().and_then(|name| name.to_str());
    let (Some(folder), Some(name)) = (base.parent(), name) else { return Ok(Vec::new()) };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut numbers = Vec::new();
    for entry in entries {
        numbers.extend(entry?.file_name().to_str().and_then(|found| number_of(name, found)));
    }
    Ok(numbers)
}

/// The cache's file.
pub(super) fn newest(base: &Path) -> io::Result<PathBuf> {
    Ok(path_of(base, later(base)?.into_iter().max().unwrap_or(0)))
}

/// The name of the one after all that are there.
pub(super) fn next(base: &Path) -> io::Result<PathBuf> {
    Ok(path_of(base, later(base)?.into_iter().max().unwrap_or(0) + 1))
}

/// Removes what an exchange left behind that did not end.
pub(super) fn remove_older(base: &Path, kept: &Path) {
    let numbers = later(base).unwrap_or_default();
    for path in std::iter::once(0).chain(numbers).map(|number| path_of(base, number)).filter(|path| path != kept) {
        if let Err(error) = remove_with_leftovers(&path) {
            tracing::warn!(%error, "an old cache was not removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_number_is_the_cache() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().join("cache.db");
        assert_eq!(newest(&base).unwrap(), base);
        for other in ["cache.db", "cache.db.g2", "cache.db.g10", "cache.db.g", "cache.db.g99-wal", "cache.db.g11.damaged-5", "cache.db.load", "other.db.g77"] {
            fs::write(folder.path().join(other), b"x").unwrap();
        }
        assert_eq!(newest(&base).unwrap(), folder.path().join("cache.db.g10"));
        assert_eq!(next(&base).unwrap(), folder.path().join("cache.db.g11"));
        remove_older(&base, &newest(&base).unwrap());
        assert!(!base.exists() && !folder.path().join("cache.db.g2").exists());
        assert!(folder.path().join("cache.db.g10").exists() && folder.path().join("cache.db.load").exists());
    }
}
