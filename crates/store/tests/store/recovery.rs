//! Receipts, epochs, older copies of the files, other lives, and being revoked.

use crate::common::{self, Device, EPOCH, at, op_id, redeem, server::Server, voucher_id};
use beadsbox_domain::{CashMovement, Operation, Outcome, RedeemMode, Refusal, Status};
use beadsbox_protocol::push::OpResult;
use beadsbox_store::{BatchLimit, OpState, OwnOperation, RecordError, Store, StoreError};
use rstest::rstest;
use uuid::Uuid;

const RESTORED: Uuid = Uuid::from_u128(0xe0c5);

fn synced(server: &mut Server, vouchers: u64) -> Device {
    (1..=vouchers).for_each(|number| server.sell_there(number, "Anna"));
    let device = Device::new();
    server.sync(&device.store, at(0));
    device
}

fn honour(device: &Device, numbers: impl IntoIterator<Item = u64>) {
    for number in numbers {
        device.record(number, redeem(number, RedeemMode::Honoured));
    }
}

fn own(store: &Store, op: u64) -> OwnOperation {
    store.view().unwrap().own_operation(op_id(op)).unwrap().unwrap()
}

fn try_to_record(store: &Store, op: u64) -> Result<u64, StoreError> {
    let new = common::new_operation(op, redeem(op, RedeemMode::Honoured), None);
    match store.record(move |_| Ok::<_, StoreError>(new)) {
        Ok(recorded) => Ok(recorded.dev_seq),
        Err(RecordError::Store(error) | RecordError::Refused(error)) => Err(error),
    }
}

/// The server keeps it until an admin accepts it.
fn quarantined(device: &Device, seq: u64) -> OpResult {
    OpResult { op_id: None, commit_no: 0, ..device.answer(seq, None, EPOCH) }
}

/// The two files as they are now, opened later as an older copy of them.
struct OldFiles(tempfile::TempDir, beadsbox_store::StorePaths);

impl OldFiles {
    fn of(device: Device) -> (Self, Device) {
        let (folder, paths) = device.close();
        let copy = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let path = file.unwrap().path();
            std::fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
        }
        let (store, opened) = Store::open(&paths, &common::keys()).unwrap();
        let there = beadsbox_store::StorePaths::in_folder(copy.path());
        (Self(copy, there), Device { folder, paths, store, opened })
    }

    fn open(self) -> Device {
        let (store, opened) = Store::open(&self.1, &common::keys()).unwrap();
        Device { folder: self.0, paths: self.1, store, opened }
    }
}

enum Forged {
    Nothing,
    Outcome,
    Number,
    Epoch,
    Operation,
}

#[rstest]
#[case(Forged::Nothing)]
#[case(Forged::Outcome)]
#[case(Forged::Number)]
#[case(Forged::Epoch)]
#[case(Forged::Operation)]
fn an_answer_counts_only_with_the_servers_receipt(#[case] forged: Forged) {
    let device = Device::new();
    honour(&device, 1..=2);
    let genuine = device.answer(1, Some(Outcome::Applied), EPOCH);
    let (wrong, is_forged) = match forged {
        Forged::Nothing => (genuine, false),
        Forged::Outcome => (OpResult { result: Some(Outcome::Rejected { refusal: Refusal::Repeated }), ..genuine }, true),
        Forged::Number => (OpResult { commit_no: 7, ..genuine }, true),
        Forged::Epoch => (device.answer(1, Some(Outcome::Applied), RESTORED), true),
        Forged::Operation => (OpResult { receipt: device.answer(2, Some(Outcome::Applied), EPOCH).receipt, ..genuine }, true),
    };
    let good = device.answer(2, Some(Outcome::Applied), EPOCH);
    let taken = device.store.record_results(&[good, wrong], EPOCH);
    assert_eq!(matches!(taken, Err(StoreError::BadReceipt { dev_seq: 1 })), is_forged, "{taken:?}");
    assert_eq!(device.store.counts().unwrap().acknowledged, if is_forged { 0 } else { 2 }, "all of them or none");
}

#[test]
fn rule_10_what_a_restored_server_lost_is_sent_with_the_receipts_of_before() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 4);
    honour(&device, 1..=4);
    server.sync(&device.store, at(5));
    device.store.adopt_epoch(RESTORED, 2).unwrap();
    let batch = device.store.pending_batch(0, BatchLimit::default()).unwrap().unwrap();
    let shown: Vec<_> = batch.receipts.iter().map(|kept| (kept.dev_seq, kept.epoch, kept.commit_no, kept.outcome.clone())).collect();
    assert_eq!(shown, [(3, EPOCH, 3, Outcome::Applied), (4, EPOCH, 4, Outcome::Applied)]);
    let kept: Vec<&String> = batch.receipts.iter().map(|kept| &kept.receipt).collect();
    assert_eq!(kept, server.results[2..].iter().map(|result| &result.receipt).collect::<Vec<_>>());

    // The server takes them by their receipts and answers in its own new epoch; it is lost once more.
    let again: Vec<_> = (3..=4).map(|seq| device.answer(seq, Some(Outcome::Applied), RESTORED)).collect();
    device.store.record_results(&again, RESTORED).unwrap();
    assert_eq!(device.store.counts().unwrap().waiting, 0);
    let third = Uuid::from_u128(0xe0c6);
    device.store.adopt_epoch(third, 0).unwrap();
    let batch = device.store.pending_batch(0, BatchLimit::default()).unwrap().unwrap();
    assert_eq!(batch.receipts.len(), 4);
    assert!(batch.receipts.iter().all(|kept| kept.epoch == EPOCH), "the first word stays");
}

#[test]
fn an_answer_from_before_the_restore_is_known_by_its_epoch() {
    let device = Device::new();
    honour(&device, 1..=1);
    // The server had taken it when the backup was made; the reply was lost, and comes with the first page after the restore.
    let answer = device.answer(1, Some(Outcome::Applied), EPOCH);
    device.store.adopt_epoch(RESTORED, 1).unwrap();
    device.store.record_results(&[answer], RESTORED).unwrap();
    device.store.adopt_epoch(Uuid::from_u128(0xe0c6), 0).unwrap();
    assert_eq!(device.store.pending_batch(0, BatchLimit::default()).unwrap().unwrap().receipts[0].epoch, EPOCH);
}

#[test]
fn rule_6_a_contradicting_answer_leaves_what_people_were_told_and_is_shown_until_read() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 1);
    honour(&device, 1..=1);
    server.sync(&device.store, at(5));
    device.store.adopt_epoch(RESTORED, 0).unwrap();
    let refused = Outcome::Rejected { refusal: Refusal::UnknownVoucher };
    let other = device.answer(1, Some(refused.clone()), RESTORED);
    device.store.record_results(std::slice::from_ref(&other), RESTORED).unwrap();
    let kept = own(&device.store, 1);
    assert_eq!((kept.state, kept.outcome, kept.contradicted_by), (OpState::Acknowledged, Some(Outcome::Applied), Some(refused)));
    assert_eq!((device.store.counts().unwrap().refused_unseen, device.store.view().unwrap().refused().unwrap().len()), (1, 1));
    device.store.acknowledge_refusal(op_id(1), at(6)).unwrap();
    assert!(device.store.record_results(&[other], RESTORED).unwrap().is_empty(), "the same again is no news");
    assert_eq!(device.store.counts().unwrap().refused_unseen, 0);
}

#[test]
fn rule_6_adopting_an_epoch_ends_right_wherever_it_was_cut() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 3);
    honour(&device, 1..=3);
    server.sync(&device.store, at(5));
    let all_used = |store: &Store| {
        let view = store.view().unwrap();
        (2..=3).all(|number| view.redemption_state(op_id(number)).unwrap() == Some(beadsbox_store::RedemptionState::Confirmed))
    };
    assert!(all_used(&device.store));
    // The program ends after the outbox adopted the epoch and before the cache was emptied.
    let (folder, paths) = device.close();
    let (store, _) = Store::open(&paths, &common::keys()).unwrap();
    let whole = std::fs::read(&paths.cache).unwrap();
    store.adopt_epoch(RESTORED, 1).unwrap();
    drop(store);
    std::fs::write(&paths.cache, &whole).unwrap();
    let (store, opened) = Store::open(&paths, &common::keys()).unwrap();
    assert_eq!(opened.cache, beadsbox_store::CacheOpening::Rebuilt);
    let batch = store.pending_batch(0, BatchLimit::default()).unwrap().unwrap();
    assert_eq!((batch.epoch, batch.first_seq, batch.last_seq, batch.receipts.len()), (RESTORED, 2, 3, 2));
    // The same once more, as both tasks of the sync may hear of it.
    store.adopt_epoch(RESTORED, 1).unwrap();
    assert_eq!(store.pending_batch(0, BatchLimit::default()).unwrap().unwrap().receipts.len(), 2);
    assert!(all_used(&store), "people see what they were told");
    drop((store, folder));
}

#[test]
fn rule_1_an_older_copy_of_the_files_takes_its_operations_back_and_records_nothing_before() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 5);
    honour(&device, 1..=2);
    server.sync(&device.store, at(1));
    let (copy, device) = OldFiles::of(device);
    honour(&device, 3..=4);
    server.sync(&device.store, at(2));
    drop(device);

    let device = copy.open();
    assert!(device.store.fall_behind(1, 4).unwrap(), "all that is here was sent");
    assert!(matches!(try_to_record(&device.store, 5), Err(StoreError::Behind { missing: 2 })));
    let device = device.reopen();
    assert!(matches!(try_to_record(&device.store, 5), Err(StoreError::Behind { missing: 2 })), "also after a restart");

    let missing = server.own_operations(2);
    device.store.take_back(&missing[..1], EPOCH).unwrap();
    assert!(matches!(try_to_record(&device.store, 5), Err(StoreError::Behind { missing: 1 })));
    // The last page came twice.
    device.store.take_back(&missing, EPOCH).unwrap();
    device.store.take_back(&missing, EPOCH).unwrap();
    assert_eq!(device.store.verify_chain().unwrap(), 4);
    let back = own(&device.store, 4);
    assert_eq!((back.state, back.outcome), (OpState::Acknowledged, Some(Outcome::Applied)));
    assert!(device.store.pending_batch(0, BatchLimit::default()).unwrap().is_none());
    assert_eq!(try_to_record(&device.store, 5).unwrap(), 5);
    server.sync(&device.store, at(3));
    assert_eq!(server.results.len(), 5);
    assert!(!device.store.fall_behind(1, 5).unwrap(), "nothing is missing any more");
}

#[test]
fn rule_10_a_sale_that_is_taken_back_brings_its_buyer() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 1);
    let (copy, device) = OldFiles::of(device);
    device.sell(1, 100, "Ada");
    server.sync(&device.store, at(1));
    let sent = server.own_operations(0);
    drop(device);

    let device = copy.open();
    assert!(device.store.fall_behind(1, 1).unwrap());
    device.store.take_back(&sent, EPOCH).unwrap();
    // The server was restored to before the sale, and this copy is the one that gives it back.
    device.store.adopt_epoch(RESTORED, 0).unwrap();
    let batch = device.store.pending_batch(0, BatchLimit::default()).unwrap().unwrap();
    let buyers: Vec<String> = batch.persons.iter().map(|salted| salted.open().unwrap().buyer.to_string()).collect();
    assert_eq!(buyers, ["Ada"]);
    assert_eq!(batch.receipts.len(), 1);
}

#[test]
fn rule_4_operations_that_do_not_follow_are_not_taken_back() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 5);
    honour(&device, 1..=2);
    server.sync(&device.store, at(1));
    let (copy, device) = OldFiles::of(device);
    honour(&device, 3..=5);
    server.sync(&device.store, at(2));
    let device = copy.open();
    let missing = server.own_operations(2);
    let take = |operations: &[_]| device.store.take_back(operations, EPOCH);
    let mut changed = missing.clone();
    changed[1].body = changed[1].body.replace(&voucher_id(4).to_string(), &voucher_id(3).to_string());
    assert!(matches!(take(&changed), Err(StoreError::BadReceipt { dev_seq: 4 })));
    assert!(matches!(take(&missing[1..]), Err(StoreError::ChainBroken { dev_seq: 3 })));
    assert_eq!(device.store.verify_chain().unwrap(), 2, "nothing of it was kept");
    take(&missing).unwrap();
    assert_eq!(device.store.verify_chain().unwrap(), 5);
}

#[test]
fn rule_4_a_fork_goes_on_as_another_life_with_the_bytes_and_numbers_that_it_had() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 6);
    honour(&device, 1..=2);
    server.sync(&device.store, at(1));
    let (copy, device) = OldFiles::of(device);
    honour(&device, 3..=3);
    server.sync(&device.store, at(2));

    let clone = copy.open();
    honour(&clone, 4..=5);
    assert!(!clone.store.fall_behind(1, 9).unwrap(), "it has something of its own under these numbers");
    let before = clone.store.pending_batch(0, BatchLimit::default()).unwrap().unwrap();
    let fork = clone.store.fork(3).unwrap().unwrap();
    assert_eq!((fork.incarnation, fork.seq), (1, 3));
    assert!(clone.store.fork(9).unwrap().is_none());
    clone.store.adopt_life(fork, 2).unwrap();
    // The answer comes again, and one that is older.
    clone.store.adopt_life(fork, 2).unwrap();
    assert!(!clone.store.fall_behind(1, 9).unwrap(), "a late word about the life before");
    assert_eq!(clone.store.standing().unwrap().behind_until, None);
    let clone = clone.reopen();
    let after = clone.store.pending_batch(0, BatchLimit::default()).unwrap().unwrap();
    assert_eq!((after.incarnation, after.first_seq, &after.bodies, after.tip), (2, 3, &before.bodies, before.tip));

    // In quarantine: kept by the server, answered later.
    let open: Vec<OpResult> = (3..=4).map(|seq| OpResult { op_id: None, ..clone.answer(seq, None, EPOCH) }).collect();
    clone.store.record_quarantined(&open, EPOCH).unwrap();
    let counts = clone.store.counts().unwrap();
    assert_eq!((counts.waiting, counts.quarantined, counts.acknowledged), (0, 2, 2));
    assert_eq!(own(&clone.store, 4).state, OpState::Quarantined);
    assert_eq!(clone.store.view().unwrap().offline_use().unwrap().honoured, 2);
    assert_eq!(try_to_record(&clone.store, 6).unwrap(), 5, "it goes on working");
    assert_eq!(clone.store.verify_chain().unwrap(), 5);
    let next = clone.store.pending_batch(0, BatchLimit::default()).unwrap().unwrap();
    assert_eq!((next.first_seq, next.bodies.len()), (5, 1));
    assert!(next.bodies[0].contains("\"incarnation\":2"));
    let accepted: Vec<OpResult> = (3..=4).map(|seq| OpResult { op_id: None, ..clone.answer(seq, Some(Outcome::Applied), EPOCH) }).collect();
    clone.store.record_results(&accepted, EPOCH).unwrap();
    assert_eq!(clone.store.counts().unwrap().quarantined, 0);
    assert_eq!(own(&clone.store, 4).state, OpState::Acknowledged);
}

#[test]
fn an_ask_that_waits_for_an_admin_and_that_nobody_waits_for_is_open() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 2);
    device.record(1, redeem(1, RedeemMode::Asked));
    device.record(2, redeem(2, RedeemMode::Asked));
    let fork = device.store.fork(1).unwrap().unwrap();
    device.store.adopt_life(fork, 2).unwrap();
    device.store.record_quarantined(&[quarantined(&device, 1), quarantined(&device, 2)], EPOCH).unwrap();
    // The program ends before the till has heard of it.
    let device = device.reopen();
    let open = |device: &Device| device.store.view().unwrap().open_asks().unwrap().into_iter().map(|ask| ask.op).collect::<Vec<_>>();
    assert_eq!(open(&device), [op_id(1), op_id(2)]);
    device.record(3, Operation::Withdraw { voucher: voucher_id(1), redemption: op_id(1) });
    assert_eq!(open(&device), [op_id(2)]);
    // Accepted, and by a server that cannot read it yet.
    device.store.record_results(&[OpResult { commit_no: 7, ..quarantined(&device, 2) }], EPOCH).unwrap();
    assert_eq!((own(&device.store, 2).state, open(&device)), (OpState::Held, vec![op_id(2)]));
}

#[test]
fn what_an_admin_accepted_and_the_server_cannot_read_yet_waits_for_no_admin() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 1);
    honour(&device, 1..=1);
    let fork = device.store.fork(1).unwrap().unwrap();
    device.store.adopt_life(fork, 2).unwrap();
    // As it is told with a page, with what a device takes back, or with the answer to a push.
    device.store.record_results(&[quarantined(&device, 1)], EPOCH).unwrap();
    assert_eq!((device.store.counts().unwrap().quarantined, own(&device.store, 1).state), (1, OpState::Quarantined));
    device.store.record_results(&[OpResult { commit_no: 7, ..quarantined(&device, 1) }], EPOCH).unwrap();
    assert_eq!((device.store.counts().unwrap().quarantined, own(&device.store, 1).state), (0, OpState::Held));
}

#[test]
fn a_revoked_device_records_nothing_and_still_hands_over_what_waits() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 2);
    honour(&device, 1..=1);
    device.store.revoke(at(3)).unwrap();
    let device = device.reopen();
    assert!(matches!(try_to_record(&device.store, 2), Err(StoreError::Revoked)));
    assert!(device.store.view().unwrap().voucher(voucher_id(2)).unwrap().is_none());
    let batch = device.store.pending_batch(0, BatchLimit::default()).unwrap().unwrap();
    assert_eq!((batch.first_seq, batch.bodies.len()), (1, 1));
    device.store.record_quarantined(&[device.answer(1, None, EPOCH)], EPOCH).unwrap();
    assert!(device.store.pending_batch(0, BatchLimit::default()).unwrap().is_none());
    assert_eq!(device.store.counts().unwrap().quarantined, 1);
}

#[test]
fn an_outbox_of_the_version_before_keeps_all_and_shows_its_receipts() {
    let folder = tempfile::tempdir().unwrap();
    let paths = beadsbox_store::StorePaths::in_folder(folder.path());
    let mut server = Server::new(EPOCH);
    let filled = synced(&mut server, 2);
    honour(&filled, 1..=2);
    server.sync(&filled.store, at(5));
    filled.record(3, redeem(3, RedeemMode::Honoured));
    write_version_1(&filled.paths.outbox, &paths.outbox);
    let (store, _) = Store::open(&paths, &common::keys()).unwrap();
    assert_eq!(store.verify_chain().unwrap(), 3);
    assert_eq!((store.counts().unwrap().waiting, store.enrolment().unwrap().unwrap().profile), (1, None));
    store.adopt_epoch(RESTORED, 0).unwrap();
    let batch = store.pending_batch(0, BatchLimit::default()).unwrap().unwrap();
    assert_eq!((batch.bodies.len(), batch.receipts.len()), (3, 2));
    assert!(batch.receipts.iter().all(|kept| kept.epoch == EPOCH));
    assert_eq!(own(&store, 1).outcome, Some(Outcome::Applied));
    assert!(store.view().unwrap().voucher(voucher_id(1)).unwrap().is_none_or(|view| view.voucher.status == Status::Used));
    // What the till does to itself goes in, and what was there stays for good.
    let float = Operation::MoveCash { movement: CashMovement::Float, amount: common::content("Cash", 500, None).price, reason: None };
    store.record(move |_| Ok::<_, ()>(common::new_operation(4, float, None))).unwrap();
    assert_eq!(store.verify_chain().unwrap(), 4);
    drop(store);
    let connection = rusqlite::Connection::open(&paths.outbox).unwrap();
    connection.pragma_update(None, "key", format!("x'{}'", hex::encode(common::KEYS.0))).unwrap();
    assert!(connection.execute("DELETE FROM outbox WHERE dev_seq = 1", []).is_err());
    assert!(connection.execute("UPDATE outbox SET body = '' WHERE dev_seq = 1", []).is_err());
}

/// The rows of that outbox in a file as the first version made it.
fn write_version_1(from: &std::path::Path, to: &std::path::Path) {
    let connection = rusqlite::Connection::open(to).unwrap();
    let key = format!("x'{}'", hex::encode(common::KEYS.0));
    connection.pragma_update(None, "key", &key).unwrap();
    connection.execute_batch(include_str!("../../../../migrations/outbox/0001_outbox.sql")).unwrap();
    connection.execute("ATTACH ?1 AS newer KEY ?2", (from.to_str().unwrap(), &key)).unwrap();
    for table in ["enrolment", "outbox", "person"] {
        let columns: Vec<String> = connection
            .prepare(&format!("SELECT name FROM pragma_table_info('{table}')"))
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let columns = columns.join(", ");
        connection.execute_batch(&format!("INSERT INTO {table} ({columns}) SELECT {columns} FROM newer.{table}")).unwrap();
    }
    connection.pragma_update(None, "user_version", 1).unwrap();
}
