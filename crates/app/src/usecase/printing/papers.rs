//! From what the files know to what stands on paper.

use beadsbox_documents::{DocumentError, Language, Receipt, ReceiptLine, Shop, VoucherPaper};
use beadsbox_domain::{Deed, DeviceId, Refusal, ShopId, Status, Timestamp, Voucher, VoucherId};
use beadsbox_store::{Directory, View, VoucherView};
use jiff::civil::DateTime;

use crate::{
    error::{AppError, AppResult, ErrorCode},
    usecase::{Seat, id, names, reports::words, sell::MOST_VOUCHERS_OF_A_SALE},
    view::PaperForm,
};

/// A finished PDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// A name for its file, of letters, digits and dashes.
    pub name: String,
    /// The PDF.
    pub pdf: Vec<u8>,
}

impl Seat {
    /// Each of the vouchers as a PDF.
    pub async fn voucher_papers(&self, form: &PaperForm) -> AppResult<Vec<Paper>> {
        self.require(Deed::Sell)?;
        let (ids, language, with_price) = (ids(form)?, form.language.into(), form.with_price);
        let now = self.device.host.clock.now();
        let seat = self.clone();
        self.read(move |view| {
            let vouchers = found(view, &ids)?;
            // A fresh signature on it would open other tills' drawers.
            if let Some(other) = vouchers.iter().map(|found| &found.voucher).find(|voucher| voucher.status != Status::Purchased) {
                let refusal = Refusal::StatusIs { status: other.status, since: other.since };
                return Err(AppError::refused(names::refusal(view.directory(), &refusal)));
            }
            // Its paper would be worth something before the one that it stands for is dead.
            if vouchers.iter().any(|found| found.waiting && found.voucher.marks.replaces.is_some()) {
                return Err(AppError::new(ErrorCode::ReplacementWaiting, "the server has not confirmed the replacement"));
            }
            let made = vouchers.iter().map(|found| {
                let paper = seat.voucher_paper(view.directory(), found, language, with_price);
                let pdf = paper.pdf(now)?;
                Ok(Paper { name: format!("voucher-{}.pdf", paper.code), pdf })
            });
            made.collect()
        })
        .await
    }

    pub(in crate::usecase) fn voucher_paper(&self, directory: &Directory, found: &VoucherView, language: Language, with_price: bool) -> VoucherPaper {
        let voucher = &found.voucher;
        let home_shop = voucher.home_shop.map(|home| directory.shop_name(home));
        VoucherPaper {
            price: with_price.then_some(voucher.snapshot.price),
            training: self.device.is_training(),
            ..VoucherPaper::of(voucher, found.person.as_ref(), self.signed_code(voucher), home_shop, shop(directory, voucher.sold.shop), language)
        }
    }

    /// The receipt of a sale, from its vouchers, and the device that sold them.
    pub(super) fn receipt_of(&self, view: &View<'_>, vouchers: &[VoucherId], language: Language) -> AppResult<(Receipt, DeviceId)> {
        let (vouchers, directory) = (found(view, vouchers)?, view.directory());
        let first = &vouchers.first().ok_or(DocumentError::Nothing)?.voucher;
        if !vouchers.iter().all(|found| is_one_sale(first, &found.voucher)) {
            return Err(AppError::new(ErrorCode::UnknownVoucher, "vouchers of several sales"));
        }
        let (on_page, on_shop_page) = (first.is_sold_by_server(), words::shop_page(language));
        let receipt = Receipt {
            language,
            shop: shop(directory, first.sold.shop),
            reference: reference(first),
            sold_at: civil(directory, first.sold.shop, first.sold.at),
            till: if on_page { on_shop_page.to_owned() } else { directory.device_name(first.sold.device).to_owned() },
            // Nobody sold it there.
            staff: directory.staff_name(first.sold.staff).to_owned(),
            lines: vouchers.iter().map(|found| self.line(&found.voucher)).collect(),
            payment: first.payment,
            online: on_page,
            reprint: None,
            training: self.device.is_training(),
        };
        Ok((receipt, first.sold.device))
    }

    fn line(&self, voucher: &Voucher) -> ReceiptLine {
        ReceiptLine {
            title: voucher.snapshot.title.as_str().to_owned(),
            code: voucher.code.to_string(),
            price: voucher.snapshot.price,
            vat: voucher.snapshot.vat,
            expires_on: voucher.expires_on,
            qr: Some(self.signed_code(voucher)),
        }
    }
}

pub(super) fn ids(form: &PaperForm) -> AppResult<Vec<VoucherId>> {
    if form.voucher_ids.is_empty() || form.voucher_ids.len() > MOST_VOUCHERS_OF_A_SALE as usize {
        return Err(AppError::new(ErrorCode::UnknownVoucher, "no vouchers of one sale"));
    }
    form.voucher_ids.iter().map(|text| id(text, ErrorCode::UnknownVoucher)).collect()
}

/// The vouchers of one sale are recorded in one moment.
fn is_one_sale(one: &Voucher, other: &Voucher) -> bool {
    let of = |voucher: &Voucher| (voucher.sold.device, voucher.sold.staff, voucher.sold.at, voucher.payment);
    of(one) == of(other)
}

fn found(view: &View<'_>, ids: &[VoucherId]) -> AppResult<Vec<VoucherView>> {
    let one = |id: &VoucherId| view.voucher(*id)?.ok_or_else(|| AppError::new(ErrorCode::UnknownVoucher, "no such voucher here"));
    ids.iter().map(one).collect()
}

pub(super) fn shop(directory: &Directory, shop: ShopId) -> Shop {
    Shop::new(directory.shop_name(shop), directory.shop(shop).and_then(|shop| shop.address.as_ref()))
}

/// What the clock of that shop shows.
pub(super) fn civil(directory: &Directory, shop: ShopId, at: Timestamp) -> DateTime {
    at.to_zoned(directory.time_zone(shop)).datetime()
}

/// The end of the sale's id, where it is random: short enough to be read out.
fn reference(voucher: &Voucher) -> String {
    let id = voucher.sold.op.to_string().to_uppercase();
    let digits = id.get(id.len().saturating_sub(8)..).unwrap_or_default();
    let (one, other) = digits.split_at(digits.len() / 2);
    format!("{one}-{other}")
}

impl From<DocumentError> for AppError {
    fn from(error: DocumentError) -> Self {
        Self::internal(error)
    }
}
