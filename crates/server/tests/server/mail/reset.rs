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
    found_token(text).unwrap()
}

fn found_token(text: &str) -> Option<String> {
    text.lines().find(|line| line.len() == 64 && line.bytes().all(|byte| byte.is_ascii_hexdigit())).map(str::to_owned)
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
    let record = "SELECT count(*) FROM admin_act a JOIN staff s ON s.id = a.staff_id AND s.id = a.subject_id
         WHERE a.kind = 'password_set_by_mail' AND a.subject = 'Camille' AND s.name = 'Camille'";
    assert_eq!(mails.stage.count(record).await, 1, "whoever has the mailbox could have done it");
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
        // Nobody's lease ends by what comes now.
        mails.until_state("waiting", 0).await;
        mails.until_state("running", 0).await;
        // Two mails for one name are free in a day.
        mails.stage.clock.advance(SignedDuration::from_hours(25));
        let admins = admin.sign_in("Aimée", PASSWORD).await.unwrap();
        ask(&till, "Camille").await.unwrap();
        // The first of these changes is told by a mail of its own, at the former address.
        let came = mails.receiver.until(number + 1 + usize::from(number > 1)).await;
        let token = came.iter().filter_map(|mail| found_token(&mail.text())).nth(number).unwrap();
        let body = if body.is_null() { None } else { Some(body) };
        admin.call_as::<Option<Value>>(&admins.token, method, &path, body.as_ref()).await.unwrap();
        sqlx::query("UPDATE staff SET active = true, barred_at = NULL").execute(&mails.stage.pool).await.unwrap();
        assert_eq!(set(&till, &token, "another longer one").await.unwrap_err().code, ErrorCode::ResetTokenWrong, "{path}");
    }
}

#[tokio::test]
async fn whoever_gets_mail_elsewhere_is_told_so_where_they_got_it_before() {
    let (mails, _, _) = stage().await;
    let (admin, admins) = mails.stage.device_with_session("Aimée", Role::Admin).await;
    let camille: uuid::Uuid = sqlx::query_scalar("SELECT id FROM staff WHERE name = 'Camille'").fetch_one(&mails.stage.pool).await.unwrap();
    let change = async |email: Value| {
        let path = format!("/v1/admin/staff/{camille}/email");
        admin.call_as::<()>(&admins.token, Method::PUT, &path, Some(&json!({"email": email}))).await.unwrap();
    };
    assert_eq!(mails.stage.count("SELECT count(*) FROM job").await, 0, "nobody had the first address before");
    change(json!("camille@example.com")).await;
    assert_eq!(mails.stage.count("SELECT count(*) FROM job").await, 0, "it is the same");

    change(json!("elsewhere@example.com")).await;
    let mail = mails.receiver.until(1).await.remove(0);
    assert_eq!(mail.to, ["camille@example.com"]);
    assert!(mail.text().contains("Aimée changed the address") && mail.html().contains("Camille"), "{}", mail.text());
    assert!(!mail.raw.contains("elsewhere"), "whoever reads the old mailbox is not told the new one: {}", mail.raw);
    change(Value::Null).await;
    assert_eq!(mails.receiver.until(2).await[1].to, ["elsewhere@example.com"]);

    mails.until_ended("sent", 2).await;
    assert_eq!(mails.stage.count("SELECT count(*) FROM job WHERE payload::text LIKE '%example.com%'").await, 0);
    assert_eq!(mails.stage.server.as_ref().unwrap().prune_now().await.unwrap().addresses, 2);
    assert_eq!(mails.stage.count("SELECT count(*) FROM former_address").await, 0);
}

#[tokio::test]
async fn a_former_address_is_kept_until_its_mail_went() {
    let (mails, _, _) = stage().await;
    mails.receiver.will([Reception::RefuseSender("451 later")]);
    let (admin, admins) = mails.stage.device_with_session("Aimée", Role::Admin).await;
    let camille: uuid::Uuid = sqlx::query_scalar("SELECT id FROM staff WHERE name = 'Camille'").fetch_one(&mails.stage.pool).await.unwrap();
    let path = format!("/v1/admin/staff/{camille}/email");
    admin.call_as::<()>(&admins.token, Method::PUT, &path, Some(&json!({"email": null}))).await.unwrap();
    mails.until_tried(1).await;
    assert_eq!(mails.stage.server.as_ref().unwrap().prune_now().await.unwrap().addresses, 0);
    mails.stage.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(mails.receiver.until(1).await[0].to, ["camille@example.com"]);
}

#[tokio::test]
async fn a_code_goes_before_all_vouchers_that_wait() {
    let mails = MailStage::idle().await;
    let mut till = mails.stage.till("Camille").await;
    for _ in 0..3 {
        till.now += SignedDuration::from_secs(1);
        crate::support::sell_many(&mut till, 1).await;
    }
    sqlx::query("UPDATE staff SET email = 'camille@example.com' WHERE name = 'Camille'")
        .execute(&mails.stage.pool)
        .await
        .unwrap();
    mails.stage.clock.advance(SignedDuration::from_mins(1));
    ask(&till, "Camille").await.unwrap();
    let worker = mails.worker().await;
    let came = mails.receiver.until(4).await;
    assert_eq!(came[0].to, ["camille@example.com"]);
    assert!(came[1..].iter().all(|mail| mail.pdfs().len() == 1));
    worker.stop().await;
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
