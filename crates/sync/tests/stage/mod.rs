//! A server and a device in memory that follow the protocol of lives, epochs and quarantine. An operation is a word, its hash is
//! all words up to it.

mod device;
mod server;

use std::{sync::Arc, time::Duration};

use beadsbox_domain::DeviceId;
use beadsbox_protocol::{Incarnation, fork::ForkRequest};
use beadsbox_sync::Syncer;
use uuid::Uuid;

pub use device::{Device, Files};
pub use server::{FakeServer, Fault, Wire};

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

/// The hash after the words is the words themselves.
pub fn fork_request(incarnation: Incarnation, fork_seq: u64, words: &str) -> ForkRequest {
    ForkRequest { device_id: DeviceId(Uuid::nil()), incarnation, fork_seq, fork_hash: words.to_owned(), signature: String::new() }
}
