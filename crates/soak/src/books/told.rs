//! The journal, sorted: what one till told.

use std::collections::HashMap;

use beadsbox_domain::{OpId, Status, VoucherId};

use crate::{
    run::Entry,
    told::{Told, Word},
};

/// A redemption that a person was told of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Redeemed {
    pub(super) voucher: VoucherId,
    pub(super) op: Option<OpId>,
    pub(super) word: Word,
}

/// A line of the grid, as the till showed it in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) code: String,
    pub(super) status: Status,
    pub(super) waiting: bool,
}

/// What one till told.
#[derive(Debug, Default)]
pub(super) struct ToldByTill {
    /// Vouchers sold, with their codes.
    pub(super) sales: Vec<(VoucherId, String)>,
    pub(super) redeemed: Vec<Redeemed>,
    /// Scans that got no answer because the till died, by voucher: whether goods are booked for them, nobody was told.
    pub(super) unanswered: HashMap<VoucherId, usize>,
    pub(super) refused: usize,
    /// Errors that were shown.
    pub(super) failed: Vec<String>,
    /// Times that it could not start.
    pub(super) blocked: Vec<String>,
    pub(super) shown: HashMap<VoucherId, Shown>,
    /// Lines of the grid about a voucher that had one already.
    pub(super) shown_twice: Vec<VoucherId>,
    /// Operations, acknowledged and waiting, in the end.
    pub(super) outbox: Option<(u64, u64, u64)>,
}

impl ToldByTill {
    /// Sorts the entries of that till.
    pub(super) fn of(till: usize, entries: &[Entry]) -> Self {
        let mut sorted = Self::default();
        let mut scanned = None;
        for entry in entries.iter().filter(|entry| entry.till == till) {
            let answered = matches!(entry.told, Told::Redeemed { .. } | Told::Refused { .. } | Told::Failed { voucher: Some(_), .. });
            if let Some(voucher) = scanned.take().filter(|_| !answered) {
                *sorted.unanswered.entry(voucher).or_default() += 1;
            }
            if let Told::Redeeming { voucher } = entry.told {
                scanned = Some(voucher);
            }
            sorted.add(&entry.told);
        }
        sorted
    }

    fn add(&mut self, told: &Told) {
        match told {
            Told::Open { .. } | Told::Redeeming { .. } | Told::Worked | Told::DayClosed { .. } | Told::Settled => {}
            Told::Blocked { problem } => self.blocked.push(problem.clone()),
            Told::Sold { voucher, code, .. } => self.sales.push((*voucher, code.clone())),
            Told::Redeemed { voucher, op, word } => self.redeemed.push(Redeemed { voucher: *voucher, op: *op, word: *word }),
            Told::Refused { .. } => self.refused += 1,
            Told::Failed { error, .. } => self.failed.push(error.clone()),
            Told::Row { voucher, code, status, waiting } => {
                let shown = Shown { code: code.clone(), status: *status, waiting: *waiting };
                if self.shown.insert(*voucher, shown).is_some() {
                    self.shown_twice.push(*voucher);
                }
            }
            Told::Outbox { operations, acknowledged, waiting } => self.outbox = Some((*operations, *acknowledged, *waiting)),
        }
    }
}
