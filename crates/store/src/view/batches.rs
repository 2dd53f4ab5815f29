//! Vouchers that were issued together.

use std::collections::{BTreeMap, BTreeSet};

use beadsbox_domain::{Batch, BatchId, Status, Voucher, VoucherId};

use super::View;
use crate::{
    cache::batch::{self, CachedBatch},
    error::StoreError,
};

/// Vouchers that were issued together, in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchSummary {
    /// One of them: the batch's name, its template, who issued it and when.
    pub voucher: Voucher,
    /// How many there are.
    pub vouchers: u64,
    /// How many of them are still owed.
    pub purchased: u64,
    /// How many were used.
    pub used: u64,
    /// How many have an operation of this device that the server has not answered.
    pub waiting: u64,
}

#[derive(Default)]
struct Counted {
    one: Option<Voucher>,
    vouchers: u64,
    purchased: u64,
    used: u64,
    waiting: u64,
}

impl Counted {
    fn add(&mut self, status: Status) {
        self.vouchers += 1;
        self.purchased += u64::from(status == Status::Purchased);
        self.used += u64::from(status == Status::Used);
    }

    const fn take_off(&mut self, status: Status) {
        self.vouchers = self.vouchers.saturating_sub(1);
        match status {
            Status::Purchased => self.purchased = self.purchased.saturating_sub(1),
            Status::Used => self.used = self.used.saturating_sub(1),
            _ => {}
        }
    }
}

impl View<'_> {
    /// Every batch, the newest first: as cached, with what this device did to their vouchers in the place of their rows.
    pub fn batches(&self) -> Result<Vec<BatchSummary>, StoreError> {
        let mut counted: BTreeMap<BatchId, Counted> = BTreeMap::new();
        for CachedBatch { id, vouchers, purchased, used } in self.cached(batch::all(&self.cache))? {
            counted.insert(id, Counted { one: None, vouchers, purchased, used, waiting: 0 });
        }
        for entry in self.overlay.vouchers() {
            if let Some((issued_with, row)) = entry.base.as_ref().and_then(|base| Some((base.voucher.marks.batch.as_ref()?.id, &base.voucher))) {
                counted.entry(issued_with).or_default().take_off(row.status);
            }
            let Some(shown) = entry.voucher() else { continue };
            let Some(issued_with) = &shown.marks.batch else { continue };
            let of = counted.entry(issued_with.id).or_default();
            of.add(shown.status);
            of.waiting += u64::from(entry.replayed.waiting);
            of.one.get_or_insert_with(|| shown.clone());
        }
        let mut batches = Vec::with_capacity(counted.len());
        for (id, counted) in counted {
            let one = match counted.one {
                Some(one) => Some(one),
                None => self.cached(batch::one_of(&self.cache, id, &mut self.contents.borrow_mut()))?.map(|found| found.voucher),
            };
            let Counted { vouchers, purchased, used, waiting, .. } = counted;
            batches.extend(one.filter(|_| vouchers > 0).map(|voucher| BatchSummary { voucher, vouchers, purchased, used, waiting }));
        }
        batches.sort_by_key(|batch| std::cmp::Reverse((batch.voucher.sold.at, batch.voucher.id)));
        Ok(batches)
    }

    /// Every batch by its name, the newest first; so many at most. Nothing is counted.
    pub fn batch_names(&self, most: usize) -> Result<Vec<Batch>, StoreError> {
        let mut named: BTreeMap<BatchId, Voucher> = BTreeMap::new();
        for id in self.cached(batch::ids(&self.cache))? {
            let one = self.cached(batch::one_of(&self.cache, id, &mut self.contents.borrow_mut()))?;
            named.extend(one.map(|found| (id, found.voucher)));
        }
        for shown in self.overlay.vouchers().filter_map(|entry| entry.voucher()) {
            if let Some(batch) = &shown.marks.batch {
                named.entry(batch.id).or_insert_with(|| shown.clone());
            }
        }
        let mut named: Vec<Voucher> = named.into_values().collect();
        named.sort_by_key(|voucher| std::cmp::Reverse((voucher.sold.at, voucher.id)));
        Ok(named.into_iter().filter_map(|voucher| voucher.marks.batch).take(most).collect())
    }

    /// The vouchers of a batch, in the order in which they were issued.
    pub fn batch_vouchers(&self, id: BatchId) -> Result<Vec<VoucherId>, StoreError> {
        let cached = self.cached(batch::ids_of(&self.cache, id))?;
        let own = self.overlay.vouchers().filter_map(|entry| entry.voucher());
        let own = own.filter(|voucher| voucher.marks.batch.as_ref().is_some_and(|of| of.id == id)).map(|voucher| voucher.id);
        let all: BTreeSet<VoucherId> = cached.into_iter().chain(own).collect();
        Ok(all.into_iter().collect())
    }
}
