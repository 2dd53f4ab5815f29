//! A loaded cache takes the place of the one in use: own work is there once, no screen goes back, and who reads reads to the end.

use std::fs;

use beadsbox_domain::{RedeemMode, Status};
use beadsbox_protocol::{digest::RowKind, pull::ChangesPage};
use beadsbox_store::{CacheOpening, Store, VoucherFilters, VoucherQuery};

use crate::common::{
    Device, EPOCH, at, keys, redeem,
    snapshot::{self, all, load_all, load_some, names, selling, shown},
    voucher_id,
};

#[test]
fn rule_6_own_work_is_there_once_before_and_after_the_exchange() {
    let mut server = selling(30);
    let device = Device::new();
    server.sync(&device.store, at(0));
    // Of all kinds: answered and in the snapshot, answered after it, and not answered.
    device.sell(1, 100, "Own");
    device.record(2, redeem(3, RedeemMode::Asked));
    server.sync(&device.store, at(1));
    let snapshot = snapshot::of(&server, 7);
    device.store.reset_cache().unwrap();
    load_some(&device.store, &snapshot, 2);
    device.record(3, redeem(100, RedeemMode::Asked));
    let batch = device.store.pending_batch(0, beadsbox_store::BatchLimit::default()).unwrap().unwrap();
    let results = server.push(&batch.bodies, &batch.persons);
    device.store.record_results(&results, EPOCH).unwrap();
    device.record(4, redeem(5, RedeemMode::Honoured));
    device.sell(5, 101, "Own as well");
    let own = |device: &Device| {
        let view = device.store.view().unwrap();
        [100, 101].map(|number| view.voucher(voucher_id(number)).unwrap().map(|found| (found.voucher.status, found.waiting)))
    };
    assert_eq!(own(&device), [Some((Status::Used, false)), Some((Status::Purchased, true))]);
    load_all(&device.store, &snapshot);
    assert_eq!(own(&device), [Some((Status::Used, false)), Some((Status::Purchased, true))]);
    let listed = shown(&device.store);
    assert_eq!(listed.len(), 32);
    assert_eq!(listed.iter().filter(|(_, status, _)| *status == Status::Used).count(), 3);
    let page = device.store.view().unwrap().voucher_page(&VoucherQuery::newest(500)).unwrap();
    assert_eq!(page.total, Some(32));
    // The feed brings the rest, and nothing changes on the screen but that it is confirmed.
    server.sync(&device.store, at(2));
    assert_eq!(shown(&device.store).len(), 32);
    assert!(shown(&device.store).iter().all(|(_, _, waiting)| !waiting));
    snapshot::assert_same_vouchers(&device.store, &server);
}

#[test]
fn rule_6_a_cache_far_behind_stays_as_it_is_until_the_exchange() {
    let mut server = selling(10);
    let device = Device::new();
    server.sync(&device.store, at(0));
    device.record(1, redeem(1, RedeemMode::Asked));
    server.sync(&device.store, at(1));
    (11..=40).for_each(|number| server.sell_there(number, "Elsewhere"));
    server.other(redeem(2, RedeemMode::Asked), &[]);
    server.other(redeem(2, RedeemMode::Honoured), &[]);
    let snapshot = snapshot::of(&server, 7);
    let before = shown(&device.store);
    load_some(&device.store, &snapshot, usize::MAX);
    assert_eq!((shown(&device.store), device.store.view().unwrap().open_conflicts().unwrap()), (before, 0), "no row of it is mixed in");
    device.record(2, redeem(3, RedeemMode::Honoured));
    load_all(&device.store, &snapshot);
    assert_eq!((shown(&device.store).len(), device.store.view().unwrap().open_conflicts().unwrap()), (40, 1));
    let status = |number| device.store.view().unwrap().voucher(voucher_id(number)).unwrap().map(|found| (found.voucher.status, found.waiting));
    assert_eq!([status(1), status(3)], [Some((Status::Used, false)), Some((Status::Used, true))], "own work is there, once");
    server.sync(&device.store, at(2));
    snapshot::assert_same_vouchers(&device.store, &server);
}

#[test]
fn rule_6_what_a_page_told_ahead_of_the_feed_outlives_a_snapshot_from_before() {
    let mut server = selling(12);
    let device = Device::new();
    server.pull(&device.store, at(0));
    let before = snapshot::of(&server, 5);
    // Committed, and not in the feed yet: a page that is read now shows it already.
    server.other(redeem(3, RedeemMode::Asked), &[]);
    let at_place = device.store.position().unwrap().cursor;
    let page = ChangesPage { to: at_place.clone(), ..server.page(&at_place, 0, 100) };
    device.store.apply_page(&page, at(1)).unwrap();
    let used = |device: &Device| device.store.view().unwrap().voucher(voucher_id(3)).unwrap().unwrap().voucher.status == Status::Used;
    assert!(used(&device));
    load_all(&device.store, &before);
    assert!(used(&device), "the screen does not go back");
    let by_status = VoucherQuery { filters: VoucherFilters { status: vec![Status::Used], ..VoucherFilters::default() }, ..VoucherQuery::newest(500) };
    assert_eq!(device.store.view().unwrap().voucher_page(&by_status).unwrap().total, Some(1), "the tally knows it");
    server.pull(&device.store, at(2));
    snapshot::assert_same_vouchers(&device.store, &server);
}

#[test]
fn who_reads_the_old_cache_reads_it_to_the_end() {
    let mut server = selling(10);
    let device = Device::new();
    server.pull(&device.store, at(0));
    let view = device.store.view().unwrap();
    server.other(redeem(1, RedeemMode::Asked), &[]);
    load_all(&device.store, &snapshot::of(&server, 3));
    assert_eq!(view.voucher(voucher_id(1)).unwrap().unwrap().voucher.status, Status::Purchased, "its moment");
    assert_eq!(device.store.view().unwrap().voucher(voucher_id(1)).unwrap().unwrap().voucher.status, Status::Used);
    assert!(names(&device).contains(&"cache.db".to_owned()), "it is being read");
    drop(view);
    assert!(!names(&device).contains(&"cache.db".to_owned()));
}

#[test]
fn a_crash_between_the_steps_of_the_exchange_leaves_one_whole_cache() {
    let mut server = selling(10);
    let device = Device::new();
    server.pull(&device.store, at(0));
    let before = device.folder.path().join("before");
    fs::create_dir(&before).unwrap();
    let (folder, paths) = device.close();
    for name in ["cache.db", "cache.db-wal", "cache.db-shm"] {
        let _ = fs::copy(folder.path().join(name), before.join(name));
    }
    server.sell_there(11, "New");
    let (store, _) = Store::open(&paths, &keys()).unwrap();
    load_all(&store, &snapshot::of(&server, 3));
    drop(store);
    // Renamed, and the old one still there with its log: the program ended before it was removed.
    fs::copy(before.join("cache.db"), folder.path().join("cache.db")).unwrap();
    fs::write(folder.path().join("cache.db-wal"), [42; 9000]).unwrap();
    fs::write(folder.path().join("cache.db.load"), [42; 9000]).unwrap();
    let (store, opened) = Store::open(&paths, &keys()).unwrap();
    assert_eq!(opened.cache, CacheOpening::Kept);
    assert_eq!(store.range_digest(&all(RowKind::Voucher)).unwrap().rows, 11);
    assert!(!folder.path().join("cache.db").exists() && !folder.path().join("cache.db-wal").exists());
    // What was begun and cannot be read is begun anew.
    server.sell_there(12, "Newer");
    load_all(&store, &snapshot::of(&server, 3));
    assert_eq!(store.range_digest(&all(RowKind::Voucher)).unwrap().rows, 12);
}
