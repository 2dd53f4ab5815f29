//! Tables for spreadsheets: typed columns and cells, written as CSV or XLSX; and what others wrote, read again.
//!
//! Rows go out one by one and are not kept, so a million of them take no more memory than one: begin a [`CsvSheet`] or an
//! [`XlsxSheet`], give it the rows, finish it. A [`Table`] is for what is small and at hand.
//!
//! What people typed never becomes a formula: CSV puts an apostrophe in front of what a spreadsheet would take for one, XLSX says
//! of every text that it is text.

mod cell;
mod csv;
mod defuse;
mod read;
mod xlsx;

use std::io::{Seek, Write};

pub use self::{
    cell::{Cell, Column, Kind},
    csv::{CsvSheet, Dialect},
    defuse::defused,
    read::{
        Encoding, Form, MOST_CELL_CHARACTERS, MOST_COLUMNS, MOST_FILE_BYTES, MOST_READ_ROWS, ReadError, ReadRow, ReadTable, RowFault, folded, read, title_key,
    },
    xlsx::{XLSX_ROWS, XlsxSheet},
};
use crate::Language;

/// Why a table was not written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// A row with more or fewer cells than there are columns.
    #[error("a row of {cells} cells in a table of {columns} columns")]
    Ragged {
        /// How many cells it has.
        cells: usize,
        /// How many columns there are.
        columns: usize,
    },
    /// A cell of another kind than its column.
    #[error("a cell of another kind than its column {0:?}")]
    Kind(String),
    /// More rows than a sheet of XLSX has (1,048,575 under the headings); CSV has no such end.
    #[error("a sheet of XLSX has no more rows")]
    TooManyRows,
    /// What XLSX does not hold: a text of more than 32,767 characters, a year before 1900.
    #[error("a sheet of XLSX cannot hold it: {0}")]
    Sheet(String),
    /// The place that it is written to.
    #[error(transparent)]
    Write(#[from] std::io::Error),
}

/// A table that is at hand as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it is called; the name of the sheet in XLSX, and not in CSV, which has no place for it.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each with a cell for every column.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// As CSV, in the way that spreadsheets of people of that language read it.
    pub fn csv(&self, out: impl Write, language: Language) -> Result<(), TableError> {
        let mut sheet = CsvSheet::begin(out, &self.columns, Dialect::of(language))?;
        for row in &self.rows {
            sheet.row(row)?;
        }
        sheet.finish().map(drop)
    }

    /// As XLSX.
    pub fn xlsx(&self, out: impl Write + Seek + Send) -> Result<(), TableError> {
        let mut sheet = XlsxSheet::begin(&self.title, &self.columns, &std::env::temp_dir())?;
        for row in &self.rows {
            sheet.row(row)?;
        }
        sheet.finish(out)
    }
}
