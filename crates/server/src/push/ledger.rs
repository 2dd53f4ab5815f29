//! The books: the lines that operations make, from how the vouchers stood before each and stand after it.

use beadsbox_authority::{Fresh, Judged, Reading, Scope, World, is_believed};
use beadsbox_domain::{
    Operation, VoucherId,
    ledger::{Cause, Entry, Standing, entries},
    operation::Subject,
};

use super::rules::Zones;
use crate::db::{self, ledger::Line, writes::Writes};

/// The lines of operations that are being decided.
#[derive(Default)]
pub(super) struct Booking {
    /// Each with the number of the operation that made it, and its place among that one's.
    entries: Vec<(i64, i32, Entry)>,
}

/// How the vouchers of an operation stood before it.
pub(super) struct Before(Vec<(VoucherId, Standing)>);

impl Before {
    pub(super) fn of(world: &World, fresh: &Fresh) -> Self {
        let Reading::Operation(body) = &fresh.arrived.reading else { return Self(Vec::new()) };
        Self(vouchers_of(&body.operation).into_iter().map(|voucher| (voucher, standing(world, voucher))).collect())
    }
}

/// Every voucher that the operation may change.
fn vouchers_of(operation: &Operation) -> Vec<VoucherId> {
    if let Subject::Voucher(voucher) = operation.subject() { vec![voucher] } else { Vec::new() }
}

fn standing(world: &World, voucher: VoucherId) -> Standing {
    let conflicts = world.conflicts.iter().map(|placed| &placed.conflict).filter(|conflict| conflict.voucher == voucher);
    Standing::of(world.vouchers.get(&voucher), conflicts)
}

impl Booking {
    /// Books what the operation did, the world being as it is after it.
    pub(super) fn book(&mut self, scope: &Scope<'_>, before: &Before, world: &World, judged: &Judged<'_>) {
        let Some(body) = judged.body() else { return };
        let received_at = judged.fresh.arrived.received_at;
        let clock_right = is_believed(scope.clock_right, body, received_at);
        let cause = Cause::new(&body.operation, body.stamp(), clock_right, received_at);
        let mut line = 0;
        for (voucher, before) in &before.0 {
            for entry in entries(before, &standing(world, *voucher), &cause) {
                self.entries.push((judged.commit_no, line, entry));
                line += 1;
            }
        }
    }

    pub(super) fn add(&self, writes: &mut Writes, zones: &Zones) {
        let lines: Vec<Line<'_>> = self.entries.iter().map(|(commit_no, line, entry)| Line::new(*commit_no, *line, entry, zones)).collect();
        db::ledger::add_new(writes, &lines);
    }
}
