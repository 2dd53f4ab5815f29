//! Tables that other programs wrote: CSV and XLSX, as text cell by cell. What a cell means is the reader's business.
//!
//! Whatever the bytes are, the answer is a table or a reason, within bounds of memory and time: see the limits below.

mod book;
mod declared;
mod delimited;
mod shape;
mod text;

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// The most bytes of a file.
pub const MOST_FILE_BYTES: usize = 64 * 1024 * 1024;
/// The most rows under the headings.
pub const MOST_READ_ROWS: usize = 250_000;
/// The most columns.
pub const MOST_COLUMNS: usize = 100;
/// The most characters of a cell: what a spreadsheet can hold.
pub const MOST_CELL_CHARACTERS: usize = 32_767;
/// What a spreadsheet shows in the place of what it cannot compute.
const ERRORS: [&str; 9] = ["#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#DATA!", "#GETTING_DATA"];
/// The most bytes that all cells together, or a compressed file, may come to.
const MOST_BYTES_WITHIN: usize = 256 * 1024 * 1024;

/// A table as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadTable {
    /// What stands over the columns; empty where nothing does.
    pub headings: Vec<String>,
    /// The rows that are not empty.
    pub rows: Vec<ReadRow>,
    /// How it was written.
    pub form: Form,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadRow {
    /// The line of the file, or the row of the sheet, on which it begins; the first is 1.
    pub line: u64,
    /// As many as there are headings; of a row with more or fewer, those that stand there.
    pub cells: Vec<String>,
    /// Why it cannot be used.
    pub fault: Option<RowFault>,
}

/// Why a row cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFault {
    /// So many cells, and not as many as there are headings.
    Cells(usize),
    /// A cell has more characters than a spreadsheet holds.
    CellTooLong,
    /// A number with more digits than a spreadsheet keeps, as `1.23457E+18`: what was typed is not what stands there.
    InexactNumber,
    /// A cell shows an error such as `#REF!`.
    ErrorCell,
}

/// How a table was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Text with separators.
    Csv {
        /// How its letters are written.
        encoding: Encoding,
        /// Between the cells.
        separator: char,
    },
    /// A workbook of Excel.
    Xlsx,
}

/// How letters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with a mark in front or without.
    Utf8,
    /// UTF-16, in whichever order of bytes.
    Utf16,
    /// Windows-1252, as old spreadsheets write it; Latin-1 is a part of it.
    Windows1252,
}

/// Why a file is no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// More bytes than a table may have.
    #[error("more than {} MiB", MOST_FILE_BYTES / 1024 / 1024)]
    TooLarge,
    /// Nothing in it.
    #[error("empty")]
    Empty,
    /// Nothing under the headings.
    #[error("headings and nothing else")]
    OnlyHeadings,
    /// Neither text nor a workbook.
    #[error("not a table")]
    NotATable,
    /// A workbook of before 2007, or one with a password.
    #[error("an old workbook, or one with a password")]
    OldWorkbook,
    /// A workbook that cannot be read.
    #[error("a damaged workbook: {0}")]
    Damaged(String),
    /// Letters written in two ways: on that line, what is no UTF-8 while the rest is.
    #[error("line {line} is not in the encoding of the rest")]
    MixedEncoding {
        /// The line.
        line: u64,
    },
    /// A quotation mark that is not closed where its cell ends, or never.
    #[error("a quotation mark in the row on line {line} is not closed")]
    UnclosedQuote {
        /// The line on which the row begins.
        line: u64,
    },
    /// More rows than a table may have.
    #[error("more than {MOST_READ_ROWS} rows")]
    TooManyRows,
    /// More columns than a table may have.
    #[error("more than {MOST_COLUMNS} columns")]
    TooManyColumns,
    /// Two columns under one heading: nobody could say which is meant.
    #[error("two columns are called {0:?}")]
    SameHeading(String),
}

/// Reads a file's bytes, whatever its name says: a workbook is known by its first bytes, everything else is text.
pub fn read(bytes: &[u8]) -> Result<ReadTable, ReadError> {
    if bytes.len() > MOST_FILE_BYTES {
        return Err(ReadError::TooLarge);
    }
    let raw = if bytes.starts_with(b"PK\x03\x04") {
        book::read(bytes)?
    } else if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(ReadError::OldWorkbook);
    } else {
        let (text, encoding) = text::decoded(bytes)?;
        delimited::read(&text, encoding)?
    };
    raw.table()
}

/// Rows as they stand in the file, the headings among them.
struct Raw {
    rows: Vec<ReadRow>,
    form: Form,
}

impl Raw {
    fn table(self) -> Result<ReadTable, ReadError> {
        let Self { rows, form } = self;
        let mut rows = rows.into_iter().filter(|row| row.cells.iter().any(|cell| !cell.trim().is_empty()));
        let mut headings: Vec<String> = rows.next().ok_or(ReadError::Empty)?.cells.into_iter().map(|heading| heading.trim().to_owned()).collect();
        while headings.last().is_some_and(String::is_empty) {
            headings.pop();
        }
        if headings.len() > MOST_COLUMNS {
            return Err(ReadError::TooManyColumns);
        }
        let mut known = std::collections::HashSet::new();
        if let Some(twice) = headings.iter().find(|heading| !heading.is_empty() && !known.insert(folded(heading))) {
            return Err(ReadError::SameHeading(twice.chars().take(100).collect()));
        }
        let rows: Vec<ReadRow> = rows.take(MOST_READ_ROWS + 1).map(|row| fitted(row, headings.len())).collect();
        match rows.len() {
            0 => Err(ReadError::OnlyHeadings),
            count if count > MOST_READ_ROWS => Err(ReadError::TooManyRows),
            _ => Ok(ReadTable { headings, rows, form }),
        }
    }
}

/// With as many cells as there are headings; a fault where it has more.
fn fitted(mut row: ReadRow, columns: usize) -> ReadRow {
    while row.cells.len() > columns && row.cells.last().is_some_and(|cell| cell.trim().is_empty()) {
        row.cells.pop();
    }
    if row.cells.len() > columns {
        row.fault = row.fault.or(Some(RowFault::Cells(row.cells.len())));
    }
    if !matches!(row.fault, Some(RowFault::Cells(_))) {
        row.cells.resize(columns, String::new());
    }
    row.fault = row.fault.or_else(|| row.cells.iter().find_map(|cell| fault_of(cell)));
    row
}

fn fault_of(cell: &str) -> Option<RowFault> {
    let cell = cell.trim();
    if is_too_long(cell) {
        Some(RowFault::CellTooLong)
    } else if ERRORS.contains(&cell) {
        Some(RowFault::ErrorCell)
    } else if is_rounded(cell) {
        Some(RowFault::InexactNumber)
    } else {
        None
    }
}

/// `1.23457E+18`: how spreadsheets show and export a number with more digits than they keep, a code as well.
fn is_rounded(cell: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa = |text: &str| text.trim_start_matches('-').split(['.', ',']).all(digits);
    cell.split_once("E+").is_some_and(|(number, exponent)| mantissa(number) && digits(exponent))
}

fn is_too_long(cell: &str) -> bool {
    cell.len() > MOST_CELL_CHARACTERS && cell.chars().nth(MOST_CELL_CHARACTERS).is_some()
}

/// Without case, accents, spaces and signs: how headings and words of a table are compared.
pub fn folded(text: &str) -> String {
    text.nfkd().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Without case and accents, and with one space for each gap: how titles are compared, whose signs say something. 1-2 is not 12.
pub fn title_key(text: &str) -> String {
    let plain: String = text.nfkd().filter(|sign| !is_combining_mark(*sign)).flat_map(char::to_lowercase).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
