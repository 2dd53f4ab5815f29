use beadsbox_domain::Role;
use beadsbox_protocol::rows::Staff;
use serde::{Deserialize, Serialize};

use super::{PaperLanguage, QrView};

/// Somebody who may work at a till.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "Person")]
pub struct PersonView {
    pub id: String,
    pub name: String,
    pub role: Role,
    pub has_pin: bool,
    pub has_badge: bool,
}

impl From<&Staff> for PersonView {
    fn from(staff: &Staff) -> Self {
        Self { id: staff.id.to_string(), name: staff.name.clone(), role: staff.role, has_pin: staff.pin.is_some(), has_badge: staff.badge.is_some() }
    }
}

/// A person and their PIN.
#[derive(Clone, Deserialize, specta::Type)]
pub struct PinSignIn {
    pub staff_id: String,
    pub pin: String,
}

/// A new PIN, typed twice, and the password once more.
#[derive(Clone, Deserialize, specta::Type)]
pub struct PinForm {
    pub password: String,
    pub pin: String,
    pub again: String,
}

/// A staff member as an admin sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct StaffRow {
    pub id: String,
    pub name: String,
    pub role: Role,
    pub active: bool,
    pub has_pin: bool,
    pub has_badge: bool,
}

impl From<&Staff> for StaffRow {
    fn from(staff: &Staff) -> Self {
        Self {
            id: staff.id.to_string(),
            name: staff.name.clone(),
            role: staff.role,
            active: staff.active,
            has_pin: staff.pin.is_some(),
            has_badge: staff.badge.is_some(),
        }
    }
}

/// A badge to print, shown once.
#[derive(Clone, Serialize, specta::Type)]
#[serde(rename = "Badge")]
pub struct BadgeView {
    pub name: String,
    pub role: Role,
    pub qr: QrView,
}

/// A badge to put on paper.
#[derive(Clone, Deserialize, specta::Type)]
pub struct BadgeForm {
    pub staff_id: String,
    /// What its QR code says, as it was shown when it was made.
    pub badge: String,
    pub language: PaperLanguage,
}
