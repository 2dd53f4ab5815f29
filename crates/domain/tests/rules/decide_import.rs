//! Vouchers that another system sold.

use beadsbox_domain::{
    Batch, BatchId, Change, Conflict, ConflictKind, ExternalCode, Imported, Operation, Origin, Payment, RedeemMode, Refusal, Role, Situation, Status,
    ledger::{Cause, EntryKind, Standing, entries},
    text::Name,
};
use jiff::civil::date;
use rstest::rstest;
use uuid::Uuid;

use crate::support::{
    NOW, NOW_MINUTE, VOUCHER, applied, at, context, minute, open_conflict, reason, redeem, refused, sale, stamp, template, voucher_in, with_voucher,
};

/// As another system had it: sold in 2024, good until the end of 2027.
pub fn import(status: Status) -> Operation {
    said(|imported| imported.status = status)
}

fn said(change: impl FnOnce(&mut Imported)) -> Operation {
    let Operation::Sell { voucher, code, template, template_version, snapshot, person, home_shop, replaces, batch, .. } = sale() else {
        unreachable!()
    };
    let mut imported = Imported {
        source: Name::new("Old shop").expect("a name"),
        code: ExternalCode::new("f81d4fae-7dec").expect("a code"),
        sold_at: Some(at("2024-05-01T10:00:00Z")),
        expires_on: Some(date(2027, 12, 31)),
        expires_at: Some(at("2027-12-31T23:00:00Z")),
        status: Status::Purchased,
        since: None,
    };
    change(&mut imported);
    let (payment, imported) = (Payment::Other, Some(Box::new(imported)));
    Operation::Sell { voucher, code, template, template_version, snapshot, person, payment, home_shop, replaces, batch, imported, mail: None }
}

fn on_sale() -> Situation {
    Situation { template: Some(template()), ..Situation::default() }
}

fn office() -> beadsbox_domain::Context {
    context(Role::BackOffice)
}

#[rstest]
#[case(Status::Purchased)]
#[case(Status::Used)]
#[case(Status::Cancelled)]
#[case(Status::Refunded)]
#[case(Status::Expired)]
fn it_is_here_as_it_was_there(#[case] status: Status) {
    let changes = applied(&import(status), &on_sale(), &office());
    let voucher = voucher_in(&changes);
    assert_eq!((voucher.status, voucher.sold.at, voucher.since.at), (status, at("2024-05-01T10:00:00Z"), at("2024-05-01T10:00:00Z")));
    assert_eq!(
        (voucher.sold.op, voucher.expires_on, voucher.expires_at),
        (NOW, Some(date(2027, 12, 31)), Some(at("2027-12-31T23:00:00Z")))
    );
    assert_eq!(voucher.marks.external_code.as_ref().map(ExternalCode::as_str), Some("f81d4fae-7dec"));
    assert_eq!(voucher.marks.origin, Some(Origin { source: Name::new("Old shop").expect("a name"), status }));
}

#[test]
fn what_is_not_said_is_as_it_was_taken_over() {
    let operation = said(|imported| (imported.sold_at, imported.expires_on, imported.expires_at) = (None, None, None));
    let changes = applied(&operation, &on_sale(), &office());
    let voucher = voucher_in(&changes);
    assert_eq!((voucher.sold.at, voucher.expires_on), (minute(NOW_MINUTE), None), "whatever its template says of validity");
}

#[test]
fn what_cannot_be_is_refused() {
    let ahead = Some(minute(NOW_MINUTE + 1));
    let wrong: [(&str, Operation); 5] = [
        ("sold ahead", said(|imported| imported.sold_at = ahead)),
        ("since ahead", said(|imported| imported.since = ahead)),
        ("replaced there", import(Status::Replaced)),
        ("a day without its end", said(|imported| imported.expires_at = None)),
        ("the end of another day", said(|imported| imported.expires_at = Some(at("2027-12-30T23:00:00Z")))),
    ];
    for (what, operation) in wrong {
        assert!(matches!(refused(&operation, &on_sale(), &office()), Refusal::BadContent { .. }), "{what}");
    }
    assert_eq!(refused(&import(Status::Used), &Situation { code_taken: true, ..on_sale() }, &office()), Refusal::CodeTaken);
    assert_eq!(refused(&import(Status::Used), &Situation::default(), &office()), Refusal::UnknownTemplate);
    assert_eq!(refused(&import(Status::Used), &on_sale(), &context(Role::Counter)), Refusal::NotPermitted { role: Role::Counter });
}

#[test]
fn nobody_who_is_barred_takes_over_anything_and_nothing_that_was_issued_here_is() {
    let barred = beadsbox_domain::Context { staff_active: false, ..office() };
    assert_eq!(refused(&import(Status::Purchased), &on_sale(), &barred), Refusal::UnknownStaff, "no money was taken for it here");
    let mut issued = import(Status::Purchased);
    if let Operation::Sell { batch, .. } = &mut issued {
        *batch = Some(Batch { id: BatchId(Uuid::from_u128(1)), name: Name::new("Christmas").expect("a name") });
    }
    assert!(matches!(refused(&issued, &on_sale(), &office()), Refusal::BadContent { .. }));
}

#[test]
fn it_is_redeemed_as_any_other_and_what_was_used_there_is_not_undone_here() {
    let changes = applied(&import(Status::Purchased), &on_sale(), &office());
    let used = applied(&redeem(RedeemMode::Asked), &with_voucher(voucher_in(&changes).clone()), &context(Role::Counter));
    assert_eq!(voucher_in(&used).status, Status::Used);
    let changes = applied(&import(Status::Used), &on_sale(), &office());
    let there = voucher_in(&changes).clone();
    let undo = Operation::UndoRedemption { voucher: VOUCHER, redemption: there.since.op, reason: reason() };
    assert_eq!(refused(&undo, &with_voucher(there), &office()), Refusal::NotStanding);
}

#[rstest]
#[case(Status::Used, ConflictKind::DoubleRedemption)]
#[case(Status::Cancelled, ConflictKind::HonouredAfterCancellation)]
#[case(Status::Refunded, ConflictKind::HonouredAfterRefund)]
#[case(Status::Expired, ConflictKind::HonouredAfterExpiry)]
fn what_a_till_honoured_before_it_came_collides_with_what_it_was_there(#[case] status: Status, #[case] kind: ConflictKind) {
    let before = open_conflict(ConflictKind::UnknownVoucher, 7);
    let changes = applied(&import(status), &Situation { open_conflicts: vec![before.clone()], ..on_sale() }, &office());
    let voucher = voucher_in(&changes);
    assert_eq!(voucher.status, status, "as it was there");
    let expected = Conflict { kind, accepted: Some(voucher.since), row_version: before.row_version + 1, ..before };
    assert!(changes.contains(&Change::Conflict(expected)), "{changes:?}");
}

#[rstest]
#[case(Status::Purchased, &[EntryKind::TakenOver])]
#[case(Status::Cancelled, &[EntryKind::TakenOver, EntryKind::Cancelled])]
#[case(Status::Used, &[])]
#[case(Status::Refunded, &[])]
#[case(Status::Expired, &[])]
fn what_is_owed_for_it_is_no_sale_of_today(#[case] status: Status, #[case] expected: &[EntryKind]) {
    let operation = import(status);
    let changes = applied(&operation, &on_sale(), &office());
    let cause = Cause::new(&operation, stamp(NOW, NOW_MINUTE), true, minute(NOW_MINUTE));
    let lines = entries(&Standing::default(), &Standing::of(Some(voucher_in(&changes)), std::iter::empty()), &cause);
    assert_eq!(lines.iter().map(|line| line.kind).collect::<Vec<_>>(), expected);
    assert!(
        lines
            .iter()
            .all(|line| line.at == minute(NOW_MINUTE) && line.payment.is_none() && line.sold_at == at("2024-05-01T10:00:00Z"))
    );
    assert!(!operation.is_business(), "no day of a till counts it");
}
