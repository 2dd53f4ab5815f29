//! A till's day: the cash that moves, and the close that sums up what was done.

mod drawer;
mod sum;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use drawer::Drawer;
pub use sum::{Answer, Done, Summed, sum_up};

use crate::{
    ids::StaffId,
    money::{Currency, MoneyError},
    text::Reason,
    voucher::Payment,
};

/// Why cash came into a till's drawer or left it, besides sales and refunds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CashMovement {
    /// What lies in the drawer when the till opens.
    Float,
    /// Put in.
    In,
    /// Taken out.
    Out,
}

impl CashMovement {
    /// The name, as files and wire write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Float => "float",
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// How many, and what they are worth together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// Minor units of the currency that it stands under.
    pub minor: i64,
}

impl Tally {
    /// One more, worth that.
    pub fn plus(self, minor: i64) -> Result<Self, MoneyError> {
        self.and(Self { count: 1, minor })
    }

    /// Both together.
    pub fn and(self, other: Self) -> Result<Self, MoneyError> {
        let count = self.count.checked_add(other.count).ok_or(MoneyError::OutOfRange)?;
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::OutOfRange)?;
        Ok(Self { count, minor })
    }

    /// Nothing counted.
    pub const fn is_nothing(&self) -> bool {
        self.count == 0 && self.minor == 0
    }
}

/// Apart by how it was paid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ByPayment {
    /// Notes and coins.
    #[serde(skip_serializing_if = "Tally::is_nothing")]
    pub cash: Tally,
    /// The card terminal beside the till.
    #[serde(skip_serializing_if = "Tally::is_nothing")]
    pub card_terminal: Tally,
    /// Anything else.
    #[serde(skip_serializing_if = "Tally::is_nothing")]
    pub other: Tally,
}

impl ByPayment {
    /// What was paid like that.
    pub const fn of(&mut self, payment: Payment) -> &mut Tally {
        match payment {
            Payment::Cash => &mut self.cash,
            Payment::CardTerminal => &mut self.card_terminal,
            Payment::Other => &mut self.other,
        }
    }

    /// All of it.
    pub fn all(&self) -> Result<Tally, MoneyError> {
        self.cash.and(self.card_terminal)?.and(self.other)
    }

    /// Nothing counted.
    pub const fn is_nothing(&self) -> bool {
        self.cash.is_nothing() && self.card_terminal.is_nothing() && self.other.is_nothing()
    }
}

/// What was done in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Sums {
    /// Which.
    pub currency: Currency,
    /// Vouchers sold, by payment.
    #[serde(default, skip_serializing_if = "ByPayment::is_nothing")]
    pub sold: ByPayment,
    /// Vouchers redeemed, and their value.
    #[serde(default, skip_serializing_if = "Tally::is_nothing")]
    pub redeemed: Tally,
    /// Of these, the ones that the till accepted on its own word.
    #[serde(default, skip_serializing_if = "Tally::is_nothing")]
    pub accepted_offline: Tally,
    /// Redemptions taken back.
    #[serde(default, skip_serializing_if = "Tally::is_nothing")]
    pub undone: Tally,
    /// Of the redeemed, the ones that a rule had forbidden and a person allowed, with a reason or by PIN.
    #[serde(default, skip_serializing_if = "Tally::is_nothing")]
    pub overrides: Tally,
    /// Refunds, by how the money went back.
    #[serde(default, skip_serializing_if = "ByPayment::is_nothing")]
    pub refunded: ByPayment,
}

impl Sums {
    /// Nothing yet.
    pub fn nothing(currency: Currency) -> Self {
        Self {
            currency,
            sold: ByPayment::default(),
            redeemed: Tally::default(),
            accepted_offline: Tally::default(),
            undone: Tally::default(),
            overrides: Tally::default(),
            refunded: ByPayment::default(),
        }
    }
}

/// What one staff member did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PersonSums {
    /// Who.
    pub staff: StaffId,
    /// By currency.
    pub sums: Vec<Sums>,
}

/// A day closed although operations were not yet sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Unsent {
    /// How many, up to the last one that the close covers.
    pub count: u64,
    /// Why it was closed nevertheless.
    pub reason: Reason,
}

/// The close of a till's day: everything that was done on it since the close before, summed up once and for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DayClose {
    /// This till's closes count from 1, without gaps.
    pub number: u64,
    /// The business day, in the shop's time zone.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub day: Date,
    /// The last operation that the close before covers; 0 for the first one.
    pub after_seq: u64,
    /// The last operation that this one covers.
    pub through_seq: u64,
    /// By currency.
    pub totals: Vec<Sums>,
    /// By staff member, and currency.
    pub people: Vec<PersonSums>,
    /// The cash, by currency.
    pub drawers: Vec<Drawer>,
    /// Operations on vouchers whose value nobody knew here. They stand in no sum.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unvalued: u64,
    /// Why the cash is not what it should be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference_reason: Option<Reason>,
    /// It was closed over operations not yet sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsent: Option<Unsent>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// How far a till's closes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastClose {
    /// The last one's number.
    pub number: u64,
    /// The last operation that it covers.
    pub through_seq: u64,
}

impl DayClose {
    /// What was done in that currency.
    pub fn sums(&self, currency: Currency) -> Option<&Sums> {
        self.totals.iter().find(|sums| sums.currency == currency)
    }

    /// Some drawer does not hold what it should.
    pub fn has_difference(&self) -> bool {
        self.drawers.iter().any(|drawer| drawer.difference != 0)
    }

    /// How far the till's closes go with this one.
    pub const fn last(&self) -> LastClose {
        LastClose { number: self.number, through_seq: self.through_seq }
    }

    /// Whether it says what those sums say, with the cash that was counted, and gives a reason for a difference.
    pub fn agrees_with(&self, summed: &Summed) -> bool {
        let counted: Vec<_> = self.drawers.iter().map(Drawer::counted).collect();
        summed.drawers(&counted).is_ok_and(|drawers| drawers == self.drawers)
            && self.totals == summed.totals
            && self.people == summed.people
            && self.unvalued == summed.unvalued
            && (!self.has_difference() || self.difference_reason.is_some())
    }
}
