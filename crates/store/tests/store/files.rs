//! The files themselves: encrypted, checked at the start, and of a device that is revoked.

use std::{fs, path::Path};

use beadsbox_store::{CacheOpening, Store, StoreError, StoreFile, StoreKeys, StorePaths};
use rusqlite::Connection;

use crate::common::{
    self, Device, at,
    files::{beside, closed_device, keyed, open},
    server::Server,
};

#[test]
fn nothing_is_readable_without_the_keys() {
    let device = Device::new();
    let mut server = Server::new(common::EPOCH);
    server.sell_there(1, "Unmistakable Name");
    server.pull(&device.store, at(0));
    device.sell(1, 2, "Unmistakable Name");
    // While open, so that the logs are full, and after closing.
    for _ in 0..2 {
        for file in fs::read_dir(device.folder.path()).unwrap() {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            for plain in [&b"Unmistakable"[..], b"unmistakable", b"SQLite format", b"CREATE TABLE", b"Bread"] {
                assert!(!bytes.windows(plain.len()).any(|window| window == plain), "{}", String::from_utf8_lossy(plain));
            }
        }
    }
    let plain = Connection::open(&device.paths.outbox).unwrap();
    assert!(plain.query_row("SELECT count(*) FROM outbox", [], |_| Ok(())).is_err());
}

/// What a power cut leaves of a file that was just being made: its first pages, and the journal that takes them back.
fn broken_off_while_made(path: &Path, key: [u8; 32]) {
    let elsewhere = tempfile::tempdir().unwrap();
    let made = elsewhere.path().join("made.db");
    let connection = keyed(&made, key);
    // The cache's pages go into the file while its journal is still there.
    connection.execute_batch("BEGIN IMMEDIATE; CREATE TABLE half (made); INSERT INTO half VALUES (1)").unwrap();
    connection.cache_flush().unwrap();
    fs::copy(&made, path).unwrap();
    fs::copy(beside(&made, "-journal"), beside(path, "-journal")).unwrap();
    assert!(fs::metadata(path).unwrap().len() > 0 && fs::metadata(beside(path, "-journal")).unwrap().len() > 0);
}

#[test]
fn rule_1_a_power_cut_while_the_files_are_made_stops_no_start() {
    let folder = tempfile::tempdir().unwrap();
    let paths = StorePaths::in_folder(folder.path());
    broken_off_while_made(&paths.outbox, common::KEYS.0);
    broken_off_while_made(&paths.cache, common::KEYS.1);
    for opening in [CacheOpening::Fresh, CacheOpening::Kept] {
        let (store, opened) = open(&paths).unwrap();
        assert_eq!((opened.cache, store.counts().unwrap().total), (opening, 0));
    }
    assert!(!beside(&paths.outbox, "-journal").exists() && !beside(&paths.cache, "-journal").exists());
}

#[test]
fn a_wrong_key_opens_nothing_and_changes_nothing() {
    let (_folder, paths) = closed_device();
    let before = fs::read(&paths.outbox).unwrap();
    let wrong = StoreKeys { outbox: [1; 32], cache: common::KEYS.1 };
    for known_key in [true, false] {
        let error = Store::open(&paths, &wrong).err().unwrap();
        assert!(matches!(error, StoreError::KeyMismatch { file: StoreFile::Outbox }), "{error}");
        assert_eq!(fs::read(&paths.outbox).unwrap(), before);
        if known_key {
            fs::remove_file(beside(&paths.outbox, ".key-id")).unwrap();
        }
    }
    assert_eq!(open(&paths).unwrap().0.counts().unwrap().total, 1);
}

#[test]
fn a_cache_under_another_key_is_rebuilt() {
    let (_folder, paths) = closed_device();
    let (store, opened) = Store::open(&paths, &StoreKeys { outbox: common::KEYS.0, cache: [1; 32] }).unwrap();
    assert_eq!(opened.cache, CacheOpening::Rebuilt);
    assert_eq!(store.position().unwrap().cursor.seq, 0);
    assert_eq!(store.counts().unwrap().total, 1);
}

#[test]
fn a_sound_cache_is_kept() {
    let (_folder, paths) = closed_device();
    let (store, opened) = open(&paths).unwrap();
    assert_eq!(opened.cache, CacheOpening::Kept);
    assert!(store.view().unwrap().voucher(common::voucher_id(1)).unwrap().is_some());
}

#[test]
fn a_deleted_cache_is_made_anew_and_own_work_stays() {
    let (_folder, paths) = closed_device();
    fs::remove_file(&paths.cache).unwrap();
    // What SQLite left beside it must not come back to life.
    fs::write(beside(&paths.cache, "-wal"), [42; 5000]).unwrap();
    let (store, opened) = open(&paths).unwrap();
    assert_eq!(opened.cache, CacheOpening::Fresh);
    let view = store.view().unwrap();
    assert!(view.voucher(common::voucher_id(1)).unwrap().is_none());
    assert!(view.voucher(common::voucher_id(2)).unwrap().is_some());
}

#[test]
fn the_folder_is_missing_or_read_only() {
    let folder = tempfile::tempdir().unwrap();
    let paths = beadsbox_store::StorePaths::in_folder(folder.path().join("not there"));
    assert!(matches!(open(&paths), Err(StoreError::DiskFailed { .. })));
}

#[test]
fn revoking_leaves_little_of_the_cache_and_all_of_the_outbox() {
    let device = Device::new();
    let mut server = Server::new(common::EPOCH);
    (1..200).for_each(|number| server.sell_there(number, "Anna"));
    server.pull(&device.store, at(0));
    device.sell(1, 500, "Berta");
    let full = fs::metadata(&device.paths.cache).unwrap().len() + fs::metadata(beside(&device.paths.cache, "-wal")).unwrap().len();
    device.store.revoke(at(1)).unwrap();
    let left = fs::metadata(&device.paths.cache).unwrap().len() + fs::metadata(beside(&device.paths.cache, "-wal")).unwrap().len();
    let fresh = Device::new();
    let empty = fs::metadata(&fresh.paths.cache).unwrap().len() + fs::metadata(beside(&fresh.paths.cache, "-wal")).unwrap().len();
    assert!(left < full && left <= empty, "{left} of {full}, an empty one has {empty}");
    assert!(device.store.view().unwrap().voucher(common::voucher_id(1)).unwrap().is_none());
    assert!(device.store.view().unwrap().voucher(common::voucher_id(500)).unwrap().is_some());
    server.sync(&device.store, at(9));
    assert!(device.store.view().unwrap().voucher(common::voucher_id(1)).unwrap().is_some());
}

#[test]
fn versions_are_told() {
    let versions = Device::new().store.versions().unwrap();
    assert!(versions.sqlite.starts_with("3.") && versions.sqlcipher.starts_with("4."), "{versions:?}");
}
