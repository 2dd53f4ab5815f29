//! The batches that there are.

use beadsbox_domain::{BatchId, Deed, text::Name};
use beadsbox_store::{BatchSummary, Directory};

use crate::{error::AppResult, usecase::Seat, view::BatchRow};

/// So many batches are shown: the newest ones.
pub(in crate::usecase) const MOST_SHOWN: usize = 500;

impl Seat {
    /// The batches, the newest first.
    pub async fn batches(&self) -> AppResult<Vec<BatchRow>> {
        self.require(Deed::IssueMany)?;
        self.read(|view| Ok(view.batches(MOST_SHOWN)?.iter().filter_map(|batch| row(view.directory(), batch)).collect())).await
    }

    /// That one, however old it is; none where it is not there.
    pub(super) async fn batch(&self, id: BatchId) -> AppResult<Option<BatchRow>> {
        self.read(move |view| Ok(view.batch(id)?.and_then(|batch| row(view.directory(), &batch)))).await
    }

    /// The newest of that name.
    pub(super) async fn batch_named(&self, name: &Name) -> AppResult<Option<BatchRow>> {
        let name = name.clone();
        self.read(move |view| {
            let Some(named) = view.batch_names(usize::MAX)?.into_iter().find(|batch| batch.name == name) else { return Ok(None) };
            Ok(view.batch(named.id)?.and_then(|batch| row(view.directory(), &batch)))
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
