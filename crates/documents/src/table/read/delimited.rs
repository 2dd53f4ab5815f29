//! Cells between separators, by RFC 4180 with what spreadsheets of other languages put in the comma's place.

use csv::{ReaderBuilder, StringRecord};

use super::{
    super::defuse::undefused,
    Encoding, Form, MOST_READ_ROWS, Raw, ReadError, ReadRow, RowFault,
    shape::{Shape, Shapes},
};

const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// So many rows show which separator it is.
const LOOKED_AT: usize = 50;
/// The most cells of a row, empty ones at its end among them: as wide as a spreadsheet is.
const WIDEST: usize = 16_384;

pub(super) fn read(text: &str, encoding: Encoding) -> Result<Raw, ReadError> {
    // Further ones are as little of the table as the first.
    let text = text.trim_start_matches('\u{feff}');
    let separator = separator(text);
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    let mut rows: Vec<ReadRow> = Vec::new();
    let mut columns = None;
    for shape in Shapes::of(text, separator) {
        check(&shape)?;
        // Every text that was decoded is UTF-8 and every number of cells is taken, so a row can only be there or not.
        if !reader.read_record(&mut record).unwrap_or(false) {
            return Err(ReadError::NotATable);
        }
        let row = row(&shape, &record, columns);
        if columns.is_none() {
            columns = filled(&row.cells);
        }
        rows.push(row);
        if rows.len() > MOST_READ_ROWS * 2 {
            return Err(ReadError::TooManyRows);
        }
    }
    Ok(Raw { rows, form: Form::Csv { encoding, separator: char::from(separator) } })
}

/// A mark that is not closed swallows lines behind it: they would be missed without a word.
fn check(shape: &Shape) -> Result<(), ReadError> {
    if !shape.closed {
        return Err(ReadError::UnclosedQuote { line: shape.line });
    }
    if shape.cells > WIDEST { Err(ReadError::TooManyColumns) } else { Ok(()) }
}

fn row(shape: &Shape, record: &StringRecord, columns: Option<usize>) -> ReadRow {
    let mut cells: Vec<String> = record.iter().map(|cell| undefused(cell).to_owned()).collect();
    let filled = filled(&cells);
    // A workbook leaves empty cells out; in text, fewer cells than headings are a line that was cut.
    let short = filled.is_some() && columns.is_some_and(|columns| cells.len() < columns);
    let fault = short.then_some(RowFault::Cells(cells.len()));
    // Thousands of empty ones at the end are no more than none.
    cells.truncate(filled.unwrap_or_default().max(columns.unwrap_or_default()));
    ReadRow { line: shape.line, cells, fault }
}

/// Up to which cell something stands; none where nothing does.
fn filled(cells: &[String]) -> Option<usize> {
    cells.iter().rposition(|cell| !cell.trim().is_empty()).map(|last| last + 1)
}

/// The one that gives most of the first rows as many cells as the first, and the most of these.
fn separator(text: &str) -> u8 {
    let rated = |separator: u8| {
        let cells: Vec<usize> = Shapes::of(text, separator).take(LOOKED_AT).map(|shape| shape.cells).collect();
        let first = cells.first().copied().unwrap_or_default();
        let alike = cells.iter().filter(|count| **count == first).count();
        (first > 1).then_some((alike * first, first))
    };
    let rated = SEPARATORS.into_iter().filter_map(|separator| Some((rated(separator)?, separator)));
    rated.rev().max_by_key(|(rate, _)| *rate).map_or(b',', |(_, separator)| separator)
}
