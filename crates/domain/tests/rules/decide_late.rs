//! What the till decides after it asked (honour, withdraw), and which of several honoured redemptions stands.

use beadsbox_domain::{
    Change, Conflict, ConflictId, ConflictKind, ConflictState, Operation, Outcome, RedeemMode, Redemption, RedemptionOutcome, Refusal, Role, Situation, Status,
    Voucher, VoucherId, decide,
};
use rstest::rstest;

use crate::support::{
    BEFORE, NOW, NOW_MINUTE, OTHER_TILL, VOUCHER, applied, attempt, context, op, open_conflict, reason, redeem, refused, sale, stamp, template, voucher,
    voucher_in, with_voucher,
};

fn honour() -> Operation {
    Operation::honour(VOUCHER, op(55))
}

fn withdraw() -> Operation {
    Operation::Withdraw { voucher: VOUCHER, redemption: op(55) }
}

fn after(redemption: Redemption, voucher: Voucher) -> Situation {
    Situation { redemption: Some(redemption), ..with_voucher(voucher) }
}

/// Used by the asked redemption itself.
fn used_by_it() -> Voucher {
    Voucher { since: stamp(op(55), 500), ..voucher(Status::Used) }
}

#[rstest]
#[case(RedemptionOutcome::Accepted)]
#[case(RedemptionOutcome::Conflict)]
fn honouring_what_was_taken_books_nothing_again(#[case] outcome: RedemptionOutcome) {
    let asked = attempt(RedeemMode::Asked, outcome);
    let changes = applied(&honour(), &after(asked, used_by_it()), &context(Role::Counter));
    assert_eq!(changes, [Change::RedemptionChanged(Redemption { mode: RedeemMode::Honoured, ..asked })]);
}

#[test]
fn honouring_what_was_undone_since_leaves_it_undone() {
    let undone = Redemption { undone_by: Some(op(80)), ..attempt(RedeemMode::Asked, RedemptionOutcome::Accepted) };
    let changes = applied(&honour(), &after(undone, voucher(Status::Purchased)), &context(Role::Counter));
    assert_eq!(changes, [Change::RedemptionChanged(Redemption { mode: RedeemMode::Honoured, ..undone })]);
}

#[test]
fn honouring_what_was_refused_is_a_conflict_with_what_stood_against_it() {
    let asked = attempt(RedeemMode::Asked, RedemptionOutcome::Rejected);
    let decision = decide(&honour(), &after(asked, voucher(Status::Used)), &context(Role::Counter));
    let id = ConflictId(op(55).0);
    assert_eq!(decision.outcome, Outcome::Conflict { conflict: id, conflict_kind: ConflictKind::DoubleRedemption });
    let conflict = Conflict {
        id,
        voucher: VOUCHER,
        kind: ConflictKind::DoubleRedemption,
        accepted: Some(stamp(BEFORE, 597)),
        other: asked.stamp,
        state: ConflictState::Open,
        settled: None,
        row_version: 1,
    };
    let fact = Redemption { mode: RedeemMode::Honoured, outcome: RedemptionOutcome::Conflict, ..asked };
    assert_eq!(decision.changes, [Change::RedemptionChanged(fact), Change::Conflict(conflict)], "the attempt is not recorded twice");
}

/// Refused because it was used; the use was undone before the "honour" came.
#[test]
fn honouring_what_nothing_stands_against_any_more_is_accepted() {
    let asked = attempt(RedeemMode::Asked, RedemptionOutcome::Rejected);
    let changes = applied(&honour(), &after(asked, voucher(Status::Purchased)), &context(Role::Counter));
    let row = Voucher { status: Status::Used, since: asked.stamp, row_version: 5, ..voucher(Status::Purchased) };
    let fact = Redemption { mode: RedeemMode::Honoured, outcome: RedemptionOutcome::Accepted, ..asked };
    assert_eq!(changes, [Change::Voucher(row), Change::RedemptionChanged(fact)]);
}

#[test]
fn what_was_withdrawn_is_not_honoured_and_what_was_honoured_not_withdrawn() {
    let withdrawn = after(attempt(RedeemMode::Asked, RedemptionOutcome::Withdrawn), voucher(Status::Purchased));
    assert_eq!(refused(&honour(), &withdrawn, &context(Role::Counter)), Refusal::NotStanding);
    for outcome in [RedemptionOutcome::Accepted, RedemptionOutcome::Conflict, RedemptionOutcome::Rejected] {
        let honoured = after(attempt(RedeemMode::Honoured, outcome), used_by_it());
        assert_eq!(refused(&withdraw(), &honoured, &context(Role::Counter)), Refusal::NotStanding, "{outcome:?}");
    }
}

#[test]
fn withdrawing_what_was_taken_gives_the_voucher_back() {
    let asked = attempt(RedeemMode::Asked, RedemptionOutcome::Accepted);
    let changes = applied(&withdraw(), &after(asked, used_by_it()), &context(Role::Counter));
    let fact = Redemption { outcome: RedemptionOutcome::Withdrawn, ..asked };
    let row = Voucher { status: Status::Purchased, since: stamp(NOW, NOW_MINUTE), row_version: 5, ..used_by_it() };
    assert_eq!(changes, [Change::RedemptionChanged(fact), Change::Voucher(row)]);
}

#[rstest]
#[case::refused(attempt(RedeemMode::Asked, RedemptionOutcome::Rejected), voucher(Status::Used))]
#[case::again(attempt(RedeemMode::Asked, RedemptionOutcome::Withdrawn), voucher(Status::Purchased))]
#[case::undone_since(Redemption { undone_by: Some(op(80)), ..attempt(RedeemMode::Asked, RedemptionOutcome::Accepted) }, voucher(Status::Purchased))]
#[case::undone_and_used_by_another(Redemption { undone_by: Some(op(80)), ..attempt(RedeemMode::Asked, RedemptionOutcome::Accepted) }, voucher(Status::Used))]
fn withdrawing_what_does_not_stand_changes_no_voucher(#[case] asked: Redemption, #[case] voucher: Voucher) {
    let changes = applied(&withdraw(), &after(asked, voucher), &context(Role::Counter));
    assert_eq!(changes, [Change::RedemptionChanged(Redemption { outcome: RedemptionOutcome::Withdrawn, ..asked })]);
}

/// Only the device that asked says what became of it, and only of that voucher.
#[test]
fn another_s_redemption_is_unknown() {
    let asked = attempt(RedeemMode::Asked, RedemptionOutcome::Accepted);
    let strange = [
        Situation { redemption: None, ..with_voucher(used_by_it()) },
        after(Redemption { stamp: beadsbox_domain::voucher::Stamp { device: OTHER_TILL, ..asked.stamp }, ..asked }, used_by_it()),
        after(Redemption { voucher: VoucherId(op(4).0), ..asked }, used_by_it()),
        after(Redemption { stamp: stamp(op(56), 500), ..asked }, used_by_it()),
    ];
    for situation in strange {
        for outcome in [RedemptionOutcome::Accepted, RedemptionOutcome::Rejected] {
            let redemption = situation.redemption.map(|redemption| Redemption { outcome, ..redemption });
            let situation = Situation { redemption, ..situation.clone() };
            for operation in [honour(), withdraw()] {
                assert_eq!(refused(&operation, &situation, &context(Role::Counter)), Refusal::UnknownRedemption);
            }
        }
    }
}

/// Three honoured it; the accepted one goes: the oldest other one stands, and the rest collide with that.
#[rstest]
#[case::undone(true)]
#[case::withdrawn(false)]
fn the_oldest_other_side_comes_forward(#[case] undone: bool) {
    let open = vec![
        open_conflict(ConflictKind::HonouredAfterExpiry, 60),
        open_conflict(ConflictKind::DoubleRedemption, 61),
        open_conflict(ConflictKind::DoubleRedemption, 62),
        open_conflict(ConflictKind::DoubleRedemption, 63),
    ];
    let asked = attempt(RedeemMode::Asked, RedemptionOutcome::Accepted);
    let situation = Situation { open_conflicts: open.clone(), ..after(asked, used_by_it()) };
    let (operation, gone) = if undone {
        let undo = Operation::UndoRedemption { voucher: VOUCHER, redemption: op(55), reason: reason() };
        (undo, Change::RedemptionUndone { redemption: op(55), by: NOW })
    } else {
        (withdraw(), Change::RedemptionChanged(Redemption { outcome: RedemptionOutcome::Withdrawn, ..asked }))
    };
    let changes = applied(&operation, &situation, &context(Role::Admin));
    let repointed = |conflict: &Conflict| Change::Conflict(Conflict { accepted: Some(open[1].other), row_version: 2, ..conflict.clone() });
    let expected = [
        gone, // first, so that there is never more than one accepted
        Change::Voucher(Voucher { status: Status::Used, since: open[1].other, row_version: 5, ..used_by_it() }),
        Change::RedemptionPromoted { redemption: op(61) },
        Change::Conflict(Conflict { state: ConflictState::Resolved, row_version: 2, ..open[1].clone() }),
        repointed(&open[2]),
        repointed(&open[3]),
    ];
    assert_eq!(changes, expected);
}

/// Two tills honour a voucher that the server does not know; then its sale arrives.
#[test]
fn an_unknown_voucher_s_sale_arrives_late() {
    let open = [ConflictKind::UnknownVoucher, ConflictKind::UnknownVoucher].into_iter().zip([61, 62]);
    let open: Vec<_> = open.map(|(kind, number)| Conflict { accepted: None, ..open_conflict(kind, number) }).collect();
    let situation = Situation { template: Some(template()), open_conflicts: open.clone(), ..Situation::default() };
    let changes = applied(&sale(), &situation, &context(Role::Counter));
    let row = voucher_in(&changes);
    assert_eq!((row.status, row.since, row.sold, row.row_version), (Status::Used, open[0].other, stamp(NOW, NOW_MINUTE), 1));
    assert_eq!(changes[0], Change::Voucher(row.clone()), "the voucher's row first: the others name it");
    let rest = [
        Change::RedemptionPromoted { redemption: op(61) },
        Change::Conflict(Conflict { state: ConflictState::Resolved, row_version: 2, ..open[0].clone() }),
        Change::Conflict(Conflict { kind: ConflictKind::DoubleRedemption, accepted: Some(open[0].other), row_version: 2, ..open[1].clone() }),
    ];
    assert_eq!(changes[1..], rest);
}

#[test]
fn a_till_that_honours_twice_collides_with_itself() {
    let decision = decide(&redeem(RedeemMode::Honoured), &with_voucher(used_by_it()), &context(Role::Counter));
    assert!(matches!(decision.outcome, Outcome::Conflict { conflict_kind: ConflictKind::DoubleRedemption, .. }));
}
