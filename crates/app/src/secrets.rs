//! What the keyring keeps for this device, as one entry: either all of it is there or none.

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::host::{Host, Secrets, SecretsError};

/// Keys of the files, the device's signing key, and its token once it is enrolled.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub(crate) struct DeviceSecrets {
    outbox_key: String,
    cache_key: String,
    signing_seed: String,
    pub(crate) token: Option<String>,
}

impl DeviceSecrets {
    /// What was saved; none on a new machine.
    pub(crate) fn load(secrets: &dyn Secrets) -> Result<Option<Self>, SecretsError> {
        let Some(bytes) = secrets.load()? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| SecretsError::Unreadable(error.to_string()))
    }

    /// New keys, saved before anything is locked with them.
    pub(crate) fn create(host: &Host) -> Result<Self, SecretsError> {
        let key = || hex::encode(host.random_bytes::<32>());
        let secrets = Self { outbox_key: key(), cache_key: key(), signing_seed: key(), token: None };
        secrets.save(host.secrets.as_ref())?;
        Ok(secrets)
    }

    pub(crate) fn save(&self, secrets: &dyn Secrets) -> Result<(), SecretsError> {
        let bytes = Zeroizing::new(serde_json::to_vec(self).map_err(|error| SecretsError::Unreadable(error.to_string()))?);
        secrets.save(&bytes)
    }

    pub(crate) fn store_keys(&self) -> Result<beadsbox_store::StoreKeys, SecretsError> {
        Ok(beadsbox_store::StoreKeys { outbox: bytes(&self.outbox_key)?, cache: bytes(&self.cache_key)? })
    }

    pub(crate) fn signing_key(&self) -> Result<ed25519_dalek::SigningKey, SecretsError> {
        Ok(ed25519_dalek::SigningKey::from_bytes(&bytes(&self.signing_seed)?))
    }
}

fn bytes(text: &str) -> Result<[u8; 32], SecretsError> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).map_err(|error| SecretsError::Unreadable(error.to_string()))?;
    Ok(bytes)
}
