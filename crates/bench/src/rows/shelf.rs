//! Servers with many vouchers and a device beside each that holds them all, shared by the rows that ask the device.

use std::{collections::BTreeMap, path::PathBuf};

use super::Bench;
use crate::{
    centre::{Centre, stock},
    progress,
    till::{Finished, Till},
};

/// One number of vouchers.
pub(super) struct Shelf {
    /// Their server.
    pub(super) centre: Centre,
    /// A device that holds them.
    pub(super) till: Till,
}

/// Those that were made so far.
pub(super) struct Shelves<'a> {
    bench: &'a Bench,
    centres: BTreeMap<u64, Centre>,
    sized: BTreeMap<u64, Shelf>,
    /// Files that a first sync left behind, with the code that its device had.
    synced: BTreeMap<u64, (PathBuf, String)>,
}

impl<'a> Shelves<'a> {
    pub(super) const fn new(bench: &'a Bench) -> Self {
        Self { bench, centres: BTreeMap::new(), sized: BTreeMap::new(), synced: BTreeMap::new() }
    }

    /// The server with so many vouchers, before it has a device of its own here.
    pub(super) async fn centre(&mut self, vouchers: u64) -> anyhow::Result<&Centre> {
        if !self.centres.contains_key(&vouchers) {
            progress(&format!("  stocking {vouchers} vouchers"));
            let centre = Centre::open(&self.bench.server).await?;
            stock(&centre, 0..vouchers, vouchers).await?;
            self.centres.insert(vouchers, centre);
        }
        self.centres.get(&vouchers).ok_or_else(|| anyhow::anyhow!("no centre"))
    }

    /// The first sync of a new device, in a process of its own.
    pub(super) async fn first_sync(&mut self, vouchers: u64) -> anyhow::Result<Finished> {
        let bench = self.bench;
        let folder = bench.folder(&format!("device-{vouchers}"))?;
        let centre = self.centre(vouchers).await?;
        let (url, code) = (centre.url(), centre.enrolment_code().await?);
        let finished = bench.device(&["take", "--folder", crate::peer::text(&folder)?, "--url", &url, "--code", &code]).await?;
        if finished.rows != vouchers {
            anyhow::bail!("{} of {vouchers} vouchers came", finished.rows);
        }
        self.synced.insert(vouchers, (folder, code));
        Ok(finished)
    }

    /// The shelf with so many vouchers.
    pub(super) async fn get(&mut self, vouchers: u64) -> anyhow::Result<&Shelf> {
        if !self.sized.contains_key(&vouchers) {
            if !self.synced.contains_key(&vouchers) {
                progress(&format!("  a device takes {vouchers} vouchers"));
                self.first_sync(vouchers).await?;
            }
            let (folder, code) = self.synced.get(&vouchers).ok_or_else(|| anyhow::anyhow!("no device"))?;
            let centre = self.centres.remove(&vouchers).ok_or_else(|| anyhow::anyhow!("no centre"))?;
            let till = Till::open(folder, &centre.url(), code).await?;
            self.sized.insert(vouchers, Shelf { centre, till });
        }
        self.sized.get(&vouchers).ok_or_else(|| anyhow::anyhow!("no shelf"))
    }

    /// Those with the fewest and the most vouchers.
    pub(super) async fn smallest_and_largest(&mut self) -> anyhow::Result<[(u64, &Shelf); 2]> {
        let sizes = &self.bench.scale.vouchers;
        let (Some(&few), Some(&many)) = (sizes.first(), sizes.last()) else { anyhow::bail!("no sizes") };
        self.get(few).await?;
        self.get(many).await?;
        match (self.sized.get(&few), self.sized.get(&many)) {
            (Some(small), Some(large)) => Ok([(few, small), (many, large)]),
            _ => anyhow::bail!("no shelf"),
        }
    }
}
