//! A chunk as it came: its hash, its size, and what is in it.

use beadsbox_protocol::{
    rows::Row,
    snapshot::{Chunk, MOST_CHUNK_BYTES, Record},
};
use sha2::{Digest as _, Sha256};

use crate::error::StoreError;

/// A chunk whose hash and size are the manifest's, uncompressed.
pub(crate) struct Plain {
    pub(super) number: usize,
    pub(super) rows: u64,
    bytes: Vec<u8>,
}

impl Plain {
    /// Checks and uncompresses a chunk. However small it is compressed, it makes no more than the manifest says and the format allows.
    pub(super) fn check(number: usize, described: &Chunk, bytes: &[u8]) -> Result<Self, StoreError> {
        let broken = |detail: &str| StoreError::ChunkBroken { number, detail: detail.to_owned() };
        if hex::encode(Sha256::digest(bytes)) != described.sha256 {
            return Err(broken("its hash is not the manifest's"));
        }
        let plain_bytes = usize::try_from(described.plain_bytes).ok().filter(|size| *size <= MOST_CHUNK_BYTES);
        let plain_bytes = plain_bytes.ok_or_else(|| broken("it is larger than the format allows"))?;
        let plain = zstd::bulk::decompress(bytes, plain_bytes).map_err(|error| broken(&error.to_string()))?;
        if plain.len() != plain_bytes {
            return Err(broken("its size is not the manifest's"));
        }
        Ok(Self { number, rows: described.rows, bytes: plain })
    }

    pub(super) fn broken(&self, detail: impl std::fmt::Display) -> StoreError {
        StoreError::ChunkBroken { number: self.number, detail: detail.to_string() }
    }

    /// Its entries, one after the other.
    pub(super) fn records(&self) -> impl Iterator<Item = Result<Record<'_>, StoreError>> {
        let mut rest = self.bytes.as_slice();
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            match Record::read(rest) {
                Ok((record, behind)) => {
                    rest = behind;
                    Some(Ok(record))
                }
                Err(error) => {
                    rest = &[];
                    Some(Err(self.broken(error)))
                }
            }
        })
    }

    /// A row that is no voucher.
    pub(super) fn row(&self, json: &str) -> Result<Row, StoreError> {
        match serde_json::from_str(json) {
            Ok(Row::Voucher(_)) => Err(self.broken("a voucher as JSON")),
            Ok(row) => Ok(row),
            Err(error) => Err(self.broken(error)),
        }
    }

    /// All such rows.
    pub(super) fn other_rows(&self) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        for record in self.records() {
            if let Record::Row(json) = record? {
                rows.push(self.row(json)?);
            }
        }
        Ok(rows)
    }
}
