//! Somebody forgot their password.

use beadsbox_domain::Role;
use beadsbox_protocol::{
    ErrorCode,
    mail::{MailLanguage, NewPassword, ResetRequest, StaffAddress, StaffAddressChange},
};
use beadsbox_testkit::{Answer, Reception, TestDevice};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use super::stage::MailStage;
use crate::support::{PASSWORD, Stage};

const NEW: &str = "a longer one than before";

async fn ask(device: &TestDevice, name: &str) -> Answer<()> {
    let request = ResetRequest { name: name.to_owned(), language: MailLanguage::En };
    device.call(Method::POST, "/v1/password-resets", Some(&request)).await
}

async fn set(device: &TestDevice, token: &str, password: &str) -> Answer<()> {
    let new = NewPassword { token: token.to_owned(), password: password.to_owned() };
    device.call(Method::PUT, "/v1/password-resets", Some(&new)).await
}

/// The line of the mail that is a token.
fn token(text: &str) -> String {
    text.lines().find(|line| line.len() == 64 && line.bytes().all(|byte| byte.is_ascii_hexdigit())).unwrap().to_owned()
}

/// A till at which Camille works, whose address an admin has set.
async fn stage() -> (MailStage, TestDevice, String) {
    let mails = MailStage::new().await;
    let (camille, session) = mails.stage.device_with_session("Camille", Role::Counter).await;
    let (admin, admins) = mails.stage.device_with_session("Adrien", Role::Admin).await;
    let change = StaffAddressChange { email: Some(beadsbox_domain::text::Email::new("camille@example.com").unwrap()) };
    let path = format!("/v1/admin/staff/{}/email", session.staff.id);
    admin.call_as::<()>(&admins.token, Method::PUT, &path, Some(&change)).await.unwrap();
    let listed: Vec<StaffAddress> = admin.call_as(&admins.token, Method::GET, "/v1/admin/staff-addresses", None::<&()>).await.unwrap();
    assert_eq!(listed.iter().filter(|address| address.email.is_some()).count(), 1);
    (mails, camille, session.token)
}

#[tokio::test]
async fn a_mail_brings_a_code_that_sets_another_password_once() {
    let (mails, mut till, session) = stage().await;
    ask(&till, " camille ").await.unwrap();
    let mail = mails.receiver.until(1).await.remove(0);
    assert_eq!(mail.to, ["camille@example.com"]);
    let token = token(&mail.text());
    assert_eq!(mails.stage.count("SELECT count(*) FROM password_reset").await, 1);
    assert_eq!(mails.stage.count("SELECT count(*) FROM job WHERE payload::text LIKE '%token%'").await, 0, "no job holds it");

    // Too short: the code is not used up by that.
    assert_eq!(set(&till, &token, "short").await.unwrap_err().code, ErrorCode::Malformed);
    set(&till, &token, NEW).await.unwrap();
    assert_eq!(set(&till, &token, NEW).await.unwrap_err().code, ErrorCode::ResetTokenWrong, "once");
    assert_eq!(till.sign_in("Camille", PASSWORD).await.unwrap_err().code, ErrorCode::WrongPassword);
    till.sign_in("Camille", NEW).await.unwrap();
    // Whoever was in with the old one is out.
    let out: Answer<()> = till.call_as(&session, Method::DELETE, "/v1/sessions", None::<&()>).await;
    assert_eq!(out.unwrap_err().code, ErrorCode::SessionExpired);
}

#[tokio::test]
async fn a_code_is_good_for_an_hour() {
    let (mails, till, _) = stage().await;
    ask(&till, "Camille").await.unwrap();
    let token = token(&mails.receiver.until(1).await[0].text());
    mails.stage.clock.advance(SignedDuration::from_mins(61));
    assert_eq!(set(&till, &token, NEW).await.unwrap_err().code, ErrorCode::ResetTokenWrong);
}

#[tokio::test]
async fn a_code_ends_with_the_password_the_address_and_the_right_to_sign_in() {
    let (mails, till, session) = stage().await;
    let (mut admin, _) = mails.stage.device_with_session("Aimée", Role::Admin).await;
    let camille: (uuid::Uuid,) = sqlx::query_as("SELECT id FROM staff WHERE name = 'Camille'").fetch_one(&mails.stage.pool).await.unwrap();
    let path = format!("/v1/admin/staff/{}", camille.0);
    ask(&till, "Camille").await.unwrap();
    let first = token(&mails.receiver.until(1).await[0].text());
    let own = json!({"password": PASSWORD, "new_password": NEW});
    till.call_as::<Value>(&session, Method::PUT, "/v1/sessions/password", Some(&own)).await.unwrap();
    assert_eq!(set(&till, &first, "another longer one").await.unwrap_err().code, ErrorCode::ResetTokenWrong, "their own change");
    let by_admin: [(Method, String, Value); 3] = [
        (Method::PUT, format!("{path}/email"), json!({"email": "elsewhere@example.com"})),
        (Method::PATCH, path.clone(), json!({"active": false})),
        (Method::POST, format!("{path}/password"), Value::Null),
    ];
    for (number, (method, path, body)) in (1..).zip(by_admin) {
        // Two mails for one name are free in a day.
        mails.stage.clock.advance(SignedDuration::from_hours(25));
        let admins = admin.sign_in("Aimée", PASSWORD).await.unwrap();
        ask(&till, "Camille").await.unwrap();
        let token = token(&mails.receiver.until(number + 1).await[number].text());
        let body = if body.is_null() { None } else { Some(body) };
        admin.call_as::<Option<Value>>(&admins.token, method, &path, body.as_ref()).await.unwrap();
        sqlx::query("UPDATE staff SET active = true, barred_at = NULL").execute(&mails.stage.pool).await.unwrap();
        assert_eq!(set(&till, &token, "another longer one").await.unwrap_err().code, ErrorCode::ResetTokenWrong, "{path}");
    }
}

#[tokio::test]
async fn nobody_is_mailed_what_they_asked_for_hours_ago() {
    let (mails, till, _) = stage().await;
    mails.receiver.will([Reception::HangUp]);
    ask(&till, "Camille").await.unwrap();
    mails.until_tried(1).await;
    mails.stage.clock.advance(SignedDuration::from_hours(8));
    mails.until_ended("not_owed", 1).await;
    assert!(mails.receiver.mails().is_empty());
}

#[tokio::test]
async fn nobody_learns_who_works_here_or_who_has_an_address() {
    let (mails, till, _) = stage().await;
    mails.stage.staff("Margaux", Role::BackOffice).await;
    for name in ["Nobody", "Margaux", "Camille", "Ca\0mille"] {
        ask(&till, name).await.unwrap();
    }
    mails.receiver.until(1).await;
    mails.until_ended("no_address", 1).await;
    assert_eq!(mails.receiver.mails().len(), 1);
    // A code of one's own making is worth nothing, and trying gets slow.
    let mut codes = Vec::new();
    for guess in 0..25 {
        codes.push(set(&till, &format!("{guess:064x}"), NEW).await.unwrap_err().code);
    }
    assert_eq!(codes[0], ErrorCode::ResetTokenWrong);
    assert_eq!(*codes.last().unwrap(), ErrorCode::TooManyRequests);
}

#[tokio::test]
async fn whoever_was_barred_meanwhile_gets_no_mail_and_uses_no_code() {
    let (mails, till, _) = stage().await;
    ask(&till, "Camille").await.unwrap();
    let token = token(&mails.receiver.until(1).await[0].text());
    sqlx::query("UPDATE staff SET active = false, barred_at = now() WHERE name = 'Camille'")
        .execute(&mails.stage.pool)
        .await
        .unwrap();
    assert_eq!(set(&till, &token, NEW).await.unwrap_err().code, ErrorCode::ResetTokenWrong);
    ask(&till, "Camille").await.unwrap();
    assert_eq!(mails.stage.count("SELECT count(*) FROM job").await, 1, "no second one");
}

#[tokio::test]
async fn nobody_is_sent_one_mail_after_the_other() {
    let (mails, till, _) = stage().await;
    let mut answers = Vec::new();
    for _ in 0..6 {
        answers.push(ask(&till, "Camille").await.map_err(|problem| problem.code));
    }
    assert_eq!(answers[..2], [Ok(()), Ok(())]);
    assert!(answers[2..].contains(&Err(ErrorCode::TooManyRequests)), "{answers:?}");
    mails.receiver.until(2).await;
}

#[tokio::test]
async fn without_a_mail_server_it_says_so() {
    let stage = Stage::new().await;
    let till = stage.till("Camille").await;
    assert_eq!(ask(&till, "Camille").await.unwrap_err().code, ErrorCode::MailNotSetUp);
}
