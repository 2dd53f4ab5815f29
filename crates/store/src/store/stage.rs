//! A device's files for the tests beside the code.

use beadsbox_domain::{DeviceId, OpId, Operation, RedeemMode, ShopId, StaffId, Timestamp, VoucherId};
use ed25519_dalek::SigningKey;
use uuid::Uuid;

use super::Store;
use crate::{Enrolment, NewOperation, StoreKeys, StorePaths};

/// The files in that folder, of one and the same device.
pub(super) fn open(folder: &tempfile::TempDir) -> Store {
    let keys = StoreKeys { outbox: [1; 32], cache: [2; 32] };
    let (store, _) = Store::open(&StorePaths::in_folder(folder.path()), &keys).unwrap();
    let enrolment = Enrolment {
        device: DeviceId(Uuid::from_u128(1)),
        incarnation: 1,
        name: "Till".into(),
        shop: ShopId(Uuid::from_u128(2)),
        server_url: String::new(),
        epoch: Uuid::from_u128(3),
        server_public_key: [0; 32],
        certificate: String::new(),
        enrolled_at: Timestamp::UNIX_EPOCH,
        public_key: SigningKey::from_bytes(&[5; 32]).verifying_key().to_bytes(),
        profile: None,
        shop_name: None,
        time_zone: None,
    };
    store.enrol(&enrolment).unwrap();
    store
}

/// A redemption that its till honours.
pub(super) fn redemption(number: u128) -> NewOperation {
    NewOperation {
        op: OpId(Uuid::from_u128(number)),
        at: Timestamp::UNIX_EPOCH,
        staff: StaffId(Uuid::from_u128(4)),
        shop: ShopId(Uuid::from_u128(2)),
        online: false,
        clock_right: true,
        operation: Operation::redeem(VoucherId(Uuid::from_u128(5)), RedeemMode::Honoured),
        person: None,
    }
}
