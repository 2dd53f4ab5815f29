//! Snapshots as a server makes them, of what the server in memory holds.

use std::{collections::HashSet, fs};

use beadsbox_domain::{Status, Voucher};
use beadsbox_protocol::{
    digest::{Digester, IdRange, RowKind},
    flat::{FlatTexts, FlatVoucher},
    pull::Cursor,
    rows::{Row, RowKey},
    snapshot::{Chunk, Manifest, Record, SNAPSHOT_FORMAT, content_hash},
};
use beadsbox_store::{Store, VoucherQuery};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Device, EPOCH, SHOP, STAFF, at, server::Server};

/// A snapshot and its chunks.
pub struct Snapshot {
    pub manifest: Manifest,
    pub chunks: Vec<Vec<u8>>,
}

fn flat<T>(server: &Server, voucher: &Voucher, take: impl FnOnce(&FlatVoucher<'_>) -> T) -> T {
    let content = serde_json::to_string(&voucher.snapshot).unwrap();
    take(&FlatVoucher::new(voucher, &FlatTexts::of(voucher).unwrap(), content_hash(&content), server.persons.get(&voucher.id)))
}

/// The digest of all vouchers that the server holds.
pub fn voucher_digest(server: &Server) -> (u64, String) {
    let mut digester = Digester::default();
    for voucher in server.vouchers.values() {
        flat(server, voucher, |flat| digester.voucher(flat).unwrap());
    }
    digester.finish()
}

struct Maker {
    open: (Vec<u8>, u64),
    snapshot: Snapshot,
}

impl Maker {
    fn add(&mut self, record: &Record<'_>) {
        let bytes = record.write(std::mem::take(&mut self.open.0)).unwrap();
        self.open = (bytes, self.open.1 + u64::from(!matches!(record, Record::Content(_))));
    }

    fn close(&mut self) {
        let (plain, rows) = std::mem::take(&mut self.open);
        let bytes = zstd::bulk::compress(&plain, 1).unwrap();
        let sha256 = hex::encode(Sha256::digest(&bytes));
        self.snapshot.manifest.chunks.push(Chunk { rows, bytes: bytes.len() as u64, plain_bytes: plain.len() as u64, sha256 });
        self.snapshot.manifest.rows += rows;
        self.snapshot.manifest.bytes += bytes.len() as u64;
        self.snapshot.chunks.push(bytes);
    }
}

/// Everything that the server holds, in chunks of so many vouchers.
pub fn of(server: &Server, vouchers_a_chunk: usize) -> Snapshot {
    let (vouchers, voucher_digest) = voucher_digest(server);
    let manifest = Manifest {
        id: Uuid::now_v7(),
        format: SNAPSHOT_FORMAT,
        epoch: server.epoch,
        cursor: Cursor { seq: server.head(), tag: format!("tag {}", server.head()) },
        rows: 0,
        vouchers,
        voucher_digest,
        bytes: 0,
        chunks: Vec::new(),
        made_at: at(0),
    };
    let mut maker = Maker { open: (Vec::new(), 0), snapshot: Snapshot { manifest, chunks: Vec::new() } };
    let others = [RowKey::Shop(SHOP), RowKey::Staff(STAFF), RowKey::Settings]
        .into_iter()
        .chain(server.templates.keys().map(|id| RowKey::Template(*id)))
        .chain(server.conflicts.keys().map(|id| RowKey::Conflict(*id)));
    for key in others {
        let row: Row = server.row(key);
        maker.add(&Record::Row(&serde_json::to_string(&row).unwrap()));
    }
    maker.close();
    let mut contents = HashSet::new();
    for (number, voucher) in server.vouchers.values().enumerate() {
        if number > 0 && number % vouchers_a_chunk == 0 {
            maker.close();
        }
        let content = serde_json::to_string(&voucher.snapshot).unwrap();
        if contents.insert(content.clone()) {
            maker.add(&Record::Content(&content));
        }
        flat(server, voucher, |flat| maker.add(&Record::Voucher(flat.clone())));
    }
    maker.close();
    maker.snapshot
}

/// Takes the chunks from where the load stands, so many at most.
pub fn load_some(store: &beadsbox_store::Store, snapshot: &Snapshot, most: usize) -> usize {
    let first = store.begin_load(&snapshot.manifest).unwrap().next_chunk;
    let mut next = first;
    for (number, chunk) in snapshot.chunks.iter().enumerate().skip(first).take(most) {
        next = store.load_chunk(number, chunk).unwrap().0.next_chunk;
    }
    next
}

/// Takes all that is left, and puts it in place.
pub fn load_all(store: &beadsbox_store::Store, snapshot: &Snapshot) {
    load_some(store, snapshot, usize::MAX);
    while store.finish_load().unwrap() != beadsbox_store::LoadStep::InPlace {}
}

/// A server that sold so many vouchers.
pub fn selling(vouchers: u64) -> Server {
    let mut server = Server::new(EPOCH);
    (1..=vouchers).for_each(|number| server.sell_there(number, &format!("Buyer {number}")));
    server
}

/// Everything of a kind.
pub fn all(kind: RowKind) -> IdRange {
    IdRange { kind, after: None, through: None }
}

/// All that the lists show, in one piece.
pub fn shown(store: &Store) -> Vec<(String, Status, bool)> {
    let page = store.view().unwrap().voucher_page(&VoucherQuery::newest(500)).unwrap();
    page.rows.into_iter().map(|row| (row.voucher.code.compact(), row.voucher.status, row.waiting)).collect()
}

/// The files of the cache.
pub fn names(device: &Device) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(device.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("cache"))
        .collect();
    names.sort();
    names
}

/// The cache holds exactly the vouchers that the server holds.
pub fn assert_same_vouchers(store: &Store, server: &Server) {
    let digest = store.range_digest(&all(RowKind::Voucher)).unwrap();
    assert_eq!((digest.rows, digest.digest), voucher_digest(server));
}
