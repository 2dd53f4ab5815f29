//! A file that somebody asked for: whole or not at all, under the name that they chose.

use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

use beadsbox_documents::{Cell, Column, CsvSheet, Dialect, TableError, XlsxSheet};
use uuid::Uuid;

use crate::{
    error::{AppError, AppResult},
    view::{PaperLanguage, TableFormat},
};

/// Writes it beside its place, and puts it there when it is on the disk. Where it fails, what was under that name stays.
pub(crate) fn write<E: Into<AppError>>(path: &Path, make: impl FnOnce(&mut BufWriter<File>) -> Result<(), E>) -> AppResult<()> {
    if path.file_name().is_none() {
        return Err(AppError::internal("a file without a name"));
    }
    let disk = |error: &std::io::Error| AppError::disk(error);
    // A name that nobody else has: another one's file is not written into, and never taken away.
    let hidden = path.with_file_name(format!(".{}.part", Uuid::now_v7().simple()));
    let file = File::create_new(&hidden).map_err(|error| disk(&error))?;
    let hidden = Hidden(hidden);
    // Closed before it goes: not everywhere can an open file be taken away.
    let mut out = BufWriter::new(file);
    make(&mut out).map_err(Into::into)?;
    out.flush().and_then(|()| out.get_ref().sync_all()).map_err(|error| disk(&error))?;
    drop(out);
    fs::rename(&hidden.0, path).map_err(|error| disk(&error))
}

/// What is not under its name by then goes, whatever ended the writing.
struct Hidden(PathBuf);

impl Drop for Hidden {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A table that is written.
pub(crate) struct WrittenTable<'a> {
    pub(crate) format: TableFormat,
    /// The sheet's name.
    pub(crate) title: &'a str,
    pub(crate) columns: &'a [Column],
    pub(crate) language: PaperLanguage,
}

/// Writes a row.
pub(crate) type Row<'a> = dyn FnMut(&[Cell]) -> AppResult<()> + 'a;

/// Writes a table, whole or not at all, with the rows that it is given one by one.
pub(crate) fn write_table(path: &Path, table: &WrittenTable<'_>, rows: impl FnOnce(&mut Row<'_>) -> AppResult<()>) -> AppResult<()> {
    write(path, |out| match table.format {
        TableFormat::Csv => {
            let mut sheet = CsvSheet::begin(out, table.columns, Dialect::of(table.language.into()))?;
            rows(&mut |row| Ok(sheet.row(row)?))?;
            Ok::<_, AppError>(sheet.finish().map(drop)?)
        }
        TableFormat::Xlsx => {
            // On the disk that was chosen, so that no buyer's name lies anywhere else.
            let mut sheet = XlsxSheet::begin(table.title, table.columns, path.parent().unwrap_or(path))?;
            rows(&mut |row| Ok(sheet.row(row)?))?;
            Ok(sheet.finish(out)?)
        }
    })
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
