//! Which receipts count.

use beadsbox_domain::Outcome;
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
