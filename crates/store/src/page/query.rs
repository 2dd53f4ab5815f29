//! What the voucher list is asked.

use beadsbox_domain::{Date, ShopId, Status, TemplateId, Timestamp};

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
}

impl VoucherSort {
    /// Every order.
    pub const ALL: [Self; 7] = [Self::SoldAt, Self::Price, Self::Buyer, Self::Title, Self::Status, Self::ExpiresOn, Self::Code];
}

/// What must hold for a voucher to be listed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct VoucherFilters {
    /// One of these; any if empty.
    pub status: Vec<Status>,
    /// Sold from this template.
    pub template: Option<TemplateId>,
    /// Sold by this shop.
    pub shop: Option<ShopId>,
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
}

/// A question to the voucher list.
#[derive(Debug, Clone)]
pub struct VoucherQuery {
    /// A whole code finds that voucher, whatever the filters; three characters or more are looked for within code, buyer,
    /// title and recipient; fewer at the start of code and buyer; none finds all.
    pub search: String,
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
        Self { search: String::new(), filters: VoucherFilters::default(), sort: VoucherSort::SoldAt, descending: true, after: None, limit }
    }
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
}
