//! What the back office does to one voucher: cancel, refund, undo, extend, replace, note.

use beadsbox_domain::{Date, Deed, Operation, Outcome, Payment, RedeemMode, Timestamp, Voucher, VoucherId, text::Reason};
use beadsbox_store::{Directory, View};
use jiff::ToSpan as _;

use super::{Seat, id, reason, replacement::Instead};
use crate::{
    error::{AppError, AppResult, ErrorCode, FieldErrorCode},
    view::{ActionForm, ActionOffer, VoucherAction, VoucherDetail},
};

const ALL: [VoucherAction; 10] = [
    VoucherAction::Redeem,
    VoucherAction::UndoRedemption,
    VoucherAction::HonourExpired,
    VoucherAction::Extend,
    VoucherAction::Reissue,
    VoucherAction::Exchange,
    VoucherAction::Cancel,
    VoucherAction::Refund,
    VoucherAction::Chargeback,
    VoucherAction::Note,
];

/// What a person says beside the action.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) reason: Reason,
    /// As the voucher was paid where none is said.
    pub(super) payment: Option<Payment>,
    /// Of an extension: the new last day.
    pub(super) last_day: Option<Date>,
}

impl VoucherAction {
    pub(super) const fn deed(self) -> Deed {
        match self {
            Self::Cancel => Deed::Cancel,
            Self::Refund => Deed::Refund,
            Self::Redeem => Deed::Redeem,
            Self::UndoRedemption => Deed::UndoRedemption,
            Self::HonourExpired => Deed::HonourExpired,
            Self::Extend => Deed::Extend,
            Self::Reissue | Self::Exchange => Deed::Replace,
            Self::Chargeback => Deed::Chargeback,
            Self::Note => Deed::Note,
        }
    }

    pub(super) const fn offer(self) -> ActionOffer {
        ActionOffer {
            action: self,
            needs_reason: !matches!(self, Self::Redeem),
            // A redemption can be undone for some days; the others only by selling anew.
            r#final: matches!(self, Self::Cancel | Self::Refund | Self::Reissue | Self::Exchange | Self::Chargeback),
        }
    }

    /// A favour that can wait for the server: done twice without it, the second would be refused after goods or paper went.
    const fn needs_server(self) -> bool {
        matches!(self, Self::HonourExpired | Self::Reissue | Self::Exchange)
    }

    /// Whether one decision does for many vouchers. Another voucher is issued for one at a time, because its paper goes out.
    pub(super) const fn is_for_many(self) -> bool {
        !matches!(self, Self::Reissue | Self::Exchange)
    }

    /// What it does to the voucher; none where something is missing that it needs. For another voucher see `replacement`.
    pub(super) fn operation(self, found: &Voucher, said: &Said, directory: &Directory) -> Option<Operation> {
        let (voucher, reason) = (found.id, said.reason.clone());
        Some(match self {
            Self::Cancel => Operation::Cancel { voucher, reason },
            Self::Refund => Operation::Refund { voucher, reason, payment: said.payment.unwrap_or(found.payment) },
            Self::Redeem => Operation::redeem(voucher, RedeemMode::Honoured),
            Self::UndoRedemption => Operation::UndoRedemption { voucher, redemption: found.since.op, reason },
            Self::HonourExpired => Operation::HonourExpired { voucher, reason },
            Self::Extend => {
                let (expires_on, expires_at) = end_of(said.last_day?, found, directory)?;
                Operation::Extend { voucher, expires_on, expires_at, reason }
            }
            Self::Reissue | Self::Exchange => return None,
            Self::Chargeback => Operation::Chargeback { voucher, reason },
            Self::Note => Operation::Note { voucher, text: reason },
        })
    }
}

/// The end of that day where the voucher was sold.
fn end_of(day: Date, voucher: &Voucher, directory: &Directory) -> Option<(Date, Timestamp)> {
    let end = day.tomorrow().ok()?.to_zoned(directory.time_zone(voucher.sold.shop)).ok()?;
    Some((day, end.timestamp()))
}

/// An operation by which the rules are asked whether the action is allowed, before a person has said anything; none where it never is.
pub(super) fn trial(seat: &Seat, action: VoucherAction, voucher: &Voucher, directory: &Directory) -> AppResult<Option<Operation>> {
    let reason = Reason::new("asked").map_err(AppError::internal)?;
    if !action.is_for_many() {
        let by = VoucherId(seat.device.host.new_id());
        return Ok(Some(Operation::Replace { voucher: voucher.id, by, reason, replacement: None }));
    }
    let today = seat.device.host.clock.now().to_zoned(directory.time_zone(voucher.sold.shop)).date();
    // Some day that is later than today, and than its last one.
    let last_day = voucher.expires_on.and_then(|day| day.max(today).checked_add(1.week()).ok());
    Ok(action.operation(voucher, &Said { reason, payment: None, last_day }, directory))
}

/// What status and role allow: the rules are asked with each action, so that no second table can disagree with them.
pub(crate) fn offers(seat: &Seat, view: &View<'_>, voucher: &Voucher) -> AppResult<Vec<ActionOffer>> {
    let mut offers = Vec::new();
    for action in ALL.into_iter().filter(|action| seat.session.role.may(action.deed()) && seat.can_now(*action)) {
        if let Some(operation) = trial(seat, action, voucher, view.directory())?
            && matches!(view.foretell(&seat.operation(operation))?.outcome, Outcome::Applied)
        {
            offers.push(action.offer());
        }
    }
    Ok(offers)
}

/// A day as a form sends it; none where it is empty.
pub(super) fn last_day(text: Option<&str>) -> AppResult<Option<Date>> {
    let text = text.filter(|text| !text.is_empty());
    text.map(|text| text.parse().map_err(|_| AppError::in_field("expires_on", FieldErrorCode::NotANumber, None)))
        .transpose()
}

impl Seat {
    fn can_now(&self, action: VoucherAction) -> bool {
        !action.needs_server() || self.device.is_online()
    }

    pub(super) fn can_act_now(&self, action: VoucherAction) -> AppResult<()> {
        if self.can_now(action) {
            return Ok(());
        }
        Err(AppError::new(ErrorCode::Offline, "this is done with the server only"))
    }

    /// Refuses what role or moment do not allow.
    pub(super) fn may_act(&self, action: VoucherAction) -> AppResult<()> {
        self.require(Deed::UseOffice)?;
        self.require(action.deed())?;
        self.can_act_now(action)
    }

    /// Does it, and shows the voucher as it is afterwards: after a replacement, the new one.
    pub async fn act_on_voucher(&self, form: ActionForm) -> AppResult<VoucherDetail> {
        self.may_act(form.action)?;
        let voucher = id(&form.voucher_id, ErrorCode::UnknownVoucher)?;
        let found = self.read(move |view| Ok(view.voucher(voucher)?)).await?;
        let found = found.ok_or_else(|| AppError::new(ErrorCode::UnknownVoucher, "no such voucher here"))?;
        match form.action {
            VoucherAction::Redeem => {
                // The same path as at the till: asked where the server is there.
                let answer = self.redeem(&found.voucher.code.to_string()).await?;
                if let Some(refusal) = answer.refusal {
                    return Err(AppError::refused(refusal));
                }
            }
            VoucherAction::Reissue | VoucherAction::Exchange => {
                let instead = match form.action {
                    VoucherAction::Exchange => Instead::Another(id(form.template_id.as_deref().unwrap_or_default(), ErrorCode::UnknownTemplate)?),
                    _ => Instead::Same,
                };
                let payment = form.payment.unwrap_or(found.voucher.payment);
                let issued = self.replace(found, instead, payment, reason(&form.reason)?).await?;
                return self.voucher_detail(&issued.to_string()).await;
            }
            action => {
                let said = Said { reason: reason(&form.reason)?, payment: form.payment, last_day: last_day(form.expires_on.as_deref())? };
                let operation = self.read(move |view| Ok(action.operation(&found.voucher, &said, view.directory()))).await?;
                let operation = operation.ok_or_else(|| AppError::in_field("expires_on", FieldErrorCode::Required, None))?;
                self.record(operation, None).await?;
            }
        }
        self.voucher_detail(&form.voucher_id).await
    }
}
