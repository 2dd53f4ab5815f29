//! Amounts as Stripe counts them: nearly always in minor units. <https://docs.stripe.com/currencies#zero-decimal>

use beadsbox_domain::{Currency, Money};

/// Currencies that have no minor unit by ISO 4217, and two decimals at Stripe.
const TWO_DECIMALS_THERE: [&str; 2] = ["ISK", "UGX"];
/// Currencies that have two decimals by ISO 4217, and none at Stripe.
const NO_DECIMALS_THERE: [&str; 1] = ["MGA"];

/// The amount that Stripe charges for that price; none for one that it cannot charge.
pub(in crate::shop) fn charged(price: Money) -> Option<i64> {
    let (code, minor) = (price.currency.code(), price.minor);
    if minor <= 0 {
        None
    } else if TWO_DECIMALS_THERE.contains(&code) {
        minor.checked_mul(100)
    } else if NO_DECIMALS_THERE.contains(&code) {
        (minor % 100 == 0).then_some(minor / 100)
    } else if price.currency.exponent() == 3 {
        // The last of three decimals has to be 0.
        (minor % 10 == 0).then_some(minor)
    } else {
        Some(minor)
    }
}

/// The other way: an amount and a currency as Stripe tells them. None for what it does not tell.
pub(in crate::shop) fn counted(amount: i64, currency: &str) -> Option<Money> {
    let currency = Currency::from_code(&currency.to_ascii_uppercase()).ok().filter(|_| amount >= 0)?;
    let minor = if TWO_DECIMALS_THERE.contains(&currency.code()) {
        amount / 100
    } else if NO_DECIMALS_THERE.contains(&currency.code()) {
        amount.checked_mul(100)?
    } else {
        amount
    };
    Some(Money::new(minor, currency))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(4136, "EUR", Some(4136))]
    #[case(98_000, "JPY", Some(98_000))]
    #[case(500, "ISK", Some(50_000))]
    #[case(i64::MAX, "UGX", None)]
    #[case(120_000, "MGA", Some(1_200))]
    #[case(120_050, "MGA", None)]
    #[case(1_250, "BHD", Some(1_250))]
    #[case(1_255, "BHD", None)]
    #[case(0, "EUR", None)]
    fn each_currency_as_stripe_counts_it(#[case] minor: i64, #[case] code: &str, #[case] expected: Option<i64>) {
        let price = Money::new(minor, Currency::from_code(code).unwrap());
        assert_eq!(charged(price), expected);
        if let Some(amount) = expected {
            assert_eq!(counted(amount, &code.to_ascii_lowercase()), Some(price), "and back");
        }
    }

    #[test]
    fn what_stripe_does_not_tell_is_none() {
        for (amount, currency) in [(-1, "eur"), (1, "xxz"), (1, ""), (i64::MAX, "mga")] {
            assert_eq!(counted(amount, currency), None, "{amount} {currency}");
        }
    }
}
