use beadsbox_domain::{Payment, Status, Vat};
use serde::{Deserialize, Serialize};

use super::{Fact, HistoryEntry, MoneyView};

/// What the grid is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SortKey {
    SoldAt,
    Price,
    Buyer,
    Title,
    Status,
    ExpiresOn,
    Code,
}

/// Which vouchers the grid shows; what is left out does not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, specta::Type)]
pub struct VoucherFilters {
    pub status: Vec<Status>,
    pub template: Option<String>,
    pub shop: Option<String>,
    /// First day of sale, in this device's shop's time zone.
    pub sold_from: Option<String>,
    /// Last day of sale.
    pub sold_to: Option<String>,
    pub expires_from: Option<String>,
    pub expires_to: Option<String>,
    /// Minor units.
    pub value_min: Option<i64>,
    /// Minor units.
    pub value_max: Option<i64>,
}

/// A page of the grid.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct VoucherQuery {
    pub search: String,
    pub filters: VoucherFilters,
    pub sort: SortKey,
    pub descending: bool,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// 1 to 500.
    pub limit: u32,
}

/// A line of the grid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct VoucherRow {
    pub id: String,
    pub code: String,
    pub title: String,
    pub buyer: String,
    pub recipient: Option<String>,
    pub price: MoneyView,
    pub status: Status,
    pub sold_at: String,
    pub shop: String,
    pub expires_on: Option<String>,
    /// Not used, and its last day has passed.
    pub overdue: bool,
    /// Has an operation of this device that the server has not acknowledged.
    pub waiting: bool,
    pub open_conflict: bool,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct VoucherPage {
    pub rows: Vec<VoucherRow>,
    pub next: Option<String>,
    /// On the first page.
    pub total: Option<u64>,
}

/// What can be done with a voucher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum VoucherAction {
    Cancel,
    Refund,
    Redeem,
    UndoRedemption,
    HonourExpired,
    Extend,
    /// The same again with a new code; the lost one is dead.
    Reissue,
    /// One of another template, with the difference in price.
    Exchange,
    /// A bank took the money back.
    Chargeback,
    Note,
}

/// An action that status and role allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
pub struct ActionOffer {
    pub action: VoucherAction,
    pub needs_reason: bool,
    /// Cannot be undone: ask again.
    pub r#final: bool,
}

/// Everything about a voucher.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub struct VoucherDetail {
    pub row: VoucherRow,
    pub description: String,
    pub template_id: String,
    pub vat: Vat,
    pub validity_months: Option<u16>,
    pub email: Option<String>,
    pub message: Option<String>,
    pub payment: Payment,
    /// The only shop that redeems it without the server.
    pub home_shop: Option<String>,
    /// What stands on paper that another system issued.
    pub external_code: Option<String>,
    /// The voucher that it stands for.
    pub replaces: Option<VoucherLink>,
    /// The voucher that stands for it.
    pub replaced_by: Option<VoucherLink>,
    /// A bank took the money back.
    pub charged_back: bool,
    pub sold: Fact,
    pub since: Fact,
    pub actions: Vec<ActionOffer>,
    pub history: Vec<HistoryEntry>,
    /// False where the server was not reached: only what this device knows.
    pub history_complete: bool,
}

/// Another voucher, to go to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct VoucherLink {
    pub id: String,
    /// None where it is not in this device's cache.
    pub code: Option<String>,
}

/// An action on a voucher.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ActionForm {
    pub voucher_id: String,
    pub action: VoucherAction,
    pub reason: String,
    /// How a refund or a difference is paid; as the voucher was, where none is said.
    pub payment: Option<Payment>,
    /// Of an extension: the new last day.
    pub expires_on: Option<String>,
    /// Of an exchange: for a voucher of which template.
    pub template_id: Option<String>,
}

/// A template that a voucher can be exchanged for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ExchangeChoice {
    pub template_id: String,
    pub title: String,
    pub price: MoneyView,
    /// What the customer pays; below 0, what goes back.
    pub difference: MoneyView,
}
