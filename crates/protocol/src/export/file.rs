//! The bytes of a file.

use ed25519_dalek::SigningKey;
use sha2::{Digest as _, Sha256};

use super::{ExportError, MOST_FILE_BYTES, MOST_MANIFEST_BYTES, Manifest};
use crate::chain::ChainHash;

/// Every version begins with it, and goes on with its number and a line's end.
const NAME: &[u8] = b"beadsbox outbox ";
const VERSION: &[u8] = b"1\n";
const SIGNATURE_BYTES: usize = 64;

/// A file that was read whole: every byte is as its device wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportFile<'a> {
    /// The manifest.
    pub manifest: Manifest,
    /// Its text, byte for byte.
    pub manifest_text: &'a str,
    /// The device's signature over it.
    pub signature: &'a [u8; SIGNATURE_BYTES],
    /// The parts, sealed, in order.
    pub parts: Vec<&'a [u8]>,
}

/// The file of those parts. Their digests stand in the manifest.
pub fn write(manifest: &Manifest, key: &SigningKey, parts: &[Vec<u8>]) -> Result<Vec<u8>, ExportError> {
    let text = serde_json::to_string(manifest).map_err(|_| ExportError::TooLarge)?;
    let length = u32::try_from(text.len()).ok().filter(|_| text.len() <= MOST_MANIFEST_BYTES).ok_or(ExportError::TooLarge)?;
    let signature = Manifest::sign(key, &text);
    let mut bytes = [NAME, VERSION, &length.to_be_bytes(), text.as_bytes(), &signature].concat();
    for part in parts {
        bytes.extend_from_slice(part);
    }
    if bytes.len() as u64 > MOST_FILE_BYTES { Err(ExportError::TooLarge) } else { Ok(bytes) }
}

impl<'a> ExportFile<'a> {
    /// Reads a file, and checks all of it that can be checked without the server's key.
    pub fn read(bytes: &'a [u8]) -> Result<Self, ExportError> {
        let rest = bytes.strip_prefix(NAME).ok_or(ExportError::NotAnExport)?;
        let rest = match rest.strip_prefix(VERSION) {
            Some(rest) => rest,
            None if rest.len() < VERSION.len() => return Err(ExportError::Cut),
            None if rest.first().is_some_and(u8::is_ascii_digit) => return Err(ExportError::Newer),
            None => return Err(ExportError::NotAnExport),
        };
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(ExportError::Cut)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        if length > MOST_MANIFEST_BYTES {
            return Err(ExportError::Altered("its table of contents is larger than any"));
        }
        let (text, rest) = rest.split_at_checked(length).ok_or(ExportError::Cut)?;
        let (signature, mut rest) = rest.split_first_chunk::<SIGNATURE_BYTES>().ok_or(ExportError::Cut)?;
        let text = std::str::from_utf8(text).map_err(|_| ExportError::Altered("its table of contents is no text"))?;
        let manifest = Manifest::read(text, signature)?;
        let mut parts = Vec::with_capacity(manifest.parts.len());
        for part in &manifest.parts {
            let (sealed, behind) = usize::try_from(part.bytes).ok().and_then(|bytes| rest.split_at_checked(bytes)).ok_or(ExportError::Cut)?;
            if digest(sealed) != part.sha256 {
                return Err(ExportError::Altered("a part is not what the table of contents says"));
            }
            parts.push(sealed);
            rest = behind;
        }
        if rest.is_empty() {
            Ok(Self { manifest, manifest_text: text, signature, parts })
        } else {
            Err(ExportError::Altered("something stands behind its end"))
        }
    }
}

/// What a manifest says of a part's bytes.
pub fn digest(sealed: &[u8]) -> ChainHash {
    ChainHash(Sha256::digest(sealed).into())
}
