use beadsbox_sync::Proof;
use serde::Serialize;

use super::{LimitsForm, RefusalView, StatusBar, What};

/// A shop to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "Shop")]
pub struct ShopView {
    pub id: String,
    pub name: String,
}

/// An operation of this device that the server refused, or of which it said otherwise later, until somebody acknowledges it.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub struct RefusedOperation {
    pub op_id: String,
    pub what: What,
    /// The voucher's code or the template's title.
    pub subject: String,
    /// None where there is no such voucher, as after a sale that was refused.
    pub voucher_id: Option<String>,
    pub at: String,
    pub staff: String,
    /// None where the server says otherwise, and it is no refusal.
    pub refusal: Option<RefusalView>,
    /// The server says otherwise than it did before a restore. What people were told stays on the screens.
    pub contradicted: bool,
}

/// Whether the server takes a device's operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "DeviceState", rename_all = "snake_case")]
pub enum DeviceStateView {
    Active,
    Quarantined,
    Revoked,
}

/// What a comparison of the copy with the server came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Comparison {
    /// The copy is the server's; so many ranges of it were taken anew for that.
    Equal { repaired: u64 },
    /// Changes came too quickly to compare.
    PutOff,
    /// The server computes otherwise than this program.
    NotComparable,
}

impl From<Proof> for Comparison {
    fn from(proof: Proof) -> Self {
        match proof {
            Proof::Equal { repaired } => Self::Equal { repaired },
            Proof::PutOff => Self::PutOff,
            Proof::NotComparable => Self::NotComparable,
        }
    }
}

/// A comparison that somebody asked for, and how the sync stands after it.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub struct CacheCheck {
    pub comparison: Comparison,
    pub overview: SyncOverview,
}

/// A device; its contacts only where an admin asked the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct DeviceRow {
    pub id: String,
    pub name: String,
    pub shop_id: String,
    pub shop: String,
    pub state: DeviceStateView,
    pub last_contact_at: Option<String>,
    /// None where the server was not asked; nothing is known of its contacts then.
    pub last_seq: Option<u64>,
    pub waiting: Option<u64>,
    pub clock_skew_seconds: Option<i64>,
    /// Wrong PINs that were ever typed there.
    pub wrong_pins: Option<u64>,
    /// What it is sent: `counter` or `office`.
    pub profile: Option<String>,
    /// The version of the program that it last called with.
    pub version: Option<String>,
    /// What it may honour without the server; none where the organisation's limits hold.
    pub limits: Option<LimitsForm>,
    pub row_version: u64,
    pub this_device: bool,
}

/// How the sync stands, in full.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub struct SyncOverview {
    pub status: StatusBar,
    pub server: String,
    pub epoch: Option<String>,
    pub cursor: u64,
    pub head: Option<u64>,
    /// When the whole cache was last seen to be the server's.
    pub proved_at: Option<String>,
    /// Ranges that were taken anew since this cache began.
    pub repaired: u64,
    pub comparing: bool,
    /// Recorded on this device.
    pub operations: u64,
    pub confirmed: u64,
    pub refused: Vec<RefusedOperation>,
    pub devices: Vec<DeviceRow>,
    pub may_administer: bool,
    pub shops: Vec<ShopView>,
}
