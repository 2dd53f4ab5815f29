//! A voucher with its redemptions and conflicts, folded.
//!
//! `beadsbox_domain::decide` says what each operation does. Where it says otherwise than people were told, something is not back
//! yet, or something was decided since that contradicts it:
//!
//! * Told to hold, and another redemption stands that was decided in the same epoch: that one had been taken back by then, and
//!   whoever took it back will come. Until then this operation stands for it.
//! * Told to hold, and what stands was decided in an older epoch: the server did not know of it when it told so. What
//!   stands stays, and this one is the other side of a conflict.
//! * Told to be in conflict, and nothing stands against it: it is accepted until the other side comes back, so that nobody
//!   redeems the voucher once more.
//! * Told to be refused: it is, whatever stands.

use std::collections::HashMap;

use beadsbox_domain::{
    Change, Conflict, ConflictId, ConflictState, Decision, OpId, Operation, Outcome, RedeemMode, Redemption, RedemptionOutcome, Situation, Stamp, Status,
    Voucher, VoucherId, conflict::ConflictKind, decide,
};
use jiff::tz::TimeZone;

use super::{as_told, in_order};
use crate::{
    told::{Told, era},
    world::{Placed, World},
};

/// The rows of one voucher.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// The voucher; none while its sale is unknown.
    pub voucher: Option<Voucher>,
    /// Every attempt to redeem it.
    pub redemptions: HashMap<OpId, Redemption>,
    /// In the order in which the server took them.
    pub conflicts: Vec<Placed>,
}

/// The rows after all these operations; `before` are the rows as they stand. `zone` is the shop's where the sale is the one that
/// arrives. Row versions go on from those that stand.
pub fn fold(id: VoucherId, decided: &[Told], arriving: &Told, before: &Rows, zone: &TimeZone) -> Rows {
    let mut line = in_order(decided, arriving, is_sale, |told| rests_on_a_sale(told, decided.iter().chain([arriving])));
    let mut folding = Folding {
        id,
        before,
        zone,
        eras: line.iter().map(|told| (told.body.op, era(told.commit_no))).collect(),
        told_kinds: line.iter().filter_map(|told| told_conflict(told)).collect(),
        world: World::default(),
    };
    let sold = line.iter().any(|told| is_sale(told));
    if before.voucher.is_some() && !sold {
        // What stands rests on more than is here: go on from it.
        folding.world = World {
            vouchers: before.voucher.iter().map(|voucher| (id, voucher.clone())).collect(),
            redemptions: before.redemptions.clone(),
            conflicts: before.conflicts.clone(),
            ..World::default()
        };
        line = vec![arriving];
    }
    for told in line {
        folding.take(told);
    }
    folding.end()
}

const fn is_sale(told: &Told) -> bool {
    matches!(told.outcome, Outcome::Applied) && matches!(told.body.operation, Operation::Sell { .. })
}

const fn told_conflict(told: &Told) -> Option<(ConflictId, ConflictKind)> {
    if let Outcome::Conflict { conflict, conflict_kind } = &told.outcome {
        Some((*conflict, *conflict_kind))
    } else {
        None
    }
}

/// Nothing of the kind is told of a voucher that nobody sold. `all`: what is told of it.
fn rests_on_a_sale<'a>(told: &Told, mut all: impl Iterator<Item = &'a Told> + Clone) -> bool {
    match (&told.outcome, &told.body.operation) {
        // The redemption had been refused, or had collided with nothing but that nobody knew the voucher.
        (Outcome::Applied, Operation::Honour { redemption, .. }) => {
            let was_refused = all.clone().any(|asked| asked.body.op == *redemption && matches!(asked.outcome, Outcome::Rejected { .. }));
            // Honoured before, it had collided already: doing it again changed nothing.
            let had_collided = all.any(|before| {
                before.commit_no < told.commit_no
                    && matches!(before.outcome, Outcome::Conflict { .. })
                    && matches!(before.body.operation, Operation::Honour { redemption: honoured, .. } if honoured == *redemption)
            });
            was_refused && !had_collided
        }
        (Outcome::Applied, operation) => !matches!(operation, Operation::Sell { .. } | Operation::Withdraw { .. } | Operation::SettleConflict { .. }),
        (Outcome::Conflict { conflict_kind, .. }, _) => !matches!(conflict_kind, ConflictKind::UnknownVoucher),
        (Outcome::Rejected { .. }, _) => false,
    }
}

struct Folding<'a> {
    id: VoucherId,
    before: &'a Rows,
    zone: &'a TimeZone,
    /// Which epoch's server decided each operation.
    eras: HashMap<OpId, i64>,
    /// The conflicts that people were told of.
    told_kinds: HashMap<ConflictId, ConflictKind>,
    world: World,
}

impl Folding<'_> {
    fn take(&mut self, told: &Told) {
        if let Outcome::Rejected { .. } = told.outcome {
            if let Operation::Redeem { mode, .. } = told.body.operation {
                self.record(told.body.stamp(), mode, RedemptionOutcome::Rejected);
            }
            return;
        }
        if told.outcome == Outcome::Applied && !self.world.vouchers.contains_key(&self.id) && self.take_unsold(told) {
            return;
        }
        let mut decision = self.decide(told);
        if told.outcome == Outcome::Applied && decision.outcome != Outcome::Applied && self.displace(told) {
            decision = self.decide(told);
        }
        match (&told.outcome, &decision.outcome) {
            // What a last day forbade stays forbidden: no other operation makes it right.
            (Outcome::Conflict { conflict_kind: kind @ ConflictKind::HonouredAfterExpiry, .. }, Outcome::Applied) => self.collide(told, *kind),
            (_, Outcome::Rejected { .. }) => self.contradicted(told),
            _ => self.apply(told, decision),
        }
    }

    fn decide(&self, told: &Told) -> Decision {
        let mut operation = told.body.operation.clone();
        match &mut operation {
            // A collision makes a conflict of it, and never a refusal.
            Operation::Redeem { mode, .. } => *mode = RedeemMode::Honoured,
            Operation::SettleConflict { conflict, seen_version, .. } => {
                let found = self.world.conflicts.iter().find(|placed| placed.conflict.id == *conflict);
                *seen_version = found.map_or(*seen_version, |placed| placed.conflict.row_version);
            }
            // It was taken on the last day that was known then, and what had moved that day may be lost.
            Operation::Replace { replacement, .. } => *replacement = None,
            _ => {}
        }
        decide(&operation, &self.situation(&operation, told), &as_told(told, self.zone))
    }

    fn situation(&self, operation: &Operation, told: &Told) -> Situation {
        let mut situation = self.world.situation(operation);
        situation.trust_sale(operation, told.body.stamp());
        // Whoever took it looked at that.
        situation.code_taken = false;
        situation
    }

    fn apply(&mut self, told: &Told, decision: Decision) {
        for mut change in decision.changes {
            match (&mut change, &told.body.operation) {
                (Change::RedemptionRecorded(made), Operation::Redeem { mode, .. }) => made.mode = *mode,
                (Change::Voucher(voucher), Operation::Sell { .. }) => {
                    if let Some(before) = self.before.voucher.as_ref().filter(|before| before.sold.op == voucher.sold.op) {
                        (voucher.expires_on, voucher.expires_at) = (before.expires_on, before.expires_at);
                    }
                }
                _ => {}
            }
            self.world.apply(&change, told.commit_no);
        }
    }

    /// Told to hold, and the sale is not back: the last one stands, and what was undone was. Whether it was done here.
    fn take_unsold(&mut self, told: &Told) -> bool {
        let redemption = match told.body.operation {
            Operation::Redeem { mode, .. } => Redemption { mode, ..self.attempt(told.body.stamp()) },
            Operation::HonourExpired { .. } => self.attempt(told.body.stamp()),
            Operation::Honour { redemption, .. } => match self.world.redemptions.get(&redemption) {
                Some(made) => Redemption { mode: RedeemMode::Honoured, ..*made },
                None => return false,
            },
            Operation::UndoRedemption { redemption, .. } => match self.world.redemptions.get(&redemption) {
                Some(made) => Redemption { undone_by: Some(told.body.op), ..*made },
                None => return false,
            },
            _ => return false,
        };
        let stands = |made: &Redemption| made.outcome == RedemptionOutcome::Accepted && made.undone_by.is_none();
        if redemption.undone_by.is_none() && matches!(redemption.outcome, RedemptionOutcome::Accepted | RedemptionOutcome::Rejected) {
            for made in self.world.redemptions.values_mut().filter(|made| stands(made) && made.stamp.op != redemption.stamp.op) {
                made.undone_by = Some(told.body.op);
            }
            let accepted = Redemption { outcome: RedemptionOutcome::Accepted, ..redemption };
            self.world.redemptions.insert(accepted.stamp.op, accepted);
        } else {
            self.world.redemptions.insert(redemption.stamp.op, redemption);
        }
        true
    }

    /// What stands against an operation that was told to hold was decided in the same epoch: it had been taken back by then.
    fn displace(&mut self, told: &Told) -> bool {
        let Some(voucher) = self.world.vouchers.get_mut(&self.id).filter(|voucher| voucher.status == Status::Used) else {
            return false;
        };
        let standing = voucher.since.op;
        let same_epoch = self.eras.get(&standing).is_some_and(|decided| *decided == era(told.commit_no));
        let redeems_or_cancels = matches!(
            told.body.operation,
            Operation::Redeem { .. }
                | Operation::Honour { .. }
                | Operation::HonourExpired { .. }
                | Operation::Cancel { .. }
                | Operation::Replace { .. }
                | Operation::Expire { .. }
        );
        if !(same_epoch && redeems_or_cancels) {
            return false;
        }
        (voucher.status, voucher.since) = (Status::Purchased, voucher.sold);
        voucher.row_version += 1;
        if let Some(redemption) = self.world.redemptions.get_mut(&standing) {
            redemption.undone_by = Some(told.body.op);
        }
        true
    }

    /// Told to hold, and what stands from before the restore does not allow it.
    fn contradicted(&mut self, told: &Told) {
        let Some(status) = self.world.vouchers.get(&self.id).map(|voucher| voucher.status) else { return };
        match &told.body.operation {
            Operation::HonourExpired { .. } => self.collide(told, ConflictKind::against(status)),
            // Money is owed for a voucher whose goods went: a person must look at it.
            Operation::Cancel { .. } if status == Status::Used => self.open_conflict(told, ConflictKind::HonouredAfterCancellation),
            // So it is where another voucher was issued for it.
            Operation::Replace { .. } if status == Status::Used => self.open_conflict(told, ConflictKind::HonouredAfterReplacement),
            Operation::Refund { .. } if status == Status::Used => {
                let cancelled = |conflict: &&mut Conflict| conflict.kind == ConflictKind::HonouredAfterCancellation && conflict.state == ConflictState::Open;
                if let Some(conflict) = self.world.conflicts.iter_mut().map(|placed| &mut placed.conflict).find(cancelled) {
                    conflict.kind = ConflictKind::HonouredAfterRefund;
                    conflict.row_version += 1;
                }
            }
            Operation::UndoRedemption { redemption, .. } => self.undo_other_side(*redemption, told.body.op),
            _ => {}
        }
    }

    /// The redemption happened, and something stands against it.
    fn collide(&mut self, told: &Told, kind: ConflictKind) {
        let (stamp, mode) = match told.body.operation {
            Operation::Redeem { mode, .. } => (told.body.stamp(), mode),
            Operation::Honour { redemption, .. } => match self.world.redemptions.get(&redemption) {
                Some(asked) => (asked.stamp, RedeemMode::Honoured),
                None => return,
            },
            _ => (told.body.stamp(), RedeemMode::Honoured),
        };
        self.record(stamp, mode, RedemptionOutcome::Conflict);
        self.open(told, stamp, kind);
    }

    fn open_conflict(&mut self, told: &Told, kind: ConflictKind) {
        self.open(told, told.body.stamp(), kind);
    }

    fn open(&mut self, told: &Told, other: Stamp, kind: ConflictKind) {
        let conflict = Conflict {
            id: ConflictId::from(other.op),
            voucher: self.id,
            kind,
            accepted: self.world.vouchers.get(&self.id).map(|voucher| voucher.since),
            other,
            state: ConflictState::Open,
            settled: None,
            row_version: 1,
        };
        self.world.apply(&Change::Conflict(conflict), told.commit_no);
    }

    /// The redemption that was undone is not the accepted one any more, but the other side of a conflict.
    fn undo_other_side(&mut self, redemption: OpId, by: OpId) {
        let Some(made) = self.world.redemptions.get_mut(&redemption).filter(|made| made.outcome == RedemptionOutcome::Conflict) else {
            return;
        };
        made.undone_by = Some(by);
        for placed in &mut self.world.conflicts {
            let conflict = &mut placed.conflict;
            if conflict.other.op == redemption && conflict.state == ConflictState::Open {
                conflict.state = ConflictState::Resolved;
                conflict.row_version += 1;
            }
        }
    }

    const fn attempt(&self, stamp: Stamp) -> Redemption {
        Redemption { voucher: self.id, stamp, mode: RedeemMode::Honoured, outcome: RedemptionOutcome::Accepted, undone_by: None }
    }

    fn record(&mut self, stamp: Stamp, mode: RedeemMode, outcome: RedemptionOutcome) {
        self.world.redemptions.insert(stamp.op, Redemption { mode, outcome, ..self.attempt(stamp) });
    }

    /// The rows, with versions that go on from those that stand.
    fn end(mut self) -> Rows {
        let voucher = self.world.vouchers.remove(&self.id).or_else(|| self.before.voucher.clone());
        let mut conflicts: Vec<Placed> = self.world.conflicts.into_iter().map(|placed| versioned_conflict(placed, &self.before.conflicts)).collect();
        let gone = self.before.conflicts.iter().filter(|before| !conflicts.iter().any(|placed| placed.conflict.id == before.conflict.id));
        let gone: Vec<Placed> = gone.map(|placed| closed(placed, self.told_kinds.get(&placed.conflict.id).copied())).collect();
        conflicts.extend(gone);
        conflicts.sort_by_key(|placed| placed.taken_no);
        Rows { voucher: voucher.map(|voucher| versioned_voucher(voucher, self.before.voucher.as_ref())), redemptions: self.world.redemptions, conflicts }
    }
}

fn versioned_voucher(voucher: Voucher, before: Option<&Voucher>) -> Voucher {
    let row_version = before.map_or(1, |before| {
        let same = Voucher { row_version: before.row_version, ..voucher.clone() } == *before;
        before.row_version + u64::from(!same)
    });
    Voucher { row_version, ..voucher }
}

fn versioned_conflict(placed: Placed, before: &[Placed]) -> Placed {
    let row_version = match before.iter().map(|before| &before.conflict).find(|before| before.id == placed.conflict.id) {
        None => 1,
        Some(before) => {
            let same = Conflict { row_version: before.row_version, ..placed.conflict.clone() } == *before;
            before.row_version + u64::from(!same)
        }
    };
    Placed { conflict: Conflict { row_version, ..placed.conflict }, ..placed }
}

/// A conflict that was none, as everything that is back says. Devices have its row, so it stays, closed, and says what people were told:
/// what it looked like on the way here is by chance.
fn closed(placed: &Placed, told: Option<ConflictKind>) -> Placed {
    let mut conflict = placed.conflict.clone();
    if let Some(kind) = told {
        conflict.kind = kind;
        conflict.accepted = conflict.accepted.filter(|_| kind != ConflictKind::UnknownVoucher);
    }
    if conflict.state == ConflictState::Open {
        conflict.state = ConflictState::Resolved;
    }
    if conflict != placed.conflict {
        conflict.row_version += 1;
    }
    Placed { conflict, ..*placed }
}
