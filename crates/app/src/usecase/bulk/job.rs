//! How far an action for many vouchers is.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use beadsbox_domain::{Money, StaffId, VoucherCode, VoucherId};

use super::super::selection::add;
use crate::{
    error::AppError,
    view::{BulkPhase, BulkReason, BulkResult, BulkView, RefusalView, VoucherAction},
};

/// One action for many vouchers.
pub(crate) struct Bulk {
    pub(super) action: VoucherAction,
    pub(super) staff: StaffId,
    stopped: AtomicBool,
    state: Mutex<State>,
}

/// What became of a voucher, or what will.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Allowed,
    Recorded,
    /// The place of why.
    Refused(u32),
}

/// One of the vouchers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) voucher: VoucherId,
    pub(super) code: VoucherCode,
    pub(super) fate: Fate,
}

/// How many there are of each fate: counting hundreds of thousands anew at every look would hold up the work.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    allowed: u64,
    recorded: u64,
    refused: u64,
}

struct State {
    phase: BulkPhase,
    done: u64,
    of: u64,
    targets: Vec<Target>,
    counts: Counts,
    values: Vec<Money>,
    reasons: Vec<BulkReason>,
    error: Option<AppError>,
}

impl Bulk {
    pub(super) fn new(action: VoucherAction, staff: StaffId) -> Self {
        let state = State {
            phase: BulkPhase::Checking,
            done: 0,
            of: 0,
            targets: Vec::new(),
            counts: Counts::default(),
            values: Vec::new(),
            reasons: Vec::new(),
            error: None,
        };
        Self { action, staff, stopped: AtomicBool::new(false), state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Whole at every point where a panic could come.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_at_work(&self) -> bool {
        let phase = self.state().phase;
        phase == BulkPhase::Running || (phase == BulkPhase::Checking && !self.is_stopped())
    }

    pub(crate) fn is_of(&self, staff: StaffId) -> bool {
        self.staff == staff
    }

    /// Whether somebody said that it is to be done, or it has come to an end.
    pub(crate) fn is_confirmed(&self) -> bool {
        matches!(self.state().phase, BulkPhase::Running | BulkPhase::Ended)
    }

    /// After the part that is being done.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// So many were found so far.
    pub(super) fn found(&self, vouchers: usize) {
        self.state().of += vouchers as u64;
    }

    /// One was looked at: what it is worth, or why it may not.
    pub(super) fn looked_at(&self, (voucher, code): (VoucherId, VoucherCode), may: Result<Money, RefusalView>) {
        let mut state = self.state();
        let fate = match may {
            Ok(value) => {
                add(&mut state.values, value);
                Fate::Allowed
            }
            Err(refusal) => state.refused(refusal),
        };
        state.done += 1;
        *state.counts.of(fate) += 1;
        state.targets.push(Target { voucher, code, fate });
    }

    /// All of them were, or something failed.
    pub(super) fn checked(&self, error: Option<AppError>) {
        let mut state = self.state();
        state.phase = if error.is_some() || self.is_stopped() { BulkPhase::Ended } else { BulkPhase::Ready };
        state.error = error;
    }

    /// Whether it may begin now; it begins once.
    pub(super) fn begin_running(&self) -> bool {
        let mut state = self.state();
        if state.phase != BulkPhase::Ready {
            return false;
        }
        state.phase = BulkPhase::Running;
        state.done = 0;
        state.of = state.counts.allowed;
        true
    }

    /// Some of those that may, from that place on, with their places and in their order.
    pub(super) fn allowed(&self, from: usize, limit: usize) -> Vec<(usize, VoucherId)> {
        let state = self.state();
        let allowed = state.targets.iter().enumerate().skip(from).filter(|(_, target)| target.fate == Fate::Allowed);
        allowed.take(limit).map(|(place, target)| (place, target.voucher)).collect()
    }

    /// A part is on the disk; only now it is told.
    pub(super) fn did(&self, part: Vec<(usize, Result<(), RefusalView>)>) {
        let mut state = self.state();
        for (place, result) in part {
            let fate = match result {
                Ok(()) => Fate::Recorded,
                Err(refusal) => state.refused(refusal),
            };
            state.becomes(place, fate);
            state.done += 1;
        }
    }

    /// It came to its end, or something failed.
    pub(super) fn ended(&self, error: Option<AppError>) {
        let mut state = self.state();
        state.phase = BulkPhase::Ended;
        state.error = error;
    }

    /// Some of them, from that place on, in their order.
    pub(super) fn targets(&self, from: usize, limit: usize) -> Vec<Target> {
        self.state().targets.iter().skip(from).take(limit).copied().collect()
    }

    pub(super) fn view(&self) -> BulkView {
        let state = self.state();
        let Counts { allowed: left, recorded, refused } = state.counts;
        let offer = self.action.offer();
        BulkView {
            action: self.action,
            needs_reason: offer.needs_reason,
            r#final: offer.r#final,
            phase: state.phase,
            chosen: state.targets.len() as u64,
            done: state.done,
            of: state.of,
            allowed: left + recorded,
            values: state.values.iter().map(|value| (*value).into()).collect(),
            reasons: state.reasons.clone(),
            recorded,
            refused,
            left,
            error: state.error.clone(),
        }
    }
}

impl Counts {
    const fn of(&mut self, fate: Fate) -> &mut u64 {
        match fate {
            Fate::Allowed => &mut self.allowed,
            Fate::Recorded => &mut self.recorded,
            Fate::Refused(_) => &mut self.refused,
        }
    }
}

impl State {
    fn becomes(&mut self, place: usize, fate: Fate) {
        if let Some(target) = self.targets.get_mut(place) {
            *self.counts.of(target.fate) -= 1;
            *self.counts.of(fate) += 1;
            target.fate = fate;
        }
    }

    /// Counts it with those of the same reason, whatever their facts.
    fn refused(&mut self, refusal: RefusalView) -> Fate {
        let known = self.reasons.iter().position(|reason| same_reason(&reason.refusal, &refusal));
        let place = known.unwrap_or(self.reasons.len());
        if known.is_none() {
            self.reasons.push(BulkReason { refusal, vouchers: 0 });
        }
        self.reasons[place].vouchers += 1;
        Fate::Refused(u32::try_from(place).unwrap_or(u32::MAX))
    }
}

fn same_reason(one: &RefusalView, other: &RefusalView) -> bool {
    match (one, other) {
        (RefusalView::StatusIs { status: one, .. }, RefusalView::StatusIs { status: other, .. }) => one == other,
        (RefusalView::Other { code: one }, RefusalView::Other { code: other }) => one == other,
        _ => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}

impl Target {
    pub(super) const fn result(&self) -> (BulkResult, Option<u32>) {
        match self.fate {
            Fate::Allowed => (BulkResult::Left, None),
            Fate::Recorded => (BulkResult::Recorded, None),
            Fate::Refused(reason) => (BulkResult::Refused, Some(reason)),
        }
    }
}

#[cfg(test)]
mod tests {
    use beadsbox_domain::Currency;
    use uuid::Uuid;

    use super::*;

    fn numbered(number: u8) -> (VoucherId, VoucherCode) {
        (VoucherId(Uuid::from_u128(number.into())), VoucherCode::from_random([number; 8]))
    }

    #[test]
    fn what_is_counted_is_what_became_of_each() {
        let bulk = Bulk::new(VoucherAction::Cancel, StaffId(Uuid::nil()));
        let euro = Currency::from_code("EUR").unwrap();
        bulk.found(5);
        for number in 0..5 {
            let may = if number == 1 { Err(RefusalView::NeverEnds) } else { Ok(Money::new(1000, euro)) };
            bulk.looked_at(numbered(number), may);
        }
        bulk.checked(None);
        assert!(bulk.begin_running());
        let places = |from, limit| bulk.allowed(from, limit).into_iter().map(|(place, _)| place).collect::<Vec<_>>();
        assert_eq!((places(0, 2), places(1, 9), places(9, 9)), (vec![0, 2], vec![2, 3, 4], vec![]));

        bulk.did(vec![(0, Ok(())), (2, Err(RefusalView::UnknownVoucher))]);
        let view = bulk.view();
        assert_eq!((view.chosen, view.allowed, view.recorded, view.refused, view.left), (5, 3, 1, 2, 2));
        let results = |from, limit| bulk.targets(from, limit).iter().map(|target| target.result().0).collect::<Vec<_>>();
        let all = [BulkResult::Recorded, BulkResult::Refused, BulkResult::Refused, BulkResult::Left, BulkResult::Left];
        assert_eq!((results(0, 9), results(3, 1), results(7, 9)), (all.to_vec(), vec![BulkResult::Left], vec![]));
    }
}
