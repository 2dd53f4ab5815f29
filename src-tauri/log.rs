//! The program's log: a file in the user's log folder, a few megabytes at most, without buyers' data. One line an event, as
//! `beadsbox_app` reads it for a support bundle: whatever an event tells of, it begins no line of its own.

use std::{
    fs::{self, File},
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use beadsbox_domain::Timestamp;
use tauri::{Runtime, plugin::TauriPlugin};
use tauri_plugin_log::{Builder, RotationStrategy, Target, TargetKind};

const MOST_BYTES: u128 = 2 * 1024 * 1024;
/// Of the file's end; more nobody reads.
const MOST_SHOWN: u64 = 256 * 1024;

pub fn plugin<R: Runtime>() -> TauriPlugin<R> {
    Builder::new()
        .level(tauri_plugin_log::log::LevelFilter::Info)
        .max_file_size(MOST_BYTES)
        .rotation_strategy(RotationStrategy::KeepOne)
        .format(|out, message, record| {
            let said = message.to_string().replace(char::is_control, " ");
            if record.level() == tauri_plugin_log::log::Level::Error {
                beadsbox_faults::note(record.target(), &said);
            }
            out.finish(format_args!("{:.3} {} {} {said}", Timestamp::now(), record.level(), record.target()));
        })
        .targets([Target::new(TargetKind::Stderr), Target::new(TargetKind::LogDir { file_name: None })])
        .build()
}

/// The end of the log in that folder; nothing where there is none yet.
pub fn end(folder: &Path) -> io::Result<String> {
    let Some(newest) = newest(folder)? else { return Ok(String::new()) };
    let mut file = File::open(newest)?;
    let size = file.metadata()?.len();
    file.seek(SeekFrom::Start(size.saturating_sub(MOST_SHOWN)))?;
    let mut bytes = Vec::new();
    file.take(MOST_SHOWN).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn newest(folder: &Path) -> io::Result<Option<PathBuf>> {
    let mut logs = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "log") {
            logs.push((fs::metadata(&path)?.modified()?, path));
        }
    }
    Ok(logs.into_iter().max().map(|(_, path)| path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_newest_log_is_read_and_no_log_is_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(end(folder.path()).unwrap(), "");
        fs::write(folder.path().join("other.txt"), "no log").unwrap();
        let long = "x".repeat(300 * 1024);
        fs::write(folder.path().join("program.log"), format!("first\n{long}\nlast\n")).unwrap();
        let read = end(folder.path()).unwrap();
        assert!(read.ends_with("\nlast\n") && !read.contains("first"));
        assert_eq!(read.len() as u64, MOST_SHOWN);
    }
}
