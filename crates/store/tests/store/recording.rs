//! Recording: no gaps, a chain that verifies, all or nothing.

use std::{collections::BTreeSet, thread};

use crate::common::{self, Device, content, keys, new_operation, op_id, person, redeem, sale, template_id, voucher_id};
use beadsbox_domain::{Operation, RedeemMode};
use beadsbox_protocol::{ChainHash, OperationBody};
use beadsbox_store::{BatchLimit, RecordError, Recording, Store, StoreError, StorePaths};
use ed25519_dalek::SigningKey;
use rusqlite::Connection;

fn keyed(path: &std::path::Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "key", format!("x'{}'", hex::encode(common::KEYS.0))).unwrap();
    connection
}

#[test]
fn rule_4_places_have_no_gaps_and_the_chain_verifies_under_concurrent_recorders() {
    let device = Device::new();
    let threads: Vec<_> = (0..8)
        .map(|thread| {
            let store = device.store.clone();
            thread::spawn(move || {
                for number in 0..25 {
                    let op = thread * 100 + number;
                    // Every fifth is refused by its caller, and every seventh has an id that was taken.
                    let new = new_operation(if op % 7 == 0 { 0 } else { op }, redeem(op, RedeemMode::Honoured), None);
                    let result = store.record(move |_| if op % 5 == 0 { Err("no") } else { Ok(new) });
                    match result {
                        Ok(_) => {}
                        Err(RecordError::Refused("no")) => assert_eq!(op % 5, 0),
                        Err(RecordError::Store(StoreError::Repeated { .. })) => assert_eq!(op % 7, 0),
                        Err(other) => panic!("{other}"),
                    }
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }

    let batch = device.store.pending_batch(0, BatchLimit::default()).unwrap().unwrap();
    let places: Vec<u64> = batch.bodies.iter().map(|body| OperationBody::decode(body).unwrap().dev_seq).collect();
    assert_eq!(places, (1..=places.len() as u64).collect::<Vec<_>>());
    assert_eq!(device.store.verify_chain().unwrap(), places.len() as u64);
    let origin = ChainHash::of_enrolment(common::DEVICE, 1, &SigningKey::from_bytes(&[5; 32]).verifying_key());
    assert_eq!(batch.tip, batch.bodies.iter().fold(origin, |hash, body| hash.then(body)));
}

#[test]
fn rule_4_a_changed_dropped_or_swapped_operation_is_found() {
    type Tampering = (u64, &'static str);
    let tamperings: [Tampering; 5] = [
        (3, "UPDATE outbox SET body = replace(body, '\"online\":false', '\"online\":true ') WHERE dev_seq = 3"),
        (2, "UPDATE outbox SET hash = zeroblob(32) WHERE dev_seq = 2"),
        (4, "DELETE FROM outbox WHERE dev_seq = 4"),
        (1, "UPDATE outbox SET prev_hash = zeroblob(32) WHERE dev_seq = 1"),
        (2, "UPDATE outbox SET op_id = randomblob(16) WHERE dev_seq = 2"),
    ];
    for (place, tampering) in tamperings {
        let device = Device::new();
        (1..=5).for_each(|op| {
            device.record(op, redeem(op, RedeemMode::Honoured));
        });
        let (_folder, paths) = device.close();
        let connection = keyed(&paths.outbox);
        assert!(connection.execute_batch(tampering).is_err(), "the file itself forbids it");
        connection.execute_batch("DROP TRIGGER outbox_is_for_good; DROP TRIGGER outbox_never_changes").unwrap();
        connection.execute_batch(tampering).unwrap();
        drop(connection);
        let (store, _) = Store::open(&paths, &keys()).unwrap();
        let found = store.verify_chain();
        assert!(matches!(found, Err(StoreError::ChainBroken { dev_seq }) if dev_seq == place), "{tampering}: {found:?}");
    }
}

#[test]
fn what_was_recorded_is_there_after_a_crash_and_what_was_not_is_not() {
    let device = Device::new();
    for op in 1..=20 {
        let kept = device.sell(op, op, "Anna");
        assert_eq!(kept.dev_seq, op);
        // The files as a power cut leaves them at this moment: copied under the open store, log and all.
        let crashed = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(device.folder.path()).unwrap().map(Result::unwrap) {
            if !file.file_name().to_string_lossy().ends_with("-shm") {
                std::fs::copy(file.path(), crashed.path().join(file.file_name())).unwrap();
            }
        }
        let (store, _) = Store::open(&StorePaths::in_folder(crashed.path()), &keys()).unwrap();
        assert_eq!(store.verify_chain().unwrap(), op);
        assert_eq!(store.view().unwrap().own_operation(op_id(op)).unwrap().unwrap().body.dev_seq, op);
    }
}

/// The outbox and its log after ten sales, of which the log was not moved into the file meanwhile: only what was written since
/// the last move can be missing after a power cut.
fn file_and_log() -> (Vec<u8>, Vec<u8>, String) {
    loop {
        let device = Device::new();
        let before = std::fs::read(&device.paths.outbox).unwrap();
        (1..=10).for_each(|op| {
            device.sell(op, op, "Anna");
        });
        let log = std::fs::read(device.folder.path().join("outbox.db-wal")).unwrap();
        if std::fs::read(&device.paths.outbox).unwrap() == before {
            return (before, log, std::fs::read_to_string(device.folder.path().join("outbox.db.key-id")).unwrap());
        }
    }
}

#[test]
fn a_log_that_was_cut_holds_whole_operations_only() {
    let (file, log, key_id) = file_and_log();
    let mut seen = BTreeSet::new();
    for cut in (0..=log.len()).step_by(log.len() / 40) {
        let crashed = tempfile::tempdir().unwrap();
        for (name, bytes) in [("outbox.db", &file[..]), ("outbox.db-wal", &log[..cut]), ("outbox.db.key-id", key_id.as_bytes())] {
            std::fs::write(crashed.path().join(name), bytes).unwrap();
        }
        let (store, _) = Store::open(&StorePaths::in_folder(crashed.path()), &keys()).unwrap();
        if store.enrolment().unwrap().is_none() {
            continue;
        }
        let whole = store.verify_chain().unwrap();
        for op in 1..=whole {
            assert!(store.view().unwrap().voucher(voucher_id(op)).unwrap().is_some_and(|view| view.person.is_some()));
        }
        assert!(store.view().unwrap().voucher(voucher_id(whole + 1)).unwrap().is_none());
        seen.insert(whole);
    }
    assert!(seen.len() > 5, "{seen:?}");
}

#[test]
fn two_operations_are_one_commit() {
    let device = Device::new();
    let both = |second: u64| vec![new_operation(1, redeem(1, RedeemMode::Asked), None), new_operation(second, redeem(2, RedeemMode::Asked), None)];
    let noted = |second| Recording { operations: both(second), note: Some(("note:1".to_owned(), "both".to_owned())) };
    let twice_the_same = noted(1);
    let error = device.store.record_all(move |_| Ok::<_, StoreError>(twice_the_same)).unwrap_err();
    assert!(matches!(error, RecordError::Store(StoreError::Repeated { .. })), "{error}");
    assert_eq!(device.store.counts().unwrap().total, 0);
    assert_eq!(device.store.preferences("note:").unwrap(), []);
    let fine = noted(2);
    let recorded = device.store.record_all(move |_| Ok::<_, StoreError>(fine)).unwrap();
    assert_eq!(recorded.iter().map(|one| one.dev_seq).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(device.store.verify_chain().unwrap(), 2);
    // What is noted beside them comes and stays away with them.
    device.store.set_preference("note", "another").unwrap();
    assert_eq!(device.store.preferences("note:").unwrap(), [("note:1".to_owned(), "both".to_owned())]);
}

#[test]
fn nothing_that_cannot_be_written_leaves_a_trace() {
    let device = Device::new();
    let (operation, salted) = sale(1, template_id(1), &content("Bread", 4000, None), &person("Anna"));
    let other_buyer = common::salted(&person("Berta"));
    for wrong in [None, Some(other_buyer)] {
        let new = new_operation(1, operation.clone(), wrong);
        let error = device.store.record(move |_| Ok::<_, StoreError>(new)).unwrap_err();
        assert!(matches!(error, RecordError::Store(StoreError::PersonMismatch)), "{error}");
    }
    let new = new_operation(1, redeem(1, RedeemMode::Asked), salted.clone());
    let error = device.store.record(move |_| Ok::<_, StoreError>(new)).unwrap_err();
    assert!(matches!(error, RecordError::Store(StoreError::PersonMismatch)), "{error}");
    assert_eq!(device.store.counts().unwrap().total, 0);
    assert_eq!(device.record_with(1, operation, salted).dev_seq, 1);
}

#[test]
fn a_body_that_is_too_long_is_refused() {
    let device = Device::new();
    let mut long = content("Bread", 4000, None);
    // Each of these takes six bytes of JSON text and four of the body's.
    long.description = beadsbox_domain::text::Description::new(&"𝄞".repeat(5000)).unwrap();
    let operation = Operation::CreateTemplate { template: template_id(1), content: long.clone() };
    let new = new_operation(1, operation, None);
    // The longest description fits.
    device.store.record(move |_| Ok::<_, StoreError>(new)).unwrap();
    assert_eq!(device.store.view().unwrap().template(template_id(1)).unwrap().unwrap().template.content, long);
}

#[test]
fn nothing_is_recorded_before_the_enrolment() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(&StorePaths::in_folder(folder.path()), &keys()).unwrap();
    let new = new_operation(1, redeem(1, RedeemMode::Asked), None);
    let error = store.record(move |_| Ok::<_, StoreError>(new)).unwrap_err();
    assert!(matches!(error, RecordError::Store(StoreError::NotEnrolled)));
    store.enrol(&common::enrolment()).unwrap();
    let other = beadsbox_store::Enrolment { device: common::OTHER_DEVICE, ..common::enrolment() };
    assert!(matches!(store.enrol(&other), Err(StoreError::AlreadyEnrolled)));
    let renamed = beadsbox_store::Enrolment { name: "Till 2".into(), ..common::enrolment() };
    store.enrol(&renamed).unwrap();
    assert_eq!(store.enrolment().unwrap(), Some(renamed));
}

#[test]
fn a_panic_while_recording_leaves_nothing_and_stops_nobody() {
    let device = Device::new();
    let error = device.store.record(|_| -> Result<_, StoreError> { panic!("a fault of the caller") }).unwrap_err();
    assert!(matches!(error, RecordError::Store(StoreError::Internal { .. })));
    assert_eq!(device.record(1, redeem(1, RedeemMode::Asked)).dev_seq, 1);
    assert!(device.store.view().unwrap().own_operation(op_id(1)).unwrap().is_some());
}

#[test]
fn the_view_while_recording_holds_until_the_commit() {
    let device = Device::new();
    device.sell(1, 1, "Anna");
    // Of many who redeem one voucher at once, the one who is first sees it free.
    let threads: Vec<_> = (0..6)
        .map(|thread| {
            let store = device.store.clone();
            thread::spawn(move || {
                store
                    .record(move |view| {
                        let new = new_operation(10 + thread, redeem(1, RedeemMode::Honoured), None);
                        let decision = view.foretell(&new).unwrap();
                        if decision.outcome == beadsbox_domain::Outcome::Applied { Ok(new) } else { Err(decision.outcome) }
                    })
                    .is_ok()
            })
        })
        .collect();
    assert_eq!(threads.into_iter().map(|thread| thread.join().unwrap()).filter(|recorded| *recorded).count(), 1);
}

#[test]
fn preferences_are_kept() {
    let device = Device::new();
    assert_eq!(device.store.preference("language").unwrap(), None);
    device.store.set_preference("language", "fr").unwrap();
    device.store.set_preference("language", "en").unwrap();
    assert_eq!(device.reopen().store.preference("language").unwrap().as_deref(), Some("en"));
}
