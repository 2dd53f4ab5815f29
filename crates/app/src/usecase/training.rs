//! The made-up vouchers of a training.

use beadsbox_domain::Deed;

use super::{Seat, qr};
use crate::{error::AppResult, view::TrainingVoucher};

impl Seat {
    /// What a training began with, to scan from the screen or to type; nothing where none is on.
    pub async fn training_vouchers(&self) -> AppResult<Vec<TrainingVoucher>> {
        self.require(Deed::Redeem)?;
        let codes = self.device.training.clone().unwrap_or_default();
        self.read(move |view| {
            let mut vouchers = Vec::with_capacity(codes.len());
            for code in codes {
                let Some(found) = view.voucher_by_code(code)? else { continue };
                vouchers.push(TrainingVoucher {
                    code: code.to_string(),
                    title: found.voucher.snapshot.title.as_str().to_owned(),
                    price: found.voucher.snapshot.price.into(),
                    status: found.voucher.status,
                    qr: qr::draw(&code.compact())?,
                });
            }
            Ok(vouchers)
        })
        .await
    }
}
