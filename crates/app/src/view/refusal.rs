use beadsbox_domain::{Role, Status};
use serde::Serialize;

use super::{Fact, TemplateForm};

/// Which offline limit was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum OfflineLimit {
    Value,
    Count,
    Sum,
    Age,
    NeverSynced,
}

/// Why something does not hold, with the facts and with names.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
#[serde(rename = "Refusal", tag = "kind", rename_all = "snake_case")]
pub enum RefusalView {
    StatusIs {
        status: Status,
        since: Fact,
    },
    Expired {
        expires_on: String,
    },
    Mistyped,
    UnknownVoucher,
    /// Made up, for training.
    TrainingVoucher,
    /// Nothing real is redeemed in training.
    RealVoucher,
    /// The signed code is not what one of the organisation's devices signed.
    NotGenuine,
    /// The signed code could not be read.
    DamagedCode,
    /// The signed code is of a later form than this program reads.
    NewerCode,
    /// By a device that was revoked.
    SignerRevoked,
    /// Who signed it is not known here.
    NotProven,
    /// Without the server only its home shop may redeem it.
    HomeShopOnly {
        shop: String,
    },
    NotPermitted {
        role: Role,
    },
    OverLimit {
        limit: OfflineLimit,
        value: String,
    },
    TooLateToUndo {
        minutes: u32,
    },
    NeverEnds,
    NotLater {
        expires_on: String,
    },
    /// The voucher that this one was to stand for was not replaced.
    NotReplaced,
    ChargedBackAlready,
    NotOwnRedemption,
    NotStanding,
    StaleTemplate {
        current: TemplateForm,
        current_version: u32,
        based_on: u32,
    },
    AlreadyArchived,
    NotArchived,
    ConflictSettled,
    NotAccepted {
        reason: String,
    },
    Other {
        code: String,
    },
}
