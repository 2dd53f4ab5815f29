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
/// How many times one paper may be open at once.
const MOST_OPEN: usize = 20;

/// Puts the papers into the folder, and takes old ones away. Their paths.
pub(crate) fn keep(folder: &Path, papers: &[Paper]) -> io::Result<Vec<PathBuf>> {
    create(folder)?;
    sweep(folder, SystemTime::now())?;
    papers
        .iter()
        .map(|paper| {
            let (mut file, path) = create_file(folder, &paper.name)?;
            file.write_all(&paper.pdf)?;
            Ok(path)
        })
        .collect()
}

/// A file of that name. Where the one that is there cannot be written over, because a viewer on Windows has it open, of one like it.
fn create_file(folder: &Path, name: &str) -> io::Result<(File, PathBuf)> {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "pdf"));
    let named = |name: &str| {
        let path = folder.join(name);
        File::create(&path).map(|file| (file, path))
    };
    (2..=MOST_OPEN).fold(named(name), |made, number| made.or_else(|_| named(&format!("{stem}-{number}.{ending}"))))
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
        if age > KEPT
            && let Err(error) = fs::remove_file(entry.path())
        {
            // A viewer on Windows holds it: the next time.
            tracing::warn!(%error, "an old paper stays for now");
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
    fn a_paper_that_cannot_be_written_over_gets_another_name() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("voucher-1.pdf")).unwrap();
        let paper = Paper { name: "voucher-1.pdf".to_owned(), pdf: b"%PDF".to_vec() };
        let paths = keep(home.path(), &[paper]).unwrap();
        assert_eq!(paths, [home.path().join("voucher-1-2.pdf")]);
    }

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
        sweep(&folder, SystemTime::now() + KEPT + Duration::from_mins(1)).unwrap();
        assert!(!paths[0].exists());
    }
}
