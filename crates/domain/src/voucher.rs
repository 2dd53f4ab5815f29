//! Vouchers: what was sold.

use serde::{Deserialize, Serialize};

use crate::{
    code::VoucherCode,
    ids::{DeviceId, OpId, ShopId, StaffId, TemplateId, VoucherId},
    marks::Marks,
    person::PersonHash,
    status::Status,
    template::TemplateContent,
};
use jiff::{Timestamp, civil::Date};

/// Who did something, where, when: the facts that every refusal and every history shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stamp {
    /// The operation.
    pub op: OpId,
    /// When, by the clock of the device.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    /// Who.
    pub staff: StaffId,
    /// Where.
    pub shop: ShopId,
    /// On which device.
    pub device: DeviceId,
}

/// How a sale was paid, or a refund returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Payment {
    /// Notes and coins.
    Cash,
    /// The card terminal beside the till.
    CardTerminal,
    /// Anything else.
    Other,
}

/// A voucher as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Voucher {
    /// Its id.
    pub id: VoucherId,
    /// What stands on it.
    pub code: VoucherCode,
    /// The template that it was sold from.
    pub template: TemplateId,
    /// What the template said then. A later edit of the template changes no voucher.
    pub snapshot: TemplateContent,
    /// Names the buyer's data, which stands apart and can be erased.
    pub person: PersonHash,
    /// How it was paid.
    pub payment: Payment,
    /// The sale.
    pub sold: Stamp,
    /// The last day on which it can be redeemed; none if it never expires.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub expires_on: Option<Date>,
    /// The first moment after that day, in the time zone of the shop that sold it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub expires_at: Option<Timestamp>,
    /// Where it stands.
    pub status: Status,
    /// What brought it there: for `used`, the accepted redemption.
    pub since: Stamp,
    /// The only shop that may redeem it without the server; none where any may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home_shop: Option<ShopId>,
    /// Facts that few vouchers have.
    #[serde(default, skip_serializing_if = "Marks::is_empty")]
    pub marks: Marks,
    /// Counts every change, from 1.
    pub row_version: u64,
}

impl Voucher {
    /// Whether it was bought on the shop page, from the server itself, and not from anybody at a device.
    pub const fn is_sold_by_server(&self) -> bool {
        self.sold.device.0.is_nil()
    }

    /// Whether its last day had passed at that moment.
    pub fn is_overdue(&self, at: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| at >= end)
    }

    /// Whether it stands for something at that moment: it was sold, and its last day has not passed. Papers of it are worth handing out.
    pub fn is_owed(&self, at: Timestamp) -> bool {
        self.status == Status::Purchased && !self.is_overdue(at)
    }

    /// What it is once its redemption was taken back: owed again, unless a bank took the money back meanwhile.
    pub const fn status_given_back(&self) -> Status {
        if self.marks.charged_back.is_some() { Status::Refunded } else { Status::Purchased }
    }
}
