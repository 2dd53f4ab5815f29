//! Who may do what. Every layer asks this table: screens to offer, the program to allow, the server to decide.

use serde::{Deserialize, Serialize};

/// A staff member's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sells and redeems at a till.
    Counter,
    /// Writes templates; finds, corrects, cancels and refunds vouchers.
    BackOffice,
    /// All of that; settles conflicts; shops, devices, staff.
    Admin,
}

/// Something that needs leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Create, edit, archive templates.
    WriteTemplates,
    /// Sell a voucher.
    Sell,
    /// Redeem a voucher.
    Redeem,
    /// Cancel a voucher.
    Cancel,
    /// Refund a cancelled voucher.
    Refund,
    /// Mark an overdue voucher. Nobody's: the server does it by itself.
    Expire,
    /// Undo a redemption.
    UndoRedemption,
    /// Redeem a voucher in spite of its expiry.
    HonourExpired,
    /// Give a voucher a later last day.
    Extend,
    /// Issue another voucher for one: for a lost one, or of another template.
    Replace,
    /// Record that a bank took the money back.
    Chargeback,
    /// Write a note on a voucher or template.
    Note,
    /// Issue many vouchers at once.
    IssueMany,
    /// Take over vouchers that another system sold.
    Import,
    /// Take a conflict, hand it to another person, let it go.
    WorkOnConflicts,
    /// Settle a conflict.
    SettleConflicts,
    /// Put cash into a till's drawer, take it out, and close its day.
    RunTill,
    /// Let a redemption pass, by PIN, that a device's offline limits forbid.
    Approve,
    /// See every voucher, template and conflict.
    UseOffice,
    /// Read the books' reports.
    ReadReports,
    /// Shops, devices and staff.
    Administer,
}

impl Deed {
    /// Every deed.
    pub const ALL: [Self; 21] = [
        Self::WriteTemplates,
        Self::Sell,
        Self::Redeem,
        Self::Cancel,
        Self::Refund,
        Self::Expire,
        Self::UndoRedemption,
        Self::HonourExpired,
        Self::Extend,
        Self::Replace,
        Self::Chargeback,
        Self::Note,
        Self::IssueMany,
        Self::Import,
        Self::WorkOnConflicts,
        Self::SettleConflicts,
        Self::RunTill,
        Self::Approve,
        Self::UseOffice,
        Self::ReadReports,
        Self::Administer,
    ];
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 3] = [Self::Counter, Self::BackOffice, Self::Admin];

    /// Whether this role may do that.
    pub const fn may(self, deed: Deed) -> bool {
        match deed {
            Deed::Sell | Deed::Redeem | Deed::UndoRedemption | Deed::Note | Deed::RunTill => true,
            Deed::WriteTemplates
            | Deed::Cancel
            | Deed::Refund
            | Deed::HonourExpired
            | Deed::Extend
            | Deed::Replace
            | Deed::Chargeback
            | Deed::IssueMany
            | Deed::Import
            | Deed::WorkOnConflicts
            | Deed::Approve
            | Deed::UseOffice
            | Deed::ReadReports => matches!(self, Self::BackOffice | Self::Admin),
            Deed::SettleConflicts | Deed::Administer => matches!(self, Self::Admin),
            Deed::Expire => false,
        }
    }

    /// The name, as files and wire write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::BackOffice => "back_office",
            Self::Admin => "admin",
        }
    }

    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}
