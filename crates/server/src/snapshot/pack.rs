//! Packs rows into chunks: entries one after the other, compressed, with a hash over each chunk and a digest over all vouchers.

use std::{collections::HashSet, io::Write as _};

use beadsbox_protocol::{
    digest::Digester,
    flat::ContentHash,
    snapshot::{MOST_CHUNK_BYTES, Record},
};
use sha2::{Digest as _, Sha256};
use zstd::stream::write::Encoder;

use crate::{
    db::{flat, snapshot::NewChunk},
    error::Failure,
};

/// zstd's quickest level that still halves what the next one does: a chunk is packed once and sent often.
const LEVEL: i32 = 2;
/// A chunk ends where it has so many bytes, compressed: about what a slow line carries in a few seconds.
const CHUNK_BYTES: usize = 1024 * 1024;
/// A chunk ends before it has more bytes than a device takes, uncompressed: no entry is longer than the difference.
const MOST_PLAIN_BYTES: u64 = MOST_CHUNK_BYTES as u64 - 1024 * 1024;

/// A chunk that is being packed.
struct Open {
    encoder: Encoder<'static, Vec<u8>>,
    rows: u64,
    plain_bytes: u64,
}

impl Open {
    fn new() -> Result<Self, Failure> {
        let encoder = Encoder::new(Vec::with_capacity(CHUNK_BYTES * 5 / 4), LEVEL).map_err(defect)?;
        Ok(Self { encoder, rows: 0, plain_bytes: 0 })
    }
}

/// Takes rows, gives chunks.
pub(super) struct Packer {
    open: Option<Open>,
    entry: Vec<u8>,
    contents: HashSet<ContentHash>,
    digester: Digester,
}

/// What all vouchers together are.
pub(super) struct Packed {
    pub vouchers: u64,
    pub voucher_digest: String,
}

impl Packer {
    pub fn new() -> Self {
        Self { open: None, entry: Vec::new(), contents: HashSet::new(), digester: Digester::default() }
    }

    /// A row that is no voucher, as JSON; a chunk where it is full with it.
    pub fn row(&mut self, json: &str) -> Result<Option<NewChunk>, Failure> {
        self.put(&Record::Row(json))?;
        self.count_row()
    }

    /// A voucher, after its content where it is the first to name it; a chunk where it is full with it.
    pub fn voucher(&mut self, row: &flat::Voucher) -> Result<Option<NewChunk>, Failure> {
        if self.contents.insert(row.content.hash) {
            self.put(&Record::Content(&row.content.json))?;
        }
        let flat = row.flat();
        self.digester.voucher(&flat).map_err(defect)?;
        self.put(&Record::Voucher(flat))?;
        self.count_row()
    }

    fn put(&mut self, record: &Record<'_>) -> Result<(), Failure> {
        self.entry.clear();
        self.entry = record.write(std::mem::take(&mut self.entry)).map_err(defect)?;
        let open = match &mut self.open {
            Some(open) => open,
            None => self.open.insert(Open::new()?),
        };
        open.encoder.write_all(&self.entry).map_err(defect)?;
        open.plain_bytes += self.entry.len() as u64;
        Ok(())
    }

    fn count_row(&mut self) -> Result<Option<NewChunk>, Failure> {
        let Some(open) = &mut self.open else { return Ok(None) };
        open.rows += 1;
        if open.encoder.get_ref().len() >= CHUNK_BYTES || open.plain_bytes >= MOST_PLAIN_BYTES {
            self.cut()
        } else {
            Ok(None)
        }
    }

    /// Ends the chunk that is open.
    pub fn cut(&mut self) -> Result<Option<NewChunk>, Failure> {
        let Some(Open { encoder, rows, plain_bytes }) = self.open.take() else { return Ok(None) };
        let bytes = encoder.finish().map_err(defect)?;
        Ok(Some(NewChunk { rows, plain_bytes, sha256: Sha256::digest(&bytes).into(), bytes }))
    }

    pub fn finish(self) -> Packed {
        let (vouchers, voucher_digest) = self.digester.finish();
        Packed { vouchers, voucher_digest }
    }
}

fn defect(error: impl std::fmt::Display) -> Failure {
    Failure::Defect(format!("packing a snapshot: {error}"))
}
