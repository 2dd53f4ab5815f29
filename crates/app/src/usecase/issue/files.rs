//! A batch as a file: a table for mail and for printers' shops, or all vouchers as one PDF.

use std::{io::Write as _, path::Path};

use beadsbox_documents::{Cell, Column, Kind, VoucherBook};
use beadsbox_domain::{BatchId, Deed, Status, VoucherId};
use beadsbox_store::{View, VoucherView};

use crate::{
    error::{AppError, AppResult, ErrorCode},
    saved_file::{self, Row, WrittenTable},
    usecase::{Seat, id, work::Work},
    view::{BatchFileForm, BatchFormat, SavedTable, TableFormat, WorkKind},
};

/// So many rows are written before somebody may stop it.
const PART: usize = 500;

impl Seat {
    /// Writes the batch into that file. A PDF has those that can still be used, and says how many these are.
    pub async fn save_batch(&self, form: BatchFileForm, path: &Path) -> AppResult<SavedTable> {
        self.require(Deed::IssueMany)?;
        let batch: BatchId = id(&form.batch_id, ErrorCode::InvalidInput)?;
        let at_work = self.device.desk.work.begin(WorkKind::Save, self.session.staff)?;
        let (path, seat) = (path.to_owned(), self.clone());
        self.read(move |view| {
            let (work, ids) = (&*at_work.work, view.batch_vouchers(batch)?);
            work.expect(ids.len() as u64);
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let rows = match form.format {
                BatchFormat::Pdf => seat.save_book(view, &ids, &form, work, &path)?,
                BatchFormat::Csv | BatchFormat::Xlsx => seat.save_batch_table(view, &ids, &form, work, &path)?,
            };
            Ok(SavedTable { name, rows })
        })
        .await
    }

    fn save_batch_table(&self, view: &View<'_>, ids: &[VoucherId], form: &BatchFileForm, work: &Work, path: &Path) -> AppResult<u64> {
        let format = if form.format == BatchFormat::Xlsx { TableFormat::Xlsx } else { TableFormat::Csv };
        let table = WrittenTable { format, title: &form.title, columns: &columns(form), language: form.language };
        saved_file::write_table(path, &table, |row| self.each_row(view, ids, form, work, row))?;
        Ok(ids.len() as u64)
    }

    fn each_row(&self, view: &View<'_>, ids: &[VoucherId], form: &BatchFileForm, work: &Work, row: &mut Row<'_>) -> AppResult<()> {
        for part in ids.chunks(PART) {
            for found in view.known_vouchers(part)? {
                row(&self.row_of(form, &found))?;
            }
            work.did(part.len())?;
        }
        Ok(())
    }

    fn row_of(&self, form: &BatchFileForm, found: &VoucherView) -> Vec<Cell> {
        let (voucher, person) = (&found.voucher, found.person.as_ref());
        let text = |text: Option<String>| text.map_or(Cell::Empty, Cell::text);
        let status = form.words.statuses.iter().find(|word| word.status == voucher.status).map(|word| word.word.clone());
        // A fresh signature on what is used or cancelled would open other tills' drawers.
        let qr = (voucher.status == Status::Purchased).then(|| self.signed_code(voucher));
        vec![
            Cell::text(voucher.code.to_string()),
            Cell::text(voucher.snapshot.title.as_str()),
            text(person.map(|person| person.buyer.as_str().to_owned())),
            text(person.and_then(|person| person.email.clone()).map(String::from)),
            text(person.and_then(|person| person.recipient.clone()).map(String::from)),
            text(person.and_then(|person| person.message.clone()).map(String::from)),
            Cell::Money(voucher.snapshot.price),
            voucher.expires_on.map_or(Cell::Empty, Cell::Date),
            text(status),
            text(qr),
        ]
    }

    /// One PDF with a page for each that can still be used.
    fn save_book(&self, view: &View<'_>, ids: &[VoucherId], form: &BatchFileForm, work: &Work, path: &Path) -> AppResult<u64> {
        let mut book = VoucherBook::begin(&form.title, self.device.host.clock.now());
        let mut pages = 0;
        for part in ids.chunks(VoucherBook::PART) {
            let found = view.known_vouchers(part)?;
            let usable = found.iter().filter(|found| found.voucher.status == Status::Purchased);
            let papers: Vec<_> = usable.map(|found| self.voucher_paper(view.directory(), found, form.language.into(), form.with_price)).collect();
            book.add(&papers)?;
            pages += papers.len() as u64;
            work.did(part.len())?;
        }
        if pages == 0 {
            return Err(AppError::new(ErrorCode::NoGoodLine, "no voucher of the batch can be used any more"));
        }
        let pdf = book.finish()?;
        saved_file::write(path, |out| out.write_all(&pdf).map_err(|error| AppError::disk(&error)))?;
        Ok(pages)
    }
}

fn columns(form: &BatchFileForm) -> Vec<Column> {
    let words = &form.words;
    let columns = [
        (&words.code, Kind::Text),
        (&words.title, Kind::Text),
        (&words.buyer, Kind::Text),
        (&words.email, Kind::Text),
        (&words.recipient, Kind::Text),
        (&words.message, Kind::Text),
        (&words.price, Kind::Money),
        (&words.expires_on, Kind::Date),
        (&words.status, Kind::Text),
        (&words.qr, Kind::Text),
    ];
    columns.into_iter().map(|(heading, kind)| Column::new(heading, kind)).collect()
}
