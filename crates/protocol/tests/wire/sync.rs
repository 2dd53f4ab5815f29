use beadsbox_domain::Outcome;
use beadsbox_protocol::{
    ChainHash, ErrorCode, Problem,
    person::SaltedPerson,
    pull::{ChangesPage, ChangesQuery, Cursor},
    push::{OpResult, PushRequest, PushResponse},
};
use serde_json::{Value, json};

use crate::support::{AT, DEVICE, EPOCH, OP, at, has_form, id, person, reads, with, without};

fn push_form() -> Value {
    json!({
        "epoch": id(7),
        "device_id": id(1),
        "incarnation": 1,
        "first_seq": 4,
        "ops": ["{\"a\": 1}", ""],
        "persons": [{"salt": "01".repeat(16), "person": SaltedPerson::new(&person(), [1; 16]).expect("a person").person}],
        "chain_tip": "00",
        "signature": "AA==",
        "waiting": 3,
        "device_time": AT,
        "receipts": [],
    })
}

#[test]
fn push() {
    let request = PushRequest {
        epoch: EPOCH,
        device_id: DEVICE,
        incarnation: 1,
        first_seq: 4,
        ops: vec!["{\"a\": 1}".to_owned(), String::new()],
        persons: vec![SaltedPerson::new(&person(), [1; 16]).unwrap()],
        chain_tip: "00".to_owned(),
        signature: "AA==".to_owned(),
        waiting: 3,
        device_time: at(),
        receipts: Vec::new(),
    };
    assert_eq!(serde_json::to_value(&request).unwrap(), push_form());
    let read: PushRequest = serde_json::from_value(push_form()).unwrap();
    assert_eq!(read.ops, request.ops, "each body byte for byte");
    assert_eq!(serde_json::to_value(&read).unwrap(), push_form());
}

#[test]
fn what_a_push_may_leave_out() {
    for field in push_form().as_object().unwrap().keys() {
        let optional = ["persons", "waiting", "receipts"].contains(&field.as_str());
        assert_eq!(reads::<PushRequest>(without(&push_form(), field)), optional, "{field}");
    }
    let read: PushRequest = serde_json::from_value(without(&without(&push_form(), "persons"), "waiting")).unwrap();
    assert_eq!((read.persons.len(), read.waiting), (0, 0));
    assert!(!reads::<PushRequest>(with(&push_form(), "extra", json!(1))));
    for (field, wrong) in [("ops", json!("x")), ("ops", json!([{}])), ("first_seq", json!(-1)), ("incarnation", json!(1.5)), ("epoch", json!("x"))] {
        assert!(!reads::<PushRequest>(with(&push_form(), field, wrong)), "{field}");
    }
}

fn result() -> OpResult {
    OpResult { dev_seq: 4, op_id: Some(OP), result: Some(Outcome::Applied), row_version: Some(2), commit_no: 9, receipt: "AA==".to_owned(), hash: None }
}

fn result_form() -> Value {
    json!({"dev_seq": 4, "op_id": id(2), "result": {"outcome": "applied"}, "row_version": 2, "commit_no": 9, "receipt": "AA=="})
}

#[test]
fn push_response() {
    let response = PushResponse { epoch: EPOCH, last_seq: 4, results: vec![result()], quarantined: false, server_time: at() };
    has_form(&response, &json!({"epoch": id(7), "last_seq": 4, "results": [result_form()], "quarantined": false, "server_time": AT}));
}

#[test]
fn a_held_operation_has_no_result() {
    let held = OpResult { op_id: None, result: None, row_version: None, receipt: String::new(), hash: Some(ChainHash([1; 32])), ..result() };
    let hash = "01".repeat(32);
    has_form(
        &held,
        &json!({"dev_seq": 4, "op_id": null, "result": null, "row_version": null, "commit_no": 9, "receipt": "", "hash": hash}),
    );
    assert!(held.answers(OP, ChainHash([1; 32])), "its hash names it");
    assert!(!held.answers(OP, ChainHash([2; 32])) && !OpResult { hash: None, ..held.clone() }.answers(OP, ChainHash([1; 32])));
    assert!(result().answers(OP, ChainHash([2; 32])), "its receipt tells");
    assert!(!held.is_quarantined(), "it has its place in the server's order");
    assert!(OpResult { commit_no: 0, ..held }.is_quarantined());
}

#[test]
fn pull() {
    let page = ChangesPage {
        epoch: EPOCH,
        from: Cursor::default(),
        to: Cursor { seq: 12, tag: "k3".to_owned() },
        head: 15,
        last_seq: 4,
        own_results: vec![result()],
        rows: Vec::new(),
        server_time: at(),
    };
    let form = json!({
        "epoch": id(7),
        "from": {"seq": 0, "tag": ""},
        "to": {"seq": 12, "tag": "k3"},
        "head": 15,
        "last_seq": 4,
        "own_results": [result_form()],
        "rows": [],
        "server_time": AT,
    });
    has_form(&page, &form);
    let newer: ChangesPage = serde_json::from_value(with(&form, "hint", json!("x"))).unwrap();
    assert_eq!(newer, page, "a newer server may say more");
}

#[test]
fn changes_query() {
    let query = ChangesQuery { epoch: EPOCH, incarnation: 1, cursor: 12, tag: "k3".to_owned(), acked: 4, limit: 100, wait: 25, waiting: 2, wrong_pins: 4 };
    let form = json!({"epoch": id(7), "incarnation": 1, "cursor": 12, "tag": "k3", "acked": 4, "limit": 100, "wait": 25, "waiting": 2, "wrong_pins": 4});
    has_form(&query, &form);
    let least = json!({"epoch": id(7), "incarnation": 1, "cursor": 0, "acked": 0, "limit": 1});
    let expected = ChangesQuery { epoch: EPOCH, incarnation: 1, cursor: 0, tag: String::new(), acked: 0, limit: 1, wait: 0, waiting: 0, wrong_pins: 0 };
    assert_eq!(serde_json::from_value::<ChangesQuery>(least.clone()).unwrap(), expected);
    for field in ["epoch", "incarnation", "cursor", "acked", "limit"] {
        assert!(!reads::<ChangesQuery>(without(&least, field)), "{field}");
    }
}

#[test]
fn the_answer_to_a_gap_names_what_is_expected() {
    let gap = Problem { expected_seq: Some(8), ..Problem::new(409, ErrorCode::SequenceGap, "gap") };
    assert_eq!(serde_json::to_value(gap).unwrap()["expected_seq"], 8);
}

/// Other programs are written against these.
#[test]
fn limits() {
    use beadsbox_protocol::{CLIENT_VERSION_HEADER, LONGEST_WAIT_SECONDS, MOST_BODY_BYTES, MOST_OPERATIONS, MOST_PUSH_BYTES, MOST_ROWS, VERSION, body::FORMAT};
    assert_eq!((MOST_OPERATIONS, MOST_PUSH_BYTES, MOST_BODY_BYTES), (500, 1_048_576, 65_536));
    assert_eq!((MOST_ROWS, LONGEST_WAIT_SECONDS, FORMAT), (2000, 25, 5));
    assert_eq!((CLIENT_VERSION_HEADER, VERSION), ("x-beadsbox-version", env!("CARGO_PKG_VERSION")));
}
