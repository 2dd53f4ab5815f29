//! One action for many vouchers: looked at first, confirmed once, recorded in parts, each as durable as a single one.
//!
//! Nothing is kept about it but the operations themselves. Cut in the middle and begun again, what was recorded is refused by the rules:
//! nothing that was told is lost, and nothing is done twice.

mod job;
mod results;
mod run;

use std::sync::{Arc, PoisonError};

use beadsbox_domain::Deed;

pub(crate) use job::Bulk;

use beadsbox_domain::text::Reason;

use super::{
    Seat,
    corrections::{Said, last_day},
    question::Asked,
    reason,
};
use crate::{
    error::{AppError, AppResult, ErrorCode, FieldErrorCode},
    view::{BulkForm, BulkPhase, BulkReasonForm, BulkView, VoucherAction},
};

impl Seat {
    /// Looks at each of them, whether the action is allowed; nothing is done yet. What was there of an earlier one is let go.
    #[expect(clippy::unused_async, reason = "it begins a task: whoever calls has to be within the runtime")]
    pub async fn begin_bulk(&self, form: BulkForm) -> AppResult<BulkView> {
        self.may_act(form.action)?;
        if !form.action.is_for_many() {
            return Err(AppError::internal("another voucher is issued for one at a time"));
        }
        let bulk = Arc::new(Bulk::new(form.action, self.session.staff));
        let mut slot = self.device.bulk.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.as_ref().is_some_and(|bulk| bulk.is_at_work()) {
            return Err(AppError::new(ErrorCode::WorkRunning, "another action is running"));
        }
        *slot = Some(Arc::clone(&bulk));
        drop(slot);
        let (seat, asked, view) = (self.clone(), Asked::by(self), bulk.view());
        self.device.spawn(async move {
            let ended = run::check(&seat, asked, form, Arc::clone(&bulk)).await;
            bulk.checked(ended.err());
        });
        Ok(view)
    }

    /// How far it is; nothing where there is none.
    pub fn bulk_state(&self) -> AppResult<Option<BulkView>> {
        Ok(self.bulk()?.map(|bulk| bulk.view()))
    }

    /// Does it with all that may.
    #[expect(clippy::unused_async, reason = "it begins a task: whoever calls has to be within the runtime")]
    pub async fn run_bulk(&self, form: BulkReasonForm) -> AppResult<BulkView> {
        let bulk = self.needed_bulk()?;
        self.may_act(bulk.action)?;
        let needs_reason = bulk.action.offer().needs_reason;
        let reason = if needs_reason { reason(&form.reason)? } else { Reason::new("asked").map_err(AppError::internal)? };
        let said = Said { reason, payment: form.payment, last_day: last_day(form.expires_on.as_deref())? };
        if bulk.action == VoucherAction::Extend && said.last_day.is_none() {
            return Err(AppError::in_field("expires_on", FieldErrorCode::Required, None));
        }
        if !bulk.begin_running() {
            return Err(AppError::new(ErrorCode::WorkRunning, "it runs already, or has ended"));
        }
        let seat = self.clone();
        let running = Arc::clone(&bulk);
        self.device.spawn(async move {
            let ended = run::run(&seat, &running, said).await;
            running.ended(ended.err());
        });
        Ok(bulk.view())
    }

    /// Stops it after the part that is being recorded. What is recorded stays.
    pub fn stop_bulk(&self) -> AppResult<BulkView> {
        let bulk = self.needed_bulk()?;
        bulk.stop();
        Ok(bulk.view())
    }

    /// Lets its results go.
    pub fn close_bulk(&self) -> AppResult<()> {
        self.require(Deed::UseOffice)?;
        let mut slot = self.device.bulk.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bulk) = slot.as_ref().filter(|bulk| bulk.staff == self.session.staff) {
            bulk.stop();
            if bulk.view().phase != BulkPhase::Running {
                *slot = None;
            }
        }
        Ok(())
    }

    /// It belongs to whoever began it.
    fn bulk(&self) -> AppResult<Option<Arc<Bulk>>> {
        self.require(Deed::UseOffice)?;
        let slot = self.device.bulk.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(slot.clone().filter(|bulk| bulk.staff == self.session.staff))
    }

    fn needed_bulk(&self) -> AppResult<Arc<Bulk>> {
        self.bulk()?.ok_or_else(|| AppError::new(ErrorCode::ChangedMeanwhile, "no such action for many"))
    }
}
