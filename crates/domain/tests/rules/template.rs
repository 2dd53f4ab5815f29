use beadsbox_domain::{TemplateContent, Vat, template::ContentError};
use rstest::rstest;

use crate::support::{content, eur};

fn check(change: impl FnOnce(&mut TemplateContent)) -> Result<(), ContentError> {
    let mut content = content();
    change(&mut content);
    content.check()
}

#[rstest]
#[case(1, Ok(()))]
#[case(i64::MAX, Ok(()))]
#[case(0, Err(ContentError::Price))]
#[case(-1, Err(ContentError::Price))]
#[case(i64::MIN, Err(ContentError::Price))]
fn prices_are_above_0(#[case] minor: i64, #[case] expected: Result<(), ContentError>) {
    assert_eq!(check(|content| content.price = eur(minor)), expected);
}

#[rstest]
#[case(None, Ok(()))]
#[case(Some(1), Ok(()))]
#[case(Some(120), Ok(()))]
#[case(Some(0), Err(ContentError::Validity))]
#[case(Some(121), Err(ContentError::Validity))]
#[case(Some(u16::MAX), Err(ContentError::Validity))]
fn validity_is_1_to_120_months_or_for_ever(#[case] months: Option<u16>, #[case] expected: Result<(), ContentError>) {
    assert_eq!(check(|content| content.validity_months = months), expected);
}

#[rstest]
#[case(Vat::MultiPurpose, Ok(()))]
#[case(Vat::SinglePurpose { rate_basis_points: 0 }, Ok(()))]
#[case(Vat::SinglePurpose { rate_basis_points: 10_000 }, Ok(()))]
#[case(Vat::SinglePurpose { rate_basis_points: 10_001 }, Err(ContentError::VatRate))]
fn vat_is_at_most_all_of_it(#[case] vat: Vat, #[case] expected: Result<(), ContentError>) {
    assert_eq!(check(|content| content.vat = vat), expected);
}

#[test]
fn json_form() {
    let json = serde_json::to_value(content()).unwrap();
    let expected = serde_json::json!({
        "title": "Night walk",
        "description": "Two hours\nwith a guide",
        "price": {"minor": 4136, "currency": "EUR"},
        "validity_months": 12,
        "vat": {"kind": "single_purpose", "rate_basis_points": 2000},
    });
    assert_eq!(json, expected);
    assert_eq!(serde_json::from_value::<TemplateContent>(json).unwrap(), content());
    assert_eq!(serde_json::to_value(Vat::MultiPurpose).unwrap(), serde_json::json!({"kind": "multi_purpose"}));
}

#[rstest]
#[case(r#"{"kind":"none"}"#)]
#[case(r#"{"kind":"single_purpose"}"#)]
#[case(r#"{"kind":"single_purpose","rate_basis_points":-1}"#)]
#[case(r#"{"kind":"single_purpose","rate_basis_points":65536}"#)]
#[case(r#"{"kind":"single_purpose","rate_basis_points":2000,"x":1}"#)]
#[case(r#"{"kind":"multi_purpose","rate_basis_points":2000}"#)]
fn no_vat(#[case] json: &str) {
    assert!(serde_json::from_str::<Vat>(json).is_err());
}
