use beadsbox_domain::{
    Payment, ShopId, Vat,
    ledger::{Accounts, EntryKind, Moved, Posting, postings, vat_included},
};
use jiff::civil::date;
use proptest::prelude::*;
use uuid::Uuid;

use crate::support::eur;

const SELLER: ShopId = ShopId(Uuid::from_u128(1));
const REDEEMER: ShopId = ShopId(Uuid::from_u128(2));

fn moved(kind: EntryKind, vat_kind: Vat, amount: i64) -> Moved {
    let vat = if let Vat::SinglePurpose { rate_basis_points } = vat_kind {
        vat_included(amount, rate_basis_points)
    } else {
        0
    };
    Moved {
        day: date(2026, 3, 10),
        shop: REDEEMER,
        sold_in: SELLER,
        currency: eur(0).currency,
        kind,
        vat_kind,
        payment: Some(Payment::Cash),
        amount,
        vat,
    }
}

const SINGLE: Vat = Vat::SinglePurpose { rate_basis_points: 2000 };

/// Account, shop, credit less debit.
fn shown(lines: &[Posting]) -> Vec<(&str, ShopId, i64)> {
    lines.iter().map(|line| (line.account.as_str(), line.shop, line.credit - line.debit)).collect()
}

fn booked(kind: EntryKind, vat: Vat) -> Vec<Posting> {
    postings(&[moved(kind, vat, 12_000)], &Accounts::default()).expect("postings")
}

#[test]
fn a_single_purpose_voucher_is_taxed_when_it_is_sold_and_turned_over_when_it_is_used() {
    let sale = [("530000", REDEEMER, -12_000), ("419100", SELLER, 12_000), ("445800", SELLER, -2000), ("445710", SELLER, 2000)];
    assert_eq!(shown(&booked(EntryKind::Sold, SINGLE)), sale);
    assert_eq!(
        shown(&booked(EntryKind::Redeemed, SINGLE)),
        [("419100", SELLER, -12_000), ("706000", REDEEMER, 10_000), ("445800", SELLER, 2000)]
    );
    let refund = [("419800", SELLER, -12_000), ("530000", REDEEMER, 12_000), ("445710", SELLER, -2000), ("445800", SELLER, 2000)];
    assert_eq!(shown(&booked(EntryKind::Refunded, SINGLE)), refund);
}

#[test]
fn a_multi_purpose_voucher_is_to_be_taxed_when_it_is_used() {
    assert_eq!(shown(&booked(EntryKind::Sold, Vat::MultiPurpose)), [("530000", REDEEMER, -12_000), ("419100", SELLER, 12_000)]);
    assert_eq!(shown(&booked(EntryKind::Redeemed, Vat::MultiPurpose)), [("419100", SELLER, -12_000), ("471000", REDEEMER, 12_000)]);
    assert_eq!(shown(&booked(EntryKind::Expired, Vat::MultiPurpose)), [("419100", SELLER, -12_000), ("758000", REDEEMER, 12_000)]);
}

#[test]
fn what_was_taken_over_is_owed_and_its_vat_is_not_due_again() {
    let opening = [("890000", SELLER, -10_000), ("419100", SELLER, 12_000), ("445800", SELLER, -2000)];
    assert_eq!(shown(&booked(EntryKind::TakenOver, SINGLE)), opening);
    assert_eq!(shown(&booked(EntryKind::TakenOver, Vat::MultiPurpose)), [("890000", SELLER, -12_000), ("419100", SELLER, 12_000)]);
}

#[test]
fn the_numbers_of_accounts_are_letters_and_digits() {
    assert_eq!(Accounts::default().fault(), None);
    for wrong in ["", "41 91", "=41", "123456789012345678901", "é"] {
        assert_eq!(Accounts { vouchers: wrong.to_owned(), ..Accounts::default() }.fault(), Some("vouchers"), "{wrong:?}");
    }
}

proptest! {
    /// Debits are credits, and the voucher accounts move as the liability of the reports does.
    #[test]
    fn every_day_balances(sums in prop::collection::vec((0..EntryKind::ALL.len(), any::<bool>(), -1_000_000..1_000_000_i64, 0..3_i8), 1..40)) {
        let moved: Vec<Moved> = sums.iter().map(|(kind, single, amount, day)| {
            let vat = if *single { SINGLE } else { Vat::MultiPurpose };
            Moved { day: date(2026, 3, 1 + *day), ..moved(EntryKind::ALL[*kind], vat, *amount) }
        }).collect();
        let mut sorted = moved;
        sorted.sort_by_key(|sum| sum.day);
        let journal = postings(&sorted, &Accounts::default()).expect("postings");
        for day in 1..=3 {
            let of_day = || journal.iter().filter(|line| line.day == date(2026, 3, day));
            prop_assert_eq!(of_day().map(|line| line.debit).sum::<i64>(), of_day().map(|line| line.credit).sum::<i64>());
            // A bank that takes money back is settled by hand: it moves what is owed by nothing.
            let owed = |account: &str| of_day().filter(|line| line.account == account && line.kind != EntryKind::ChargedBack).map(|line| line.credit - line.debit).sum::<i64>();
            let effect = |sum: &&Moved| sum.day == date(2026, 3, day);
            let service: i64 = sorted.iter().filter(effect).map(|sum| sum.kind.effect().service * sum.amount).sum();
            let money: i64 = sorted.iter().filter(effect).map(|sum| sum.kind.effect().money * sum.amount).sum();
            prop_assert_eq!((owed("419100"), owed("419800")), (service, money));
        }
        prop_assert!(journal.iter().all(|line| (line.debit > 0) != (line.credit > 0)), "each line is the one or the other");
    }
}
