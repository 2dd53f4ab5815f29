use beadsbox_protocol::export::{CurrencySum, ImportResponse, Manifest};
use serde::{Deserialize, Serialize};

use super::MoneyView;

/// Where a till is to save what waits.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct SaveOutboxForm {
    /// The whole path of a folder.
    pub folder: String,
    /// Not only what waits, but everything that was ever recorded here: for a server that lost some of it.
    pub everything: bool,
}

/// A file that was saved, and read back.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub struct SavedOutbox {
    /// It lies on the same disk as the program's own files, and goes with them.
    pub same_disk: bool,
    pub file: OutboxFileView,
}

/// A file of operations on a drive of this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct OutboxFileFound {
    /// Its whole path.
    pub path: String,
    pub name: String,
    pub bytes: u64,
}

/// What a file of operations says of itself. Its device signed it, and this server certified that device.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub struct OutboxFileView {
    pub path: String,
    /// Of all its bytes: what is taken in is what was looked at.
    pub digest: String,
    pub bytes: u64,
    pub device: String,
    pub shop: String,
    /// Which life of the device.
    pub incarnation: u32,
    pub saved_at: String,
    pub first_seq: u64,
    pub last_seq: u64,
    pub first_at: Option<String>,
    pub last_at: Option<String>,
    pub operations: u64,
    pub sales: u64,
    pub redemptions: u64,
    pub closes: u64,
    pub buyers: u64,
    pub sold: Vec<OutboxFileSum>,
}

/// What was sold in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct OutboxFileSum {
    pub sales: u64,
    pub sum: MoneyView,
}

impl From<CurrencySum> for OutboxFileSum {
    fn from(sold: CurrencySum) -> Self {
        Self { sales: sold.sales, sum: sold.sum.into() }
    }
}

impl OutboxFileView {
    pub(crate) fn new(path: String, digest: String, bytes: u64, manifest: &Manifest) -> Self {
        let summary = &manifest.summary;
        Self {
            path,
            digest,
            bytes,
            device: manifest.issuer.name.clone(),
            shop: manifest.issuer.shop.name.clone(),
            incarnation: manifest.incarnation,
            saved_at: manifest.exported_at.to_string(),
            first_seq: manifest.first_seq,
            last_seq: manifest.last_seq,
            first_at: summary.first_at.map(|at| at.to_string()),
            last_at: summary.last_at.map(|at| at.to_string()),
            operations: summary.operations,
            sales: summary.sales,
            redemptions: summary.redemptions,
            closes: summary.closes,
            buyers: summary.buyers,
            sold: summary.sold.iter().copied().map(Into::into).collect(),
        }
    }
}

/// Takes in a file that was looked at.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct TakeInForm {
    pub path: String,
    /// As [`OutboxFileView`] says.
    pub digest: String,
}

/// What became of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, specta::Type)]
pub struct TakenIn {
    /// The server had them already: nothing changed.
    pub known: u64,
    pub new: u64,
    pub applied: u64,
    pub conflicts: u64,
    pub rejected: u64,
    /// New ones that wait: for an upgrade of the server, or in quarantine.
    pub open: u64,
    pub quarantined: bool,
    /// The server had lost the device, and knows it again.
    pub recognised: bool,
    /// When this file was taken in the first time, where it was.
    pub before: Option<String>,
}

impl TakenIn {
    pub(crate) fn add(&mut self, part: &ImportResponse) {
        self.known += part.known;
        self.new += part.new;
        self.applied += part.applied;
        self.conflicts += part.conflicts;
        self.rejected += part.rejected;
        self.open += part.open;
        self.quarantined |= part.quarantined;
        self.recognised |= part.recognised;
        self.before = self.before.take().or_else(|| part.taken_in_before.map(|at| at.to_string()));
    }
}
