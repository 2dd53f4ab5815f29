//! A template as a card.

use beadsbox_documents::{Language, written_amount};
use beadsbox_domain::{Template, TemplateContent, Vat};
use serde::Serialize;

use super::render::word;

/// What a card says.
#[derive(Debug, Serialize)]
pub(super) struct Card {
    id: String,
    title: String,
    description: String,
    price: String,
    validity: String,
    /// The price is one with VAT in it.
    vat: bool,
}

impl Card {
    pub fn of(template: &Template, language: Language) -> Self {
        let content = &template.content;
        Self {
            id: template.id.to_string(),
            title: content.title.as_str().to_owned(),
            description: content.description.as_str().to_owned(),
            price: written_amount(content.price, language),
            validity: validity(content, language),
            vat: matches!(content.vat, Vat::SinglePurpose { rate_basis_points } if rate_basis_points > 0),
        }
    }

    pub fn title(&self) -> &str {
        &self.title
    }
}

/// How long a voucher of it is good, in words: whole years as years.
fn validity(content: &TemplateContent, language: Language) -> String {
    match content.validity_months {
        None => word(language, "valid_always").to_owned(),
        Some(1) => word(language, "valid_month").to_owned(),
        Some(12) => word(language, "valid_year").to_owned(),
        Some(months) if months % 12 == 0 => word(language, "valid_years").replace("{years}", &(months / 12).to_string()),
        Some(months) => word(language, "valid_months").replace("{months}", &months.to_string()),
    }
}
