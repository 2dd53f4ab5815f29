//! Operations that the server has decided and the cached row does not show yet. Its word counts, also where the cached row
//! would have it otherwise: that row is older.

use beadsbox_domain::{
    Change, Conflict, ConflictId, ConflictKind, ConflictState, Decision, Marks, Operation, Outcome, Stamp, Status, Template, Voucher, conflict::Settled,
};
use beadsbox_protocol::OperationBody;

use crate::state::VoucherState;

/// Replays such an operation over a voucher. `foretold` is what the rules make of it on the cached row.
pub(crate) fn replay(state: &mut VoucherState, body: &OperationBody, outcome: &Outcome, version: Option<u64>, foretold: Decision) {
    let before = state.voucher.as_ref().map(|voucher| voucher.row_version);
    match outcome {
        Outcome::Rejected { .. } => {}
        Outcome::Applied if foretold.outcome == Outcome::Applied => apply_rows(state, foretold),
        Outcome::Applied => force(state, body),
        // The row says already that this one became the accepted one; only the conflict's row is still on its way.
        Outcome::Conflict { .. } if rests_on_collided(state, body) => {}
        Outcome::Conflict { conflict, conflict_kind } => {
            // The voucher is shown as it was while the operation waited, but its row did not change: what collided is the conflict's.
            if !matches!(foretold.outcome, Outcome::Rejected { .. }) {
                apply_rows(state, foretold);
            }
            // In an empty cache a conflict of long ago may be settled by now: its row will tell.
            if before.is_some() || *conflict_kind == ConflictKind::UnknownVoucher {
                put_missing_conflict(state, body, *conflict, *conflict_kind);
            }
        }
    }
    // Which version it made, the server has said; a restored one makes one version of several operations.
    if let Some((voucher, version)) = state.voucher.as_mut().zip(before.max(version)) {
        voucher.row_version = version;
    }
    state.note_outcome(body, outcome);
}

fn apply_rows(state: &mut VoucherState, foretold: Decision) {
    let rows = foretold.changes.into_iter().filter(|change| matches!(change, Change::Voucher(_) | Change::Conflict(_)));
    rows.for_each(|row| state.apply(row));
}

/// The redemption that collided: the operation's own, or the one that it honoured.
fn collided(state: &VoucherState, body: &OperationBody) -> Stamp {
    match &body.operation {
        Operation::Honour { redemption, .. } => state.redemptions.get(redemption).map_or(body.stamp(), |known| known.stamp),
        _ => body.stamp(),
    }
}

fn rests_on_collided(state: &VoucherState, body: &OperationBody) -> bool {
    let collided = collided(state, body).op;
    state.voucher.as_ref().is_some_and(|voucher| voucher.status == Status::Used && voucher.since.op == collided)
}

fn put_missing_conflict(state: &mut VoucherState, body: &OperationBody, id: ConflictId, kind: ConflictKind) {
    if state.conflicts.iter().any(|known| known.id == id) {
        return;
    }
    let other = collided(state, body);
    let voucher = match body.operation.subject() {
        beadsbox_domain::operation::Subject::Voucher(voucher) => voucher,
        beadsbox_domain::operation::Subject::Template(_) | beadsbox_domain::operation::Subject::Till => return,
    };
    let accepted = state.voucher.as_ref().map(|voucher| voucher.since).filter(|since| since.op != other.op);
    state.put_conflict(Conflict { id, voucher, kind, accepted, other, state: ConflictState::Open, settled: None, row_version: 1 });
}

/// What an applied operation makes of a voucher, whatever stood against it on the older row.
fn force(state: &mut VoucherState, body: &OperationBody) {
    let stamp = body.stamp();
    let (status, since) = match &body.operation {
        Operation::Redeem { .. } | Operation::HonourExpired { .. } => (Status::Used, stamp),
        Operation::Honour { .. } => (Status::Used, collided(state, body)),
        Operation::Cancel { .. } => (Status::Cancelled, stamp),
        Operation::Refund { .. } => (Status::Refunded, stamp),
        Operation::UndoRedemption { .. } | Operation::Withdraw { .. } => (state.voucher.as_ref().map_or(Status::Purchased, Voucher::status_given_back), stamp),
        Operation::Extend { .. } | Operation::Replace { .. } | Operation::Chargeback { .. } => {
            state.voucher = state.voucher.take().map(|voucher| corrected(voucher, &body.operation, stamp));
            return;
        }
        Operation::SettleConflict { conflict, settlement, reason, .. } => {
            let settled = Settled { settlement: *settlement, reason: reason.clone(), by: stamp };
            if let Some(known) = state.conflicts.iter_mut().find(|known| known.id == *conflict) {
                known.state = ConflictState::Settled;
                known.settled = Some(settled);
            }
            return;
        }
        _ => return,
    };
    if let Some(voucher) = state.voucher.take() {
        state.voucher = Some(Voucher { status, since, ..voucher });
    }
}

/// What a correction makes of a voucher beside or without its status.
fn corrected(voucher: Voucher, correction: &Operation, stamp: Stamp) -> Voucher {
    let marks = voucher.marks.clone();
    match correction {
        Operation::Extend { expires_on, expires_at, .. } => {
            let revived = voucher.status == Status::Expired;
            let (status, since) = if revived { (Status::Purchased, stamp) } else { (voucher.status, voucher.since) };
            Voucher { status, since, expires_on: Some(*expires_on), expires_at: Some(*expires_at), ..voucher }
        }
        Operation::Replace { by, .. } => Voucher { status: Status::Replaced, since: stamp, marks: Marks { replaced_by: Some(*by), ..marks }, ..voucher },
        Operation::Chargeback { .. } => {
            let owed = matches!(voucher.status, Status::Purchased | Status::Cancelled);
            let (status, since) = if owed { (Status::Refunded, stamp) } else { (voucher.status, voucher.since) };
            Voucher { status, since, marks: Marks { charged_back: Some(stamp.op), ..marks }, ..voucher }
        }
        _ => voucher,
    }
}

/// Replays such an operation over a template.
pub(crate) fn replay_template(
    template: Option<Template>,
    body: &OperationBody,
    outcome: &Outcome,
    version: Option<u64>,
    foretold: Decision,
) -> Option<Template> {
    let before = template.as_ref().map(|template| template.row_version);
    let mut template = match (outcome, &foretold.outcome) {
        (Outcome::Applied, Outcome::Applied) => new_template(foretold).or(template),
        (Outcome::Applied, _) => template.map(|template| forced_template(template, body)),
        _ => template,
    };
    if let Some((template, version)) = template.as_mut().zip(before.max(version)) {
        template.row_version = version;
    }
    template
}

/// The template's new row in a decision.
pub(crate) fn new_template(decision: Decision) -> Option<Template> {
    decision.changes.into_iter().find_map(|change| match change {
        Change::Template(template) => Some(template),
        _ => None,
    })
}

fn forced_template(template: Template, body: &OperationBody) -> Template {
    let changed = body.stamp();
    match &body.operation {
        Operation::EditTemplate { based_on, content, .. } => {
            Template { content: content.clone(), version: template.version.max(based_on.saturating_add(1)), changed, ..template }
        }
        Operation::ArchiveTemplate { archived, .. } => Template { archived: *archived, changed, ..template },
        _ => template,
    }
}
