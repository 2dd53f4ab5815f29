use beadsbox_domain::{Person, PersonHash};
use rstest::rstest;

#[test]
fn hash_is_64_lower_case_digits() {
    let bytes = std::array::from_fn(|place| u8::try_from(place * 8).unwrap());
    let hash = PersonHash(bytes);
    let text = "0008101820283038404850586068707880889098a0a8b0b8c0c8d0d8e0e8f0f8";
    assert_eq!(hash.to_string(), text);
    assert_eq!(format!("{hash:?}"), text);
    assert_eq!(serde_json::to_value(hash).unwrap(), text);
    assert_eq!(serde_json::from_value::<PersonHash>(text.into()).unwrap(), hash);
    assert_eq!(PersonHash::try_from(text.to_uppercase()).unwrap(), hash);
}

#[rstest]
#[case::empty(String::new())]
#[case::short("0".repeat(63))]
#[case::long("0".repeat(65))]
#[case::no_digit(format!("{}g", "0".repeat(63)))]
#[case::sign("+1".repeat(32))]
#[case::minus("-0".repeat(32))]
#[case::space(" 1".repeat(32))]
#[case::two_bytes_each("é".repeat(32))]
fn no_hash(#[case] text: String) {
    assert!(PersonHash::try_from(text.clone()).is_err(), "{text}");
    assert!(serde_json::from_value::<PersonHash>(text.into()).is_err());
}

#[test]
fn what_nobody_gave_is_left_out() {
    let person: Person = serde_json::from_str(r#"{"buyer":"Anna"}"#).unwrap();
    assert_eq!((&person.email, &person.recipient, &person.message), (&None, &None, &None));
    assert_eq!(serde_json::to_string(&person).unwrap(), r#"{"buyer":"Anna"}"#);
}

#[rstest]
#[case(r"{}")]
#[case(r#"{"buyer":""}"#)]
#[case(r#"{"buyer":"Anna","email":"nobody"}"#)]
#[case(r#"{"buyer":"Anna","message":""}"#)]
#[case(r#"{"buyer":"Anna","phone":"1"}"#)]
#[case(r#"{"buyer":"Anna","buyer":"Bert"}"#)]
fn no_person(#[case] json: &str) {
    assert!(serde_json::from_str::<Person>(json).is_err());
}
