use beadsbox_domain::{Currency, Date, ShopId, Vat};
use serde::{Deserialize, Serialize};

use super::Made;

/// `GET /v1/reports/vat`: what is due when. A single-purpose voucher is taxed at its sale, and the tax comes back with a refund; a
/// multi-purpose one is taxed at its redemption by the rate of what was handed over, which the books do not know: of that they say the value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct VatReport {
    /// How it was made.
    pub made: Made,
    /// By day, week or month, then shop, currency and kind.
    pub lines: Vec<VatLine>,
    /// There are more lines than these.
    pub cut: bool,
}

/// One kind of voucher in one shop, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct VatLine {
    /// The first day of the part; none for the whole period.
    #[schema(value_type = Option<String>, format = Date)]
    pub start: Option<Date>,
    /// The shop whose business it was.
    pub shop: ShopId,
    /// The currency.
    pub currency: Currency,
    /// The kind, with the rate where it has one.
    pub vat: Vat,
    /// Sold, VAT included.
    pub sold: i64,
    /// Refunded, VAT included.
    pub refunded: i64,
    /// Vouchers that took the place of others, less those whose place was taken, VAT included.
    pub replaced: i64,
    /// The VAT that is due of the sales and of what was replaced, less what came back with refunds; 0 of multi-purpose vouchers.
    pub due: i64,
    /// Of multi-purpose vouchers: the value redeemed, less what was taken back, to be taxed by the rate of what was handed over. 0 of others.
    pub to_be_taxed: i64,
}
