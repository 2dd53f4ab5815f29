//! What settling a conflict does to the books.

use beadsbox_domain::{Bearer, BooksEffect, Conflict, ConflictKind, Currency, Money, Settlement, ShopId, Stamp};
use rstest::rstest;
use uuid::Uuid;

use crate::support::open_conflict;

const ACCEPTED_IN: ShopId = ShopId(Uuid::from_u128(71));
const HONOURED_IN: ShopId = ShopId(Uuid::from_u128(72));

fn at_two_shops() -> Conflict {
    let conflict = open_conflict(ConflictKind::DoubleRedemption, 61);
    let accepted = conflict.accepted.map(|stamp| Stamp { shop: ACCEPTED_IN, ..stamp });
    Conflict { accepted, other: Stamp { shop: HONOURED_IN, ..conflict.other }, ..conflict }
}

#[rstest]
#[case(Settlement::WriteOff, Some(Bearer::Organisation))]
#[case(Settlement::ChargeShop, Some(Bearer::Shop(HONOURED_IN)))]
#[case(Settlement::CustomerPays, Some(Bearer::Customer))]
#[case(Settlement::MistakenScan, None)]
fn who_stands_for_the_value(#[case] settlement: Settlement, #[case] bearer: Option<Bearer>) {
    let value = Money::new(4136, Currency::from_code("EUR").expect("euros"));
    let effect = BooksEffect::of(settlement, &at_two_shops(), Some(value));
    assert_eq!(effect, BooksEffect { bearer, value: Some(value), released_in: HONOURED_IN });
}

#[test]
fn of_a_voucher_that_nobody_knows_the_value_is_not_known_either() {
    let unknown = Conflict { kind: ConflictKind::UnknownVoucher, accepted: None, ..at_two_shops() };
    let effect = BooksEffect::of(Settlement::ChargeShop, &unknown, None);
    assert_eq!((effect.bearer, effect.value), (Some(Bearer::Shop(HONOURED_IN)), None));
}
