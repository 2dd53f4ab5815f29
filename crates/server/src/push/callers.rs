//! Who pushed here before, by token: so a body is read, and its signature can be checked, without asking the database. Whether the token is still the device's the
//! transaction looks that takes the operations.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use axum::http::StatusCode;
use beadsbox_domain::DeviceId;
use beadsbox_protocol::ErrorCode;
use ed25519_dalek::VerifyingKey;

use crate::{db::device::Device, error::Failure};

/// The most that are kept. One more, and all are asked for anew: no organisation has as many devices.
const MOST: usize = 10_000;

/// A device, by the token with which it calls. A device's key never changes.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub id: DeviceId,
    pub token_hash: [u8; 32],
    pub key: VerifyingKey,
}

impl Caller {
    pub fn new(device: &Device, token_hash: [u8; 32]) -> Result<Self, Failure> {
        Ok(Self { id: device.id, token_hash, key: device.verifying_key()? })
    }

    /// Whether it may still call by that token. The device's row is locked.
    pub(super) fn check(&self, token_hash: Option<&[u8]>) -> Result<(), Failure> {
        if token_hash == Some(&self.token_hash) { Ok(()) } else { Err(unknown_device()) }
    }
}

/// Nobody has that token.
pub(crate) fn unknown_device() -> Failure {
    Failure::told(StatusCode::UNAUTHORIZED, ErrorCode::UnknownDevice, "no device has this token")
}

/// Those who called this process.
#[derive(Default)]
pub(crate) struct Callers(Mutex<HashMap<[u8; 32], Caller>>);

impl Callers {
    pub fn find(&self, token_hash: &[u8; 32]) -> Option<Caller> {
        self.known().get(token_hash).cloned()
    }

    pub fn add(&self, caller: &Caller) {
        let mut known = self.known();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(caller.token_hash, caller.clone());
    }

    pub(super) fn forget_if_unknown(&self, caller: &Caller, failure: &Failure) {
        if matches!(failure, Failure::Told(problem) if problem.code == ErrorCode::UnknownDevice) {
            self.known().remove(&caller.token_hash);
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<[u8; 32], Caller>> {
        // What is in it is whole whatever happened.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
