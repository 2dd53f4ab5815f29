//! Settle a conflict. Who bears the loss is a fact for the books; the voucher's status does not change.

use super::{Change, Context, Decided, Decision, Situation};
use crate::{
    conflict::{Conflict, ConflictState, Settled, Settlement},
    outcome::Refusal,
    text::Reason,
};

pub(super) fn settle(seen_version: u64, settlement: Settlement, reason: &Reason, situation: &Situation, context: &Context) -> Decided {
    let conflict = situation.conflict.as_ref().ok_or(Refusal::UnknownConflict)?;
    if conflict.state != ConflictState::Open {
        return Err(Refusal::ConflictClosed);
    }
    if conflict.row_version != seen_version {
        return Err(Refusal::ConflictChanged);
    }
    let settled = Settled { settlement, reason: reason.clone(), by: context.stamp };
    Ok(Decision::applied(vec![Change::Conflict(Conflict {
        state: ConflictState::Settled,
        settled: Some(settled),
        row_version: conflict.row_version + 1,
        ..conflict.clone()
    })]))
}
