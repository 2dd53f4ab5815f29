//! What a newer program wrote: held, and decided once the server can read it.

use beadsbox_domain::{ConflictKind, OpId, Operation, Outcome, Status};
use beadsbox_protocol::{
    OperationBody,
    body::FORMAT,
    rows::{Row, RowKey},
};
use beadsbox_testkit::{
    TestDevice,
    fixtures::{self, INTRODUCTION},
};

use crate::support::{Stage, introduction, sell};

/// Records what a program of the next format would.
pub fn record_newer(device: &mut TestDevice, operation: Operation) -> OpId {
    let body = OperationBody { format: FORMAT + 1, ..device.body(operation) };
    device.record_text(body.op, serde_json::to_string(&body).unwrap());
    body.op
}

/// Makes of the server one that reads the next format, in which nothing is new: what it holds is spelt as the format that it reads.
pub async fn upgrade(stage: &Stage) {
    let mut transaction = stage.pool.begin().await.unwrap();
    let spelt = |format: u16| format!("\"format\":{format},");
    sqlx::query("ALTER TABLE operation DISABLE TRIGGER operation_is_decided").execute(&mut *transaction).await.unwrap();
    sqlx::query("UPDATE operation SET body = convert_to(replace(convert_from(body, 'UTF8'), $1, $2), 'UTF8') WHERE outcome IS NULL")
        .bind(spelt(FORMAT + 1))
        .bind(spelt(FORMAT))
        .execute(&mut *transaction)
        .await
        .unwrap();
    sqlx::query("ALTER TABLE operation ENABLE TRIGGER operation_is_decided").execute(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap();
}

fn voucher_row(device: &TestDevice, id: beadsbox_domain::VoucherId) -> beadsbox_protocol::rows::VoucherRow {
    match device.cache.get(&RowKey::Voucher(id)) {
        Some(Row::Voucher(row)) => row.as_ref().clone(),
        other => panic!("no voucher: {other:?}"),
    }
}

#[tokio::test]
async fn rule_1_what_a_newer_program_wrote_is_decided_once_after_the_upgrade() {
    let mut stage = Stage::new().await;
    let (mut till, mut other) = (stage.till("Camille").await, stage.till("Noé").await);
    let sold = sell(&mut till).await;
    let content = introduction(&mut till).await;
    let ada = fixtures::salted("Ada Lovelace");
    let (new, sale) = fixtures::sale(INTRODUCTION, 1, content, &ada);
    record_newer(&mut till, sale);
    record_newer(&mut till, fixtures::honour(sold));
    let mut request = till.push_request(2, 3);
    request.persons.push(ada);
    let answer = till.send(&request).await.unwrap();
    assert!(answer.results.iter().all(|result| result.result.is_none()), "held");
    // Meanwhile another shop redeems one of them.
    other.pull().await.unwrap();
    assert_eq!(other.act(fixtures::honour(sold)).await.unwrap(), Outcome::Applied);
    // Without a receipt the hash says whose it is: an older copy of the device may have other operations under these numbers.
    let page = till.clone().pull_page(100, 0).await.unwrap();
    let named: Vec<_> = page.own_results.iter().filter(|result| result.result.is_none()).map(|result| (result.dev_seq, result.hash)).collect();
    assert_eq!(named, [(2, Some(till.outbox[1].hash)), (3, Some(till.outbox[2].hash))]);
    let server = stage.server.as_ref().unwrap();
    assert_eq!(server.decide_held_now().await.unwrap(), 0, "it cannot read them yet");

    upgrade(&stage).await;
    assert_eq!(stage.server.as_ref().unwrap().decide_held_now().await.unwrap(), 2);
    let page = till.pull_page(100, 0).await.unwrap();
    let told: Vec<(u64, Option<&str>)> = page.own_results.iter().map(|result| (result.dev_seq, result.result.as_ref().map(Outcome::name))).collect();
    assert_eq!(told, [(2, Some("applied")), (3, Some("conflict"))]);
    till.pull().await.unwrap();
    let row = voucher_row(&till, new);
    assert_eq!(
        (row.voucher.status, row.person.map(|person| person.buyer.to_string())),
        (Status::Purchased, Some("Ada Lovelace".to_owned()))
    );
    let collided = &till.results[&3];
    assert!(matches!(collided.result, Some(Outcome::Conflict { conflict_kind: ConflictKind::DoubleRedemption, .. })), "{collided:?}");

    // Once, whatever comes again.
    assert_eq!(stage.server.as_ref().unwrap().decide_held_now().await.unwrap(), 0);
    stage.restart().await;
    let again = till.clone().at(&stage.base).send(&request).await.unwrap();
    assert_eq!(again.results, page.own_results);
    assert_eq!(stage.count("SELECT count(*) FROM redemption WHERE outcome = 'accepted'").await, 1);
}

#[tokio::test]
async fn the_buyer_of_a_held_sale_that_is_refused_is_not_kept() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let content = introduction(&mut till).await;
    let (first, second) = (fixtures::salted("Ada Lovelace"), fixtures::salted("Zbigniew Wolpertinger"));
    let (_, sale) = fixtures::sale(INTRODUCTION, 1, content, &first);
    till.remember(&first);
    till.record(sale.clone());
    till.push().await.unwrap();
    record_newer(&mut till, fixtures::sold_to(sale, &second));
    let mut request = till.push_request(2, 2);
    request.persons.push(second);
    till.send(&request).await.unwrap();
    assert_eq!(stage.count("SELECT count(*) FROM person").await, 2, "until it is decided they may be needed");
    upgrade(&stage).await;
    assert_eq!(stage.server.as_ref().unwrap().decide_held_now().await.unwrap(), 1);
    assert_eq!(stage.count("SELECT count(*) FROM operation WHERE outcome ->> 'outcome' = 'rejected'").await, 1);
    assert_eq!(stage.count("SELECT count(*) FROM person WHERE person LIKE '%Wolpertinger%'").await, 0);
    assert_eq!(stage.count("SELECT count(*) FROM person").await, 1, "and nobody else goes");
}

#[tokio::test]
async fn rule_1_a_server_that_starts_after_its_upgrade_decides_by_itself() {
    let mut stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let sold = sell(&mut till).await;
    let op = record_newer(&mut till, fixtures::honour(sold));
    till.send(&till.push_request(2, 2)).await.unwrap();
    stage.stop().await;
    upgrade(&stage).await;
    stage.restart().await;
    let mut till = till.at(&stage.base);
    while stage.count("SELECT count(*) FROM operation WHERE outcome IS NULL").await > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    till.pull().await.unwrap();
    assert_eq!((voucher_row(&till, sold).voucher.status, voucher_row(&till, sold).voucher.since.op), (Status::Used, op));
}

#[tokio::test]
async fn what_was_decided_is_never_decided_otherwise() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    sell(&mut till).await;
    let serving = sqlx::PgPool::connect(&stage.database.serve_url()).await.unwrap();
    let refused = sqlx::query("UPDATE operation SET outcome = '{\"outcome\":\"applied\"}'").execute(&serving).await.unwrap_err();
    assert!(refused.to_string().contains("decided once"), "{refused}");
    serving.close().await;
}
