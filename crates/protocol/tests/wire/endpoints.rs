//! The JSON of enrolment, sign-in, administration and history.

use beadsbox_domain::{Outcome, Role};
use beadsbox_protocol::{
    Profile,
    admin::{DevicePatch, DeviceStatus, EnrolmentCode, LeastValidityChange, NewEnrolmentCode, NewShop, NewStaff, ShopChange, StaffPatch},
    conflict::AssigneeChange,
    enrol::{EnrolRequest, EnrolResponse},
    history::HistoryItem,
    personal_data::{PersonErasure, PersonExport, PersonSearch},
    rows::{Device, DeviceState, Shop, Staff},
    second_factor::{SecondFactorConfirmation, SecondFactorRequest},
    session::{PasswordRequest, SignInRequest, SignInResponse},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::support::{AT, DEVICE, EPOCH, SHOP, STAFF, at, has_form, id, reads, redeem, stamp, stamp_json, with, without};

/// A request reads and is written in that form; it needs each field and takes no other.
fn request<T: Serialize + DeserializeOwned>(form: &Value) {
    let read: T = serde_json::from_value(form.clone()).expect("the form reads");
    assert_eq!(&serde_json::to_value(&read).expect("JSON"), form);
    for field in form.as_object().expect("an object").keys() {
        assert!(!reads::<T>(without(form, field)), "without {field}");
    }
    assert!(!reads::<T>(with(form, "extra", json!(1))));
}

#[test]
fn requests() {
    request::<EnrolRequest>(&json!({"code": "7KQ2", "name": "Till 1", "public_key": "00", "proof": "AA=="}));
    request::<SignInRequest>(&json!({"name": "ana", "password": "p"}));
    request::<NewShop>(&json!({"name": "Lyon", "time_zone": "Europe/Paris"}));
    request::<NewEnrolmentCode>(&json!({"shop_id": id(4)}));
    request::<NewStaff>(&json!({"name": "Ana", "role": "admin"}));
}

/// What a request may leave out, it leaves out when it is written.
fn optional<T: Serialize + DeserializeOwned>(least: &Value, more: &Value) {
    for form in [least, more] {
        let read: T = serde_json::from_value(form.clone()).expect("the form reads");
        assert_eq!(&serde_json::to_value(&read).expect("JSON"), form);
    }
    assert!(!reads::<T>(with(least, "extra", json!(1))));
}

#[test]
fn what_administers_may_leave_out_what_nobody_says() {
    let shop = json!({"name": "Lyon", "time_zone": "Europe/Paris"});
    optional::<NewShop>(&shop, &with(&with(&shop, "country", json!("FR")), "address", json!("1 rue")));
    let sign_in = json!({"name": "ana", "password": "p"});
    optional::<SignInRequest>(&sign_in, &with(&with(&sign_in, "code", json!("123456")), "new_password", json!("q")));
    optional::<SecondFactorRequest>(&json!({"password": "p"}), &json!({"password": "p", "code": "c"}));
    request::<PasswordRequest>(&json!({"password": "p", "new_password": "q"}));
    request::<SecondFactorConfirmation>(&json!({"code": "123456"}));
    request::<PersonSearch>(&json!({"text": "ada"}));
    request::<PersonExport>(&json!({"hashes": ["00".repeat(32)]}));
    request::<PersonErasure>(&json!({"hashes": ["00".repeat(32)], "reason": "asked"}));
    request::<LeastValidityChange>(&json!({"row_version": 1, "least_validity": [{"country": "IE", "months": 60}]}));
    let change = json!({"row_version": 1, "name": "Lyon", "time_zone": "Europe/Paris", "country": "FR", "address": null, "closed": true});
    let read: ShopChange = serde_json::from_value(change.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), change);
    assert!(!reads::<ShopChange>(without(&change, "closed")), "whole or not at all");
}

#[test]
fn changes_name_the_version_that_they_were_made_on() {
    let nothing = json!({"row_version": 3});
    has_form(&DevicePatch { row_version: 3, name: None, shop_id: None }, &nothing);
    let all = json!({"row_version": 3, "name": "Till 2", "shop_id": id(4)});
    has_form(&DevicePatch { row_version: 3, name: Some("Till 2".to_owned()), shop_id: Some(SHOP) }, &all);
    assert!(!reads::<DevicePatch>(json!({"name": "Till 2"})) && !reads::<DevicePatch>(with(&all, "profile", json!("counter"))));
    has_form(&AssigneeChange { version: 0, staff: Some(STAFF) }, &json!({"version": 0, "staff": id(3)}));
    has_form(&AssigneeChange { version: 4, staff: None }, &json!({"version": 4, "staff": null}));
    assert!(!reads::<AssigneeChange>(json!({"staff": id(3)})));
}

#[test]
fn what_a_patch_leaves_out_stays() {
    let nothing: StaffPatch = serde_json::from_value(json!({})).unwrap();
    assert_eq!((nothing.role, nothing.active, &nothing.name), (None, None, &None));
    assert_eq!(serde_json::to_value(&nothing).unwrap(), json!({}));
    let all = json!({"role": "counter", "active": false});
    let read: StaffPatch = serde_json::from_value(all.clone()).unwrap();
    assert_eq!((read.role, read.active), (Some(Role::Counter), Some(false)));
    assert_eq!(serde_json::to_value(&read).unwrap(), all);
    let renamed: StaffPatch = serde_json::from_value(json!({"name": "Bo", "row_version": 3})).unwrap();
    assert_eq!((renamed.name.as_deref(), renamed.row_version), (Some("Bo"), Some(3)));
    for other in [json!({"shop": "Bo"}), json!({"password": "chosen for them"})] {
        assert!(!reads::<StaffPatch>(other));
    }
}

fn shop() -> (Shop, Value) {
    let shop = Shop { id: SHOP, name: "Lyon".to_owned(), time_zone: "Europe/Paris".to_owned(), row_version: 1, ..Shop::default() };
    (shop, json!({"id": id(4), "name": "Lyon", "time_zone": "Europe/Paris", "row_version": 1}))
}

#[test]
fn enrol_response() {
    let (shop, shop_form) = shop();
    let response = EnrolResponse {
        device_id: DEVICE,
        incarnation: 1,
        token: "t".to_owned(),
        shop,
        profile: Profile::Counter,
        epoch: EPOCH,
        server_public_key: "00".to_owned(),
        enrolled_at: at(),
        certificate: "AA==".to_owned(),
    };
    let form = json!({
        "device_id": id(1),
        "incarnation": 1,
        "token": "t",
        "shop": shop_form,
        "profile": "counter",
        "epoch": id(7),
        "server_public_key": "00",
        "enrolled_at": AT,
        "certificate": "AA==",
    });
    has_form(&response, &form);
}

#[test]
fn enrolment_code() {
    let (shop, shop_form) = shop();
    has_form(
        &EnrolmentCode { code: "7KQ2".to_owned(), shop, expires_at: at() },
        &json!({"code": "7KQ2", "shop": shop_form, "expires_at": AT}),
    );
}

#[test]
fn sign_in_response() {
    let staff = Staff { id: STAFF, name: "Ana".to_owned(), role: Role::BackOffice, active: true, pin: None, badge: None, sign_in_version: 0, row_version: 2 };
    let response = SignInResponse { token: "t".to_owned(), expires_at: at(), staff };
    let form = json!({
        "token": "t",
        "expires_at": AT,
        "staff": {"id": id(3), "name": "Ana", "role": "back_office", "active": true, "row_version": 2},
    });
    assert_eq!(serde_json::to_value(&response).unwrap(), form);
    assert!(serde_json::from_value::<SignInResponse>(form).unwrap() == response);
}

#[test]
fn device_status() {
    let device =
        Device { id: DEVICE, name: "Till 1".to_owned(), shop: SHOP, public_key: "00".to_owned(), state: DeviceState::Active, offline: None, row_version: 3 };
    let device_form = json!({"id": id(1), "name": "Till 1", "shop": id(4), "public_key": "00", "state": "active", "row_version": 3});
    let silent = DeviceStatus {
        device,
        last_contact_at: None,
        last_seq: 0,
        waiting: None,
        clock_skew_seconds: None,
        wrong_pins: 0,
        profile: None,
        program_version: None,
    };
    let form = json!({"device": device_form, "last_contact_at": null, "last_seq": 0, "waiting": null, "clock_skew_seconds": null, "wrong_pins": 0,
        "profile": null, "program_version": null});
    has_form(&silent, &form);
    let heard = DeviceStatus {
        last_contact_at: Some(at()),
        last_seq: 4,
        waiting: Some(2),
        clock_skew_seconds: Some(-3),
        wrong_pins: 6,
        profile: Some(Profile::Counter),
        program_version: Some("0.1.0".to_owned()),
        ..silent
    };
    let form = json!({"device": form["device"], "last_contact_at": AT, "last_seq": 4, "waiting": 2, "clock_skew_seconds": -3, "wrong_pins": 6,
        "profile": "counter", "program_version": "0.1.0"});
    has_form(&heard, &form);
}

#[test]
fn history_item() {
    let item = HistoryItem { stamp: stamp(), received_at: at(), online: true, operation: redeem(), approval: None, result: Outcome::Applied };
    let form = json!({
        "stamp": stamp_json(),
        "received_at": AT,
        "online": true,
        "operation": {"kind": "redeem", "voucher": id(5), "mode": "asked"},
        "result": {"outcome": "applied"},
    });
    has_form(&item, &form);
}

#[test]
fn a_reservation_is_looked_for_by_what_the_buyer_says() {
    use beadsbox_protocol::reservation::{Reservation, ReservationQuery};
    let query: ReservationQuery = serde_json::from_value(json!({ "code": "7kq2-m9xa" })).unwrap();
    assert_eq!(serde_json::to_value(&query).unwrap(), json!({ "code": "7KQ2M9XA" }));
    assert!(serde_json::from_value::<ReservationQuery>(json!({ "code": "7KQ2M9X" })).is_err());
    assert!(serde_json::from_value::<ReservationQuery>(json!({ "code": "7KQ2M9XA", "more": 1 })).is_err());
    let said = json!({
        "code": "7KQ2M9XA", "state": "open", "holds_until": "2026-12-04T17:00:00Z", "voucher": "019a0000-0000-7000-8000-0000000000aa",
        "voucher_code": "0123456789ABV", "template": "019a0000-0000-7000-8000-000000000001", "template_version": 1,
        "content": { "title": "A course", "description": "", "price": { "minor": 4136, "currency": "EUR" }, "validity_months": 12,
                     "vat": { "kind": "multi_purpose" } },
        "person": { "buyer": "Ada" },
    });
    let reservation: Reservation = serde_json::from_value(said.clone()).unwrap();
    assert_eq!(serde_json::to_value(&reservation).unwrap(), said);
}
