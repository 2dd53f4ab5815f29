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

struct State {
    phase: BulkPhase,
    done: u64,
    of: u64,
    targets: Vec<Target>,
    values: Vec<Money>,
    reasons: Vec<BulkReason>,
    error: Option<AppError>,
}

impl Bulk {
    pub(super) fn new(action: VoucherAction, staff: StaffId) -> Self {
        let state = State { phase: BulkPhase::Checking, done: 0, of: 0, targets: Vec::new(), values: Vec::new(), reasons: Vec::new(), error: None };
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
        state.of = state.targets.iter().filter(|target| target.fate == Fate::Allowed).count() as u64;
        true
    }

    /// The places of those that may, in their order.
    pub(super) fn allowed(&self) -> Vec<(usize, VoucherId)> {
        let state = self.state();
        let allowed = state.targets.iter().enumerate().filter(|(_, target)| target.fate == Fate::Allowed);
        allowed.map(|(place, target)| (place, target.voucher)).collect()
    }

    /// A part is on the disk; only now it is told.
    pub(super) fn did(&self, part: Vec<(usize, Result<(), RefusalView>)>) {
        let mut state = self.state();
        for (place, result) in part {
            let fate = match result {
                Ok(()) => Fate::Recorded,
                Err(refusal) => state.refused(refusal),
            };
            if let Some(target) = state.targets.get_mut(place) {
                target.fate = fate;
            }
            state.done += 1;
        }
    }

    /// It came to its end, or something failed.
    pub(super) fn ended(&self, error: Option<AppError>) {
        let mut state = self.state();
        state.phase = BulkPhase::Ended;
        state.error = error;
    }

    pub(super) fn targets(&self) -> Vec<Target> {
        self.state().targets.clone()
    }

    pub(super) fn view(&self) -> BulkView {
        let state = self.state();
        let count = |wanted: fn(Fate) -> bool| state.targets.iter().filter(|target| wanted(target.fate)).count() as u64;
        let (left, recorded) = (count(|fate| fate == Fate::Allowed), count(|fate| fate == Fate::Recorded));
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
            refused: count(|fate| matches!(fate, Fate::Refused(_))),
            left,
            error: state.error.clone(),
        }
    }
}

impl State {
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
