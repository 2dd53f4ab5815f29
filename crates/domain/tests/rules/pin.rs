use beadsbox_domain::{Pin, PinError};
use rstest::rstest;

#[rstest]
#[case("402817")]
#[case(" 9073154821 ")]
#[case("110235")]
fn a_pin(#[case] text: &str) {
    assert_eq!(Pin::new(text).map(|pin| pin.as_str().to_owned()), Ok(text.trim().to_owned()));
}

#[rstest]
#[case("", PinError::Length)]
#[case("40281", PinError::Length)]
#[case("40281740281", PinError::Length)]
#[case("40281a", PinError::NotDigits)]
#[case("-40281", PinError::NotDigits)]
#[case("\u{664}02817", PinError::NotDigits)]
#[case("000000", PinError::Trivial)]
#[case("123456", PinError::Trivial)]
#[case("0987654321", PinError::Trivial)]
#[case("135791", PinError::Trivial)]
#[case("121212", PinError::Trivial)]
#[case("123123", PinError::Trivial)]
#[case("110000", PinError::Trivial)]
fn no_pin(#[case] text: &str, #[case] why: PinError) {
    assert_eq!(Pin::new(text), Err(why));
}

#[test]
fn a_pin_is_in_no_log() {
    assert_eq!(format!("{:?}", Pin::new("402817").unwrap()), "Pin(…)");
}
