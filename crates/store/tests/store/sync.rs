//! Batches, results, pages, epochs.

use crate::common::{self, Device, EPOCH, at, content, op_id, redeem, server::Server, template_id, voucher_id};
use beadsbox_domain::{Operation, Outcome, RedeemMode, Refusal, Status};
use beadsbox_protocol::{MOST_OPERATIONS, MOST_PUSH_BYTES, push::OpResult};
use beadsbox_store::{BatchLimit, OpState, StoreError};
use uuid::Uuid;

const OTHER_EPOCH: Uuid = Uuid::from_u128(0xe0c5);

fn synced(server: &mut Server, vouchers: u64) -> Device {
    (1..=vouchers).for_each(|number| server.sell_there(number, "Anna"));
    let device = Device::new();
    server.sync(&device.store, at(0));
    device
}

fn status(device: &Device, number: u64) -> Option<Status> {
    device.store.view().unwrap().voucher(voucher_id(number)).unwrap().map(|view| view.voucher.status)
}

/// An answer without the server's word on it.
fn unsigned(dev_seq: u64, result: Option<Outcome>) -> OpResult {
    OpResult { dev_seq, op_id: Some(op_id(dev_seq)), result, row_version: None, commit_no: dev_seq, receipt: String::new(), hash: None }
}

#[test]
fn a_batch_is_bounded_and_goes_on_where_the_last_ended() {
    let device = Device::new();
    assert!(device.store.pending_batch(0, BatchLimit::default()).unwrap().is_none());
    (1..=1200).for_each(|op| {
        device.record(op, redeem(op, RedeemMode::Honoured));
    });
    let mut next = 1;
    while let Some(batch) = device.store.pending_batch(0, BatchLimit::default()).unwrap() {
        assert_eq!(batch.first_seq, next);
        assert_eq!(batch.last_seq + 1 - batch.first_seq, batch.bodies.len() as u64);
        assert!(batch.bodies.len() <= MOST_OPERATIONS);
        assert_eq!(batch.waiting_after, 1200 - batch.last_seq);
        let results: Vec<_> = (batch.first_seq..=batch.last_seq).map(|seq| device.answer(seq, Some(Outcome::Applied), EPOCH)).collect();
        device.store.record_results(&results, EPOCH).unwrap();
        next = batch.last_seq + 1;
    }
    assert_eq!(next, 1201);
    let counts = device.store.counts().unwrap();
    assert_eq!((counts.total, counts.waiting, counts.acknowledged), (1200, 0, 1200));
}

#[test]
fn a_batch_with_its_buyers_fits_into_a_push() {
    let device = Device::new();
    let mut long = content("Bread", 4000, None);
    long.description = beadsbox_domain::text::Description::new(&"\"\n".repeat(2400)).unwrap();
    for op in 1..=200 {
        let (operation, person) = common::sale(op, template_id(1), &long, &common::person("A \"quoted\" \\ name"));
        device.record_with(op, operation, person);
    }
    let batch = device.store.pending_batch(0, BatchLimit::default()).unwrap().unwrap();
    assert!(batch.bodies.len() < 200 && batch.bodies.len() > 20);
    assert!(!batch.persons.is_empty());
    let sent = serde_json::to_vec(&(&batch.bodies, &batch.persons)).unwrap();
    assert!(sent.len() <= MOST_PUSH_BYTES && sent.len() > MOST_PUSH_BYTES * 9 / 10, "{}", sent.len());
    let least = device.store.pending_batch(0, BatchLimit { operations: 0, bytes: 0 }).unwrap().unwrap();
    assert_eq!(least.bodies.len(), 1);
}

#[test]
fn rule_7_results_may_come_any_number_of_times() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 2);
    device.record(1, redeem(1, RedeemMode::Honoured));
    device.record(2, redeem(2, RedeemMode::Honoured));
    let batch = device.store.pending_batch(0, BatchLimit::default()).unwrap().unwrap();
    let results = server.push(&batch.bodies, &batch.persons);
    let new = device.store.record_results(&results, EPOCH).unwrap();
    assert_eq!(new.iter().map(|one| one.dev_seq).collect::<Vec<_>>(), [1, 2]);
    let first = device.store.view().unwrap().own_operation(op_id(1)).unwrap();
    assert!(device.store.record_results(&results, EPOCH).unwrap().is_empty());
    assert_eq!(device.store.view().unwrap().own_operation(op_id(1)).unwrap(), first);
    assert_eq!(device.store.counts().unwrap().waiting, 0);
    assert_eq!(status(&device, 1), Some(Status::Used));
    // Of operations that were never recorded, or were others, nothing is kept.
    let strange = [unsigned(99, Some(Outcome::Applied)), OpResult { op_id: Some(op_id(77)), ..unsigned(1, None) }, unsigned(u64::MAX, None)];
    assert!(device.store.record_results(&strange, EPOCH).unwrap().is_empty());
    assert_eq!(device.store.counts().unwrap().total, 2);
}

#[test]
fn rule_1_a_lost_reply_comes_with_the_next_page() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 1);
    device.record(1, redeem(1, RedeemMode::Asked));
    let batch = device.store.pending_batch(0, BatchLimit::default()).unwrap().unwrap();
    server.push(&batch.bodies, &batch.persons);
    assert_eq!(device.store.acknowledged_through().unwrap(), 0);
    let position = device.store.position().unwrap();
    let page = server.page(&position.cursor, 0, 100);
    let changed = device.store.apply_page(&page, at(50)).unwrap();
    assert!(changed.outcomes && changed.vouchers && !changed.directory);
    assert_eq!(device.store.acknowledged_through().unwrap(), 1);
    let own = device.store.view().unwrap().own_operation(op_id(1)).unwrap().unwrap();
    assert_eq!((own.state, own.outcome), (OpState::Acknowledged, Some(Outcome::Applied)));
    assert!(!device.store.view().unwrap().voucher(voucher_id(1)).unwrap().unwrap().waiting);
}

#[test]
fn rule_1_a_page_cut_between_its_outcomes_and_its_rows_comes_again_and_loses_neither() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 1);
    device.record(1, redeem(1, RedeemMode::Asked));
    let batch = device.store.pending_batch(0, BatchLimit::default()).unwrap().unwrap();
    server.push(&batch.bodies, &batch.persons);
    let mut cut = server.page(&device.store.position().unwrap().cursor, 0, 100);
    // Its rows are refused after the outcomes are on the disk: as far as the first of two commits.
    cut.from.tag = "another".into();
    assert!(matches!(device.store.apply_page(&cut, at(50)), Err(StoreError::PageOutOfPlace { .. })));
    let device = device.reopen();
    let own = device.store.view().unwrap().own_operation(op_id(1)).unwrap().unwrap();
    assert_eq!((own.state, own.outcome), (OpState::Acknowledged, Some(Outcome::Applied)));
    assert_eq!(status(&device, 1), Some(Status::Used), "own work is shown over the row that is still to come");

    let again = server.page(&device.store.position().unwrap().cursor, device.store.acknowledged_through().unwrap(), 100);
    assert!(again.own_results.is_empty() && !again.rows.is_empty());
    device.store.apply_page(&again, at(51)).unwrap();
    assert_eq!(status(&device, 1), Some(Status::Used));
    assert_eq!(device.store.counts().unwrap().waiting, 0);
}

#[test]
fn a_page_whose_outcomes_are_not_the_servers_brings_no_rows() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 1);
    device.record(1, redeem(1, RedeemMode::Asked));
    let batch = device.store.pending_batch(0, BatchLimit::default()).unwrap().unwrap();
    server.push(&batch.bodies, &batch.persons);
    let before = device.store.position().unwrap();
    let mut page = server.page(&before.cursor, 0, 100);
    page.own_results[0].receipt = page.own_results[0].receipt.chars().rev().collect();
    assert!(matches!(device.store.apply_page(&page, at(50)), Err(StoreError::BadReceipt { dev_seq: 1 })));
    assert_eq!(device.store.position().unwrap(), before);
    assert_eq!(device.store.acknowledged_through().unwrap(), 0);
}

#[test]
fn a_held_operation_waits_and_does_not_stop_those_behind_it() {
    let device = Device::new();
    device.record(1, redeem(1, RedeemMode::Honoured));
    device.record(2, redeem(2, RedeemMode::Honoured));
    device
        .store
        .record_results(&[device.answer(1, None, EPOCH), device.answer(2, Some(Outcome::Applied), EPOCH)], EPOCH)
        .unwrap();
    let counts = device.store.counts().unwrap();
    assert_eq!((counts.waiting, counts.acknowledged), (1, 1));
    assert!(device.store.pending_batch(0, BatchLimit::default()).unwrap().is_none(), "the server has it");
    assert_eq!(device.store.acknowledged_through().unwrap(), 0, "so that its outcome comes one day");
    device.store.record_results(&[device.answer(1, Some(Outcome::Applied), EPOCH)], EPOCH).unwrap();
    assert_eq!(device.store.acknowledged_through().unwrap(), 2);
}

#[test]
fn a_page_is_taken_only_where_the_cache_stands() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 3);
    let here = device.store.position().unwrap();
    server.sell_there(4, "Anna");
    let page = server.page(&here.cursor, 0, 100);
    device.store.apply_page(&page, at(1)).unwrap();
    let again = device.store.apply_page(&page, at(1));
    assert!(matches!(again, Err(StoreError::PageOutOfPlace { .. })), "{again:?}");
    let mut other_tag = server.page(&device.store.position().unwrap().cursor, 0, 100);
    other_tag.from.tag = "another".into();
    assert!(matches!(device.store.apply_page(&other_tag, at(1)), Err(StoreError::PageOutOfPlace { .. })));
    let mut other_epoch = server.page(&device.store.position().unwrap().cursor, 0, 100);
    other_epoch.epoch = OTHER_EPOCH;
    assert!(matches!(device.store.apply_page(&other_epoch, at(1)), Err(StoreError::WrongEpoch { .. })));
    assert_eq!(device.store.position().unwrap().last_sync_at, Some(at(1)));
}

#[test]
fn only_the_last_page_says_up_to_date() {
    let mut server = Server::new(EPOCH);
    (1..=10).for_each(|number| server.sell_there(number, "Anna"));
    let device = Device::new();
    let page = server.page(&device.store.position().unwrap().cursor, 0, 5);
    device.store.apply_page(&page, at(7)).unwrap();
    let position = device.store.position().unwrap();
    assert_eq!((position.last_sync_at, position.head), (None, Some(server.head())));
    server.pull(&device.store, at(8));
    assert_eq!(device.store.position().unwrap().last_sync_at, Some(at(8)));
}

#[test]
fn a_row_never_goes_back() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 1);
    let old = server.page(&beadsbox_protocol::pull::Cursor::default(), 0, 100).rows;
    server.other(Operation::Cancel { voucher: voucher_id(1), reason: common::reason() }, &[]);
    server.pull(&device.store, at(1));
    let mut page = server.page(&device.store.position().unwrap().cursor, 0, 100);
    page.rows = old;
    let changed = device.store.apply_page(&page, at(2)).unwrap();
    assert!(!changed.vouchers && !changed.templates && !changed.directory);
    assert_eq!(status(&device, 1), Some(Status::Cancelled));
}

#[test]
fn a_cache_that_is_reset_keeps_own_work_and_is_filled_again() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 3);
    device.sell(1, 50, "Berta");
    device.record(2, redeem(1, RedeemMode::Honoured));
    server.sync(&device.store, at(5));
    device.sell(3, 51, "Clara");
    let old = device.store.position().unwrap().cache_id;
    device.store.reset_cache().unwrap();
    let position = device.store.position().unwrap();
    assert!(position.cache_id != old && position.cursor.seq == 0 && position.last_sync_at.is_none());
    assert_eq!(status(&device, 2), None);
    assert_eq!(status(&device, 50), Some(Status::Purchased));
    assert_eq!(status(&device, 51), Some(Status::Purchased));
    assert_eq!(device.store.counts().unwrap().total, 3);
    server.sync(&device.store, at(6));
    assert_eq!(status(&device, 1), Some(Status::Used));
    assert_eq!(device.store.view().unwrap().voucher_page(&beadsbox_store::VoucherQuery::newest(100)).unwrap().rows.len(), 5);
}

#[test]
fn rule_10_a_restored_server_is_given_back_what_it_lost() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 4);
    (1..=4).for_each(|number| {
        device.record(number, redeem(number, RedeemMode::Honoured));
    });
    server.sync(&device.store, at(5));
    assert!(device.store.pending_batch(0, BatchLimit::default()).unwrap().is_none());

    // The backup holds the first two.
    device.store.adopt_epoch(OTHER_EPOCH, 2).unwrap();
    let stale = device.store.record_results(&[device.answer(3, Some(Outcome::Applied), EPOCH)], EPOCH);
    assert!(matches!(stale, Err(StoreError::WrongEpoch { .. })), "a late reply of before must not count");
    let batch = device.store.pending_batch(0, BatchLimit::default()).unwrap().unwrap();
    assert_eq!((batch.first_seq, batch.last_seq, batch.epoch), (3, 4, OTHER_EPOCH));
    assert_eq!(device.store.acknowledged_through().unwrap(), 2);
    let own = device.store.view().unwrap().own_operation(op_id(3)).unwrap().unwrap();
    assert_eq!((own.state, own.outcome), (OpState::Waiting, Some(Outcome::Applied)), "what the person was told stays known");

    let mut restored = Server::new(OTHER_EPOCH);
    (1..=4).for_each(|number| restored.sell_there(number, "Anna"));
    let all = device.store.view().unwrap();
    let bodies: Vec<String> = (1..=2).map(|op| all.own_operation(op_id(op)).unwrap().unwrap().body.encode().unwrap()).collect();
    drop(all);
    restored.push(&bodies, &[]);
    restored.sync(&device.store, at(9));
    for number in 1..=4 {
        assert_eq!(status(&device, number), Some(Status::Used));
    }
    assert_eq!(device.store.counts().unwrap().waiting, 0);
    assert_eq!(device.reopen().store.verify_chain().unwrap(), 4);
}

#[test]
fn a_cache_of_another_epoch_is_emptied_at_the_start() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 2);
    // As if the program had ended after the outbox adopted the epoch and before the cache was emptied.
    let connection = rusqlite::Connection::open(&device.paths.outbox).unwrap();
    connection.pragma_update(None, "key", format!("x'{}'", hex::encode(common::KEYS.0))).unwrap();
    connection.execute("UPDATE enrolment SET epoch = ?1", [OTHER_EPOCH.as_bytes()]).unwrap();
    drop(connection);
    let device = device.reopen();
    assert_eq!(device.opened.cache, beadsbox_store::CacheOpening::Rebuilt);
    assert_eq!(status(&device, 1), None);
}

#[test]
fn an_erased_buyer_is_gone_here_too() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 1);
    device.sell(1, 5, "Berta");
    server.sync(&device.store, at(5));
    assert!(device.store.view().unwrap().voucher(voucher_id(5)).unwrap().unwrap().person.is_some());
    server.persons.remove(&voucher_id(5));
    let voucher = server.vouchers.get_mut(&voucher_id(5)).unwrap();
    voucher.row_version += 1;
    server.changed(beadsbox_protocol::rows::RowKey::Voucher(voucher_id(5)));
    server.pull(&device.store, at(6));
    assert!(device.store.view().unwrap().voucher(voucher_id(5)).unwrap().unwrap().person.is_none());
    device.store.reset_cache().unwrap();
    let own = device.store.view().unwrap().voucher(voucher_id(5)).unwrap().unwrap();
    assert!(own.person.is_none(), "it does not come back from the outbox");
    assert_eq!(device.store.verify_chain().unwrap(), 1);
}

#[test]
fn refusals_stay_until_a_person_takes_note() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 2);
    device.record(1, Operation::Cancel { voucher: voucher_id(1), reason: common::reason() });
    server.other(redeem(1, RedeemMode::Honoured), &[]);
    server.sync(&device.store, at(5));
    let view = device.store.view().unwrap();
    let refused = view.refused().unwrap();
    assert_eq!(refused.len(), 1);
    assert!(matches!(&refused[0].outcome, Some(Outcome::Rejected { refusal: Refusal::StatusIs { status: Status::Used, .. } })));
    drop(view);
    assert_eq!(device.store.counts().unwrap().refused_unseen, 1);
    device.store.acknowledge_refusal(op_id(1), at(6)).unwrap();
    device.store.acknowledge_refusal(op_id(1), at(7)).unwrap();
    assert_eq!(device.store.counts().unwrap().refused_unseen, 0);
    let own = device.store.view().unwrap().own_operation(op_id(1)).unwrap().unwrap();
    assert_eq!(own.acknowledged_refusal_at, Some(at(6)));
    assert!(matches!(device.store.acknowledge_refusal(op_id(9), at(6)), Err(StoreError::UnknownOperation { .. })));
}

#[test]
fn an_old_copy_of_the_cache_hides_no_own_work() {
    const VOUCHERS: u64 = 300;
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, VOUCHERS);
    let (folder, paths) = device.close();
    let old = std::fs::read(&paths.cache).unwrap();
    let (store, _) = beadsbox_store::Store::open(&paths, &common::keys()).unwrap();
    let all: Vec<_> = (1..=VOUCHERS).map(|number| common::new_operation(number, redeem(number, RedeemMode::Honoured), None)).collect();
    store.record_all(move |_| Ok::<_, StoreError>(all)).unwrap();
    server.sync(&store, at(5));
    // So many that they are noted as contained.
    let used = |store: &beadsbox_store::Store| {
        let view = store.view().unwrap();
        let voucher = |number| view.voucher(voucher_id(number)).unwrap().unwrap().voucher;
        assert!((1..=VOUCHERS).all(|number| voucher(number).status == Status::Used));
    };
    used(&store);
    drop(store);
    let noted = rusqlite::Connection::open(&paths.outbox).unwrap();
    noted.pragma_update(None, "key", format!("x'{}'", hex::encode(common::KEYS.0))).unwrap();
    let count: u64 = noted
        .query_row("SELECT count(*) FROM outbox WHERE contained_in IS NOT NULL", [], |row| row.get::<_, i64>(0))
        .unwrap()
        .unsigned_abs();
    assert_eq!(count, VOUCHERS);
    drop(noted);

    // As after a power cut that took the last commits of the cache, or from a backup.
    std::fs::write(&paths.cache, old).unwrap();
    let (store, opened) = beadsbox_store::Store::open(&paths, &common::keys()).unwrap();
    assert_eq!(opened.cache, beadsbox_store::CacheOpening::Kept);
    used(&store);
    server.pull(&store, at(6));
    used(&store);
    drop((store, folder));
}

#[test]
fn a_row_is_kept_whole_whatever_differs_in_it_and_only_where_it_is_newer() {
    use beadsbox_protocol::rows::{Row, RowKey};
    let mut server = Server::new(EPOCH);
    server.sell_there(1, "Anna");
    let device = Device::new();
    server.pull(&device.store, at(0));
    let Row::Voucher(first) = server.row(RowKey::Voucher(voucher_id(1))) else { panic!("a voucher") };
    let give = |row: &beadsbox_protocol::rows::VoucherRow| {
        let mut page = server.page(&device.store.position().unwrap().cursor, 0, 1);
        page.rows = vec![Row::Voucher(Box::new(row.clone()))];
        device.store.apply_page(&page, at(1)).unwrap();
        let view = device.store.view().unwrap().voucher(voucher_id(1)).unwrap().unwrap();
        (view.voucher, view.person)
    };
    let mut now = (*first).clone();
    let changes: [fn(&mut beadsbox_protocol::rows::VoucherRow); 5] = [
        |row| row.voucher.status = Status::Used,
        |row| row.voucher.expires_on = Some(beadsbox_domain::Date::constant(2031, 5, 6)),
        |row| row.person.as_mut().unwrap().buyer = beadsbox_domain::text::PersonName::new("Berta").unwrap(),
        |row| (row.voucher.status, row.person) = (Status::Refunded, None),
        |row| row.voucher.since.at = at(77),
    ];
    for change in changes {
        let before = now.clone();
        change(&mut now);
        assert_eq!(give(&now), (before.voucher, before.person), "as new as the one there");
        now.voucher.row_version += 1;
        assert_eq!(give(&now), (now.voucher.clone(), now.person.clone()));
    }
}
