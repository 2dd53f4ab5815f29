use beadsbox_domain::{Country, CountryValidity, LeastValidity, LeastValidityError};
use rstest::rstest;

fn country(code: &str) -> Country {
    Country::new(code).expect("a country")
}

fn row(code: &str, months: u16) -> CountryValidity {
    CountryValidity { country: country(code), months }
}

#[test]
fn a_country_is_two_letters_that_one_has() {
    assert_eq!(Country::new(" fr ").unwrap().code(), "FR");
    for nobody in ["", "F", "FRA", "XX", "EU", "F1", "\u{e9}\u{e9}", "FR AD"] {
        assert!(Country::new(nobody).is_err(), "{nobody:?}");
    }
    let all: Vec<Country> = Country::all().collect();
    assert_eq!(all.len(), 249);
    assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "in order, and none twice");
    assert_eq!(serde_json::from_str::<Country>("\"de\"").unwrap(), country("DE"));
    assert!(serde_json::from_str::<Country>("\"DEU\"").is_err());
}

#[test]
fn the_rows_that_come_with_the_program_may_be_set() {
    let standard = LeastValidity::default();
    assert_eq!(standard.0, [row("AU", 36), row("IE", 60), row("NZ", 36), row("US", 60)]);
    assert_eq!((standard.check(), standard.is_standard()), (Ok(()), true));
    assert!(!LeastValidity(Vec::new()).is_standard());
}

#[rstest]
#[case(vec![row("DE", 36), row("FR", 12), row("DE", 24)], LeastValidityError::Twice(country("DE")))]
#[case(vec![row("DE", 0)], LeastValidityError::Months(country("DE")))]
#[case(vec![row("FR", 1), row("DE", 121)], LeastValidityError::Months(country("DE")))]
fn what_no_template_could_keep_to_is_not_taken(#[case] rows: Vec<CountryValidity>, #[case] error: LeastValidityError) {
    assert_eq!(LeastValidity(rows).check(), Err(error));
}

#[rstest]
#[case::long_enough(Some(36), &["DE", "FR"], None)]
#[case::a_month_too_short(Some(35), &["FR", "DE"], Some(row("DE", 36)))]
#[case::the_most_demanding(Some(12), &["DE", "IE", "FR"], Some(row("IE", 60)))]
#[case::not_sold_there(Some(1), &["FR"], None)]
#[case::sold_nowhere(Some(1), &[], None)]
#[case::never_ends(None, &["DE", "IE"], None)]
fn a_validity_breaks_what_the_most_demanding_country_asks(#[case] months: Option<u16>, #[case] countries: &[&str], #[case] broken: Option<CountryValidity>) {
    let rows = LeastValidity(vec![row("DE", 36), row("IE", 60)]);
    assert_eq!(rows.broken(months, countries.iter().map(|code| country(code))), broken);
}
