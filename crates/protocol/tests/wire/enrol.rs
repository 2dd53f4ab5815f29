use beadsbox_domain::{DeviceId, ShopId, Timestamp};
use beadsbox_protocol::{
    Profile,
    enrol::{certificate_message, proof_message},
};
use uuid::Uuid;

use crate::support::{DEVICE, SHOP, at};

#[test]
fn the_bytes_of_a_proof() {
    assert_eq!(proof_message("7KQ2-M9XA"), b"beadsbox enrol 17KQ2-M9XA");
    assert_ne!(proof_message("7KQ2-M9XA"), proof_message("7KQ2-M9XB"));
}

#[test]
fn the_bytes_of_a_certificate() {
    let expected = [
        b"beadsbox device 1".as_slice(),
        &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4],
        &[8; 32],
        &1_773_144_000_123_i64.to_be_bytes(),
        b"office",
    ]
    .concat();
    assert_eq!(certificate_message(DEVICE, SHOP, Profile::Office, &[8; 32], at()), expected);
}

#[test]
fn a_certificate_is_of_one_device_shop_key_and_time() {
    let other = Uuid::from_u128(99);
    let mut all = vec![
        certificate_message(DEVICE, SHOP, Profile::Office, &[8; 32], at()),
        certificate_message(DeviceId(other), SHOP, Profile::Office, &[8; 32], at()),
        certificate_message(DEVICE, ShopId(other), Profile::Office, &[8; 32], at()),
        certificate_message(DEVICE, SHOP, Profile::Counter, &[8; 32], at()),
        certificate_message(DEVICE, SHOP, Profile::Office, &[9; 32], at()),
        certificate_message(DEVICE, SHOP, Profile::Office, &[8; 32], Timestamp::UNIX_EPOCH),
    ];
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 6);
}
