//! `POST /v1/devices/enrol`: a new device shows a one-time code and its public key.

use beadsbox_domain::{DeviceId, ShopId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{chain::Incarnation, export::Issuer, profile::Profile, rows::Shop};

/// The request. Sent again with the same key it gets the same device: the reply may have been lost.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolRequest {
    /// The one-time code.
    #[schema(max_length = 40)]
    pub code: String,
    /// What people call the device.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Ed25519, hexadecimal.
    #[schema(min_length = 64, max_length = 64)]
    pub public_key: String,
    /// Ed25519 signature over `"beadsbox enrol 1" ‖ code`, base64: whoever enrols holds the private half.
    pub proof: String,
}

/// The new device's identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EnrolResponse {
    /// The device.
    pub device_id: DeviceId,
    /// Its first life.
    pub incarnation: Incarnation,
    /// 256 random bits, hexadecimal: the bearer token of every later request.
    pub token: String,
    /// Where it stands.
    pub shop: Shop,
    /// What it is sent.
    pub profile: Profile,
    /// The server's epoch.
    pub epoch: Uuid,
    /// The server's Ed25519 key, hexadecimal.
    pub server_public_key: String,
    /// When it was enrolled.
    #[schema(value_type = String, format = DateTime)]
    pub enrolled_at: Timestamp,
    /// The server's signature over the enrolment, base64: a server restored from an older backup knows the device by it.
    pub certificate: String,
}

/// The bytes that `proof` signs.
pub fn proof_message(code: &str) -> Vec<u8> {
    [b"beadsbox enrol 1", code.as_bytes()].concat()
}

/// The bytes that `certificate` signs.
pub fn certificate_message(device: DeviceId, shop: ShopId, profile: Profile, public_key: &[u8; 32], enrolled_at: Timestamp) -> Vec<u8> {
    let profile = profile.name().as_bytes();
    [b"beadsbox device 1", device.0.as_bytes().as_slice(), shop.0.as_bytes(), public_key, &enrolled_at.as_millisecond().to_be_bytes(), profile].concat()
}

/// `POST /v1/devices/recognise`: a device that was enrolled after the backup from which the server was restored shows its
/// certificate, and is known again under the bearer token that it sends with the request.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecogniseRequest {
    /// The device.
    pub device_id: DeviceId,
    /// What people call it.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Where it stands.
    pub shop: Shop,
    /// What it is sent.
    pub profile: Profile,
    /// Ed25519, hexadecimal.
    #[schema(min_length = 64, max_length = 64)]
    pub public_key: String,
    /// When it was enrolled.
    #[schema(value_type = String, format = DateTime)]
    pub enrolled_at: Timestamp,
    /// The server's signature, as it came with the enrolment, base64.
    pub certificate: String,
    /// The device's Ed25519 signature over `"beadsbox recognise 1" ‖ device id ‖ SHA-256 of the bearer token`, base64.
    pub proof: String,
}

impl RecogniseRequest {
    /// The device and its certificate.
    pub fn issuer(&self) -> Issuer {
        Issuer {
            device_id: self.device_id,
            name: self.name.clone(),
            shop: self.shop.clone(),
            profile: self.profile,
            public_key: self.public_key.clone(),
            enrolled_at: self.enrolled_at,
            certificate: self.certificate.clone(),
        }
    }
}

/// The answer to [`RecogniseRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RecogniseResponse {
    /// The server's epoch.
    pub epoch: Uuid,
}

/// The bytes that the proof of a [`RecogniseRequest`] signs.
pub fn recognise_message(device: DeviceId, token_hash: &[u8; 32]) -> Vec<u8> {
    [b"beadsbox recognise 1", device.0.as_bytes().as_slice(), token_hash].concat()
}
