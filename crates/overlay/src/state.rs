//! The rows of one voucher while operations are replayed over them.

use std::collections::HashMap;

use beadsbox_domain::{Change, Conflict, ConflictState, OpId, Operation, Outcome, RedeemMode, Redemption, RedemptionOutcome, Situation, Status, Voucher};
use beadsbox_protocol::OperationBody;

/// A voucher, its conflicts, and what became of the redemptions made here.
#[derive(Debug, Clone, Default)]
pub struct VoucherState {
    /// As shown; none where this device does not know it.
    pub voucher: Option<Voucher>,
    /// Its conflicts, in the order in which they became known.
    pub conflicts: Vec<Conflict>,
    /// The redemptions made here.
    pub redemptions: HashMap<OpId, Redemption>,
}

impl VoucherState {
    /// What an operation on this voucher finds. A sale finds what it names: this device sold it.
    pub fn situation(&self, body: &OperationBody, code_taken: bool) -> Situation {
        let conflict = match &body.operation {
            Operation::SettleConflict { conflict, .. } => self.conflicts.iter().find(|known| known.id == *conflict).cloned(),
            _ => None,
        };
        let redemption = match &body.operation {
            Operation::Honour { redemption, .. } | Operation::Withdraw { redemption, .. } => self.redemptions.get(redemption).copied(),
            _ => None,
        };
        let mut situation = Situation {
            code_taken,
            voucher: self.voucher.clone(),
            redemption,
            open_conflicts: self.conflicts.iter().filter(|conflict| conflict.state == ConflictState::Open).cloned().collect(),
            conflict,
            ..Situation::default()
        };
        situation.trust_sale(&body.operation, body.stamp());
        situation
    }

    /// What became of a redemption without an outcome that the rows hold already: after an older copy of the device's operations was
    /// put back, or where the answer to an `honour` is still on its way, the cached rows know more than these do. It does not collide
    /// with itself.
    pub(crate) fn outcome_in_the_rows(&self, body: &OperationBody) -> Option<Outcome> {
        let redemption = self.redemption_to_be_taken(body)?;
        if self.voucher.as_ref().is_some_and(|voucher| voucher.status == Status::Used && voucher.since.op == redemption) {
            return Some(Outcome::Applied);
        }
        let conflict = self.conflicts.iter().find(|conflict| conflict.other.op == redemption)?;
        Some(Outcome::Conflict { conflict: conflict.id, conflict_kind: conflict.kind })
    }

    /// The redemption that the operation would have the server take: its own, or the refused one that it honours.
    fn redemption_to_be_taken(&self, body: &OperationBody) -> Option<OpId> {
        match &body.operation {
            Operation::Redeem { .. } | Operation::HonourExpired { .. } => Some(body.op),
            Operation::Honour { redemption, .. } => self
                .redemptions
                .get(redemption)
                .filter(|known| known.outcome == RedemptionOutcome::Rejected)
                .map(|known| known.stamp.op),
            _ => None,
        }
    }

    /// Writes what an operation changed.
    pub(crate) fn apply(&mut self, change: Change) {
        match change {
            Change::Voucher(voucher) => self.voucher = Some(voucher),
            Change::Conflict(conflict) => self.put_conflict(conflict),
            Change::RedemptionRecorded(redemption) | Change::RedemptionChanged(redemption) => {
                self.redemptions.insert(redemption.stamp.op, redemption);
            }
            Change::RedemptionUndone { redemption, by } => {
                if let Some(known) = self.redemptions.get_mut(&redemption) {
                    known.undone_by = Some(by);
                }
            }
            Change::RedemptionPromoted { redemption } => {
                if let Some(known) = self.redemptions.get_mut(&redemption) {
                    known.outcome = RedemptionOutcome::Accepted;
                }
            }
            Change::Template(_) | Change::CashMoved { .. } | Change::DayClosed { .. } => {}
        }
    }

    /// A conflict's new row, at its old place.
    pub(crate) fn put_conflict(&mut self, conflict: Conflict) {
        match self.conflicts.iter_mut().find(|known| known.id == conflict.id) {
            Some(known) => *known = conflict,
            None => self.conflicts.push(conflict),
        }
    }

    /// What the server's outcome says about the redemptions made here.
    pub(crate) fn note_outcome(&mut self, body: &OperationBody, outcome: &Outcome) {
        let applied = *outcome == Outcome::Applied;
        match &body.operation {
            Operation::Redeem { voucher, mode, .. } => {
                self.note_redemption(Redemption { voucher: *voucher, stamp: body.stamp(), mode: *mode, outcome: became(outcome), undone_by: None });
            }
            Operation::HonourExpired { voucher, .. } => {
                let mode = RedeemMode::Honoured;
                self.note_redemption(Redemption { voucher: *voucher, stamp: body.stamp(), mode, outcome: became(outcome), undone_by: None });
            }
            Operation::Honour { redemption, .. } => {
                if let Some(known) = self.redemptions.get_mut(redemption).filter(|_| !matches!(outcome, Outcome::Rejected { .. })) {
                    known.mode = RedeemMode::Honoured;
                    if known.outcome == RedemptionOutcome::Rejected {
                        known.outcome = became(outcome);
                    }
                }
            }
            Operation::Withdraw { redemption, .. } if applied => {
                if let Some(known) = self.redemptions.get_mut(redemption) {
                    known.outcome = RedemptionOutcome::Withdrawn;
                }
            }
            Operation::UndoRedemption { redemption, .. } if applied => {
                if let Some(known) = self.redemptions.get_mut(redemption) {
                    known.undone_by = Some(body.op);
                }
            }
            _ => {}
        }
    }

    fn note_redemption(&mut self, redemption: Redemption) {
        self.redemptions.insert(redemption.stamp.op, redemption);
    }
}

const fn became(outcome: &Outcome) -> RedemptionOutcome {
    match outcome {
        Outcome::Applied => RedemptionOutcome::Accepted,
        Outcome::Conflict { .. } => RedemptionOutcome::Conflict,
        Outcome::Rejected { .. } => RedemptionOutcome::Rejected,
    }
}
