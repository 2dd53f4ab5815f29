//! Whose clock decides whether the last day had passed, and what the grace is for.

use beadsbox_domain::{Change, ConflictKind, Context, Operation, Outcome, RedeemMode, Refusal, Role, Status, Timestamp, Voucher, decide};
use jiff::SignedDuration;
use rstest::rstest;

use crate::support::{VOUCHER, applied, attempt, context, minute, redeem, refused, server, voucher, voucher_in, with_voucher};

/// Ends at minute 1000.
fn ending() -> Voucher {
    Voucher { expires_at: Some(minute(1000)), ..voucher(Status::Purchased) }
}

const GRACE: i64 = 48 * 60;

fn arriving(claimed: i64, received: i64, clock_right: bool) -> Context {
    let mut context = Context { clock_right, received_at: minute(received), ..context(Role::Counter) };
    context.stamp.at = minute(claimed);
    context
}

#[rstest]
#[case::in_time(999, 999, true, true)]
#[case::in_time_by_any_clock(999, 999, false, true)]
#[case::the_end_itself_is_too_late(1000, 1000, true, false)]
#[case::arrives_late_with_a_right_clock(999, 1001, true, true)]
#[case::arrives_late_with_a_wrong_clock(999, 1001, false, false)]
#[case::right_clock_says_too_late(1000, 999, true, false)]
#[case::wrong_clock_says_too_late(5000, 999, false, true)]
#[case::last_moment_of_the_grace(999, 1000 + GRACE - 1, true, true)]
#[case::after_the_grace(999, 1000 + GRACE, true, false)]
#[case::long_after_the_grace(1, 1_000_000, true, false)]
fn which_time_counts(#[case] claimed: i64, #[case] received: i64, #[case] clock_right: bool, #[case] in_time: bool) {
    let (situation, context) = (with_voucher(ending()), arriving(claimed, received, clock_right));
    if in_time {
        for mode in [RedeemMode::Asked, RedeemMode::Honoured] {
            assert_eq!(voucher_in(&applied(&redeem(mode), &situation, &context)).status, Status::Used);
        }
    } else {
        let expires_on = ending().expires_on.unwrap();
        assert_eq!(refused(&redeem(RedeemMode::Asked), &situation, &context), Refusal::Expired { expires_on });
        let honoured = decide(&redeem(RedeemMode::Honoured), &situation, &context);
        assert!(matches!(honoured.outcome, Outcome::Conflict { conflict_kind: ConflictKind::HonouredAfterExpiry, .. }), "{honoured:?}");
    }
}

/// A late "honour" is judged by when the voucher was redeemed, not by when the device gave up waiting.
#[rstest]
#[case::asked_in_time(501, true)]
#[case::asked_too_late(500, false)]
fn honouring_counts_from_the_ask(#[case] ends: i64, #[case] in_time: bool) {
    let redemption = attempt(RedeemMode::Asked, beadsbox_domain::RedemptionOutcome::Rejected); // at minute 500
    let mut situation = with_voucher(Voucher { expires_at: Some(minute(ends)), ..ending() });
    situation.redemption = Some(redemption);
    let honour = Operation::honour(VOUCHER, redemption.stamp.op);
    let decision = decide(&honour, &situation, &arriving(600, 600, true));
    assert_eq!(decision.outcome == Outcome::Applied, in_time, "{decision:?}");
    let wrong_clock = decide(&honour, &situation, &arriving(600, 600, false));
    assert_ne!(wrong_clock.outcome, Outcome::Applied, "without a right clock the time of receipt counts");
}

#[test]
fn a_voucher_without_end_is_redeemed_at_any_time() {
    let endless = Voucher { expires_on: None, expires_at: None, ..ending() };
    let mut context = arriving(0, 0, true);
    context.stamp.at = Timestamp::MAX;
    context.received_at = Timestamp::MAX;
    applied(&redeem(RedeemMode::Asked), &with_voucher(endless), &context);
}

fn expire(voucher: Voucher, received: Timestamp, grace_hours: u32) -> Outcome {
    let mut server = Context { received_at: received, ..server() };
    server.policy.expiry_grace_hours = grace_hours;
    let decision = decide(&Operation::Expire { voucher: VOUCHER }, &with_voucher(voucher), &server);
    if decision.outcome == Outcome::Applied {
        assert_eq!(voucher_in(&decision.changes).status, Status::Expired);
    }
    decision.outcome
}

#[test]
fn marked_only_after_the_grace() {
    let not_yet = Outcome::Rejected { refusal: Refusal::NotExpired };
    let end = minute(1000);
    let second = SignedDuration::from_secs(1);
    assert_eq!(expire(ending(), end + SignedDuration::from_hours(48) - second, 48), not_yet);
    assert_eq!(expire(ending(), end + SignedDuration::from_hours(48), 48), Outcome::Applied);
    assert_eq!(expire(ending(), end - second, 0), not_yet);
    assert_eq!(expire(ending(), end, 0), Outcome::Applied);
}

#[test]
fn never_marked_without_an_end_or_before_the_calendar_s() {
    let not_yet = Outcome::Rejected { refusal: Refusal::NotExpired };
    let endless = Voucher { expires_on: None, expires_at: None, ..ending() };
    assert_eq!(expire(endless, Timestamp::MAX, 0), not_yet);
    let last = Voucher { expires_at: Some(Timestamp::MAX), ..ending() };
    assert_eq!(expire(last, Timestamp::MAX, 1), not_yet);
    assert_eq!(expire(ending(), Timestamp::MAX, u32::MAX), not_yet);
}

/// A redemption that arrives after the nightly run has marked the voucher is a conflict, whatever its clock says.
#[test]
fn redeemed_in_time_but_marked_meanwhile() {
    let marked = Voucher { status: Status::Expired, ..ending() };
    let decision = decide(&redeem(RedeemMode::Honoured), &with_voucher(marked), &arriving(999, 1000 + GRACE, true));
    assert!(matches!(decision.outcome, Outcome::Conflict { conflict_kind: ConflictKind::HonouredAfterExpiry, .. }));
    assert!(!decision.changes.iter().any(|change| matches!(change, Change::Voucher(_))));
}

#[test]
fn overdue_from_the_end_on() {
    assert!(!ending().is_overdue(minute(999)));
    assert!(ending().is_overdue(minute(1000)));
}
