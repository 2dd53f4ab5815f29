use serde::Serialize;

use super::{RefusalView, StatusBar, What};

/// A shop to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "Shop")]
pub struct ShopView {
    pub id: String,
    pub name: String,
}

/// An operation of this device that the server refused, until somebody acknowledges it.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub struct RefusedOperation {
    pub op_id: String,
    pub what: What,
    /// The voucher's code or the template's title.
    pub subject: String,
    pub voucher_id: Option<String>,
    pub at: String,
    pub staff: String,
    pub refusal: RefusalView,
}

/// Whether the server takes a device's operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "DeviceState", rename_all = "snake_case")]
pub enum DeviceStateView {
    Active,
    Quarantined,
    Revoked,
}

/// A device; its contacts only where an admin asked the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct DeviceRow {
    pub id: String,
    pub name: String,
    pub shop: String,
    pub state: DeviceStateView,
    pub last_contact_at: Option<String>,
    pub last_seq: u64,
    pub waiting: Option<u64>,
    pub clock_skew_seconds: Option<i64>,
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

/// A one-time code for a new device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "EnrolmentCode")]
pub struct EnrolmentCodeView {
    pub code: String,
    pub shop: String,
    pub expires_at: String,
}
