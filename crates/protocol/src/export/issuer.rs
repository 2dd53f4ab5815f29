//! The device that made a file, with what proves it.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_domain::{DeviceId, Timestamp};
use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::{enrol::certificate_message, profile::Profile, rows::Shop};

/// A device and its certificate: a server that lost it to a restore knows it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// The device.
    pub device_id: DeviceId,
    /// What people call it.
    pub name: String,
    /// Where it stands.
    pub shop: Shop,
    /// What it is sent.
    pub profile: Profile,
    /// Its Ed25519 key, hexadecimal.
    pub public_key: String,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
    /// The server's signature over all of that, base64.
    pub certificate: String,
}

impl Issuer {
    /// Its key.
    pub fn key(&self) -> Option<VerifyingKey> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(&self.public_key, &mut bytes).ok()?;
        VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak())
    }

    /// Whether the server of that key enrolled it.
    pub fn is_certified_by(&self, server: &VerifyingKey) -> bool {
        let Some(key) = self.key() else { return false };
        let message = certificate_message(self.device_id, self.shop.id, self.profile, key.as_bytes(), self.enrolled_at);
        let certificate = BASE64.decode(&self.certificate).ok().and_then(|bytes| Signature::from_slice(&bytes).ok());
        certificate.is_some_and(|certificate| server.verify_strict(&message, &certificate).is_ok())
    }
}
