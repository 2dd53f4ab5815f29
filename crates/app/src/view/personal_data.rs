use beadsbox_domain::Status;
use serde::{Deserialize, Serialize};

use super::{MoneyView, PaperLanguage};

/// What is held under one hash: what somebody typed at one sale, and the vouchers of that sale.
#[derive(Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct PersonRow {
    pub hash: String,
    pub buyer: String,
    pub email: Option<String>,
    pub recipient: Option<String>,
    pub message: Option<String>,
    /// How many of the vouchers are not final yet.
    pub open: u64,
    pub vouchers: Vec<PersonVoucherRow>,
}

/// A voucher of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "PersonVoucher")]
pub struct PersonVoucherRow {
    pub id: String,
    pub code: String,
    pub title: String,
    pub price: MoneyView,
    pub status: Status,
    pub sold_at: String,
    pub shop: String,
}

/// What was found.
#[derive(Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct PersonsFound {
    pub rows: Vec<PersonRow>,
    /// There are more: the text has to say more.
    pub more: bool,
}

/// A kind of file to hand out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum PersonFormat {
    /// For programs.
    Json,
    /// For a spreadsheet.
    Csv,
}

/// Which records are handed out, and how.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct PersonExportForm {
    pub hashes: Vec<String>,
    pub format: PersonFormat,
    pub language: PaperLanguage,
}

/// Which records are erased, and why.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ErasureForm {
    pub hashes: Vec<String>,
    pub reason: String,
}

/// What was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "Erased")]
pub struct ErasedView {
    pub persons: u64,
    pub vouchers: u64,
}
