use beadsbox_domain::{Operation, Timestamp};
use beadsbox_protocol::{BodyError, MOST_BODY_BYTES, OperationBody, body::FORMAT};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{AT, TEMPLATE, body, content, content_json, id, redeem, sale, stamp, with, without};

fn form() -> Value {
    json!({
        "format": 1,
        "device": id(1),
        "incarnation": 1,
        "dev_seq": 7,
        "op": id(2),
        "at": AT,
        "staff": id(3),
        "shop": id(4),
        "online": true,
        "clock_right": false,
        "operation": {"kind": "redeem", "voucher": id(5), "mode": "asked"},
    })
}

fn decode(json: &Value) -> Result<OperationBody, BodyError> {
    OperationBody::decode(&json.to_string())
}

fn unreadable(json: &Value) -> bool {
    matches!(decode(json), Err(BodyError::Unreadable(_)))
}

#[test]
fn the_form() {
    let text = body(7, redeem()).encode().unwrap();
    // The bytes themselves: hashes stand on them.
    let expected = concat!(
        r#"{"format":1,"device":"00000000-0000-0000-0000-000000000001","incarnation":1,"dev_seq":7,"#,
        r#""op":"00000000-0000-0000-0000-000000000002","at":"2026-03-10T12:00:00.123Z","#,
        r#""staff":"00000000-0000-0000-0000-000000000003","shop":"00000000-0000-0000-0000-000000000004","#,
        r#""online":true,"clock_right":false,"#,
        r#""operation":{"kind":"redeem","voucher":"00000000-0000-0000-0000-000000000005","mode":"asked"}}"#
    );
    assert_eq!(text, expected);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), form());
    assert_eq!(decode(&form()).unwrap(), body(7, redeem()));
    assert_eq!(body(7, redeem()).stamp(), stamp());
}

#[test]
fn the_form_of_a_sale() {
    let expected = json!({
        "kind": "sell",
        "voucher": id(5),
        "code": "0000000000000",
        "template": id(6),
        "template_version": 3,
        "snapshot": content_json(),
        "person": "ab".repeat(32),
        "payment": "card_terminal",
    });
    let text = body(7, sale()).encode().unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["operation"], expected);
    assert_eq!(OperationBody::decode(&text).unwrap(), body(7, sale()));
}

#[test]
fn every_field_is_needed_and_no_other_taken() {
    for field in form().as_object().unwrap().keys() {
        assert!(unreadable(&without(&form(), field)), "without {field}");
    }
    assert!(unreadable(&with(&form(), "extra", json!(1))));
    let mut deeper = form();
    deeper["operation"]["extra"] = json!(1);
    assert!(unreadable(&deeper));
    assert!(
        matches!(OperationBody::decode(&form().to_string().replacen('{', r#"{"dev_seq":7,"#, 1)), Err(BodyError::Unreadable(_))),
        "twice the same field"
    );
}

#[test]
fn a_newer_format_is_told_apart_from_an_unreadable_one() {
    assert!(matches!(decode(&with(&form(), "format", json!(FORMAT + 1))), Err(BodyError::NewerFormat(newer)) if newer == FORMAT + 1));
    // Whatever the newer format looks like otherwise.
    assert!(matches!(decode(&json!({"format": 65535, "stuff": [1, 2, 3]})), Err(BodyError::NewerFormat(65535))));
    assert!(unreadable(&with(&form(), "format", json!(0))), "formats count from 1");
    for wrong in [json!(-1), json!(65536), json!(1.0), json!("1"), json!(null)] {
        assert!(unreadable(&with(&form(), "format", wrong.clone())), "{wrong}");
    }
}

#[test]
fn wrong_values_are_unreadable() {
    let wrong = [
        ("device", json!("")),
        ("device", json!("00000000-0000-0000-0000-00000000000g")),
        ("device", json!(1)),
        ("incarnation", json!(-1)),
        ("incarnation", json!(4_294_967_296_u64)),
        ("dev_seq", json!(-1)),
        ("dev_seq", json!(1.5)),
        ("dev_seq", json!("1")),
        ("at", json!("yesterday")),
        ("at", json!("2026-02-30T12:00:00Z")),
        ("at", json!("2026-03-10T12:00:00")),
        ("at", json!(1_770_000_000)),
        ("online", json!("true")),
        ("clock_right", json!(1)),
        ("operation", json!(null)),
        ("operation", json!({"kind": "steal"})),
        ("operation", json!([])),
    ];
    for (field, value) in wrong {
        assert!(unreadable(&with(&form(), field, value.clone())), "{field}: {value}");
    }
}

#[test]
fn hostile_texts_are_unreadable() {
    let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    let deep_inside = form().to_string().replacen("\"operation\":", &format!("\"operation\":{deep},\"x\":"), 1);
    let newer_and_deep = format!(r#"{{"x":{deep},"format":1}}"#);
    for text in ["", " ", "null", "[]", "{", "{}", "\0", "\u{feff}{}", &deep, &deep_inside, &newer_and_deep] {
        assert!(matches!(OperationBody::decode(text), Err(BodyError::Unreadable(_))), "{text:.40}");
    }
    let trailing = format!("{} {{}}", form());
    assert!(matches!(OperationBody::decode(&trailing), Err(BodyError::Unreadable(_))));
}

#[test]
fn at_most_64_kib() {
    let text = form().to_string();
    let padded = |bytes: usize| format!("{text}{}", " ".repeat(bytes - text.len()));
    assert!(OperationBody::decode(&padded(MOST_BODY_BYTES)).is_ok());
    assert!(matches!(OperationBody::decode(&padded(MOST_BODY_BYTES + 1)), Err(BodyError::TooLong)));
    assert!(matches!(OperationBody::decode(&"[".repeat(10_000_000)), Err(BodyError::TooLong)));
}

/// What the domain takes fits, whatever characters it is made of.
#[test]
fn the_longest_operation_fits() {
    for character in ["𝄞", "\"", "\\", "<"] {
        let mut longest = content();
        longest.title = character.repeat(300).try_into().unwrap();
        longest.description = character.repeat(5000).try_into().unwrap();
        let text = body(u64::MAX, Operation::EditTemplate { template: TEMPLATE, based_on: u32::MAX, content: longest }).encode().unwrap();
        assert!(text.len() <= MOST_BODY_BYTES);
        assert_eq!(OperationBody::decode(&text).unwrap().encode().unwrap(), text);
    }
}

proptest! {
    #[test]
    fn what_is_encoded_decodes(seq in any::<u64>(), incarnation in any::<u32>(), ids in any::<[u128; 4]>(), flags in any::<[bool; 2]>(),
        millisecond in -377_705_000_000_000_i64..253_402_000_000_000, sells in any::<bool>()) {
        let mut body = body(seq, if sells { sale() } else { redeem() });
        body.incarnation = incarnation;
        body.op.0 = Uuid::from_u128(ids[0]);
        body.device.0 = Uuid::from_u128(ids[1]);
        body.staff.0 = Uuid::from_u128(ids[2]);
        body.shop.0 = Uuid::from_u128(ids[3]);
        [body.online, body.clock_right] = flags;
        body.at = Timestamp::from_millisecond(millisecond).unwrap();
        let text = body.encode().unwrap();
        let read = OperationBody::decode(&text).unwrap();
        prop_assert_eq!(&read, &body);
        prop_assert_eq!(read.encode().unwrap(), text);
    }

    #[test]
    fn any_text_is_a_body_or_an_error(text in "\\PC*", cut in 0..300_usize, byte in any::<u8>()) {
        prop_assert!(OperationBody::decode(&text).is_err());
        let mut damaged = body(7, redeem()).encode().unwrap().into_bytes();
        let place = cut.min(damaged.len() - 1);
        damaged[place] = byte;
        let _ = OperationBody::decode(&String::from_utf8_lossy(&damaged));
        prop_assert!(OperationBody::decode(&String::from_utf8_lossy(&damaged[..place])).is_err());
    }
}

#[test]
fn only_what_says_more_is_of_the_second_format() {
    use beadsbox_domain::{RedeemMode, StaffId};
    use beadsbox_protocol::body::format_of;
    assert_eq!((format_of(&sale()), format_of(&redeem())), (1, 1), "an older server still reads these");
    let (voucher, staff) = (crate::support::VOUCHER, StaffId(Uuid::from_u128(3)));
    let approved = Operation::Redeem { voucher, mode: RedeemMode::Honoured, signed_code: None, approved_by: Some(staff) };
    let honoured = Operation::Honour { voucher, redemption: stamp().op, approved_by: Some(staff) };
    let mut at_home = sale();
    if let Operation::Sell { home_shop, .. } = &mut at_home {
        *home_shop = Some(stamp().shop);
    }
    for (operation, field, value) in [(approved, "approved_by", id(3)), (honoured, "approved_by", id(3)), (at_home, "home_shop", id(4))] {
        assert_eq!(format_of(&operation), 2);
        let json = serde_json::to_value(&operation).unwrap();
        assert_eq!(json[field], json!(value));
        assert_eq!(serde_json::from_value::<Operation>(json).unwrap(), operation);
    }
}

#[test]
fn a_voucher_of_another_system_is_of_the_fourth_format() {
    use beadsbox_protocol::body::format_of;
    let mut imported = sale();
    if let Operation::Sell { imported, .. } = &mut imported {
        let said =
            json!({"source": "Old shop", "code": "A-17", "sold_at": AT, "expires_on": "2027-12-31", "expires_at": "2027-12-31T23:00:00Z", "status": "used"});
        *imported = Some(Box::new(serde_json::from_value(said).unwrap()));
    }
    assert_eq!(format_of(&imported), 4);
    let json = serde_json::to_value(&imported).unwrap();
    assert_eq!(json["imported"]["code"], json!("A-17"));
    assert_eq!(json["imported"].get("since"), None, "what is not known is left out");
    assert_eq!(serde_json::from_value::<Operation>(json.clone()).unwrap(), imported);
    assert!(
        serde_json::from_value::<Operation>(with(&json, "imported", json!({"source": "Old shop", "status": "used"}))).is_err(),
        "without a code"
    );
}

#[test]
fn a_note_on_a_template_and_what_a_seller_chose_about_mail_are_of_the_fifth_format() {
    use beadsbox_protocol::body::format_of;
    let note = Operation::NoteTemplate { template: TEMPLATE, text: "Not on Sundays".to_owned().try_into().unwrap() };
    assert_eq!(format_of(&note), 5);
    let expected = json!({"kind": "note_template", "template": id(6), "text": "Not on Sundays"});
    assert_eq!(serde_json::to_value(&note).unwrap(), expected);
    for chosen in [true, false] {
        let mut mailed = sale();
        if let Operation::Sell { mail, .. } = &mut mailed {
            *mail = Some(chosen);
        }
        assert_eq!(format_of(&mailed), 5);
        let json = serde_json::to_value(&mailed).unwrap();
        assert_eq!(json["mail"], json!(chosen));
        assert_eq!(serde_json::from_value::<Operation>(json).unwrap(), mailed);
    }
}

/// The same line of the same system is the same voucher for good: these ids are in people's books.
#[test]
fn an_imported_voucher_has_the_same_id_for_ever() {
    use beadsbox_domain::{
        ExternalCode, Money, Vat,
        text::{Name, Title},
    };
    use beadsbox_protocol::import::{template_id, voucher_id};
    let (source, code) = (Name::new("Old shop").unwrap(), ExternalCode::new("A-17").unwrap());
    assert_eq!(voucher_id(&source, &code).to_string(), "a9382aaf-c13b-81a2-af23-d3537de352c4");
    let price = Money::new(4136, content().price.currency);
    let (title, taxed) = (Title::new("Night walk").unwrap(), Vat::SinglePurpose { rate_basis_points: 2_000 });
    assert_eq!(template_id(&source, &title, price, taxed).to_string(), "79864c96-8e50-84d3-99ce-09af66aa1eb2");
    // What is taxed otherwise is another template.
    let others = [Vat::MultiPurpose, Vat::SinglePurpose { rate_basis_points: 0 }];
    assert!(others.into_iter().all(|vat| template_id(&source, &title, price, vat) != template_id(&source, &title, price, taxed)));
    // Parts that meet elsewhere make another id.
    let (other, moved) = (Name::new("Old").unwrap(), ExternalCode::new("shopA-17").unwrap());
    assert_ne!(voucher_id(&other, &moved), voucher_id(&source, &code));
}
