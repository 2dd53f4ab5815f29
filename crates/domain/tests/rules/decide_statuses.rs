//! Every operation on a voucher in every status, by every role.

use beadsbox_domain::{
    Change, Context, Decision, Operation, Outcome, Payment, RedeemMode, Redemption, RedemptionOutcome, Refusal, Role, Situation, Status, decide, voucher::Stamp,
};

use crate::decide_replacement::{NEW, extension};
use crate::support::{BEFORE, NOW, NOW_MINUTE, VOUCHER, attempt, context, minute, reason, redeem, refusal, server, stamp, voucher};

const COLUMNS: [Option<Status>; 7] = [
    None,
    Some(Status::Purchased),
    Some(Status::Used),
    Some(Status::Cancelled),
    Some(Status::Refunded),
    Some(Status::Expired),
    Some(Status::Replaced),
];

/// Operation, roles that may (counter, back office, admin, the server), and the answers by status.
type Line = (&'static str, [bool; 4], [&'static str; 7]);

const TABLE: [Line; 15] = [
    // no such voucher | purchased | used | cancelled | refunded | expired | replaced
    (
        "redeem asked",
        [true, true, true, true],
        ["unknown_voucher", "→ used", "status_is", "status_is", "status_is", "status_is", "status_is"],
    ),
    (
        "redeem honoured",
        [true, true, true, true],
        [
            "conflict unknown_voucher",
            "→ used",
            "conflict double_redemption",
            "conflict honoured_after_cancellation",
            "conflict honoured_after_refund",
            "conflict honoured_after_expiry",
            "conflict honoured_after_replacement",
        ],
    ),
    (
        "honour the rejected",
        [true, true, true, true],
        [
            "conflict unknown_voucher",
            "→ used",
            "conflict double_redemption",
            "conflict honoured_after_cancellation",
            "conflict honoured_after_refund",
            "conflict honoured_after_expiry",
            "conflict honoured_after_replacement",
        ],
    ),
    ("honour the accepted", [true, true, true, true], ["→", "→", "→", "→", "→", "→", "→"]),
    ("withdraw the rejected", [true, true, true, true], ["→", "→", "→", "→", "→", "→", "→"]),
    ("withdraw the accepted", [true, true, true, true], ["→", "→", "→ purchased", "→", "→", "→", "→"]),
    (
        "cancel",
        [false, true, true, true],
        ["unknown_voucher", "→ cancelled", "status_is", "status_is", "status_is", "status_is", "status_is"],
    ),
    (
        "refund",
        [false, true, true, true],
        ["unknown_voucher", "status_is", "status_is", "→ refunded", "status_is", "status_is", "status_is"],
    ),
    (
        "expire",
        [false, false, false, true],
        ["unknown_voucher", "→ expired", "status_is", "status_is", "status_is", "status_is", "status_is"],
    ),
    (
        "undo",
        [true, true, true, true],
        ["unknown_voucher", "status_is", "→ purchased", "status_is", "status_is", "status_is", "status_is"],
    ),
    (
        "honour expired",
        [false, true, true, true],
        ["unknown_voucher", "not_expired", "status_is", "status_is", "status_is", "→ used", "status_is"],
    ),
    (
        "extend",
        [false, true, true, true],
        ["unknown_voucher", "→ purchased", "status_is", "status_is", "status_is", "→ purchased", "status_is"],
    ),
    (
        "replace",
        [false, true, true, true],
        ["unknown_voucher", "→ replaced", "status_is", "status_is", "status_is", "status_is", "status_is"],
    ),
    (
        "chargeback",
        [false, true, true, true],
        ["unknown_voucher", "→ refunded", "→ used", "→ refunded", "status_is", "→ expired", "status_is"],
    ),
    ("note", [true, true, true, true], ["unknown_voucher", "→", "→", "→", "→", "→", "→"]),
];

fn operation(name: &str) -> (Operation, Option<Redemption>) {
    let (voucher, redemption) = (VOUCHER, attempt(RedeemMode::Asked, RedemptionOutcome::Rejected));
    let accepted = Redemption { outcome: RedemptionOutcome::Accepted, stamp: stamp(BEFORE, 597), ..redemption };
    let op = redemption.stamp.op;
    match name {
        "redeem asked" => (redeem(RedeemMode::Asked), None),
        "redeem honoured" => (redeem(RedeemMode::Honoured), None),
        "honour the rejected" => (Operation::honour(voucher, op), Some(redemption)),
        "honour the accepted" => (Operation::honour(voucher, BEFORE), Some(accepted)),
        "withdraw the rejected" => (Operation::Withdraw { voucher, redemption: op }, Some(redemption)),
        "withdraw the accepted" => (Operation::Withdraw { voucher, redemption: BEFORE }, Some(accepted)),
        "cancel" => (Operation::Cancel { voucher, reason: reason() }, None),
        "refund" => (Operation::Refund { voucher, reason: reason(), payment: Payment::Cash }, None),
        "expire" => (Operation::Expire { voucher }, None),
        "undo" => (Operation::UndoRedemption { voucher, redemption: BEFORE, reason: reason() }, None),
        "honour expired" => (Operation::HonourExpired { voucher, reason: reason() }, None),
        "extend" => (extension(), None),
        "replace" => (Operation::Replace { voucher, by: NEW, reason: reason(), replacement: None }, None),
        "chargeback" => (Operation::Chargeback { voucher, reason: reason() }, None),
        "note" => (Operation::Note { voucher, text: reason() }, None),
        _ => panic!("{name}"),
    }
}

fn situation(status: Option<Status>, redemption: Option<Redemption>, late: bool) -> Situation {
    let mut voucher = status.map(voucher);
    if let Some(voucher) = voucher.as_mut().filter(|_| late) {
        voucher.expires_at = Some(minute(0));
    }
    Situation { voucher, redemption, ..Situation::default() }
}

fn callers(name: &str) -> [Context; 4] {
    let mut callers = [context(Role::Counter), context(Role::BackOffice), context(Role::Admin), server()];
    if name == "expire" {
        // Long after the grace.
        for caller in &mut callers {
            caller.received_at = minute(60 * 24 * 365);
        }
    }
    callers
}

fn told(decision: &Decision) -> String {
    let name = |value: serde_json::Value| value.as_str().expect("a name").to_owned();
    match &decision.outcome {
        Outcome::Rejected { refusal } => name(serde_json::to_value(refusal).expect("JSON")["kind"].take()),
        Outcome::Conflict { conflict_kind, .. } => format!("conflict {}", name(serde_json::to_value(conflict_kind).expect("JSON"))),
        Outcome::Applied => {
            let after = decision
                .changes
                .iter()
                .find_map(|change| if let Change::Voucher(row) = change { Some(row.status.name()) } else { None });
            after.map_or("→".to_owned(), |status| format!("→ {status}"))
        }
    }
}

#[test]
fn every_operation_in_every_status_by_every_role() {
    for (name, allowed, answers) in TABLE {
        let (operation, redemption) = operation(name);
        for (status, answer) in COLUMNS.into_iter().zip(answers) {
            let situation = situation(status, redemption, name == "expire");
            for (caller, may) in callers(name).into_iter().zip(allowed) {
                let decision = decide(&operation, &situation, &caller);
                let expected = if may { answer } else { "not_permitted" };
                assert_eq!(told(&decision), expected, "{name}, {status:?}, {:?}", caller.role);
                if let (false, Some(role)) = (may, caller.role) {
                    assert_eq!(refusal(&decision), &Refusal::NotPermitted { role });
                }
            }
        }
    }
}

#[test]
fn a_refusal_by_status_tells_since_when_and_by_whom() {
    for (name, _, answers) in TABLE {
        for (status, _) in COLUMNS.into_iter().zip(answers).filter(|(_, answer)| *answer == "status_is") {
            let (operation, redemption) = operation(name);
            let status = status.expect("a voucher");
            let decision = decide(&operation, &situation(Some(status), redemption, false), &server());
            assert_eq!(refusal(&decision), &Refusal::StatusIs { status, since: stamp(BEFORE, 597) }, "{name}");
        }
    }
}

/// The new row: one version more, the new status since this operation, and everything else as it was.
#[test]
fn a_changed_voucher_keeps_all_but_its_status() {
    for (name, _, answers) in TABLE {
        for (status, _) in COLUMNS.into_iter().zip(answers).filter(|(_, answer)| answer.starts_with("→ ")) {
            let (operation, redemption) = operation(name);
            let situation = situation(status, redemption, name == "expire");
            let before = situation.voucher.clone().expect("a voucher");
            let decision = decide(&operation, &situation, &callers(name)[3]);
            let Some(Change::Voucher(after)) = decision.changes.iter().find(|change| matches!(change, Change::Voucher(_))) else {
                panic!("{name}")
            };
            // A late "yes" counts from the redemption itself, what changes no status from what had brought it there, everything else
            // from the operation.
            let since = match name {
                "honour the rejected" => stamp(crate::support::op(55), 500),
                "extend" | "chargeback" if after.status == before.status => before.since,
                _ => stamp(NOW, NOW_MINUTE),
            };
            assert_eq!(after.since, since, "{name}");
            assert_eq!(after.row_version, before.row_version + 1, "{name}");
            assert_eq!(decision.row_version(), Some(before.row_version + 1), "{name}");
            let mut same = beadsbox_domain::Voucher { status: before.status, since: before.since, row_version: before.row_version, ..after.clone() };
            if matches!(name, "extend" | "replace" | "chargeback") {
                (same.expires_on, same.expires_at, same.marks) = (before.expires_on, before.expires_at, before.marks.clone());
            }
            assert_eq!(same, before, "{name}");
        }
    }
}

#[test]
fn an_attempt_to_redeem_is_recorded_whatever_became_of_it() {
    let cases = [
        (Some(Status::Purchased), RedeemMode::Asked, RedemptionOutcome::Accepted),
        (Some(Status::Purchased), RedeemMode::Honoured, RedemptionOutcome::Accepted),
        (Some(Status::Used), RedeemMode::Asked, RedemptionOutcome::Rejected),
        (Some(Status::Used), RedeemMode::Honoured, RedemptionOutcome::Conflict),
        (None, RedeemMode::Asked, RedemptionOutcome::Rejected),
        (None, RedeemMode::Honoured, RedemptionOutcome::Conflict),
    ];
    for (status, mode, outcome) in cases {
        let decision = decide(&redeem(mode), &situation(status, None, false), &context(Role::Counter));
        let recorded: Vec<_> = decision
            .changes
            .iter()
            .filter_map(|change| if let Change::RedemptionRecorded(fact) = change { Some(*fact) } else { None })
            .collect();
        assert_eq!(recorded, [Redemption { voucher: VOUCHER, stamp: stamp(NOW, NOW_MINUTE), mode, outcome, undone_by: None }]);
    }
}

#[test]
fn a_conflict_keeps_both_sides() {
    let decision = decide(&redeem(RedeemMode::Honoured), &situation(Some(Status::Used), None, false), &context(Role::Counter));
    let Some(Change::Conflict(conflict)) = decision.changes.last() else { panic!("{decision:?}") };
    let (accepted, other): (Stamp, Stamp) = (stamp(BEFORE, 597), stamp(NOW, NOW_MINUTE));
    assert_eq!((conflict.accepted, conflict.other, conflict.id.0, conflict.voucher), (Some(accepted), other, NOW.0, VOUCHER));
    assert_eq!((conflict.state, &conflict.settled, conflict.row_version), (beadsbox_domain::ConflictState::Open, &None, 1));
    assert!(!decision.changes.iter().any(|change| matches!(change, Change::Voucher(_))), "nothing is booked twice");
    assert_eq!(decision.row_version(), None);

    let unknown = decide(&redeem(RedeemMode::Honoured), &Situation::default(), &context(Role::Counter));
    let Some(Change::Conflict(conflict)) = unknown.changes.last() else { panic!("{unknown:?}") };
    assert_eq!((conflict.accepted, conflict.voucher), (None, VOUCHER));
}

/// What went over the counter is booked even if the person was barred meanwhile; what they only wanted is not.
#[test]
fn barred_and_unknown_staff() {
    for (name, ..) in TABLE {
        let (operation, redemption) = operation(name);
        let situation = situation(Some(Status::Used), redemption, false);
        let barred = Context { staff_active: false, ..context(Role::Admin) };
        let decision = decide(&operation, &situation, &barred);
        let happened = ["redeem honoured", "honour the rejected", "honour the accepted", "withdraw the rejected", "withdraw the accepted"];
        if happened.contains(&name) {
            assert_eq!(decision, decide(&operation, &situation, &context(Role::Admin)), "{name}");
        } else if name == "expire" {
            assert_eq!(refusal(&decision), &Refusal::NotPermitted { role: Role::Admin });
        } else {
            assert_eq!(refusal(&decision), &Refusal::UnknownStaff, "{name}");
        }
        for staff_active in [true, false] {
            let nobody = Context { role: None, staff_active, ..context(Role::Admin) };
            assert_eq!(refusal(&decide(&operation, &situation, &nobody)), &Refusal::UnknownStaff, "{name}");
        }
    }
}

#[test]
fn a_refused_person_s_attempt_is_recorded_too() {
    let nobody = Context { role: None, ..context(Role::Admin) };
    for mode in [RedeemMode::Asked, RedeemMode::Honoured] {
        let decision = decide(&redeem(mode), &situation(Some(Status::Purchased), None, false), &nobody);
        let fact = Redemption { voucher: VOUCHER, stamp: nobody.stamp, mode, outcome: RedemptionOutcome::Rejected, undone_by: None };
        assert_eq!(decision.changes, [Change::RedemptionRecorded(fact)]);
    }
}
