//! The batches that there are.

use beadsbox_domain::{Batch, BatchId, Deed, text::Name};
use beadsbox_store::{BatchSummary, Directory};

use crate::{error::AppResult, usecase::Seat, view::BatchRow};

/// So many batches are shown: the newest ones.
pub(in crate::usecase) const MOST_SHOWN: usize = 500;

impl Seat {
    /// The batches, the newest first.
    pub async fn batches(&self) -> AppResult<Vec<BatchRow>> {
        self.require(Deed::IssueMany)?;
        self.read(|view| Ok(view.batches()?.iter().take(MOST_SHOWN).filter_map(|batch| row(view.directory(), batch)).collect()))
            .await
    }

    /// That one, however old it is; none where it is not there.
    pub(super) async fn batch(&self, id: BatchId) -> AppResult<Option<BatchRow>> {
        self.batch_where(move |named| named.id == id).await
    }

    /// The newest of that name.
    pub(super) async fn batch_named(&self, name: &Name) -> AppResult<Option<BatchRow>> {
        let name = name.clone();
        self.batch_where(move |named| named.name == name).await
    }

    async fn batch_where(&self, is_it: impl Fn(&Batch) -> bool + Send + 'static) -> AppResult<Option<BatchRow>> {
        self.read(move |view| {
            let batches = view.batches()?;
            let found = batches.iter().find(|batch| batch.voucher.marks.batch.as_ref().is_some_and(&is_it));
            Ok(found.and_then(|batch| row(view.directory(), batch)))
        })
        .await
    }
}

fn row(directory: &Directory, batch: &BatchSummary) -> Option<BatchRow> {
    let voucher = &batch.voucher;
    let named = voucher.marks.batch.as_ref()?;
    Some(BatchRow {
        id: named.id.to_string(),
        name: named.name.as_str().to_owned(),
        title: voucher.snapshot.title.as_str().to_owned(),
        price: voucher.snapshot.price.into(),
        vouchers: batch.vouchers,
        purchased: batch.purchased,
        used: batch.used,
        waiting: batch.waiting,
        issued_at: voucher.sold.at.to_string(),
        issued_by: directory.staff_name(voucher.sold.staff).to_owned(),
        shop: directory.shop_name(voucher.sold.shop).to_owned(),
    })
}
