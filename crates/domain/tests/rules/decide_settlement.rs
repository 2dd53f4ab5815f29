//! Settling a conflict: by an admin, as they saw it, once.

use beadsbox_domain::{
    Change, Conflict, ConflictId, ConflictKind, ConflictState, Context, Operation, Refusal, Role, Settlement, Situation, Status, VoucherId, conflict::Settled,
};
use rstest::rstest;

use crate::support::{NOW, NOW_MINUTE, VOUCHER, applied, context, op, open_conflict, reason, refused, stamp, voucher};

fn settle(settlement: Settlement, seen_version: u64) -> Operation {
    Operation::SettleConflict { conflict: ConflictId(op(61).0), voucher: VOUCHER, seen_version, settlement, reason: reason() }
}

fn standing() -> Conflict {
    Conflict { row_version: 3, ..open_conflict(ConflictKind::DoubleRedemption, 61) }
}

fn with(conflict: Conflict) -> Situation {
    Situation { conflict: Some(conflict), voucher: Some(voucher(Status::Used)), ..Situation::default() }
}

#[rstest]
#[case(Settlement::WriteOff)]
#[case(Settlement::ChargeShop)]
#[case(Settlement::CustomerPays)]
#[case(Settlement::MistakenScan)]
fn settled_with_who_bears_the_loss_and_why(#[case] settlement: Settlement) {
    let changes = applied(&settle(settlement, 3), &with(standing()), &context(Role::Admin));
    let settled = Settled { settlement, reason: reason(), by: stamp(NOW, NOW_MINUTE) };
    let expected = Conflict { state: ConflictState::Settled, settled: Some(settled), row_version: 4, ..standing() };
    assert_eq!(changes, [Change::Conflict(expected)], "both sides stay as they are, and the voucher too");
}

#[test]
fn a_conflict_about_an_unknown_voucher_is_settled_too() {
    let conflict = Conflict { kind: ConflictKind::UnknownVoucher, accepted: None, ..standing() };
    applied(&settle(Settlement::WriteOff, 3), &Situation { voucher: None, ..with(conflict) }, &context(Role::Admin));
}

#[rstest]
#[case(ConflictState::Settled)]
#[case(ConflictState::Resolved)]
fn a_closed_one_stays_closed(#[case] state: ConflictState) {
    for seen in [2, 3, 4] {
        let closed = with(Conflict { state, ..standing() });
        assert_eq!(refused(&settle(Settlement::WriteOff, seen), &closed, &context(Role::Admin)), Refusal::ConflictClosed);
    }
}

#[test]
fn one_that_changed_since_it_was_seen() {
    for seen in [0, 2, 4] {
        assert_eq!(refused(&settle(Settlement::WriteOff, seen), &with(standing()), &context(Role::Admin)), Refusal::ConflictChanged);
    }
}

#[test]
fn one_that_is_not_or_belongs_to_another_voucher() {
    let strange = [
        Situation::default(),
        with(Conflict { voucher: VoucherId(op(4).0), ..standing() }),
        with(Conflict { id: ConflictId(op(62).0), ..standing() }),
    ];
    for situation in strange {
        assert_eq!(refused(&settle(Settlement::WriteOff, 3), &situation, &context(Role::Admin)), Refusal::UnknownConflict);
    }
}

#[test]
fn admins_only() {
    for role in [Role::Counter, Role::BackOffice] {
        assert_eq!(refused(&settle(Settlement::WriteOff, 3), &with(standing()), &context(role)), Refusal::NotPermitted { role });
    }
    let barred = Context { staff_active: false, ..context(Role::Admin) };
    assert_eq!(refused(&settle(Settlement::WriteOff, 3), &with(standing()), &barred), Refusal::UnknownStaff);
}
