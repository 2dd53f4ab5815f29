//! Extend a voucher, issue another one for it, record a chargeback, write a note.

use beadsbox_domain::{
    Marks, Operation, Outcome, RedeemMode, Redemption, RedemptionOutcome, Refusal, Replaced, Replacement, Role, Situation, Status, TemplateContent, Voucher,
    VoucherId, decide, decide::ReplacedVoucher,
};
use jiff::{ToSpan as _, civil::date, tz::TimeZone};
use rstest::rstest;
use uuid::Uuid;

use crate::support::{
    NOW, NOW_MINUTE, VOUCHER, applied, code, content, context, eur, op, reason, refused, sale, stamp, template, voucher, voucher_in, with_voucher,
};

pub const NEW: VoucherId = VoucherId(Uuid::from_u128(0x71));

/// To a day long after the voucher's own, in the time zone of its shop.
pub fn extension() -> Operation {
    extension_to(date(2028, 1, 31), 0)
}

fn extension_to(expires_on: jiff::civil::Date, hours: i64) -> Operation {
    let paris = TimeZone::get("Europe/Paris").expect("a time zone");
    let midnight = expires_on.tomorrow().expect("a day").to_zoned(paris).expect("a moment").timestamp();
    Operation::Extend { voucher: VOUCHER, expires_on, expires_at: midnight + hours.hours(), reason: reason() }
}

#[test]
fn an_extended_voucher_has_the_new_last_day_and_stands_as_it_stood() {
    let after = voucher_in(&applied(&extension(), &with_voucher(voucher(Status::Purchased)), &context(Role::BackOffice))).clone();
    assert_eq!(
        (after.status, after.since, after.expires_on),
        (Status::Purchased, voucher(Status::Purchased).since, Some(date(2028, 1, 31)))
    );
    let expired = voucher_in(&applied(&extension(), &with_voucher(voucher(Status::Expired)), &context(Role::BackOffice))).clone();
    assert_eq!((expired.status, expired.since), (Status::Purchased, stamp(NOW, NOW_MINUTE)), "an expired one is owed again");
}

#[rstest]
#[case::earlier(date(2027, 3, 9), Status::Purchased, false)]
#[case::the_same(date(2027, 3, 10), Status::Purchased, false)]
#[case::a_day_later(date(2027, 3, 11), Status::Purchased, true)]
// So it comes back after a restore: the row has the day already, and its expiry came in between.
#[case::the_same_of_an_expired_one(date(2027, 3, 10), Status::Expired, true)]
#[case::past(date(2020, 1, 1), Status::Expired, false)]
fn only_to_a_later_day(#[case] day: jiff::civil::Date, #[case] status: Status, #[case] holds: bool) {
    let (operation, situation) = (extension_to(day, 0), with_voucher(voucher(status)));
    if holds {
        applied(&operation, &situation, &context(Role::BackOffice));
    } else {
        let expires_on = date(2027, 3, 10);
        assert_eq!(refused(&operation, &situation, &context(Role::BackOffice)), Refusal::NotLater { expires_on });
    }
}

#[rstest]
#[case(-14, false)]
#[case(-13, true)]
#[case(13, true)]
#[case(14, false)]
fn the_end_is_the_end_of_that_day_somewhere(#[case] hours: i64, #[case] holds: bool) {
    // Midnight in Paris, in winter, is an hour before midnight in Greenwich.
    let decision = decide(&extension_to(date(2028, 1, 31), hours), &with_voucher(voucher(Status::Purchased)), &context(Role::BackOffice));
    assert_eq!(decision.outcome == Outcome::Applied, holds, "{decision:?}");
}

#[test]
fn what_never_ends_is_not_extended() {
    let endless = Voucher { expires_on: None, expires_at: None, ..voucher(Status::Purchased) };
    assert_eq!(refused(&extension(), &with_voucher(endless), &context(Role::Admin)), Refusal::NeverEnds);
}

fn replace() -> Operation {
    Operation::Replace { voucher: VOUCHER, by: NEW, reason: reason(), replacement: None }
}

#[test]
fn a_replaced_voucher_names_the_one_that_stands_for_it() {
    let after = voucher_in(&applied(&replace(), &with_voucher(voucher(Status::Purchased)), &context(Role::BackOffice))).clone();
    assert_eq!((after.status, after.marks.replaced_by), (Status::Replaced, Some(NEW)));
    let itself = Operation::Replace { voucher: VOUCHER, by: VOUCHER, reason: reason(), replacement: None };
    assert_eq!(refused(&itself, &with_voucher(voucher(Status::Purchased)), &context(Role::BackOffice)), Refusal::IdTaken);
}

/// The sale would be refused, when the old voucher had ended already.
#[test]
fn a_lost_voucher_whose_last_day_moved_meanwhile_is_not_replaced() {
    let seen = voucher(Status::Purchased);
    let replacement = Some(Replacement::Reissue { expires_on: seen.expires_on, expires_at: seen.expires_at });
    let reissued = Operation::Replace { voucher: VOUCHER, by: NEW, reason: reason(), replacement };
    let extended = voucher_in(&applied(&extension(), &with_voucher(seen.clone()), &context(Role::BackOffice))).clone();
    assert_eq!(refused(&reissued, &with_voucher(extended), &context(Role::BackOffice)), Refusal::NotReplaced);
    applied(&reissued, &with_voucher(seen), &context(Role::BackOffice));
}

/// What a bank took back is not worth anything again, whoever corrects what.
#[test]
fn a_charged_back_voucher_does_not_come_back() {
    let chargeback = Operation::Chargeback { voucher: VOUCHER, reason: reason() };
    let charged = |status| voucher_in(&applied(&chargeback, &with_voucher(voucher(status)), &context(Role::BackOffice))).clone();
    let used = charged(Status::Used);
    let undo = Operation::UndoRedemption { voucher: VOUCHER, redemption: used.since.op, reason: reason() };
    let withdraw = Operation::Withdraw { voucher: VOUCHER, redemption: used.since.op };
    assert_eq!(refused(&undo, &with_voucher(used.clone()), &context(Role::Admin)), Refusal::ChargedBackAlready);
    assert_eq!(refused(&extension(), &with_voucher(charged(Status::Expired)), &context(Role::Admin)), Refusal::ChargedBackAlready);
    // A till that never had its answer takes its redemption back: nothing is owed all the same.
    let made = Redemption { voucher: VOUCHER, stamp: used.since, mode: RedeemMode::Asked, outcome: RedemptionOutcome::Accepted, undone_by: None };
    let mut context = context(Role::Counter);
    context.stamp.device = used.since.device;
    let situation = Situation { redemption: Some(made), ..with_voucher(used) };
    assert_eq!(voucher_in(&applied(&withdraw, &situation, &context)).status, Status::Refunded);
}

/// An exchange would give an expired voucher another year.
#[test]
fn an_overdue_voucher_is_not_replaced() {
    let mut context = context(Role::BackOffice);
    context.stamp.at = voucher(Status::Purchased).expires_at.expect("an end");
    assert_eq!(
        refused(&replace(), &with_voucher(voucher(Status::Purchased)), &context),
        Refusal::Expired { expires_on: date(2027, 3, 10) }
    );
}

fn instead(replacement: Replacement, snapshot: TemplateContent, value: i64) -> Operation {
    let Operation::Sell { template, person, payment, .. } = sale() else { unreachable!() };
    let template_version = if replacement == Replacement::Exchange { 3 } else { 0 };
    let replaces = Some(Replaced { voucher: VOUCHER, value: eur(value), replacement });
    Operation::Sell {
        voucher: NEW,
        code: code(),
        template,
        template_version,
        snapshot,
        person,
        payment,
        home_shop: None,
        replaces,
        batch: None,
        imported: None,
        mail: None,
    }
}

fn reissue() -> Operation {
    let old = voucher(Status::Replaced);
    instead(Replacement::Reissue { expires_on: old.expires_on, expires_at: old.expires_at }, content(), 4136)
}

fn replaced_by(by: VoucherId, change: impl FnOnce(&mut Voucher)) -> Situation {
    let mut old = Voucher { marks: Marks { replaced_by: Some(by), ..Marks::default() }, ..voucher(Status::Replaced) };
    change(&mut old);
    Situation { template: Some(template()), replaced: ReplacedVoucher::of(&old), ..Situation::default() }
}

#[test]
fn a_reissued_voucher_is_worth_the_same_until_the_same_day() {
    let after = voucher_in(&applied(&reissue(), &replaced_by(NEW, |_| {}), &context(Role::BackOffice))).clone();
    let old = voucher(Status::Purchased);
    assert_eq!((after.snapshot, after.expires_on, after.expires_at), (old.snapshot, old.expires_on, old.expires_at));
    assert_eq!((after.status, after.marks.replaces, after.row_version), (Status::Purchased, Some(VOUCHER), 1));
}

#[test]
fn an_exchanged_voucher_ends_as_its_template_says() {
    let exchange = instead(Replacement::Exchange, content(), 4136);
    let mut worth_less = replaced_by(NEW, |_| {});
    applied(&exchange, &worth_less, &context(Role::BackOffice));
    worth_less.template = None;
    assert_eq!(
        refused(&exchange, &worth_less, &context(Role::BackOffice)),
        Refusal::UnknownTemplate,
        "an exchange is a sale of a template"
    );
}

#[rstest]
#[case::not_replaced(|old: &mut Voucher| old.status = Status::Used)]
#[case::by_another(|old: &mut Voucher| old.marks.replaced_by = Some(VoucherId(Uuid::from_u128(9))))]
#[case::worth_more(|old: &mut Voucher| old.snapshot.price = eur(4137))]
#[case::ends_earlier(|old: &mut Voucher| old.expires_on = Some(date(2027, 1, 1)))]
fn a_sale_stands_only_for_what_it_replaced(#[case] change: fn(&mut Voucher)) {
    assert_eq!(refused(&reissue(), &replaced_by(NEW, change), &context(Role::BackOffice)), Refusal::NotReplaced);
}

#[test]
fn a_sale_for_an_unknown_voucher_is_refused_and_one_at_the_counter_too() {
    let nothing = Situation { template: Some(template()), ..Situation::default() };
    assert_eq!(refused(&reissue(), &nothing, &context(Role::BackOffice)), Refusal::NotReplaced);
    assert_eq!(refused(&reissue(), &replaced_by(NEW, |_| {}), &context(Role::Counter)), Refusal::NotPermitted { role: Role::Counter });
}

/// Whoever sold, and a fold after a restore, take the sale's own word for what it replaced.
#[test]
fn a_trusted_sale_needs_nobody_else() {
    for operation in [reissue(), instead(Replacement::Exchange, content(), 1)] {
        let mut situation = Situation::default();
        situation.trust_sale(&operation, stamp(op(5), 0));
        applied(&operation, &situation, &context(Role::Admin));
    }
}

#[test]
fn a_bank_takes_money_back_once() {
    let chargeback = Operation::Chargeback { voucher: VOUCHER, reason: reason() };
    let used = voucher_in(&applied(&chargeback, &with_voucher(voucher(Status::Used)), &context(Role::BackOffice))).clone();
    assert_eq!(
        (used.status, used.since, used.marks.charged_back),
        (Status::Used, voucher(Status::Used).since, Some(NOW)),
        "the goods went"
    );
    assert_eq!(refused(&chargeback, &with_voucher(used), &context(Role::BackOffice)), Refusal::ChargedBackAlready);
    let owed = voucher_in(&applied(&chargeback, &with_voucher(voucher(Status::Purchased)), &context(Role::BackOffice))).clone();
    assert_eq!(owed.status, Status::Refunded, "nothing is owed any more");
}
