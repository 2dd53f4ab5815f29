//! Practising: while a training is on, every command works on its device, and the real one goes on sending what waits.

use std::sync::{Arc, PoisonError};

use beadsbox_domain::{Deed, Role};

use super::{Program, ProgramEvent};
use crate::{
    device::Device,
    error::{AppError, AppResult, ErrorCode},
    session::Session,
    training,
    view::DataChanged,
};

impl Program {
    /// Begins a training: nothing that is done from now on touches the books.
    pub async fn enter_training(&self) -> AppResult<()> {
        let _turn = self.0.starting.lock().await;
        self.seat()?.require(Deed::Sell)?;
        if self.training().is_some() {
            return Ok(());
        }
        let session = self.session();
        let device = training::open(&self.device()?).await?;
        device.run_alone(self.clone());
        *self.0.training.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&device));
        // Whoever signed out meanwhile found no training to end, and nobody else is to find theirs.
        let still_there = self.session().zip(session).is_some_and(|(now, then)| Arc::ptr_eq(&now, &then));
        if !still_there {
            self.end_training();
            return Err(AppError::new(ErrorCode::NotSignedIn, "signed out meanwhile"));
        }
        tracing::info!("a training begins");
        self.everything_changed(&device);
        Ok(())
    }

    /// Ends it, and deletes all of it.
    pub async fn leave_training(&self) -> AppResult<()> {
        let _turn = self.0.starting.lock().await;
        self.end_training();
        let device = self.device()?;
        self.everything_changed(&device);
        Ok(())
    }

    /// Whether a training is on.
    pub fn is_training(&self) -> bool {
        self.training().is_some()
    }

    pub(super) fn training(&self) -> Option<Arc<Device>> {
        self.0.training.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The training's device is no longer anybody's, and its few files go.
    pub(super) fn end_training(&self) {
        if let Some(device) = self.0.training.lock().unwrap_or_else(PoisonError::into_inner).take() {
            device.stop();
            tracing::info!("a training ended");
            // What a system still holds open is swept at the next start; its keys are gone already.
            if let Err(error) = training::sweep(&self.0.host.data_dir) {
                tracing::warn!(%error, "files of a training stay for now");
            }
        }
    }

    fn everything_changed(&self, device: &Device) {
        self.emit(ProgramEvent::Data(DataChanged { vouchers: true, templates: true, conflicts: true, directory: true }));
        device.announce();
    }
}

/// Whoever practises works at the till, whatever else they may, and has no session at the server.
pub(super) fn trainee(session: &Session) -> Session {
    Session { role: Role::Counter, token: None, ..session.clone() }
}
