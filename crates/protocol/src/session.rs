//! `POST /v1/sessions`: a staff member signs in at a device.

use beadsbox_domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::rows::Staff;

/// Name and password, and what else the server asked for, sent with the device's token.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    /// The staff member's name, case-blind.
    #[schema(max_length = 100)]
    pub name: String,
    /// Their password.
    #[schema(max_length = 200)]
    pub password: String,
    /// A code of their authenticator, or a recovery code. Asked for with `second_factor_needed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40)]
    pub code: Option<String>,
    /// What takes the place of a one-time password. Asked for with `password_change_needed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub new_password: Option<String>,
}

impl SignInRequest {
    /// With name and password alone, as every sign-in begins.
    pub fn new(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self { name: name.into(), password: password.into(), code: None, new_password: None }
    }
}

/// `PUT /v1/sessions/password`: whoever is signed in changes their password, sent with the session's token.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordRequest {
    /// The password that they have.
    #[schema(max_length = 200)]
    pub password: String,
    /// The one that they want, of 8 to 200 characters.
    #[schema(max_length = 200)]
    pub new_password: String,
}

/// `PUT /v1/sessions/pin`: whoever is signed in sets their PIN, sent with the session's token.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PinRequest {
    /// Their password once more: a session left open must not become a PIN.
    #[schema(max_length = 200)]
    pub password: String,
    /// 6 to 10 digits that are not easily guessed; none to have no PIN any more.
    #[schema(max_length = 10)]
    pub pin: Option<String>,
}

/// A session.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SignInResponse {
    /// 256 random bits, hexadecimal: the bearer token of the administration.
    pub token: String,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// Who signed in.
    pub staff: Staff,
}
