//! Vouchers that were issued together.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use beadsbox_domain::{Batch, BatchId, Status, Voucher, VoucherId};

use super::View;
use crate::{
    cache::batch::{self, BatchCounts, Begun},
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

/// A batch while it is counted: as cached, with what this device did to its vouchers in the place of their rows.
#[derive(Default)]
struct Counted {
    one: Option<Voucher>,
    numbers: BatchCounts,
    waiting: u64,
}

impl Counted {
    fn add(&mut self, status: Status) {
        self.numbers.vouchers += 1;
        self.numbers.purchased += u64::from(status == Status::Purchased);
        self.numbers.used += u64::from(status == Status::Used);
    }

    const fn take_off(&mut self, status: Status) {
        let numbers = &mut self.numbers;
        numbers.vouchers = numbers.vouchers.saturating_sub(1);
        match status {
            Status::Purchased => numbers.purchased = numbers.purchased.saturating_sub(1),
            Status::Used => numbers.used = numbers.used.saturating_sub(1),
            _ => {}
        }
    }
}

impl View<'_> {
    /// So many batches at most, the newest first. No others are counted, however many there are.
    pub fn batches(&self, most: usize) -> Result<Vec<BatchSummary>, StoreError> {
        self.counted(&self.newest_batches(most)?)
    }

    /// That batch; none where there is no voucher of it.
    pub fn batch(&self, id: BatchId) -> Result<Option<BatchSummary>, StoreError> {
        Ok(self.counted(&[id])?.pop())
    }

    /// Batches by their names, the newest first; so many at most. Nothing is counted.
    pub fn batch_names(&self, most: usize) -> Result<Vec<Batch>, StoreError> {
        let own = self.own_batches();
        let mut named = Vec::new();
        for id in self.newest_batches(most)? {
            named.extend(self.one_of(id, own.get(&id).copied())?.and_then(|voucher| voucher.marks.batch));
        }
        Ok(named)
    }

    fn newest_batches(&self, most: usize) -> Result<Vec<BatchId>, StoreError> {
        let mut begun: BTreeMap<BatchId, Begun> = self.cached(batch::begun(&self.cache))?.into_iter().collect();
        for (id, voucher) in self.own_batches() {
            begun.entry(id).or_insert((voucher.sold.at, voucher.id));
        }
        let mut batches: Vec<(BatchId, Begun)> = begun.into_iter().collect();
        batches.sort_by_key(|(_, begun)| Reverse(*begun));
        Ok(batches.into_iter().map(|(id, _)| id).take(most).collect())
    }

    /// One voucher of each batch to whose vouchers this device did something.
    fn own_batches(&self) -> BTreeMap<BatchId, &Voucher> {
        let mut own = BTreeMap::new();
        for shown in self.overlay.vouchers().filter_map(|entry| entry.voucher()) {
            if let Some(batch) = &shown.marks.batch {
                own.entry(batch.id).or_insert(shown);
            }
        }
        own
    }

    /// One voucher of a batch, of which this device may have one at hand.
    fn one_of(&self, id: BatchId, own: Option<&Voucher>) -> Result<Option<Voucher>, StoreError> {
        match own {
            Some(own) => Ok(Some(own.clone())),
            None => Ok(self.cached(batch::one_of(&self.cache, id, &mut self.contents.borrow_mut()))?.map(|found| found.voucher)),
        }
    }

    /// These, in their order.
    fn counted(&self, ids: &[BatchId]) -> Result<Vec<BatchSummary>, StoreError> {
        let mut counted: BTreeMap<BatchId, Counted> = BTreeMap::new();
        for id in ids {
            let numbers = self.cached(batch::counts(&self.cache, *id))?;
            counted.insert(*id, Counted { numbers, ..Counted::default() });
        }
        for entry in self.overlay.vouchers() {
            if let Some(row) = entry.base.as_ref().map(|base| &base.voucher)
                && let Some(of) = row.marks.batch.as_ref().and_then(|batch| counted.get_mut(&batch.id))
            {
                of.take_off(row.status);
            }
            let Some(shown) = entry.voucher() else { continue };
            let Some(of) = shown.marks.batch.as_ref().and_then(|batch| counted.get_mut(&batch.id)) else { continue };
            of.add(shown.status);
            of.waiting += u64::from(entry.replayed.waiting);
            of.one.get_or_insert_with(|| shown.clone());
        }
        let mut batches = Vec::with_capacity(ids.len());
        for id in ids {
            let Some(Counted { one, numbers: BatchCounts { vouchers, purchased, used }, waiting }) = counted.remove(id) else {
                continue;
            };
            if vouchers == 0 {
                continue;
            }
            let voucher = self.one_of(*id, one.as_ref())?;
            batches.extend(voucher.map(|voucher| BatchSummary { voucher, vouchers, purchased, used, waiting }));
        }
        Ok(batches)
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
