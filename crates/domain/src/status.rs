//! The status table: the one place that says which status follows which.

use serde::{Deserialize, Serialize};

/// Where a voucher stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename = "VoucherStatus", rename_all = "snake_case")]
pub enum Status {
    /// Sold, owed.
    Purchased,
    /// Redeemed. Final.
    Used,
    /// Cancelled; the money is owed.
    Cancelled,
    /// Cancelled and the money returned. Final.
    Refunded,
    /// Not used in time. Final.
    Expired,
    /// Another voucher stands for it. Final. No change of the table leads here: a correction does.
    Replaced,
}

/// A change of status that the table knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusChange {
    /// `purchased → used`.
    Redeem,
    /// `purchased → cancelled`.
    Cancel,
    /// `cancelled → refunded`.
    Refund,
    /// `purchased → expired`.
    Expire,
}

impl StatusChange {
    /// Every change.
    pub const ALL: [Self; 4] = [Self::Redeem, Self::Cancel, Self::Refund, Self::Expire];
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 6] = [Self::Purchased, Self::Used, Self::Cancelled, Self::Refunded, Self::Expired, Self::Replaced];

    /// The status after the change, or none where the table has no such row. Corrections (undo a redemption, honour an
    /// expired voucher, extend, replace, chargeback) stand outside: see [`mod@crate::decide`].
    pub const fn after(self, change: StatusChange) -> Option<Self> {
        match (self, change) {
            (Self::Purchased, StatusChange::Redeem) => Some(Self::Used),
            (Self::Purchased, StatusChange::Cancel) => Some(Self::Cancelled),
            (Self::Purchased, StatusChange::Expire) => Some(Self::Expired),
            (Self::Cancelled, StatusChange::Refund) => Some(Self::Refunded),
            _ => None,
        }
    }

    /// Whether no change leads on.
    pub fn is_final(self) -> bool {
        StatusChange::ALL.iter().all(|change| self.after(*change).is_none())
    }

    /// The name, as files, wire and screens write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Purchased => "purchased",
            Self::Used => "used",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
            Self::Expired => "expired",
            Self::Replaced => "replaced",
        }
    }

    /// The status of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}
