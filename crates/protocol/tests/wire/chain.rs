use beadsbox_domain::DeviceId;
use beadsbox_protocol::{
    ChainHash,
    chain::{sign_tip, tip_is_signed},
};
use proptest::{prelude::*, sample::Index};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::support::{DEVICE, body, key, redeem};

fn start() -> ChainHash {
    ChainHash::of_enrolment(DEVICE, 1, &key(1).verifying_key())
}

fn tip(bodies: &[String]) -> ChainHash {
    bodies.iter().fold(start(), |hash, body| hash.then(body))
}

/// As `docs/sync.md` writes it, by other means.
#[test]
fn the_formula() {
    let public = key(1).verifying_key();
    let first = [b"beadsbox chain 1".as_slice(), DEVICE.0.as_bytes(), &[0, 0, 0, 1], public.as_bytes()].concat();
    let first: [u8; 32] = Sha256::digest(first).into();
    assert_eq!(start().0, first);
    let second: [u8; 32] = Sha256::digest([first.as_slice(), b"{}"].concat()).into();
    assert_eq!(start().then("{}").0, second);
}

#[test]
fn the_start_is_of_one_enrolment() {
    let public = key(1).verifying_key();
    let others = [
        ChainHash::of_enrolment(DeviceId(Uuid::from_u128(9)), 1, &public),
        ChainHash::of_enrolment(DEVICE, 2, &public),
        ChainHash::of_enrolment(DEVICE, 1, &key(2).verifying_key()),
    ];
    assert!(others.iter().all(|other| *other != start()));
}

fn bodies() -> impl Strategy<Value = Vec<String>> {
    // Alike except for their numbers, as a device's are.
    (1..12_u64).prop_map(|count| (1..=count).map(|seq| body(seq, redeem()).encode().expect("a body")).collect())
}

proptest! {
    #[test]
    fn any_change_changes_the_tip(bodies in bodies(), at in any::<Index>(), to in any::<Index>(), byte in any::<Index>()) {
        let tip_before = tip(&bodies);
        prop_assert_eq!(tip(&bodies), tip_before);
        let (at, to) = (at.index(bodies.len()), to.index(bodies.len()));

        let mut changed = bodies.clone();
        let place = byte.index(changed[at].len());
        let other = if changed[at].as_bytes()[place] == b'x' { "y" } else { "x" };
        changed[at].replace_range(place..=place, other);
        prop_assert_ne!(tip(&changed), tip_before, "changed");

        let mut dropped = bodies.clone();
        dropped.remove(at);
        prop_assert_ne!(tip(&dropped), tip_before, "dropped");

        let mut inserted = bodies.clone();
        inserted.insert(to, bodies[at].clone());
        prop_assert_ne!(tip(&inserted), tip_before, "inserted");

        let mut empty = bodies.clone();
        empty.insert(to, String::new());
        prop_assert_ne!(tip(&empty), tip_before, "an empty one inserted");

        if at != to {
            let mut swapped = bodies.clone();
            swapped.swap(at, to);
            prop_assert_ne!(tip(&swapped), tip_before, "swapped");
        }
        if bodies.len() > 1 {
            let joined = [vec![bodies[..2].concat()], bodies[2..].to_vec()].concat();
            prop_assert_ne!(tip(&joined), tip_before, "two as one");
        }
    }

    #[test]
    fn the_signature_is_of_one_device_life_number_and_tip(seq in any::<u64>(), incarnation in any::<u32>(), bit in 0..512_usize) {
        let (hash, public) = (start(), key(1).verifying_key());
        let signature = sign_tip(&key(1), DEVICE, incarnation, seq, hash);
        prop_assert!(tip_is_signed(&public, DEVICE, incarnation, seq, hash, &signature));

        prop_assert!(!tip_is_signed(&public, DeviceId(Uuid::from_u128(9)), incarnation, seq, hash, &signature), "another device");
        prop_assert!(!tip_is_signed(&public, DEVICE, incarnation.wrapping_add(1), seq, hash, &signature), "another life");
        prop_assert!(!tip_is_signed(&public, DEVICE, incarnation, seq.wrapping_add(1), hash, &signature), "another number");
        prop_assert!(!tip_is_signed(&public, DEVICE, incarnation, seq, hash.then("{}"), &signature), "another tip");
        prop_assert!(!tip_is_signed(&key(2).verifying_key(), DEVICE, incarnation, seq, hash, &signature), "another key");

        let mut forged = signature;
        forged[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(!tip_is_signed(&public, DEVICE, incarnation, seq, hash, &forged), "bit {} of the signature", bit);
        for length in [0, 1, 63] {
            prop_assert!(!tip_is_signed(&public, DEVICE, incarnation, seq, hash, &signature[..length]));
        }
        prop_assert!(!tip_is_signed(&public, DEVICE, incarnation, seq, hash, &[signature.as_slice(), &[0]].concat()));
    }
}

/// A key of small order signs everything for everybody; the strict check does not take it.
#[test]
fn a_weak_key_signs_nothing() {
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let weak = ed25519_dalek::VerifyingKey::from_bytes(&neutral).unwrap();
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&neutral);
    assert!(!tip_is_signed(&weak, DEVICE, 1, 1, start(), &signature));
}

#[test]
fn the_signed_bytes() {
    use ed25519_dalek::Signer as _;
    let message = [b"beadsbox tip 1".as_slice(), DEVICE.0.as_bytes(), &[0, 0, 0, 2], &[0, 0, 0, 0, 0, 0, 0, 3], &start().0].concat();
    assert_eq!(sign_tip(&key(1), DEVICE, 2, 3, start()), key(1).sign(&message).to_bytes());
}

#[test]
fn hashes_are_64_hexadecimal_digits() {
    let hash = ChainHash(std::array::from_fn(|place| u8::try_from(place * 8).unwrap()));
    let text = "0008101820283038404850586068707880889098a0a8b0b8c0c8d0d8e0e8f0f8";
    assert_eq!((hash.to_string().as_str(), format!("{hash:?}").as_str()), (text, text));
    crate::support::has_form(&hash, &text.into());
    for wrong in [String::new(), "0".repeat(62), "0".repeat(63), "0".repeat(66), "g".repeat(64), "+1".repeat(32), "é".repeat(32)] {
        assert!(ChainHash::try_from(wrong.clone()).is_err(), "{wrong}");
    }
}
