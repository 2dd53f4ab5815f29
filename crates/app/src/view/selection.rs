use serde::{Deserialize, Serialize};

use super::{MoneyView, SortKey, VoucherFilters};

/// Vouchers that a person chose.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum VoucherSelection {
    /// One by one.
    These { ids: Vec<String> },
    /// All that search and filters find, but for some.
    Matching { search: String, filters: Box<VoucherFilters>, except: Vec<String> },
}

/// The order in which they are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, specta::Type)]
pub struct ListOrder {
    pub sort: SortKey,
    pub descending: bool,
}

/// What was chosen, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SelectionSums {
    pub vouchers: u64,
    /// One of each currency.
    pub values: Vec<MoneyView>,
}
