//! Redemptions: each attempt that was recorded, and what became of it.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{OpId, VoucherId},
    operation::RedeemMode,
    voucher::Stamp,
};

/// What became of a redemption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RedemptionOutcome {
    /// The voucher was used by it.
    Accepted,
    /// The goods went, but another came first: a person must settle it.
    Conflict,
    /// Nothing went over the counter.
    Rejected,
    /// Asked, never answered in time, and taken back by the device.
    Withdrawn,
}

impl RedemptionOutcome {
    /// The name, as files and wire write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Conflict => "conflict",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The outcome of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Accepted, Self::Conflict, Self::Rejected, Self::Withdrawn].into_iter().find(|outcome| outcome.name() == name)
    }
}

/// One attempt to redeem a voucher. It has the id of the operation that made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redemption {
    /// The voucher.
    pub voucher: VoucherId,
    /// Who, where, when; `stamp.op` names the redemption.
    pub stamp: Stamp,
    /// Whether the server was asked, or the goods went without asking.
    pub mode: RedeemMode,
    /// What became of it.
    pub outcome: RedemptionOutcome,
    /// The operation that undid it.
    pub undone_by: Option<OpId>,
}
