use serde::{Deserialize, Serialize};

use super::QrView;

/// A new password, typed twice, and the old one once more.
#[derive(Clone, Deserialize, specta::Type)]
pub struct PasswordForm {
    pub password: String,
    pub new_password: String,
    pub again: String,
}

/// Whether a second factor is asked of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "SecondFactor")]
pub struct SecondFactorView {
    /// Since when; none where there is none.
    pub since: Option<String>,
    /// How many are left.
    pub recovery_codes: u32,
    /// The organisation asks it of them.
    pub required: bool,
}

/// The password once more, and a code of the one there is; empty where there is none.
#[derive(Clone, Deserialize, specta::Type)]
pub struct SecondFactorForm {
    pub password: String,
    pub code: String,
}

/// What an authenticator reads, and for typing.
#[derive(Clone, Serialize, specta::Type)]
#[serde(rename = "SecondFactorOffer")]
pub struct SecondFactorOfferView {
    pub qr: QrView,
    pub secret: String,
}
