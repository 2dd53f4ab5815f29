//! What the grid shows as a table: into a file, or onto the clipboard.

use std::{ops::ControlFlow, path::Path};

use beadsbox_documents::{Cell, Column, Kind, defused};
use beadsbox_domain::{Deed, Timestamp};
use beadsbox_store::{Directory, View, VoucherView};
use jiff::tz::TimeZone;

use super::{Seat, question::Asked, selection::Selection, work::Work};
use crate::{
    error::AppResult,
    saved_file::{self, Row, WrittenTable},
    view::{CopiedTable, GridColumn, SavedTable, TableForm, TableFormat, TableProgress, WorkKind},
};

/// A clipboard is for what somebody pastes into a mail or a sheet; a file is for more.
const MOST_COPIED: u64 = 1_000;

impl Seat {
    /// Writes the table into that file; one at a time.
    pub async fn save_table(&self, form: TableForm, format: TableFormat, path: &Path) -> AppResult<SavedTable> {
        self.require(Deed::UseOffice)?;
        let at_work = self.device.writing.begin(WorkKind::Save, self.session.staff)?;
        let (asked, path) = (Asked::by(self), path.to_owned());
        self.read(move |view| {
            let work = &*at_work.work;
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let table = WrittenTable { format, title: &form.title, columns: &columns(&form), language: form.language };
            saved_file::write_table(&path, &table, |row| each_row(view, &asked, &form, work, row))?;
            Ok(SavedTable { name, rows: work.progress().done })
        })
        .await
    }

    /// How far this person's table is that is being written; nothing where there is none.
    pub fn table_progress(&self) -> AppResult<Option<TableProgress>> {
        self.require(Deed::UseOffice)?;
        Ok(self.device.writing.of(self.session.staff).map(|work| work.progress().into()))
    }

    /// Stops it. No file is left behind.
    pub fn stop_table(&self) -> AppResult<()> {
        self.require(Deed::UseOffice)?;
        if let Some(work) = self.device.writing.of(self.session.staff) {
            work.stop();
        }
        Ok(())
    }

    /// The table for the clipboard, so many rows at most.
    pub async fn copy_table(&self, form: TableForm) -> AppResult<CopiedTable> {
        self.require(Deed::UseOffice)?;
        let asked = Asked::by(self);
        self.read(move |view| {
            let mut copied = Copied::begin(&form);
            let mut rows = 0;
            let mut cut = false;
            walk(view, &asked, &form, |found, words| {
                for voucher in found {
                    if rows == MOST_COPIED {
                        cut = true;
                        return Ok(ControlFlow::Break(()));
                    }
                    rows += 1;
                    copied.row(&words.row(voucher));
                }
                Ok(ControlFlow::Continue(()))
            })?;
            Ok(copied.finish(rows, cut))
        })
        .await
    }
}

/// What the cells of a table are made with.
struct Words<'a> {
    form: &'a TableForm,
    directory: &'a Directory,
    zone: TimeZone,
}

fn walk(view: &View<'_>, asked: &Asked, form: &TableForm, mut take: impl FnMut(&[VoucherView], &Words<'_>) -> AppResult<ControlFlow<()>>) -> AppResult<()> {
    let words = Words { form, directory: view.directory(), zone: asked.zone(view) };
    Selection::read(view, asked, &form.selection, form.order)?.walk(view, |found| take(&found, &words))
}

fn each_row(view: &View<'_>, asked: &Asked, form: &TableForm, work: &Work, row: &mut Row<'_>) -> AppResult<()> {
    if let Some(sums) = super::selection::sums(view, asked, &form.selection)? {
        work.expect(sums.vouchers);
    }
    walk(view, asked, form, |found, words| {
        for voucher in found {
            row(&words.row(voucher))?;
        }
        work.did(found.len())?;
        Ok(ControlFlow::Continue(()))
    })
}

fn columns(form: &TableForm) -> Vec<Column> {
    let kind = |column| match column {
        GridColumn::Price => Kind::Money,
        GridColumn::Sold | GridColumn::Changed => Kind::Moment,
        GridColumn::Expires => Kind::Date,
        _ => Kind::Text,
    };
    form.columns.iter().map(|column| Column::new(&column.heading, kind(column.column))).collect()
}

impl Words<'_> {
    fn row(&self, found: &VoucherView) -> Vec<Cell> {
        self.form.columns.iter().map(|column| self.cell(column.column, found)).collect()
    }

    fn cell(&self, column: GridColumn, found: &VoucherView) -> Cell {
        let (voucher, person) = (&found.voucher, found.person.as_ref());
        let of_person = |text: Option<String>| text.map_or(Cell::Empty, Cell::text);
        match column {
            GridColumn::Code => Cell::text(voucher.code.to_string()),
            GridColumn::Title => Cell::text(voucher.snapshot.title.as_str()),
            GridColumn::Buyer => of_person(person.map(|person| person.buyer.as_str().to_owned())),
            GridColumn::Email => of_person(person.and_then(|person| person.email.clone()).map(String::from)),
            GridColumn::Recipient => of_person(person.and_then(|person| person.recipient.clone()).map(String::from)),
            GridColumn::Message => of_person(person.and_then(|person| person.message.clone()).map(String::from)),
            GridColumn::Status => word(self.form.statuses.iter().find(|word| word.status == voucher.status).map(|word| &word.word)),
            GridColumn::Price => Cell::Money(voucher.snapshot.price),
            GridColumn::Payment if voucher.is_sold_by_server() => word(Some(&self.form.paid_online)),
            GridColumn::Payment => word(self.form.payments.iter().find(|word| word.payment == voucher.payment).map(|word| &word.word)),
            GridColumn::Sold => self.moment(voucher.sold.at),
            GridColumn::SoldBy if voucher.is_sold_by_server() => word(Some(&self.form.shop_page)),
            GridColumn::SoldBy => Cell::text(self.directory.staff_name(voucher.sold.staff)),
            GridColumn::Shop => Cell::text(self.directory.shop_name(voucher.sold.shop)),
            GridColumn::Expires => voucher.expires_on.map_or(Cell::Empty, Cell::Date),
            GridColumn::Changed => self.moment(voucher.since.at),
        }
    }

    /// By the clock of this device's shop, to the second, as a sheet has it.
    fn moment(&self, at: Timestamp) -> Cell {
        Cell::Moment(at.to_zoned(self.zone.clone()).datetime())
    }
}

fn word(word: Option<&String>) -> Cell {
    word.map_or(Cell::Empty, Cell::text)
}

/// Lines with tabs for sheets, and a table of HTML for what takes more.
struct Copied {
    text: String,
    html: String,
}

impl Copied {
    fn begin(form: &TableForm) -> Self {
        let mut copied = Self { text: String::new(), html: "<meta charset=\"utf-8\"><table><thead>".to_owned() };
        copied.line(form.columns.iter().map(|column| column.heading.clone()), "th");
        copied.html.push_str("</thead><tbody>");
        copied
    }

    fn row(&mut self, row: &[Cell]) {
        self.line(row.iter().map(plain), "td");
    }

    fn line(&mut self, cells: impl Iterator<Item = String>, tag: &str) {
        self.html.push_str("<tr>");
        for (place, cell) in cells.enumerate() {
            if place > 0 {
                self.text.push('\t');
            }
            // A cell is one cell: what would begin another one or another line is a space.
            let one = cell.replace(['\t', '\r', '\n'], " ");
            // Pasted into a sheet, nothing that somebody typed is a formula: sheets take the table of HTML where they can.
            self.text.push_str(&defused(&one));
            let escaped = defused(&cell).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>");
            for part in ["<", tag, ">", &escaped, "</", tag, ">"] {
                self.html.push_str(part);
            }
        }
        self.text.push('\n');
        self.html.push_str("</tr>");
    }

    fn finish(mut self, rows: u64, cut: bool) -> CopiedTable {
        self.html.push_str("</tbody></table>");
        CopiedTable { text: self.text, html: self.html, rows, cut }
    }
}

fn plain(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Integer(number) => number.to_string(),
        Cell::Money(money) => format!("{} {}", money.decimal(), money.currency.code()),
        Cell::Date(date) => date.to_string(),
        Cell::Moment(at) => at.strftime("%Y-%m-%d %H:%M").to_string(),
        Cell::Percent(hundredths) => format!("{}.{:02} %", hundredths / 100, hundredths % 100),
    }
}
