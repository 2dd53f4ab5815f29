use beadsbox_domain::{
    Conflict, ConflictId, ConflictKind, ConflictState, Marks, Payment, PersonHash, Role, Settlement, Status, Template, Voucher, VoucherCode, conflict::Settled,
};
use beadsbox_protocol::rows::{Assignment, ConflictRow, Device, DeviceState, Row, RowKey, Settings, Shop, Staff, VoucherRow};
use serde_json::{Value, json};

use crate::support::{AT, DEVICE, OP, SHOP, STAFF, TEMPLATE, VOUCHER, at, content, content_json, has_form, id, person, reads, stamp, stamp_json, with};

fn voucher() -> Voucher {
    Voucher {
        id: VOUCHER,
        code: VoucherCode::from_random([0; 8]),
        template: TEMPLATE,
        snapshot: content(),
        person: PersonHash([0xab; 32]),
        payment: Payment::Cash,
        sold: stamp(),
        expires_on: Some("2027-03-10".parse().expect("a date")),
        expires_at: Some(at()),
        status: Status::Used,
        since: stamp(),
        home_shop: None,
        marks: Marks::default(),
        row_version: 6,
    }
}

fn voucher_form() -> Value {
    json!({
        "id": id(5),
        "code": "0000000000000",
        "template": id(6),
        "snapshot": content_json(),
        "person": "ab".repeat(32),
        "payment": "cash",
        "sold": stamp_json(),
        "expires_on": "2027-03-10",
        "expires_at": AT,
        "status": "used",
        "since": stamp_json(),
        "row_version": 6,
    })
}

fn conflict() -> (Conflict, Value) {
    let settled = Settled { settlement: Settlement::ChargeShop, reason: "r".to_owned().try_into().expect("a reason"), by: stamp() };
    let row = Conflict {
        id: ConflictId::from(OP),
        voucher: VOUCHER,
        kind: ConflictKind::DoubleRedemption,
        accepted: Some(stamp()),
        other: stamp(),
        state: ConflictState::Settled,
        settled: Some(settled),
        row_version: 7,
    };
    let form = json!({
        "id": id(2),
        "voucher": id(5),
        "kind": "double_redemption",
        "accepted": stamp_json(),
        "other": stamp_json(),
        "state": "settled",
        "settled": {"settlement": "charge_shop", "reason": "r", "by": stamp_json()},
        "row_version": 7,
    });
    (row, form)
}

fn policy() -> Value {
    json!({
        "counter_undo_minutes": 5,
        "office_undo_days": 30,
        "expiry_grace_hours": 48,
        "offline_sign_in_days": 7,
        "lock_after_minutes": 10,
        "admins_need_second_factor": false,
        "buyers_kept_months": 0,
        "offline": {"highest_value_minor": 50000, "most_redemptions": 500, "most_value_minor": 1_000_000, "most_hours_since_sync": 72},
    })
}

/// One of each, with its kind and form on the wire, its key and its version.
fn all() -> Vec<(Row, &'static str, Value, RowKey, u64)> {
    let shop = Shop { id: SHOP, name: "Lyon".to_owned(), time_zone: "Europe/Paris".to_owned(), row_version: 1, ..Shop::default() };
    let staff = Staff { id: STAFF, name: "Ana".to_owned(), role: Role::Counter, active: true, pin: None, badge: None, sign_in_version: 0, row_version: 2 };
    let device = Device {
        id: DEVICE,
        name: "Till 1".to_owned(),
        shop: SHOP,
        public_key: "00".to_owned(),
        state: DeviceState::Quarantined,
        offline: None,
        row_version: 3,
    };
    let template = Template { id: TEMPLATE, content: content(), version: 2, archived: false, changed: stamp(), row_version: 5 };
    let (conflict, conflict_form) = conflict();
    let bought = json!({"buyer": "Zoë", "email": "zoe@example.org", "recipient": "Ali", "message": "Happy\nday"});
    vec![
        (
            Row::Shop(shop),
            "shop",
            json!({"id": id(4), "name": "Lyon", "time_zone": "Europe/Paris", "row_version": 1}),
            RowKey::Shop(SHOP),
            1,
        ),
        (
            Row::Staff(staff),
            "staff",
            json!({"id": id(3), "name": "Ana", "role": "counter", "active": true, "row_version": 2}),
            RowKey::Staff(STAFF),
            2,
        ),
        (
            Row::Device(device),
            "device",
            json!({"id": id(1), "name": "Till 1", "shop": id(4), "public_key": "00", "state": "quarantined", "row_version": 3}),
            RowKey::Device(DEVICE),
            3,
        ),
        (
            Row::Settings(Settings { row_version: 4, ..Settings::default() }),
            "settings",
            json!({"policy": policy(), "row_version": 4}),
            RowKey::Settings,
            4,
        ),
        (
            Row::Template(template),
            "template",
            json!({"id": id(6), "content": content_json(), "version": 2, "archived": false, "changed": stamp_json(), "row_version": 5}),
            RowKey::Template(TEMPLATE),
            5,
        ),
        (
            Row::Voucher(Box::new(VoucherRow { voucher: voucher(), person: Some(person()) })),
            "voucher",
            json!({"voucher": voucher_form(), "person": bought}),
            RowKey::Voucher(VOUCHER),
            6,
        ),
        (Row::Conflict(Box::new(conflict.into())), "conflict", conflict_form, RowKey::Conflict(ConflictId::from(OP)), 7),
    ]
}

#[test]
fn every_row() {
    for (row, kind, form, key, version) in all() {
        has_form(&row, &json!({"kind": kind, "row": form}));
        assert_eq!((row.key(), row.row_version()), (key, version), "{kind}");
        assert!(reads::<Row>(json!({"kind": kind, "row": with(&form, "more", json!(1))})), "a newer server may say more of a {kind}");
        assert!(!reads::<Row>(json!({"kind": kind})));
    }
    assert!(!reads::<Row>(json!({"kind": "unicorn", "row": {}})));
}

#[test]
fn a_conflict_with_who_works_on_it() {
    let (conflict, form) = conflict();
    let taken = Assignment { staff: Some(STAFF), by: STAFF, at: at(), version: 2 };
    let row = ConflictRow { conflict, assignment: Some(taken) };
    has_form(&row, &with(&form, "assignment", json!({"staff": id(3), "by": id(3), "at": AT, "version": 2})));
    assert_eq!(Row::Conflict(Box::new(row.clone())).row_version(), row.conflict.row_version + 2, "either change makes a newer row");
    let let_go = Assignment { staff: None, ..taken };
    has_form(&let_go, &json!({"staff": null, "by": id(3), "at": AT, "version": 2}));
}

#[test]
fn nothing_stands_for_none() {
    let endless = Voucher { expires_on: None, expires_at: None, ..voucher() };
    let form = with(&with(&voucher_form(), "expires_on", json!(null)), "expires_at", json!(null));
    has_form(&VoucherRow { voucher: endless, person: None }, &json!({"voucher": form, "person": null}));
    let (open, form) = conflict();
    let open = Conflict { accepted: None, settled: None, state: ConflictState::Open, ..open };
    has_form(&open, &with(&with(&with(&form, "accepted", json!(null)), "settled", json!(null)), "state", json!("open")));
}

#[test]
fn names() {
    for (state, name) in [(DeviceState::Active, "active"), (DeviceState::Quarantined, "quarantined"), (DeviceState::Revoked, "revoked")] {
        has_form(&state, &json!(name));
    }
    for (state, name) in [(ConflictState::Open, "open"), (ConflictState::Settled, "settled"), (ConflictState::Resolved, "resolved")] {
        has_form(&state, &json!(name));
    }
    let settlements = [
        (Settlement::WriteOff, "write_off"),
        (Settlement::ChargeShop, "charge_shop"),
        (Settlement::CustomerPays, "customer_pays"),
        (Settlement::MistakenScan, "mistaken_scan"),
    ];
    for (settlement, name) in settlements {
        has_form(&settlement, &json!(name));
    }
    for (payment, name) in [(Payment::Cash, "cash"), (Payment::CardTerminal, "card_terminal"), (Payment::Other, "other")] {
        has_form(&payment, &json!(name));
    }
}
