//! Money: whole minor units of an ISO 4217 currency. Floating point never touches it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A currency of ISO 4217, by its three-letter code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "EUR"))]
pub struct Currency(iso_currency::Currency);

/// What can be wrong with an amount of money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a currency of ISO 4217, or one without minor units such as gold (XAU).
    #[error("unknown currency {0:?}")]
    UnknownCurrency(String),
    /// Not a number as people write one.
    #[error("not an amount")]
    NotANumber,
    /// More decimals than the currency has.
    #[error("{currency} has {exponent} decimals")]
    TooManyDecimals {
        /// The currency's code.
        currency: &'static str,
        /// How many decimals it has.
        exponent: u8,
    },
    /// Beyond 64 bits of minor units.
    #[error("amount out of range")]
    OutOfRange,
    /// Two currencies in one sum.
    #[error("{0} and {1} do not add up")]
    CurrencyMismatch(Currency, Currency),
}

impl Currency {
    /// Every currency that can price a voucher, by code.
    pub fn all() -> impl Iterator<Item = Self> {
        use iso_currency::IntoEnumIterator as _;
        iso_currency::Currency::iter().filter(|c| c.exponent().is_some()).map(Self)
    }

    /// Reads a code, in capitals as the standard writes it.
    pub fn from_code(code: &str) -> Result<Self, MoneyError> {
        iso_currency::Currency::from_code(code)
            .filter(|currency| currency.exponent().is_some())
            .map(Self)
            .ok_or_else(|| MoneyError::UnknownCurrency(code.chars().take(8).collect()))
    }

    /// The three letters.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// The name in English, as the standard gives it.
    pub fn name(self) -> String {
        self.0.name().to_owned()
    }

    /// How many decimals the currency has: JPY 0, EUR 2, BHD 3.
    pub fn exponent(self) -> u8 {
        // Every `Currency` was made by `from_code` or `all`, which let only those with an exponent pass.
        self.0.exponent().map_or(0, |exponent| u8::try_from(exponent).unwrap_or(0))
    }

    /// Whether the plain form puts the symbol in front, as English writes its own currencies.
    fn symbol_leads(self) -> bool {
        matches!(
            self.code(),
            "USD" | "GBP" | "JPY" | "CNY" | "INR" | "AUD" | "CAD" | "NZD" | "HKD" | "SGD" | "MXN" | "BRL" | "KRW" | "ILS" | "PHP" | "NGN"
        )
    }

    fn symbol(self) -> String {
        // The symbol where it is one sign that people know; otherwise the code, which nobody mistakes.
        match self.code() {
            "EUR" => "€".into(),
            "USD" => "$".into(),
            "GBP" => "£".into(),
            "JPY" => "¥".into(),
            "INR" => "₹".into(),
            "KRW" => "₩".into(),
            "ILS" => "₪".into(),
            "PHP" => "₱".into(),
            "NGN" => "₦".into(),
            code => format!("{}{code}{}", if self.symbol_leads() { "" } else { "\u{a0}" }, if self.symbol_leads() { "\u{a0}" } else { "" }),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;
    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::from_code(&code)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

/// An amount: `minor` units (cents of EUR, yen of JPY, fils of BHD) of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// An amount of minor units.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The sum, if both are of one currency and it fits.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch(self.currency, other.currency));
        }
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::OutOfRange)?;
        Ok(Self { minor, currency: self.currency })
    }

    /// Reads what a person typed: digits, at most one decimal point or comma, with no more decimals than the currency has.
    /// Spaces (also the narrow ones of French numbers) between digits are passed over; a sign in front is taken.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (negative, digits) = compact.strip_prefix('-').map_or((false, compact.as_str()), |rest| (true, rest));
        let (whole, decimals) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
        let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if (whole.is_empty() && decimals.is_empty()) || !is_number(whole) || !is_number(decimals) {
            return Err(MoneyError::NotANumber);
        }
        let exponent = usize::from(currency.exponent());
        if decimals.len() > exponent {
            return Err(MoneyError::TooManyDecimals { currency: currency.code(), exponent: currency.exponent() });
        }
        let sign = if negative { "-" } else { "" };
        format!("{sign}{whole}{decimals:0<exponent$}")
            .parse()
            .map(|minor| Self { minor, currency })
            .map_err(|_| MoneyError::OutOfRange)
    }

    /// The amount alone, with a point: `12.34`. It is what `parse` reads back.
    pub fn decimal(self) -> String {
        let exponent = usize::from(self.currency.exponent());
        let sign = if self.minor < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", self.minor.unsigned_abs(), width = exponent + 1);
        let (whole, decimals) = digits.split_at(digits.len() - exponent);
        let point = if exponent == 0 { "" } else { "." };
        format!("{sign}{whole}{point}{decimals}")
    }
}

/// The plain form: `12.34€`, `$98.76`. Screens format by the reader's locale instead.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (decimal, symbol) = (self.decimal(), self.currency.symbol());
        if !self.currency.symbol_leads() {
            return write!(f, "{decimal}{symbol}");
        }
        match decimal.strip_prefix('-') {
            Some(positive) => write!(f, "-{symbol}{positive}"),
            None => write!(f, "{symbol}{decimal}"),
        }
    }
}
