//! Cancel, refund, expire: what the status table allows besides redeeming.

use jiff::SignedDuration;

use super::{Change, Context, Decided, Decision, Situation};
use crate::{
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
