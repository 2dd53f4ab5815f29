use beadsbox_protocol::{
    job::{DeadJob, DeadJobs, DeadOfTrouble, JobDecision, JobKind, JobTrouble, JobsAgain},
    mail::{
        MailAgain, MailDraft, MailKind, MailLanguage, MailState, MailTest, MailTextChange, MailWords, NewPassword, ResetRequest, StaffAddressChange,
        VoucherMail, VoucherMails,
    },
};
use serde_json::json;

use crate::support::{EPOCH, STAFF, VOUCHER, at, has_form, id, reads};

#[test]
fn what_became_of_mails() {
    let mail = VoucherMail {
        id: EPOCH,
        by: Some(STAFF),
        reminder: false,
        created_at: at(),
        state: MailState::BuyerErased,
        ended_at: Some(at()),
        trouble: Some(JobTrouble::RefusedForNow),
    };
    let form = json!({"set_up": true, "mails": [{
        "id": id(7), "by": id(3), "reminder": false, "created_at": at().to_string(), "state": "buyer_erased", "ended_at": at().to_string(), "trouble": "refused_for_now"
    }]});
    has_form(&VoucherMails { set_up: true, mails: vec![mail] }, &form);
    has_form(&MailAgain { id: EPOCH }, &json!({"id": id(7)}));
    assert!(!reads::<MailAgain>(json!({"id": id(7), "to": "eve@example.org"})), "it goes to the address on record");
}

#[test]
fn jobs_that_were_given_up() {
    let job = DeadJob {
        id: EPOCH,
        kind: JobKind::VoucherMailAgain,
        vouchers: vec![VOUCHER],
        staff: None,
        created_at: at(),
        died_at: at(),
        attempts: 3,
        trouble: JobTrouble::SignInRefused,
        detail: Some("535".to_owned()),
    };
    let form = json!({"total": 1, "waiting": 2, "jobs": [{
        "id": id(7), "kind": "voucher_mail_again", "vouchers": [VOUCHER.to_string()], "staff": null, "created_at": at().to_string(),
        "died_at": at().to_string(), "attempts": 3, "trouble": "sign_in_refused", "detail": "535"
    }], "again": [{"trouble": "refused_by_policy", "jobs": 5}]});
    let again = vec![DeadOfTrouble { trouble: JobTrouble::RefusedByPolicy, jobs: 5 }];
    has_form(&DeadJobs { total: 1, waiting: 2, jobs: vec![job], again }, &form);
    has_form(&JobsAgain { trouble: Some(JobTrouble::Unreachable) }, &json!({"trouble": "unreachable"}));
    has_form(&JobsAgain { trouble: None }, &json!({"trouble": null}));
    has_form(&JobDecision { again: true }, &json!({"again": true}));
}

#[test]
fn texts_and_tests() {
    let words = MailWords { subject: "s".to_owned(), body: "b".to_owned() };
    let change = MailTextChange { kind: MailKind::PasswordReset, language: MailLanguage::Fr, row_version: 4, words: None };
    has_form(&change, &json!({"kind": "password_reset", "language": "fr", "row_version": 4, "words": null}));
    let draft = MailDraft { kind: MailKind::Voucher, language: MailLanguage::En, words };
    let drawn = json!({"kind": "voucher", "language": "en", "words": {"subject": "s", "body": "b"}});
    has_form(&draft, &drawn);
    assert!(reads::<MailTest>(json!({"draft": drawn, "to": "ada@example.org"})));
    for to in ["nobody", "a@b.org\r\nBcc: eve@b.org", "a@b.org, eve@b.org", "<a@b.org>"] {
        assert!(!reads::<MailTest>(json!({"draft": drawn, "to": to})), "{to}");
    }
}

#[test]
fn passwords_and_addresses() {
    has_form(&ResetRequest { name: "Ada".to_owned(), language: MailLanguage::En }, &json!({"name": "Ada", "language": "en"}));
    let new = NewPassword { token: "t".to_owned(), password: "p".to_owned() };
    assert_eq!(serde_json::to_value(&new).expect("plain fields"), json!({"token": "t", "password": "p"}));
    has_form(&StaffAddressChange { email: None }, &json!({"email": null}));
}
