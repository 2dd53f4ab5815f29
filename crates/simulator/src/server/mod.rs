//! The server's database in memory, with the real decisions ([`beadsbox_authority`]) over it.

mod answer;
mod expiry;
mod feed;
mod lives;
mod pull;
mod push;
mod quarantine;
mod recognise;
mod snapshot;
mod tables;
mod take;

pub use lives::Held;
pub use quarantine::REFUSED_BECAUSE;
pub use recognise::certificate;
pub use tables::{DeviceRecord, Stored, Tables};

use beadsbox_authority::{Identity, first_commit_no};
use beadsbox_domain::Timestamp;
use beadsbox_protocol::{ErrorCode, Problem};
use ed25519_dalek::SigningKey;
use uuid::Uuid;

use crate::{
    breakage::Breakage,
    names::{self, Tag},
    plan::Size,
};

/// The server: its tables, and what is not in them.
pub struct Server {
    /// What is committed.
    pub tables: Tables,
    /// What was kept of them.
    pub backup: Option<Tables>,
    /// The sequencer does nothing: what is committed stays in the inbox.
    pub sequencer_stopped: bool,
    /// How many rows a page holds at most.
    page_rows: usize,
    /// Lives so far.
    epochs: u64,
    /// From how many entities in the feed on a snapshot is made.
    snapshot_from: usize,
    snapshots: Vec<snapshot::Snapshot>,
    snapshots_made: u64,
    /// Operations of its own, over all its lives: each has another id.
    own_operations_made: u64,
    breakage: Option<Breakage>,
}

/// Why a request is not done.
pub type Refused = Box<Problem>;

/// The key that signs receipts.
fn signing_key() -> SigningKey {
    SigningKey::from_bytes(&[42; 32])
}

/// Its public half.
pub fn public_key() -> [u8; 32] {
    signing_key().verifying_key().to_bytes()
}

fn refused(status: u16, code: ErrorCode, title: &str) -> Refused {
    Box::new(Problem::new(status, code, title))
}

impl Server {
    /// A server with an organisation, its people, and so many devices.
    pub fn new(size: &Size, breakage: Option<Breakage>) -> Self {
        let identity = Identity { epoch: names::id(Tag::Epoch, 0, 1), signing_key: signing_key() };
        let mut tables = Tables::new(identity);
        tables.found(size);
        tables.sequence(None);
        Self {
            tables,
            backup: None,
            sequencer_stopped: false,
            page_rows: size.page_rows,
            epochs: 1,
            own_operations_made: 0,
            snapshot_from: size.snapshot_from,
            snapshots: Vec::new(),
            snapshots_made: 0,
            breakage,
        }
    }

    /// The epoch.
    pub fn epoch(&self) -> Uuid {
        self.tables.identity.epoch
    }

    /// Keeps a backup.
    pub fn back_up(&mut self) {
        self.backup = Some(self.tables.clone());
    }

    /// Goes back to the backup, in a new epoch. False where there is none.
    pub fn rewind(&mut self, now: Timestamp) -> bool {
        let Some(backup) = &self.backup else { return false };
        self.tables = backup.clone();
        self.epochs += 1;
        self.tables.identity.epoch = names::id(Tag::Epoch, 0, self.epochs);
        self.tables.last_commit = first_commit_no(self.tables.last_commit, now) - 1;
        true
    }

    /// The last number that was given, over all epochs.
    pub const fn last_commit(&self) -> i64 {
        self.tables.last_commit
    }

    /// Moves what is committed into the feed, unless the sequencer is stopped.
    pub fn settle(&mut self) {
        if !self.sequencer_stopped {
            self.tables.sequence(self.breakage);
        }
    }

    /// Revokes a device.
    pub fn revoke(&mut self, device: beadsbox_domain::DeviceId) {
        self.tables.revoke(device);
        self.settle();
    }

    /// Bars a staff member, or lets them in again.
    pub fn bar(&mut self, number: u32, now: Timestamp) {
        self.tables.bar(names::staff(number), now);
        self.settle();
    }
}
