//! The receipt of a sale, put together from what is kept of it on this device's disk.

use beadsbox_domain::{Money, OpId, Operation};
use beadsbox_store::{View, VoucherView};

use super::{Seat, qr};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    view::{SaleReceipt, SoldVoucher},
};

impl Seat {
    /// What is on this device's disk of the sale that these operations are. It is made, whatever becomes of this.
    pub(super) async fn receipt_of_sale(&self, ops: Vec<OpId>) -> AppResult<SaleReceipt> {
        let (online, seat) = (self.device.is_online(), self.clone());
        let receipt = self.read(move |view| receipt(&seat, view, &ops, online)).await;
        receipt.map_err(|error| {
            tracing::error!(%error, "a sale is recorded and cannot be shown");
            AppError::new(ErrorCode::SaleNotShown, "the sale is recorded, and its receipt cannot be put together")
        })
    }
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
