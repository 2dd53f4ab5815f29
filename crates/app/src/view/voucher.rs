use beadsbox_domain::{Payment, Status, Vat};
use serde::{Deserialize, Serialize};

use super::{Fact, HistoryEntry, MoneyView};

/// What the grid is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SortKey {
    SoldAt,
    Price,
    Buyer,
    Title,
    Status,
    ExpiresOn,
    Code,
    Recipient,
    Email,
    Changed,
    Payment,
    Shop,
    SoldBy,
}

/// Days as people name them, wherever today is when they are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum DayRange {
    Today,
    Yesterday,
    /// From Monday on.
    ThisWeek,
    LastWeek,
    ThisMonth,
    LastMonth,
    ThisYear,
}

/// Which vouchers the grid shows. Of several values of one kind one must hold; what is left out does not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct VoucherFilters {
    pub status: Vec<Status>,
    /// Ids.
    pub template: Vec<String>,
    /// Ids of what was issued together.
    pub batch: Vec<String>,
    /// Ids.
    pub shop: Vec<String>,
    /// Ids of staff members.
    pub sold_by: Vec<String>,
    pub payment: Vec<Payment>,
    /// In place of `sold_from` and `sold_to`.
    pub sold: Option<DayRange>,
    /// First day of sale, in this device's shop's time zone.
    pub sold_from: Option<String>,
    /// Last day of sale.
    pub sold_to: Option<String>,
    /// Ends within so many days from today; in place of `expires_from` and `expires_to`.
    pub expires_within: Option<u16>,
    pub expires_from: Option<String>,
    pub expires_to: Option<String>,
    /// Minor units.
    pub value_min: Option<i64>,
    /// Minor units.
    pub value_max: Option<i64>,
    /// ISO 4217.
    pub currency: Vec<String>,
    /// Only with an open conflict.
    pub open_conflict: bool,
    /// Only with an operation of this device that the server has not acknowledged.
    pub waiting: bool,
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
#[expect(clippy::struct_excessive_bools, reason = "each is a mark of its own on the line")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct VoucherRow {
    pub id: String,
    pub code: String,
    pub title: String,
    pub buyer: String,
    pub email: Option<String>,
    pub recipient: Option<String>,
    pub message: Option<String>,
    pub price: MoneyView,
    pub payment: Payment,
    pub status: Status,
    pub sold_at: String,
    /// Empty where it was bought on the shop page.
    pub sold_by: String,
    /// Bought and paid on the shop page.
    pub on_shop_page: bool,
    pub shop: String,
    pub expires_on: Option<String>,
    /// When the status changed last.
    pub changed_at: String,
    /// Not used, and its last day has passed.
    pub overdue: bool,
    /// Has an operation of this device that the server has not acknowledged.
    pub waiting: bool,
    pub open_conflict: bool,
}

/// How the rows were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    /// What was asked.
    Question,
    /// A whole code, typed, scanned or pasted.
    Code,
    /// Nothing was found; these would be, but for one typing mistake.
    Mistake,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct VoucherPage {
    pub rows: Vec<VoucherRow>,
    pub next: Option<String>,
    /// On the first page.
    pub total: Option<u64>,
    pub found_by: FoundBy,
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
