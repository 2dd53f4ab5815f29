//! What an organisation may set.

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
    /// What a device may honour without the server.
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
        Self { counter_undo_minutes: 5, office_undo_days: 30, expiry_grace_hours: 48, offline_sign_in_days: 7, offline: OfflineLimits::default() }
    }
}

impl Default for OfflineLimits {
    fn default() -> Self {
        Self { highest_value_minor: 50_000, most_redemptions: 500, most_value_minor: 1_000_000, most_hours_since_sync: 72 }
    }
}
