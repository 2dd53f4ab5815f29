//! Conflicts, also those that this device foresees.

use std::cmp::Reverse;

use beadsbox_domain::{Conflict, ConflictId, ConflictState, VoucherId};

use super::View;
use crate::{cache::rows, error::StoreError, types::ConflictView};

impl View<'_> {
    /// The open ones, or all: the open ones first, the newest first.
    pub fn conflicts(&self, include_closed: bool, limit: usize) -> Result<Vec<ConflictView>, StoreError> {
        let mut conflicts = self.effective_conflicts(include_closed)?;
        conflicts.sort_by_key(|(conflict, _)| (conflict.state != ConflictState::Open, Reverse((conflict.other.at, conflict.id))));
        conflicts.truncate(limit);
        conflicts
            .into_iter()
            .map(|(conflict, waiting)| Ok(ConflictView { voucher: self.brief(conflict.voucher)?, conflict, waiting }))
            .collect()
    }

    /// One conflict; none where this device does not know it.
    pub fn conflict(&self, id: ConflictId) -> Result<Option<ConflictView>, StoreError> {
        let own = self.overlay.vouchers().find_map(|entry| {
            entry
                .state
                .conflicts
                .iter()
                .find(|conflict| conflict.id == id)
                .map(|conflict| (conflict.clone(), entry.replayed.waiting))
        });
        let found = match own {
            Some(own) => Some(own),
            None => self.cached(rows::conflict(&self.cache, id))?.map(|conflict| (conflict, false)),
        };
        found
            .map(|(conflict, waiting)| Ok(ConflictView { voucher: self.brief(conflict.voucher)?, conflict, waiting }))
            .transpose()
    }

    /// How many are open.
    pub fn open_conflicts(&self) -> Result<u64, StoreError> {
        Ok(self.effective_conflicts(false)?.len() as u64)
    }

    fn effective_conflicts(&self, include_closed: bool) -> Result<Vec<(Conflict, bool)>, StoreError> {
        let is_own = |voucher: VoucherId| self.overlay.has_voucher(voucher);
        let cached = self.cached(rows::conflicts(&self.cache, include_closed))?;
        let untouched = cached.into_iter().filter(|conflict| !is_own(conflict.voucher)).map(|conflict| (conflict, false));
        let own = self
            .overlay
            .vouchers()
            .flat_map(|entry| entry.state.conflicts.iter().map(|conflict| (conflict.clone(), entry.replayed.waiting)))
            .filter(|(conflict, _)| include_closed || conflict.state == ConflictState::Open);
        Ok(untouched.chain(own).collect())
    }
}
