use serde::Serialize;

use super::{MoneyView, TallyView};

/// One day in every shop, for an admin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "EndOfDay")]
pub struct EndOfDayView {
    pub day: String,
    /// When the server looked.
    pub asked_at: String,
    pub shops: Vec<ShopDayView>,
    pub open_conflicts: u64,
    /// What the vouchers of open conflicts are worth, by currency.
    pub at_stake: Vec<MoneyView>,
    /// How many devices somebody must be called about.
    pub to_call: u64,
    /// There are more devices than are listed.
    pub cut: bool,
}

/// One shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "ShopDay")]
pub struct ShopDayView {
    pub id: String,
    pub name: String,
    pub devices: Vec<DeviceDayView>,
    pub open_conflicts: u64,
    pub at_stake: Vec<MoneyView>,
}

/// How a device's day stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "DayState", rename_all = "snake_case")]
pub enum DayStateView {
    Closed,
    Open,
    Idle,
}

/// Why somebody must be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum CallReason {
    /// Its day is not closed.
    NotClosed,
    /// It has operations that the server does not.
    Waiting,
    /// It has not been heard of for a day, and worked before.
    Silent,
    /// The server does not come to the sums of a close.
    Disagrees,
}

/// One device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "DeviceDay")]
pub struct DeviceDayView {
    pub id: String,
    pub name: String,
    pub this_device: bool,
    pub revoked: bool,
    pub state: DayStateView,
    pub last_contact_at: Option<String>,
    pub waiting: Option<u64>,
    pub closes: Vec<CloseSeenView>,
    /// Counted up to 1,000.
    pub not_closed: u64,
    pub not_closed_since: Option<String>,
    pub call: Vec<CallReason>,
}

/// A close, and what the server makes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "CloseSeen")]
pub struct CloseSeenView {
    pub op_id: String,
    pub number: u64,
    pub at: String,
    pub staff: String,
    /// None where the server did not look.
    pub agrees: Option<bool>,
    pub sold: Vec<TallyView>,
    pub redeemed: Vec<TallyView>,
    pub overrides: Vec<TallyView>,
    pub differences: Vec<MoneyView>,
    pub difference_reason: Option<String>,
    pub unsent: u64,
    pub unsent_reason: Option<String>,
}
