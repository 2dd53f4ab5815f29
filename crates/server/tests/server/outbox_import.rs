//! Files of operations as an admin hands them over: each part as a push would be taken, and nothing that its device did not sign.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_domain::Role;
use beadsbox_protocol::{
    ChainHash, ErrorCode,
    export::{
        ImportRequest, ImportResponse, Issuer, Manifest, Part, Summary, digest,
        seal::{self, Place},
    },
    push::PushRequest,
};
use beadsbox_testkit::{Answer, Session, TestDevice, fixtures};
use ed25519_dalek::{SigningKey, VerifyingKey};
use reqwest::Method;

use crate::support::{Stage, introduction, record_sale, sell};

/// The server's key, as the device was told.
fn server_key(device: &TestDevice) -> VerifyingKey {
    let mut bytes = [0; 32];
    hex::decode_to_slice(&device.enrolment.server_public_key, &mut bytes).unwrap();
    VerifyingKey::from_bytes(&bytes).unwrap()
}

/// The file of one part with that push, as far as a test does not change it.
fn manifest(device: &TestDevice, push: &PushRequest, sealed: &[u8]) -> Manifest {
    let (operations, tip) = (push.ops.len() as u64, ChainHash::try_from(push.chain_tip.clone()).unwrap());
    Manifest {
        issuer: Issuer {
            device_id: device.id,
            name: "Till by file".to_owned(),
            shop: device.enrolment.shop.clone(),
            profile: device.enrolment.profile,
            public_key: hex::encode(device.key.verifying_key().as_bytes()),
            enrolled_at: device.enrolment.enrolled_at,
            certificate: device.enrolment.certificate.clone(),
        },
        server_public_key: device.enrolment.server_public_key.clone(),
        epoch: device.epoch,
        incarnation: device.incarnation,
        first_seq: push.first_seq,
        last_seq: push.first_seq + operations - 1,
        hash_before: tip,
        tip,
        exported_at: device.now,
        summary: Summary { operations, ..Summary::default() },
        parts: vec![Part { first_seq: push.first_seq, operations, bytes: sealed.len() as u64, sha256: digest(sealed) }],
    }
}

fn sealed(device: &TestDevice, push: &PushRequest) -> Vec<u8> {
    let place = Place { device: device.id, incarnation: device.incarnation, first_seq: push.first_seq };
    seal::seal(&server_key(device), place, push, fixtures::random()).unwrap()
}

fn request(key: &SigningKey, manifest: &Manifest, sealed: &[u8]) -> ImportRequest {
    let text = serde_json::to_string(manifest).unwrap();
    ImportRequest { signature: BASE64.encode(Manifest::sign(key, &text)), manifest: text, part: 0, sealed: BASE64.encode(sealed) }
}

/// Operations `first` to the last one, as a file.
pub fn file(device: &TestDevice, first: u64) -> ImportRequest {
    let push = device.push_request(first, device.outbox.len() as u64);
    let sealed = sealed(device, &push);
    request(&device.key, &manifest(device, &push, &sealed), &sealed)
}

pub async fn hand_over(office: &TestDevice, admin: &Session, request: &ImportRequest) -> Answer<ImportResponse> {
    office.call_as(&admin.token, Method::POST, "/v1/admin/outbox-imports", Some(request)).await
}

/// An admin's session, and a till that sold one voucher and has another sale and a redemption waiting.
async fn stage() -> (Stage, TestDevice, Session, TestDevice) {
    let stage = Stage::new().await;
    let (office, admin) = stage.device_with_session("Adrien", Role::Admin).await;
    let mut till = stage.till("Camille").await;
    let voucher = sell(&mut till).await;
    let content = introduction(&mut till).await;
    record_sale(&mut till, &content);
    till.record(fixtures::honour(voucher));
    (stage, office, admin, till)
}

#[tokio::test]
async fn rule_7_a_part_of_a_file_gets_what_its_push_gets_and_then_again_nothing_new() {
    let (stage, office, admin, mut till) = stage().await;
    let request = file(&till, 2);
    let taken = hand_over(&office, &admin, &request).await.unwrap();
    assert_eq!(taken, ImportResponse { new: 2, applied: 2, ..ImportResponse::default() });
    stage.clock.advance(jiff::SignedDuration::from_hours(1));
    let again = hand_over(&office, &admin, &request).await.unwrap();
    assert_eq!((again.known, again.new, again.taken_in_before.is_some()), (2, 0, true));
    // The till comes back: its push is answered as if it had been the first.
    till.push().await.unwrap();
    assert!(till.results.values().all(|result| !result.receipt.is_empty()));
    let whole = hand_over(&office, &admin, &file(&till, 1)).await.unwrap();
    assert_eq!((whole.known, whole.new, whole.taken_in_before), (3, 0, None));
    assert_eq!(
        stage
            .count("SELECT count(*) FROM operation WHERE device_id <> '00000000-0000-0000-0000-000000000000' AND outcome->>'outcome' = 'applied'")
            .await,
        3
    );
    assert_eq!(stage.count("SELECT count(*) FROM person").await, 2);
    assert_eq!(stage.count("SELECT new_operations FROM outbox_import WHERE first_seq = 2").await, 2);
}

#[tokio::test]
async fn rule_4_nothing_is_taken_that_its_device_did_not_sign() {
    let (stage, office, admin, till) = stage().await;
    let good = file(&till, 2);
    let push = till.push_request(2, 3);
    let part = sealed(&till, &push);
    let stranger = SigningKey::from_bytes(&fixtures::random());

    let mut cut = push.clone();
    cut.ops.pop();
    let mut forged = push.clone();
    forged.ops[1] = forged.ops[1].replace("honoured", "asked");
    let (cut_part, forged_part) = (sealed(&till, &cut), sealed(&till, &forged));
    let mut other_shop = manifest(&till, &push, &part);
    other_shop.issuer.shop.id = beadsbox_domain::ShopId(uuid::Uuid::nil());
    let mut other_key = manifest(&till, &push, &part);
    other_key.issuer.public_key = hex::encode(stranger.verifying_key().as_bytes());
    let mut swapped = BASE64.decode(&good.sealed).unwrap();
    swapped[40] ^= 1;
    let not_taken = [
        ("signed by somebody else", request(&stranger, &manifest(&till, &push, &part), &part)),
        ("a stranger's device", request(&stranger, &other_key, &part)),
        ("another shop than certified", request(&till.key, &other_shop, &part)),
        ("another manifest", ImportRequest { manifest: good.manifest.replace("Till by file", "Till by mail"), ..good.clone() }),
        ("a changed byte", ImportRequest { sealed: BASE64.encode(&swapped), ..good.clone() }),
        ("sealed, but altered before", request(&till.key, &manifest(&till, &forged, &forged_part), &forged_part)),
        ("fewer than it says", request(&till.key, &manifest(&till, &push, &cut_part), &cut_part)),
    ];
    for (what, request) in not_taken {
        assert_eq!(hand_over(&office, &admin, &request).await.unwrap_err().code, ErrorCode::BadSignature, "{what}");
    }
    let beyond = ImportRequest { part: 1, ..good.clone() };
    assert_eq!(hand_over(&office, &admin, &beyond).await.unwrap_err().code, ErrorCode::Malformed);
    assert_eq!(stage.count("SELECT count(*) FROM outbox_import").await, 0);
    assert_eq!(hand_over(&office, &admin, &good).await.unwrap().new, 2, "the good one is");
}

#[tokio::test]
async fn what_does_not_follow_is_told_as_to_a_push() {
    let (stage, office, admin, mut till) = stage().await;
    let gap = hand_over(&office, &admin, &file(&till, 3)).await.unwrap_err();
    assert_eq!((gap.code, gap.expected_seq), (ErrorCode::SequenceGap, Some(2)));
    let mut copy = till.clone();
    till.push().await.unwrap();
    copy.outbox.truncate(1);
    let content = introduction(&mut copy.clone()).await;
    record_sale(&mut copy, &content);
    let forked = hand_over(&office, &admin, &file(&copy, 2)).await.unwrap_err();
    assert_eq!((forked.code, forked.expected_seq), (ErrorCode::ChainForked, Some(2)));
    assert_eq!(stage.count("SELECT count(*) FROM outbox_import").await, 0);
}
