//! Files of other versions of the program: older ones are kept wherever that can be, newer ones refused.

use std::{fs, path::Path};

use beadsbox_store::{CacheOpening, StoreError, StoreFile};

use crate::{
    common::{
        self,
        files::{closed_device, keyed, keyed_as_usual, open},
    },
    stock::batch_id,
};

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
