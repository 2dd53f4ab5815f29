//! A snapshot that is taken beside the cache, and takes its place in one step. What is taken stays, whatever ends the program.

use beadsbox_protocol::{rows::Row, snapshot::Manifest};
use beadsbox_sync::{Finished, Loaded};

use super::{cache::Cache, files::Files};

/// How far it is.
#[derive(Debug, Clone)]
pub struct Load {
    manifest: Manifest,
    chunks: usize,
    rows: Vec<Row>,
}

impl Load {
    fn so(&self) -> Loaded {
        Loaded::So { next_chunk: self.chunks, rows: self.rows.len() as u64 }
    }
}

impl Files {
    /// Begins, or goes on where a load of the same snapshot ended.
    pub fn begin_load(&mut self, manifest: &Manifest) -> Loaded {
        if manifest.epoch != self.outbox.epoch || self.cache.cursor.seq > manifest.cursor.seq {
            return Loaded::Unfit("not a snapshot for this cache".to_owned());
        }
        let kept = self.load.take().filter(|load| load.manifest == *manifest);
        let load = kept.unwrap_or_else(|| Load { manifest: manifest.clone(), chunks: 0, rows: Vec::new() });
        self.load.insert(load).so()
    }

    /// Takes the next chunk. The rows in it that are no vouchers go into the cache in use as well where that is empty: with them a device
    /// can sell.
    pub fn load_chunk(&mut self, number: usize, bytes: &[u8]) -> Loaded {
        let (Some(mut load), Ok(rows)) = (self.load.take().filter(|load| load.chunks == number), serde_json::from_slice::<Vec<Row>>(bytes)) else {
            return Loaded::Unfit("not the next chunk".to_owned());
        };
        if self.cache.cursor.seq == 0 {
            self.keep_rows(load.manifest.epoch, rows.iter().filter(|row| !matches!(row, Row::Voucher(_))));
        }
        load.rows.extend(rows);
        load.chunks += 1;
        self.load.insert(load).so()
    }

    /// Puts what was loaded in the cache's place, on the disk.
    pub fn finish_load(&mut self) -> Finished {
        let (epoch, stands) = (self.outbox.epoch, self.cache.cursor.seq);
        let fits = |load: &Load| load.chunks == load.manifest.chunks.len() && load.manifest.epoch == epoch && load.manifest.cursor.seq >= stands;
        let Some(load) = self.load.take().filter(fits) else { return Finished::Unfit("not for this cache".to_owned()) };
        let id = self.new_cache().id;
        let now = self.now;
        let before = std::mem::replace(&mut self.cache, Cache::loaded(id, &load.manifest, load.rows, now));
        // What the one in use knew newer, it knew ahead of its cursor.
        self.cache.keep_rows(before.rows.values().map(AsRef::as_ref));
        self.went_back = self.went_back.or(self.cache.first_older_than(&before));
        self.unsynced.clear();
        self.all_dirty = true;
        Finished::InPlace
    }
}
