//! Undo a redemption, honour an expired voucher: who, and how long.

use beadsbox_domain::{Change, ConflictKind, Context, Operation, RedeemMode, Redemption, RedemptionOutcome, Refusal, Role, Status, Voucher};
use rstest::rstest;

use crate::support::{
    BEFORE, NOW, OTHER_CLERK, OTHER_TILL, VOUCHER, applied, context, minute, op, open_conflict, reason, refused, stamp, voucher, voucher_in, with_voucher,
};

fn undo() -> Operation {
    Operation::UndoRedemption { voucher: VOUCHER, redemption: BEFORE, reason: reason() }
}

/// Redeemed by the clerk at the till at minute 597; undone that many seconds later.
fn seconds_later(role: Role, seconds: i64) -> Context {
    let mut context = context(role);
    context.stamp.at = minute(597) + jiff::SignedDuration::from_secs(seconds);
    context
}

const DAY: i64 = 24 * 60 * 60;

#[rstest]
#[case::counter_at_once(Role::Counter, 0, None)]
#[case::counter_in_time(Role::Counter, 300, None)]
#[case::counter_too_late(Role::Counter, 301, Some(5))]
#[case::counter_clock_a_little_behind(Role::Counter, -300, None)]
#[case::counter_clock_set_back(Role::Counter, -301, Some(5))]
#[case::office_in_time(Role::BackOffice, 30 * DAY, None)]
#[case::office_too_late(Role::BackOffice, 30 * DAY + 1, Some(30 * 24 * 60))]
#[case::office_clock_behind(Role::BackOffice, -DAY, None)]
#[case::admin_in_time(Role::Admin, 30 * DAY, None)]
#[case::admin_too_late(Role::Admin, 30 * DAY + 1, Some(30 * 24 * 60))]
fn time_to_undo(#[case] role: Role, #[case] seconds: i64, #[case] too_late: Option<u32>) {
    let (situation, context) = (with_voucher(voucher(Status::Used)), seconds_later(role, seconds));
    match too_late {
        None => assert_eq!(voucher_in(&applied(&undo(), &situation, &context)).status, Status::Purchased),
        Some(minutes) => assert_eq!(refused(&undo(), &situation, &context), Refusal::TooLateToUndo { minutes }),
    }
}

#[test]
fn the_limits_are_those_of_the_policy() {
    let situation = with_voucher(voucher(Status::Used));
    let mut counter = seconds_later(Role::Counter, 601);
    counter.policy.counter_undo_minutes = 10;
    assert_eq!(refused(&undo(), &situation, &counter), Refusal::TooLateToUndo { minutes: 10 });
    counter.policy.counter_undo_minutes = 11;
    applied(&undo(), &situation, &counter);

    let mut office = seconds_later(Role::BackOffice, DAY + 1);
    office.policy.office_undo_days = 1;
    assert_eq!(refused(&undo(), &situation, &office), Refusal::TooLateToUndo { minutes: 24 * 60 });
    office.policy.office_undo_days = u32::MAX;
    applied(&undo(), &situation, &office);
}

#[test]
fn a_counter_undoes_its_own_only() {
    let mut by_colleague = voucher(Status::Used);
    by_colleague.since.staff = OTHER_CLERK;
    let mut at_other_till = voucher(Status::Used);
    at_other_till.since.device = OTHER_TILL;
    for voucher in [by_colleague, at_other_till] {
        let situation = with_voucher(voucher);
        assert_eq!(refused(&undo(), &situation, &seconds_later(Role::Counter, 1)), Refusal::NotOwnRedemption);
        applied(&undo(), &situation, &seconds_later(Role::BackOffice, 1));
        applied(&undo(), &situation, &seconds_later(Role::Admin, 1));
    }
}

#[test]
fn undoing_gives_the_voucher_back() {
    let context = seconds_later(Role::Counter, 60);
    let changes = applied(&undo(), &with_voucher(voucher(Status::Used)), &context);
    let expected = Voucher { status: Status::Purchased, since: context.stamp, row_version: 5, ..voucher(Status::Used) };
    assert_eq!(changes, [Change::RedemptionUndone { redemption: BEFORE, by: NOW }, Change::Voucher(expected)]);
}

#[test]
fn only_the_redemption_that_stands_is_undone() {
    let other = Operation::UndoRedemption { voucher: VOUCHER, redemption: op(12), reason: reason() };
    assert_eq!(refused(&other, &with_voucher(voucher(Status::Used)), &context(Role::Admin)), Refusal::NotStanding);
}

/// A conflict of another kind does not come forward when the accepted redemption goes.
#[rstest]
#[case(ConflictKind::HonouredAfterCancellation)]
#[case(ConflictKind::HonouredAfterRefund)]
#[case(ConflictKind::HonouredAfterExpiry)]
fn undoing_leaves_other_conflicts_alone(#[case] kind: ConflictKind) {
    let mut situation = with_voucher(voucher(Status::Used));
    situation.open_conflicts = vec![open_conflict(kind, 60)];
    let changes = applied(&undo(), &situation, &context(Role::Admin));
    assert_eq!(changes.len(), 2, "{changes:?}");
    assert_eq!(voucher_in(&changes).status, Status::Purchased);
}

fn honour_expired() -> Operation {
    Operation::HonourExpired { voucher: VOUCHER, reason: reason() }
}

#[test]
fn an_expired_voucher_is_honoured_as_a_redemption() {
    let context = context(Role::BackOffice);
    let changes = applied(&honour_expired(), &with_voucher(voucher(Status::Expired)), &context);
    let fact = Redemption { voucher: VOUCHER, stamp: context.stamp, mode: RedeemMode::Honoured, outcome: RedemptionOutcome::Accepted, undone_by: None };
    let row = Voucher { status: Status::Used, since: context.stamp, row_version: 5, ..voucher(Status::Expired) };
    assert_eq!(changes, [Change::Voucher(row), Change::RedemptionRecorded(fact)]);
}

/// Overdue but not marked yet: the nightly run waits for the grace.
#[test]
fn an_overdue_voucher_is_honoured_before_it_is_marked() {
    let mut overdue = voucher(Status::Purchased);
    overdue.expires_at = Some(minute(600));
    let situation = with_voucher(overdue.clone());
    assert_eq!(voucher_in(&applied(&honour_expired(), &situation, &context(Role::Admin))).status, Status::Used);

    overdue.expires_at = Some(minute(601));
    let not_yet = with_voucher(overdue);
    assert_eq!(refused(&honour_expired(), &not_yet, &context(Role::Admin)), Refusal::NotExpired);
    let received_later = Context { received_at: minute(601), ..context(Role::Admin) };
    applied(&honour_expired(), &not_yet, &received_later);
}

#[test]
fn a_voucher_without_end_has_no_expiry_to_set_aside() {
    let endless = Voucher { expires_on: None, expires_at: None, ..voucher(Status::Purchased) };
    let late = Context { received_at: minute(100_000_000), ..context(Role::Admin) };
    assert_eq!(refused(&honour_expired(), &with_voucher(endless), &late), Refusal::NotExpired);
}

#[test]
fn an_honoured_expired_voucher_can_be_undone() {
    let used = Voucher { since: stamp(BEFORE, 597), ..voucher(Status::Used) };
    let mut situation = with_voucher(Voucher { expires_at: Some(minute(1)), ..used });
    situation.open_conflicts = Vec::new();
    assert_eq!(voucher_in(&applied(&undo(), &situation, &context(Role::BackOffice))).status, Status::Purchased);
}
