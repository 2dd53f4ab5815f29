//! How long a voucher has to be valid at least, by the country of the shop that sells it.
//!
//! The rows that come with the program are statutes that name a term for vouchers that are paid for:
//!
//! * Australia, 36 months: Competition and Consumer Act 2010, schedule 2, section 99B.
//! * Ireland, 60 months: Consumer Protection (Gift Vouchers) Act 2019, section 2.
//! * New Zealand, 36 months: Fair Trading (Gift Card Expiry) Amendment Act 2024, in force since 16 March 2026.
//! * United States, 60 months: 15 U.S.C. § 1693l-1 and Regulation E, 12 CFR 1005.20(e).
//!
//! Where a court and no statute decides what is too short (Germany, Austria), an admin adds the row. It is a help, and no legal advice.

use serde::{Deserialize, Serialize};

use crate::{country::Country, template::TemplateContent};

/// A country and how many months a voucher that is sold there has to be valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CountryValidity {
    /// The country.
    pub country: Country,
    /// 1 to 120.
    pub months: u16,
}

/// The least validity by country. A country without a row has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct LeastValidity(pub Vec<CountryValidity>);

/// Why such rows are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeastValidityError {
    /// A country stands there twice.
    #[error("{0} stands there twice")]
    Twice(Country),
    /// Not 1 to 120 months: no template could keep to it.
    #[error("{0}: 1 to 120 months")]
    Months(Country),
}

impl Default for LeastValidity {
    fn default() -> Self {
        let rows = [("AU", 36), ("IE", 60), ("NZ", 36), ("US", 60)];
        Self(
            rows.iter()
                .filter_map(|(code, months)| Some(CountryValidity { country: Country::new(code).ok()?, months: *months }))
                .collect(),
        )
    }
}

impl LeastValidity {
    /// Whether these are the rows that come with the program.
    pub fn is_standard(&self) -> bool {
        *self == Self::default()
    }

    /// Whether each row is one that may be set.
    pub fn check(&self) -> Result<(), LeastValidityError> {
        for (place, row) in self.0.iter().enumerate() {
            if !(1..=TemplateContent::MOST_MONTHS).contains(&row.months) {
                return Err(LeastValidityError::Months(row.country));
            }
            if self.0[..place].iter().any(|before| before.country == row.country) {
                return Err(LeastValidityError::Twice(row.country));
            }
        }
        Ok(())
    }

    /// How many months that country asks for at least.
    pub fn months(&self, country: Country) -> Option<u16> {
        self.0.iter().find(|row| row.country == country).map(|row| row.months)
    }

    /// Of these countries, the one that asks for more than a voucher of that validity gives, and for how many months: the most demanding
    /// of them. None where there is no such country. A voucher that never ends is valid long enough everywhere.
    pub fn broken(&self, validity_months: Option<u16>, countries: impl IntoIterator<Item = Country>) -> Option<CountryValidity> {
        let valid = validity_months?;
        let asked = countries.into_iter().filter_map(|country| Some(CountryValidity { country, months: self.months(country)? }));
        asked.filter(|row| row.months > valid).max_by_key(|row| row.months)
    }
}
