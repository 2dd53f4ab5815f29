//! Rule 6, after every step, over what may have changed on a device's screen.

use std::collections::BTreeSet;

use beadsbox_domain::{ConflictState, Operation, Outcome, RedeemMode, Status, Voucher, VoucherId, operation::Subject};
use beadsbox_overlay::VoucherState;

use super::{Violation, Witness, broken, hold};
use crate::{
    device::{
        Machine,
        files::{Files, subject_of},
        outbox::{OutRow, State},
        replica::lock,
    },
    names::subject_key,
    run::Simulation,
};

const RULE: u8 = 6;

impl Simulation {
    /// Looks at the rows on a screen that may have changed.
    pub(crate) fn check_screen(&mut self, place: usize) -> Result<(), Violation> {
        if let Some(seen) = self.witness.seen.take() {
            return Err(seen);
        }
        let machine = &self.machines[place];
        let mut files = lock(&machine.files);
        if !files.all_dirty && files.dirty.is_empty() {
            return Ok(());
        }
        if let Some((kind, id)) = files.went_back {
            return broken(RULE, format!("machine {}: the snapshot in the cache's place has an older row, of kind {kind}: {id}", machine.number));
        }
        let dirty = std::mem::take(&mut files.dirty);
        let names = if std::mem::take(&mut files.all_dirty) {
            files.outbox.by_subject.keys().copied().collect()
        } else {
            dirty
        };
        for name in names {
            match subject_of(name) {
                Subject::Voucher(id) if name == subject_key(Subject::Voucher(id)) => check_voucher(&mut self.witness, machine, &files, id)?,
                Subject::Template(id) => check_template(&files, id)?,
                Subject::Voucher(_) | Subject::Till => {}
            }
        }
        Ok(())
    }
}

fn check_template(files: &Files, id: beadsbox_domain::TemplateId) -> Result<(), Violation> {
    let (shown, _) = files.shown_template(id);
    let mut own = files.outbox.about(subject_key(Subject::Template(id)));
    let made = own.any(|row| is(row, |operation| matches!(operation, Operation::CreateTemplate { .. })) && !is_refused(row));
    hold(RULE, shown.is_some() || !made, || format!("the template {id} disappeared"))
}

fn check_voucher(witness: &mut Witness, machine: &Machine, files: &Files, id: VoucherId) -> Result<(), Violation> {
    let own: Vec<&OutRow> = files.outbox.about(subject_key(Subject::Voucher(id))).collect();
    let (state, replayed) = files.shown(id);
    check_conflicts(&state, &own, witness)?;
    let Some(shown) = &state.voucher else {
        let sold = own.iter().any(|row| is(row, |operation| matches!(operation, Operation::Sell { .. })) && !is_refused(row));
        return hold(RULE, !sold, || format!("machine {}: the own sale of {id} disappeared", machine.number));
    };
    check_last_word(shown, &state, &own, witness)?;
    // Of what was told otherwise before, the row's next version tells.
    let decided = own.iter().filter(|row| row.state == State::Acknowledged && row.contradicted_by.is_none());
    let versions = decided.filter_map(|row| row.acknowledged.filter(|acknowledged| acknowledged.epoch == files.outbox.epoch)?.version);
    let least = versions.max().unwrap_or(0);
    hold(RULE, shown.row_version >= least, || {
        format!("machine {}: {id} is shown at version {} after {least}", machine.number, shown.row_version)
    })?;
    // After a rewind the answers that a copy holds may be to operations of which the server has another copy's; the last one that both
    // hold is sent once more, and tells.
    let is_sure = !witness.rewound || files.outbox.waiting() == 0;
    if !replayed.waiting && is_sure {
        // In another epoch versions begin anew, also over a cache that was empty before and so keeps its name.
        let highest = witness.versions.entry((machine.number, files.cache.id, files.outbox.epoch, id)).or_default();
        hold(RULE, shown.row_version >= *highest, || {
            format!("machine {}: {id} went back from version {highest} to {}", machine.number, shown.row_version)
        })?;
        *highest = shown.row_version;
    }
    Ok(())
}

/// One redemption collides with nothing that it is itself, and each conflict is there once.
fn check_conflicts(state: &VoucherState, own: &[&OutRow], witness: &Witness) -> Result<(), Violation> {
    let ids: BTreeSet<_> = state.conflicts.iter().map(|conflict| conflict.id).collect();
    hold(RULE, ids.len() == state.conflicts.len(), || "a conflict is shown twice".to_owned())?;
    for conflict in state.conflicts.iter().filter(|conflict| conflict.state == ConflictState::Open) {
        let itself = conflict.accepted.is_some_and(|accepted| accepted.op == conflict.other.op);
        hold(RULE, !itself, || format!("{} collides with itself", conflict.other.op))?;
        let applied = own
            .iter()
            .find(|row| row.op == conflict.other.op && row.state == State::Acknowledged && row.outcome == Some(Outcome::Applied));
        // After a rewind what was accepted since may be the other side of what was accepted before.
        if let Some(row) = applied.filter(|row| number(row).is_some_and(|number| !witness.is_since_a_rewind(number))) {
            return broken(RULE, format!("the redemption {} was accepted and is shown in a conflict as well", row.op));
        }
    }
    Ok(())
}

/// What was done here last is to be seen, as far as the rules let it through.
fn check_last_word(shown: &Voucher, state: &VoucherState, own: &[&OutRow], witness: &Witness) -> Result<(), Violation> {
    let Some(last) = own.last() else { return Ok(()) };
    let Some(body) = &last.body else { return Ok(()) };
    let rests_on_it = shown.status == Status::Used && shown.since.op == last.op;
    if let (State::Waiting, None, Operation::Redeem { mode: RedeemMode::Honoured, .. }) = (last.state, &last.outcome, &body.operation) {
        let collides = state.conflicts.iter().any(|conflict| conflict.other.op == last.op);
        hold(RULE, rests_on_it || collides, || format!("the redemption {} was honoured here and is not to be seen", last.op))?;
    }
    let made_this_version = last.acknowledged.and_then(|acknowledged| acknowledged.version) == Some(shown.row_version);
    // A rewound server gives the same numbers to other versions, and folds what comes back into one.
    let decided_here = number(last).is_some_and(|number| witness.is_of_this_epoch(number));
    if last.state == State::Acknowledged && last.outcome == Some(Outcome::Applied) && made_this_version && decided_here {
        let expected = match body.operation {
            Operation::Redeem { .. } | Operation::HonourExpired { .. } => Status::Used,
            Operation::Cancel { .. } => Status::Cancelled,
            Operation::Refund { .. } => Status::Refunded,
            Operation::Replace { .. } => Status::Replaced,
            _ => return Ok(()),
        };
        let stands = shown.status == expected && shown.since.op == last.op;
        hold(RULE, stands, || format!("{} made version {} and is not to be seen in it", last.op, shown.row_version))?;
    }
    Ok(())
}

fn is(row: &OutRow, kind: impl Fn(&Operation) -> bool) -> bool {
    row.body.as_ref().is_some_and(|body| kind(&body.operation))
}

/// Refused, or told so later: the contradiction is shown beside what people were told.
const fn is_refused(row: &OutRow) -> bool {
    matches!(row.outcome, Some(Outcome::Rejected { .. })) || matches!(row.contradicted_by, Some(Outcome::Rejected { .. }))
}

/// Its place in the order in which the server took operations.
fn number(row: &OutRow) -> Option<i64> {
    i64::try_from(row.receipt.as_ref()?.commit_no).ok()
}
