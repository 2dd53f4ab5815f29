//! Random work of two tills, an office and the server on a few vouchers, over a [`Model`] that checks every step.

use std::collections::BTreeSet;

use beadsbox_domain::{
    CashMovement, ConflictId, Context, DayClose, Decision, DeviceId, OpId, Operation, Payment, PersonHash, Policy, RedeemMode, Role, Settlement, StaffId,
    Status, TemplateContent, TemplateId, Timestamp, VoucherCode, VoucherId, voucher::Stamp,
};
use jiff::SignedDuration;
use proptest::{prelude::*, sample::Index, strategy::ValueTree as _, test_runner::TestRunner};
use uuid::Uuid;

use crate::{
    model::Model,
    support::{SHOP, content, eur, minute, op, reason, zone},
};

/// One thing that somebody does; numbers are read by what is there when it happens.
#[derive(Debug, Clone)]
struct Step {
    kind: u8,
    voucher: u8,
    pick: Index,
    actor: u8,
    barred: bool,
    clock_right: bool,
    /// Minutes since the step before, and by how many the claimed time is behind.
    passed: i64,
    behind: i64,
}

fn step() -> impl Strategy<Value = Step> {
    let passed = prop_oneof![4 => 0..4_i64, 2 => 0..3000_i64, 1 => 0..60_000_i64];
    let behind = prop_oneof![4 => Just(0_i64), 1 => -10..4000_i64, 1 => 0..100_000_i64];
    (0..27_u8, 0..3_u8, any::<Index>(), 0..8_u8, prop::bool::weighted(0.05), any::<bool>(), passed, behind)
        .prop_map(|(kind, voucher, pick, actor, barred, clock_right, passed, behind)| Step { kind, voucher, pick, actor, barred, clock_right, passed, behind })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..80)
}

fn id(kind: u128, number: u8) -> Uuid {
    Uuid::from_u128((kind << 64) | u128::from(number))
}

/// A counter at each till, the back office, an admin; somebody whom nobody knows; the server.
fn context(step: &Step, number: u128, now: Timestamp) -> Context {
    let (device, role) = match step.actor {
        0 | 1 => (0, Some(Role::Counter)),
        2 => (1, Some(Role::Counter)),
        3 | 4 => (1, Some(Role::BackOffice)),
        5 | 6 => (0, Some(Role::Admin)),
        _ => (2, None),
    };
    let by_server = role.is_none() && !step.barred;
    let at = now - SignedDuration::from_mins(step.behind);
    Context {
        stamp: Stamp { op: op(number), at, staff: StaffId(id(1, step.actor)), shop: SHOP, device: DeviceId(id(2, device)) },
        role,
        staff_active: !step.barred,
        by_server,
        clock_right: step.clock_right,
        received_at: now,
        policy: Policy { office_undo_days: 60, ..Policy::default() },
        time_zone: zone("Europe/Paris"),
    }
}

fn short() -> TemplateContent {
    TemplateContent { validity_months: Some(1), ..content() }
}

fn operation(step: &Step, model: &Model) -> Operation {
    let (voucher, template) = (VoucherId(id(3, step.voucher)), TemplateId(id(4, u8::from(step.voucher == 2))));
    let here: Vec<&OpId> = model.redemptions.iter().filter(|(_, row)| row.voucher == voucher).map(|(op, _)| op).collect();
    let redemption = if here.is_empty() { op(0) } else { *here[step.pick.index(here.len())] };
    let standing = model.vouchers.get(&voucher).filter(|row| row.status == Status::Used).map_or(redemption, |row| row.since.op);
    let content = if step.pick.index(3) == 0 { TemplateContent { price: eur(500), ..short() } } else { short() };
    match step.kind {
        0 => Operation::CreateTemplate { template, content },
        1 => Operation::EditTemplate { template, based_on: model.templates.get(&template).map_or(1, |row| row.version), content },
        2 => Operation::ArchiveTemplate { template, archived: step.pick.index(2) == 0 },
        5 => import(step, model),
        3..=4 => Operation::Sell {
            voucher,
            // Now and then a code that another voucher may have.
            code: VoucherCode::from_random([if step.behind == 1 { 0 } else { step.voucher }; 8]),
            template,
            template_version: model.templates.get(&template).map_or(1, |row| row.version),
            snapshot: model.templates.get(&template).map_or(content, |row| row.content.clone()),
            person: PersonHash([step.voucher; 32]),
            payment: Payment::Cash,
            home_shop: None,
            replaces: None,
            batch: None,
            imported: None,
            mail: None,
        },
        6..=8 => Operation::redeem(voucher, RedeemMode::Honoured),
        9 | 10 => Operation::redeem(voucher, RedeemMode::Asked),
        11 => Operation::honour(voucher, redemption),
        12 | 13 => Operation::Withdraw { voucher, redemption },
        14 => Operation::Cancel { voucher, reason: reason() },
        15 | 23 => Operation::Refund { voucher, reason: reason(), payment: Payment::Cash },
        16 => Operation::Expire { voucher },
        17 => Operation::UndoRedemption { voucher, redemption, reason: reason() },
        18 => Operation::UndoRedemption { voucher, redemption: standing, reason: reason() },
        19 => Operation::HonourExpired { voucher, reason: reason() },
        26 => Operation::NoteTemplate { template, text: reason() },
        24 => Operation::MoveCash { movement: CashMovement::In, amount: eur(step.behind), reason: Some(reason()) },
        25 => {
            let last = model.closes.last().map_or((0, 0), |last| (last.number, last.through_seq));
            let (ahead, behind) = (u64::from(step.voucher), step.pick.index(3) as u64);
            let after_seq = (last.1 + ahead).saturating_sub(behind);
            let close = DayClose { number: last.0 + ahead, after_seq, through_seq: after_seq + ahead, ..crate::day::empty_close() };
            Operation::CloseDay { close: Box::new(close) }
        }
        _ => {
            let conflict = (!model.conflicts.is_empty()).then(|| &model.conflicts[step.pick.index(model.conflicts.len())]);
            Operation::SettleConflict {
                conflict: conflict.map_or(ConflictId(id(5, 0)), |row| row.id),
                voucher: conflict.map_or(voucher, |row| row.voucher),
                seen_version: conflict.map_or(1, |row| row.row_version),
                settlement: Settlement::WriteOff,
                reason: reason(),
            }
        }
    }
}

/// A voucher of another system, in a status that needs no redemption of ours.
fn import(step: &Step, model: &Model) -> Operation {
    let status = [Status::Purchased, Status::Cancelled, Status::Expired, Status::Refunded][step.pick.index(4)];
    let Operation::Sell { payment, home_shop, replaces, batch, imported, .. } = crate::decide_import::import(status) else {
        unreachable!()
    };
    match operation(&Step { kind: 3, ..step.clone() }, model) {
        Operation::Sell { voucher, code, template, template_version, snapshot, person, .. } => {
            Operation::Sell { voucher, code, template, template_version, snapshot, person, payment, home_shop, replaces, batch, imported, mail: None }
        }
        other => other,
    }
}

fn run(steps: &[Step]) -> (Model, Vec<Decision>) {
    let (mut model, mut now, mut decisions) = (Model::default(), minute(0), Vec::new());
    for template in [0, 1] {
        let start = Step { kind: 0, voucher: template * 2, actor: 3, barred: false, behind: 0, ..steps[0].clone() };
        let number = 1 + u128::from(template);
        let operation = operation(&start, &model);
        decisions.push(model.take(&operation, &context(&start, number, now)));
    }
    for (number, step) in (100..).zip(steps) {
        now += SignedDuration::from_mins(step.passed);
        let operation = operation(step, &model);
        decisions.push(model.take(&operation, &context(step, number, now)));
    }
    (model, decisions)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Rule 2, and the pure part of rules 1, 3 and 7: see the checks of [`Model`].
    #[test]
    fn whatever_people_do_the_books_hold(steps in steps()) {
        let (model, decisions) = run(&steps);
        let (again, same) = run(&steps);
        prop_assert_eq!(decisions, same);
        prop_assert_eq!((model.vouchers, model.redemptions, model.conflicts), (again.vouchers, again.redemptions, again.conflicts));
    }
}

/// The sequences above are worth nothing if they do not get where it hurts.
#[test]
fn the_sequences_reach_every_outcome() {
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..600 {
        let steps = steps().new_tree(&mut runner).expect("steps").current();
        seen.extend(run(&steps).0.seen);
    }
    let kinds = [
        "create_template",
        "edit_template",
        "archive_template",
        "note_template",
        "sell",
        "redeem",
        "honour",
        "withdraw",
        "cancel",
        "refund",
        "expire",
        "undo_redemption",
        "honour_expired",
        "settle_conflict",
        "move_cash",
        "close_day",
    ];
    let mut expected: BTreeSet<String> = kinds.iter().flat_map(|kind| ["applied", "rejected"].map(|outcome| format!("\"{kind}\" {outcome}"))).collect();
    expected.extend(["\"redeem\" conflict", "\"honour\" conflict", "promoted"].map(String::from));
    for kind in ["DoubleRedemption", "HonouredAfterCancellation", "HonouredAfterRefund", "HonouredAfterExpiry", "UnknownVoucher"] {
        expected.extend(["Open", "Settled"].map(|state| format!("{kind} {state}")));
    }
    expected.extend(["DoubleRedemption Resolved", "UnknownVoucher Resolved"].map(String::from));
    expected.extend(
        ["sold", "taken_over", "redeemed", "undone", "cancelled", "refunded", "expired", "expired_honoured", "at_stake", "settled"]
            .map(|kind| format!("line {kind}")),
    );
    let missing: Vec<_> = expected.difference(&seen).collect();
    assert!(missing.is_empty(), "never reached: {missing:?}");
}
