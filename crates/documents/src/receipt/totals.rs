//! Sums, by currency and rate. Whole minor units throughout.

use beadsbox_domain::{Money, Vat};

use super::{Receipt, ReceiptLine};
use crate::DocumentError;

/// What one rate of VAT comes to in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VatLine {
    /// Hundredths of a percent; none where VAT is due only when the voucher is redeemed (Directive 2006/112/EC, article 30b).
    pub rate_basis_points: Option<u16>,
    /// What was paid, with VAT.
    pub gross: Money,
    /// The VAT in it, rounded half up once for the whole rate.
    pub vat: Money,
}

impl Receipt {
    /// What was paid, one sum a currency, in the order of the lines.
    pub fn totals(&self) -> Result<Vec<Money>, DocumentError> {
        let mut totals: Vec<Money> = Vec::new();
        for line in &self.lines {
            match totals.iter_mut().find(|total| total.currency == line.price.currency) {
                Some(total) => *total = total.checked_add(line.price).map_err(|_| DocumentError::OutOfRange)?,
                None => totals.push(line.price),
            }
        }
        Ok(totals)
    }

    /// The VAT of it, one line a currency and rate, in the order of the lines.
    pub fn vat_lines(&self) -> Result<Vec<VatLine>, DocumentError> {
        let mut sums: Vec<(Option<u16>, Money)> = Vec::new();
        for line in &self.lines {
            let (rate, currency) = (rate_of(line), line.price.currency);
            match sums.iter_mut().find(|(other, sum)| *other == rate && sum.currency == currency) {
                Some((_, sum)) => *sum = sum.checked_add(line.price).map_err(|_| DocumentError::OutOfRange)?,
                None => sums.push((rate, line.price)),
            }
        }
        sums.into_iter()
            .map(|(rate_basis_points, gross)| {
                let vat = rate_basis_points.map_or(Some(0), |rate| included(gross.minor, rate)).ok_or(DocumentError::OutOfRange)?;
                Ok(VatLine { rate_basis_points, gross, vat: Money::new(vat, gross.currency) })
            })
            .collect()
    }
}

const fn rate_of(line: &ReceiptLine) -> Option<u16> {
    match line.vat {
        Vat::SinglePurpose { rate_basis_points } => Some(rate_basis_points),
        Vat::MultiPurpose => None,
    }
}

/// The VAT that an amount with VAT contains, half a minor unit and more rounded up.
fn included(gross: i64, rate_basis_points: u16) -> Option<i64> {
    let (gross, rate) = (i128::from(gross), i128::from(rate_basis_points));
    let whole = 10_000 + rate;
    i64::try_from((2 * gross * rate + whole).div_euclid(2 * whole)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vat_in_an_amount_is_rounded_half_up() {
        assert_eq!(included(12_000, 2_000), Some(2_000));
        assert_eq!(included(4_136, 2_000), Some(689), "689.33");
        assert_eq!(included(1_055, 550), Some(55));
        assert_eq!(included(3, 10_000), Some(2), "1.5");
        assert_eq!((included(999, 0), included(i64::MAX, 10_000)), (Some(0), Some(4_611_686_018_427_387_904)));
    }
}
