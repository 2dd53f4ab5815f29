use beadsbox_domain::text::{Description, Email, Message, Name, PersonName, Reason, TextError, Title};
use proptest::prelude::*;
use rstest::rstest;

/// A type of text as a table row: its name, least and most characters, several lines or one.
type Kind = (&'static str, usize, usize, bool, fn(&str) -> Result<String, TextError>);

const KINDS: [Kind; 6] = [
    ("title", 1, 300, false, |text| Title::new(text).map(String::from)),
    ("description", 0, 5000, true, |text| Description::new(text).map(String::from)),
    ("person", 1, 100, false, |text| PersonName::new(text).map(String::from)),
    ("message", 1, 1000, true, |text| Message::new(text).map(String::from)),
    ("reason", 1, 500, true, |text| Reason::new(text).map(String::from)),
    ("name", 1, 100, false, |text| Name::new(text).map(String::from)),
];

#[test]
fn bounds_count_characters_not_bytes() {
    for (name, least, most, _, read) in KINDS {
        // One byte, two, three, four.
        for character in ["a", "é", "€", "𝄞"] {
            let longest = character.repeat(most);
            assert_eq!(read(&longest).as_ref(), Ok(&longest), "{name} of {most} {character}");
            assert_eq!(read(&format!("{longest}{character}")), Err(TextError::TooLong { limit: most }), "{name}");
            assert_eq!(read(&format!("  {longest}\n ")), Ok(longest), "{name}: white space around does not count");
        }
        let empty = if least == 0 { Ok(String::new()) } else { Err(TextError::Required) };
        for nothing in ["", " ", "\n\r\n\t", "\u{a0}\u{202f}\u{3000}"] {
            assert_eq!(read(nothing), empty, "{name} {nothing:?}");
        }
    }
}

#[test]
fn megabytes_are_refused() {
    for (name, _, most, _, read) in KINDS {
        assert_eq!(read(&"x".repeat(5_000_000)), Err(TextError::TooLong { limit: most }), "{name}");
        assert_eq!(read(&" ".repeat(5_000_000)), Err(TextError::TooLong { limit: most }), "{name}");
    }
}

#[test]
fn control_and_bidi_characters_are_refused_everywhere() {
    let controls = (0..0x20).chain(0x7f..0xa0).filter(|c| ![0x0a, 0x0d].contains(c));
    // Unicode's property Bidi_Control, and the byte order mark.
    let bidi = [0x61c, 0x200e, 0x200f, 0xfeff].into_iter().chain(0x202a..=0x202e).chain(0x2066..=0x2069);
    for character in controls.chain(bidi).filter_map(char::from_u32) {
        for (name, _, _, _, read) in KINDS {
            assert_eq!(read(&format!("a{character}b")), Err(TextError::ForbiddenCharacter), "{name}: {character:?}");
        }
        assert_eq!(Email::new(&format!("a{character}b@example.org")), Err(TextError::ForbiddenCharacter), "{character:?}");
    }
}

#[test]
fn several_lines_only_where_allowed() {
    for (name, _, _, lines, read) in KINDS {
        for breaking in ["\n", "\r\n", "\u{2028}", "\u{2029}"] {
            let read = read(&format!("one{breaking}two"));
            if lines {
                let kept = if breaking == "\r\n" { "\n" } else { breaking };
                assert_eq!(read, Ok(format!("one{kept}two")), "{name} {breaking:?}");
            } else {
                assert_eq!(read, Err(TextError::ForbiddenCharacter), "{name} {breaking:?}");
            }
        }
        assert_eq!(read("one\rtwo"), Err(TextError::ForbiddenCharacter), "{name}: a lone carriage return");
    }
}

#[test]
fn other_writing_is_kept_as_it_is() {
    for text in ["Zoë O'Connor-Łukasz", "אבג", "日本語", "👩‍👩‍👧", "<script>alert(1)</script>", "'; DROP TABLE voucher; --", "=1+1", "e\u{301}"]
    {
        for (name, _, _, _, read) in KINDS {
            assert_eq!(read(text).as_deref(), Ok(text), "{name}");
        }
    }
}

#[rstest]
#[case("a@example.org")]
#[case("first.last+tag@sub.example.co.uk")]
#[case("zoë@exämple.org")]
#[case("o'neil@example.org")]
fn email_addresses(#[case] text: &str) {
    assert_eq!(Email::new(text).unwrap().as_str(), text);
    assert_eq!(Email::new(&format!(" {text}\n")).unwrap().as_str(), text);
}

#[rstest]
#[case("a")]
#[case("@")]
#[case("@example.org")]
#[case("a@")]
#[case("a@example")]
#[case("a@.org")]
#[case("a@example.")]
#[case("a@b@example.org")]
#[case("a@@example.org")]
#[case("a b@example.org")]
#[case("a@exam ple.org")]
#[case("a\u{a0}b@example.org")]
#[case::two("a@example.org,b@example.org")]
#[case::two("a@example.org;b@example.org")]
#[case::named("Anna <a@example.org>")]
fn no_email_addresses(#[case] text: &str) {
    assert_eq!(Email::new(text), Err(TextError::NotAnEmail));
}

#[test]
fn email_bounds() {
    let longest = format!("{}@example.org", "a".repeat(254 - 12));
    assert_eq!(Email::new(&longest).map(String::from), Ok(longest.clone()));
    assert_eq!(Email::new(&format!("a{longest}")), Err(TextError::TooLong { limit: 254 }));
    assert_eq!(Email::new(" "), Err(TextError::Required));
    assert_eq!(Email::new("a@example.org\r\nBcc: b@example.org"), Err(TextError::ForbiddenCharacter));
}

#[test]
fn json_is_checked_as_well() {
    assert_eq!(serde_json::to_value(Title::new(" a ").unwrap()).unwrap(), "a");
    assert_eq!(serde_json::from_value::<Title>(" a ".into()).unwrap().as_str(), "a");
    assert!(serde_json::from_value::<Title>(" ".into()).is_err());
    assert!(serde_json::from_value::<Title>("a".repeat(301).into()).is_err());
    assert!(serde_json::from_value::<Email>("nobody".into()).is_err());
    assert!(serde_json::from_value::<Title>(serde_json::json!(1)).is_err());
}

proptest! {
    #[test]
    fn what_is_taken_is_within_bounds_and_taken_again(text in any::<String>()) {
        for (name, least, most, lines, read) in KINDS {
            let Ok(taken) = read(&text) else { continue };
            prop_assert!((least..=most).contains(&taken.chars().count()), "{}", name);
            prop_assert_eq!(taken.trim(), &taken);
            prop_assert!(lines || taken.lines().count() <= 1);
            prop_assert_eq!(read(&taken), Ok(taken));
        }
    }
}
