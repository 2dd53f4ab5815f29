//! The files of a device, closed or opened by hand.

use std::path::{Path, PathBuf};

use beadsbox_store::{Opened, Store, StoreError, StorePaths};
use rusqlite::Connection;

use super::{Device, at, keys, server::Server};

pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

pub fn keyed(path: &Path, key: [u8; 32]) -> Connection {
    let connection = keyed_as_usual(path, key);
    if key == super::KEYS.1 {
        connection.pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256").unwrap();
    }
    connection
}

/// As SQLCipher does it unless told otherwise.
pub fn keyed_as_usual(path: &Path, key: [u8; 32]) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "key", format!("x'{}'", hex::encode(key))).unwrap();
    connection
}

/// A device with some work, closed.
pub fn closed_device() -> (tempfile::TempDir, StorePaths) {
    let device = Device::new();
    let mut server = Server::new(super::EPOCH);
    server.sell_there(1, "Anna");
    server.pull(&device.store, at(0));
    device.sell(1, 2, "Berta");
    device.close()
}

pub fn open(paths: &StorePaths) -> Result<(Store, Opened), StoreError> {
    Store::open(paths, &keys())
}
