use beadsbox_domain::{Operation, Payment, RedeemMode, Settlement};
use serde::Serialize;

use super::{MoneyView, RefusalView, TemplateForm};

/// Who, where, when. A name is empty where this device does not know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct Fact {
    pub op_id: String,
    pub at: String,
    pub staff: String,
    pub shop: String,
    pub device: String,
    /// The server did it by itself.
    pub by_server: bool,
    /// It sold a voucher on the shop page.
    pub on_shop_page: bool,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Created,
    Edited,
    Archived,
    Unarchived,
    Sold,
    RedeemAsked,
    Redeemed,
    Honoured,
    Withdrawn,
    Cancelled,
    Refunded,
    Expired,
    RedemptionUndone,
    ExpiredHonoured,
    Extended,
    Replaced,
    /// Sold in the place of another voucher.
    IssuedInstead,
    /// Taken over from another system.
    Imported,
    ChargedBack,
    Noted,
    ConflictSettled,
    CashMoved,
    DayClosed,
}

impl What {
    /// What the operation did, and the reason that was given.
    pub(crate) fn of(operation: &Operation) -> (Self, Option<String>) {
        let because = |reason: &beadsbox_domain::text::Reason| Some(reason.as_str().to_owned());
        match operation {
            Operation::CreateTemplate { .. } => (Self::Created, None),
            Operation::EditTemplate { .. } => (Self::Edited, None),
            Operation::ArchiveTemplate { archived: true, .. } => (Self::Archived, None),
            Operation::ArchiveTemplate { archived: false, .. } => (Self::Unarchived, None),
            Operation::Sell { imported: Some(_), .. } => (Self::Imported, None),
            Operation::Sell { replaces: None, .. } => (Self::Sold, None),
            Operation::Sell { replaces: Some(_), .. } => (Self::IssuedInstead, None),
            Operation::Extend { reason, .. } => (Self::Extended, because(reason)),
            Operation::Replace { reason, .. } => (Self::Replaced, because(reason)),
            Operation::Chargeback { reason, .. } => (Self::ChargedBack, because(reason)),
            Operation::Note { text, .. } | Operation::NoteTemplate { text, .. } => (Self::Noted, because(text)),
            Operation::Redeem { mode: RedeemMode::Asked, .. } => (Self::RedeemAsked, None),
            Operation::Redeem { mode: RedeemMode::Honoured, .. } => (Self::Redeemed, None),
            Operation::Honour { .. } => (Self::Honoured, None),
            Operation::Withdraw { .. } => (Self::Withdrawn, None),
            Operation::Cancel { reason, .. } => (Self::Cancelled, because(reason)),
            Operation::Refund { reason, .. } => (Self::Refunded, because(reason)),
            Operation::Expire { .. } => (Self::Expired, None),
            Operation::UndoRedemption { reason, .. } => (Self::RedemptionUndone, because(reason)),
            Operation::HonourExpired { reason, .. } => (Self::ExpiredHonoured, because(reason)),
            Operation::SettleConflict { reason, .. } => (Self::ConflictSettled, because(reason)),
            Operation::MoveCash { reason, .. } => (Self::CashMoved, reason.as_ref().and_then(because)),
            Operation::CloseDay { .. } => (Self::DayClosed, None),
        }
    }
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum HistoryOutcome {
    Applied,
    Conflict,
    Rejected,
    Waiting,
}

/// What stands beside the word for what was done.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum HistoryDetail {
    Edited {
        before: TemplateForm,
        after: TemplateForm,
    },
    LastDay {
        before: Option<String>,
        after: String,
    },
    Paid {
        amount: MoneyView,
        payment: Payment,
        /// On the shop page.
        online: bool,
    },
    Returned {
        amount: Option<MoneyView>,
        payment: Payment,
    },
    Settled {
        settlement: Settlement,
    },
}

/// One line of a history.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub struct HistoryEntry {
    pub op_id: String,
    pub what: What,
    pub fact: Fact,
    /// Whether the device had the server.
    pub online: bool,
    pub outcome: HistoryOutcome,
    pub refusal: Option<RefusalView>,
    pub reason: Option<String>,
    /// What it changed from what to what, or how it was paid.
    pub detail: Option<HistoryDetail>,
    pub approval: Option<ApprovalView>,
}

/// Who let a redemption pass beyond the offline limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "Approval")]
pub struct ApprovalView {
    pub staff: String,
    /// Whether they might. Of what waits here, by what this device knows.
    pub permitted: bool,
}
