//! Administration: shops, staff, devices. Sent with the token of an admin's session.

use beadsbox_domain::{OfflineLimits, Policy, Role, ShopId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::rows::{Device, Shop, Staff};

/// `POST /v1/admin/shops`.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewShop {
    /// 1 to 100 characters.
    pub name: String,
    /// IANA name of its time zone.
    #[schema(example = "Europe/Paris")]
    pub time_zone: String,
}

/// `POST /v1/admin/staff`.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStaff {
    /// 1 to 100 characters, no other staff member's.
    pub name: String,
    /// 8 to 200 characters.
    pub password: String,
    /// What they may do.
    pub role: Role,
}

/// `PATCH /v1/admin/staff/{id}`: what is left out stays.
#[derive(Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffPatch {
    /// A new role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Bar them, or let them in again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// A new password; ends their sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

/// `POST /v1/admin/enrolment-codes`.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEnrolmentCode {
    /// Where the device will stand.
    pub shop_id: ShopId,
}

/// A one-time code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EnrolmentCode {
    /// What to type at the device, shown once: the server keeps its hash only.
    #[schema(example = "7KQ2-M9XA-4TBD")]
    pub code: String,
    /// Where the device will stand.
    pub shop: Shop,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// `PUT /v1/admin/policy`: what the organisation sets, whole.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyChange {
    /// The version that it was made on: 409 on an older one.
    pub row_version: u64,
    /// Every value, within its bounds.
    pub policy: Policy,
}

/// `PUT /v1/admin/devices/{id}/limits`.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsChange {
    /// The device's version that it was made on: 409 on an older one.
    pub row_version: u64,
    /// None for the organisation's limits.
    pub limits: Option<OfflineLimits>,
}

/// `PATCH /v1/admin/devices/{id}`: what is left out stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DevicePatch {
    /// The device's version that it was made on: 409 on an older one.
    pub row_version: u64,
    /// 1 to 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it stands from now on. Refused while its day is not closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop_id: Option<ShopId>,
}

/// A staff member's new badge; the one before no longer counts.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NewBadge {
    /// What its QR code says, shown once: the server keeps a hash only.
    #[schema(example = "MBBB1:0F3A52C7D9E81B64A0C3F5D7E91B24680F3A52C7")]
    pub badge: String,
    /// Whose it is.
    pub staff: Staff,
}

/// A device as an admin sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DeviceStatus {
    /// The device.
    pub device: Device,
    /// The last request that it made.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_contact_at: Option<Timestamp>,
    /// The last operation that the server holds.
    pub last_seq: u64,
    /// How many operations it had waiting, as it last said.
    pub waiting: Option<u64>,
    /// By how many seconds its clock is ahead of the server's.
    pub clock_skew_seconds: Option<i64>,
    /// How many wrong PINs were typed at it, as it last said.
    #[serde(default)]
    pub wrong_pins: u64,
}
