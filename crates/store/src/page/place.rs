//! A voucher's place in a sorted list. SQLite and this program agree on it: numbers by value, texts by their bytes.

use std::cmp::Ordering;

use beadsbox_domain::{Person, Voucher, VoucherId};
use serde::{Deserialize, Serialize};

use super::query::VoucherSort;
use crate::{
    file::sql::{NEVER, day_number, status_number},
    text::{fold, fold_optional},
};

/// What a list is sorted by, of one voucher.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum SortValue {
    Number(i64),
    Text(String),
}

/// Where a voucher stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) values: Vec<SortValue>,
    pub(super) id: VoucherId,
}

impl Place {
    pub(super) fn of(voucher: &Voucher, person: Option<&Person>, sort: VoucherSort) -> Self {
        let sold = || SortValue::Number(voucher.sold.at.as_microsecond());
        let value = match sort {
            VoucherSort::SoldAt => sold(),
            VoucherSort::Price => SortValue::Number(voucher.snapshot.price.minor),
            VoucherSort::Buyer => SortValue::Text(fold_optional(person.map(|person| person.buyer.as_str()))),
            VoucherSort::Title => SortValue::Text(fold(voucher.snapshot.title.as_str())),
            VoucherSort::Status => return Self { values: vec![SortValue::Number(status_number(voucher.status)), sold()], id: voucher.id },
            VoucherSort::ExpiresOn => SortValue::Number(voucher.expires_on.map_or(NEVER, day_number)),
            VoucherSort::Code => SortValue::Text(voucher.code.compact()),
        };
        Self { values: vec![value], id: voucher.id }
    }

    /// Which of two comes first.
    pub(super) fn order(&self, other: &Self, descending: bool) -> Ordering {
        if descending { other.cmp(self) } else { self.cmp(other) }
    }
}

impl VoucherSort {
    /// The columns before the id, and the index that is in their order.
    pub(super) const fn columns_and_index(self) -> (&'static [&'static str], &'static str) {
        match self {
            Self::SoldAt => (&["v.sold_at"], "voucher_by_sale"),
            Self::Price => (&["v.price"], "voucher_by_price"),
            Self::Buyer => (&["v.buyer_key"], "voucher_by_buyer"),
            Self::Title => (&["v.title_key"], "voucher_by_title"),
            Self::Status => (&["v.status", "v.sold_at"], "voucher_by_status_and_sale"),
            Self::ExpiresOn => (&["v.expires_on"], "voucher_by_expiry"),
            Self::Code => (&["v.code"], "voucher_by_code"),
        }
    }

    /// Whether these can be the values of its columns.
    pub(super) fn fits(self, values: &[SortValue]) -> bool {
        let texts = matches!(self, Self::Buyer | Self::Title | Self::Code);
        values.len() == self.columns_and_index().0.len() && values.iter().all(|value| matches!(value, SortValue::Text(_)) == texts)
    }
}
