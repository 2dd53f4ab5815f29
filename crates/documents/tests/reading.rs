//! Tables that other programs wrote: every way in which they write the same, and every way in which a file can be wrong.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Cursor, Write as _};

use beadsbox_documents::{
    Cell, Column, CsvSheet, Dialect, Encoding, Form, Kind, Language, MOST_CELL_CHARACTERS, MOST_FILE_BYTES, MOST_READ_ROWS, ReadError, ReadRow, ReadTable,
    RowFault, Table, read_table, title_key,
};
use jiff::civil::date;
use rstest::rstest;
use zip::{ZipWriter, write::SimpleFileOptions};

const TEXT: &str = "Buyer;E-mail;Note\r\nZoé;zoe@example.org;\"two\r\nlines; \"\"quoted\"\"\"\r\nJosé;;€ 5\r\n";

fn cells(table: &ReadTable) -> Vec<Vec<&str>> {
    table.rows.iter().map(|row| row.cells.iter().map(String::as_str).collect()).collect()
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2], mark: bool) -> Vec<u8> {
    mark.then_some(0xfeff).into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
}

fn windows(text: &str) -> Vec<u8> {
    text.chars().map(|sign| if sign == '€' { 0x80 } else { u8::try_from(u32::from(sign)).unwrap() }).collect()
}

#[rstest]
#[case::utf8(TEXT.as_bytes().to_vec(), Encoding::Utf8)]
#[case::utf8_with_a_mark(format!("\u{feff}{TEXT}").into_bytes(), Encoding::Utf8)]
#[case::utf16_little(utf16(TEXT, u16::to_le_bytes, true), Encoding::Utf16)]
#[case::utf16_big(utf16(TEXT, u16::to_be_bytes, true), Encoding::Utf16)]
#[case::utf16_without_a_mark(utf16(TEXT, u16::to_le_bytes, false), Encoding::Utf16)]
#[case::utf16_big_without_a_mark(utf16(TEXT, u16::to_be_bytes, false), Encoding::Utf16)]
#[case::windows_1252(windows(TEXT), Encoding::Windows1252)]
fn the_same_in_every_encoding(#[case] bytes: Vec<u8>, #[case] encoding: Encoding) {
    let table = read_table(&bytes).unwrap();
    assert_eq!(table.form, Form::Csv { encoding, separator: ';' });
    assert_eq!(table.headings, ["Buyer", "E-mail", "Note"]);
    assert_eq!(cells(&table), [vec!["Zoé", "zoe@example.org", "two\r\nlines; \"quoted\""], vec!["José", "", "€ 5"]]);
    assert_eq!(table.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4], "lines of the file, and not rows");
}

#[rstest]
#[case(',')]
#[case(';')]
#[case('\t')]
#[case('|')]
fn the_separator_is_found(#[case] separator: char) {
    let text = "code?price?title\nA-1?\"4,50\"?\"One; | two\"\nA-2?3?Three\n".replace('?', &separator.to_string());
    let table = read_table(text.as_bytes()).unwrap();
    assert_eq!(table.form, Form::Csv { encoding: Encoding::Utf8, separator });
    assert_eq!(cells(&table)[0], ["A-1", "4,50", "One; | two"]);
}

#[test]
fn one_column_is_a_table_too_and_empty_lines_are_none() {
    let table = read_table(b"\n\nBuyer\n\nAnna\n\n\nBert\n").unwrap();
    assert_eq!((table.headings.clone(), cells(&table)), (vec!["Buyer".to_owned()], vec![vec!["Anna"], vec!["Bert"]]));
    assert_eq!(table.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [5, 8]);
}

#[test]
fn lines_that_end_as_on_old_macs_are_lines() {
    let table = read_table(b"a,b\r1,2\r3,4\r").unwrap();
    assert_eq!((cells(&table), table.rows[1].line), (vec![vec!["1", "2"], vec!["3", "4"]], 3));
    // Also where a cell has another end of a line in it.
    let table = read_table(b"a,b\r1,\"x\ny\"\r2,z\r\r3,w").unwrap();
    assert_eq!(table.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4, 6]);
    let mut mixed = "name\rZoé\rJosé\r".as_bytes().to_vec();
    mixed.extend(b"Ren\xe9\r");
    assert_eq!(read_table(&mixed).unwrap_err(), ReadError::MixedEncoding { line: 4 });
}

#[test]
fn empty_cells_at_the_end_are_none_however_many() {
    let table = read_table(format!("a,b{0}\n1,2{0}\n{0}\n3,4\n", ",".repeat(10_000)).as_bytes()).unwrap();
    assert_eq!((table.headings.len(), cells(&table)), (2, vec![vec!["1", "2"], vec!["3", "4"]]));
}

#[test]
fn a_line_with_other_cells_than_headings_is_told_with_its_number() {
    let table = read_table(b"a,b,c,,\n1,2,3\n1,2\n1,2,3,4\n1,2,3,,,\n").unwrap();
    assert_eq!(table.headings, ["a", "b", "c"], "empty headings at the end are none");
    let faults: Vec<_> = table.rows.iter().map(|row| (row.line, row.fault)).collect();
    assert_eq!(faults, [(2, None), (3, Some(RowFault::Cells(2))), (4, Some(RowFault::Cells(4))), (5, None)]);
    let cells: Vec<usize> = table.rows.iter().map(|row| row.cells.len()).collect();
    assert_eq!(cells, [3, 2, 4, 3], "what stands there is all kept");
}

#[test]
fn a_huge_cell_spoils_its_line_and_no_other() {
    let huge = "x".repeat(MOST_CELL_CHARACTERS + 1);
    let table = read_table(format!("a,b\n1,{huge}\n2,{}\n", &huge[1..]).as_bytes()).unwrap();
    assert_eq!(table.rows.iter().map(|row| row.fault).collect::<Vec<_>>(), [Some(RowFault::CellTooLong), None]);
}

#[rstest]
#[case::empty("", ReadError::Empty)]
#[case::blank("\n \n  \n", ReadError::Empty)]
#[case::headings("a;b\n", ReadError::OnlyHeadings)]
#[case::twice("Name;code; NAME \n1;2;3\n", ReadError::SameHeading("NAME".to_owned()))]
#[case::unclosed("a,b\n1,2\n3,\"4\n5,6\n7,8\n", ReadError::UnclosedQuote { line: 3 })]
#[case::closed_by_the_mark_of_another_line("a,b\n1,\"2\n3,4\n5,\"6\"\n", ReadError::UnclosedQuote { line: 2 })]
#[case::even_marks("a,b\n1,5\" pipe\n2,\"x\n3,y\n", ReadError::UnclosedQuote { line: 3 })]
#[case::closed_within_its_cell("a,b\n1,2\n3,\"4\" and\n", ReadError::UnclosedQuote { line: 3 })]
#[case::a_million_columns(&",".repeat(1_000_000), ReadError::TooManyColumns)]
#[case::a_million_cells(&format!("a,b\n1,2{}\n", ",".repeat(1_000_000)), ReadError::TooManyColumns)]
fn what_is_no_table_says_why(#[case] text: &str, #[case] expected: ReadError) {
    assert_eq!(read_table(text.as_bytes()).unwrap_err(), expected);
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    for bytes in [&[0_u8; 64][..], b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"a,b\n1,\0\n", &[0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00], &[0xef, 0xbb, 0xbf, 0xff, 0x41]] {
        assert_eq!(read_table(bytes).unwrap_err(), ReadError::NotATable, "{bytes:?}");
    }
    assert_eq!(read_table(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]).unwrap_err(), ReadError::OldWorkbook);
    // Letters in two encodings: the line on which the other one is.
    let mut mixed = "name\nZoé\nJosé\nÅsa\n".as_bytes().to_vec();
    mixed.extend(b"Ren\xe9\nNo\xc3\xabl\n");
    assert_eq!(read_table(&mixed).unwrap_err(), ReadError::MixedEncoding { line: 5 });
}

#[test]
fn too_much_is_refused_before_it_is_read() {
    assert_eq!(read_table(&vec![b'a'; MOST_FILE_BYTES + 1]).unwrap_err(), ReadError::TooLarge);
    let mut rows = "a\n".to_owned();
    rows.push_str(&"1\n".repeat(MOST_READ_ROWS));
    assert_eq!(read_table(rows.as_bytes()).unwrap().rows.len(), MOST_READ_ROWS);
    rows.push_str("1\n");
    assert_eq!(read_table(rows.as_bytes()).unwrap_err(), ReadError::TooManyRows);
    let wide: Vec<String> = (0..101).map(|number| format!("c{number}")).collect();
    assert_eq!(read_table(format!("{}\n1\n", wide.join(",")).as_bytes()).unwrap_err(), ReadError::TooManyColumns);
}

fn xlsx(table: &Table) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    table.xlsx(&mut out).unwrap();
    out.into_inner()
}

#[test]
fn a_workbook_reads_as_a_person_would_type_it() {
    let columns = [("Code", Kind::Text), ("Number", Kind::Integer), ("Day", Kind::Date), ("Sold", Kind::Moment), ("Share", Kind::Percent)];
    let row = vec![Cell::text("=1+1"), Cell::Integer(12_345), Cell::Date(date(2026, 3, 10)), Cell::Moment(date(2026, 3, 10).at(14, 5, 9, 0)), Cell::Empty];
    let columns = columns.into_iter().map(|(heading, kind)| Column::new(heading, kind)).collect();
    let empty = vec![Cell::Empty; 5];
    let table = read_table(&xlsx(&Table { title: "T".to_owned(), columns, rows: vec![row.clone(), empty, row] })).unwrap();
    assert_eq!((table.form, table.headings.len()), (Form::Xlsx, 5));
    assert_eq!(cells(&table), vec![vec!["=1+1", "12345", "2026-03-10", "2026-03-10 14:05:09", ""]; 2]);
    assert_eq!(table.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4]);
}

/// A workbook out of its parts.
fn book(sheet: &str) -> Vec<u8> {
    book_with(sheet, None)
}

/// The same with a list of texts.
fn book_with(sheet: &str, texts: Option<&str>) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let types = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#;
    let relations = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    let names = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#;
    let office = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    for (name, text) in [
        ("[Content_Types].xml", types),
        ("_rels/.rels", office),
        ("xl/_rels/workbook.xml.rels", relations),
        ("xl/workbook.xml", names),
        ("xl/worksheets/sheet1.xml", sheet),
    ]
    .into_iter()
    .chain(texts.map(|texts| ("xl/sharedStrings.xml", texts)))
    {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn sheet(rows: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>"#
    )
}

#[test]
fn a_sheet_that_says_it_is_as_large_as_the_world_takes_no_more_than_it_holds() {
    let rows = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row><row r="1048576"><c r="A1048576"><v>4.1000000000000005</v></c></row>"#;
    let table = read_table(&book(&sheet(rows))).unwrap();
    assert_eq!((cells(&table), table.rows[0].line), (vec![vec!["4.1"]], 1_048_576));
    let far = r#"<row r="1"><c r="XFD1"><v>1</v></c></row>"#;
    assert_eq!(read_table(&book(&sheet(far))).unwrap_err(), ReadError::TooManyColumns);
}

#[test]
fn a_list_that_says_it_holds_more_than_there_can_be_is_damaged() {
    let rows = sheet(r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c></row>"#);
    let texts = |count: &str| {
        let names = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        format!(r#"<?xml version="1.0"?><sst xmlns="{names}" uniqueCount="{count}"><si><t>code</t></si><si><t>A-1</t></si></sst>"#)
    };
    assert_eq!(cells(&read_table(&book_with(&rows, Some(&texts("2")))).unwrap()), [["A-1"]]);
    for count in ["4000000000", "18446744073709551615", "99999999999999999999999"] {
        assert!(matches!(read_table(&book_with(&rows, Some(&texts(count)))), Err(ReadError::Damaged(_))), "{count}");
    }
}

#[test]
fn a_number_of_a_workbook_is_what_was_typed_or_a_fault_of_its_line() {
    let row = |line: u32, value: &str, kind: &str| format!(r#"<row r="{line}"><c r="A{line}"{kind}><v>{value}</v></c><c r="B{line}"><v>1</v></c></row>"#);
    let heads = r#"<row r="1"><c r="A1" t="str"><v>code</v></c><c r="B1" t="str"><v>price</v></c></row>"#;
    let rows = [
        row(2, "1234567890123456", ""),
        row(3, "9007199254740991", ""),
        row(4, "9007199254740993", ""),
        row(5, "1.2345678901234567E+18", ""),
        row(6, "#REF!", r#" t="e""#),
        row(7, "-7", ""),
        row(8, "0.30000000000000004", ""),
    ];
    let table = read_table(&book(&sheet(&format!("{heads}{}", rows.concat())))).unwrap();
    let read: Vec<(&str, Option<RowFault>)> = table.rows.iter().map(|row| (row.cells[0].as_str(), row.fault)).collect();
    assert_eq!(
        read,
        [
            ("1234567890123456", None),
            ("9007199254740991", None),
            ("9.00719925474099E+15", Some(RowFault::InexactNumber)),
            ("1.23456789012346E+18", Some(RowFault::InexactNumber)),
            ("#REF!", Some(RowFault::ErrorCell)),
            ("-7", None),
            ("0.3", None),
        ]
    );
}

#[test]
fn what_a_spreadsheet_exported_as_it_shows_it_is_a_fault_in_text_too() {
    let table = read_table(b"code,price\n1.23457E+18,1\n#N/A,1\n\"1,2E+9\",1\nE+7,1\nA1E+7,1\n#7,1\n").unwrap();
    let faults: Vec<Option<RowFault>> = table.rows.iter().map(|row| row.fault).collect();
    let (inexact, error) = (Some(RowFault::InexactNumber), Some(RowFault::ErrorCell));
    assert_eq!(faults, [inexact, error, inexact, None, None, None]);
}

#[test]
fn a_bomb_is_found_out_without_being_unpacked() {
    // A third of a gigabyte in some hundred kilobytes.
    let bomb = book(&sheet(&" ".repeat(300 * 1024 * 1024)));
    assert!(bomb.len() < 2 * 1024 * 1024, "{}", bomb.len());
    assert_eq!(read_table(&bomb).unwrap_err(), ReadError::TooLarge);
}

#[test]
fn a_damaged_workbook_is_an_error_wherever_it_was_cut() {
    let whole = book(&sheet(r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>"#));
    assert_eq!(cells(&read_table(&whole).unwrap()), [["2"]]);
    for cut in (4..whole.len()).step_by(7) {
        assert!(matches!(read_table(&whole[..cut]).unwrap_err(), ReadError::Damaged(_)), "cut at {cut}");
    }
    assert!(matches!(read_table(&book("<worksheet")), Err(ReadError::Damaged(_) | ReadError::Empty)));
    assert!(matches!(read_table(b"PK\x03\x04"), Err(ReadError::Damaged(_))));
}

#[test]
fn titles_are_alike_whatever_their_case_and_accents_and_not_without_their_signs() {
    assert_eq!(title_key("  Atelier  D\u{e9}couverte "), title_key("atelier de\u{301}couverte"));
    assert_ne!(title_key("Cours 1-2"), title_key("Cours 12"));
    assert_ne!(title_key("Thé + gâteau"), title_key("Thé gâteau"));
}

/// What this program writes, it reads: the apostrophe that stands in front of what would be a formula is no part of it.
#[test]
fn what_is_written_is_read_again() {
    let hostile = ["=HYPERLINK(\"x\")", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''-1", "'s", "plain; \"quoted\", and\nlonger"];
    for language in [Language::En, Language::Fr] {
        let columns = [Column::new("Text", Kind::Text), Column::new("Line", Kind::Integer)];
        let mut sheet = CsvSheet::begin(Vec::new(), &columns, Dialect::of(language)).unwrap();
        for (line, text) in (2..).zip(hostile) {
            sheet.row(&[Cell::text(text), Cell::Integer(line)]).unwrap();
        }
        let table = read_table(&sheet.finish().unwrap()).unwrap();
        let read: Vec<&ReadRow> = table.rows.iter().collect();
        for (row, text) in read.iter().zip(hostile) {
            assert_eq!(row.cells[0], text);
        }
    }
}
