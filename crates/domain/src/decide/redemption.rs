//! Redeem, honour, withdraw, undo. See "Redeeming: ask, or honour" in `docs/sync.md`.

use jiff::SignedDuration;

use super::{
    Change, Context, Decided, Decision, Situation,
    correction::{grace_is_over, known, next_status, standing},
};
use crate::{
    conflict::{Conflict, ConflictKind, ConflictState},
    ids::{ConflictId, OpId, VoucherId},
    operation::{Operation, RedeemMode},
    outcome::{Outcome, Refusal},
    permission::Role,
    redemption::{Redemption, RedemptionOutcome},
    status::{Status, StatusChange},
    voucher::{Stamp, Voucher},
};

pub(super) fn redeem(id: VoucherId, mode: RedeemMode, situation: &Situation, context: &Context) -> Decided {
    let stands_against = match &situation.voucher {
        None => Some((ConflictKind::UnknownVoucher, unknown(situation))),
        Some(voucher) => obstacle(voucher, &context.stamp, context),
    };
    match (stands_against, mode) {
        (None, _) => Ok(accepted(known(situation)?, context.stamp, mode, context)),
        (Some((_, refusal)), RedeemMode::Asked) => Err(refusal),
        (Some((kind, _)), RedeemMode::Honoured) => Ok(conflicting(id, kind, situation, context.stamp, &[])),
    }
}

/// Of a voucher whose sale has not come, a till may have honoured it on its signature's word: that was its use.
fn unknown(situation: &Situation) -> Refusal {
    let honoured = situation.open_conflicts.iter().find(|conflict| conflict.kind == ConflictKind::UnknownVoucher);
    honoured.map_or(Refusal::UnknownVoucher, |conflict| Refusal::StatusIs { status: Status::Used, since: conflict.other })
}

/// An asked redemption whose answer never came, and whose goods went: from now on as if it had been honoured.
pub(super) fn honour(voucher: VoucherId, redemption: OpId, situation: &Situation, context: &Context) -> Decided {
    let redemption = asked(voucher, redemption, situation, context)?;
    let honoured = Redemption { mode: RedeemMode::Honoured, ..*redemption };
    match redemption.outcome {
        // The server had taken it already, and it may have been undone since: nothing to do again.
        RedemptionOutcome::Accepted | RedemptionOutcome::Conflict => Ok(Decision::applied(vec![Change::RedemptionChanged(honoured)])),
        RedemptionOutcome::Withdrawn => Err(Refusal::NotStanding),
        RedemptionOutcome::Rejected => {
            let stands_against = match &situation.voucher {
                None => Some(ConflictKind::UnknownVoucher),
                Some(voucher) => obstacle(voucher, &redemption.stamp, context).map(|(kind, _)| kind),
            };
            if let Some(kind) = stands_against {
                let changed = Change::RedemptionChanged(Redemption { outcome: RedemptionOutcome::Conflict, ..honoured });
                Ok(conflicting(redemption.voucher, kind, situation, redemption.stamp, &[changed]))
            } else {
                let voucher = standing(known(situation)?, Status::Used, redemption.stamp);
                let changed = Redemption { outcome: RedemptionOutcome::Accepted, ..honoured };
                Ok(Decision::applied(vec![Change::Voucher(voucher), Change::RedemptionChanged(changed)]))
            }
        }
    }
}

/// An asked redemption whose answer never came, and whose goods stayed: if it was taken, it is taken back.
pub(super) fn withdraw(voucher: VoucherId, redemption: OpId, situation: &Situation, context: &Context) -> Decided {
    let redemption = asked(voucher, redemption, situation, context)?;
    if redemption.mode == RedeemMode::Honoured {
        return Err(Refusal::NotStanding);
    }
    let mut changes = Vec::new();
    let stands = redemption.outcome == RedemptionOutcome::Accepted && redemption.undone_by.is_none();
    if let Some(voucher) = situation
        .voucher
        .as_ref()
        .filter(|voucher| stands && voucher.status == Status::Used && voucher.since.op == redemption.stamp.op)
    {
        changes = given_back(voucher, &situation.open_conflicts, context);
    }
    changes.insert(0, Change::RedemptionChanged(Redemption { outcome: RedemptionOutcome::Withdrawn, ..*redemption }));
    // After a restore of the server an asked redemption may be the other side of a conflict. No goods went: nothing is left to settle.
    let own = situation.open_conflicts.iter().filter(|conflict| conflict.other.op == redemption.stamp.op);
    changes
        .extend(own.map(|conflict| Change::Conflict(Conflict { state: ConflictState::Resolved, row_version: conflict.row_version + 1, ..conflict.clone() })));
    Ok(Decision::applied(changes))
}

pub(super) fn undo(redemption: OpId, situation: &Situation, context: &Context) -> Decided {
    let voucher = known(situation)?;
    if voucher.status != Status::Used {
        return Err(Refusal::StatusIs { status: voucher.status, since: voucher.since });
    }
    // What was used up in another system rests on its import, which is no redemption.
    if voucher.since.op != redemption || redemption == voucher.sold.op {
        return Err(Refusal::NotStanding);
    }
    if voucher.marks.charged_back.is_some() {
        return Err(Refusal::ChargedBackAlready);
    }
    let made = voucher.since;
    let minutes = match context.role {
        Some(Role::Counter) if made.staff != context.stamp.staff || made.device != context.stamp.device => return Err(Refusal::NotOwnRedemption),
        Some(Role::Counter) => context.policy.counter_undo_minutes,
        _ => context.policy.office_undo_days.saturating_mul(24 * 60),
    };
    let limit = SignedDuration::from_mins(i64::from(minutes));
    let passed = context.stamp.at.duration_since(made.at);
    // A counter's two times come from one clock, so a wrong one does not matter between them, but one that was set back
    // does: it would undo for ever. An office's clock has nothing to do with the till's, and may be behind it.
    if passed > limit || (context.role == Some(Role::Counter) && passed < -limit) {
        return Err(Refusal::TooLateToUndo { minutes });
    }
    let mut changes = given_back(voucher, &situation.open_conflicts, context);
    changes.insert(0, Change::RedemptionUndone { redemption, by: context.stamp.op });
    Ok(Decision::applied(changes))
}

pub(super) fn honour_expired(situation: &Situation, context: &Context) -> Decided {
    let voucher = known(situation)?;
    match voucher.status {
        Status::Expired => {}
        Status::Purchased if voucher.is_overdue(context.stamp.at) || voucher.is_overdue(context.received_at) => {}
        Status::Purchased => return Err(Refusal::NotExpired),
        status => return Err(Refusal::StatusIs { status, since: voucher.since }),
    }
    Ok(accepted(voucher, context.stamp, RedeemMode::Honoured, context))
}

/// Every attempt to redeem is kept, also the one that was refused: accepted + conflicting + rejected + withdrawn = attempted.
pub(super) fn with_attempt_recorded(operation: &Operation, context: &Context, mut decision: Decision) -> Decision {
    if let (Operation::Redeem { voucher, mode, .. }, Outcome::Rejected { .. }) = (operation, &decision.outcome) {
        decision.changes.push(Change::RedemptionRecorded(Redemption {
            voucher: *voucher,
            stamp: context.stamp,
            mode: *mode,
            outcome: RedemptionOutcome::Rejected,
            undone_by: None,
        }));
    }
    decision
}

/// The voucher when its sale has come at last, where others may have honoured it before. If it was over in the system that it comes from,
/// none of them is its use: each collides with that.
pub(super) fn known_at_last(voucher: Voucher, open_conflicts: &[Conflict], changes: &mut Vec<Change>) -> Voucher {
    if voucher.status == Status::Purchased {
        return promote_oldest(voucher, open_conflicts, changes);
    }
    changes.extend(open_conflicts.iter().map(|conflict| {
        Change::Conflict(Conflict {
            accepted: Some(voucher.since),
            kind: ConflictKind::against(voucher.status),
            row_version: conflict.row_version + 1,
            ..conflict.clone()
        })
    }));
    voucher
}

/// The voucher after its sale or after an accepted redemption went away: if others honoured it too, the oldest of them is
/// the accepted one now, and the rest collide with that.
fn promote_oldest(voucher: Voucher, open_conflicts: &[Conflict], changes: &mut Vec<Change>) -> Voucher {
    // Only what collided with another redemption: one honoured after expiry or cancellation is no better for this.
    let mut waiting = open_conflicts
        .iter()
        .filter(|conflict| matches!(conflict.kind, ConflictKind::DoubleRedemption | ConflictKind::UnknownVoucher));
    let Some(oldest) = waiting.next() else { return voucher };
    changes.push(Change::RedemptionPromoted { redemption: oldest.other.op });
    changes.push(Change::Conflict(Conflict { state: ConflictState::Resolved, row_version: oldest.row_version + 1, ..oldest.clone() }));
    changes.extend(waiting.map(|conflict| {
        Change::Conflict(Conflict {
            accepted: Some(oldest.other),
            kind: ConflictKind::DoubleRedemption,
            row_version: conflict.row_version + 1,
            ..conflict.clone()
        })
    }));
    Voucher { status: Status::Used, since: oldest.other, ..voucher }
}

/// The rows after an accepted redemption was undone or withdrawn.
fn given_back(voucher: &Voucher, open_conflicts: &[Conflict], context: &Context) -> Vec<Change> {
    let mut changes = Vec::new();
    let voucher = promote_oldest(standing(voucher, voucher.status_given_back(), context.stamp), open_conflicts, &mut changes);
    changes.insert(0, Change::Voucher(voucher));
    changes
}

/// The redemption that an `honour` or `withdraw` names: of that voucher and by the same device, or there is none.
fn asked<'a>(voucher: VoucherId, op: OpId, situation: &'a Situation, context: &Context) -> Result<&'a Redemption, Refusal> {
    situation
        .redemption
        .as_ref()
        .filter(|redemption| redemption.voucher == voucher && redemption.stamp.op == op && redemption.stamp.device == context.stamp.device)
        .ok_or(Refusal::UnknownRedemption)
}

/// What stands against redeeming: as a conflict, if the goods went, and as a refusal, if they did not.
fn obstacle(voucher: &Voucher, stamp: &Stamp, context: &Context) -> Option<(ConflictKind, Refusal)> {
    if let Err(refusal) = next_status(voucher, StatusChange::Redeem) {
        return Some((ConflictKind::against(voucher.status), refusal));
    }
    // A right clock's word counts until the grace is over; otherwise only the time at which the server got it. It does not
    // matter whether the nightly run has marked the voucher yet.
    let at = if context.clock_right { stamp.at } else { context.received_at };
    match voucher.expires_on {
        Some(expires_on) if voucher.is_overdue(at) || grace_is_over(voucher, context) => {
            Some((ConflictKind::HonouredAfterExpiry, Refusal::Expired { expires_on }))
        }
        _ => None,
    }
}

fn accepted(voucher: &Voucher, stamp: Stamp, mode: RedeemMode, context: &Context) -> Decision {
    Decision::applied(vec![
        Change::Voucher(standing(voucher, Status::Used, context.stamp)),
        Change::RedemptionRecorded(Redemption { voucher: voucher.id, stamp, mode, outcome: RedemptionOutcome::Accepted, undone_by: None }),
    ])
}

/// A new conflict. `facts` is what became of the redemption where it was recorded before; otherwise it is recorded now.
fn conflicting(id: VoucherId, kind: ConflictKind, situation: &Situation, other: Stamp, facts: &[Change]) -> Decision {
    let recorded = Redemption { voucher: id, stamp: other, mode: RedeemMode::Honoured, outcome: RedemptionOutcome::Conflict, undone_by: None };
    let facts = if facts.is_empty() { vec![Change::RedemptionRecorded(recorded)] } else { facts.to_vec() };
    let conflict = Conflict {
        id: ConflictId::from(other.op),
        voucher: id,
        kind,
        accepted: situation.voucher.as_ref().map(|voucher| voucher.since),
        other,
        state: ConflictState::Open,
        settled: None,
        row_version: 1,
    };
    let outcome = Outcome::Conflict { conflict: conflict.id, conflict_kind: kind };
    Decision { outcome, changes: facts.into_iter().chain([Change::Conflict(conflict)]).collect() }
}
