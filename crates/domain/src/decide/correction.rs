//! Cancel, refund, expire: what the status table allows besides redeeming. Extend, chargeback, note: corrections beside the table.

use jiff::{SignedDuration, Timestamp, civil::Date};

use super::{Change, Context, Decided, Decision, Situation, replacement::ends_day};
use crate::{
    marks::Marks,
    outcome::Refusal,
    status::{Status, StatusChange},
    voucher::Voucher,
};

pub(super) fn cancel(situation: &Situation, context: &Context) -> Decided {
    change_status(known(situation)?, StatusChange::Cancel, context)
}

pub(super) fn refund(situation: &Situation, context: &Context) -> Decided {
    change_status(known(situation)?, StatusChange::Refund, context)
}

/// Only after the grace in which redemptions made offline on the last day still arrive.
pub(super) fn expire(situation: &Situation, context: &Context) -> Decided {
    let voucher = known(situation)?;
    if voucher.status.after(StatusChange::Expire).is_some() && !grace_is_over(voucher, context) {
        return Err(Refusal::NotExpired);
    }
    change_status(voucher, StatusChange::Expire, context)
}

/// A later last day. An expired voucher is owed again.
pub(super) fn extend((expires_on, expires_at): (Date, Timestamp), situation: &Situation, context: &Context) -> Decided {
    let voucher = known(situation)?;
    if !matches!(voucher.status, Status::Purchased | Status::Expired) {
        return Err(Refusal::StatusIs { status: voucher.status, since: voucher.since });
    }
    if voucher.marks.charged_back.is_some() {
        return Err(Refusal::ChargedBackAlready);
    }
    let now = voucher.expires_on.ok_or(Refusal::NeverEnds)?;
    if !ends_day(expires_on, expires_at) {
        return Err(Refusal::BadContent { rule: "the end is not the end of the last day".to_owned() });
    }
    // An expired one that has that day already was extended by an operation that came after its expiry.
    let later = expires_on > now || (expires_on == now && voucher.status == Status::Expired);
    if !later || expires_at <= context.stamp.at {
        return Err(Refusal::NotLater { expires_on: now });
    }
    let since = if voucher.status == Status::Expired { context.stamp } else { voucher.since };
    let extended = standing(voucher, Status::Purchased, since);
    Ok(Decision::applied(vec![Change::Voucher(Voucher {
        expires_on: Some(expires_on),
        expires_at: Some(expires_at),
        ..extended
    })]))
}

/// The bank has the money back. What is still owed is owed no more; what went over the counter is lost.
pub(super) fn chargeback(situation: &Situation, context: &Context) -> Decided {
    let voucher = known(situation)?;
    if voucher.marks.charged_back.is_some() {
        return Err(Refusal::ChargedBackAlready);
    }
    let (status, since) = match voucher.status {
        Status::Purchased | Status::Cancelled => (Status::Refunded, context.stamp),
        // The money was returned, or stands for another voucher.
        Status::Refunded | Status::Replaced => return Err(Refusal::StatusIs { status: voucher.status, since: voucher.since }),
        Status::Used | Status::Expired => (voucher.status, voucher.since),
    };
    let marks = Marks { charged_back: Some(context.stamp.op), ..voucher.marks.clone() };
    Ok(Decision::applied(vec![Change::Voucher(Voucher { marks, ..standing(voucher, status, since) })]))
}

/// It stands in the history and changes nothing.
pub(super) fn note(situation: &Situation) -> Decided {
    known(situation).map(|_| Decision::applied(Vec::new()))
}

/// Whether no redemption made on the last day can arrive any more and apply.
pub(super) fn grace_is_over(voucher: &Voucher, context: &Context) -> bool {
    let grace = SignedDuration::from_hours(i64::from(context.policy.expiry_grace_hours));
    voucher.expires_at.is_some_and(|end| end.checked_add(grace).is_ok_and(|end| context.received_at >= end))
}

pub(super) fn known(situation: &Situation) -> Result<&Voucher, Refusal> {
    situation.voucher.as_ref().ok_or(Refusal::UnknownVoucher)
}

/// What the table says, or the status that stands in the way.
pub(super) fn next_status(voucher: &Voucher, change: StatusChange) -> Result<Status, Refusal> {
    voucher.status.after(change).ok_or(Refusal::StatusIs { status: voucher.status, since: voucher.since })
}

fn change_status(voucher: &Voucher, change: StatusChange, context: &Context) -> Decided {
    let status = next_status(voucher, change)?;
    Ok(Decision::applied(vec![Change::Voucher(standing(voucher, status, context.stamp))]))
}

/// The voucher's next row.
pub(super) fn standing(voucher: &Voucher, status: Status, since: crate::voucher::Stamp) -> Voucher {
    Voucher { status, since, row_version: voucher.row_version + 1, ..voucher.clone() }
}
