use beadsbox_domain::{
    Currency, Date, Payment, ShopId,
    ledger::{Accounts, Posting},
};
use serde::{Deserialize, Serialize};

use super::Made;

/// `GET /v1/reports/accounting`: the days' sums, and the same as double entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Accounting {
    /// How it was made.
    pub made: Made,
    /// By day, shop, currency and payment; what was paid online apart.
    pub lines: Vec<AccountingLine>,
    /// By day; debits and credits of a day and currency are the same.
    pub postings: Vec<Posting>,
    /// The accounts' numbers.
    pub accounts: Accounts,
    /// Their version, for changing them.
    pub row_version: u64,
    /// There is more than this: ask for a shorter period.
    pub cut: bool,
}

/// One day in one shop, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AccountingLine {
    /// The business day.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// The shop whose business it was.
    pub shop: ShopId,
    /// The currency.
    pub currency: Currency,
    /// How money came or went back; none of what moved none.
    pub payment: Option<Payment>,
    /// What the shop page sold, paid at the payment provider.
    #[serde(default)]
    pub online: bool,
    /// Sold.
    pub sold: i64,
    /// Refunded.
    pub refunded: i64,
    /// Paid as the difference of exchanges, less what was returned, and less what banks took back of vouchers that were no more owed.
    pub other: i64,
    /// The VAT that became due, less what came back.
    pub vat: i64,
    /// By how much it moved what is owed for vouchers.
    pub owed: i64,
}

/// `PUT /v1/admin/accounts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountsChange {
    /// The version that it was made on: 409 on an older one.
    pub row_version: u64,
    /// Every number.
    pub accounts: Accounts,
}
