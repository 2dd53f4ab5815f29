//! Which receipts count.

use beadsbox_domain::Outcome;
use beadsbox_protocol::ErrorCode;
use beadsbox_testkit::{TestDevice, fixtures};

use crate::support::{Stage, last_outcome, sell};

/// A till that was told that its redemption holds, by a server that has forgotten it since, and another one that redeemed since.
async fn contradiction() -> (Stage, TestDevice) {
    let mut stage = Stage::new().await;
    let (mut till, mut other) = (stage.till("Camille").await, stage.till("Theo").await);
    let voucher = sell(&mut till).await;
    let backup = tempfile::tempdir().unwrap();
    stage.database.dump(&backup.path().join("backup"));
    assert_eq!(till.act(fixtures::ask(voucher)).await.unwrap(), Outcome::Applied);
    let restored = stage.database.restored(&backup.path().join("backup")).await;
    stage.move_to(restored).await;
    other = other.at(&stage.base);
    other.epoch = stage.server.as_ref().unwrap().epoch();
    assert_eq!(other.act(fixtures::ask(voucher)).await.unwrap(), Outcome::Applied);
    (stage, till)
}

async fn comes_back(stage: &Stage, till: TestDevice) -> Outcome {
    let mut till = till.at(&stage.base);
    till.come_back().await.unwrap();
    last_outcome(&till)
}

#[tokio::test]
async fn a_genuine_receipt_is_the_servers_word() {
    let (stage, till) = contradiction().await;
    assert_eq!(comes_back(&stage, till).await, Outcome::Applied);
    assert_eq!(stage.count("SELECT count(*) FROM conflict WHERE state = 'open'").await, 1);
    assert_eq!(stage.count("SELECT count(*) FROM operation WHERE restored_epoch IS NOT NULL").await, 1);
}

#[tokio::test]
async fn without_a_receipt_an_operation_is_decided_as_if_it_came_now() {
    let (stage, mut till) = contradiction().await;
    till.receipts.clear();
    assert!(matches!(comes_back(&stage, till).await, Outcome::Rejected { .. }));
    assert_eq!(stage.count("SELECT count(*) FROM conflict").await, 0);
}

#[tokio::test]
async fn a_forged_receipt_counts_for_nothing() {
    type Forge = fn(&mut beadsbox_protocol::push::KeptReceipt);
    let forgeries: [Forge; 4] = [
        |kept| kept.commit_no += 1,
        |kept| kept.epoch = uuid::Uuid::nil(),
        |kept| kept.receipt = "no signature".to_owned(),
        |kept| kept.commit_no = u64::MAX,
    ];
    let (stage, till) = contradiction().await;
    for forge in forgeries {
        let mut forged = till.clone().at(&stage.base);
        forge(forged.receipts.get_mut(&2).unwrap());
        forged.epoch = stage.server.as_ref().unwrap().epoch();
        let outcome = forged.send(&forged.push_request(2, 2)).await.unwrap().results[0].result.clone().unwrap();
        assert!(matches!(outcome, Outcome::Rejected { .. }), "{outcome:?}");
    }
    assert_eq!(stage.count("SELECT count(*) FROM operation WHERE restored_epoch IS NOT NULL").await, 0);
}

#[tokio::test]
async fn what_a_device_recorded_since_its_receipts_is_decided_after_them() {
    let (stage, mut till) = contradiction().await;
    let redemption = till.outbox[1].op;
    let voucher = match beadsbox_protocol::OperationBody::decode(&till.outbox[1].body).unwrap().operation {
        beadsbox_domain::Operation::Redeem { voucher, .. } => voucher,
        other => panic!("{other:?}"),
    };
    till.record(crate::support::undo(voucher, redemption));
    assert_eq!(comes_back(&stage, till).await, Outcome::Applied, "it undoes what its receipt says");
    assert_eq!(stage.count("SELECT count(*) FROM redemption WHERE outcome = 'accepted' AND undone_by IS NULL").await, 1);
    assert_eq!(stage.count("SELECT count(*) FROM conflict WHERE state = 'open'").await, 0, "the other side is the accepted one now");
}

/// A till with a voucher and a redemption that it has not sent, its copy, and the server as it was before either came.
async fn copied() -> (Stage, TestDevice, TestDevice) {
    let mut stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let voucher = sell(&mut till).await;
    till.record(fixtures::ask(voucher));
    let copy = till.clone();
    rewind(&mut stage).await;
    (stage, till, copy)
}

async fn rewind(stage: &mut Stage) {
    let backup = tempfile::tempdir().unwrap();
    stage.database.dump(&backup.path().join("backup"));
    let restored = stage.database.restored(&backup.path().join("backup")).await;
    stage.move_to(restored).await;
}

#[tokio::test]
async fn a_copy_gets_a_receipt_of_the_epoch_that_it_knows() {
    let (mut stage, till, copy) = copied().await;
    comes_back(&stage, till).await;
    // That epoch ends before the copy hears of it.
    rewind(&mut stage).await;
    let mut copy = copy.at(&stage.base);
    copy.epoch = stage.server.as_ref().unwrap().epoch();
    let answer = copy.send(&copy.push_request(2, 2)).await.unwrap().results.remove(0);
    let key: [u8; 32] = hex::decode(&copy.enrolment.server_public_key).unwrap().try_into().unwrap();
    let key = ed25519_dalek::VerifyingKey::from_bytes(&key).unwrap();
    let (outcome, signature) = (answer.result.unwrap(), base64::Engine::decode(&base64::engine::general_purpose::STANDARD, &answer.receipt).unwrap());
    assert_eq!(outcome, Outcome::Applied);
    assert!(beadsbox_protocol::receipt::is_genuine(&key, copy.epoch, answer.commit_no, copy.outbox[1].hash, &outcome, &signature));
}

#[tokio::test]
async fn rule_10_a_copy_that_is_first_after_a_restore_does_not_take_the_others_place() {
    let mut stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let vouchers = [sell(&mut till).await, sell(&mut till).await];
    let mut copy = till.clone();
    let backup = tempfile::tempdir().unwrap();
    stage.database.dump(&backup.path().join("backup"));
    assert_eq!(till.act(fixtures::ask(vouchers[0])).await.unwrap(), Outcome::Applied);
    let restored = stage.database.restored(&backup.path().join("backup")).await;
    stage.move_to(restored).await;
    copy.record(fixtures::ask(vouchers[1]));
    comes_back(&stage, copy).await;

    // The server holds as many operations as the till had sent, but not the till's.
    let mut till = till.at(&stage.base);
    let problem = till.come_back().await.unwrap_err();
    assert_eq!((problem.code, problem.expected_seq), (ErrorCode::ChainForked, Some(3)));
    assert_eq!(till.fork(3).await.unwrap(), 2);
    let response = till.send(&till.push_request(3, 3)).await.unwrap();
    assert!(response.quarantined, "it is kept, with its receipt");
    assert_eq!(stage.count("SELECT count(*) FROM quarantine_operation WHERE word IS NOT NULL").await, 1);
}

#[tokio::test]
async fn a_life_that_a_restore_lost_begins_anew_whatever_it_shares() {
    let mut stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let vouchers = [sell(&mut till).await, sell(&mut till).await];
    let mut copy = till.clone();
    assert_eq!(till.act(fixtures::ask(vouchers[0])).await.unwrap(), Outcome::Applied);
    let backup = tempfile::tempdir().unwrap();
    stage.database.dump(&backup.path().join("backup"));
    copy.record(fixtures::honour(vouchers[1]));
    assert_eq!(copy.fork(3).await.unwrap(), 2);
    copy.send(&copy.push_request(3, 3)).await.unwrap();
    let restored = stage.database.restored(&backup.path().join("backup")).await;
    stage.move_to(restored).await;

    let mut copy = copy.at(&stage.base);
    let problem = copy.come_back().await.unwrap_err();
    assert_eq!((problem.code, problem.expected_seq), (ErrorCode::ChainForked, Some(1)));
    assert_eq!(copy.fork(1).await.unwrap(), 3, "beyond the number that its operations name");
    let response = copy.send(&copy.push_request(1, 3)).await.unwrap();
    assert!(response.quarantined && response.results.len() == 3);
}
