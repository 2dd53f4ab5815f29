//! One-time passwords, people's own passwords, and second factors.

use beadsbox_domain::Role;
use beadsbox_protocol::{
    ErrorCode,
    admin::{AddedStaff, AdminAct, NewStaff, OneTimePassword, SecondFactorRemoval, StaffStatus},
    rows::{Row, RowKey, Settings, Staff},
    second_factor::{RecoveryCodes, SecondFactorConfirmation, SecondFactorOffer, SecondFactorRequest, SecondFactorState},
    session::{PasswordRequest, SignInRequest, SignInResponse},
};
use beadsbox_testkit::{Answer, Session, TestDevice};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;
use totp_rs::{Builder, Secret};

use crate::support::{PASSWORD, Stage, until_waiting};

const OWN: &str = "beads of many colours";

/// An authenticator app.
struct Authenticator(totp_rs::Totp);

impl Authenticator {
    fn of(offer: &SecondFactorOffer) -> Self {
        let secret = Secret::try_from_base32(&offer.secret).unwrap();
        Self(Builder::new().with_secret(secret).build().unwrap())
    }

    fn code(&self, stage: &Stage) -> String {
        self.0.generate(u64::try_from(stage.clock.now().as_second()).unwrap()).to_string()
    }
}

async fn sign_in(device: &TestDevice, request: &SignInRequest) -> Answer<Session> {
    let SignInResponse { token, expires_at, staff } = device.call(Method::POST, "/v1/sessions", Some(request)).await?;
    Ok(Session { token, expires_at, staff })
}

fn with_code(name: &str, password: &str, code: &str) -> SignInRequest {
    SignInRequest { code: Some(code.to_owned()), ..SignInRequest::new(name, password) }
}

/// Begins and confirms one for that session.
async fn enrol(stage: &Stage, device: &TestDevice, session: &Session) -> (Authenticator, RecoveryCodes) {
    let request = SecondFactorRequest { password: PASSWORD.to_owned(), code: None };
    let offer: SecondFactorOffer = device.call_as(&session.token, Method::POST, "/v1/sessions/second-factor", Some(&request)).await.unwrap();
    let authenticator = Authenticator::of(&offer);
    let confirmation = SecondFactorConfirmation { code: authenticator.code(stage) };
    let codes = device.call_as(&session.token, Method::PUT, "/v1/sessions/second-factor", Some(&confirmation)).await.unwrap();
    stage.clock.advance(SignedDuration::from_secs(30));
    (authenticator, codes)
}

async fn row_of(device: &mut TestDevice, session: &Session) -> Staff {
    device.pull().await.unwrap();
    match device.cache.get(&RowKey::Staff(session.staff.id)) {
        Some(Row::Staff(row)) => row.clone(),
        other => panic!("no row: {other:?}"),
    }
}

async fn acts(device: &TestDevice, admin: &Session) -> Vec<String> {
    let acts: Vec<AdminAct> = device.call_as(&admin.token, Method::GET, "/v1/admin/acts", None::<&()>).await.unwrap();
    acts.into_iter().map(|act| act.kind).collect()
}

#[tokio::test]
async fn somebody_new_signs_in_once_by_the_one_time_password_and_chooses_another() {
    let stage = Stage::new().await;
    let (admins, admin) = stage.device_with_session("Adrien", Role::Admin).await;
    let new = NewStaff { name: "Camille".to_owned(), role: Role::Counter };
    let added: AddedStaff = admins.call_as(&admin.token, Method::POST, "/v1/admin/staff", Some(&new)).await.unwrap();
    let password = added.one_time.password;
    let till = stage.bare_device("Till").await;
    let first = SignInRequest::new("Camille", &password);
    assert_eq!(sign_in(&till, &first).await.unwrap_err().code, ErrorCode::PasswordChangeNeeded);
    for unfit in ["short", password.as_str()] {
        let request = SignInRequest { new_password: Some(unfit.to_owned()), ..first.clone() };
        assert_eq!(sign_in(&till, &request).await.unwrap_err().code, ErrorCode::Malformed, "{unfit}");
    }
    let wrong = SignInRequest { new_password: Some(OWN.to_owned()), ..SignInRequest::new("Camille", "guessed") };
    assert_eq!(sign_in(&till, &wrong).await.unwrap_err().code, ErrorCode::WrongPassword, "nobody else learns that it serves once");
    let chosen = SignInRequest { new_password: Some(OWN.to_owned()), ..first.clone() };
    let signed_in = sign_in(&till, &chosen).await.unwrap();
    assert_eq!(signed_in.staff.sign_in_version, added.staff.sign_in_version + 1);
    assert_eq!(sign_in(&till, &first).await.unwrap_err().code, ErrorCode::WrongPassword, "it served once");
    sign_in(&till, &SignInRequest::new("camille", OWN)).await.unwrap();
    let listed: Vec<StaffStatus> = admins.call_as(&admin.token, Method::GET, "/v1/admin/staff", None::<&()>).await.unwrap();
    let camille = listed.iter().find(|status| status.staff.name == "Camille").unwrap();
    assert_eq!((camille.one_time_until, camille.sign_ins.len(), camille.sign_ins[0].device), (None, 1, till.id));
    assert_eq!(acts(&admins, &admin).await, ["staff_added"]);
}

#[tokio::test]
async fn a_first_sign_in_whose_answer_was_lost_is_sent_again_as_it_was() {
    let stage = Stage::new().await;
    let (admins, admin) = stage.device_with_session("Adrien", Role::Admin).await;
    let new = NewStaff { name: "Camille".to_owned(), role: Role::Counter };
    let added: AddedStaff = admins.call_as(&admin.token, Method::POST, "/v1/admin/staff", Some(&new)).await.unwrap();
    let till = stage.bare_device("Till").await;
    let one_time = added.one_time.password;
    let chosen = SignInRequest { new_password: Some(OWN.to_owned()), ..SignInRequest::new("Camille", &one_time) };
    let first = sign_in(&till, &chosen).await.unwrap();
    let again = sign_in(&till, &chosen).await.unwrap();
    assert_eq!(again.staff, first.staff, "nothing was changed once more");
    let another = SignInRequest { new_password: Some("another new one".to_owned()), ..chosen };
    assert_eq!(sign_in(&till, &another).await.unwrap_err().code, ErrorCode::WrongPassword, "the one-time password served once");
    sign_in(&till, &SignInRequest::new("Camille", OWN)).await.unwrap();
}

#[tokio::test]
async fn both_passwords_of_a_request_count_as_guesses() {
    let stage = Stage::new().await;
    let (till, _) = stage.device_with_session("Camille", Role::Counter).await;
    let mut tries = 0;
    loop {
        let guess = SignInRequest { new_password: Some(format!("guess number {tries}")), ..SignInRequest::new("Camille", "guessed") };
        match sign_in(&till, &guess).await.unwrap_err().code {
            ErrorCode::WrongPassword => tries += 1,
            code => break assert_eq!(code, ErrorCode::TooManyRequests),
        }
    }
    let mut alone = 0;
    let (till, _) = stage.device_with_session("Noé", Role::Counter).await;
    while sign_in(&till, &SignInRequest::new("Noé", "guessed")).await.unwrap_err().code == ErrorCode::WrongPassword {
        alone += 1;
    }
    assert_eq!(tries, alone / 2);
}

#[tokio::test]
async fn a_sign_in_under_way_is_not_let_in_by_what_was_changed_meanwhile() {
    let stage = Stage::new().await;
    let changes = [
        (
            "Camille",
            "UPDATE staff SET password_hash = password_hash || 'x', sign_in_version = sign_in_version + 1 WHERE name = 'Camille'",
        ),
        ("Noé", "UPDATE staff SET active = false, barred_at = now() WHERE name = 'Noé'"),
    ];
    for (name, change) in changes {
        let (till, _) = stage.device_with_session(name, Role::Counter).await;
        let mut admin = stage.pool.begin().await.unwrap();
        // What a sign-in reads once it has seen that the password is right.
        sqlx::query("LOCK TABLE second_factor IN ACCESS EXCLUSIVE MODE").execute(&mut *admin).await.unwrap();
        let under_way = tokio::spawn(async move { sign_in(&till, &SignInRequest::new(name, PASSWORD)).await });
        until_waiting(&stage, 1).await;
        sqlx::query(change).execute(&mut *admin).await.unwrap();
        sqlx::query("DELETE FROM staff_session").execute(&mut *admin).await.unwrap();
        admin.commit().await.unwrap();
        assert_eq!(under_way.await.unwrap().unwrap_err().code, ErrorCode::WrongPassword, "{name}");
        assert_eq!(stage.count("SELECT count(*) FROM staff_session").await, 0);
    }
}

#[tokio::test]
async fn a_reset_ends_what_was_before_and_is_over_after_two_days() {
    let stage = Stage::new().await;
    let (admins, admin) = stage.device_with_session("Adrien", Role::Admin).await;
    let (mut till, session) = stage.device_with_session("Camille", Role::Counter).await;
    let path = format!("/v1/admin/staff/{}/password", session.staff.id);
    let made: OneTimePassword = admins.call_as(&admin.token, Method::POST, &path, None::<&()>).await.unwrap();
    let ended = till
        .call_as::<SecondFactorState>(&session.token, Method::GET, "/v1/sessions/second-factor", None::<&()>)
        .await
        .unwrap_err();
    assert_eq!(ended.code, ErrorCode::SessionExpired, "their sessions end");
    assert_eq!(row_of(&mut till, &session).await.sign_in_version, 1, "and what devices keep of the old one");
    assert_eq!(sign_in(&till, &SignInRequest::new("Camille", PASSWORD)).await.unwrap_err().code, ErrorCode::WrongPassword);
    stage.clock.set(made.until);
    let late = SignInRequest { new_password: Some(OWN.to_owned()), ..SignInRequest::new("Camille", made.password) };
    assert_eq!(sign_in(&till, &late).await.unwrap_err().code, ErrorCode::PasswordExpired);
}

#[tokio::test]
async fn a_person_changes_their_own_password() {
    let stage = Stage::new().await;
    let (mut till, session) = stage.device_with_session("Camille", Role::Counter).await;
    let elsewhere = sign_in(&till, &SignInRequest::new("Camille", PASSWORD)).await.unwrap();
    let change = |password: &str, new: &str| PasswordRequest { password: password.to_owned(), new_password: new.to_owned() };
    let ask = async |request: PasswordRequest| till.call_as::<Staff>(&session.token, Method::PUT, "/v1/sessions/password", Some(&request)).await;
    assert_eq!(ask(change("guessed", OWN)).await.unwrap_err().code, ErrorCode::WrongPassword);
    assert_eq!(ask(change(PASSWORD, "short")).await.unwrap_err().code, ErrorCode::Malformed);
    assert_eq!(ask(change(PASSWORD, OWN)).await.unwrap().sign_in_version, 1);
    assert_eq!(ask(change(OWN, PASSWORD)).await.unwrap().sign_in_version, 2, "their own session goes on");
    let gone = till
        .call_as::<SecondFactorState>(&elsewhere.token, Method::GET, "/v1/sessions/second-factor", None::<&()>)
        .await
        .unwrap_err();
    assert_eq!(gone.code, ErrorCode::SessionExpired, "the others end");
    assert_eq!(row_of(&mut till, &session).await.sign_in_version, 2);
}

#[tokio::test]
async fn a_second_factor_is_asked_for_once_a_code_was_shown_and_no_code_counts_twice() {
    let stage = Stage::new().await;
    let (mut device, session) = stage.device_with_session("Adrien", Role::Admin).await;
    let path = "/v1/sessions/second-factor";
    let begin = |password: &str| SecondFactorRequest { password: password.to_owned(), code: None };
    let guessed = device.call_as::<SecondFactorOffer>(&session.token, Method::POST, path, Some(&begin("guessed"))).await.err().unwrap();
    assert_eq!(guessed.code, ErrorCode::WrongPassword, "an open session is not enough");
    let offer: SecondFactorOffer = device.call_as(&session.token, Method::POST, path, Some(&begin(PASSWORD))).await.unwrap();
    assert!(
        offer.url.starts_with("otpauth://totp/") && offer.url.contains("My%20Beads%20Box") && offer.url.contains("Adrien"),
        "{}",
        offer.url
    );
    sign_in(&device, &SignInRequest::new("Adrien", PASSWORD)).await.unwrap();
    let wrong = SecondFactorConfirmation { code: "000000".to_owned() };
    assert_eq!(
        device.call_as::<RecoveryCodes>(&session.token, Method::PUT, path, Some(&wrong)).await.err().unwrap().code,
        ErrorCode::SecondFactorWrong
    );

    let authenticator = Authenticator::of(&offer);
    let first = authenticator.code(&stage);
    let confirmation = SecondFactorConfirmation { code: first.clone() };
    let codes: RecoveryCodes = device.call_as(&session.token, Method::PUT, path, Some(&confirmation)).await.unwrap();
    assert_eq!(codes.codes.len(), 10);
    assert_eq!(row_of(&mut device, &session).await.sign_in_version, 1, "what devices keep from before it ends");

    assert_eq!(sign_in(&device, &SignInRequest::new("Adrien", PASSWORD)).await.unwrap_err().code, ErrorCode::SecondFactorNeeded);
    assert_eq!(sign_in(&device, &with_code("Adrien", "guessed", &first)).await.unwrap_err().code, ErrorCode::WrongPassword);
    assert_eq!(
        sign_in(&device, &with_code("Adrien", PASSWORD, &first)).await.unwrap_err().code,
        ErrorCode::SecondFactorWrong,
        "it was used to confirm"
    );
    stage.clock.advance(SignedDuration::from_secs(30));
    let second = authenticator.code(&stage);
    sign_in(&device, &with_code("Adrien", PASSWORD, &second)).await.unwrap();
    assert_eq!(
        sign_in(&device, &with_code("Adrien", PASSWORD, &second)).await.unwrap_err().code,
        ErrorCode::SecondFactorWrong,
        "replayed"
    );
    assert_eq!(
        sign_in(&device, &with_code("Adrien", PASSWORD, &first)).await.unwrap_err().code,
        ErrorCode::SecondFactorWrong,
        "an earlier one"
    );
    let standing: SecondFactorState = device.call_as(&session.token, Method::GET, path, None::<&()>).await.unwrap();
    assert_eq!((standing.since.is_some(), standing.recovery_codes, standing.required), (true, 10, false));
}

#[tokio::test]
async fn many_at_once_with_one_code_let_one_in() {
    let stage = Stage::new().await;
    let (device, session) = stage.device_with_session("Adrien", Role::Admin).await;
    let (authenticator, _) = enrol(&stage, &device, &session).await;
    let request = with_code("Adrien", PASSWORD, &authenticator.code(&stage));
    let mut attempts = Vec::new();
    for _ in 0..4 {
        let (device, request) = (device.clone(), request.clone());
        attempts.push(tokio::spawn(async move { sign_in(&device, &request).await.is_ok() }));
    }
    let mut let_in = 0;
    for attempt in attempts {
        let_in += usize::from(attempt.await.unwrap());
    }
    assert_eq!(let_in, 1);
}

#[tokio::test]
async fn guessing_codes_gets_slower_though_the_password_is_right_each_time() {
    let stage = Stage::new().await;
    let (device, session) = stage.device_with_session("Adrien", Role::Admin).await;
    let (authenticator, _) = enrol(&stage, &device, &session).await;
    for _ in 0..3 {
        assert_eq!(sign_in(&device, &with_code("Adrien", PASSWORD, "000000")).await.unwrap_err().code, ErrorCode::SecondFactorWrong);
    }
    let slow = sign_in(&device, &with_code("Adrien", PASSWORD, &authenticator.code(&stage))).await.unwrap_err();
    assert_eq!((slow.code, slow.retry_after), (ErrorCode::TooManyRequests, Some(1)), "not even with the right one");
    stage.clock.advance(SignedDuration::from_secs(30));
    sign_in(&device, &with_code("Adrien", PASSWORD, &authenticator.code(&stage))).await.unwrap();
}

#[tokio::test]
async fn a_recovery_code_serves_once_and_a_new_second_factor_ends_the_others() {
    let stage = Stage::new().await;
    let (device, session) = stage.device_with_session("Adrien", Role::Admin).await;
    let (authenticator, codes) = enrol(&stage, &device, &session).await;
    let typed = codes.codes[0].to_lowercase().replace('-', " ");
    sign_in(&device, &with_code("Adrien", PASSWORD, &typed)).await.unwrap();
    assert_eq!(sign_in(&device, &with_code("Adrien", PASSWORD, &typed)).await.unwrap_err().code, ErrorCode::SecondFactorWrong);

    // Another telephone: a code of the old one, or a recovery code, begins it.
    let path = "/v1/sessions/second-factor";
    let without = SecondFactorRequest { password: PASSWORD.to_owned(), code: None };
    let refused = device.call_as::<SecondFactorOffer>(&session.token, Method::POST, path, Some(&without)).await.err().unwrap();
    assert_eq!(refused.code, ErrorCode::SecondFactorNeeded);
    let with = SecondFactorRequest { code: Some(codes.codes[1].clone()), ..without };
    let offer: SecondFactorOffer = device.call_as(&session.token, Method::POST, path, Some(&with)).await.unwrap();
    let next = Authenticator::of(&offer);
    let confirmation = SecondFactorConfirmation { code: next.code(&stage) };
    device.call_as::<RecoveryCodes>(&session.token, Method::PUT, path, Some(&confirmation)).await.unwrap();
    stage.clock.advance(SignedDuration::from_secs(30));
    for old in [authenticator.code(&stage), codes.codes[2].clone()] {
        assert_eq!(sign_in(&device, &with_code("Adrien", PASSWORD, &old)).await.unwrap_err().code, ErrorCode::SecondFactorWrong, "{old}");
    }
    sign_in(&device, &with_code("Adrien", PASSWORD, &next.code(&stage))).await.unwrap();
}

#[tokio::test]
async fn another_admin_takes_a_second_factor_away_for_a_reason_that_is_kept() {
    let stage = Stage::new().await;
    let (device, session) = stage.device_with_session("Adrien", Role::Admin).await;
    let (others, other) = stage.device_with_session("Beate", Role::Admin).await;
    enrol(&stage, &device, &session).await;
    let path = format!("/v1/admin/staff/{}/second-factor/remove", session.staff.id);
    let removal = SecondFactorRemoval { reason: "lost the telephone".to_owned() };
    let own = device.call_as::<()>(&session.token, Method::POST, &path, Some(&removal)).await.unwrap_err();
    assert_eq!(own.code, ErrorCode::Forbidden, "nobody takes their own away");
    let silent = SecondFactorRemoval { reason: " ".to_owned() };
    assert_eq!(others.call_as::<()>(&other.token, Method::POST, &path, Some(&silent)).await.unwrap_err().code, ErrorCode::Malformed);
    others.call_as::<()>(&other.token, Method::POST, &path, Some(&removal)).await.unwrap();
    assert_eq!(others.call_as::<()>(&other.token, Method::POST, &path, Some(&removal)).await.unwrap_err().code, ErrorCode::NotFound);
    sign_in(&device, &SignInRequest::new("Adrien", PASSWORD)).await.unwrap();
    let acts: Vec<AdminAct> = others.call_as(&other.token, Method::GET, "/v1/admin/acts", None::<&()>).await.unwrap();
    let newest = &acts[0];
    assert_eq!((newest.kind.as_str(), newest.staff, newest.subject.as_str()), ("second_factor_removed", other.staff.id, "Adrien"));
    assert_eq!(newest.details["reason"], json!("lost the telephone"));
}

#[tokio::test]
async fn where_every_admin_needs_one_nobody_administers_without() {
    let stage = Stage::new().await;
    let (mut device, session) = stage.device_with_session("Adrien", Role::Admin).await;
    device.pull().await.unwrap();
    let Row::Settings(before) = device.cache[&RowKey::Settings].clone() else { panic!("no settings") };
    let policy = beadsbox_domain::Policy { admins_need_second_factor: true, ..before.policy };
    let change = json!({"row_version": before.row_version, "policy": policy});
    device.call_as::<Settings>(&session.token, Method::PUT, "/v1/admin/policy", Some(&change)).await.unwrap();
    let barred = device.call_as::<Vec<StaffStatus>>(&session.token, Method::GET, "/v1/admin/staff", None::<&()>).await.unwrap_err();
    assert_eq!((barred.status, barred.code), (403, ErrorCode::SecondFactorSetupNeeded));
    let standing: SecondFactorState = device.call_as(&session.token, Method::GET, "/v1/sessions/second-factor", None::<&()>).await.unwrap();
    assert!(standing.required, "and they are told");
    enrol(&stage, &device, &session).await;
    device.call_as::<Vec<StaffStatus>>(&session.token, Method::GET, "/v1/admin/staff", None::<&()>).await.unwrap();
}
