use beadsbox_domain::PersonHash;
use beadsbox_protocol::person::{PersonError, SaltedPerson};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::support::{has_form, person, reads};

const TEXT: &str = r#"{"buyer":"Zoë","email":"zoe@example.org","recipient":"Ali","message":"Happy\nday"}"#;

fn salted() -> SaltedPerson {
    SaltedPerson::new(&person(), [1; 16]).expect("a person")
}

#[test]
fn the_form() {
    has_form(&salted(), &json!({"salt": "01".repeat(16), "person": TEXT}));
    assert_eq!(salted().open().unwrap(), person());
    assert!(!reads::<SaltedPerson>(json!({"salt": "01".repeat(16), "person": TEXT, "extra": 1})));
    assert!(!reads::<SaltedPerson>(json!({"person": TEXT})));
}

#[test]
fn the_hash_is_over_salt_and_text() {
    let expected: [u8; 32] = Sha256::digest([[1; 16].as_slice(), TEXT.as_bytes()].concat()).into();
    assert_eq!(salted().hash().unwrap(), PersonHash(expected));
}

/// Equal people do not have equal hashes, and nobody finds a name by trying.
#[test]
fn the_salt_hides_who_it_is() {
    let other = SaltedPerson::new(&person(), [2; 16]).unwrap();
    assert_eq!(other.person, salted().person);
    assert_ne!(other.hash().unwrap(), salted().hash().unwrap());
}

#[test]
fn every_byte_of_the_text_counts() {
    let hash = salted().hash().unwrap();
    let spaced = SaltedPerson { person: format!("{TEXT} "), ..salted() };
    assert_eq!(spaced.open().unwrap(), person());
    assert_ne!(spaced.hash().unwrap(), hash);
    // No byte moves from the salt into the text.
    let moved = SaltedPerson { salt: "01".repeat(15), person: format!("\u{1}{TEXT}") };
    assert!(matches!(moved.hash(), Err(PersonError::Salt)));
}

#[test]
fn a_salt_is_32_hexadecimal_digits() {
    for salt in [String::new(), "0".repeat(31), "0".repeat(33), "0".repeat(34), "g".repeat(32), "+1".repeat(16), "é".repeat(16)] {
        assert!(matches!(SaltedPerson { salt: salt.clone(), ..salted() }.hash(), Err(PersonError::Salt)), "{salt}");
    }
}

#[test]
fn what_is_no_person_does_not_open() {
    for text in ["", "null", "{}", r#"{"buyer":""}"#, r#"{"buyer":"A","phone":"1"}"#, r#"{"buyer":"A","email":"nobody"}"#] {
        let salted = SaltedPerson { person: text.to_owned(), ..salted() };
        assert!(matches!(salted.open(), Err(PersonError::Unreadable(_))), "{text}");
        assert!(salted.hash().is_ok(), "its bytes have a hash all the same");
    }
}
