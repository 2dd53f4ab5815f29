use std::collections::BTreeMap;

use beadsbox_domain::{
    ConflictId, ConflictKind, ConflictState, Marks, Operation, RedeemMode, Settlement, ShopId, Status, Vat, Voucher,
    conflict::Settled,
    ledger::{Cause, Entry, EntryKind, Stake, Standing, entries, vat_included},
    voucher::{Payment, Stamp},
};
use uuid::Uuid;

use crate::support::{NOW, NOW_MINUTE, eur, minute, op, open_conflict, other_stamp, reason, redeem, sale, stamp, voucher};

fn standing(voucher: &Voucher) -> Standing {
    Standing::of(Some(voucher), std::iter::empty())
}

fn cause() -> Cause {
    Cause::new(&sale(), stamp(NOW, NOW_MINUTE), true, minute(NOW_MINUTE + 30))
}

fn kinds(lines: &[Entry]) -> Vec<(EntryKind, i64)> {
    lines.iter().map(|line| (line.kind, line.amount.minor)).collect()
}

#[test]
fn every_way_from_one_status_to_another_comes_to_what_is_owed() {
    let owed = |status: Status| match status {
        Status::Purchased => (4136, 0),
        Status::Cancelled => (0, 4136),
        Status::Used | Status::Refunded | Status::Expired | Status::Replaced => (0, 0),
    };
    for from in Status::ALL {
        for to in Status::ALL {
            let lines = entries(&standing(&voucher(from)), &standing(&voucher(to)), &cause());
            let moved = lines.iter().fold(owed(from), |(service, money), line| {
                let effect = line.kind.effect();
                (service + effect.service * line.amount.minor, money + effect.money * line.amount.minor)
            });
            assert_eq!(moved, owed(to), "{from:?} → {to:?}: {lines:?}");
        }
        let sold = entries(&Standing::default(), &standing(&voucher(from)), &cause());
        assert_eq!(sold[0].kind, EntryKind::Sold);
    }
}

#[test]
fn what_the_status_table_knows_is_one_line() {
    let line = |from, to| kinds(&entries(&standing(&voucher(from)), &standing(&voucher(to)), &cause()));
    assert_eq!(line(Status::Purchased, Status::Used), [(EntryKind::Redeemed, 4136)]);
    assert_eq!(line(Status::Used, Status::Purchased), [(EntryKind::Undone, 4136)]);
    assert_eq!(line(Status::Purchased, Status::Cancelled), [(EntryKind::Cancelled, 4136)]);
    assert_eq!(line(Status::Cancelled, Status::Refunded), [(EntryKind::Refunded, 4136)]);
    assert_eq!(line(Status::Purchased, Status::Expired), [(EntryKind::Expired, 4136)]);
    assert_eq!(line(Status::Expired, Status::Used), [(EntryKind::ExpiredHonoured, 4136)]);
    assert_eq!(line(Status::Expired, Status::Purchased), [(EntryKind::Extended, 4136)]);
    assert_eq!(
        line(Status::Refunded, Status::Used),
        [(EntryKind::Refunded, -4136), (EntryKind::Cancelled, -4136), (EntryKind::Redeemed, 4136)]
    );
}

#[test]
fn another_voucher_comes_in_as_the_one_that_it_stands_for_goes_out() {
    let gone = entries(&standing(&voucher(Status::Purchased)), &standing(&voucher(Status::Replaced)), &cause());
    assert_eq!(kinds(&gone), [(EntryKind::ReplacedOut, 4136)]);
    let issued = Voucher { marks: Marks { replaces: Some(voucher(Status::Replaced).id), ..Marks::default() }, ..voucher(Status::Purchased) };
    let lines = |credit| kinds(&entries(&Standing::default(), &standing(&issued), &Cause { credit, ..cause() }));
    assert_eq!(lines(4136), [(EntryKind::ReplacedIn, 4136)], "a reissue moves no money");
    assert_eq!(lines(4000), [(EntryKind::ReplacedIn, 4136), (EntryKind::DifferencePaid, 136)]);
    assert_eq!(lines(5000), [(EntryKind::ReplacedIn, 4136), (EntryKind::DifferencePaid, -864)], "returned");
}

#[test]
fn a_chargeback_is_a_refund_of_what_is_owed_and_a_loss_of_what_is_not() {
    let back = |status| Voucher { marks: Marks { charged_back: Some(NOW), ..Marks::default() }, ..voucher(status) };
    let lines = |from, to: &Voucher| kinds(&entries(&standing(&voucher(from)), &standing(to), &cause()));
    assert_eq!(lines(Status::Used, &back(Status::Used)), [(EntryKind::ChargedBack, 4136)]);
    assert_eq!(lines(Status::Expired, &back(Status::Expired)), [(EntryKind::ChargedBack, 4136)]);
    assert_eq!(lines(Status::Purchased, &back(Status::Refunded)), [(EntryKind::Cancelled, 4136), (EntryKind::Refunded, 4136)]);
    assert_eq!(kinds(&entries(&standing(&back(Status::Used)), &standing(&back(Status::Used)), &cause())), [], "once");
}

#[test]
fn a_line_says_where_and_when() {
    let elsewhere = ShopId(Uuid::from_u128(0x0de));
    let refund = Cause { payment: Some(Payment::CardTerminal), stamp: Stamp { shop: elsewhere, ..cause().stamp }, ..cause() };
    let line = entries(&standing(&voucher(Status::Cancelled)), &standing(&voucher(Status::Refunded)), &refund).remove(0);
    assert_eq!((line.payment, line.shop, line.done_in), (Some(Payment::CardTerminal), elsewhere, elsewhere));
    assert_eq!((line.sold_in, line.staff, line.device), (voucher(Status::Used).sold.shop, refund.stamp.staff, refund.stamp.device));
    assert_eq!((line.at, line.received_at), (minute(NOW_MINUTE), minute(NOW_MINUTE + 30)));
    let sold = entries(&Standing::default(), &standing(&voucher(Status::Purchased)), &cause()).remove(0);
    assert_eq!((sold.payment, sold.vat(), sold.amount), (Some(Payment::Cash), 689, eur(4136)));
}

#[test]
fn a_clock_that_is_not_right_counts_for_nothing() {
    let wrong = Cause::new(&sale(), stamp(NOW, NOW_MINUTE), false, minute(900));
    assert_eq!(wrong.at, minute(900));
    let ahead = Cause::new(&sale(), stamp(NOW, 903), true, minute(900));
    assert_eq!(ahead.at, minute(900), "nothing is done after it has arrived");
}

/// An undone redemption in another shop than it was made is the business of the shop that had redeemed.
#[test]
fn what_is_undone_elsewhere_is_taken_from_the_shop_that_redeemed() {
    let elsewhere = ShopId(Uuid::from_u128(0x0de));
    let undo = Cause { stamp: Stamp { shop: elsewhere, ..cause().stamp }, ..cause() };
    let line = entries(&standing(&voucher(Status::Used)), &standing(&voucher(Status::Purchased)), &undo).remove(0);
    assert_eq!((line.kind, line.shop, line.done_in), (EntryKind::Undone, voucher(Status::Used).since.shop, elsewhere));
}

/// Another till's redemption takes the place of the one that was undone: it lessens what is owed from then on, and not while the other
/// one stood.
#[test]
fn a_promoted_redemption_counts_from_when_it_was_promoted() {
    let (used, promoted) = (voucher(Status::Used), Voucher { since: other_stamp(op(44), 580), ..voucher(Status::Used) });
    let lines = entries(&standing(&used), &standing(&promoted), &cause());
    assert_eq!(kinds(&lines), [(EntryKind::Undone, 4136), (EntryKind::Redeemed, 4136)]);
    assert_eq!((lines[1].at, lines[1].staff, lines[1].device), (minute(NOW_MINUTE), promoted.since.staff, promoted.since.device));
    // A sale that arrives late finds a redemption: that one counts from its own moment, which is after the sale's.
    let sale = Cause::new(&sale(), promoted.sold, true, minute(NOW_MINUTE));
    let lines = entries(&Standing::default(), &standing(&promoted), &sale);
    assert_eq!(kinds(&lines), [(EntryKind::Sold, 4136), (EntryKind::Redeemed, 4136)]);
    assert_eq!((lines[0].at, lines[1].at), (minute(0), minute(580)));
}

/// A redemption that its till honours later is the till's own: it counts from the honouring, whatever its clock said when it asked.
#[test]
fn an_asked_redemption_counts_from_when_it_was_honoured() {
    let asked = Voucher { since: stamp(op(55), 999), ..voucher(Status::Used) };
    let honoured = Cause { honours: Some(op(55)), ..cause() };
    let line = entries(&standing(&voucher(Status::Purchased)), &standing(&asked), &honoured).remove(0);
    assert_eq!((line.kind, line.at), (EntryKind::Redeemed, minute(NOW_MINUTE)));
    let honour = Operation::honour(asked.id, op(55));
    assert_eq!(Cause::new(&honour, stamp(NOW, NOW_MINUTE), true, minute(NOW_MINUTE)).honours, Some(op(55)));
    assert_eq!(Cause::new(&redeem(RedeemMode::Asked), stamp(NOW, NOW_MINUTE), true, minute(NOW_MINUTE)).honours, None);
}

#[test]
fn what_the_server_does_is_the_business_of_the_shop_that_sold() {
    let server = Cause { stamp: Stamp { shop: ShopId(Uuid::nil()), ..cause().stamp }, ..cause() };
    let line = entries(&standing(&voucher(Status::Purchased)), &standing(&voucher(Status::Expired)), &server).remove(0);
    assert_eq!((line.shop, line.done_in), (line.sold_in, line.sold_in));
}

fn conflict(state: ConflictState, settlement: Option<Settlement>) -> BTreeMap<ConflictId, Stake> {
    let mut conflict = open_conflict(ConflictKind::DoubleRedemption, 3);
    conflict.state = state;
    conflict.settled = settlement.map(|settlement| Settled { settlement, reason: reason(), by: stamp(NOW, NOW_MINUTE) });
    BTreeMap::from([(conflict.id, Stake::from(&conflict))])
}

#[test]
fn conflicts_have_lines_of_their_own() {
    let with = |stakes| Standing { stakes, ..standing(&voucher(Status::Used)) };
    let nothing = || with(BTreeMap::new());
    let (open, settled, resolved) = (
        || with(conflict(ConflictState::Open, None)),
        |how| with(conflict(ConflictState::Settled, Some(how))),
        || with(conflict(ConflictState::Resolved, None)),
    );
    let lines = |before: &Standing, after: &Standing| kinds(&entries(before, after, &cause()));
    assert_eq!(lines(&nothing(), &open()), [(EntryKind::AtStake, 4136)]);
    assert_eq!(lines(&open(), &resolved()), [(EntryKind::AtStake, -4136)]);
    assert_eq!(lines(&nothing(), &resolved()), []);
    assert_eq!(lines(&nothing(), &settled(Settlement::WriteOff)), [(EntryKind::AtStake, 4136), (EntryKind::Settled, 4136)]);
    assert_eq!(lines(&settled(Settlement::WriteOff), &nothing()), [(EntryKind::Settled, -4136), (EntryKind::AtStake, -4136)]);
    let line = entries(&open(), &settled(Settlement::ChargeShop), &cause()).remove(0);
    assert_eq!((line.kind, line.settlement), (EntryKind::Settled, Some(Settlement::ChargeShop)));
}

/// While the sale of a voucher has not come, nobody knows what it is worth: then everything is booked with it.
#[test]
fn what_happened_to_an_unknown_voucher_is_booked_with_its_sale() {
    let unknown = Standing { account: None, stakes: conflict(ConflictState::Settled, Some(Settlement::CustomerPays)) };
    assert_eq!(entries(&Standing::default(), &unknown, &cause()), []);
    let sold = Standing { account: standing(&voucher(Status::Purchased)).account, ..unknown.clone() };
    assert_eq!(
        kinds(&entries(&unknown, &sold, &cause())),
        [(EntryKind::Sold, 4136), (EntryKind::AtStake, 4136), (EntryKind::Settled, 4136)]
    );
}

/// What is owed under one last day is owed under another: nothing else moves.
#[test]
fn a_later_last_day_moves_what_is_owed_from_the_one_to_the_other() {
    let before = voucher(Status::Purchased);
    let later = before.expires_on.map(|day| day.tomorrow().expect("a day"));
    let after = Voucher { expires_on: later, ..before.clone() };
    let lines = entries(&standing(&before), &standing(&after), &cause());
    assert_eq!(kinds(&lines), [(EntryKind::Extended, -4136), (EntryKind::Extended, 4136)]);
    assert_eq!((lines[0].expires_on, lines[1].expires_on), (before.expires_on, later));
}

#[test]
fn vat_is_rounded_to_the_nearest_unit_and_the_same_both_ways() {
    assert_eq!(vat_included(12_000, 2000), 2000);
    assert_eq!(vat_included(4136, 2000), 689); // 689.33
    assert_eq!(vat_included(29_979, 550), 1563); // 1562.89
    assert_eq!(vat_included(3, 10_000), 2); // 1.5, away from 0
    assert_eq!(vat_included(-3, 10_000), -2);
    assert_eq!(vat_included(100, 0), 0);
    for rate in [1, 550, 2000, 10_000] {
        let vat = vat_included(i64::MAX, rate);
        assert!(vat > 0 && vat < i64::MAX && vat_included(-i64::MAX, rate) == -vat);
    }
}

#[test]
fn kinds_have_names() {
    for kind in EntryKind::ALL {
        assert_eq!(EntryKind::from_name(kind.name()), Some(kind));
        assert_eq!(serde_json::to_value(kind).expect("JSON"), kind.name());
    }
    assert_eq!(EntryKind::from_name("Sold"), None);
    assert!(matches!(voucher(Status::Used).snapshot.vat, Vat::SinglePurpose { .. }));
}
