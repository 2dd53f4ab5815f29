//! Cancel, refund, undo, honour an expired voucher: what the back office does to one voucher.

use beadsbox_domain::{Deed, Operation, Outcome, Payment, RedeemMode, Voucher, text::Reason};
use beadsbox_store::View;

use super::{Seat, id, reason};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    view::{ActionForm, ActionOffer, VoucherAction, VoucherDetail},
};

const ALL: [VoucherAction; 5] =
    [VoucherAction::Redeem, VoucherAction::UndoRedemption, VoucherAction::Cancel, VoucherAction::Refund, VoucherAction::HonourExpired];

impl VoucherAction {
    pub(super) const fn deed(self) -> Deed {
        match self {
            Self::Cancel => Deed::Cancel,
            Self::Refund => Deed::Refund,
            Self::Redeem => Deed::Redeem,
            Self::UndoRedemption => Deed::UndoRedemption,
            Self::HonourExpired => Deed::HonourExpired,
        }
    }

    pub(super) const fn offer(self) -> ActionOffer {
        ActionOffer {
            action: self,
            needs_reason: !matches!(self, Self::Redeem),
            // A redemption can be undone for some days; the others only by selling anew.
            r#final: matches!(self, Self::Cancel | Self::Refund),
        }
    }

    pub(super) fn operation(self, voucher: &Voucher, reason: Reason, payment: Payment) -> Operation {
        let id = voucher.id;
        match self {
            Self::Cancel => Operation::Cancel { voucher: id, reason },
            Self::Refund => Operation::Refund { voucher: id, reason, payment },
            Self::Redeem => Operation::redeem(id, RedeemMode::Honoured),
            Self::UndoRedemption => Operation::UndoRedemption { voucher: id, redemption: voucher.since.op, reason },
            Self::HonourExpired => Operation::HonourExpired { voucher: id, reason },
        }
    }
}

/// What status and role allow: the rules are asked with each action, so that no second table can disagree with them.
pub(crate) fn offers(seat: &Seat, view: &View<'_>, voucher: &Voucher) -> AppResult<Vec<ActionOffer>> {
    let any = Reason::new("asked").map_err(AppError::internal)?;
    let mut offers = Vec::new();
    for action in ALL.into_iter().filter(|action| seat.session.role.may(action.deed()) && seat.can_now(*action)) {
        let new = seat.operation(action.operation(voucher, any.clone(), voucher.payment));
        if matches!(view.foretell(&new)?.outcome, Outcome::Applied) {
            offers.push(action.offer());
        }
    }
    Ok(offers)
}

impl Seat {
    /// Honouring an expired voucher is a favour that can wait for the server: honoured twice without it, the second one would
    /// be refused after the goods went.
    fn can_now(&self, action: VoucherAction) -> bool {
        action != VoucherAction::HonourExpired || self.device.is_online()
    }

    pub(super) fn can_act_now(&self, action: VoucherAction) -> AppResult<()> {
        if self.can_now(action) {
            return Ok(());
        }
        Err(AppError::new(ErrorCode::Offline, "an expired voucher is honoured with the server only"))
    }

    /// Refuses what role or moment do not allow.
    pub(super) fn may_act(&self, action: VoucherAction) -> AppResult<()> {
        self.require(Deed::UseOffice)?;
        self.require(action.deed())?;
        self.can_act_now(action)
    }

    /// Does it, and shows the voucher as it is afterwards.
    pub async fn act_on_voucher(&self, form: ActionForm) -> AppResult<VoucherDetail> {
        self.may_act(form.action)?;
        let voucher = id(&form.voucher_id, ErrorCode::UnknownVoucher)?;
        let found = self.read(move |view| Ok(view.voucher(voucher)?)).await?;
        let found = found.ok_or_else(|| AppError::new(ErrorCode::UnknownVoucher, "no such voucher here"))?.voucher;
        if form.action == VoucherAction::Redeem {
            // The same path as at the till: asked where the server is there.
            let answer = self.redeem(&found.code.to_string()).await?;
            if let Some(refusal) = answer.refusal {
                return Err(AppError::refused(refusal));
            }
        } else {
            let payment = form.payment.unwrap_or(found.payment);
            self.record(form.action.operation(&found, reason(&form.reason)?, payment), None).await?;
        }
        self.voucher_detail(&form.voucher_id).await
    }
}
