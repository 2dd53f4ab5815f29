//! `PUT /v1/admin/policy`, `PUT /v1/admin/devices/{id}/limits`

use beadsbox_domain::{OfflineLimits, Policy, Role};
use beadsbox_protocol::{
    ErrorCode,
    admin::{DeviceStatus, LimitsChange, PolicyChange},
    rows::{Device, Row, RowKey, Settings},
};
use beadsbox_testkit::{Answer, TestDevice};
use reqwest::Method;
use rstest::rstest;
use serde_json::json;
use uuid::Uuid;

use crate::support::Stage;

async fn admin(stage: &Stage) -> (TestDevice, String) {
    let (device, session) = stage.device_with_session("Adrien", Role::Admin).await;
    (device, session.token)
}

async fn settings(device: &mut TestDevice) -> Settings {
    device.pull().await.unwrap();
    match device.cache.get(&RowKey::Settings) {
        Some(Row::Settings(settings)) => settings.clone(),
        other => panic!("no settings: {other:?}"),
    }
}

async fn row_of(device: &mut TestDevice) -> Device {
    device.pull().await.unwrap();
    match device.cache.get(&RowKey::Device(device.id)) {
        Some(Row::Device(row)) => row.clone(),
        other => panic!("no row: {other:?}"),
    }
}

async fn set_policy(device: &TestDevice, token: &str, row_version: u64, policy: Policy) -> Answer<Settings> {
    device.call_as(token, Method::PUT, "/v1/admin/policy", Some(&PolicyChange { row_version, policy })).await
}

async fn set_limits(device: &TestDevice, token: &str, row_version: u64, limits: Option<OfflineLimits>) -> Answer<DeviceStatus> {
    let path = format!("/v1/admin/devices/{}/limits", device.id);
    device.call_as(token, Method::PUT, &path, Some(&LimitsChange { row_version, limits })).await
}

#[tokio::test]
async fn a_policy_reaches_every_device_and_nobody_overwrites_what_they_have_not_seen() {
    let stage = Stage::new().await;
    let (mut device, token) = admin(&stage).await;
    let before = settings(&mut device).await;
    let policy = Policy { lock_after_minutes: 3, office_undo_days: 14, ..before.policy };
    let changed = set_policy(&device, &token, before.row_version, policy).await.unwrap();
    assert_eq!((changed.policy, changed.row_version), (policy, before.row_version + 1));
    assert_eq!(settings(&mut device).await, changed);
    let late = set_policy(&device, &token, before.row_version, before.policy).await.unwrap_err();
    assert_eq!((late.status, late.code), (409, ErrorCode::ChangedMeanwhile));
    assert_eq!(settings(&mut device).await, changed, "nothing of it");
}

#[rstest]
#[case(json!({"counter_undo_minutes": 61}))]
#[case(json!({"office_undo_days": 366}))]
#[case(json!({"expiry_grace_hours": 721}))]
#[case(json!({"offline_sign_in_days": 91}))]
#[case(json!({"lock_after_minutes": 241}))]
#[case(json!({"lock_after_minutes": -1}))]
#[case(json!({"offline": {"highest_value_minor": 100_000_001}}))]
#[case(json!({"offline": {"highest_value_minor": -1}}))]
#[case(json!({"offline": {"most_redemptions": 10_001}}))]
#[case(json!({"offline": {"most_value_minor": 1_000_000_001}}))]
#[case(json!({"offline": {"most_hours_since_sync": 721}}))]
#[tokio::test]
async fn a_policy_out_of_bounds_is_refused(#[case] policy: serde_json::Value) {
    let stage = Stage::new().await;
    let (mut device, token) = admin(&stage).await;
    let before = settings(&mut device).await;
    let body = json!({"row_version": before.row_version, "policy": policy});
    let refused = device.call_as::<Settings>(&token, Method::PUT, "/v1/admin/policy", Some(&body)).await.unwrap_err();
    assert_eq!((refused.status, refused.code), (400, ErrorCode::Malformed));
    assert_eq!(settings(&mut device).await, before);
}

#[tokio::test]
async fn a_device_has_limits_of_its_own_until_they_are_taken_away() {
    let stage = Stage::new().await;
    let (mut device, token) = admin(&stage).await;
    let before = row_of(&mut device).await;
    assert_eq!(before.offline, None, "a new device has the organisation's");
    let limits = OfflineLimits { highest_value_minor: 1_000, most_redemptions: 2, most_value_minor: 1_500, most_hours_since_sync: 4 };
    let set = set_limits(&device, &token, before.row_version, Some(limits)).await.unwrap();
    assert_eq!((set.device.offline, set.device.row_version), (Some(limits), before.row_version + 1));
    assert_eq!(row_of(&mut device).await, set.device);
    assert_eq!(set_limits(&device, &token, before.row_version, None).await.unwrap_err().code, ErrorCode::ChangedMeanwhile);
    let beyond = OfflineLimits { most_redemptions: 10_001, ..limits };
    assert_eq!(set_limits(&device, &token, set.device.row_version, Some(beyond)).await.unwrap_err().code, ErrorCode::Malformed);
    let without = set_limits(&device, &token, set.device.row_version, None).await.unwrap();
    assert_eq!(row_of(&mut device).await, without.device);
    assert_eq!(without.device.offline, None);

    let change = json!({"row_version": 1, "limits": null});
    for nobody in [Uuid::now_v7(), Uuid::nil()] {
        let path = format!("/v1/admin/devices/{nobody}/limits");
        let unknown = device.call_as::<DeviceStatus>(&token, Method::PUT, &path, Some(&change)).await.unwrap_err();
        assert_eq!((unknown.status, unknown.code), (404, ErrorCode::NotFound), "{nobody}");
    }
}
