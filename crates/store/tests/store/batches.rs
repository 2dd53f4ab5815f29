//! Vouchers that were issued together, and those that another system sold: found and counted the same before and after the server has them.

use beadsbox_domain::{Batch, BatchId, ExternalCode, Operation, Outcome, RedeemMode, Refusal, Status, text::Name};
use beadsbox_store::{Found, VoucherQuery};
use uuid::Uuid;

use crate::common::{Device, EPOCH, at, content, imported_as, new_operation, person, redeem, sale, server::Server, template_id, voucher_id};

const BATCH: BatchId = BatchId(Uuid::from_u128(0xba7c));

fn issue(device: &Device, op: u64, number: u64) {
    issue_in(device, op, number, BATCH, "Christmas");
}

fn issue_in(device: &Device, op: u64, number: u64, id: BatchId, name: &str) {
    let (mut operation, salted) = sale(number, template_id(1), &content("Bread", 4000, Some(12)), &person("Dupont"));
    if let Operation::Sell { batch, .. } = &mut operation {
        *batch = Some(Batch { id, name: Name::new(name).unwrap() });
    }
    device.record_with(op, operation, salted);
}

/// Vouchers, purchased, used, waiting.
fn counts(device: &Device) -> Option<(u64, u64, u64, u64)> {
    let batches = device.store.view().unwrap().batches(10).unwrap();
    batches.first().map(|batch| (batch.vouchers, batch.purchased, batch.used, batch.waiting))
}

#[test]
fn a_batch_is_counted_once_before_and_after_the_server_has_it() {
    let (mut server, device) = (Server::new(EPOCH), Device::new());
    server.sell_there(100, "No batch");
    server.sync(&device.store, at(0));
    assert_eq!(counts(&device), None);
    (1..=3).for_each(|number| issue(&device, number, number));
    assert_eq!(counts(&device), Some((3, 3, 0, 3)));
    server.sync(&device.store, at(10));
    assert_eq!(counts(&device), Some((3, 3, 0, 0)));
    device.record(4, redeem(1, RedeemMode::Honoured));
    issue(&device, 5, 4);
    assert_eq!(counts(&device), Some((4, 3, 1, 2)));
    let device = device.reopen();
    assert_eq!(counts(&device), Some((4, 3, 1, 2)));
    server.sync(&device.store, at(20));
    assert_eq!(counts(&device), Some((4, 3, 1, 0)));
    let view = device.store.view().unwrap();
    assert_eq!(view.batches(10).unwrap()[0].voucher.marks.batch.as_ref().unwrap().name.as_str(), "Christmas");
    assert_eq!(view.batch_names(10).unwrap().len(), 1);
    assert_eq!(view.batch_vouchers(BATCH).unwrap(), (1..=4).map(voucher_id).collect::<Vec<_>>());
}

#[test]
fn of_many_batches_the_newest_are_told_whoever_has_them_and_any_is_found() {
    let (mut server, device) = (Server::new(EPOCH), Device::new());
    server.sell_there(100, "No batch");
    server.sync(&device.store, at(0));
    // Their ids say nothing of their order.
    let id = |number: u64| BatchId(Uuid::from_u128(u128::from(number * 7 % 10)));
    let issue_one = |number: u64| issue_in(&device, number, number, id(number), &format!("Batch {number}"));
    (1..=7).for_each(issue_one);
    server.sync(&device.store, at(10));
    (8..=9).for_each(issue_one);
    let view = device.store.view().unwrap();
    let names: Vec<String> = view.batches(4).unwrap().iter().map(|batch| batch.voucher.marks.batch.as_ref().unwrap().name.to_string()).collect();
    assert_eq!(names, ["Batch 9", "Batch 8", "Batch 7", "Batch 6"]);
    assert_eq!(view.batch_names(4).unwrap().iter().map(|batch| batch.name.to_string()).collect::<Vec<_>>(), names);
    let waiting: Vec<u64> = view.batches(4).unwrap().iter().map(|batch| batch.waiting).collect();
    assert_eq!(waiting, [1, 1, 0, 0]);
    let oldest = view.batch(id(1)).unwrap().unwrap();
    assert_eq!((oldest.vouchers, oldest.voucher.id), (1, voucher_id(1)));
    assert_eq!(view.batch(BATCH).unwrap(), None);
}

#[test]
fn another_systems_code_finds_its_voucher_whole_and_names_no_second_one() {
    let (mut server, device) = (Server::new(EPOCH), Device::new());
    server.sell_there(100, "No code");
    server.sync(&device.store, at(0));
    let (operation, salted) = imported_as(1, "OLD/17", Status::Purchased);
    device.record_with(1, operation, salted);
    let finds = |device: &Device, text: &str| {
        let page = device
            .store
            .view()
            .unwrap()
            .voucher_page(&VoucherQuery { search: text.to_owned(), ..VoucherQuery::newest(10) })
            .unwrap();
        (page.found == Found::Code).then(|| page.rows[0].voucher.id)
    };
    let known = |device: &Device| device.store.view().unwrap().voucher_by_external_code(&ExternalCode::new("OLD/17").unwrap()).unwrap().is_some();
    for waiting in [true, false] {
        assert!(known(&device), "waiting: {waiting}");
        assert_eq!((finds(&device, " OLD/17 "), finds(&device, "OLD/1")), (Some(voucher_id(1)), None));
        let view = device.store.view().unwrap();
        let (second, salted) = imported_as(2, "OLD/17", Status::Used);
        let foretold = view.foretell(&new_operation(2, second, salted)).unwrap().outcome;
        assert_eq!(foretold, Outcome::Rejected { refusal: Refusal::CodeTaken });
        drop(view);
        server.sync(&device.store, at(10));
    }
    // Redeemed here since: the row that this device shows has it still.
    device.record(2, redeem(1, RedeemMode::Honoured));
    assert_eq!(finds(&device, "OLD/17"), Some(voucher_id(1)));
}
