//! The receipt of a sale: one type, on whatever it is printed.

mod blocks;
mod pdf;
mod totals;

use beadsbox_domain::{Date, Money, Payment, Vat, text::Address};
use jiff::civil::DateTime;

pub(crate) use blocks::{Block, blocks};
pub use totals::VatLine;

use crate::Language;

/// A sale, as it is told to who paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// In whose language.
    pub language: Language,
    /// Where it was sold.
    pub shop: Shop,
    /// What it is found by in the books.
    pub reference: String,
    /// When, by the clock of the shop.
    pub sold_at: DateTime,
    /// At which till.
    pub till: String,
    /// By whom.
    pub staff: String,
    /// What was sold, at least one.
    pub lines: Vec<ReceiptLine>,
    /// How it was paid.
    pub payment: Payment,
    /// It was paid on the shop page, whatever kind of payment stands in the books.
    pub online: bool,
    /// Set where it is printed again; the paper says so.
    pub reprint: Option<Reprint>,
    /// Nothing was sold: the paper says so.
    pub training: bool,
}

/// A shop, as it stands on paper.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Shop {
    /// Its name.
    pub name: String,
    /// Address, telephone, VAT number: a line each.
    pub lines: Vec<String>,
}

impl Shop {
    /// A shop of that name, with what it wants to stand below it.
    pub fn new(name: impl Into<String>, address: Option<&Address>) -> Self {
        Self { name: name.into(), lines: address.map(|address| address.as_str().lines().map(str::to_owned).collect()).unwrap_or_default() }
    }
}

/// A voucher that was sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptLine {
    /// What it is for.
    pub title: String,
    /// Its code, in groups.
    pub code: String,
    /// What was paid for it, with VAT.
    pub price: Money,
    /// How it is taxed.
    pub vat: Vat,
    /// Its last day.
    pub expires_on: Option<Date>,
    /// What its QR code says, where the receipt shall carry one.
    pub qr: Option<String>,
}

/// A receipt that was printed before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reprint {
    /// When this one is printed, by the clock of the shop.
    pub at: DateTime,
}
