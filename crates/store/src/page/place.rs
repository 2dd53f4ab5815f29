//! A voucher's place in a sorted list. SQLite and this program agree on it: numbers by value, texts by their bytes.

use std::cmp::Ordering;

use beadsbox_domain::VoucherId;
use rusqlite::types::Value;
use serde::{Deserialize, Serialize};

/// What a list is sorted by, of one voucher.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum SortValue {
    Number(i64),
    Text(String),
}

impl SortValue {
    pub(super) const fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }
}

impl From<&SortValue> for Value {
    fn from(value: &SortValue) -> Self {
        match value {
            SortValue::Number(number) => Self::Integer(*number),
            SortValue::Text(text) => Self::Text(text.clone()),
        }
    }
}

/// Where a voucher stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) values: Vec<SortValue>,
    pub(super) id: VoucherId,
}

impl Place {
    /// Which of two comes first.
    pub(super) fn order(&self, other: &Self, descending: bool) -> Ordering {
        if descending { other.cmp(self) } else { self.cmp(other) }
    }
}
