use beadsbox_domain::{ConflictId, ConflictKind, Outcome, Refusal, Role, Status};
use beadsbox_protocol::{ChainHash, receipt};
use ed25519_dalek::Signer as _;
use uuid::Uuid;

use crate::support::{EPOCH, OP, content, key, stamp};

const HASH: ChainHash = ChainHash([9; 32]);

fn outcomes() -> Vec<Outcome> {
    let conflict = |conflict_kind| Outcome::Conflict { conflict: ConflictId::from(OP), conflict_kind };
    let rejected = |refusal| Outcome::Rejected { refusal };
    vec![
        Outcome::Applied,
        conflict(ConflictKind::DoubleRedemption),
        conflict(ConflictKind::UnknownVoucher),
        rejected(Refusal::StatusIs { status: Status::Used, since: stamp() }),
        rejected(Refusal::StatusIs { status: Status::Cancelled, since: stamp() }),
        rejected(Refusal::NotPermitted { role: Role::Counter }),
        rejected(Refusal::StaleTemplate { current: content(), current_version: 2, based_on: 1 }),
        rejected(Refusal::Expired { expires_on: "2027-03-10".parse().expect("a date") }),
        rejected(Refusal::Unreadable { detail: "line 1".to_owned() }),
    ]
}

#[test]
fn a_receipt_is_of_one_epoch_number_hash_and_outcome() {
    let public = key(3).verifying_key();
    for (place, outcome) in outcomes().into_iter().enumerate() {
        let signature = receipt::sign(&key(3), EPOCH, 5, HASH, &outcome);
        assert!(receipt::is_genuine(&public, EPOCH, 5, HASH, &outcome, &signature));

        assert!(!receipt::is_genuine(&public, Uuid::from_u128(8), 5, HASH, &outcome, &signature), "another epoch");
        assert!(!receipt::is_genuine(&public, EPOCH, 6, HASH, &outcome, &signature), "another number");
        assert!(!receipt::is_genuine(&public, EPOCH, 5, ChainHash([8; 32]), &outcome, &signature), "another operation");
        assert!(!receipt::is_genuine(&key(4).verifying_key(), EPOCH, 5, HASH, &outcome, &signature), "another server");
        for (other, other_outcome) in outcomes().iter().enumerate() {
            assert_eq!(
                receipt::is_genuine(&public, EPOCH, 5, HASH, other_outcome, &signature),
                other == place,
                "{other_outcome:?} for {outcome:?}"
            );
        }
        for bit in 0..512 {
            let mut forged = signature;
            forged[bit / 8] ^= 1 << (bit % 8);
            assert!(!receipt::is_genuine(&public, EPOCH, 5, HASH, &outcome, &forged), "bit {bit}");
        }
        assert!(!receipt::is_genuine(&public, EPOCH, 5, HASH, &outcome, &signature[..63]));
    }
}

/// A device checks it over the outcome as it read it from the wire.
#[test]
fn a_receipt_holds_after_the_outcome_went_over_the_wire() {
    for outcome in outcomes() {
        let signature = receipt::sign(&key(3), EPOCH, 5, HASH, &outcome);
        let read: Outcome = serde_json::from_value(serde_json::to_value(&outcome).unwrap()).unwrap();
        assert!(receipt::is_genuine(&key(3).verifying_key(), EPOCH, 5, HASH, &read, &signature));
    }
}

#[test]
fn the_signed_bytes() {
    let message = [b"beadsbox receipt 1".as_slice(), EPOCH.as_bytes(), &[0, 0, 0, 0, 0, 0, 1, 2], &HASH.0, br#"{"outcome":"applied"}"#].concat();
    assert_eq!(receipt::sign(&key(3), EPOCH, 258, HASH, &Outcome::Applied), key(3).sign(&message).to_bytes());
}
