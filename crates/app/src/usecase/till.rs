//! The rest of the redeem screen: codes as they are typed, this till's last redemptions, undo.

use beadsbox_domain::{CodeError, Deed, Operation, Policy, Role, Timestamp, VoucherCode, code::grouped};
use beadsbox_protocol::signed_code::SignedCode;
use beadsbox_store::{Directory, RedemptionState as Known};
use jiff::SignedDuration;

use super::{Seat, id};
use crate::{
    error::{AppResult, ErrorCode},
    view::{CodeCheck, CodeState, RecentRedemption, RedemptionState},
};

/// How many of its last redemptions a till shows.
const RECENT: usize = 20;
/// What stands in the history when a counter gives no reason for undoing its own redemption within minutes.
const AT_THE_COUNTER: &str = "Undone at the counter";

/// How far a typed code is.
pub fn check_code(text: &str) -> CodeCheck {
    if let Ok(code) = SignedCode::parse(text) {
        return CodeCheck { state: CodeState::WellFormed, shown: code.says.code.to_string() };
    }
    let state = match VoucherCode::parse(text) {
        Ok(_) => CodeState::WellFormed,
        Err(CodeError::Empty) => CodeState::Empty,
        Err(CodeError::Incomplete(_)) => CodeState::Incomplete,
        Err(CodeError::TooLong) => CodeState::TooLong,
        Err(CodeError::ForbiddenSymbol(_)) => CodeState::ForbiddenSymbol,
        Err(CodeError::Mistyped) => CodeState::Mistyped,
    };
    CodeCheck { state, shown: grouped(text) }
}

impl Seat {
    /// This till's last redemptions, the newest first.
    pub async fn recent_redemptions(&self) -> AppResult<Vec<RecentRedemption>> {
        self.require(Deed::Redeem)?;
        let seat = self.clone();
        self.read(move |view| {
            let (directory, policy) = (view.directory(), view.directory().policy());
            Ok(view.recent_redemptions(RECENT)?.into_iter().map(|redemption| seat.recent(directory, policy, redemption)).collect())
        })
        .await
    }

    /// Takes a redemption back: a counter its own within minutes, the back office within days.
    pub async fn undo_redemption(&self, voucher: &str, redemption: &str, reason: &str) -> AppResult<Vec<RecentRedemption>> {
        self.require(Deed::UndoRedemption)?;
        let voucher = id(voucher, ErrorCode::UnknownVoucher)?;
        let redemption = id(redemption, ErrorCode::UnknownVoucher)?;
        let short = self.session.role == Role::Counter && reason.trim().is_empty();
        let reason = super::reason(if short { AT_THE_COUNTER } else { reason })?;
        self.record(Operation::UndoRedemption { voucher, redemption, reason }, None).await?;
        self.recent_redemptions().await
    }

    /// Until when this person may undo a redemption made at that time.
    pub(crate) fn undo_until(&self, policy: &Policy, made: Timestamp) -> Option<String> {
        let minutes = match self.session.role {
            Role::Counter => i64::from(policy.counter_undo_minutes),
            Role::BackOffice | Role::Admin => i64::from(policy.office_undo_days) * 24 * 60,
        };
        let until = made.saturating_add(SignedDuration::from_mins(minutes)).ok()?;
        (until > self.device.host.clock.now()).then(|| until.to_string())
    }

    fn recent(&self, directory: &Directory, policy: &Policy, made: beadsbox_store::RecentRedemption) -> RecentRedemption {
        let state = match made.state {
            Known::Confirmed => RedemptionState::Confirmed,
            Known::Waiting => RedemptionState::Waiting,
            Known::Quarantined => RedemptionState::Quarantined,
            Known::Conflict => RedemptionState::Conflict,
            Known::Refused => RedemptionState::Refused,
            Known::Withdrawn => RedemptionState::Withdrawn,
            Known::Undone => RedemptionState::Undone,
        };
        let stands = matches!(state, RedemptionState::Confirmed | RedemptionState::Waiting | RedemptionState::Quarantined);
        // What this device does not know it cannot give back.
        let known = made.brief.as_ref().is_some_and(|brief| brief.title.is_some());
        let own = self.session.role != Role::Counter || made.staff == self.session.staff;
        RecentRedemption {
            op_id: made.op.to_string(),
            voucher_id: made.voucher.to_string(),
            code: made.brief.as_ref().map(|voucher| voucher.code.to_string()).unwrap_or_default(),
            title: made.brief.as_ref().and_then(|voucher| voucher.title.clone()).unwrap_or_default(),
            price: made.brief.map(|voucher| voucher.price.into()),
            at: made.at.to_string(),
            staff: directory.staff_name(made.staff).to_owned(),
            state,
            undo_until: if stands && own && known { self.undo_until(policy, made.at) } else { None },
        }
    }
}
