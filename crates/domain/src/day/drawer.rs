//! The cash in a till's drawer, in one currency.

use serde::{Deserialize, Serialize};

use super::Sums;
use crate::money::{Currency, Money, MoneyError};

/// What should lie in the drawer, and what was counted. All in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Drawer {
    /// Which currency.
    pub currency: Currency,
    /// What lay in it at the opening.
    pub float: i64,
    /// Put in.
    pub cash_in: i64,
    /// Taken out.
    pub cash_out: i64,
    /// Float + sold for cash − refunded in cash + put in − taken out.
    pub expected: i64,
    /// What a person counted, without having seen what was expected.
    pub counted: i64,
    /// Counted − expected.
    pub difference: i64,
}

/// The cash that moved besides sales and refunds, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Which currency.
    pub currency: Currency,
    /// What lay in the drawer at the opening.
    pub float: i64,
    /// Put in.
    pub cash_in: i64,
    /// Taken out.
    pub cash_out: i64,
}

impl Moved {
    pub(super) const fn nothing(currency: Currency) -> Self {
        Self { currency, float: 0, cash_in: 0, cash_out: 0 }
    }
}

impl Drawer {
    pub(super) fn new(moved: Moved, sums: Option<&Sums>, counted: i64) -> Result<Self, MoneyError> {
        let (sold, refunded) = sums.map_or((0, 0), |sums| (sums.sold.cash.minor, sums.refunded.cash.minor));
        let expected = moved
            .float
            .checked_add(sold)
            .and_then(|sum| sum.checked_sub(refunded))
            .and_then(|sum| sum.checked_add(moved.cash_in))
            .and_then(|sum| sum.checked_sub(moved.cash_out))
            .ok_or(MoneyError::OutOfRange)?;
        let difference = counted.checked_sub(expected).ok_or(MoneyError::OutOfRange)?;
        let Moved { currency, float, cash_in, cash_out } = moved;
        Ok(Self { currency, float, cash_in, cash_out, expected, counted, difference })
    }

    /// What was counted.
    pub const fn counted(&self) -> Money {
        Money::new(self.counted, self.currency)
    }
}
