//! What comes back without a receipt, because its answer never reached its device, though others have receipts on what rests on it.

use beadsbox_domain::{
    ConflictState, OpId, Operation, Outcome, RedeemMode, RedemptionOutcome, Refusal, Settlement, ShopId, Status, TemplateId, operation::Subject,
};
use uuid::Uuid;

use crate::book::{Book, Kept, TEMPLATE, applied, content, device, reason, sell, sell_from, voucher};

fn redeem(mode: RedeemMode) -> Operation {
    Operation::redeem(voucher(1), mode)
}

/// An empty server, and what it is an hour later after a restore to that moment.
fn rewound() -> (Book, Book) {
    let book = Book::new();
    let later = book.now + jiff::SignedDuration::from_hours(1);
    let rewound = book.clone().rewound(later, 2);
    (book, rewound)
}

#[test]
fn rule_2_a_sale_without_a_receipt_takes_up_the_redemption_that_has_one() {
    let (mut lost, mut book) = rewound();
    let sale = lost.act(device(1), sell(voucher(1), 1, content("Introduction")));
    let redemption = lost.act(device(2), redeem(RedeemMode::Asked));
    book.bring_back(&redemption);
    let again = book.bring_unanswered(&sale);
    assert!(applied(&again));
    assert_eq!(book.facts(), lost.facts());
    assert_eq!(again.row_version, Some(book.world.vouchers[&voucher(1)].row_version));
}

#[test]
fn rule_2_redemptions_from_before_and_after_a_sale_without_a_receipt_leave_one_that_stands() {
    for sale_comes in 0..3 {
        let (mut lost, mut book) = rewound();
        let sale = lost.act(device(1), sell(voucher(1), 1, content("Introduction")));
        let first = lost.act(device(2), redeem(RedeemMode::Honoured));
        let second = lost.act(device(3), redeem(RedeemMode::Honoured));
        let mut line: Vec<&Kept> = vec![&second, &first];
        line.insert(sale_comes, &sale);
        for kept in line {
            let answered = kept.body.op != sale.body.op;
            let again = if answered { book.bring_back(kept) } else { book.bring_unanswered(kept) };
            assert_eq!(again.word.outcome, kept.word.outcome);
        }
        assert_eq!(book.facts(), lost.facts(), "the sale came as number {sale_comes}");
    }
}

#[test]
fn a_conflict_settled_before_its_sale_stays_settled_when_the_sale_comes_without_a_receipt() {
    let (mut lost, mut book) = rewound();
    let early = lost.act(device(2), redeem(RedeemMode::Honoured));
    let (conflict, seen_version) = lost.conflicts(voucher(1)).first().map(|conflict| (conflict.id, conflict.row_version)).unwrap();
    let settlement = Operation::SettleConflict { conflict, voucher: voucher(1), seen_version, settlement: Settlement::WriteOff, reason: reason() };
    let settled = lost.act(device(3), settlement);
    let sale = lost.act(device(1), sell(voucher(1), 1, content("Introduction")));
    let redemption = lost.act(device(4), redeem(RedeemMode::Asked));
    for kept in [&redemption, &settled, &early] {
        book.bring_back(kept);
    }
    book.bring_unanswered(&sale);
    assert_eq!(book.facts(), lost.facts());
    assert_eq!(book.conflicts(voucher(1))[0].state, ConflictState::Settled);
    assert_eq!(book.world.vouchers[&voucher(1)].since.op, redemption.body.op);
}

#[test]
fn a_template_is_created_where_a_sale_of_it_came_back_first() {
    let id = TemplateId(Uuid::from_u128(0x77));
    let (mut lost, mut book) = rewound();
    let create = lost.act(device(1), Operation::CreateTemplate { template: id, content: content("Ours") });
    let sale = lost.act(device(2), sell_from(id, voucher(1), 1, content("Ours")));
    let edit = lost.act(device(3), Operation::EditTemplate { template: id, based_on: 1, content: content("Ours, edited") });
    for kept in [&sale, &edit] {
        book.bring_back(kept);
    }
    let again = book.bring_unanswered(&create);
    assert!(applied(&again), "an own template is not refused for what was sold from it");
    let template = &book.world.templates[&id];
    assert_eq!((&template.content, template.changed.op), (&content("Ours, edited"), edit.body.op));
    assert_eq!(again.row_version, Some(template.row_version));

    let second = book.act(device(4), Operation::CreateTemplate { template: id, content: content("Theirs") });
    assert!(matches!(second.word.outcome, Outcome::Rejected { .. }), "the id is taken now");
}

fn edit(says: &str) -> Operation {
    Operation::EditTemplate { template: TEMPLATE, based_on: 1, content: content(says) }
}

#[test]
fn rule_10_a_sale_of_a_version_that_is_not_back_is_taken_without_a_receipt() {
    for edit_first in [false, true] {
        let (mut lost, mut book) = rewound();
        let edited = lost.act(device(3), edit("Edited"));
        let sale = lost.act(device(1), sell(voucher(1), 2, content("Edited")));
        if edit_first {
            book.bring_back(&edited);
        }
        let again = book.bring_unanswered(&sale);
        assert!(applied(&again), "{:?}", again.word.outcome);
        assert_eq!(book.world.vouchers[&voucher(1)].snapshot, content("Edited"));
        if !edit_first {
            assert_eq!(book.world.templates[&TEMPLATE].content, content("Introduction"), "what is sold from now on stays the office's to say");
            book.bring_back(&edited);
        }
        assert_eq!(book.facts(), lost.facts());
        assert_eq!(again.row_version, Some(book.world.vouchers[&voucher(1)].row_version));
    }
}

#[test]
fn a_sale_of_a_template_that_is_not_back_is_taken_without_a_receipt() {
    let id = TemplateId(Uuid::from_u128(0x77));
    let (mut lost, mut book) = rewound();
    let create = lost.act(device(3), Operation::CreateTemplate { template: id, content: content("Ours") });
    let sale = lost.act(device(1), sell_from(id, voucher(1), 1, content("Ours")));
    let redemption = lost.act(device(2), redeem(RedeemMode::Asked));
    book.bring_back(&redemption);
    assert!(applied(&book.bring_unanswered(&sale)));
    book.bring_back(&create);
    assert_eq!(book.facts(), lost.facts());
    let template = &book.world.templates[&id];
    assert_eq!((&template.content, template.changed.op), (&content("Ours"), create.body.op));
}

#[test]
fn a_version_whose_number_was_given_again_since_is_told_apart_by_what_was_sold() {
    let (mut lost, mut book) = rewound();
    lost.act(device(3), edit("Edited"));
    let sale = lost.act(device(1), sell(voucher(1), 2, content("Edited")));
    book.act(device(3), edit("Edited otherwise"));
    assert!(applied(&book.bring_unanswered(&sale)));
    assert_eq!(book.world.vouchers[&voucher(1)].snapshot, content("Edited"));
    assert_eq!(book.world.templates[&TEMPLATE].content, content("Edited otherwise"));
    let second = book.act(device(2), sell(voucher(2), 2, content("Edited otherwise")));
    assert!(applied(&second), "neither version took the other's place");
}

#[test]
fn a_sale_of_what_was_never_said_is_refused_where_nothing_was_lost() {
    let mut book = Book::new();
    let refusal = |kept: Kept| if let Outcome::Rejected { refusal } = kept.word.outcome { Some(refusal) } else { None };
    assert_eq!(refusal(book.act(device(1), sell(voucher(1), 2, content("Edited")))), Some(Refusal::SnapshotMismatch));
    let unknown = sell_from(TemplateId(Uuid::from_u128(0x77)), voucher(1), 1, content("Ours"));
    assert_eq!(refusal(book.act(device(1), unknown)), Some(Refusal::UnknownTemplate));
}

#[test]
fn what_else_is_wrong_with_a_sale_of_a_lost_version_still_refuses_it() {
    let (mut lost, mut book) = rewound();
    lost.act(device(3), edit("Edited"));
    let sale = lost.act(device(1), sell(voucher(1), 2, content("Edited")));
    book.world.staff.clear();
    let again = book.bring_unanswered(&sale);
    assert!(matches!(again.word.outcome, Outcome::Rejected { .. }), "nobody knows who sold it");
    assert!(book.world.vouchers.is_empty());
}

#[test]
fn rule_6_a_row_that_the_folding_left_as_it_was_is_told_with_its_version() {
    let id = TemplateId(Uuid::from_u128(0x77));
    let (mut lost, mut book) = rewound();
    let create = lost.act(device(1), Operation::CreateTemplate { template: id, content: content("Ours") });
    let edit = lost.act(device(3), Operation::EditTemplate { template: id, based_on: 1, content: content("Ours, edited") });
    book.bring_back(&edit);
    let before = book.world.templates[&id].clone();
    let again = book.bring_back(&create);
    assert_eq!(book.world.templates[&id], before, "its edit says all that it says");
    assert_eq!(again.row_version, Some(before.row_version), "and the device waits for that row");
}

#[test]
fn rule_6_a_collision_whose_conflict_is_none_any_more_is_found_in_the_vouchers_row() {
    let (mut lost, mut book) = rewound();
    let sale = lost.act(device(1), sell(voucher(1), 1, content("Introduction")));
    lost.act(device(2), redeem(RedeemMode::Honoured));
    let second = lost.act(device(3), redeem(RedeemMode::Honoured));
    book.bring_back(&sale);
    let again = book.bring_back(&second);
    assert_eq!(book.world.redemptions[&second.body.op].outcome, RedemptionOutcome::Accepted, "the first one may never come back");
    assert!(book.conflicts(voucher(1)).is_empty());
    let row = &book.world.vouchers[&voucher(1)];
    assert_eq!((row.status, again.row_version), (Status::Used, Some(row.row_version)));
    assert_eq!(book.world.decided[&Subject::Voucher(voucher(1))].len(), 2);
    assert_eq!(book.world.templates[&TEMPLATE].version, 1);
}

#[test]
fn rule_10_what_was_done_after_a_move_comes_back_to_a_server_that_lost_the_move() {
    let (mut lost, mut book) = rewound();
    let elsewhere = |mut kept: Kept| {
        kept.body.shop = ShopId(Uuid::from_u128(0x99));
        kept
    };
    let answered = elsewhere(lost.act(device(1), sell(voucher(1), 1, content("Introduction"))));
    let unanswered = elsewhere(lost.act(device(1), sell(voucher(2), 1, content("Introduction"))));
    assert!(applied(&book.bring_back(&answered)));
    assert!(applied(&book.bring_unanswered(&unanswered)));
    assert_eq!(book.world.vouchers[&voucher(2)].sold.shop, unanswered.body.shop, "it keeps the shop in which it was done");

    // A server that never lost anything knows where its devices have stood.
    let mut foreign = elsewhere(lost.act(device(1), redeem(RedeemMode::Honoured)));
    foreign.body.op = OpId(Uuid::from_u128(0x98));
    let refused = lost.bring_unanswered(&foreign).word.outcome;
    assert!(matches!(refused, Outcome::Rejected { refusal: Refusal::Unreadable { .. } }), "{refused:?}");
}
