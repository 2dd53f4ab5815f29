//! A buyer's data beside the operations: sent with the push that sells, erasable on its own.

use beadsbox_domain::{Person, PersonHash};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A person with the salt of its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaltedPerson {
    /// 16 random bytes, hexadecimal.
    #[schema(min_length = 32, max_length = 32)]
    pub salt: String,
    /// The person as JSON text, byte for byte what was hashed.
    #[schema(max_length = 16384)]
    pub person: String,
}

/// Why a person is not taken.
#[derive(Debug, thiserror::Error)]
pub enum PersonError {
    /// The salt is not 32 hexadecimal digits.
    #[error("the salt is 16 bytes in hexadecimal")]
    Salt,
    /// The text is no person.
    #[error("unreadable: {0}")]
    Unreadable(#[from] serde_json::Error),
}

impl SaltedPerson {
    /// A person under a fresh salt.
    pub fn new(person: &Person, salt: [u8; 16]) -> Result<Self, PersonError> {
        Ok(Self { salt: hex::encode(salt), person: serde_json::to_string(person)? })
    }

    /// `SHA-256(salt ‖ person)`, as operations name it.
    pub fn hash(&self) -> Result<PersonHash, PersonError> {
        let mut salt = [0; 16];
        hex::decode_to_slice(&self.salt, &mut salt).map_err(|_| PersonError::Salt)?;
        Ok(PersonHash(Sha256::new().chain_update(salt).chain_update(self.person.as_bytes()).finalize().into()))
    }

    /// The person itself.
    pub fn open(&self) -> Result<Person, PersonError> {
        Ok(serde_json::from_str(&self.person)?)
    }
}
