//! Signed codes: read back as they were written, and anything else told apart without a panic.

use beadsbox_domain::{Currency, Date, Money, ShopId, Timestamp, VoucherCode, VoucherId};
use beadsbox_protocol::signed_code::{PREFIX, SignedCode, SignedCodeError, SignedVoucher};
use ed25519_dalek::SigningKey;
use proptest::prelude::*;
use uuid::Uuid;

use crate::support::DEVICE;

/// Printed vouchers stay in drawers for years: this text has to be read for ever.
const PRINTED: &str = "MBB1:V50000000000000000000000W5099I000M20%20000000000:50W:6DA620901BW:6DA6ZP8748JY8NGA+1J.-QUA0D:M92QV50000000000000000000000*U0:SEV16-QMXBIW5BXFG-:36/0EDP%7M1CJ.53+HUT/7NIOQFP77B+-OBDVE%P+.LTCL.2J.W64/3R-H%7IK647BNF59+$MC0";

fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

fn voucher(expires: bool) -> SignedVoucher {
    SignedVoucher {
        voucher: VoucherId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001)),
        code: VoucherCode::from_random([7; 8]),
        price: Money::new(4136, Currency::from_code("EUR").expect("a currency")),
        expires_on: expires.then(|| Date::constant(2027, 11, 26)),
        expires_at: expires.then(|| Timestamp::constant(1_827_270_000, 0)),
        home_shop: None,
    }
}

#[test]
fn what_was_printed_once_is_read_for_ever() {
    let code = SignedCode::parse(PRINTED).expect("a signed code");
    assert_eq!(code.says, SignedVoucher { home_shop: Some(ShopId(Uuid::from_u128(5))), ..voucher(true) });
    assert_eq!(code.signer, DEVICE);
    assert!(code.is_signed_by(&key(1).verifying_key()));
    assert_eq!(code.says.sign(DEVICE, &key(1)), PRINTED);
}

#[test]
fn it_fits_into_a_small_code() {
    let text = voucher(true).sign(DEVICE, &key(1));
    // Version 10 with error correction M holds 311 characters of the compact mode.
    assert!(text.len() <= 220, "{} characters", text.len());
    assert!(text.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase() || " $%*+-./:".contains(c)), "{text}");
}

#[test]
fn another_key_did_not_sign_it() {
    let code = SignedCode::parse(&voucher(true).sign(DEVICE, &key(1))).expect("a signed code");
    assert!(!code.is_signed_by(&key(2).verifying_key()));
}

#[test]
fn a_scanners_end_and_blanks_around_are_left_out() {
    let text = voucher(false).sign(DEVICE, &key(1));
    assert!(SignedCode::parse(&format!(" {text}\r\n")).is_ok());
}

#[test]
fn what_is_something_else_is_told_apart() {
    let text = voucher(true).sign(DEVICE, &key(1));
    for other in ["", "MBB1", "7HA1-12KZ-90PQR", "MBB2:ABC"] {
        assert_eq!(SignedCode::parse(other), Err(SignedCodeError::NotSigned), "{other}");
    }
    for damaged in [
        PREFIX.to_owned(),
        text[..text.len() - 3].to_owned(),
        format!("{text}AB"),
        format!("{PREFIX}{}", "0".repeat(5000)),
        format!("{PREFIX}é"),
        text[..text.len() - 3].to_lowercase(),
    ] {
        assert_eq!(SignedCode::parse(&damaged), Err(SignedCodeError::Damaged), "{damaged}");
    }
    let later = format!("{PREFIX}{}", base45::encode([2; 100]));
    assert_eq!(SignedCode::parse(&later), Err(SignedCodeError::NewerForm(2)));
}

/// Something that goes wrong with bytes.
#[derive(Debug, Clone)]
enum Edit {
    Change(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Remove(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
    /// The longest that a number may be written as.
    Widen(prop::sample::Index),
}

impl Edit {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let part = |bytes: &Vec<u8>, place: &prop::sample::Index, length: usize| {
            let from = place.index(bytes.len() + 1);
            from..bytes.len().min(from + length)
        };
        match self {
            Self::Change(place, to) => part(bytes, place, 1).for_each(|at| bytes[at] = *to),
            Self::Insert(place, more) => drop(bytes.splice(part(bytes, place, 0), more.iter().copied())),
            Self::Remove(place, length) => drop(bytes.drain(part(bytes, place, *length))),
            Self::Repeat(place, length) => bytes.extend_from_within(part(bytes, place, *length)),
            Self::Widen(place) => drop(bytes.splice(part(bytes, place, 1), [0xff; 10])),
        }
    }
}

fn edit() -> impl Strategy<Value = Edit> {
    let place = any::<prop::sample::Index>;
    prop_oneof![
        (place(), any::<u8>()).prop_map(|(place, to)| Edit::Change(place, to)),
        (place(), proptest::collection::vec(any::<u8>(), 1..20)).prop_map(|(place, more)| Edit::Insert(place, more)),
        (place(), 1usize..80).prop_map(|(place, length)| Edit::Remove(place, length)),
        (place(), 1usize..80).prop_map(|(place, length)| Edit::Repeat(place, length)),
        place().prop_map(Edit::Widen),
    ]
}

proptest! {
    #[test]
    fn it_is_read_as_it_was_written(id: u128, random: [u8; 8], minor in 1..=i64::MAX, seconds in proptest::option::of(0i64..4_000_000_000), shop: Option<u128>) {
        let at = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
        let written = SignedVoucher {
            voucher: VoucherId(Uuid::from_u128(id)),
            code: VoucherCode::from_random(random),
            price: Money::new(minor, Currency::from_code("JPY").expect("a currency")),
            expires_on: at.and_then(|at| at.to_string()[..10].parse().ok()),
            expires_at: at,
            home_shop: shop.map(|shop| ShopId(Uuid::from_u128(shop))),
        };
        let code = SignedCode::parse(&written.sign(DEVICE, &key(3))).expect("a signed code");
        prop_assert!(code.is_signed_by(&key(3).verifying_key()));
        prop_assert_eq!(code.says, written);
    }

    #[test]
    fn a_changed_byte_is_never_signed(place: prop::sample::Index, change in 1u8..) {
        let text = voucher(true).sign(DEVICE, &key(1));
        let mut bytes = base45::decode(&text[PREFIX.len()..]).expect("base45");
        let place = place.index(bytes.len());
        bytes[place] ^= change;
        if let Ok(code) = SignedCode::parse(&format!("{PREFIX}{}", base45::encode(&bytes))) {
            prop_assert!(!code.is_signed_by(&key(1).verifying_key()));
        }
    }

    /// The decoder under its payload's own shape: genuine bytes, cut, doubled, and changed in several places. `./dev fuzz` runs many.
    #[test]
    fn fuzz_what_is_made_of_a_genuine_code(edits in proptest::collection::vec(edit(), 1..8), expires: bool) {
        let text = voucher(expires).sign(DEVICE, &key(1));
        let genuine = base45::decode(&text[PREFIX.len()..]).expect("base45");
        let mut bytes = genuine.clone();
        for edit in edits {
            edit.apply(&mut bytes);
        }
        match SignedCode::parse(&format!("{PREFIX}{}", base45::encode(&bytes))) {
            Ok(code) => {
                prop_assert!(code.says.price.minor > 0);
                prop_assert_eq!(code.says.expires_on.is_some(), code.says.expires_at.is_some());
                prop_assert_eq!(code.is_signed_by(&key(1).verifying_key()), bytes == genuine);
            }
            Err(error) => prop_assert_ne!(error, SignedCodeError::NotSigned),
        }
    }

    #[test]
    fn any_text_gets_an_answer(text in ".{0,600}") {
        let _ = SignedCode::parse(&text);
        let _ = SignedCode::parse(&format!("{PREFIX}{text}"));
    }

    #[test]
    fn any_bytes_get_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(code) = SignedCode::parse(&format!("{PREFIX}{}", base45::encode(&bytes))) {
            prop_assert!(!code.is_signed_by(&key(1).verifying_key()));
        }
    }
}
