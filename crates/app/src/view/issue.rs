use beadsbox_domain::Payment;
use serde::{Deserialize, Serialize};

use super::{FaultCount, FieldColumn, MoneyView, PaperLanguage, StatusWord, TemplateCard};

/// What can be issued, and how many at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct IssueChoices {
    pub templates: Vec<TemplateCard>,
    pub most: u32,
}

/// Vouchers to be issued together.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct IssueForm {
    pub template_id: String,
    /// What people call the batch.
    pub name: String,
    /// So many for one buyer; none where the opened table says for whom.
    pub number: Option<u32>,
    pub buyer: String,
    pub email: String,
    /// Whether every address gets its vouchers by mail; none where nobody was asked.
    pub mail: Option<bool>,
    /// Of the opened table.
    pub mapping: Vec<FieldColumn>,
    pub payment: Payment,
}

/// What would be issued. Nothing is yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct IssueCheck {
    /// The batch's id: the same again issues nothing again.
    pub batch_id: String,
    pub lines: u64,
    pub good: u64,
    pub refused: u64,
    pub faults: Vec<FaultCount>,
    pub price: MoneyView,
    /// What all of the good ones cost.
    pub total: MoneyView,
    /// What the mails would be; none where nobody gets one.
    pub mail: Option<BatchMail>,
    /// A batch of that name is there: perhaps this one was issued already.
    pub same_name: Option<BatchRow>,
}

/// Mails that would bring the vouchers of a batch to their buyers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
pub struct BatchMail {
    /// How many addresses there are.
    pub addresses: u64,
    /// Whether they are sent unless somebody chooses otherwise.
    pub by_itself: bool,
}

/// Vouchers that were issued together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct BatchRow {
    pub id: String,
    pub name: String,
    pub title: String,
    pub price: MoneyView,
    pub vouchers: u64,
    /// Still owed.
    pub purchased: u64,
    pub used: u64,
    /// Not confirmed by the server yet.
    pub waiting: u64,
    pub issued_at: String,
    pub issued_by: String,
    pub shop: String,
}

/// What a batch is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum BatchFormat {
    Csv,
    Xlsx,
    /// All vouchers, a page each.
    Pdf,
}

/// A batch in a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct BatchFileForm {
    pub batch_id: String,
    pub format: BatchFormat,
    /// What the file is called.
    pub title: String,
    pub words: BatchWords,
    pub with_price: bool,
    pub language: PaperLanguage,
}

/// The headings of a batch's table, and its words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct BatchWords {
    pub code: String,
    pub title: String,
    pub buyer: String,
    pub email: String,
    pub recipient: String,
    pub message: String,
    pub price: String,
    pub expires_on: String,
    pub status: String,
    pub qr: String,
    pub statuses: Vec<StatusWord>,
}
