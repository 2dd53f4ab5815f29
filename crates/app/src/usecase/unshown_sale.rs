//! The receipt of a sale, and a sale whose receipt nobody saw: the program ended between its commit and its receipt, or the receipt could not be put together.
//! Its buyer has paid, and whoever sells would sell it again.
//!
//! It is noted in the commit that records it, and forgotten once its receipt was shown. The note names operations; everything that the receipt says, people
//! among it, comes from what is kept of them, so whoever is erased is not in it. A reservation needs none: it can be sold once.

use beadsbox_domain::{Deed, Money, OpId, Operation, Outcome};
use beadsbox_store::{View, VoucherView};

use super::{Seat, id, qr};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    view::{SaleReceipt, SoldVoucher},
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

/// The receipt of the sale that these operations of this device are.
pub(super) fn receipt(seat: &Seat, view: &View<'_>, ops: &[OpId], online: bool) -> AppResult<SaleReceipt> {
    let missing = || AppError::internal("a sale that is not there");
    let (mut vouchers, mut is_mailed) = (Vec::with_capacity(ops.len()), false);
    for op in ops {
        let own = view.own_operation(*op)?.ok_or_else(missing)?;
        let Operation::Sell { voucher, mail, .. } = own.body.operation else { return Err(missing()) };
        is_mailed |= mail == Some(true);
        vouchers.push(view.voucher(voucher)?.ok_or_else(missing)?);
    }
    let (first, sale) = (vouchers.first().ok_or_else(missing)?, ops.first().ok_or_else(missing)?);
    let person = first.person.as_ref();
    let mut total = Money::new(0, first.voucher.snapshot.price.currency);
    // It was checked before it was sold.
    total.minor = vouchers.iter().fold(0, |sum, sold| sum.saturating_add(sold.voucher.snapshot.price.minor));
    Ok(SaleReceipt {
        sale: sale.to_string(),
        total: total.into(),
        buyer: person.map(|person| person.buyer.as_str().to_owned()).unwrap_or_default(),
        mailed_to: person.and_then(|person| person.email.clone()).filter(|_| is_mailed).map(String::from),
        home_shop: first.voucher.home_shop.map(|shop| view.directory().shop_name(shop).to_owned()),
        sold_at: first.voucher.sold.at.to_string(),
        vouchers: vouchers.iter().map(|sold| line(seat, sold)).collect::<AppResult<_>>()?,
        online,
    })
}

fn line(seat: &Seat, sold: &VoucherView) -> AppResult<SoldVoucher> {
    let VoucherView { voucher, person, .. } = sold;
    Ok(SoldVoucher {
        voucher_id: voucher.id.to_string(),
        code: voucher.code.to_string(),
        title: voucher.snapshot.title.as_str().to_owned(),
        price: voucher.snapshot.price.into(),
        recipient: person.as_ref().and_then(|person| person.recipient.clone()).map(String::from),
        expires_on: voucher.expires_on.map(|day| day.to_string()),
        qr: qr::draw(&seat.signed_code(voucher))?,
    })
}
