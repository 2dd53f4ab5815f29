//! Redeem: ask, or honour.
//!
//! With the server: an `asked` redemption is committed, sent, and its outcome waited for, 800 ms by default. No answer in time:
//! before the screen answers, the device commits either `honour` (the goods go) or, when its offline limits forbid, `withdraw`
//! (nothing went). Without the server: one `honoured` redemption, within the limits. So a lost reply never redeems twice, and a
//! refusal never books.

mod found;
mod signed;
mod target;

use beadsbox_domain::{Deed, OpId, Operation, Outcome, Policy, RedeemMode, Refusal, StaffId};
use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};

pub(in crate::usecase) use self::found::on_paper;
use self::{
    found::{Found, Shown},
    target::{Place, Target},
};
use super::{Seat, names};
use crate::{
    error::{AppError, AppResult, ErrorCode},
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
    /// Redeems the voucher of that code, typed, scanned or signed. An error means that nothing was recorded.
    pub async fn redeem(&self, text: &str) -> AppResult<RedeemAnswer> {
        self.require(Deed::Redeem)?;
        self.redeem_as(text, None).await
    }

    /// The same, and where somebody approved it the limits do not stand in the way.
    pub(super) async fn redeem_as(&self, text: &str, approved_by: Option<StaffId>) -> AppResult<RedeemAnswer> {
        // One limit for all that is asked of the server: whoever stands at the till waits once.
        let until = Instant::now() + self.device.host.ask_limit;
        let target = match self.look_up(text, until).await? {
            Found::Voucher(found) => Target::Known(found),
            Found::Proven(proven) => Target::Signed(proven),
            Found::Not(shown, answer, refusal) => return Ok(self.without_voucher(*shown, answer, refusal)),
        };
        // Before anything is recorded: nothing may fail between what is on disk and what the screen says of it.
        let (policy, approver) = self
            .read(move |view| Ok((*view.directory().policy(), approved_by.map(|approver| view.directory().staff_name(approver).to_owned()))))
            .await?;
        let (op, word) = if self.device.can_ask().await? {
            self.ask(&target, approved_by, until).await?
        } else {
            self.honour_at_once(&target, approved_by).await?
        };
        let answer = self.answer(&target, op, word, &policy);
        Ok(RedeemAnswer { approved_by: approver.filter(|_| answer.answer == AnswerKind::AcceptedOffline), ..answer })
    }

    async fn ask(&self, target: &Target, approved_by: Option<StaffId>, until: Instant) -> AppResult<(OpId, Word)> {
        let new = self.operation(target.redeem(RedeemMode::Asked, None));
        let op = new.op;
        let outcomes = self.device.outcomes();
        if let Err(error) = self.record_if::<AppError>(new, |_, _| Ok(())).await {
            // A disk that failed may have taken it nevertheless.
            self.device.withdraw_soon(op);
            return Err(error);
        }
        match self.answer_to(op, target, approved_by, outcomes, until).await {
            Ok(word) => Ok((op, word)),
            Err(error) => {
                tracing::error!(redemption = %op, %error, "an ask was left open");
                self.device.withdraw_soon(op);
                Err(AppError::new(ErrorCode::RedemptionOpen, error.to_string()))
            }
        }
    }

    /// The server's answer to an ask that is on disk, or else the device's own.
    async fn answer_to(&self, op: OpId, target: &Target, approved_by: Option<StaffId>, outcomes: watch::Receiver<u64>, until: Instant) -> AppResult<Word> {
        let word = if let Ok(outcome) = timeout_at(until, self.outcome_of(op, outcomes)).await {
            let outcome = outcome?;
            let word = if target.outlasts(&outcome) {
                self.decide_alone(op, target, approved_by).await?
            } else {
                self.servers_word(outcome).await?
            };
            if matches!(word, Word::Refused(_)) {
                // The panel tells it to whoever asked: it need not wait in a list for somebody to take note.
                self.note_told(vec![op]).await?;
            }
            word
        } else {
            self.device.syncer.suspect();
            self.decide_alone(op, target, approved_by).await?
        };
        Ok(word)
    }

    /// The server did not answer in time, or does not know yet what a signature proves. What is committed here is what the screen
    /// will say: in one transaction, either the answer has arrived after all, or the device's own word is on disk before it can.
    async fn decide_alone(&self, ask: OpId, target: &Target, approved_by: Option<StaffId>) -> AppResult<Word> {
        let now = self.device.host.clock.now();
        let voucher = target.id();
        let honour = self.operation(Operation::Honour { voucher, redemption: ask, approved_by });
        let withdraw = self.operation(Operation::Withdraw { voucher, redemption: ask });
        let (asked, seat) = (target.clone(), self.clone());
        let honoured = self.record_if(honour, move |view, _| {
            asked.unanswered(view, ask)?;
            if let Some(refusal) = asked.changed_meanwhile(view, ask)? {
                return Err(NotRecorded::Forbidden(Box::new(refusal)));
            }
            // As it was before the ask, which stands in the view by now.
            asked
                .forbidden_offline(view, &seat.place(approved_by), Some(ask), now)?
                .map_or(Ok(()), |refusal| Err(NotRecorded::Forbidden(Box::new(refusal))))
        });
        let refusal = match honoured.await {
            Ok(()) => return Ok(Word::Honoured),
            Err(NotRecorded::Answered(outcome)) => return self.servers_word(*outcome).await,
            Err(NotRecorded::Failed(error)) => return Err(error),
            Err(NotRecorded::Forbidden(refusal)) => refusal,
        };
        // An ask that the server refused needs no withdrawal: nothing was booked.
        let withdrawn = self.record_if(withdraw, move |view, _| match view.own_operation(ask)?.and_then(|own| own.outcome) {
            Some(outcome) => Err(NotRecorded::Answered(Box::new(outcome))),
            None => Ok(()),
        });
        match withdrawn.await {
            Ok(()) | Err(NotRecorded::Forbidden(_)) => Ok(Word::Refused(*refusal)),
            Err(NotRecorded::Answered(outcome)) if target.outlasts(&outcome) => Ok(Word::Refused(*refusal)),
            Err(NotRecorded::Answered(outcome)) => self.servers_word(*outcome).await,
            Err(NotRecorded::Failed(error)) => Err(error),
        }
    }

    async fn honour_at_once(&self, target: &Target, approved_by: Option<StaffId>) -> AppResult<(OpId, Word)> {
        let new = self.operation(target.redeem(RedeemMode::Honoured, approved_by));
        let (op, now) = (new.op, self.device.host.clock.now());
        let (target, seat) = (target.clone(), self.clone());
        let honoured = self.record_if(new, move |view, _| {
            let forbidden = match target.as_known_now(view)? {
                Ok(target) => target.forbidden_offline(view, &seat.place(approved_by), None, now)?,
                Err(refusal) => Some(refusal),
            };
            forbidden.map_or(Ok(()), |refusal| Err(NotRecorded::Forbidden(Box::new(refusal))))
        });
        match honoured.await {
            Ok(()) => Ok((op, Word::Honoured)),
            Err(NotRecorded::Forbidden(refusal)) => Ok((op, Word::Refused(*refusal))),
            Err(NotRecorded::Failed(error)) => Err(error),
            Err(NotRecorded::Answered(_)) => Err(AppError::internal("an answer to nothing asked")),
        }
    }

    /// Where it is honoured, as far as that matters.
    fn place(&self, approved_by: Option<StaffId>) -> Place {
        Place { device: self.device.enrolment.device, shop: self.device.place().shop, approved: approved_by.is_some() }
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

    fn answer(&self, target: &Target, op: OpId, word: Word, policy: &Policy) -> RedeemAnswer {
        let now = self.device.host.clock.now();
        let (answer, refusal) = match word {
            Word::Confirmed => (AnswerKind::Confirmed, None),
            Word::Honoured => (AnswerKind::AcceptedOffline, None),
            Word::Refused(RefusalView::UnknownVoucher) => (AnswerKind::Unknown, Some(RefusalView::UnknownVoucher)),
            Word::Refused(refusal) => (AnswerKind::Refused, Some(refusal)),
        };
        let redeemed = refusal.is_none();
        RedeemAnswer {
            answer,
            op_id: redeemed.then(|| op.to_string()),
            asked: self.device.is_online(),
            refusal,
            // What this device does not know it cannot give back.
            undo_until: (redeemed && matches!(target, Target::Known(_))).then(|| self.undo_until(policy, now)).flatten(),
            ..target.shown(now)
        }
    }

    fn without_voucher(&self, shown: Shown, answer: AnswerKind, refusal: RefusalView) -> RedeemAnswer {
        RedeemAnswer { answer, refusal: Some(refusal), ..shown.answer(self.device.host.clock.now()) }
    }
}
