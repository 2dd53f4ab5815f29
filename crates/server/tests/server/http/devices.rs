//! `PATCH /v1/admin/devices/{id}`

use beadsbox_domain::{CashMovement, Operation, Outcome, Refusal, Role, VoucherId};
use beadsbox_protocol::{
    ErrorCode,
    admin::{DevicePatch, DeviceStatus},
    rows::{Device, Row, RowKey, Shop},
};
use beadsbox_server::organisation;
use beadsbox_testkit::{
    Answer, Session, TestDevice,
    fixtures::{self, euros},
};
use reqwest::Method;
use rstest::rstest;
use serde_json::json;
use uuid::Uuid;

use crate::support::{Stage, introduction, last_outcome, record_sale, refusal};

async fn admin(stage: &Stage) -> (TestDevice, Session) {
    stage.device_with_session("Adrien", Role::Admin).await
}

async fn elsewhere(stage: &Stage) -> Shop {
    organisation::add_shop(&stage.pool, "Réunion", "Indian/Reunion").await.unwrap()
}

/// As every device is told it.
async fn row_of(device: &mut TestDevice) -> Device {
    device.pull().await.unwrap();
    match device.cache.get(&RowKey::Device(device.id)) {
        Some(Row::Device(row)) => row.clone(),
        other => panic!("no row: {other:?}"),
    }
}

async fn change(by: &(TestDevice, Session), device: &TestDevice, patch: &DevicePatch) -> Answer<DeviceStatus> {
    by.0.call_as(&by.1.token, Method::PATCH, &format!("/v1/admin/devices/{}", device.id), Some(patch)).await
}

async fn move_to(by: &(TestDevice, Session), device: &mut TestDevice, shop: &Shop) -> Answer<DeviceStatus> {
    let row_version = row_of(device).await.row_version;
    change(by, device, &DevicePatch { row_version, name: None, shop_id: Some(shop.id) }).await
}

async fn expires_at(stage: &Stage, voucher: VoucherId) -> String {
    sqlx::query_scalar("SELECT to_char(expires_at AT TIME ZONE 'UTC', 'HH24:MI') FROM voucher WHERE id = $1")
        .bind(voucher.0)
        .fetch_one(&stage.pool)
        .await
        .unwrap()
}

/// A close over everything that the till has done; nothing of it moved cash but the float.
async fn close_day(till: &mut TestDevice) -> Outcome {
    let through_seq = till.outbox.len() as u64;
    let close = beadsbox_domain::DayClose {
        number: 1,
        day: "2026-03-10".parse().unwrap(),
        after_seq: 0,
        through_seq,
        totals: Vec::new(),
        people: Vec::new(),
        drawers: Vec::new(),
        unvalued: 0,
        difference_reason: None,
        unsent: None,
    };
    till.act(Operation::CloseDay { close: Box::new(close) }).await.unwrap()
}

#[tokio::test]
async fn a_new_name_reaches_every_device_and_nobody_overwrites_what_they_have_not_seen() {
    let stage = Stage::new().await;
    let admin = admin(&stage).await;
    let mut till = stage.till("Camille").await;
    let before = row_of(&mut till).await;
    let renamed = change(&admin, &till, &DevicePatch { row_version: before.row_version, name: Some(" Till 2 ".to_owned()), shop_id: None })
        .await
        .unwrap();
    let expected = Device { name: "Till 2".to_owned(), row_version: before.row_version + 1, ..before.clone() };
    assert_eq!((&renamed.device, row_of(&mut till).await), (&expected, expected.clone()));
    let late = change(&admin, &till, &DevicePatch { row_version: before.row_version, name: Some("Till 9".to_owned()), shop_id: None })
        .await
        .unwrap_err();
    assert_eq!((late.status, late.code), (409, ErrorCode::ChangedMeanwhile));
    assert_eq!(row_of(&mut till).await, expected, "nothing of it");
}

#[rstest]
#[case::no_name(json!({"row_version": 1, "name": " "}), 400, ErrorCode::Malformed)]
#[case::a_long_one(json!({"row_version": 1, "name": "a".repeat(101)}), 400, ErrorCode::Malformed)]
#[case::no_such_shop(json!({"row_version": 1, "shop_id": Uuid::from_u128(9)}), 404, ErrorCode::NotFound)]
#[case::without_a_version(json!({"name": "Till 2"}), 400, ErrorCode::Malformed)]
#[case::what_cannot_be_changed(json!({"row_version": 1, "profile": "office"}), 400, ErrorCode::Malformed)]
#[tokio::test]
async fn what_is_not_right_changes_nothing(#[case] patch: serde_json::Value, #[case] status: u16, #[case] code: ErrorCode) {
    let stage = Stage::new().await;
    let (device, session) = admin(&stage).await;
    let mut till = stage.till("Camille").await;
    let before = row_of(&mut till).await;
    let path = format!("/v1/admin/devices/{}", till.id);
    let refused = device.call_as::<DeviceStatus>(&session.token, Method::PATCH, &path, Some(&patch)).await.unwrap_err();
    assert_eq!((refused.status, refused.code), (status, code));
    assert_eq!(row_of(&mut till).await, before);
    for nobody in [Uuid::now_v7(), Uuid::nil()] {
        let path = format!("/v1/admin/devices/{nobody}");
        let unknown = device
            .call_as::<DeviceStatus>(&session.token, Method::PATCH, &path, Some(&json!({"row_version": 1, "name": "Till"})))
            .await;
        assert_eq!(unknown.unwrap_err().code, ErrorCode::NotFound, "{nobody}");
    }
}

#[tokio::test]
async fn a_device_is_not_moved_in_the_middle_of_a_day() {
    let stage = Stage::new().await;
    let (admin, shop) = (admin(&stage).await, elsewhere(&stage).await);
    let mut till = stage.till("Camille").await;
    till.act(Operation::MoveCash { movement: CashMovement::Float, amount: euros(5000), reason: None }).await.unwrap();
    let refused = move_to(&admin, &mut till, &shop).await.unwrap_err();
    assert_eq!((refused.status, refused.code), (409, ErrorCode::DayNotClosed));
    let row_version = row_of(&mut till).await.row_version;
    let renamed = change(&admin, &till, &DevicePatch { row_version, name: Some("Till 2".to_owned()), shop_id: Some(stage.shop.id) }).await;
    assert_eq!(renamed.unwrap().device.shop, stage.shop.id, "its name may change, and the shop where it stands is no move");
    assert_eq!(close_day(&mut till).await, Outcome::Applied);
    assert_eq!(move_to(&admin, &mut till, &shop).await.unwrap().device.shop, shop.id);
    assert_eq!(row_of(&mut till).await.shop, shop.id);
}

#[tokio::test]
async fn what_was_done_in_the_old_shop_keeps_it_whenever_it_comes() {
    let stage = Stage::new().await;
    let (admin, new_shop) = (admin(&stage).await, elsewhere(&stage).await);
    let mut till = stage.till("Camille").await;
    let content = introduction(&mut till).await;
    // Recorded offline in the old shop, sent after the move.
    let before = record_sale(&mut till, &content);
    let old_shop = till.shop;
    move_to(&admin, &mut till, &new_shop).await.unwrap();
    till.shop = new_shop.id;
    let after = record_sale(&mut till, &content);
    till.push().await.unwrap();
    let outcomes: Vec<Outcome> = till.results.values().filter_map(|result| result.result.clone()).collect();
    assert_eq!(outcomes, [Outcome::Applied, Outcome::Applied]);
    // Midnight of Paris, in summer or in winter, and midnight of Réunion.
    for (voucher, shop, midnights) in [(before, old_shop, ["22:00", "23:00"]), (after, new_shop.id, ["20:00", "20:00"])] {
        let sold: Uuid = sqlx::query_scalar("SELECT sold_shop FROM voucher WHERE id = $1").bind(voucher.0).fetch_one(&stage.pool).await.unwrap();
        assert_eq!(sold, shop.0);
        assert!(midnights.contains(&expires_at(&stage, voucher).await.as_str()), "its days end in the shop where it was sold");
    }

    // A shop in which it never stood is still refused.
    till.shop = organisation::add_shop(&stage.pool, "Lyon", "Europe/Paris").await.unwrap().id;
    record_sale(&mut till, &content);
    till.push().await.unwrap();
    assert!(matches!(refusal(last_outcome(&till)), Refusal::Unreadable { .. }));
    let moved: (Uuid, Uuid) = sqlx::query_as("SELECT shop_id, moved_by FROM device_former_shop").fetch_one(&stage.pool).await.unwrap();
    assert_eq!(moved, (old_shop.0, admin.1.staff.id.0), "who moved it is kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_change_it_at_the_same_moment_one_is_told() {
    let stage = Stage::new().await;
    let (one, two) = (admin(&stage).await, stage.device_with_session("Agathe", Role::Admin).await);
    let mut till = stage.till("Camille").await;
    let row_version = row_of(&mut till).await.row_version;
    let patch = |name: &str| DevicePatch { row_version, name: Some(name.to_owned()), shop_id: None };
    let (first, second) = (patch("One"), patch("Two"));
    let (first, second) = tokio::join!(change(&one, &till, &first), change(&two, &till, &second));
    let (won, lost) = match (first, second) {
        (Ok(won), Err(lost)) | (Err(lost), Ok(won)) => (won, lost),
        other => panic!("not one of the two: {other:?}"),
    };
    assert_eq!(lost.code, ErrorCode::ChangedMeanwhile);
    assert_eq!(row_of(&mut till).await, won.device);
}

#[tokio::test]
async fn a_redemption_of_before_the_move_still_collides_as_it_would_have() {
    let stage = Stage::new().await;
    let (admin, new_shop) = (admin(&stage).await, elsewhere(&stage).await);
    let (mut seller, mut till) = (stage.till("Noé").await, stage.till("Camille").await);
    let content = introduction(&mut seller).await;
    let voucher = record_sale(&mut seller, &content);
    seller.push().await.unwrap();
    seller.act(fixtures::honour(voucher)).await.unwrap();
    till.record(fixtures::honour(voucher));
    move_to(&admin, &mut till, &new_shop).await.unwrap();
    till.push().await.unwrap();
    assert!(matches!(last_outcome(&till), Outcome::Conflict { .. }));
    let honoured_in: Uuid = sqlx::query_scalar("SELECT other_shop FROM conflict").fetch_one(&stage.pool).await.unwrap();
    assert_eq!(honoured_in, stage.shop.id.0, "and the shop where it was honoured is the one that is charged");
}
