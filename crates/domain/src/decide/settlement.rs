//! Settle a conflict. Who bears the loss is a fact for the books; the voucher's status does not change.

use super::{Change, Context, Decided, Decision, Situation};
use crate::{
    conflict::{Conflict, ConflictState, Settled},
    operation::Operation,
    outcome::Refusal,
};

pub(super) fn settle(operation: &Operation, situation: &Situation, context: &Context) -> Decided {
    let Operation::SettleConflict { conflict: id, voucher, seen_version, settlement, reason } = operation else {
        return Err(Refusal::Unreadable { detail: "not a settlement".to_owned() });
    };
    // One of another voucher would stand in the wrong history, and be written without that voucher's lock.
    let conflict = situation
        .conflict
        .as_ref()
        .filter(|conflict| conflict.id == *id && conflict.voucher == *voucher)
        .ok_or(Refusal::UnknownConflict)?;
    if conflict.state != ConflictState::Open {
        return Err(Refusal::ConflictClosed);
    }
    if conflict.row_version != *seen_version {
        return Err(Refusal::ConflictChanged);
    }
    let settled = Settled { settlement: *settlement, reason: reason.clone(), by: context.stamp };
    Ok(Decision::applied(vec![Change::Conflict(Conflict {
        state: ConflictState::Settled,
        settled: Some(settled),
        row_version: conflict.row_version + 1,
        ..conflict.clone()
    })]))
}
