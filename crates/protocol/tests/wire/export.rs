//! Files of operations: read whole or not at all, and opened by their server alone.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_domain::{OpId, Operation, VoucherCode};
use beadsbox_protocol::{
    ChainHash, OperationBody, Profile,
    body::format_of,
    chain::sign_tip,
    enrol::certificate_message,
    export::{
        ExportError, ExportFile, Issuer, Manifest, Part, Summary, digest,
        seal::{self, Place, SealError},
        write,
    },
    person::SaltedPerson,
    push::PushRequest,
    rows::Shop,
};
use ed25519_dalek::Signer as _;
use uuid::Uuid;

use crate::support::{DEVICE, EPOCH, SHOP, STAFF, at, key, person, redeem, sale};

const SERVER: u8 = 9;
const TILL: u8 = 8;

fn body(dev_seq: u64, operation: Operation) -> String {
    let body = OperationBody {
        format: format_of(&operation),
        device: DEVICE,
        incarnation: 1,
        dev_seq,
        op: OpId(Uuid::from_u128(u128::from(dev_seq))),
        at: at(),
        staff: STAFF,
        shop: SHOP,
        online: false,
        clock_right: true,
        operation,
    };
    body.encode().expect("a body")
}

/// A code that stands nowhere by chance; the usual one of these tests is all zeros.
fn code() -> VoucherCode {
    VoucherCode::from_random(*b"no zeros")
}

fn sale_of_code() -> Operation {
    let mut sale = sale();
    if let Operation::Sell { code: sold, .. } = &mut sale {
        *sold = code();
    }
    sale
}

/// A push of so many operations from that one on, after that hash; and the hash after it.
fn push(first_seq: u64, count: u64, before: ChainHash) -> (PushRequest, ChainHash) {
    let ops: Vec<String> = (first_seq..first_seq + count).map(|seq| body(seq, if seq == 1 { sale_of_code() } else { redeem() })).collect();
    let tip = ops.iter().fold(before, |hash, body| hash.then(body));
    let signature = BASE64.encode(sign_tip(&key(TILL), DEVICE, 1, first_seq + count - 1, tip));
    let persons = vec![SaltedPerson::new(&person(), [7; 16]).expect("a person")];
    let request = PushRequest {
        epoch: EPOCH,
        device_id: DEVICE,
        incarnation: 1,
        first_seq,
        ops,
        persons,
        chain_tip: tip.to_string(),
        signature,
        waiting: 0,
        device_time: at(),
        receipts: Vec::new(),
    };
    (request, tip)
}

fn place(first_seq: u64) -> Place {
    Place { device: DEVICE, incarnation: 1, first_seq }
}

fn issuer() -> Issuer {
    let till = key(TILL).verifying_key();
    let certificate = key(SERVER).sign(&certificate_message(DEVICE, SHOP, Profile::Counter, till.as_bytes(), at())).to_bytes();
    Issuer {
        device_id: DEVICE,
        name: "Till 1".to_owned(),
        shop: Shop { id: SHOP, name: "Montmartre".to_owned(), time_zone: "Europe/Paris".to_owned(), row_version: 1, ..Shop::default() },
        profile: Profile::Counter,
        public_key: hex::encode(till.as_bytes()),
        enrolled_at: at(),
        certificate: BASE64.encode(certificate),
    }
}

/// A file of two parts, of one and two operations.
fn file() -> Vec<u8> {
    let hash_before = ChainHash::of_enrolment(DEVICE, 1, &key(TILL).verifying_key());
    let (first, between) = push(1, 1, hash_before);
    let (second, tip) = push(2, 2, between);
    let mut summary = Summary { buyers: 2, ..Summary::default() };
    first.ops.iter().chain(&second.ops).for_each(|body| summary.count(body).expect("a sum"));
    let server = key(SERVER).verifying_key();
    let sealed: Vec<Vec<u8>> = [&first, &second]
        .into_iter()
        .map(|push| seal::seal(&server, place(push.first_seq), push, [3; 32]).expect("sealed"))
        .collect();
    let parts = [&first, &second].into_iter().zip(&sealed);
    let manifest = Manifest {
        issuer: issuer(),
        server_public_key: hex::encode(server.as_bytes()),
        epoch: EPOCH,
        incarnation: 1,
        first_seq: 1,
        last_seq: 3,
        hash_before,
        tip,
        exported_at: at(),
        summary,
        parts: parts
            .map(|(push, sealed)| Part { first_seq: push.first_seq, operations: push.ops.len() as u64, bytes: sealed.len() as u64, sha256: digest(sealed) })
            .collect(),
    };
    write(&manifest, &key(TILL), &sealed).expect("a file")
}

#[test]
fn a_file_says_what_is_in_it_and_its_server_opens_each_part() {
    let bytes = file();
    let file = ExportFile::read(&bytes).unwrap();
    let summary = &file.manifest.summary;
    assert_eq!((summary.operations, summary.sales, summary.redemptions, summary.buyers), (3, 1, 2, 2));
    assert_eq!((summary.sold[0].sales, summary.sold[0].sum.minor), (1, 4136));
    file.manifest.is_for(&key(SERVER).verifying_key()).unwrap();
    for (number, (sealed, part)) in file.parts.iter().zip(&file.manifest.parts).enumerate() {
        let push = seal::open(&key(SERVER), place(part.first_seq), sealed).unwrap();
        assert!(file.manifest.holds(number, &push));
        assert!(!file.manifest.holds(1 - number, &push), "in its own place alone");
        assert_eq!(push.ops.len() as u64, part.operations);
    }
}

#[test]
fn rule_4_a_file_with_any_byte_changed_is_not_taken() {
    let bytes = file();
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        assert!(ExportFile::read(&changed).is_err(), "byte {place} of {}", bytes.len());
    }
}

#[test]
fn a_file_that_is_cut_anywhere_is_not_taken() {
    let bytes = file();
    for length in 0..bytes.len() {
        let error = ExportFile::read(&bytes[..length]).unwrap_err();
        assert!(matches!(error, ExportError::Cut | ExportError::NotAnExport), "{length}: {error}");
    }
    assert_eq!(
        ExportFile::read(&[bytes.as_slice(), &[0]].concat()).unwrap_err(),
        ExportError::Altered("something stands behind its end")
    );
}

#[test]
fn another_version_and_another_thing_are_told_apart() {
    let newer = [b"beadsbox outbox 2\n".as_slice(), &file()[18..]].concat();
    assert_eq!(ExportFile::read(&newer).unwrap_err(), ExportError::Newer);
    assert_eq!(ExportFile::read(b"%PDF-1.7").unwrap_err(), ExportError::NotAnExport);
}

#[test]
fn a_file_is_for_the_server_that_certified_its_device() {
    let bytes = file();
    let manifest = ExportFile::read(&bytes).unwrap().manifest;
    assert_eq!(manifest.is_for(&key(1).verifying_key()), Err(ExportError::OtherServer));
    let claimed = Manifest { server_public_key: hex::encode(key(1).verifying_key().as_bytes()), ..manifest.clone() };
    assert_eq!(claimed.is_for(&key(1).verifying_key()), Err(ExportError::OtherServer), "a server that never certified the device");
    let moved = Issuer { shop: Shop { id: beadsbox_domain::ShopId(Uuid::from_u128(99)), ..issuer().shop }, ..issuer() };
    assert_eq!(
        Manifest { issuer: moved, ..manifest }.is_for(&key(SERVER).verifying_key()),
        Err(ExportError::OtherServer),
        "another shop than certified"
    );
}

#[test]
fn a_manifest_of_somebody_else_is_not_read() {
    let bytes = file();
    let file = ExportFile::read(&bytes).unwrap();
    let forged = Manifest::sign(&key(5), file.manifest_text);
    assert!(matches!(Manifest::read(file.manifest_text, &forged), Err(ExportError::Altered(_))));
    for broken in [
        Manifest { last_seq: 4, ..file.manifest.clone() },
        Manifest { first_seq: 0, ..file.manifest.clone() },
        Manifest { parts: Vec::new(), ..file.manifest.clone() },
        Manifest { parts: file.manifest.parts.iter().rev().cloned().collect(), ..file.manifest.clone() },
    ] {
        let text = serde_json::to_string(&broken).unwrap();
        let error = Manifest::read(&text, &Manifest::sign(&key(TILL), &text)).unwrap_err();
        assert_eq!(error, ExportError::Altered("its parts do not follow one another"));
    }
}

#[test]
fn what_is_sealed_opens_for_its_server_in_its_place_and_unchanged() {
    let (push, _) = push(1, 3, ChainHash([0; 32]));
    let sealed = seal::seal(&key(SERVER).verifying_key(), place(1), &push, [3; 32]).unwrap();
    assert_eq!(seal::open(&key(SERVER), place(1), &sealed).unwrap().ops, push.ops);
    assert_eq!(seal::open(&key(1), place(1), &sealed).unwrap_err(), SealError::Broken);
    assert_eq!(seal::open(&key(SERVER), place(2), &sealed).unwrap_err(), SealError::Broken);
    assert_eq!(seal::open(&key(SERVER), place(1), &sealed[..31]).unwrap_err(), SealError::Broken);
    // A public key of all zeros would make the shared secret known to everybody.
    let weak = [&[0; 32], &sealed[32..]].concat();
    assert_eq!(seal::open(&key(SERVER), place(1), &weak).unwrap_err(), SealError::Broken);
    for place_in in (0..sealed.len()).step_by(7) {
        let mut changed = sealed.clone();
        changed[place_in] ^= 0x40;
        assert_eq!(seal::open(&key(SERVER), place(1), &changed).unwrap_err(), SealError::Broken, "byte {place_in}");
    }
}

#[test]
fn no_buyer_and_no_code_can_be_read_in_a_file() {
    let bytes = file();
    let (first, _) = push(1, 1, ChainHash([0; 32]));
    assert!(first.ops[0].contains(&code().compact()) && first.persons[0].person.contains("zoe@example.org"));
    let text = String::from_utf8_lossy(&bytes);
    for secret in ["zoe@example.org", &code().to_string(), &code().compact()] {
        assert!(!text.contains(secret), "{secret}");
    }
    assert!(!ExportFile::read(&bytes).unwrap().manifest_text.contains("Zo"));
}
