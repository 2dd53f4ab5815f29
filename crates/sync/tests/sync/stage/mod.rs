//! A server and a device in memory. An operation is a word, its hash is all words up to it. Each operation that the server takes is
//! one row in its feed.

mod device;
mod files;
mod server;

use std::{sync::Arc, time::Duration};

use beadsbox_domain::{DeviceId, OpId};
use beadsbox_protocol::{Incarnation, fork::ForkRequest};
use beadsbox_sync::Syncer;
use uuid::Uuid;

pub use device::Device;
pub use files::Files;
pub use server::{CHUNKS, FakeServer, Fault, HEAD, Wire, manifest};

pub struct Stage {
    pub server: Arc<FakeServer>,
    pub device: Device,
    pub syncer: Arc<Syncer<Device, Wire>>,
}

/// A device that recorded these words and has sent nothing.
pub fn stage(recorded: &[&str]) -> Stage {
    let (server, device) = (Arc::new(FakeServer::default()), Device::default());
    device.with(|files| files.recorded = recorded.iter().map(|word| (*word).to_owned()).collect());
    Stage { syncer: Syncer::new(device.clone(), Wire(Arc::clone(&server))), server, device }
}

impl Stage {
    pub fn record(&self, word: &str) {
        self.device.with(|files| files.recorded.push(word.to_owned()));
    }

    /// Records so many words more.
    pub fn record_many(&self, count: usize) {
        let known = self.files(|files| files.recorded.len());
        (known..known + count).for_each(|number| self.record(&format!("operation {number}")));
    }

    pub fn files<T>(&self, look: impl FnOnce(&Files) -> T) -> T {
        self.device.with(|files| look(files))
    }

    pub async fn until(&self, what: &str, seen: impl Fn(&Self) -> bool) {
        let wait = async {
            while !seen(self) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_mins(10), wait).await.unwrap_or_else(|_| panic!("never: {what}"));
    }
}

pub fn epoch(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// The id of the operation of that word, of 16 bytes at most.
pub fn op_of(word: &str) -> OpId {
    let mut bytes = [0; 16];
    bytes[..word.len()].copy_from_slice(word.as_bytes());
    OpId(Uuid::from_bytes(bytes))
}

/// The hash after the words is the words themselves.
pub fn fork_request(incarnation: Incarnation, fork_seq: u64, words: &str) -> ForkRequest {
    ForkRequest { device_id: DeviceId(Uuid::nil()), incarnation, fork_seq, fork_hash: words.to_owned(), signature: String::new() }
}
