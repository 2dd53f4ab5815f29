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

/// What an action needs to know beside the voucher.
struct Wish {
    reason: Reason,
    payment: Payment,
    /// Of an extension: the new last day, and the first moment after it.
    end: Option<(Date, Timestamp)>,
    /// Of a replacement: the new voucher.
    by: VoucherId,
}

impl VoucherAction {
    const fn deed(self) -> Deed {
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

    const fn offer(self) -> ActionOffer {
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

    /// What it does to the voucher; none where a new last day is missing.
    fn operation(self, found: &Voucher, wish: Wish) -> Option<Operation> {
        let (voucher, reason) = (found.id, wish.reason);
        Some(match self {
            Self::Cancel => Operation::Cancel { voucher, reason },
            Self::Refund => Operation::Refund { voucher, reason, payment: wish.payment },
            Self::Redeem => Operation::redeem(voucher, RedeemMode::Honoured),
            Self::UndoRedemption => Operation::UndoRedemption { voucher, redemption: found.since.op, reason },
            Self::HonourExpired => Operation::HonourExpired { voucher, reason },
            Self::Extend => {
                let (expires_on, expires_at) = wish.end?;
                Operation::Extend { voucher, expires_on, expires_at, reason }
            }
            Self::Reissue | Self::Exchange => Operation::Replace { voucher, by: wish.by, reason },
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

/// What status and role allow: the rules are asked with each action, so that no second table can disagree with them.
pub(crate) fn offers(seat: &Seat, view: &View<'_>, voucher: &Voucher) -> AppResult<Vec<ActionOffer>> {
    let any = Reason::new("asked").map_err(AppError::internal)?;
    let today = seat.device.host.clock.now().to_zoned(view.directory().time_zone(voucher.sold.shop)).date();
    // Some day that is later than today, and than its last one.
    let later = voucher.expires_on.and_then(|day| day.max(today).checked_add(1.week()).ok());
    let mut offers = Vec::new();
    for action in ALL.into_iter().filter(|action| seat.session.role.may(action.deed()) && seat.can_now(*action)) {
        let end = later.and_then(|day| end_of(day, voucher, view.directory()));
        let wish = Wish { reason: any.clone(), payment: voucher.payment, end, by: VoucherId(seat.device.host.new_id()) };
        if let Some(operation) = action.operation(voucher, wish)
            && matches!(view.foretell(&seat.operation(operation))?.outcome, Outcome::Applied)
        {
            offers.push(action.offer());
        }
    }
    Ok(offers)
}

impl Seat {
    fn can_now(&self, action: VoucherAction) -> bool {
        !action.needs_server() || self.device.is_online()
    }

    /// Does it, and shows the voucher as it is afterwards: after a replacement, the new one.
    pub async fn act_on_voucher(&self, form: ActionForm) -> AppResult<VoucherDetail> {
        self.require(Deed::UseOffice)?;
        self.require(form.action.deed())?;
        if !self.can_now(form.action) {
            return Err(AppError::new(ErrorCode::Offline, "this is done with the server only"));
        }
        let voucher = id(&form.voucher_id, ErrorCode::UnknownVoucher)?;
        let found = self.read(move |view| Ok(view.voucher(voucher)?)).await?;
        let found = found.ok_or_else(|| AppError::new(ErrorCode::UnknownVoucher, "no such voucher here"))?;
        let payment = form.payment.unwrap_or(found.voucher.payment);
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
                let issued = self.replace(found, instead, payment, reason(&form.reason)?).await?;
                return self.voucher_detail(&issued.to_string()).await;
            }
            action => {
                let (voucher, reason) = (found.voucher, reason(&form.reason)?);
                let end = self.new_end(&form, &voucher).await?;
                let wish = Wish { reason, payment, end, by: voucher.id };
                let operation = action.operation(&voucher, wish).ok_or_else(|| AppError::in_field("expires_on", FieldErrorCode::Required, None))?;
                self.record(operation, None).await?;
            }
        }
        self.voucher_detail(&form.voucher_id).await
    }

    async fn new_end(&self, form: &ActionForm, voucher: &Voucher) -> AppResult<Option<(Date, Timestamp)>> {
        let Some(text) = form.expires_on.as_deref().filter(|text| !text.is_empty()) else { return Ok(None) };
        let wrong = || AppError::in_field("expires_on", FieldErrorCode::NotANumber, None);
        let day: Date = text.parse().map_err(|_| wrong())?;
        let voucher = voucher.clone();
        self.read(move |view| end_of(day, &voucher, view.directory()).map(Some).ok_or_else(wrong)).await
    }
}
