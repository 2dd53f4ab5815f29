//! `POST` and `DELETE /v1/sessions`

use beadsbox_domain::Role;
use beadsbox_protocol::{ErrorCode, admin::StaffPatch};
use jiff::SignedDuration;
use reqwest::Method;

use crate::support::{PASSWORD, Stage};

#[tokio::test]
async fn a_staff_member_signs_in_and_out() {
    let stage = Stage::new().await;
    let (mut device, first) = stage.device_with_session("Éloïse", Role::Admin).await;
    // Case-blind, spaces around the name aside.
    let second = device.sign_in(" éloïse ", PASSWORD).await.unwrap();
    assert_eq!((&second.staff.name, second.staff.role), (&"Éloïse".to_owned(), Role::Admin));
    assert_ne!(first.token, second.token);

    let shops = "/v1/admin/shops";
    device.call_as::<serde_json::Value>(&first.token, Method::GET, shops, None::<&()>).await.unwrap();
    device.call_as::<()>(&first.token, Method::DELETE, "/v1/sessions", None::<&()>).await.unwrap();
    let gone = device.call_as::<serde_json::Value>(&first.token, Method::GET, shops, None::<&()>).await.unwrap_err();
    assert_eq!((gone.status, gone.code), (401, ErrorCode::SessionExpired));
    device.call_as::<serde_json::Value>(&second.token, Method::GET, shops, None::<&()>).await.unwrap();
    // With the device's token, everybody at it.
    device.call::<()>(Method::DELETE, "/v1/sessions", None::<&()>).await.unwrap();
    device.call_as::<serde_json::Value>(&second.token, Method::GET, shops, None::<&()>).await.unwrap_err();
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours() {
    let stage = Stage::new().await;
    let (device, session) = stage.device_with_session("Adrien", Role::Admin).await;
    stage.clock.set(session.expires_at - SignedDuration::from_secs(1));
    device.call_as::<serde_json::Value>(&session.token, Method::GET, "/v1/admin/shops", None::<&()>).await.unwrap();
    stage.clock.set(session.expires_at);
    let gone = device.call_as::<serde_json::Value>(&session.token, Method::GET, "/v1/admin/shops", None::<&()>).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::SessionExpired);
}

#[tokio::test]
async fn guessing_gets_slower_and_a_success_forgets_it() {
    let stage = Stage::new().await;
    let mut device = stage.till("Camille").await;
    // Three are free; nobody's name and a wrong password sound the same.
    for name in ["Camille", "Nobody"] {
        for _ in 0..3 {
            let wrong = device.sign_in(name, "wrong password").await.unwrap_err();
            assert_eq!((wrong.status, wrong.code, wrong.title.as_str()), (401, ErrorCode::WrongPassword, "name and password do not fit"));
        }
    }
    let slow = device.sign_in("CAMILLE", PASSWORD).await.unwrap_err();
    assert_eq!((slow.status, slow.code, slow.retry_after), (429, ErrorCode::TooManyRequests, Some(1)), "not even with the right one");
    let mut delays = Vec::new();
    for _ in 0..4 {
        let wait = device.sign_in("Camille", "wrong").await.unwrap_err().retry_after.unwrap();
        delays.push(wait);
        stage.clock.advance(SignedDuration::from_secs(i64::try_from(wait).unwrap()));
        assert_eq!(device.sign_in("Camille", "wrong").await.unwrap_err().code, ErrorCode::WrongPassword);
    }
    assert_eq!(delays, [1, 2, 4, 8]);
    stage.clock.advance(SignedDuration::from_secs(16));
    device.sign_in("Camille", PASSWORD).await.unwrap();
    assert_eq!(device.sign_in("Camille", "wrong").await.unwrap_err().code, ErrorCode::WrongPassword, "the count is forgotten");
    // Another device is not held up.
    let mut other = stage.bare_device("Other").await;
    other.sign_in("Camille", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_clock_that_was_ahead_locks_nobody_out_once_it_is_right() {
    let stage = Stage::new().await;
    let mut device = stage.till("Camille").await;
    let right = stage.clock.now();
    stage.clock.advance(SignedDuration::from_hours(24));
    for _ in 0..6 {
        let _ = device.sign_in("Camille", "wrong").await;
    }
    stage.clock.set(right);
    device.sign_in("Camille", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn many_guesses_at_once_do_not_get_past_the_count() {
    let stage = Stage::new().await;
    let device = stage.till("Camille").await;
    let mut guesses = Vec::new();
    for _ in 0..12 {
        let mut device = device.clone();
        guesses.push(tokio::spawn(async move { device.sign_in("Camille", "wrong").await.unwrap_err().code }));
    }
    let mut looked_at = 0;
    for guess in guesses {
        looked_at += usize::from(guess.await.unwrap() == ErrorCode::WrongPassword);
    }
    assert_eq!(looked_at, 3);
}

#[tokio::test]
async fn who_was_barred_does_not_sign_in() {
    let stage = Stage::new().await;
    let (admin, session) = stage.device_with_session("Adrien", Role::Admin).await;
    let mut till = stage.till("Camille").await;
    let path = format!("/v1/admin/staff/{}", till.staff);
    let bar = StaffPatch { active: Some(false), ..StaffPatch::default() };
    admin.call_as::<serde_json::Value>(&session.token, Method::PATCH, &path, Some(&bar)).await.unwrap();
    let barred = till.sign_in("Camille", PASSWORD).await.unwrap_err();
    assert_eq!((barred.status, barred.code), (403, ErrorCode::StaffInactive));
    assert_eq!(
        till.sign_in("Camille", "wrong").await.unwrap_err().code,
        ErrorCode::WrongPassword,
        "only who knows the password learns it"
    );
}

#[tokio::test]
async fn hostile_names_are_nobodys() {
    let stage = Stage::new().await;
    let mut device = stage.till("Camille").await;
    for name in ["", "\0", "' OR 1=1 --", "Camille\0", "%", "\u{202e}ellimaC", "💣"] {
        let wrong = device.sign_in(name, PASSWORD).await.unwrap_err();
        assert_eq!(wrong.code, ErrorCode::WrongPassword, "{name:?}");
    }
    let long = device.sign_in(&"x".repeat(201), PASSWORD).await.unwrap_err();
    assert_eq!(long.code, ErrorCode::Malformed);
}
