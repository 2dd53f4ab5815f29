use beadsbox_domain::{CountryValidity, LeastValidity, OfflineLimits, Policy};
use serde::{Deserialize, Serialize};

/// What a device may honour without the server, as typed. Values are in units of a currency with two decimals, and the same number of the
/// least units in every other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename = "Limits")]
pub struct LimitsForm {
    pub highest_value: String,
    pub most_redemptions: u32,
    pub most_value: String,
    pub most_hours_since_sync: u32,
}

impl From<&OfflineLimits> for LimitsForm {
    fn from(limits: &OfflineLimits) -> Self {
        Self {
            highest_value: in_hundredths(limits.highest_value_minor),
            most_redemptions: limits.most_redemptions,
            most_value: in_hundredths(limits.most_value_minor),
            most_hours_since_sync: limits.most_hours_since_sync,
        }
    }
}

fn in_hundredths(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, (minor % 100).abs())
}

/// What the organisation sets, and the version of it that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename = "Policy")]
pub struct PolicyForm {
    pub row_version: u64,
    pub counter_undo_minutes: u32,
    pub office_undo_days: u32,
    pub expiry_grace_hours: u32,
    pub offline_sign_in_days: u32,
    pub lock_after_minutes: u32,
    /// Nobody administers without a second factor.
    pub admins_need_second_factor: bool,
    /// Months after the last voucher became final; 0 for ever.
    pub buyers_kept_months: u32,
    pub limits: LimitsForm,
}

impl PolicyForm {
    pub(crate) fn new(policy: &Policy, row_version: u64) -> Self {
        Self {
            row_version,
            counter_undo_minutes: policy.counter_undo_minutes,
            office_undo_days: policy.office_undo_days,
            expiry_grace_hours: policy.expiry_grace_hours,
            offline_sign_in_days: policy.offline_sign_in_days,
            lock_after_minutes: policy.lock_after_minutes,
            admins_need_second_factor: policy.admins_need_second_factor,
            buyers_kept_months: policy.buyers_kept_months,
            limits: LimitsForm::from(&policy.offline),
        }
    }
}

/// How long a voucher that is sold in a country has to be valid at least.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename = "CountryValidity")]
pub struct CountryValidityRow {
    /// Two letters.
    pub country: String,
    pub months: u16,
}

/// All of them, and the version of the settings that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename = "LeastValidity")]
pub struct LeastValidityForm {
    pub row_version: u64,
    pub rows: Vec<CountryValidityRow>,
}

impl LeastValidityForm {
    pub(crate) fn new(least: &LeastValidity, row_version: u64) -> Self {
        let row = |row: &CountryValidity| CountryValidityRow { country: row.country.to_string(), months: row.months };
        Self { row_version, rows: least.0.iter().map(row).collect() }
    }
}

/// A device's limits, and the version of the device that was read.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct DeviceLimitsForm {
    pub device_id: String,
    pub row_version: u64,
    /// None for the organisation's.
    pub limits: Option<LimitsForm>,
}
