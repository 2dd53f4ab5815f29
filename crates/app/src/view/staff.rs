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
    pub row_version: u64,
    /// How they sign in; none where the server was not asked.
    pub access: Option<StaffAccess>,
}

/// How somebody signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct StaffAccess {
    pub second_factor_since: Option<String>,
    /// Until when a one-time password waits for them.
    pub one_time_until: Option<String>,
    /// The newest first, a few.
    pub sign_ins: Vec<SignInRow>,
}

/// When somebody signed in at a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "LastSignIn")]
pub struct SignInRow {
    pub device: String,
    pub at: String,
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
            row_version: staff.row_version,
            access: None,
        }
    }
}

/// Somebody new.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct NewStaffForm {
    pub name: String,
    pub role: Role,
}

/// What somebody is called and may do, and the version of them that was read.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct StaffForm {
    pub id: String,
    pub row_version: u64,
    pub name: String,
    pub role: Role,
}

/// Whose second factor is taken away, and why.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct SecondFactorRemovalForm {
    pub staff_id: String,
    pub reason: String,
}

/// A password that serves for one sign-in, shown once.
#[derive(Clone, Serialize, specta::Type)]
#[serde(rename = "OneTimePassword")]
pub struct OneTimePasswordView {
    /// Whose.
    pub name: String,
    pub password: String,
    pub until: String,
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
