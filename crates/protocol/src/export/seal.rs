//! Sealed so that only the holder of an Ed25519 key opens it: what a sealed box does, with the key that the device has of its server.
//!
//! X25519 between a fresh key and the server's, HKDF-SHA256 over the shared secret, ChaCha20-Poly1305 under a key that serves once. An Ed25519
//! key may serve X25519 as well (Thormarker, "On using the same key pair for Ed25519 and an X25519 based KEM", 2021); the words that each
//! signature and each derived key begin with keep the two uses apart.

use beadsbox_domain::DeviceId;
use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit as _, Nonce,
    aead::{Aead as _, Payload},
};
use curve25519_dalek::montgomery::MontgomeryPoint;
use ed25519_dalek::{SigningKey, VerifyingKey};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{MOST_PLAIN_BYTES, MOST_SEALED_BYTES};
use crate::{chain::Incarnation, push::PushRequest};

const SEAL: &[u8] = b"beadsbox seal 1";
const KEY_BYTES: usize = 32;
/// zstd's own default.
const LEVEL: i32 = 3;

/// Why something was not sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It is larger than any push.
    #[error("larger than any push")]
    TooLarge,
    /// Not sealed for this key, or altered since.
    #[error("not sealed for this key, or altered")]
    Broken,
    /// What was sealed is no push.
    #[error("what was sealed cannot be read: {0}")]
    Unreadable(String),
}

/// Where a sealed push stands: it opens in its own place alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The device.
    pub device: DeviceId,
    /// Which life of it.
    pub incarnation: Incarnation,
    /// Place of the first operation.
    pub first_seq: u64,
}

impl Place {
    fn bytes(&self) -> Vec<u8> {
        [SEAL, self.device.0.as_bytes(), &self.incarnation.to_be_bytes(), &self.first_seq.to_be_bytes()].concat()
    }
}

/// Seals a push for the server of that key. `fresh`: 32 random bytes that serve once.
pub fn seal(server: &VerifyingKey, place: Place, push: &PushRequest, fresh: [u8; 32]) -> Result<Vec<u8>, SealError> {
    let plain = Zeroizing::new(serde_json::to_vec(push).map_err(|error| SealError::Unreadable(error.to_string()))?);
    if plain.len() > MOST_PLAIN_BYTES {
        return Err(SealError::TooLarge);
    }
    let packed = Zeroizing::new(zstd::bulk::compress(&plain, LEVEL).map_err(|error| SealError::Unreadable(error.to_string()))?);
    let fresh = Zeroizing::new(fresh);
    let (theirs, own) = (server.to_montgomery(), MontgomeryPoint::mul_base_clamped(*fresh));
    let shared = Zeroizing::new(theirs.mul_clamped(*fresh).to_bytes());
    let cipher = cipher(&own, &theirs, &shared)?;
    let sealed = cipher.encrypt(&Nonce::default(), Payload { msg: &packed, aad: &place.bytes() }).map_err(|_| SealError::TooLarge)?;
    let sealed = [own.as_bytes().as_slice(), &sealed].concat();
    if sealed.len() > MOST_SEALED_BYTES { Err(SealError::TooLarge) } else { Ok(sealed) }
}

/// Opens what was sealed for that key, in that place.
pub fn open(key: &SigningKey, place: Place, sealed: &[u8]) -> Result<PushRequest, SealError> {
    if sealed.len() > MOST_SEALED_BYTES {
        return Err(SealError::TooLarge);
    }
    let (theirs, sealed) = sealed.split_first_chunk::<KEY_BYTES>().ok_or(SealError::Broken)?;
    let (theirs, own) = (MontgomeryPoint(*theirs), key.verifying_key().to_montgomery());
    let secret = Zeroizing::new(key.to_scalar_bytes());
    let shared = Zeroizing::new(theirs.mul_clamped(*secret).to_bytes());
    let cipher = cipher(&theirs, &own, &shared)?;
    let packed = cipher.decrypt(&Nonce::default(), Payload { msg: sealed, aad: &place.bytes() }).map_err(|_| SealError::Broken)?;
    let plain = Zeroizing::new(zstd::bulk::decompress(&Zeroizing::new(packed), MOST_PLAIN_BYTES).map_err(|error| SealError::Unreadable(error.to_string()))?);
    serde_json::from_slice(&plain).map_err(|error| SealError::Unreadable(error.to_string()))
}

/// The cipher of one seal. A shared secret of nothing but zeros comes from a key that is none.
fn cipher(fresh: &MontgomeryPoint, server: &MontgomeryPoint, shared: &[u8; 32]) -> Result<ChaCha20Poly1305, SealError> {
    if shared.iter().all(|byte| *byte == 0) {
        return Err(SealError::Broken);
    }
    let salt = [fresh.as_bytes().as_slice(), server.as_bytes()].concat();
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(&salt), shared).expand(SEAL, key.as_mut_slice()).map_err(|_| SealError::Broken)?;
    ChaCha20Poly1305::new_from_slice(key.as_slice()).map_err(|_| SealError::Broken)
}
