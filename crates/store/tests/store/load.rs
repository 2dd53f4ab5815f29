//! A snapshot: loaded beside the cache, cut anywhere, put in the cache's place, and then a cache like any other.

use std::fs;

use beadsbox_domain::{Operation, RedeemMode, Status};
use beadsbox_protocol::digest::{IdRange, RowKind};
use beadsbox_store::{CacheOpening, LoadStep, Store, StoreError, VoucherQuery};
use uuid::Uuid;

use crate::common::{
    self, Device, at, keys, op_id, redeem,
    server::Server,
    snapshot::{self, Snapshot, all, load_all, load_some, names, selling, shown},
    voucher_id,
};

#[test]
fn rule_5_a_loaded_cache_is_the_pulled_one() {
    let mut server = selling(60);
    server.other(redeem(7, RedeemMode::Asked), &[]);
    server.other(redeem(7, RedeemMode::Honoured), &[]);
    let (loaded, pulled) = (Device::new(), Device::new());
    load_all(&loaded.store, &snapshot::of(&server, 11));
    server.pull(&pulled.store, at(0));
    assert_eq!(loaded.store.position().unwrap().cursor, pulled.store.position().unwrap().cursor);
    for kind in RowKind::ALL {
        let (ours, theirs) = (loaded.store.range_digest(&all(kind)).unwrap(), pulled.store.range_digest(&all(kind)).unwrap());
        assert_eq!((ours.rows, &ours.digest), (theirs.rows, &theirs.digest), "{kind:?}");
    }
    snapshot::assert_same_vouchers(&loaded.store, &server);
    assert_eq!(shown(&loaded.store), shown(&pulled.store));
    let titles = |store: &Store| store.view().unwrap().templates(true).unwrap().iter().map(|view| (view.sold, view.outstanding)).collect::<Vec<_>>();
    assert_eq!(titles(&loaded.store), titles(&pulled.store), "the tally");
    assert_eq!(loaded.store.view().unwrap().open_conflicts().unwrap(), 1);
    // And the feed goes on from there.
    server.sell_there(61, "Later");
    server.pull(&loaded.store, at(1));
    assert_eq!(shown(&loaded.store).len(), 61);
}

#[test]
fn a_cut_load_goes_on_after_the_last_chunk() {
    let server = selling(50);
    let snapshot = snapshot::of(&server, 5);
    let mut device = Device::new();
    let mut next = 0;
    while next < snapshot.chunks.len() {
        // The program ends after each chunk.
        assert_eq!(device.store.begin_load(&snapshot.manifest).unwrap().next_chunk, next);
        next = load_some(&device.store, &snapshot, 1);
        device = device.reopen();
        assert!(device.store.view().unwrap().voucher(voucher_id(1)).unwrap().is_none(), "nothing half loaded is shown");
    }
    // And after each step of the rest.
    loop {
        device.store.begin_load(&snapshot.manifest).unwrap();
        let mut steps = 0;
        let in_place = loop {
            steps += 1;
            match device.store.finish_load().unwrap() {
                LoadStep::InPlace => break true,
                // Comparing is done again after each start.
                LoadStep::Working { .. } if steps == 2 => break false,
                LoadStep::Working { .. } => {}
            }
        };
        device = device.reopen();
        if in_place {
            break;
        }
    }
    assert_eq!(device.opened.cache, CacheOpening::Kept);
    assert_eq!(device.store.range_digest(&all(RowKind::Voucher)).unwrap().rows, 50);
    assert_eq!(
        names(&device).iter().filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm")).collect::<Vec<_>>(),
        ["cache.db.g1"]
    );
}

#[test]
fn a_buyer_who_was_erased_while_the_device_was_away_goes_with_the_load() {
    let (mut server, device) = (selling(20), Device::new());
    server.pull(&device.store, at(0));
    for (op, number, buyer) in [(1, 90, "Berta"), (2, 91, "Clara")] {
        device.sell(op, number, buyer);
    }
    server.sync(&device.store, at(1));
    server.persons.remove(&voucher_id(90));
    server.vouchers.get_mut(&voucher_id(90)).unwrap().row_version += 1;
    load_all(&device.store, &snapshot::of(&server, 5));
    // Its own row says so, and the outbox has nothing to give back.
    device.store.reset_cache().unwrap();
    let buyer_of = |number| device.store.view().unwrap().voucher(voucher_id(number)).unwrap().unwrap().person;
    assert_eq!(buyer_of(90), None);
    assert_eq!(buyer_of(91).unwrap().buyer.as_str(), "Clara", "and nobody else");
    assert_eq!(device.store.verify_chain().unwrap(), 2);
}

#[test]
fn selling_goes_on_while_the_rest_is_still_to_come() {
    let server = selling(20);
    let snapshot = snapshot::of(&server, 5);
    let device = Device::new();
    load_some(&device.store, &snapshot, 1);
    let view = device.store.view().unwrap();
    assert_eq!(view.templates(true).unwrap().len(), 1);
    assert_eq!(view.directory().shop_name(common::SHOP), "Rue des Perles");
    assert_eq!(device.store.position().unwrap().cursor.seq, 0, "the feed is not taken");
}

#[test]
fn rule_5_what_a_cut_load_brought_goes_with_its_epoch() {
    let server = selling(20);
    let device = Device::new();
    load_some(&device.store, &snapshot::of(&server, 5), 1);
    assert_eq!(device.store.view().unwrap().templates(true).unwrap().len(), 1);
    // The program ends after the outbox adopted the server's new epoch and before the cache was emptied.
    let (folder, paths) = device.close();
    let whole = fs::read(&paths.cache).unwrap();
    let (store, _) = Store::open(&paths, &keys()).unwrap();
    store.adopt_epoch(Uuid::from_u128(0xe0c5), 0).unwrap();
    drop(store);
    fs::write(&paths.cache, &whole).unwrap();
    let (store, opened) = Store::open(&paths, &keys()).unwrap();
    assert_eq!(opened.cache, CacheOpening::Rebuilt);
    // A higher version from before the restore would hide what the server has now.
    assert!(store.view().unwrap().templates(true).unwrap().is_empty());
    drop((store, folder));
}

#[test]
fn what_is_not_as_promised_is_not_taken_and_the_cache_stays() {
    let mut server = selling(12);
    let device = Device::new();
    server.pull(&device.store, at(0));
    server.sell_there(13, "New");
    let good = snapshot::of(&server, 5);
    let refused = |snapshot: &Snapshot| -> StoreError {
        let run = || {
            let mut next = device.store.begin_load(&snapshot.manifest)?.next_chunk;
            while next < snapshot.chunks.len() {
                next = device.store.load_chunk(next, &snapshot.chunks[next])?.0.next_chunk;
            }
            while device.store.finish_load()? != LoadStep::InPlace {}
            Ok(())
        };
        let error = Result::<(), StoreError>::err(run()).expect("it must not be taken");
        device.store.discard_load().unwrap();
        assert_eq!(device.store.range_digest(&all(RowKind::Voucher)).unwrap().rows, 12);
        error
    };
    let with = |change: &dyn Fn(&mut Snapshot)| {
        let mut other = Snapshot { manifest: good.manifest.clone(), chunks: good.chunks.clone() };
        change(&mut other);
        other
    };
    assert!(matches!(refused(&with(&|bad| bad.chunks[1][20] ^= 1)), StoreError::ChunkBroken { number: 1, .. }));
    assert!(matches!(refused(&with(&|bad| bad.chunks[2].truncate(30))), StoreError::ChunkBroken { number: 2, .. }));
    assert!(matches!(refused(&with(&|bad| bad.manifest.chunks[1].plain_bytes -= 1)), StoreError::ChunkBroken { number: 1, .. }));
    assert!(matches!(refused(&with(&|bad| bad.manifest.chunks[1].plain_bytes = 1 << 40)), StoreError::ChunkBroken { number: 1, .. }));
    assert!(matches!(refused(&with(&|bad| bad.manifest.chunks[1].rows += 1)), StoreError::ChunkBroken { number: 1, .. }));
    assert!(matches!(refused(&with(&|bad| bad.manifest.vouchers += 1)), StoreError::SnapshotDiffers { .. }));
    assert!(matches!(refused(&with(&|bad| bad.manifest.rows += 1)), StoreError::SnapshotDiffers { .. }));
    assert!(matches!(
        refused(&with(&|bad| bad.manifest.voucher_digest.replace_range(0..2, "00"))),
        StoreError::SnapshotDiffers { .. }
    ));
    assert!(matches!(refused(&with(&|bad| bad.manifest.epoch = uuid::Uuid::nil())), StoreError::WrongEpoch { .. }));
    assert!(matches!(refused(&with(&|bad| bad.manifest.format += 1)), StoreError::SnapshotOutOfPlace { .. }));
    assert!(
        matches!(refused(&with(&|bad| bad.manifest.cursor.seq = 1)), StoreError::SnapshotOutOfPlace { .. }),
        "versions never go back"
    );
    load_all(&device.store, &good);
    assert_eq!(device.store.range_digest(&all(RowKind::Voucher)).unwrap().rows, 13);
}

#[test]
fn another_snapshot_begins_anew() {
    let mut server = selling(12);
    let device = Device::new();
    assert_eq!(load_some(&device.store, &snapshot::of(&server, 3), 3), 3);
    server.sell_there(13, "New");
    let newer = snapshot::of(&server, 3);
    assert_eq!(device.store.begin_load(&newer.manifest).unwrap().next_chunk, 0);
    load_all(&device.store, &newer);
    assert_eq!(shown(&device.store).len(), 13);
}

#[test]
fn an_emptied_cache_forgets_what_was_loaded() {
    let server = selling(12);
    let device = Device::new();
    let snapshot = snapshot::of(&server, 3);
    load_some(&device.store, &snapshot, 3);
    device.store.revoke(beadsbox_domain::Timestamp::UNIX_EPOCH).unwrap();
    assert!(!names(&device).iter().any(|name| name.contains("load")), "a revoked device keeps nothing: {:?}", names(&device));
    assert_eq!(device.store.begin_load(&snapshot.manifest).unwrap().next_chunk, 0);
}

#[test]
fn a_search_finds_everything_while_its_index_is_built() {
    let mut server = selling(1200);
    let device = Device::new();
    load_all(&device.store, &snapshot::of(&server, 400));
    let found = |search: &str| {
        let query = VoucherQuery { search: search.into(), ..VoucherQuery::newest(500) };
        let page = device.store.view().unwrap().voucher_page(&query).unwrap();
        (page.rows.len(), page.total)
    };
    let expected = [("buyer 119", (12, Some(12))), ("uyer 777", (1, Some(1))), ("nobody", (0, Some(0))), ("bread", (500, Some(1200)))];
    let mut steps = 0;
    loop {
        for (search, hits) in expected {
            assert_eq!(found(search), hits, "{search:?} after {steps} steps");
        }
        if steps == 1 {
            // A row within what is built, one behind it, and a new one.
            server.other(redeem(1, RedeemMode::Asked), &[]);
            server.other(redeem(1199, RedeemMode::Asked), &[]);
            server.sell_there(1201, "Zacharias");
            server.pull(&device.store, at(1));
        }
        if steps > 0 && !device.store.build_search_text().unwrap() {
            break;
        }
        steps += 1;
        if steps > 1 {
            assert_eq!(found("zacharias"), (1, Some(1)));
        }
        if steps == 2 {
            break;
        }
    }
    while device.store.build_search_text().unwrap() {}
    assert_eq!(found("zacharias"), (1, Some(1)));
    assert_eq!(found("bread"), (500, Some(1201)));
    assert_eq!(found("buyer 119"), (12, Some(12)));
}

#[test]
fn rule_5_a_range_that_differs_is_replaced_and_nothing_else() {
    use beadsbox_protocol::{
        digest::RangeRows,
        pull::Cursor,
        rows::{Row, RowKey, VoucherRow},
    };
    let mut server = selling(40);
    let device = Device::new();
    server.pull(&device.store, at(0));
    device.record(1, redeem(15, RedeemMode::Honoured));
    while device.store.build_search_text().unwrap() {}
    let range = IdRange { kind: RowKind::Voucher, after: Some(voucher_id(10).0), through: Some(voucher_id(20).0) };
    let equal = device.store.range_digest(&range).unwrap();
    let rows = |server: &Server| -> Vec<Row> { (11..=20).map(|number| server.row(RowKey::Voucher(voucher_id(number)))).collect() };
    let true_rows = rows(&server);
    // The cache is spoilt: one row older, one otherwise, one too many, one missing.
    let mut spoilt = true_rows.clone();
    spoilt.remove(3);
    if let Row::Voucher(row) = &mut spoilt[0] {
        let VoucherRow { voucher, person } = row.as_mut();
        (voucher.row_version, voucher.status, *person) = (99, Status::Cancelled, Some(common::person("Somebody else")));
    }
    let cursor = device.store.position().unwrap().cursor;
    device.store.repair_range(&range, &RangeRows { at: cursor.clone(), rows: spoilt, covered: None }).unwrap();
    assert_ne!(device.store.range_digest(&range).unwrap().digest, equal.digest);
    assert!(device.store.view().unwrap().voucher(voucher_id(14)).unwrap().is_none());
    // Rows of before a page that came meanwhile are not taken.
    let old = RangeRows { at: Cursor { seq: cursor.seq - 1, tag: String::new() }, rows: true_rows.clone(), covered: None };
    assert!(matches!(device.store.repair_range(&range, &old), Err(StoreError::PageOutOfPlace { .. })));
    // Nor rows of elsewhere.
    let strange = RangeRows { at: cursor.clone(), rows: vec![server.row(RowKey::Voucher(voucher_id(30)))], covered: None };
    assert!(device.store.repair_range(&range, &strange).is_err());
    // In two parts, as where it has grown beyond what one answer holds.
    let (first, second) = true_rows.split_at(4);
    let covered = Some(voucher_id(14).0);
    device.store.repair_range(&range, &RangeRows { at: cursor.clone(), rows: first.to_vec(), covered }).unwrap();
    let rest = IdRange { after: covered, ..range };
    device.store.repair_range(&rest, &RangeRows { at: cursor.clone(), rows: second.to_vec(), covered: None }).unwrap();
    assert_eq!(device.store.range_digest(&range).unwrap(), equal);
    snapshot::assert_same_vouchers(&device.store, &server);
    // Own work, the tally and the search are right as well.
    let view = device.store.view().unwrap();
    assert_eq!(view.voucher(voucher_id(15)).unwrap().unwrap().voucher.status, Status::Used);
    let page = |search: &str| view.voucher_page(&VoucherQuery { search: search.into(), ..VoucherQuery::newest(100) }).unwrap();
    assert_eq!((page("").total, page("somebody").total, page("buyer 14").total), (Some(40), Some(0), Some(1)));
    assert_eq!(device.store.proof().unwrap().repaired, 3);
    device.store.note_proved(at(9)).unwrap();
    assert_eq!(device.store.proof().unwrap().at, Some(at(9)));
    server.other(Operation::Cancel { voucher: voucher_id(20), reason: common::reason() }, &[]);
    server.pull(&device.store, at(10));
    assert_eq!(device.store.view().unwrap().voucher(voucher_id(20)).unwrap().unwrap().voucher.status, Status::Cancelled);
    assert!(device.store.view().unwrap().own_operation(op_id(1)).unwrap().unwrap().outcome.is_none());
}
