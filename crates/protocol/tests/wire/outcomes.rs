//! Outcomes and refusals as programs read them: they are signed in receipts, so their form stays for good.

use beadsbox_domain::{ConflictId, ConflictKind, Outcome, Refusal, Role, Status};
use serde_json::{Value, json};

use crate::support::{OP, content, content_json, has_form, id, stamp, stamp_json};

fn refusals() -> Vec<(Refusal, Value)> {
    vec![
        (
            Refusal::StatusIs { status: Status::Used, since: stamp() },
            json!({"kind": "status_is", "status": "used", "since": stamp_json()}),
        ),
        (
            Refusal::Expired { expires_on: "2027-03-10".parse().expect("a date") },
            json!({"kind": "expired", "expires_on": "2027-03-10"}),
        ),
        (Refusal::NotExpired, json!({"kind": "not_expired"})),
        (Refusal::UnknownTemplate, json!({"kind": "unknown_template"})),
        (Refusal::UnknownVoucher, json!({"kind": "unknown_voucher"})),
        (Refusal::UnknownRedemption, json!({"kind": "unknown_redemption"})),
        (Refusal::UnknownConflict, json!({"kind": "unknown_conflict"})),
        (Refusal::NotPermitted { role: Role::BackOffice }, json!({"kind": "not_permitted", "role": "back_office"})),
        (Refusal::UnknownStaff, json!({"kind": "unknown_staff"})),
        (Refusal::TooLateToUndo { minutes: 5 }, json!({"kind": "too_late_to_undo", "minutes": 5})),
        (Refusal::NotOwnRedemption, json!({"kind": "not_own_redemption"})),
        (Refusal::NotStanding, json!({"kind": "not_standing"})),
        (
            Refusal::StaleTemplate { current: content(), current_version: 2, based_on: 1 },
            json!({"kind": "stale_template", "current": content_json(), "current_version": 2, "based_on": 1}),
        ),
        (Refusal::ArchivedAlready { archived: true }, json!({"kind": "archived_already", "archived": true})),
        (Refusal::IdTaken, json!({"kind": "id_taken"})),
        (Refusal::CodeTaken, json!({"kind": "code_taken"})),
        (Refusal::SnapshotMismatch, json!({"kind": "snapshot_mismatch"})),
        (Refusal::BadContent { rule: "r".to_owned() }, json!({"kind": "bad_content", "rule": "r"})),
        (Refusal::ConflictClosed, json!({"kind": "conflict_closed"})),
        (Refusal::ConflictChanged, json!({"kind": "conflict_changed"})),
        (Refusal::Unreadable { detail: "d".to_owned() }, json!({"kind": "unreadable", "detail": "d"})),
        (Refusal::Repeated, json!({"kind": "repeated"})),
    ]
}

#[test]
fn every_refusal() {
    for (refusal, form) in refusals() {
        has_form(&refusal, &form);
        has_form(&Outcome::Rejected { refusal }, &json!({"outcome": "rejected", "refusal": form}));
    }
}

#[test]
fn applied_and_conflict() {
    has_form(&Outcome::Applied, &json!({"outcome": "applied"}));
    let kinds = [
        (ConflictKind::DoubleRedemption, "double_redemption"),
        (ConflictKind::HonouredAfterCancellation, "honoured_after_cancellation"),
        (ConflictKind::HonouredAfterRefund, "honoured_after_refund"),
        (ConflictKind::HonouredAfterExpiry, "honoured_after_expiry"),
        (ConflictKind::UnknownVoucher, "unknown_voucher"),
    ];
    for (conflict_kind, name) in kinds {
        let outcome = Outcome::Conflict { conflict: ConflictId::from(OP), conflict_kind };
        has_form(&outcome, &json!({"outcome": "conflict", "conflict": id(2), "conflict_kind": name}));
        assert_eq!(outcome.name(), "conflict");
    }
    assert_eq!(Outcome::Applied.name(), "applied");
    assert_eq!(Outcome::Rejected { refusal: Refusal::Repeated }.name(), "rejected");
}
