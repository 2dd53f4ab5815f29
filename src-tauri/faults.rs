//! Tells of faults of this program where somebody here switched that on: whether they did is known once the files are open, and costs the start nothing.

use std::sync::{Mutex, PoisonError};

use beadsbox_app::Program;
use tauri::{AppHandle, Manager as _};

/// Whoever is told at the moment; nobody to begin with.
#[derive(Default)]
pub struct Told(Mutex<Option<beadsbox_faults::Faults>>);

/// Begins or ends to tell, as it was chosen.
pub async fn follow(app: &AppHandle, program: &Program) {
    let project = program.fault_project().await;
    let told = app.state::<Told>();
    let mut told = told.0.lock().unwrap_or_else(PoisonError::into_inner);
    // The one before has to be gone: it takes the others along when it goes.
    drop(told.take());
    let Some(project) = project else { return };
    match beadsbox_faults::tell(&project, beadsbox_protocol::VERSION, beadsbox_app::last_deed) {
        Ok(faults) => *told = Some(faults),
        Err(error) => tracing::warn!(%error, "faults are told to nobody"),
    }
}
