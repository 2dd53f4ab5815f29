//! Reports: the server makes them, and here they get their words, their charts and their files. A report is one table; the screen, the
//! PDF and the spreadsheet show the same.

mod accounting;
mod activity;
mod age;
mod ageing;
mod chart;
mod file;
mod liability;
mod sheet;
mod vat;
pub(in crate::usecase) mod words;

use std::collections::BTreeMap;

use beadsbox_documents::Language;
use beadsbox_domain::{Date, Deed};
use beadsbox_protocol::report::{Made, ReportQuery};

use self::sheet::Sheet;
use crate::{
    error::{AppError, AppResult, ErrorCode, FieldErrorCode},
    usecase::{Seat, id},
    view::{CurrencyView, ReportChart, ReportChoices, ReportForm, ReportKind, ReportTemplate, ReportView, ShopView},
};

pub use file::ReportFile;

/// A report with its words.
struct Composed {
    title: &'static str,
    /// It stops before its end.
    cut: bool,
    made: Made,
    notes: Vec<String>,
    sheet: Sheet,
    charts: Vec<ReportChart>,
}

impl Seat {
    /// A report, as the server makes it now.
    pub async fn report(&self, form: ReportForm) -> AppResult<ReportView> {
        let Composed { title, made, notes, sheet, charts, .. } = self.composed(&form).await?;
        Ok(ReportView { title: title.to_owned(), made_at: made.at.to_string(), through: made.through_commit_no, notes, table: sheet.view(), charts })
    }

    /// What reports may be narrowed to, as this device knows it.
    pub async fn report_choices(&self) -> AppResult<ReportChoices> {
        self.require(Deed::ReadReports)?;
        let (now, seat) = (self.device.host.clock.now(), self.clone());
        self.read(move |view| {
            let templates = view.templates(true)?;
            let currencies: BTreeMap<&str, CurrencyView> = templates
                .iter()
                .map(|found| found.template.content.price.currency)
                .map(|currency| (currency.code(), currency.into()))
                .collect();
            let currencies = currencies.into_values().collect();
            let title = |template: &beadsbox_domain::Template| template.content.title.as_str().to_owned();
            let templates = templates
                .iter()
                .map(|found| ReportTemplate { id: found.template.id.to_string(), title: title(&found.template) })
                .collect();
            let shops = view.directory().shops().into_iter().map(|shop| ShopView { id: shop.id.to_string(), name: shop.name.clone() }).collect();
            Ok(ReportChoices { shops, currencies, templates, today: now.to_zoned(seat.zone(view)).date().to_string() })
        })
        .await
    }

    async fn composed(&self, form: &ReportForm) -> AppResult<Composed> {
        self.require(Deed::ReadReports)?;
        let (query, language) = (query(form)?, Language::from(form.language));
        let (server, session) = (&self.device.server, self.server_session()?);
        let mut composed = match form.report {
            ReportKind::Liability => liability::compose(&server.report(session, "liability", &query).await?, language),
            ReportKind::Activity => activity::compose(&server.report(session, "activity", &query).await?, &query, language),
            ReportKind::Ageing => ageing::compose_ageing(&server.report(session, "ageing", &query).await?, language),
            ReportKind::Breakage => ageing::compose_breakage(&server.report(session, "breakage", &query).await?, language),
            ReportKind::Vat => vat::compose(&server.report(session, "vat", &query).await?, &query, language),
            ReportKind::Accounting => accounting::compose(&server.report(session, "accounting", &query).await?, language),
        }?;
        if let Some(note) = age::note(&composed.made, language) {
            composed.notes.insert(0, note);
        }
        Ok(composed)
    }
}

fn query(form: &ReportForm) -> AppResult<ReportQuery> {
    let (from, to) = (day("from", &form.from)?, day("to", &form.to)?);
    if to < from {
        return Err(AppError::in_field("to", FieldErrorCode::TooSmall, None));
    }
    Ok(ReportQuery {
        from,
        to,
        by: form.by.map(Into::into),
        split: form.split.map(Into::into),
        currency: form.currency.clone(),
        shop: form.shop.as_deref().map(|text| id(text, ErrorCode::Internal)).transpose()?,
        template: form.template.as_deref().map(|text| id(text, ErrorCode::Internal)).transpose()?,
    })
}

fn day(field: &'static str, text: &str) -> AppResult<Date> {
    text.parse().map_err(|_| AppError::in_field(field, FieldErrorCode::Required, None))
}
