//! The rows that a device caches. Each is the whole entity at one `row_version`.

use std::fmt;

use beadsbox_domain::{
    Conflict, ConflictId, Country, DeviceId, LeastValidity, OfflineLimits, Person, Policy, Role, ShopId, StaffId, Template, TemplateId, Timestamp, Voucher,
    VoucherId, text::Address,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Shop {
    /// Its id.
    pub id: ShopId,
    /// Its name.
    pub name: String,
    /// IANA name of its time zone: its days end there.
    #[schema(example = "Europe/Paris")]
    pub time_zone: String,
    /// The country whose law its sales are under; none where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// Its address in lines, as it stands on paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Nothing new begins there any more: no device, and no sale.
    #[serde(default, skip_serializing_if = "is_false")]
    pub closed: bool,
    /// Counts every change, from 1.
    pub row_version: u64,
}

/// Nobody's yet: what a shop has besides what is said of it.
impl Default for Shop {
    fn default() -> Self {
        Self { id: ShopId(Uuid::nil()), name: String::new(), time_zone: String::new(), country: None, address: None, closed: false, row_version: 1 }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
const fn is_false(value: &bool) -> bool {
    !*value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
const fn is_zero(value: &u64) -> bool {
    *value == 0
}

/// A staff member, as far as other devices need to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Staff {
    /// Their id.
    pub id: StaffId,
    /// Their name, with which they sign in.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// Whether they may sign in.
    pub active: bool,
    /// What their PIN is checked against at a till; none where they set none, and in every answer but a device's rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<PinVerifier>,
    /// SHA-256 of the secret on their badge, hexadecimal; none as above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub badge: Option<String>,
    /// Counts what they sign in with, from 0: a password or second factor of an earlier count lets nobody in any more.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub sign_in_version: u64,
    /// Counts every change, from 1.
    pub row_version: u64,
}

/// Argon2id over a PIN, in the PHC format, with its parameters.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
pub struct PinVerifier(pub String);

/// Six digits are soon found by whoever has this: it goes into no log.
impl fmt::Debug for PinVerifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PinVerifier(…)")
    }
}

/// Whether the server takes a device's operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// It does.
    Active,
    /// It keeps them until an admin accepts them.
    Quarantined,
    /// It does not.
    Revoked,
}

/// A device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub shop: ShopId,
    /// Ed25519, hexadecimal.
    pub public_key: String,
    /// Whether its operations are taken.
    pub state: DeviceState,
    /// What it may honour without the server; none where the organisation's limits hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offline: Option<OfflineLimits>,
    /// Counts every change, from 1.
    pub row_version: u64,
}

/// What the organisation set. There is one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Settings {
    /// The limits that the rules ask.
    pub policy: Policy,
    /// The least validity of vouchers by country.
    #[serde(default, skip_serializing_if = "LeastValidity::is_standard")]
    pub least_validity: LeastValidity,
    /// Whether a voucher goes to its buyer by mail unless its seller chooses otherwise; none where the server sends no mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mails_at_sale: Option<bool>,
    /// Counts every change, from 1.
    pub row_version: u64,
}

/// A voucher with its buyer, as far as the device's profile may see; none once erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct VoucherRow {
    /// The voucher.
    pub voucher: Voucher,
    /// Its buyer.
    pub person: Option<Person>,
}

/// Who works on a conflict. It says nothing about how it is settled, and nothing that settles it asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Assignment {
    /// Whose it is; none once they let it go.
    pub staff: Option<StaffId>,
    /// Who said so.
    pub by: StaffId,
    /// When, by the server's clock.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Counts every change, from 1.
    pub version: u64,
}

/// A conflict, and who works on it; none where nobody ever did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ConflictRow {
    /// The conflict.
    #[serde(flatten)]
    pub conflict: Conflict,
    /// Who works on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignment: Option<Assignment>,
}

impl ConflictRow {
    /// Counts every change of the conflict and of who works on it. Both only grow, so the greater number is the newer row.
    pub fn row_version(&self) -> u64 {
        self.conflict.row_version + self.assignment.map_or(0, |assignment| assignment.version)
    }
}

impl From<Conflict> for ConflictRow {
    fn from(conflict: Conflict) -> Self {
        Self { conflict, assignment: None }
    }
}

/// One entity of the feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", content = "row", rename_all = "snake_case")]
pub enum Row {
    /// A shop.
    Shop(Shop),
    /// A staff member.
    Staff(Staff),
    /// A device.
    Device(Device),
    /// What the organisation set.
    Settings(Settings),
    /// A template.
    Template(Template),
    /// A voucher.
    Voucher(Box<VoucherRow>),
    /// A conflict.
    Conflict(Box<ConflictRow>),
}

/// Which entity a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowKey {
    /// A shop.
    Shop(ShopId),
    /// A staff member.
    Staff(StaffId),
    /// A device.
    Device(DeviceId),
    /// What the organisation set.
    Settings,
    /// A template.
    Template(TemplateId),
    /// A voucher.
    Voucher(VoucherId),
    /// A conflict.
    Conflict(ConflictId),
}

impl Row {
    /// Which entity it is.
    pub fn key(&self) -> RowKey {
        match self {
            Self::Shop(row) => RowKey::Shop(row.id),
            Self::Staff(row) => RowKey::Staff(row.id),
            Self::Device(row) => RowKey::Device(row.id),
            Self::Settings(_) => RowKey::Settings,
            Self::Template(row) => RowKey::Template(row.id),
            Self::Voucher(row) => RowKey::Voucher(row.voucher.id),
            Self::Conflict(row) => RowKey::Conflict(row.conflict.id),
        }
    }

    /// How often it changed.
    pub fn row_version(&self) -> u64 {
        match self {
            Self::Shop(row) => row.row_version,
            Self::Staff(row) => row.row_version,
            Self::Device(row) => row.row_version,
            Self::Settings(row) => row.row_version,
            Self::Template(row) => row.row_version,
            Self::Voucher(row) => row.voucher.row_version,
            Self::Conflict(row) => row.row_version(),
        }
    }

    /// Its JSON without the kind around it, as digests are computed over.
    pub fn content_json(&self) -> serde_json::Result<String> {
        match self {
            Self::Shop(row) => serde_json::to_string(row),
            Self::Staff(row) => serde_json::to_string(row),
            Self::Device(row) => serde_json::to_string(row),
            Self::Settings(row) => serde_json::to_string(row),
            Self::Template(row) => serde_json::to_string(row),
            Self::Voucher(row) => serde_json::to_string(row),
            Self::Conflict(row) => serde_json::to_string(row),
        }
    }
}
