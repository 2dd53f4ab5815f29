use beadsbox_domain::{Currency, Money};
use serde::Serialize;

/// An amount, with all that a screen needs to format it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "Money")]
pub struct MoneyView {
    /// Minor units.
    pub minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// How many decimals the currency has.
    pub exponent: u8,
}

impl From<Money> for MoneyView {
    fn from(money: Money) -> Self {
        Self { minor: money.minor, currency: money.currency.code().to_owned(), exponent: money.currency.exponent() }
    }
}

/// A currency to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "Currency")]
pub struct CurrencyView {
    /// ISO 4217.
    pub code: String,
    /// In English.
    pub name: String,
    /// How many decimals it has.
    pub exponent: u8,
}

impl From<Currency> for CurrencyView {
    fn from(currency: Currency) -> Self {
        Self { code: currency.code().to_owned(), name: currency.name(), exponent: currency.exponent() }
    }
}
