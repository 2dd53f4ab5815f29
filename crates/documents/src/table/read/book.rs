//! The first sheet of a workbook, cell by cell: a sheet may say that it is as large as the world, so nothing is made by what it says.

use std::io::{self, Cursor, Read as _};

use calamine::{DataRef, ExcelDateTime, Reader as _, Xlsx};
use zip::ZipArchive;

use super::{Form, MOST_BYTES_WITHIN, MOST_COLUMNS, MOST_READ_ROWS, Raw, ReadError, ReadRow, declared::Declared};

/// The most parts of a workbook.
const MOST_PARTS: usize = 10_000;
/// A spreadsheet shows so many digits; what a number has beyond them is a rest of its arithmetic.
const DIGITS: usize = 15;
/// Of a whole number it keeps every digit below 2⁵³.
const EXACT: f64 = 9_007_199_254_740_992.0;

pub(super) fn read(bytes: &[u8]) -> Result<Raw, ReadError> {
    check_size(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let sheet = book.sheet_names().first().cloned().ok_or(ReadError::Empty)?;
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(damaged)?;
    let mut rows: Vec<ReadRow> = Vec::new();
    let mut within = 0;
    while let Some(cell) = cells.next_cell().map_err(damaged)? {
        let Some(text) = text_of(cell.get_value()) else { continue };
        let (row, column) = cell.get_position();
        let (line, column) = (u64::from(row) + 1, usize::try_from(column).unwrap_or(usize::MAX));
        within += text.len();
        if column >= MOST_COLUMNS {
            return Err(ReadError::TooManyColumns);
        }
        if within > MOST_BYTES_WITHIN {
            return Err(ReadError::TooLarge);
        }
        if rows.last().is_none_or(|last| last.line < line) {
            rows.push(ReadRow { line, cells: Vec::new(), fault: None });
        }
        if rows.len() > MOST_READ_ROWS + 1 {
            return Err(ReadError::TooManyRows);
        }
        let Some(last) = rows.last_mut().filter(|last| last.line == line && last.cells.len() <= column) else {
            return Err(ReadError::Damaged("its cells are not in order".to_owned()));
        };
        last.cells.resize(column, String::new());
        last.cells.push(text);
    }
    Ok(Raw { rows, form: Form::Xlsx })
}

/// Unpacks it once without keeping it: some kilobytes can hold gigabytes, and what a file says of its own size is its own word.
fn check_size(bytes: &[u8]) -> Result<(), ReadError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > MOST_PARTS {
        return Err(ReadError::TooLarge);
    }
    let mut left = MOST_BYTES_WITHIN as u64;
    for part in 0..archive.len() {
        let part = archive.by_index(part).map_err(damaged)?;
        let says_texts = part.name().to_ascii_lowercase().ends_with("sharedstrings.xml");
        let mut declared = Declared::default();
        let out: &mut dyn io::Write = if says_texts { &mut declared } else { &mut io::sink() };
        let unpacked = io::copy(&mut part.take(left + 1), out).map_err(damaged)?;
        if says_texts && !declared.is_possible() {
            return Err(ReadError::Damaged("it says that it holds more texts than it has room for".to_owned()));
        }
        left = left.checked_sub(unpacked).ok_or(ReadError::TooLarge)?;
    }
    Ok(())
}

fn damaged(error: impl std::fmt::Display) -> ReadError {
    ReadError::Damaged(error.to_string().chars().take(200).collect())
}

/// As a person would type it; none where nothing is there.
fn text_of(value: &DataRef<'_>) -> Option<String> {
    let text = match value {
        DataRef::Empty => return None,
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => written(*number),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(moment) => moment_of(moment),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
    };
    Some(text).filter(|text| !text.is_empty())
}

/// A whole number is a code as often as a sum: every digit of it is kept, or it is written so that nobody takes it for one.
fn written(number: f64) -> String {
    if number.abs() >= EXACT {
        return format!("{number:.*E}", DIGITS - 1).replace('E', "E+");
    }
    if number.fract() == 0.0 {
        return number.to_string();
    }
    let shown: f64 = format!("{number:.*e}", DIGITS - 1).parse().unwrap_or(number);
    shown.to_string()
}

fn moment_of(moment: &ExcelDateTime) -> String {
    if moment.is_duration() {
        return written(moment.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}
