//! Administration: shops, staff, devices. Sent with the token of an admin's session.

use beadsbox_domain::{DeviceId, LeastValidity, OfflineLimits, Policy, Role, ShopId, StaffId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Profile,
    rows::{Device, Shop, Staff},
};

/// `POST /v1/admin/shops`.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewShop {
    /// 1 to 100 characters.
    pub name: String,
    /// IANA name of its time zone.
    #[schema(example = "Europe/Paris")]
    pub time_zone: String,
    /// Two letters of ISO 3166-1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Lines as they stand on paper, 300 characters at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// `PUT /v1/admin/shops/{id}`: the shop as it is to be, whole.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShopChange {
    /// The version that it was made on: 409 on an older one.
    pub row_version: u64,
    /// 1 to 100 characters.
    pub name: String,
    /// IANA name of its time zone. Refused where business was done in another.
    pub time_zone: String,
    /// Two letters of ISO 3166-1; none where nobody says.
    pub country: Option<String>,
    /// Lines as they stand on paper, 300 characters at most.
    pub address: Option<String>,
    /// Closed: nothing new begins there. Refused while devices stand in it.
    pub closed: bool,
}

/// `POST /v1/admin/staff`.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStaff {
    /// 1 to 100 characters, no other staff member's.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// A password that serves for one sign-in, shown once: the server keeps a hash only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OneTimePassword {
    /// What to type.
    #[schema(example = "7kq2-m9xa-4tbd")]
    pub password: String,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
}

/// A staff member who was just added.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AddedStaff {
    /// Who.
    #[serde(flatten)]
    pub staff: Staff,
    /// With what they sign in for the first time.
    pub one_time: OneTimePassword,
}

/// When somebody last signed in at a device, with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LastSignIn {
    /// Where.
    pub device: DeviceId,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// A staff member as an admin sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StaffStatus {
    /// Who.
    #[serde(flatten)]
    pub staff: Staff,
    /// Since when a second factor is asked of them.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub second_factor_since: Option<Timestamp>,
    /// Until when a one-time password waits for them.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub one_time_until: Option<Timestamp>,
    /// The newest first, a few.
    #[serde(default)]
    pub sign_ins: Vec<LastSignIn>,
}

/// `POST /v1/admin/staff/{id}/second-factor/remove`.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactorRemoval {
    /// Why, 1 to 500 characters; it is kept.
    pub reason: String,
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
    /// A new name, no other staff member's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The version that it was made on: 409 on an older one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row_version: Option<u64>,
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

/// `PUT /v1/admin/least-validity`: the least validity of vouchers by country, whole.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeastValidityChange {
    /// The settings' version that it was made on: 409 on an older one.
    pub row_version: u64,
    /// Each country once.
    pub least_validity: LeastValidity,
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
    /// The last request that it made, to within some seconds.
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
    /// What it is sent.
    #[serde(default)]
    pub profile: Option<Profile>,
    /// The version that it last called with.
    #[serde(default)]
    pub program_version: Option<String>,
}

/// Something that an admin did, or the server by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AdminAct {
    /// Its id.
    pub id: Uuid,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who; the nil id for the server itself and its command line.
    pub staff: StaffId,
    /// What kind of act.
    #[schema(example = "password_reset")]
    pub kind: String,
    /// What that to which it was done was called then; empty where there is no such thing.
    pub subject: String,
    /// More, as it was kept. Never a secret, and nothing of a buyer.
    pub details: serde_json::Value,
}

/// `GET /v1/admin/acts`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AdminActsQuery {
    /// Those before this one; the newest where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Uuid>,
}
