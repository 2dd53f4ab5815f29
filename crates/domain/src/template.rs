//! Voucher templates: what can be sold.

use serde::{Deserialize, Serialize};

use crate::{
    ids::TemplateId,
    money::Money,
    text::{Description, Title},
    voucher::Stamp,
};

/// The kind of voucher for VAT (Directive 2006/112/EC, articles 30a and 30b).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Vat {
    /// Place and rate are known at the sale: taxed then.
    SinglePurpose {
        /// Hundredths of a percent: 2000 is 20 %.
        rate_basis_points: u16,
    },
    /// Taxed when redeemed.
    MultiPurpose,
}

/// By hand, because serde passes over what stands beside a variant without fields, also under `deny_unknown_fields`.
impl<'de> Deserialize<'de> for Vat {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
        enum Read {
            SinglePurpose { rate_basis_points: u16 },
            MultiPurpose {},
        }
        Ok(match Read::deserialize(deserializer)? {
            Read::SinglePurpose { rate_basis_points } => Self::SinglePurpose { rate_basis_points },
            Read::MultiPurpose {} => Self::MultiPurpose,
        })
    }
}

/// What a template says; also the snapshot that a voucher takes of it at the sale.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TemplateContent {
    /// What it is called.
    pub title: Title,
    /// What the recipient gets.
    pub description: Description,
    /// Above 0.
    pub price: Money,
    /// How many months a voucher is valid, 1 to 120; none for ever.
    pub validity_months: Option<u16>,
    /// For the books.
    pub vat: Vat,
}

/// What is wrong with a template's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// A price of 0 or below.
    #[error("the price must be above 0")]
    Price,
    /// Not 1 to 120 months.
    #[error("a voucher is valid for 1 to 120 months, or for ever")]
    Validity,
    /// A VAT rate above 100 %.
    #[error("a VAT rate is at most 100 %")]
    VatRate,
}

impl TemplateContent {
    /// The longest validity, in months.
    pub const MOST_MONTHS: u16 = 120;

    /// Checks what the types alone do not hold.
    pub fn check(&self) -> Result<(), ContentError> {
        if self.price.minor <= 0 {
            return Err(ContentError::Price);
        }
        if self.validity_months.is_some_and(|months| !(1..=Self::MOST_MONTHS).contains(&months)) {
            return Err(ContentError::Validity);
        }
        if matches!(self.vat, Vat::SinglePurpose { rate_basis_points } if rate_basis_points > 10_000) {
            return Err(ContentError::VatRate);
        }
        Ok(())
    }
}

/// A template as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// What it says.
    pub content: TemplateContent,
    /// Counts the contents, from 1. An edit names the version that it was made on.
    pub version: u32,
    /// Hidden from sale.
    pub archived: bool,
    /// The last change.
    pub changed: Stamp,
    /// Counts every change, from 1.
    pub row_version: u64,
}
