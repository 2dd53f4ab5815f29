//! CSV by RFC 4180, in UTF-8 with the mark by which spreadsheets know it.

use std::io::Write;

use beadsbox_domain::Money;
use csv::{ByteRecord, Terminator, WriterBuilder};

use super::{
    TableError,
    cell::{Cell, Column, Kind, check},
    defuse::defused,
};
use crate::Language;

/// UTF-8's byte order mark: without it, spreadsheets read another encoding.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// How CSV is written: spreadsheets expect what their language does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    separator: u8,
    decimal: char,
    language: Language,
}

impl Dialect {
    /// Commas and decimal points in English; semicolons and decimal commas in French.
    pub const fn of(language: Language) -> Self {
        match language {
            Language::En => Self { separator: b',', decimal: '.', language },
            Language::Fr => Self { separator: b';', decimal: ',', language },
        }
    }

    /// `12.34`, `12,34`: all of the currency's decimals, no grouping, no sign of the currency.
    fn amount(self, money: Money) -> String {
        self.point(money.decimal())
    }

    /// `5.5%`, `5,5%`.
    fn percent(self, basis_points: i32) -> String {
        let sign = if basis_points < 0 { "-" } else { "" };
        let (whole, hundredths) = (basis_points.unsigned_abs() / 100, basis_points.unsigned_abs() % 100);
        let decimals = format!(".{hundredths:02}");
        let decimals = decimals.trim_end_matches('0').trim_end_matches('.');
        self.point(format!("{sign}{whole}{decimals}%"))
    }

    fn point(self, number: String) -> String {
        if self.decimal == '.' {
            number
        } else {
            number.replace('.', self.decimal.encode_utf8(&mut [0; 4]))
        }
    }

    fn currency_of(self, heading: &str) -> String {
        format!("{heading} ({})", self.language.pick("currency", "devise"))
    }
}

/// A table that is being written as CSV, row by row.
pub struct CsvSheet<W: Write> {
    out: csv::Writer<W>,
    columns: Vec<Column>,
    dialect: Dialect,
    /// Used again for every row.
    record: ByteRecord,
}

impl<W: Write> CsvSheet<W> {
    /// Begins with the headings.
    pub fn begin(mut out: W, columns: &[Column], dialect: Dialect) -> Result<Self, TableError> {
        out.write_all(MARK)?;
        let out = WriterBuilder::new().flexible(true).delimiter(dialect.separator).terminator(Terminator::CRLF).from_writer(out);
        let mut sheet = Self { out, columns: columns.to_vec(), dialect, record: ByteRecord::new() };
        for column in columns {
            sheet.record.push_field(defused(&column.heading).as_bytes());
            if column.kind == Kind::Money {
                sheet.record.push_field(defused(&dialect.currency_of(&column.heading)).as_bytes());
            }
        }
        sheet.write()?;
        Ok(sheet)
    }

    /// Writes a row.
    pub fn row(&mut self, row: &[Cell]) -> Result<(), TableError> {
        check(&self.columns, row)?;
        self.record.clear();
        self.fields(row);
        self.write()
    }

    /// Writes a row that was read with more or fewer cells than there are columns, and is to be read so again: these columns first, and then
    /// the texts as they stood.
    pub fn ragged_row(&mut self, row: &[Cell], texts: &[String]) -> Result<(), TableError> {
        let columns = self.columns.get(..row.len()).ok_or(TableError::Ragged { cells: row.len(), columns: self.columns.len() })?;
        check(columns, row)?;
        self.record.clear();
        self.fields(row);
        for text in texts {
            self.record.push_field(defused(text).as_bytes());
        }
        self.write()
    }

    fn fields(&mut self, row: &[Cell]) {
        for (column, cell) in self.columns.iter().zip(row) {
            self.record.push_field(written(cell, self.dialect).as_bytes());
            if column.kind == Kind::Money {
                let currency = if let Cell::Money(money) = cell { money.currency.code() } else { "" };
                self.record.push_field(currency.as_bytes());
            }
        }
    }

    /// Writes what is still in memory, and gives back the place that was written to.
    pub fn finish(self) -> Result<W, TableError> {
        self.out.into_inner().map_err(|fault| TableError::Write(fault.into_error()))
    }

    fn write(&mut self) -> Result<(), TableError> {
        self.out.write_byte_record(&self.record).map_err(|fault| {
            let words = fault.to_string();
            TableError::Write(match fault.into_kind() {
                // As it is: what kind it is says whether the disk is full.
                csv::ErrorKind::Io(fault) => fault,
                _ => std::io::Error::other(words),
            })
        })
    }
}

fn written(cell: &Cell, dialect: Dialect) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => defused(text).into_owned(),
        Cell::Integer(number) => number.to_string(),
        Cell::Money(money) => dialect.amount(*money),
        Cell::Date(date) => date.to_string(),
        Cell::Moment(at) => at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Cell::Percent(basis_points) => dialect.percent(*basis_points),
    }
}
