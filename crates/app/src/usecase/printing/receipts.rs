//! Receipts: the first is the original, every other one says that it is a duplicate.

use beadsbox_documents::{Receipt, Reprint};
use beadsbox_domain::{Deed, VoucherId};

use super::{
    papers::{self, Paper},
    settings::escpos,
};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    usecase::Seat,
    view::PaperForm,
};

impl Seat {
    /// Prints the receipt of a sale on the till's printer.
    pub async fn print_receipt(&self, form: &PaperForm) -> AppResult<()> {
        self.require(Deed::Sell)?;
        let settings = self.printer_settings().await?;
        let (sale, receipt) = self.receipt(form).await?;
        let job = escpos(&settings).receipt(&receipt)?;
        let printed = self.print(&settings, job).await;
        // What stopped in the middle may be a receipt in somebody's hand.
        if printed.as_ref().err().is_none_or(|error| error.code == ErrorCode::PrinterInterrupted) {
            self.remember(sale).await?;
        }
        printed
    }

    /// The receipt of a sale as a PDF of the roll's width.
    pub async fn receipt_paper(&self, form: &PaperForm) -> AppResult<Paper> {
        self.require(Deed::Sell)?;
        let width = self.printer_settings().await?.width.into();
        let (sale, receipt) = self.receipt(form).await?;
        let pdf = receipt.pdf(width, self.device.host.clock.now())?;
        self.remember(sale).await?;
        Ok(Paper { name: format!("receipt-{}.pdf", receipt.reference), pdf })
    }

    /// The sale's first voucher, by which it is known, and its receipt.
    async fn receipt(&self, form: &PaperForm) -> AppResult<(VoucherId, Receipt)> {
        let (ids, language, seat) = (papers::ids(form)?, form.language.into(), self.clone());
        let sale = *ids.first().ok_or_else(|| AppError::new(ErrorCode::UnknownVoucher, "no vouchers"))?;
        let again = self.device.files(move |store| Ok(store.preference(&mark(sale))?)).await?.is_some();
        let receipt = self
            .read(move |view| {
                let receipt = seat.receipt_of(view, &ids, language)?;
                let (here, now) = (seat.device.enrolment.shop, seat.device.host.clock.now());
                // A receipt that another device sold may have been printed there.
                let elsewhere = view.voucher(sale)?.is_some_and(|found| found.voucher.sold.device != seat.device.enrolment.device);
                let reprint = (again || elsewhere).then(|| Reprint { at: papers::civil(view.directory(), here, now) });
                Ok(Receipt { reprint, ..receipt })
            })
            .await?;
        Ok((sale, receipt))
    }

    async fn remember(&self, sale: VoucherId) -> AppResult<()> {
        self.device.files(move |store| Ok(store.set_preference(&mark(sale), "1")?)).await
    }
}

/// Where this device notes that the receipt of that sale was made.
fn mark(sale: VoucherId) -> String {
    format!("receipt:{sale}")
}
