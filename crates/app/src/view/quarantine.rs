use serde::{Deserialize, Serialize};

use super::What;

/// Why operations wait for an admin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "QuarantineReason", rename_all = "snake_case")]
pub enum QuarantineReasonView {
    /// A copy of the device recorded them.
    Fork,
    /// The device had been revoked.
    Revoked,
}

/// What waits for an admin of one life of a device.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
#[serde(rename = "QuarantineEntry")]
pub struct QuarantineRow {
    pub device_id: String,
    /// Which life of it.
    pub incarnation: u32,
    pub device: String,
    pub shop: String,
    pub reason: QuarantineReasonView,
    pub operations: u64,
    pub sales: u64,
    pub redemptions: u64,
    /// By the device's clock; none where it cannot be read.
    pub first_at: Option<String>,
    pub last_at: Option<String>,
    /// The oldest ones; fewer than `operations` where there are many.
    pub listed: Vec<QuarantinedOperationRow>,
}

/// An operation in quarantine; only its number where it cannot be read.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
#[serde(rename = "QuarantinedOperation")]
pub struct QuarantinedOperationRow {
    pub dev_seq: u64,
    pub what: Option<What>,
    /// The voucher's code or the template's title; empty where this device does not know it.
    pub subject: String,
    pub at: Option<String>,
    pub staff: String,
}

/// An admin's decision on an entry.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct QuarantineForm {
    pub device_id: String,
    pub incarnation: u32,
    /// Take each operation as if it came now, or reject them all.
    pub accept: bool,
    pub reason: String,
}
