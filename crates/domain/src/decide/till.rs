//! A till's cash and its day. Both have happened: only what cannot have been is refused.

use super::{Change, Context, Decided, Decision, Situation};
use crate::{
    day::{CashMovement, DayClose},
    money::Money,
    outcome::Refusal,
    text::Reason,
};

pub(super) fn move_cash(movement: CashMovement, amount: Money, reason: Option<&Reason>, context: &Context) -> Decided {
    if amount.minor < 0 {
        return Err(Refusal::BadContent { rule: "cash moves by no less than nothing".to_owned() });
    }
    Ok(Decision::applied(vec![Change::CashMoved { stamp: context.stamp, movement, amount, reason: reason.cloned() }]))
}

/// What its sums say is not asked here: the server compares them with its own, and keeps both.
pub(super) fn close_day(close: &DayClose, situation: &Situation, context: &Context) -> Decided {
    let last = situation.last_close;
    if close.number == 0 || last.is_some_and(|last| close.number <= last.number) {
        return Err(Refusal::CloseNumberTaken { last: last.map_or(0, |last| last.number) });
    }
    let covered = last.map_or(0, |last| last.through_seq);
    let reaches_itself = situation.dev_seq.is_some_and(|dev_seq| close.through_seq >= dev_seq);
    if close.after_seq < covered || close.through_seq < close.after_seq || reaches_itself {
        return Err(Refusal::CloseOverlaps { through_seq: covered });
    }
    Ok(Decision::applied(vec![Change::DayClosed { stamp: context.stamp, close: Box::new(close.clone()) }]))
}
