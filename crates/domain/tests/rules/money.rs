use beadsbox_domain::{Currency, Money, MoneyError};
use proptest::{prelude::*, sample::select};
use rstest::rstest;

fn currency(code: &str) -> Currency {
    Currency::from_code(code).unwrap_or_else(|error| panic!("{code}: {error}"))
}

fn any_money() -> impl Strategy<Value = Money> {
    let edges = prop_oneof![any::<i64>(), -2000..2000_i64, select(vec![i64::MIN, i64::MIN + 1, i64::MAX])];
    (edges, select(Currency::all().collect::<Vec<_>>())).prop_map(|(minor, currency)| Money::new(minor, currency))
}

proptest! {
    #[test]
    fn what_is_written_reads_back(money in any_money()) {
        prop_assert_eq!(Money::parse(&money.decimal(), money.currency), Ok(money));
        prop_assert_eq!(Money::parse(&money.decimal().replace('.', ","), money.currency), Ok(money));
    }

    #[test]
    fn decimals_are_those_of_the_currency(money in any_money()) {
        let decimals = money.decimal().split_once('.').map_or(0, |(_, decimals)| decimals.len());
        prop_assert_eq!(decimals, usize::from(money.currency.exponent()));
    }

    #[test]
    fn plain_form_holds_the_amount_and_the_sign_in_front(money in any_money()) {
        let plain = money.to_string();
        prop_assert!(plain.contains(money.decimal().trim_start_matches('-')), "{}", plain);
        prop_assert_eq!(plain.starts_with('-'), money.minor < 0);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,40}", money in any_money()) {
        if let Ok(read) = Money::parse(&text, money.currency) {
            prop_assert_eq!(Money::parse(&read.decimal(), money.currency), Ok(read));
        }
    }

    #[test]
    fn numbers_with_hostile_signs_are_read_or_refused(text in "[-+−., \u{a0}0-9eE]{0,24}", money in any_money()) {
        if let Ok(read) = Money::parse(&text, money.currency) {
            // What was taken has digits, one separator at most, and no sign but a leading minus.
            let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            let digits = digits.strip_prefix('-').unwrap_or(&digits);
            prop_assert!(digits.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ','), "{:?} read as {}", text, read);
            prop_assert!(digits.chars().filter(|c| !c.is_ascii_digit()).count() <= 1);
        }
    }

    #[test]
    fn sums_are_exact_or_refused(a in any_money(), b in any::<i64>()) {
        let sum = a.checked_add(Money::new(b, a.currency));
        let exact = a.minor.checked_add(b).ok_or(MoneyError::OutOfRange);
        prop_assert_eq!(sum, exact.map(|minor| Money::new(minor, a.currency)));
    }
}

/// ISO 4217, list one: those without two decimals. All others have two.
#[test]
fn every_currency_has_its_own_exponent() {
    let none = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
    let three = "BHD IQD JOD KWD LYD OMR TND";
    let four = "CLF UYW";
    for currency in Currency::all() {
        let holds = |list: &str| list.split(' ').any(|code| code == currency.code());
        let expected = if holds(none) {
            0
        } else if holds(three) {
            3
        } else if holds(four) {
            4
        } else {
            2
        };
        assert_eq!(currency.exponent(), expected, "{currency}");
    }
    assert!(Currency::all().count() >= 160, "the standard has more currencies than that");
}

#[test]
fn every_currency_is_known_by_its_code() {
    for currency in Currency::all() {
        assert_eq!(Currency::from_code(currency.code()), Ok(currency));
        assert_eq!(currency.code().len(), 3);
        assert!(!currency.name().is_empty());
        let json = serde_json::to_value(currency).unwrap();
        assert_eq!(json, currency.code());
        assert_eq!(serde_json::from_value::<Currency>(json).unwrap(), currency);
    }
}

#[rstest]
#[case("EUR", 1234, "12.34€")]
#[case("USD", 9876, "$98.76")]
#[case("USD", -9876, "-$98.76")]
#[case("EUR", -5, "-0.05€")]
#[case("GBP", 100, "£1.00")]
#[case("JPY", 1234, "¥1234")]
#[case("BHD", 1234, "1.234\u{a0}BHD")]
#[case("CAD", 1234, "CAD\u{a0}12.34")]
#[case("CHF", 0, "0.00\u{a0}CHF")]
#[case("CLF", 1, "0.0001\u{a0}CLF")]
fn plain_form(#[case] code: &str, #[case] minor: i64, #[case] expected: &str) {
    assert_eq!(Money::new(minor, currency(code)).to_string(), expected);
}

#[rstest]
#[case("EUR", "12.34", 1234)]
#[case("EUR", "12,34", 1234)]
#[case("EUR", "12", 1200)]
#[case("EUR", "12.", 1200)]
#[case("EUR", "12,3", 1230)]
#[case("EUR", ".5", 50)]
#[case("EUR", "-12.34", -1234)]
#[case("EUR", "-0", 0)]
#[case("EUR", " 12.34 ", 1234)]
#[case::french_narrow_space("EUR", "1\u{202f}234\u{202f}567,89", 123_456_789)]
#[case::french_hard_space("EUR", "1\u{a0}234,56", 123_456)]
#[case("JPY", "1234", 1234)]
#[case("BHD", "1.234", 1234)]
#[case("BHD", "1.2", 1200)]
#[case::most("EUR", "92233720368547758.07", i64::MAX)]
#[case::least("EUR", "-92233720368547758.08", i64::MIN)]
#[case("EUR", "000000000000000000000000000000012.34", 1234)]
fn reads(#[case] code: &str, #[case] text: &str, #[case] minor: i64) {
    assert_eq!(Money::parse(text, currency(code)), Ok(Money::new(minor, currency(code))));
}

#[rstest]
#[case::empty("")]
#[case::spaces(" \u{a0}\u{202f}")]
#[case::sign("-")]
#[case::point(".")]
#[case::sign_and_point("-.")]
#[case::two_signs("--5")]
#[case::plus("+5")]
#[case::sign_behind("5-")]
#[case::sign_inside("1-2")]
#[case::sign_in_decimals("1.-2")]
#[case::two_points("1.2.3")]
#[case::grouped_and_decimal("1.234,56")]
#[case::exponent("1e5")]
#[case::hexadecimal("0x10")]
#[case::words("twelve")]
#[case::not_a_number("NaN")]
#[case::infinity("inf")]
#[case::symbol("12.34€")]
#[case::other_digits("١٢")]
#[case::full_width("\u{ff11}\u{ff12}")]
#[case::zero_byte("1\0")]
#[case::bidi("\u{202e}12")]
fn refuses(#[case] text: &str) {
    assert_eq!(Money::parse(text, currency("EUR")), Err(MoneyError::NotANumber));
}

#[rstest]
#[case("EUR", "1.234", 2)]
#[case("EUR", "1.200", 2)]
#[case::grouped_by_comma("EUR", "1,234", 2)]
#[case("JPY", "1.0", 0)]
#[case("BHD", "1.2345", 3)]
fn more_decimals_than_the_currency_has(#[case] code: &'static str, #[case] text: &str, #[case] exponent: u8) {
    assert_eq!(Money::parse(text, currency(code)), Err(MoneyError::TooManyDecimals { currency: code, exponent }));
}

#[rstest]
#[case("EUR", "92233720368547758.08")]
#[case("EUR", "-92233720368547758.09")]
#[case("JPY", "9223372036854775808")]
#[case("CLF", "9223372036854775807")]
fn out_of_range(#[case] code: &str, #[case] text: &str) {
    assert_eq!(Money::parse(text, currency(code)), Err(MoneyError::OutOfRange));
    assert_eq!(Money::parse(&"9".repeat(1_000_000), currency(code)), Err(MoneyError::OutOfRange));
}

#[rstest]
#[case("eur")]
#[case("Eur")]
#[case("EU")]
#[case("EURO")]
#[case("ZZZ")]
#[case("")]
#[case(" EUR")]
#[case("EUR\0")]
#[case("€")]
#[case::gold("XAU")]
#[case::silver("XAG")]
#[case::for_tests("XTS")]
#[case::no_currency("XXX")]
#[case::drawing_rights("XDR")]
fn unknown_currency(#[case] code: &str) {
    let expected = MoneyError::UnknownCurrency(code.to_owned());
    assert_eq!(Currency::from_code(code), Err(expected));
    assert!(serde_json::from_value::<Currency>(code.into()).is_err());
    assert!(Currency::all().all(|currency| currency.code() != code));
}

#[test]
fn an_unknown_currency_is_quoted_in_part_only() {
    assert_eq!(Currency::from_code(&"é".repeat(100_000)), Err(MoneyError::UnknownCurrency("é".repeat(8))));
}

#[test]
fn two_currencies_do_not_add_up() {
    let (euro, dollar) = (currency("EUR"), currency("USD"));
    assert_eq!(Money::new(1, euro).checked_add(Money::new(1, dollar)), Err(MoneyError::CurrencyMismatch(euro, dollar)));
    assert_eq!(Money::new(1, euro).checked_add(Money::new(2, euro)), Ok(Money::new(3, euro)));
}

#[rstest]
#[case::floating(r#"{"minor":12.0,"currency":"EUR"}"#)]
#[case::exponent(r#"{"minor":1e2,"currency":"EUR"}"#)]
#[case::text(r#"{"minor":"12","currency":"EUR"}"#)]
#[case::beyond_64_bits(r#"{"minor":9223372036854775808,"currency":"EUR"}"#)]
#[case::unknown_currency(r#"{"minor":12,"currency":"XAU"}"#)]
#[case::no_currency(r#"{"minor":12}"#)]
#[case::more(r#"{"minor":12,"currency":"EUR","x":1}"#)]
fn hostile_json(#[case] json: &str) {
    assert!(serde_json::from_str::<Money>(json).is_err());
}

#[test]
fn json_form() {
    let money = Money::new(i64::MIN, currency("EUR"));
    let json = serde_json::to_string(&money).unwrap();
    assert_eq!(json, r#"{"minor":-9223372036854775808,"currency":"EUR"}"#);
    assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money);
}
