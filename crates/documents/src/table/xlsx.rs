//! XLSX: one sheet with its headings frozen and filters over them.

use std::{
    any::Any,
    collections::HashMap,
    error::Error as _,
    io::{self, Seek, Write},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::Path,
};

use beadsbox_domain::{Currency, Money};
use jiff::civil::{Date, DateTime};
use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use super::{
    TableError,
    cell::{Cell, Column, Kind, check},
};

/// How many rows fit under the headings.
pub const XLSX_ROWS: u32 = 1_048_575;
/// Spreadsheets keep 15 digits of a number; what has more is written as text.
const EXACT: u64 = 999_999_999_999_999;

/// A table that is being written as XLSX, row by row: what is written goes to a file without a name.
pub struct XlsxSheet {
    book: Workbook,
    columns: Vec<Column>,
    rows: u32,
    formats: Formats,
}

impl XlsxSheet {
    /// Begins with the headings. The title names the sheet, as far as its 31 characters go. The folder is where the rows are kept until
    /// the whole is written, in more bytes than it will have: there they are packed.
    pub fn begin(title: &str, columns: &[Column], folder: &Path) -> Result<Self, TableError> {
        let mut book = Workbook::new();
        book.set_tempdir(folder)?;
        let sheet = book.add_worksheet_with_constant_memory()?;
        let name = sheet_name(title);
        if !name.is_empty() {
            sheet.set_name(name)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        let head = Format::new().set_bold().set_border_bottom(FormatBorder::Thin);
        for (number, column) in (0..).zip(columns) {
            sheet.set_column_width(number, width(column))?;
            let aligned = if right(column.kind) { head.clone().set_align(FormatAlign::Right) } else { head.clone() };
            sheet.write_string_with_format(0, number, &column.heading, &aligned)?;
        }
        Ok(Self { book, columns: columns.to_vec(), rows: 0, formats: Formats::default() })
    }

    /// Writes a row. After an error of the place nothing more can be written.
    pub fn row(&mut self, row: &[Cell]) -> Result<(), TableError> {
        check(&self.columns, row)?;
        if self.rows == XLSX_ROWS {
            return Err(TableError::TooManyRows);
        }
        self.rows += 1;
        let Self { book, columns, rows, formats } = self;
        let sheet = book.worksheet_from_index(0)?;
        without_panic(|| {
            for (number, (column, cell)) in (0..).zip(columns.iter().zip(row)) {
                write(sheet, (*rows, number), column.kind, cell, formats)?;
            }
            Ok(())
        })
    }

    /// Writes the whole.
    pub fn finish(mut self, out: impl Write + Seek + Send) -> Result<(), TableError> {
        if let Some(last) = self.columns.len().checked_sub(1).and_then(|last| u16::try_from(last).ok()) {
            self.book.worksheet_from_index(0)?.autofilter(0, 0, self.rows, last)?;
        }
        without_panic(|| Ok(self.book.save_to_writer(out)?))
    }
}

/// The library panics where the file of its rows takes no more, and says why in words alone.
fn without_panic(write: impl FnOnce() -> Result<(), TableError>) -> Result<(), TableError> {
    // What it was about to write is not read again.
    catch_unwind(AssertUnwindSafe(write)).unwrap_or_else(|panic| match disk_fault(panic.as_ref()) {
        Some(fault) => Err(TableError::Write(fault)),
        None => resume_unwind(panic),
    })
}

/// Its words hold the error of the system as it is shown to programmers.
fn disk_fault(panic: &(dyn Any + Send)) -> Option<io::Error> {
    let words = panic.downcast_ref::<String>()?;
    let kind = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded].into_iter().find(|kind| words.contains(&format!("{kind:?}")));
    (kind.is_some() || words.contains("Os {")).then(|| io::Error::new(kind.unwrap_or(io::ErrorKind::Other), words.clone()))
}

/// The formats of numbers; those of money by the currency, and whether the number says it.
struct Formats {
    money: HashMap<(Currency, bool), Format>,
    integer: Format,
    date: Format,
    moment: Format,
    percent: Format,
}

impl Default for Formats {
    fn default() -> Self {
        let of = |format: &str| Format::new().set_num_format(format);
        Self { money: HashMap::new(), integer: of("#,##0"), date: of("yyyy-mm-dd"), moment: of("yyyy-mm-dd hh:mm:ss"), percent: of("0.00%") }
    }
}

impl Formats {
    fn money(&mut self, currency: Currency, says_it: bool) -> &Format {
        self.money.entry((currency, says_it)).or_insert_with(|| {
            let decimals = usize::from(currency.exponent());
            let number = if decimals == 0 { "#,##0".to_owned() } else { format!("#,##0.{}", "0".repeat(decimals)) };
            Format::new().set_num_format(if says_it { format!("{number} [${}]", currency.code()) } else { number })
        })
    }
}

fn write(sheet: &mut Worksheet, (row, column): (u32, u16), kind: Kind, cell: &Cell, formats: &mut Formats) -> Result<(), TableError> {
    match cell {
        Cell::Empty => return Ok(()),
        Cell::Text(text) => sheet.write_string(row, column, text)?,
        Cell::Integer(number) => match exact(*number) {
            Some(float) => sheet.write_number_with_format(row, column, float, &formats.integer)?,
            None => sheet.write_string(row, column, number.to_string())?,
        },
        Cell::Money(money) => match major(*money) {
            Some(float) => sheet.write_number_with_format(row, column, float, formats.money(money.currency, kind == Kind::Money))?,
            None => sheet.write_string(row, column, money.decimal())?,
        },
        Cell::Date(date) => sheet.write_datetime_with_format(row, column, day(*date)?, &formats.date)?,
        Cell::Moment(at) => sheet.write_datetime_with_format(row, column, moment(*at)?, &formats.moment)?,
        Cell::Percent(basis_points) => sheet.write_number_with_format(row, column, f64::from(*basis_points) / 10_000.0, &formats.percent)?,
    };
    Ok(())
}

/// Spreadsheets know floats alone: those that are the number itself.
fn exact(number: i64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "no more bits than a float has")]
    (number.unsigned_abs() <= EXACT).then_some(number as f64)
}

/// The float nearest to the amount, which spreadsheets show as the amount.
fn major(money: Money) -> Option<f64> {
    exact(money.minor).map(|minor| minor / 10_f64.powi(i32::from(money.currency.exponent())))
}

fn day(date: Date) -> Result<ExcelDateTime, XlsxError> {
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    ExcelDateTime::from_ymd(u16::try_from(date.year()).unwrap_or_default(), part(date.month()), part(date.day()))
}

fn moment(at: DateTime) -> Result<ExcelDateTime, XlsxError> {
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    day(at.date())?.and_hms(u16::from(part(at.hour())), part(at.minute()), f64::from(part(at.second())))
}

/// As wide as what stands in it commonly is, and at least as its heading with the filter's button.
fn width(column: &Column) -> f64 {
    let content = match column.kind {
        Kind::Text => 24,
        Kind::Integer | Kind::Percent => 10,
        Kind::Money => 16,
        Kind::Amount | Kind::Date => 13,
        Kind::Moment => 20,
    };
    let heading = u8::try_from(column.heading.chars().count().min(60)).unwrap_or(60);
    f64::from(content.max(heading.saturating_add(4)))
}

const fn right(kind: Kind) -> bool {
    matches!(kind, Kind::Integer | Kind::Money | Kind::Amount | Kind::Percent)
}

/// What a sheet may be called: 31 UTF-16 units, none of seven signs, no apostrophe at an end.
fn sheet_name(title: &str) -> String {
    let mut name = String::new();
    let allowed = title.chars().filter(|sign| !sign.is_control()).map(|sign| if "[]:*?/\\".contains(sign) { ' ' } else { sign });
    for sign in allowed {
        if name.encode_utf16().count() + sign.len_utf16() > 31 {
            break;
        }
        name.push(sign);
    }
    name.trim_matches(|sign: char| sign == '\'' || sign.is_whitespace()).to_owned()
}

impl From<XlsxError> for TableError {
    fn from(fault: XlsxError) -> Self {
        match fault {
            XlsxError::IoError(fault) | XlsxError::TempFileError(_, fault) => Self::Write(fault),
            // The place, by way of what packs the file.
            fault => match fault.source().and_then(|source| source.downcast_ref::<io::Error>()) {
                Some(place) => Self::Write(io::Error::new(place.kind(), fault.to_string())),
                None => Self::Sheet(fault.to_string()),
            },
        }
    }
}
