//! Take over vouchers that another system sold, from a table of it.
//!
//! What a line says is looked at first. Each good line then becomes one operation, in commits of a thousand. The voucher's id comes from the
//! system's name and its code there, so whatever was cut off is done by the same import again, and nothing is done twice.

mod cells;
mod check;
mod line;
mod run;
mod templates;

use std::sync::Arc;

use beadsbox_domain::{
    Currency, Template, TemplateId,
    text::{Name, PersonName},
};

use self::line::Rules;
use super::{
    Seat, id,
    question::Asked,
    sell::optional,
    sheet::{Columns, Sheet},
};
use crate::{
    error::{AppError, AppResult, ErrorCode, FieldErrorCode, FieldErrors, content_fault},
    view::{ImportForm, SheetField, SheetUse},
};

/// An import that can be looked at or run.
#[derive(Clone)]
struct Import {
    sheet: Arc<Sheet>,
    rules: Rules,
}

impl Seat {
    /// Reads the form.
    async fn import(&self, form: &ImportForm) -> AppResult<Import> {
        let sheet = self.sheet(SheetUse::Import)?;
        let columns = Columns::read(&form.mapping, sheet.table.headings.len(), SheetUse::Import, &[SheetField::Code])?;
        let mut faults = FieldErrors::default();
        let source = faults.take("source", Name::new(&form.source));
        let nobody = faults.take("buyer", optional(&form.buyer, PersonName::new));
        let currency = match form.currency.trim() {
            "" => Some(None),
            code => faults.take("currency", Currency::from_code(code)).map(Some),
        };
        if let beadsbox_domain::Vat::SinglePurpose { rate_basis_points: 10_001.. } = form.vat {
            let (field, code, limit) = content_fault(beadsbox_domain::template::ContentError::VatRate);
            faults.add(field, code, limit);
        }
        faults.finish()?;
        let (Some(source), Some(nobody), Some(currency)) = (source, nobody, currency) else {
            return Err(AppError::internal("a form without a fault"));
        };
        let template = match &form.template_id {
            Some(template) => Some(self.template_of_lines(id(template, ErrorCode::UnknownTemplate)?).await?),
            None => None,
        };
        let asked = Asked::by(self);
        let zone = self.read(move |view| Ok(asked.zone(view))).await?;
        let (minor_units, days, vat, now) = (form.minor_units, form.days, form.vat, asked.now);
        Ok(Import { sheet, rules: Rules { source, columns, minor_units, currency, days, nobody, template, vat, zone, now } })
    }

    async fn template_of_lines(&self, template: TemplateId) -> AppResult<Template> {
        let found = self.read(move |view| Ok(view.template(template)?)).await?;
        found.map(|row| row.template).ok_or_else(|| AppError::in_field("template_id", FieldErrorCode::Required, None))
    }
}
