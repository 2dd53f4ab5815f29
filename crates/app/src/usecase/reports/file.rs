//! A report as a file.

use std::{
    io::{Cursor, Write as _},
    path::Path,
};

use beadsbox_documents::{Language, ReportPaper, written_amount};
use beadsbox_domain::{Deed, Money};
use beadsbox_protocol::report::{Accounting, Made};

use super::{Composed, accounting, age, query, words::pick};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    saved_file,
    usecase::{Seat, printing::Paper},
    view::{ReportForm, ReportFormat, ReportKind},
};

/// A file that somebody asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFile {
    /// A name for it, of letters, digits and dashes, with its ending.
    pub name: String,
    /// What stands in it.
    pub bytes: Vec<u8>,
}

impl ReportFile {
    /// Writes it there, whole or not at all.
    pub(in crate::usecase) async fn write(self, path: &Path) -> AppResult<()> {
        let path = path.to_owned();
        crate::program::blocking(move || saved_file::write(&path, |out| out.write_all(&self.bytes).map_err(|error| AppError::disk(&error)))).await
    }
}

impl Seat {
    /// A report as a file: what the server says now, in the words of the screen.
    pub async fn report_file(&self, form: ReportForm, format: ReportFormat) -> AppResult<ReportFile> {
        let language = Language::from(form.language);
        if format == ReportFormat::Journal {
            return self.journal(&form, language).await;
        }
        let composed = self.composed(&form).await?;
        if format != ReportFormat::Pdf {
            whole(composed.cut)?;
        }
        let (name, now) = (file_name(&form, &composed.made, stem(form.report), ending(format)), self.device.host.clock.now());
        let zone = {
            let seat = self.clone();
            self.read(move |view| Ok(seat.zone(view))).await?
        };
        // Typesetting and packing take a while: not where requests are answered.
        let made = tokio::task::spawn_blocking(move || match format {
            ReportFormat::Pdf => paper(composed, &form, language, &zone).pdf(now).map_err(AppError::from),
            ReportFormat::Xlsx => {
                let mut bytes = Cursor::new(Vec::new());
                composed.sheet.table.xlsx(&mut bytes).map_err(AppError::internal)?;
                Ok(bytes.into_inner())
            }
            ReportFormat::Csv | ReportFormat::Journal => {
                let mut bytes = Vec::new();
                composed.sheet.table.csv(&mut bytes, language).map_err(AppError::internal)?;
                Ok(bytes)
            }
        });
        Ok(ReportFile { name, bytes: made.await.map_err(AppError::internal)?? })
    }

    /// Saves a report there, whole or not at all. Asks anew who is there: choosing a place for it may have taken long.
    pub async fn save_report(&self, file: ReportFile, path: &Path) -> AppResult<()> {
        self.require(Deed::ReadReports)?;
        file.write(path).await
    }

    /// A report as a PDF to look at and to print.
    pub async fn report_paper(&self, form: ReportForm) -> AppResult<Paper> {
        let ReportFile { name, bytes } = self.report_file(form, ReportFormat::Pdf).await?;
        Ok(Paper { name, pdf: bytes })
    }

    async fn journal(&self, form: &ReportForm, language: Language) -> AppResult<ReportFile> {
        self.require(Deed::ReadReports)?;
        let report: Accounting = self.device.server.report(self.server_session()?, "accounting", &query(form)?).await?;
        whole(report.cut)?;
        let mut bytes = Vec::new();
        accounting::journal(&report, language).csv(&mut bytes, language).map_err(AppError::internal)?;
        Ok(ReportFile { name: file_name(form, &report.made, "journal", "csv"), bytes })
    }
}

/// A table has no place for a note that it stops before its end, and accountants would import it all the same.
fn whole(cut: bool) -> AppResult<()> {
    if cut {
        Err(AppError::new(ErrorCode::ReportTooLong, "the server gives no more rows at once"))
    } else {
        Ok(())
    }
}

fn paper(composed: Composed, form: &ReportForm, language: Language, zone: &jiff::tz::TimeZone) -> ReportPaper {
    let Composed { title, made, notes, sheet, .. } = composed;
    let mut facts = vec![(pick(language, "Period", "Période").to_owned(), period(form, &made, language))];
    let made_at = made.at.to_zoned(zone.clone()).strftime("%d/%m/%Y %H:%M").to_string();
    facts.push((pick(language, "Made", "Établi").to_owned(), made_at));
    facts.push((pick(language, "Through operation", "Jusqu'à l'opération").to_owned(), made.through_commit_no.to_string()));
    ReportPaper { language, title: title.to_owned(), facts, notes, table: sheet.table, sums: sheet.sums }
}

fn period(form: &ReportForm, made: &Made, language: Language) -> String {
    let written = |day: beadsbox_domain::Date| day.strftime("%d/%m/%Y").to_string();
    if matches!(form.report, ReportKind::Ageing | ReportKind::Breakage) {
        return format!("{} {}", pick(language, "on", "au"), written(made.to));
    }
    format!("{} – {}", written(made.from), written(made.to))
}

/// Amounts as people write them, one after the other.
pub(super) fn written(all: impl Iterator<Item = Money>, language: Language) -> String {
    all.map(|money| written_amount(money, language)).collect::<Vec<_>>().join(", ")
}

const fn stem(report: ReportKind) -> &'static str {
    match report {
        ReportKind::Liability => "liability",
        ReportKind::Activity => "sales",
        ReportKind::Ageing => "ageing",
        ReportKind::Breakage => "never-used",
        ReportKind::Vat => "vat",
        ReportKind::Accounting => "accounting",
    }
}

const fn ending(format: ReportFormat) -> &'static str {
    match format {
        ReportFormat::Csv | ReportFormat::Journal => "csv",
        ReportFormat::Xlsx => "xlsx",
        ReportFormat::Pdf => "pdf",
    }
}

/// A table has no place for a note that it is old either, so its name says as of when it is.
fn file_name(form: &ReportForm, made: &Made, stem: &str, ending: &str) -> String {
    let as_of = age::moment(made).map_or_else(String::new, |moment| format!("-as-of-{}", moment.strftime("%Y-%m-%dT%H%M%SZ")));
    format!("{stem}-{}-{}{as_of}.{ending}", form.from, form.to)
}
