//! `GET /v1/sync/digest` and `GET /v1/sync/range`: proves that a device's cache holds exactly the server's rows, range by range,
//! and repairs the range that differs.
//!
//! A range is the next `limit` rows of one kind after an id, in the order of the ids' bytes. Its digest is SHA-256 over its rows
//! one after the other, each as `length (8 bytes, big-endian) ‖ bytes`: a voucher as postcard writes [`crate::flat::FlatVoucher`],
//! any other row as its JSON. A counter's rows have neither e-mail addresses nor messages.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{flat::FlatVoucher, pull::Cursor, rows::Row};

/// The most rows of a range.
pub const MOST_RANGE_ROWS: u32 = 4096;

/// The kinds of rows, in the order in which they are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    /// Shops.
    Shop,
    /// Staff.
    Staff,
    /// Devices.
    Device,
    /// What the organisation set: one row, with the nil id.
    Settings,
    /// Templates.
    Template,
    /// Conflicts.
    Conflict,
    /// Vouchers.
    Voucher,
}

impl RowKind {
    /// All of them, in order.
    pub const ALL: [Self; 7] = [Self::Shop, Self::Staff, Self::Device, Self::Settings, Self::Template, Self::Conflict, Self::Voucher];
}

/// A range to compare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DigestQuery {
    /// The server's epoch, as the device knows it.
    pub epoch: Uuid,
    /// [`crate::snapshot::SNAPSHOT_FORMAT`], as the device computes it.
    pub format: u32,
    /// Where the device's cache stands in the feed.
    pub cursor: u64,
    /// Which rows.
    pub kind: RowKind,
    /// Rows after this id; all from the first where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Uuid>,
    /// How many rows at most, 1 to 4096.
    pub limit: u32,
}

/// What the server says of a range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DigestAnswer {
    /// The server's feed is further, or something of the range is still on its way into it: pull, and ask again.
    Moving,
    /// The server computes another format: nothing can be compared.
    OtherFormat,
    /// What it holds.
    Range(RangeDigest),
}

/// A range's digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RangeDigest {
    /// The last id of the range: the next one begins after it. None where the range reaches to the end of all ids.
    pub through: Option<Uuid>,
    /// How many rows.
    pub rows: u64,
    /// SHA-256, hexadecimal.
    pub digest: String,
}

/// The rows of a range, to repair it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RangeQuery {
    /// The server's epoch, as the device knows it.
    pub epoch: Uuid,
    /// Which rows.
    pub kind: RowKind,
    /// Rows after this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Uuid>,
    /// Up to this one, included; to the end where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<Uuid>,
}

/// The rows of a range as the server holds them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RangeRows {
    /// Where the feed stood.
    pub at: Cursor,
    /// All rows of the range, or, where it has grown beyond 4096 rows, the first of them.
    pub rows: Vec<Row>,
    /// The last id that `rows` covers; none where they cover the range.
    pub covered: Option<Uuid>,
}

/// A range of rows of one kind, in the order of their ids: after one id, up to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdRange {
    /// Which rows.
    pub kind: RowKind,
    /// After this id; from the first where there is none.
    pub after: Option<Uuid>,
    /// Up to this one, included; to the last where there is none.
    pub through: Option<Uuid>,
}

/// What a device's cache holds of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalDigest {
    /// Where the cache stood.
    pub cursor: Cursor,
    /// How many rows.
    pub rows: u64,
    /// Their digest, hexadecimal.
    pub digest: String,
}

/// Computes a range's digest.
#[derive(Debug, Clone, Default)]
pub struct Digester {
    hash: Sha256,
    rows: u64,
    buffer: Vec<u8>,
}

impl Digester {
    /// The next voucher.
    pub fn voucher(&mut self, voucher: &FlatVoucher<'_>) -> Result<(), postcard::Error> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        let buffer = postcard::to_extend(voucher, buffer)?;
        self.row(&buffer);
        self.buffer = buffer;
        Ok(())
    }

    /// The next row of another kind: its JSON, without the kind around it.
    pub fn row(&mut self, bytes: &[u8]) {
        self.hash.update((bytes.len() as u64).to_be_bytes());
        self.hash.update(bytes);
        self.rows += 1;
    }

    /// How many rows, and their digest in hexadecimal.
    pub fn finish(self) -> (u64, String) {
        (self.rows, hex::encode(self.hash.finalize()))
    }
}
