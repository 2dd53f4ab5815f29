//! A device's operations as a file, for a till that will not be online again: an admin takes it in at any other device.
//!
//! The file has a line that names its version, the manifest as JSON behind its length, the device's signature over it, and the parts.
//! The manifest is readable by anybody and names no buyer and no voucher's code: who made the file, for which server, and what is in it. Each
//! part is a [`PushRequest`], exactly as the device would have pushed it, compressed and sealed so that only the server opens it ([`seal`]).
//! The signature covers the manifest, and the manifest the digest of each part: no byte of the file can change unseen.

mod file;
mod issuer;
pub mod seal;
mod summary;

use beadsbox_domain::Timestamp;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    MOST_OPERATIONS,
    chain::{ChainHash, Incarnation},
    push::PushRequest,
};

pub use file::{ExportFile, digest, write};
pub use issuer::Issuer;
pub use summary::{CurrencySum, Summary};

/// How the names of such files end, without the dot.
pub const EXTENSION: &str = "beadsbox";
/// The most parts of a file: a million operations.
pub const MOST_PARTS: usize = 2_000;
/// The most bytes of a manifest.
pub const MOST_MANIFEST_BYTES: usize = 512 * 1024;
/// The most bytes of a part, sealed.
pub const MOST_SEALED_BYTES: usize = 2 * 1024 * 1024;
/// The most bytes of a part, as JSON.
pub const MOST_PLAIN_BYTES: usize = 8 * 1024 * 1024;
/// The most bytes of a file.
pub const MOST_FILE_BYTES: u64 = 512 * 1024 * 1024;

const SIGNED: &[u8] = b"beadsbox export 1";

/// What a file says of itself, signed by the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Who made it.
    pub issuer: Issuer,
    /// The Ed25519 key of the server that it is for, hexadecimal.
    pub server_public_key: String,
    /// The server's epoch, as the device knew it.
    pub epoch: Uuid,
    /// Which life of the device.
    pub incarnation: Incarnation,
    /// Place of the first operation in the device's order.
    pub first_seq: u64,
    /// Place of the last.
    pub last_seq: u64,
    /// The chain's hash before the first.
    pub hash_before: ChainHash,
    /// The chain's hash after the last.
    pub tip: ChainHash,
    /// When it was made, by the device's clock.
    pub exported_at: Timestamp,
    /// What is in it.
    pub summary: Summary,
    /// The parts, in order.
    pub parts: Vec<Part>,
}

/// One part of a file: a push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Place of its first operation.
    pub first_seq: u64,
    /// How many operations.
    pub operations: u64,
    /// How many bytes, sealed.
    pub bytes: u64,
    /// SHA-256 of the sealed bytes.
    pub sha256: ChainHash,
}

/// Why bytes are not taken for such a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// Something else.
    #[error("no file of operations")]
    NotAnExport,
    /// Made by a newer program.
    #[error("made by a newer program")]
    Newer,
    /// More than any device makes.
    #[error("larger than any file of operations")]
    TooLarge,
    /// It ends before its end.
    #[error("the file is cut off")]
    Cut,
    /// Not as its device made it.
    #[error("the file was altered: {0}")]
    Altered(&'static str),
    /// For another server, or of a device that this server never certified.
    #[error("made for another server")]
    OtherServer,
}

impl Manifest {
    /// Signs the text of a manifest.
    pub fn sign(key: &SigningKey, text: &str) -> [u8; 64] {
        key.sign(&[SIGNED, text.as_bytes()].concat()).to_bytes()
    }

    /// Reads a manifest that its own device signed, whose parts follow one another. Whether anybody knows that device is
    /// for [`Self::is_for`].
    pub fn read(text: &str, signature: &[u8]) -> Result<Self, ExportError> {
        if text.len() > MOST_MANIFEST_BYTES {
            return Err(ExportError::TooLarge);
        }
        let manifest: Self = serde_json::from_str(text).map_err(|_| ExportError::Altered("its table of contents cannot be read"))?;
        let signature = Signature::from_slice(signature).map_err(|_| ExportError::Altered("its signature cannot be read"))?;
        let signed = manifest.issuer.key().is_some_and(|key| key.verify_strict(&[SIGNED, text.as_bytes()].concat(), &signature).is_ok());
        if !signed {
            return Err(ExportError::Altered("its table of contents is not signed by its device"));
        }
        if manifest.is_whole() {
            Ok(manifest)
        } else {
            Err(ExportError::Altered("its parts do not follow one another"))
        }
    }

    /// Refuses what is not for the server of that key, or of a device that it never certified.
    pub fn is_for(&self, server: &VerifyingKey) -> Result<(), ExportError> {
        let named = self.server_public_key == hex::encode(server.as_bytes());
        if named && self.issuer.is_certified_by(server) { Ok(()) } else { Err(ExportError::OtherServer) }
    }

    /// Whether that push is what the part of that number says.
    pub fn holds(&self, number: usize, push: &PushRequest) -> bool {
        self.parts.get(number).is_some_and(|part| {
            let by_issuer = push.device_id == self.issuer.device_id && push.incarnation == self.incarnation;
            let last = number + 1 == self.parts.len();
            by_issuer && push.first_seq == part.first_seq && push.ops.len() as u64 == part.operations && (!last || push.chain_tip == self.tip.to_string())
        })
    }

    fn is_whole(&self) -> bool {
        if self.parts.is_empty() || self.parts.len() > MOST_PARTS || self.first_seq == 0 {
            return false;
        }
        let mut next = self.first_seq;
        for part in &self.parts {
            let fits = (1..=MOST_OPERATIONS as u64).contains(&part.operations) && part.bytes <= MOST_SEALED_BYTES as u64;
            match next.checked_add(part.operations) {
                Some(after) if fits && part.first_seq == next => next = after,
                _ => return false,
            }
        }
        next - 1 == self.last_seq && self.summary.operations == next - self.first_seq
    }
}

/// What an admin hands to the server of a file: `POST /v1/admin/outbox-imports`, a part at a time.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportRequest {
    /// The manifest, byte for byte.
    #[schema(max_length = 524_288)]
    pub manifest: String,
    /// The device's signature over it, base64.
    pub signature: String,
    /// Which part this is, from 0.
    #[schema(maximum = 1999)]
    pub part: u32,
    /// The part as it stands in the file, base64.
    pub sealed: String,
}

/// What became of a part. It is on the server's disk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ImportResponse {
    /// How many of its operations the server had already: they changed nothing.
    pub known: u64,
    /// How many were new.
    pub new: u64,
    /// How many of the new ones were applied.
    pub applied: u64,
    /// How many of them are a conflict now.
    pub conflicts: u64,
    /// How many of them were refused.
    pub rejected: u64,
    /// How many of them wait: for the server's upgrade, or in quarantine.
    pub open: u64,
    /// The device is revoked, or a copy: the new ones wait for an admin in quarantine.
    pub quarantined: bool,
    /// The server did not know the device any more, and knows it again by its certificate.
    pub recognised: bool,
    /// When this part was taken in the first time, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub taken_in_before: Option<Timestamp>,
}
