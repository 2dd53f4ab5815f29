//! `POST /v1/devices/enrol`

use beadsbox_protocol::{
    ErrorCode,
    enrol::{EnrolRequest, certificate_message, proof_message},
};
use beadsbox_testkit::{TestDevice, fixtures::random};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use jiff::SignedDuration;
use reqwest::Method;
use uuid::Uuid;

use crate::support::{Stage, raw};

fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn from_base64(text: &str) -> Vec<u8> {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

#[tokio::test]
async fn a_code_enrols_one_device_once() {
    let stage = Stage::new().await;
    let code = stage.code().await.code;
    // As people type it.
    let typed = code.to_lowercase().replace('-', " ");
    let device = TestDevice::enrol(&stage.base, &typed, "Till 1").await.unwrap();
    assert_eq!((device.enrolment.shop.clone(), device.incarnation), (stage.shop.clone(), 1));
    let other = TestDevice::enrol(&stage.base, &code, "Till 2").await.unwrap_err();
    assert_eq!((other.status, other.code), (403, ErrorCode::EnrolmentCodeUsed));
    let wrong = TestDevice::enrol(&stage.base, "0000-0000-0000", "Till 2").await.unwrap_err();
    assert_eq!((wrong.status, wrong.code), (403, ErrorCode::EnrolmentCodeWrong));
}

#[tokio::test]
async fn a_lost_reply_is_asked_for_again() {
    let stage = Stage::new().await;
    let code = stage.code().await.code;
    let key = SigningKey::from_bytes(&random());
    let first = TestDevice::enrol_with_key(&stage.base, &code, "Till 1", key.clone()).await.unwrap();
    stage.clock.advance(SignedDuration::from_hours(48));
    let mut second = TestDevice::enrol_with_key(&stage.base, &code, "Till 1", key.clone()).await.unwrap();
    assert_eq!((first.id, first.enrolment.enrolled_at), (second.id, second.enrolment.enrolled_at));
    assert_eq!(first.enrolment.certificate, second.enrolment.certificate);
    assert_ne!(first.token, second.token);
    second.pull().await.unwrap();
    assert_eq!(first.clone().pull().await.unwrap_err().code, ErrorCode::UnknownDevice, "the token that got lost is worth nothing");
    assert_eq!(stage.count("SELECT count(*) FROM device").await, 2, "this one and the server's own");
    stage.clock.advance(SignedDuration::from_hours(-48));
    // A new code for the same key finds the same device too.
    let third = TestDevice::enrol_with_key(&stage.base, &stage.code().await.code, "Till 1", key).await;
    assert_eq!(third.unwrap().id, first.id);
}

#[tokio::test]
async fn a_code_ends() {
    let stage = Stage::new().await;
    let code = stage.code().await;
    stage.clock.set(code.expires_at);
    let late = TestDevice::enrol(&stage.base, &code.code, "Till 1").await.unwrap_err();
    assert_eq!((late.status, late.code), (403, ErrorCode::EnrolmentCodeUsed));
}

#[tokio::test]
async fn the_certificate_is_the_servers_word() {
    let stage = Stage::new().await;
    let device = stage.bare_device("Till 1").await;
    let server: [u8; 32] = hex::decode(&device.enrolment.server_public_key).unwrap().try_into().unwrap();
    let message = certificate_message(device.id, device.shop, device.enrolment.profile, device.key.verifying_key().as_bytes(), device.enrolment.enrolled_at);
    let signature = Signature::from_slice(&from_base64(&device.enrolment.certificate)).unwrap();
    VerifyingKey::from_bytes(&server).unwrap().verify_strict(&message, &signature).unwrap();
}

#[tokio::test]
async fn who_holds_no_key_does_not_enrol() {
    let stage = Stage::new().await;
    let code = stage.code().await.code;
    let key = SigningKey::from_bytes(&random());
    let proof = base64(&key.sign(&proof_message(&code)).to_bytes());
    let sound = EnrolRequest { code: code.clone(), name: "Till".into(), public_key: hex::encode(key.verifying_key().as_bytes()), proof };
    let url = format!("{}/v1/devices/enrol", stage.base);
    let another = hex::encode(SigningKey::from_bytes(&random()).verifying_key().as_bytes());
    // The identity point: every signature of a certain form would fit it.
    let weak = format!("01{}", "00".repeat(31));
    for (broken, expected) in [
        (EnrolRequest { public_key: another, ..sound.clone() }, "bad_signature"),
        (EnrolRequest { public_key: weak, ..sound.clone() }, "malformed"),
        (EnrolRequest { public_key: "zz".into(), ..sound.clone() }, "malformed"),
        (EnrolRequest { proof: "AAAA".into(), ..sound.clone() }, "bad_signature"),
        (EnrolRequest { name: " ".into(), ..sound.clone() }, "malformed"),
        (EnrolRequest { name: "a\u{202e}b".into(), ..sound.clone() }, "malformed"),
        (EnrolRequest { code: "\0'; DROP TABLE device; --".into(), ..sound.clone() }, "bad_signature"),
    ] {
        let (status, problem) = raw(Method::POST, &url, None, "application/json", serde_json::to_string(&broken).unwrap()).await;
        assert_eq!((status.as_u16(), problem["code"].as_str().unwrap()), (400, expected), "{problem}");
    }
    let (status, _) = raw(Method::POST, &url, None, "application/json", serde_json::to_string(&sound).unwrap()).await;
    assert_eq!(status, 200, "the code was not used up by the broken ones");
    assert_ne!(stage.server.as_ref().unwrap().epoch(), Uuid::nil());
}
