//! The close of a till's day: its sums against another way of counting, and what the rules make of it.

use beadsbox_domain::{
    CashMovement, Currency, DayClose, LastClose, Money, MoneyError, OpId, Operation, Outcome, Payment, RedeemMode, Refusal, Role, Situation, StaffId,
    TemplateContent, VoucherId,
    day::{Answer, Done, Summed, sum_up},
    decide,
};
use proptest::prelude::*;
use rstest::rstest;
use uuid::Uuid;

use crate::support::{CLERK, OTHER_CLERK, content, context, eur, op, reason, sale};

/// An operation as it was recorded, owned.
#[derive(Debug, Clone)]
struct Entry {
    op: OpId,
    staff: StaffId,
    operation: Operation,
    answer: Answer,
    value: Option<Money>,
}

impl Entry {
    fn done(&self) -> Done<'_> {
        Done { op: self.op, staff: self.staff, operation: &self.operation, answer: self.answer, value: self.value }
    }
}

fn summed(entries: &[Entry]) -> Result<Summed, MoneyError> {
    sum_up(&entries.iter().map(Entry::done).collect::<Vec<_>>())
}

fn money(minor: i64, currency: u8) -> Money {
    Money::new(minor, Currency::from_code(["EUR", "JPY", "BHD"][usize::from(currency % 3)]).expect("a currency"))
}

const PAYMENTS: [Payment; 3] = [Payment::Cash, Payment::CardTerminal, Payment::Other];

/// Kind, whose, how it was paid, which currency, how much, what it names, what the server said, whether its value is known.
type Step = (u8, bool, u8, u8, i64, u8, u8, bool);

fn entry(number: u128, (kind, other, payment, currency, minor, named, answer, known): Step) -> Entry {
    let (voucher, redemption) = (VoucherId(Uuid::from_u128(number)), op(u128::from(named)));
    let (payment, amount) = (PAYMENTS[usize::from(payment % 3)], money(minor, currency));
    let approved_by = (payment == Payment::CardTerminal).then_some(OTHER_CLERK);
    let operation = match kind {
        0 | 1 => match sale() {
            Operation::Sell { voucher, code, template, template_version, person, .. } => {
                let snapshot = TemplateContent { price: amount, ..content() };
                Operation::Sell {
                    voucher,
                    code,
                    template,
                    template_version,
                    snapshot,
                    person,
                    payment,
                    home_shop: None,
                    replaces: None,
                    batch: None,
                    imported: None,
                    mail: None,
                }
            }
            other => other,
        },
        2 => Operation::Redeem { voucher, mode: RedeemMode::Honoured, signed_code: None, approved_by },
        3 | 4 => Operation::redeem(voucher, RedeemMode::Asked),
        5 => Operation::Honour { voucher, redemption, approved_by },
        6 => Operation::Withdraw { voucher, redemption },
        7 => Operation::HonourExpired { voucher, reason: reason() },
        8 => Operation::UndoRedemption { voucher, redemption, reason: reason() },
        9 => Operation::Refund { voucher, reason: reason(), payment },
        10 => Operation::MoveCash { movement: CashMovement::Float, amount, reason: None },
        11 => Operation::MoveCash { movement: CashMovement::In, amount, reason: Some(reason()) },
        12 => Operation::MoveCash { movement: CashMovement::Out, amount, reason: Some(reason()) },
        _ => Operation::Cancel { voucher, reason: reason() },
    };
    let answer = [Answer::None, Answer::Taken, Answer::Refused][usize::from(answer % 3)];
    Entry { op: op(number), staff: if other { OTHER_CLERK } else { CLERK }, operation, answer, value: known.then_some(amount) }
}

fn day() -> impl Strategy<Value = Vec<Entry>> {
    let step = (0..14_u8, any::<bool>(), 0..3_u8, 0..3_u8, 0..100_000_i64, 0..40_u8, 0..3_u8, prop::bool::weighted(0.9));
    prop::collection::vec(step, 0..40).prop_map(|steps| (0_u128..).zip(steps).map(|(number, step)| entry(number, step)).collect())
}

/// Whether goods went by that operation, and whether on the till's own word: said in another way than the sums say it.
fn went(day: &[Entry], entry: &Entry) -> Option<bool> {
    let named = |wanted: OpId, by: fn(&Operation) -> Option<OpId>| day.iter().any(|other| by(&other.operation) == Some(wanted));
    let honours = |operation: &Operation| if let Operation::Honour { redemption, .. } = operation { Some(*redemption) } else { None };
    let withdraws = |operation: &Operation| if let Operation::Withdraw { redemption, .. } = operation { Some(*redemption) } else { None };
    match &entry.operation {
        Operation::HonourExpired { .. } => Some(false),
        Operation::Redeem { mode: RedeemMode::Honoured, .. } => Some(true),
        Operation::Redeem { .. } if named(entry.op, honours) => Some(true),
        Operation::Redeem { .. } => (entry.answer == Answer::Taken && !named(entry.op, withdraws)).then_some(false),
        Operation::Honour { redemption, .. } => {
            let is_ask = |other: &Entry| other.op == *redemption && matches!(other.operation, Operation::Redeem { mode: RedeemMode::Asked, .. });
            (!day.iter().any(is_ask)).then_some(true)
        }
        _ => None,
    }
}

/// Whether somebody let it pass that a rule had forbidden.
fn overridden(day: &[Entry], entry: &Entry) -> bool {
    let lets_pass = |other: &Entry| matches!(other.operation, Operation::Honour { redemption, approved_by: Some(_), .. } if redemption == entry.op);
    match &entry.operation {
        Operation::HonourExpired { .. } => true,
        Operation::Redeem { mode: RedeemMode::Asked, .. } => day.iter().any(lets_pass),
        operation => operation.approved_by().is_some(),
    }
}

/// How many and how much, of those that are of that currency and, where one is asked for, of that person.
fn naive(day: &[Entry], currency: Currency, staff: Option<StaffId>, amount: impl Fn(&Entry) -> Option<Money>) -> (u64, i64) {
    let mine = day.iter().filter(|entry| staff.is_none_or(|staff| entry.staff == staff));
    let amounts: Vec<i64> = mine.filter_map(amount).filter(|money| money.currency == currency).map(|money| money.minor).collect();
    (amounts.len() as u64, amounts.iter().sum())
}

fn sold(entry: &Entry, how: Payment) -> Option<Money> {
    match &entry.operation {
        Operation::Sell { snapshot, payment, .. } if *payment == how => Some(snapshot.price),
        _ => None,
    }
}

fn refunded(entry: &Entry, how: Payment) -> Option<Money> {
    matches!(&entry.operation, Operation::Refund { payment, .. } if *payment == how).then_some(entry.value)?
}

fn moved(entry: &Entry, how: CashMovement) -> Option<Money> {
    match &entry.operation {
        Operation::MoveCash { movement, amount, .. } if *movement == how => Some(*amount),
        _ => None,
    }
}

fn check_sums(day: &[Entry], staff: Option<StaffId>, sums: &beadsbox_domain::day::Sums) {
    let naive = |amount: &dyn Fn(&Entry) -> Option<Money>| {
        let (count, minor) = naive(day, sums.currency, staff, amount);
        beadsbox_domain::day::Tally { count, minor }
    };
    for payment in PAYMENTS {
        let (mut sums, sold, refunded) = (sums.clone(), naive(&|entry| sold(entry, payment)), naive(&|entry| refunded(entry, payment)));
        assert_eq!((*sums.sold.of(payment), *sums.refunded.of(payment)), (sold, refunded), "{payment:?}");
    }
    assert_eq!(sums.redeemed, naive(&|entry| went(day, entry).and(entry.value)));
    assert_eq!(sums.accepted_offline, naive(&|entry| went(day, entry).filter(|offline| *offline).and(entry.value)));
    assert_eq!(sums.undone, naive(&|entry| matches!(entry.operation, Operation::UndoRedemption { .. }).then_some(entry.value)?));
    assert_eq!(sums.overrides, naive(&|entry| went(day, entry).filter(|_| overridden(day, entry)).and(entry.value)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn the_sums_are_those_of_another_way_of_counting(day in day(), counted in -1000..200_000_i64) {
        let summed = summed(&day).unwrap();
        for sums in &summed.totals {
            check_sums(&day, None, sums);
        }
        for person in &summed.people {
            for sums in &person.sums {
                check_sums(&day, Some(person.staff), sums);
            }
        }
        // Nothing is left out: every currency in which something was done has its line.
        for currency in 0..3 {
            let currency = money(0, currency).currency;
            let anything = naive(&day, currency, None, |entry| match &entry.operation {
                Operation::Sell { snapshot, .. } => Some(snapshot.price),
                Operation::UndoRedemption { .. } | Operation::Refund { .. } => entry.value,
                _ => went(&day, entry).and(entry.value),
            });
            prop_assert_eq!(anything.0 > 0, summed.totals.iter().any(|sums| sums.currency == currency));
        }
        let valued = |entry: &&Entry| matches!(entry.operation, Operation::UndoRedemption { .. } | Operation::Refund { .. }) || went(&day, entry).is_some();
        prop_assert_eq!(summed.unvalued, day.iter().filter(valued).filter(|entry| entry.value.is_none()).count() as u64);

        let drawers = summed.drawers(&[money(counted, 0)]).unwrap();
        prop_assert!(drawers.iter().any(|drawer| drawer.currency == money(0, 0).currency));
        for drawer in &drawers {
            let sum = |amount: &dyn Fn(&Entry) -> Option<Money>| naive(&day, drawer.currency, None, amount).1;
            let (float, put, taken) = (sum(&|e| moved(e, CashMovement::Float)), sum(&|e| moved(e, CashMovement::In)), sum(&|e| moved(e, CashMovement::Out)));
            let expected = float + put - taken + sum(&|e| sold(e, Payment::Cash)) - sum(&|e| refunded(e, Payment::Cash));
            prop_assert_eq!((drawer.float, drawer.cash_in, drawer.cash_out, drawer.expected), (float, put, taken, expected));
            prop_assert_eq!(drawer.difference, drawer.counted - drawer.expected);
        }
    }

    /// A till that closes several times, wherever it closes, counts everything once. No ask is open where it closes.
    #[test]
    fn closes_add_up_to_the_whole(day in day(), cut in any::<prop::sample::Index>()) {
        let answered: Vec<Entry> = day.into_iter().filter(|entry| !matches!(entry.operation, Operation::Honour { .. } | Operation::Withdraw { .. })).collect();
        let (morning, evening) = answered.split_at(if answered.is_empty() { 0 } else { cut.index(answered.len()) });
        let (whole, parts) = (summed(&answered).unwrap(), [summed(morning).unwrap(), summed(evening).unwrap()]);
        for sums in &whole.totals {
            let of_parts = || parts.iter().flat_map(|part| &part.totals).filter(|part| part.currency == sums.currency);
            let total = |pick: fn(&beadsbox_domain::day::Sums) -> (u64, i64)| of_parts().map(pick).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
            let tally = |tally: beadsbox_domain::day::Tally| (tally.count, tally.minor);
            prop_assert_eq!(tally(sums.redeemed), total(|sums| (sums.redeemed.count, sums.redeemed.minor)));
            prop_assert_eq!(tally(sums.sold.all().unwrap()), total(|sums| (sums.sold.all().unwrap().count, sums.sold.all().unwrap().minor)));
            prop_assert_eq!(tally(sums.undone), total(|sums| (sums.undone.count, sums.undone.minor)));
        }
    }

    #[test]
    fn a_close_agrees_with_its_own_sums_and_with_no_others(day in day(), counted in 0..200_000_i64) {
        let close = close(&summed(&day).unwrap(), &[money(counted, 0)]);
        prop_assert!(close.agrees_with(&summed(&day).unwrap()));
        let mut more = day;
        more.push(entry(1_000, (0, false, 0, 0, 1, 0, 0, true)));
        prop_assert!(!close.agrees_with(&summed(&more).unwrap()));
        prop_assert_eq!(serde_json::from_value::<DayClose>(serde_json::to_value(&close).unwrap()).unwrap(), close);
    }
}

fn close(summed: &Summed, counted: &[Money]) -> DayClose {
    DayClose {
        number: 1,
        day: "2026-03-10".parse().expect("a day"),
        after_seq: 0,
        through_seq: 40,
        totals: summed.totals.clone(),
        people: summed.people.clone(),
        drawers: summed.drawers(counted).expect("sums in range"),
        unvalued: summed.unvalued,
        difference_reason: Some(reason()),
        unsent: None,
    }
}

/// One of a day on which nothing was done.
pub fn empty_close() -> DayClose {
    close(&Summed::default(), &[])
}

#[test]
fn a_difference_without_a_reason_does_not_agree() {
    let nothing = summed(&[]).unwrap();
    let close = DayClose { difference_reason: None, ..close(&nothing, &[eur(5)]) };
    assert!(!close.agrees_with(&nothing));
    assert!(DayClose { difference_reason: Some(reason()), ..close }.agrees_with(&nothing));
}

#[test]
fn a_sum_beyond_64_bits_is_an_error_and_no_other_sum() {
    let big = |number| entry(number, (0, false, 0, 0, i64::MAX / 2 + 1, 0, 0, true));
    assert_eq!(summed(&[big(1), big(2)]), Err(MoneyError::OutOfRange));
    let float = |number| entry(number, (10, false, 0, 0, i64::MAX, 0, 0, true));
    assert!(summed(&[float(1)]).unwrap().drawers(&[eur(-2)]).is_err());
    assert_eq!(summed(&[float(1), float(2)]), Err(MoneyError::OutOfRange));
}

const LAST: LastClose = LastClose { number: 4, through_seq: 100 };

#[rstest]
#[case(5, 100, 120, Outcome::Applied)]
#[case(5, 100, 100, Outcome::Applied)]
#[case(7, 110, 120, Outcome::Applied)]
#[case(4, 100, 120, Outcome::Rejected { refusal: Refusal::CloseNumberTaken { last: 4 } })]
#[case(0, 100, 120, Outcome::Rejected { refusal: Refusal::CloseNumberTaken { last: 4 } })]
#[case(5, 99, 120, Outcome::Rejected { refusal: Refusal::CloseOverlaps { through_seq: 100 } })]
#[case(5, 110, 109, Outcome::Rejected { refusal: Refusal::CloseOverlaps { through_seq: 100 } })]
#[case(5, 100, 130, Outcome::Rejected { refusal: Refusal::CloseOverlaps { through_seq: 100 } })]
fn only_an_impossible_close_is_refused(#[case] number: u64, #[case] after_seq: u64, #[case] through_seq: u64, #[case] expected: Outcome) {
    let close = DayClose { number, after_seq, through_seq, ..close(&summed(&[]).unwrap(), &[]) };
    let situation = Situation { last_close: Some(LAST), dev_seq: Some(130), ..Situation::default() };
    for role in Role::ALL {
        for staff_active in [true, false] {
            let context = beadsbox_domain::Context { staff_active, ..context(role) };
            let decision = decide(&Operation::CloseDay { close: Box::new(close.clone()) }, &situation, &context);
            assert_eq!(decision.outcome, expected);
            assert_eq!(decision.changes.len(), usize::from(expected == Outcome::Applied));
        }
    }
}

#[rstest]
#[case(0, "applied")]
#[case(100, "applied")]
#[case(-1, "rejected")]
fn cash_moves(#[case] minor: i64, #[case] outcome: &str) {
    for movement in [CashMovement::Float, CashMovement::In, CashMovement::Out] {
        let decision = decide(&Operation::MoveCash { movement, amount: eur(minor), reason: None }, &Situation::default(), &context(Role::Counter));
        assert_eq!(decision.outcome.name(), outcome);
        assert_eq!(decision.row_version(), None);
    }
}
