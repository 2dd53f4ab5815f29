//! What is held on a buyer or recipient: found, handed out as a file, and erased.

use std::path::Path;

use beadsbox_documents::{Cell, Column, Kind, Language, Table};
use beadsbox_domain::{Date, Deed, PersonHash};
use beadsbox_protocol::{
    ErrorCode as ServerCode,
    personal_data::{MOST_RECORDS, PersonErasure, PersonExport, PersonRecord, PersonRecords, PersonSearch, PersonVoucher, SEARCH_LENGTHS, searched},
};
use beadsbox_sync::TransportError;
use jiff::tz::TimeZone;

use super::{
    Seat, reason,
    reports::{
        ReportFile,
        words::{self, pick},
    },
};
use crate::{
    error::{AppError, AppResult, ErrorCode, FieldErrorCode},
    view::{ErasedView, ErasureForm, PersonExportForm, PersonFormat, PersonRow, PersonVoucherRow, PersonsFound},
};

impl Seat {
    /// The records in which a text stands as a part of a name or e-mail address.
    pub async fn find_personal_data(&self, text: String) -> AppResult<PersonsFound> {
        self.require(Deed::Administer)?;
        let text = text.trim().to_owned();
        if text.chars().count() > *SEARCH_LENGTHS.end() {
            return Err(AppError::in_field("text", FieldErrorCode::TooLong, u32::try_from(*SEARCH_LENGTHS.end()).ok()));
        }
        if searched(&text).is_none() {
            return Err(AppError::in_field("text", FieldErrorCode::TooShort, u32::try_from(*SEARCH_LENGTHS.start()).ok()));
        }
        let found = self.device.server.find_personal_data(self.server_session()?, &PersonSearch { text }).await?;
        Ok(PersonsFound { rows: found.records.iter().map(row).collect(), more: found.more })
    }

    /// Everything that is held under these hashes, as a file to hand out.
    pub async fn personal_data_file(&self, form: PersonExportForm) -> AppResult<ReportFile> {
        self.require(Deed::Administer)?;
        let export = PersonExport { hashes: hashes(&form.hashes)? };
        let records = self.device.server.export_personal_data(self.server_session()?, &export).await.map_err(gone)?;
        let language = Language::from(form.language);
        let seat = self.clone();
        let zone = self.read(move |view| Ok(view.directory().time_zone(seat.device.place().shop))).await?;
        let day = records.at.to_zoned(zone.clone()).date();
        match form.format {
            PersonFormat::Json => {
                let bytes = serde_json::to_vec_pretty(&records).map_err(AppError::internal)?;
                Ok(ReportFile { name: file_name(day, "json"), bytes })
            }
            PersonFormat::Csv => {
                let mut bytes = Vec::new();
                table(&records, language, &zone).csv(&mut bytes, language).map_err(AppError::internal)?;
                Ok(ReportFile { name: file_name(day, "csv"), bytes })
            }
        }
    }

    /// Saves it there, whole or not at all. Asks anew who is there: choosing a place for it may have taken long.
    pub async fn save_personal_data(&self, file: ReportFile, path: &Path) -> AppResult<()> {
        self.require(Deed::Administer)?;
        file.write(path).await
    }

    /// Erases what is held under these hashes, everywhere.
    pub async fn erase_personal_data(&self, form: ErasureForm) -> AppResult<ErasedView> {
        self.require(Deed::Administer)?;
        let erasure = PersonErasure { hashes: hashes(&form.hashes)?, reason: reason(&form.reason)?.as_str().to_owned() };
        let erased = self.device.server.erase_personal_data(self.server_session()?, &erasure).await.map_err(gone)?;
        self.take_news().await;
        Ok(ErasedView { persons: erased.persons, vouchers: erased.vouchers })
    }
}

/// Somebody else may have erased it meanwhile.
fn gone(error: TransportError) -> AppError {
    match error {
        TransportError::Refused(problem) if problem.code == ServerCode::NotFound => AppError::new(ErrorCode::UnknownPerson, "nothing is held any more"),
        other => other.into(),
    }
}

fn hashes(texts: &[String]) -> AppResult<Vec<PersonHash>> {
    if texts.is_empty() || texts.len() > MOST_RECORDS {
        return Err(AppError::new(ErrorCode::UnknownPerson, "no records were chosen"));
    }
    let read = |text: &String| PersonHash::try_from(text.clone()).map_err(|_| AppError::new(ErrorCode::UnknownPerson, "not a hash"));
    texts.iter().map(read).collect()
}

fn row(record: &PersonRecord) -> PersonRow {
    let person = &record.person;
    PersonRow {
        hash: record.hash.to_string(),
        buyer: person.buyer.as_str().to_owned(),
        email: person.email.as_ref().map(|email| email.as_str().to_owned()),
        recipient: person.recipient.as_ref().map(|name| name.as_str().to_owned()),
        message: person.message.as_ref().map(|message| message.as_str().to_owned()),
        open: record.vouchers.iter().filter(|voucher| !voucher.status.is_final()).count() as u64,
        vouchers: record.vouchers.iter().map(voucher_row).collect(),
    }
}

fn voucher_row(voucher: &PersonVoucher) -> PersonVoucherRow {
    PersonVoucherRow {
        id: voucher.id.to_string(),
        code: voucher.code.clone(),
        title: voucher.title.clone(),
        price: voucher.price.into(),
        status: voucher.status,
        sold_at: voucher.sold_at.to_string(),
        shop: voucher.shop.clone(),
    }
}

fn file_name(day: Date, ending: &str) -> String {
    format!("personal-data-{day}.{ending}")
}

/// One line a voucher; of a record without one, a line of its own.
fn table(records: &PersonRecords, language: Language, zone: &TimeZone) -> Table {
    let heading = |en, fr, kind| Column::new(pick(language, en, fr), kind);
    let columns = vec![
        heading("Buyer", "Acheteur", Kind::Text),
        heading("E-mail", "E-mail", Kind::Text),
        heading("Recipient", "Destinataire", Kind::Text),
        heading("Message", "Message", Kind::Text),
        heading("Voucher", "Bon", Kind::Text),
        heading("Title", "Titre", Kind::Text),
        heading("Price", "Prix", Kind::Money),
        heading("Status", "État", Kind::Text),
        heading("Since", "Depuis", Kind::Moment),
        heading("Sold", "Vendu", Kind::Moment),
        heading("Shop", "Boutique", Kind::Text),
        heading("Last day", "Dernier jour", Kind::Date),
    ];
    let moment = |at: jiff::Timestamp| Cell::Moment(at.to_zoned(zone.clone()).datetime());
    let of_voucher = |voucher: &PersonVoucher| {
        vec![
            Cell::text(voucher.code.as_str()),
            Cell::text(voucher.title.as_str()),
            Cell::Money(voucher.price),
            Cell::text(words::status(voucher.status, language)),
            moment(voucher.since),
            moment(voucher.sold_at),
            Cell::text(voucher.shop.as_str()),
            voucher.expires_on.map_or(Cell::Empty, Cell::Date),
        ]
    };
    let of_record = |record: &PersonRecord| {
        let person = &record.person;
        let who = [
            Cell::text(person.buyer.as_str()),
            person.email.as_ref().map_or(Cell::Empty, |email| Cell::text(email.as_str())),
            person.recipient.as_ref().map_or(Cell::Empty, |name| Cell::text(name.as_str())),
            person.message.as_ref().map_or(Cell::Empty, |message| Cell::text(message.as_str())),
        ];
        let mut vouchers: Vec<Vec<Cell>> = record.vouchers.iter().map(of_voucher).collect();
        if vouchers.is_empty() {
            vouchers.push(vec![Cell::Empty; columns.len() - who.len()]);
        }
        vouchers.into_iter().map(move |voucher| who.iter().cloned().chain(voucher).collect()).collect::<Vec<Vec<Cell>>>()
    };
    let rows = records.records.iter().flat_map(of_record).collect();
    Table { title: pick(language, "Personal data", "Données personnelles").to_owned(), columns, rows }
}
