use beadsbox_domain::Status;
use serde::{Deserialize, Serialize};

use super::{MoneyView, PaperLanguage};
use crate::error::FieldErrorCode;

/// What a column of an opened table can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SheetField {
    /// What stands on the other system's paper.
    Code,
    Title,
    Price,
    Currency,
    Status,
    Buyer,
    Email,
    Recipient,
    Message,
    SoldOn,
    ExpiresOn,
    /// When its status changed last.
    Since,
}

/// What a table is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SheetUse {
    Issue,
    Import,
}

/// Which column is a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FieldColumn {
    pub field: SheetField,
    /// Its place, from 0.
    pub column: u32,
}

/// A column of an opened table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SheetColumn {
    /// What stands over it; may be empty.
    pub heading: String,
    /// What stands in its first rows.
    pub samples: Vec<String>,
}

/// How an opened table was written, as far as that was not sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SheetForm {
    Utf8,
    Utf16,
    Windows1252,
    Xlsx,
}

/// A table that was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SheetView {
    /// The file's name.
    pub name: String,
    pub rows: u64,
    pub form: SheetForm,
    pub columns: Vec<SheetColumn>,
    /// The fields that there are, those that a line has to have first.
    pub fields: Vec<SheetField>,
    /// As the columns were named the last time, or as their headings suggest.
    pub mapping: Vec<FieldColumn>,
    /// The heading over the prices says that they are whole minor units.
    pub minor_units: bool,
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum LineState {
    Good,
    /// The voucher is here already.
    Already,
    Refused,
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, specta::Type)]
pub struct LineFault {
    /// Where; none where it is the line as a whole.
    pub field: Option<SheetField>,
    pub code: FieldErrorCode,
    /// The bound that was passed; of a code that stands there twice, the line on which it stood first.
    pub limit: Option<u32>,
}

/// What was read of one field of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct LineValue {
    pub field: SheetField,
    /// As it stands there, or as it was understood: a day as `YYYY-MM-DD`.
    pub text: String,
    /// Of a price that was understood.
    pub money: Option<MoneyView>,
    /// Of a status that was understood.
    pub status: Option<Status>,
}

/// A line of an opened table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SheetLine {
    /// Its line in the file.
    pub line: u64,
    pub state: LineState,
    pub values: Vec<LineValue>,
    pub faults: Vec<LineFault>,
}

/// How many lines of a table have that fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct FaultCount {
    /// Its `limit` is that of the first of them.
    pub fault: LineFault,
    pub lines: u64,
}

/// A word for a field.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct FieldWord {
    pub field: SheetField,
    pub word: String,
}

/// The words for a fault; `{limit}` stands where the bound comes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct FaultWord {
    pub code: String,
    pub word: String,
}

/// The words of the table of refused lines, in the language of whoever saves it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct RefusedWords {
    /// What the file is called.
    pub title: String,
    pub line: String,
    pub reason: String,
    pub fields: Vec<FieldWord>,
    pub faults: Vec<FaultWord>,
    pub language: PaperLanguage,
}

/// What work is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// A table is read, or its lines are looked at: nobody has confirmed anything yet.
    Look,
    Issue,
    Import,
    /// Something is written into a file.
    Save,
}

/// How far the work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
pub struct WorkProgress {
    pub kind: WorkKind,
    pub done: u64,
    pub of: u64,
}
