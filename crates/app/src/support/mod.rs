//! What somebody hands to whoever helps them: how this device stands, and nothing of any person. What goes in is named piece by piece;
//! the log, which is written by many hands, is reduced to words of this program and numbers ([`log_lines`]).

pub(crate) mod log_lines;

use std::{
    io::{Seek, Write},
    path::Path,
};

use zip::{CompressionMethod, ZipWriter, result::ZipError, write::SimpleFileOptions};

use crate::{
    error::{AppError, AppResult},
    saved_file,
    view::SupportPart,
};

/// What goes into the file, as it was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SupportBundle {
    pub(crate) parts: Vec<SupportPart>,
}

impl SupportBundle {
    /// Writes it as a zip, whole or not at all; blocking.
    pub(crate) fn save(&self, path: &Path) -> AppResult<()> {
        saved_file::write(path, |out| self.write(out).map_err(failed))
    }

    fn write(&self, out: impl Write + Seek) -> Result<(), ZipError> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let mut zip = ZipWriter::new(out);
        for part in &self.parts {
            zip.start_file(part.name.as_str(), options)?;
            zip.write_all(part.text.as_bytes())?;
        }
        zip.finish()?;
        Ok(())
    }
}

fn failed(error: ZipError) -> AppError {
    match error {
        ZipError::Io(error) => AppError::disk(&error),
        other => AppError::internal(other),
    }
}
