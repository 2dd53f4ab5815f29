//! Write voucher templates.

use beadsbox_domain::{
    Currency, Deed, Money, Operation, TemplateContent, TemplateId,
    operation::Subject,
    text::{Description, Reason, Title},
};
use beadsbox_store::{TemplateView, View};

use super::{Seat, history, id, least_validity};
use crate::{
    error::{AppError, AppResult, ErrorCode, FieldErrors, content_fault},
    view::{CurrencyView, SaveTemplate, TemplateDetail, TemplateForm, TemplateRow},
};

/// The currencies of ISO 4217, by code.
pub fn currencies() -> Vec<CurrencyView> {
    let mut all: Vec<CurrencyView> = Currency::all().map(CurrencyView::from).collect();
    all.sort_by(|one, other| one.code.cmp(&other.code));
    all
}

impl Seat {
    /// Every template, by title.
    pub async fn templates(&self, include_archived: bool) -> AppResult<Vec<TemplateRow>> {
        self.require(Deed::UseOffice)?;
        self.read(move |view| Ok(view.templates(include_archived)?.iter().map(row).collect())).await
    }

    /// Everything about a template.
    pub async fn template_detail(&self, template: &str) -> AppResult<TemplateDetail> {
        self.require(Deed::UseOffice)?;
        self.detail(id(template, ErrorCode::UnknownTemplate)?).await
    }

    /// Creates a template, or gives one a new content. A template that was edited meanwhile is refused with the differences.
    pub async fn save_template(&self, save: SaveTemplate) -> AppResult<TemplateDetail> {
        self.require(Deed::WriteTemplates)?;
        let content = content(&save.form)?;
        let months = content.validity_months;
        self.read(move |view| least_validity::check_template(view, months)).await?;
        let (template, operation) = match &save.id {
            None => {
                let template = TemplateId(self.device.host.new_id());
                (template, Operation::CreateTemplate { template, content })
            }
            Some(text) => {
                let template = id(text, ErrorCode::UnknownTemplate)?;
                let based_on = save.based_on.ok_or_else(|| AppError::internal("an edit names the version that it was made on"))?;
                (template, Operation::EditTemplate { template, based_on, content })
            }
        };
        self.record(operation, None).await?;
        self.detail(template).await
    }

    /// Hides a template from sale, or shows it again.
    pub async fn archive_template(&self, template: &str, archived: bool) -> AppResult<TemplateDetail> {
        self.require(Deed::WriteTemplates)?;
        let template = id(template, ErrorCode::UnknownTemplate)?;
        self.record(Operation::ArchiveTemplate { template, archived }, None).await?;
        self.detail(template).await
    }

    /// Writes a note on a template. It stays in the template's history for good.
    pub async fn note_template(&self, template: &str, text: &str) -> AppResult<TemplateDetail> {
        self.require(Deed::UseOffice)?;
        self.require(Deed::Note)?;
        let template = id(template, ErrorCode::UnknownTemplate)?;
        let text = Reason::new(text).map_err(|fault| AppError::of_field("text", fault))?;
        self.record(Operation::NoteTemplate { template, text }, None).await?;
        self.detail(template).await
    }

    async fn detail(&self, template: TemplateId) -> AppResult<TemplateDetail> {
        let subject = Subject::Template(template);
        let from_server = self.server_history(subject).await;
        let role = self.session.role;
        self.read(move |view: &View<'_>| {
            let found = view.template(template)?.ok_or_else(|| AppError::new(ErrorCode::UnknownTemplate, "no such template here"))?;
            let history_complete = from_server.is_some();
            Ok(TemplateDetail {
                row: row(&found),
                form: TemplateForm::from(&found.template.content),
                history: history::merged(view, subject, from_server)?,
                history_complete,
                may_edit: role.may(Deed::WriteTemplates),
                may_note: role.may(Deed::Note),
            })
        })
        .await
    }
}

fn row(found: &TemplateView) -> TemplateRow {
    let template = &found.template;
    TemplateRow {
        id: template.id.to_string(),
        version: template.version,
        title: template.content.title.as_str().to_owned(),
        price: template.content.price.into(),
        validity_months: template.content.validity_months,
        archived: template.archived,
        waiting: found.waiting,
        sold: found.sold,
        outstanding: found.outstanding,
        changed_at: template.changed.at.to_string(),
    }
}

/// What was typed, checked field by field.
pub(super) fn content(form: &TemplateForm) -> AppResult<TemplateContent> {
    let mut faults = FieldErrors::default();
    let title = faults.take("title", Title::new(&form.title));
    let description = faults.take("description", Description::new(&form.description));
    let currency = faults.take("currency", Currency::from_code(&form.currency));
    let price = currency.and_then(|currency| faults.take("price", Money::parse(&form.price, currency)));
    let content = match (title, description, price) {
        (Some(title), Some(description), Some(price)) => {
            let content = TemplateContent { title, description, price, validity_months: form.validity_months, vat: form.vat };
            if let Err(error) = content.check() {
                let (field, code, limit) = content_fault(error);
                faults.add(field, code, limit);
            }
            Some(content)
        }
        _ => None,
    };
    faults.finish()?;
    content.ok_or_else(|| AppError::internal("a form without a fault"))
}
