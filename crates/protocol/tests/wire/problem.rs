use beadsbox_protocol::{ErrorCode, Problem};
use serde_json::json;

use crate::support::{EPOCH, STAFF, has_form, id, reads};

/// The closed set, as programs compare it.
const CODES: [(ErrorCode, &str); 40] = [
    (ErrorCode::Malformed, "malformed"),
    (ErrorCode::TooLarge, "too_large"),
    (ErrorCode::UnknownDevice, "unknown_device"),
    (ErrorCode::DeviceRevoked, "device_revoked"),
    (ErrorCode::DeviceQuarantined, "device_quarantined"),
    (ErrorCode::WrongPassword, "wrong_password"),
    (ErrorCode::TooManyRequests, "too_many_requests"),
    (ErrorCode::SessionExpired, "session_expired"),
    (ErrorCode::StaffInactive, "staff_inactive"),
    (ErrorCode::Forbidden, "forbidden"),
    (ErrorCode::EnrolmentCodeWrong, "enrolment_code_wrong"),
    (ErrorCode::EnrolmentCodeUsed, "enrolment_code_used"),
    (ErrorCode::SequenceGap, "sequence_gap"),
    (ErrorCode::ChainForked, "chain_forked"),
    (ErrorCode::BadSignature, "bad_signature"),
    (ErrorCode::EpochChanged, "epoch_changed"),
    (ErrorCode::CursorGone, "cursor_gone"),
    (ErrorCode::NotFound, "not_found"),
    (ErrorCode::NameTaken, "name_taken"),
    (ErrorCode::DayNotClosed, "day_not_closed"),
    (ErrorCode::ConflictTaken, "conflict_taken"),
    (ErrorCode::PasswordChangeNeeded, "password_change_needed"),
    (ErrorCode::PasswordExpired, "password_expired"),
    (ErrorCode::SecondFactorNeeded, "second_factor_needed"),
    (ErrorCode::SecondFactorWrong, "second_factor_wrong"),
    (ErrorCode::SecondFactorSetupNeeded, "second_factor_setup_needed"),
    (ErrorCode::LastAdmin, "last_admin"),
    (ErrorCode::ShopHasDevices, "shop_has_devices"),
    (ErrorCode::ShopInUse, "shop_in_use"),
    (ErrorCode::ShopClosed, "shop_closed"),
    (ErrorCode::ReasonNamesPerson, "reason_names_person"),
    (ErrorCode::ClientTooOld, "client_too_old"),
    (ErrorCode::MailNotSetUp, "mail_not_set_up"),
    (ErrorCode::NoMailAddress, "no_mail_address"),
    (ErrorCode::VoucherNotOwed, "voucher_not_owed"),
    (ErrorCode::MailTextFaulty, "mail_text_faulty"),
    (ErrorCode::MailNotTaken, "mail_not_taken"),
    (ErrorCode::ResetTokenWrong, "reset_token_wrong"),
    (ErrorCode::Unavailable, "unavailable"),
    (ErrorCode::Internal, "internal"),
];

#[test]
fn codes() {
    for (code, name) in CODES {
        has_form(&code, &json!(name));
    }
    assert!(!reads::<ErrorCode>(json!("something_else")));
}

#[test]
fn a_plain_problem_has_no_empty_fields() {
    let problem = Problem::new(404, ErrorCode::NotFound, "No such thing");
    has_form(&problem, &json!({"type": "about:blank", "title": "No such thing", "status": 404, "code": "not_found"}));
}

#[test]
fn a_whole_problem() {
    let problem = Problem {
        detail: Some("more".to_owned()),
        instance: Some("req-1".to_owned()),
        retry_after: Some(30),
        expected_seq: Some(8),
        epoch: Some(EPOCH),
        holder: Some(STAFF),
        ..Problem::new(409, ErrorCode::SequenceGap, "Operations are missing")
    };
    let form = json!({
        "type": "about:blank",
        "title": "Operations are missing",
        "status": 409,
        "code": "sequence_gap",
        "detail": "more",
        "instance": "req-1",
        "retry_after": 30,
        "expected_seq": 8,
        "epoch": id(7),
        "holder": id(3),
    });
    has_form(&problem, &form);
}

/// RFC 9457: `type` may be missing, and members that nobody knows are passed over.
#[test]
fn another_program_s_problem() {
    let read: Problem = serde_json::from_value(json!({"title": "t", "status": 500, "code": "internal", "balance": 3})).unwrap();
    assert_eq!(read, Problem::new(500, ErrorCode::Internal, "t"));
    assert!(!reads::<Problem>(json!({"title": "t", "status": 500})));
}
