//! Paper: the voucher that somebody is given, the receipt of its sale, the report of a till's closed day, and a badge of the staff;
//! and tables for spreadsheets.
//!
//! Plain data goes in, bytes come out: a PDF (typeset by typst, with the fonts that come along) or what a till printer speaks
//! (ESC/POS); tables become CSV or XLSX. Nothing here reads a clock, a file or the network, so the same data makes the same bytes.

mod amount;
mod badge;
mod close;
mod day;
mod error;
mod escpos;
mod fitting;
mod language;
mod press;
mod qr;
mod receipt;
mod report;
mod table;
mod voucher;

pub use amount::amount as written_amount;
pub use badge::BadgePaper;
pub use close::{DayReport, ReportPerson};
pub use day::long as written_day;
pub use error::DocumentError;
pub use escpos::{CodePage, EscPos, Width};
pub use language::Language;
pub use qr::svg as qr_svg;
pub use receipt::{Receipt, ReceiptLine, Reprint, Shop, VatLine};
pub use report::ReportPaper;
pub use table::{
    Cell, Column, CsvSheet, Dialect, Encoding, Form, Kind, MOST_CELL_CHARACTERS, MOST_COLUMNS, MOST_FILE_BYTES, MOST_READ_ROWS, ReadError, ReadRow, ReadTable,
    RowFault, Table, TableError, XLSX_ROWS, XlsxSheet, defused, folded, read as read_table, title_key,
};
pub use voucher::{VoucherBook, VoucherPaper, terms};
