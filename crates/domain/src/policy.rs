//! What an organisation may set.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

/// The limits that the rules ask. The server's settings are synced to every device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Policy {
    /// Minutes in which a counter may undo its own redemption.
    pub counter_undo_minutes: u32,
    /// Days in which the back office may undo a redemption.
    pub office_undo_days: u32,
    /// Hours after the last day in which redemptions made offline still arrive; then the voucher is marked expired.
    pub expiry_grace_hours: u32,
    /// Days in which a staff member may sign in without the server since the last time with it.
    pub offline_sign_in_days: u32,
    /// Minutes without a touch after which the screens are locked; 0 for never.
    pub lock_after_minutes: u32,
    /// Whether nobody administers without a second factor.
    pub admins_need_second_factor: bool,
    /// Months for which a buyer is kept after the last of their vouchers became final; 0 for ever.
    pub buyers_kept_months: u32,
    /// What a device may honour without the server, where nothing else is set for it.
    pub offline: OfflineLimits,
}

/// What a device may honour without asking the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct OfflineLimits {
    /// The highest value of one voucher, in minor units.
    pub highest_value_minor: i64,
    /// How many redemptions since the last sync.
    pub most_redemptions: u32,
    /// What those are worth together, in minor units of each currency.
    pub most_value_minor: i64,
    /// How old the last sync may be, in hours.
    pub most_hours_since_sync: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            counter_undo_minutes: 5,
            office_undo_days: 30,
            expiry_grace_hours: 48,
            offline_sign_in_days: 7,
            lock_after_minutes: 10,
            admins_need_second_factor: false,
            buyers_kept_months: 0,
            offline: OfflineLimits::default(),
        }
    }
}

impl Default for OfflineLimits {
    fn default() -> Self {
        Self { highest_value_minor: 50_000, most_redemptions: 500, most_value_minor: 1_000_000, most_hours_since_sync: 72 }
    }
}

/// A value that nobody may set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} is {} to {}", range.start(), range.end())]
pub struct PolicyError {
    /// The field, as the wire names it.
    pub field: &'static str,
    /// What it may be.
    pub range: RangeInclusive<i64>,
}

fn within(field: &'static str, value: impl Into<i64>, range: RangeInclusive<i64>) -> Result<(), PolicyError> {
    if range.contains(&value.into()) { Ok(()) } else { Err(PolicyError { field, range }) }
}

impl Policy {
    /// Whether every value is one that may be set.
    pub fn check(&self) -> Result<(), PolicyError> {
        within("counter_undo_minutes", self.counter_undo_minutes, 0..=60)?;
        within("office_undo_days", self.office_undo_days, 0..=365)?;
        within("expiry_grace_hours", self.expiry_grace_hours, 0..=30 * 24)?;
        within("offline_sign_in_days", self.offline_sign_in_days, 0..=90)?;
        within("lock_after_minutes", self.lock_after_minutes, 0..=240)?;
        within("buyers_kept_months", self.buyers_kept_months, 0..=240)?;
        self.offline.check()
    }
}

impl OfflineLimits {
    /// Whether every value is one that may be set. 0 forbids: a till that honours nothing without the server.
    pub fn check(&self) -> Result<(), PolicyError> {
        within("highest_value_minor", self.highest_value_minor, 0..=100_000_000)?;
        within("most_redemptions", self.most_redemptions, 0..=10_000)?;
        within("most_value_minor", self.most_value_minor, 0..=1_000_000_000)?;
        within("most_hours_since_sync", self.most_hours_since_sync, 0..=30 * 24)
    }
}
