//! What is to be redeemed, and what stands against honouring it on the device's own word.

use beadsbox_domain::{
    DeviceId, Money, OpId, Operation, Outcome, RedeemMode, Refusal, ShopId, StaffId, Stamp, Status, Timestamp, VoucherId, operation::Subject, text::SignedText,
};
use beadsbox_protocol::signed_code::SignedVoucher;
use beadsbox_store::{RedemptionState, View, VoucherView};

use super::{
    super::{names, offline_limits},
    NotRecorded,
    found::Shown,
};
use crate::{
    error::AppResult,
    view::{AnswerKind, RedeemAnswer, RefusalView},
};

/// A voucher to redeem.
#[derive(Clone)]
pub(super) enum Target {
    /// This device knows it.
    Known(Box<VoucherView>),
    /// A good signature says what it is.
    Signed(Box<Proven>),
}

/// Where a voucher is honoured.
pub(super) struct Place {
    pub(super) device: DeviceId,
    pub(super) shop: ShopId,
    /// Somebody who may has let it pass the limits.
    pub(super) approved: bool,
}

/// What a good signature says.
#[derive(Clone)]
pub(super) struct Proven {
    pub(super) says: SignedVoucher,
    /// The whole signed code.
    pub(super) text: SignedText,
}

impl Target {
    pub(super) const fn id(&self) -> VoucherId {
        match self {
            Self::Known(found) => found.voucher.id,
            Self::Signed(proven) => proven.says.voucher,
        }
    }

    /// The only shop that may redeem it without the server.
    const fn home_shop(&self) -> Option<ShopId> {
        match self {
            Self::Known(found) => found.voucher.home_shop,
            Self::Signed(proven) => proven.says.home_shop,
        }
    }

    const fn price(&self) -> Money {
        match self {
            Self::Known(found) => found.voucher.snapshot.price,
            Self::Signed(proven) => proven.says.price,
        }
    }

    pub(super) fn redeem(&self, mode: RedeemMode, approved_by: Option<StaffId>) -> Operation {
        let signed_code = match self {
            Self::Known(_) => None,
            Self::Signed(proven) => Some(proven.text.clone()),
        };
        Operation::Redeem { voucher: self.id(), mode, signed_code, approved_by }
    }

    /// Whether what the server says to an ask leaves it open: it has not heard of the sale yet that a signature proves.
    pub(super) const fn outlasts(&self, outcome: &Outcome) -> bool {
        matches!((self, outcome), (Self::Signed(_), Outcome::Rejected { refusal: Refusal::UnknownVoucher }))
    }

    /// The server's answer to the ask, where it settles it.
    pub(super) fn unanswered(&self, view: &View<'_>, ask: OpId) -> Result<(), NotRecorded> {
        match view.own_operation(ask)?.and_then(|own| own.outcome) {
            Some(outcome) if !self.outlasts(&outcome) => Err(NotRecorded::Answered(Box::new(outcome))),
            _ => Ok(()),
        }
    }

    /// The same as it stands in that view: its row may have changed since it was looked up, or come, or gone.
    pub(super) fn as_known_now(&self, view: &View<'_>) -> AppResult<Result<Self, RefusalView>> {
        Ok(match (self, view.voucher(self.id())?) {
            (Self::Known(_), Some(found)) => Ok(Self::Known(Box::new(found))),
            (Self::Known(_), None) => Err(RefusalView::UnknownVoucher),
            (Self::Signed(proven), Some(found)) if found.voucher.code == proven.says.code => Ok(Self::Known(Box::new(found))),
            (Self::Signed(_), Some(_)) => Err(RefusalView::NotGenuine),
            (Self::Signed(_), None) => Ok(self.clone()),
        })
    }

    /// What came to be known of it while the ask was on its way, and stands against it: used elsewhere, cancelled, or another paper.
    pub(super) fn changed_meanwhile(&self, view: &View<'_>, ask: OpId) -> AppResult<Option<RefusalView>> {
        let Some(found) = view.voucher(self.id())? else { return Ok(None) };
        let (voucher, directory) = (&found.voucher, view.directory());
        if matches!(self, Self::Signed(proven) if proven.says.code != voucher.code) {
            return Ok(Some(RefusalView::NotGenuine));
        }
        let stands_against = voucher.status != Status::Purchased && voucher.since.op != ask;
        Ok(stands_against.then(|| names::refusal(directory, &Refusal::StatusIs { status: voucher.status, since: voucher.since })))
    }

    /// Why this device may not honour it on its own word: what it knows of it, or its limits. An ask about it that is
    /// under way does not count.
    pub(super) fn forbidden_offline(&self, view: &View<'_>, place: &Place, ask: Option<OpId>, now: Timestamp) -> AppResult<Option<RefusalView>> {
        let directory = view.directory();
        let (status, expired_on) = match self {
            Self::Known(found) => {
                let voucher = &found.voucher;
                (Some((voucher.status, voucher.since)), voucher.expires_on.filter(|_| voucher.is_overdue(now)))
            }
            Self::Signed(proven) => {
                let says = &proven.says;
                let used = honoured_here(view, says.voucher, ask)?.map(|stamp| (Status::Used, stamp));
                (used, says.expires_on.filter(|_| says.expires_at.is_some_and(|end| now >= end)))
            }
        };
        if let Some((status, since)) = status.filter(|(status, _)| *status != Status::Purchased) {
            return Ok(Some(names::refusal(directory, &Refusal::StatusIs { status, since })));
        }
        if let Some(expires_on) = expired_on {
            return Ok(Some(RefusalView::Expired { expires_on: expires_on.to_string() }));
        }
        if let Some(home) = self.home_shop().filter(|home| *home != place.shop) {
            return Ok(Some(RefusalView::HomeShopOnly { shop: directory.shop_name(home).to_owned() }));
        }
        if place.approved {
            return Ok(None);
        }
        Ok(offline_limits::passed(directory.offline_limits(place.device), &view.offline_use()?, self.price(), now))
    }

    /// An answer that shows it, to be completed.
    pub(super) fn shown(&self, now: Timestamp) -> RedeemAnswer {
        match self {
            Self::Known(found) => RedeemAnswer {
                answer: AnswerKind::Unknown,
                op_id: None,
                voucher_id: Some(found.voucher.id.to_string()),
                code: found.voucher.code.to_string(),
                title: Some(found.voucher.snapshot.title.as_str().to_owned()),
                price: Some(found.voucher.snapshot.price.into()),
                buyer: found.person.as_ref().map(|person| person.buyer.as_str().to_owned()),
                recipient: found.person.as_ref().and_then(|person| person.recipient.clone()).map(String::from),
                expires_on: found.voucher.expires_on.map(|day| day.to_string()),
                by_signature: false,
                asked: false,
                refusal: None,
                approved_by: None,
                at: now.to_string(),
                undo_until: None,
            },
            Self::Signed(proven) => RedeemAnswer { by_signature: true, ..Shown::from(&proven.says).answer(now) },
        }
    }
}

/// When goods went for that voucher on this device, as far as the server has not said that none should have.
fn honoured_here(view: &View<'_>, voucher: VoucherId, except: Option<OpId>) -> AppResult<Option<Stamp>> {
    for own in view.own_operations(Subject::Voucher(voucher))? {
        let op = own.body.op;
        let went = |state| matches!(state, RedemptionState::Confirmed | RedemptionState::Waiting | RedemptionState::Quarantined | RedemptionState::Conflict);
        if Some(op) != except && matches!(own.body.operation, Operation::Redeem { .. }) && view.redemption_state(op)?.is_some_and(went) {
            return Ok(Some(own.body.stamp()));
        }
    }
    Ok(None)
}
