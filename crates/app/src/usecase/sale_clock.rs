//! Whether the last day of what is sold can be counted by this device's clock: docs/adr/0060-a-till-and-its-clock.md.

use beadsbox_domain::{Operation, operation::Replacement};
use beadsbox_store::{NewOperation, View};
use jiff::SignedDuration;

use super::Seat;
use crate::error::{AppError, AppResult, ErrorCode};

/// How far the clock may be off where vouchers are sold. With a date that is wrong by a day a last day is wrong by one, and no counter is stopped for that.
const MOST_OFF: SignedDuration = SignedDuration::from_hours(36);

/// Refuses to sell or issue by a clock that is known to be wrong: by the last contact, or because it stands before what was heard from the server.
pub(super) fn check(seat: &Seat, view: &View<'_>, operations: &[NewOperation]) -> AppResult<()> {
    if !operations.iter().any(|new| counts_its_last_day(&new.operation)) {
        return Ok(());
    }
    let clock = &seat.device.host.clock;
    let (now, running) = (clock.now(), clock.running());
    let before_last_sync = || view.position().last_sync_at.map_or(SignedDuration::ZERO, |at| now.duration_since(at).min(SignedDuration::ZERO));
    let off = seat.device.clock().map_or_else(before_last_sync, |evidence| evidence.skew_now(now, running));
    if off.abs() > MOST_OFF {
        return Err(AppError::new(ErrorCode::ClockWrong, format!("the clock is off by {} hours", off.as_hours())));
    }
    Ok(())
}

/// What stands for another voucher as it was, or comes from elsewhere, has its last day already.
fn counts_its_last_day(operation: &Operation) -> bool {
    match operation {
        Operation::Sell { replaces, imported, .. } => {
            let is_reissue = replaces.as_ref().is_some_and(|replaced| matches!(replaced.replacement, Replacement::Reissue { .. }));
            imported.is_none() && !is_reissue
        }
        _ => false,
    }
}
