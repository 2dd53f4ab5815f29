//! Cells between separators, by RFC 4180 with what spreadsheets of other languages put in the comma's place.

use csv::{ReaderBuilder, StringRecord};

use super::{super::defuse::undefused, Encoding, Form, MOST_READ_ROWS, Raw, ReadError, ReadRow, RowFault};

const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// So many rows show which separator it is.
const LOOKED_AT: usize = 50;

pub(super) fn read(text: &str, encoding: Encoding) -> Result<Raw, ReadError> {
    let separator = separator(text);
    let mut reader = reader(text, separator);
    let mut lines = Lines::of(text);
    let mut rows: Vec<ReadRow> = Vec::new();
    let mut columns = None;
    let mut record = StringRecord::new();
    while next(&mut reader, &mut record) {
        let line = lines.at(record.position().map_or(0, csv::Position::byte));
        let cells: Vec<String> = record.iter().map(|cell| undefused(cell).to_owned()).collect();
        let is_empty = cells.iter().all(|cell| cell.trim().is_empty());
        // A workbook leaves empty cells out; in text, fewer cells than headings are a line that was cut.
        let short = columns.is_some_and(|columns| cells.len() < columns) && !is_empty;
        let fault = short.then_some(RowFault::Cells(cells.len()));
        if columns.is_none() && !is_empty {
            columns = Some(cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1));
        }
        rows.push(ReadRow { line, cells, fault });
        if rows.len() > MOST_READ_ROWS * 2 {
            return Err(ReadError::TooManyRows);
        }
    }
    if let Some(line) = unclosed(text, rows.last()) {
        return Err(ReadError::UnclosedQuote { line });
    }
    Ok(Raw { rows, form: Form::Csv { encoding, separator: char::from(separator) } })
}

fn reader(text: &str, separator: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes())
}

/// Every text that was decoded is UTF-8 and every number of cells is taken, so a row can only be there or not.
fn next(reader: &mut csv::Reader<&[u8]>, record: &mut StringRecord) -> bool {
    reader.read_record(record).unwrap_or(false)
}

/// The one that gives most of the first rows as many cells as the first, and the most of these.
fn separator(text: &str) -> u8 {
    let cells_of = |separator: u8| {
        let (mut reader, mut record, mut cells) = (reader(text, separator), StringRecord::new(), Vec::new());
        while cells.len() < LOOKED_AT && next(&mut reader, &mut record) {
            cells.push(record.len());
        }
        let first = cells.first().copied().unwrap_or_default();
        let alike = cells.iter().filter(|count| **count == first).count();
        (first > 1).then_some((alike * first, first))
    };
    let rated = SEPARATORS.into_iter().filter_map(|separator| Some((cells_of(separator)?, separator)));
    rated.rev().max_by_key(|(rate, _)| *rate).map_or(b',', |(_, separator)| separator)
}

/// Counts lines up to a place. The reader's own count lags behind where lines are empty or end in two signs.
struct Lines<'a> {
    text: &'a str,
    counted: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    const fn of(text: &'a str) -> Self {
        Self { text, counted: 0, line: 1 }
    }

    /// The line on which the row begins that was looked for from that byte on.
    fn at(&mut self, byte: u64) -> u64 {
        let from = usize::try_from(byte).unwrap_or(usize::MAX).min(self.text.len());
        let empty = self.text.bytes().skip(from).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let begins = from + empty;
        if let Some(passed) = self.text.get(self.counted..begins) {
            self.line += passed.matches('\n').count() as u64;
            self.counted = begins;
        }
        self.line
    }
}

/// A mark that is never closed swallows every line behind it: they would be missed without a word.
fn unclosed(text: &str, last: Option<&ReadRow>) -> Option<u64> {
    let row = last.filter(|row| row.cells.last().is_some_and(|cell| cell.contains('\n')))?;
    let marks = text.bytes().filter(|byte| *byte == b'"').count();
    (marks % 2 == 1).then_some(row.line)
}
