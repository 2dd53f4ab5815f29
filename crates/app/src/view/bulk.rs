use beadsbox_domain::Payment;
use serde::{Deserialize, Serialize};

use super::{ListOrder, MoneyView, RefusalView, VoucherAction, VoucherSelection};
use crate::error::AppError;

/// One action for many vouchers.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct BulkForm {
    pub selection: VoucherSelection,
    pub order: ListOrder,
    pub action: VoucherAction,
}

/// What is said once for all of them.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct BulkReasonForm {
    pub reason: String,
    /// How refunds are paid; as each voucher was paid where it is left out.
    pub payment: Option<Payment>,
    /// Of an extension: the new last day.
    pub expires_on: Option<String>,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum BulkPhase {
    /// Each is looked at: nothing is done yet.
    Checking,
    /// It can begin.
    Ready,
    Running,
    /// It came to its end, or was stopped; what is recorded stays.
    Ended,
}

/// Why some of them may not.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub struct BulkReason {
    /// The first one's; its facts are that one's alone.
    pub refusal: RefusalView,
    pub vouchers: u64,
}

/// One action for many vouchers, as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub struct BulkView {
    pub action: VoucherAction,
    pub needs_reason: bool,
    /// Cannot be undone.
    pub r#final: bool,
    pub phase: BulkPhase,
    pub chosen: u64,
    /// Looked at, or done, of `of`.
    pub done: u64,
    /// Grows while vouchers are still being collected.
    pub of: u64,
    /// How many may.
    pub allowed: u64,
    /// What those are worth.
    pub values: Vec<MoneyView>,
    /// Why the others may not; the places in this list are those of [`BulkRow::reason`].
    pub reasons: Vec<BulkReason>,
    /// Recorded, and on the disk.
    pub recorded: u64,
    pub refused: u64,
    /// Allowed and not done, because somebody stopped it or something failed.
    pub left: u64,
    /// What ended it before its end.
    pub error: Option<AppError>,
}

/// What became of one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum BulkResult {
    Recorded,
    Refused,
    Left,
}

/// A line of the results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct BulkRow {
    pub voucher_id: String,
    pub code: String,
    pub result: BulkResult,
    /// Its place in [`BulkView::reasons`], where it was refused.
    pub reason: Option<u32>,
}

/// The words of the results' table, in the language of whoever saves it.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct BulkWords {
    pub title: String,
    pub code: String,
    pub result: String,
    pub reason: String,
    pub recorded: String,
    pub refused: String,
    pub left: String,
    /// In the order of [`BulkView::reasons`].
    pub reasons: Vec<String>,
    pub language: super::PaperLanguage,
}
