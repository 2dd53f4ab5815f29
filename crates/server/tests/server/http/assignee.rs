//! `PUT /v1/conflicts/{id}/assignee`

use beadsbox_domain::{Conflict, ConflictId, Operation, Outcome, Role, Settlement, StaffId, VoucherId};
use beadsbox_protocol::{
    ErrorCode,
    conflict::AssigneeChange,
    rows::{Assignment, ConflictRow, Row, RowKey},
};
use beadsbox_testkit::{Answer, Session, TestDevice, fixtures};
use reqwest::Method;
use uuid::Uuid;

use crate::support::{Stage, sell, until_waiting};

type Person = (TestDevice, Session);

/// Two tills that honoured one voucher.
async fn collide(stage: &Stage) -> (ConflictId, VoucherId) {
    let (mut one, mut two) = (stage.till("Camille").await, stage.till("Noé").await);
    let voucher = sell(&mut one).await;
    one.record(fixtures::honour(voucher));
    let second = two.record(fixtures::honour(voucher));
    one.push().await.unwrap();
    two.push().await.unwrap();
    (ConflictId::from(second), voucher)
}

async fn assign(by: &Person, conflict: ConflictId, version: u64, staff: Option<StaffId>) -> Answer<Assignment> {
    let path = format!("/v1/conflicts/{conflict}/assignee");
    by.0.call_as(&by.1.token, Method::PUT, &path, Some(&AssigneeChange { version, staff })).await
}

/// As every device is told it.
async fn row_of(device: &mut TestDevice, conflict: ConflictId) -> ConflictRow {
    device.pull().await.unwrap();
    match device.cache.get(&RowKey::Conflict(conflict)) {
        Some(Row::Conflict(row)) => row.as_ref().clone(),
        other => panic!("no conflict: {other:?}"),
    }
}

#[tokio::test]
async fn a_conflict_is_taken_handed_over_and_let_go_and_every_device_sees_it() {
    let stage = Stage::new().await;
    let (conflict, _) = collide(&stage).await;
    let admin = stage.device_with_session("Adrien", Role::Admin).await;
    let office = stage.device_with_session("Margaux", Role::BackOffice).await;
    let mut elsewhere = stage.till("Inês").await;
    let before = row_of(&mut elsewhere, conflict).await;
    assert_eq!(before.assignment, None);

    let (margaux, adrien) = (office.1.staff.id, admin.1.staff.id);
    let taken = assign(&office, conflict, 0, Some(margaux)).await.unwrap();
    assert_eq!((taken.staff, taken.by, taken.at, taken.version), (Some(margaux), margaux, stage.clock.now(), 1));
    let handed = assign(&office, conflict, 1, Some(adrien)).await.unwrap();
    assert_eq!((handed.staff, handed.by, handed.version), (Some(adrien), margaux, 2));
    let row = row_of(&mut elsewhere, conflict).await;
    assert_eq!((row.assignment, &row.conflict), (Some(handed), &before.conflict), "and the conflict itself is as it was");
    let let_go = assign(&admin, conflict, 2, None).await.unwrap();
    assert_eq!(row_of(&mut elsewhere, conflict).await.assignment, Some(let_go));
    assert_eq!(let_go.staff, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_take_it_at_the_same_moment_one_has_it_and_the_other_is_told_who() {
    let stage = Stage::new().await;
    let (conflict, _) = collide(&stage).await;
    let one = stage.device_with_session("Adrien", Role::Admin).await;
    let two = stage.device_with_session("Margaux", Role::BackOffice).await;
    // Both are on the way before either is decided.
    let mut holding = stage.pool.begin().await.unwrap();
    sqlx::query("SELECT FROM conflict FOR UPDATE").execute(&mut *holding).await.unwrap();
    let both = async { tokio::join!(assign(&one, conflict, 0, Some(one.1.staff.id)), assign(&two, conflict, 0, Some(two.1.staff.id))) };
    let release = async {
        until_waiting(&stage, 2).await;
        holding.commit().await.unwrap();
    };
    let ((first, second), ()) = tokio::join!(both, release);
    let (won, lost) = match (first, second) {
        (Ok(won), Err(lost)) | (Err(lost), Ok(won)) => (won, lost),
        other => panic!("not one of the two: {other:?}"),
    };
    assert_eq!((lost.status, lost.code, lost.holder), (409, ErrorCode::ConflictTaken, won.staff));
    assert_eq!(stage.count("SELECT count(*) FROM conflict_assignment WHERE version = 1").await, 1);

    // The winner's reply was lost, and they ask the same once more: it is theirs, and was given once.
    let winner = if won.staff == Some(one.1.staff.id) { &one } else { &two };
    assert_eq!(assign(winner, conflict, 0, won.staff).await.unwrap().version, 1);

    // Once they know whose it is they may take it over; on what they saw before, not.
    let loser = if won.staff == Some(one.1.staff.id) { &two } else { &one };
    assert_eq!(assign(loser, conflict, 0, None).await.unwrap_err().code, ErrorCode::ConflictTaken);
    assert_eq!(assign(loser, conflict, 1, Some(loser.1.staff.id)).await.unwrap().version, 2);
    let let_go = assign(loser, conflict, 2, None).await.unwrap();
    let late = assign(&one, conflict, 1, Some(one.1.staff.id)).await.unwrap_err();
    assert_eq!((late.code, late.holder, let_go.version), (ErrorCode::ChangedMeanwhile, None, 3), "nobody's by now");
}

#[tokio::test]
async fn it_goes_to_nobody_who_may_not_work_on_it() {
    let stage = Stage::new().await;
    let (conflict, _) = collide(&stage).await;
    let admin = stage.device_with_session("Adrien", Role::Admin).await;
    let counter = stage.device_with_session("Zoé", Role::Counter).await;
    let office = stage.device_with_session("Margaux", Role::BackOffice).await;
    sqlx::query("UPDATE staff SET active = false, barred_at = now() WHERE id = $1")
        .bind(office.1.staff.id.0)
        .execute(&stage.pool)
        .await
        .unwrap();
    for (staff, code) in [
        (counter.1.staff.id, ErrorCode::Malformed),
        (office.1.staff.id, ErrorCode::Malformed),
        (StaffId(Uuid::from_u128(7)), ErrorCode::NotFound),
        (StaffId(Uuid::nil()), ErrorCode::NotFound),
    ] {
        assert_eq!(assign(&admin, conflict, 0, Some(staff)).await.unwrap_err().code, code);
    }
    assert_eq!(assign(&counter, conflict, 0, Some(counter.1.staff.id)).await.unwrap_err().code, ErrorCode::Forbidden);
    assert_eq!(assign(&admin, ConflictId(Uuid::from_u128(7)), 0, None).await.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(stage.count("SELECT count(*) FROM conflict_assignment").await, 0);
}

#[tokio::test]
async fn no_settlement_is_lost_to_who_takes_or_hands_it_over_meanwhile() {
    let stage = Stage::new().await;
    let (conflict, voucher) = collide(&stage).await;
    let mut admin = stage.device_with_session("Adrien", Role::Admin).await;
    let office = stage.device_with_session("Margaux", Role::BackOffice).await;
    // Decided offline, on the conflict as it was before anybody took it.
    let seen_version = row_of(&mut admin.0, conflict).await.conflict.row_version;
    admin
        .0
        .record(Operation::SettleConflict { conflict, voucher, seen_version, settlement: Settlement::ChargeShop, reason: fixtures::reason() });
    assign(&office, conflict, 0, Some(office.1.staff.id)).await.unwrap();
    assign(&office, conflict, 1, Some(admin.1.staff.id)).await.unwrap();
    admin.0.push().await.unwrap();
    assert_eq!(crate::support::last_outcome(&admin.0), Outcome::Applied);
    let row = row_of(&mut admin.0, conflict).await;
    let Conflict { settled, .. } = row.conflict;
    assert_eq!(settled.unwrap().settlement, Settlement::ChargeShop);
    assert_eq!(row.assignment.unwrap().staff, Some(admin.1.staff.id), "who worked on it stays beside it");
    assert_eq!(
        assign(&office, conflict, 2, Some(office.1.staff.id)).await.unwrap_err().code,
        ErrorCode::ChangedMeanwhile,
        "nobody works on what is settled"
    );
}
