//! What a signed-in person can do. One file an area; each use case asks for leave first.

pub(crate) mod account;
pub(crate) mod admin_acts;
pub(crate) mod approval;
pub(crate) mod badges;
pub(crate) mod bulk;
pub(crate) mod conflicts;
pub(crate) mod corrections;
pub(crate) mod day;
pub(crate) mod devices;
pub(crate) mod enrolment;
pub(crate) mod grid;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod issue;
pub(crate) mod least_validity;
pub(crate) mod limits;
pub(crate) mod mail;
pub(crate) mod names;
pub(crate) mod offline_limits;
pub(crate) mod outbox_file;
pub(crate) mod palette;
pub(crate) mod personal_data;
pub(crate) mod pins;
pub(crate) mod printing;
pub(crate) mod qr;
pub(crate) mod quarantine;
pub(crate) mod question;
pub(crate) mod readings;
pub(crate) mod redeem;
pub(crate) mod replacement;
pub(crate) mod reports;
pub(crate) mod reservation;
pub(crate) mod sale_clock;
mod sale_receipt;
pub(crate) mod selection;
mod sell;
pub(crate) mod sheet;
pub(crate) mod shop_page;
pub(crate) mod shops;
pub(crate) mod staff;
pub(crate) mod support;
pub(crate) mod sync;
pub(crate) mod tables;
pub(crate) mod templates;
pub(crate) mod till;
pub(crate) mod training;
mod unshown_sale;
pub(crate) mod updates;
pub(crate) mod vouchers;
pub(crate) mod work;

use std::sync::Arc;

use beadsbox_domain::{Deed, OpId, Operation, Outcome, Role, text::Reason};
use beadsbox_protocol::person::SaltedPerson;
use beadsbox_store::{NewOperation, Recording, Store, View};
use tokio::sync::watch;

use crate::{
    device::Device,
    error::{AppError, AppResult, ErrorCode},
    session::Session,
};

/// A person at a device.
#[derive(Clone)]
pub struct Seat {
    pub(crate) device: Arc<Device>,
    pub(crate) session: Arc<Session>,
}

impl Seat {
    pub(crate) const fn new(device: Arc<Device>, session: Arc<Session>) -> Self {
        Self { device, session }
    }

    /// Refuses what the role may not do. The server asks the same table again.
    pub(crate) fn require(&self, deed: Deed) -> AppResult<()> {
        if !self.session.by_password && !Role::Counter.may(deed) {
            return Err(AppError::new(ErrorCode::NeedsPassword, "by badge or PIN only the till may be used"));
        }
        if self.session.role.may(deed) {
            return Ok(());
        }
        Err(AppError::new(ErrorCode::RoleNotAllowed, "the role does not allow it").with("role", self.session.role.name()))
    }

    /// Reads one consistent moment of the files.
    pub(crate) async fn read<T: Send + 'static>(&self, work: impl FnOnce(&View<'_>) -> AppResult<T> + Send + 'static) -> AppResult<T> {
        self.device.files(move |store| work(&store.view()?)).await
    }

    /// The next operation of this person, now.
    pub(crate) fn operation(&self, operation: Operation) -> NewOperation {
        self.device.operation(self.session.staff, operation)
    }

    /// Asks the rules with what this device knows; records the operation if they allow it, and has it sent. When this
    /// returns, it is on disk; a refusal records nothing.
    pub(crate) async fn record(&self, operation: Operation, person: Option<SaltedPerson>) -> AppResult<OpId> {
        let new = NewOperation { person, ..self.operation(operation) };
        let op = new.op;
        self.record_if(new, allowed).await?;
        Ok(op)
    }

    /// The same of several operations, in one moment and one commit: all of them or none.
    pub(crate) async fn record_all(&self, recording: impl Into<Recording>) -> AppResult<()> {
        let (at, seat, Recording { operations, note }) = (self.device.host.clock.now(), self.clone(), recording.into());
        self.device
            .record_with(move |view, shop| {
                sale_clock::check(&seat, view, &operations)?;
                let operations: Vec<NewOperation> = operations.into_iter().map(|new| NewOperation { at, shop, ..new }).collect();
                operations.iter().try_for_each(|new| allowed(view, new))?;
                Ok(Recording { operations, note })
            })
            .await
    }

    /// The server's outcome of an operation that is on disk, whenever it comes. `outcomes` is from before it was recorded.
    pub(crate) async fn outcome_of(&self, op: OpId, mut outcomes: watch::Receiver<u64>) -> AppResult<Outcome> {
        loop {
            if let Some(outcome) = self.read(move |view| Ok(view.own_operation(op)?.and_then(|own| own.outcome))).await? {
                return Ok(outcome);
            }
            // The sender ends with the device; until then there is always a next time.
            if outcomes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// The screen tells of these refusals itself: they need not wait in a list for somebody to take note.
    pub(crate) async fn note_told(&self, refused: Vec<OpId>) -> AppResult<()> {
        let now = self.device.host.clock.now();
        let note = move |store: &Store| refused.iter().try_for_each(|op| Ok(store.acknowledge_refusal(*op, now)?));
        self.device.files(note).await?;
        self.device.announce();
        Ok(())
    }

    /// See [`Device::record_if`].
    pub(crate) async fn record_if<E: From<AppError> + Send + 'static>(
        &self,
        new: NewOperation,
        check: impl FnOnce(&View<'_>, &NewOperation) -> Result<(), E> + Send + 'static,
    ) -> Result<(), E> {
        self.device.record_if(new, check).await
    }
}

/// What the rules say of it, with what this device knows.
fn allowed(view: &View<'_>, new: &NewOperation) -> AppResult<()> {
    match view.foretell(new)?.outcome {
        Outcome::Rejected { refusal } => Err(AppError::refused(names::refusal(view.directory(), &refusal))),
        Outcome::Applied | Outcome::Conflict { .. } => Ok(()),
    }
}

/// Reads an id that a screen sent.
pub(crate) fn id<T: std::str::FromStr>(text: &str, unknown: ErrorCode) -> AppResult<T> {
    text.parse().map_err(|_| AppError::new(unknown, "not an id"))
}

/// Reads a reason that a person typed.
pub(crate) fn reason(text: &str) -> AppResult<Reason> {
    if text.trim().is_empty() {
        return Err(AppError::new(ErrorCode::NeedsReason, "a reason is needed"));
    }
    Reason::new(text).map_err(|fault| AppError::of_field("reason", fault))
}
