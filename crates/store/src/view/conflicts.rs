//! Conflicts, also those that this device foresees.

use std::cmp::Reverse;

use beadsbox_domain::{Conflict, ConflictId, ConflictState, VoucherId};
use beadsbox_protocol::rows::{Assignment, ConflictRow};

use super::View;
use crate::{cache::rows, effective::entry::VoucherEntry, error::StoreError, types::ConflictView};

/// A conflict without its voucher.
struct Found {
    conflict: Conflict,
    assignment: Option<Assignment>,
    known: bool,
    waiting: bool,
}

impl View<'_> {
    /// Of the open ones, or of all, those that `wanted` keeps: the open ones first, the newest first.
    pub fn conflicts(
        &self,
        include_closed: bool,
        limit: usize,
        mut wanted: impl FnMut(&Conflict, Option<&Assignment>) -> bool,
    ) -> Result<Vec<ConflictView>, StoreError> {
        let mut found = self.effective_conflicts(include_closed)?;
        found.retain(|found| wanted(&found.conflict, found.assignment.as_ref()));
        found.sort_by_key(|Found { conflict, .. }| (conflict.state != ConflictState::Open, Reverse((conflict.other.at, conflict.id))));
        found.truncate(limit);
        found.into_iter().map(|found| self.with_voucher(found)).collect()
    }

    /// One conflict; none where this device does not know it.
    pub fn conflict(&self, id: ConflictId) -> Result<Option<ConflictView>, StoreError> {
        let own = self.overlay.vouchers().find_map(|entry| {
            let conflict = entry.state.conflicts.iter().find(|conflict| conflict.id == id)?;
            Some(Found::of(entry, conflict))
        });
        let found = match own {
            Some(own) => Some(own),
            None => self.cached(rows::conflict(&self.cache, id))?.map(Found::cached),
        };
        found.map(|found| self.with_voucher(found)).transpose()
    }

    /// How many are open.
    pub fn open_conflicts(&self) -> Result<u64, StoreError> {
        Ok(self.effective_conflicts(false)?.len() as u64)
    }

    fn effective_conflicts(&self, include_closed: bool) -> Result<Vec<Found>, StoreError> {
        let is_own = |voucher: VoucherId| self.overlay.has_voucher(voucher);
        let cached = self.cached(rows::conflicts(&self.cache, include_closed))?;
        let untouched = cached.into_iter().filter(|row| !is_own(row.conflict.voucher)).map(Found::cached);
        let own = self.overlay.vouchers().flat_map(|entry| entry.state.conflicts.iter().map(|conflict| Found::of(entry, conflict)));
        let own = own.filter(|found| include_closed || found.conflict.state == ConflictState::Open);
        Ok(untouched.chain(own).collect())
    }

    fn with_voucher(&self, found: Found) -> Result<ConflictView, StoreError> {
        let Found { conflict, assignment, known, waiting } = found;
        Ok(ConflictView { voucher: self.brief(conflict.voucher)?, conflict, assignment, known, waiting })
    }
}

impl Found {
    fn of(entry: &VoucherEntry, conflict: &Conflict) -> Self {
        let known = entry.known_conflicts.iter().find(|row| row.conflict.id == conflict.id);
        Self { conflict: conflict.clone(), assignment: known.and_then(|row| row.assignment), known: known.is_some(), waiting: entry.replayed.waiting }
    }

    fn cached(row: ConflictRow) -> Self {
        Self { conflict: row.conflict, assignment: row.assignment, known: true, waiting: false }
    }
}
