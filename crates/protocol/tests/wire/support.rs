//! Fixed ids, times and keys, so that every form can be written out.

use beadsbox_domain::{
    DeviceId, OpId, Operation, Payment, Person, PersonHash, RedeemMode, ShopId, StaffId, TemplateContent, TemplateId, Timestamp, VoucherCode, VoucherId,
};
use beadsbox_protocol::OperationBody;
use ed25519_dalek::SigningKey;
use serde_json::{Value, json};
use uuid::Uuid;

pub const DEVICE: DeviceId = DeviceId(Uuid::from_u128(1));
pub const OP: OpId = OpId(Uuid::from_u128(2));
pub const STAFF: StaffId = StaffId(Uuid::from_u128(3));
pub const SHOP: ShopId = ShopId(Uuid::from_u128(4));
pub const VOUCHER: VoucherId = VoucherId(Uuid::from_u128(5));
pub const TEMPLATE: TemplateId = TemplateId(Uuid::from_u128(6));
pub const EPOCH: Uuid = Uuid::from_u128(7);

/// The text of one of the ids above.
pub fn id(number: u8) -> String {
    format!("00000000-0000-0000-0000-0000000000{number:02x}")
}

pub fn at() -> Timestamp {
    AT.parse().expect("a timestamp")
}

pub const AT: &str = "2026-03-10T12:00:00.123Z";

pub fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

pub fn stamp() -> beadsbox_domain::Stamp {
    beadsbox_domain::Stamp { op: OP, at: at(), staff: STAFF, shop: SHOP, device: DEVICE }
}

pub fn stamp_json() -> Value {
    json!({"op": id(2), "at": AT, "staff": id(3), "shop": id(4), "device": id(1)})
}

pub fn content_json() -> Value {
    json!({
        "title": "Night walk",
        "description": "Two hours",
        "price": {"minor": 4136, "currency": "EUR"},
        "validity_months": 12,
        "vat": {"kind": "multi_purpose"},
    })
}

pub fn content() -> TemplateContent {
    serde_json::from_value(content_json()).expect("content")
}

pub fn person() -> Person {
    serde_json::from_value(json!({"buyer": "Zoë", "email": "zoe@example.org", "recipient": "Ali", "message": "Happy\nday"})).expect("a person")
}

pub fn redeem() -> Operation {
    Operation::redeem(VOUCHER, RedeemMode::Asked)
}

pub fn sale() -> Operation {
    Operation::Sell {
        voucher: VOUCHER,
        code: VoucherCode::from_random([0; 8]),
        template: TEMPLATE,
        template_version: 3,
        snapshot: content(),
        person: PersonHash([0xab; 32]),
        payment: Payment::CardTerminal,
        home_shop: None,
        replaces: None,
        batch: None,
        imported: None,
        mail: None,
    }
}

pub fn body(dev_seq: u64, operation: Operation) -> OperationBody {
    OperationBody {
        format: 1,
        device: DEVICE,
        incarnation: 1,
        dev_seq,
        op: OP,
        at: at(),
        staff: STAFF,
        shop: SHOP,
        online: true,
        clock_right: false,
        operation,
    }
}

/// Reads what was written, and compares both with the form as written out.
pub fn has_form<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T, form: &Value) {
    assert_eq!(&serde_json::to_value(value).expect("JSON"), form);
    assert_eq!(&serde_json::from_value::<T>(form.clone()).expect("the form reads"), value);
}

/// Whether the type takes the JSON.
pub fn reads<T: serde::de::DeserializeOwned>(json: Value) -> bool {
    serde_json::from_value::<T>(json).is_ok()
}

/// The object without that field.
pub fn without(json: &Value, field: &str) -> Value {
    let mut json = json.clone();
    assert!(json.as_object_mut().expect("an object").remove(field).is_some(), "no field {field}");
    json
}

/// The object with one more field.
pub fn with(json: &Value, field: &str, value: Value) -> Value {
    let mut json = json.clone();
    json[field] = value;
    json
}
