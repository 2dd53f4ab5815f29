use serde::{Deserialize, Serialize};

use super::{MoneyView, RefusalView};

/// How far a typed code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum CodeState {
    Empty,
    Incomplete,
    ForbiddenSymbol,
    TooLong,
    Mistyped,
    WellFormed,
}

/// A code as it is typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct CodeCheck {
    pub state: CodeState,
    /// In groups, as far as typed.
    pub shown: String,
}

/// What a counter sees when it redeems: exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    Confirmed,
    AcceptedOffline,
    Refused,
    Unknown,
}

/// The answer to a scan.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub struct RedeemAnswer {
    pub answer: AnswerKind,
    pub op_id: Option<String>,
    pub voucher_id: Option<String>,
    pub code: String,
    pub title: Option<String>,
    pub price: Option<MoneyView>,
    pub buyer: Option<String>,
    pub recipient: Option<String>,
    pub expires_on: Option<String>,
    /// This device does not know the voucher: its signature says what it is.
    pub by_signature: bool,
    /// The server was reached over it.
    pub asked: bool,
    pub refusal: Option<RefusalView>,
    /// Who let it pass beyond the limits.
    pub approved_by: Option<String>,
    pub at: String,
    pub undo_until: Option<String>,
}

/// A voucher that somebody lets pass beyond the offline limits, with their PIN.
#[derive(Clone, Deserialize, specta::Type)]
pub struct ApprovalForm {
    /// Typed, scanned or signed.
    pub code: String,
    pub staff_id: String,
    pub pin: String,
}

/// What became of a redemption of this till.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum RedemptionState {
    Confirmed,
    Waiting,
    Quarantined,
    Conflict,
    Refused,
    Withdrawn,
    Undone,
}

/// One of this till's last redemptions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct RecentRedemption {
    pub op_id: String,
    pub voucher_id: String,
    pub code: String,
    pub title: String,
    /// None where this device no longer knows the voucher.
    pub price: Option<MoneyView>,
    pub at: String,
    pub staff: String,
    pub state: RedemptionState,
    pub undo_until: Option<String>,
}
