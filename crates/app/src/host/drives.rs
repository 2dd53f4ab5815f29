//! Drives that people carry: USB sticks, where the system mounts them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Folders in which desktops mount drives, each with a folder of the user's or without.
#[cfg(target_os = "macos")]
const MOUNTS: &[&str] = &["/Volumes"];
#[cfg(all(unix, not(target_os = "macos")))]
const MOUNTS: &[&str] = &["/media", "/run/media", "/mnt"];

/// The folders of drives that can be taken out, as far as the system's usual places tell.
#[cfg(unix)]
pub(crate) fn removable() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = MOUNTS.iter().flat_map(|root| mounted_below(Path::new(root), 2)).collect();
    found.sort();
    found
}

/// The letters but the system's own.
#[cfg(windows)]
pub(crate) fn removable() -> Vec<PathBuf> {
    let system = std::env::var("SystemDrive").unwrap_or_else(|_| "C:".to_owned()).to_uppercase();
    ('D'..='Z')
        .map(|letter| format!("{letter}:"))
        .filter(|drive| *drive != system)
        .map(|drive| PathBuf::from(drive + "\\"))
        .filter(|root| root.is_dir())
        .collect()
}

/// What is mounted below a folder, so many levels deep.
#[cfg(unix)]
fn mounted_below(folder: &Path, levels: u8) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let folders = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_dir() && !path.is_symlink());
    folders
        .flat_map(|path| match same_disk(&path, folder) {
            Ok(false) => vec![path],
            _ if levels > 1 => mounted_below(&path, levels - 1),
            _ => Vec::new(),
        })
        .collect()
}

/// Whether both lie on one disk.
#[cfg(unix)]
pub(crate) fn same_disk(one: &Path, other: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    Ok(fs::metadata(one)?.dev() == fs::metadata(other)?.dev())
}

/// Whether both lie on one drive.
#[cfg(windows)]
pub(crate) fn same_disk(one: &Path, other: &Path) -> io::Result<bool> {
    let drive = |path: &Path| fs::canonicalize(path).map(|path| path.components().next().map(|part| part.as_os_str().to_owned()));
    Ok(drive(one)? == drive(other)?)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_the_same_disk_is_no_drive() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir_all(home.path().join("user/stick")).unwrap();
        assert!(mounted_below(home.path(), 2).is_empty());
        assert!(same_disk(home.path(), &home.path().join("user")).unwrap());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_mounted_is_found() {
        assert!(mounted_below(Path::new("/"), 1).contains(&PathBuf::from("/proc")));
    }
}
