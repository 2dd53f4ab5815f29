//! What was done on this device, and what became of it.

use beadsbox_domain::{ConflictId, ConflictState, OpId, Operation, Outcome, RedemptionOutcome, Status, Voucher, VoucherId, operation::Subject};

use super::View;
use crate::{
    effective::entry::VoucherEntry,
    error::StoreError,
    outbox::{own, redemptions},
    types::{OpState, OpenAsk, OwnOperation, RecentRedemption, RedemptionState},
};

impl View<'_> {
    /// This device's operations on a voucher or template, the oldest first.
    pub fn own_operations(&self, subject: Subject) -> Result<Vec<OwnOperation>, StoreError> {
        let rows = self.recorded(own::of_subject(self.outbox()?, subject))?;
        Ok(rows.into_iter().map(|row| row.own).collect())
    }

    /// One operation of this device.
    pub fn own_operation(&self, op: OpId) -> Result<Option<OwnOperation>, StoreError> {
        Ok(self.recorded(own::find(self.outbox()?, op))?.map(|row| row.own))
    }

    /// The refused ones that nobody has taken note of, the oldest first.
    pub fn refused(&self) -> Result<Vec<OwnOperation>, StoreError> {
        let rows = self.recorded(own::refused(self.outbox()?))?;
        Ok(rows.into_iter().map(|row| row.own).collect())
    }

    /// The asked redemptions that a crash left open, the oldest first.
    pub fn open_asks(&self) -> Result<Vec<OpenAsk>, StoreError> {
        self.recorded(redemptions::open_asks(self.outbox()?))
    }

    /// The last redemptions made here, the newest first.
    pub fn recent_redemptions(&self, limit: usize) -> Result<Vec<RecentRedemption>, StoreError> {
        let recent = self.recorded(redemptions::recent(self.outbox()?, limit))?;
        let mut found = Vec::with_capacity(recent.len());
        for (op, subject) in recent {
            if let Subject::Voucher(voucher) = subject {
                found.extend(self.redemption(op, voucher)?);
            }
        }
        Ok(found)
    }

    /// What became of a redemption made here; none where it is no such one.
    pub fn redemption_state(&self, op: OpId) -> Result<Option<RedemptionState>, StoreError> {
        let Some(row) = self.recorded(own::find(self.outbox()?, op))? else { return Ok(None) };
        match row.own.body.operation.subject() {
            Subject::Voucher(voucher) => Ok(self.redemption(op, voucher)?.map(|redemption| redemption.state)),
            Subject::Template(_) => Ok(None),
        }
    }

    fn redemption(&self, op: OpId, voucher: VoucherId) -> Result<Option<RecentRedemption>, StoreError> {
        let entry = self.entry(voucher)?;
        let Some(made) = entry.own.iter().find(|row| row.own.body.op == op).map(|row| &row.own) else { return Ok(None) };
        if !matches!(made.body.operation, Operation::Redeem { .. } | Operation::HonourExpired { .. }) {
            return Ok(None);
        }
        let body = &made.body;
        let state = state_of(&entry, made);
        Ok(Some(RecentRedemption { op, voucher, brief: entry.brief(), at: body.at, staff: body.staff, shop: body.shop, state }))
    }
}

/// The redemption, what followed it here, and what the server says of its voucher, in one word.
fn state_of(entry: &VoucherEntry, made: &OwnOperation) -> RedemptionState {
    let op = made.body.op;
    let undecided = made.outcome.is_none();
    let Some(redemption) = entry.state.redemptions.get(&op) else {
        return if undecided { RedemptionState::Waiting } else { RedemptionState::Refused };
    };
    if redemption.outcome == RedemptionOutcome::Withdrawn {
        return RedemptionState::Withdrawn;
    }
    if redemption.undone_by.is_some() {
        return RedemptionState::Undone;
    }
    if made.state == OpState::Quarantined && undecided {
        return RedemptionState::Quarantined;
    }
    if undecided || (was_refused(made) && is_being_honoured(entry, op)) {
        return RedemptionState::Waiting;
    }
    match redemption.outcome {
        RedemptionOutcome::Accepted => standing(entry, op),
        // The one that came first was undone since, and this one took its place.
        RedemptionOutcome::Conflict if has_state(entry, op, ConflictState::Resolved) || row_rests_on(entry, op) => standing(entry, op),
        RedemptionOutcome::Conflict => RedemptionState::Conflict,
        RedemptionOutcome::Rejected => RedemptionState::Refused,
        RedemptionOutcome::Withdrawn => RedemptionState::Withdrawn,
    }
}

/// An accepted redemption stands while its voucher rests on it. If not, somebody undid it, or a receipt from before a restore of the
/// server told of another one that came first.
fn standing(entry: &VoucherEntry, op: OpId) -> RedemptionState {
    match entry.voucher() {
        Some(voucher) if !rests_on(voucher, op) && has_state(entry, op, ConflictState::Open) => RedemptionState::Conflict,
        Some(voucher) if !rests_on(voucher, op) => RedemptionState::Undone,
        _ => RedemptionState::Confirmed,
    }
}

/// Of the server's row, which may come before the conflict's.
fn row_rests_on(entry: &VoucherEntry, op: OpId) -> bool {
    entry.base.as_ref().is_some_and(|base| rests_on(&base.voucher, op))
}

/// Whether there is a conflict about that redemption, in that state.
fn has_state(entry: &VoucherEntry, op: OpId, state: ConflictState) -> bool {
    let conflict = entry.state.conflicts.iter().find(|conflict| conflict.id == ConflictId::from(op));
    conflict.is_some_and(|conflict| conflict.state == state)
}

fn rests_on(voucher: &Voucher, op: OpId) -> bool {
    voucher.status == Status::Used && voucher.since.op == op
}

fn was_refused(made: &OwnOperation) -> bool {
    matches!(made.outcome, Some(Outcome::Rejected { .. }))
}

/// The goods went after all, and the server has not said what it makes of that.
fn is_being_honoured(entry: &VoucherEntry, op: OpId) -> bool {
    entry.own.iter().any(|row| {
        row.own.state != OpState::Acknowledged
            && row.own.outcome.is_none()
            && matches!(row.own.body.operation, Operation::Honour { redemption, .. } if redemption == op)
    })
}
