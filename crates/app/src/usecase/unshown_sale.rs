//! A sale whose receipt nobody saw: the program ended between its commit and its receipt, or the receipt could not be put together.
//! Its buyer has paid, and whoever sells would sell it again.
//!
//! It is noted in the commit that records it, and forgotten once its receipt was shown. The note names operations; everything that the receipt says, people
//! among it, comes from what is kept of them, so whoever is erased is not in it. A reservation needs none: it can be sold once.

use beadsbox_domain::{Deed, OpId, Outcome};
use beadsbox_store::View;

use super::{Seat, id, sale_receipt::receipt};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    view::SaleReceipt,
};

/// Notes are kept under this and the id of the sale's first operation, so the oldest come first.
const NOTES: &str = "sale_unshown:";

/// The note of a sale that is about to be recorded by these operations.
pub(super) fn note(ops: &[OpId]) -> AppResult<(String, String)> {
    let first = ops.first().ok_or_else(|| AppError::internal("a sale of nothing"))?;
    Ok((key(*first), serde_json::to_string(ops).map_err(AppError::internal)?))
}

fn key(first: OpId) -> String {
    format!("{NOTES}{first}")
}

impl Seat {
    /// The oldest sale whose receipt was not shown, as its receipt; none where all were.
    pub async fn unshown_sale(&self) -> AppResult<Option<SaleReceipt>> {
        self.require(Deed::Sell)?;
        let notes = self.device.files(|store| Ok(store.preferences(NOTES)?)).await?;
        for (key, note) in notes {
            let ops: Vec<OpId> = serde_json::from_str(&note).unwrap_or_default();
            let (online, seat) = (self.device.is_online(), self.clone());
            match self.read(move |view| found(&seat, view, &ops, online)).await {
                Ok(Found::Receipt(receipt)) => return Ok(Some(*receipt)),
                Ok(Found::Nothing) => self.forget_notes(vec![key]).await?,
                // Its vouchers are not here at the moment; those behind it may be.
                Err(error) => tracing::warn!(%error, "a sale that nobody saw cannot be shown"),
            }
        }
        Ok(None)
    }

    /// The receipt of the sale that this operation began was shown.
    pub async fn sale_shown(&self, sale: &str) -> AppResult<()> {
        self.require(Deed::Sell)?;
        let first: OpId = id(sale, ErrorCode::UnknownVoucher)?;
        self.forget_notes(vec![key(first)]).await
    }

    async fn forget_notes(&self, keys: Vec<String>) -> AppResult<()> {
        self.device.files(move |store| Ok(store.clear_preferences(keys)?)).await
    }
}

/// What there is to a note.
enum Found {
    /// Its sale was refused, or taken back: whoever sells is told of that elsewhere.
    Nothing,
    Receipt(Box<SaleReceipt>),
}

fn found(seat: &Seat, view: &View<'_>, ops: &[OpId], online: bool) -> AppResult<Found> {
    let Some(first) = ops.first() else { return Ok(Found::Nothing) };
    let own = view.own_operation(*first)?;
    if own.is_none_or(|own| matches!(own.outcome, Some(Outcome::Rejected { .. }))) {
        return Ok(Found::Nothing);
    }
    Ok(Found::Receipt(Box::new(receipt(seat, view, ops, online)?)))
}
