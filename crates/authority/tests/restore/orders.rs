//! Random work, a rewind, and devices that come back in any order.

use beadsbox_domain::{Operation, RedeemMode, Settlement, Status, voucher::Payment};
use jiff::SignedDuration;
use proptest::{prelude::*, sample::Index};

use crate::book::{Book, Kept, TEMPLATE, applied, content, device, reason, sell, voucher};

/// One thing that somebody does; numbers are read by what is there when it happens.
#[derive(Debug, Clone)]
struct Step {
    kind: u8,
    voucher: u128,
    device: u128,
    pick: Index,
    hours: i64,
}

fn step(devices: std::ops::Range<u128>) -> impl Strategy<Value = Step> {
    let hours = prop_oneof![6 => 0..3_i64, 1 => 0..400_i64];
    (0..24_u8, 1..3_u128, devices, any::<Index>(), hours).prop_map(|(kind, voucher, device, pick, hours)| Step { kind, voucher, device, pick, hours })
}

/// `sells`: ids of vouchers never come again, so what the lost part sold is not sold since.
fn operation(step: &Step, book: &Book, sells: bool) -> Operation {
    let id = voucher(step.voucher);
    let made = book.redemptions(id);
    let any_redemption = if made.is_empty() {
        beadsbox_domain::OpId(uuid::Uuid::nil())
    } else {
        made[step.pick.index(made.len())].stamp.op
    };
    let standing = book.world.vouchers.get(&id).filter(|row| row.status == Status::Used).map_or(any_redemption, |row| row.since.op);
    let template = &book.world.templates[&TEMPLATE];
    match step.kind {
        0..=4 if sells && !book.world.vouchers.contains_key(&id) => sell(id, template.version, template.content.clone()),
        0..=6 => Operation::redeem(id, RedeemMode::Asked),
        7..=11 => Operation::redeem(id, RedeemMode::Honoured),
        12 | 13 => Operation::honour(id, any_redemption),
        14 | 15 => Operation::Withdraw { voucher: id, redemption: any_redemption },
        16..=18 => Operation::UndoRedemption { voucher: id, redemption: standing, reason: reason() },
        19 => Operation::Cancel { voucher: id, reason: reason() },
        20 => Operation::Refund { voucher: id, reason: reason(), payment: Payment::Cash },
        21 => Operation::HonourExpired { voucher: id, reason: reason() },
        22 if !book.conflicts(id).is_empty() => {
            let conflicts = book.conflicts(id);
            let seen = conflicts[step.pick.index(conflicts.len())];
            let (conflict, seen_version) = (seen.id, seen.row_version);
            Operation::SettleConflict { conflict, voucher: id, seen_version, settlement: Settlement::WriteOff, reason: reason() }
        }
        _ => {
            let says = content(["Introduction", "Edited", "Edited again"][step.pick.index(3)]);
            Operation::EditTemplate { template: TEMPLATE, based_on: template.version, content: says }
        }
    }
}

fn play(book: &mut Book, steps: &[Step], sells: bool) -> Vec<(u128, Kept)> {
    let mut done = Vec::new();
    for step in steps {
        book.now += SignedDuration::from_hours(step.hours);
        let operation = operation(step, book, sells);
        done.push((step.device, book.act(device(step.device), operation)));
    }
    done
}

fn bring_back(book: &mut Book, lost: &[(u128, Kept)], turns: &[Index]) -> Result<(), TestCaseError> {
    bring_answered(book, lost, turns, [usize::MAX; 3])
}

/// Devices come back, each with its operations in its own order; `turns` says whose turn it is. A device was answered so many of
/// its operations, and has no receipts on the others.
fn bring_answered(book: &mut Book, lost: &[(u128, Kept)], turns: &[Index], mut answered: [usize; 3]) -> Result<(), TestCaseError> {
    let mut queues: Vec<Vec<&Kept>> = (0..3).map(|number| lost.iter().rev().filter(|(device, _)| *device == number).map(|(_, kept)| kept).collect()).collect();
    let mut turns = turns.iter().cycle();
    loop {
        let waiting: Vec<usize> = (0..queues.len()).filter(|number| !queues[*number].is_empty()).collect();
        if waiting.is_empty() {
            return Ok(());
        }
        let number = turns.next().map_or(waiting[0], |turn| waiting[turn.index(waiting.len())]);
        let Some(kept) = queues[number].pop() else { continue };
        if answered[number] == 0 {
            let again = book.bring_unanswered(kept);
            let was_sold = applied(kept) && matches!(kept.body.operation, Operation::Sell { .. });
            prop_assert!(!was_sold || applied(&again), "its money was taken: {:?}", again.word.outcome);
        } else {
            answered[number] -= 1;
            let again = book.bring_back(kept);
            prop_assert_eq!(&again.word.outcome, &kept.word.outcome, "what was told is told again");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn rule_10_devices_give_back_everything_in_any_order(
        before in prop::collection::vec(step(0..3), 0..10),
        lost in prop::collection::vec(step(0..3), 1..25),
        turns in prop::collection::vec(any::<Index>(), 1..30),
    ) {
        let mut book = Book::new();
        play(&mut book, &before, true);
        let backup = book.clone();
        let kept = play(&mut book, &lost, true);
        let mut restored = backup.rewound(book.now, 2);
        bring_back(&mut restored, &kept, &turns)?;
        prop_assert_eq!(restored.facts(), book.facts());
    }

    #[test]
    fn rule_10_the_order_in_which_devices_come_back_does_not_matter(
        before in prop::collection::vec(step(0..3), 0..10),
        lost in prop::collection::vec(step(0..3), 1..20),
        since in prop::collection::vec(step(4..6), 0..12),
        turns in prop::collection::vec(any::<Index>(), 1..30),
        other_turns in prop::collection::vec(any::<Index>(), 1..30),
    ) {
        let mut book = Book::new();
        play(&mut book, &before, true);
        let mut restored = book.clone().rewound(book.now + SignedDuration::from_hours(2), 2);
        let kept = play(&mut book, &lost, true);
        play(&mut restored, &since, false);
        let mut again = restored.clone();
        bring_back(&mut restored, &kept, &turns)?;
        bring_back(&mut again, &kept, &other_turns)?;
        prop_assert_eq!(restored.facts(), again.facts());
    }

    /// The book looks after every operation.
    #[test]
    fn rule_2_one_redemption_stands_also_where_answers_were_lost(
        before in prop::collection::vec(step(0..3), 0..6),
        lost in prop::collection::vec(step(0..3), 1..25),
        since in prop::collection::vec(step(4..6), 0..6),
        turns in prop::collection::vec(any::<Index>(), 1..30),
        answered in prop::array::uniform3(0..8_usize),
    ) {
        let mut book = Book::new();
        play(&mut book, &before, true);
        let mut restored = book.clone().rewound(book.now + SignedDuration::from_hours(2), 2);
        let kept = play(&mut book, &lost, true);
        play(&mut restored, &since, false);
        bring_answered(&mut restored, &kept, &turns, answered)?;
        // What was decided anew may be refused now, and leaves no attempt; what was answered is all there.
        let mut left = answered;
        for (device, kept) in &kept {
            let left = &mut left[usize::try_from(*device).unwrap()];
            let was_answered = *left > 0;
            *left = left.saturating_sub(1);
            let (there, here) = (book.world.redemptions.contains_key(&kept.body.op), restored.world.redemptions.contains_key(&kept.body.op));
            prop_assert!(!was_answered || !there || here, "an attempt is lost");
        }
    }
}
