//! Files on a drive: written whole or not at all, and read back.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use beadsbox_protocol::export::{EXTENSION, MOST_FILE_BYTES};
use sha2::{Digest as _, Sha256};

use crate::error::{AppError, AppResult, ErrorCode};

/// How many files of one name a folder may hold.
const MOST_ALIKE: usize = 99;
/// The most entries of a drive that are looked at.
const MOST_ENTRIES: usize = 5_000;

/// The folder that a person named, if a file can be kept in it. Not the program's own: whoever deletes that would delete the file.
pub(crate) fn folder(typed: &str, own: &Path) -> AppResult<PathBuf> {
    let refused = |why: &str| AppError::new(ErrorCode::FolderNotUsable, why).with("folder", typed);
    let path = Path::new(typed.trim());
    if !path.is_absolute() {
        return Err(refused("not a whole path"));
    }
    let found = fs::canonicalize(path).map_err(|error| refused(&error.to_string()))?;
    if !found.is_dir() {
        return Err(refused("no folder"));
    }
    if fs::canonicalize(own).is_ok_and(|own| found.starts_with(own)) {
        return Err(refused("the program's own folder"));
    }
    Ok(found)
}

/// Puts the bytes into the folder under that name, or one like it where it is taken; on the disk when this returns, and read back.
pub(crate) fn save(folder: &Path, name: &str, bytes: &[u8]) -> AppResult<PathBuf> {
    let hidden = folder.join(format!(".{name}.part"));
    let saved = put(folder, name, &hidden, bytes);
    if saved.is_err() {
        let _ = fs::remove_file(&hidden);
    }
    let path = saved.map_err(|error| AppError::disk(&error))?;
    // Sticks are known to take what they do not hold. The system may answer from its memory: this finds one that fails, and not each that lies.
    if read(&path)? == bytes {
        Ok(path)
    } else {
        let _ = fs::remove_file(&path);
        Err(AppError::new(ErrorCode::DiskFailed, "the drive does not hold what was written to it"))
    }
}

fn put(folder: &Path, name: &str, hidden: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let mut file = create(hidden)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    let path = free_name(folder, name).ok_or_else(|| io::Error::new(io::ErrorKind::AlreadyExists, "too many files of that name"))?;
    fs::rename(hidden, &path)?;
    sync_folder(folder)?;
    Ok(path)
}

fn free_name(folder: &Path, name: &str) -> Option<PathBuf> {
    let numbered = (2..=MOST_ALIKE).map(|number| format!("{name}-{number}.{EXTENSION}"));
    std::iter::once(format!("{name}.{EXTENSION}")).chain(numbered).map(|name| folder.join(name)).find(|path| !path.exists())
}

#[cfg(unix)]
fn create(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).open(path)
}

/// The name is on the disk as well. Not every file system of a stick can be asked for that.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        synced => synced,
    }
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature as elsewhere; a folder cannot be synced here")]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The bytes of a file that a person named.
pub(crate) fn read(path: &Path) -> AppResult<Vec<u8>> {
    let no_export = |why: String| AppError::new(ErrorCode::NotAnExport, why);
    // Before it is opened: who opens a pipe waits for somebody to write.
    let metadata = fs::metadata(path).map_err(|error| no_export(error.to_string()))?;
    if !metadata.is_file() || metadata.len() > MOST_FILE_BYTES {
        return Err(no_export("no file of operations".to_owned()));
    }
    let file = File::open(path).map_err(|error| no_export(error.to_string()))?;
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    // It may grow while it is read.
    file.take(MOST_FILE_BYTES).read_to_end(&mut bytes).map_err(|error| AppError::disk(&error))?;
    Ok(bytes)
}

/// The files of operations that lie in a folder itself, with their sizes.
pub(crate) fn files_in(folder: &Path) -> Vec<(PathBuf, u64)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let named = |path: &Path| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(EXTENSION));
    let mut files: Vec<(PathBuf, u64)> = entries
        .take(MOST_ENTRIES)
        .filter_map(Result::ok)
        .filter(|entry| named(&entry.path()))
        .filter_map(|entry| entry.metadata().ok().filter(fs::Metadata::is_file).map(|metadata| (entry.path(), metadata.len())))
        .collect();
    files.sort();
    files
}

/// The digest of a file's bytes, hexadecimal.
pub(crate) fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_under_a_name_of_its_own() {
        let home = tempfile::tempdir().unwrap();
        let (first, second) = (save(home.path(), "Till-1-2", b"one").unwrap(), save(home.path(), "Till-1-2", b"two").unwrap());
        assert_eq!((first.clone(), second), (home.path().join("Till-1-2.beadsbox"), home.path().join("Till-1-2-2.beadsbox")));
        assert_eq!(read(&first).unwrap(), b"one");
        assert_eq!(files_in(home.path()).len(), 2, "nothing but the two files");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_folder_has_to_be_there_and_not_the_programs_own() {
        let home = tempfile::tempdir().unwrap();
        let own = home.path().join("data");
        fs::create_dir_all(own.join("inner")).unwrap();
        fs::write(home.path().join("file"), b"").unwrap();
        let code = |typed: &Path| folder(typed.to_str().unwrap(), &own).unwrap_err().code;
        assert_eq!(folder(&format!(" {} ", home.path().display()), &own).unwrap(), fs::canonicalize(home.path()).unwrap());
        for wrong in [Path::new("relative"), &home.path().join("missing"), &home.path().join("file"), &own, &own.join("inner")] {
            assert_eq!(code(wrong), ErrorCode::FolderNotUsable, "{}", wrong.display());
        }
    }
}
