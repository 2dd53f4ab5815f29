//! Conflicts: cases that a person must settle. Both sides stay as they are, for good.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{ConflictId, VoucherId},
    status::Status,
    text::Reason,
    voucher::Stamp,
};

/// What collided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// Two tills honoured one voucher.
    DoubleRedemption,
    /// Honoured after it was cancelled.
    HonouredAfterCancellation,
    /// Honoured after the money was returned.
    HonouredAfterRefund,
    /// Honoured after its last day.
    HonouredAfterExpiry,
    /// Honoured after another voucher was issued for it.
    HonouredAfterReplacement,
    /// Honoured, but the server does not know the voucher (yet): its sale may still wait on another device.
    UnknownVoucher,
}

impl ConflictKind {
    /// What it is to honour a voucher that stands so.
    pub const fn against(status: Status) -> Self {
        match status {
            Status::Cancelled => Self::HonouredAfterCancellation,
            Status::Refunded => Self::HonouredAfterRefund,
            Status::Expired => Self::HonouredAfterExpiry,
            Status::Replaced => Self::HonouredAfterReplacement,
            Status::Used | Status::Purchased => Self::DoubleRedemption,
        }
    }
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConflictState {
    /// Waits for a person.
    Open,
    /// A person settled it.
    Settled,
    /// What stood against it went away, and the other side became the accepted one; or the other side itself did.
    Resolved,
}

/// Who bears the loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// The organisation.
    WriteOff,
    /// The shop that honoured it.
    ChargeShop,
    /// The customer.
    CustomerPays,
    /// Nobody: no goods went.
    MistakenScan,
}

impl Settlement {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::WriteOff, Self::ChargeShop, Self::CustomerPays, Self::MistakenScan];
}

/// How a person settled a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Settled {
    /// Who bears the loss.
    pub settlement: Settlement,
    /// Why.
    pub reason: Reason,
    /// Who, where, when.
    pub by: Stamp,
}

/// A conflict as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Conflict {
    /// Named after the operation that collided.
    pub id: ConflictId,
    /// The voucher.
    pub voucher: VoucherId,
    /// What collided.
    pub kind: ConflictKind,
    /// What the voucher's status rested on: the accepted redemption, the cancellation, …; none for an unknown voucher.
    pub accepted: Option<Stamp>,
    /// The redemption that came second.
    pub other: Stamp,
    /// How far it is.
    pub state: ConflictState,
    /// How it was settled.
    pub settled: Option<Settled>,
    /// Counts every change, from 1.
    pub row_version: u64,
}
