//! What a scanned or typed text leads to.

use std::sync::Arc;

use beadsbox_domain::{
    ExternalCode, Timestamp, VoucherCode,
    code::{CODE_LENGTH, grouped},
};
use beadsbox_protocol::signed_code::{PREFIX, SignedCode, SignedCodeError, SignedVoucher};
use beadsbox_store::{View, VoucherView};
use beadsbox_sync::Trouble;
use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};

use super::{super::Seat, target::Proven};
use crate::{
    error::AppResult,
    view::{AnswerKind, MoneyView, RedeemAnswer, RefusalView},
};

/// So much of a text that is no code is shown.
const LONGEST: usize = 100;

/// What was found.
pub(super) enum Found {
    /// A voucher that this device knows.
    Voucher(Box<VoucherView>),
    /// One that it does not know, and whose signature is good.
    Proven(Box<Proven>),
    /// Nothing to redeem, and what is shown of it.
    Not(Box<Shown>, AnswerKind, RefusalView),
}

impl Found {
    pub(super) fn not(code: &str, answer: AnswerKind, refusal: RefusalView) -> Self {
        Self::Not(Box::new(Shown::of_code(code)), answer, refusal)
    }
}

/// What can be said of a voucher that is not here.
#[derive(Debug, Clone, Default)]
pub(super) struct Shown {
    code: String,
    price: Option<MoneyView>,
    expires_on: Option<String>,
    /// The server was asked for what is new, and answered.
    asked: bool,
}

impl Shown {
    /// Nothing but its code.
    pub(super) fn of_code(code: &str) -> Self {
        Self { code: code.to_owned(), ..Self::default() }
    }

    /// An answer that says so, to be completed.
    pub(super) fn answer(self, now: Timestamp) -> RedeemAnswer {
        RedeemAnswer {
            answer: AnswerKind::Unknown,
            op_id: None,
            voucher_id: None,
            code: self.code,
            title: None,
            price: self.price,
            buyer: None,
            recipient: None,
            expires_on: self.expires_on,
            by_signature: false,
            asked: self.asked,
            refusal: None,
            approved_by: None,
            at: now.to_string(),
            undo_until: None,
        }
    }
}

impl From<&SignedVoucher> for Shown {
    fn from(says: &SignedVoucher) -> Self {
        Self { code: says.code.to_string(), price: Some(says.price.into()), expires_on: says.expires_on.map(|day| day.to_string()), asked: false }
    }
}

impl Seat {
    pub(super) async fn look_up(&self, text: &str, until: Instant) -> AppResult<Found> {
        match SignedCode::parse(text) {
            Ok(code) if self.device.is_training() => Ok(Found::not(&code.says.code.to_string(), AnswerKind::Refused, RefusalView::RealVoucher)),
            Ok(code) => self.find_signed(code, text, until).await,
            Err(SignedCodeError::NotSigned) => self.find_typed(text, until).await,
            Err(SignedCodeError::NewerForm(_)) => Ok(Found::not(PREFIX, AnswerKind::Unknown, RefusalView::NewerCode)),
            Err(SignedCodeError::Damaged) => Ok(Found::not(PREFIX, AnswerKind::Refused, RefusalView::DamagedCode)),
        }
    }

    async fn find_typed(&self, text: &str, until: Instant) -> AppResult<Found> {
        let (ours, typed) = (VoucherCode::parse(text).ok(), text.to_owned());
        let look = move |view: &View<'_>| on_paper(view, &typed);
        if let Some(code) = ours.filter(|code| code.is_training() != self.device.is_training())
            && self.read(look.clone()).await?.is_none()
            && let Some(refusal) = self.of_the_other_world(code).await?
        {
            return Ok(Found::not(&code.to_string(), AnswerKind::Refused, refusal));
        }
        let (found, asked) = self.find(until, look).await?;
        if let Some(found) = found {
            return Ok(Found::Voucher(Box::new(found)));
        }
        if ours.is_none() && looks_like_ours(text) {
            return Ok(Found::not(&grouped(text), AnswerKind::Refused, RefusalView::Mistyped));
        }
        // What cannot be a code of ours stands as it was typed.
        let code = ours.map_or_else(|| text.trim().chars().take(LONGEST).collect(), |code| code.to_string());
        Ok(Found::Not(Box::new(Shown { asked, ..Shown::of_code(&code) }), AnswerKind::Unknown, RefusalView::UnknownVoucher))
    }

    /// A made-up voucher at a real till, or a real one in training.
    async fn of_the_other_world(&self, code: VoucherCode) -> AppResult<Option<RefusalView>> {
        if code.is_training() == self.device.is_training() {
            return Ok(None);
        }
        if self.device.is_training() {
            return Ok(Some(RefusalView::RealVoucher));
        }
        // One that was sold before there were codes of training may look like one.
        let known = self.read(move |view| Ok(view.voucher_by_code(code)?.is_some())).await?;
        Ok((!known).then_some(RefusalView::TrainingVoucher))
    }

    /// What becomes of a sync that goes on when nobody waits for it any more: a page that is being written is told of all the same.
    fn synced(&self) -> oneshot::Receiver<Result<(), Trouble>> {
        let (told, heard) = oneshot::channel();
        let syncer = Arc::clone(&self.device.syncer);
        self.device.spawn(async move {
            // Nobody may wait for it by now.
            let _ = told.send(syncer.sync_now().await);
        });
        heard
    }

    /// The voucher; where this cache does not hold it, the server is asked for what is new first. Says whether it answered.
    pub(super) async fn find(
        &self,
        until: Instant,
        look: impl FnOnce(&View<'_>) -> AppResult<Option<VoucherView>> + Clone + Send + 'static,
    ) -> AppResult<(Option<VoucherView>, bool)> {
        if let Some(found) = self.read(look.clone()).await? {
            return Ok((Some(found), false));
        }
        let synced = self.device.is_online() && matches!(timeout_at(until, self.synced()).await, Ok(Ok(Ok(()))));
        Ok((if synced { self.read(look).await? } else { None }, synced))
    }
}

/// The voucher that paper with that text names: one of ours, or else another system's.
pub(in crate::usecase) fn on_paper(view: &View<'_>, text: &str) -> AppResult<Option<VoucherView>> {
    let ours = VoucherCode::parse(text).ok().map(|code| view.voucher_by_code(code)).transpose()?.flatten();
    if ours.is_some() {
        return Ok(ours);
    }
    let Ok(typed) = ExternalCode::new(text) else { return Ok(None) };
    let found = view.voucher_by_external_code(&typed)?;
    // Alike is not enough: whose paper says `ab3X` has not got the voucher `AB3X`.
    Ok(found.filter(|found| found.voucher.marks.external_code.as_ref().is_some_and(|code| code.is_meant_by(&typed))))
}

/// As many symbols as a code of ours has, or one more or less: then somebody mistyped one. Other texts are no such code, and may well be
/// another system's that this till has not heard of.
fn looks_like_ours(text: &str) -> bool {
    let symbols = grouped(text).chars().filter(|symbol| *symbol != '-').count();
    (CODE_LENGTH - 1..=CODE_LENGTH + 1).contains(&symbols)
}
