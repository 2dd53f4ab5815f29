//! The folder of PDFs that were opened. They name people and hold codes in the clear, so it is only this user's, and none stays for long.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use crate::Paper;

/// How long a PDF stays, so that a viewer can still read it.
const KEPT: Duration = Duration::from_hours(12);

/// Puts the papers into the folder, and takes old ones away. Their paths.
pub(crate) fn keep(folder: &Path, papers: &[Paper]) -> io::Result<Vec<PathBuf>> {
    create(folder)?;
    sweep(folder, SystemTime::now())?;
    papers
        .iter()
        .map(|paper| {
            let path = folder.join(&paper.name);
            File::create(&path)?.write_all(&paper.pdf)?;
            Ok(path)
        })
        .collect()
}

/// Takes away what has been there for longer than it may. A folder that is not there has nothing.
pub(crate) fn sweep(folder: &Path, now: SystemTime) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let age = now.duration_since(entry.metadata()?.modified()?).unwrap_or_default();
        if age > KEPT {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn create(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn papers_are_kept_for_hours_and_not_for_days() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("paper");
        sweep(&folder, SystemTime::now()).unwrap();
        let paper = Paper { name: "voucher-1.pdf".to_owned(), pdf: b"%PDF".to_vec() };
        let paths = keep(&folder, &[paper]).unwrap();
        assert_eq!(fs::read(&paths[0]).unwrap(), b"%PDF");
        sweep(&folder, SystemTime::now()).unwrap();
        assert!(paths[0].exists());
        sweep(&folder, SystemTime::now() + KEPT + Duration::from_secs(60)).unwrap();
        assert!(!paths[0].exists());
    }
}
