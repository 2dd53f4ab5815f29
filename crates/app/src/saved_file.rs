//! A file that somebody asked for: whole or not at all, under the name that they chose.

use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::Path,
};

use beadsbox_documents::TableError;
use uuid::Uuid;

use crate::error::{AppError, AppResult};

/// Writes it beside its place, and puts it there when it is on the disk. Where it fails, what was under that name stays.
pub(crate) fn write<E: Into<AppError>>(path: &Path, make: impl FnOnce(&mut BufWriter<File>) -> Result<(), E>) -> AppResult<()> {
    if path.file_name().is_none() {
        return Err(AppError::internal("a file without a name"));
    }
    let disk = |error: &std::io::Error| AppError::disk(error);
    // A name that nobody else has: another one's file is not written into, and never taken away.
    let hidden = path.with_file_name(format!(".{}.part", Uuid::now_v7().simple()));
    let file = File::create_new(&hidden).map_err(|error| disk(&error))?;
    let written = (|| {
        let mut out = BufWriter::new(file);
        make(&mut out).map_err(Into::into)?;
        out.flush().and_then(|()| out.get_ref().sync_all()).map_err(|error| disk(&error))?;
        drop(out);
        fs::rename(&hidden, path).map_err(|error| disk(&error))
    })();
    if written.is_err() {
        let _ = fs::remove_file(&hidden);
    }
    written
}

impl From<TableError> for AppError {
    fn from(error: TableError) -> Self {
        match error {
            TableError::Write(error) => Self::disk(&error),
            TableError::TooManyRows => Self::new(crate::error::ErrorCode::TableTooLong, error.to_string()),
            TableError::Ragged { .. } | TableError::Kind(_) | TableError::Sheet(_) => Self::internal(error),
        }
    }
}
