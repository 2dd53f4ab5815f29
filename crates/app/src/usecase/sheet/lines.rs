//! The lines of a table after they were looked at: by page for the screen, and those that were refused as a file.

use std::{collections::HashMap, path::Path, sync::Arc};

use beadsbox_documents::{Cell, Column, CsvSheet, Dialect, Kind, ReadRow, RowFault, folded};

use super::{Columns, Sheet, deed};
use crate::{
    error::{AppError, AppResult, ErrorCode, FieldErrorCode},
    program::blocking,
    saved_file,
    usecase::Seat,
    view::{FaultCount, LineFault, LineState, LineValue, RefusedWords, SheetField, SheetLine, SheetUse},
};

const MOST_LINES: usize = 500;

/// What was made of a line.
pub(in crate::usecase) struct CheckedLine {
    pub(in crate::usecase) state: LineState,
    pub(in crate::usecase) faults: Vec<LineFault>,
}

/// Understands one field of a row, for the screen.
pub(in crate::usecase) type Show = dyn Fn(&ReadRow, SheetField) -> LineValue + Send + Sync;

/// Lines that were looked at.
pub(in crate::usecase) struct Checked {
    pub(in crate::usecase) sheet: Arc<Sheet>,
    pub(in crate::usecase) columns: Columns,
    /// One for each row of the table, in its order.
    pub(in crate::usecase) lines: Vec<CheckedLine>,
    pub(in crate::usecase) show: Box<Show>,
}

impl CheckedLine {
    /// A line without a fault, or a refused one.
    pub(in crate::usecase) fn of(faults: Vec<LineFault>) -> Self {
        Self { state: if faults.is_empty() { LineState::Good } else { LineState::Refused }, faults }
    }

    /// Why a row cannot be used, whatever stands in it.
    pub(in crate::usecase) fn broken(row: &ReadRow) -> Option<LineFault> {
        let (code, limit) = match row.fault? {
            RowFault::Cells(count) => (FieldErrorCode::CellCount, u32::try_from(count).ok()),
            RowFault::CellTooLong => (FieldErrorCode::TooLong, None),
            RowFault::InexactNumber => (FieldErrorCode::InexactNumber, None),
            RowFault::ErrorCell => (FieldErrorCode::ErrorCell, None),
        };
        Some(LineFault { field: None, code, limit })
    }
}

/// What stands in the field, as it stands there.
pub(in crate::usecase) fn shown(columns: &Columns, row: &ReadRow, field: SheetField) -> LineValue {
    LineValue { field, text: columns.cell(row, field).chars().take(200).collect(), money: None, status: None }
}

impl Checked {
    pub(in crate::usecase) fn count(&self, state: LineState) -> u64 {
        self.lines.iter().filter(|line| line.state == state).count() as u64
    }

    /// Alike faults together, the most frequent first.
    pub(in crate::usecase) fn faults(&self) -> Vec<FaultCount> {
        let mut counted: HashMap<(Option<SheetField>, FieldErrorCode), FaultCount> = HashMap::new();
        for fault in self.lines.iter().flat_map(|line| &line.faults) {
            counted.entry((fault.field, fault.code)).or_insert(FaultCount { fault: *fault, lines: 0 }).lines += 1;
        }
        let mut faults: Vec<FaultCount> = counted.into_values().collect();
        faults.sort_by_key(|count| (std::cmp::Reverse(count.lines), count.fault.field, count.fault.limit));
        faults
    }

    /// How many columns in front are the line and the reason that such a file got the last time.
    fn of_an_earlier_round(&self, words: &RefusedWords) -> usize {
        let told = [folded(&words.line), folded(&words.reason)];
        // Without the number that tells one from a column of the table.
        let plain = |heading: &String| folded(heading).trim_end_matches(|sign: char| sign.is_ascii_digit()).to_owned();
        let is_told = self.sheet.table.headings.iter().take(2).map(plain).eq(told);
        if is_told && !self.columns.places().any(|place| place < 2) { 2 } else { 0 }
    }

    fn line(&self, place: usize) -> Option<SheetLine> {
        let (row, line) = (self.sheet.table.rows.get(place)?, self.lines.get(place)?);
        let values = self.columns.known().map(|field| (self.show)(row, field)).collect();
        Some(SheetLine { line: row.line, state: line.state, values, faults: line.faults.clone() })
    }
}

impl Seat {
    /// A page of the lines, as they stand in the file; of the refused ones alone where that is asked.
    pub fn sheet_lines(&self, purpose: SheetUse, only_refused: bool, from: u64, limit: u32) -> AppResult<Vec<SheetLine>> {
        self.require(deed(purpose))?;
        let checked = self.checked(purpose)?;
        let skipped = usize::try_from(from).unwrap_or(usize::MAX);
        let limit = usize::try_from(limit).unwrap_or(MOST_LINES).min(MOST_LINES);
        let wanted = checked.lines.iter().enumerate().filter(|(_, line)| !only_refused || line.state == LineState::Refused);
        Ok(wanted.skip(skipped).take(limit).filter_map(|(place, _)| checked.line(place)).collect())
    }

    /// The refused lines as they stand in the file, each with its line and its reasons: to be mended there and opened again.
    pub async fn save_refused_lines(&self, purpose: SheetUse, words: RefusedWords, path: &Path) -> AppResult<()> {
        self.require(deed(purpose))?;
        let (checked, path) = (self.checked(purpose)?, path.to_owned());
        blocking(move || {
            let earlier = checked.of_an_earlier_round(&words);
            let headings = &checked.sheet.table.headings[earlier..];
            let ours = [Column::new(free_heading(&words.line, headings), Kind::Integer), Column::new(free_heading(&words.reason, headings), Kind::Text)];
            let columns: Vec<Column> = ours.into_iter().chain(headings.iter().map(|heading| Column::new(heading, Kind::Text))).collect();
            saved_file::write(&path, |out| {
                let mut sheet = CsvSheet::begin(out, &columns, Dialect::of(words.language.into()))?;
                for (row, line) in checked.sheet.table.rows.iter().zip(&checked.lines).filter(|(_, line)| line.state == LineState::Refused) {
                    let told = [Cell::Integer(i64::try_from(row.line).unwrap_or(i64::MAX)), Cell::text(reasons(&line.faults, &words))];
                    // A row that was cut stays cut: filled up, it would be a good one that says what nobody wrote.
                    sheet.ragged_row(&told, row.cells.get(earlier..).unwrap_or_default())?;
                }
                sheet.finish().map(drop)
            })
        })
        .await
    }

    fn checked(&self, purpose: SheetUse) -> AppResult<Arc<Checked>> {
        let sheet = self.sheet(purpose)?;
        let checked = self.device.desk.checked().filter(|checked| Arc::ptr_eq(&checked.sheet, &sheet));
        checked.ok_or_else(|| AppError::new(ErrorCode::NoSheet, "the lines were not looked at"))
    }
}

/// The heading, or what is near it where the table has one like it: two alike could not be read again.
fn free_heading(word: &str, headings: &[String]) -> String {
    let is_free = |heading: &String| !headings.iter().any(|other| folded(other) == folded(heading));
    let numbered = (2..=headings.len() + 2).map(|number| format!("{word} {number}"));
    std::iter::once(word.to_owned()).chain(numbered).find(is_free).unwrap_or_else(|| word.to_owned())
}

/// `Buyer: required; E-mail: not an address`.
fn reasons(faults: &[LineFault], words: &RefusedWords) -> String {
    let one = |fault: &LineFault| {
        let code = serde_json::to_value(fault.code).ok().and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default();
        let word = words.faults.iter().find(|word| word.code == code).map_or(code.as_str(), |word| word.word.as_str());
        let word = word.replace("{limit}", &fault.limit.map(|limit| limit.to_string()).unwrap_or_default());
        let field = fault.field.and_then(|field| words.fields.iter().find(|word| word.field == field));
        field.map_or_else(|| word.clone(), |field| format!("{}: {word}", field.word))
    };
    faults.iter().map(one).collect::<Vec<_>>().join("; ")
}
