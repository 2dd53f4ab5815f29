//! What the voucher list is asked.

use beadsbox_domain::{BatchId, Currency, Date, Payment, ShopId, StaffId, Status, TemplateId, Timestamp};

use crate::types::VoucherView;

/// What the list is sorted by. The voucher's id breaks ties, in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VoucherSort {
    /// When it was sold.
    SoldAt,
    /// Minor units, whatever the currency.
    Price,
    /// The buyer, without case and accents; one who was erased comes first.
    Buyer,
    /// The title, without case and accents.
    Title,
    /// Purchased, used, cancelled, refunded, expired; by the time of sale within each.
    Status,
    /// The last day; never comes after every day.
    ExpiresOn,
    /// The code.
    Code,
    /// The recipient, without case and accents; none comes first.
    Recipient,
    /// The buyer's address, without case; none comes first.
    Email,
    /// When its status changed last.
    Changed,
    /// Card terminal, cash, other; by the time of sale within each.
    Payment,
    /// The name of the shop that sold it, without case and accents; by the time of sale within each shop.
    Shop,
    /// The name of who sold it, without case and accents; by the time of sale within each person.
    SoldBy,
}

impl VoucherSort {
    /// Every order.
    pub const ALL: [Self; 13] = [
        Self::SoldAt,
        Self::Price,
        Self::Buyer,
        Self::Title,
        Self::Status,
        Self::ExpiresOn,
        Self::Code,
        Self::Recipient,
        Self::Email,
        Self::Changed,
        Self::Payment,
        Self::Shop,
        Self::SoldBy,
    ];
}

/// What must hold for a voucher to be listed. Of several values of one kind, one must hold; an empty list restricts nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct VoucherFilters {
    /// Has this status.
    pub status: Vec<Status>,
    /// Sold from this template.
    pub template: Vec<TemplateId>,
    /// Issued with this batch.
    pub batch: Vec<BatchId>,
    /// Sold by this shop.
    pub shop: Vec<ShopId>,
    /// Sold by this person.
    pub sold_by: Vec<StaffId>,
    /// Paid like that.
    pub payment: Vec<Payment>,
    /// Sold at this moment or later.
    pub sold_from: Option<Timestamp>,
    /// Sold before this moment.
    pub sold_before: Option<Timestamp>,
    /// Ends on this day or later. One that never ends is not listed.
    pub expires_from: Option<Date>,
    /// Ends on this day or earlier.
    pub expires_to: Option<Date>,
    /// Costs at least so many minor units.
    pub value_min: Option<i64>,
    /// Costs at most so many minor units.
    pub value_max: Option<i64>,
    /// Costs money of this currency.
    pub currency: Vec<Currency>,
    /// Only those with an open conflict.
    pub open_conflict: bool,
    /// Only those with an operation of this device that the server has not acknowledged.
    pub waiting: bool,
}

/// A question to the voucher list.
#[derive(Debug, Clone)]
pub struct VoucherQuery {
    /// A whole code finds that voucher, whatever the filters. Of anything else each word is looked for within code, buyer, title and
    /// recipient, in any order; words of fewer than three characters go with the one before. Fewer than three characters alone are looked
    /// for at the start of code and buyer; nothing finds all.
    pub search: String,
    /// Look within addresses as well.
    pub emails: bool,
    /// Where nothing is found, find what one typing mistake leads to.
    pub near: bool,
    /// What else must hold.
    pub filters: VoucherFilters,
    /// The order.
    pub sort: VoucherSort,
    /// Backwards.
    pub descending: bool,
    /// Where the last page ended; none for the first.
    pub after: Option<String>,
    /// How many, 1 to 500.
    pub limit: usize,
}

impl VoucherQuery {
    /// Everything, the newest sale first.
    pub fn newest(limit: usize) -> Self {
        Self {
            search: String::new(),
            emails: false,
            near: false,
            filters: VoucherFilters::default(),
            sort: VoucherSort::SoldAt,
            descending: true,
            after: None,
            limit,
        }
    }
}

/// How the rows of a page were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Found {
    /// By what was asked.
    #[default]
    Asked,
    /// By its whole code.
    Code,
    /// Nothing was found by what was typed; these would be, but for one mistake.
    Near,
}

/// One page of the voucher list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoucherPage {
    /// The vouchers.
    pub rows: Vec<VoucherView>,
    /// Where the next page begins; none after the last.
    pub next: Option<String>,
    /// How many there are in all: on the first page only, exact, and none where counting would take too long.
    pub total: Option<u64>,
    /// How they were found.
    pub found: Found,
}
