//! What was decided since the restore, and contradicts what comes back.

use beadsbox_domain::{ConflictKind, ConflictState, Operation, Outcome, RedeemMode, RedemptionOutcome, Status, VoucherId, voucher::Payment};

use crate::book::{Book, applied, content, device, reason, sell, voucher};

fn redeem(voucher: VoucherId, mode: RedeemMode) -> Operation {
    Operation::redeem(voucher, mode)
}

/// A server with one voucher sold, and what it is a day later after a restore to that moment.
fn sold_then_rewound() -> (Book, Book, VoucherId) {
    let mut book = Book::new();
    let id = voucher(1);
    book.act(device(1), sell(id, 1, content("Introduction")));
    let later = book.now + jiff::SignedDuration::from_hours(24);
    let rewound = book.clone().rewound(later, 2);
    (book, rewound, id)
}

#[test]
fn rule_10_the_receipts_redemption_stands_and_the_one_made_since_is_the_conflict() {
    for mode in [RedeemMode::Asked, RedeemMode::Honoured] {
        let (mut lost, mut book, id) = sold_then_rewound();
        let first = lost.act(device(1), redeem(id, RedeemMode::Asked));
        let since = book.act(device(2), redeem(id, mode));
        assert!(applied(&first) && applied(&since));

        assert_eq!(book.bring_back(&first).word.outcome, Outcome::Applied, "what was told is told again");
        assert_eq!((book.world.vouchers[&id].status, book.world.vouchers[&id].since.op), (Status::Used, first.body.op));
        assert_eq!(book.world.redemptions[&first.body.op].outcome, RedemptionOutcome::Accepted);
        let other = book.world.redemptions[&since.body.op];
        assert_eq!((other.outcome, other.mode), (RedemptionOutcome::Conflict, mode));
        let conflicts = book.conflicts(id);
        assert_eq!(conflicts.len(), 1);
        assert_eq!((conflicts[0].kind, conflicts[0].state), (ConflictKind::DoubleRedemption, ConflictState::Open));
        assert_eq!(conflicts[0].accepted.map(|stamp| stamp.op), Some(first.body.op));
        assert_eq!(conflicts[0].other.op, since.body.op);
        assert_eq!(book.told(id).last().map(|told| &told.outcome), Some(&Outcome::Applied));
    }
}

#[test]
fn a_withdrawal_of_the_other_side_leaves_nothing_to_settle() {
    let (mut lost, mut book, id) = sold_then_rewound();
    let first = lost.act(device(1), redeem(id, RedeemMode::Asked));
    let since = book.act(device(2), redeem(id, RedeemMode::Asked));
    book.bring_back(&first);
    let withdrawn = book.act(device(2), Operation::Withdraw { voucher: id, redemption: since.body.op });
    assert!(applied(&withdrawn));
    assert_eq!(book.world.redemptions[&since.body.op].outcome, RedemptionOutcome::Withdrawn);
    assert_eq!(book.conflicts(id)[0].state, ConflictState::Resolved);
    assert_eq!(book.world.vouchers[&id].since.op, first.body.op);
}

#[test]
fn an_undo_since_of_what_became_the_other_side_resolves_it() {
    let (mut lost, mut book, id) = sold_then_rewound();
    let first = lost.act(device(1), redeem(id, RedeemMode::Asked));
    let since = book.act(device(2), redeem(id, RedeemMode::Asked));
    let undo = book.act(device(2), Operation::UndoRedemption { voucher: id, redemption: since.body.op, reason: reason() });
    assert!(applied(&undo));
    book.bring_back(&first);
    assert_eq!(book.world.redemptions[&since.body.op].undone_by, Some(undo.body.op));
    assert!(book.conflicts(id).is_empty() || book.conflicts(id)[0].state == ConflictState::Resolved);
    assert_eq!((book.world.vouchers[&id].status, book.world.vouchers[&id].since.op), (Status::Used, first.body.op));
}

#[test]
fn a_voucher_cancelled_since_whose_goods_had_gone_is_for_a_person() {
    let (mut lost, mut book, id) = sold_then_rewound();
    let first = lost.act(device(1), redeem(id, RedeemMode::Asked));
    let cancel = book.act(device(2), Operation::Cancel { voucher: id, reason: reason() });
    let refund = book.act(device(2), Operation::Refund { voucher: id, reason: reason(), payment: Payment::Cash });
    assert!(applied(&cancel) && applied(&refund));
    book.bring_back(&first);
    assert_eq!((book.world.vouchers[&id].status, book.world.vouchers[&id].since.op), (Status::Used, first.body.op));
    let conflicts = book.conflicts(id);
    assert_eq!(conflicts.len(), 1);
    assert_eq!((conflicts[0].kind, conflicts[0].other.op), (ConflictKind::HonouredAfterRefund, cancel.body.op));
}

#[test]
fn a_redemption_since_of_a_voucher_that_had_been_cancelled_is_a_conflict() {
    let (mut lost, mut book, id) = sold_then_rewound();
    let cancel = lost.act(device(1), Operation::Cancel { voucher: id, reason: reason() });
    let since = book.act(device(2), redeem(id, RedeemMode::Asked));
    book.bring_back(&cancel);
    assert_eq!(book.world.vouchers[&id].status, Status::Cancelled);
    assert_eq!(book.conflicts(id)[0].kind, ConflictKind::HonouredAfterCancellation);
    assert_eq!(book.conflicts(id)[0].other.op, since.body.op);
}

#[test]
fn what_was_refused_stays_refused_even_where_it_would_hold_now() {
    let (mut lost, mut book, id) = sold_then_rewound();
    lost.act(device(1), redeem(id, RedeemMode::Asked));
    let refused = lost.act(device(2), redeem(id, RedeemMode::Asked));
    assert!(matches!(refused.word.outcome, Outcome::Rejected { .. }));
    assert_eq!(book.bring_back(&refused).word.outcome, refused.word.outcome);
    assert_eq!(book.world.redemptions[&refused.body.op].outcome, RedemptionOutcome::Rejected);
    assert_eq!(book.world.vouchers[&id].status, Status::Purchased);
}

#[test]
fn the_other_side_of_a_conflict_that_comes_back_first_holds_the_place_of_the_accepted_one() {
    let (mut lost, mut book, id) = sold_then_rewound();
    let first = lost.act(device(1), redeem(id, RedeemMode::Honoured));
    let second = lost.act(device(2), redeem(id, RedeemMode::Honoured));
    assert!(matches!(second.word.outcome, Outcome::Conflict { .. }));

    assert_eq!(book.bring_back(&second).word.outcome, second.word.outcome);
    assert_eq!(book.world.vouchers[&id].status, Status::Used, "nobody redeems it once more meanwhile");
    book.bring_back(&first);
    assert_eq!(book.facts(), lost.facts());
}

#[test]
fn what_an_undo_had_made_room_for_stands_before_the_undo_is_back() {
    let (mut lost, mut book, id) = sold_then_rewound();
    let first = lost.act(device(1), redeem(id, RedeemMode::Asked));
    let undo = lost.act(device(3), Operation::UndoRedemption { voucher: id, redemption: first.body.op, reason: reason() });
    let second = lost.act(device(2), redeem(id, RedeemMode::Asked));
    for kept in [&first, &second] {
        book.bring_back(kept);
    }
    assert_eq!(book.world.vouchers[&id].since.op, second.body.op);
    assert!(book.conflicts(id).is_empty(), "nothing collided");
    book.bring_back(&undo);
    assert_eq!(book.facts(), lost.facts());
    assert_eq!(book.world.redemptions[&first.body.op].undone_by, Some(undo.body.op));
}

#[test]
fn a_sale_of_a_template_that_is_lost_brings_its_words() {
    let mut book = Book::new();
    let later = book.now + jiff::SignedDuration::from_hours(1);
    let mut rewound = book.clone().rewound(later, 2);
    let edited = content("Introduction, edited");
    let edit = book.act(device(3), Operation::EditTemplate { template: crate::book::TEMPLATE, based_on: 1, content: edited.clone() });
    let sale = book.act(device(1), sell(voucher(1), 2, edited.clone()));
    assert!(applied(&edit) && applied(&sale));

    rewound.bring_back(&sale);
    assert_eq!(rewound.world.vouchers[&voucher(1)].snapshot, edited);
    assert_eq!(rewound.world.templates[&crate::book::TEMPLATE].content, content("Introduction"), "what it says now did not change");
    assert_eq!(rewound.world.templates[&crate::book::TEMPLATE].version, 3, "and that is a version of its own");
    rewound.bring_back(&edit);
    assert_eq!(rewound.facts(), book.facts());
}

#[test]
fn what_another_life_of_the_device_brought_back_before_is_told_with_the_version_that_holds_it() {
    let (mut lost, mut book, id) = sold_then_rewound();
    let redeemed = lost.act(device(1), redeem(id, RedeemMode::Asked));
    let first = book.bring_back(&redeemed);
    let again = book.bring_back(&redeemed);
    assert_eq!((again.word.outcome, again.row_version), (first.word.outcome, first.row_version));
    assert_eq!(first.row_version, Some(book.world.vouchers[&id].row_version));
    assert_eq!(book.told(id).len(), 2, "and it counts once");
}
