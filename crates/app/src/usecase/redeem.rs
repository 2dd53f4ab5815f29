//! Redeem: ask, or honour.
//!
//! With the server: an `asked` redemption is committed, sent, and its outcome waited for, 800 ms by default. No answer in time:
//! before the screen answers, the device commits either `honour` (the goods go) or, when its offline limits forbid, `withdraw`
//! (nothing went). Without the server: one `honoured` redemption, within the limits. So a lost reply never redeems twice, and a
//! refusal never books.

use beadsbox_domain::{Deed, OpId, Operation, Outcome, RedeemMode, Refusal, Status, Voucher, VoucherCode, code::grouped};
use beadsbox_store::{View, VoucherView};
use tokio::time::{Instant, timeout_at};

use super::{Seat, names, offline_limits};
use crate::{
    error::{AppError, AppResult},
    view::{AnswerKind, RedeemAnswer, RefusalView},
};

/// What became of a redemption, as far as the screen must say.
enum Word {
    /// The server accepted it.
    Confirmed,
    /// The goods went on the device's own word.
    Honoured,
    /// Nothing went: the server, the limits, or what the device knows, forbid it.
    Refused(RefusalView),
}

/// Why a redemption was not recorded.
enum NotRecorded {
    /// The server's outcome of the ask arrived after all.
    Answered(Box<Outcome>),
    /// The device may not honour it on its own word.
    Forbidden(Box<RefusalView>),
    Failed(AppError),
}

impl From<AppError> for NotRecorded {
    fn from(error: AppError) -> Self {
        Self::Failed(error)
    }
}

impl From<beadsbox_store::StoreError> for NotRecorded {
    fn from(error: beadsbox_store::StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl Seat {
    /// Redeems the voucher of that code. An error means that nothing was recorded.
    pub async fn redeem(&self, text: &str) -> AppResult<RedeemAnswer> {
        self.require(Deed::Redeem)?;
        let Ok(code) = VoucherCode::parse(text) else {
            return Ok(self.without_voucher(grouped(text), AnswerKind::Refused, RefusalView::Mistyped));
        };
        // One limit for all that is asked of the server: whoever stands at the till waits once.
        let until = Instant::now() + self.device.host.ask_limit;
        let Some(found) = self.find(code, until).await? else {
            return Ok(self.without_voucher(code.to_string(), AnswerKind::Unknown, RefusalView::UnknownVoucher));
        };
        let (op, word) = if self.device.can_ask().await? {
            self.ask(&found.voucher, until).await?
        } else {
            self.honour_at_once(&found.voucher).await?
        };
        self.answer(found, op, word).await
    }

    /// The voucher; where this cache does not hold it, the server is asked for what is new first.
    async fn find(&self, code: VoucherCode, until: Instant) -> AppResult<Option<VoucherView>> {
        let look = move |view: &View<'_>| Ok(view.voucher_by_code(code)?);
        if let Some(found) = self.read(look).await? {
            return Ok(Some(found));
        }
        let synced = self.device.is_online() && matches!(timeout_at(until, self.device.syncer.sync_now()).await, Ok(Ok(())));
        if synced { self.read(look).await } else { Ok(None) }
    }

    async fn ask(&self, voucher: &Voucher, until: Instant) -> AppResult<(OpId, Word)> {
        let new = self.operation(Operation::Redeem { voucher: voucher.id, mode: RedeemMode::Asked });
        let op = new.op;
        let mut outcomes = self.device.outcomes();
        self.record_if::<AppError>(new, |_, _| Ok(())).await?;
        let answer = async {
            loop {
                if let Some(outcome) = self.read(move |view| Ok(view.own_operation(op)?.and_then(|own| own.outcome))).await? {
                    return Ok::<_, AppError>(outcome);
                }
                // The sender ends with the device; until then there is always a next time.
                if outcomes.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        let word = if let Ok(outcome) = timeout_at(until, answer).await {
            let word = self.servers_word(outcome?).await?;
            if matches!(word, Word::Refused(_)) {
                // The panel tells it to whoever asked: it need not wait in a list for somebody to take note.
                let now = self.device.host.clock.now();
                self.device.files(move |store| Ok(store.acknowledge_refusal(op, now)?)).await?;
                self.device.announce();
            }
            word
        } else {
            self.device.syncer.suspect();
            self.decide_alone(op, voucher.clone()).await?
        };
        Ok((op, word))
    }

    /// The server did not answer in time. What is committed here is what the screen will say: in one transaction, either the
    /// answer has arrived after all, or the device's own word is on disk before it can.
    async fn decide_alone(&self, ask: OpId, voucher: Voucher) -> AppResult<Word> {
        let answered = move |view: &View<'_>| match view.own_operation(ask)?.and_then(|own| own.outcome) {
            Some(outcome) => Err(NotRecorded::Answered(Box::new(outcome))),
            None => Ok(()),
        };
        let now = self.device.host.clock.now();
        let honour = self.operation(Operation::Honour { voucher: voucher.id, redemption: ask });
        let withdraw = self.operation(Operation::Withdraw { voucher: voucher.id, redemption: ask });
        let honoured = self.record_if(honour, move |view, _| {
            answered(view)?;
            // As it was before the ask, which stands in the view by now.
            forbidden_offline(view, &voucher, now)?.map_or(Ok(()), |refusal| Err(NotRecorded::Forbidden(Box::new(refusal))))
        });
        let refusal = match honoured.await {
            Ok(()) => return Ok(Word::Honoured),
            Err(NotRecorded::Answered(outcome)) => return self.servers_word(*outcome).await,
            Err(NotRecorded::Failed(error)) => return Err(error),
            Err(NotRecorded::Forbidden(refusal)) => refusal,
        };
        match self.record_if(withdraw, move |view, _| answered(view)).await {
            Ok(()) | Err(NotRecorded::Forbidden(_)) => Ok(Word::Refused(*refusal)),
            Err(NotRecorded::Answered(outcome)) => self.servers_word(*outcome).await,
            Err(NotRecorded::Failed(error)) => Err(error),
        }
    }

    async fn honour_at_once(&self, voucher: &Voucher) -> AppResult<(OpId, Word)> {
        let new = self.operation(Operation::Redeem { voucher: voucher.id, mode: RedeemMode::Honoured });
        let (op, id, now) = (new.op, voucher.id, self.device.host.clock.now());
        let honoured = self.record_if(new, move |view, _| {
            let Some(found) = view.voucher(id)? else { return Err(NotRecorded::Forbidden(Box::new(RefusalView::UnknownVoucher))) };
            forbidden_offline(view, &found.voucher, now)?.map_or(Ok(()), |refusal| Err(NotRecorded::Forbidden(Box::new(refusal))))
        });
        match honoured.await {
            Ok(()) => Ok((op, Word::Honoured)),
            Err(NotRecorded::Forbidden(refusal)) => Ok((op, Word::Refused(*refusal))),
            Err(NotRecorded::Failed(error)) => Err(error),
            Err(NotRecorded::Answered(_)) => Err(AppError::internal("an answer to nothing asked")),
        }
    }

    /// The server's word. A conflict cannot follow from an ask; if a server says so, the goods did not go.
    async fn servers_word(&self, outcome: Outcome) -> AppResult<Word> {
        let refusal = match outcome {
            Outcome::Applied => return Ok(Word::Confirmed),
            Outcome::Rejected { refusal } => refusal,
            Outcome::Conflict { .. } => Refusal::NotStanding,
        };
        Ok(Word::Refused(self.read(move |view| Ok(names::refusal(view.directory(), &refusal))).await?))
    }

    async fn answer(&self, found: VoucherView, op: OpId, word: Word) -> AppResult<RedeemAnswer> {
        let policy = self.read(|view| Ok(*view.directory().policy())).await?;
        let now = self.device.host.clock.now();
        let (answer, refusal) = match word {
            Word::Confirmed => (AnswerKind::Confirmed, None),
            Word::Honoured => (AnswerKind::AcceptedOffline, None),
            Word::Refused(RefusalView::UnknownVoucher) => (AnswerKind::Unknown, Some(RefusalView::UnknownVoucher)),
            Word::Refused(refusal) => (AnswerKind::Refused, Some(refusal)),
        };
        let redeemed = refusal.is_none();
        Ok(RedeemAnswer {
            answer,
            op_id: redeemed.then(|| op.to_string()),
            voucher_id: Some(found.voucher.id.to_string()),
            code: found.voucher.code.to_string(),
            title: Some(found.voucher.snapshot.title.as_str().to_owned()),
            price: Some(found.voucher.snapshot.price.into()),
            buyer: found.person.as_ref().map(|person| person.buyer.as_str().to_owned()),
            recipient: found.person.and_then(|person| person.recipient).map(String::from),
            expires_on: found.voucher.expires_on.map(|day| day.to_string()),
            refusal,
            at: now.to_string(),
            undo_until: redeemed.then(|| self.undo_until(&policy, now)).flatten(),
        })
    }

    fn without_voucher(&self, code: String, answer: AnswerKind, refusal: RefusalView) -> RedeemAnswer {
        RedeemAnswer {
            answer,
            op_id: None,
            voucher_id: None,
            code,
            title: None,
            price: None,
            buyer: None,
            recipient: None,
            expires_on: None,
            refusal: Some(refusal),
            at: self.device.host.clock.now().to_string(),
            undo_until: None,
        }
    }
}

/// Why this device may not honour the voucher on its own word: what it knows of it, or its limits.
fn forbidden_offline(view: &View<'_>, voucher: &Voucher, now: beadsbox_domain::Timestamp) -> AppResult<Option<RefusalView>> {
    let directory = view.directory();
    if voucher.status != Status::Purchased {
        let refusal = Refusal::StatusIs { status: voucher.status, since: voucher.since };
        return Ok(Some(names::refusal(directory, &refusal)));
    }
    if let Some(expires_on) = voucher.expires_on.filter(|_| voucher.is_overdue(now)) {
        return Ok(Some(RefusalView::Expired { expires_on: expires_on.to_string() }));
    }
    Ok(offline_limits::passed(&directory.policy().offline, view.offline_use()?, voucher.snapshot.price, now))
}
