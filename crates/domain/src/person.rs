//! The buyer's data. It never stands in an operation, only its salted hash, so that it can be erased without breaking a
//! device's chain.

use serde::{Deserialize, Serialize};

use crate::text::{Email, Message, PersonName};

/// The buyer of a voucher, and what goes to its recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Who paid.
    pub buyer: PersonName,
    /// Where mail goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// Who gets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<PersonName>,
    /// What the buyer writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
}

/// `SHA-256(salt ‖ person)`: stands for a person in operations and rows. Hex on the wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, min_length = 64, max_length = 64))]
pub struct PersonHash(pub [u8; 32]);

/// Not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a person's hash is 64 hexadecimal digits")]
pub struct NotAHash;

impl std::fmt::Display for PersonHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for PersonHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for PersonHash {
    type Error = NotAHash;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        // Each digit by itself: the parser of numbers would also take a sign.
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NotAHash);
        }
        let mut bytes = [0; 32];
        for (place, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[place * 2..place * 2 + 2], 16).map_err(|_| NotAHash)?;
        }
        Ok(Self(bytes))
    }
}

impl From<PersonHash> for String {
    fn from(hash: PersonHash) -> Self {
        hash.to_string()
    }
}
