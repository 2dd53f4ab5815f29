//! `PUT /v1/sessions/pin`, `POST` and `DELETE /v1/admin/staff/{id}/badge`, and what the server makes of approvals.

use argon2::{Argon2, PasswordVerifier as _, password_hash::phc::PasswordHash};
use beadsbox_domain::{Operation, Outcome, RedeemMode, Role, StaffId, VoucherId};
use beadsbox_protocol::{
    ErrorCode,
    admin::{NewBadge, OneTimePassword, StaffPatch},
    badge,
    history::{Approval, HistoryItem},
    rows::{Row, RowKey, Staff},
    session::{PinRequest, SignInResponse},
};
use beadsbox_testkit::{Answer, Session, TestDevice};
use reqwest::Method;
use rstest::rstest;

use crate::support::{PASSWORD, Stage, sell, until_waiting};

const PIN: &str = "402817";

async fn set_pin(device: &TestDevice, session: &Session, password: &str, pin: Option<&str>) -> Answer<()> {
    let request = PinRequest { password: password.to_owned(), pin: pin.map(str::to_owned) };
    device.call_as(&session.token, Method::PUT, "/v1/sessions/pin", Some(&request)).await
}

async fn row_of(device: &mut TestDevice, staff: StaffId) -> Staff {
    device.pull().await.unwrap();
    match device.cache.get(&RowKey::Staff(staff)) {
        Some(Row::Staff(row)) => row.clone(),
        other => panic!("no row: {other:?}"),
    }
}

fn fits(row: &Staff, pin: &str) -> bool {
    let verifier = &row.pin.as_ref().unwrap().0;
    Argon2::default().verify_password(pin.as_bytes(), &PasswordHash::new(verifier).unwrap()).is_ok()
}

#[tokio::test]
async fn a_pin_reaches_devices_as_something_to_check_it_against_and_nobody_else() {
    let stage = Stage::new().await;
    let (mut device, session) = stage.device_with_session("Margaux", Role::BackOffice).await;
    set_pin(&device, &session, PASSWORD, Some(PIN)).await.unwrap();
    let row = row_of(&mut device, session.staff.id).await;
    assert!(fits(&row, PIN) && !fits(&row, "402818"), "by the parameters that it names");
    assert!(row.pin.as_ref().unwrap().0.starts_with("$argon2id$v=19$m=65536,t=2,p=1$"), "as dear as ADR 0024 says");
    assert_eq!(format!("{:?}", row.pin), "Some(PinVerifier(…))", "not in a log");

    let again: SignInResponse = device
        .call(Method::POST, "/v1/sessions", Some(&serde_json::json!({"name": "Margaux", "password": PASSWORD})))
        .await
        .unwrap();
    assert_eq!((again.staff.pin, again.staff.badge), (None, None));
    let (admins, admin) = stage.device_with_session("Adrien", Role::Admin).await;
    let listed: Vec<Staff> = admins.call_as(&admin.token, Method::GET, "/v1/admin/staff", None::<&()>).await.unwrap();
    assert!(listed.iter().all(|staff| staff.pin.is_none() && staff.badge.is_none()));

    set_pin(&device, &session, PASSWORD, None).await.unwrap();
    assert_eq!(row_of(&mut device, session.staff.id).await.pin, None, "taken away");
}

#[rstest]
#[case("40281")]
#[case("40281712345")]
#[case("4028l7")]
#[case("")]
#[case("000000")]
#[case("123456")]
#[case("987654")]
#[case("121212")]
#[case("123123")]
#[tokio::test]
async fn what_is_no_pin_is_not_set(#[case] pin: &str) {
    let stage = Stage::new().await;
    let (mut device, session) = stage.device_with_session("Margaux", Role::BackOffice).await;
    assert_eq!(set_pin(&device, &session, PASSWORD, Some(pin)).await.unwrap_err().code, ErrorCode::Malformed);
    assert_eq!(row_of(&mut device, session.staff.id).await.pin, None);
}

#[tokio::test]
async fn a_pin_needs_the_password_and_goes_with_it() {
    let stage = Stage::new().await;
    let (mut device, session) = stage.device_with_session("Margaux", Role::BackOffice).await;
    for _ in 0..3 {
        assert_eq!(set_pin(&device, &session, "guessed", Some(PIN)).await.unwrap_err().code, ErrorCode::WrongPassword);
    }
    assert_eq!(
        set_pin(&device, &session, PASSWORD, Some(PIN)).await.unwrap_err().code,
        ErrorCode::TooManyRequests,
        "as slow as signing in"
    );
    stage.clock.advance(jiff::SignedDuration::from_secs(10));
    set_pin(&device, &session, PASSWORD, Some(PIN)).await.unwrap();

    let (admins, admin) = stage.device_with_session("Adrien", Role::Admin).await;
    let path = format!("/v1/admin/staff/{}/password", session.staff.id);
    admins.call_as::<OneTimePassword>(&admin.token, Method::POST, &path, None::<&()>).await.unwrap();
    assert_eq!(row_of(&mut device, session.staff.id).await.pin, None, "whoever knew the old password may have set it");
    assert_eq!(set_pin(&device, &session, PASSWORD, Some(PIN)).await.unwrap_err().code, ErrorCode::SessionExpired);
}

#[tokio::test]
async fn a_pin_is_not_set_by_a_password_that_was_replaced_while_it_was_looked_at() {
    let stage = Stage::new().await;
    let (mut device, session) = stage.device_with_session("Margaux", Role::BackOffice).await;
    let mut admins = stage.pool.begin().await.unwrap();
    sqlx::query("UPDATE staff SET password_hash = '$argon2id$another', row_version = row_version + 1 WHERE id = $1")
        .bind(session.staff.id.0)
        .execute(&mut *admins)
        .await
        .unwrap();
    let setting = set_pin(&device, &session, PASSWORD, Some(PIN));
    let replacing = async {
        until_waiting(&stage, 1).await;
        admins.commit().await.unwrap();
    };
    let (set, ()) = tokio::join!(setting, replacing);
    assert_eq!(set.unwrap_err().code, ErrorCode::WrongPassword);
    assert_eq!(row_of(&mut device, session.staff.id).await.pin, None);
}

#[tokio::test]
async fn a_new_badge_ends_the_one_before() {
    let stage = Stage::new().await;
    let (admins, admin) = stage.device_with_session("Adrien", Role::Admin).await;
    let (mut device, session) = stage.device_with_session("Camille", Role::Counter).await;
    let path = format!("/v1/admin/staff/{}/badge", session.staff.id);
    let mut known = Vec::new();
    for _ in 0..2 {
        let made: NewBadge = admins.call_as(&admin.token, Method::POST, &path, None::<&()>).await.unwrap();
        assert_eq!((made.staff.name.as_str(), &made.staff.badge), ("Camille", &None));
        let kept = row_of(&mut device, session.staff.id).await.badge;
        assert_eq!(kept, badge::hash(&made.badge).map(hex::encode), "only the hash is kept");
        assert!(!known.contains(&kept));
        known.push(kept);
    }
    admins.call_as::<Staff>(&admin.token, Method::DELETE, &path, None::<&()>).await.unwrap();
    assert_eq!(row_of(&mut device, session.staff.id).await.badge, None);
    let path = format!("/v1/admin/staff/{}/badge", uuid::Uuid::now_v7());
    assert_eq!(
        admins.call_as::<NewBadge>(&admin.token, Method::POST, &path, None::<&()>).await.err().unwrap().code,
        ErrorCode::NotFound
    );
}

fn approved(voucher: VoucherId, approver: StaffId) -> Operation {
    Operation::Redeem { voucher, mode: RedeemMode::Honoured, signed_code: None, approved_by: Some(approver) }
}

async fn approval_in_history(device: &TestDevice, voucher: VoucherId) -> Option<Approval> {
    let items: Vec<HistoryItem> = device.call(Method::GET, &format!("/v1/vouchers/{voucher}/history"), None::<&()>).await.unwrap();
    items.into_iter().find_map(|item| item.approval)
}

/// The goods went, whoever let them go: refusing it would leave the voucher to be used again.
#[rstest]
#[case::of_the_office(Role::BackOffice, false, true)]
#[case::an_admin(Role::Admin, false, true)]
#[case::of_the_counter(Role::Counter, false, false)]
#[case::barred(Role::Admin, true, false)]
#[tokio::test]
async fn an_approved_redemption_counts_and_the_history_names_who_let_it_pass(#[case] role: Role, #[case] barred: bool, #[case] permitted: bool) {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let (admins, admin) = stage.device_with_session("Adrien", Role::Admin).await;
    let approver = stage.device_with_session("Approver", role).await.1.staff.id;
    if barred {
        let patch = StaffPatch { active: Some(false), ..StaffPatch::default() };
        admins
            .call_as::<Staff>(&admin.token, Method::PATCH, &format!("/v1/admin/staff/{approver}"), Some(&patch))
            .await
            .unwrap();
        stage.clock.advance(jiff::SignedDuration::from_mins(1));
        till.now = stage.clock.now();
    }
    let voucher = sell(&mut till).await;
    assert_eq!(till.act(approved(voucher, approver)).await.unwrap(), Outcome::Applied);
    assert_eq!(approval_in_history(&till, voucher).await, Some(Approval { staff: approver, permitted }));
}

#[tokio::test]
async fn an_approver_whom_nobody_knows_is_told_of_as_such() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    let (voucher, stranger) = (sell(&mut till).await, StaffId(uuid::Uuid::now_v7()));
    assert_eq!(till.act(approved(voucher, stranger)).await.unwrap(), Outcome::Applied);
    assert_eq!(approval_in_history(&till, voucher).await, Some(Approval { staff: stranger, permitted: false }));
}

#[tokio::test]
async fn wrong_pins_at_a_device_are_told_to_the_admin_and_never_become_fewer() {
    use beadsbox_protocol::admin::DeviceStatus;
    let stage = Stage::new().await;
    let (device, session) = stage.device_with_session("Adrien", Role::Admin).await;
    for (told, known) in [(0, 0), (7, 7), (3, 7)] {
        let path = format!("{}&wrong_pins={told}", device.pull_path(10, 0));
        device.call::<serde_json::Value>(Method::GET, &path, None::<&()>).await.unwrap();
        let devices: Vec<DeviceStatus> = device.call_as(&session.token, Method::GET, "/v1/admin/devices", None::<&()>).await.unwrap();
        assert_eq!(devices[0].wrong_pins, known, "told {told}");
    }
}
