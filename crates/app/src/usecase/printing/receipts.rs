//! Receipts: the first is the original, every other one says that it is a duplicate.

use beadsbox_documents::{Receipt, Reprint};
use beadsbox_domain::{Deed, VoucherId};

use super::{
    papers::{self, Paper},
    settings::escpos,
};
use crate::{
    error::{AppResult, ErrorCode},
    usecase::Seat,
    view::PaperForm,
};

/// A receipt, and what this device noted of it before anybody could hold it in their hand.
struct Made {
    receipt: Receipt,
    /// The notes that were made for it.
    noted: Vec<String>,
}

impl Seat {
    /// Prints the receipt of a sale on the till's printer.
    pub async fn print_receipt(&self, form: &PaperForm) -> AppResult<()> {
        self.require(Deed::Sell)?;
        let settings = self.printer_settings().await?;
        let made = self.receipt(form).await?;
        let printed = match escpos(&settings).receipt(&made.receipt) {
            Ok(job) => self.print(&settings, job).await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = &printed
            && error.code != ErrorCode::PrinterInterrupted
        {
            // What stopped in the middle may be a receipt in somebody's hand; this one is in nobody's.
            self.take_back(made.noted).await;
        }
        printed
    }

    /// The receipt of a sale as a PDF of the roll's width.
    pub async fn receipt_paper(&self, form: &PaperForm) -> AppResult<Paper> {
        self.require(Deed::Sell)?;
        let width = self.printer_settings().await?.width.into();
        let Made { receipt, noted } = self.receipt(form).await?;
        match receipt.pdf(width, self.device.host.clock.now()) {
            Ok(pdf) => Ok(Paper { name: format!("receipt-{}.pdf", receipt.reference), pdf }),
            Err(error) => {
                self.take_back(noted).await;
                Err(error.into())
            }
        }
    }

    /// The receipt, noted as made for each of its vouchers: in whatever order they are asked for the next time, it is a duplicate.
    async fn receipt(&self, form: &PaperForm) -> AppResult<Made> {
        let (ids, language, seat) = (papers::ids(form)?, form.language.into(), self.clone());
        let marks: Vec<String> = ids.iter().map(mark).collect();
        let made = self.read(move |view| {
            let (receipt, sold_by) = seat.receipt_of(view, &ids, language)?;
            let (here, now) = (seat.device.place().shop, seat.device.host.clock.now());
            let again = Reprint { at: papers::civil(view.directory(), here, now) };
            // A receipt that another device sold may have been printed there.
            Ok((receipt, again, sold_by != seat.device.enrolment.device))
        });
        let (receipt, again, elsewhere) = made.await?;
        let all = marks.len();
        let noted = self.device.files(move |store| Ok(store.claim_preferences(marks, "1")?)).await?;
        let reprint = (elsewhere || noted.len() < all).then_some(again);
        Ok(Made { receipt: Receipt { reprint, ..receipt }, noted })
    }

    /// Where that fails, what kept the receipt from being made is told all the same; its next print says that it is a duplicate.
    async fn take_back(&self, noted: Vec<String>) {
        if let Err(error) = self.device.files(move |store| Ok(store.clear_preferences(noted)?)).await {
            tracing::warn!(%error, "a receipt that was not made is noted as made");
        }
    }
}

/// Where this device notes that the receipt of that voucher's sale was made.
fn mark(voucher: &VoucherId) -> String {
    format!("receipt:{voucher}")
}
