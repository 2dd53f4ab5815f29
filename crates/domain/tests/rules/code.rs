use std::collections::HashSet;

use beadsbox_domain::{CodeError, VoucherCode, code::grouped};
use proptest::prelude::*;
use rstest::rstest;

const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

fn text_of(symbols: &[u8]) -> String {
    symbols.iter().map(|symbol| char::from(*symbol)).collect()
}

fn any_code() -> impl Strategy<Value = VoucherCode> {
    any::<[u8; 8]>().prop_map(VoucherCode::from_random)
}

proptest! {
    #[test]
    fn a_code_reads_back_in_every_form(code in any_code()) {
        let shown = code.to_string();
        for form in [code.compact(), shown.clone(), shown.to_lowercase(), shown.replace('-', " "), shown.replace('0', "O").replace('1', "I"),
            shown.replace('0', "o").replace('1', "l"), shown.replace('1', "L"), shown.replace('1', "i"), format!("\t{shown}\r\n"),
            shown.replace('-', "\u{2013}"), shown.replace('-', "\u{2212}"), shown.replace('-', "\u{a0}")] {
            prop_assert_eq!(VoucherCode::parse(&form), Ok(code), "{}", form);
        }
    }

    #[test]
    fn shown_in_groups_of_four_four_five(code in any_code()) {
        let shown = code.to_string();
        prop_assert_eq!(shown.split('-').map(str::len).collect::<Vec<_>>(), vec![4, 4, 5]);
        prop_assert_eq!(shown.replace('-', ""), code.compact());
        prop_assert!(code.compact().bytes().all(|symbol| SYMBOLS.contains(&symbol)));
        prop_assert_eq!(format!("{:?}", code), shown);
    }

    #[test]
    fn every_wrong_symbol_is_mistyped(code in any_code()) {
        let right = code.compact().into_bytes();
        for place in 0..13 {
            let mut caught = 0;
            for wrong in SYMBOLS.iter().filter(|symbol| **symbol != right[place]) {
                let mut typed = right.clone();
                typed[place] = *wrong;
                prop_assert_eq!(VoucherCode::parse(&text_of(&typed)), Err(CodeError::Mistyped));
                caught += 1;
            }
            prop_assert_eq!(caught, 31);
        }
    }

    #[test]
    fn every_swap_of_neighbours_is_mistyped(code in any_code()) {
        let right = code.compact().into_bytes();
        for place in (0..12).filter(|place| right[*place] != right[*place + 1]) {
            let mut typed = right.clone();
            typed.swap(place, place + 1);
            prop_assert_eq!(VoucherCode::parse(&text_of(&typed)), Err(CodeError::Mistyped));
        }
    }

    #[test]
    fn one_of_32_last_symbols_fits(start in "[0-9A-HJKMNP-TV-Z]{12}") {
        let fitting = SYMBOLS.iter().filter(|last| VoucherCode::parse(&format!("{start}{}", char::from(**last))).is_ok()).count();
        prop_assert_eq!(fitting, 1);
    }

    #[test]
    fn any_text_is_a_code_or_an_error(text in "\\PC{0,30}", bytes in any::<Vec<u8>>()) {
        for text in [text.as_str(), &String::from_utf8_lossy(&bytes)] {
            if let Ok(code) = VoucherCode::parse(text) {
                prop_assert_eq!(VoucherCode::parse(&code.compact()), Ok(code));
            }
            let shown = grouped(text);
            prop_assert!(shown.chars().count() <= 66);
            prop_assert_eq!(VoucherCode::parse(&shown).ok(), VoucherCode::parse(text).ok());
        }
    }
}

#[test]
fn all_60_bits_count() {
    let zero = VoucherCode::from_random([0; 8]);
    let mut codes = HashSet::from([zero]);
    for bit in 0..60_u32 {
        assert!(codes.insert(VoucherCode::from_random((1_u64 << bit).to_be_bytes())), "bit {bit} changes nothing");
    }
    for bit in 60..64_u32 {
        assert_eq!(VoucherCode::from_random((1_u64 << bit).to_be_bytes()), zero, "bit {bit} is beyond the 60");
    }
}

#[test]
fn known_codes_stay_valid() {
    // Codes are on paper: neither the symbols nor the check may ever change.
    assert_eq!(VoucherCode::from_random([0; 8]).to_string(), "0000-0000-00000");
    assert_eq!(VoucherCode::from_random(*b"BeadsBox").to_string(), KNOWN);
    assert!(VoucherCode::parse(KNOWN).is_ok());
}

const KNOWN: &str = "RVV4-MSHC-1BS41";

#[rstest]
#[case("", CodeError::Empty)]
#[case(" -\u{2011}\t", CodeError::Empty)]
#[case("0", CodeError::Incomplete(1))]
#[case("0000-0000-0000", CodeError::Incomplete(12))]
#[case("0000-0000-00001", CodeError::Mistyped)]
#[case("1000-0000-00000", CodeError::Mistyped)]
#[case("0000-0000-000000", CodeError::TooLong)]
#[case("0000-0000-0000U", CodeError::ForbiddenSymbol('U'))]
#[case("0000-0000-0000u", CodeError::ForbiddenSymbol('u'))]
#[case("0000?", CodeError::ForbiddenSymbol('?'))]
#[case("0000\0", CodeError::ForbiddenSymbol('\0'))]
#[case("0000\u{200b}", CodeError::ForbiddenSymbol('\u{200b}'))]
#[case("0000-0000-0000\u{ff10}", CodeError::ForbiddenSymbol('\u{ff10}'))]
#[case::french_row_of_digits("HA&&é", CodeError::ForbiddenSymbol('&'))]
fn wrong_codes_say_how(#[case] text: &str, #[case] expected: CodeError) {
    assert_eq!(VoucherCode::parse(text), Err(expected));
}

#[test]
fn megabytes_are_refused() {
    assert_eq!(VoucherCode::parse(&"0".repeat(4_000_000)), Err(CodeError::TooLong));
    assert_eq!(VoucherCode::parse(&"-".repeat(4_000_000)), Err(CodeError::Empty));
    assert_eq!(grouped(&"0".repeat(4_000_000)).len(), 66);
}

#[rstest]
#[case("", "")]
#[case("ab", "AB")]
#[case("abcd", "ABCD")]
#[case("abcd-", "ABCD")]
#[case("abcde", "ABCD-E")]
#[case("abcd efgh j", "ABCD-EFGH-J")]
#[case("oil0", "0110")]
#[case("u?e", "u?E")]
#[case("0123456789ABCDE", "0123-4567-89ABCDE")]
fn groups_what_is_typed_so_far(#[case] typed: &str, #[case] shown: &str) {
    assert_eq!(grouped(typed), shown);
    assert_eq!(grouped(shown), shown, "grouping again changes nothing");
}

#[test]
fn json_form_is_compact_and_checked() {
    let code = VoucherCode::from_random([9; 8]);
    let json = serde_json::to_value(code).unwrap();
    assert_eq!(json, code.compact());
    assert_eq!(serde_json::from_value::<VoucherCode>(json).unwrap(), code);
    for wrong in ["", "0000-0000-00001", "0000000000000000"] {
        assert!(serde_json::from_value::<VoucherCode>(wrong.into()).is_err());
    }
}

#[test]
fn codes_of_training_are_known_by_themselves_and_no_other_is_one() {
    for number in 0..1_000_u64 {
        let code = VoucherCode::for_training(number.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
        assert!(code.is_training() && code.compact().starts_with("TRA1N"), "{code}");
        assert_eq!(VoucherCode::parse(&code.to_string()), Ok(code));
    }
    // The bits that would spell it: the first symbol is in the lowest five.
    let spelt = [26_u64, 24, 10, 1, 21].iter().rev().fold(0, |bits, symbol| bits << 5 | symbol);
    let code = VoucherCode::from_random(spelt.to_be_bytes());
    assert!(!code.is_training() && code.compact().starts_with("VRA1N"), "{code}");
    assert_eq!(VoucherCode::parse(&code.compact()), Ok(code));
}
