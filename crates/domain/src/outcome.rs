//! What became of an operation.

use serde::{Deserialize, Serialize};

use crate::{conflict::ConflictKind, ids::ConflictId, permission::Role, status::Status, template::TemplateContent, text::Reason, voucher::Stamp};
use jiff::civil::Date;

/// What the server decided; a device foretells it by the same rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Applied,
    /// It happened, but something else came first: a person must settle it.
    Conflict { conflict: ConflictId, conflict_kind: ConflictKind },
    /// It does not hold, and nothing was changed.
    Rejected { refusal: Refusal },
}

impl Outcome {
    /// `applied`, `conflict` or `rejected`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Conflict { .. } => "conflict",
            Self::Rejected { .. } => "rejected",
        }
    }
}

/// Why an operation does not hold, with the facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Refusal {
    /// The voucher's status does not allow it: the status it has, since when and by whom.
    StatusIs { status: Status, since: Stamp },
    /// Its last day has passed.
    Expired {
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        expires_on: Date,
    },
    /// Not overdue: there is no expiry to set aside, or to mark.
    NotExpired,
    /// It never ends: there is no last day to move.
    NeverEnds,
    /// The new last day is not later than the one it has, or has passed.
    NotLater {
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        expires_on: Date,
    },
    /// The voucher that this sale stands for was not replaced by it.
    NotReplaced,
    /// The bank has taken the money back already.
    ChargedBackAlready,
    /// No such template.
    UnknownTemplate,
    /// No such voucher.
    UnknownVoucher,
    /// No such redemption of that voucher by that device.
    UnknownRedemption,
    /// No such conflict.
    UnknownConflict,
    /// The role does not allow it.
    NotPermitted { role: Role },
    /// The server knows no such staff member, or they were barred before.
    UnknownStaff,
    /// The time to undo has passed: how many minutes it was.
    TooLateToUndo { minutes: u32 },
    /// A counter undoes only what it redeemed itself.
    NotOwnRedemption,
    /// The redemption is not the one that the voucher's status rests on.
    NotStanding,
    /// Edited meanwhile: what it says now, and on which version the edit was made.
    StaleTemplate { current: TemplateContent, current_version: u32, based_on: u32 },
    /// It is archived already, or is not.
    ArchivedAlready { archived: bool },
    /// The id was taken already.
    IdTaken,
    /// The code was taken already.
    CodeTaken,
    /// The template never said what this voucher says.
    SnapshotMismatch,
    /// The content breaks a rule: which.
    BadContent { rule: String },
    /// The conflict is settled, or resolved itself.
    ConflictClosed,
    /// The conflict changed since the person saw it.
    ConflictChanged,
    /// The till's closes go further than this one's number.
    CloseNumberTaken { last: u64 },
    /// A close that covers what another one covers, or what comes after it.
    CloseOverlaps { through_seq: u64 },
    /// The server cannot read it.
    Unreadable { detail: String },
    /// An operation with this id was taken already.
    Repeated,
    /// It came from a copy of the device, or from one that was revoked, and an admin did not accept it: why.
    NotAccepted { reason: Reason },
}
