//! Tables are read back by the programs that read them: what was written is what is there.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    env::temp_dir,
    io::{Cursor, Write},
};

use beadsbox_documents::{Cell, Column, CsvSheet, Dialect, Kind, Language, Table, TableError, XlsxSheet};
use beadsbox_domain::{Currency, Money};
use calamine::{Data, Reader as _, Xlsx};
use jiff::civil::date;

fn money(minor: i64, currency: &str) -> Cell {
    Cell::Money(Money::new(minor, Currency::from_code(currency).unwrap()))
}

fn columns() -> Vec<Column> {
    let kinds = [
        ("Buyer", Kind::Text),
        ("Vouchers", Kind::Integer),
        ("Value", Kind::Money),
        ("Amount", Kind::Amount),
        ("Day", Kind::Date),
        ("Sold", Kind::Moment),
        ("Share", Kind::Percent),
    ];
    kinds.into_iter().map(|(heading, kind)| Column::new(heading, kind)).collect()
}

fn table() -> Table {
    let full = vec![
        Cell::text("Zoé \"la\" Martin; née,\r\nDupont"),
        Cell::Integer(-12_403),
        money(-123_456_789, "EUR"),
        money(1250, "BHD"),
        Cell::Date(date(2026, 11, 26)),
        Cell::Moment(date(2026, 11, 26).at(9, 5, 59, 0)),
        Cell::Percent(550),
    ];
    let mut yen = vec![Cell::Empty; 7];
    yen[0] = Cell::text("=HYPERLINK(\"https://evil.example\")");
    yen[2] = money(98_000, "JPY");
    yen[6] = Cell::Percent(-5);
    Table { title: "Liability: 2026/11 [EUR]".to_owned(), columns: columns(), rows: vec![full, yen] }
}

fn csv_rows(bytes: &[u8], separator: u8) -> Vec<Vec<String>> {
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap();
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).has_headers(false).from_reader(text);
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn csv_is_read_back_in_each_language() {
    let written = |language| {
        let mut bytes = Vec::new();
        table().csv(&mut bytes, language).unwrap();
        bytes
    };
    let english = csv_rows(&written(Language::En), b',');
    assert_eq!(english[0], ["Buyer", "Vouchers", "Value", "Value (currency)", "Amount", "Day", "Sold", "Share"]);
    assert_eq!(
        english[1],
        ["Zoé \"la\" Martin; née,\r\nDupont", "-12403", "-1234567.89", "EUR", "1.250", "2026-11-26", "2026-11-26 09:05:59", "5.5%"]
    );
    assert_eq!(english[2], ["'=HYPERLINK(\"https://evil.example\")", "", "98000", "JPY", "", "", "", "-0.05%"]);
    let french = csv_rows(&written(Language::Fr), b';');
    assert_eq!(french[0][3], "Value (devise)");
    assert_eq!(french[1][2..5], ["-1234567,89", "EUR", "1,250"]);
    assert_eq!(french[1][7], "5,5%");
}

#[test]
fn csv_ends_its_lines_as_the_rfc_says() {
    let mut bytes = Vec::new();
    Table { title: String::new(), columns: vec![Column::new("=Heading", Kind::Text)], rows: vec![vec![Cell::Empty], vec![Cell::text("a")]] }
        .csv(&mut bytes, Language::En)
        .unwrap();
    assert_eq!(String::from_utf8(bytes).unwrap(), "\u{feff}'=Heading\r\n\"\"\r\na\r\n");
}

#[test]
fn xlsx_is_read_back_with_numbers_as_numbers_and_texts_as_texts() {
    let mut bytes = Cursor::new(Vec::new());
    table().xlsx(&mut bytes).unwrap();
    let mut book = Xlsx::new(Cursor::new(bytes.into_inner())).unwrap();
    assert_eq!(book.sheet_names(), ["Liability  2026 11  EUR"]);
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let rows: Vec<&[Data]> = range.rows().collect();
    assert_eq!(rows[0][2], Data::String("Value".to_owned()));
    assert_eq!(rows[1][0], Data::String("Zoé \"la\" Martin; née,\r\nDupont".to_owned()));
    assert_eq!(rows[1][1], Data::Float(-12_403.0));
    assert_eq!(rows[1][2], Data::Float(-1_234_567.89));
    assert_eq!(rows[1][3], Data::Float(1.25));
    let moment = |cell: &Data| match cell {
        Data::DateTime(at) => at.to_ymd_hms_milli(),
        other => panic!("no date: {other:?}"),
    };
    assert_eq!(moment(&rows[1][4]), (2026, 11, 26, 0, 0, 0, 0));
    assert_eq!(moment(&rows[1][5]), (2026, 11, 26, 9, 5, 59, 0));
    assert_eq!(rows[1][6], Data::Float(0.055));
    assert_eq!(rows[2][0], Data::String("=HYPERLINK(\"https://evil.example\")".to_owned()), "a text, and no apostrophe");
    assert_eq!((&rows[2][1], &rows[2][2]), (&Data::Empty, &Data::Float(98_000.0)));
    assert!(book.worksheet_formula("Liability  2026 11  EUR").unwrap().used_cells().next().is_none(), "no formula");
}

#[test]
fn a_number_that_a_spreadsheet_would_round_is_a_text() {
    let mut bytes = Cursor::new(Vec::new());
    let columns = vec![Column::new("Value", Kind::Money)];
    Table { title: "Sums".to_owned(), columns, rows: vec![vec![money(i64::MAX, "EUR")]] }.xlsx(&mut bytes).unwrap();
    let mut book = Xlsx::new(Cursor::new(bytes.into_inner())).unwrap();
    assert_eq!(book.worksheet_range_at(0).unwrap().unwrap().get_value((1, 0)), Some(&Data::String("92233720368547758.07".to_owned())));
}

#[test]
fn a_row_that_does_not_fit_its_columns_is_refused() {
    let mut sheet = XlsxSheet::begin("x", &columns(), &temp_dir()).unwrap();
    assert!(matches!(sheet.row(&[Cell::Empty]), Err(TableError::Ragged { cells: 1, columns: 7 })));
    let mut row = vec![Cell::Empty; 7];
    row[1] = Cell::text("twelve");
    assert!(matches!(sheet.row(&row), Err(TableError::Kind(heading)) if heading == "Vouchers"));
    let mut sheet = CsvSheet::begin(Vec::new(), &columns(), Dialect::of(Language::En)).unwrap();
    assert!(matches!(sheet.row(&row), Err(TableError::Kind(_))));
}

/// Counts what is written, and keeps nothing.
struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += u64::try_from(bytes.len()).unwrap();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The memory of this process at its most, in KiB.
#[cfg(target_os = "linux")]
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim().trim_end_matches(" kB").parse().unwrap()
}

/// A hundred thousand rows, some 10 MiB of what they hold in each form, take less than 8 MiB more than the first few did.
#[cfg(target_os = "linux")]
#[test]
fn many_rows_take_no_more_memory_than_few() {
    let columns = columns();
    let row = table().rows.remove(0);
    let (mut csv, mut xlsx) = (
        CsvSheet::begin(Counted(0), &columns, Dialect::of(Language::En)).unwrap(),
        XlsxSheet::begin("x", &columns, &temp_dir()).unwrap(),
    );
    let mut write = |rows: u32| {
        for _ in 0..rows {
            csv.row(&row).unwrap();
            xlsx.row(&row).unwrap();
        }
    };
    write(5_000);
    let before = peak_kib();
    write(100_000);
    let grown = peak_kib() - before;
    assert!(grown < 8 * 1024, "{grown} KiB more");
    assert!(csv.finish().unwrap().0 > 8_000_000);
}
