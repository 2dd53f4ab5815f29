//! The batches that there are.

use beadsbox_domain::Deed;
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
