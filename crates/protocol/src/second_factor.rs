//! The second factor of whoever is signed in, sent with the session's token: an authenticator app (RFC 6238), and ten recovery codes.

use beadsbox_domain::Timestamp;
use serde::{Deserialize, Serialize};

/// `GET /v1/sessions/second-factor`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SecondFactorState {
    /// Since when it is asked for at every sign-in; none where there is none.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
    /// How many recovery codes are left.
    pub recovery_codes: u32,
    /// Whether the organisation asks it of this person.
    pub required: bool,
}

/// `POST /v1/sessions/second-factor`: begins one, or another in the place of the one there is.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactorRequest {
    /// Their password once more.
    #[schema(max_length = 200)]
    pub password: String,
    /// A code of the one there is, or a recovery code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40)]
    pub code: Option<String>,
}

/// What to give to an authenticator app. It counts once a code of it is shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SecondFactorOffer {
    /// The secret in base32, for typing.
    pub secret: String,
    /// `otpauth://…`, for a QR code.
    pub url: String,
}

/// `PUT /v1/sessions/second-factor`: a code of the one that was begun. From then on it is asked for.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactorConfirmation {
    /// Six digits.
    #[schema(max_length = 40)]
    pub code: String,
}

/// Ten codes for whoever loses the authenticator, shown once: the server keeps their hashes only. Each serves once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RecoveryCodes {
    /// What to keep in a safe place.
    pub codes: Vec<String>,
}
