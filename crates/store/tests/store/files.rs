//! The files themselves: encrypted, checked at the start, the cache replaced where it is damaged, the outbox never.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    common::{self, Device, at, keys, server::Server},
    stock::batch_id,
};
use beadsbox_store::{CacheOpening, Store, StoreError, StoreFile, StoreKeys, StorePaths, set_aside_outbox};
use rusqlite::Connection;

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn keyed(path: &Path, key: [u8; 32]) -> Connection {
    let connection = keyed_as_usual(path, key);
    if key == common::KEYS.1 {
        connection.pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256").unwrap();
    }
    connection
}

/// As SQLCipher does it unless told otherwise.
fn keyed_as_usual(path: &Path, key: [u8; 32]) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "key", format!("x'{}'", hex::encode(key))).unwrap();
    connection
}

/// A device with some work, closed.
fn closed_device() -> (tempfile::TempDir, beadsbox_store::StorePaths) {
    let device = Device::new();
    let mut server = Server::new(common::EPOCH);
    server.sell_there(1, "Anna");
    server.pull(&device.store, at(0));
    device.sell(1, 2, "Berta");
    device.close()
}

fn open(paths: &beadsbox_store::StorePaths) -> Result<(Store, beadsbox_store::Opened), StoreError> {
    Store::open(paths, &keys())
}

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
fn a_cut_cache_is_rebuilt_wherever_it_was_cut() {
    let (folder, paths) = closed_device();
    let whole = fs::read(&paths.cache).unwrap();
    let cuts = [2, 15, 16, 100, 1024, 4095, 4096, 4097, 8192, 20_000, whole.len() / 2, whole.len() - 4096, whole.len() - 1];
    for cut in cuts {
        fs::write(&paths.cache, &whole[..cut]).unwrap();
        let (store, opened) = open(&paths).unwrap();
        assert_eq!(opened.cache, CacheOpening::Rebuilt, "cut at {cut} of {}", whole.len());
        assert!(store.view().unwrap().voucher(common::voucher_id(2)).unwrap().is_some());
    }
    // SQLite itself takes these for a new file.
    for cut in [0, 1] {
        fs::write(&paths.cache, &whole[..cut]).unwrap();
        assert_eq!(open(&paths).unwrap().1.cache, CacheOpening::Fresh, "cut at {cut}");
    }
    assert_eq!(set_aside(folder.path()), 2, "only a few are kept");
}

/// How many damaged caches lie in that folder.
fn set_aside(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap();
    entries.filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().contains(".damaged-")).count()
}

#[test]
fn damaged_caches_go_once_another_one_is_whole_and_with_a_device_that_is_revoked() {
    for revoked in [false, true] {
        let (folder, paths) = closed_device();
        fs::write(&paths.cache, vec![0; 8192]).unwrap();
        let (store, opened) = open(&paths).unwrap();
        assert_eq!((opened.cache, set_aside(folder.path())), (CacheOpening::Rebuilt, 1));
        if revoked {
            store.revoke(at(9)).unwrap();
        } else {
            common::snapshot::load_all(&store, &common::snapshot::of(&common::snapshot::selling(3), 5));
        }
        assert_eq!(set_aside(folder.path()), 0, "revoked: {revoked}");
    }
}

#[test]
fn damaged_caches_go_at_the_start_after_pages_made_another_one_whole() {
    let (folder, paths) = closed_device();
    fs::write(&paths.cache, vec![0; 8192]).unwrap();
    let (store, _) = open(&paths).unwrap();
    let mut server = Server::new(common::EPOCH);
    server.sell_there(1, "Anna");
    server.pull(&store, at(9));
    drop(store);
    open(&paths).unwrap();
    assert_eq!(set_aside(folder.path()), 0);
}

#[test]
fn a_garbled_cache_is_rebuilt() {
    let (_folder, paths) = closed_device();
    let whole = fs::read(&paths.cache).unwrap();
    for place in [0, 20, 4096 + 7, whole.len() / 2, whole.len() - 5] {
        let mut garbled = whole.clone();
        garbled[place] ^= 0x55;
        fs::write(&paths.cache, &garbled).unwrap();
        assert_eq!(open(&paths).unwrap().1.cache, CacheOpening::Rebuilt, "at {place}");
    }
    fs::write(&paths.cache, b"this is no database").unwrap();
    assert_eq!(open(&paths).unwrap().1.cache, CacheOpening::Rebuilt);
    fs::write(&paths.cache, vec![0; 8192]).unwrap();
    assert_eq!(open(&paths).unwrap().1.cache, CacheOpening::Rebuilt);
}

#[test]
fn a_cache_that_breaks_while_in_use_is_rebuilt_at_the_next_start() {
    let device = Device::new();
    let mut server = Server::new(common::EPOCH);
    (1..200).for_each(|number| server.sell_there(number, "Anna"));
    server.pull(&device.store, at(0));
    let device = device.reopen();
    let length = fs::metadata(&device.paths.cache).unwrap().len();
    let file = fs::OpenOptions::new().write(true).open(&device.paths.cache).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, &vec![0x33; usize::try_from(length).unwrap() - 4096], 4096).unwrap();
    let error = device.store.view().and_then(|view| view.voucher_page(&beadsbox_store::VoucherQuery::newest(100)).map(|_| ()));
    assert!(matches!(error, Err(StoreError::CacheDamaged { .. })), "{error:?}");
    assert_eq!(device.reopen().opened.cache, CacheOpening::Rebuilt);
}

#[test]
fn a_damaged_outbox_is_refused_and_left_as_it_is() {
    let (folder, paths) = closed_device();
    let whole = fs::read(&paths.outbox).unwrap();
    let flipped = |place: usize| {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        bytes
    };
    let damages = [
        Vec::new(),
        whole[..1].to_vec(),
        whole[..2].to_vec(),
        whole[..1000].to_vec(),
        whole[..4096].to_vec(),
        whole[..whole.len() - 4096].to_vec(),
        vec![0; whole.len()],
        b"not a database".to_vec(),
        flipped(3),
        flipped(300),
        flipped(whole.len() / 2),
    ];
    for (number, damage) in damages.iter().enumerate() {
        fs::write(&paths.outbox, damage).unwrap();
        let error = open(&paths).err().unwrap_or_else(|| panic!("damage {number} was not seen"));
        assert!(matches!(error, StoreError::OutboxDamaged { .. }), "damage {number}: {error}");
        assert_eq!(&fs::read(&paths.outbox).unwrap(), damage, "damage {number}");
    }
    fs::remove_file(&paths.outbox).unwrap();
    assert!(matches!(open(&paths), Err(StoreError::OutboxDamaged { .. })));
    assert!(!paths.outbox.exists());

    // The sound file back in its place opens as if nothing had been.
    fs::write(&paths.outbox, &whole).unwrap();
    assert_eq!(open(&paths).unwrap().0.verify_chain().unwrap(), 1);
    drop(folder);
}

#[test]
fn an_outbox_is_set_aside_only_when_asked() {
    let (_folder, paths) = closed_device();
    let whole = fs::read(&paths.outbox).unwrap();
    fs::write(&paths.outbox, &whole[..5000]).unwrap();
    assert!(open(&paths).is_err());
    let aside = set_aside_outbox(&paths).unwrap().unwrap();
    assert_eq!(fs::read(aside).unwrap(), &whole[..5000]);
    let (store, _) = open(&paths).unwrap();
    assert_eq!(store.counts().unwrap().total, 0);
    assert!(store.enrolment().unwrap().is_none());
    drop(store);
    assert!(set_aside_outbox(&paths).unwrap().is_some());
    assert!(set_aside_outbox(&paths).unwrap().is_none());
}

#[test]
fn a_file_of_a_newer_program_is_refused() {
    let (_folder, paths) = closed_device();
    for (path, key, file) in [(&paths.outbox, common::KEYS.0, StoreFile::Outbox), (&paths.cache, common::KEYS.1, StoreFile::Cache)] {
        let connection = keyed(path, key);
        let known: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        connection.pragma_update(None, "user_version", known + 1).unwrap();
        drop(connection);
        let error = open(&paths).err().unwrap();
        assert!(matches!(error, StoreError::NewerSchema { file: found, .. } if found == file), "{error}");
        keyed(path, key).pragma_update(None, "user_version", known).unwrap();
    }
    assert!(open(&paths).is_ok());
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

/// The schema as it was released first, with a voucher in it.
fn cache_of_the_first_schema(path: &Path) {
    let connection = keyed(path, common::KEYS.1);
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.execute_batch(include_str!("../../../../migrations/cache/0001_cache.sql")).unwrap();
    connection.pragma_update(None, "user_version", 1).unwrap();
    let content = serde_json::to_string(&common::content("Bread", 4000, Some(12))).unwrap();
    connection.execute("INSERT INTO snapshot (content) VALUES (?1)", [content]).unwrap();
    let insert = "INSERT INTO voucher (id, code, template, snapshot, title_key, price, person, buyer, buyer_key, recipient_key, email, payment, sold_op, sold_at,
        sold_staff, sold_shop, sold_device, expires_on, status, since_op, since_at, since_staff, since_shop, since_device, row_version)
        VALUES (?1, ?2, ?3, 1, 'bread', 4000, zeroblob(32), 'Anna', 'anna', '', 'Anna@Example.com', '\"cash\"', ?3, 0, ?3, ?3, ?3, 99999999, 0, ?3, 0, ?3, ?3, ?3, 1)";
    let id = common::voucher_id(1).0.into_bytes();
    connection.execute(insert, rusqlite::params![id, common::code(1).compact(), [1_u8; 16]]).unwrap();
    connection
        .execute("INSERT INTO meta (only_one, cache_id, epoch) VALUES (1, ?1, ?2)", [[2_u8; 16], common::EPOCH.into_bytes()])
        .unwrap();
}

#[test]
fn a_cache_of_the_first_schema_is_kept_and_searched_as_before() {
    let (_folder, paths) = closed_device();
    fs::remove_file(&paths.cache).unwrap();
    cache_of_the_first_schema(&paths.cache);
    let (store, opened) = open(&paths).unwrap();
    assert_eq!(opened.cache, CacheOpening::Kept);
    let found = |search: &str| {
        let query = beadsbox_store::VoucherQuery { search: search.into(), emails: true, ..beadsbox_store::VoucherQuery::newest(10) };
        store.view().unwrap().voucher_page(&query).unwrap().total
    };
    let all = || [found(""), found("ann"), found("berta"), found("a@example")];
    let expected = [Some(2), Some(1), Some(1), Some(1)];
    assert_eq!(all(), expected, "with the own sale, before the search text is built anew");
    while store.build_search_text().unwrap() {}
    assert_eq!(all(), expected, "and after it");
    assert_eq!(store.proof().unwrap(), beadsbox_store::CacheProof::default());
}

/// The last schema in which batches were no column, with a voucher of one and one of none.
fn cache_of_the_sixth_schema(path: &Path) {
    let connection = keyed(path, common::KEYS.1);
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    for step in [
        include_str!("../../../../migrations/cache/0001_cache.sql"),
        include_str!("../../../../migrations/cache/0002_bulk.sql"),
        include_str!("../../../../migrations/cache/0003_fewer_writes.sql"),
        include_str!("../../../../migrations/cache/0004_home_shop.sql"),
        include_str!("../../../../migrations/cache/0005_marks.sql"),
        include_str!("../../../../migrations/cache/0006_grid.sql"),
    ] {
        connection.execute_batch(step).unwrap();
    }
    connection.pragma_update(None, "user_version", 6).unwrap();
    let content = serde_json::to_string(&common::content("Bread", 4000, Some(12))).unwrap();
    connection.execute("INSERT INTO snapshot (content) VALUES (?1)", [content]).unwrap();
    let insert = "INSERT INTO voucher (id, code, template, snapshot, title_key, price, person, buyer, buyer_key, recipient_key, payment, sold_op, sold_at,
        sold_staff, sold_shop, sold_device, expires_on, status, since_op, since_at, since_staff, since_shop, since_device, marks, row_version)
        VALUES (?1, ?2, ?3, 1, 'bread', 4000, zeroblob(32), 'Anna', 'anna', '', '\"cash\"', ?3, 0, ?3, ?3, ?3, 99999999, 0, ?3, 0, ?3, ?3, ?3, ?4, 1)";
    let marks = serde_json::json!({ "batch": { "id": batch_id(0), "name": "Christmas" } }).to_string();
    for (number, marks) in [(1, Some(marks)), (2, None)] {
        let id = common::voucher_id(number).0.into_bytes();
        connection.execute(insert, rusqlite::params![id, common::code(number).compact(), [1_u8; 16], marks]).unwrap();
    }
    connection
        .execute("INSERT INTO meta (only_one, cache_id, epoch) VALUES (1, ?1, ?2)", [[2_u8; 16], common::EPOCH.into_bytes()])
        .unwrap();
}

#[test]
fn a_cache_of_before_batches_were_filtered_is_kept_and_has_them() {
    let (_folder, paths) = closed_device();
    fs::remove_file(&paths.cache).unwrap();
    cache_of_the_sixth_schema(&paths.cache);
    let (store, opened) = open(&paths).unwrap();
    assert_eq!(opened.cache, CacheOpening::Kept);
    let filters = beadsbox_store::VoucherFilters { batch: vec![batch_id(0)], ..beadsbox_store::VoucherFilters::default() };
    let view = store.view().unwrap();
    let page = view.voucher_page(&beadsbox_store::VoucherQuery { filters, ..beadsbox_store::VoucherQuery::newest(10) }).unwrap();
    let ids: Vec<_> = page.rows.iter().map(|row| row.voucher.id).collect();
    assert_eq!((ids, page.total), (vec![common::voucher_id(1)], Some(1)));
    let names: Vec<_> = view.batch_names(10).unwrap().into_iter().map(|batch| (batch.id, batch.name.as_str().to_owned())).collect();
    assert_eq!(names, [(batch_id(0), "Christmas".to_owned())]);
}

#[test]
fn a_cache_from_before_its_pages_had_sha_256_is_put_aside_and_no_work_is_lost() {
    let (_folder, paths) = closed_device();
    fs::remove_file(&paths.cache).unwrap();
    keyed_as_usual(&paths.cache, common::KEYS.1).execute_batch("CREATE TABLE voucher (n INTEGER)").unwrap();
    let (store, opened) = open(&paths).unwrap();
    assert_eq!(opened.cache, CacheOpening::Rebuilt);
    assert_eq!(store.position().unwrap().cursor, beadsbox_protocol::pull::Cursor::default());
    assert!(store.counts().unwrap().total > 0);
}
