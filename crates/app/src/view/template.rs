use beadsbox_domain::{TemplateContent, Vat};
use serde::{Deserialize, Serialize};

use super::{HistoryEntry, MoneyView};

/// A template as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TemplateForm {
    pub title: String,
    pub description: String,
    /// `41.36`
    pub price: String,
    pub currency: String,
    pub validity_months: Option<u16>,
    pub vat: Vat,
}

impl From<&TemplateContent> for TemplateForm {
    fn from(content: &TemplateContent) -> Self {
        Self {
            title: content.title.as_str().to_owned(),
            description: content.description.as_str().to_owned(),
            price: content.price.decimal(),
            currency: content.price.currency.code().to_owned(),
            validity_months: content.validity_months,
            vat: content.vat,
        }
    }
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct TemplateRow {
    pub id: String,
    pub version: u32,
    pub title: String,
    pub price: MoneyView,
    pub validity_months: Option<u16>,
    pub archived: bool,
    pub waiting: bool,
    pub sold: u64,
    /// Sold and neither used, cancelled nor expired.
    pub outstanding: u64,
    pub changed_at: String,
}

/// Everything about a template.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub struct TemplateDetail {
    pub row: TemplateRow,
    pub form: TemplateForm,
    pub history: Vec<HistoryEntry>,
    pub history_complete: bool,
    pub may_edit: bool,
    pub may_note: bool,
}

/// A new template, or a new content of one.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct SaveTemplate {
    /// None: a new one.
    pub id: Option<String>,
    /// The version that the person saw.
    pub based_on: Option<u32>,
    pub form: TemplateForm,
}
