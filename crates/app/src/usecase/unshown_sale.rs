//! A sale whose receipt nobody saw: the program ended between its commit and its receipt, or the receipt could not be put together. Its buyer has paid, and
//! whoever sells would sell it again.
//!
//! It is noted before it is recorded, with all that its receipt says, and forgotten once its receipt was shown. A note whose vouchers are not there is that of
//! a sale that was never made. A reservation needs none: it can be sold once.

use beadsbox_domain::{Deed, Outcome, VoucherId};

use super::{Seat, id, sell::Sold};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    view::SaleReceipt,
};

/// Notes are kept under this and the id of the sale's first voucher.
const NOTES: &str = "sale_unshown:";

impl Seat {
    /// Notes a sale that is about to be recorded.
    pub(super) async fn note_unshown(&self, sold: &Sold) -> AppResult<()> {
        let Some((first, _)) = sold.vouchers.first() else { return Ok(()) };
        let (key, note) = (key(first), serde_json::to_string(sold).map_err(AppError::internal)?);
        self.device.files(move |store| Ok(store.set_preference(&key, &note)?)).await
    }

    /// The oldest sale whose receipt was not shown, as its receipt; none where all were.
    pub async fn unshown_sale(&self) -> AppResult<Option<SaleReceipt>> {
        self.require(Deed::Sell)?;
        let notes = self.device.files(|store| Ok(store.preferences(NOTES)?)).await?;
        for (key, note) in notes {
            // Another version's note cannot be shown by this one; the sale itself is in the list and in the day's figures.
            let sold: Option<Sold> = serde_json::from_str(&note).inspect_err(|error| tracing::warn!(%error, "a note of a sale cannot be read")).ok();
            let became = match &sold {
                Some(sold) => self.became(sold).await?,
                None => Became::Nothing,
            };
            match (became, sold) {
                (Became::Vouchers, Some(sold)) => return self.sale_receipt(sold).await.map(Some),
                // Its vouchers are shown once the cache has them again.
                (Became::Recorded, _) => {}
                _ => self.device.files(move |store| Ok(store.clear_preferences(vec![key])?)).await?,
            }
        }
        Ok(None)
    }

    /// The receipt of the sale with these vouchers was shown.
    pub async fn sale_shown(&self, vouchers: &[String]) -> AppResult<()> {
        self.require(Deed::Sell)?;
        let ids: Vec<VoucherId> = vouchers.iter().map(|text| id(text, ErrorCode::UnknownVoucher)).collect::<AppResult<_>>()?;
        self.device.files(move |store| Ok(store.clear_preferences(ids.iter().map(key).collect())?)).await
    }

    async fn became(&self, sold: &Sold) -> AppResult<Became> {
        let (op, first) = (sold.op, sold.vouchers.first().map(|(first, _)| *first));
        self.read(move |view| {
            // All of a sale is recorded, or nothing of it.
            let (Some(own), Some(first)) = (view.own_operation(op)?, first) else { return Ok(Became::Nothing) };
            // Whoever sells is told of that elsewhere.
            if matches!(own.outcome, Some(Outcome::Rejected { .. })) {
                return Ok(Became::Nothing);
            }
            Ok(if view.voucher(first)?.is_some() { Became::Vouchers } else { Became::Recorded })
        })
        .await
    }
}

/// What became of a sale that was noted.
enum Became {
    /// It was not recorded, or it was refused.
    Nothing,
    /// It was, and its vouchers are not to be seen.
    Recorded,
    /// They are.
    Vouchers,
}

fn key(first: &VoucherId) -> String {
    format!("{NOTES}{first}")
}
